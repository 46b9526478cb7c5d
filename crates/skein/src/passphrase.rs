//! A passphrase, as somebody types it or a script hands it over; never shown, and never an argument that other programs could read.

use std::io::{BufRead, IsTerminal};

use skein_engine::Passphrase;

use crate::failure::Failure;

/// The file with the passphrase, for scripts.
const FILE: &str = "SKEIN_PASSPHRASE_FILE";

/// The passphrase in the file that `SKEIN_PASSPHRASE_FILE` names; `None` where it names none.
pub(crate) fn from_file() -> Result<Option<Passphrase>, Failure> {
    let Some(path) = std::env::var_os(FILE).filter(|path| !path.is_empty()) else {
        return Ok(None);
    };
    let words = std::fs::read_to_string(&path).map_err(|error| {
        Failure::invalid(
            format!(
                "The passphrase was not read from {}: {error}. Nothing was changed.",
                path.display()
            ),
            format!("{FILE} names a file whose first line is the passphrase."),
        )
    })?;
    first_line(&words).map(Some)
}

/// Asks for the passphrase that opens a profile; `None` where nobody sits at a terminal.
pub(crate) fn ask() -> Result<Option<Passphrase>, Failure> {
    if !std::io::stdin().is_terminal() {
        return Ok(None);
    }
    let words = rpassword::prompt_password("Passphrase of this profile: ")?;
    first_line(&words).map(Some)
}

/// A new passphrase: typed twice at a terminal, else the first line of standard input.
pub(crate) fn choose() -> Result<Passphrase, Failure> {
    if !std::io::stdin().is_terminal() {
        let mut words = String::new();
        std::io::stdin().lock().read_line(&mut words)?;
        return first_line(&words);
    }
    let words = rpassword::prompt_password("New passphrase: ")?;
    if rpassword::prompt_password("Once more: ")? != words {
        return Err(Failure::invalid(
            "These are two different passphrases. Nothing was changed.",
            "Type the same one twice.",
        ));
    }
    first_line(&words)
}

fn first_line(words: &str) -> Result<Passphrase, Failure> {
    Passphrase::new(words.lines().next().unwrap_or_default()).ok_or_else(|| {
        Failure::invalid(
            "A passphrase has at least 8 characters. Nothing was changed.",
            "Several words that do not belong together are easy to type and hard to guess.",
        )
    })
}
