//! Making and changing documents by typed edits.

use skein_model::{
    BoardEdit, ColumnId, Document, DocumentId, Edit, Edited, Kind, NoteEdit, Place, Splices,
    TextField, position,
};
use skein_store::{Durability, NewChanges};

use super::Core;
use super::documents::Origin;
use super::step::Step;
use super::workspace::Workspace;
use crate::api::{ApiError, ErrorCode, Reply, Request, TreeItem};

/// The longest title that is taken, in characters.
const LONGEST_TITLE: usize = 500;
/// The most cards one edit may make.
const MOST_CARDS: usize = 500;

impl Core {
    pub(super) fn create_note(
        &mut self,
        step: &mut Step<'_>,
        title: &str,
        text: &str,
        parent: Option<DocumentId>,
        after: Option<DocumentId>,
    ) -> Result<Reply, ApiError> {
        self.editable()?;
        let title = checked_title(title)?;
        let place = self.place(parent, after, None, true)?;
        let id = DocumentId::from_bytes(step.random_id());
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        let document =
            Document::create_note(id, self.actor, title, &text, &place, step.now.wall_ms)?;
        self.store_new(step, document)?;
        Ok(Reply::Created { id })
    }

    pub(super) fn create_board(
        &mut self,
        step: &mut Step<'_>,
        title: &str,
        columns: Option<Vec<String>>,
        parent: Option<DocumentId>,
        after: Option<DocumentId>,
    ) -> Result<Reply, ApiError> {
        self.editable()?;
        let title = checked_title(title)?;
        let columns =
            columns.unwrap_or_else(|| ["To do", "Doing", "Done"].map(str::to_owned).to_vec());
        let columns: Vec<(ColumnId, &str)> = columns
            .iter()
            .map(|title| {
                Ok((
                    ColumnId::from_bytes(step.random_id()),
                    checked_title(title)?,
                ))
            })
            .collect::<Result<_, ApiError>>()?;
        let place = self.place(parent, after, None, true)?;
        let id = DocumentId::from_bytes(step.random_id());
        let document =
            Document::create_board(id, self.actor, title, &place, &columns, step.now.wall_ms)?;
        self.store_new(step, document)?;
        Ok(Reply::Created { id })
    }

    pub(super) fn edit_note(
        &mut self,
        step: &mut Step<'_>,
        id: DocumentId,
        edit: NoteEdit,
    ) -> Result<Reply, ApiError> {
        match &edit {
            NoteEdit::Rename { title } => {
                checked_title(title)?;
            }
            NoteEdit::Move { parent, .. } => self.check_parent(id, *parent)?,
            _ => {}
        }
        self.edit(step, id, Edit::Note(edit))
    }

    pub(super) fn edit_board(
        &mut self,
        step: &mut Step<'_>,
        id: DocumentId,
        edit: BoardEdit,
    ) -> Result<Reply, ApiError> {
        check_board_edit(&edit)?;
        if let BoardEdit::Move { parent, .. } = &edit {
            self.check_parent(id, *parent)?;
        }
        self.edit(step, id, Edit::Board(edit))
    }

    /// Puts a document under a parent and after a sibling; the position between the neighbours is found here.
    pub(super) fn place_document(
        &mut self,
        step: &mut Step<'_>,
        id: DocumentId,
        parent: Option<DocumentId>,
        after: Option<DocumentId>,
    ) -> Result<Reply, ApiError> {
        self.check_parent(id, parent)?;
        let Place { parent, position } = self.place(parent, after, Some(id), false)?;
        let edit = match self.document(id)?.kind() {
            Kind::Note => Edit::Note(NoteEdit::Move { parent, position }),
            Kind::Board => Edit::Board(BoardEdit::Move { parent, position }),
            Kind::Profile => return Err(ApiError::invalid("A profile has no place in the tree.")),
        };
        self.edit(step, id, edit)
    }

    /// Only members write; whoever is still on the way in is told so.
    pub(super) fn editable(&self) -> Result<(), ApiError> {
        self.writable()?;
        let me = self.device.id();
        let outside = |workspace: &Workspace| !workspace.authority.is_member(&me);
        if self.joining.is_some() && self.workspace.as_ref().is_some_and(outside) {
            return Err(ApiError::new(
                ErrorCode::WrongState,
                "The join has not succeeded yet, so nothing can be written here; nothing was changed.",
                "It goes on by itself while Skein runs and the other side can be reached.",
            ));
        }
        Ok(())
    }

    /// Applies a typed edit at head, stores it and says how to take it back.
    pub(super) fn edit(
        &mut self,
        step: &mut Step<'_>,
        id: DocumentId,
        edit: Edit,
    ) -> Result<Reply, ApiError> {
        self.editable()?;
        let wall = step.now.wall_ms;
        // What was typed becomes a change of its own, which knows what it touched.
        self.close_burst(step, id)?;
        let (document, _, _) = self.for_writing(id)?;
        let Edited {
            changes,
            undo,
            touched,
            text,
        } = document.edit(&edit, wall)?;
        if changes.is_empty() {
            return Ok(Reply::Edited { undo: None });
        }
        self.store_changes(step, id, &changes, &touched, &Origin::Local)?;
        for (field, splices) in text {
            self.tell_change(step, id, field, splices)?;
        }
        let undo = undo.map(|edit| {
            Box::new(match edit {
                Edit::Note(edit) => Request::EditNote { document: id, edit },
                Edit::Board(edit) => Request::EditBoard { document: id, edit },
                Edit::Profile(edit) => super::profiles::request(edit),
            })
        });
        Ok(Reply::Edited { undo })
    }

    /// Tells all views of a text of a change at head that no view typed.
    pub(super) fn tell_change(
        &mut self,
        step: &mut Step<'_>,
        id: DocumentId,
        field: TextField,
        splices: Splices,
    ) -> Result<(), ApiError> {
        if splices.is_empty() || !self.has_feed(id, field) {
            return Ok(());
        }
        self.carets.moved(id, field);
        let feed = self.feed(id, field)?;
        let from = feed.version();
        let version = feed.advance(splices.clone());
        self.tell_text(step, id, field, from, version, &splices, None);
        Ok(())
    }

    /// Stores a new document with its whole projection.
    pub(super) fn store_new(
        &mut self,
        step: &mut Step<'_>,
        document: Document,
    ) -> Result<(), ApiError> {
        let workspace = self.workspace.as_ref().ok_or_else(Self::no_workspace)?;
        let permit = workspace
            .authority
            .write(&self.device.id(), document.kind())?;
        let (id, heads, changes) = (document.id(), document.heads(), document.all_changes()?);
        let projection = document.projection()?;
        let new = NewChanges {
            changes: &changes,
            heads: &heads,
            sealed: false,
            at_ms: step.now.wall_ms,
        };
        self.store.write(Durability::Normal, |tx| {
            tx.create_document(&permit, id, &new, &projection)
        })?;
        self.keep_new(step, document);
        self.sealing.unsealed += changes.len();
        self.plan_sealing(step);
        step.news.headers.insert(id);
        step.news.links = true;
        step.news.delivery = true;
        Ok(())
    }

    /// The place under `parent` right after `after`; with none, first or (for new things) last.
    fn place(
        &self,
        parent: Option<DocumentId>,
        after: Option<DocumentId>,
        moving: Option<DocumentId>,
        last_when_absent: bool,
    ) -> Result<Place, ApiError> {
        let mut siblings: Vec<TreeItem> = self.siblings(parent)?;
        siblings.retain(|item| Some(item.id) != moving);
        let next = match after {
            Some(after) => siblings
                .iter()
                .position(|item| item.id == after)
                .map(|at| at + 1)
                .ok_or_else(|| ApiError::not_found("such document beside it"))?,
            None if last_when_absent => siblings.len(),
            None => 0,
        };
        let at = |index: Option<usize>| {
            index
                .and_then(|index| siblings.get(index))
                .map(|item| item.position.as_str())
        };
        Ok(Place {
            parent,
            position: position::between(at(next.checked_sub(1)), at(Some(next))),
        })
    }

    /// A document cannot lie under itself or something beneath it.
    fn check_parent(&self, id: DocumentId, parent: Option<DocumentId>) -> Result<(), ApiError> {
        let mut above = parent;
        let mut steps = 0;
        while let Some(ancestor) = above {
            if ancestor == id {
                return Err(ApiError::invalid(
                    "A document cannot lie inside itself. It stays where it was.",
                ));
            }
            above = self
                .tree_item(ancestor)?
                .ok_or_else(|| ApiError::not_found("such document to put it under"))?
                .parent;
            steps += 1;
            if steps > 1000 {
                break;
            }
        }
        Ok(())
    }
}

fn check_board_edit(edit: &BoardEdit) -> Result<(), ApiError> {
    match edit {
        BoardEdit::Rename { title }
        | BoardEdit::AddColumn { title, .. }
        | BoardEdit::RenameColumn { title, .. }
        | BoardEdit::SetCardTitle { title, .. }
        | BoardEdit::AddChecklistItem { title, .. } => checked_title(title).map(|_| ()),
        BoardEdit::AddCards { cards, .. } if cards.len() > MOST_CARDS => Err(ApiError::invalid(
            format!("At most {MOST_CARDS} cards can be added at once; nothing was added."),
        )),
        BoardEdit::AddCards { cards, .. } => cards
            .iter()
            .try_for_each(|card| checked_title(&card.title).map(|_| ())),
        BoardEdit::Many { edits } if edits.len() > MOST_CARDS => Err(ApiError::invalid(format!(
            "At most {MOST_CARDS} edits can be made at once; nothing was changed."
        ))),
        BoardEdit::Many { edits } => edits.iter().try_for_each(check_board_edit),
        _ => Ok(()),
    }
}

/// A title in one line and of bearable length.
fn checked_title(title: &str) -> Result<&str, ApiError> {
    let title = title.trim();
    if title.contains(['\n', '\r']) {
        return Err(ApiError::invalid(
            "A title is one line; nothing was changed.",
        ));
    }
    if title.chars().count() > LONGEST_TITLE {
        return Err(ApiError::invalid(format!(
            "A title has at most {LONGEST_TITLE} characters; nothing was changed."
        )));
    }
    Ok(title)
}
