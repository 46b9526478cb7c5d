//! Envelopes: kept once, in the order in which they came.

use skein_access::{Chain, EnvelopeId, EnvelopeKind};
use skein_store::{Durability, EnvelopeState};

use crate::common::{Founder, change, id, memory};

#[test]
fn an_envelope_is_kept_once_and_byte_for_byte() {
    let mut ana = Founder::new();
    let mut store = memory();
    let envelope = ana.seal(id(1), &[change(1)]);
    let mark = store
        .write(Durability::Full, |tx| {
            tx.insert_envelope(&envelope, &EnvelopeState::Applied, Some(id(1)))
        })
        .unwrap()
        .unwrap();
    let again = store
        .write(Durability::Full, |tx| {
            tx.insert_envelope(&envelope, &EnvelopeState::Locked, None)
        })
        .unwrap();
    assert_eq!(again, None);
    let stored = store.envelope(envelope.id()).unwrap().unwrap();
    assert_eq!(stored.bytes, envelope.bytes());
    assert_eq!(
        (stored.mark, stored.state, stored.document, stored.kind),
        (
            mark,
            EnvelopeState::Applied,
            Some(id(1)),
            EnvelopeKind::Data
        )
    );
    assert!(store.has_envelope(envelope.id()).unwrap());
    assert_eq!(store.envelope_refs().unwrap().len(), 1);
}

#[test]
fn marks_only_grow_and_say_what_a_peer_lacks() {
    let mut ana = Founder::new();
    let mut store = memory();
    assert_eq!(store.last_mark().unwrap(), 0);
    let mut marks = Vec::new();
    for number in 0..20 {
        let envelope = ana.seal(id(number % 2), &[change(number)]);
        marks.push(
            store
                .write(Durability::Normal, |tx| {
                    tx.insert_envelope(&envelope, &EnvelopeState::Applied, Some(id(number % 2)))
                })
                .unwrap()
                .unwrap(),
        );
    }
    assert!(marks.is_sorted());
    assert_eq!(store.last_mark().unwrap(), marks[19]);
    assert_eq!(store.envelopes_since(marks[4]).unwrap(), 15);
    let page = store.envelopes_after(marks[4], 10).unwrap();
    assert_eq!(
        page.iter()
            .map(|envelope| envelope.mark)
            .collect::<Vec<_>>(),
        marks[5..15]
    );
    assert_eq!(store.last_mark_of(id(0)).unwrap(), Some(marks[18]));
    assert_eq!(store.last_mark_of(id(9)).unwrap(), None);
    let of_one = |state| store.envelopes_of_document(id(1), &state).unwrap().len();
    assert_eq!(of_one(EnvelopeState::Applied), 10);
    assert_eq!(of_one(EnvelopeState::Waiting), 0);
}

#[test]
fn from_each_mark_the_next_is_found_although_numbers_are_left_out() {
    let mut ana = Founder::new();
    let mut store = memory();
    let envelopes = [
        ana.seal(id(1), &[change(1)]),
        ana.seal(id(1), &[change(2)]),
        ana.seal(id(1), &[change(3)]),
    ];
    // What is held already takes a number with it.
    for place in [0, 0, 1, 0, 1, 2] {
        store
            .write(Durability::Normal, |tx| {
                tx.insert_envelope(&envelopes[place], &EnvelopeState::Applied, Some(id(1)))
            })
            .unwrap();
    }
    let ids: Vec<EnvelopeId> = envelopes.iter().map(|envelope| envelope.id()).collect();
    let marks: Vec<i64> = store.marks(&ids).unwrap().into_iter().flatten().collect();
    let mut walked = Vec::new();
    while let Some(next) = store
        .mark_after(walked.last().copied().unwrap_or(0))
        .unwrap()
    {
        walked.push(next);
    }
    assert_eq!(walked, marks);
    assert!(marks[2] > 3, "there is no gap to be walked over");
}

#[test]
fn asked_for_envelopes_come_in_the_order_asked_and_missing_ones_are_passed_over() {
    let mut ana = Founder::new();
    let mut store = memory();
    let (one, two) = (ana.seal(id(1), &[change(1)]), ana.seal(id(1), &[change(2)]));
    store
        .write(Durability::Full, |tx| {
            tx.insert_envelope(&one, &EnvelopeState::Applied, None)?;
            tx.insert_envelope(&two, &EnvelopeState::Applied, None)
        })
        .unwrap();
    let missing = EnvelopeId::from_bytes([3; 32]);
    let found = store.envelopes(&[two.id(), missing, one.id()]).unwrap();
    assert_eq!(
        found.iter().map(|envelope| envelope.id).collect::<Vec<_>>(),
        [two.id(), one.id()]
    );
    assert_eq!(
        store.marks(&[missing, one.id()]).unwrap(),
        [None, Some(found[1].mark)]
    );
}

#[test]
fn a_state_is_kept_with_its_reason_and_counted() {
    let mut ana = Founder::new();
    let mut store = memory();
    let states = [
        EnvelopeState::Applied,
        EnvelopeState::Locked,
        EnvelopeState::Locked,
        EnvelopeState::Waiting,
        EnvelopeState::Quarantined("written after removal".to_owned()),
    ];
    let mut ids = Vec::new();
    for state in &states {
        let envelope = ana.seal(id(1), &[change(1)]);
        ids.push(envelope.id());
        store
            .write(Durability::Normal, |tx| {
                tx.insert_envelope(&envelope, state, None)
            })
            .unwrap();
    }
    let counts = store.envelope_counts().unwrap();
    assert_eq!(
        (
            counts.applied,
            counts.locked,
            counts.waiting,
            counts.quarantined
        ),
        (1, 2, 1, 1)
    );
    let locked = store
        .envelopes_in_state(&EnvelopeState::Locked, 0, 10)
        .unwrap();
    assert_eq!(
        locked
            .iter()
            .map(|envelope| envelope.id)
            .collect::<Vec<_>>(),
        ids[1..3]
    );
    let rest = store
        .envelopes_in_state(&EnvelopeState::Locked, locked[0].mark, 10)
        .unwrap();
    assert_eq!(rest.len(), 1);
    let aside = store
        .envelopes_in_state(&EnvelopeState::Quarantined(String::new()), 0, 10)
        .unwrap();
    assert_eq!(aside[0].state, states[4]);
    assert!(
        store
            .write(Durability::Normal, |tx| tx.set_envelope_state(
                ids[1],
                &EnvelopeState::Applied,
                Some(id(7))
            ))
            .unwrap()
    );
    assert!(
        !store
            .write(Durability::Normal, |tx| tx.set_envelope_state(
                EnvelopeId::from_bytes([1; 32]),
                &EnvelopeState::Applied,
                None
            ))
            .unwrap()
    );
    assert_eq!(
        store.envelope(ids[1]).unwrap().unwrap().document,
        Some(id(7))
    );
    assert_eq!(
        store
            .envelopes_in_state(&EnvelopeState::Applied, 0, 10)
            .unwrap()
            .len(),
        2
    );
    assert_eq!(
        store.envelopes_of_kind(EnvelopeKind::Data).unwrap().len(),
        5
    );
    assert!(
        store
            .envelopes_of_kind(EnvelopeKind::Access)
            .unwrap()
            .is_empty()
    );
}

#[test]
fn a_devices_chain_goes_on_after_its_largest_number_and_forks_are_seen() {
    let (mut ana, mut bea) = (Founder::seeded(1), Founder::seeded(2));
    let mut store = memory();
    assert_eq!(store.next_chain(ana.device).unwrap(), Chain::START);
    let envelopes = [
        ana.seal(id(1), &[change(1)]),
        ana.seal(id(1), &[change(2)]),
        bea.seal(id(1), &[change(3)]),
    ];
    // They may come in any order.
    for envelope in envelopes.iter().rev() {
        store
            .write(Durability::Full, |tx| {
                tx.insert_envelope(envelope, &EnvelopeState::Applied, None)
            })
            .unwrap();
    }
    assert_eq!(store.next_chain(ana.device).unwrap(), envelopes[1].next());
    assert_eq!(store.next_chain(bea.device).unwrap(), envelopes[2].next());
    assert!(store.forks().unwrap().is_empty());
    let fork = ana.seal_at(envelopes[0].next(), id(1), &[change(9)]);
    store
        .write(Durability::Full, |tx| {
            tx.insert_envelope(&fork, &EnvelopeState::Applied, None)
        })
        .unwrap();
    assert_eq!(
        store.forks().unwrap(),
        [(ana.device, 2, vec![envelopes[1].id(), fork.id()])]
    );
}

#[test]
fn a_number_far_beyond_the_others_is_not_the_last_of_a_device_and_one_behind_a_small_gap_is() {
    let mut ana = Founder::new();
    let mut store = memory();
    let ahead = Chain::after(1 << 40, EnvelopeId::from_bytes([5; 32]));
    let ahead = ana.seal_at(ahead, id(1), &[change(9)]);
    let behind = Chain::after(4 + 999, EnvelopeId::from_bytes([6; 32]));
    let behind = ana.seal_at(behind, id(1), &[change(8)]);
    let [first, second, third, fourth] = [1, 2, 3, 4].map(|one| ana.seal(id(1), &[change(one)]));
    let steps = [
        (ahead, 0),
        (second, 2),
        (fourth, 4),
        (first, 4),
        (third, 4),
        (behind, 1_004),
    ];
    for (envelope, last) in steps {
        store
            .write(Durability::Full, |tx| {
                tx.insert_envelope(&envelope, &EnvelopeState::Applied, None)
            })
            .unwrap();
        assert_eq!(store.last_in_sequence(ana.device).unwrap(), last);
    }
}

#[test]
fn a_number_beyond_all_bounds_does_not_stop_the_batch_it_came_in() {
    let mut ana = Founder::new();
    let mut store = memory();
    let hostile = ana.seal_at(
        Chain::after(u64::MAX - 1, EnvelopeId::from_bytes([5; 32])),
        id(1),
        &[change(1)],
    );
    let honest = ana.seal(id(1), &[change(2)]);
    store
        .write(Durability::Full, |tx| {
            tx.insert_envelope(&hostile, &EnvelopeState::Applied, None)?;
            tx.insert_envelope(&honest, &EnvelopeState::Applied, None)
        })
        .unwrap();
    assert_eq!(store.envelope_refs().unwrap().len(), 2);
    store.next_chain(ana.device).unwrap();
}
