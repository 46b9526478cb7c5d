//! The text of a note as it was last read, since reading it again walks all of its operations, deleted ones too.

use std::cell::RefCell;

use automerge::ChangeHash;

use super::body::Body;
use super::{Document, DocumentError, fields};
use crate::text::TextField;

/// What was read last, with the version it was read at.
#[derive(Default)]
pub(super) struct Recall(RefCell<Option<(Vec<ChangeHash>, String)>>);

impl Recall {
    fn at(&self, heads: &[ChangeHash]) -> Option<String> {
        let last = self.0.borrow();
        let (at, text) = last.as_ref()?;
        (at == heads).then(|| text.clone())
    }

    fn keep(&self, heads: Vec<ChangeHash>, text: &str) {
        self.0.replace(Some((heads, text.to_owned())));
    }
}

impl Document {
    /// A text, with what the open burst did to it.
    ///
    /// # Errors
    /// When there is no such text here.
    pub fn text(&self, field: TextField) -> Result<String, DocumentError> {
        let read = || {
            self.body
                .read(|f| Ok(fields::text(f, &self.text_object(f, field)?)))?
        };
        // While a burst is open the version says nothing of the text.
        let settled = matches!(self.body, Body::Settled(_)) && field == TextField::NoteText;
        if !settled {
            return read();
        }
        let heads = self.body.heads();
        if let Some(text) = self.recall.at(&heads) {
            return Ok(text);
        }
        let text = read()?;
        self.recall.keep(heads, &text);
        Ok(text)
    }
}
