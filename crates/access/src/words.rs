//! Six words that stand for a device's key, for two people who compare by voice whom they let in.

use bip39::Language;

use crate::{DeviceId, domain};

/// How many words, of 11 bits each: nobody finds another key with the same 66 bits in the time in which an invite is open.
pub const WORDS: usize = 6;

/// Bits that choose a word from the list of 2,048 (BIP 39, whose words differ in their first four letters).
const BITS: usize = 11;

/// The words of a device, the same on every machine.
#[must_use]
pub fn words_of(device: &DeviceId) -> [&'static str; WORDS] {
    let digest = domain::derive(domain::DEVICE_WORDS, &[device.as_bytes()]);
    let list = Language::English.word_list();
    std::array::from_fn(|word| {
        let bits = (word * BITS..(word + 1) * BITS).map(|bit| {
            let byte = digest.get(bit / 8).copied().unwrap_or_default();
            usize::from(byte >> (7 - bit % 8) & 1)
        });
        let number = bits.fold(0, |number, bit| number << 1 | bit);
        list.get(number).copied().unwrap_or_default()
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_device_has_the_same_six_words_everywhere_and_for_ever() {
        let device = DeviceId::from_bytes([7; 32]);
        assert_eq!(
            words_of(&device).join(" "),
            "card excite marble vapor cram announce"
        );
    }

    #[test]
    fn devices_that_differ_in_one_bit_have_other_words() {
        let mut seen = BTreeSet::new();
        for bit in 0..256 {
            let mut key = [0; 32];
            key[bit / 8] ^= 1 << (bit % 8);
            let words = words_of(&DeviceId::from_bytes(key));
            assert!(words.iter().all(|word| !word.is_empty()));
            seen.insert(words);
        }
        assert_eq!(seen.len(), 256);
    }
}
