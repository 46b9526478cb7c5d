//! Envelopes of which some is good and some is refused: each change stands for itself, wherever and whenever documents are made of them.

use crate::hostile::{created, workspace};
use crate::sim::World;
use crate::sim::mallory::Mallory;
use skein_access::Role;
use skein_engine::api::Request;
use skein_model::{
    ActorSeed, ChangeBytes, Document, DocumentId, Edit, Kind, NoteEdit, Place, TextField,
};

/// Bytes that begin as a change does, and are none.
fn no_change() -> ChangeBytes {
    ChangeBytes(vec![0x85, 0x6f, 0x4a, 0x83, 1, 2, 3, 4, 1])
}

/// What somebody would write at the end of a note, line by line: a change each, which rests on the one before.
fn written(world: &mut World, index: usize, note: DocumentId, lines: &[&str]) -> Vec<ChangeBytes> {
    world.stop(index);
    let member = Mallory::at(world, index);
    let permit = member.authority.read(&member.key.id(), Kind::Note).unwrap();
    let stored = member.store.load(&permit, note).unwrap();
    let changes: Vec<ChangeBytes> = stored.changes.into_iter().map(|(_, one)| one).collect();
    let loaded = Document::load(ActorSeed([9; 16]), None, &changes).unwrap();
    let mut document = loaded.document;
    let lines = lines.iter().flat_map(|line| {
        let text = (*line).to_owned();
        let edit = Edit::Note(NoteEdit::AppendText { text });
        document.edit(&edit, 0).unwrap().changes
    });
    let lines = lines.collect();
    drop(member);
    world.start(index);
    lines
}

/// A member signs these changes, whatever they are, in one envelope.
fn sign(world: &mut World, index: usize, note: DocumentId, changes: Vec<ChangeBytes>) {
    world.stop(index);
    let mut rng = world.rng.clone();
    let mut mallory = Mallory::at(world, index);
    let stamp = mallory.stamp();
    mallory.send(&mut rng, &stamp, note, 1, changes);
    drop(mallory);
    world.rng = rng;
    world.start(index);
}

fn append(world: &mut World, index: usize, note: DocumentId, text: &str) {
    let text = text.to_owned();
    let edit = NoteEdit::AppendText { text };
    let document = note;
    let request = Request::EditNote { document, edit };
    world.ask(index, request).unwrap();
}

/// The first, who knows nothing of what the third wrote lately, takes that person out.
fn remove_third(world: &mut World) {
    let people = world.people(0);
    let third = people.into_iter().find(|member| member.name == "Member 3");
    let member = third.unwrap().id;
    world.ask(0, Request::RemoveMember { member }).unwrap();
}

/// All of these have the same text, in which all of these words are, and nothing is wrong with it but that something sent was refused.
fn have_all(world: &mut World, among: &[usize], note: DocumentId, words: &[&str]) {
    for index in among {
        let text = world.text(*index, note, TextField::NoteText);
        assert_eq!(
            text,
            world.text(among[0], note, TextField::NoteText),
            "equal for all"
        );
        for words in words {
            assert!(text.contains(words), "{words:?} in {text:?} at {index}");
        }
        let differences = world.audit(*index).differences.into_iter();
        let subjects: Vec<String> = differences.map(|one| one.subject).collect();
        assert_eq!(subjects, ["what colleagues sent"], "at {index}");
    }
}

#[test]
fn what_is_good_in_an_envelope_of_which_some_is_refused_stays_also_where_documents_are_made_anew() {
    let (mut world, note, _) = workspace(3, 4);
    let good = written(&mut world, 1, note, &["half of it is good"]);
    sign(&mut world, 1, note, [good, vec![no_change()]].concat());
    world.settle(&[0, 1, 2, 3]);
    // 3 writes what 2 alone has, and is removed by somebody who knows nothing of it: so 2 makes the document anew.
    append(&mut world, 3, note, "this goes");
    world.settle(&[2, 3]);
    append(&mut world, 2, note, "on top of it all");
    remove_third(&mut world);
    world.settle(&[0, 1, 2]);
    // The first invite was closed with the removal of who knew it.
    world.tickets.clear();
    world.invite(0, Role::Editor, 1);
    let late = world.add_machine();
    world.join(late);
    world.settle(&[0, 1, 2, late]);
    let words = ["half of it is good", "on top of it all"];
    have_all(&mut world, &[0, 2, late], note, &words);
}

#[test]
fn what_waits_in_an_envelope_of_which_some_is_refused_is_taken_once_it_can_be_also_after_a_restart()
{
    let (mut world, note, _) = workspace(4, 3);
    let lines = written(&mut world, 1, note, &["first", "second"]);
    sign(&mut world, 1, note, vec![lines[1].clone(), no_change()]);
    world.settle(&[0, 1, 2]);
    world.stop(2);
    world.start(2);
    sign(&mut world, 1, note, vec![lines[0].clone()]);
    world.settle(&[0, 1, 2]);
    have_all(&mut world, &[0, 2], note, &["first", "second"]);
}

#[test]
fn a_beginning_that_was_refused_does_not_take_the_place_of_the_document_that_is_made_anew() {
    for seed in 0..4 {
        let (mut world, _, _) = workspace(seed, 4);
        let request = Request::CreateNote {
            title: "Hers".to_owned(),
            text: Some("hers alone".to_owned()),
            parent: None,
            after: None,
        };
        let hers = created(world.ask(0, request));
        world.settle(&[0, 1, 2, 3]);
        let place = Place {
            parent: None,
            position: "a0".to_owned(),
        };
        let actor = ActorSeed([seed as u8; 16]);
        let twin = Document::create_note(hers, actor, "Twin", "not hers", &place, 0).unwrap();
        let twin = twin.all_changes().unwrap();
        sign(&mut world, 1, hers, [vec![no_change()], twin].concat());
        world.settle(&[0, 1, 2, 3]);
        // What 3 wrote at 2 makes it anew there, once he is removed.
        append(&mut world, 3, hers, "this goes");
        world.settle(&[2, 3]);
        remove_third(&mut world);
        world.settle(&[0, 1, 2]);
        have_all(&mut world, &[0, 2], hers, &["hers alone"]);
    }
}
