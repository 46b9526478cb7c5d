//! `skein note`: make, read and change notes.

use std::io::Read;

use serde_json::json;
use skein_engine::api::{Kind, NoteEdit};
use skein_engine::api::{Listed, Reply, Request};

use super::edit;
use crate::arguments::Note;
use crate::connection::{Connection, another_question};
use crate::failure::Failure;
use crate::output::Output;

/// The longest text taken from standard input, in bytes.
const LONGEST_INPUT: u64 = 64 * 1024 * 1024;

pub(super) async fn run(
    connection: &mut Connection,
    out: Output,
    command: Note,
) -> Result<(), Failure> {
    match command {
        Note::New { title, text, place } => {
            let text = text.map(|text| given_or_read(&text)).transpose()?;
            let parent = connection.find_all(place.under.as_ref()).await?;
            let after = connection.find_all(place.after.as_ref()).await?;
            let reply = connection
                .ask(Request::CreateNote {
                    title,
                    text,
                    parent,
                    after,
                })
                .await?;
            created(out, reply)
        }
        Note::List { trashed } => {
            let notes = connection.documents(Some(Kind::Note), trashed).await?;
            let empty = if trashed {
                "The trash holds no notes."
            } else {
                "There are no notes yet. `skein note new TITLE` makes one."
            };
            list(out, &notes, empty);
            Ok(())
        }
        Note::Show { id } => {
            let id = connection.find(&id, Some(Kind::Note)).await?;
            let note = connection.note(id).await?;
            out.show(&note, || format!("# {}\n\n{}", note.title, note.text));
            Ok(())
        }
        Note::Append { id, text } => {
            change(
                connection,
                out,
                &id,
                NoteEdit::AppendText {
                    text: given_or_read(&text)?,
                },
                "Added.",
            )
            .await
        }
        Note::Edit { id } => {
            let id = connection.find(&id, Some(Kind::Note)).await?;
            edit::in_editor(connection, out, id).await
        }
        Note::Rename { id, title } => {
            change(connection, out, &id, NoteEdit::Rename { title }, "Renamed.").await
        }
        Note::Move { id, place } => {
            let document = connection.find(&id, None).await?;
            let parent = connection.find_all(place.under.as_ref()).await?;
            let after = connection.find_all(place.after.as_ref()).await?;
            connection
                .ask(Request::PlaceDocument {
                    document,
                    parent,
                    after,
                })
                .await?;
            out.show(&json!({ "id": document }), || "Moved.".to_owned());
            Ok(())
        }
        Note::Delete { id } => {
            change(
                connection,
                out,
                &id,
                NoteEdit::Trash,
                "In the trash. `skein note restore` takes it out again.",
            )
            .await
        }
        Note::Restore { id } => change(connection, out, &id, NoteEdit::Restore, "Restored.").await,
    }
}

async fn change(
    connection: &mut Connection,
    out: Output,
    named: &str,
    edit: NoteEdit,
    words: &str,
) -> Result<(), Failure> {
    let document = connection.find(named, Some(Kind::Note)).await?;
    connection.ask(Request::EditNote { document, edit }).await?;
    out.show(&json!({ "id": document }), || words.to_owned());
    Ok(())
}

pub(super) fn created(out: Output, reply: Reply) -> Result<(), Failure> {
    let Reply::Created { id } = reply else {
        return Err(another_question());
    };
    out.show(&json!({ "id": id }), || id.to_string());
    Ok(())
}

pub(super) fn list(out: Output, documents: &[Listed], empty: &str) {
    out.show(&documents, || {
        if documents.is_empty() {
            return empty.to_owned();
        }
        let lines = documents.iter().map(|listed| {
            let title = if listed.item.title.is_empty() {
                "Untitled"
            } else {
                &listed.item.title
            };
            format!(
                "{}  {}{title}",
                listed.item.id,
                "  ".repeat(listed.depth as usize)
            )
        });
        lines.collect::<Vec<_>>().join("\n")
    });
}

/// The text itself, or standard input for `-`.
fn given_or_read(text: &str) -> Result<String, Failure> {
    if text != "-" {
        return Ok(text.to_owned());
    }
    let mut read = String::new();
    std::io::stdin()
        .lock()
        .take(LONGEST_INPUT)
        .read_to_string(&mut read)?;
    Ok(read)
}
