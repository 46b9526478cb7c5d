//! Documents that are new here: made of their first envelopes, away from the core when there are many, and kept together in one
//! transaction.

use std::collections::{BTreeSet, HashSet};

use skein_access::DeviceId;
use skein_model::{ActorSeed, ChangeBytes, Document, DocumentId, Heads, Kind, Projection};
use skein_store::{Durability, NewChanges, StoreError};

use super::Core;
use super::arriving::size_of;
use super::documents::Applied;
use super::io::Effect;
use super::jobs::{Carried, Fate, Job};
use super::step::Step;

/// Why the beginning of something else is not taken.
const OTHER_BEGINNING: &str = "the change begins another document";

/// So many new documents are made at once in the core, if they are small (bytes); more are handed out, ...
const AT_ONCE: usize = 4;
pub(super) const SMALL: usize = 64 * 1024;
/// ... so many with one job, ...
const A_JOB: usize = 64;
/// ... and no more than so many jobs at a time: other work wants the machine too.
const MOST_JOBS: usize = 3;
/// While more is coming, so many.
const FEWEST_JOBS: usize = 1;

/// Which documents are being made elsewhere.
#[derive(Default)]
pub(super) struct Beginning {
    documents: BTreeSet<DocumentId>,
    jobs: usize,
}

impl Beginning {
    pub(super) fn is_empty(&self) -> bool {
        self.documents.is_empty()
    }

    pub(super) fn len(&self) -> usize {
        self.documents.len()
    }

    pub(super) fn holds(&self, id: &DocumentId) -> bool {
        self.documents.contains(id)
    }

    /// A document is made in another way; what comes of it waits.
    pub(super) fn hold(&mut self, id: DocumentId) {
        self.documents.insert(id);
    }

    pub(super) fn release(&mut self, id: &DocumentId) {
        self.documents.remove(id);
    }
}

/// New documents with the envelopes that came of each.
#[derive(Debug)]
pub struct ToBegin {
    actor: ActorSeed,
    /// The round of rights in which the envelopes were opened.
    round: u64,
    documents: Vec<(DocumentId, Vec<Carried>)>,
}

/// What became of them.
#[derive(Debug)]
pub struct Begun {
    round: u64,
    asked: Vec<DocumentId>,
    ready: Vec<NewDocument>,
}

impl ToBegin {
    /// Makes the documents; those whose beginning is missing are left out.
    pub(super) fn run(self) -> Begun {
        let asked = self.documents.iter().map(|(id, _)| *id).collect();
        let mut ready = Vec::with_capacity(self.documents.len());
        for (id, carried) in self.documents {
            match begin(self.actor, id, carried) {
                Some(begun) => ready.push(begun),
                None => tracing::debug!(%id, "the beginning of a document has not arrived yet"),
            }
        }
        Begun {
            round: self.round,
            asked,
            ready,
        }
    }
}

/// A document whose beginning has come.
#[derive(Debug)]
struct NewDocument {
    id: DocumentId,
    heads: Heads,
    changes: Vec<ChangeBytes>,
    projection: Projection,
    applied: Applied,
    /// Whether some of what came waits for what has not.
    waits: bool,
}

impl Core {
    /// Takes documents that are not here yet: a few at once, many one after the other. Those whose beginning is missing wait.
    pub(super) fn apply_new(&mut self, step: &mut Step<'_>, new: Vec<(DocumentId, Vec<Carried>)>) {
        if new.is_empty() {
            return;
        }
        let size: usize = new.iter().map(|(_, carried)| size_of(carried)).sum();
        if new.len() > AT_ONCE || size > SMALL || !self.arriving.is_empty() {
            self.take_in(step, new);
            return;
        }
        let new = self.with_what_waits(new);
        self.begin_now(step, new);
    }

    /// Adds what the store has of these documents.
    fn with_what_waits(
        &self,
        new: Vec<(DocumentId, Vec<Carried>)>,
    ) -> Vec<(DocumentId, Vec<Carried>)> {
        let mut documents = Vec::with_capacity(new.len());
        for (id, mut carried) in new {
            carried.extend(self.waiting_for(id, &carried));
            documents.push((id, carried));
        }
        documents
    }

    /// Makes small documents here and now.
    pub(super) fn begin_now(
        &mut self,
        step: &mut Step<'_>,
        documents: Vec<(DocumentId, Vec<Carried>)>,
    ) {
        let begun = self.to_begin(documents).run();
        self.keep_begun(step, begun);
    }

    /// Has documents made elsewhere.
    pub(super) fn hand_out(
        &mut self,
        step: &mut Step<'_>,
        documents: Vec<(DocumentId, Vec<Carried>)>,
    ) {
        self.beginning.jobs += 1;
        self.beginning
            .documents
            .extend(documents.iter().map(|(id, _)| *id));
        let job = Job::Begin(Box::new(self.to_begin(documents)));
        step.effects.push(Effect::Job(Box::new(job)));
    }

    /// Has some of the documents made that arrive, as many as there is room for.
    pub(super) fn begin_some(&mut self, step: &mut Step<'_>) {
        let most = match self.arriving.is_held_back(step.now.mono_ms) {
            true => FEWEST_JOBS,
            false => MOST_JOBS,
        };
        while self.beginning.jobs < most {
            let some = self.arriving.take_some(A_JOB, &self.beginning);
            if some.is_empty() {
                return;
            }
            let some = self.with_what_waits(some);
            self.hand_out(step, some);
        }
    }

    /// When there may be room for more.
    pub(super) fn next_beginning(&self) -> Option<u64> {
        self.arriving
            .due(&self.beginning)
            .filter(|_| self.beginning.jobs < MOST_JOBS)
    }

    fn to_begin(&self, documents: Vec<(DocumentId, Vec<Carried>)>) -> ToBegin {
        ToBegin {
            actor: self.actor,
            round: self.judging.round,
            documents,
        }
    }

    /// New documents were made elsewhere. What came of them meanwhile is merged next.
    pub(super) fn begun(&mut self, step: &mut Step<'_>, begun: Begun) {
        self.beginning.jobs = self.beginning.jobs.saturating_sub(1);
        for id in &begun.asked {
            self.beginning.documents.remove(id);
        }
        self.keep_begun(step, begun);
        self.gather_on(step);
        step.news.status = true;
    }

    /// Keeps new documents with their lines in lists, all in one transaction. One whose author's right is gone since waits.
    fn keep_begun(&mut self, step: &mut Step<'_>, begun: Begun) {
        let Begun {
            round,
            asked,
            mut ready,
        } = begun;
        if round != self.judging.round {
            // Rights changed while they were made: those that still count are taken again.
            for id in asked {
                for carried in self.waiting_for(id, &[]) {
                    self.gather(step, id, carried);
                }
            }
            return;
        }
        let whole: BTreeSet<DocumentId> = ready
            .iter()
            .filter(|new| !new.waits)
            .map(|new| new.id)
            .collect();
        for id in asked.iter().filter(|id| !whole.contains(id)) {
            self.rests_on_what_is_aside(*id);
        }
        let Some(workspace) = &self.workspace else {
            return;
        };
        let authority = &workspace.authority;
        let mut begun_elsewhere = Vec::new();
        ready.retain(|new| {
            // This device may have begun its own profile meanwhile.
            if !matches!(self.store.heads(new.id), Ok(None)) {
                begun_elsewhere.push(new.id);
                return false;
            }
            let of_somebody = workspace.profiles.contains_key(&new.id);
            if of_somebody != (new.projection.kind == Kind::Profile) {
                tracing::warn!(id = %new.id, "a document is not what its place says");
                return false;
            }
            // Its author's role may have become one that does not write such a document; the store would refuse all of them for this one.
            let first = new.applied.under.as_ref();
            let permit = first.and_then(|first| authority.accept(first).ok());
            permit.is_some_and(|permit| permit.writes_in(new.projection.kind, &new.id))
        });
        for id in begun_elsewhere {
            for carried in self.waiting_for(id, &[]) {
                self.gather(step, id, carried);
            }
        }
        let made: BTreeSet<DocumentId> = ready.iter().map(|new| new.id).collect();
        let failed = asked.iter().filter(|id| !made.contains(id));
        let failed: Vec<DocumentId> = failed
            .filter(|id| self.is_listed_early(id))
            .copied()
            .collect();
        if !failed.is_empty() {
            self.unlist(step, failed);
        }
        let Some(workspace) = &self.workspace else {
            return;
        };
        let authority = &workspace.authority;
        if ready.is_empty() {
            return;
        }
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
                self.have_arrived(ready.iter().map(|new| new.id));
                for new in ready {
                    step.news.headers.insert(new.id);
                    if !new.projection.files.is_empty() {
                        self.files_have_come();
                    }
                    step.news.links = true;
                }
                step.news.delivery = true;
                self.was_kept(step);
            }
            Err(error) => self.not_kept(step, asked, &error.into()),
        }
    }
}

/// Makes a document of its first envelopes.
fn begin(actor: ActorSeed, id: DocumentId, carried: Vec<Carried>) -> Option<NewDocument> {
    let others = other_beginnings(actor, id, &carried);
    let changes: Vec<ChangeBytes> = carried
        .iter()
        .flat_map(|carried| carried.changes.iter())
        .filter(|change| !others.contains(change))
        .cloned()
        .collect();
    let loaded = match Document::load(actor, None, &changes) {
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
    let mut applied = Applied {
        document: Some(id),
        under: carried.first().map(|carried| carried.envelope.clone()),
        ..Applied::default()
    };
    for carried in carried {
        let waits = |change: &ChangeBytes| loaded.waiting.contains(change);
        match carried.fate(waits, why_refused(&loaded.quarantined, &others)) {
            Fate::Applied(envelope) => applied.envelopes.push(envelope),
            // It is read again with the document.
            Fate::Waits(_) => {}
            Fate::Refused(envelope, reason) => applied.quarantined.push((envelope.id(), reason)),
        }
    }
    let document = loaded.document;
    Some(NewDocument {
        id,
        heads: document.heads(),
        changes: taken(&changes, &loaded.waiting, &loaded.quarantined),
        projection: document.projection().ok()?,
        applied,
        waits: !loaded.waiting.is_empty(),
    })
}

/// Why a change is not in a document that was made of it and others: it was refused, or is the beginning of another.
pub(super) fn why_refused<'l>(
    quarantined: &'l [(ChangeBytes, String)],
    others: &'l HashSet<ChangeBytes>,
) -> impl Fn(&ChangeBytes) -> Option<String> + 'l {
    |change| {
        let mut quarantined = quarantined.iter();
        let quarantined = quarantined.find(|(refused, _)| refused == change);
        let other = others.contains(change).then(|| OTHER_BEGINNING.to_owned());
        quarantined.map(|(_, reason)| reason.clone()).or(other)
    }
}

/// Whether some of these changes begin a document.
pub(super) fn begins(actor: ActorSeed, changes: &[ChangeBytes]) -> bool {
    Document::load(actor, None, changes).is_ok()
}

/// Changes that begin another document, or this one a second time. An open document refuses them by itself; here several
/// beginnings may have come at once, and the one on which most rests is taken. Looked for only where authors differ: what
/// somebody does to a document of his own is his own affair.
pub(super) fn other_beginnings(
    actor: ActorSeed,
    id: DocumentId,
    carried: &[Carried],
) -> HashSet<ChangeBytes> {
    let authors: BTreeSet<DeviceId> = carried
        .iter()
        .map(|carried| carried.envelope.header().device)
        .collect();
    if authors.len() < 2 {
        return HashSet::new();
    }
    let candidates = carried
        .iter()
        .filter(|carried| begins(actor, &carried.changes));
    let (mut ours, mut others): (Vec<ChangeBytes>, HashSet<ChangeBytes>) = Default::default();
    for change in candidates.flat_map(|carried| &carried.changes) {
        let alone = Document::load(actor, None, std::slice::from_ref(change));
        match alone.ok().map(|loaded| loaded.document.id()) {
            Some(other) if other != id => _ = others.insert(change.clone()),
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
        Document::load(actor, None, &rest).map_or(usize::MAX, |loaded| loaded.waiting.len())
    });
    let least = least.filter(|_| ours.len() > 1).cloned();
    if let Some(least) = least {
        others.extend(ours.into_iter().filter(|change| *change != least));
    }
    others
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
