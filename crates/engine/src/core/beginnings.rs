//! Documents that are new here: made of their first envelopes, and kept together in one transaction.

use std::collections::BTreeSet;

use skein_access::DeviceId;
use skein_model::{ChangeBytes, Document, DocumentId, Heads, Kind, Projection};
use skein_store::{Durability, NewChanges, StoreError};

use super::Core;
use super::documents::Applied;
use super::jobs::Carried;
use super::step::Step;

/// Why the beginning of something else is not taken.
const OTHER_BEGINNING: &str = "the change begins another document";

/// A document whose beginning has come.
struct NewDocument {
    id: DocumentId,
    heads: Heads,
    changes: Vec<ChangeBytes>,
    projection: Projection,
    applied: Applied,
}

impl Core {
    /// Takes documents that are not here yet. Those whose beginning is missing wait.
    pub(super) fn apply_new(&mut self, step: &mut Step<'_>, new: Vec<(DocumentId, Vec<Carried>)>) {
        let mut ready: Vec<NewDocument> = Vec::new();
        for (id, mut carried) in new {
            carried.extend(self.waiting_for(id, &carried));
            match self.begin(id, carried) {
                Some(begun) => ready.push(begun),
                None => tracing::debug!(%id, "the beginning of a document has not arrived yet"),
            }
        }
        if ready.is_empty() {
            return;
        }
        let Some(workspace) = &self.workspace else {
            return;
        };
        let authority = &workspace.authority;
        let wall = step.now.wall_ms;
        let written = self.store.write(Durability::Normal, |tx| {
            for NewDocument {
                id,
                heads,
                changes,
                projection,
                applied,
                ..
            } in &ready
            {
                let Some(first) = &applied.under else {
                    continue;
                };
                let permit = authority
                    .accept(first)
                    .map_err(|reason| StoreError::Refused(reason.to_string()))?;
                let new = NewChanges {
                    changes,
                    heads,
                    sealed: true,
                    at_ms: wall,
                };
                tx.create_document(&permit, *id, &new, projection)?;
                applied.settle(tx)?;
            }
            Ok(())
        });
        match written {
            Ok(()) => {
                for new in ready {
                    step.news.headers.insert(new.id);
                    step.news.links = true;
                }
                step.news.delivery = true;
            }
            Err(error) => {
                tracing::error!(%error, "new documents could not be kept; they are taken again at the next start")
            }
        }
    }

    /// Makes a document of its first envelopes.
    fn begin(&self, id: DocumentId, carried: Vec<Carried>) -> Option<NewDocument> {
        let others = self.other_beginnings(id, &carried);
        let changes: Vec<ChangeBytes> = carried
            .iter()
            .flat_map(|carried| carried.changes.iter())
            .filter(|change| !others.contains(change))
            .cloned()
            .collect();
        let loaded = match Document::load(self.actor, None, &changes) {
            Ok(loaded) => loaded,
            Err(error) => {
                tracing::debug!(%error, %id, "not a whole document yet");
                return None;
            }
        };
        if loaded.document.id() != id {
            tracing::warn!(%id, "an envelope names one document and holds another");
            return None;
        }
        let profiles = self.workspace.as_ref().map(|workspace| &workspace.profiles);
        let of_somebody = profiles.is_some_and(|profiles| profiles.contains_key(&id));
        if of_somebody != (loaded.document.kind() == Kind::Profile) {
            tracing::warn!(%id, "a document is not what its place says");
            return None;
        }
        let mut applied = Applied {
            document: Some(id),
            under: carried.first().map(|carried| carried.envelope.clone()),
            ..Applied::default()
        };
        for carried in carried {
            let bad = carried.changes.iter().find_map(|change| {
                let refused = loaded
                    .quarantined
                    .iter()
                    .find(|(refused, _)| refused == change);
                let other = others.contains(change).then(|| OTHER_BEGINNING.to_owned());
                refused.map(|(_, reason)| reason.clone()).or(other)
            });
            if let Some(reason) = bad {
                applied.quarantined.push((carried.envelope.id(), reason));
            } else if !carried
                .changes
                .iter()
                .any(|change| loaded.waiting.contains(change))
            {
                applied.envelopes.push(carried.envelope);
            }
        }
        let document = loaded.document;
        Some(NewDocument {
            id,
            heads: document.heads(),
            changes: taken(&changes, &loaded.waiting, &loaded.quarantined),
            projection: document.projection().ok()?,
            applied,
        })
    }

    /// Changes that begin another document, or this one a second time. An open document refuses them by itself; here several
    /// beginnings may have come at once, and the one on which most rests is taken. Looked for only where authors differ: what
    /// somebody does to a document of his own is his own affair.
    fn other_beginnings(&self, id: DocumentId, carried: &[Carried]) -> Vec<ChangeBytes> {
        let authors: BTreeSet<DeviceId> = carried
            .iter()
            .map(|carried| carried.envelope.header().device)
            .collect();
        if authors.len() < 2 {
            return Vec::new();
        }
        let begins = |changes: &[ChangeBytes]| {
            let loaded = Document::load(self.actor, None, changes).ok()?;
            Some(loaded.document.id())
        };
        let candidates = carried
            .iter()
            .filter(|carried| begins(&carried.changes).is_some());
        let (mut ours, mut others): (Vec<ChangeBytes>, Vec<ChangeBytes>) = (Vec::new(), Vec::new());
        for change in candidates.flat_map(|carried| &carried.changes) {
            match begins(std::slice::from_ref(change)) {
                Some(other) if other != id => others.push(change.clone()),
                Some(_) if !ours.contains(change) => ours.push(change.clone()),
                _ => {}
            }
        }
        ours.sort();
        let least = ours.iter().min_by_key(|beginning| {
            let rest: Vec<ChangeBytes> = carried
                .iter()
                .flat_map(|carried| carried.changes.iter())
                .filter(|change| {
                    change == beginning || !(ours.contains(change) || others.contains(change))
                })
                .cloned()
                .collect();
            Document::load(self.actor, None, &rest)
                .map_or(usize::MAX, |loaded| loaded.waiting.len())
        });
        let least = least.filter(|_| ours.len() > 1).cloned();
        if let Some(least) = least {
            others.extend(ours.into_iter().filter(|change| *change != least));
        }
        others
    }
}

/// Of the changes that came, those that are in the document now, each once.
fn taken(
    came: &[ChangeBytes],
    waiting: &[ChangeBytes],
    quarantined: &[(ChangeBytes, String)],
) -> Vec<ChangeBytes> {
    let mut seen: BTreeSet<&ChangeBytes> = waiting.iter().collect();
    seen.extend(quarantined.iter().map(|(change, _)| change));
    came.iter()
        .filter(|change| seen.insert(change))
        .cloned()
        .collect()
}
