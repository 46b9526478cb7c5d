//! How a command fails: words on standard error, a code for scripts.

use std::process::ExitCode;

use serde_json::json;
use skein_engine::ProfileError;
use skein_engine::api::{ApiError, ErrorCode};
use skein_engine::relay::RelayError;

/// A command that did not succeed.
#[derive(Debug)]
pub(crate) struct Failure(ApiError);

impl Failure {
    /// A request that makes no sense.
    pub(crate) fn invalid(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self(ApiError::new(ErrorCode::Invalid, message, hint))
    }

    /// Something named does not exist.
    pub(crate) fn not_found(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self(ApiError::new(ErrorCode::NotFound, message, hint))
    }

    /// What is said of a file that is damaged; anything else stays a failure.
    pub(crate) fn damage(self) -> Result<String, Self> {
        match self.0.code {
            ErrorCode::Damaged => Ok(self.0.message),
            _ => Err(self),
        }
    }

    /// Whether it only took too long.
    pub(crate) fn is_slowness(&self) -> bool {
        self.0.code == ErrorCode::TimedOut
    }

    /// Says what happened and gives the exit status: 1 in general, 3 not found, 4 denied or read-only, 5 not reached or arrived in time.
    pub(crate) fn report(&self, json: bool) -> ExitCode {
        if json {
            eprintln!("{}", json!({ "error": self.0 }));
        } else {
            eprintln!("skein: {}", self.0.message);
            if !self.0.hint.is_empty() {
                eprintln!("       {}", self.0.hint);
            }
        }
        ExitCode::from(match self.0.code {
            ErrorCode::NotFound => 3,
            ErrorCode::Denied | ErrorCode::ReadOnly | ErrorCode::Damaged => 4,
            ErrorCode::TimedOut | ErrorCode::Network | ErrorCode::NotHere => 5,
            _ => 1,
        })
    }
}

impl From<ApiError> for Failure {
    fn from(error: ApiError) -> Self {
        Self(error)
    }
}

impl From<ProfileError> for Failure {
    fn from(error: ProfileError) -> Self {
        Self(error.into())
    }
}

impl From<RelayError> for Failure {
    fn from(error: RelayError) -> Self {
        Self(ApiError::new(ErrorCode::Storage, error.to_string(), ""))
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self(ApiError::new(
            ErrorCode::Storage,
            format!("The system refused: {error}."),
            "",
        ))
    }
}
