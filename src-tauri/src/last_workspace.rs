//! Which of the profile's workspaces the window showed last: the next start begins there.

use std::io::{Result, Write};
use std::path::Path;

use tempfile::NamedTempFile;

const NAME: &str = "last-workspace";
/// A short name is shorter.
const LONGEST: u64 = 64;

/// Its short name; nothing where none was kept. Whether it is still there is for whoever asks.
pub(crate) fn kept(profile: &Path) -> Option<String> {
    let path = profile.join(NAME);
    let is_short = path.metadata().is_ok_and(|found| found.len() <= LONGEST);
    is_short
        .then(|| std::fs::read_to_string(path).ok())
        .flatten()
}

/// Keeps it in place of the one before. A profile that was never in another than the `first` keeps nothing.
pub(crate) fn keep(profile: &Path, slug: &str, first: &str) -> Result<()> {
    if kept(profile).as_deref().unwrap_or(first) == slug {
        return Ok(());
    }
    let mut file = NamedTempFile::new_in(profile)?;
    file.write_all(slug.as_bytes())?;
    file.persist(profile.join(NAME))?;
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_next_start_begins_in_the_workspace_that_was_shown_last() {
        let profile = tempfile::tempdir().unwrap();
        keep(profile.path(), "first", "first").unwrap();
        assert_eq!(std::fs::read_dir(profile.path()).unwrap().count(), 0);
        keep(profile.path(), "k3x9ab", "first").unwrap();
        assert_eq!(kept(profile.path()).as_deref(), Some("k3x9ab"));
        keep(profile.path(), "first", "first").unwrap();
        assert_eq!(kept(profile.path()).as_deref(), Some("first"));
        std::fs::write(profile.path().join(NAME), "x".repeat(100)).unwrap();
        assert_eq!(kept(profile.path()), None);
    }
}
