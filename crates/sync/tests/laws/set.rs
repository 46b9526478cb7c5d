//! The warm set equals a plain sorted set, and negentropy sees no difference between it and its own.

use std::collections::BTreeSet;

use negentropy::{Bound, Id, NegentropyStorageBase, NegentropyStorageVector};
use proptest::prelude::*;
use skein_access::EnvelopeId;
use skein_sync::{EnvelopeSet, Group, ItemRef, Key, OrderedIds};

fn key(hour: u32, number: u32) -> Key {
    let mut id = *blake3::hash(&number.to_le_bytes()).as_bytes();
    // Many ids share their first bytes, as none would in life.
    if number.is_multiple_of(3) {
        id[..8].fill(9);
    }
    Key {
        hour,
        id: EnvelopeId::from_bytes(id),
    }
}

/// The hour belongs to the id, as in an envelope.
fn keys() -> impl Strategy<Value = Vec<Key>> {
    let number = prop_oneof![0_u32..60, 0_u32..100_000];
    prop::collection::vec(number.prop_map(|number| key(number % 17, number)), 0..3_000)
}

fn vector(keys: &BTreeSet<Key>) -> NegentropyStorageVector {
    let mut vector = NegentropyStorageVector::new();
    for key in keys {
        vector
            .insert(u64::from(key.hour), Id::from_byte_array(*key.id.as_bytes()))
            .unwrap();
    }
    vector.seal().unwrap();
    vector
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn the_order_equals_a_plain_sorted_set_and_negentropy_agrees(keys in keys(), cuts in prop::collection::vec(any::<(u16, u16)>(), 20)) {
        let mut ordered = OrderedIds::default();
        let mut plain = BTreeSet::new();
        for key in &keys {
            prop_assert_eq!(ordered.insert(*key), plain.insert(*key));
        }
        prop_assert_eq!(ordered.len(), plain.len());
        prop_assert!(ordered.iter().eq(plain.iter()));
        let vector = vector(&plain);
        for (from, to) in cuts {
            let (from, to) = (usize::from(from) % (plain.len() + 1), usize::from(to) % (plain.len() + 1));
            let (begin, end) = (from.min(to), from.max(to));
            let here = ordered.fingerprint(begin, end).unwrap().to_bytes();
            prop_assert_eq!(here, vector.fingerprint(begin, end).unwrap().to_bytes());
            prop_assert_eq!(ordered.get_item(begin).unwrap(), vector.get_item(begin).unwrap());
            let bound = Bound::with_timestamp_and_id((to % 19) as u64, &blake3::hash(&[from as u8]).as_bytes()[..to % 33]).unwrap();
            prop_assert_eq!(ordered.find_lower_bound(begin, end, &bound), vector.find_lower_bound(begin, end, &bound));
            let after = plain.iter().nth(begin).copied();
            let expected: Vec<Key> = plain.iter().copied().filter(|key| Some(*key) > after).take(7).collect();
            prop_assert_eq!(ordered.after(after, 7), expected);
        }
        prop_assert!(ordered.iterate(plain.len(), plain.len() + 1, &mut |_, _| Ok(true)).is_err());
    }

    #[test]
    fn an_id_is_found_with_its_place_in_its_group_only(keys in keys()) {
        let mut set = EnvelopeSet::new();
        let mut plain = BTreeSet::new();
        for (sequence, key) in (1..).zip(&keys) {
            let item = ItemRef { group: Group::Data, key: *key };
            prop_assert_eq!(set.insert(item, sequence), plain.insert(*key));
        }
        for key in &plain {
            prop_assert_eq!(set.key(Group::Data, &key.id), Some(*key));
            prop_assert!(!set.contains(Group::Access, &key.id));
        }
        prop_assert!(!set.contains(Group::Data, &key(1, 100_001).id));
        prop_assert!(!set.contains(Group::Data, &key(1, 200_001).id));
        prop_assert_eq!(set.mark(), keys.len() as u64);
        prop_assert_eq!(set.len(Group::Data), plain.len());
    }
}

#[allow(clippy::disallowed_methods, reason = "this law is about real time")]
#[test]
fn inserting_anywhere_among_three_hundred_thousand_stays_cheap() {
    let mut set = EnvelopeSet::new();
    let begun = std::time::Instant::now();
    for number in 0..300_000_u32 {
        let hour = if number.is_multiple_of(10) {
            number % 1_000
        } else {
            1_000 + number / 100
        };
        let key = Key {
            hour,
            id: EnvelopeId::from_bytes(*blake3::hash(&number.to_le_bytes()).as_bytes()),
        };
        set.insert(
            ItemRef {
                group: Group::Data,
                key,
            },
            u64::from(number),
        );
    }
    assert_eq!(set.len(Group::Data), 300_000);
    // Unoptimised and on a busy machine; a sorted vector would take minutes.
    assert!(begun.elapsed().as_secs() < 20);
}
