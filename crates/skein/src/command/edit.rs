//! `skein note edit`: the note in $EDITOR; what others wrote meanwhile is merged when the editor ends.

use std::io::Write;
use std::process::Command;

use serde_json::json;
use skein_engine::api::{Reply, Request};
use skein_model::{DocumentId, NoteEdit};

use crate::connection::{Connection, another_question};
use crate::failure::Failure;
use crate::output::Output;

pub(super) async fn in_editor(
    connection: &mut Connection,
    out: Output,
    document: DocumentId,
) -> Result<(), Failure> {
    let base = connection.note(document).await?.text;
    let mut file = EditedFile::named(document)?;
    file.file.write_all(base.as_bytes())?;
    file.file.sync_all()?;
    let editor = std::env::var("VISUAL")
        .or_else(|_| std::env::var("EDITOR"))
        .unwrap_or_else(|_| "vi".to_owned());
    // As git does: the variable may hold arguments, so a shell reads it.
    let path = file.path.clone();
    let ended = tokio::task::spawn_blocking(move || {
        Command::new("sh")
            .arg("-c")
            .arg(format!("{editor} \"$1\""))
            .arg("skein")
            .arg(path)
            .status()
    });
    let status = ended.await.map_err(std::io::Error::other)??;
    let text = std::fs::read_to_string(&file.path)?;
    if !status.success() {
        return Err(Failure::invalid(
            "The editor ended with an error; the note is unchanged.",
            "Set EDITOR to an editor that runs here.",
        ));
    }
    let edit = NoteEdit::ReplaceText { base, text };
    let Reply::Edited { undo } = connection.ask(Request::EditNote { document, edit }).await? else {
        return Err(another_question());
    };
    // Only now is the text safe elsewhere.
    file.remove_at_end = true;
    let changed = undo.is_some();
    out.show(&json!({ "id": document, "changed": changed }), || {
        if changed {
            "Saved and merged.".to_owned()
        } else {
            "Nothing changed.".to_owned()
        }
    });
    Ok(())
}

/// A file for the editor, readable by its owner only; kept when something went wrong, so that no text is lost.
struct EditedFile {
    path: std::path::PathBuf,
    file: std::fs::File,
    remove_at_end: bool,
}

impl EditedFile {
    fn named(document: DocumentId) -> Result<Self, Failure> {
        use std::os::unix::fs::OpenOptionsExt;
        let path = std::env::temp_dir().join(format!("skein-{document}-{}.md", std::process::id()));
        let file = std::fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path)?;
        Ok(Self {
            path,
            file,
            remove_at_end: false,
        })
    }
}

impl Drop for EditedFile {
    fn drop(&mut self) {
        if self.remove_at_end {
            // A leftover in the temporary folder harms nobody.
            let _ = std::fs::remove_file(&self.path);
        } else {
            eprintln!("What was written is kept in {}.", self.path.display());
        }
    }
}
