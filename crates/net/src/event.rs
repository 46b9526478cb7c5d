//! What the network tells the engine.

use skein_access::DeviceId;

use crate::chunks::{AskId, ChunkAnswer, ChunkId};
use crate::codes::{CodeNews, ExchangeId};

/// One thing that happened, in order for each device: `Connected`, its frames, `Disconnected`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NetEvent {
    /// We can be reached at this address (with our own id at its end). Fires again when the network changes.
    Listening {
        /// The full address, as another device would dial it.
        address: String,
    },
    /// A device is authenticated and a stream to it is ready: frames can flow.
    Connected {
        /// Whose key the other side proved to hold.
        peer: DeviceId,
        /// Where it is; for a device that came to us, an address that cannot be dialled back.
        address: String,
        /// Whether the way is direct, that is: not through a relay.
        direct: bool,
        /// Whether we dialled it. Both sides agree on this: one says true, the other false.
        dialed: bool,
    },
    /// A frame arrived.
    Frame {
        /// From whom.
        peer: DeviceId,
        /// What it holds.
        bytes: Vec<u8>,
    },
    /// The stream announced by `Connected` is over; nothing more comes from it.
    Disconnected {
        /// Who is gone.
        peer: DeviceId,
        /// Why.
        reason: Ended,
    },
    /// What came of asking a device for a chunk; told once for each [`NetHandle::ask_chunk`](crate::NetHandle::ask_chunk), also
    /// after the end of the link.
    Chunk {
        /// Who was asked.
        peer: DeviceId,
        /// For what.
        chunk: ChunkId,
        /// What came.
        answer: ChunkAnswer,
    },
    /// A device asks for a chunk: to be answered by [`NetHandle::give_chunk`](crate::NetHandle::give_chunk).
    ChunkAsked {
        /// Who asks. It is connected, and may be a stranger.
        peer: DeviceId,
        /// Names the question.
        ask: AskId,
        /// What it asks for.
        chunk: ChunkId,
    },
    /// Something happened in an exchange for a short code.
    Code(ExchangeId, CodeNews),
    /// Two devices were connected through this relay, or are no longer.
    Circuit {
        /// Who asked for it.
        from: DeviceId,
        /// To whom.
        to: DeviceId,
        /// Whether it began; otherwise it is over.
        open: bool,
    },
    /// An allowed device announced itself on the local network. It is dialled without further orders.
    Discovered {
        /// Who.
        peer: DeviceId,
        /// Where.
        address: String,
    },
    /// A dial led nowhere: one that was ordered, or one of the redial list.
    DialFailed {
        /// Who was to be reached, where that was known.
        expected: Option<DeviceId>,
        /// Everything that was tried.
        addresses: Vec<String>,
        /// The most telling of the reasons.
        reason: DialFailure,
        /// Way by way, why it led nowhere.
        tried: Vec<Tried>,
    },
}

/// A way that led nowhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tried {
    /// Where it led; absent when that is not known, or was no place at all.
    pub address: Option<String>,
    /// Why it led nowhere.
    pub why: DialFailure,
}

impl Tried {
    /// Of an attempt as a whole.
    pub(crate) fn whole(why: DialFailure) -> Vec<Self> {
        vec![Self { address: None, why }]
    }
}

/// Why a link is over.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Ended {
    /// The engine closed it, with its own reason.
    #[error("closed here: {0}")]
    ClosedHere(String),
    /// The other side closed it in good order.
    #[error("closed by the other side")]
    ClosedByPeer,
    /// The connection broke.
    #[error("the connection was lost: {0}")]
    Lost(String),
    /// No sign of life for several seconds.
    #[error("the other side no longer answers")]
    NoAnswer,
    /// The device is not, or no longer, allowed here.
    #[error("that device is not a member")]
    NotAllowed,
    /// A stranger that said nothing.
    #[error("a stranger connected and sent nothing")]
    Silent,
    /// What arrived is not a frame.
    #[error("the other side broke the protocol: {0}")]
    BadFrame(String),
    /// The other side opened a newer stream in place of this one.
    #[error("replaced by a newer connection to the same device")]
    Replaced,
    /// This device is shutting its network down.
    #[error("the network of this device is shutting down")]
    ShuttingDown,
}

/// Why a dial led nowhere, the most telling first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum DialFailure {
    /// There is a link to that device already; it stays.
    #[error("already connected to this device")]
    AlreadyConnected(DeviceId),
    /// Another device answers at that address.
    #[error("another device answers at this address: {found}")]
    WrongDevice {
        /// Who answered.
        found: DeviceId,
    },
    /// The address leads to this very device.
    #[error("this address leads to this device itself")]
    ThisDevice,
    /// The device that answered is not a member, so nothing was said to it.
    #[error("the device at this address is not a member of this workspace")]
    NotAllowed,
    /// The limits of this device forbid another connection now.
    #[error("this device has as many connections as it allows: {0}")]
    Busy(String),
    /// The device answered and hung up before the stream was ready.
    #[error("the device answered and hung up: it does not know this device, or it is busy")]
    Refused,
    /// Something answered that does not speak our protocol.
    #[error("what answers at this address is not Skein, or a version that is too old")]
    NotSkein,
    /// The name of the host is unknown.
    #[error("no address is known for the name {0}")]
    UnknownHost(String),
    /// The machine is there.
    #[error("the machine is there, and nothing listens on that port")]
    NothingListens,
    /// This machine's network has no way there.
    #[error("there is no way to that machine from this network")]
    NoRoute,
    /// Nobody answered.
    #[error("no answer in time")]
    NoAnswer,
    /// The way broke for another reason.
    #[error("it cannot be reached: {0}")]
    Unreachable(String),
    /// The relays were asked, and the device is at none of them.
    #[error("not connected to any relay of the workspace at present")]
    NotAtRelay,
    /// No usable address was known.
    #[error("no address of this device is known that could be dialled from here")]
    NoAddress,
}
