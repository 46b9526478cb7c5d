//! What this side asks of the peer and takes from it: wanted ids, batches being stored, a stream coming in.

use std::collections::{BTreeMap, HashMap, VecDeque};

use skein_access::EnvelopeId;

use crate::close::CloseReason;
use crate::frame::{Frame, Ids, Items, Why};
use crate::item::{Group, Key};
use crate::limits::{
    ASKED_IDS, BATCH_ENVELOPES, DEFERRED_IDS, KNOWN_IDS, NEED_IDS, REFUSED_ENVELOPES, WINDOW_BYTES,
    WINDOW_SLACK,
};
use crate::outbox::SessionOutput;
use crate::recent::Recent;
use crate::turn::Turn;

/// The asking side of a session.
#[derive(Debug)]
pub(crate) struct Pull {
    /// Every id that is to come from this peer, until it is stored or given up.
    coming: HashMap<EnvelopeId, Coming>,
    /// The order in which to ask; may name ids that have come by another way since.
    queue: VecDeque<EnvelopeId>,
    queued: usize,
    asked: usize,
    storing: BTreeMap<u64, Storing>,
    storing_bytes: usize,
    next_number: u64,
    /// Ids that another peer is bringing, to be looked at again.
    deferred: VecDeque<(Group, EnvelopeId)>,
    /// Ids that this peer could not deliver or that were refused here.
    given_up: Recent,
    refused: usize,
    stream: Option<StreamIn>,
    more_owed: Option<Group>,
    tally: Tally,
    /// Envelopes taken from this peer.
    pub(crate) received: u64,
    /// Ids had to be dropped: only another reconciliation finds them.
    pub(crate) is_behind: bool,
}

/// How the running reconciliation of a group stands on this side.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tally {
    open: usize,
    /// Left to another peer.
    pub(crate) deferred: u32,
    /// Not to be had, or refused.
    pub(crate) withheld: u32,
}

#[derive(Debug, Clone, Copy)]
struct Coming {
    group: Group,
    stage: Stage,
    /// The running reconciliation waits for it.
    is_counted: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Queued,
    Asked,
    Storing,
}

/// A batch that the engine is committing.
#[derive(Debug)]
struct Storing {
    group: Group,
    why: Why,
    bytes: usize,
    /// The envelopes given to the engine, with their places in the peer's batch.
    places: Vec<(u16, Key)>,
}

#[derive(Debug)]
struct StreamIn {
    group: Group,
    last: Option<Key>,
    has_ended: bool,
}

impl Pull {
    pub(crate) fn new() -> Self {
        Self {
            coming: HashMap::new(),
            queue: VecDeque::new(),
            queued: 0,
            asked: 0,
            storing: BTreeMap::new(),
            storing_bytes: 0,
            next_number: 0,
            deferred: VecDeque::new(),
            given_up: Recent::new(KNOWN_IDS),
            refused: 0,
            stream: None,
            more_owed: None,
            tally: Tally::default(),
            received: 0,
            is_behind: false,
        }
    }

    /// Begins to count for the reconciliation of a group.
    pub(crate) fn begin_tally(&mut self) {
        self.tally = Tally::default();
        for coming in self.coming.values_mut() {
            coming.is_counted = false;
        }
    }

    /// What the reconciliation left open.
    pub(crate) const fn tally(&self) -> Tally {
        self.tally
    }

    /// The group cannot be had from this peer at present.
    pub(crate) const fn defer_all(&mut self) {
        self.tally.deferred = self.tally.deferred.saturating_add(1);
    }

    /// Everything that the reconciliation found is stored or given up.
    pub(crate) const fn is_settled(&self) -> bool {
        self.tally.open == 0 && self.more_owed.is_none()
    }

    /// Whether the peer owes envelopes.
    pub(crate) const fn is_waiting(&self) -> bool {
        self.asked > 0 || matches!(&self.stream, Some(stream) if !stream.has_ended)
    }

    /// Whether anything is still to come from this peer, or from another in its place.
    pub(crate) fn is_taking(&self) -> bool {
        !self.coming.is_empty() || !self.deferred.is_empty()
    }

    /// How many envelopes are known to be still to come.
    pub(crate) fn still_to_come(&self) -> usize {
        self.coming.len() + self.deferred.len()
    }

    /// Whether another reconciliation message could find no room.
    pub(crate) const fn is_full(&self) -> bool {
        self.queued > NEED_IDS / 2
    }

    /// Takes ids that the peer holds. Returns those that are held here too.
    pub(crate) fn want(
        &mut self,
        group: Group,
        ids: impl IntoIterator<Item = EnvelopeId>,
        is_counted: bool,
        turn: &Turn<'_>,
    ) -> Vec<EnvelopeId> {
        let mut held = Vec::new();
        for id in ids {
            if turn.set.contains(group, &id) {
                held.push(id);
            } else if let Some(coming) = self.coming.get_mut(&id) {
                if is_counted && !coming.is_counted {
                    coming.is_counted = true;
                    self.tally.open += 1;
                }
            } else if self.given_up.contains(&id) {
                self.tally.withheld = self.tally.withheld.saturating_add(u32::from(is_counted));
            } else if turn.fetching.is_elsewhere(&id, &turn.peer, turn.now_ms) {
                self.defer(group, id, is_counted);
            } else if self.queued >= NEED_IDS {
                self.is_behind = true;
                self.tally.deferred = self.tally.deferred.saturating_add(u32::from(is_counted));
            } else {
                let stage = Stage::Queued;
                self.coming.insert(
                    id,
                    Coming {
                        group,
                        stage,
                        is_counted,
                    },
                );
                self.tally.open += usize::from(is_counted);
                self.queue.push_back(id);
                self.queued += 1;
            }
        }
        held
    }

    /// The peer waits for `More` before it announces further ids.
    pub(crate) fn owe_more(&mut self, group: Group) -> Result<(), CloseReason> {
        if self.more_owed.replace(group).is_some() {
            return Err(CloseReason::OutOfOrder("a further announcement"));
        }
        Ok(())
    }

    /// Looks again at ids that another peer was bringing.
    pub(crate) fn retry_deferred(&mut self, turn: &Turn<'_>) {
        for (group, id) in std::mem::take(&mut self.deferred) {
            self.want(group, [id], false, turn);
        }
    }

    /// Expects a stream of the whole group.
    pub(crate) fn begin_stream(&mut self, group: Group, after: Option<Key>) {
        self.stream = Some(StreamIn {
            group,
            last: after,
            has_ended: false,
        });
    }

    /// The peer says that the stream is over.
    pub(crate) fn stream_ended(&mut self, group: Group) -> Result<(), CloseReason> {
        match &mut self.stream {
            Some(stream) if stream.group == group && !stream.has_ended => {
                stream.has_ended = true;
                Ok(())
            }
            _ => Err(CloseReason::OutOfOrder("the end of a stream")),
        }
    }

    /// Whether the stream is over and stored; forgets it then.
    pub(crate) fn finish_stream(&mut self, turn: &mut Turn<'_>) -> bool {
        let is_stored = self.storing.values().all(|batch| batch.why != Why::Stream);
        match &self.stream {
            None => true,
            Some(stream) if stream.has_ended && is_stored => {
                turn.fetching.end_stream(stream.group, &turn.peer);
                self.stream = None;
                true
            }
            Some(_) => false,
        }
    }

    /// Asks for what is due, and for further announcements when nothing is left to ask for.
    pub(crate) fn pump(&mut self, turn: &mut Turn<'_>) -> Result<(), CloseReason> {
        while self.asked + BATCH_ENVELOPES <= ASKED_IDS {
            let Some((group, ids)) = self.next_batch(turn) else {
                break;
            };
            self.asked += ids.len();
            let ids = Ids::of(&ids);
            turn.out.send(&Frame::Want { group, ids })?;
        }
        if self.queued == 0
            && let Some(group) = self.more_owed.take()
        {
            turn.out.send(&Frame::More { group })?;
        }
        Ok(())
    }

    /// The next ids of one group that are still lacking and nobody else brings, claimed and marked as asked.
    fn next_batch(&mut self, turn: &mut Turn<'_>) -> Option<(Group, Vec<EnvelopeId>)> {
        let mut batch: Option<(Group, Vec<EnvelopeId>)> = None;
        while let Some(id) = self.queue.front().copied() {
            let Some(coming) = self
                .coming
                .get(&id)
                .copied()
                .filter(|coming| coming.stage == Stage::Queued)
            else {
                self.queue.pop_front();
                continue;
            };
            if let Some((group, ids)) = &batch
                && (*group != coming.group || ids.len() >= BATCH_ENVELOPES)
            {
                break;
            }
            self.queue.pop_front();
            self.queued -= 1;
            if turn.set.contains(coming.group, &id) {
                self.finish(&id);
            } else if turn.fetching.claim(id, turn.peer, turn.now_ms) {
                batch
                    .get_or_insert_with(|| (coming.group, Vec::new()))
                    .1
                    .push(id);
                if let Some(coming) = self.coming.get_mut(&id) {
                    coming.stage = Stage::Asked;
                }
            } else {
                self.finish(&id);
                self.defer(coming.group, id, coming.is_counted);
            }
        }
        batch
    }

    /// Takes a batch: everything not yet held goes to the engine, and the peer hears of it when it is stored.
    pub(crate) fn take(&mut self, items: Items, turn: &mut Turn<'_>) -> Result<(), CloseReason> {
        if items.number != self.next_number {
            return Err(CloseReason::OutOfOrder("a batch"));
        }
        self.next_number += 1;
        let bytes: usize = items
            .envelopes
            .iter()
            .map(|envelope| envelope.0.len())
            .sum();
        self.storing_bytes += bytes;
        if self.storing_bytes > WINDOW_BYTES + WINDOW_SLACK {
            return Err(CloseReason::TooMuch(
                "more envelopes than could be stored so far",
            ));
        }
        turn.fetching.progressed(turn.peer, turn.now_ms);
        self.take_missing(&items, turn)?;

        let Items {
            number,
            group,
            why,
            envelopes,
            ..
        } = items;
        let mut batch = Storing {
            group,
            why,
            bytes,
            places: Vec::new(),
        };
        let mut lacking = Vec::new();
        for (place, envelope) in (0_u16..).zip(envelopes) {
            let key = Key::of(&envelope.0, group, &turn.workspace)?;
            if self.accept(why, group, key, turn)? {
                batch.places.push((place, key));
                lacking.push(envelope.0);
            }
        }
        if lacking.is_empty() {
            self.storing_bytes -= bytes;
            let refused = Vec::new();
            return turn.out.send(&Frame::Stored { number, refused });
        }
        self.storing.insert(number, batch);
        turn.out.push(SessionOutput::Store {
            batch: number,
            group,
            envelopes: lacking,
        });
        Ok(())
    }

    fn take_missing(&mut self, items: &Items, turn: &mut Turn<'_>) -> Result<(), CloseReason> {
        for id in items.missing.envelopes() {
            if !self
                .coming
                .get(&id)
                .is_some_and(|coming| coming.stage == Stage::Asked)
            {
                return Err(CloseReason::OutOfOrder(
                    "a refusal of what nobody asked for",
                ));
            }
            self.asked -= 1;
            self.give_up(&id, turn);
        }
        Ok(())
    }

    /// Whether an envelope that came is to be stored; false when it is held already.
    fn accept(
        &mut self,
        why: Why,
        group: Group,
        key: Key,
        turn: &mut Turn<'_>,
    ) -> Result<bool, CloseReason> {
        let is_held = turn.set.contains(group, &key.id);
        let stage = self.coming.get(&key.id).map(|coming| coming.stage);
        match why {
            Why::Wanted => {
                if stage != Some(Stage::Asked) {
                    return Err(CloseReason::WrongEnvelope(
                        "an envelope that nobody asked for",
                    ));
                }
                self.asked -= 1;
            }
            Why::Stream => self.follow_stream(group, key)?,
            Why::Live => {}
        }
        match (why, stage) {
            _ if is_held => {
                if why == Why::Wanted {
                    self.finish(&key.id);
                    turn.fetching.release(&key.id, &turn.peer);
                }
            }
            (Why::Wanted, _) | (_, Some(Stage::Queued) | None) => {
                self.note_storing(group, key.id, turn)
            }
            // On its way a second time: this copy is stored, the other is met when it comes.
            (_, Some(Stage::Asked | Stage::Storing)) => {}
        }
        Ok(!is_held)
    }

    fn follow_stream(&mut self, group: Group, key: Key) -> Result<(), CloseReason> {
        match &mut self.stream {
            Some(stream) if stream.group == group && !stream.has_ended => {
                if stream.last >= Some(key) {
                    return Err(CloseReason::WrongEnvelope("a stream that is not in order"));
                }
                stream.last = Some(key);
                Ok(())
            }
            _ => Err(CloseReason::OutOfOrder("a stream")),
        }
    }

    fn note_storing(&mut self, group: Group, id: EnvelopeId, turn: &mut Turn<'_>) {
        turn.fetching.claim(id, turn.peer, turn.now_ms);
        let coming = self.coming.entry(id).or_insert(Coming {
            group,
            stage: Stage::Storing,
            is_counted: false,
        });
        if coming.stage == Stage::Queued {
            self.queued -= 1;
        }
        coming.stage = Stage::Storing;
    }

    /// The engine committed a batch, but for the envelopes at these places of the batch it was given.
    pub(crate) fn stored(
        &mut self,
        batch: u64,
        refused: &[usize],
        turn: &mut Turn<'_>,
    ) -> Result<(), CloseReason> {
        let Some(storing) = self.storing.remove(&batch) else {
            return Ok(());
        };
        self.storing_bytes = self.storing_bytes.saturating_sub(storing.bytes);
        let mut refused_places = Vec::new();
        for (index, (place, key)) in storing.places.iter().enumerate() {
            let is_refused = refused.contains(&index);
            if is_refused {
                refused_places.push(*place);
                self.refused += 1;
            } else {
                self.received += 1;
            }
            // What is also asked for comes once more and is met then.
            if self
                .coming
                .get(&key.id)
                .is_none_or(|coming| coming.stage != Stage::Storing)
            {
                continue;
            }
            if is_refused {
                self.give_up(&key.id, turn);
            } else {
                self.finish(&key.id);
                turn.fetching.release(&key.id, &turn.peer);
            }
        }
        if storing.why == Why::Stream
            && let Some((_, last)) = storing.places.last()
        {
            turn.fetching
                .stream_reached(storing.group, &turn.peer, *last);
        }
        if self.refused > REFUSED_ENVELOPES {
            return Err(CloseReason::TooMuch("envelopes that had to be refused"));
        }
        turn.out.send(&Frame::Stored {
            number: batch,
            refused: refused_places,
        })
    }

    fn finish(&mut self, id: &EnvelopeId) {
        if let Some(coming) = self.coming.remove(id)
            && coming.is_counted
        {
            self.tally.open = self.tally.open.saturating_sub(1);
        }
    }

    fn give_up(&mut self, id: &EnvelopeId, turn: &mut Turn<'_>) {
        let is_counted = self.coming.get(id).is_some_and(|coming| coming.is_counted);
        self.tally.withheld = self.tally.withheld.saturating_add(u32::from(is_counted));
        self.finish(id);
        self.given_up.insert(*id);
        turn.fetching.release(id, &turn.peer);
    }

    fn defer(&mut self, group: Group, id: EnvelopeId, is_counted: bool) {
        self.tally.deferred = self.tally.deferred.saturating_add(u32::from(is_counted));
        if self.deferred.len() < DEFERRED_IDS {
            self.deferred.push_back((group, id));
        } else if !is_counted {
            self.is_behind = true;
        }
    }
}
