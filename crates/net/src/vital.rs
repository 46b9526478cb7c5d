//! Signs of life of one link, shared between its task, which sees bytes, and the swarm, which sees pongs and judges.

use std::{
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    time::{Duration, Instant},
};

/// When the other side was last known to live, and whether it is a stranger.
#[derive(Debug)]
pub(crate) struct Vital {
    start: Instant,
    /// Milliseconds since `start`.
    last: AtomicU64,
    stranger: AtomicBool,
}

impl Vital {
    pub(crate) fn new() -> Self {
        Self {
            start: Instant::now(),
            last: AtomicU64::new(0),
            stranger: AtomicBool::new(false),
        }
    }

    /// A sign of life, now.
    pub(crate) fn touch(&self) {
        self.set(Instant::now());
    }

    fn set(&self, at: Instant) {
        let millis =
            u64::try_from(at.saturating_duration_since(self.start).as_millis()).unwrap_or(u64::MAX);
        self.last.store(millis, Ordering::Relaxed);
    }

    /// For how long there has been no sign of life.
    pub(crate) fn silent_for(&self, now: Instant) -> Duration {
        let last = Duration::from_millis(self.last.load(Ordering::Relaxed));
        now.saturating_duration_since(self.start)
            .saturating_sub(last)
    }

    /// What was known before is worth nothing: pretend a silence of `silence`, so that the rest is left for a proof.
    pub(crate) fn doubt(&self, now: Instant, silence: Duration) {
        self.set(now.checked_sub(silence).unwrap_or(self.start));
    }

    /// Says whether the other side is a stranger.
    pub(crate) fn set_stranger(&self, stranger: bool) {
        self.stranger.store(stranger, Ordering::Relaxed);
    }

    /// Whether the other side is a stranger.
    pub(crate) fn is_stranger(&self) -> bool {
        self.stranger.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_counts_from_the_last_sign_of_life() {
        let vital = Vital::new();
        let now = Instant::now();
        vital.set(now + Duration::from_secs(5));
        let silent = vital.silent_for(now + Duration::from_secs(12));
        assert!(
            silent >= Duration::from_secs(6) && silent <= Duration::from_secs(8),
            "{silent:?}"
        );
    }

    #[test]
    fn doubt_leaves_the_rest_of_the_time_for_a_proof() {
        let vital = Vital::new();
        let later = Instant::now() + Duration::from_secs(3600);
        vital.doubt(later, Duration::from_secs(4));
        assert_eq!(vital.silent_for(later).as_secs(), 4);
    }
}
