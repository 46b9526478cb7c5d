//! How fast one connection may bring things: bytes beyond the rate wait, which makes their sender wait; a flood of messages
//! ends it.

/// What may come at once after a pause, in milliseconds of the rate.
const SAVED_UP: u64 = 1_000;
/// Messages in one second, far more than an honest device sends.
const MESSAGES_PER_SECOND: u32 = 2_000;

/// The pace of one connection.
#[derive(Debug)]
pub(super) struct Pace {
    bytes_per_second: u64,
    /// When all that was taken so far would have been due.
    paid_until: u64,
    second: u64,
    messages: u32,
}

impl Pace {
    pub(super) const fn new(bytes_per_second: u64) -> Self {
        Self {
            bytes_per_second,
            paid_until: 0,
            second: 0,
            messages: 0,
        }
    }

    /// When the next batch may be taken.
    pub(super) const fn free_at(&self) -> u64 {
        self.paid_until.saturating_sub(SAVED_UP)
    }

    /// A batch was taken.
    pub(super) fn took(&mut self, bytes: u64, now_ms: u64) {
        let millis = bytes.saturating_mul(1_000) / self.bytes_per_second.max(1);
        self.paid_until = self.paid_until.max(now_ms).saturating_add(millis);
    }

    /// Whether one more message is bearable.
    pub(super) fn bears(&mut self, now_ms: u64) -> bool {
        let second = now_ms / 1_000;
        if second != self.second {
            self.second = second;
            self.messages = 0;
        }
        self.messages = self.messages.saturating_add(1);
        self.messages <= MESSAGES_PER_SECOND
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_too_fast_waits_as_long_as_the_rate_says() {
        let mut pace = Pace::new(1_000);
        let (mut now, mut taken) = (10_000, 0);
        while now < 20_000 {
            if pace.free_at() <= now {
                pace.took(500, now);
                taken += 500;
            }
            now += 10;
        }
        assert!((10_000..=11_500).contains(&taken), "{taken}");
    }

    #[test]
    fn a_flood_of_messages_is_unbearable_and_a_crowd_is_not() {
        let mut pace = Pace::new(1);
        assert!((0..10_000).all(|at| pace.bears(at)));
        assert!(!(0..10_000).all(|_| pace.bears(20_000)));
    }
}
