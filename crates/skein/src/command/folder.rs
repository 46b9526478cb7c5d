//! `skein folder`: exchanging through folders that others have too.

use std::path::{Path, PathBuf};

use skein_engine::api::{ApiError, Reply, Request, SharedFolder, SharedFolderState};

use crate::arguments::Folder;
use crate::connection::{Connection, another_question};
use crate::failure::Failure;
use crate::output::{Output, counted};

pub(super) async fn run(
    connection: &mut Connection,
    out: Output,
    command: Folder,
) -> Result<(), Failure> {
    match command {
        Folder::Add { folder } => {
            let folders = take_up(connection, &folder).await?;
            shown(out, folders)
        }
        Folder::List => {
            let folders = ask(connection, Request::ListSharedFolders).await?;
            out.show(&folders, || listed(&folders));
            Ok(())
        }
        Folder::Remove { folder } => {
            let path = full(&folder)?;
            let request = Request::RemoveSharedFolder { path: path.clone() };
            ask(connection, request).await?;
            out.show(&serde_json::json!({ "path": path }), || {
                format!(
                    "{path} is read and written no more. What lies there stays there, encrypted."
                )
            });
            Ok(())
        }
        Folder::Sync => {
            let folders = ask(connection, Request::SyncSharedFolders).await?;
            shown(out, folders)
        }
    }
}

/// Takes a folder into use, and exchanges with it and the others.
pub(super) async fn take_up(
    connection: &mut Connection,
    folder: &Path,
) -> Result<Vec<SharedFolder>, Failure> {
    let path = full(folder)?;
    ask(connection, Request::AddSharedFolder { path }).await?;
    ask(connection, Request::SyncSharedFolders).await
}

/// Says how the folders stand, or what hinders one of them.
fn shown(out: Output, folders: Vec<SharedFolder>) -> Result<(), Failure> {
    let hindered = folders.iter().find_map(|folder| {
        let trouble = folder.trouble.clone()?;
        Some((&folder.path, trouble))
    });
    if let Some((path, trouble)) = hindered {
        let message = format!("{path}: {}", trouble.message);
        return Err(ApiError { message, ..trouble }.into());
    }
    out.show(&folders, || listed(&folders));
    Ok(())
}

async fn ask(connection: &mut Connection, request: Request) -> Result<Vec<SharedFolder>, Failure> {
    match connection.ask(request).await? {
        Reply::SharedFolders { folders } => Ok(folders),
        _ => Err(another_question()),
    }
}

/// The full path of a folder, which may be away.
fn full(folder: &Path) -> Result<String, Failure> {
    let full = match std::fs::canonicalize(folder) {
        Ok(full) => full,
        Err(_) => std::path::absolute(folder)?,
    };
    let text = PathBuf::into_os_string(full).into_string();
    text.map_err(|_| {
        Failure::invalid(
            "The folder's path has characters that are no text; nothing was changed.",
            "Use a folder with another name.",
        )
    })
}

fn listed(folders: &[SharedFolder]) -> String {
    if folders.is_empty() {
        return "This device has no shared folder. `skein folder add` takes one into use."
            .to_owned();
    }
    let lines = folders
        .iter()
        .map(|folder| format!("{}: {}", folder.path, words(folder)));
    lines.collect::<Vec<String>>().join("\n")
}

fn words(folder: &SharedFolder) -> String {
    let mut parts = vec![match folder.state {
        SharedFolderState::Unseen => "not looked at yet".to_owned(),
        SharedFolderState::Exchanging => "being read and written".to_owned(),
        SharedFolderState::Resting => "read and written".to_owned(),
        SharedFolderState::Away => "not there now".to_owned(),
        SharedFolderState::Hindered => {
            let message = |trouble: &ApiError| trouble.message.clone();
            folder.trouble.as_ref().map_or_else(String::new, message)
        }
    }];
    if folder.waiting > 0 {
        parts.push(format!(
            "{} not in it yet",
            counted(folder.waiting, "change")
        ));
    }
    if folder.unfinished > 0 {
        let files = counted(folder.unfinished, "file");
        parts.push(format!("{files} not whole, perhaps still on the way"));
    }
    if folder.left_alone > 0 {
        let files = counted(folder.left_alone, "file");
        parts.push(format!(
            "{files} left alone, damaged or of another workspace"
        ));
    }
    parts.join("; ")
}
