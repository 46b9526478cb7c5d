//! Links by id as links to the exported files: nobody reads ids, and elsewhere they lead nowhere.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use skein_model::{DocumentId, Kind, markdown};

use crate::api::Listed;

/// The files that links can lead to.
#[derive(Default)]
pub(super) struct Files(BTreeMap<DocumentId, (PathBuf, String)>);

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
        Self(documents.iter().zip(places).map(file).collect())
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
                .and_then(|id: DocumentId| self.0.get(&id))
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
fn escaped(words: &str) -> String {
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
