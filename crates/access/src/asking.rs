//! Asking to be let in: the name that somebody who waits for approval gives, readable to members and to nobody else.
//!
//! He has no epoch key yet, so his name is sealed to a key of the members: the secret is derived under `skein/1 asking key` from the
//! epoch's key under which the invite was made and the invite's own key, and the invite names the public half. So whoever is in can read who asks,
//! and other holders of the ticket, and carriers, cannot.
//!
//! Sealed bytes = nonce (24 random bytes) · `crypto_box` (X25519, XSalsa20-Poly1305, as in libsodium) between the joining device's sealing key and
//! the members', of the name padded as in [`crate::sealed_text`]. In the place of the epoch stands the members' public key.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crypto_box::aead::Aead;
use crypto_box::{Nonce, PublicKey, SalsaBox, SecretKey};
use rand_core::CryptoRngCore;
use zeroize::Zeroizing;

use crate::authority::Authority;
use crate::domain;
use crate::header::NONCE_LENGTH;
use crate::id::{EnvelopeId, EpochId};
use crate::key::{DeviceKey, EpochKey};
use crate::node::Node;
use crate::operation::{Action, Invite, Join};
use crate::sealed_text::{NameError, SealedText, pad, unpad};
use crate::wire::{Fixed, SealingKey};

/// The public key to which those who come by an invite seal their names.
pub(crate) fn asking_key(epoch: &EpochKey, invite: &Fixed<32>) -> SealingKey {
    Fixed(secret(epoch, invite).public_key().to_bytes())
}

/// Seals the name of a device's person for the members.
pub(crate) fn seal_name(
    name: &str,
    members: &SealingKey,
    device: &DeviceKey,
    rng: &mut impl CryptoRngCore,
) -> Result<SealedText, NameError> {
    let padded = pad(name)?;
    let mut nonce = [0; NONCE_LENGTH];
    rng.fill_bytes(&mut nonce);
    let between = SalsaBox::new(&PublicKey::from_bytes(members.0), &device.sealing_secret());
    let ciphertext = between
        .encrypt(Nonce::from_slice(&nonce), padded.as_slice())
        .map_err(|_| NameError::TooLong(name.len()))?;
    let mut sealed = nonce.to_vec();
    sealed.extend_from_slice(&ciphertext);
    Ok(SealedText {
        epoch: EpochId::from_bytes(members.0),
        sealed,
    })
}

/// The names given by all who asked, let in or not, as far as these keys open them; by join.
pub(crate) fn names(
    authority: &Authority,
    keys: &BTreeMap<EpochId, EpochKey>,
) -> BTreeMap<EnvelopeId, String> {
    let mut secrets: BTreeMap<EnvelopeId, Option<SecretKey>> = BTreeMap::new();
    let mut names = BTreeMap::new();
    for node in authority.nodes() {
        let Ok(Action::Join(join)) = &node.action else {
            continue;
        };
        let Some(invite) = authority.node(&join.invite) else {
            continue;
        };
        let Ok(Action::Invite(opened)) = &invite.action else {
            continue;
        };
        if !opened.approval {
            continue;
        }
        let secret = secrets
            .entry(invite.id)
            .or_insert_with(|| secret_of(authority, keys, invite, opened));
        let name = secret.as_ref().and_then(|secret| open_name(join, secret));
        names.extend(name.map(|name| (node.id, name)));
    }
    names
}

fn open_name(join: &Join, members: &SecretKey) -> Option<String> {
    let name = join.name.as_ref()?;
    let (nonce, ciphertext) = name.sealed.split_first_chunk::<NONCE_LENGTH>()?;
    let between = SalsaBox::new(&PublicKey::from_bytes(join.sealing.0), members);
    let padded = between.decrypt(Nonce::from_slice(nonce), ciphertext).ok()?;
    unpad(&padded)
}

/// The secret to an invite's names. Under which epoch it was made is not said; it is nearly always the last one that the invite had seen.
fn secret_of(
    authority: &Authority,
    keys: &BTreeMap<EpochId, EpochKey>,
    node: &Node,
    invite: &Invite,
) -> Option<SecretKey> {
    let mut seen: BTreeSet<EnvelopeId> = BTreeSet::new();
    let mut next: VecDeque<EnvelopeId> = node.parents.iter().copied().collect();
    while let Some(id) = next.pop_front() {
        let Some(before) = authority.node(&id).filter(|_| seen.insert(id)) else {
            continue;
        };
        let key = before.epoch().and_then(|epoch| keys.get(&epoch.epoch));
        let secret = key.map(|key| secret(key, &invite.key));
        let fits = |secret: &SecretKey| secret.public_key().as_bytes() == &invite.sealing.0;
        if let Some(secret) = secret.filter(fits) {
            return Some(secret);
        }
        next.extend(&before.parents);
    }
    None
}

fn secret(epoch: &EpochKey, invite: &Fixed<32>) -> SecretKey {
    let bytes = domain::derive(domain::ASKING_KEY, &[epoch.as_bytes(), &invite.0]);
    SecretKey::from_bytes(*Zeroizing::new(bytes))
}
