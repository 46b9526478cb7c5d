//! The workspace's relays: named by owners, kept connected like members' devices, and no device of anybody.

use std::collections::BTreeMap;

use skein_access::{DeviceId, Relay};

use super::Core;
use super::step::Step;
use crate::api::{ApiError, ErrorCode, Reply};

/// How many relays a workspace has at most.
const MOST: usize = 16;

impl Core {
    /// Names a further relay, or a further address of one.
    pub(super) fn add_relay(
        &mut self,
        step: &mut Step<'_>,
        address: &str,
    ) -> Result<Reply, ApiError> {
        let (device, address) = relay_address(address)?;
        let mut relays = self.relays_to_change()?;
        let is_full = relays.len() >= MOST;
        match relays.iter_mut().find(|relay| relay.device == device) {
            Some(relay) if relay.addresses.contains(&address) => return Ok(Reply::Done),
            Some(relay) => relay.addresses.push(address),
            None if is_full => {
                return Err(ApiError::invalid(format!(
                    "A workspace has at most {MOST} relays; nothing was changed."
                )));
            }
            None => relays.push(Relay {
                device,
                addresses: vec![address],
            }),
        }
        let workspace = self.workspace.as_ref().ok_or_else(Self::no_workspace)?;
        if workspace.authority.member_of(&device).is_some() {
            return Err(ApiError::invalid(
                "That is the address of a member's device, not of a relay; nothing was changed.",
            ));
        }
        self.name_relays(step, relays)
    }

    /// Names a relay no more. What it holds it keeps; nothing newer goes to it.
    pub(super) fn remove_relay(
        &mut self,
        step: &mut Step<'_>,
        relay: &str,
    ) -> Result<Reply, ApiError> {
        let gone: DeviceId = relay
            .parse()
            .map_err(|_| ApiError::not_found("such relay"))?;
        let mut relays = self.relays_to_change()?;
        let before = relays.len();
        relays.retain(|relay| relay.device != gone);
        if relays.len() == before {
            return Err(ApiError::not_found("such relay"));
        }
        self.name_relays(step, relays)
    }

    /// The relays as they are, for somebody who may change them.
    fn relays_to_change(&self) -> Result<Vec<Relay>, ApiError> {
        self.editable()?;
        let workspace = self.workspace.as_ref().ok_or_else(Self::no_workspace)?;
        workspace.authority.admin(&self.device.id())?;
        Ok(workspace.authority.relays().to_vec())
    }

    fn name_relays(&mut self, step: &mut Step<'_>, relays: Vec<Relay>) -> Result<Reply, ApiError> {
        let workspace = self.workspace.as_ref().ok_or_else(Self::no_workspace)?;
        let permit = workspace.authority.admin(&self.device.id())?;
        let stamp = workspace.stamp(step);
        let envelope = skein_access::set_relays(&permit, &self.device, &stamp, relays)?;
        self.add_operation(step, &envelope)?;
        Ok(Reply::Done)
    }

    /// The relays to keep connected: those that are named, and those of the ticket while a join is under way.
    pub(super) fn relays(&self) -> BTreeMap<DeviceId, Vec<String>> {
        let named = self.workspace.iter();
        let named = named.flat_map(|workspace| workspace.authority.relays());
        let mut relays: BTreeMap<DeviceId, Vec<String>> = named
            .map(|relay| (relay.device, relay.addresses.clone()))
            .collect();
        let of_ticket = self.joining.iter().flat_map(super::Joining::relays);
        for (device, address) in of_ticket {
            let addresses = relays.entry(device).or_default();
            if !addresses.contains(&address) {
                addresses.push(address);
            }
        }
        relays
    }

    /// The addresses of all relays, for a ticket.
    pub(super) fn relay_addresses(&self) -> Vec<String> {
        self.relays().into_values().flatten().collect()
    }

    /// Whether a connected relay did not take something when last compared: what it refuses is what it has no room for.
    pub(super) fn a_relay_is_full(&self) -> bool {
        let mut links = self.links.iter();
        links.any(|(peer, link)| link.withheld > 0 && self.is_relay(peer))
    }

    /// Whether a device is a relay: one that is named, or one of the ticket while a join is under way.
    pub(super) fn is_relay(&self, device: &DeviceId) -> bool {
        let named = self.workspace.as_ref();
        let mut of_ticket = self.joining.iter().flat_map(super::Joining::relays);
        named.is_some_and(|workspace| workspace.authority.is_relay(device))
            || of_ticket.any(|(relay, _)| relay == *device)
    }
}

fn relay_address(address: &str) -> Result<(DeviceId, String), ApiError> {
    let wrong = |words: String| {
        ApiError::new(
            ErrorCode::Invalid,
            format!("{words}. Nothing was changed."),
            "Copy the whole address that `skein relay` prints when it starts; it ends in /p2p/ and the relay's key.",
        )
    };
    let understood = skein_net::understand_address(address);
    understood.map_err(|error| wrong(error.to_string()))?;
    let device = skein_net::device_of_address(address)
        .ok_or_else(|| wrong("The address does not say which relay answers there".to_owned()))?;
    let full = skein_net::address_of(address, &device);
    let full = full.map_err(|error| wrong(error.to_string()))?;
    let full = full.ok_or_else(|| wrong("The address names no key of a relay".to_owned()))?;
    Ok((device, full))
}

/// What a relay is called: where it is, without what only machines need.
pub(super) fn relay_name(addresses: &[String]) -> String {
    let place = |address: &String| {
        let mut parts = address.split('/').skip(2);
        let (host, port) = (parts.next()?, parts.nth(1)?);
        Some(match host.contains(':') {
            true => format!("[{host}]:{port}"),
            false => format!("{host}:{port}"),
        })
    };
    addresses
        .iter()
        .find_map(place)
        .unwrap_or_else(|| "a relay".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_relay_is_called_by_its_place() {
        let name = |address: &str| relay_name(&[address.to_owned()]);
        assert_eq!(
            name("/dns/relay.example.org/tcp/4711/p2p/12D3"),
            "relay.example.org:4711"
        );
        assert_eq!(
            name("/ip6/2001:db8::1/udp/4711/quic-v1/p2p/12D3"),
            "[2001:db8::1]:4711"
        );
        assert_eq!(relay_name(&[]), "a relay");
    }
}
