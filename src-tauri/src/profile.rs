//! Which folder a window works on when none is named, and what that window is called among others.

use std::path::{Path, PathBuf};

/// `SKEIN_PROFILE`, else `skein` in the user's data folder. The `skein` command uses the same.
pub(crate) fn usual_folder() -> Option<PathBuf> {
    let variable = |name| {
        std::env::var_os(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    variable("SKEIN_PROFILE").or_else(|| {
        let data =
            variable("XDG_DATA_HOME").or_else(|| Some(variable("HOME")?.join(".local/share")))?;
        Some(data.join("skein"))
    })
}

/// A name that two windows share exactly when they work on the same folder.
pub(crate) fn instance_name(folder: &Path) -> String {
    format!("app.skein.desktop.profile-{}", short_name(folder))
}

/// The file in the user's configuration that remembers the size and place of this folder's window.
pub(crate) fn window_file(folder: &Path) -> String {
    format!("window-{}.json", short_name(folder))
}

/// Sixteen letters that stand for a folder, however its path is written.
fn short_name(folder: &Path) -> String {
    let resolved = folder
        .canonicalize()
        .unwrap_or_else(|_| folder.to_path_buf());
    let hash = blake3::hash(resolved.as_os_str().as_encoded_bytes()).to_hex();
    hash.chars().take(16).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn one_folder_has_one_name_and_another_has_another() {
        let folder = tempfile::tempdir().unwrap();
        let roundabout = folder.path().join(".");
        assert_eq!(instance_name(folder.path()), instance_name(&roundabout));
        assert_ne!(
            instance_name(folder.path()),
            instance_name(Path::new("/nowhere"))
        );
    }
}
