//! The keys somebody can open: those sealed to them, and from there all that those wrap, back to the first.

use std::collections::{BTreeMap, BTreeSet};

use crypto_box::SecretKey;

use crate::asking;
use crate::authority::Authority;
use crate::id::{DeviceId, EnvelopeId, EpochId};
use crate::key::{self, DeviceKey, EpochKey, InviteSecret};
use crate::node::Node;
use crate::operation::{Action, EpochSeal, KeyEpoch};
use crate::sealed_text::{SealedText, TextUse};
use crate::ticket::Ticket;
use crate::wire::{Fixed, SealedKeyBytes};

/// Epoch keys by epoch. Every key in it was checked against the epoch's id.
#[derive(Debug, Clone, Default)]
pub struct Keyring {
    keys: BTreeMap<EpochId, EpochKey>,
    /// The names that those gave who asked to be let in, by join.
    asked: BTreeMap<EnvelopeId, String>,
}

/// Who opens sealed keys.
enum Opener<'k> {
    Device(DeviceId, SecretKey),
    Invite(Fixed<32>, &'k InviteSecret),
}

impl Authority {
    /// All keys that a device can open.
    #[must_use]
    pub fn keyring(&self, device: &DeviceKey) -> Keyring {
        let mut keyring = Keyring::default();
        keyring.refresh(self, device);
        keyring
    }

    /// All keys that the holder of a ticket can open.
    #[must_use]
    pub fn invite_keyring(&self, ticket: &Ticket) -> Keyring {
        let secret = ticket.secret();
        let mut keyring = Keyring::default();
        keyring.open_all(self, &Opener::Invite(secret.public(), &secret));
        keyring
    }
}

impl Keyring {
    /// Opens what arrived since. Returns whether there are new keys, so that locked envelopes are worth another try.
    pub fn refresh(&mut self, authority: &Authority, device: &DeviceKey) -> bool {
        let before = self.keys.len();
        self.open_all(
            authority,
            &Opener::Device(device.id(), device.sealing_secret()),
        );
        self.asked = asking::names(authority, &self.keys);
        self.keys.len() > before
    }

    /// The key of an epoch.
    #[must_use]
    pub fn get(&self, epoch: &EpochId) -> Option<&EpochKey> {
        self.keys.get(epoch)
    }

    /// The epochs whose keys are here.
    pub fn epochs(&self) -> impl Iterator<Item = &EpochId> {
        self.keys.keys()
    }

    /// Under which epoch to write: of the latest ones that no removed device holds, the lowest id. `None`: publish a new epoch first
    /// ([`rotate`](crate::rotate)).
    #[must_use]
    pub fn writing_epoch(&self, authority: &Authority) -> Option<(EpochId, &EpochKey)> {
        let epoch = self.writing(authority)?.0.epoch;
        Some((epoch, self.keys.get(&epoch)?))
    }

    pub(crate) fn writing<'k>(
        &'k self,
        authority: &'k Authority,
    ) -> Option<(&'k KeyEpoch, &'k EpochKey)> {
        authority.usable_epochs().into_iter().find_map(|epoch| {
            let key = self.keys.get(&epoch.epoch)?;
            epoch.fits(key).then_some((epoch, key))
        })
    }

    /// The keys that no other key here opens: with them one opens all.
    pub(crate) fn latest<'k>(&'k self, authority: &Authority) -> Vec<(EpochId, &'k EpochKey)> {
        let epochs = authority.nodes().filter_map(Node::epoch);
        let mut wrapped: BTreeSet<EpochId> = BTreeSet::new();
        for epoch in epochs {
            if let Some(key) = self.keys.get(&epoch.epoch).filter(|key| epoch.fits(key)) {
                let opens = epoch
                    .wrapped
                    .iter()
                    .filter(|older| epoch.unwrap(key, older).is_some());
                wrapped.extend(opens.map(|older| older.epoch));
            }
        }
        let latest = self
            .keys
            .iter()
            .filter(|(epoch, _)| !wrapped.contains(*epoch));
        latest.map(|(epoch, key)| (*epoch, key)).collect()
    }

    /// The name that somebody gave who asked to be let in, by his join.
    pub(crate) fn asked_name(&self, join: &EnvelopeId) -> Option<&String> {
        self.asked.get(join)
    }

    pub(crate) fn open_text(&self, text: &SealedText, usage: TextUse) -> Option<String> {
        text.open(usage, self.keys.get(&text.epoch)?)
    }

    fn open_all(&mut self, authority: &Authority, opener: &Opener<'_>) {
        let mut claims: BTreeMap<EpochId, Vec<&KeyEpoch>> = BTreeMap::new();
        for epoch in authority.nodes().filter_map(Node::epoch) {
            claims.entry(epoch.epoch).or_default().push(epoch);
        }
        let invites = opener.invites(authority);
        for node in authority.nodes() {
            for (epoch, sealed) in opener.sealed_in(node, &invites) {
                if self.keys.contains_key(&epoch) || !claims.contains_key(&epoch) {
                    continue;
                }
                if let Some(key) = opener.unseal(sealed) {
                    self.take(epoch, key, &claims);
                }
            }
        }
        // Wraps that arrived after the key that opens them.
        let known: Vec<(EpochId, EpochKey)> = self
            .keys
            .iter()
            .map(|(epoch, key)| (*epoch, key.clone()))
            .collect();
        for (epoch, key) in known {
            self.follow(epoch, &key, &claims);
        }
    }

    /// Takes a key if it is the one its epoch's id commits to, and all that it opens.
    fn take(&mut self, epoch: EpochId, key: EpochKey, claims: &BTreeMap<EpochId, Vec<&KeyEpoch>>) {
        let fits = claims
            .get(&epoch)
            .is_some_and(|claims| claims.iter().any(|claim| claim.fits(&key)));
        if fits {
            self.keys.insert(epoch, key.clone());
            self.follow(epoch, &key, claims);
        }
    }

    fn follow(
        &mut self,
        epoch: EpochId,
        key: &EpochKey,
        claims: &BTreeMap<EpochId, Vec<&KeyEpoch>>,
    ) {
        let mut found = vec![(epoch, key.clone())];
        while let Some((epoch, key)) = found.pop() {
            let claims_of = |epoch: &EpochId| claims.get(epoch).into_iter().flatten();
            for claim in claims_of(&epoch).filter(|claim| claim.fits(&key)) {
                for wrapped in &claim.wrapped {
                    if self.keys.contains_key(&wrapped.epoch) {
                        continue;
                    }
                    if let Some(older) = claim.unwrap(&key, wrapped)
                        && claims_of(&wrapped.epoch).any(|claim| claim.fits(&older))
                    {
                        self.keys.insert(wrapped.epoch, older.clone());
                        found.push((wrapped.epoch, older));
                    }
                }
            }
        }
    }
}

impl Opener<'_> {
    /// The invites that this ticket is for.
    fn invites(&self, authority: &Authority) -> BTreeSet<EnvelopeId> {
        let Opener::Invite(public, _) = self else {
            return BTreeSet::new();
        };
        let ours = |node: &&Node| matches!(&node.action, Ok(Action::Invite(invite)) if invite.key == *public);
        authority.nodes().filter(ours).map(|node| node.id).collect()
    }

    /// The sealed keys in an operation that are meant for this opener.
    fn sealed_in<'n>(
        &self,
        node: &'n Node,
        invites: &BTreeSet<EnvelopeId>,
    ) -> Vec<(EpochId, &'n SealedKeyBytes)> {
        let each =
            |seals: &'n [EpochSeal]| seals.iter().map(|seal| (seal.epoch, &seal.key)).collect();
        if let Some(epoch) = node.epoch() {
            return self.addressed(epoch.epoch, &epoch.devices, &epoch.invites, invites);
        }
        match (&node.action, self) {
            (
                Ok(Action::SealFor {
                    epoch,
                    devices,
                    invites: to,
                }),
                _,
            ) => self.addressed(*epoch, devices, to, invites),
            (Ok(Action::Join(join)), Opener::Device(device, _)) if node.author == *device => {
                each(&join.keys)
            }
            (Ok(Action::Invite(invite)), Opener::Invite(public, _)) if invite.key == *public => {
                each(&invite.keys)
            }
            _ => Vec::new(),
        }
    }

    fn addressed<'n>(
        &self,
        epoch: EpochId,
        devices: &'n [crate::operation::DeviceSeal],
        to_invites: &'n [crate::operation::InviteSeal],
        invites: &BTreeSet<EnvelopeId>,
    ) -> Vec<(EpochId, &'n SealedKeyBytes)> {
        match self {
            Opener::Device(device, _) => {
                let ours = devices.iter().filter(|seal| seal.device == *device);
                ours.map(|seal| (epoch, &seal.key)).collect()
            }
            Opener::Invite(..) => {
                let ours = to_invites
                    .iter()
                    .filter(|seal| invites.contains(&seal.invite));
                ours.map(|seal| (epoch, &seal.key)).collect()
            }
        }
    }

    fn unseal(&self, sealed: &SealedKeyBytes) -> Option<EpochKey> {
        match self {
            Opener::Device(_, secret) => key::unseal(secret, sealed),
            Opener::Invite(_, secret) => key::unseal(secret.sealing_secret(), sealed),
        }
    }
}
