//! Size classes: what is encrypted is padded, so that its length says little about what was typed.
//!
//! Padded plaintext = length of the content (4 bytes, big-endian) · content · zero bytes up to a size class. The classes are
//! 256, 320, 384, 448, 512, 640, 768, 896, 1024, … (4, 5, 6 or 7 times a power of two), and last `MAX_PADDED`, which fills an
//! envelope to the brim.

use crate::header::{HEADER_LENGTH, MAX_ENVELOPE, NONCE_LENGTH, SIGNATURE_LENGTH, TAG_LENGTH};

const SMALLEST: usize = 256;
const LENGTH: usize = 4;

/// The largest padded plaintext that fits an envelope.
pub(crate) const MAX_PADDED: usize =
    MAX_ENVELOPE - HEADER_LENGTH - NONCE_LENGTH - TAG_LENGTH - SIGNATURE_LENGTH;

/// The smallest class that holds `length` bytes, if there is one.
pub(crate) fn class(length: usize) -> Option<usize> {
    if length > MAX_PADDED {
        return None;
    }
    let length = length.max(SMALLEST);
    let step = (length.next_power_of_two() / 8).max(SMALLEST / 4);
    let step = if length.is_power_of_two() { 1 } else { step };
    Some(length.next_multiple_of(step).min(MAX_PADDED))
}

/// Whether a padded plaintext may have this length.
pub(crate) fn is_class(length: usize) -> bool {
    class(length) == Some(length)
}

/// Puts the length in front of the content and fills up to a size class.
pub(crate) fn pad(content: &[u8]) -> Option<Vec<u8>> {
    let size = class(content.len() + LENGTH)?;
    let mut padded = Vec::with_capacity(size);
    padded.extend_from_slice(&u32::try_from(content.len()).ok()?.to_be_bytes());
    padded.extend_from_slice(content);
    padded.resize(size, 0);
    Some(padded)
}

/// The content of a padded plaintext; `None` when the length is wrong or the filling is not all zeros.
pub(crate) fn unpad(padded: &[u8]) -> Option<&[u8]> {
    let (length, rest) = padded.split_first_chunk::<LENGTH>()?;
    let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
    let (content, filling) = rest.split_at_checked(length)?;
    let expected = class(length + LENGTH)?;
    (expected == padded.len() && filling.iter().all(|byte| *byte == 0)).then_some(content)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::{MAX_PADDED, class, is_class, pad, unpad};

    #[test]
    fn classes_are_four_to_an_octave_and_end_at_the_brim() {
        let first: Vec<usize> = (1..=1500).filter(|length| is_class(*length)).collect();
        assert_eq!(first, [256, 320, 384, 448, 512, 640, 768, 896, 1024, 1280]);
        assert_eq!(class(229_376), Some(229_376));
        assert_eq!(class(229_377), Some(MAX_PADDED));
        assert_eq!(class(MAX_PADDED + 1), None);
    }

    #[test]
    fn content_of_any_length_comes_back_and_wastes_at_most_a_quarter() {
        for length in (0..3000).chain([100_000, 229_372, 229_373, MAX_PADDED - 4]) {
            let content = vec![7; length];
            let padded = pad(&content).unwrap();
            assert!(padded.len() <= 256.max((length + 4) * 5 / 4));
            assert_eq!(unpad(&padded).unwrap(), content);
        }
        assert!(pad(&vec![7; MAX_PADDED - 3]).is_none());
    }

    #[test]
    fn filling_other_than_zeros_is_refused() {
        let mut padded = pad(b"hello").unwrap();
        *padded.last_mut().unwrap() = 1;
        assert!(unpad(&padded).is_none());
    }
}
