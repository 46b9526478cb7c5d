//! What the engine says comes to the page in one step, also where it is long.

use tauri::Webview;
use tauri::ipc::{CallbackFn, InvokeResponseBody};

/// Shorter messages (bytes) Tauri itself evaluates in the page; what is longer it lets the page fetch, a request through all of the webview's processes.
const SHORTEST: usize = 8192;
/// Beyond it (bytes) a fetch costs less than a script of that length.
const LONGEST: usize = 512 * 1024;

/// Hands the page a message that Tauri would let it fetch; returns whether it did. The page puts messages in order by their index, whichever
/// way they come.
pub(crate) fn deliver(
    webview: &Webview,
    callback: CallbackFn,
    index: usize,
    body: &InvokeResponseBody,
) -> bool {
    let InvokeResponseBody::Json(message) = body else {
        return false;
    };
    (SHORTEST..=LONGEST).contains(&message.len())
        && webview.eval(script(callback, index, message)).is_ok()
}

/// Calls the page's channel as Tauri's own scripts do. The message is text that the page parses: as a part of the script, the name `__proto__` in it
/// would mean something.
fn script(CallbackFn(callback): CallbackFn, index: usize, message: &str) -> String {
    let message = serde_json::Value::from(message);
    format!(
        "window.__TAURI_INTERNALS__.runCallback({callback}, {{ message: JSON.parse({message}), index: {index} }})"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_a_text_in_the_script_whatever_it_says() {
        let message = r#"{"text":"\"); alert(1); (\"\\ \n"}"#;
        assert_eq!(
            script(CallbackFn(7), 3, message),
            r#"window.__TAURI_INTERNALS__.runCallback(7, { message: JSON.parse("{\"text\":\"\\\"); alert(1); (\\\"\\\\ \\n\"}"), index: 3 })"#
        );
    }
}
