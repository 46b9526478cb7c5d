//! The versions of one text that views have been sent, and the mapping of what they type at an older one.
//!
//! A view pushes splices made at the version it knows. What others did since is kept in a short ring; the push is mapped over
//! it and applied at head, since a transaction at old heads costs automerge time in proportion to the whole document.

use std::collections::VecDeque;

use skein_model::Splices;

/// How many steps a view may lag behind before it is sent the whole text again.
const RING: usize = 512;
/// How many characters of insertions the ring may hold.
const RING_CHARACTERS: usize = 4 * 1024 * 1024;
/// How many pushes are remembered, so that a retry is recognised.
const REMEMBERED: usize = 256;

/// What a push became.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mapped {
    /// The push, to be applied at head.
    pub(crate) at_head: Splices,
    /// What others did since the push's base, to be applied after the push.
    pub(crate) missed: Splices,
}

/// What an already applied push was answered, brought up to now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ack {
    /// The version with it.
    pub(crate) version: u32,
    /// What others did since the push's base.
    pub(crate) missed: Splices,
}

/// The view's base is older than the ring, or from another life of the engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct OutOfStep;

struct Remembered {
    push_id: String,
    ack: Ack,
}

/// One text's recent versions.
pub(crate) struct TextFeed {
    version: u32,
    ring: VecDeque<(u32, Splices)>,
    characters: usize,
    pushes: VecDeque<Remembered>,
}

impl TextFeed {
    /// A feed that starts at `version`. It should differ from one life of the engine to the next, so that a view that outlived
    /// a restart is told to start again instead of being mapped over nothing.
    pub(crate) fn starting_at(version: u32) -> Self {
        Self {
            version,
            ring: VecDeque::new(),
            characters: 0,
            pushes: VecDeque::new(),
        }
    }

    /// The newest version.
    pub(crate) fn version(&self) -> u32 {
        self.version
    }

    /// The answer to a push that was applied before, if this is one.
    pub(crate) fn repeated(&self, push_id: &str) -> Option<Result<Ack, OutOfStep>> {
        let remembered = self.pushes.iter().find(|push| push.push_id == push_id)?;
        Some(self.since(remembered.ack.version).map(|later| Ack {
            version: self.version,
            missed: remembered.ack.missed.compose(&later),
        }))
    }

    /// Maps a push made at `base` to head. Where both insert at one place the push comes first: it goes on where the one before
    /// it ended, so that what one person types stays together.
    pub(crate) fn map(&self, base: u32, push: &Splices) -> Result<Mapped, OutOfStep> {
        let missed = self.since(base)?;
        if missed.0.is_empty() {
            return Ok(Mapped {
                at_head: push.clone(),
                missed,
            });
        }
        Ok(Mapped {
            at_head: push.map_over(&missed, false),
            missed: missed.map_over(push, true),
        })
    }

    /// Notes that a push was applied; returns its acknowledgement.
    pub(crate) fn pushed(&mut self, push_id: String, mapped: Mapped) -> Ack {
        let version = self.advance(mapped.at_head);
        let ack = Ack {
            version,
            missed: mapped.missed,
        };
        self.pushes.push_back(Remembered {
            push_id,
            ack: ack.clone(),
        });
        if self.pushes.len() > REMEMBERED {
            self.pushes.pop_front();
        }
        ack
    }

    /// Notes a change at head by anybody; returns the new version.
    pub(crate) fn advance(&mut self, splices: Splices) -> u32 {
        self.version = self.version.wrapping_add(1);
        self.characters += weight(&splices);
        self.ring.push_back((self.version, splices));
        while self.ring.len() > RING || (self.characters > RING_CHARACTERS && self.ring.len() > 1) {
            if let Some((_, dropped)) = self.ring.pop_front() {
                self.characters -= weight(&dropped);
            }
        }
        self.version
    }

    /// What happened since a version.
    pub(crate) fn since(&self, base: u32) -> Result<Splices, OutOfStep> {
        let behind = self.version.wrapping_sub(base) as usize;
        let first = self.ring.len().checked_sub(behind).ok_or(OutOfStep)?;
        Ok(self
            .ring
            .iter()
            .skip(first)
            .fold(Splices(Vec::new()), |all, (_, step)| all.compose(step)))
    }
}

fn weight(splices: &Splices) -> usize {
    splices.0.iter().map(|splice| splice.insert.len() + 1).sum()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;
    use skein_model::Splice;

    use super::*;

    fn insert(at: u32, text: &str) -> Splices {
        Splices(vec![Splice {
            at,
            delete: 0,
            insert: text.to_owned(),
        }])
    }

    #[test]
    fn a_stale_push_lands_beside_what_it_had_not_seen() {
        let mut feed = TextFeed::starting_at(7);
        let theirs = insert(0, "ab");
        feed.advance(theirs.clone());
        let mapped = feed.map(7, &insert(1, "X")).unwrap();
        let text = theirs.apply("123").unwrap();
        assert_eq!(mapped.at_head.apply(&text).unwrap(), "ab1X23");
        assert_eq!(mapped.missed.apply("1X23").unwrap(), "ab1X23");
    }

    #[test]
    fn what_one_types_stays_together_though_somebody_writes_at_the_same_place() {
        let mut feed = TextFeed::starting_at(0);
        let first = feed.map(0, &insert(0, "Col")).unwrap();
        feed.pushed("1".to_owned(), first);
        feed.advance(insert(3, "Strong."));
        let second = feed.map(1, &insert(3, "d.")).unwrap();
        assert_eq!(second.at_head.apply("ColStrong.").unwrap(), "Cold.Strong.");
        assert_eq!(second.missed.apply("Cold.").unwrap(), "Cold.Strong.");
    }

    #[test]
    fn a_repeated_push_is_answered_as_before_and_brought_up_to_now() {
        let mut feed = TextFeed::starting_at(0);
        let mapped = feed.map(0, &insert(0, "mine")).unwrap();
        feed.pushed("p".to_owned(), mapped);
        feed.advance(insert(4, "!"));
        let again = feed.repeated("p").unwrap().unwrap();
        assert_eq!(
            (again.version, again.missed.apply("mine").unwrap().as_str()),
            (2, "mine!")
        );
        assert!(feed.repeated("q").is_none());
    }

    #[test]
    fn a_base_of_another_life_is_out_of_step() {
        let feed = TextFeed::starting_at(1_000);
        assert_eq!(feed.map(3, &insert(0, "x")), Err(OutOfStep));
        assert_eq!(feed.map(2_000, &insert(0, "x")), Err(OutOfStep));
    }

    proptest! {
        #[test]
        fn both_ways_round_the_texts_are_equal(
            steps in prop::collection::vec((0u32..40, 0u32..4, "[a-z]{0,3}"), 0..6),
            mine in (0u32..20, 0u32..4, "[A-Z]{0,3}"),
        ) {
            let base = "the quick brown fox jumps".to_owned();
            let mut feed = TextFeed::starting_at(0);
            let mut head = base.clone();
            for (at, delete, text) in steps {
                let length = head.len() as u32;
                let at = at.min(length);
                let splices = Splices(vec![Splice { at, delete: delete.min(length - at), insert: text }]);
                head = splices.apply(&head).unwrap();
                feed.advance(splices);
            }
            let (at, delete, text) = mine;
            let push = Splices(vec![Splice { at, delete, insert: text }]);
            let mapped = feed.map(0, &push).unwrap();
            let core = mapped.at_head.apply(&head).unwrap();
            let view = mapped.missed.apply(&push.apply(&base).unwrap()).unwrap();
            prop_assert_eq!(core, view);
        }
    }
}
