//! The picture on the system's clipboard, where the web view does not give it to the page.

use tauri::AppHandle;
use tokio::sync::oneshot;

/// The most that is handed to the page; a larger picture is no screen's.
const LARGEST: usize = 256 * 1024 * 1024;

/// The bytes of a PNG; empty when no picture is on the clipboard.
#[cfg(target_os = "linux")]
pub(crate) async fn picture(app: &AppHandle) -> tauri::Result<Vec<u8>> {
    let (found, answer) = oneshot::channel();
    app.run_on_main_thread(move || {
        let clipboard = gtk::Clipboard::get(&gtk::gdk::SELECTION_CLIPBOARD);
        let png = gtk::gdk::Atom::intern("image/png");
        clipboard.request_contents(&png, move |_, contents| {
            // Nobody waits any more when the page was reloaded meanwhile.
            let _ = found.send(contents.data());
        });
    })?;
    let bytes = answer.await.unwrap_or_default();
    Ok(if bytes.len() > LARGEST {
        Vec::new()
    } else {
        bytes
    })
}

/// Other systems give the picture to the page with the paste itself.
#[cfg(not(target_os = "linux"))]
pub(crate) async fn picture(_app: &AppHandle) -> tauri::Result<Vec<u8>> {
    Ok(Vec::new())
}
