//! New documents that come many at once: in lists as soon as their envelopes are here, and made behind that: what somebody asks for at
//! once, then the latest.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

use skein_access::Envelope;
use skein_model::{ChangeBytes, DocumentId, Glimpse};
use skein_store::{Durability, ListedAs, StoreError};

use super::Core;
use super::beginnings::{Beginning, SMALL};
use super::io::ClientId;
use super::jobs::Carried;
use super::step::Step;
use crate::api::{ApiError, ClientMessage, ErrorCode, Request, View};

/// So long after the last that came (ms), the machine is left to what is on the way: titles come before texts.
const PAUSE: u64 = 100;
/// What arrives is kept in memory up to this size (bytes); what is more is read back from the store when its turn comes.
const IN_MEMORY: usize = 64 * 1024 * 1024;
/// So many requests wait for documents that are on their way.
const PARKED: usize = 1024;

/// In which order documents are made: the latest first.
type Turn = (Reverse<u32>, DocumentId);

/// Documents whose envelopes are kept and opened, and that are not made yet.
#[derive(Default)]
pub(super) struct Arriving {
    documents: BTreeMap<DocumentId, Newcomer>,
    turns: BTreeSet<Turn>,
    /// Bytes of changes in memory.
    size: usize,
    /// Documents that are in lists, and not here.
    listed: BTreeSet<DocumentId>,
    awaited: BTreeMap<DocumentId, VecDeque<(ClientId, ClientMessage)>>,
    /// When nothing came for a while.
    quiet_at: u64,
}

/// What came of one document.
#[derive(Default)]
struct Newcomer {
    carried: Vec<Carried>,
    /// The latest hour in which somebody wrote it, by his clock.
    hour: u32,
}

impl Arriving {
    pub(super) fn is_empty(&self) -> bool {
        self.documents.is_empty()
    }

    fn holds(&self, id: &DocumentId) -> bool {
        self.documents.contains_key(id)
    }

    /// Documents that are in lists already, as an earlier run left them.
    pub(super) fn were_listed(&mut self, documents: impl IntoIterator<Item = DocumentId>) {
        self.listed.extend(documents);
    }

    /// Whether the machine is left to what is still on the way.
    pub(super) fn is_held_back(&self, mono: u64) -> bool {
        mono < self.quiet_at
    }

    /// When there is something to be made.
    pub(super) fn due(&self, beginning: &Beginning) -> Option<u64> {
        let mut turns = self.turns.iter();
        turns
            .any(|(_, id)| !beginning.holds(id))
            .then_some(self.quiet_at)
    }

    fn add(&mut self, id: DocumentId, carried: Vec<Carried>) {
        let newcomer = self.documents.entry(id).or_default();
        self.turns.remove(&(Reverse(newcomer.hour), id));
        let hours = carried.iter().map(|carried| carried.envelope.header().hour);
        newcomer.hour = hours.max().unwrap_or_default().max(newcomer.hour);
        self.turns.insert((Reverse(newcomer.hour), id));
        self.size += size_of(&carried);
        newcomer.carried.extend(carried);
    }

    /// Takes one out, to be made.
    fn take(&mut self, id: &DocumentId) -> Option<Vec<Carried>> {
        let newcomer = self.documents.remove(id)?;
        self.turns.remove(&(Reverse(newcomer.hour), *id));
        self.size = self.size.saturating_sub(size_of(&newcomer.carried));
        Some(newcomer.carried)
    }

    /// Takes some out whose turn it is; not those that are made in another way just now.
    pub(super) fn take_some(
        &mut self,
        most: usize,
        beginning: &Beginning,
    ) -> Vec<(DocumentId, Vec<Carried>)> {
        let turns = self.turns.iter().map(|(_, id)| *id);
        let next: Vec<DocumentId> = turns.filter(|id| !beginning.holds(id)).take(most).collect();
        next.into_iter()
            .filter_map(|id| Some((id, self.take(&id)?)))
            .collect()
    }

    /// Leaves what came of a document to the store, which holds it too.
    fn leave_to_the_store(&mut self, id: &DocumentId) {
        if let Some(newcomer) = self.documents.get_mut(id) {
            let carried = std::mem::take(&mut newcomer.carried);
            self.size = self.size.saturating_sub(size_of(&carried));
        }
    }
}

/// The size of what envelopes carry (bytes).
pub(super) fn size_of(carried: &[Carried]) -> usize {
    let changes = carried.iter().flat_map(|carried| &carried.changes);
    changes.map(|change| change.0.len()).sum()
}

impl Core {
    /// Takes up many new documents: lists what can be listed at a glance, and makes them as there is room.
    pub(super) fn take_in(&mut self, step: &mut Step<'_>, new: Vec<(DocumentId, Vec<Carried>)>) {
        let ids: Vec<DocumentId> = new.iter().map(|(id, _)| *id).collect();
        for (id, carried) in new {
            self.arriving.add(id, carried);
        }
        self.arriving.quiet_at = step.now.mono_ms + PAUSE;
        self.list_early(step, &ids);
        for id in ids {
            if self.arriving.size <= IN_MEMORY {
                break;
            }
            self.arriving.leave_to_the_store(&id);
        }
        step.news.status = true;
        self.begin_some(step);
    }

    /// Puts documents into lists before they are made, or takes them out again if that cannot be told any more.
    fn list_early(&mut self, step: &mut Step<'_>, ids: &[DocumentId]) {
        let Some(workspace) = &self.workspace else {
            return;
        };
        let mut seen: Vec<(DocumentId, Envelope, Option<Glimpse>)> = Vec::new();
        for id in ids {
            // A member's profile is in no list.
            if workspace.profiles.contains_key(id) {
                continue;
            }
            let Some(newcomer) = self.arriving.documents.get(id) else {
                continue;
            };
            let Some(first) = newcomer.carried.first() else {
                continue;
            };
            let changes = newcomer.carried.iter().flat_map(|carried| &carried.changes);
            let changes: Vec<ChangeBytes> = changes.cloned().collect();
            seen.push((*id, first.envelope.clone(), Glimpse::of(*id, &changes)));
        }
        let authority = &workspace.authority;
        let wall = step.now.wall_ms;
        let written = self.store.write(Durability::Normal, |tx| {
            for (id, first, glimpse) in &seen {
                let permit = authority.accept(first);
                let (Some(glimpse), Ok(permit)) = (glimpse, permit) else {
                    tx.unlist(*id)?;
                    continue;
                };
                let listed = &glimpse.listed;
                let listed = ListedAs {
                    title: &listed.title.value,
                    parent: listed.place.value.parent,
                    position: &listed.place.value.position,
                    life: listed.life,
                    conflicts: listed.conflicts(),
                };
                match tx.list_early(&permit, *id, glimpse.kind, &listed, wall) {
                    // Whoever wrote it may not write such a document: it is looked at when it is made.
                    Err(StoreError::NotPermitted { .. }) => tx.unlist(*id)?,
                    listed => listed?,
                }
            }
            Ok(())
        });
        if let Err(error) = written {
            tracing::warn!(%error, "documents that came are in lists only when they are made");
            return;
        }
        for (id, ..) in seen {
            self.arriving.listed.insert(id);
            step.news.headers.insert(id);
        }
    }

    /// Whether a document is in lists, and not here.
    pub(super) fn is_listed_early(&self, id: &DocumentId) -> bool {
        self.arriving.listed.contains(id)
    }

    /// How many documents came and are not made yet.
    pub(super) fn count_arriving(&self) -> u32 {
        let count = self.arriving.documents.len() + self.beginning.len();
        u32::try_from(count).unwrap_or(u32::MAX)
    }

    /// These documents are here, or gone.
    pub(super) fn have_arrived(&mut self, ids: impl IntoIterator<Item = DocumentId>) {
        for id in ids {
            self.arriving.listed.remove(&id);
        }
    }

    /// Somebody asks for a document: if it is on its way, it is made next. Whether it can be opened as usual now.
    pub(super) fn hasten(&mut self, step: &mut Step<'_>, id: DocumentId) -> bool {
        let is_listed = self.arriving.listed.contains(&id);
        if !is_listed && !self.arriving.holds(&id) {
            return true;
        }
        if self.beginning.holds(&id) {
            return false;
        }
        let mut carried = self.arriving.take(&id).unwrap_or_default();
        carried.extend(self.gathering.take_of(&id));
        if carried.is_empty() && !is_listed {
            return true;
        }
        carried.extend(self.waiting_for(id, &carried));
        if carried.is_empty() {
            return true;
        }
        if size_of(&carried) <= SMALL {
            self.begin_now(step, vec![(id, carried)]);
            return true;
        }
        self.hand_out(step, vec![(id, carried)]);
        false
    }

    /// Lets a request wait for a document that is on its way.
    pub(super) fn await_arrival(
        &mut self,
        id: DocumentId,
        client: ClientId,
        message: ClientMessage,
    ) -> Result<(), ApiError> {
        let parked = self.arriving.awaited.entry(id).or_default();
        if parked.len() >= PARKED {
            return Err(ApiError::new(
                ErrorCode::TooLarge,
                "Too much waits for this document while it arrives; nothing of this was done.",
                "Try again in a moment.",
            ));
        }
        parked.push_back((client, message));
        Ok(())
    }

    /// The document that a request is about, whether or not it has to be in memory for that.
    pub(super) fn document_meant(&self, client: ClientId, request: &Request) -> Option<DocumentId> {
        match request {
            Request::BeginFile { document, .. }
            | Request::Subscribe {
                view: View::Files { document },
            } => Some(*document),
            _ => self.document_needed(client, request),
        }
    }

    /// What is due with documents that arrive: makes some, answers whoever waited for one, and tidies up when all are here.
    pub(super) fn work_on_arriving(&mut self, step: &mut Step<'_>) {
        self.begin_some(step);
        let awaited = self.arriving.awaited.keys();
        let answered: Vec<DocumentId> = awaited
            .filter(|id| !self.beginning.holds(id) && !self.arriving.holds(id))
            .copied()
            .collect();
        for id in answered {
            for (client, message) in self.arriving.awaited.remove(&id).unwrap_or_default() {
                self.handle_client(step, client, message);
            }
        }
        self.unlist_what_never_came(step);
    }

    /// When nothing is on its way any more, what is still in lists and not here goes out of them: it turned out not to count.
    fn unlist_what_never_came(&mut self, step: &mut Step<'_>) {
        let is_busy = !self.arriving.is_empty()
            || !self.gathering.is_empty()
            || !self.beginning.is_empty()
            || !self.judging.is_settled()
            || self.unkept.trouble().is_some();
        if self.arriving.listed.is_empty() || is_busy {
            return;
        }
        let listed = std::mem::take(&mut self.arriving.listed);
        let here = |id: &DocumentId| matches!(self.store.heads(*id), Ok(Some(_)));
        let left: Vec<DocumentId> = listed.into_iter().filter(|id| !here(id)).collect();
        if left.is_empty() {
            return;
        }
        self.unlist(step, left);
    }

    /// Takes documents out of lists that are in them and turned out not to come.
    pub(super) fn unlist(&mut self, step: &mut Step<'_>, ids: Vec<DocumentId>) {
        let written = self.store.write(Durability::Normal, |tx| {
            ids.iter().try_for_each(|id| tx.unlist(*id))
        });
        match written {
            Ok(()) => {
                self.have_arrived(ids.iter().copied());
                step.news.headers.extend(ids);
            }
            Err(error) => {
                tracing::warn!(%error, "lists name documents that did not come; they are looked through at the next start");
            }
        }
    }

    /// Nothing that was opened under a right which is gone is made a document.
    pub(super) fn drop_arriving_that_counts_no_more(&mut self) {
        let documents: Vec<DocumentId> = self.arriving.documents.keys().copied().collect();
        for id in documents {
            let Some(mut carried) = self.arriving.take(&id) else {
                continue;
            };
            // What was left to the store is judged when it is read back.
            let was_left = carried.is_empty();
            carried.retain(|carried| self.still_counts(id, carried));
            if was_left || !carried.is_empty() {
                self.arriving.add(id, carried);
            }
        }
    }
}
