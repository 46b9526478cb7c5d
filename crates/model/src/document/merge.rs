//! Taking in the changes of others: those that are ready in one call, those that are not kept in mind, those that do
//! harm left out.

use std::collections::{BTreeMap, BTreeSet};

use automerge::{Automerge, Change, ChangeHash, Patch};

use super::body::{Body, guarded};
use super::{Document, MergeError, Merged, TextLog, Touched, guard, touched};
use crate::kind::ChangeBytes;
use crate::text::{Splices, TextField};
use crate::view::Life;

/// So many changes of one document wait in memory at most; more are given back and forgotten here.
const MOST_WAITING: usize = 10_000;
/// So many touched cards are read back to see whether a change left them readable.
const CARDS_READ_BACK: usize = 256;

/// Changes that rest on others that are not here.
#[derive(Debug, Default)]
pub(super) struct Waiting(BTreeMap<ChangeHash, (Change, ChangeBytes)>);

/// The outcome of [`Waiting::take`].
pub(super) struct Taken {
    /// The document with what was applied; none when nothing was.
    pub(super) doc: Option<Automerge>,
    pub(super) applied: Vec<Change>,
    pub(super) patches: Vec<Patch>,
    pub(super) waiting: Vec<ChangeBytes>,
    pub(super) released: Vec<ChangeBytes>,
    pub(super) quarantined: Vec<(ChangeBytes, String)>,
}

impl Waiting {
    /// Takes what is ready of the given and the waiting changes into a document.
    pub(super) fn take(&mut self, doc: &Automerge, changes: &[ChangeBytes]) -> Taken {
        let mut taken = Taken {
            doc: None,
            applied: Vec::new(),
            patches: Vec::new(),
            waiting: Vec::new(),
            released: Vec::new(),
            quarantined: Vec::new(),
        };
        let mut candidates = std::mem::take(&mut self.0);
        let before: BTreeSet<_> = candidates.keys().copied().collect();
        let mut order: Vec<ChangeHash> = before.iter().copied().collect();
        for bytes in changes {
            match guard::decode(bytes) {
                Err(refused) => taken.quarantined.push((bytes.clone(), refused.to_string())),
                Ok(change) => {
                    let hash = change.hash();
                    if doc.get_change_meta_by_hash(&hash).is_none()
                        && !candidates.contains_key(&hash)
                    {
                        order.push(hash);
                        candidates.insert(hash, (change, bytes.clone()));
                    }
                }
            }
        }
        let ready = take_ready(doc, &mut candidates, &order);
        let mut bytes_of: BTreeMap<ChangeHash, ChangeBytes> = BTreeMap::new();
        let mut list = Vec::with_capacity(ready.len());
        for (change, bytes) in ready {
            bytes_of.insert(change.hash(), bytes);
            list.push(change);
        }
        let mut refused = Vec::new();
        absorb(doc, &mut taken, &list, &mut refused);
        for (hash, reason) in refused {
            if let Some(bytes) = bytes_of.get(&hash) {
                taken.quarantined.push((bytes.clone(), reason));
            }
        }
        let released = taken
            .applied
            .iter()
            .map(Change::hash)
            .filter(|hash| before.contains(hash));
        taken.released = released
            .filter_map(|hash| bytes_of.get(&hash).cloned())
            .collect();
        let given: BTreeSet<_> = changes.iter().collect();
        let left = order
            .iter()
            .filter_map(|hash| candidates.get(hash))
            .map(|(_, bytes)| bytes);
        taken.waiting = left
            .filter(|bytes| given.contains(bytes))
            .cloned()
            .collect();
        while candidates.len() > MOST_WAITING {
            candidates.pop_last();
        }
        self.0 = candidates;
        taken
    }
}

/// Moves out the changes whose predecessors are all here, each after those it rests on.
fn take_ready(
    doc: &Automerge,
    candidates: &mut BTreeMap<ChangeHash, (Change, ChangeBytes)>,
    order: &[ChangeHash],
) -> Vec<(Change, ChangeBytes)> {
    let mut missing: BTreeMap<ChangeHash, usize> = BTreeMap::new();
    let mut dependents: BTreeMap<ChangeHash, Vec<ChangeHash>> = BTreeMap::new();
    let mut queue = Vec::new();
    for hash in order {
        let Some((change, _)) = candidates.get(hash) else {
            continue;
        };
        let unknown: BTreeSet<_> = change
            .deps()
            .iter()
            .filter(|dep| doc.get_change_meta_by_hash(dep).is_none())
            .copied()
            .collect();
        if unknown.is_empty() {
            queue.push(*hash);
        } else {
            missing.insert(*hash, unknown.len());
            for dependency in unknown {
                dependents.entry(dependency).or_default().push(*hash);
            }
        }
    }
    let mut ready = Vec::new();
    let mut next = 0;
    while let Some(hash) = queue.get(next).copied() {
        next += 1;
        ready.extend(candidates.remove(&hash));
        for dependent in dependents.remove(&hash).unwrap_or_default() {
            if let Some(left) = missing.get_mut(&dependent) {
                *left -= 1;
                if *left == 0 {
                    queue.push(dependent);
                }
            }
        }
    }
    ready
}

/// Applies changes together; when that fails, half by half until the culprits are found. What rests on a culprit is
/// left out with it.
fn absorb(
    base: &Automerge,
    taken: &mut Taken,
    changes: &[Change],
    refused: &mut Vec<(ChangeHash, String)>,
) {
    if changes.is_empty() {
        return;
    }
    let outcome = guard::apply(taken.doc.as_ref().unwrap_or(base), changes).and_then(|tried| {
        let readable =
            guarded(|| touched::is_readable(&tried.doc, &tried.patches, CARDS_READ_BACK));
        readable
            .map(|()| tried)
            .map_err(|_| guard::Refused::Panicked)
    });
    match outcome {
        Ok(tried) => {
            taken.doc = Some(tried.doc);
            taken.patches.extend(tried.patches);
            taken.applied.extend_from_slice(changes);
        }
        Err(reason) => match changes {
            [only] => refused.push((only.hash(), reason.to_string())),
            _ => {
                let (first, second) = changes.split_at(changes.len() / 2);
                absorb(base, taken, first, refused);
                let bad: BTreeSet<_> = refused.iter().map(|(hash, _)| *hash).collect();
                let mut gone = bad.clone();
                let mut rest = Vec::new();
                for change in second {
                    if change.deps().iter().any(|dep| gone.contains(dep)) {
                        gone.insert(change.hash());
                        refused.push((
                            change.hash(),
                            "it rests on a change that was refused".to_owned(),
                        ));
                    } else {
                        rest.push(change.clone());
                    }
                }
                absorb(base, taken, &rest, refused);
            }
        },
    }
}

impl Document {
    /// Takes in changes of others. All that are ready go in together; a change that cannot be applied, or that would
    /// break the document, is left out and the document is as if it had never come.
    ///
    /// # Errors
    /// When a burst is open: close it first.
    pub fn merge(&mut self, changes: &[ChangeBytes]) -> Result<Merged, MergeError> {
        let life = self.life;
        let taken = self.waiting.take(self.body.settled()?, changes);
        let mut merged = Merged {
            applied: taken.applied.len(),
            waiting: taken.waiting,
            released: taken.released,
            quarantined: taken.quarantined,
            ..Merged::default()
        };
        let Some(doc) = taken.doc else {
            return Ok(merged);
        };
        let old = std::mem::replace(&mut self.body, Body::Settled(Box::new(doc)));
        let (Body::Settled(old), Ok(new)) = (&old, self.body.settled()) else {
            return Ok(merged);
        };
        let seen = guarded(|| touched::of_merge(old, new, &taken.patches, &taken.applied));
        match seen {
            Ok((text, touched)) => {
                merged.text = text.into_list();
                merged.touched = touched;
            }
            // The copy passed every check and yet cannot be read: stay with what was.
            Err(error) => {
                self.body = Body::Broken;
                return Err(error.into());
            }
        }
        if let Some(mut index) = self.index.take() {
            self.body.read(|f| {
                for card in &merged.touched.cards {
                    index.refresh(f, *card);
                }
            })?;
            self.index = Some(index);
        }
        self.refresh_life()?;
        merged.touched.header |= life != self.life || self.life != Life::Alive;
        Ok(merged)
    }
}

/// The splices of one text from the difference of its states.
pub(super) fn by_difference(log: &mut TextLog, field: TextField, old: &str, new: &str) {
    log.push(field, Splices::between(old, new));
}

/// The parts that were touched, and how texts changed.
pub(super) type Seen = (TextLog, Touched);
