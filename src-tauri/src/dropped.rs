//! Files that a person let go over the window: the page gets a number for each and reads by it, and learns no path.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};
use tauri::ipc::Channel;
use tauri::{DragDropEvent, Manager, PhysicalPosition, Window, WindowEvent};

/// The most bytes that are read at once.
const SLICE: u64 = 1024 * 1024;

/// As many files can still be read; those that were dropped first are forgotten first.
const KEPT: usize = 1_000;

/// What was dropped, and the page that is told.
#[derive(Default)]
pub(crate) struct Dropped(Mutex<Inner>);

#[derive(Default)]
struct Inner {
    files: VecDeque<(u64, PathBuf)>,
    last: u64,
    page: Option<Channel<Value>>,
}

impl Dropped {
    /// From now on this page hears of every drop, in place of the one before.
    pub(crate) fn tell(&self, page: Channel<Value>) {
        self.inner().page = Some(page);
    }

    /// Bytes of a dropped file; fewer than asked for at its end, and none for a number that is not known.
    pub(crate) fn read(&self, token: u64, offset: u64, length: u64) -> std::io::Result<Vec<u8>> {
        let path = self
            .inner()
            .files
            .iter()
            .find(|(known, _)| *known == token)
            .map(|(_, path)| path.clone())
            .ok_or(std::io::ErrorKind::NotFound)?;
        let mut file = File::open(path)?;
        file.seek(SeekFrom::Start(offset))?;
        let mut bytes = Vec::new();
        file.take(length.min(SLICE)).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// Keeps the files among the paths, and what the page is told of them. Folders are only counted.
    fn take(&self, paths: &[PathBuf]) -> (Vec<Value>, usize) {
        let mut inner = self.inner();
        let mut told = Vec::new();
        let mut folders = 0;
        for path in paths {
            match path.metadata() {
                Ok(found) if found.is_file() => {
                    inner.last += 1;
                    let token = inner.last;
                    inner.files.push_back((token, path.clone()));
                    told.push(
                        json!({ "token": token, "name": name_of(path), "size": found.len() }),
                    );
                }
                Ok(found) if found.is_dir() => folders += 1,
                // A link that was dragged within the page, or a file that is gone.
                _ => {}
            }
        }
        let surplus = inner.files.len().saturating_sub(KEPT);
        inner.files.drain(..surplus);
        (told, folders)
    }

    fn page(&self) -> Option<Channel<Value>> {
        self.inner().page.clone()
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Tells the page of files that were let go over it, and where.
pub(crate) fn watch(window: &Window, event: &WindowEvent) {
    let WindowEvent::DragDrop(DragDropEvent::Drop { paths, position }) = event else {
        return;
    };
    let dropped = window.state::<Dropped>();
    let (files, folders) = dropped.take(paths);
    if files.is_empty() && folders == 0 {
        return;
    }
    let (x, y) = in_page(window, *position);
    if let Some(page) = dropped.page()
        && let Err(error) = page.send(json!({ "x": x, "y": y, "files": files, "folders": folders }))
    {
        tracing::warn!(%error, "the page did not hear of a drop");
    }
}

/// The point in the page's own pixels. GTK counts in those already.
fn in_page(window: &Window, position: PhysicalPosition<f64>) -> (f64, f64) {
    let scale = if cfg!(target_os = "linux") {
        1.0
    } else {
        window.scale_factor().unwrap_or(1.0)
    };
    (position.x / scale, position.y / scale)
}

fn name_of(path: &Path) -> String {
    path.file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_dropped_can_be_read_and_only_in_slices() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notes.txt");
        std::fs::write(&path, "three geese").unwrap();
        let dropped = Dropped::default();
        let (told, folders) = dropped.take(&[path, folder.path().into(), "/no/where".into()]);
        assert_eq!(folders, 1);
        assert_eq!(
            told,
            [json!({ "token": 1, "name": "notes.txt", "size": 11 })]
        );
        assert_eq!(dropped.read(1, 6, 100).unwrap(), b"geese");
        assert_eq!(dropped.read(1, 0, 5).unwrap(), b"three");
        assert_eq!(dropped.read(1, 99, 5).unwrap(), b"");
        assert!(dropped.read(2, 0, 5).is_err());
    }

    #[test]
    fn what_was_dropped_long_ago_is_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        std::fs::write(&path, "a").unwrap();
        let dropped = Dropped::default();
        dropped.take(&vec![path; KEPT + 1]);
        assert!(dropped.read(1, 0, 1).is_err());
        assert_eq!(dropped.read(2, 0, 1).unwrap(), b"a");
    }
}
