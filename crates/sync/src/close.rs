//! Why a session ends.

use crate::frame::FrameError;
use crate::limits::PROTOCOL;

/// Why a session ended. Shown to people and written to the log, so it says what happened; nothing stored is ever lost by it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CloseReason {
    /// No workspace in common, or the device has no right to it: the same words for both, and nothing was told.
    #[error("this device shares no workspace with us")]
    NothingShared,
    /// The versions cannot talk.
    #[error(
        "the other side speaks protocol {oldest} to {newest} and we speak {PROTOCOL}; update the older one"
    )]
    OtherProtocol {
        /// The oldest it speaks.
        oldest: u16,
        /// The newest it speaks.
        newest: u16,
    },
    /// The device was removed or its role was taken back.
    #[error("this device is no longer a member")]
    AccessWithdrawn,
    /// Bytes that are no frame.
    #[error("the other side sent {0}")]
    BadFrame(#[from] FrameError),
    /// A frame at a time when it cannot come.
    #[error("the other side sent {0} when it was not its turn")]
    OutOfOrder(&'static str),
    /// More than was agreed.
    #[error("the other side sent too much: {0}")]
    TooMuch(&'static str),
    /// What it may not see or send.
    #[error("the other side asked for or sent data before it was a member")]
    NotYetMember,
    /// An envelope that is not what was asked for.
    #[error("the other side sent {0}")]
    WrongEnvelope(&'static str),
    /// A reconciliation message that makes no sense, or no end of them.
    #[error("the reconciliation with the other side failed: {0}")]
    Reconciliation(String),
    /// The peer owed us something for too long.
    #[error("the other side did not go on for too long while we waited for {0}")]
    TimedOut(&'static str),
    /// Our own store gave nothing.
    #[error("our own store could not read or keep an envelope; everything acknowledged is kept")]
    OwnStore,
    /// The peer said why it ended the session.
    #[error("the other side ended the session: {0}")]
    ByPeer(String),
    /// This side wanted to end it.
    #[error("{0}")]
    ByUs(String),
}
