//! The frames of a session: one postcard value each, at most 1 MiB, hostile until decoded.
//!
//! The first byte is the frame's number. Numbers below 64 are essential: a peer that does not know one ends the session.
//! Numbers from 64 to 127 may be skipped by a peer that does not know them.

use std::fmt;

use serde::de::{Error as _, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use skein_access::{EnvelopeId, InviteProof};

use crate::item::Group;
use crate::limits::{
    BATCH_ENVELOPES, FRAME_BYTES, HAVE_IDS, HOLDING_BYTES, PACK_BYTES, PRESENCE_BYTES, PROTOCOL,
    RECONCILE_ACCEPTED, TAGS,
};

const PRESENCE_NUMBER: u8 = 64;
const HOLDING_NUMBER: u8 = 65;
const PACK_NUMBER: u8 = 66;
const FIRST_SKIPPABLE: u8 = 67;
const LAST_SKIPPABLE: u8 = 127;
const ID_BYTES: usize = 32;

/// Bytes that travel as a length and the bytes themselves.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Bytes(pub Vec<u8>);

/// Ids that travel as one length and the ids one after the other.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Ids(pub Vec<[u8; ID_BYTES]>);

/// What one side lets the other see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Scope {
    /// The access set only: the other side holds an invite and has yet to join.
    Access,
    /// Everything: the other side is a member.
    All,
}

/// Why envelopes are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Why {
    /// They were asked for by id.
    Wanted,
    /// The whole group was asked for.
    Stream,
    /// They are new here.
    Live,
}

/// The greeting: what this side speaks and which workspaces it may share with the other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    /// The newest protocol that this side speaks.
    pub newest: u16,
    /// The oldest protocol that this side speaks.
    pub oldest: u16,
    /// One tag for each workspace, keyed by the workspace, from this side to the other.
    pub tags: Ids,
    /// Proof of an invite, for the one workspace whose tag is sent: 96 bytes.
    pub proof: Option<Bytes>,
}

/// A batch of envelopes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Items {
    /// Counts the batches of one side from 0.
    pub number: u64,
    /// The group of every envelope in it.
    pub group: Group,
    /// Why they are sent.
    pub why: Why,
    /// Ids that were asked for and cannot be had here.
    pub missing: Ids,
    /// The envelopes, whole.
    pub envelopes: Vec<Bytes>,
}

/// Everything that peers say to each other. The variant's place is the frame's number: essential ones are only appended
/// before `Presence`, which has its own number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Frame {
    /// First word of each side.
    Hello(Hello),
    /// What the receiver may see here, now or from now on.
    Granted(Scope),
    /// The dialer begins to reconcile a group: how many it holds, and the first message.
    Open {
        /// The group.
        group: Group,
        /// How many envelopes of it the dialer holds.
        count: u64,
        /// The first reconciliation message.
        message: Bytes,
    },
    /// The next reconciliation message, of either side.
    Round {
        /// The group.
        group: Group,
        /// The message.
        message: Bytes,
    },
    /// The sender holds nothing of the group (or nothing behind a point): please send all there is, in order.
    Stream {
        /// The group.
        group: Group,
        /// Hour and id behind which to begin, when an earlier stream broke off.
        after: Option<(u32, [u8; ID_BYTES])>,
    },
    /// That was all of the stream.
    StreamEnd {
        /// The group.
        group: Group,
    },
    /// Ids that the sender holds and believes the receiver lacks.
    Have {
        /// The group.
        group: Group,
        /// The receiver answers with `More` once it has asked for what it lacks.
        paced: bool,
        /// The ids.
        ids: Ids,
    },
    /// The last paced `Have` is dealt with; there may be another.
    More {
        /// The group.
        group: Group,
    },
    /// Please send these.
    Want {
        /// The group.
        group: Group,
        /// The ids.
        ids: Ids,
    },
    /// Envelopes.
    Items(Items),
    /// A batch is on the receiver's disk, but for the envelopes at these places.
    Stored {
        /// The batch.
        number: u64,
        /// Places in the batch of envelopes that were refused.
        refused: Vec<u16>,
    },
    /// The sender has all of the group that the receiver showed it, but for so many.
    Settled {
        /// The group.
        group: Group,
        /// Envelopes that are coming from somebody else: to be reconciled again soon.
        deferred: u32,
        /// Envelopes that could not be had or were refused.
        withheld: u32,
    },
    /// The listener asks the dialer to reconcile.
    Again,
    /// The sender ends the session and says why.
    Bye(Bytes),
    /// Something short-lived, like a caret: passed on, never stored. Number 64, then the bytes: it may be skipped.
    #[serde(skip)]
    Presence(Bytes),
    /// Whether chunks of files are held, and the answer: passed on, never stored. Number 65, then the bytes: it may be skipped.
    #[serde(skip)]
    Holding(Bytes),
    /// For which envelopes a pack stands, and the answer: passed on, never stored. Number 66, then the bytes: it may be skipped.
    #[serde(skip)]
    Pack(Bytes),
    /// A frame of a newer version that may be skipped. Never sent.
    #[serde(skip)]
    Skipped(u8),
}

const ESSENTIAL_FRAMES: u8 = 14;

/// Bytes that are no frame of this protocol.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// Larger than any frame.
    #[error("a frame of {0} bytes, where {FRAME_BYTES} are allowed")]
    TooLarge(usize),
    /// A frame that this version must understand and does not.
    #[error(
        "a frame of kind {0}, which this version (protocol {PROTOCOL}) does not know: the other side is newer"
    )]
    Unknown(u8),
    /// The bytes do not make up the frame that they begin as.
    #[error("a damaged frame of kind {0}")]
    Damaged(u8),
    /// Well formed, but with more in it than a frame of its kind may hold.
    #[error("a frame with too much in it: {0}")]
    TooMuch(&'static str),
    /// No bytes at all.
    #[error("an empty frame")]
    Empty,
}

impl Frame {
    /// The bytes to send.
    ///
    /// # Errors
    /// When the frame is larger than a frame may be, or is one that is never sent.
    pub fn encode(&self) -> Result<Vec<u8>, FrameError> {
        let bytes = match self {
            Self::Presence(presence) => [&[PRESENCE_NUMBER], presence.0.as_slice()].concat(),
            Self::Holding(holding) => [&[HOLDING_NUMBER], holding.0.as_slice()].concat(),
            Self::Pack(pack) => [&[PACK_NUMBER], pack.0.as_slice()].concat(),
            Self::Skipped(number) => return Err(FrameError::Unknown(*number)),
            essential => postcard::to_stdvec(essential).map_err(|_| FrameError::Empty)?,
        };
        if bytes.len() > FRAME_BYTES {
            return Err(FrameError::TooLarge(bytes.len()));
        }
        Ok(bytes)
    }

    /// Reads what a peer sent.
    ///
    /// # Errors
    /// When it is no frame, too large, or holds more than its kind may.
    pub fn decode(bytes: &[u8]) -> Result<Self, FrameError> {
        if bytes.len() > FRAME_BYTES {
            return Err(FrameError::TooLarge(bytes.len()));
        }
        let (number, body) = bytes.split_first().ok_or(FrameError::Empty)?;
        match *number {
            PRESENCE_NUMBER if body.len() > PRESENCE_BYTES => Err(FrameError::TooMuch("presence")),
            PRESENCE_NUMBER => Ok(Self::Presence(Bytes(body.to_vec()))),
            HOLDING_NUMBER if body.len() > HOLDING_BYTES => Err(FrameError::TooMuch("chunks")),
            HOLDING_NUMBER => Ok(Self::Holding(Bytes(body.to_vec()))),
            PACK_NUMBER if body.len() > PACK_BYTES => Err(FrameError::TooMuch("a pack")),
            PACK_NUMBER => Ok(Self::Pack(Bytes(body.to_vec()))),
            FIRST_SKIPPABLE..=LAST_SKIPPABLE => Ok(Self::Skipped(*number)),
            ESSENTIAL_FRAMES.. => Err(FrameError::Unknown(*number)),
            _ => {
                let (frame, rest) = postcard::take_from_bytes::<Self>(bytes)
                    .map_err(|_| FrameError::Damaged(*number))?;
                // A later protocol may append to its greeting; nothing else may carry more than it says.
                if !rest.is_empty() && !matches!(frame, Self::Hello(_)) {
                    return Err(FrameError::Damaged(*number));
                }
                frame.check()
            }
        }
    }

    fn check(self) -> Result<Self, FrameError> {
        let excess = match &self {
            Self::Hello(hello) if hello.tags.0.len() > TAGS => Some("tags"),
            Self::Hello(Hello {
                proof: Some(proof), ..
            }) if proof.0.len() != InviteProof::LENGTH => Some("invite proof"),
            Self::Open { message, .. } | Self::Round { message, .. }
                if message.0.len() > RECONCILE_ACCEPTED =>
            {
                Some("reconciliation")
            }
            Self::Have { ids, .. } if ids.0.len() > HAVE_IDS => Some("announced ids"),
            Self::Want { ids, .. } if ids.0.len() > BATCH_ENVELOPES => Some("wanted ids"),
            Self::Items(items) if items.envelopes.len() > BATCH_ENVELOPES => Some("envelopes"),
            Self::Items(items) if items.missing.0.len() > BATCH_ENVELOPES => Some("missing ids"),
            Self::Stored { refused, .. } if refused.len() > BATCH_ENVELOPES => {
                Some("refused envelopes")
            }
            _ => None,
        };
        excess.map_or(Ok(self), |what| Err(FrameError::TooMuch(what)))
    }
}

impl Ids {
    /// The same ids as they travel.
    #[must_use]
    pub fn of(ids: &[EnvelopeId]) -> Self {
        Self(ids.iter().map(|id| *id.as_bytes()).collect())
    }

    /// The ids as envelopes.
    pub fn envelopes(&self) -> impl Iterator<Item = EnvelopeId> {
        self.0.iter().map(|bytes| EnvelopeId::from_bytes(*bytes))
    }
}

impl fmt::Debug for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.0.len())
    }
}

impl fmt::Debug for Ids {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ids", self.0.len())
    }
}

impl Serialize for Bytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.0)
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer
            .deserialize_bytes(ByteSlice)
            .map(|bytes| Self(bytes.to_vec()))
    }
}

impl Serialize for Ids {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(self.0.as_flattened())
    }
}

impl<'de> Deserialize<'de> for Ids {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let bytes = deserializer.deserialize_bytes(ByteSlice)?;
        let (ids, rest) = bytes.as_chunks::<ID_BYTES>();
        if !rest.is_empty() {
            return Err(D::Error::custom("ids of an odd length"));
        }
        Ok(Self(ids.to_vec()))
    }
}

/// Borrows a byte string from the frame that is being decoded.
struct ByteSlice;

impl<'de> Visitor<'de> for ByteSlice {
    type Value = &'de [u8];

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("bytes of the frame")
    }

    fn visit_borrowed_bytes<E>(self, bytes: &'de [u8]) -> Result<&'de [u8], E> {
        Ok(bytes)
    }
}
