//! `skein note edit`: the note in $EDITOR; what others wrote meanwhile is merged when the editor ends.

use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;
use std::process::{Command, ExitStatus};

use serde_json::json;
use skein_engine::api::{DocumentId, NoteEdit};
use skein_engine::api::{Reply, Request};

use crate::connection::{Connection, another_question};
use crate::failure::Failure;
use crate::output::Output;

/// The profile is free while the editor is open: it may be open for hours, and others want to write meanwhile.
pub(super) async fn in_editor(
    connection: &mut Connection,
    out: Output,
    document: DocumentId,
) -> Result<(), Failure> {
    let base = connection.note(document).await?.text;
    connection.pause().await;
    let mut file = EditedFile::new(document, base.as_bytes())?;
    let status = open_editor(file.path.clone()).await?;
    let text = std::fs::read_to_string(&file.path)?;
    file.holds_more = text != base;
    if !status.success() {
        return Err(Failure::invalid(
            "The editor ended with an error; the note is unchanged.",
            "Set EDITOR to an editor that runs here.",
        ));
    }
    connection.resume().await?;
    let edit = NoteEdit::ReplaceText { base, text };
    let Reply::Edited { undo } = connection.ask(Request::EditNote { document, edit }).await? else {
        return Err(another_question());
    };
    file.holds_more = false;
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

/// As git does: the variable may hold arguments, so a shell reads it.
async fn open_editor(path: PathBuf) -> Result<ExitStatus, Failure> {
    let editor = std::env::var("VISUAL")
        .or_else(|_| std::env::var("EDITOR"))
        .unwrap_or_else(|_| "vi".to_owned());
    let ended = tokio::task::spawn_blocking(move || {
        Command::new("sh")
            .arg("-c")
            .arg(format!("{editor} \"$1\""))
            .arg("skein")
            .arg(path)
            .status()
    });
    Ok(ended.await.map_err(std::io::Error::other)??)
}

/// A file for the editor, readable by its owner only; kept when it holds what is nowhere else, so that no text is lost.
struct EditedFile {
    path: PathBuf,
    holds_more: bool,
}

impl EditedFile {
    fn new(document: DocumentId, text: &[u8]) -> Result<Self, Failure> {
        let name = format!("skein-{document}-{}.md", std::process::id());
        let path = std::env::temp_dir().join(name);
        let mut file = std::fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path)?;
        let edited = Self {
            path,
            holds_more: false,
        };
        file.write_all(text)?;
        file.sync_all()?;
        Ok(edited)
    }
}

impl Drop for EditedFile {
    fn drop(&mut self) {
        if self.holds_more {
            eprintln!("What was written is kept in {}.", self.path.display());
        } else {
            // A leftover in the temporary folder harms nobody.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}
