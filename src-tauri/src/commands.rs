//! All that the interface can ask of the shell: to be connected to the engine, and to send it a message.

use serde_json::Value;
use tauri::State;
use tauri::ipc::Channel;

use crate::engine::Engine;

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
