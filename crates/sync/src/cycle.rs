//! Where a reconciliation stands: access first, then data, always led by the dialer.

use crate::item::Group;
use crate::limits::{AGAIN_MS, RETRY_MS, SHORTEST_PAUSE_MS};

/// The reconciliation of one group, while it runs.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) group: Group,
    pub(crate) step: Step,
    /// Messages that the dialer sent.
    pub(crate) rounds: u32,
    /// A stream came first; there is at most one.
    pub(crate) was_streamed: bool,
}

/// What happens next in a run.
#[derive(Debug)]
pub(crate) enum Step {
    /// The dialer sends what the listener has not confirmed, before it compares.
    GoingAhead,
    /// Messages go to and fro. The dialer waits for an answer, the listener for a message.
    Comparing,
    /// The dialer asks for and announces what the last answer told it, before its next message (or its `Settled` when none is left).
    Fetching {
        /// The next message.
        next: Option<Vec<u8>>,
    },
    /// The peer streams the whole group to this side.
    Receiving,
    /// This side streams the whole group to the peer.
    Streaming,
    /// The dialer has said `Settled` and waits for the listener's.
    Settling,
    /// The dialer has said this `Settled`; the listener says its own when it has everything.
    Answering(Left),
}

/// What a side says in `Settled` that it could not get.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Left {
    pub(crate) deferred: u32,
    pub(crate) withheld: u32,
}

/// Runs and the pauses between them.
#[derive(Debug)]
pub(crate) struct Cycle {
    pub(crate) run: Option<Run>,
    /// The local mark when the access run began, while nothing that the peer lacks is known.
    pub(crate) mark: Option<u64>,
    /// The access run of this cycle is over, so data may follow.
    pub(crate) access_is_settled: bool,
    /// Counters of the session when the cycle began: envelopes sent, received, bytes.
    pub(crate) began: (u64, u64, u64),
    /// Something was left to another peer in this cycle.
    pub(crate) has_deferred: bool,
    /// Someone wants a reconciliation soon.
    pub(crate) is_wished: bool,
    next_at: u64,
    ended_at: Option<u64>,
    retry_ms: u64,
}

impl Cycle {
    pub(crate) const fn new(now_ms: u64) -> Self {
        Self {
            run: None,
            mark: None,
            access_is_settled: false,
            began: (0, 0, 0),
            has_deferred: false,
            is_wished: false,
            next_at: now_ms,
            ended_at: None,
            retry_ms: RETRY_MS.0,
        }
    }

    /// A new cycle begins with its access run.
    pub(crate) const fn begin(&mut self, mark: u64, counters: (u64, u64, u64)) {
        self.mark = Some(mark);
        self.access_is_settled = false;
        self.began = counters;
        self.has_deferred = false;
        self.is_wished = false;
    }

    /// The cycle is over: when is the next?
    pub(crate) fn end(&mut self, now_ms: u64) {
        self.run = None;
        self.ended_at = Some(now_ms);
        let pause = if self.has_deferred {
            let pause = self.retry_ms;
            self.retry_ms = (pause * 2).min(RETRY_MS.1);
            pause
        } else {
            self.retry_ms = RETRY_MS.0;
            AGAIN_MS
        };
        self.next_at = now_ms.saturating_add(pause);
    }

    /// The next cycle should begin now, or right after the one that runs.
    pub(crate) const fn hurry(&mut self, now_ms: u64) {
        self.next_at = now_ms;
        self.is_wished = self.run.is_some();
    }

    /// Whether the next cycle should begin.
    pub(crate) fn is_due(&self, now_ms: u64) -> bool {
        let rested = self
            .ended_at
            .is_none_or(|ended| now_ms.saturating_sub(ended) >= SHORTEST_PAUSE_MS);
        self.run.is_none() && (now_ms >= self.next_at || (self.is_wished && rested))
    }
}
