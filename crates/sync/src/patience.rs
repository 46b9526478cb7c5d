//! Deadlines that run only while the peer owes something, and rates that refill with time.

/// Runs out when nothing happens for a while, but only while something is expected.
#[derive(Debug, Default)]
pub(crate) struct Patience(Option<u64>);

impl Patience {
    /// States whether something is expected now; the time starts when it begins to be.
    pub(crate) fn expect(&mut self, expected: bool, now_ms: u64, for_ms: u64) {
        if !expected {
            self.0 = None;
        } else if self.0.is_none() {
            self.0 = Some(now_ms.saturating_add(for_ms));
        }
    }

    /// Something happened: the time starts again with the next [`Self::expect`].
    pub(crate) const fn progress(&mut self) {
        self.0 = None;
    }

    pub(crate) fn is_over(&self, now_ms: u64) -> bool {
        self.0.is_some_and(|until| now_ms >= until)
    }
}

/// At most so many in a period, then refused until the next period.
#[derive(Debug)]
pub(crate) struct Rate {
    most: u32,
    period_ms: u64,
    since: u64,
    used: u32,
}

impl Rate {
    pub(crate) const fn new(most: u32, period_ms: u64) -> Self {
        Self {
            most,
            period_ms,
            since: 0,
            used: 0,
        }
    }

    pub(crate) const fn allows(&mut self, now_ms: u64) -> bool {
        if now_ms.saturating_sub(self.since) >= self.period_ms {
            self.since = now_ms;
            self.used = 0;
        }
        self.used = self.used.saturating_add(1);
        self.used <= self.most
    }
}
