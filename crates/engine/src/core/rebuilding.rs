//! A document made anew of what counts: when some of it stopped counting, or rests on what did. Made away from the core, compared, and
//! only then put in the place of what was.
//!
//! What counts are the changes in envelopes that count, and those made here that are in none yet. A change of somebody who was taken out
//! stays where one that counts rests on it: nobody can take out what another's work is built on. So the document is a function of
//! the set of envelopes, equal for all who hold the same.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::slice;

use skein_access::{Envelope, EnvelopeId, Keyring, UnverifiedEnvelope, WorkspaceId};
use skein_model::{
    ActorSeed, ChangeBytes, Document, DocumentError, DocumentId, Kind, Projection, Splices,
    TextField, Touched,
};
use skein_store::{Durability, EnvelopeState, NewChanges, StoreError, Tx};

use super::Core;
use super::beginnings::{begins, other_beginnings, why_refused};
use super::incoming::Opened;
use super::jobs::{Carried, Fate, Job};
use super::judging::for_want_of_right;
use super::step::Step;
use crate::api::{ApiError, Event};

/// So many documents are made anew in one step.
const A_STEP: usize = 16;

/// What a document is made of.
#[derive(Debug)]
pub struct ToRebuild {
    id: DocumentId,
    actor: ActorSeed,
    workspace: WorkspaceId,
    keyring: Keyring,
    round: u64,
    /// Envelopes that count.
    counting: Vec<Vec<u8>>,
    /// Those of them of which something was refused for what it holds: the rest of them counts.
    refused: BTreeSet<EnvelopeId>,
    /// Envelopes that do not: what rests on them may need them.
    aside: Vec<(EnvelopeId, Vec<u8>, EnvelopeState)>,
    /// Changes made here that are in no envelope yet.
    own: Vec<ChangeBytes>,
    /// The document as it was, if it is in memory.
    before: Option<Box<Document>>,
}

/// What came of it.
#[derive(Debug)]
pub struct Rebuilt {
    pub(super) id: DocumentId,
    round: u64,
    aside: Vec<(EnvelopeId, EnvelopeState)>,
    before: Option<Box<Document>>,
    outcome: Result<Option<Anew>, String>,
}

/// A document made anew.
#[derive(Debug)]
struct Anew {
    document: Box<Document>,
    /// Its changes that are in envelopes.
    sealed: Vec<ChangeBytes>,
    projection: Projection,
    applied: Vec<Envelope>,
    waiting: Vec<Carried>,
    refused: Vec<(EnvelopeId, String)>,
}

impl ToRebuild {
    pub(super) fn run(self) -> Rebuilt {
        let outcome = self.outcome();
        let aside = self.aside.into_iter();
        Rebuilt {
            id: self.id,
            round: self.round,
            aside: aside.map(|(id, _, state)| (id, state)).collect(),
            before: self.before,
            outcome,
        }
    }

    fn open(&self, bytes: &[u8]) -> Option<Carried> {
        let envelope = UnverifiedEnvelope::decode(bytes)
            .and_then(|envelope| envelope.verify(&self.workspace))
            .ok()?;
        let key = self.keyring.get(&envelope.header().epoch)?;
        let payload = envelope.open(key).ok()?;
        (payload.document == self.id).then_some(Carried::new(envelope, payload.changes))
    }

    /// What does not begin this document. A beginning that was refused when it came stays refused, unless there is no other.
    fn other_beginnings(&self, counting: &[Carried]) -> HashSet<ChangeBytes> {
        let is_sound = |carried: &&Carried| !self.refused.contains(&carried.envelope.id());
        let (sound, refused): (Vec<&Carried>, Vec<&Carried>) = counting.iter().partition(is_sound);
        let begun = !refused.is_empty()
            && (begins(self.actor, &self.own)
                || sound
                    .iter()
                    .any(|carried| begins(self.actor, &carried.changes)));
        if !begun {
            return other_beginnings(self.actor, self.id, counting);
        }
        let sound: Vec<Carried> = sound.into_iter().cloned().collect();
        let mut others = other_beginnings(self.actor, self.id, &sound);
        let changes = refused.into_iter().flat_map(|carried| &carried.changes);
        let beginnings = changes.filter(|change| begins(self.actor, slice::from_ref(*change)));
        others.extend(beginnings.cloned());
        others
    }

    /// `None`: nothing whole counts.
    fn outcome(&self) -> Result<Option<Anew>, String> {
        let counting: Vec<Carried> = self
            .counting
            .iter()
            .filter_map(|bytes| self.open(bytes))
            .collect();
        if counting.len() < self.counting.len() {
            return Err("an envelope that counts could not be opened".to_owned());
        }
        let aside = self
            .aside
            .iter()
            .filter_map(|(_, bytes, _)| self.open(bytes));
        let aside: Vec<ChangeBytes> = aside.flat_map(|carried| carried.changes).collect();
        let others = self.other_beginnings(&counting);
        let all = counting.iter().flat_map(|carried| &carried.changes);
        let all = all
            .chain(&self.own)
            .filter(|change| !others.contains(*change));
        let chosen = with_what_they_rest_on(each_once(all.cloned()), aside);
        let loaded = match Document::load(self.actor, None, &chosen) {
            Ok(loaded) => loaded,
            Err(DocumentError::NotWhole) if self.own.is_empty() => return Ok(None),
            Err(error) => return Err(error.to_string()),
        };
        let left: HashSet<&ChangeBytes> = loaded
            .waiting
            .iter()
            .chain(loaded.quarantined.iter().map(|(change, _)| change))
            .collect();
        let own: HashSet<&ChangeBytes> = self.own.iter().collect();
        if own.iter().any(|change| left.contains(*change)) {
            return Err("work made here would not be in it".to_owned());
        }
        let taken: Vec<ChangeBytes> = chosen
            .iter()
            .filter(|change| !left.contains(change))
            .cloned()
            .collect();
        let again = Document::load(self.actor, None, &taken).map_err(|error| error.to_string())?;
        let same = again.document.heads() == loaded.document.heads();
        if !same || !again.waiting.is_empty() || loaded.document.id() != self.id {
            return Err("it did not load twice to one document".to_owned());
        }
        let sealed = taken.iter().filter(|change| !own.contains(change));
        let mut anew = Anew {
            sealed: sealed.cloned().collect(),
            projection: loaded
                .document
                .projection()
                .map_err(|error| error.to_string())?,
            document: Box::new(loaded.document),
            applied: Vec::new(),
            waiting: Vec::new(),
            refused: Vec::new(),
        };
        for carried in counting {
            let waits = |change: &ChangeBytes| loaded.waiting.contains(change);
            match carried.fate(waits, why_refused(&loaded.quarantined, &others)) {
                Fate::Applied(envelope) => anew.applied.push(envelope),
                Fate::Waits(carried) => anew.waiting.push(carried),
                Fate::Refused(envelope, reason) => anew.refused.push((envelope.id(), reason)),
            }
        }
        Ok(Some(anew))
    }
}

impl Anew {
    fn put(
        &self,
        tx: &mut Tx<'_>,
        permit: &skein_access::RebuildPermit<'_>,
        id: DocumentId,
        at_ms: i64,
    ) -> Result<(), StoreError> {
        let heads = self.document.heads();
        let new = NewChanges {
            changes: &self.sealed,
            heads: &heads,
            sealed: true,
            at_ms,
        };
        tx.rebuild_document(permit, id, &new, &self.projection)?;
        let mut set = |envelope: EnvelopeId, state: &EnvelopeState| {
            tx.set_envelope_state(envelope, state, Some(id)).map(drop)
        };
        for envelope in &self.applied {
            set(envelope.id(), &EnvelopeState::Applied)?;
        }
        for carried in &self.waiting {
            set(carried.envelope.id(), &EnvelopeState::Waiting)?;
        }
        for (envelope, reason) in &self.refused {
            set(*envelope, &EnvelopeState::Quarantined(reason.clone()))?;
        }
        Ok(())
    }
}

fn each_once(changes: impl Iterator<Item = ChangeBytes>) -> Vec<ChangeBytes> {
    let mut seen = HashSet::new();
    changes
        .filter(|change| seen.insert(change.clone()))
        .collect()
}

/// The changes that count, and of the others those that they rest on, directly or by way of each other.
fn with_what_they_rest_on(
    mut counting: Vec<ChangeBytes>,
    others: Vec<ChangeBytes>,
) -> Vec<ChangeBytes> {
    let named = others.into_iter();
    let mut others: HashMap<[u8; 32], ChangeBytes> = named
        .filter_map(|change| Some((change.hash()?, change)))
        .collect();
    if others.is_empty() {
        return counting;
    }
    for change in &counting {
        if let Some(hash) = change.hash() {
            others.remove(&hash);
        }
    }
    let rests_on = |change: &ChangeBytes| change.rests_on().unwrap_or_default();
    let mut next: Vec<[u8; 32]> = counting.iter().flat_map(rests_on).collect();
    while let Some(hash) = next.pop() {
        if let Some(change) = others.remove(&hash) {
            next.extend(rests_on(&change));
            counting.push(change);
        }
    }
    counting
}

impl Core {
    /// Whether some document can be made anew now.
    pub(super) fn has_to_rebuild(&self) -> bool {
        self.judging
            .to_rebuild
            .iter()
            .any(|id| self.can_be_rebuilt(id))
    }

    fn can_be_rebuilt(&self, id: &DocumentId) -> bool {
        !self.judging.under_way.contains(id) && !self.beginning.holds(id) && !self.is_away(*id)
    }

    /// Begins to make some documents anew.
    pub(super) fn rebuild_some(&mut self, step: &mut Step<'_>) {
        if self.judging.to_rebuild.is_empty() {
            return;
        }
        let documents = self.judging.to_rebuild.iter().copied();
        let ready: Vec<DocumentId> = documents
            .filter(|id| self.can_be_rebuilt(id))
            .take(A_STEP)
            .collect();
        for id in ready {
            self.judging.to_rebuild.remove(&id);
            if let Err(error) = self.begin_rebuild(step, id) {
                self.judging.under_way.remove(&id);
                tracing::warn!(%error, %id, "a document could not be made anew; it is tried again at the next start");
            }
        }
    }

    fn begin_rebuild(&mut self, step: &mut Step<'_>, id: DocumentId) -> Result<(), ApiError> {
        if self.is_out() {
            return Ok(());
        }
        let kind = self.store.heads(id)?.map(|(kind, _)| kind);
        if let Some(kind) = kind
            && self.has_journal(id, kind)?
        {
            // What a sudden end left in the journal is typed into the document as it was.
            self.judging.to_rebuild.insert(id);
            return self.ensure_open(step, id).map(drop);
        }
        self.close_burst(step, id)?;
        let (mut counting, mut aside) = (Vec::new(), Vec::new());
        let mut refused = BTreeSet::new();
        for stored in self.store.all_envelopes_of(id)? {
            let Some(envelope) = self.verified(&stored.bytes) else {
                continue;
            };
            match self.open_envelope(&envelope) {
                Opened::Ready { .. } => {
                    let for_its_content = matches!(stored.state, EnvelopeState::Quarantined(_))
                        && !for_want_of_right(&stored.state);
                    refused.extend(for_its_content.then_some(stored.id));
                    counting.push(stored.bytes);
                }
                Opened::Not(state, _) if for_want_of_right(&state) => {
                    aside.push((stored.id, stored.bytes, state));
                }
                Opened::Not(..) => {}
            }
        }
        let workspace = self.workspace.as_ref().ok_or_else(Self::no_workspace)?;
        let own = match kind {
            Some(kind) => {
                let permit = workspace.authority.read(&self.device.id(), kind)?;
                let unsealed = self.store.unsealed_changes(&permit, id)?.into_iter();
                unsealed.map(|(_, change)| change).collect()
            }
            None => Vec::new(),
        };
        let bytes = counting.iter().map(Vec::len).sum::<usize>();
        self.actor = ActorSeed(step.random_id());
        let mut job = ToRebuild {
            id,
            actor: self.actor,
            workspace: workspace.id,
            keyring: workspace.keyring.clone(),
            round: self.judging.round,
            counting,
            refused,
            aside,
            own,
            before: None,
        };
        self.judging.under_way.insert(id);
        match kind {
            Some(kind) => job.before = self.take_for_rebuild(step, id, kind),
            None => self.beginning.hold(id),
        }
        self.start_job(step, Job::Rebuild(Box::new(job)), bytes)
    }

    /// A document was made anew: it takes the place of what was, for everybody who looks at it. If rights changed again meanwhile, it is
    /// made once more.
    pub(super) fn rebuilt(&mut self, step: &mut Step<'_>, done: Rebuilt) -> Result<(), ApiError> {
        let Rebuilt {
            id,
            round,
            aside,
            before,
            outcome,
        } = done;
        self.judging.under_way.remove(&id);
        self.beginning.release(&id);
        // What came of it meanwhile has waited for this.
        self.gather_on(step);
        if self.sealing.unsealed > 0 {
            // Its unsealed changes were left alone meanwhile.
            self.plan_sealing(step);
        }
        if round != self.judging.round || self.is_out() {
            self.judging.to_rebuild.insert(id);
            self.give_back(step, id, before);
            return Ok(());
        }
        let anew = match outcome {
            Ok(anew) => anew,
            Err(reason) => {
                tracing::warn!(%id, reason, "a document stays as it was; making it anew is tried again at the next start");
                self.give_back(step, id, before);
                return Ok(());
            }
        };
        if let Err(error) = self.keep_rebuilt(step, id, &aside, anew.as_ref()) {
            self.give_back(step, id, before);
            return Err(error);
        }
        match anew {
            Some(anew) => self.show_rebuilt(step, id, before, anew),
            None => self.show_gone(step, id),
        }
    }

    fn keep_rebuilt(
        &mut self,
        step: &Step<'_>,
        id: DocumentId,
        aside: &[(EnvelopeId, EnvelopeState)],
        anew: Option<&Anew>,
    ) -> Result<(), ApiError> {
        let workspace = self.workspace.as_ref().ok_or_else(Self::no_workspace)?;
        let permit = workspace.authority.rebuild(&self.device.id())?;
        let here = self.store.heads(id)?.is_some();
        let at_ms = step.now.wall_ms;
        self.store.write(Durability::Full, |tx| {
            match anew {
                Some(anew) => anew.put(tx, &permit, id, at_ms)?,
                None if here => tx.remove_document(&permit, id)?,
                None => {}
            }
            for (envelope, state) in aside {
                tx.set_envelope_state(*envelope, state, Some(id))?;
            }
            Ok(())
        })?;
        Ok(())
    }

    /// Whoever looks at the document sees it as it is now.
    fn show_rebuilt(
        &mut self,
        step: &mut Step<'_>,
        id: DocumentId,
        before: Option<Box<Document>>,
        anew: Anew,
    ) -> Result<(), ApiError> {
        let Anew {
            document,
            sealed,
            projection,
            waiting,
            ..
        } = anew;
        step.news.headers.insert(id);
        step.news.links = true;
        step.news.delivery = true;
        let Some(before) = before else {
            // Nobody looked at it; whoever asked meanwhile opens it as it is now.
            self.leave_memory(step, id);
            return Ok(());
        };
        let texts = self.differences(id, &before, &document);
        let gone = self.texts_gone(id, &before, &document);
        let cards = before.projection().map(|projection| projection.cards);
        let cards = cards.into_iter().flatten().chain(projection.cards);
        let touched = Touched {
            header: true,
            text: document.kind() == Kind::Note,
            cards: cards.map(|card| card.id).collect(),
            files: true,
        };
        let size = sealed.iter().map(|change| change.0.len()).sum();
        self.take_rebuilt(id, document, waiting, (sealed.len(), size))?;
        step.touched(id, &touched);
        for (field, splices) in texts {
            self.tell_change(step, id, field, splices)?;
        }
        for field in gone {
            for (client, subscription) in self.text_watchers(id, field) {
                step.event(client, subscription, Event::Gone);
            }
        }
        Ok(())
    }

    /// The texts that somebody looks at and that are no longer there: of cards that went with who made them.
    fn texts_gone(&self, id: DocumentId, before: &Document, after: &Document) -> Vec<TextField> {
        let is_gone =
            |field: &TextField| before.text(*field).is_ok() && after.text(*field).is_err();
        self.fields_watched(id)
            .into_iter()
            .filter(is_gone)
            .collect()
    }

    /// How the texts that somebody looks at, and that are still there, differ.
    fn differences(
        &self,
        id: DocumentId,
        before: &Document,
        after: &Document,
    ) -> BTreeMap<TextField, Splices> {
        let text = |document: &Document, field| document.text(field).unwrap_or_default();
        let mut differences = BTreeMap::new();
        for field in self.fields_watched(id) {
            // An empty text is another thing than none.
            if after.text(field).is_err() {
                continue;
            }
            let splices = Splices::between(&text(before, field), &text(after, field));
            if !splices.is_empty() {
                differences.insert(field, splices);
            }
        }
        differences
    }

    fn show_gone(&mut self, step: &mut Step<'_>, id: DocumentId) -> Result<(), ApiError> {
        self.leave_memory(step, id);
        step.news.headers.insert(id);
        step.news.links = true;
        step.news.delivery = true;
        for (client, subscription) in self.watchers_of(id) {
            step.event(client, subscription, Event::Gone);
        }
        Ok(())
    }
}
