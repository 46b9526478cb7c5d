//! Titles as file names that every common file system takes, without two files of one name in a folder.

use std::collections::BTreeSet;

/// The longest name in bytes, with room for a number and an ending below the usual limit of 255.
const LONGEST: usize = 180;

/// The names taken in one folder; letters of either case are the same file to some systems.
#[derive(Default)]
pub(super) struct Names(BTreeSet<String>);

impl Names {
    /// A free name for this title; a title that is taken gets a number.
    pub(super) fn name(&mut self, title: &str) -> String {
        self.free(&plain(title), "")
    }

    /// A free name for a file of this name; its ending stays at the end.
    pub(super) fn file(&mut self, name: &str) -> String {
        match name.rsplit_once('.') {
            Some((stem, ending))
                if !stem.is_empty()
                    && ending.len() <= 10
                    && ending.chars().all(char::is_alphanumeric) =>
            {
                self.free(&plain(stem), &format!(".{ending}"))
            }
            _ => self.free(&plain(name), ""),
        }
    }

    fn free(&mut self, plain: &str, ending: &str) -> String {
        let mut name = format!("{plain}{ending}");
        let mut number = 2;
        while !self.0.insert(name.to_lowercase()) {
            name = format!("{plain} {number}{ending}");
            number += 1;
        }
        name
    }
}

/// The title without what a file name cannot have.
fn plain(title: &str) -> String {
    let cleaned: String = title
        .chars()
        .map(|letter| match letter {
            '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|' => '-',
            letter if letter.is_control() => ' ',
            letter => letter,
        })
        .collect();
    let cleaned = cleaned.trim().trim_matches('.').trim();
    let cut = cleaned
        .get(..cleaned.floor_char_boundary(LONGEST))
        .unwrap_or_default()
        .trim_end();
    if cut.is_empty() {
        "Untitled".to_owned()
    } else {
        cut.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_one_name_keep_their_endings() {
        let mut names = Names::default();
        let given = ["goose.png", "Goose.PNG", "..png", "a.tar/gz", ".png"];
        let named: Vec<String> = given.iter().map(|name| names.file(name)).collect();
        assert_eq!(
            named,
            [
                "goose.png",
                "Goose 2.PNG",
                "Untitled.png",
                "a.tar-gz",
                "png"
            ]
        );
    }

    #[test]
    fn titles_become_names_that_every_system_takes_and_never_clash() {
        let mut names = Names::default();
        let given = ["a/b: c?", "A-B- C-", "..", "", "日本語", "日本語"];
        let named: Vec<String> = given.iter().map(|title| names.name(title)).collect();
        assert_eq!(
            named,
            [
                "a-b- c-",
                "A-B- C- 2",
                "Untitled",
                "Untitled 2",
                "日本語",
                "日本語 2"
            ]
        );
        assert!(names.name(&"ä".repeat(500)).len() <= LONGEST);
    }
}
