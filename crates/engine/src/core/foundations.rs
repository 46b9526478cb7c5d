//! Foundations: work that does not count, and on which work that counts rests. It is taken also from a device that is out, which may be the
//! last that holds it.

use std::collections::{BTreeSet, HashSet};

use skein_access::DeviceId;
use skein_model::{ChangeBytes, DocumentId};
use skein_store::EnvelopeState;
use skein_sync::{Group, ItemRef};

use super::Core;
use super::incoming::{Giver, Opened};
use super::judging::for_want_of_right;
use super::step::Step;
use crate::api::ApiError;

/// So much of what one device brought and does not count is remembered (bytes) while it is connected: what rests on it may come later.
const REMEMBERED: usize = 4 * 1024 * 1024;

/// The hash of a change.
type Hash = [u8; 32];

/// What a device brought that does not count, and on which nothing here rests so far.
#[derive(Default)]
pub(super) struct Loose {
    envelopes: Vec<Aside>,
    bytes: usize,
}

/// An envelope that does not count, opened.
struct Aside {
    document: DocumentId,
    changes: Vec<ChangeBytes>,
    bytes: Vec<u8>,
}

impl Aside {
    fn holds_any(&self, needed: &HashSet<Hash>) -> bool {
        let mut hashes = self.changes.iter().filter_map(ChangeBytes::hash);
        hashes.any(|hash| needed.contains(&hash))
    }
}

impl Loose {
    fn remember(&mut self, envelopes: impl Iterator<Item = Aside>) {
        for aside in envelopes {
            if self.bytes + aside.bytes.len() <= REMEMBERED {
                self.bytes += aside.bytes.len();
                self.envelopes.push(aside);
            }
        }
    }

    fn documents(&self) -> BTreeSet<DocumentId> {
        self.envelopes.iter().map(|aside| aside.document).collect()
    }

    /// Gives those that hold one of these changes, and forgets them.
    fn take(&mut self, needed: &HashSet<Hash>) -> Vec<Vec<u8>> {
        let all = std::mem::take(&mut self.envelopes).into_iter();
        let (taken, left): (Vec<Aside>, Vec<Aside>) =
            all.partition(|aside| aside.holds_any(needed));
        self.envelopes = left;
        self.bytes = self.envelopes.iter().map(|aside| aside.bytes.len()).sum();
        taken.into_iter().map(|aside| aside.bytes).collect()
    }
}

impl Core {
    /// Of what a device brought and was refused, keeps that on which something rests that is here and waits. The rest is remembered while it is
    /// connected. Returns what was kept.
    ///
    /// # Errors
    /// When it could not be kept; then nothing of its batch may be acknowledged.
    pub(super) fn keep_foundations<'a>(
        &mut self,
        step: &mut Step<'_>,
        peer: DeviceId,
        refused: impl Iterator<Item = &'a Vec<u8>>,
    ) -> Result<Vec<ItemRef>, ApiError> {
        let brought: Vec<Aside> = refused.filter_map(|bytes| self.aside(bytes)).collect();
        let mut items = Vec::new();
        if let Some(link) = self.links.get_mut(&peer) {
            link.loose.remember(brought.into_iter());
        }
        // What is kept may rest on more of it.
        loop {
            let loose = self.links.get(&peer).map(|link| link.loose.documents());
            let needed = self.rested_on(&loose.unwrap_or_default());
            let link = self.links.get_mut(&peer);
            let taken = link.map(|link| link.loose.take(&needed));
            let Some(taken) = taken.filter(|taken| !taken.is_empty()) else {
                return Ok(items);
            };
            let (_, kept) = self.receive(step, Group::Data, &taken, Giver::Insider)?;
            items.extend(kept);
        }
    }

    /// The changes on which something rests that waits in these documents: counting work, or what was kept for its sake.
    fn rested_on(&self, documents: &BTreeSet<DocumentId>) -> HashSet<Hash> {
        let mut needed = HashSet::new();
        for id in documents {
            let waiting = self.waiting_for(*id, &[]);
            if waiting.is_empty() {
                continue;
            }
            let state = EnvelopeState::Quarantined(String::new());
            let stored = self.store.envelopes_of_document(*id, &state);
            let stored = stored.unwrap_or_default();
            let aside = stored.iter().filter_map(|stored| self.aside(&stored.bytes));
            let waiting = waiting.into_iter().flat_map(|carried| carried.changes);
            let all = waiting.chain(aside.flat_map(|aside| aside.changes));
            needed.extend(all.filter_map(|change| change.rests_on()).flatten());
        }
        needed
    }

    /// Opens an envelope that does not count, if it does not for want of a right.
    fn aside(&self, bytes: &[u8]) -> Option<Aside> {
        let envelope = self.verified(bytes)?;
        match self.open_envelope(&envelope) {
            Opened::Not(state, Some(_)) if for_want_of_right(&state) => {}
            _ => return None,
        }
        let workspace = self.workspace.as_ref()?;
        let key = workspace.keyring.get(&envelope.header().epoch)?;
        let payload = envelope.open(key).ok()?;
        Some(Aside {
            document: payload.document,
            changes: payload.changes,
            bytes: envelope.into_bytes(),
        })
    }
}
