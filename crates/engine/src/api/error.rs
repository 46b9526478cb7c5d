//! The one error a shell sees: a code for machines, a message and a hint for people.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What kind of failure it was; a shell decides by this, never by the words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// The thing named does not exist here (yet).
    NotFound,
    /// The file is known, and its bytes have not come here yet.
    NotHere,
    /// The request itself makes no sense.
    Invalid,
    /// This device may not do that in this workspace.
    Denied,
    /// The profile is open for reading only.
    ReadOnly,
    /// The view's text is out of step: subscribe again and re-apply what was not acknowledged.
    Resync,
    /// The profile has no workspace yet, or has one already.
    WrongState,
    /// A passphrase protects the device key, and the right one was not given.
    Locked,
    /// The disk refused.
    Storage,
    /// The workspace's file holds something else than was written: from now on it is open for reading only.
    Damaged,
    /// The network refused.
    Network,
    /// A limit was reached.
    TooLarge,
    /// It took too long.
    TimedOut,
    /// A fault of ours.
    Internal,
}

/// A request that failed: what happened and what was kept, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, thiserror::Error)]
#[error("{message}")]
#[serde(rename_all = "camelCase")]
pub struct ApiError {
    /// What kind of failure.
    pub code: ErrorCode,
    /// What was tried, what happened, what was kept.
    pub message: String,
    /// What to do about it; may be empty.
    pub hint: String,
}

impl ApiError {
    /// An error with words for people.
    pub fn new(code: ErrorCode, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            hint: hint.into(),
        }
    }

    /// Something named does not exist here.
    pub fn not_found(what: &str) -> Self {
        Self::new(
            ErrorCode::NotFound,
            format!("There is no {what} here."),
            "It may not have arrived from the others yet.",
        )
    }

    /// A request that makes no sense.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::Invalid, message, "")
    }

    /// A fault of ours: nothing was changed.
    pub fn internal(error: impl std::fmt::Display) -> Self {
        Self::new(
            ErrorCode::Internal,
            format!("That did not work, and nothing was changed: {error}"),
            "Your work up to here is saved. Please report this with `skein audit`.",
        )
    }
}
