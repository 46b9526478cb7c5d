//! Places in a text that stay right while others write: what a caret is sent as.

use automerge::{Cursor, CursorPosition};

use super::Document;
use crate::text::TextField;

impl Document {
    /// What names this place in a text wherever the text is. Nothing when there is no such text here.
    #[must_use]
    pub fn mark_place(&self, field: TextField, at: u32) -> Option<Vec<u8>> {
        self.body
            .read(|f| {
                let obj = self.text_object(f, field).ok()?;
                let at = usize::try_from(at).ok()?;
                let position = match at < f.length_of(&obj) {
                    true => CursorPosition::Index(at),
                    false => CursorPosition::End,
                };
                f.mark(&obj, position).map(|cursor| cursor.to_bytes())
            })
            .ok()?
    }

    /// Where a marked place is now. Nothing when what was marked is not here yet, or the bytes are no mark of this text.
    #[must_use]
    pub fn find_place(&self, field: TextField, mark: &[u8]) -> Option<u32> {
        let cursor = Cursor::try_from(mark).ok()?;
        self.body
            .read(|f| {
                let obj = self.text_object(f, field).ok()?;
                let at = f.place_of(&obj, &cursor)?.min(f.length_of(&obj));
                u32::try_from(at).ok()
            })
            .ok()?
    }
}
