//! Places in an ordered list as text: between any two there is always room for another.
//!
//! A position is a number in base 62 whose first letter says how many digits its whole part has, so that adding at
//! either end costs no length; the fraction grows only where things are put between others.

/// Positions longer than this are not made and not accepted.
const LONGEST: usize = 1024;
const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// The position of the first thing in an empty list, and of anything whose own position is not readable.
pub const MIDDLE: &str = "a0";

/// A position after `before` and before `after`. Bounds that are not positions count as [`MIDDLE`]; bounds that are
/// equal or the wrong way round leave no room between, and give a position right behind `before`.
#[must_use]
pub fn between(before: Option<&str>, after: Option<&str>) -> String {
    let before = before.map(readable);
    let after = after
        .map(readable)
        .filter(|after| before.is_none_or(|before| before < *after));
    let found = match (before, after) {
        (None, None) => None,
        (None, Some(after)) => lower(after),
        (Some(before), None) => higher(before),
        (Some(before), Some(after)) => inside(before, after),
    };
    match found {
        Some(position) if position.len() <= LONGEST => position,
        _ => before.unwrap_or(MIDDLE).to_owned(),
    }
}

/// As [`between`], made different for different `who`: people who insert at one place apart rarely collide.
#[must_use]
pub fn between_for(before: Option<&str>, after: Option<&str>, who: &[u8]) -> String {
    let plain = between(before, after);
    let hash = blake3::hash(who);
    let mut distinct = plain.clone();
    for byte in hash.as_bytes().iter().take(2) {
        // Never a trailing zero: digits 1 to 61.
        distinct.push(digit(usize::from(*byte) % 61 + 1));
    }
    let fits = distinct.len() <= LONGEST
        && before.is_none_or(|b| readable(b) < distinct.as_str())
        && after.is_none_or(|a| {
            distinct.as_str() < readable(a) || before.is_some_and(|b| readable(b) >= readable(a))
        });
    if fits { distinct } else { plain }
}

/// The text itself when it is a position, otherwise [`MIDDLE`].
#[must_use]
pub fn readable(text: &str) -> &str {
    let valid = text.len() <= LONGEST
        && text.bytes().all(|b| b.is_ascii_alphanumeric())
        && split(text).is_some_and(|(_, fraction)| !fraction.ends_with('0'));
    if valid { text } else { MIDDLE }
}

fn digit(value: usize) -> char {
    DIGITS.get(value).map_or('0', |d| char::from(*d))
}

fn value(digit: u8) -> usize {
    DIGITS.binary_search(&digit).unwrap_or(0)
}

/// How many characters the whole part has, its first letter included.
fn whole_length(head: u8) -> Option<usize> {
    match head {
        b'a'..=b'z' => Some(usize::from(head - b'a') + 2),
        b'A'..=b'Z' => Some(usize::from(b'Z' - head) + 2),
        _ => None,
    }
}

fn split(position: &str) -> Option<(&str, &str)> {
    let length = whole_length(*position.as_bytes().first()?)?;
    position.split_at_checked(length)
}

fn higher(before: &str) -> Option<String> {
    let (whole, fraction) = split(before)?;
    match step(whole, true) {
        Some(next) => Some(next),
        None => Some(format!("{whole}{}", middle(fraction, None)?)),
    }
}

fn lower(after: &str) -> Option<String> {
    let (whole, fraction) = split(after)?;
    if !fraction.is_empty() {
        return Some(whole.to_owned());
    }
    step(whole, false)
}

fn inside(before: &str, after: &str) -> Option<String> {
    let (whole, fraction) = split(before)?;
    let (whole_after, fraction_after) = split(after)?;
    if whole == whole_after {
        return Some(format!(
            "{whole}{}",
            middle(fraction, Some(fraction_after))?
        ));
    }
    if let Some(next) = step(whole, true)
        && next.as_str() < after
    {
        return Some(next);
    }
    Some(format!("{whole}{}", middle(fraction, None)?))
}

/// The whole part one up or one down; `None` at the end of the scale.
fn step(whole: &str, up: bool) -> Option<String> {
    let (head, digits) = whole.split_at_checked(1)?;
    let (full, wrapped) = if up { (61, '0') } else { (0, 'z') };
    let mut reversed = String::new();
    let mut carry = true;
    for d in digits.bytes().rev().map(value) {
        if !carry {
            reversed.push(digit(d));
        } else if d == full {
            reversed.push(wrapped);
        } else {
            reversed.push(digit(if up { d + 1 } else { d - 1 }));
            carry = false;
        }
    }
    let digits: String = reversed.chars().rev().collect();
    if !carry {
        return Some(format!("{head}{digits}"));
    }
    let head = *head.as_bytes().first()?;
    let next = match (up, head) {
        (true, b'z') | (false, b'A') => return None,
        (true, b'Z') => b'a',
        (false, b'a') => b'Z',
        (true, _) => head + 1,
        (false, _) => head - 1,
    };
    let length = whole_length(next)? - 1;
    Some(format!(
        "{}{}",
        char::from(next),
        String::from(wrapped).repeat(length)
    ))
}

/// A fraction strictly between two fractions (`None`: one), never ending in zero.
fn middle(low: &str, high: Option<&str>) -> Option<String> {
    let mut made = String::new();
    let mut low = low.bytes();
    let mut high = high.map(str::bytes);
    loop {
        let below = low.next().map_or(0, value);
        let above = match high.as_mut() {
            None => 62,
            // The upper bound ran out without a difference: the bounds were not in order.
            Some(digits) => value(digits.next()?),
        };
        if above < below {
            return None;
        }
        if above - below > 1 {
            made.push(digit((above + below) / 2));
            return Some(made);
        }
        made.push(digit(below));
        if above == below + 1 {
            high = None;
        }
        if made.len() > LONGEST {
            return None;
        }
    }
}
