//! Every bound of the network layer in one place: sizes, counts and times.

use std::time::Duration;

/// The largest frame that is sent or accepted, without its four length bytes.
pub const MAX_FRAME: usize = 1024 * 1024;

/// How many bytes may wait to be sent to one device before [`NetHandle::send`](crate::NetHandle::send) says "full".
pub const QUEUE_BYTES: usize = 4 * MAX_FRAME;

/// How many frames may wait to be sent to one device, however small they are.
pub(crate) const QUEUE_FRAMES: usize = 256;

/// How many events may wait for the engine; a frame is one event, so this bounds what was received and not yet read.
pub const EVENT_QUEUE: usize = 32;

/// How long a network that starts may take to know where it listens.
pub(crate) const FIRST_ADDRESSES: Duration = Duration::from_secs(2);

/// How many orders from the engine may wait for the swarm, which never waits for the engine.
pub(crate) const COMMAND_QUEUE: usize = 1024;

/// How many events of the swarm itself (not of links) are kept while the engine does not read; older ones go first.
pub(crate) const NOTICES: usize = 256;

/// How many addresses of one device are remembered and dialled.
pub(crate) const ADDRESSES_PER_DEVICE: usize = 16;

/// How many devices that mDNS announced, and that are no members, are remembered in case they become members.
pub(crate) const OVERHEARD_DEVICES: usize = 128;

/// How many connections one device may hold at once: the one in use, spares of simultaneous dials, and a later direct one.
pub(crate) const CONNECTIONS_PER_DEVICE: usize = 4;

/// How many inbound connections may be in their handshake at once.
pub(crate) const PENDING_INBOUND: u32 = 32;

/// How many connections may exist at all, whatever they are for.
pub(crate) const CONNECTIONS: u32 = 256;

/// How many streams of one connection may negotiate their protocol at once.
pub(crate) const NEGOTIATING_STREAMS: usize = 16;

/// An inbound connection that is not authenticated by then is dropped.
pub(crate) const INBOUND_HANDSHAKE: Duration = Duration::from_secs(5);

/// A dial that is not authenticated by then has failed.
pub(crate) const OUTBOUND_HANDSHAKE: Duration = Duration::from_secs(10);

/// Opening the sync stream on an authenticated connection takes at most this long.
pub(crate) const STREAM_OPENING: Duration = Duration::from_secs(5);

/// How many chunks of files are read and sent to others at once, and how many of them to one device.
pub(crate) const CHUNKS_GIVEN: usize = 16;
pub(crate) const CHUNKS_GIVEN_TO_ONE: usize = 4;

/// A stream for a chunk must say within this time what it asks for.
pub(crate) const CHUNK_QUESTION: Duration = Duration::from_secs(5);

/// How long it may take until an answer to it begins.
pub(crate) const CHUNK_ANSWER: Duration = Duration::from_secs(20);

/// How long each next piece of an answer may take.
pub(crate) const CHUNK_SILENCE: Duration = Duration::from_secs(15);

/// An exchange for a short code takes at most this long, and a stranger stays no longer for it than for anything else.
pub(crate) const CODE_EXCHANGE: Duration = Duration::from_secs(5);

/// How many exchanges for a short code there are at once, one with each device.
pub(crate) const CODE_EXCHANGES: usize = 8;

/// How many messages each side says in one.
pub(crate) const CODE_MESSAGES: usize = 4;

/// How many devices on the local network are asked for one typed code. Each could guess once at what was typed.
pub(crate) const CODE_DEVICES: usize = 16;

/// Looking up the name of a host takes at most this long.
pub(crate) const NAME_LOOKUP: Duration = Duration::from_secs(5);

/// A connection without a stream (a spare, or one that leads nowhere) is closed after this long. Longer than
/// [`SILENCE`], so that a spare is still there when the connection before it turns out to be dead.
pub(crate) const IDLE_CONNECTION: Duration = Duration::from_secs(15);

/// How often a connection is asked for a sign of life.
pub(crate) const PING_INTERVAL: Duration = Duration::from_secs(3);

/// How long one ping may take before another is tried; [`SILENCE`] decides about the connection before that.
pub(crate) const PING_TIMEOUT: Duration = Duration::from_secs(10);

/// A link that gave no sign of life for this long is closed: neither a pong nor a byte, read or taken from us.
pub(crate) const SILENCE: Duration = Duration::from_secs(9);

/// After a wake, or when this program itself stood still, a link has this long to prove that it lives.
pub(crate) const PROOF_AFTER_WAKE: Duration = Duration::from_secs(5);

/// How often silence, strangers and the clocks are looked at.
pub(crate) const TICK: Duration = Duration::from_secs(1);

/// A place at a relay lasts this long and is renewed by itself before.
pub(crate) const RESERVATION_LIFE: Duration = Duration::from_secs(60 * 60);

/// A place at a relay that was refused is asked for again after this long.
pub(crate) const RESERVE_AGAIN: Duration = Duration::from_secs(30);

/// A connection through a relay lasts at most this long; then the two connect anew.
pub(crate) const CIRCUIT_LIFE: Duration = Duration::from_secs(24 * 60 * 60);

/// How many connections through a relay one device may have, and how many places at it.
pub(crate) const CIRCUITS_PER_DEVICE: usize = 64;

/// How long after the direct ways of a device those through relays are tried, and after QUIC to a relay TCP.
pub(crate) const HEAD_START: Duration = Duration::from_secs(1);

/// How long the frames already queued may take to leave, and the other side to confirm the end, when a link is closed on
/// purpose.
pub(crate) const LAST_WORDS: Duration = Duration::from_secs(2);

/// The shortest wait before a device is dialled again.
pub const REDIAL_SHORTEST: Duration = Duration::from_secs(1);

/// The longest wait before a device is dialled again.
pub const REDIAL_LONGEST: Duration = Duration::from_secs(60);

/// A link that held this long starts the waiting times anew when it breaks.
pub(crate) const STEADY_LINK: Duration = Duration::from_secs(30);

/// Who may be here at once, and for how long without saying anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Devices connected at once, strangers included.
    pub devices: usize,
    /// Strangers connected at once while an invite is open.
    pub strangers: usize,
    /// A stranger that sends no frame for this long is sent away.
    pub stranger_silence: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            devices: 64,
            strangers: 8,
            stranger_silence: Duration::from_secs(5),
        }
    }
}
