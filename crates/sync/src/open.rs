//! An admitted session: both sides have said what the other may see, and envelopes flow.

use skein_access::{DeviceId, EnvelopeId, WorkspaceId};

use crate::ahead::Ahead;
use crate::close::CloseReason;
use crate::cycle::{Cycle, Left, Run, Step};
use crate::frame::{Bytes, Frame, Ids, Items, Scope};
use crate::item::{Group, ItemRef, Key};
use crate::limits::{
    HAVE_IDS, HOLDING_BYTES, INVITEE_ENVELOPES, PACK_BYTES, PATIENCE_MS, PRESENCE_BYTES,
    PRESENCE_PER_SECOND, STARTS_PER_MINUTE,
};
use crate::outbox::{Agreement, Held, Lacking, SessionOutput};
use crate::patience::{Patience, Rate};
use crate::pull::Pull;
use crate::serve::Serve;
use crate::session::Side;
use crate::turn::Turn;

/// Everything that only an admitted session has.
#[derive(Debug)]
pub(crate) struct Open {
    pub(crate) workspace: WorkspaceId,
    pub(crate) side: Side,
    /// What the peer may see here.
    pub(crate) to_peer: Scope,
    /// What this side may see there.
    pub(crate) from_peer: Scope,
    pub(crate) pull: Pull,
    pub(crate) serve: Serve,
    pub(crate) cycle: Cycle,
    /// The dialer's ids to announce, and whether an announcement is being dealt with.
    pub(crate) to_announce: Vec<EnvelopeId>,
    pub(crate) awaits_more: bool,
    pub(crate) ahead: Ahead,
    /// Bytes of frames both ways.
    pub(crate) bytes: u64,
    /// The access sets were reconciled at least once, so live data makes sense to the peer.
    was_settled: bool,
    from_invitee: usize,
    patience: [Patience; 3],
    presence: Rate,
    pub(crate) starts: Rate,
}

/// The things a peer can owe, as [`Open::patience`] counts them.
const OWED: [&str; 3] = [
    "envelopes",
    "acknowledgements",
    "the next step of the reconciliation",
];
const ENVELOPES: usize = 0;
const ACKNOWLEDGEMENTS: usize = 1;
const RECONCILIATION: usize = 2;

impl Open {
    pub(crate) fn new(
        workspace: WorkspaceId,
        side: Side,
        to_peer: Scope,
        from_peer: Scope,
        now_ms: u64,
    ) -> Self {
        Self {
            workspace,
            side,
            to_peer,
            from_peer,
            pull: Pull::new(),
            serve: Serve::new(),
            cycle: Cycle::new(now_ms),
            to_announce: Vec::new(),
            awaits_more: false,
            ahead: Ahead::Due,
            bytes: 0,
            was_settled: false,
            from_invitee: 0,
            patience: Default::default(),
            presence: Rate::new(PRESENCE_PER_SECOND, 1_000),
            starts: Rate::new(STARTS_PER_MINUTE, 60_000),
        }
    }

    /// Data is compared only between members, as both sides see it.
    pub(crate) fn data_is_open(&self) -> bool {
        self.to_peer == Scope::All && self.from_peer == Scope::All
    }

    /// The peer may have everything of this side and shows nothing but operations itself: one of the two is no member.
    pub(crate) fn only_gives(&self) -> bool {
        self.to_peer == Scope::All && self.from_peer == Scope::Access
    }

    /// Whether envelopes that this side lacks are still coming, or are to be asked for.
    pub(crate) fn is_taking(&self) -> bool {
        self.pull.is_taking()
    }

    /// How many envelopes that this side lacks are known to be still to come.
    pub(crate) fn still_to_come(&self) -> usize {
        self.pull.still_to_come()
    }

    /// Whether envelopes go to the peer, or wait to.
    pub(crate) fn is_giving(&self) -> bool {
        !self.serve.is_idle()
    }

    /// Names envelopes that rest here to a peer that does not compare.
    pub(crate) fn offer(
        &self,
        group: Group,
        ids: &[EnvelopeId],
        turn: &mut Turn<'_>,
    ) -> Result<(), CloseReason> {
        if !self.only_gives() {
            return Ok(());
        }
        for ids in ids.chunks(HAVE_IDS) {
            let (paced, ids) = (false, Ids::of(ids));
            turn.out.send(&Frame::Have { group, paced, ids })?;
        }
        Ok(())
    }

    /// A reconciliation is wanted soon.
    pub(crate) const fn wish(&mut self) {
        self.cycle.is_wished = true;
    }

    /// One side may see more than before: the dialer, who always hears of it, reconciles at once.
    pub(crate) fn scope_grew(&mut self, now_ms: u64) {
        if self.side == Side::Dialer {
            self.cycle.hurry(now_ms);
        }
    }

    /// One frame of the peer.
    pub(crate) fn frame(&mut self, frame: Frame, turn: &mut Turn<'_>) -> Result<(), CloseReason> {
        self.note_progress(&frame);
        match frame {
            Frame::Granted(Scope::All) if self.from_peer == Scope::Access => {
                self.from_peer = Scope::All;
                self.scope_grew(turn.now_ms);
                Ok(())
            }
            Frame::Have { group, paced, ids } => {
                self.check_taken(group, ids.0.len())?;
                if paced {
                    self.check_paced(group)?;
                    self.pull.owe_more(group)?;
                }
                self.serve.peer_holds(ids.envelopes());
                let held = self.pull.want(group, ids.envelopes(), paced, turn);
                if !held.is_empty() {
                    turn.out.push(SessionOutput::Acknowledged(Held::Ids(held)));
                }
                Ok(())
            }
            Frame::Want { group, ids } => {
                check_scope(group, self.to_peer)?;
                let asked: Vec<EnvelopeId> = ids.envelopes().collect();
                self.serve.peer_lacks(&asked, turn);
                self.serve.want(group, &ids)
            }
            Frame::Items(items) => self.items(items, turn),
            Frame::Stored { number, refused } => self.serve.acknowledged(number, &refused, turn),
            Frame::Presence(bytes) => {
                if self.data_is_open() && self.presence.allows(turn.now_ms) {
                    turn.out.push(SessionOutput::Presence(bytes.0));
                }
                Ok(())
            }
            Frame::Holding(bytes) => {
                if self.data_is_open() {
                    turn.out.push(SessionOutput::Holding(bytes.0));
                }
                Ok(())
            }
            Frame::Pack(bytes) => {
                if self.data_is_open() {
                    turn.out.push(SessionOutput::Pack(bytes.0));
                }
                Ok(())
            }
            Frame::Skipped(_) => Ok(()),
            Frame::Bye(reason) => Err(CloseReason::ByPeer(readable(&reason))),
            Frame::StreamEnd { group } => self.pull.stream_ended(group),
            reconciling => match self.side {
                Side::Dialer => self.lead(reconciling, turn),
                Side::Listener => self.follow(reconciling, turn),
            },
        }
    }

    fn items(&mut self, items: Items, turn: &mut Turn<'_>) -> Result<(), CloseReason> {
        self.check_taken(items.group, items.envelopes.len())?;
        self.pull.take(items, turn)
    }

    /// What may be seen there may be taken from there. Of operations a device that is no member has its join to send, and hardly more;
    /// which of its data is kept, the engine says.
    fn check_taken(&mut self, group: Group, count: usize) -> Result<(), CloseReason> {
        check_scope(group, self.from_peer)?;
        if self.to_peer == Scope::Access && group == Group::Access {
            self.from_invitee += count;
            if self.from_invitee > INVITEE_ENVELOPES {
                return Err(CloseReason::TooMuch(
                    "envelopes from a device that has not joined",
                ));
            }
        }
        Ok(())
    }

    /// Only the dialer paces announcements, and only while a group is compared.
    fn check_paced(&self, group: Group) -> Result<(), CloseReason> {
        match (&self.cycle.run, self.side) {
            (Some(run), Side::Listener)
                if run.group == group && matches!(run.step, Step::Comparing) =>
            {
                Ok(())
            }
            _ => Err(CloseReason::OutOfOrder("an announcement")),
        }
    }

    /// New envelopes rest here.
    pub(crate) fn inserted(
        &mut self,
        items: &[ItemRef],
        from: Option<DeviceId>,
        turn: &mut Turn<'_>,
    ) -> Result<(), CloseReason> {
        // Before the access sets were reconciled, what is new will be found by reconciling.
        let data = self.data_is_open() && self.was_settled;
        let shown = items
            .iter()
            .filter(|item| data || item.group == Group::Access);
        self.serve.inserted(shown, from, turn)
    }

    /// Passes presence to the peer.
    pub(crate) fn presence(&self, bytes: &[u8], turn: &mut Turn<'_>) -> Result<(), CloseReason> {
        if !self.data_is_open() || bytes.len() > PRESENCE_BYTES {
            return Ok(());
        }
        turn.out.send(&Frame::Presence(Bytes(bytes.to_vec())))
    }

    /// Passes a question about chunks of files to the peer, or the answer to its own.
    pub(crate) fn holding(&self, bytes: &[u8], turn: &mut Turn<'_>) -> Result<(), CloseReason> {
        if !self.data_is_open() || bytes.len() > HOLDING_BYTES {
            return Ok(());
        }
        turn.out.send(&Frame::Holding(Bytes(bytes.to_vec())))
    }

    /// Passes a question about a pack to the peer, or the answer to its own.
    pub(crate) fn pack(&self, bytes: &[u8], turn: &mut Turn<'_>) -> Result<(), CloseReason> {
        if !self.data_is_open() || bytes.len() > PACK_BYTES {
            return Ok(());
        }
        turn.out.send(&Frame::Pack(Bytes(bytes.to_vec())))
    }

    /// Time passed.
    pub(crate) fn tick(&mut self, turn: &Turn<'_>) -> Result<(), CloseReason> {
        self.pull.retry_deferred(turn);
        for (patience, owed) in self.patience.iter().zip(OWED) {
            if patience.is_over(turn.now_ms) {
                return Err(CloseReason::TimedOut(owed));
            }
        }
        Ok(())
    }

    /// Does everything that can be done now without hearing more, then notes what the peer owes.
    pub(crate) fn advance(&mut self, turn: &mut Turn<'_>) -> Result<(), CloseReason> {
        loop {
            let before = turn.out.len();
            match self.side {
                Side::Dialer => self.advance_leading(turn)?,
                Side::Listener => self.advance_following(turn)?,
            }
            self.pull.pump(turn)?;
            self.serve.pump(turn)?;
            if turn.out.len() == before {
                break;
            }
        }
        if (self.pull.is_behind || self.serve.is_behind)
            && self.serve.is_idle()
            && self.cycle.run.is_none()
        {
            self.pull.is_behind = false;
            self.serve.is_behind = false;
            self.wish();
        }
        let owed = [
            self.pull.is_waiting(),
            self.serve.is_waiting(),
            self.cycle.run.is_some(),
        ];
        for (patience, owed) in self.patience.iter_mut().zip(owed) {
            patience.expect(owed, turn.now_ms, PATIENCE_MS);
        }
        Ok(())
    }

    /// The engine did its part: what it does is not the peer's delay.
    pub(crate) const fn engine_progressed(&mut self) {
        self.progressed(RECONCILIATION);
    }

    fn note_progress(&mut self, frame: &Frame) {
        match frame {
            Frame::Items(_) | Frame::StreamEnd { .. } => self.progressed(ENVELOPES),
            Frame::Stored { .. } => self.progressed(ACKNOWLEDGEMENTS),
            Frame::Presence(_)
            | Frame::Holding(_)
            | Frame::Pack(_)
            | Frame::Skipped(_)
            | Frame::Again
            | Frame::Have { paced: false, .. } => return,
            _ => {}
        }
        self.progressed(RECONCILIATION);
    }

    const fn progressed(&mut self, what: usize) {
        let [envelopes, acknowledgements, reconciliation] = &mut self.patience;
        match what {
            ENVELOPES => envelopes.progress(),
            ACKNOWLEDGEMENTS => acknowledgements.progress(),
            _ => reconciliation.progress(),
        }
    }

    /// A new cycle: its marks and counters.
    pub(crate) fn begin_cycle(&mut self, turn: &Turn<'_>) {
        self.serve.unpushed = 0;
        self.cycle.begin(
            turn.set.mark(),
            (self.serve.sent, self.pull.received, self.bytes),
        );
    }

    /// A run of a group begins on this side.
    pub(crate) fn begin_run(&mut self, group: Group, step: Step, was_streamed: bool) {
        if !was_streamed {
            self.pull.begin_tally();
        }
        self.cycle.run = Some(Run {
            group,
            step,
            rounds: 0,
            was_streamed,
        });
    }

    /// What this side could not get in the run.
    pub(crate) const fn left(&self) -> Left {
        let tally = self.pull.tally();
        Left {
            deferred: tally.deferred,
            withheld: tally.withheld,
        }
    }

    /// Both sides have settled a group.
    pub(crate) fn settle(&mut self, theirs: Left, turn: &mut Turn<'_>) {
        let Some(run) = self.cycle.run.take() else {
            return;
        };
        let ours = self.left();
        // The peer cannot count what it never asked for.
        let theirs = Left {
            withheld: theirs.withheld.saturating_add(self.serve.unpushed),
            ..theirs
        };
        if theirs != Left::default() {
            self.cycle.mark = None;
        }
        if run.group == Group::Access {
            self.cycle.access_is_settled = true;
            self.was_settled = true;
        } else if let Some(mark) = self.cycle.mark.take() {
            turn.out.push(SessionOutput::Acknowledged(Held::UpTo(mark)));
        }
        if ours.deferred > 0 || theirs.deferred > 0 {
            self.cycle.has_deferred = true;
            return;
        }
        let (sent, received, bytes) = self.cycle.began;
        turn.out.push(SessionOutput::Agreed(Agreement {
            group: run.group,
            sent: self.serve.sent.saturating_sub(sent),
            received: self.pull.received.saturating_sub(received),
            bytes: (self.bytes + turn.out.bytes()).saturating_sub(bytes),
            rounds: run.rounds,
            withheld: ours.withheld.saturating_add(theirs.withheld),
        }));
    }

    /// Takes the group's stream from this peer if this side holds nothing and nobody else is streaming.
    pub(crate) fn ask_for_stream(
        &mut self,
        group: Group,
        turn: &mut Turn<'_>,
    ) -> Result<bool, CloseReason> {
        let Some(after) = turn.fetching.begin_stream(group, turn.peer, turn.now_ms) else {
            self.pull.defer_all();
            return Ok(false);
        };
        self.begin_run(group, Step::Receiving, false);
        self.pull.begin_stream(group, after);
        let after = after.map(|key| (key.hour, *key.id.as_bytes()));
        turn.out.send(&Frame::Stream { group, after })?;
        Ok(true)
    }

    /// Streams the group to the peer.
    pub(crate) fn give_stream(
        &mut self,
        group: Group,
        after: Option<(u32, [u8; 32])>,
        turn: &mut Turn<'_>,
    ) {
        // Who goes on where an earlier stream broke off may hold more than came before it.
        if after.is_none() {
            let all = Lacking::All(group);
            turn.out.push(SessionOutput::Lacks(all));
        }
        let after = after.map(|(hour, id)| Key {
            hour,
            id: EnvelopeId::from_bytes(id),
        });
        self.begin_run(group, Step::Streaming, false);
        self.serve.begin_stream(group, after);
    }

    /// Whether a stream would serve this side better than comparing.
    pub(crate) fn needs_stream(group: Group, turn: &Turn<'_>) -> bool {
        turn.set.is_empty(group) || turn.fetching.is_unfinished(group)
    }
}

/// Data goes only to whom everything was granted.
fn check_scope(group: Group, granted: Scope) -> Result<(), CloseReason> {
    if group == Group::Data && granted != Scope::All {
        return Err(CloseReason::NotYetMember);
    }
    Ok(())
}

/// What a peer said at the end, fit to be shown.
pub(crate) fn readable(text: &Bytes) -> String {
    String::from_utf8_lossy(&text.0)
        .chars()
        .filter(|character| !character.is_control())
        .take(crate::limits::FAREWELL_CHARS)
        .collect()
}
