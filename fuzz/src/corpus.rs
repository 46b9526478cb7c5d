//! The seeds, and what a little bad luck makes of them, through every target: on a stable compiler, the same each time.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::fs;
use std::path::Path;

use rand_chacha::ChaCha20Rng;
use rand_core::{RngCore, SeedableRng};

/// Each seed is changed so many times.
const ROUNDS: usize = 20;

fn below(rng: &mut ChaCha20Rng, end: usize) -> usize {
    rng.next_u32() as usize % end.max(1)
}

/// Flips, cuts, repeats and exchanges some bytes.
fn mutate(bytes: &mut Vec<u8>, rng: &mut ChaCha20Rng) {
    for _ in 0..=below(rng, 3) {
        let at = below(rng, bytes.len());
        match below(rng, 5) {
            0 => bytes.truncate(at),
            1 => bytes.insert(at, rng.next_u32() as u8),
            2 => {
                let end = at + below(rng, bytes.len() - at);
                bytes.extend_from_within(at..end);
            }
            _ if bytes.is_empty() => {}
            3 => bytes[at] ^= 1 << below(rng, 8),
            _ => bytes[at] = [0, 1, 0x7f, 0x80, 0xff][below(rng, 5)],
        }
    }
}

#[test]
fn no_seed_and_nothing_near_one_stops_a_target() {
    for (name, target) in crate::TARGETS {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("corpus")
            .join(name);
        let mut seeds: Vec<_> = fs::read_dir(&folder)
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap();
        seeds.sort_by_key(fs::DirEntry::file_name);
        assert!(!seeds.is_empty(), "{name}");
        let mut rng = ChaCha20Rng::seed_from_u64(3);
        for seed in seeds {
            let bytes = fs::read(seed.path()).unwrap();
            target(&bytes);
            for _ in 0..ROUNDS {
                let mut bytes = bytes.clone();
                mutate(&mut bytes, &mut rng);
                target(&bytes);
            }
        }
    }
}
