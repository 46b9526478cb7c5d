//! How far work got, in words: saved here, on its way, on the relay, on so many devices.

use std::collections::BTreeSet;

use skein_access::{DeviceId, words_of};
use skein_model::DocumentId;

use super::Core;
use super::reading::in_tree_order;
use super::relays::relay_name;
use crate::api::{
    ApiError, Delivery, DeliveryState, Member, MemberDevice, Peer, PeerState, Reply, count_of,
    list_of,
};

impl Core {
    /// How far a document, or everything, got.
    pub(super) fn delivery(&self, document: Option<DocumentId>) -> Result<Delivery, ApiError> {
        let others = self.other_devices();
        let (newest, unsealed) = match document {
            Some(id) => (
                self.store
                    .last_mark_of(id)?
                    .and_then(|mark| u64::try_from(mark).ok())
                    .unwrap_or(0),
                self.unsealed_of(id)?,
            ),
            None => (
                self.workspace
                    .as_ref()
                    .map_or(0, |workspace| workspace.set.mark()),
                self.unsealed(),
            ),
        };
        let relays: Vec<DeviceId> = self.relays().into_keys().collect();
        let holding = |devices: &[DeviceId]| {
            let hold = devices.iter().filter(|one| self.mark_of(one) >= newest);
            if unsealed > 0 { 0 } else { hold.count() }
        };
        let (holders, on_relays) = (holding(&others), holding(&relays));
        let best = self.best_mark_elsewhere();
        let unheld = match document {
            None => self.lacking(best)?,
            Some(_) => usize::from(newest > best),
        };
        let held = holders > 0 || on_relays > 0;
        let pending = if held { 0 } else { unsealed + unheld };
        let connected = |device: &&DeviceId| others.contains(device) || relays.contains(device);
        let receiving: Vec<String> = self
            .links
            .keys()
            .filter(connected)
            .map(|device| self.name_of(device))
            .collect();
        let state = match (holders, on_relays, receiving.is_empty()) {
            (0, 0, false) => DeliveryState::OnItsWay,
            (0, 0, true) => DeliveryState::SavedHere,
            (0, _, _) => DeliveryState::OnRelay,
            _ => DeliveryState::Delivered,
        };
        let words = match state {
            DeliveryState::SavedHere => "Saved here".to_owned(),
            DeliveryState::OnItsWay => format!("On its way to {}", list_of(&receiving)),
            DeliveryState::OnRelay if on_relays == 1 => "On the relay".to_owned(),
            DeliveryState::OnRelay => format!("On {on_relays} relays"),
            DeliveryState::Delivered => {
                format!("On {}", count_of(holders + 1, "device", "devices"))
            }
        };
        Ok(Delivery {
            state,
            devices: small(holders),
            total: small(others.len()),
            relays: small(on_relays),
            pending: small(pending),
            words,
        })
    }

    /// Up to which mark that other device or relay holds everything that holds most.
    fn best_mark_elsewhere(&self) -> u64 {
        let others = self.other_devices().into_iter();
        let elsewhere = others.chain(self.relays().into_keys());
        elsewhere
            .map(|device| self.mark_of(&device))
            .max()
            .unwrap_or(0)
    }

    /// Documents in use of which this device alone is known to hold the newest, in tree order.
    pub(super) fn list_only_here(&self) -> Result<Reply, ApiError> {
        let best = i64::try_from(self.best_mark_elsewhere()).unwrap_or(i64::MAX);
        let sealed = self.store.readable(self.store.documents_after(best))?;
        let unsealed = self.store.readable(self.store.unsealed())?;
        let unsealed = unsealed.into_iter().map(|unsealed| unsealed.document);
        let only: BTreeSet<DocumentId> = sealed
            .into_iter()
            .chain(unsealed)
            .chain(self.documents_with_burst())
            .collect();
        let mut documents = in_tree_order(self.tree(false)?);
        documents.retain(|listed| only.contains(&listed.item.id));
        Ok(Reply::Documents { documents })
    }

    /// Connections and known devices, connected ones first, relays last.
    pub(super) fn peers(&self) -> Result<Vec<Peer>, ApiError> {
        let known = self.store.readable(self.store.peers())?;
        let mut peers: Vec<Peer> = Vec::new();
        let relays = self.relays().into_keys();
        for device in self.other_devices().into_iter().chain(relays) {
            let link = self.links.get(&device);
            let row = known.iter().find(|row| row.device == device);
            peers.push(Peer {
                device: device.to_string(),
                name: self.name_of(&device),
                relay: self.is_relay(&device),
                state: match link {
                    Some(link) if link.agreed => PeerState::Agreed,
                    Some(_) => PeerState::Syncing,
                    None => PeerState::Away,
                },
                address: link.map(|link| link.address.clone()),
                since: link.map(|link| link.since),
                ahead: link.map_or(0, |link| small(link.still_to_come())),
                behind: small(self.behind(&device)?),
                withheld: link.map_or(0, |link| link.withheld),
                forgot: self.forgot(&device),
                last_seen: row.and_then(|row| row.last_seen_ms),
                bytes_sent: link.map_or(0, |link| link.sent),
                bytes_received: link.map_or(0, |link| link.received),
            });
        }
        peers.sort_by(|a, b| {
            (a.relay, a.address.is_none(), &a.name, &a.device).cmp(&(
                b.relay,
                b.address.is_none(),
                &b.name,
                &b.device,
            ))
        });
        Ok(peers)
    }

    /// The members, this person first.
    pub(super) fn members(&self) -> Vec<Member> {
        let Some(workspace) = &self.workspace else {
            return Vec::new();
        };
        let me = self.device.id();
        let mut members: Vec<Member> = workspace
            .members()
            .into_iter()
            .map(|member| {
                let profile = self.profile(&member.id);
                let working = self.working(profile);
                Member {
                    id: member.id.to_string(),
                    me: member.devices.contains(&me),
                    role: member.role,
                    devices: member.devices.iter().map(with_words).collect(),
                    zone: profile.and_then(|profile| profile.zone.clone()),
                    hours: profile.and_then(|profile| profile.hours.clone()),
                    working: working.map(|working| working.now),
                    changes_at: working.map(|working| working.changes_at),
                    name: self.name_shown(member),
                }
            })
            .collect();
        members.sort_by(|a, b| (!a.me, &a.name, &a.id).cmp(&(!b.me, &b.name, &b.id)));
        members
    }

    /// The name of the person a device belongs to, or the place of a relay.
    pub(super) fn name_of(&self, device: &DeviceId) -> String {
        if self.is_relay(device) {
            let addresses = self.relays().remove(device);
            return relay_name(&addresses.unwrap_or_default());
        }
        let unknown = || {
            format!(
                "device {}",
                device.to_string().chars().take(6).collect::<String>()
            )
        };
        let Some(workspace) = &self.workspace else {
            return unknown();
        };
        workspace
            .members()
            .into_iter()
            .find(|member| member.devices.contains(device))
            .map_or_else(unknown, |member| self.name_shown(member))
    }

    /// The name in the profile, or else the one given at joining.
    pub(super) fn name_shown(&self, member: skein_access::Member) -> String {
        let profile = self.profile(&member.id);
        profile
            .map(|profile| profile.name.clone())
            .filter(|name| !name.is_empty())
            .or(member.name)
            .unwrap_or_else(|| "Somebody".to_owned())
    }

    fn unsealed(&self) -> usize {
        self.sealing.unsealed + self.documents_with_burst().len()
    }

    fn unsealed_of(&self, id: DocumentId) -> Result<usize, ApiError> {
        let burst = usize::from(self.documents_with_burst().contains(&id));
        if self.sealing.unsealed == 0 {
            return Ok(burst);
        }
        let rows = self
            .store
            .unsealed()?
            .into_iter()
            .filter(|unsealed| unsealed.document == id)
            .map(|unsealed| unsealed.rows.len());
        Ok(burst + rows.sum::<usize>())
    }

    /// How many envelopes a device lacks, by what it said.
    fn behind(&self, device: &DeviceId) -> Result<usize, ApiError> {
        match self.links.get(device) {
            Some(link) => Ok(self.lacking(link.holds.mark())? + link.holds.lost()),
            None => self.lacking(self.mark_of(device)),
        }
    }

    /// How many envelopes came after a mark: what a device with this mark lacks.
    pub(super) fn lacking(&self, mark: u64) -> Result<usize, ApiError> {
        let mark = i64::try_from(mark).unwrap_or(i64::MAX);
        let count = self.store.readable(self.store.envelopes_since(mark))?;
        Ok(usize::try_from(count).unwrap_or(usize::MAX))
    }
}

fn with_words(device: &DeviceId) -> MemberDevice {
    MemberDevice {
        id: device.to_string(),
        words: words_of(device).join(" "),
    }
}

fn small(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
