//! What the window showed last, kept beside the workspace: the next start shows it before the app has started.

use std::io::{Result, Write};
use std::path::Path;

use serde_json::Value;
use tauri::window::Color;
use tempfile::NamedTempFile;

const NAME: &str = "last-frame.json";
/// More than any window shows at once; beyond it nothing is kept, and the next start begins empty.
const LARGEST: usize = 4 * 1024 * 1024;

/// What a new window begins with.
#[derive(Debug, PartialEq)]
pub(crate) struct LastFrame {
    /// Hands the page what was kept, before any other script.
    pub(crate) script: String,
    /// The colour that is seen until the page is.
    pub(crate) ground: Color,
}

impl LastFrame {
    /// What was kept in this folder of this workspace; nothing where nothing was, or where it cannot be read. A page that shows another
    /// workspace is handed nothing.
    pub(crate) fn kept(folder: &Path, workspace: &str) -> Option<Self> {
        let kept = std::fs::read(folder.join(NAME)).ok()?;
        let frame: Value = serde_json::from_slice(&kept).ok()?;
        let ground = frame.get("ground")?.as_str()?.parse().ok()?;
        let workspace = Value::from(workspace);
        let script = format!(
            "if (new URLSearchParams(location.search).get('workspace') === {workspace}) window.skeinLastFrame = {frame};"
        );
        Some(Self { script, ground })
    }
}

/// Keeps it in place of the one before, for this user's eyes only.
pub(crate) fn keep(profile: &Path, frame: &str) -> Result<()> {
    if frame.len() > LARGEST {
        return forget(profile);
    }
    let mut file = NamedTempFile::new_in(profile)?;
    file.write_all(frame.as_bytes())?;
    file.persist(profile.join(NAME))?;
    Ok(())
}

/// The next start shows nothing of this one.
fn forget(profile: &Path) -> Result<()> {
    match std::fs::remove_file(profile.join(NAME)) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn what_was_kept_last_is_handed_to_the_next_page_on_its_ground() {
        let profile = tempfile::tempdir().unwrap();
        assert_eq!(LastFrame::kept(profile.path(), "k3"), None);
        keep(profile.path(), r##"{"ground":"#ffffff"}"##).unwrap();
        keep(profile.path(), r##"{"ground":"#1b1b1a","html":"</p>"}"##).unwrap();
        let last = LastFrame::kept(profile.path(), "k3").unwrap();
        let expected = r##"if (new URLSearchParams(location.search).get('workspace') === "k3") window.skeinLastFrame = {"ground":"#1b1b1a","html":"</p>"};"##;
        assert_eq!(last.script, expected);
        assert_eq!(last.ground, Color(0x1b, 0x1b, 0x1a, 0xff));
    }

    #[test]
    fn what_is_damaged_or_too_large_is_not_handed_over() {
        let profile = tempfile::tempdir().unwrap();
        for kept in [
            "",
            "{\"html\":",
            "alert(1)",
            "[1]",
            "{}",
            r#"{"ground":"none"}"#,
        ] {
            std::fs::write(profile.path().join(NAME), kept).unwrap();
            assert_eq!(LastFrame::kept(profile.path(), "k3"), None, "{kept}");
        }
        keep(profile.path(), &"x".repeat(LARGEST + 1)).unwrap();
        assert!(!profile.path().join(NAME).exists());
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_can_read_it() {
        use std::os::unix::fs::PermissionsExt;
        let profile = tempfile::tempdir().unwrap();
        keep(profile.path(), "{}").unwrap();
        let mode = std::fs::metadata(profile.path().join(NAME)).unwrap();
        assert_eq!(mode.permissions().mode() & 0o077, 0);
    }
}
