//! A sorted set of keys in chunks: cheap to insert into at a million, and walked by negentropy where it lies.

use negentropy::{Bound, Error, Id, Item, NegentropyStorageBase};

use crate::item::Key;
use skein_access::EnvelopeId;

/// Keys in one chunk before it is split; an insertion moves at most this many.
const CHUNK: usize = 1024;

/// Sorted keys. Chunks are never empty, and each one lies wholly before the next.
#[derive(Debug, Clone, Default)]
pub struct OrderedIds {
    chunks: Vec<Vec<Key>>,
    len: usize,
}

impl OrderedIds {
    /// How many keys there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Adds a key; false when it was there.
    pub fn insert(&mut self, key: Key) -> bool {
        let at = self.chunk_from(|last| *last < key);
        let Some(chunk) = self.chunks.get_mut(at) else {
            self.append(key);
            return true;
        };
        let Err(position) = chunk.binary_search(&key) else {
            return false;
        };
        chunk.insert(position, key);
        if chunk.len() > CHUNK {
            let upper = chunk.split_off(CHUNK / 2);
            self.chunks.insert(at + 1, upper);
        }
        self.len += 1;
        true
    }

    /// Whether the key is there.
    #[must_use]
    pub fn contains(&self, key: &Key) -> bool {
        self.chunks
            .get(self.chunk_from(|last| last < key))
            .is_some_and(|chunk| chunk.binary_search(key).is_ok())
    }

    /// The keys behind `after` (from the first one on when none is given), at most `limit` of them.
    #[must_use]
    pub fn after(&self, after: Option<Key>, limit: usize) -> Vec<Key> {
        let (chunk, offset) = match after {
            None => (0, 0),
            Some(after) => {
                let at = self.chunk_from(|last| *last <= after);
                let offset = self
                    .chunks
                    .get(at)
                    .map_or(0, |chunk| chunk.partition_point(|key| *key <= after));
                (at, offset)
            }
        };
        self.walk(chunk, offset).take(limit).copied().collect()
    }

    /// All keys in order.
    pub fn iter(&self) -> impl Iterator<Item = &Key> {
        self.chunks.iter().flatten()
    }

    /// Keys at the end fill their chunk instead of splitting it: a sorted load leaves full chunks.
    fn append(&mut self, key: Key) {
        match self.chunks.last_mut() {
            Some(chunk) if chunk.len() < CHUNK => chunk.push(key),
            _ => self.chunks.push(vec![key]),
        }
        self.len += 1;
    }

    /// The first chunk whose last key is not before what is sought.
    fn chunk_from(&self, is_before: impl Fn(&Key) -> bool) -> usize {
        self.chunks
            .partition_point(|chunk| chunk.last().is_some_and(&is_before))
    }

    /// Keys from an offset in a chunk to the end.
    fn walk(&self, chunk: usize, offset: usize) -> impl Iterator<Item = &Key> {
        let first = self.chunks.get(chunk).and_then(|keys| keys.get(offset..));
        let rest = self
            .chunks
            .get(chunk.saturating_add(1)..)
            .unwrap_or_default();
        first.into_iter().flatten().chain(rest.iter().flatten())
    }

    /// Chunk and offset of the key with this rank.
    fn locate(&self, rank: usize) -> (usize, usize) {
        let mut left = rank;
        for (at, chunk) in self.chunks.iter().enumerate() {
            if left < chunk.len() {
                return (at, left);
            }
            left -= chunk.len();
        }
        (self.chunks.len(), 0)
    }
}

fn item_of(key: &Key) -> Item {
    Item::with_timestamp_and_id(u64::from(key.hour), Id::from_byte_array(*key.id.as_bytes()))
}

fn is_below(key: &Key, bound: &Item) -> bool {
    (u64::from(key.hour), key.id.as_bytes()) < (bound.timestamp, bound.id.as_bytes())
}

impl NegentropyStorageBase for OrderedIds {
    fn size(&self) -> Result<usize, Error> {
        Ok(self.len)
    }

    fn get_item(&self, rank: usize) -> Result<Option<Item>, Error> {
        let (chunk, offset) = self.locate(rank);
        Ok(self.walk(chunk, offset).next().map(item_of))
    }

    fn iterate(
        &self,
        begin: usize,
        end: usize,
        visit: &mut dyn FnMut(Item, usize) -> Result<bool, Error>,
    ) -> Result<(), Error> {
        if begin > end || end > self.len {
            return Err(Error::BadRange);
        }
        let (chunk, offset) = self.locate(begin);
        for (rank, key) in (begin..end).zip(self.walk(chunk, offset)) {
            if !visit(item_of(key), rank)? {
                break;
            }
        }
        Ok(())
    }

    fn find_lower_bound(&self, first: usize, last: usize, bound: &Bound) -> usize {
        let at = self.chunk_from(|key| is_below(key, &bound.item));
        let before: usize = self.chunks.iter().take(at).map(Vec::len).sum();
        let inside = self.chunks.get(at).map_or(0, |chunk| {
            chunk.partition_point(|key| is_below(key, &bound.item))
        });
        (before + inside).min(last).max(first)
    }
}

/// The id that negentropy names.
pub(crate) fn id_of(id: &Id) -> EnvelopeId {
    EnvelopeId::from_bytes(id.to_bytes())
}
