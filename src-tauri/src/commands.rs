//! All that the interface can ask of the shell: to be connected to the engine, to send it a message, and what only the desktop can do.

use serde_json::{Value, json};
use skein_engine::api::{ApiError, ErrorCode};
use tauri::ipc::Channel;
use tauri::{AppHandle, State, WebviewWindow, async_runtime};
use tauri_plugin_dialog::DialogExt;

use crate::engine::Engine;
use crate::window;

/// Connects the page: from now on everything the engine says to it arrives on `channel`, in order.
///
/// A page that connects again (after a reload) replaces its earlier connection.
#[tauri::command]
pub(crate) async fn connect(
    engine: State<'_, Engine>,
    channel: Channel<Value>,
) -> Result<(), Value> {
    engine
        .connect(move |message| channel.send(message).is_ok())
        .await
}

/// Hands one client message to the engine. Not async, because messages must keep their order.
#[tauri::command]
pub(crate) fn send(engine: State<'_, Engine>, message: Value) -> Result<(), Value> {
    engine.send(message)
}

/// Opens an address of the web or of a mail in the program that the system has for it.
#[tauri::command]
pub(crate) fn open_outside(address: &str) -> Result<(), Value> {
    let scheme = address.split(':').next().unwrap_or_default();
    if !["http", "https", "mailto"]
        .iter()
        .any(|known| scheme.eq_ignore_ascii_case(known))
    {
        return Err(refusal(
            ErrorCode::Invalid,
            "Only web and mail addresses are opened from here.",
            "Copy the address instead.",
        ));
    }
    tauri_plugin_opener::open_url(address, None::<&str>).map_err(|error| {
        refusal(
            ErrorCode::Internal,
            format!("No program could be started for this address: {error}."),
            "Copy the address instead.",
        )
    })
}

/// Opens the system's dialog to print what is shown.
#[tauri::command]
pub(crate) fn print(window: WebviewWindow) -> Result<(), Value> {
    window::print(&window).map_err(|error| {
        refusal(
            ErrorCode::Internal,
            format!("Printing could not begin: {error}."),
            "Export the note as Markdown instead.",
        )
    })
}

/// Asks where to keep a file and writes it there. `false` when the person changed their mind.
#[tauri::command]
pub(crate) async fn save_file(app: AppHandle, name: String, text: String) -> Result<bool, Value> {
    let (chosen, answer) = tokio::sync::oneshot::channel();
    app.dialog().file().set_file_name(name).save_file(|path| {
        // Nobody waits any more when the page was reloaded meanwhile.
        let _ = chosen.send(path);
    });
    let Some(path) = answer.await.ok().flatten() else {
        return Ok(false);
    };
    let written = match path.into_path() {
        Ok(path) => async_runtime::spawn_blocking(move || std::fs::write(path, text))
            .await
            .unwrap_or_else(|error| Err(std::io::Error::other(error))),
        Err(error) => Err(std::io::Error::other(error)),
    };
    written.map(|()| true).map_err(|error| {
        refusal(
            ErrorCode::Storage,
            format!(
                "The file could not be written: {error}. Nothing in the workspace was changed."
            ),
            "Choose another place.",
        )
    })
}

fn refusal(code: ErrorCode, message: impl Into<String>, hint: &str) -> Value {
    json!(ApiError::new(code, message, hint))
}
