//! The automerge document inside, in one of its states, with every call fenced against panics of the library.

use std::panic::{AssertUnwindSafe, catch_unwind};

use automerge::transaction::{CommitOptions, OwnedTransaction, Transactable};
use automerge::{Automerge, ChangeHash, ReadDoc};

use super::DocumentError;
use super::fields::Fields;
use crate::kind::ChangeBytes;

/// The states of a document.
pub(super) enum Body {
    /// All of it is changes.
    Settled(Box<Automerge>),
    /// Steps were taken that are not yet a change.
    Typing(Box<OwnedTransaction>),
    /// The library failed in the middle of something; only the stored bytes are good.
    Broken,
}

/// Runs a call into the library; a panic becomes an error.
pub(super) fn guarded<T>(call: impl FnOnce() -> T) -> Result<T, DocumentError> {
    catch_unwind(AssertUnwindSafe(call)).map_err(|_| DocumentError::Broken)
}

impl Body {
    pub(super) fn settled(&self) -> Result<&Automerge, DocumentError> {
        match self {
            Self::Settled(doc) => Ok(doc),
            Self::Typing(_) => Err(DocumentError::BurstOpen),
            Self::Broken => Err(DocumentError::Broken),
        }
    }

    pub(super) fn is_typing(&self) -> bool {
        matches!(self, Self::Typing(_))
    }

    pub(super) fn heads(&self) -> Vec<ChangeHash> {
        match self {
            Self::Settled(doc) => doc.get_heads(),
            Self::Typing(tx) => tx.get_heads(),
            Self::Broken => Vec::new(),
        }
    }

    /// Reads the document as it is, uncommitted steps included.
    pub(super) fn read<T>(
        &self,
        reading: impl FnOnce(&dyn Fields) -> T,
    ) -> Result<T, DocumentError> {
        match self {
            Self::Settled(doc) => guarded(|| reading(doc.as_ref())),
            Self::Typing(tx) => guarded(|| reading(tx.as_ref())),
            Self::Broken => Err(DocumentError::Broken),
        }
    }

    /// Takes a step within a transaction, opening one if there is none. When the step fails cleanly and the
    /// transaction was opened for it, it is rolled back. After a panic the body is broken.
    pub(super) fn step<T, E>(
        &mut self,
        step: impl FnOnce(&mut OwnedTransaction) -> Result<T, E>,
    ) -> Result<T, E>
    where
        E: From<DocumentError>,
    {
        let body = std::mem::replace(self, Self::Broken);
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            let (mut tx, fresh) = match body {
                Self::Settled(doc) => match doc.into_transaction(None, None) {
                    Ok(tx) => (Box::new(tx), true),
                    Err(_) => return (Self::Broken, Err(E::from(DocumentError::Broken))),
                },
                Self::Typing(tx) => (tx, false),
                Self::Broken => return (Self::Broken, Err(E::from(DocumentError::Broken))),
            };
            match step(&mut tx) {
                Err(error) if fresh => (Self::Settled(Box::new(tx.rollback().0)), Err(error)),
                outcome => (Self::Typing(tx), outcome),
            }
        }));
        match outcome {
            Ok((body, outcome)) => {
                *self = body;
                outcome
            }
            Err(_) => Err(E::from(DocumentError::Broken)),
        }
    }

    /// Makes one change of the open transaction; `None` when nothing was done in it.
    pub(super) fn commit(
        &mut self,
        message: &str,
        at_ms: i64,
    ) -> Result<Option<(ChangeHash, ChangeBytes)>, DocumentError> {
        match std::mem::replace(self, Self::Broken) {
            Self::Settled(doc) => {
                *self = Self::Settled(doc);
                Ok(None)
            }
            Self::Broken => Err(DocumentError::Broken),
            Self::Typing(tx) => {
                let (doc, made) = guarded(|| {
                    if tx.pending_ops() == 0 {
                        return (tx.rollback().0, None);
                    }
                    let options = CommitOptions::default()
                        .with_message(message)
                        .with_time(at_ms);
                    let (doc, hash, _) = tx.commit_with(options);
                    let change = hash.and_then(|hash| doc.get_change_by_hash(&hash));
                    let made = change.map(|mut change| {
                        (change.hash(), ChangeBytes(change.bytes().into_owned()))
                    });
                    (doc, made)
                })?;
                *self = Self::Settled(Box::new(doc));
                Ok(made)
            }
        }
    }
}
