//! What a device said that it holds: up to which envelope all, which beyond that, and which of it turned out to be missing there.
//!
//! Envelopes are named by their marks, the local insertion numbers. It is the device's word and nothing else; what it is found to lack is taken back.

use std::collections::BTreeSet;

/// The word of one device.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Holds {
    /// It said that it holds everything up to here.
    mark: u64,
    /// Beyond the mark it confirmed these.
    beyond: BTreeSet<u64>,
    /// Up to the mark it was found to lack these, and has not confirmed them anew.
    lost: BTreeSet<u64>,
}

impl Holds {
    /// Everything up to a mark.
    pub(crate) fn up_to(mark: u64) -> Self {
        Self {
            mark,
            ..Self::default()
        }
    }

    /// Up to which mark it holds everything, as far as is known.
    pub(crate) fn through(&self) -> u64 {
        self.lost
            .first()
            .map_or(self.mark, |first| first.saturating_sub(1))
    }

    /// Up to which mark it holds everything but for what it lost.
    pub(crate) const fn mark(&self) -> u64 {
        self.mark
    }

    /// Whether it said of nothing that it holds it.
    pub(crate) fn is_empty(&self) -> bool {
        self.mark == 0 && self.beyond.is_empty()
    }

    /// How many it lost and has not confirmed anew.
    pub(crate) fn lost(&self) -> usize {
        self.lost.len()
    }

    /// Whether it said that it holds one, and was not found to lack it.
    pub(crate) fn claims(&self, mark: u64) -> bool {
        match mark <= self.mark {
            true => !self.lost.contains(&mark),
            false => self.beyond.contains(&mark),
        }
    }

    /// It confirmed one.
    pub(crate) fn confirm(&mut self, mark: u64) {
        if !self.lost.remove(&mark) && mark > self.mark {
            self.beyond.insert(mark);
        }
    }

    /// It confirmed everything up to a mark.
    pub(crate) fn confirm_up_to(&mut self, mark: u64) {
        self.mark = self.mark.max(mark);
        self.lost.retain(|lost| *lost > mark);
        let through = self.mark;
        self.beyond.retain(|beyond| *beyond > through);
    }

    /// Moves the mark over what was confirmed; `next` gives the first mark after one that an envelope has.
    pub(crate) fn advance(&mut self, next: impl Fn(u64) -> Option<u64>) {
        while let Some(following) = next(self.mark)
            && self.beyond.remove(&following)
        {
            self.mark = following;
        }
    }

    /// It was found to lack these. Returns how many of them it had said it holds.
    pub(crate) fn take_back(&mut self, marks: impl IntoIterator<Item = u64>) -> usize {
        let claimed = marks.into_iter().filter(|mark| match *mark <= self.mark {
            true => self.lost.insert(*mark),
            false => self.beyond.remove(mark),
        });
        claimed.count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holding(confirmed: impl IntoIterator<Item = u64>) -> Holds {
        let mut holds = Holds::default();
        for mark in confirmed {
            holds.confirm(mark);
        }
        holds.advance(|mark| Some(mark + 1));
        holds
    }

    #[test]
    fn the_mark_stops_before_the_first_that_was_not_confirmed() {
        let holds = holding([1, 2, 4, 5]);
        assert_eq!((holds.through(), holds.mark()), (2, 2));
        assert!(holds.claims(4) && !holds.claims(3));
    }

    #[test]
    fn what_was_taken_back_is_claimed_no_more_until_it_is_confirmed_anew() {
        let mut holds = holding(1..=9);
        assert_eq!(holds.take_back([3, 7, 12]), 2, "nobody claimed the twelfth");
        assert_eq!(holds.take_back([3]), 0, "it is counted once");
        assert_eq!((holds.through(), holds.lost()), (2, 2));
        holds.confirm(7);
        assert_eq!((holds.through(), holds.lost()), (2, 1));
        holds.confirm(3);
        assert_eq!((holds.through(), holds.lost()), (9, 0));
    }

    #[test]
    fn a_word_about_everything_stands_for_what_was_lost_as_well() {
        let mut holds = holding([1, 2, 3, 6]);
        assert_eq!(holds.take_back([2, 6]), 2);
        holds.confirm_up_to(2);
        assert_eq!((holds.through(), holds.lost()), (3, 0));
        assert!(!holds.claims(6));
        holds.confirm_up_to(8);
        assert_eq!(holds.through(), 8);
    }
}
