//! Packs: relays keep little of what is old, and nobody lacks anything for it.

use std::cell::Cell;

use crate::sim::World;
use crate::sim::mallory::Mallory;
use crate::sim::relay::RELAY;

use skein_access::{
    DataPayload, Envelope, EnvelopeKind, EpochKey, Pack, Role, UnverifiedEnvelope, seal_data,
    seal_pack,
};
use skein_engine::api::{AuditReport, Reply, Request};
use skein_model::{DocumentId, NoteEdit, TextField};

const LEAST: usize = 20;

/// So many people who meet at a relay alone, and a note that all of them have.
fn marsh(seed: u64, members: usize) -> (World, DocumentId) {
    let mut world = World::new(seed, members);
    for machine in &mut world.machines {
        machine.skew_ms = 0;
    }
    world.found();
    world.name_relay();
    world.packs_soon(LEAST);
    world.invite(0, Role::Editor, 20);
    let note = world.ask(
        0,
        Request::CreateNote {
            title: "Marsh".to_owned(),
            text: None,
            parent: None,
            after: None,
        },
    );
    let Ok(Reply::Created { id: document }) = note else {
        panic!("{note:?}")
    };
    let all: Vec<usize> = (0..members).collect();
    for index in 1..members {
        world.join(index);
    }
    world.settle(&all);
    (world, document)
}

/// Somebody types, with pauses: each time an envelope of its own.
fn types(world: &mut World, index: usize, note: DocumentId, lines: usize) {
    for line in 0..lines {
        let text = format!("line {line} of {index}\n");
        let edit = NoteEdit::AppendText { text };
        let edit = Request::EditNote {
            document: note,
            edit,
        };
        world.ask(index, edit).unwrap();
        world.pass(2_100);
        while world.do_what_is_there() {}
    }
}

/// Time for packs, and for questions about them.
fn a_while_later(world: &mut World, among: &[usize]) {
    for _ in 0..15 {
        world.pass(2_000);
        while world.do_what_is_there() {}
    }
    // Whoever comes anew is asked.
    for index in among.iter().copied() {
        world.dial(index, RELAY);
    }
    world.settle(among);
    world.pass(100);
    while world.do_what_is_there() {}
}

fn audit(world: &mut World, index: usize) -> AuditReport {
    match world.ask(index, Request::Audit).unwrap() {
        Reply::Audit { report } => report,
        other => panic!("{other:?}"),
    }
}

/// Somebody comes by the relay while everybody else sleeps, and has what `like` has.
fn somebody_new_has_all(world: &mut World, like: usize, note: DocumentId) {
    // By an invite of its own: one that a person knew who is out lets nobody in.
    world.tickets.clear();
    world.invite(0, Role::Editor, 1);
    world.settle(&[0, like]);
    let text = world.text(like, note, TextField::NoteText);
    let report = audit(world, like);
    let others: Vec<usize> = world.running();
    let new = world.add_machine();
    world.machines[new].skew_ms = 0;
    for index in others.iter().copied() {
        world.starts_again(index);
    }
    world.settle(&[new]);
    assert_eq!(world.text(new, note, TextField::NoteText), text);
    let found = audit(world, new);
    // What is kept aside at everybody, is at whoever comes.
    assert_eq!(found.differences, report.differences);
    assert_eq!(found.digest, report.digest);
    // A join and a profile more, and all that was there before.
    assert!(found.envelopes > report.envelopes);
}

#[test]
fn whoever_comes_gets_back_what_the_relay_let_go() {
    let (mut world, note) = marsh(1, 2);
    types(&mut world, 0, note, 60);
    types(&mut world, 1, note, 30);
    let before = world.kept_by_the_relay();
    assert_eq!(before.names, 0);
    a_while_later(&mut world, &[0, 1]);
    let kept = world.kept_by_the_relay();
    assert!(kept.packs >= 2 && kept.names >= 60, "{kept:?}");
    assert!(kept.whole + kept.names >= before.whole, "{kept:?}");
    assert!(kept.bytes * 2 < before.bytes, "{before:?} became {kept:?}");
    // The names stand, so those who have everything have nothing to bring or to fetch.
    world.settle(&[0, 1]);
    assert_eq!(world.kept_by_the_relay(), kept);
    somebody_new_has_all(&mut world, 0, note);
}

#[test]
fn a_relay_keeps_everything_until_every_device_has_said_the_same() {
    let (mut world, note) = marsh(2, 3);
    types(&mut world, 0, note, 40);
    world.settle(&[0, 1]);
    a_while_later(&mut world, &[0, 1]);
    let kept = world.kept_by_the_relay();
    assert!(kept.packs >= 1, "{kept:?}");
    assert_eq!(kept.names, 0, "the third was not there");
    world.settle(&[2]);
    a_while_later(&mut world, &[0, 1, 2]);
    assert!(world.kept_by_the_relay().names >= LEAST);
    somebody_new_has_all(&mut world, 2, note);
}

#[test]
fn whoever_is_out_is_not_waited_for() {
    let (mut world, note) = marsh(3, 3);
    types(&mut world, 0, note, 40);
    a_while_later(&mut world, &[0, 1]);
    assert_eq!(world.kept_by_the_relay().names, 0);
    let people = world.people(0);
    let third = people.iter().find(|person| person.name == "Member 2");
    let member = third.unwrap().id.to_string();
    world.ask(0, Request::RemoveMember { member }).unwrap();
    world.out.insert(2);
    a_while_later(&mut world, &[0, 1]);
    assert!(world.kept_by_the_relay().names >= LEAST);
    somebody_new_has_all(&mut world, 1, note);
}

#[test]
fn a_relay_that_lost_its_disk_is_refilled_with_what_it_had_let_go() {
    let (mut world, note) = marsh(4, 2);
    types(&mut world, 0, note, 40);
    a_while_later(&mut world, &[0, 1]);
    assert!(world.kept_by_the_relay().names >= LEAST);
    world.loses_its_disk();
    world.settle(&[0]);
    let kept = world.kept_by_the_relay();
    assert!(kept.names == 0 && kept.whole >= 40, "{kept:?}");
    // Those who have it say again for what the packs stand.
    a_while_later(&mut world, &[0, 1]);
    assert!(world.kept_by_the_relay().names >= LEAST);
    somebody_new_has_all(&mut world, 0, note);
}

#[test]
fn a_pack_of_which_not_everything_is_genuine_takes_no_place() {
    let (mut world, note) = marsh(6, 3);
    world.packs_soon(usize::MAX);
    types(&mut world, 1, note, 30);
    world.settle(&[0, 1, 2]);
    // The second packs what she wrote; of the last she seals something else than what she had signed.
    world.stop(1);
    let mut rng = world.rng.clone();
    let mut mallory = Mallory::at(&world, 1);
    let keyring = mallory.authority.keyring(&mallory.key);
    let epoch = mallory.epoch();
    let key = keyring.get(&epoch).unwrap();
    let another = EpochKey::generate(&mut rng);
    let device = mallory.key.id();
    let stored = mallory.store.envelopes_after(0, u32::MAX).unwrap();
    let workspace = mallory.stamp().workspace;
    let written = stored.iter().map(|one| {
        let envelope = UnverifiedEnvelope::decode(&one.bytes).unwrap();
        envelope.verify(&workspace).unwrap()
    });
    let mut written: Vec<Envelope> = written
        .filter(|one| one.header().device == device && one.header().kind == EnvelopeKind::Data)
        .collect();
    let payload = DataPayload {
        document: note,
        kind_code: 1,
        changes: Vec::new(),
    };
    let stamp = mallory.stamp();
    let sealed = (&epoch, &another);
    written.push(seal_data(&mallory.key, &stamp, sealed, &payload, &mut rng).unwrap());
    let count = Cell::new(0);
    let pack = Pack::of(device, &written, |epoch| {
        count.set(count.get() + 1);
        let is_last = count.get() == written.len();
        if is_last {
            Some(&another)
        } else {
            keyring.get(epoch)
        }
    });
    assert_eq!(pack.len(), written.len());
    let sealed = (&epoch, key);
    let pack = seal_pack(&mallory.key, &stamp, sealed, &pack, &mut rng).unwrap();
    mallory.put(&pack);
    drop(mallory);
    world.rng = rng;
    world.start(1);
    a_while_later(&mut world, &[0, 1, 2]);
    let kept = world.kept_by_the_relay();
    assert_eq!((kept.packs, kept.names), (1, 0));
    somebody_new_has_all(&mut world, 0, note);
}

#[test]
fn without_a_relay_nothing_is_packed() {
    let (mut world, note) = marsh(5, 2);
    let relay = world.relay().device.to_string();
    world.ask(0, Request::RemoveRelay { relay }).unwrap();
    world.pass(100);
    while world.do_what_is_there() {}
    let before = audit(&mut world, 0).envelopes;
    types(&mut world, 0, note, 40);
    for _ in 0..30 {
        world.pass(2_000);
    }
    let after = audit(&mut world, 0).envelopes;
    assert_eq!(after - before, 40);
}
