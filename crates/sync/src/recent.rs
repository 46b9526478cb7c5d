//! A bounded memory of ids: the oldest is forgotten first.

use std::collections::{HashSet, VecDeque};

use skein_access::EnvelopeId;

/// The last so many ids that were added.
#[derive(Debug)]
pub(crate) struct Recent {
    ids: HashSet<EnvelopeId>,
    order: VecDeque<EnvelopeId>,
    most: usize,
}

impl Recent {
    pub(crate) fn new(most: usize) -> Self {
        Self {
            ids: HashSet::new(),
            order: VecDeque::new(),
            most,
        }
    }

    pub(crate) fn insert(&mut self, id: EnvelopeId) {
        if !self.ids.insert(id) {
            return;
        }
        self.order.push_back(id);
        if self.order.len() > self.most
            && let Some(oldest) = self.order.pop_front()
        {
            self.ids.remove(&oldest);
        }
    }

    /// Its place in the order stays, and is given back in its turn.
    pub(crate) fn forget(&mut self, id: &EnvelopeId) {
        self.ids.remove(id);
    }

    pub(crate) fn contains(&self, id: &EnvelopeId) -> bool {
        self.ids.contains(id)
    }
}
