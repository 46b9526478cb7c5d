//! Ends the app in an orderly way when the system asks: at log-out, at shutdown, by Ctrl+C.

use tauri::AppHandle;

/// How long an end waits for the event loop.
#[cfg(unix)]
const LONGEST_END: std::time::Duration = std::time::Duration::from_secs(5);

/// Waits for SIGTERM or SIGINT and then ends the app as closing its window does.
#[cfg(unix)]
pub(crate) async fn end_when_asked(app: AppHandle) {
    use tauri::Manager;
    use tokio::signal::unix::{SignalKind, signal};

    let signals = (
        signal(SignalKind::terminate()),
        signal(SignalKind::interrupt()),
    );
    let (Ok(mut terminate), Ok(mut interrupt)) = signals else {
        tracing::warn!("signals cannot be watched; close the window to end Skein");
        return;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    app.exit(0);
    // A dialog of the system's own (to print, to choose a folder) has the event loop to itself as long as it is open, and nobody may be there to
    // close it. What is unsealed is written out all the same.
    tokio::time::sleep(LONGEST_END).await;
    let closed =
        tauri::async_runtime::spawn_blocking(move || app.state::<crate::engine::Engine>().close())
            .await;
    if let Err(error) = closed {
        tracing::error!(%error, "the engine could not be closed");
    }
    std::process::exit(0);
}

/// Other systems close the window, which ends the app.
#[cfg(not(unix))]
pub(crate) async fn end_when_asked(_app: AppHandle) {}
