//! Forks: a device that gave one number to two envelopes, as a restored backup or a copied profile does. Both are kept; this only tells.

use std::collections::BTreeMap;

use crate::header::Header;
use crate::id::{DeviceId, EnvelopeId};

/// Several envelopes of one device with one number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fork {
    /// The device.
    pub device: DeviceId,
    /// The number that was given more than once.
    pub sequence: u64,
    /// The envelopes that have it, sorted.
    pub envelopes: Vec<EnvelopeId>,
}

/// Finds every number that a device gave to more than one envelope, sorted by device and number.
pub fn forks<'a>(headers: impl IntoIterator<Item = (EnvelopeId, &'a Header)>) -> Vec<Fork> {
    let mut places: BTreeMap<(DeviceId, u64), Vec<EnvelopeId>> = BTreeMap::new();
    for (id, header) in headers {
        places
            .entry((header.device, header.sequence))
            .or_default()
            .push(id);
    }
    places
        .into_iter()
        .filter_map(|((device, sequence), mut envelopes)| {
            envelopes.sort_unstable();
            envelopes.dedup();
            (envelopes.len() > 1).then_some(Fork {
                device,
                sequence,
                envelopes,
            })
        })
        .collect()
}
