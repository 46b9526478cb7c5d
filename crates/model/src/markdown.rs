//! Finds tags, links and task boxes in Markdown, outside of code.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::projection::Link;

/// What a text holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scanned {
    /// `#tags`, lower case, without the sign.
    pub tags: BTreeSet<String>,
    /// Links in order of appearance, without duplicates.
    pub links: Vec<Link>,
    /// Every `[[link]]` with the bytes of the text that it takes up.
    pub wiki_links: Vec<(Range<usize>, Link)>,
    /// Ticked task boxes.
    pub tasks_done: u32,
    /// All task boxes.
    pub tasks_total: u32,
}

/// Reads a text once.
#[must_use]
pub fn scan(text: &str) -> Scanned {
    let mut found = Scanned::default();
    let mut fence: Option<&str> = None;
    let mut after_blank = true;
    let mut next = 0;
    for line in text.split_inclusive('\n') {
        let at = next;
        next += line.len();
        let line = line.trim_end_matches(['\n', '\r']);
        let trimmed = line.trim_start();
        match fence {
            Some(open) => {
                if trimmed.starts_with(open)
                    && trimmed
                        .trim_end()
                        .trim_start_matches(fence_sign(open))
                        .is_empty()
                {
                    fence = None;
                }
                continue;
            }
            None => fence = opening_fence(trimmed),
        }
        let indented = line.starts_with("    ") || line.starts_with('\t');
        if fence.is_some()
            || (indented && after_blank && task_box(trimmed).is_none() && !is_list(trimmed))
        {
            continue;
        }
        after_blank = trimmed.is_empty() || (indented && after_blank);
        if let Some(done) = task_box(trimmed) {
            found.tasks_total += 1;
            found.tasks_done += u32::from(done);
        }
        scan_line(line, at, &mut found);
    }
    found
}

/// Whether a line is a task, and if so, whether it is ticked. Two people who tick one box at the same time leave
/// `[xx]`: any box that holds an `x` is ticked.
#[must_use]
pub fn task_box(line: &str) -> Option<bool> {
    let line = line.trim_start().trim_start_matches(['>', ' ']);
    let digits = line.len() - line.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let rest = match digits {
        0 => line.strip_prefix(['-', '*', '+'])?,
        _ => line.get(digits..)?.strip_prefix(['.', ')'])?,
    };
    let rest = rest.strip_prefix(' ')?.trim_start().strip_prefix('[')?;
    let (mark, after) = rest.split_once(']')?;
    let ticks = !mark.is_empty() && mark.chars().all(|c| matches!(c, 'x' | 'X'));
    let open = mark == " ";
    ((ticks || open) && (after.is_empty() || after.starts_with(' '))).then_some(ticks)
}

fn is_list(line: &str) -> bool {
    line.starts_with("- ") || line.starts_with("* ") || line.starts_with("+ ")
}

fn fence_sign(fence: &str) -> char {
    fence.chars().next().unwrap_or('`')
}

fn opening_fence(line: &str) -> Option<&str> {
    let sign = line.chars().next().filter(|c| matches!(c, '`' | '~'))?;
    let length = line.len() - line.trim_start_matches(sign).len();
    let (fence, info) = line.split_at_checked(length)?;
    (length >= 3 && !(sign == '`' && info.contains('`'))).then_some(fence)
}

/// `start` is where the line stands in the text.
fn scan_line(line: &str, start: usize, found: &mut Scanned) {
    let mut rest = line;
    let mut before = ' ';
    while let Some(c) = rest.chars().next() {
        let taken = match c {
            '\\' => Some(1 + rest.chars().nth(1).map_or(0, char::len_utf8)),
            '`' => code_span(rest),
            '[' => wiki_link(rest, start + line.len() - rest.len(), found)
                .or_else(|| inline_link(rest, found)),
            '#' => tag(rest, before, found),
            _ => None,
        };
        let length = taken.unwrap_or(c.len_utf8());
        before = c;
        rest = rest.get(length..).unwrap_or_default();
    }
}

/// The length of a code span that starts here.
fn code_span(rest: &str) -> Option<usize> {
    let ticks = rest.len() - rest.trim_start_matches('`').len();
    let mut at = ticks;
    while let Some(next) = rest.get(at..).and_then(|r| r.find('`')) {
        let start = at + next;
        let run = rest
            .get(start..)
            .map_or(0, |r| r.len() - r.trim_start_matches('`').len());
        at = start + run;
        if run == ticks {
            return Some(at);
        }
    }
    // Not closed on this line: the ticks are plain characters.
    Some(ticks)
}

fn wiki_link(rest: &str, at: usize, found: &mut Scanned) -> Option<usize> {
    let inner = rest.strip_prefix("[[")?;
    let (inner, _) = inner.split_once("]]")?;
    if inner.contains('[') {
        return None;
    }
    let (target, alias) = match inner.split_once('|') {
        Some((target, alias)) => (target, Some(alias)),
        None => (inner, None),
    };
    let link = link_to(target, alias)?;
    let length = inner.len() + 4;
    found.wiki_links.push((at..at + length, link.clone()));
    push(link, found);
    Some(length)
}

fn inline_link(rest: &str, found: &mut Scanned) -> Option<usize> {
    let close = rest.find("](")?;
    let words = rest.get(1..close)?;
    let after = rest.get(close + 2..)?;
    if words.contains('[') && !words.contains(']') {
        return None;
    }
    let (target, length) = match after.strip_prefix('<') {
        Some(inner) => inner
            .split_once('>')
            .map(|(target, _)| (target, target.len() + 2))?,
        None => {
            let end = after.find([')', ' '])?;
            (after.get(..end)?, end)
        }
    };
    let closing = after.get(length..)?.find(')')?;
    let path = target.split_once('#').map_or(target, |(path, _)| path);
    let outside =
        target.contains("://") || target.starts_with('/') || target.starts_with("mailto:");
    if !outside
        && path.to_ascii_lowercase().ends_with(".md")
        && let Some(link) = link_to(&target.replace("%20", " "), Some(words))
    {
        push(link, found);
    }
    Some(close + 2 + length + closing + 1)
}

fn link_to(target: &str, alias: Option<&str>) -> Option<Link> {
    let (target, heading) = match target.split_once('#') {
        Some((target, heading)) => (target, Some(heading)),
        None => (target, None),
    };
    let tidy = |text: &str| Some(text.trim().to_owned()).filter(|t| !t.is_empty());
    Some(Link {
        target: tidy(target)?,
        heading: heading.and_then(tidy),
        alias: alias.and_then(tidy),
    })
}

fn push(link: Link, found: &mut Scanned) {
    if !found.links.contains(&link) {
        found.links.push(link);
    }
}

fn tag(rest: &str, before: char, found: &mut Scanned) -> Option<usize> {
    if before.is_alphanumeric() || matches!(before, '#' | '&' | '/' | '_') {
        return None;
    }
    let name = rest.strip_prefix('#')?;
    let end = name
        .find(|c: char| !(c.is_alphanumeric() || matches!(c, '-' | '_' | '/')))
        .unwrap_or(name.len());
    let name = name.get(..end)?.trim_end_matches(['-', '/']);
    if !name.chars().any(char::is_alphabetic) {
        return None;
    }
    found.tags.insert(name.to_lowercase());
    Some(name.len() + 1)
}
