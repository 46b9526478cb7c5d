//! What the interface can ask of the shell about files: what a person gave the window, and what they take out of the workspace.

use serde_json::Value;
use skein_engine::api::ErrorCode;
use tauri::ipc::{Channel, InvokeBody, Request, Response};
use tauri::{AppHandle, Manager, State, async_runtime};
use tauri_plugin_dialog::DialogExt;

use crate::clipboard;
use crate::commands::refusal;
use crate::dropped::Dropped;
use crate::outgoing::{self, Finished, Outgoing};

/// The header in which the page says which file its bytes belong to.
const HEADER: &str = "outgoing";

/// The picture on the clipboard as the bytes of a PNG; none when there is no picture.
#[tauri::command]
pub(crate) async fn clipboard_picture(app: AppHandle) -> Result<Response, Value> {
    let bytes = clipboard::picture(&app).await.map_err(|error| {
        refusal(
            ErrorCode::Internal,
            format!("The clipboard could not be read: {error}. Nothing was pasted."),
            "Save the picture as a file and choose that.",
        )
    })?;
    Ok(Response::new(bytes))
}

/// From now on the page hears of every file that is let go over it.
#[tauri::command]
pub(crate) fn watch_drops(dropped: State<'_, Dropped>, channel: Channel<Value>) {
    dropped.tell(channel);
}

/// Bytes of a file that was let go over the window.
#[tauri::command]
pub(crate) async fn read_dropped(
    app: AppHandle,
    token: u64,
    offset: u64,
    length: u64,
) -> Result<Response, Value> {
    let read = move || app.state::<Dropped>().read(token, offset, length);
    let bytes = blocking(read).await.map_err(|error| {
        refusal(
            ErrorCode::Storage,
            format!("The file could not be read: {error}."),
            "Choose it again.",
        )
    })?;
    Ok(Response::new(bytes))
}

/// Asks where to keep a file. Its bytes are to follow; nothing when the person changed their mind.
#[tauri::command]
pub(crate) async fn begin_saving(app: AppHandle, name: String) -> Result<Option<u64>, Value> {
    let (chosen, answer) = tokio::sync::oneshot::channel();
    let dialog = app
        .dialog()
        .file()
        .set_file_name(outgoing::plain_name(&name));
    dialog.save_file(|path| {
        // Nobody waits any more when the page was reloaded meanwhile.
        let _ = chosen.send(path);
    });
    let Some(path) = answer.await.ok().flatten() else {
        return Ok(None);
    };
    let path = path
        .into_path()
        .map_err(|error| not_written(&std::io::Error::other(error)))?;
    blocking(move || app.state::<Outgoing>().to(path))
        .await
        .map(Some)
        .map_err(|error| not_written(&error))
}

/// Asks for a folder and gives its full path; nothing when the person changed their mind.
#[tauri::command]
pub(crate) async fn choose_folder(app: AppHandle) -> Result<Option<String>, Value> {
    let (chosen, answer) = tokio::sync::oneshot::channel();
    app.dialog().file().pick_folder(|path| {
        // Nobody waits any more when the page was reloaded meanwhile.
        let _ = chosen.send(path);
    });
    let Some(path) = answer.await.ok().flatten() else {
        return Ok(None);
    };
    let path = path.into_path().ok();
    let text = path.and_then(|path| path.into_os_string().into_string().ok());
    text.map(Some).ok_or_else(|| {
        refusal(
            ErrorCode::Invalid,
            "The folder's path has characters that are no text; nothing was changed.".to_owned(),
            "Choose a folder with another name.",
        )
    })
}

/// Begins a copy of a file to be opened in the program that the system has for it. Its bytes are to follow.
#[tauri::command]
pub(crate) async fn begin_opening(app: AppHandle, name: String) -> Result<u64, Value> {
    if !outgoing::is_shown(&name) {
        return Err(refusal(
            ErrorCode::Denied,
            "Files of this kind are not opened from here, because opening one could run it.",
            "Save it, and open it from there if you trust it.",
        ));
    }
    blocking(move || app.state::<Outgoing>().copy(&name))
        .await
        .map_err(|error| not_written(&error))
}

/// Adds the bytes of the request's body to a file that was begun.
#[tauri::command]
pub(crate) fn write_outgoing(
    outgoing: State<'_, Outgoing>,
    request: Request<'_>,
) -> Result<(), Value> {
    let token = request
        .headers()
        .get(HEADER)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.parse().ok());
    match (token, request.body()) {
        (Some(token), InvokeBody::Raw(bytes)) => outgoing
            .write(token, bytes)
            .map_err(|error| not_written(&error)),
        _ => Err(refusal(
            ErrorCode::Invalid,
            "These are no bytes of a file.",
            "",
        )),
    }
}

/// All bytes of a file have come: it is put in its place, or opened.
#[tauri::command]
pub(crate) async fn finish_outgoing(app: AppHandle, token: u64) -> Result<(), Value> {
    let finished = blocking(move || app.state::<Outgoing>().finish(token))
        .await
        .map_err(|error| not_written(&error))?;
    match finished {
        Finished::Saved => Ok(()),
        Finished::Copy(path) => {
            tauri_plugin_opener::open_path(path, None::<&str>).map_err(|error| {
                refusal(
                    ErrorCode::Internal,
                    format!("No program could be started for this file: {error}."),
                    "Save it instead.",
                )
            })
        }
    }
}

/// Gives up a file that was begun: nothing is left of it.
#[tauri::command]
pub(crate) fn cancel_outgoing(outgoing: State<'_, Outgoing>, token: u64) {
    outgoing.cancel(token);
}

async fn blocking<T: Send + 'static>(
    run: impl FnOnce() -> std::io::Result<T> + Send + 'static,
) -> std::io::Result<T> {
    async_runtime::spawn_blocking(run)
        .await
        .unwrap_or_else(|error| Err(std::io::Error::other(error)))
}

fn not_written(error: &std::io::Error) -> Value {
    refusal(
        ErrorCode::Storage,
        format!("The file could not be written: {error}. Nothing in the workspace was changed."),
        "Choose another place.",
    )
}
