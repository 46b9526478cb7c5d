//! Errors of the inner crates as the one error of the API: classified here and nowhere else.

use skein_access::founding::OperationError;
use skein_access::{CodeError, Denied, EnvelopeError, JoinError, TicketError};
use skein_model::{DocumentError, EditError, MergeError, SnapshotError, SpliceError};
use skein_store::{BackupError, StoreError};

use crate::api::{ApiError, ErrorCode};

fn error(code: ErrorCode, words: impl std::fmt::Display, hint: &str) -> ApiError {
    let words = words.to_string();
    let mut letters = words.chars();
    let message = letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect::<String>()
    });
    let end = if message.ends_with(['.', '!', '?']) {
        ""
    } else {
        "."
    };
    ApiError::new(code, format!("{message}{end}"), hint)
}

impl From<StoreError> for ApiError {
    fn from(cause: StoreError) -> Self {
        match &cause {
            StoreError::NoSuchDocument(_) => error(ErrorCode::NotFound, cause, ""),
            StoreError::NotPermitted { .. } => error(
                ErrorCode::Denied,
                cause,
                "Ask an owner of the workspace for the right.",
            ),
            StoreError::ReadOnly => error(ErrorCode::ReadOnly, cause, ""),
            StoreError::Damaged(_) => error(ErrorCode::Damaged, cause, ""),
            _ => error(ErrorCode::Storage, cause, ""),
        }
    }
}

impl From<BackupError> for ApiError {
    fn from(cause: BackupError) -> Self {
        let another =
            "Take another backup, and make a new one. The workspace itself is not touched by that.";
        match cause {
            BackupError::Source(cause) => cause.into(),
            BackupError::Missing(_) => error(ErrorCode::NotFound, cause, another),
            BackupError::NotWhole(_) => error(ErrorCode::Invalid, cause, another),
            BackupError::NothingToBeginWith => error(
                ErrorCode::Damaged,
                cause,
                "Restore a backup instead. The file is as it was.",
            ),
            BackupError::NewerVersion { .. } => {
                error(ErrorCode::Invalid, cause, "Update Skein first.")
            }
            BackupError::Disk(_) | BackupError::DiskFull => error(
                ErrorCode::Storage,
                cause,
                "Free some space or check the disk, and try again. The workspace itself is not touched by that.",
            ),
        }
    }
}

impl From<Denied> for ApiError {
    fn from(cause: Denied) -> Self {
        error(ErrorCode::Denied, cause, "")
    }
}

impl From<DocumentError> for ApiError {
    fn from(cause: DocumentError) -> Self {
        let code = match &cause {
            DocumentError::NoSuchCard(_) | DocumentError::NotWhole => ErrorCode::NotFound,
            DocumentError::WrongKind { .. } => ErrorCode::Invalid,
            _ => ErrorCode::Storage,
        };
        error(code, cause, "")
    }
}

impl From<EditError> for ApiError {
    fn from(cause: EditError) -> Self {
        match cause {
            EditError::Document(cause) => cause.into(),
            EditError::Splice(cause) => cause.into(),
            EditError::Missing { .. } => error(ErrorCode::NotFound, cause, ""),
            EditError::TooLarge { .. } => error(ErrorCode::TooLarge, cause, ""),
            cause => error(ErrorCode::Invalid, cause, ""),
        }
    }
}

impl From<SpliceError> for ApiError {
    fn from(cause: SpliceError) -> Self {
        error(
            ErrorCode::Resync,
            cause,
            "Subscribe to the text again and apply the difference.",
        )
    }
}

impl From<MergeError> for ApiError {
    fn from(cause: MergeError) -> Self {
        let MergeError::Document(cause) = cause;
        cause.into()
    }
}

impl From<SnapshotError> for ApiError {
    fn from(cause: SnapshotError) -> Self {
        error(ErrorCode::Internal, cause, "")
    }
}

impl From<EnvelopeError> for ApiError {
    fn from(cause: EnvelopeError) -> Self {
        error(ErrorCode::Internal, cause, "")
    }
}

impl From<OperationError> for ApiError {
    fn from(cause: OperationError) -> Self {
        match cause {
            OperationError::Denied(cause) => cause.into(),
            OperationError::NotThere(_) => error(ErrorCode::NotFound, cause, ""),
            cause => error(ErrorCode::Invalid, cause, ""),
        }
    }
}

impl From<TicketError> for ApiError {
    fn from(cause: TicketError) -> Self {
        error(ErrorCode::Invalid, cause, "")
    }
}

impl From<CodeError> for ApiError {
    fn from(cause: CodeError) -> Self {
        error(ErrorCode::Invalid, cause, "")
    }
}

impl From<JoinError> for ApiError {
    fn from(cause: JoinError) -> Self {
        error(ErrorCode::Denied, cause, "")
    }
}
