//! Packs: many small envelopes of one device in one, each of which comes back byte for byte.
//!
//! A pack is not its author's word for what was written: it carries, of each envelope in it, what is inside, the nonce and the signature, so that what
//! comes out is verified like anything else that arrives. What it saves is what envelopes spend on padding, headers and deflating one by one.
//!
//! Content, in postcard: the device that made all the envelopes in it · the listing, deflated (RFC 1951) · for each entry of the listing, in order, the
//! nonce (24 bytes) and the signature (64) of its envelope. The listing, in postcard: ids of key epochs (32 bytes each) · entries (place of its epoch ·
//! hour · number · id of the envelope before, or none if that is the one of the entry before · length of the content) · the contents, one after the other.

use std::collections::BTreeMap;
use std::io::{Read, Write};

use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use serde::{Deserialize, Serialize};

use crate::envelope::{Chain, Envelope, EnvelopeError, UnverifiedEnvelope};
use crate::header::{EnvelopeKind, FORMAT, Header, NONCE_LENGTH, SIGNATURE_LENGTH};
use crate::id::{DeviceId, EnvelopeId, EpochId, WorkspaceId};
use crate::key::EpochKey;
use crate::payload::{MAX_CONTENT, Payload};
use crate::wire;

/// Larger envelopes are not packed: little would be saved.
pub const MAX_PACKED: usize = 2048;
/// How many envelopes one pack may hold.
pub const MAX_PACKED_COUNT: usize = 2048;
/// What a listing may come to when it is inflated.
const MAX_LISTING: usize = MAX_PACKED_COUNT * (MAX_PACKED + 64);
/// Nonce and signature of one envelope.
const SEAL: usize = NONCE_LENGTH + SIGNATURE_LENGTH;

/// Envelopes of one device, as a pack carries them. What they are is only known when they are unpacked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pack {
    device: DeviceId,
    listing: Listing,
    seals: Vec<[u8; SEAL]>,
}

/// What came out of a pack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unpacked {
    /// What it says the envelopes are, in its order. Whether they are, their names or their signatures tell.
    pub envelopes: Vec<(EnvelopeId, UnverifiedEnvelope)>,
    /// How many wait for a key.
    pub locked: usize,
    /// How many cannot be put together: the pack contradicts itself.
    pub broken: usize,
}

impl Unpacked {
    /// Whether something came out for every entry.
    #[must_use]
    pub const fn is_whole(&self) -> bool {
        self.locked == 0 && self.broken == 0
    }
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Listing {
    epochs: Vec<EpochId>,
    entries: Vec<Entry>,
    contents: Vec<u8>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Entry {
    epoch: u16,
    hour: u32,
    sequence: u64,
    /// None: the envelope of the entry before.
    previous: Option<EnvelopeId>,
    length: u16,
}

#[derive(Serialize, Deserialize)]
enum Content {
    /// The place of changes, which packs leave empty.
    Changes,
    Pack {
        device: DeviceId,
        listing: Vec<u8>,
        seals: Vec<u8>,
    },
}

impl Pack {
    /// Packs the first of these envelopes of one device, as many as fit. Left out are those that are of another kind or device, too large to be worth
    /// it, or without a key here.
    #[must_use]
    pub fn of<'k>(
        device: DeviceId,
        envelopes: &[Envelope],
        key_of: impl Fn(&EpochId) -> Option<&'k EpochKey>,
    ) -> Self {
        let mut pack = Self {
            device,
            listing: Listing::default(),
            seals: Vec::new(),
        };
        let mut places: BTreeMap<EpochId, u16> = BTreeMap::new();
        let mut before = Chain::START;
        for envelope in envelopes.iter().take(MAX_PACKED_COUNT) {
            let header = envelope.header();
            if header.device != device || envelope.bytes().len() > MAX_PACKED {
                continue;
            }
            let content =
                key_of(&header.epoch).map(|key| envelope.content(EnvelopeKind::Data, key));
            let (Some(Ok(content)), Some(seal)) = (content, envelope.seal()) else {
                continue;
            };
            let next = u16::try_from(places.len()).unwrap_or_default();
            let epoch = *places.entry(header.epoch).or_insert(next);
            let follows = !pack.seals.is_empty() && before == chain(header);
            pack.listing.entries.push(Entry {
                epoch,
                hour: header.hour,
                sequence: header.sequence,
                previous: (!follows).then_some(header.previous),
                length: u16::try_from(content.len()).unwrap_or_default(),
            });
            pack.listing.contents.extend_from_slice(&content);
            pack.seals.push(seal);
            before = envelope.next();
        }
        let mut epochs: Vec<(EpochId, u16)> = places.into_iter().collect();
        epochs.sort_by_key(|(_, place)| *place);
        pack.listing.epochs = epochs.into_iter().map(|(epoch, _)| epoch).collect();
        while Payload::encode(&pack).len() > MAX_CONTENT {
            pack.shorten(pack.len() * 3 / 4);
        }
        pack
    }

    /// Reads what is inside a pack's ciphertext.
    ///
    /// # Errors
    /// When it is no pack, or speaks of more than one may.
    pub fn read(content: &[u8]) -> Result<Self, EnvelopeError> {
        Payload::decode(content)
    }

    /// What is inside a pack's ciphertext.
    #[must_use]
    pub fn write(&self) -> Vec<u8> {
        Payload::encode(self)
    }

    /// How many envelopes it speaks of.
    #[must_use]
    pub fn len(&self) -> usize {
        self.seals.len()
    }

    /// Whether it speaks of none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.seals.is_empty()
    }

    /// Whose envelopes it speaks of.
    #[must_use]
    pub const fn device(&self) -> DeviceId {
        self.device
    }

    /// The number of the last envelope that it speaks of.
    #[must_use]
    pub fn last_sequence(&self) -> Option<u64> {
        self.listing.entries.last().map(|entry| entry.sequence)
    }

    /// Puts the envelopes together again. Nothing is verified here: whoever holds one of that name already need not.
    #[must_use]
    pub fn unpack<'k>(
        &self,
        workspace: &WorkspaceId,
        key_of: impl Fn(&EpochId) -> Option<&'k EpochKey>,
    ) -> Unpacked {
        let mut unpacked = Unpacked {
            envelopes: Vec::with_capacity(self.len()),
            locked: 0,
            broken: 0,
        };
        let mut contents = self.listing.contents.as_slice();
        let mut before: Option<EnvelopeId> = None;
        let mut was_locked = false;
        for (entry, seal) in self.listing.entries.iter().zip(&self.seals) {
            let content = contents.split_off(..usize::from(entry.length));
            let previous = entry.previous.or(before.take());
            let epoch = self.listing.epochs.get(usize::from(entry.epoch));
            let key = epoch.and_then(&key_of);
            // Without the one before, the name of the one before is not known either.
            if epoch.is_some() && (key.is_none() || (previous.is_none() && was_locked)) {
                was_locked = true;
                unpacked.locked += 1;
                continue;
            }
            was_locked = false;
            let parts = (content, previous, epoch.zip(key));
            let (Some(content), Some(previous), Some((epoch, key))) = parts else {
                unpacked.broken += 1;
                continue;
            };
            let header = Header {
                format: FORMAT,
                kind: EnvelopeKind::Data,
                workspace: *workspace,
                hour: entry.hour,
                device: self.device,
                sequence: entry.sequence,
                previous,
                epoch: *epoch,
            };
            match UnverifiedEnvelope::put_together(&header, content, key, seal) {
                Ok(envelope) => {
                    let id = envelope.id();
                    before = Some(id);
                    unpacked.envelopes.push((id, envelope));
                }
                Err(_) => unpacked.broken += 1,
            }
        }
        unpacked
    }

    fn shorten(&mut self, count: usize) {
        self.seals.truncate(count);
        self.listing.entries.truncate(count);
        let lengths = self.listing.entries.iter();
        let length = lengths.map(|entry| usize::from(entry.length)).sum();
        self.listing.contents.truncate(length);
    }
}

impl Payload for Pack {
    const KIND: EnvelopeKind = EnvelopeKind::Pack;

    fn encode(&self) -> Vec<u8> {
        wire::encode(&Content::Pack {
            device: self.device,
            listing: deflated(&wire::encode(&self.listing)),
            seals: self.seals.as_flattened().to_vec(),
        })
    }

    fn decode(content: &[u8]) -> Result<Self, EnvelopeError> {
        let Some(Content::Pack {
            device,
            listing,
            seals,
        }) = wire::decode(content)
        else {
            return Err(EnvelopeError::UnknownContent);
        };
        let listing = inflated(&listing).and_then(|bytes| wire::decode::<Listing>(&bytes));
        let listing = listing.ok_or(EnvelopeError::UnknownContent)?;
        let (seals, rest) = seals.as_chunks::<SEAL>();
        if !rest.is_empty()
            || seals.len() != listing.entries.len()
            || seals.len() > MAX_PACKED_COUNT
        {
            return Err(EnvelopeError::UnknownContent);
        }
        Ok(Self {
            device,
            listing,
            seals: seals.to_vec(),
        })
    }
}

fn chain(header: &Header) -> Chain {
    Chain {
        sequence: header.sequence,
        previous: header.previous,
    }
}

/// Writing to memory does not fail; an empty listing would not decode.
fn deflated(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    let written = encoder.write_all(bytes).and_then(|()| encoder.finish());
    written.unwrap_or_default()
}

/// At most so much as a listing may be: a few bytes cannot ask for gigabytes.
fn inflated(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut plain = Vec::new();
    let most = u64::try_from(MAX_LISTING).ok()?;
    let mut decoder = DeflateDecoder::new(bytes).take(most + 1);
    decoder.read_to_end(&mut plain).ok()?;
    (plain.len() <= MAX_LISTING).then_some(plain)
}
