//! A log that is broken in its middle: SQLite reads it up to there and writes over the rest, so a copy of it is kept before.

use std::fs::{self, File};
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

use crate::damage::{log_path, number};
use crate::open::beside;

/// Bytes before the first frame, and before the page in each.
const HEAD: usize = 32;
const FRAME_HEAD: usize = 24;
/// SQLite has no larger pages.
const LARGEST_PAGE: u32 = 65_536;

/// The running sum of a log, over each frame's first bytes and its page.
type Sum = (u32, u32);

/// Goes on with a sum over more bytes, in the order of bytes that the log's head tells.
pub(crate) fn sum_of(bytes: &[u8], big_endian: bool, (mut one, mut other): Sum) -> Sum {
    let word = |bytes: &[u8; 4]| match big_endian {
        true => u32::from_be_bytes(*bytes),
        false => u32::from_le_bytes(*bytes),
    };
    let (words, _) = bytes.as_chunks::<4>();
    for pair in words.as_chunks::<2>().0 {
        let [first, second] = pair;
        one = one.wrapping_add(word(first)).wrapping_add(other);
        other = other.wrapping_add(word(second)).wrapping_add(one);
    }
    (one, other)
}

/// Copies the log of a file, if whole frames lie behind a broken one in it, to a place that is given back. A copy of the same is not made twice.
pub(crate) fn keep_if_torn(path: &Path) -> io::Result<Option<PathBuf>> {
    let log = log_path(path);
    if !is_torn(&mut BufReader::new(File::open(&log)?))? {
        return Ok(None);
    }
    let content = fs::read(&log)?;
    for attempt in 1.. {
        let copy = beside(path, &format!("-log-damaged-{attempt}"));
        match fs::read(&copy) {
            Ok(kept) if kept == content => return Ok(Some(copy)),
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let unfinished = beside(path, "-log-damaged");
                fs::write(&unfinished, &content)?;
                File::open(&unfinished)?.sync_all()?;
                fs::rename(&unfinished, &copy)?;
                return Ok(Some(copy));
            }
            Err(error) => return Err(error),
        }
    }
    Ok(None)
}

fn is_torn(log: &mut impl Read) -> io::Result<bool> {
    let mut head = [0; HEAD];
    let page = match read_whole(log, &mut head)? {
        true => number(&head, 8),
        false => return Ok(false),
    };
    if !(512..=LARGEST_PAGE).contains(&page) {
        return Ok(false);
    }
    let big_endian = number(&head, 0) & 1 == 1;
    let mut sum = (number(&head, 24), number(&head, 28));
    let mut frame = vec![0; FRAME_HEAD + page as usize];
    let mut broken = false;
    while read_whole(log, &mut frame)? {
        let told = (number(&frame, 16), number(&frame, 20));
        let of_this_log = head.get(16..24) == frame.get(8..16);
        let first = frame.get(..8).unwrap_or_default();
        let content = frame.get(FRAME_HEAD..).unwrap_or_default();
        let found = sum_of(content, big_endian, sum_of(first, big_endian, sum));
        match of_this_log && found == told {
            true if broken => return Ok(true),
            true => {}
            false => broken = true,
        }
        sum = told;
    }
    Ok(false)
}

/// Fills the buffer; `false` at the end.
fn read_whole(from: &mut impl Read, buffer: &mut [u8]) -> io::Result<bool> {
    match from.read_exact(buffer) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
        Err(error) => Err(error),
    }
}
