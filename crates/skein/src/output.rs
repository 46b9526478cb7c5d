//! What commands print: words for people, or exactly one JSON value.

use std::io::{IsTerminal, Write};

use serde::Serialize;
use skein_engine::exchange::Progress;

/// "1 note", "2 notes".
pub(crate) fn counted(count: impl Into<u64>, what: &str) -> String {
    match count.into() {
        1 => format!("1 {what}"),
        count => format!("{count} {what}s"),
    }
}

/// "12 bytes", "3.4 MiB".
pub(crate) fn size(bytes: u64) -> String {
    let mut shown = bytes as f64;
    let mut unit = "bytes";
    for larger in ["KiB", "MiB", "GiB"] {
        if shown < 1024.0 {
            break;
        }
        shown /= 1024.0;
        unit = larger;
    }
    match unit {
        "bytes" => format!("{bytes} bytes"),
        unit => format!("{shown:.1} {unit}"),
    }
}

/// Where results go.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Output {
    json: bool,
}

impl Output {
    pub(crate) fn new(json: bool) -> Self {
        Self { json }
    }

    /// Prints the value, or the words for it.
    pub(crate) fn show(&self, value: &impl Serialize, words: impl FnOnce() -> String) {
        let text = if self.json {
            serde_json::to_string(value).unwrap_or_else(|error| format!("null // {error}"))
        } else {
            words()
        };
        let mut out = std::io::stdout().lock();
        // A reader that went away (`| head`) is not an error.
        let _ = writeln!(out, "{text}");
        let _ = out.flush();
    }

    /// Tells a person who waits how a long job goes.
    pub(crate) fn progress(&self, what: &str, progress: Progress) {
        if self.json || !std::io::stderr().is_terminal() {
            return;
        }
        let end = if progress.done == progress.of {
            "\n"
        } else {
            ""
        };
        eprint!("\r{what} {} of {}{end}", progress.done, progress.of);
    }

    /// Tells a person who waits what is going on.
    pub(crate) fn say(&self, words: &str) {
        if !self.json {
            eprintln!("{words}");
        }
    }
}
