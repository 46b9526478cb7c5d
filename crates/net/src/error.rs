//! What can go wrong at the door of the network layer, in words that say what to do.

use skein_access::DeviceId;

use crate::address::AddressError;

/// The network could not be started, or an order could not be taken.
#[derive(Debug, thiserror::Error)]
pub enum NetError {
    /// Another program holds the port that was asked for.
    #[error(
        "port {port} is already used by another program; choose another port, or 0 for any free one"
    )]
    PortInUse {
        /// The port that was asked for.
        port: u16,
    },
    /// The system refuses to listen there for another reason.
    #[error(
        "cannot listen on {address}: {reason}; the network is off, everything on this device still works"
    )]
    Listen {
        /// Where we tried to listen.
        address: String,
        /// What the system answered.
        reason: String,
    },
    /// No address to listen on was given.
    #[error("no address to listen on was given; name at least one")]
    NowhereToListen,
    /// The system gives no more threads.
    #[error("the network needs threads of its own and the system gives none: {0}")]
    Threads(String),
    /// The device key cannot serve as a network identity.
    #[error("the key of this device cannot be used as its network identity")]
    Identity,
    /// An address could not be understood.
    #[error(transparent)]
    Address(#[from] AddressError),
    /// A device id that is no public key.
    #[error("{0} is not the id of a device: it is no public key")]
    NoSuchDevice(DeviceId),
    /// More orders than the network can take; it is not keeping up.
    #[error("the network is busy and took no further order; try again in a moment")]
    Busy,
    /// The network was shut down.
    #[error("the network is shut down; start it again to connect")]
    Stopped,
}

/// Why a frame was not taken for sending. The frame itself comes back where it can be sent later.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// The queue to that device is full: wait for `writable`, then send this frame again.
    #[error("the queue to that device is full; wait until it is writable and send again")]
    Full(Vec<u8>),
    /// That device is not connected.
    #[error("that device is not connected")]
    NotConnected,
    /// The frame is larger than any peer accepts.
    #[error("a frame of {0} bytes is larger than the 1 MiB that a peer accepts; split it")]
    TooLarge(usize),
}
