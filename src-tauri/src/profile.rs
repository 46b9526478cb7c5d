//! Which folder this window works on.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

/// The profile's folder: `--profile DIR`, else `SKEIN_PROFILE`, else the user's data folder.
pub(crate) fn choose(arguments: impl IntoIterator<Item = OsString>) -> Result<PathBuf> {
    let mut arguments = arguments.into_iter();
    let mut chosen = None;
    while let Some(argument) = arguments.next() {
        match argument.to_str() {
            Some("--profile") => {
                let folder = arguments
                    .next()
                    .context("--profile needs a folder after it")?;
                chosen = Some(PathBuf::from(folder));
            }
            Some(text) if text.starts_with("--profile=") => {
                chosen = text.strip_prefix("--profile=").map(PathBuf::from);
            }
            _ => bail!(
                "unknown argument {}; the only one is --profile DIR",
                argument.to_string_lossy()
            ),
        }
    }
    let folder = match chosen {
        Some(folder) => folder,
        None => from_environment().context(
            "there is no home folder to keep the work in; name a folder with --profile DIR",
        )?,
    };
    std::path::absolute(&folder)
        .with_context(|| format!("the profile folder {} cannot be used", folder.display()))
}

/// What holds without an argument; the `skein` command uses the same folder.
fn from_environment() -> Option<PathBuf> {
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
    let resolved = folder
        .canonicalize()
        .unwrap_or_else(|_| folder.to_path_buf());
    let hash = blake3::hash(resolved.as_os_str().as_encoded_bytes()).to_hex();
    let short: String = hash.chars().take(16).collect();
    format!("app.skein.desktop.profile-{short}")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn choose_from(arguments: &[&str]) -> Result<PathBuf> {
        choose(arguments.iter().map(OsString::from))
    }

    #[test]
    fn the_argument_names_the_folder_in_both_spellings() {
        assert_eq!(choose_from(&["--profile", "/a"]).unwrap(), Path::new("/a"));
        assert_eq!(choose_from(&["--profile=/b"]).unwrap(), Path::new("/b"));
    }

    #[test]
    fn anything_else_is_refused() {
        assert!(choose_from(&["--profile"]).is_err());
        assert!(choose_from(&["--prof", "/a"]).is_err());
    }

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
