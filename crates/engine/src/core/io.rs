//! What goes into the core and what comes out of it: the whole of its contact with the world.

use std::collections::BTreeSet;

use skein_access::DeviceId;
use skein_model::ChunkName;
use skein_net::Tried;
pub use skein_net::{ChunkAnswer, CodeNews, CodeOrder, ExchangeId};

use super::jobs::{Job, JobDone};
use crate::api::{ClientMessage, ServerMessage};

/// The time, as given from outside. No decision rests on the wall clock but what people read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Now {
    /// Milliseconds since 1970 by this machine's clock, which may be wrong.
    pub wall_ms: i64,
    /// Milliseconds since some moment; never goes back.
    pub mono_ms: u64,
}

impl Now {
    /// The hour for an envelope's header.
    #[must_use]
    pub fn hour(&self) -> u32 {
        u32::try_from(self.wall_ms.max(0) / 3_600_000).unwrap_or(u32::MAX)
    }
}

/// A shell's connection, numbered by the host.
pub type ClientId = u64;

/// Something that happened outside.
#[derive(Debug)]
pub enum Input {
    /// A shell asks.
    Client {
        /// Which shell.
        client: ClientId,
        /// What.
        message: ClientMessage,
    },
    /// A shell went away.
    ClientGone(ClientId),
    /// News from the wire.
    Peer(PeerInput),
    /// Work that was handed out is done.
    JobDone(Box<JobDone>),
    /// Time has passed.
    Tick,
    /// Write everything out and stop.
    Shutdown,
}

/// News from the wire.
#[derive(Debug, Clone)]
pub enum PeerInput {
    /// This device can be reached here.
    Listening(String),
    /// A device is connected; the transport has proved who it is.
    Connected {
        /// Which device.
        peer: DeviceId,
        /// By what address.
        address: String,
        /// Whether this side dialled.
        dialed: bool,
    },
    /// A device sent a frame.
    Frame {
        /// Which device.
        peer: DeviceId,
        /// The frame.
        bytes: Vec<u8>,
    },
    /// A device asks for a chunk of a file; every question is to be answered once.
    ChunkAsked {
        /// Which device.
        peer: DeviceId,
        /// Names the question.
        ask: u64,
        /// Which chunk.
        name: ChunkName,
    },
    /// What came of asking a device for a chunk.
    Chunk {
        /// Which device.
        peer: DeviceId,
        /// Which chunk it was asked for.
        name: ChunkName,
        /// What came; the bytes are not compared with the name yet.
        answer: ChunkAnswer,
    },
    /// Something happened in an exchange for a short code.
    Code(ExchangeId, CodeNews),
    /// The connection is gone.
    Disconnected {
        /// Which device.
        peer: DeviceId,
        /// Why.
        reason: String,
    },
    /// A device of the workspace was seen on the local network.
    Discovered {
        /// Which device.
        peer: DeviceId,
        /// Where.
        address: String,
    },
    /// Dialling did not work.
    DialFailed {
        /// Way by way, why not.
        tried: Box<[Tried]>,
        /// Who was to be reached, where that was known.
        expected: Option<DeviceId>,
        /// Where.
        addresses: Vec<String>,
        /// Why, as a person understands it.
        reason: String,
        /// Whether it is because that device is connected already.
        connected: bool,
    },
}

/// Something to be done outside.
#[derive(Debug)]
pub enum Effect {
    /// Tell a shell.
    ToClient {
        /// Which shell.
        client: ClientId,
        /// What.
        message: Box<ServerMessage>,
    },
    /// Send a frame.
    Send {
        /// To which device.
        peer: DeviceId,
        /// The frame.
        frame: Vec<u8>,
    },
    /// Ask a device for a chunk of a file.
    AskChunk {
        /// Which device.
        peer: DeviceId,
        /// Which chunk.
        name: ChunkName,
    },
    /// Answer a device that asked for a chunk.
    GiveChunk {
        /// Which device.
        peer: DeviceId,
        /// Names its question.
        ask: u64,
        /// The chunk, or that it is not to be had here.
        bytes: Option<Vec<u8>>,
    },
    /// Close a connection.
    ClosePeer {
        /// To which device.
        peer: DeviceId,
        /// Why.
        reason: String,
    },
    /// Dial once.
    Dial {
        /// The addresses to try.
        addresses: Vec<String>,
        /// Who must answer, where known.
        expected: Option<DeviceId>,
    },
    /// Keep trying to reach a device.
    Know {
        /// Which device.
        peer: DeviceId,
        /// Where it was last.
        addresses: Vec<String>,
    },
    /// Try every known address now.
    Redial,
    /// Whom to let in.
    Allow {
        /// The workspace's devices, relays among them.
        devices: BTreeSet<DeviceId>,
        /// The relays, through which the others may be reached.
        relays: BTreeSet<DeviceId>,
        /// Whether an invite is open, so that strangers may show it.
        strangers: bool,
    },
    /// Steer the exchanges for short codes.
    Code(CodeOrder),
    /// Work that may take more than a few milliseconds.
    Job(Box<Job>),
    /// Everything is written; the core may be dropped.
    Stopped,
}
