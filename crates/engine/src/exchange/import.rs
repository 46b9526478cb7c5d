//! Taking in a folder of Markdown: folders become the tree, files become notes, their text stays as it is.
//!
//! A note's title is its file's name, as in other Markdown tools, so `[[links]]` and relative links find it without being
//! rewritten. A folder becomes a note; if a file of the same name lies beside it, that file is the folder's note. Pictures and other
//! files that a note links to are attached to it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use skein_model::file::REFERENCE;
use skein_model::{DocumentId, FileId, NoteEdit, markdown};

use super::local_links::{inside, local_links};
use super::{Progress, add_file, disk};
use crate::api::{ApiError, ErrorCode, ImportReport, Reply, Request, Unmapped};
use crate::host::Client;

/// A larger file is no note.
const LARGEST_FILE: u64 = 8 * 1024 * 1024;
/// Folders nested deeper than this are left out.
const DEEPEST: usize = 64;

/// One note to be made, before its children.
struct Planned {
    /// Relative to the imported folder, without the ending.
    path: PathBuf,
    title: String,
    /// The file with the text; a bare folder has none.
    file: Option<PathBuf>,
}

/// What a folder holds, in the order in which it is made.
#[derive(Default)]
struct Plan {
    notes: Vec<Planned>,
    unmapped: Vec<Unmapped>,
}

/// Imports `folder`, telling `progress` how far it is.
///
/// # Errors
/// When the folder cannot be read or the engine refuses; notes made until then stay.
pub async fn import_markdown(
    client: &mut Client,
    folder: &Path,
    mut progress: impl FnMut(Progress),
) -> Result<ImportReport, ApiError> {
    let mut plan = Plan::default();
    plan.walk(folder, Path::new(""), 0)?;
    if plan.notes.is_empty() {
        return Err(ApiError::new(
            ErrorCode::Invalid,
            format!(
                "{} holds no Markdown files; nothing was imported.",
                folder.display()
            ),
            "Name a folder with .md files.",
        ));
    }
    let titles: BTreeSet<String> = plan
        .notes
        .iter()
        .map(|note| note.title.to_lowercase())
        .collect();
    let mut made: BTreeMap<PathBuf, DocumentId> = BTreeMap::new();
    let mut taken_in: BTreeSet<PathBuf> = BTreeSet::new();
    let mut report = ImportReport {
        notes: 0,
        folders: 0,
        links: 0,
        attachments: 0,
        unmapped: Vec::new(),
    };
    let of = plan.notes.len();
    for (done, note) in plan.notes.iter().enumerate() {
        let text = match note.file.as_ref().map(|file| read_text(file)) {
            None => {
                report.folders += 1;
                String::new()
            }
            Some(Ok(text)) => {
                report.notes += 1;
                text
            }
            Some(Err(reason)) => {
                plan.unmapped.push(Unmapped {
                    path: shown(&note.path),
                    reason,
                });
                continue;
            }
        };
        let (found, lost) = follow_links(&text, &titles);
        report.links += found;
        plan.unmapped.extend(lost.into_iter().map(|target| Unmapped {
            path: shown(&note.path),
            reason: format!("its link to “{target}” leads to nothing that was imported; the link is kept as text"),
        }));
        let parent = note
            .path
            .parent()
            .and_then(|parent| made.get(parent))
            .copied();
        let request = Request::CreateNote {
            title: note.title.clone(),
            text: Some(text.clone()),
            parent,
            after: None,
        };
        if let Reply::Created { id } = client.request(request).await? {
            made.insert(note.path.clone(), id);
            let attached =
                attach(client, folder, &note.path, id, &text, &mut plan.unmapped).await?;
            report.attachments += u32::try_from(attached.len()).unwrap_or(u32::MAX);
            taken_in.extend(attached);
        }
        progress(Progress { done: done + 1, of });
    }
    // What became part of a note was not left out.
    plan.unmapped
        .retain(|unmapped| !taken_in.contains(Path::new(&unmapped.path)));
    report.unmapped = plan.unmapped;
    Ok(report)
}

/// Attaches the files that a note links to or shows, and lets its text refer to them. Says which files these are.
async fn attach(
    client: &mut Client,
    root: &Path,
    note: &Path,
    id: DocumentId,
    text: &str,
    lost: &mut Vec<Unmapped>,
) -> Result<BTreeSet<PathBuf>, ApiError> {
    let beside = note.parent().unwrap_or(Path::new(""));
    let mut attached: BTreeMap<PathBuf, Option<FileId>> = BTreeMap::new();
    let mut new_text = String::with_capacity(text.len());
    let mut copied = 0;
    for link in local_links(text) {
        let Some(file) = inside(root, beside, &link.path) else {
            lost.push(Unmapped {
                path: shown(note),
                reason: format!(
                    "its link to “{}” leads to no file inside the folder; the link is kept as text",
                    link.path
                ),
            });
            continue;
        };
        let known = match attached.get(&file) {
            Some(known) => *known,
            None => {
                let added = match add_file(client, id, &root.join(&file)).await {
                    Ok(added) => Some(added.id),
                    Err(error)
                        if matches!(error.code, ErrorCode::TooLarge | ErrorCode::Invalid) =>
                    {
                        lost.push(Unmapped {
                            path: shown(&file),
                            reason: error.message,
                        });
                        None
                    }
                    Err(error) => return Err(error),
                };
                attached.insert(file, added);
                added
            }
        };
        let Some(known) = known else { continue };
        // An address between < and > may hold spaces; the new one needs neither.
        new_text.push_str(text.get(copied..link.place.start).unwrap_or_default());
        new_text.push_str(REFERENCE);
        new_text.push_str(&known.to_string());
        copied = link.place.end;
    }
    attached.retain(|_, file| file.is_some());
    if !attached.is_empty() {
        new_text.push_str(text.get(copied..).unwrap_or_default());
        let edit = NoteEdit::ReplaceText {
            base: text.to_owned(),
            text: new_text,
        };
        let document = id;
        client.request(Request::EditNote { document, edit }).await?;
    }
    Ok(attached.into_keys().collect())
}

impl Plan {
    fn walk(&mut self, root: &Path, inside: &Path, depth: usize) -> Result<(), ApiError> {
        let folder = root.join(inside);
        let failed = |error: std::io::Error| disk("Cannot read the folder", &folder, &error);
        let mut files = BTreeMap::new();
        let mut folders = BTreeSet::new();
        for entry in fs::read_dir(&folder).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let kind = entry.file_type().map_err(failed)?;
            let Some(name) = entry.file_name().to_str().map(str::to_owned) else {
                self.leave_out(&inside.join(entry.file_name()), "its name is not Unicode");
                continue;
            };
            let path = inside.join(&name);
            if name.starts_with('.') {
                self.leave_out(
                    &path,
                    "hidden files and folders are settings of other tools",
                );
            } else if kind.is_symlink() {
                self.leave_out(&path, "links to other places are not followed");
            } else if kind.is_dir() {
                folders.insert(name);
            } else if let Some(stem) = markdown_stem(&name) {
                files.insert(stem.to_owned(), folder.join(&name));
            } else {
                self.leave_out(
                    &path,
                    "only Markdown files are imported, and what they link to",
                );
            }
        }
        let names: BTreeSet<&String> = files.keys().chain(folders.iter()).collect();
        for name in names {
            let path = inside.join(name);
            let below = folders.contains(name);
            self.notes.push(Planned {
                path: path.clone(),
                title: name.clone(),
                file: files.get(name).cloned(),
            });
            if below && depth < DEEPEST {
                let before = self.notes.len();
                self.walk(root, &path, depth + 1)?;
                // A folder without a single note in it (pictures, say) is not worth a note of its own.
                if self.notes.len() == before && !files.contains_key(name) {
                    self.notes.pop();
                }
            } else if below {
                self.leave_out(&path, "it lies too deep");
            }
        }
        Ok(())
    }

    fn leave_out(&mut self, path: &Path, reason: &str) {
        self.unmapped.push(Unmapped {
            path: shown(path),
            reason: reason.to_owned(),
        });
    }
}

fn shown(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

fn markdown_stem(name: &str) -> Option<&str> {
    let (stem, ending) = name.rsplit_once('.')?;
    matches!(ending.to_ascii_lowercase().as_str(), "md" | "markdown").then_some(stem)
}

fn read_text(file: &Path) -> Result<String, String> {
    let size = fs::metadata(file).map_err(|error| error.to_string())?.len();
    if size > LARGEST_FILE {
        return Err(format!(
            "it is larger than {} MiB",
            LARGEST_FILE / (1024 * 1024)
        ));
    }
    let bytes = fs::read(file).map_err(|error| error.to_string())?;
    let text = String::from_utf8(bytes).map_err(|_| "it is not UTF-8 text".to_owned())?;
    Ok(text
        .strip_prefix('\u{feff}')
        .map_or(text.clone(), str::to_owned)
        .replace("\r\n", "\n")
        .replace('\r', "\n"))
}

/// How many links find a note among the titles, and the targets of those that do not. Links to the web are no concern.
fn follow_links(text: &str, titles: &BTreeSet<String>) -> (u32, Vec<String>) {
    let mut found = 0;
    let mut lost = Vec::new();
    for link in markdown::scan(text).links {
        if titles.contains(&title_of(&link.target).to_lowercase()) {
            found += 1;
        } else {
            lost.push(link.target);
        }
    }
    (found, lost)
}

/// The title a link looks for: of a path, the file's name counts.
fn title_of(target: &str) -> &str {
    match markdown_stem(target) {
        Some(path) => path.rsplit('/').next().unwrap_or(path),
        None => target,
    }
}
