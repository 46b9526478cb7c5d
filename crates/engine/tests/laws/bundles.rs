//! Laws of bundles: what is carried by hand counts like what came over a line, once, in any order, and nothing else does.

use crate::sim::World;
use data_encoding::BASE64;
use skein_access::Role;
use skein_engine::api::{
    ApiError, BundleReport, ErrorCode, JoiningStep, Reply, Request, WorkspaceState,
};
use skein_model::{DocumentId, NoteEdit};

/// Bytes before the first change.
const HEAD: usize = 48;

/// A founder and so many who came by an invite, who know each other and no longer meet.
pub(crate) fn team(seed: u64, machines: usize) -> World {
    let mut world = World::new(seed, machines);
    for machine in &mut world.machines {
        machine.skew_ms = 0;
    }
    world.found();
    world.invite(0, Role::Editor, 9);
    for index in 1..machines {
        world.join(index);
    }
    let all: Vec<usize> = (0..machines).collect();
    world.settle(&all);
    for _ in 0..12 {
        world.pass(400);
    }
    world.settle(&all);
    for index in all {
        let mut rng = world.rng.clone();
        world.network.machine_gone(&mut rng, index);
        world.stop(index);
        world.start(index);
    }
    world
}

pub(crate) fn note(world: &mut World, index: usize, title: &str) -> DocumentId {
    let request = Request::CreateNote {
        title: title.to_owned(),
        text: Some("One.".to_owned()),
        parent: None,
        after: None,
    };
    match world.ask(index, request) {
        Ok(Reply::Created { id }) => id,
        other => panic!("{other:?}"),
    }
}

pub(crate) fn append(world: &mut World, index: usize, document: DocumentId, text: &str) {
    let text = text.to_owned();
    let edit = NoteEdit::AppendText { text };
    world
        .ask(index, Request::EditNote { document, edit })
        .unwrap();
}

pub(crate) fn titles(world: &mut World, index: usize) -> Vec<String> {
    let documents = world.documents(index, false);
    let mut titles: Vec<String> = documents
        .into_iter()
        .map(|listed| listed.item.title)
        .collect();
    titles.sort();
    titles
}

pub(crate) fn text(world: &mut World, index: usize, document: DocumentId) -> String {
    match world.ask(index, Request::ReadNote { document }) {
        Ok(Reply::Note { note }) => note.text,
        other => panic!("{other:?}"),
    }
}

pub(crate) fn ticket(world: &mut World) -> String {
    let invite = Request::CreateInvite {
        role: Role::Editor,
        uses: 1,
        expires_in_hours: None,
        approval: false,
    };
    match world.ask(0, invite) {
        Ok(Reply::Invite { ticket, .. }) => ticket,
        other => panic!("{other:?}"),
    }
}

/// A bundle as a file, and how many changes it holds.
pub(crate) fn bundle(world: &mut World, index: usize, person: Option<&str>) -> (Vec<u8>, u32) {
    let person = person.map(|name| {
        let people = world.people(index);
        let found = people.into_iter().find(|member| member.name == name);
        found.unwrap().id
    });
    world.read_bundle(index, person.as_deref()).unwrap()
}

pub(crate) fn take(
    world: &mut World,
    index: usize,
    bytes: &[u8],
) -> Result<BundleReport, ApiError> {
    let report = world.take_bundle(index, bytes, 1_000)?;
    while world.do_what_is_there() {}
    for _ in 0..8 {
        world.pass(400);
    }
    Ok(report)
}

pub(crate) fn audited(world: &mut World, index: usize) {
    match world.ask(index, Request::Audit) {
        Ok(Reply::Audit { report }) => assert_eq!(report.differences, [], "at {index}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_two_wrote_apart_comes_together_by_files_alone_and_nothing_comes_twice() {
    let mut world = team(1, 2);
    let shared = note(&mut world, 0, "Shared");
    let (first, _) = bundle(&mut world, 0, None);
    take(&mut world, 1, &first).unwrap();
    append(&mut world, 0, shared, "Two.");
    append(&mut world, 1, shared, "Three.");

    let (from_ana, _) = bundle(&mut world, 0, None);
    let (from_bo, _) = bundle(&mut world, 1, None);
    let report = take(&mut world, 1, &from_ana).unwrap();
    assert!(
        report.whole && report.new > 0 && report.refused == 0,
        "{report:?}"
    );
    take(&mut world, 0, &from_bo).unwrap();
    let merged = text(&mut world, 0, shared);
    assert!(
        merged.contains("Two.") && merged.contains("Three."),
        "{merged}"
    );
    assert_eq!(text(&mut world, 1, shared), merged);

    for (index, again) in [(0, &from_bo), (1, &from_ana), (1, &first)] {
        let report = take(&mut world, index, again).unwrap();
        assert_eq!((report.new, report.refused, report.whole), (0, 0, true));
        assert_eq!(text(&mut world, index, shared), merged);
    }
    for index in 0..2 {
        audited(&mut world, index);
    }
}

#[test]
fn whoever_has_an_invite_and_a_bundle_is_in_without_meeting_anybody_and_is_known_by_his_own() {
    let mut world = team(2, 1);
    let kept = note(&mut world, 0, "From before");
    let ticket = ticket(&mut world);
    let (for_bo, _) = bundle(&mut world, 0, None);
    let bo = world.add_machine();
    let join = Request::JoinWorkspace {
        ticket,
        member_name: Some("Bo".to_owned()),
        zone: None,
    };
    world.ask(bo, join).unwrap();
    take(&mut world, bo, &for_bo).unwrap();
    let status = world.status(bo);
    assert_eq!(status.state, WorkspaceState::Ready, "{status:?}");
    assert_eq!(text(&mut world, bo, kept), "One.");

    append(&mut world, bo, kept, "By Bo.");
    let (back, _) = bundle(&mut world, bo, None);
    take(&mut world, 0, &back).unwrap();
    assert!(text(&mut world, 0, kept).contains("By Bo."));
    let names: Vec<String> = world
        .people(0)
        .into_iter()
        .map(|member| member.name)
        .collect();
    assert!(names.contains(&"Bo".to_owned()), "{names:?}");
}

#[test]
fn an_invite_alone_waits_and_half_a_bundle_makes_nobody_a_member() {
    let mut world = team(3, 1);
    note(&mut world, 0, "Plan");
    let (bytes, _) = bundle(&mut world, 0, None);
    let stranger = world.add_machine();
    let refused = take(&mut world, stranger, &bytes).unwrap_err();
    assert_eq!(refused.code, ErrorCode::WrongState);
    let ticket = ticket(&mut world);
    let join = Request::JoinWorkspace {
        ticket,
        member_name: Some("Cem".to_owned()),
        zone: None,
    };
    world.ask(stranger, join).unwrap();
    // This one is from before the invite.
    take(&mut world, stranger, &bytes).unwrap();
    let status = world.status(stranger);
    assert_eq!(status.state, WorkspaceState::Joining);
    let joining = status.joining.unwrap();
    assert_eq!(joining.step, JoiningStep::Failed, "{joining:?}");
}

#[test]
fn a_bundle_for_somebody_holds_what_they_are_not_known_to_hold() {
    let mut world = team(4, 2);
    let (all, many) = bundle(&mut world, 0, None);
    let (nothing, none) = bundle(&mut world, 0, Some("Member 1"));
    assert_eq!(none, 0, "of {many}");
    assert_eq!(nothing.len(), HEAD + 4);
    note(&mut world, 0, "New");
    let (little, one) = bundle(&mut world, 0, Some("Member 1"));
    assert_eq!(one, 1);
    assert!(little.len() < all.len());
    take(&mut world, 1, &little).unwrap();
    assert_eq!(titles(&mut world, 1), ["New"]);
}

#[test]
fn the_bundle_of_another_workspace_and_what_is_no_bundle_change_nothing() {
    let mut world = team(5, 1);
    note(&mut world, 0, "Mine");
    let mut other = team(6, 1);
    note(&mut other, 0, "Theirs");
    let (theirs, _) = bundle(&mut other, 0, None);
    for (bytes, words) in [
        (theirs, "another workspace"),
        (
            b"just some text, longer than the head of a bundle is".to_vec(),
            "not a bundle",
        ),
        (b"x".to_vec(), "not a bundle"),
    ] {
        let error = take(&mut world, 0, &bytes).unwrap_err();
        assert_eq!(error.code, ErrorCode::Invalid);
        assert!(error.message.contains(words), "{error:?}");
    }
    assert_eq!(titles(&mut world, 0), ["Mine"]);
    audited(&mut world, 0);
}

#[test]
fn of_a_spoiled_bundle_what_is_genuine_is_kept_and_the_whole_one_brings_the_rest() {
    let mut world = team(7, 2);
    for number in 0..6 {
        note(&mut world, 0, &format!("Note {number}"));
    }
    let (whole, _) = bundle(&mut world, 0, Some("Member 1"));

    let cut = take(&mut world, 1, &whole[..whole.len() / 2]).unwrap();
    assert!(!cut.whole && cut.new > 0);

    let mut flipped = whole.clone();
    let last = flipped.len() - 40;
    flipped[last] ^= 1;
    let report = take(&mut world, 1, &flipped).unwrap();
    assert_eq!((report.refused, report.whole), (1, true));
    audited(&mut world, 1);

    let mut torn = whole.clone();
    torn[HEAD] = 0xff;
    let error = take(&mut world, 1, &torn).unwrap_err();
    assert!(error.message.contains("damaged"), "{error:?}");

    let report = take(&mut world, 1, &whole).unwrap();
    assert_eq!((report.new, report.refused), (1, 0));
    assert_eq!(titles(&mut world, 1).len(), 6);
    audited(&mut world, 1);
}

#[test]
fn slices_out_of_turn_are_refused_and_the_bundle_can_begin_anew() {
    let mut world = team(8, 2);
    note(&mut world, 0, "Plan");
    let (bytes, _) = bundle(&mut world, 0, None);
    let late = Request::TakeBundle {
        offset: 1_000,
        data: BASE64.encode(&bytes[..10]),
    };
    assert_eq!(world.ask(1, late).unwrap_err().code, ErrorCode::WrongState);
    let nonsense = Request::TakeBundle {
        offset: 0,
        data: "no base64!".to_owned(),
    };
    assert_eq!(world.ask(1, nonsense).unwrap_err().code, ErrorCode::Invalid);
    assert!(take(&mut world, 1, &bytes).unwrap().whole);
    assert_eq!(titles(&mut world, 1), ["Plan"]);
}

#[test]
fn what_somebody_who_was_removed_wrote_after_it_counts_by_a_bundle_as_little_as_by_a_line() {
    let mut world = team(9, 2);
    let plan = note(&mut world, 0, "Plan");
    let (bytes, _) = bundle(&mut world, 0, None);
    take(&mut world, 1, &bytes).unwrap();
    let member = world
        .people(0)
        .into_iter()
        .find(|member| member.name == "Member 1");
    let member = member.unwrap().id;
    world.ask(0, Request::RemoveMember { member }).unwrap();
    append(&mut world, 1, plan, "Too late.");
    let (theirs, _) = bundle(&mut world, 1, None);
    take(&mut world, 0, &theirs).unwrap();
    assert_eq!(text(&mut world, 0, plan), "One.");
}
