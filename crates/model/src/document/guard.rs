//! The one door through which changes of others enter: bounded, decoded singly, tried on a copy.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use automerge::{Automerge, Change, ChangeHash, LoadOptions, Patch, PatchLog, ROOT, TextEncoding};

use super::fields::{self, Fields};
use super::{DocumentError, inflate};
use crate::kind::{ChangeBytes, Kind};

/// Largest saved document that is read.
const LARGEST_SNAPSHOT: usize = 256 * 1024 * 1024;

/// A change whose reading costs next to nothing.
const SMALL: inflate::Bounds = inflate::Bounds {
    packed: 4 * 1024,
    plain: 16 * 1024,
    operations: 2_000,
};

/// Why a change was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refused {
    #[error("the change is too large ({found} bytes, at most {most})")]
    TooLarge { found: usize, most: usize },
    #[error("the change holds more operations than one change may")]
    TooManyOperations,
    #[error("the bytes are not a change")]
    NotAChange,
    #[error("the change could not be decoded: {0}")]
    Malformed(String),
    #[error("the change does not continue the history it names")]
    OutOfLine,
    #[error("the change would alter what the document is")]
    OtherDocument,
    #[error("the change could not be applied: {0}")]
    NotApplicable(String),
    #[error("the change makes the document unreadable")]
    Panicked,
}

/// Reads one change. Never panics.
pub(crate) fn decode(bytes: &ChangeBytes) -> Result<Change, Refused> {
    parse(inflate::unpack(&bytes.0, &inflate::ANY)?)
}

/// Reads a small change if its keys may be among these; what is large, or speaks of other things, costs little. Never panics.
pub(super) fn decode_small(bytes: &ChangeBytes, keys: &[&str]) -> Option<Change> {
    let plain = inflate::unpack(&bytes.0, &SMALL).ok()?;
    let is_there = |key: &&str| {
        let length = u8::try_from(key.len()).into_iter();
        let written: Vec<u8> = length.chain(key.bytes()).collect();
        plain.windows(written.len()).any(|window| window == written)
    };
    keys.iter().any(is_there).then(|| parse(plain).ok())?
}

fn parse(plain: Vec<u8>) -> Result<Change, Refused> {
    catch_unwind(AssertUnwindSafe(|| Change::from_bytes(plain)))
        .map_err(|_| Refused::Panicked)?
        .map_err(|error| Refused::Malformed(error.to_string()))
}

/// Reads a saved document. Never panics.
pub(super) fn load(bytes: &[u8]) -> Result<Automerge, DocumentError> {
    let damaged = |why: &str| DocumentError::Damaged(why.to_owned());
    if bytes.len() > LARGEST_SNAPSHOT {
        return Err(damaged("it is too large"));
    }
    let options = LoadOptions::new().text_encoding(TextEncoding::Utf16CodeUnit);
    catch_unwind(AssertUnwindSafe(|| {
        Automerge::load_with_options(bytes, options)
    }))
    .map_err(|_| damaged("its contents contradict one another"))?
    .map_err(|error| damaged(&error.to_string()))
}

/// The result of trying changes on a copy.
pub(super) struct Tried {
    pub(super) doc: Automerge,
    pub(super) patches: Vec<Patch>,
}

/// Applies changes, all of which are ready, to a copy; the document itself stays as it is.
pub(super) fn apply(doc: &Automerge, changes: &[Change]) -> Result<Tried, Refused> {
    check_line(doc, changes)?;
    catch_unwind(AssertUnwindSafe(|| {
        let mut copy = doc.clone();
        let mut log = PatchLog::active();
        copy.apply_changes_log_patches(changes.to_vec(), &mut log)
            .map_err(|error| Refused::NotApplicable(error.to_string()))?;
        if !changes
            .iter()
            .all(|change| copy.get_change_meta_by_hash(&change.hash()).is_some())
        {
            return Err(Refused::NotApplicable(
                "its predecessors are missing".into(),
            ));
        }
        if !doc.is_empty() && identity(doc) != identity(&copy) {
            return Err(Refused::OtherDocument);
        }
        let patches = copy.make_patches(&mut log);
        Ok(Tried { doc: copy, patches })
    }))
    .map_err(|_| Refused::Panicked)?
}

/// What names a document inside: format, id and kind with all their concurrent values.
fn identity(doc: &Automerge) -> Vec<String> {
    let keys = ["format", "id", "kind"];
    keys.iter()
        .flat_map(|key| {
            doc.values_of(&ROOT, key)
                .into_iter()
                .map(|(value, _)| format!("{value:?}"))
        })
        .collect()
}

/// What a document says it is.
pub(super) fn read_identity(
    doc: &dyn Fields,
) -> Result<(crate::id::DocumentId, Kind), DocumentError> {
    use automerge::ScalarValue;
    let read = |key: &str| {
        let values = doc.values_of(&ROOT, key);
        values
            .last()
            .and_then(|(value, _)| fields::scalar(value).cloned())
    };
    let number = |value: Option<ScalarValue>| match value {
        Some(ScalarValue::Uint(number)) => Some(number),
        _ => None,
    };
    let Some(format) = number(read("format")) else {
        return Err(DocumentError::NotWhole);
    };
    let code = number(read("kind")).and_then(|code| u8::try_from(code).ok());
    let id = match read("id") {
        Some(ScalarValue::Bytes(bytes)) => <[u8; 16]>::try_from(bytes).ok(),
        _ => None,
    };
    let (Some(code), Some(id)) = (code, id) else {
        return Err(DocumentError::NotWhole);
    };
    match Kind::from_code(code) {
        Some(kind) if format <= super::FORMAT => Ok((crate::id::DocumentId::from_bytes(id), kind)),
        _ => Err(DocumentError::Newer),
    }
}

/// Every change numbers its operations right after the last of those it rests on; others would make numbers clash or
/// run out.
fn check_line(doc: &Automerge, changes: &[Change]) -> Result<(), Refused> {
    let mut last: BTreeMap<ChangeHash, u64> = BTreeMap::new();
    for change in changes {
        let mut highest = 0;
        for dependency in change.deps() {
            let known = last.get(dependency).copied();
            let known = known.or_else(|| {
                doc.get_change_meta_by_hash(dependency)
                    .map(|meta| meta.max_op)
            });
            highest = highest.max(known.ok_or(Refused::OutOfLine)?);
        }
        let length = change.len() as u64;
        let start = change.start_op().get();
        let end = start
            .checked_add(length)
            .filter(|end| *end < u64::from(u32::MAX / 2));
        if start != highest + 1 || length == 0 || end.is_none() {
            return Err(Refused::OutOfLine);
        }
        last.insert(change.hash(), highest + length);
    }
    Ok(())
}
