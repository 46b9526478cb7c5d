//! Links and pictures in Markdown that lead to files on disk: found with their place in the text, and never outside the folder.

use std::ops::Range;
use std::path::{Component, Path, PathBuf};

use pulldown_cmark::{Event, LinkType, Options, Parser, Tag};

/// A link of a text to a file beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct LocalLink {
    /// Where its address stands in the text.
    pub(super) place: Range<usize>,
    /// The address, decoded.
    pub(super) path: String,
}

/// The links and pictures whose address is a path, except those to notes.
pub(super) fn local_links(text: &str) -> Vec<LocalLink> {
    let options = Options::ENABLE_TABLES | Options::ENABLE_TASKLISTS | Options::ENABLE_FOOTNOTES;
    let mut found = Vec::new();
    for (event, range) in Parser::new_ext(text, options).into_offset_iter() {
        let (kind, address) = match &event {
            Event::Start(
                Tag::Link {
                    link_type,
                    dest_url,
                    ..
                }
                | Tag::Image {
                    link_type,
                    dest_url,
                    ..
                },
            ) => (link_type, dest_url),
            _ => continue,
        };
        if *kind != LinkType::Inline || !is_local(address) {
            continue;
        }
        let Some(place) = address_in(text, &range) else {
            continue;
        };
        let raw = text.get(place.clone()).unwrap_or_default();
        let path = raw.split(['#', '?']).next().unwrap_or_default();
        let path = decoded(path);
        let is_note = Path::new(&path).extension().is_some_and(|ending| {
            ending.eq_ignore_ascii_case("md") || ending.eq_ignore_ascii_case("markdown")
        });
        if !path.is_empty() && !is_note {
            found.push(LocalLink { place, path });
        }
    }
    found.sort_by_key(|link| link.place.start);
    found.dedup_by_key(|link| link.place.start);
    found
}

fn is_local(address: &str) -> bool {
    !address.is_empty()
        && !address.starts_with(['#', '/', '\\'])
        && !address.contains("://")
        && !address
            .split(['/', '.'])
            .next()
            .unwrap_or_default()
            .contains(':')
}

/// Where the address stands within a link that ends with `](address)` or `](address "title")`.
fn address_in(text: &str, link: &Range<usize>) -> Option<Range<usize>> {
    let source = text.get(link.clone())?;
    let open = source.rfind("](")? + 2;
    let rest = source.get(open..)?;
    let start = open + (rest.len() - rest.trim_start().len());
    let rest = source.get(start..)?;
    let (start, length) = match rest.strip_prefix('<') {
        Some(inside) => (start + 1, inside.find('>')?),
        None => {
            let mut depth = 0_i32;
            let end = rest.find(|letter: char| {
                match letter {
                    '(' => depth += 1,
                    ')' => depth -= 1,
                    _ => {}
                }
                letter.is_whitespace() || depth < 0
            });
            (start, end?)
        }
    };
    Some(link.start + start..link.start + start + length)
}

/// `%20` and its like as the signs they stand for; what is none stays.
fn decoded(path: &str) -> String {
    let bytes = path.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let code = bytes
            .get(at + 1..at + 3)
            .filter(|_| *byte == b'%')
            .and_then(|code| std::str::from_utf8(code).ok())
            .and_then(|code| u8::from_str_radix(code, 16).ok());
        out.push(code.unwrap_or(*byte));
        at += if code.is_some() { 3 } else { 1 };
    }
    String::from_utf8(out).unwrap_or_else(|_| path.to_owned())
}

/// The file that a path leads to from a folder inside `root`; nothing when it is none, or lies outside.
pub(super) fn inside(root: &Path, folder: &Path, path: &str) -> Option<PathBuf> {
    let mut way: Vec<Component<'_>> = folder.components().collect();
    for part in Path::new(path).components() {
        match part {
            Component::Normal(_) => way.push(part),
            Component::CurDir => {}
            Component::ParentDir => {
                way.pop()?;
            }
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    let relative: PathBuf = way.iter().collect();
    let (root, file) = (
        root.canonicalize().ok()?,
        root.join(&relative).canonicalize().ok()?,
    );
    // Links of the file system may lead elsewhere.
    (file.starts_with(&root) && file.is_file()).then_some(relative)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn paths(text: &str) -> Vec<String> {
        local_links(text)
            .into_iter()
            .map(|link| link.path)
            .collect()
    }

    #[test]
    fn pictures_and_links_to_files_are_found_with_their_place() {
        let text = "![a](img/a%20b.png \"t\") [doc](<my file.pdf>) and ![x](y(1).gif)";
        assert_eq!(paths(text), ["img/a b.png", "my file.pdf", "y(1).gif"]);
        let places: Vec<&str> = local_links(text)
            .into_iter()
            .map(|link| &text[link.place])
            .collect();
        assert_eq!(places, ["img/a%20b.png", "my file.pdf", "y(1).gif"]);
    }

    #[test]
    fn notes_the_web_and_code_are_no_concern() {
        let text = "[n](Plan.md) [w](https://x.org/a.png) [m](mailto:a@b.c) ![d](data:image/png;base64,xx) \
                    [h](#part) ![s](skein:file/aaaa) ![r](/etc/passwd) `![c](c.png)`\n\n    ![i](i.png)\n";
        assert_eq!(paths(text), Vec::<String>::new());
    }

    #[test]
    fn no_path_leads_out_of_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("vault");
        std::fs::create_dir_all(root.join("notes")).unwrap();
        std::fs::write(folder.path().join("secret.png"), b"x").unwrap();
        std::fs::write(root.join("a.png"), b"x").unwrap();
        std::os::unix::fs::symlink(folder.path(), root.join("out")).unwrap();
        let find = |path: &str| inside(&root, Path::new("notes"), path);
        assert_eq!(find("../a.png"), Some(PathBuf::from("a.png")));
        assert_eq!(find("./../notes/../a.png"), Some(PathBuf::from("a.png")));
        for path in [
            "../../secret.png",
            "../out/secret.png",
            "/etc/passwd",
            "../b.png",
            "..",
            "",
        ] {
            assert_eq!(find(path), None, "{path}");
        }
    }

    proptest! {
        #[test]
        fn any_text_gives_places_inside_it(text in "[!\\[\\]()<>a.p\\\\ %\"\\n`ä]{0,80}") {
            for link in local_links(&text) {
                prop_assert!(text.get(link.place).is_some());
            }
        }
    }
}
