//! Links by id as links to the exported files: nobody reads ids, and elsewhere they lead nowhere.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use skein_model::file::REFERENCE;
use skein_model::{DocumentId, FileId, Kind, markdown};

use crate::api::Listed;

/// The letters of a file's id.
const FILE_ID_LENGTH: usize = 26;

/// The files that links can lead to.
#[derive(Default)]
pub(super) struct Files {
    documents: BTreeMap<DocumentId, (PathBuf, String)>,
    attached: BTreeMap<FileId, PathBuf>,
}

impl Files {
    pub(super) fn of(documents: &[Listed], places: &[PathBuf]) -> Self {
        let file = |(listed, place): (&Listed, &PathBuf)| {
            let ending = match listed.item.kind {
                Kind::Board => ".board.md",
                Kind::Note | Kind::Profile => ".md",
            };
            let mut file = place.clone().into_os_string();
            file.push(ending);
            (listed.item.id, (file.into(), listed.item.title.clone()))
        };
        Self {
            documents: documents.iter().zip(places).map(file).collect(),
            attached: BTreeMap::new(),
        }
    }

    /// Where an attached file lies in the export.
    pub(super) fn add(&mut self, file: FileId, path: PathBuf) {
        self.attached.insert(file, path);
    }

    /// A text that lies in `folder`, with its links by id as paths; links by title stay as they are.
    pub(super) fn in_text(&self, text: &str, folder: &Path) -> String {
        let mut out = String::with_capacity(text.len());
        let mut copied = 0;
        for (place, link) in markdown::scan(text).wiki_links {
            let Some((file, title)) = link
                .target
                .parse()
                .ok()
                .and_then(|id: DocumentId| self.documents.get(&id))
            else {
                continue;
            };
            let words = link.alias.as_deref().unwrap_or(title);
            out.push_str(text.get(copied..place.start).unwrap_or_default());
            let _ = write!(out, "[{}]({}", escaped(words), path(folder, file));
            if let Some(heading) = &link.heading {
                let _ = write!(out, "#{}", encoded(heading));
            }
            out.push(')');
            copied = place.end;
        }
        out.push_str(text.get(copied..).unwrap_or_default());
        self.with_paths(&out, folder)
    }

    /// A text with its references to attached files as paths; those of which the export has no bytes stay as they are.
    fn with_paths(&self, text: &str, folder: &Path) -> String {
        let mark = format!("]({REFERENCE}");
        let mut parts = text.split(&mark);
        let mut out = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let (id, rest) = part.split_at_checked(FILE_ID_LENGTH).unwrap_or(("", part));
            let file = id
                .parse()
                .ok()
                .and_then(|id: FileId| self.attached.get(&id));
            out.push_str("](");
            match file {
                Some(file) => {
                    out.push_str(&path(folder, file));
                    out.push_str(rest);
                }
                None => {
                    out.push_str(REFERENCE);
                    out.push_str(part);
                }
            }
        }
        out
    }
}

/// The way from a folder to a file, both relative to the same root.
fn path(folder: &Path, file: &Path) -> String {
    let shared = folder
        .components()
        .zip(file.components())
        .take_while(|(a, b)| a == b)
        .count();
    let up = folder.components().skip(shared).map(|_| "..".to_owned());
    let down = file.components().skip(shared);
    let down = down.map(|part| encoded(&part.as_os_str().to_string_lossy()));
    up.chain(down).collect::<Vec<_>>().join("/")
}

/// Words that end no link early.
pub(super) fn escaped(words: &str) -> String {
    words
        .replace('\\', "\\\\")
        .replace('[', "\\[")
        .replace(']', "\\]")
}

/// The signs that mean something in a link's path, and spaces, as `%20` and its like.
fn encoded(part: &str) -> String {
    let mut out = String::with_capacity(part.len());
    for letter in part.chars() {
        match letter {
            ' ' | '(' | ')' | '<' | '>' | '[' | ']' | '#' | '%' | '\\' => {
                let _ = write!(out, "%{:02X}", u32::from(letter));
            }
            letter => out.push(letter),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use skein_model::Life;

    use super::*;
    use crate::api::TreeItem;

    fn listed(id: u8, kind: Kind, title: &str) -> Listed {
        let item = TreeItem {
            id: DocumentId::from_bytes([id; 16]),
            kind,
            title: title.to_owned(),
            parent: None,
            position: String::new(),
            life: Life::Alive,
            updated_at: 0,
            conflicts: 0,
        };
        Listed { item, depth: 0 }
    }

    #[test]
    fn references_to_attached_files_become_paths_where_the_bytes_are() {
        let mut files = Files::default();
        let (here, away) = (FileId::from_bytes([1; 16]), FileId::from_bytes([2; 16]));
        files.add(here, PathBuf::from("files/a goose.png"));
        let text = format!(
            "![a](skein:file/{here}) [b](skein:file/{here} \"t\") [c](skein:file/{away}) skein:file/{here} ](skein:file/ä"
        );
        let expected = format!(
            "![a](../files/a%20goose.png) [b](../files/a%20goose.png \"t\") [c](skein:file/{away}) skein:file/{here} ](skein:file/ä"
        );
        assert_eq!(files.in_text(&text, Path::new("Plan")), expected);
    }

    #[test]
    fn links_by_id_become_paths_between_the_files() {
        let documents = [
            listed(1, Kind::Note, "Plan"),
            listed(2, Kind::Note, "Plan [draft]"),
            listed(3, Kind::Board, "Work"),
        ];
        let places = ["Plan", "Plan/Plan [draft] 2", "Work"].map(PathBuf::from);
        let files = Files::of(&documents, &places);
        let id = |number: u8| DocumentId::from_bytes([number; 16]);
        let text = format!(
            "[[Plan]] [[{}]] [[{}|the\\one]] [[{}#To do]] [[{}]] `[[{}]]`",
            id(2),
            id(1),
            id(3),
            id(9),
            id(1)
        );
        let expected = format!(
            "[[Plan]] [Plan \\[draft\\]](Plan%20%5Bdraft%5D%202.md) [the\\\\one](../Plan.md) \
             [Work](../Work.board.md#To%20do) [[{}]] `[[{}]]`",
            id(9),
            id(1)
        );
        assert_eq!(files.in_text(&text, Path::new("Plan")), expected);
        let read = markdown::scan(&expected).links;
        assert_eq!(read[1].target, "Plan %5Bdraft%5D 2.md");
        assert_eq!(read[3].heading.as_deref(), Some("To do"));
    }
}
