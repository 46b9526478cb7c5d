//! Ends the app in an orderly way when the system asks: at log-out, at shutdown, by Ctrl+C.

use tauri::AppHandle;

/// Waits for SIGTERM or SIGINT and then ends the app as closing its window does.
#[cfg(unix)]
pub(crate) async fn end_when_asked(app: AppHandle) {
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
}

/// Other systems close the window, which ends the app.
#[cfg(not(unix))]
pub(crate) async fn end_when_asked(_app: AppHandle) {}
