//! In and out as plain files: through the same door as every shell, so that the engine goes on with other work meanwhile.

mod attachments;
mod bundle;
mod export;
mod file_links;
mod file_names;
mod import;
mod local_links;

pub use attachments::{add_file, reference, save_file};
pub use bundle::{take_bundle, write_bundle};
pub use export::export;
pub use import::import_markdown;

use std::fs::File;
use std::path::{Path, PathBuf};

use crate::api::{ApiError, ErrorCode};

/// How far a long job is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Steps done.
    pub done: usize,
    /// All steps.
    pub of: usize,
}

fn unexpected() -> ApiError {
    ApiError::internal("the engine gave an answer to another question")
}

fn disk(what: &str, path: impl Into<PathBuf>, error: &std::io::Error) -> ApiError {
    ApiError::new(
        ErrorCode::Storage,
        format!("{what} {}: {error}.", path.into().display()),
        "The workspace itself is unchanged by this. Check the folder and try again.",
    )
}

/// A file that was not there before.
fn new_file(path: &Path) -> Result<File, ApiError> {
    File::create_new(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => ApiError::new(
            ErrorCode::Invalid,
            format!(
                "{} is there already and was not overwritten.",
                path.display()
            ),
            "Name another place.",
        ),
        _ => disk("Cannot write", path, &error),
    })
}
