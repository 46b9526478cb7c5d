//! The one window: shown when its page is there, brought forward when the app is started again.

use tauri::webview::{PageLoadEvent, PageLoadPayload};
use tauri::{AppHandle, Manager, Webview, WebviewWindow};

/// The label in `tauri.conf.json` and in the capability.
const LABEL: &str = "main";

/// The window starts hidden and appears with its page, so that nobody sees an empty flash.
pub(crate) fn show_with_page(webview: &Webview, load: &PageLoadPayload<'_>) {
    if load.event() == PageLoadEvent::Finished {
        report(webview.window().show());
    }
}

/// Somebody started Skein again on this profile: show the window that is there.
pub(crate) fn bring_forward(app: &AppHandle) {
    if let Some(window) = app.get_webview_window(LABEL) {
        report(window.unminimize());
        report(window.show());
        report(window.set_focus());
    }
}

/// Shows text in place while an input method composes it (Chinese, Japanese, Korean), which wry leaves off.
#[cfg(target_os = "linux")]
pub(crate) fn enable_input_methods(app: &AppHandle) {
    use webkit2gtk::{InputMethodContextExt, WebViewExt};

    let Some(window): Option<WebviewWindow> = app.get_webview_window(LABEL) else {
        return;
    };
    report(window.with_webview(|webview| {
        if let Some(input_method) = webview.inner().input_method_context() {
            input_method.set_enable_preedit(true);
        }
    }));
}

/// Other systems compose in place by themselves.
#[cfg(not(target_os = "linux"))]
pub(crate) fn enable_input_methods(_app: &AppHandle) {}

fn report(outcome: tauri::Result<()>) {
    if let Err(error) = outcome {
        tracing::warn!(%error, "the window did not obey");
    }
}
