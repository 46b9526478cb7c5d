//! The splices that turn one text into another: words and lines, never half a character.

use super::{Splice, Splices};

/// Differences beyond so many tokens are not looked for; a coarser look is taken instead.
const FARTHEST: usize = 1_000;

pub(super) fn between(old: &str, new: &str) -> Splices {
    let prefix = common_prefix(old.chars(), new.chars());
    let (head, old) = old.split_at_checked(prefix).unwrap_or(("", old));
    let new = new.get(prefix..).unwrap_or_default();
    let suffix = common_prefix(old.chars().rev(), new.chars().rev());
    let old = old.get(..old.len() - suffix).unwrap_or(old);
    let new = new.get(..new.len() - suffix).unwrap_or(new);
    let start = head.encode_utf16().count();
    for split in [words as fn(&str) -> Vec<&str>, lines] {
        let (before, after) = (split(old), split(new));
        if let Some(kept) = common(&before, &after) {
            return splices(start, &before, &after, &kept);
        }
    }
    splices(start, &[old], &[new], &[])
}

/// How many bytes of common characters two texts begin with.
fn common_prefix(old: impl Iterator<Item = char>, new: impl Iterator<Item = char>) -> usize {
    old.zip(new)
        .take_while(|(a, b)| a == b)
        .map(|(a, _)| a.len_utf8())
        .sum()
}

/// Words, and everything else character by character.
fn words(text: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = if first.is_alphanumeric() {
            rest.find(|c: char| !c.is_alphanumeric())
                .unwrap_or(rest.len())
        } else {
            first.len_utf8()
        };
        let (token, after) = rest.split_at_checked(length).unwrap_or((rest, ""));
        tokens.push(token);
        rest = after;
    }
    tokens
}

fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}

/// Turns matched pairs of tokens into splices around them.
fn splices(start: usize, before: &[&str], after: &[&str], kept: &[(usize, usize)]) -> Splices {
    let units = |tokens: Option<&[&str]>| {
        tokens
            .unwrap_or_default()
            .iter()
            .map(|t| t.encode_utf16().count())
            .sum::<usize>()
    };
    let mut list = Vec::new();
    let (mut at, mut old, mut new) = (start, 0, 0);
    let ends = [(before.len(), after.len())];
    for &(next_old, next_new) in kept.iter().chain(&ends) {
        let delete = units(before.get(old..next_old));
        let insert = after.get(new..next_new).unwrap_or_default().concat();
        if delete > 0 || !insert.is_empty() {
            list.push(Splice {
                at: u32::try_from(at).unwrap_or(u32::MAX),
                delete: u32::try_from(delete).unwrap_or(u32::MAX),
                insert,
            });
        }
        at += delete + units(before.get(next_old..next_old.saturating_add(1)));
        (old, new) = (next_old + 1, next_new + 1);
    }
    Splices(list)
}

/// The pairs of equal tokens of a shortest edit script (Myers), in order; `None` when the texts are too different.
fn common(before: &[&str], after: &[&str]) -> Option<Vec<(usize, usize)>> {
    let (n, m) = (before.len() as isize, after.len() as isize);
    let farthest = (n + m).min(FARTHEST as isize);
    let slot = |k: isize| usize::try_from(k + farthest + 1).unwrap_or(0);
    let mut reach = vec![0isize; slot(farthest) + 2];
    let mut trace: Vec<Vec<isize>> = Vec::new();
    let at = |reach: &[isize], k: isize| reach.get(slot(k)).copied().unwrap_or(-1);
    let equal = |x: isize, y: isize| {
        let pick = |list: &[&str], i: isize| {
            usize::try_from(i)
                .ok()
                .and_then(|i| list.get(i).copied().map(str::to_owned))
        };
        matches!((pick(before, x), pick(after, y)), (Some(a), Some(b)) if a == b)
    };
    for d in 0..=farthest {
        trace.push(reach.get(slot(-d - 1)..=slot(d + 1))?.to_vec());
        for k in (-d..=d).step_by(2) {
            let down = k == -d || (k != d && at(&reach, k - 1) < at(&reach, k + 1));
            let mut x = if down {
                at(&reach, k + 1)
            } else {
                at(&reach, k - 1) + 1
            };
            while x < n && x - k < m && equal(x, x - k) {
                x += 1;
            }
            if let Some(cell) = reach.get_mut(slot(k)) {
                *cell = x;
            }
            if x >= n && x - k >= m {
                return Some(walk_back(&trace, d, n, m));
            }
        }
    }
    None
}

/// Follows the trace of [`common`] back to the start.
fn walk_back(trace: &[Vec<isize>], farthest: isize, n: isize, m: isize) -> Vec<(usize, usize)> {
    let (mut x, mut y) = (n, m);
    let mut kept = Vec::new();
    for d in (0..=farthest).rev() {
        let Some(reach) = usize::try_from(d).ok().and_then(|d| trace.get(d)) else {
            break;
        };
        let at = |k: isize| {
            usize::try_from(k + d + 1)
                .ok()
                .and_then(|i| reach.get(i))
                .copied()
                .unwrap_or(-1)
        };
        let k = x - y;
        let down = k == -d || (k != d && at(k - 1) < at(k + 1));
        let previous_k = if down { k + 1 } else { k - 1 };
        let (from_x, from_y) = if d == 0 {
            (0, 0)
        } else {
            (at(previous_k), at(previous_k) - previous_k)
        };
        let (mid_x, mid_y) = match (d, down) {
            (0, _) => (0, 0),
            (_, true) => (from_x, from_y + 1),
            (_, false) => (from_x + 1, from_y),
        };
        while x > mid_x && y > mid_y {
            x -= 1;
            y -= 1;
            kept.push((x as usize, y as usize));
        }
        (x, y) = (from_x, from_y);
    }
    kept.reverse();
    kept
}
