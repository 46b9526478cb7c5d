//! Messages of one page in the order of their numbers, though commands may overtake one another on their way through the webview.

use std::collections::BTreeMap;

/// What came before its turn waits here.
#[derive(Debug)]
pub(crate) struct InOrder<T> {
    next: u64,
    early: BTreeMap<u64, T>,
}

impl<T> InOrder<T> {
    /// A line on which message 0 is the first.
    pub(crate) fn new() -> Self {
        Self {
            next: 0,
            early: BTreeMap::new(),
        }
    }

    /// Takes one in; returns those whose turn has come.
    pub(crate) fn take(&mut self, number: u64, item: T) -> Vec<T> {
        if number >= self.next {
            self.early.insert(number, item);
        }
        let mut ready = Vec::new();
        while let Some(item) = self.early.remove(&self.next) {
            self.next += 1;
            ready.push(item);
        }
        ready
    }

    /// How many wait for one that has not come.
    pub(crate) fn waiting(&self) -> usize {
        self.early.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_overtakes_waits_for_its_turn_and_nothing_comes_twice() {
        let mut line = InOrder::new();
        assert_eq!(line.take(2, "c"), [""; 0]);
        assert_eq!(line.take(1, "b"), [""; 0]);
        assert_eq!(line.waiting(), 2);
        assert_eq!(line.take(0, "a"), ["a", "b", "c"]);
        assert_eq!(line.take(1, "again"), [""; 0]);
        assert_eq!(line.take(3, "d"), ["d"]);
        assert_eq!(line.waiting(), 0);
    }
}
