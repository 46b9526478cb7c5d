//! Typed edits at head: checked, applied as one change, with their undo.

use automerge::{Automerge, ObjId, ROOT, ScalarValue};

use super::body::guarded;
use super::fields::{self, Fields};
use super::writer::Writer;
use super::{
    Document, DocumentError, EditError, Edited, TextLog, Touched, board_edit, profile, typing,
};
use crate::edit::{BoardEdit, Edit, NoteEdit, Scalar, Step};
use crate::kind::{Heads, Kind};
use crate::position;
use crate::text::{Splice, Splices, TextField, length_of};
use crate::view::{Life, Place};

/// Longest title, in characters.
const LONGEST_TITLE: usize = 1_000;
/// Most bytes that an edit may bring.
const LARGEST_EDIT: usize = 160 * 1024;
/// Most operations of one edit; its change then stays within what others accept.
const MOST_OPERATIONS: usize = 20_000;

/// A title as one line of bounded length.
pub(super) fn one_line(title: &str) -> String {
    title
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(LONGEST_TITLE)
        .collect()
}

impl Document {
    /// Applies an edit at head as one change (an open burst is closed first; a very long text makes several).
    ///
    /// # Errors
    /// When the edit does not fit the document; nothing is changed then. A burst that was closed is handed out by the
    /// next call that hands out changes.
    pub fn edit(&mut self, edit: &Edit, at_ms: i64) -> Result<Edited, EditError> {
        let kind = match edit {
            Edit::Note(_) => Kind::Note,
            Edit::Board(_) => Kind::Board,
            Edit::Profile(_) => Kind::Profile,
        };
        self.expect(kind)?;
        let found = weight(edit);
        if found > LARGEST_EDIT && text_edit(edit).is_none() {
            return Err(EditError::TooLarge {
                found,
                most: LARGEST_EDIT,
            });
        }
        self.commit_piece("type", at_ms)?;
        self.typing_done();
        let life = self.life;
        let mut edited = match text_edit(edit) {
            Some((field, to)) => self.edit_text(field, to, edit_name(edit), at_ms)?,
            None => self.edit_fields(edit, at_ms)?,
        };
        edited.touched.header |= life != self.life;
        edited.changes = self.take_made();
        Ok(edited)
    }

    fn edit_fields(&mut self, edit: &Edit, at_ms: i64) -> Result<Edited, EditError> {
        let index = &mut self.index;
        let outcome = self.body.step(|tx| {
            let mut writer = Writer {
                tx,
                index,
                steps: Vec::new(),
                touched: Touched::default(),
                text: TextLog::default(),
            };
            let mut texts_back = Vec::new();
            match edit {
                Edit::Note(edit) => note_edit(&mut writer, edit)?,
                Edit::Board(edit) => board_edit::apply(&mut writer, edit, &mut texts_back)?,
                Edit::Profile(edit) => profile::apply(&mut writer, edit)?,
            }
            if automerge::transaction::Transactable::pending_ops(writer.tx) > MOST_OPERATIONS {
                return Err(EditError::Refused(
                    "this edit touches too many things for one step".into(),
                ));
            }
            Ok((writer.steps, texts_back, writer.touched, writer.text))
        });
        let (steps, texts_back, touched, text) = match outcome {
            Ok(done) => done,
            Err(error) => {
                // The order may have followed steps that were rolled back.
                self.index = None;
                return Err(error);
            }
        };
        self.commit_piece(edit_name(edit), at_ms)?;
        Ok(Edited {
            changes: Vec::new(),
            undo: undo(edit, steps, texts_back),
            touched,
            text: text.into_list(),
        })
    }

    fn edit_text(
        &mut self,
        field: TextField,
        to: NewText<'_>,
        name: &str,
        at_ms: i64,
    ) -> Result<Edited, EditError> {
        let head = self.text(field)?;
        let splices = to.splices(&head);
        if splices.is_empty() {
            return Ok(Edited::default());
        }
        let text = splices.apply(&head)?;
        let obj = self.body.read(|f| -> Result<ObjId, EditError> {
            let obj = self.text_object(f, field)?;
            typing::check(f, &obj, &splices, Some(length_of(&text)))?;
            Ok(obj)
        })??;
        self.splice_pieces(field, &obj, &splices, name, at_ms)?;
        self.commit_piece(name, at_ms)?;
        self.typing_done();
        let mut touched = Touched::default();
        let undo = match field {
            TextField::NoteText => {
                touched.text = true;
                Edit::Note(NoteEdit::ReplaceText {
                    base: text,
                    text: head,
                })
            }
            TextField::CardDescription(card) => {
                touched.cards.insert(card);
                Edit::Board(BoardEdit::ReplaceDescription {
                    card,
                    base: text,
                    text: head,
                })
            }
        };
        Ok(Edited {
            changes: Vec::new(),
            undo: Some(undo),
            touched,
            text: vec![(field, splices)],
        })
    }

    /// Looks again whether the document lives.
    pub(super) fn refresh_life(&mut self) -> Result<(), DocumentError> {
        let doc = self.body.settled()?;
        self.life = guarded(|| document_life(doc))?;
        Ok(())
    }
}

/// What a text shall become.
pub(super) enum NewText<'a> {
    Replaced { base: &'a str, text: &'a str },
    Appended(&'a str),
}

impl NewText<'_> {
    /// The splices of the text as it is now.
    pub(super) fn splices(&self, head: &str) -> Splices {
        match self {
            Self::Replaced { text, .. } if *text == head => Splices::default(),
            Self::Replaced { base, text } if *base == head => Splices::between(base, text),
            // What others did meanwhile stands first where both insert at one place.
            Self::Replaced { base, text } => {
                Splices::between(base, text).map_over(&Splices::between(base, head), true)
            }
            Self::Appended(text) => {
                let gap = match head {
                    "" => "",
                    head if head.ends_with("\n\n") => "",
                    head if head.ends_with('\n') => "\n",
                    _ => "\n\n",
                };
                let insert = format!("{gap}{text}");
                Splices(vec![Splice {
                    at: length_of(head),
                    delete: 0,
                    insert,
                }])
            }
        }
    }
}

/// The text edit that an edit is, if it is nothing else.
fn text_edit(edit: &Edit) -> Option<(TextField, NewText<'_>)> {
    match edit {
        Edit::Note(NoteEdit::ReplaceText { base, text }) => {
            Some((TextField::NoteText, NewText::Replaced { base, text }))
        }
        Edit::Note(NoteEdit::AppendText { text }) => {
            Some((TextField::NoteText, NewText::Appended(text)))
        }
        Edit::Board(BoardEdit::ReplaceDescription { card, base, text }) => Some((
            TextField::CardDescription(*card),
            NewText::Replaced { base, text },
        )),
        _ => None,
    }
}

fn note_edit(writer: &mut Writer<'_>, edit: &NoteEdit) -> Result<(), EditError> {
    match edit {
        NoteEdit::Rename { title } => rename(writer, title),
        NoteEdit::Move { parent, position } => move_document(writer, *parent, position),
        NoteEdit::Trash => writer.set_document_trashed(true),
        NoteEdit::Restore => writer.set_document_trashed(false),
        NoteEdit::TakeBack { steps } => writer.take_back(steps),
        // Texts go their own way, because they may be longer than one change.
        NoteEdit::ReplaceText { .. } | NoteEdit::AppendText { .. } => Ok(()),
    }
}

pub(super) fn rename(writer: &mut Writer<'_>, title: &str) -> Result<(), EditError> {
    writer.set(&[], "title", Scalar::Text(one_line(title)))
}

pub(super) fn move_document(
    writer: &mut Writer<'_>,
    parent: Option<crate::id::DocumentId>,
    at: &str,
) -> Result<(), EditError> {
    if position::readable(at) != at {
        return Err(EditError::Refused(format!("{at:?} is not a position")));
    }
    let place = Place {
        parent,
        position: at.to_owned(),
    };
    writer.set(&[], "place", Scalar::Text(fields::write_place(&place)))
}

/// The inverse of an edit: its steps taken back, texts replaced by what they were.
fn undo(edit: &Edit, steps: Vec<Step>, mut texts_back: Vec<BoardEdit>) -> Option<Edit> {
    match edit {
        Edit::Profile(_) => profile::undo(&steps),
        Edit::Note(_) => (!steps.is_empty()).then_some(Edit::Note(NoteEdit::TakeBack { steps })),
        Edit::Board(_) => {
            texts_back.reverse();
            if !steps.is_empty() {
                texts_back.push(BoardEdit::TakeBack { steps });
            }
            match (texts_back.pop(), texts_back.is_empty()) {
                (None, _) => None,
                (Some(only), true) => Some(Edit::Board(only)),
                (Some(last), false) => {
                    texts_back.push(last);
                    Some(Edit::Board(BoardEdit::Many { edits: texts_back }))
                }
            }
        }
    }
}

fn edit_name(edit: &Edit) -> &'static str {
    match edit {
        Edit::Note(edit) => edit.name(),
        Edit::Board(edit) => edit.name(),
        Edit::Profile(_) => "profile",
    }
}

/// About how many bytes an edit brings.
fn weight(edit: &Edit) -> usize {
    match edit {
        Edit::Note(NoteEdit::TakeBack { steps }) => steps.len() * 64,
        Edit::Note(_) | Edit::Profile(_) => 0,
        Edit::Board(edit) => board_weight(edit),
    }
}

fn board_weight(edit: &BoardEdit) -> usize {
    match edit {
        BoardEdit::AddCards { cards, .. } => cards.iter().map(|card| 100 + card.title.len()).sum(),
        BoardEdit::Many { edits } => edits.iter().map(board_weight).sum(),
        BoardEdit::ReplaceDescription { base, text, .. } => {
            64 + base.len().abs_diff(text.len()).max(text.len())
        }
        BoardEdit::TakeBack { steps } => steps.len() * 16,
        _ => 64,
    }
}

/// Whether a document lives. A trash holds only while every other change is among those its writer knew.
fn document_life(doc: &Automerge) -> Life {
    let values = doc.values_of(&ROOT, "life");
    let mut seen = Vec::new();
    let mut writers = Vec::new();
    let mut alive = values.is_empty();
    for (value, operation) in &values {
        match fields::scalar(value) {
            Some(ScalarValue::Bytes(heads)) => {
                seen.extend(Heads::from_bytes(heads).unwrap_or_default().as_slice());
                writers.extend(doc.written_by(operation));
            }
            _ => alive = true,
        }
    }
    if writers.is_empty() {
        return Life::Alive;
    }
    let known = super::known_heads(doc, &Heads::from(seen));
    let unseen = doc
        .get_changes_meta(&known)
        .iter()
        .any(|change| !writers.contains(&change.hash));
    if alive || unseen {
        Life::KeptDespiteTrash
    } else {
        Life::Trashed
    }
}
