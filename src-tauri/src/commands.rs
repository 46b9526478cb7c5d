//! All that the interface can ask of the shell: to be connected to the engine, to send it a message, and what only the desktop can do.

use serde_json::{Value, json};
use skein_engine::api::{ApiError, ErrorCode};
use tauri::ipc::{Channel, InvokeResponseBody};
use tauri::{State, WebviewWindow};

use crate::engine::Engine;
use crate::last_frame;
use crate::window;

/// Connects the page to the workspace that it shows: from now on everything its engine says to it arrives on `channel`, in order.
///
/// A page that connects again (after a reload) replaces its earlier connection.
#[tauri::command]
pub(crate) async fn connect(
    engine: State<'_, Engine>,
    workspace: String,
    channel: Channel,
) -> Result<u32, Value> {
    engine
        .connect(&workspace, move |message| {
            channel.send(InvokeResponseBody::Json(message)).is_ok()
        })
        .await
}

/// Opens the workspace that the page names with the passphrase of its device key.
#[tauri::command]
pub(crate) async fn unlock(
    engine: State<'_, Engine>,
    workspace: String,
    passphrase: String,
) -> Result<(), Value> {
    engine.unlock(&workspace, passphrase).await
}

/// Hands one client message to the engine: the `number`th of this `line`, which `connect` returned.
#[tauri::command]
pub(crate) fn send(
    engine: State<'_, Engine>,
    line: u32,
    number: u64,
    message: Value,
) -> Result<(), Value> {
    engine.send(line, number, message)
}

/// Keeps what the window shows of a workspace, as JSON that only the page reads, for the next start that begins with it.
///
/// The page says which workspace that is: it may be on its way out while the next one connects.
#[tauri::command]
pub(crate) async fn keep_frame(
    engine: State<'_, Engine>,
    workspace: String,
    frame: String,
) -> Result<(), Value> {
    let folder = engine.folder(&workspace);
    let kept = folder.map_or_else(
        || Err(std::io::ErrorKind::NotFound.into()),
        |folder| last_frame::keep(&folder, &frame),
    );
    kept.map_err(|error| {
        refusal(
            ErrorCode::Storage,
            format!(
                "What the window shows could not be kept: {error}. The next start begins empty."
            ),
            "",
        )
    })
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

/// A refusal in words that the page can show.
pub(crate) fn refusal(code: ErrorCode, message: impl Into<String>, hint: &str) -> Value {
    json!(ApiError::new(code, message, hint))
}
