//! Takes a workspace off this machine: its folder is set aside in the profile, or deleted. What Skein did not put there stays.

use std::ffi::OsStr;
use std::fs::{self, DirBuilder, DirEntry, File};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use super::keys::{self, Unlock};
use super::profile::{Profile, ProfileError};
use crate::places::Place;

/// What a workspace has in its folder beside its database.
const BESIDE: [&str; 10] = [
    "device.key",
    "device.key.new",
    "engine.sock",
    "last-frame.json",
    "page.key",
    "page.key.new",
    "workspace.backups",
    "workspace.files",
    "workspace.json",
    "workspace.json.new",
];
const DATABASE: &str = "workspace.db";
const SET_ASIDE: &str = "workspace.set-aside-";
/// Of whoever has the folder open: it goes with the folder, and never without.
const LOCK: &str = "lock";

/// What is to become of a workspace's files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Removal {
    /// They are kept in a folder of the profile.
    SetAside,
    /// They are deleted, and what the keychain holds for the device.
    ForGood,
}

/// What became of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Removed {
    /// Where they are; nowhere any more if they were deleted.
    pub aside: Option<PathBuf>,
    /// What stayed in the folder of a further workspace, because it is nothing that Skein put there.
    pub left: Vec<PathBuf>,
}

/// Takes the workspace in a place off this machine. Whether anything of it is nowhere else is not asked here.
///
/// # Errors
/// When a process has it open, or the disk refuses. What was not moved by then is where it was.
pub fn remove_workspace(
    place: &Place,
    removal: Removal,
    unlock: &Unlock,
) -> Result<Removed, ProfileError> {
    let profile = Profile::at(place.folder())?;
    let failed = |reason: String| ProfileError::NotRemoved {
        path: profile.folder().to_owned(),
        reason,
    };
    let Some(_ownership) = profile.own()? else {
        return Err(failed(
            "another Skein has it open. Close it, and try again".to_owned(),
        ));
    };
    let refused = |error: io::Error| failed(error.to_string());
    let (aside, left) = set_aside(place, profile.folder()).map_err(refused)?;
    if removal == Removal::SetAside {
        let aside = Some(aside);
        return Ok(Removed { aside, left });
    }
    keys::forget(&aside.join("device.key"), unlock);
    delete(&aside).map_err(|error| {
        failed(format!(
            "{error}. What is left of it lies in {}",
            aside.display()
        ))
    })?;
    Ok(Removed { aside: None, left })
}

/// Moves what is a workspace's from its folder into a new one; returns that, and what stayed. The folder of a further one goes in one step if all of
/// it is.
fn set_aside(place: &Place, folder: &Path) -> io::Result<(PathBuf, Vec<PathBuf>)> {
    let (mut ours, left) = what_lies_in(folder)?;
    let aside = free_folder(place)?;
    if left.is_empty() && !place.is_first() {
        fs::rename(folder, &aside)?;
        sync(folder.parent())?;
        return sync(aside.parent()).map(|()| (aside, left));
    }
    DirBuilder::new().mode(0o700).create(&aside)?;
    // Cut off in between, a database without its key is told as damaged, and no new one is made in its place.
    ours.sort_by_key(|path| is_of_database(path.file_name().unwrap_or_default()));
    for path in ours {
        fs::rename(&path, aside.join(path.file_name().unwrap_or_default()))?;
    }
    sync(Some(folder))?;
    sync(Some(&aside))?;
    // Other things lie rightly in the profile's own folder.
    let left = if place.is_first() { Vec::new() } else { left };
    Ok((aside, left))
}

/// What in a folder is a workspace's, and what is not.
fn what_lies_in(folder: &Path) -> io::Result<(Vec<PathBuf>, Vec<PathBuf>)> {
    let found: Vec<DirEntry> = fs::read_dir(folder)?.collect::<io::Result<_>>()?;
    let (ours, left): (Vec<DirEntry>, Vec<DirEntry>) = found
        .into_iter()
        .filter(|entry| entry.file_name() != LOCK)
        .partition(|entry| is_ours(&entry.file_name()));
    let paths = |entries: Vec<DirEntry>| entries.iter().map(DirEntry::path).collect();
    Ok((paths(ours), paths(left)))
}

fn is_ours(name: &OsStr) -> bool {
    let beside = name
        .to_str()
        .is_some_and(|name| BESIDE.contains(&name) || name.starts_with(SET_ASIDE));
    beside || is_of_database(name)
}

/// Whether it is the database, its log, or a copy of one of them.
fn is_of_database(name: &OsStr) -> bool {
    let rest = name.to_str().and_then(|name| name.strip_prefix(DATABASE));
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', '.']))
}

/// A folder that is not there yet, among those of workspaces that were taken off.
fn free_folder(place: &Place) -> io::Result<PathBuf> {
    let among = place.places().removed();
    let mut builder = DirBuilder::new();
    builder.recursive(true).mode(0o700).create(&among)?;
    let numbered = (1_u32..).map(|number| among.join(format!("{}-{number}", place.slug())));
    let mut free = numbered.filter(|path| !path.exists());
    free.next().ok_or_else(|| io::ErrorKind::StorageFull.into())
}

/// Deletes a folder in which nothing but a workspace's files were put.
fn delete(aside: &Path) -> io::Result<()> {
    fs::remove_dir_all(aside)?;
    if let Some(among) = aside.parent() {
        // Others that were set aside stay.
        let _ = fs::remove_dir(among);
    }
    Ok(())
}

fn sync(folder: Option<&Path>) -> io::Result<()> {
    folder.map_or(Ok(()), |folder| File::open(folder)?.sync_all())
}
