//! Files on their way out of the workspace: to a place that a person chose, or as a copy for the program that opens it.

use std::collections::HashMap;
use std::io::{Error, ErrorKind, Result, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tempfile::{NamedTempFile, TempDir};

/// As many may be under way at once; the page hands over one or two.
const MOST: usize = 16;

/// Endings of what only shows something in the program that opens it. All else might run, and is saved instead.
const SHOWN: &[&str] = &[
    "aac", "avif", "bmp", "csv", "doc", "docx", "eml", "epub", "flac", "gif", "ics", "jpeg", "jpg",
    "json", "log", "m4a", "md", "mkv", "mov", "mp3", "mp4", "odp", "ods", "odt", "oga", "ogg",
    "ogv", "opus", "pdf", "png", "ppt", "pptx", "rtf", "tif", "tiff", "tsv", "txt", "vcf", "wav",
    "webm", "webp", "xls", "xlsx", "xml", "yaml", "yml", "zip",
];

/// Where files stand half-written, and the copies that other programs have open.
#[derive(Default)]
pub(crate) struct Outgoing(Mutex<Inner>);

#[derive(Default)]
struct Inner {
    under_way: HashMap<u64, UnderWay>,
    last: u64,
    /// Readable by nobody else, and gone when the app ends.
    copies: Option<TempDir>,
}

struct UnderWay {
    file: NamedTempFile,
    path: PathBuf,
    /// It is a copy to be opened.
    copy: bool,
}

/// What a finished file is for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Finished {
    /// It stands where the person wanted it.
    Saved,
    /// This copy is to be opened.
    Copy(PathBuf),
}

impl Outgoing {
    /// Begins a file that will take the place of `path` once it is whole.
    pub(crate) fn to(&self, path: PathBuf) -> Result<u64> {
        let folder = path.parent().ok_or(ErrorKind::InvalidInput)?;
        // As other files that the person saves: what the system's mask leaves of it.
        let mut builder = with_mode(0o666);
        builder.prefix(".skein-");
        let file = builder.tempfile_in(folder)?;
        self.begin(UnderWay {
            file,
            path,
            copy: false,
        })
    }

    /// Begins a copy with this name that only this user can read.
    pub(crate) fn copy(&self, name: &str) -> Result<u64> {
        let folder = {
            let mut inner = self.inner();
            if inner.copies.is_none() {
                inner.copies = Some(with_mode(0o700).prefix("skein-").tempdir()?);
            }
            let copies = inner.copies.as_ref().ok_or(ErrorKind::NotFound)?;
            with_mode(0o700).tempdir_in(copies.path())?.keep()
        };
        let file = NamedTempFile::new_in(&folder)?;
        self.begin(UnderWay {
            file,
            path: folder.join(plain_name(name)),
            copy: true,
        })
    }

    /// Adds bytes at its end.
    pub(crate) fn write(&self, token: u64, bytes: &[u8]) -> Result<()> {
        let mut inner = self.inner();
        let under_way = inner.under_way.get_mut(&token).ok_or_else(unknown)?;
        under_way.file.write_all(bytes)
    }

    /// All bytes have come: it takes its name.
    pub(crate) fn finish(&self, token: u64) -> Result<Finished> {
        let under_way = self.inner().under_way.remove(&token).ok_or_else(unknown)?;
        let UnderWay { file, path, copy } = under_way;
        file.as_file().sync_all()?;
        if copy {
            // What is changed in it would be lost: programs say that it is read-only, and save elsewhere.
            let mut permissions = file.as_file().metadata()?.permissions();
            permissions.set_readonly(true);
            file.as_file().set_permissions(permissions)?;
        }
        file.persist(&path).map_err(|error| error.error)?;
        Ok(if copy {
            Finished::Copy(path)
        } else {
            Finished::Saved
        })
    }

    /// Gives it up: nothing is left of it.
    pub(crate) fn cancel(&self, token: u64) {
        self.inner().under_way.remove(&token);
    }

    /// The app ends: takes away what is half-written, and the copies.
    pub(crate) fn close(&self) {
        *self.inner() = Inner::default();
    }

    fn begin(&self, under_way: UnderWay) -> Result<u64> {
        let mut inner = self.inner();
        if inner.under_way.len() >= MOST {
            return Err(Error::other("too many files are on their way at once"));
        }
        inner.last += 1;
        let token = inner.last;
        inner.under_way.insert(token, under_way);
        Ok(token)
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Makes files or folders that these people can use.
fn with_mode(mode: u32) -> tempfile::Builder<'static, 'static> {
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(std::fs::Permissions::from_mode(mode));
    }
    // Elsewhere a person's folders are that person's own.
    #[cfg(not(unix))]
    let _ = mode;
    builder
}

fn unknown() -> Error {
    Error::new(ErrorKind::NotFound, "it was given up before")
}

/// Whether what has this name is opened from here.
pub(crate) fn is_shown(name: &str) -> bool {
    let ending = Path::new(name)
        .extension()
        .and_then(|ending| ending.to_str());
    ending.is_some_and(|ending| SHOWN.iter().any(|known| ending.eq_ignore_ascii_case(known)))
}

/// A name that lies in no other folder, hides nothing and is not too long: the end of it, which says its kind.
pub(crate) fn plain_name(name: &str) -> String {
    let plain: String = name
        .chars()
        .map(|sign| match sign {
            '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|' => '_',
            sign if sign.is_control() => '_',
            sign => sign,
        })
        .collect();
    let plain = plain.trim().trim_start_matches('.').trim_end_matches('.');
    let surplus = plain.chars().count().saturating_sub(80);
    let short: String = plain.chars().skip(surplus).collect();
    if short.trim().is_empty() {
        "file".to_owned()
    } else {
        short
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_saved_file_replaces_the_old_one_only_when_it_is_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("plan.pdf");
        std::fs::write(&path, "old").unwrap();
        let outgoing = Outgoing::default();
        let token = outgoing.to(path.clone()).unwrap();
        outgoing.write(token, b"new ").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"old");
        outgoing.write(token, b"plan").unwrap();
        assert_eq!(outgoing.finish(token).unwrap(), Finished::Saved);
        assert_eq!(std::fs::read(&path).unwrap(), b"new plan");
        assert!(outgoing.write(token, b"more").is_err());
    }

    #[test]
    fn what_is_given_up_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let outgoing = Outgoing::default();
        let token = outgoing.to(folder.path().join("plan.pdf")).unwrap();
        outgoing.write(token, b"half").unwrap();
        outgoing.cancel(token);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_copy_is_the_users_own_cannot_be_changed_and_goes_with_the_app() {
        let outgoing = Outgoing::default();
        let token = outgoing.copy("../plan.pdf").unwrap();
        outgoing.write(token, b"plan").unwrap();
        let Finished::Copy(path) = outgoing.finish(token).unwrap() else {
            unreachable!("a copy was asked for");
        };
        assert_eq!(path.file_name().unwrap(), "_plan.pdf");
        assert!(std::fs::metadata(&path).unwrap().permissions().readonly());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            for above in path.ancestors().skip(1).take(2) {
                let mode = std::fs::metadata(above).unwrap().permissions().mode();
                assert_eq!(mode & 0o077, 0, "{}", above.display());
            }
        }
        outgoing.close();
        assert!(!path.exists());
    }

    #[test]
    fn as_many_as_are_under_way_and_no_more() {
        let outgoing = Outgoing::default();
        for _ in 0..MOST {
            outgoing.copy("a.txt").unwrap();
        }
        assert!(outgoing.copy("a.txt").is_err());
    }

    #[test]
    fn what_could_run_is_not_opened_from_here() {
        for shown in ["plan.pdf", "Plan.PDF", "a.tar.zip", "harbour.jpeg"] {
            assert!(is_shown(shown), "{shown}");
        }
        for refused in [
            "a.exe",
            "a.sh",
            "a.pdf.desktop",
            "a.html",
            "a.svg",
            "a.docm",
            "pdf",
            "",
        ] {
            assert!(!is_shown(refused), "{refused}");
        }
    }

    #[test]
    fn a_name_stays_in_its_folder_and_keeps_its_ending() {
        assert_eq!(plain_name("../../.bashrc"), "_.._.bashrc");
        assert_eq!(plain_name("..."), "file");
        assert_eq!(plain_name("a\nb/c.txt"), "a_b_c.txt");
        let long = format!("{}.txt", "ä".repeat(300));
        assert!(plain_name(&long).ends_with("ää.txt"));
        assert!(plain_name(&long).len() <= 200);
    }
}
