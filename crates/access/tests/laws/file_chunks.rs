//! Laws of file chunks: they open where they belong and nowhere else.

use proptest::prelude::*;
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use skein_access::{LARGEST_CHUNK, chunk_name, new_file_key, open_chunk, seal_chunk};
use skein_model::file::{CHUNK, chunk_count};
use skein_model::{FileKey, FileManifest};

fn key(seed: u64) -> FileKey {
    new_file_key(&mut ChaCha20Rng::seed_from_u64(seed))
}

/// A file of these bytes, and its chunks.
fn sealed(key: &FileKey, content: &[u8]) -> (FileManifest, Vec<Vec<u8>>) {
    let count = usize::try_from(chunk_count(content.len() as u64)).unwrap();
    let chunks: Vec<Vec<u8>> = (0..count)
        .map(|place| {
            let plain = content.chunks(CHUNK).nth(place).unwrap_or_default();
            seal_chunk(key, place, place + 1 == count, plain).unwrap()
        })
        .collect();
    let names = chunks.iter().map(|chunk| chunk_name(chunk)).collect();
    let size = content.len() as u64;
    let manifest =
        FileManifest::new("goose".into(), String::new(), size, key.clone(), names).unwrap();
    (manifest, chunks)
}

#[test]
fn a_file_opens_to_what_it_was_whatever_its_size() {
    for size in [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK] {
        let content: Vec<u8> = (0..size).map(|at| (at % 251) as u8).collect();
        let (manifest, chunks) = sealed(&key(1), &content);
        let opened: Vec<u8> = (0..chunks.len())
            .flat_map(|place| open_chunk(&manifest, place, &chunks[place]).unwrap())
            .collect();
        assert_eq!(opened, content, "{size}");
        assert!(chunks.iter().all(|chunk| chunk.len() <= LARGEST_CHUNK));
    }
}

#[test]
fn a_chunk_opens_at_no_other_place_and_not_as_the_last_when_it_was_not() {
    let content = vec![7; 2 * CHUNK];
    let (manifest, chunks) = sealed(&key(1), &content);
    assert!(open_chunk(&manifest, 1, &chunks[0]).is_none());
    assert!(open_chunk(&manifest, 2, &chunks[0]).is_none());
    // Somebody who writes a manifest of his own around others' chunks.
    let forged = |size: usize, places: &[usize]| {
        let names = places
            .iter()
            .map(|place| chunk_name(&chunks[*place]))
            .collect();
        let size = size as u64;
        FileManifest::new("x".into(), String::new(), size, key(1), names).unwrap()
    };
    let swapped = forged(2 * CHUNK, &[1, 0]);
    assert!(open_chunk(&swapped, 0, &chunks[1]).is_none());
    let cut = forged(CHUNK, &[0]);
    assert!(open_chunk(&cut, 0, &chunks[0]).is_none());
    let longer = forged(3 * CHUNK, &[0, 1, 1]);
    assert!(open_chunk(&longer, 1, &chunks[1]).is_none());
    let smaller = forged(2 * CHUNK - 1, &[0, 1]);
    assert!(open_chunk(&smaller, 1, &chunks[1]).is_none());
}

#[test]
fn a_chunk_is_not_longer_than_a_chunk() {
    assert!(seal_chunk(&key(1), 0, true, &vec![0; CHUNK + 1]).is_none());
    assert!(seal_chunk(&key(1), usize::MAX, true, b"x").is_none());
}

#[test]
fn equal_files_look_different_to_whoever_carries_them() {
    let (_, one) = sealed(&key(1), b"honk");
    let (_, two) = sealed(&key(2), b"honk");
    assert_ne!(one, two);
}

proptest! {
    #[test]
    fn a_changed_chunk_does_not_open(content in prop::collection::vec(any::<u8>(), 0..200), at in any::<prop::sample::Index>(), by in 1..=255u8, cut in any::<bool>()) {
        let (manifest, chunks) = sealed(&key(3), &content);
        let mut chunk = chunks[0].clone();
        let at = at.index(chunk.len());
        if cut { chunk.truncate(at) } else { chunk[at] ^= by }
        prop_assert_eq!(open_chunk(&manifest, 0, &chunk), None);
        // Even where the manifest names the changed bytes.
        let size = manifest.size();
        let forged = FileManifest::new("x".into(), String::new(), size, key(3), vec![chunk_name(&chunk)]).unwrap();
        prop_assert_eq!(open_chunk(&forged, 0, &chunk), None);
        let other_key = FileManifest::new("x".into(), String::new(), size, key(4), vec![chunk_name(&chunks[0])]).unwrap();
        prop_assert_eq!(open_chunk(&other_key, 0, &chunks[0]), None);
    }
}
