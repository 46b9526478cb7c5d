//! What this side sends: what the peer asked for, streams, and what is new here, within a window of unacknowledged bytes.

use std::collections::{BTreeMap, VecDeque};

use skein_access::{DeviceId, EnvelopeId};

use crate::close::CloseReason;
use crate::frame::{Bytes, Frame, Ids, Items, Why};
use crate::item::{Group, ItemRef, Key};
use crate::limits::{
    BATCH_BYTES, BATCH_ENVELOPES, BATCH_MS, ENVELOPE_BYTES, HAVE_IDS, KNOWN_IDS, LIVE_IDS,
    SMALLEST_BATCH_BYTES, WANTED_IDS, WINDOW_BYTES,
};
use crate::outbox::{Held, Lacking, SessionOutput};
use crate::recent::Recent;
use crate::turn::Turn;

/// The giving side of a session.
#[derive(Debug)]
pub(crate) struct Serve {
    wanted: VecDeque<(Group, EnvelopeId)>,
    /// To be pushed without being asked for: made here, or the few that a reconciliation showed to be missing there.
    live: VecDeque<(Group, EnvelopeId)>,
    stream: Option<StreamOut>,
    loading: Option<Loading>,
    in_flight: BTreeMap<u64, Sent>,
    in_flight_bytes: usize,
    /// How large batches are now: as the link and the peer's disk allow.
    batch_bytes: usize,
    next_number: u64,
    /// What the peer holds, as far as remembered.
    known: Recent,
    /// Envelopes that the peer stored.
    pub(crate) sent: u64,
    /// Envelopes that were to be pushed and did not arrive: the peer refused them, or the store could not read them.
    pub(crate) unpushed: u32,
    /// The peer was too slow to be told of everything: only another reconciliation tells it.
    pub(crate) is_behind: bool,
}

#[derive(Debug)]
struct StreamOut {
    group: Group,
    after: Option<Key>,
}

/// What the engine is reading.
#[derive(Debug)]
struct Loading {
    group: Group,
    why: Why,
    ids: Vec<EnvelopeId>,
    missing: Vec<EnvelopeId>,
}

/// A batch that the peer has not acknowledged.
#[derive(Debug)]
struct Sent {
    why: Why,
    ids: Vec<EnvelopeId>,
    bytes: usize,
    at_ms: u64,
}

impl Serve {
    pub(crate) fn new() -> Self {
        Self {
            wanted: VecDeque::new(),
            live: VecDeque::new(),
            stream: None,
            loading: None,
            in_flight: BTreeMap::new(),
            in_flight_bytes: 0,
            batch_bytes: SMALLEST_BATCH_BYTES,
            next_number: 0,
            known: Recent::new(KNOWN_IDS),
            sent: 0,
            unpushed: 0,
            is_behind: false,
        }
    }

    /// The peer holds these.
    pub(crate) fn peer_holds(&mut self, ids: impl IntoIterator<Item = EnvelopeId>) {
        for id in ids {
            self.known.insert(id);
        }
    }

    /// The peer was found to lack these: whatever it said of them before, they are news to it.
    pub(crate) fn peer_lacks(&mut self, ids: &[EnvelopeId], turn: &mut Turn<'_>) {
        for id in ids {
            self.known.forget(id);
        }
        let these = Lacking::These(ids.to_vec());
        turn.out.push(SessionOutput::Lacks(these));
    }

    /// Whether the peer owes acknowledgements.
    pub(crate) fn is_waiting(&self) -> bool {
        !self.in_flight.is_empty()
    }

    /// Whether nothing waits to be sent.
    pub(crate) fn is_idle(&self) -> bool {
        self.wanted.is_empty()
            && self.live.is_empty()
            && self.loading.is_none()
            && self.in_flight.is_empty()
    }

    /// Whether something pushed is not yet acknowledged.
    pub(crate) fn is_pushing(&self) -> bool {
        let is_live = |why: Why| why == Why::Live;
        !self.live.is_empty()
            || self.loading.as_ref().is_some_and(|one| is_live(one.why))
            || self.in_flight.values().any(|sent| is_live(sent.why))
    }

    /// Whether any of these is to be pushed, or not yet acknowledged.
    pub(crate) fn is_pushing_any(&self, ids: &[EnvelopeId]) -> bool {
        let loading = self.loading.iter().flat_map(|loading| &loading.ids);
        let in_flight = self.in_flight.values().flat_map(|sent| &sent.ids);
        let live = self.live.iter().map(|(_, id)| id);
        let mut pushing = live.chain(loading).chain(in_flight);
        pushing.any(|id| ids.contains(id))
    }

    /// Pushes what the peer may lack, but for what it is remembered to hold or what is being pushed anyway. Returns what that leaves.
    pub(crate) fn push_news(&mut self, group: Group, mut ids: Vec<EnvelopeId>) -> Vec<EnvelopeId> {
        ids.retain(|id| !self.known.contains(id) && !self.is_pushing_any(&[*id]));
        self.push_unasked(group, ids.clone());
        ids
    }

    /// Pushes what the peer was found to lack.
    pub(crate) fn push_unasked(&mut self, group: Group, ids: Vec<EnvelopeId>) {
        self.live.extend(ids.into_iter().map(|id| (group, id)));
    }

    /// Whether a stream is going out or not yet wholly acknowledged.
    pub(crate) fn is_streaming(&self) -> bool {
        self.stream.is_some()
            || self
                .loading
                .as_ref()
                .is_some_and(|loading| loading.why == Why::Stream)
            || self.in_flight.values().any(|sent| sent.why == Why::Stream)
    }

    /// The peer asks for these.
    pub(crate) fn want(&mut self, group: Group, ids: &Ids) -> Result<(), CloseReason> {
        if self.wanted.len() + ids.0.len() > WANTED_IDS {
            return Err(CloseReason::TooMuch(
                "more envelopes asked for at once than may be",
            ));
        }
        self.wanted.extend(ids.envelopes().map(|id| (group, id)));
        Ok(())
    }

    /// The peer asks for the whole group.
    pub(crate) fn begin_stream(&mut self, group: Group, after: Option<Key>) {
        self.stream = Some(StreamOut { group, after });
    }

    /// New envelopes rest here: our own are pushed, those of others are announced, and nobody is told what it told us.
    pub(crate) fn inserted<'a>(
        &mut self,
        items: impl IntoIterator<Item = &'a ItemRef>,
        from: Option<DeviceId>,
        turn: &mut Turn<'_>,
    ) -> Result<(), CloseReason> {
        if from == Some(turn.peer) {
            return Ok(());
        }
        let mut announced: BTreeMap<Group, Vec<EnvelopeId>> = BTreeMap::new();
        for item in items {
            if self.known.contains(&item.key.id) || self.will_stream(item) {
                continue;
            }
            if from.is_some() && !self.is_slow() {
                announced.entry(item.group).or_default().push(item.key.id);
            } else if from.is_none() && self.live.len() < LIVE_IDS {
                self.live.push_back((item.group, item.key.id));
            } else {
                self.is_behind = true;
            }
        }
        for (group, ids) in announced {
            for ids in ids.chunks(HAVE_IDS) {
                let (paced, ids) = (false, Ids::of(ids));
                turn.out.send(&Frame::Have { group, paced, ids })?;
            }
        }
        Ok(())
    }

    /// Whether the stream going out has yet to pass this place.
    fn will_stream(&self, item: &ItemRef) -> bool {
        self.stream
            .as_ref()
            .is_some_and(|stream| stream.group == item.group && Some(item.key) > stream.after)
    }

    /// Announcements to a peer that does not keep up would pile up.
    fn is_slow(&self) -> bool {
        self.in_flight_bytes >= self.window() || self.wanted.len() > WANTED_IDS / 2
    }

    const fn window(&self) -> usize {
        self.batch_bytes * (WINDOW_BYTES / BATCH_BYTES)
    }

    /// Batches grow while they are acknowledged quickly and shrink when they are not.
    fn adapt(&mut self, took_ms: u64) {
        if took_ms < BATCH_MS.0 {
            self.batch_bytes = (self.batch_bytes * 2).min(BATCH_BYTES);
        } else if took_ms > BATCH_MS.1 {
            self.batch_bytes = (self.batch_bytes / 2).max(SMALLEST_BATCH_BYTES);
        }
    }

    /// Has the next envelopes read while the window is open.
    pub(crate) fn pump(&mut self, turn: &mut Turn<'_>) -> Result<(), CloseReason> {
        while self.loading.is_none() && self.in_flight_bytes < self.window() {
            let Some(loading) = self.next_loading(turn)? else {
                break;
            };
            if loading.ids.is_empty() {
                self.send_batch(
                    loading.group,
                    loading.why,
                    Vec::new(),
                    loading.missing,
                    turn,
                )?;
                continue;
            }
            turn.out.push(SessionOutput::Load {
                group: loading.group,
                ids: loading.ids.clone(),
                bytes: self.batch_bytes,
            });
            self.loading = Some(loading);
        }
        Ok(())
    }

    /// What to read next: what is new first, since someone may be watching it arrive.
    fn next_loading(&mut self, turn: &mut Turn<'_>) -> Result<Option<Loading>, CloseReason> {
        let (why, queue) = if self.live.is_empty() {
            (Why::Wanted, &mut self.wanted)
        } else {
            (Why::Live, &mut self.live)
        };
        if let Some((group, ids)) = take_run(queue) {
            let (ids, missing) = ids.into_iter().partition(|id| turn.set.contains(group, id));
            let missing = if why == Why::Wanted {
                missing
            } else {
                Vec::new()
            };
            return Ok(Some(Loading {
                group,
                why,
                ids,
                missing,
            }));
        }
        let Some(stream) = &mut self.stream else {
            return Ok(None);
        };
        let group = stream.group;
        let keys = turn.set.ordered(group).after(stream.after, BATCH_ENVELOPES);
        let Some(last) = keys.last() else {
            self.stream = None;
            turn.out.send(&Frame::StreamEnd { group })?;
            return Ok(None);
        };
        stream.after = Some(*last);
        Ok(Some(Loading {
            group,
            why: Why::Stream,
            ids: keys.iter().map(|key| key.id).collect(),
            missing: Vec::new(),
        }))
    }

    /// The engine read a leading part of what it was asked for; what it could not find is none.
    pub(crate) fn provide(
        &mut self,
        envelopes: Vec<Option<Vec<u8>>>,
        turn: &mut Turn<'_>,
    ) -> Result<(), CloseReason> {
        let Some(Loading {
            group,
            why,
            mut ids,
            mut missing,
        }) = self.loading.take()
        else {
            return Ok(());
        };
        if envelopes.is_empty() {
            return Err(CloseReason::OwnStore);
        }
        let unread = ids.split_off(envelopes.len().min(ids.len()));
        self.put_back(group, why, &ids, unread, turn);
        let (mut batch, mut bytes) = (Vec::new(), 0);
        for (id, envelope) in ids.into_iter().zip(envelopes) {
            let Some(envelope) = envelope.filter(|envelope| envelope.len() <= ENVELOPE_BYTES)
            else {
                missing.push(id);
                continue;
            };
            if bytes + envelope.len() > self.batch_bytes && !batch.is_empty() {
                self.send_batch(group, why, std::mem::take(&mut batch), Vec::new(), turn)?;
                bytes = 0;
            }
            bytes += envelope.len();
            batch.push((id, envelope));
        }
        let missing = match why {
            Why::Wanted => missing,
            Why::Live => {
                self.not_pushed(missing.len());
                Vec::new()
            }
            // What a stream lacks is found by the comparison that follows it.
            Why::Stream => Vec::new(),
        };
        if batch.is_empty() && missing.is_empty() {
            return Ok(());
        }
        self.send_batch(group, why, batch, missing, turn)
    }

    fn not_pushed(&mut self, count: usize) {
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        self.unpushed = self.unpushed.saturating_add(count);
    }

    /// What did not fit goes back to where it came from.
    fn put_back(
        &mut self,
        group: Group,
        why: Why,
        read: &[EnvelopeId],
        unread: Vec<EnvelopeId>,
        turn: &Turn<'_>,
    ) {
        if unread.is_empty() {
            return;
        }
        let queue = match why {
            Why::Wanted => &mut self.wanted,
            Why::Live => &mut self.live,
            Why::Stream => {
                if let (Some(stream), Some(last)) = (&mut self.stream, read.last()) {
                    stream.after = turn.set.key(group, last).or(stream.after);
                }
                return;
            }
        };
        for id in unread.into_iter().rev() {
            queue.push_front((group, id));
        }
    }

    fn send_batch(
        &mut self,
        group: Group,
        why: Why,
        batch: Vec<(EnvelopeId, Vec<u8>)>,
        missing: Vec<EnvelopeId>,
        turn: &mut Turn<'_>,
    ) -> Result<(), CloseReason> {
        let (ids, envelopes): (Vec<_>, Vec<_>) = batch
            .into_iter()
            .map(|(id, envelope)| (id, Bytes(envelope)))
            .unzip();
        if ids.is_empty() && missing.is_empty() {
            return Ok(());
        }
        let number = self.next_number;
        self.next_number += 1;
        let bytes = envelopes
            .iter()
            .map(|envelope: &Bytes| envelope.0.len())
            .sum();
        self.in_flight_bytes += bytes;
        let at_ms = turn.now_ms;
        self.in_flight.insert(
            number,
            Sent {
                why,
                ids,
                bytes,
                at_ms,
            },
        );
        turn.out.send(&Frame::Items(Items {
            number,
            group,
            why,
            missing: Ids::of(&missing),
            envelopes,
        }))
    }

    /// The peer stored a batch, but for these.
    pub(crate) fn acknowledged(
        &mut self,
        number: u64,
        refused: &[u16],
        turn: &mut Turn<'_>,
    ) -> Result<(), CloseReason> {
        let sent = self
            .in_flight
            .remove(&number)
            .ok_or(CloseReason::OutOfOrder("an acknowledgement"))?;
        self.in_flight_bytes = self.in_flight_bytes.saturating_sub(sent.bytes);
        self.adapt(turn.now_ms.saturating_sub(sent.at_ms));
        if sent.why == Why::Live {
            self.not_pushed(refused.len());
        }
        let stored: Vec<EnvelopeId> = (0_u16..)
            .zip(sent.ids)
            .filter(|(place, _)| !refused.contains(place))
            .map(|(_, id)| id)
            .collect();
        self.sent += stored.len() as u64;
        self.peer_holds(stored.iter().copied());
        if !stored.is_empty() {
            turn.out
                .push(SessionOutput::Acknowledged(Held::Ids(stored)));
        }
        Ok(())
    }
}

/// The leading ids of one group, at most one batch of them.
fn take_run(queue: &mut VecDeque<(Group, EnvelopeId)>) -> Option<(Group, Vec<EnvelopeId>)> {
    let (group, _) = *queue.front()?;
    let length = queue
        .iter()
        .take(BATCH_ENVELOPES)
        .take_while(|(other, _)| *other == group)
        .count();
    Some((group, queue.drain(..length).map(|(_, id)| id).collect()))
}
