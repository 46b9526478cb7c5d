//! The names of files in a shared folder: the hash of what is in them.

use skein_model::id::to_base32;

use crate::domain::{SHARED_FILE_NAME, derive};

/// The name, without an ending, of a file in a shared folder that holds these bytes.
#[must_use]
pub fn shared_file_name(bytes: &[u8]) -> String {
    to_base32(&derive(SHARED_FILE_NAME, &[bytes]))
}
