//! Notices that the machine slept, or that this program stood still: the wall clock or the time between two ticks jumped.

use std::time::{Duration, Instant, SystemTime};

/// How much more time than expected must have passed to call it a jump.
const JUMP: Duration = Duration::from_secs(10);

/// What a tick of the clocks says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tick {
    /// Time went on as it should.
    Steady,
    /// This program did not run for a moment; what it thinks about others' silence is worth little.
    Late,
    /// The machine slept, or the wall clock was set: addresses and connections may be stale.
    Woke,
}

/// Compares the monotonic clock (which stops in sleep on some systems) with the wall clock (which never does).
#[derive(Debug)]
pub(crate) struct WakeClock {
    interval: Duration,
    last: Option<(Instant, SystemTime)>,
}

impl WakeClock {
    /// A clock that is ticked about every `interval`.
    pub(crate) fn new(interval: Duration) -> Self {
        Self {
            interval,
            last: None,
        }
    }

    /// Takes both clocks and says whether they jumped since the last tick. A wall clock that goes back is no wake.
    pub(crate) fn tick(&mut self, steady: Instant, wall: SystemTime) -> Tick {
        let Some((last_steady, last_wall)) = self.last.replace((steady, wall)) else {
            return Tick::Steady;
        };
        let passed = steady.saturating_duration_since(last_steady);
        let on_the_wall = wall.duration_since(last_wall).unwrap_or_default();
        if passed.max(on_the_wall) > self.interval + JUMP {
            Tick::Woke
        } else if passed > self.interval * 3 {
            Tick::Late
        } else {
            Tick::Steady
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn after(first: (u64, i64)) -> Tick {
        let (steady, wall) = (Instant::now(), SystemTime::now());
        let mut clock = WakeClock::new(SECOND);
        assert_eq!(clock.tick(steady, wall), Tick::Steady);
        let moved = SECOND * u32::try_from(first.1.unsigned_abs()).unwrap();
        let wall = if first.1 < 0 {
            wall - moved
        } else {
            wall + moved
        };
        clock.tick(steady + Duration::from_secs(first.0), wall)
    }

    #[test]
    fn an_ordinary_second_is_no_wake() {
        assert_eq!(after((1, 1)), Tick::Steady);
    }

    #[test]
    fn sleep_shows_on_the_wall_clock_alone_or_on_both() {
        assert_eq!(after((1, 3600)), Tick::Woke);
        assert_eq!(after((3600, 3600)), Tick::Woke);
    }

    #[test]
    fn a_starved_program_is_late_and_did_not_sleep() {
        assert_eq!(after((5, 5)), Tick::Late);
    }

    #[test]
    fn a_wall_clock_that_is_set_back_is_no_wake() {
        assert_eq!(after((1, -3600)), Tick::Steady);
    }
}
