//! Devices that announced themselves nearby and are no members: kept for the moment they become members, and dialled before only
//! to ask for a code that was typed here.

use std::collections::BTreeMap;

use libp2p::Multiaddr;
use skein_access::DeviceId;

use crate::limits::{ADDRESSES_PER_DEVICE, OVERHEARD_DEVICES};

/// A bounded memory: when it is full, nobody new is remembered.
#[derive(Debug, Default)]
pub(crate) struct Overheard {
    devices: BTreeMap<DeviceId, Vec<Multiaddr>>,
}

impl Overheard {
    /// Remembers an announcement.
    pub(crate) fn remember(&mut self, device: DeviceId, address: Multiaddr) {
        if self.devices.len() >= OVERHEARD_DEVICES && !self.devices.contains_key(&device) {
            return;
        }
        let addresses = self.devices.entry(device).or_default();
        if addresses.len() < ADDRESSES_PER_DEVICE && !addresses.contains(&address) {
            addresses.push(address);
        }
    }

    /// An announcement expired.
    pub(crate) fn forget(&mut self, device: &DeviceId, address: &Multiaddr) {
        if let Some(addresses) = self.devices.get_mut(device) {
            addresses.retain(|known| known != address);
            if addresses.is_empty() {
                self.devices.remove(device);
            }
        }
    }

    /// Everybody who was heard and where.
    pub(crate) fn all(&self) -> impl Iterator<Item = (&DeviceId, &[Multiaddr])> {
        let devices = self.devices.iter();
        devices.map(|(device, addresses)| (device, addresses.as_slice()))
    }

    /// That device is a member now: everything that was heard of it.
    pub(crate) fn take(&mut self, device: &DeviceId) -> Vec<Multiaddr> {
        self.devices.remove(device).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crowd_of_announcements_takes_bounded_room() {
        let mut overheard = Overheard::default();
        for number in 0..=u16::MAX {
            let mut bytes = [0; 32];
            bytes[..2].copy_from_slice(&number.to_be_bytes());
            let address = format!("/ip4/10.0.0.1/tcp/{}", number | 1).parse().unwrap();
            overheard.remember(DeviceId::from_bytes(bytes), address);
        }
        assert_eq!(overheard.devices.len(), OVERHEARD_DEVICES);
    }

    #[test]
    fn what_expired_is_not_remembered() {
        let device = DeviceId::from_bytes([1; 32]);
        let address: Multiaddr = "/ip4/10.0.0.1/tcp/1".parse().unwrap();
        let mut overheard = Overheard::default();
        overheard.remember(device, address.clone());
        overheard.forget(&device, &address);
        assert!(overheard.take(&device).is_empty());
    }
}
