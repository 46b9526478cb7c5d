//! Which envelopes this replica holds: two sorted sets, kept warm, and an index by id.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use skein_access::EnvelopeId;

use crate::item::{Group, ItemRef, Key};
use crate::ordered::OrderedIds;

/// The envelopes of one workspace that rest on this disk. The bytes stay in the store.
#[derive(Debug, Clone, Default)]
pub struct EnvelopeSet {
    access: Shelf,
    data: Shelf,
    mark: u64,
}

impl EnvelopeSet {
    /// An empty set.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an envelope that is durably stored under this local insertion number; false when it was there. Insertion numbers
    /// come in rising order, so that [`Self::mark`] never covers an envelope that is still to be added.
    pub fn insert(&mut self, item: ItemRef, sequence: u64) -> bool {
        self.mark = self.mark.max(sequence);
        self.shelf_mut(item.group).insert(item.key)
    }

    /// The same data beside other operations: for whom not all of these are to be seen.
    #[must_use]
    pub fn with_operations(&self, operations: impl IntoIterator<Item = ItemRef>) -> Self {
        let mut shown = Self {
            access: Shelf::default(),
            data: self.data.clone(),
            mark: self.mark,
        };
        for item in operations {
            shown.insert(item, 0);
        }
        shown
    }

    /// Whether the envelope is held.
    #[must_use]
    pub fn contains(&self, group: Group, id: &EnvelopeId) -> bool {
        self.key(group, id).is_some()
    }

    /// The place of a held envelope.
    #[must_use]
    pub fn key(&self, group: Group, id: &EnvelopeId) -> Option<Key> {
        self.shelf(group).key(id)
    }

    /// How many envelopes of the group are held.
    #[must_use]
    pub const fn len(&self, group: Group) -> usize {
        self.shelf(group).ordered.len()
    }

    /// Whether none of the group is held.
    #[must_use]
    pub const fn is_empty(&self, group: Group) -> bool {
        self.shelf(group).ordered.is_empty()
    }

    /// The largest local insertion number so far. A peer that agreed holds everything up to it.
    #[must_use]
    pub const fn mark(&self) -> u64 {
        self.mark
    }

    /// The sorted keys of a group, as negentropy walks them.
    #[must_use]
    pub const fn ordered(&self, group: Group) -> &OrderedIds {
        &self.shelf(group).ordered
    }

    const fn shelf(&self, group: Group) -> &Shelf {
        match group {
            Group::Access => &self.access,
            Group::Data => &self.data,
        }
    }

    const fn shelf_mut(&mut self, group: Group) -> &mut Shelf {
        match group {
            Group::Access => &mut self.access,
            Group::Data => &mut self.data,
        }
    }
}

/// One group: the order, and the hour of each id so that an id alone can be looked up.
#[derive(Debug, Clone, Default)]
struct Shelf {
    ordered: OrderedIds,
    /// By the first eight bytes of the id: a quarter of the memory of whole ids, and the order has those anyway.
    hours: HashMap<u64, u32>,
    /// Ids whose first eight bytes were already taken by another.
    clashes: HashMap<EnvelopeId, u32>,
}

impl Shelf {
    fn insert(&mut self, key: Key) -> bool {
        if self.key(&key.id).is_some() || !self.ordered.insert(key) {
            return false;
        }
        match self.hours.entry(prefix(&key.id)) {
            Entry::Vacant(place) => {
                place.insert(key.hour);
            }
            Entry::Occupied(_) => {
                self.clashes.insert(key.id, key.hour);
            }
        }
        true
    }

    fn key(&self, id: &EnvelopeId) -> Option<Key> {
        let hour = *self.hours.get(&prefix(id))?;
        let likely = Key { hour, id: *id };
        if self.ordered.contains(&likely) {
            return Some(likely);
        }
        self.clashes.get(id).map(|&hour| Key { hour, id: *id })
    }
}

fn prefix(id: &EnvelopeId) -> u64 {
    id.as_bytes()
        .first_chunk::<8>()
        .map_or(0, |bytes| u64::from_le_bytes(*bytes))
}
