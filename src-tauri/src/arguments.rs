//! What the app is told when it is started.

use std::ffi::OsString;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};

use crate::link::is_link;
use crate::profile;

/// How this window is to run.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Arguments {
    /// The profile's folder, absolute.
    pub(crate) profile: PathBuf,
    /// Speak to this machine only, and announce nothing on the local network.
    pub(crate) this_machine_only: bool,
    /// A `skein:` link to open.
    pub(crate) link: Option<String>,
}

impl Arguments {
    /// Reads `--profile DIR`, `--this-machine-only` and a link; anything else is refused, so that a typing error is noticed.
    pub(crate) fn read(arguments: impl IntoIterator<Item = OsString>) -> Result<Self> {
        let mut arguments = arguments.into_iter();
        let mut chosen = None;
        let mut this_machine_only = false;
        let mut link = None;
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
                Some("--this-machine-only") => this_machine_only = true,
                Some(text) if is_link(text) => link = Some(text.to_owned()),
                _ => bail!(
                    "unknown argument {}; known are --profile DIR, --this-machine-only and a skein: link",
                    argument.to_string_lossy()
                ),
            }
        }
        let folder = match chosen {
            Some(folder) => folder,
            None => profile::usual_folder().context(
                "there is no home folder to keep the work in; name a folder with --profile DIR",
            )?,
        };
        let profile = std::path::absolute(&folder)
            .with_context(|| format!("the profile folder {} cannot be used", folder.display()))?;
        Ok(Self {
            profile,
            this_machine_only,
            link,
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::path::Path;

    use super::*;

    fn read(arguments: &[&str]) -> Result<Arguments> {
        Arguments::read(arguments.iter().map(OsString::from))
    }

    #[test]
    fn the_profile_is_named_in_both_spellings() {
        assert_eq!(read(&["--profile", "/a"]).unwrap().profile, Path::new("/a"));
        assert_eq!(read(&["--profile=/b"]).unwrap().profile, Path::new("/b"));
    }

    #[test]
    fn the_local_network_is_used_unless_told_otherwise() {
        assert!(!read(&["--profile", "/a"]).unwrap().this_machine_only);
        assert!(
            read(&["--this-machine-only", "--profile", "/a"])
                .unwrap()
                .this_machine_only
        );
    }

    #[test]
    fn a_link_is_kept_for_the_page() {
        let arguments = read(&["skein://open/w/note/d", "--profile", "/a"]).unwrap();
        assert_eq!(arguments.link.as_deref(), Some("skein://open/w/note/d"));
    }

    #[test]
    fn anything_else_is_refused() {
        assert!(read(&["--profile"]).is_err());
        assert!(read(&["--prof", "/a"]).is_err());
    }
}
