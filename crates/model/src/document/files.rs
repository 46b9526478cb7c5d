//! The files of a document: one manifest for each, under a key that follows from it. They are added, and never taken away.

use std::collections::BTreeMap;

use automerge::transaction::Transactable;
use automerge::{ROOT, ScalarValue};

use super::fields::{self, Fields};
use super::{Document, DocumentError, EditError, Edited, Touched};
use crate::file::{FileManifest, id_of};
use crate::id::FileId;
use crate::kind::Kind;

/// What the keys of manifests begin with.
pub(super) const FILE: &str = "f:";
/// A document has no more files than this; beyond them, others' are passed over.
const MOST_FILES: usize = 4_096;

impl Document {
    /// Attaches a file to a note or a board, as one change (an open burst is closed first). Nothing happens when it is there already.
    ///
    /// # Errors
    /// When the document is of another kind, has too many files, or cannot be used; nothing is changed then.
    pub fn attach(&mut self, manifest: &FileManifest, at_ms: i64) -> Result<Edited, EditError> {
        if self.kind == Kind::Profile {
            return Err(EditError::Refused("a profile has no files".into()));
        }
        if self.files()?.len() >= MOST_FILES {
            return Err(EditError::Refused(format!(
                "a document has at most {MOST_FILES} files"
            )));
        }
        self.commit_piece("type", at_ms)?;
        self.typing_done();
        let life = self.life;
        let bytes = manifest.to_bytes();
        let key = key(id_of(&bytes));
        let added = self.body.step(|tx| -> Result<bool, EditError> {
            let is_there = tx
                .values_of(&ROOT, &key)
                .iter()
                .any(|(value, _)| is(value, &bytes));
            if !is_there {
                tx.put(ROOT, key.as_str(), ScalarValue::Bytes(bytes))?;
            }
            Ok(!is_there)
        })?;
        self.commit_piece("attach", at_ms)?;
        Ok(Edited {
            changes: self.take_made(),
            touched: Touched {
                files: added,
                header: life != self.life,
                ..Touched::default()
            },
            ..Edited::default()
        })
    }

    /// The files, by id.
    ///
    /// # Errors
    /// When the instance is broken.
    pub fn files(&self) -> Result<BTreeMap<FileId, FileManifest>, DocumentError> {
        self.body.read(|f| files(f))
    }
}

/// The key of a file's manifest.
fn key(file: FileId) -> String {
    format!("{FILE}{file}")
}

fn is(value: &automerge::Value<'_>, bytes: &[u8]) -> bool {
    matches!(fields::scalar(value), Some(ScalarValue::Bytes(there)) if there == bytes)
}

/// Whether files were ever attached, read without their manifests.
pub(super) fn any(f: &dyn Fields) -> bool {
    f.keys_of(&ROOT).iter().any(|key| key.starts_with(FILE))
}

/// Every manifest that is well-formed and stands under the key that follows from it; anything else there is as if it were not.
pub(super) fn files(f: &dyn Fields) -> BTreeMap<FileId, FileManifest> {
    f.keys_of(&ROOT)
        .iter()
        .filter_map(|key| key.strip_prefix(FILE)?.parse::<FileId>().ok())
        .filter_map(|file| Some((file, manifest(f, file)?)))
        .take(MOST_FILES)
        .collect()
}

fn manifest(f: &dyn Fields, file: FileId) -> Option<FileManifest> {
    let values = f.values_of(&ROOT, &key(file));
    values
        .iter()
        .find_map(|(value, _)| match fields::scalar(value) {
            Some(ScalarValue::Bytes(bytes)) if id_of(bytes) == file => {
                FileManifest::from_bytes(bytes)
            }
            _ => None,
        })
}
