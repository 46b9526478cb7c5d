//! Links that begin with `skein:`: handed over by the system as an argument, passed on to the page.

use std::sync::{Mutex, PoisonError};

use tauri::{AppHandle, Manager};

use crate::window;

/// What a link may be long; the longest is an invite.
const LONGEST: usize = 16 * 1024;

/// A link that waits for a page to open it.
#[derive(Default)]
pub(crate) struct WaitingLink(Mutex<Option<String>>);

impl WaitingLink {
    /// A link that the app was started with, if any.
    pub(crate) fn new(link: Option<String>) -> Self {
        Self(Mutex::new(link))
    }

    fn put(&self, link: String) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(link);
    }

    fn take(&self) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// Whether an argument is a link that the page should see. The page decides what it leads to.
pub(crate) fn is_link(argument: &str) -> bool {
    argument.len() <= LONGEST && argument.starts_with("skein:")
}

/// Somebody followed a link while the app runs.
pub(crate) fn follow(app: &AppHandle, arguments: &[String]) {
    if let Some(link) = arguments.iter().find(|argument| is_link(argument)) {
        app.state::<WaitingLink>().put(link.clone());
        open_waiting(app);
    }
}

/// Shows the page the link that waits, once.
pub(crate) fn open_waiting(app: &AppHandle) {
    if let Some(link) = app.state::<WaitingLink>().take() {
        window::go_to(app, &address_in_page(&link));
    }
}

/// The address after `#` at which the page opens a link from outside.
fn address_in_page(link: &str) -> String {
    let mut address = String::from("#/link/");
    for byte in link.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' => {
                address.push(char::from(byte));
            }
            _ => address.push_str(&format!("%{byte:02X}")),
        }
    }
    address
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_links_of_ours_and_of_a_sane_length_reach_the_page() {
        assert!(is_link("skein://open/a/note/b"));
        assert!(!is_link("https://example.org"));
        assert!(!is_link("--profile=skein:"));
        assert!(!is_link(&format!("skein:{}", "x".repeat(LONGEST))));
    }

    #[test]
    fn nothing_in_a_link_can_end_the_address_or_become_a_script() {
        assert_eq!(
            address_in_page("skein://x/\"');\n</é"),
            "#/link/skein%3A%2F%2Fx%2F%22%27%29%3B%0A%3C%2F%C3%A9"
        );
    }
}
