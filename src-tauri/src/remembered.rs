//! A word that the window keeps in its profile from one start to the next: a file of its own, short, replaced whole.

use std::io::{Result, Write};
use std::path::Path;

use tempfile::NamedTempFile;

/// What is kept is shorter.
const LONGEST: u64 = 64;

/// What was kept under this name; nothing where none was. Whether it still makes sense is for whoever asks.
pub(crate) fn kept(profile: &Path, name: &str) -> Option<String> {
    let path = profile.join(name);
    let is_short = path.metadata().is_ok_and(|found| found.len() <= LONGEST);
    is_short
        .then(|| std::fs::read_to_string(path).ok())
        .flatten()
}

/// Keeps it in place of the one before. Nothing is written while it is still what holds `unless` something else was kept.
pub(crate) fn keep(profile: &Path, name: &str, word: &str, unless: &str) -> Result<()> {
    if kept(profile, name).as_deref().unwrap_or(unless) == word {
        return Ok(());
    }
    let mut file = NamedTempFile::new_in(profile)?;
    file.write_all(word.as_bytes())?;
    file.persist(profile.join(name))?;
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_next_start_has_what_was_kept_last_and_nothing_is_written_for_what_holds_anyway() {
        let profile = tempfile::tempdir().unwrap();
        keep(profile.path(), "shown", "first", "first").unwrap();
        assert_eq!(std::fs::read_dir(profile.path()).unwrap().count(), 0);
        keep(profile.path(), "shown", "k3x9ab", "first").unwrap();
        assert_eq!(kept(profile.path(), "shown").as_deref(), Some("k3x9ab"));
        keep(profile.path(), "shown", "first", "first").unwrap();
        assert_eq!(kept(profile.path(), "shown").as_deref(), Some("first"));
        std::fs::write(profile.path().join("shown"), "x".repeat(100)).unwrap();
        assert_eq!(kept(profile.path(), "shown"), None);
    }
}
