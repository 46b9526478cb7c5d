//! Composition and mapping of splices, section by section, in step with the editor's change sets.

use super::{Splice, Splices};

/// A stretch of a text that is kept, or replaced by other units.
#[derive(Debug, Clone)]
struct Section {
    length: usize,
    /// `None`: kept as it is.
    insert: Option<Vec<u16>>,
}

/// Sections under construction, joined as the editor joins them.
#[derive(Default)]
struct Sections(Vec<Section>);

impl Sections {
    fn keep(&mut self, length: usize, join: bool) {
        self.add(length, None, join);
    }

    fn replace(&mut self, length: usize, insert: Vec<u16>, join: bool) {
        self.add(length, Some(insert), join);
    }

    fn add(&mut self, length: usize, insert: Option<Vec<u16>>, join: bool) {
        let inserted = insert.as_ref().map_or(0, Vec::len);
        if length == 0 && inserted == 0 {
            return;
        }
        if let Some(last) = self.0.last_mut() {
            let same = inserted == 0
                && match (&last.insert, &insert) {
                    (None, None) => true,
                    (Some(before), Some(_)) => before.is_empty(),
                    _ => false,
                };
            if same {
                last.length += length;
                return;
            }
            // Two insertions at one place become one; a join continues the replacement before.
            if let (Some(before), Some(more)) = (&mut last.insert, &insert)
                && ((length == 0 && last.length == 0) || join)
            {
                last.length += length;
                before.extend_from_slice(more);
                return;
            }
        }
        self.0.push(Section { length, insert });
    }

    fn of(splices: &Splices) -> Self {
        let mut sections = Self::default();
        let mut at = 0;
        for splice in &splices.0 {
            let from = (splice.at as usize).max(at);
            sections.keep(from - at, false);
            // Splices that touch count as one, as they do in the editor.
            sections.replace(
                splice.delete as usize,
                splice.insert.encode_utf16().collect(),
                from == at,
            );
            at = from + splice.delete as usize;
        }
        sections
    }

    fn length_before(&self) -> usize {
        self.0.iter().map(|section| section.length).sum()
    }

    fn length_after(&self) -> usize {
        self.0
            .iter()
            .map(|section| section.insert.as_ref().map_or(section.length, Vec::len))
            .sum()
    }

    fn into_splices(self) -> Splices {
        let mut joined = Self::default();
        for section in self.0 {
            joined.add(section.length, section.insert, true);
        }
        let mut splices = Vec::new();
        let mut at = 0usize;
        for section in joined.0 {
            if let Some(insert) = section.insert {
                splices.push(Splice {
                    at: u32::try_from(at).unwrap_or(u32::MAX),
                    delete: u32::try_from(section.length).unwrap_or(u32::MAX),
                    insert: String::from_utf16_lossy(&insert),
                });
            }
            at += section.length;
        }
        Splices(splices)
    }
}

/// Walks over sections, in the text before them or in the text after them.
struct Walker {
    sections: std::vec::IntoIter<Section>,
    /// Which section this is, counted from one.
    number: usize,
    length: usize,
    insert: Option<Vec<u16>>,
    /// How much of `insert` was walked over (only [`Walker::forward_after`] counts it), or of `length`.
    offset: usize,
    done: bool,
}

impl Walker {
    fn new(sections: Sections) -> Self {
        let mut walker = Self {
            sections: sections.0.into_iter(),
            number: 0,
            length: 0,
            insert: None,
            offset: 0,
            done: false,
        };
        walker.next();
        walker
    }

    fn next(&mut self) {
        self.offset = 0;
        match self.sections.next() {
            Some(section) => {
                self.number += 1;
                self.length = section.length;
                self.insert = section.insert;
            }
            None => {
                self.length = 0;
                self.insert = None;
                self.done = true;
            }
        }
    }

    fn changes(&self) -> bool {
        self.insert.is_some()
    }

    /// What is left to insert here.
    fn left_to_insert(&self) -> usize {
        self.insert
            .as_ref()
            .map_or(0, |insert| insert.len().saturating_sub(self.offset))
    }

    fn text(&self) -> Vec<u16> {
        self.insert.clone().unwrap_or_default()
    }

    fn forward(&mut self, length: usize) {
        if length >= self.length {
            self.next();
        } else {
            self.length -= length;
            self.offset += length;
        }
    }

    /// Goes forward in the text after these sections, giving the inserted units passed over.
    fn forward_after(&mut self, length: usize) -> Vec<u16> {
        let Some(insert) = &self.insert else {
            self.forward(length);
            return Vec::new();
        };
        let end = self.offset.saturating_add(length).min(insert.len());
        let passed = insert.get(self.offset..end).unwrap_or_default().to_vec();
        if end == insert.len() {
            self.next();
        } else {
            self.offset = end;
        }
        passed
    }
}

/// `ours` as it applies after `other`; both were made for one text. `before`: our insertions stand first on a tie.
pub(super) fn map(ours: &Splices, other: &Splices, before: bool) -> Splices {
    let (mut a, mut b) = (Sections::of(ours), Sections::of(other));
    let length = a.length_before().max(b.length_before());
    a.keep(length - a.length_before(), false);
    b.keep(length - b.length_before(), false);
    let (mut a, mut b) = (Walker::new(a), Walker::new(b));
    let mut result = Sections::default();
    // The last of our sections whose text was inserted already; its deletions may go on piece by piece.
    let mut inserted = 0;
    while !(a.done && b.done) {
        if !a.done && !b.done && !a.changes() && !b.changes() {
            let length = a.length.min(b.length);
            result.keep(length, false);
            a.forward(length);
            b.forward(length);
        } else if b.changes()
            && (!a.changes()
                || inserted == a.number
                || (a.offset == 0 && (b.length < a.length || (b.length == a.length && !before))))
        {
            result.keep(b.left_to_insert(), false);
            let mut length = b.length;
            while length > 0 {
                if a.done {
                    break;
                }
                let piece = a.length.min(length);
                if a.changes() && inserted < a.number && a.length <= piece {
                    result.replace(0, a.text(), false);
                    inserted = a.number;
                }
                a.forward(piece);
                length -= piece;
            }
            b.next();
        } else if a.changes() {
            let mut length = 0;
            let mut left = a.length;
            while left > 0 && !b.done {
                if !b.changes() {
                    let piece = left.min(b.length);
                    length += piece;
                    left -= piece;
                    b.forward(piece);
                } else if b.left_to_insert() == 0 && b.length < left {
                    left -= b.length;
                    b.next();
                } else {
                    break;
                }
            }
            let text = if inserted < a.number {
                a.text()
            } else {
                Vec::new()
            };
            result.replace(length, text, false);
            inserted = a.number;
            let passed = a.length - left;
            a.forward(passed);
        } else {
            // Only reached past the common length, which the padding above rules out.
            break;
        }
    }
    result.into_splices()
}

/// One list for `first` and then `next`.
pub(super) fn compose(first: &Splices, next: &Splices) -> Splices {
    let (mut a, mut b) = (Sections::of(first), Sections::of(next));
    let length = a.length_after().max(b.length_before());
    a.keep(length - a.length_after(), false);
    b.keep(length - b.length_before(), false);
    let (mut a, mut b) = (Walker::new(a), Walker::new(b));
    let mut result = Sections::default();
    // Whether the replacement being written goes on in the next step.
    let mut open = false;
    while !(a.done && b.done) {
        if a.changes() && a.left_to_insert() == 0 {
            result.replace(a.length, Vec::new(), open);
            a.next();
        } else if !b.done && b.length == 0 {
            result.replace(0, b.text(), open);
            b.next();
        } else if a.done || b.done {
            break;
        } else {
            let after = if a.changes() {
                a.left_to_insert()
            } else {
                a.length
            };
            let length = after.min(b.length);
            let sections = result.0.len();
            let text_of_b = if b.offset == 0 { b.text() } else { Vec::new() };
            let more_of_a = a.left_to_insert() > length;
            let more_of_b = b.changes() && b.length > length;
            let replaced = if a.offset == 0 { a.length } else { 0 };
            if !a.changes() {
                if b.changes() {
                    result.replace(length, text_of_b, open);
                } else {
                    result.keep(length, open);
                }
                a.forward(length);
            } else {
                let kept = a.forward_after(length);
                let text = if b.changes() { text_of_b } else { kept };
                result.replace(replaced, text, open);
            }
            open = (more_of_a || more_of_b) && (open || result.0.len() > sections);
            b.forward(length);
        }
    }
    result.into_splices()
}
