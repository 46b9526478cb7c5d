//! The one window: shown when its page is there, brought forward when the app is started again.

use tauri::webview::{PageLoadEvent, PageLoadPayload};
use tauri::{App, AppHandle, Manager, Webview, WebviewUrl, WebviewWindow, WebviewWindowBuilder};

use crate::last_frame::LastFrame;
use crate::link;

/// The label in `tauri.conf.json` and in the capability.
const LABEL: &str = "main";

/// Makes the window on a workspace. One that can show at once what it showed last is there from the beginning, on its own ground.
pub(crate) fn make(app: &App, workspace: &str, last: Option<LastFrame>) -> tauri::Result<()> {
    for config in &app.config().app.windows {
        let mut config = config.clone();
        config.url = WebviewUrl::App(format!("index.html?workspace={workspace}").into());
        let mut window = WebviewWindowBuilder::from_config(app, &config)?;
        if let Some(LastFrame { script, ground }) = &last {
            window = window
                .initialization_script(script)
                .background_color(*ground)
                .visible(true);
        }
        window.build()?;
    }
    Ok(())
}

/// The window starts hidden and appears with its page, so that nobody sees an empty flash.
pub(crate) fn show_with_page(webview: &Webview, load: &PageLoadPayload<'_>) {
    if load.event() == PageLoadEvent::Finished {
        report(webview.window().show());
        link::open_waiting(webview.app_handle());
    }
}

/// Takes the page to another address within it, as following a link in it does. `address` begins with `#`.
pub(crate) fn go_to(app: &AppHandle, address: &str) {
    if let Some(window) = app.get_webview_window(LABEL) {
        let address = serde_json::Value::from(address);
        report(window.eval(format!("location.hash = {address}")));
    }
}

/// Shows all of the page as many times as large, its layout following as in a narrower window.
pub(crate) fn scale(app: &AppHandle, times: f64) {
    if let Some(window) = app.get_webview_window(LABEL) {
        report(window.set_zoom(times));
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

/// A window that is out of sight is shown, and takes nobody's keys.
#[cfg(target_os = "linux")]
pub(crate) fn show(app: &AppHandle) {
    if let Some(window) = app.get_webview_window(LABEL) {
        report(window.show());
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

/// Underlines misspelt words in the language of the system, which WebKitGTK leaves off. Needs a dictionary of that language.
#[cfg(target_os = "linux")]
pub(crate) fn enable_spelling(app: &AppHandle) {
    use webkit2gtk::{WebContextExt, WebViewExt};

    let Some(window): Option<WebviewWindow> = app.get_webview_window(LABEL) else {
        return;
    };
    report(window.with_webview(|webview| {
        if let Some(context) = webview.inner().web_context() {
            context.set_spell_checking_enabled(true);
            let language = spelling_language();
            context.set_spell_checking_languages(&[language.as_str()]);
        }
    }));
}

/// Other systems check spelling by themselves.
#[cfg(not(target_os = "linux"))]
pub(crate) fn enable_spelling(_app: &AppHandle) {}

/// `de_CH` of `de_CH.UTF-8`; English where the system names no language.
#[cfg(target_os = "linux")]
fn spelling_language() -> String {
    ["LC_ALL", "LC_MESSAGES", "LANG"]
        .into_iter()
        .filter_map(|name| std::env::var(name).ok())
        .filter_map(|value| value.split('.').next().map(str::to_owned))
        .find(|language| language.len() > 1 && language != "POSIX")
        .unwrap_or_else(|| "en_US".to_owned())
}

/// Opens the system's dialog that prints the page or makes a PDF of it; `window.print()` does nothing in WebKitGTK.
#[cfg(target_os = "linux")]
pub(crate) fn print(window: &WebviewWindow) -> tauri::Result<()> {
    use webkit2gtk::{PrintOperation, PrintOperationExt};

    let parent = window.clone();
    window.with_webview(move |webview| match parent.gtk_window() {
        Ok(parent) => {
            PrintOperation::new(&webview.inner()).run_dialog(Some(&parent));
        }
        Err(error) => report(Err(error)),
    })
}

/// Other systems print through the webview.
#[cfg(not(target_os = "linux"))]
pub(crate) fn print(window: &WebviewWindow) -> tauri::Result<()> {
    window.print()
}

fn report(outcome: tauri::Result<()>) {
    if let Err(error) = outcome {
        tracing::warn!(%error, "the window did not obey");
    }
}
