//! The numbers that one device gave its envelopes, as far as these are here: runs without a gap, each with the hour of its first.

use std::collections::BTreeMap;

/// Numbers that are here.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Numbers {
    /// By their first numbers.
    runs: BTreeMap<u64, Run>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Run {
    last: u64,
    /// When its first was written, by its author's clock, in hours since 1970.
    hour: u32,
}

/// Numbers that are missing before one that is here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Gap {
    pub(super) first: u64,
    pub(super) last: u64,
    /// When the one that follows was written, by its author's clock, in hours since 1970.
    pub(super) before_hour: u32,
}

impl Gap {
    pub(super) fn count(&self) -> u64 {
        (self.last - self.first).saturating_add(1)
    }
}

impl Numbers {
    /// This number is here; the order in which they come plays no part.
    pub(super) fn insert(&mut self, number: u64, hour: u32) {
        let before = self.runs.range_mut(..=number).next_back();
        if let Some((_, run)) = before
            && run.last >= number.saturating_sub(1)
        {
            run.last = run.last.max(number);
        } else {
            self.runs.insert(number, Run { last: number, hour });
        }
        let Some(next) = number
            .checked_add(1)
            .and_then(|next| self.runs.remove(&next))
        else {
            return;
        };
        if let Some((_, run)) = self.runs.range_mut(..=number).next_back() {
            run.last = run.last.max(next.last);
        }
    }

    /// What is missing, from the first number that a device gives, up to a number.
    pub(super) fn gaps(&self, through: u64) -> impl Iterator<Item = Gap> {
        let lasts = std::iter::once(0).chain(self.runs.values().map(|run| run.last));
        let gaps = lasts.zip(&self.runs).map(|(before, (first, run))| Gap {
            first: before.saturating_add(1),
            last: first.saturating_sub(1),
            before_hour: run.hour,
        });
        gaps.filter(move |gap| gap.first <= gap.last && gap.last <= through)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    proptest! {
        #[test]
        fn what_is_missing_is_what_lies_below_the_largest_and_is_not_here(
            numbers in prop::collection::vec(1_u64..60, 0..80)
        ) {
            let mut here = Numbers::default();
            for number in &numbers {
                here.insert(*number, u32::try_from(*number).unwrap());
            }
            let missing: Vec<u64> = here.gaps(u64::MAX).flat_map(|gap| gap.first..=gap.last).collect();
            let held: BTreeSet<u64> = numbers.iter().copied().collect();
            let largest = held.last().copied().unwrap_or(0);
            let expected: Vec<u64> = (1..largest).filter(|number| !held.contains(number)).collect();
            prop_assert_eq!(missing, expected);
            for gap in here.gaps(u64::MAX) {
                prop_assert_eq!(u64::from(gap.before_hour), gap.last + 1);
            }
        }
    }

    #[test]
    fn a_number_at_the_end_of_all_numbers_is_one_like_another() {
        let mut here = Numbers::default();
        here.insert(1, 0);
        here.insert(u64::MAX, 0);
        let counts: Vec<u64> = here.gaps(u64::MAX).map(|gap| gap.count()).collect();
        assert_eq!(counts, [u64::MAX - 2]);
        assert_eq!(here.gaps(1_000).count(), 0);
    }
}
