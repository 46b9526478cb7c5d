//! Laws of membership as people use it: further devices, new keys, roles, removals, leaving.

use std::collections::BTreeSet;

use crate::sim::World;
use crate::sim::machine::copy_profile;
use data_encoding::BASE64;
use rand::Rng;
use skein_access::{
    Authority, DeviceKey, Envelope, EnvelopeKind, EpochId, Role, Ticket, UnverifiedEnvelope,
    WorkspaceId,
};
use skein_engine::api::{
    ApiError, ErrorCode, Event, JoiningStep, Member, Reply, Request, View, WorkspaceState,
};
use skein_engine::core::{Input, PeerInput};
use skein_model::{BoardEdit, CardId, DocumentId, NewCard, NoteEdit, Splices, TextField};
use skein_store::{Opened, Store};

/// As long as a sheet of paper may lie in a drawer (ms).
const TWENTY_YEARS: u64 = 20 * 365 * 24 * 3_600_000;

/// A founder and so many who came by an invite as editors, all at rest.
fn team(seed: u64, machines: usize) -> World {
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
    rest(&mut world, &all);
    world
}

/// Until new keys are made and told too.
fn rest(world: &mut World, among: &[usize]) {
    world.settle(among);
    for _ in 0..12 {
        world.pass(400);
    }
    world.settle(among);
}

fn note(world: &mut World, index: usize, title: &str, text: &str) -> DocumentId {
    let request = Request::CreateNote {
        title: title.to_owned(),
        text: Some(text.to_owned()),
        parent: None,
        after: None,
    };
    match world.ask(index, request) {
        Ok(Reply::Created { id }) => id,
        other => panic!("{other:?}"),
    }
}

fn append(world: &mut World, index: usize, document: DocumentId, text: &str) {
    let text = text.to_owned();
    let edit = NoteEdit::AppendText { text };
    world
        .ask(index, Request::EditNote { document, edit })
        .unwrap();
}

fn text(world: &mut World, index: usize, document: DocumentId) -> Option<String> {
    match world.ask(index, Request::ReadNote { document }) {
        // What is added is a paragraph of its own.
        Ok(Reply::Note { note }) => Some(note.text.replace("\n\n", "")),
        Err(error) if error.code == ErrorCode::NotFound => None,
        other => panic!("{other:?}"),
    }
}

fn member(world: &mut World, at: usize, name: &str) -> Member {
    let people = world.people(at);
    people
        .into_iter()
        .find(|member| member.name == name)
        .unwrap_or_else(|| panic!("{name} is not in"))
}

/// The ids of a member's devices.
fn devices_of(world: &mut World, index: usize, name: &str) -> Vec<String> {
    let devices = member(world, index, name).devices;
    devices.into_iter().map(|device| device.id).collect()
}

fn remove(world: &mut World, by: usize, name: &str) -> Result<Reply, ApiError> {
    let member = member(world, by, name).id;
    world.ask(by, Request::RemoveMember { member })
}

fn set_role(world: &mut World, by: usize, name: &str, role: Role) -> Result<Reply, ApiError> {
    let member = member(world, by, name).id;
    world.ask(by, Request::SetRole { member, role })
}

/// An invite, made by one, for a further device of somebody; of its own person where nobody is named.
fn device_invite(world: &mut World, by: usize, member: Option<String>) -> Result<String, ApiError> {
    let request = Request::InviteDevice {
        member,
        expires_in_hours: None,
    };
    match world.ask(by, request)? {
        Reply::Invite { ticket, .. } => Ok(ticket),
        other => panic!("{other:?}"),
    }
}

/// The invite on the recovery sheet of the person at one.
fn recovery_sheet(world: &mut World, of: usize) -> String {
    match world.ask(of, Request::RecoverySheet) {
        Ok(Reply::Invite { ticket, .. }) => ticket,
        other => panic!("{other:?}"),
    }
}

/// A further machine that belongs to the person at one.
fn further_device(world: &mut World, of: usize, name: Option<&str>) -> usize {
    let ticket = device_invite(world, of, None).unwrap();
    join_by(world, ticket, name)
}

/// A new machine that asks to come in by an invite.
fn join_by(world: &mut World, ticket: String, name: Option<&str>) -> usize {
    let index = world.add_machine();
    world.machines[index].skew_ms = 0;
    let member_name = name.map(str::to_owned);
    let request = Request::JoinWorkspace {
        ticket,
        member_name,
        zone: Some("Asia/Tokyo".to_owned()),
    };
    world.ask(index, request).unwrap();
    index
}

/// Dials somebody three times, and hears what there is to hear.
fn try_to_come_in(world: &mut World, index: usize, at: usize) {
    for _ in 0..3 {
        world.dial(index, at);
        for _ in 0..60 {
            while world.do_what_is_there() {}
            world.pass(50);
        }
    }
}

/// A machine ends, and its lines with it.
fn end(world: &mut World, index: usize) {
    let mut rng = world.rng.clone();
    world.network.machine_gone(&mut rng, index);
    world.machines[index].crash(false);
}

/// What rests on the disk of a machine that was stopped.
fn envelopes(world: &mut World, index: usize) -> Vec<Envelope> {
    let workspace = WorkspaceId::from_bytes(bytes_of(&world.status(index).workspace_id.unwrap()));
    end(world, index);
    let Opened::Ready(store) = Store::open(&world.machines[index].path).unwrap() else {
        panic!("the file is damaged")
    };
    let stored = store.envelopes_after(0, 100_000).unwrap();
    let verified = stored.iter().map(|stored| {
        let envelope = UnverifiedEnvelope::decode(&stored.bytes).unwrap();
        envelope.verify(&workspace).unwrap()
    });
    let all = verified.collect();
    drop(store);
    world.start(index);
    all
}

fn bytes_of(id: &str) -> [u8; 32] {
    let id: WorkspaceId = id.parse().unwrap();
    *id.as_bytes()
}

/// The epochs that a device can open, of all that there are.
fn opens(world: &World, index: usize, all: &[Envelope]) -> BTreeSet<EpochId> {
    let workspace = all[0].header().workspace;
    let authority = Authority::build(workspace, all);
    let key = DeviceKey::from_bytes(&world.machines[index].key);
    authority.keyring(&key).epochs().copied().collect()
}

#[test]
fn a_further_device_is_the_same_person_and_needs_no_name() {
    for role in [Role::Owner, Role::Viewer] {
        let mut world = team(1, 2);
        let document = note(&mut world, 0, "Plan", "north");
        rest(&mut world, &[0, 1]);
        let of = match role {
            Role::Owner => 0,
            _ => {
                set_role(&mut world, 0, "Member 1", role).unwrap();
                rest(&mut world, &[0, 1]);
                1
            }
        };
        let zone = Some("Europe/Lisbon".to_owned());
        let request = Request::SetProfile {
            name: None,
            zone,
            hours: None,
        };
        world.ask(of, request).unwrap();
        rest(&mut world, &[0, 1]);
        let new = further_device(&mut world, of, None);
        rest(&mut world, &[0, 1, new]);
        let status = world.status(new);
        assert_eq!(status.state, WorkspaceState::Ready);
        assert_eq!(
            status.member_name.as_deref(),
            Some(&*format!("Member {of}"))
        );
        assert_eq!(status.role, Some(role));
        assert_eq!(text(&mut world, new, document).as_deref(), Some("north"));
        for index in [0, 1, new] {
            let people = world.people(index);
            assert_eq!(people.len(), 2, "no second member: {people:?}");
            let person = member(&mut world, index, &format!("Member {of}"));
            assert_eq!(person.devices.len(), 2);
            assert_eq!(
                person.zone.as_deref(),
                Some("Europe/Lisbon"),
                "the same profile"
            );
            assert_eq!(person.me, index == of || index == new);
        }
        // A key for all three was made by one who was there.
        let all = envelopes(&mut world, 0);
        assert!(opens(&world, new, &all).is_superset(&opens(&world, 0, &all)));
        world.check();
    }
}

#[test]
fn a_new_person_who_gave_no_name_is_asked_for_it_and_then_comes_in() {
    let mut world = team(2, 1);
    let ticket = world.tickets[0].clone();
    let new = world.add_machine();
    world.machines[new].skew_ms = 0;
    let request = Request::JoinWorkspace {
        ticket,
        member_name: None,
        zone: None,
    };
    world.ask(new, request).unwrap();
    for _ in 0..3 {
        world.dial(new, 0);
        for _ in 0..60 {
            for pipe in world.network.busy() {
                world.deliver(pipe);
            }
            world.pass(50);
        }
    }
    let waits = |world: &mut World| world.status(new).joining.map(|joining| joining.step);
    assert_eq!(waits(&mut world), Some(JoiningStep::Naming));
    end(&mut world, new);
    world.start(new);
    assert_eq!(
        waits(&mut world),
        Some(JoiningStep::Naming),
        "it waits after a restart too"
    );
    let name = |text: &str| Request::NameJoiner {
        member_name: text.to_owned(),
    };
    assert_eq!(
        world.ask(new, name(" ")).unwrap_err().code,
        ErrorCode::Invalid
    );
    world.ask(new, name("Bea")).unwrap();
    rest(&mut world, &[0, new]);
    assert_eq!(world.people(0).len(), 2);
    assert_eq!(member(&mut world, new, "Bea").role, Role::Editor);
    let again = world.ask(new, name("Cleo")).unwrap_err();
    assert_eq!(again.code, ErrorCode::WrongState);
}

#[test]
fn an_invite_for_a_device_is_for_one_use_and_an_hour_or_so() {
    let mut world = team(3, 1);
    let first = further_device(&mut world, 0, None);
    rest(&mut world, &[0, first]);
    let Ok(Reply::Invites { invites }) = world.ask(0, Request::ListInvites) else {
        panic!("the invites")
    };
    let invite = invites
        .iter()
        .find(|invite| invite.for_member.is_some())
        .unwrap();
    assert_eq!((invite.uses, invite.used), (1, 1));
    let good_for = invite.expires_at.unwrap() - invite.made_at;
    assert!((3_600_000..=7_200_000).contains(&good_for), "{good_for}");
}

#[test]
fn after_a_join_by_a_ticket_there_is_one_new_key_that_all_have() {
    let mut world = team(4, 3);
    let document = note(&mut world, 1, "Plan", "after");
    rest(&mut world, &[0, 1, 2]);
    let all = envelopes(&mut world, 0);
    let epochs = opens(&world, 0, &all);
    assert!(
        epochs.len() > 1 && epochs.len() <= 5,
        "{} keys",
        epochs.len()
    );
    for index in [1, 2] {
        assert_eq!(opens(&world, index, &all), epochs);
    }
    // Coming back makes no further key.
    for index in 0..3 {
        end(&mut world, index);
        world.start(index);
    }
    rest(&mut world, &[0, 1, 2]);
    let again = envelopes(&mut world, 0);
    assert_eq!(opens(&world, 0, &again), epochs);
    assert_eq!(text(&mut world, 2, document).as_deref(), Some("after"));
}

#[test]
fn whoever_is_removed_keeps_what_he_had_gets_nothing_new_and_knows_it() {
    let mut world = team(5, 3);
    let document = note(&mut world, 1, "Plan", "before");
    rest(&mut world, &[0, 1, 2]);
    remove(&mut world, 0, "Member 1").unwrap();
    world.settle(&[0, 2]);
    append(&mut world, 0, document, " after");
    let late = note(&mut world, 2, "Secret", "by a colleague");
    // He is connected to one who knows, and to one who hears of it now.
    rest(&mut world, &[0, 2]);
    for _ in 0..4 {
        world.dial(1, 0);
        for _ in 0..60 {
            for pipe in world.network.busy() {
                world.deliver(pipe);
            }
            world.pass(50);
        }
    }
    let status = world.status(1);
    assert_eq!((status.state, status.out), (WorkspaceState::ReadOnly, true));
    assert_eq!(status.role, None);
    assert_eq!(text(&mut world, 1, document).as_deref(), Some("before"));
    assert_eq!(text(&mut world, 1, late), None);
    let edit = NoteEdit::AppendText {
        text: "no".to_owned(),
    };
    let refused = world
        .ask(1, Request::EditNote { document, edit })
        .unwrap_err();
    assert_eq!(refused.code, ErrorCode::ReadOnly);
    assert!(
        refused.message.contains("no longer part"),
        "{}",
        refused.message
    );
    // Once told he is not let in any more.
    assert!(
        !world.machines[0]
            .devices_allowed
            .contains(&world.machines[1].device)
    );
    for index in [0, 2] {
        assert_eq!(world.people(index).len(), 2);
        assert_eq!(
            text(&mut world, index, document).as_deref(),
            Some("before after")
        );
    }
    // He holds nothing of what was said after his removal, and no key made after it.
    let theirs = envelopes(&mut world, 0);
    let his = envelopes(&mut world, 1);
    let he_opens = opens(&world, 1, &theirs);
    let data = |envelope: &&Envelope| envelope.header().kind == EnvelopeKind::Data;
    let new: Vec<&Envelope> = theirs
        .iter()
        .filter(data)
        .filter(|envelope| !his.contains(envelope))
        .collect();
    assert!(new.len() >= 2);
    for envelope in new {
        assert!(
            !he_opens.contains(&envelope.header().epoch),
            "sealed under a key he has"
        );
    }
    // After a restart it is the same.
    end(&mut world, 1);
    world.start(1);
    assert!(world.status(1).out);
}

#[test]
fn what_a_removed_device_wrote_after_the_pin_is_taken_out_where_it_had_been_applied() {
    let mut world = team(6, 4);
    let shared = note(&mut world, 0, "Shared", "common");
    let built_on = note(&mut world, 0, "Built on", "base");
    rest(&mut world, &[0, 1, 2, 3]);
    // 1 and 2 go on together; 0 and 3 know nothing of it, and 0 removes 1.
    append(&mut world, 1, shared, " unwanted");
    append(&mut world, 1, built_on, " below");
    let alone = note(&mut world, 1, "Only his", "nobody else's");
    world.settle(&[1, 2]);
    append(&mut world, 2, built_on, " above");
    world.settle(&[1, 2]);
    assert_eq!(
        text(&mut world, 2, shared).as_deref(),
        Some("common unwanted")
    );
    assert!(text(&mut world, 2, alone).is_some());
    let Event::Note { .. } = world.look(2, View::Note { document: alone }) else {
        panic!("it is there")
    };
    // An editor looks at the text that will change under it.
    world.open_view(2, shared, TextField::NoteText);
    while world.work_view(0, usize::MAX) {}
    assert_eq!(world.views[0].text(), "common\n\n unwanted");
    remove(&mut world, 0, "Member 1").unwrap();
    rest(&mut world, &[0, 2, 3]);
    for index in [0, 2, 3] {
        assert_eq!(
            text(&mut world, index, shared).as_deref(),
            Some("common"),
            "at {index}"
        );
        assert_eq!(text(&mut world, index, alone), None, "at {index}");
        // What a colleague wrote on top of it is not lost, and stands on what it stood on.
        let both = text(&mut world, index, built_on).unwrap();
        assert!(both.contains("above"), "at {index}: {both}");
    }
    assert_eq!(world.views[0].text(), "common", "the editor followed");
    let built: BTreeSet<_> = [0, 2, 3]
        .map(|index| text(&mut world, index, built_on))
        .into();
    assert_eq!(built.len(), 1, "one and the same everywhere: {built:?}");
    world.check_among(&[0, 2, 3]);
    // A restart changes nothing, and neither does the rest of what he wrote.
    end(&mut world, 2);
    world.start(2);
    rest(&mut world, &[0, 2, 3]);
    world.check_among(&[0, 2, 3]);
}

#[test]
fn what_somebody_wrote_whose_invite_was_closed_before_he_came_is_taken_out_and_what_rests_on_it_stays()
 {
    for ends_suddenly in [false, true] {
        let mut world = team(31, 3);
        // So long that it is made anew beside everything else, and the end comes before that.
        let common: String = (0..200_000)
            .map(|_| char::from(world.rng.gen_range(b'a'..=b'z')))
            .collect();
        let shared = note(&mut world, 0, "Shared", &common);
        let built_on = note(&mut world, 0, "Built on", "base");
        let ticket = device_invite(&mut world, 1, None).unwrap();
        rest(&mut world, &[0, 1, 2]);
        // The further device of 1 comes while 1 is away, and 0 takes what it writes for a colleague's.
        let further = join_by(&mut world, ticket, None);
        rest(&mut world, &[0, further]);
        append(&mut world, further, shared, " unwanted");
        append(&mut world, further, built_on, " below");
        let alone = note(&mut world, further, "Only there", "nobody else's");
        rest(&mut world, &[0, further]);
        append(&mut world, 0, built_on, " above");
        world.settle(&[0]);
        assert!(text(&mut world, 0, shared).unwrap().ends_with(" unwanted"));
        // 1 had not heard of it, and leaves: that closes the invite.
        world.ask(1, Request::Leave).unwrap();
        world.dial(1, 0);
        for _ in 0..40 {
            for pipe in world.network.busy() {
                world.deliver(pipe);
            }
            world.pass(50);
        }
        if ends_suddenly {
            end(&mut world, 0);
            world.start(0);
        }
        rest(&mut world, &[0, 2]);
        assert_eq!(world.people(0).len(), 2);
        let mut built = BTreeSet::new();
        for index in [0, 2] {
            let seen = text(&mut world, index, shared).unwrap();
            assert!(seen == common, "at {index}: {} bytes", seen.len());
            assert_eq!(text(&mut world, index, alone), None, "at {index}");
            built.insert(text(&mut world, index, built_on).unwrap());
        }
        assert_eq!(
            built.len(),
            1,
            "one and the same at both, and open at both: {built:?}"
        );
        assert!(built.first().unwrap().contains("above"), "{built:?}");
        world.check_among(&[0, 2]);
        // Who wrote it hears that it was in vain, and reads on what is there.
        try_to_come_in(&mut world, further, 0);
        assert!(world.status(further).out);
        assert_eq!(
            text(&mut world, further, alone).as_deref(),
            Some("nobody else's")
        );
    }
}

#[test]
fn a_lowered_role_counts_from_what_was_seen_and_a_raised_one_brings_back_what_it_took() {
    let mut world = team(7, 3);
    let document = note(&mut world, 0, "Plan", "seen");
    rest(&mut world, &[0, 1, 2]);
    append(&mut world, 1, document, " unseen");
    world.settle(&[1, 2]);
    set_role(&mut world, 0, "Member 1", Role::Viewer).unwrap();
    rest(&mut world, &[0, 1, 2]);
    for index in 0..3 {
        assert_eq!(
            text(&mut world, index, document).as_deref(),
            Some("seen"),
            "at {index}"
        );
    }
    world.check_among(&[0, 1, 2]);
    let edit = NoteEdit::AppendText {
        text: "no".to_owned(),
    };
    let refused = world
        .ask(1, Request::EditNote { document, edit })
        .unwrap_err();
    assert_eq!(refused.code, ErrorCode::Denied);
    let Event::Notices { notices } = world.look(1, View::Notices) else {
        panic!("the notices")
    };
    assert!(
        notices.iter().any(|notice| notice.code == "kept-aside"),
        "{notices:?}"
    );
    set_role(&mut world, 0, "Member 1", Role::Editor).unwrap();
    rest(&mut world, &[0, 1, 2]);
    for index in 0..3 {
        assert_eq!(
            text(&mut world, index, document).as_deref(),
            Some("seen unseen"),
            "at {index}"
        );
    }
    append(&mut world, 1, document, " more");
    rest(&mut world, &[0, 1, 2]);
    assert_eq!(
        text(&mut world, 2, document).as_deref(),
        Some("seen unseen more")
    );
    world.check_among(&[0, 1, 2]);
}

#[test]
fn there_is_never_a_workspace_without_an_owner() {
    let mut world = team(8, 2);
    let refused = world.ask(0, Request::Leave).unwrap_err();
    assert!(
        refused.message.contains("without an owner"),
        "{}",
        refused.message
    );
    for refused in [
        remove(&mut world, 0, "Member 0"),
        set_role(&mut world, 0, "Member 0", Role::Viewer),
    ] {
        assert!(refused.unwrap_err().message.contains("without an owner"));
    }
    set_role(&mut world, 0, "Member 1", Role::Owner).unwrap();
    rest(&mut world, &[0, 1]);
    world.ask(0, Request::Leave).unwrap();
    assert!(world.status(0).out);
    // Word of it goes out when they meet, though it was alone when it left.
    for _ in 0..4 {
        world.dial(0, 1);
        for _ in 0..60 {
            for pipe in world.network.busy() {
                world.deliver(pipe);
            }
            world.pass(50);
        }
    }
    assert_eq!(world.people(1).len(), 1);
    assert_eq!(member(&mut world, 1, "Member 1").role, Role::Owner);
}

#[test]
fn one_removes_a_device_of_ones_own_and_only_owners_remove_others() {
    let mut world = team(9, 2);
    let second = further_device(&mut world, 1, Some("ignored"));
    rest(&mut world, &[0, 1, second]);
    let devices = devices_of(&mut world, 1, "Member 1");
    assert_eq!(devices.len(), 2);
    let here = world.status(1).device_id;
    let owners = world.status(0).device_id;
    let denied = world
        .ask(1, Request::RemoveDevice { device: owners })
        .unwrap_err();
    assert_eq!(denied.code, ErrorCode::Denied);
    let other = devices.into_iter().find(|device| *device != here).unwrap();
    world
        .ask(
            1,
            Request::RemoveDevice {
                device: other.clone(),
            },
        )
        .unwrap();
    rest(&mut world, &[0, 1]);
    assert_eq!(devices_of(&mut world, 0, "Member 1"), [here]);
    let again = world
        .ask(1, Request::RemoveDevice { device: other })
        .unwrap_err();
    assert_eq!(again.code, ErrorCode::NotFound);
    let denied = remove(&mut world, 1, "Member 0").unwrap_err();
    assert_eq!(denied.code, ErrorCode::Denied);
}

/// Whose devices were said to have been let in by somebody else, to this machine.
fn told_of_let_in(world: &mut World, index: usize) -> Vec<String> {
    let Event::Notices { notices } = world.look(index, View::Notices) else {
        panic!("another view");
    };
    let about = notices.into_iter();
    let about = about.filter(|notice| notice.code == "device-let-in");
    about.map(|notice| notice.message).collect()
}

#[test]
fn whoever_lost_every_device_comes_back_as_himself_by_an_owner_and_everybody_hears_of_it() {
    let mut world = team(14, 3);
    let document = note(&mut world, 1, "Plan", "north");
    rest(&mut world, &[0, 1, 2]);
    let lost = devices_of(&mut world, 0, "Member 1").remove(0);
    end(&mut world, 1);
    let id = member(&mut world, 0, "Member 1").id;
    let denied = device_invite(&mut world, 2, Some(id.clone())).unwrap_err();
    assert_eq!(denied.code, ErrorCode::Denied, "another than an owner");
    let unknown = device_invite(&mut world, 0, Some("nobody".to_owned())).unwrap_err();
    assert_eq!(unknown.code, ErrorCode::NotFound);

    let ticket = device_invite(&mut world, 0, Some(id.clone())).unwrap();
    let back = join_by(&mut world, ticket, None);
    rest(&mut world, &[0, 2, back]);
    let status = world.status(back);
    assert_eq!(status.state, WorkspaceState::Ready);
    assert_eq!(status.member_name.as_deref(), Some("Member 1"));
    assert_eq!(status.role, Some(Role::Editor));
    assert_eq!(text(&mut world, back, document).as_deref(), Some("north"));
    append(&mut world, back, document, "west");
    rest(&mut world, &[0, 2, back]);
    assert_eq!(text(&mut world, 2, document).as_deref(), Some("northwest"));
    for index in [0, 2] {
        let told = told_of_let_in(&mut world, index);
        assert!(told[0].contains("as Member 1's"), "{told:?}");
        assert!(told[0].starts_with("Member 0 let"), "{told:?}");
    }
    assert_eq!(told_of_let_in(&mut world, back), [""; 0]);

    world
        .ask(0, Request::RemoveDevice { device: lost })
        .unwrap();
    rest(&mut world, &[0, 2, back]);
    let there = world.status(back).device_id;
    assert_eq!(devices_of(&mut world, 2, "Member 1"), [there]);
    assert_eq!(member(&mut world, 2, "Member 1").id, id, "the same person");
    assert_eq!(text(&mut world, 2, document).as_deref(), Some("northwest"));
}

#[test]
fn a_recovery_sheet_lets_one_device_in_epochs_after_it_was_made_and_when_all_of_its_person_are_lost()
 {
    let mut world = team(16, 4);
    let sheet = recovery_sheet(&mut world, 1);
    rest(&mut world, &[0, 1, 2, 3]);
    end(&mut world, 1);
    for name in ["Member 2", "Member 3"] {
        remove(&mut world, 0, name).unwrap();
    }
    let document = note(&mut world, 0, "Plan", "north");
    rest(&mut world, &[0]);
    world.pass(TWENTY_YEARS);

    let back = join_by(&mut world, sheet.clone(), None);
    rest(&mut world, &[0, back]);
    let status = world.status(back);
    assert_eq!(status.state, WorkspaceState::Ready);
    assert_eq!(status.member_name.as_deref(), Some("Member 1"));
    assert_eq!(text(&mut world, back, document).as_deref(), Some("north"));
    let again = join_by(&mut world, sheet, None);
    try_to_come_in(&mut world, again, 0);
    assert_ne!(world.status(again).state, WorkspaceState::Ready);
    assert_eq!(devices_of(&mut world, 0, "Member 1").len(), 2);
}

#[test]
fn a_recovery_sheet_without_a_relay_leads_to_a_colleague_and_to_oneself_where_there_is_none() {
    let mut world = team(18, 3);
    let bo = world.machines[1].device;
    let here = skein_net::address_of("192.168.1.5:4711", &bo)
        .unwrap()
        .unwrap();
    world.give(1, Input::Peer(PeerInput::Listening(here)));
    let leads_to = |world: &mut World| {
        let sheet: Ticket = recovery_sheet(world, 1).parse().unwrap();
        let one = <[String; 1]>::try_from(sheet.addresses.clone()).unwrap();
        skein_net::device_of_address(&one[0])
    };
    world.dial(1, 2);
    rest(&mut world, &[0, 1, 2]);
    world.pass(400);
    world.dial(1, 0);
    rest(&mut world, &[0, 1, 2]);
    let ana = world.machines[0].device;
    assert_eq!(leads_to(&mut world), Some(ana), "whom he met last");

    let further = further_device(&mut world, 1, None);
    rest(&mut world, &[0, 1, 2, further]);
    for name in ["Member 1", "Member 2"] {
        set_role(&mut world, 0, name, Role::Owner).unwrap();
    }
    rest(&mut world, &[0, 1, 2, further]);
    for name in ["Member 0", "Member 2"] {
        remove(&mut world, 1, name).unwrap();
    }
    rest(&mut world, &[1, further]);
    assert_eq!(leads_to(&mut world), Some(bo), "nobody else is left");
}

#[test]
fn a_recovery_sheet_goes_with_the_device_that_made_it() {
    let mut world = team(17, 2);
    let made_by = devices_of(&mut world, 0, "Member 1").remove(0);
    let sheet = recovery_sheet(&mut world, 1);
    rest(&mut world, &[0, 1]);
    let Ok(Reply::Invites { invites }) = world.ask(0, Request::ListInvites) else {
        panic!("no list")
    };
    let (sheets, others): (Vec<_>, Vec<_>) = invites.iter().partition(|invite| invite.on_paper);
    assert_eq!((sheets.len(), others.len()), (1, 1));
    let lost = Request::RemoveDevice { device: made_by };
    world.ask(0, lost).unwrap();
    let thief = join_by(&mut world, sheet, None);
    try_to_come_in(&mut world, thief, 0);
    assert_ne!(world.status(thief).state, WorkspaceState::Ready);
}

#[test]
fn a_further_device_that_one_lets_in_oneself_is_not_worth_a_word() {
    let mut world = team(15, 2);
    let second = further_device(&mut world, 1, None);
    rest(&mut world, &[0, 1, second]);
    for index in [0, 1, second] {
        assert_eq!(told_of_let_in(&mut world, index), [""; 0]);
    }
}

#[test]
fn both_sides_of_an_invite_see_the_same_six_words_for_the_device_that_came() {
    let mut world = team(12, 2);
    for (index, other) in [(0, 1), (1, 0)] {
        let own = world.status(index).device_words;
        assert_eq!(own.split(' ').count(), 6);
        let seen = member(&mut world, other, &format!("Member {index}")).devices;
        assert_eq!(seen[0].words, own);
    }
    assert_ne!(world.status(0).device_words, world.status(1).device_words);
}

/// Two machines meet until nothing moves between them.
fn meet(world: &mut World, from: usize, to: usize) {
    world.dial(from, to);
    for _ in 0..40 {
        while world.do_what_is_there() {}
        world.pass(50);
    }
}

#[test]
fn what_somebody_made_before_leaving_reaches_those_who_stay_though_word_of_it_comes_first() {
    let mut world = team(18, 3);
    let document = note(&mut world, 0, "Plan", "north");
    rest(&mut world, &[0, 1, 2]);
    world.settle(&[0, 2]);
    // Alone, and in several envelopes.
    for text in ["a", "b", "c"] {
        append(&mut world, 1, document, text);
        world.pass(5_000);
    }
    let alone = note(&mut world, 1, "Handover", "all there is");
    world.ask(1, Request::Leave).unwrap();

    // The first time they meet, the one who stays hears that he left, and ends the conversation.
    meet(&mut world, 1, 0);
    assert_eq!(world.people(0).len(), 2);
    meet(&mut world, 1, 0);
    for index in [0, 2] {
        world.settle(&[0, 2]);
        assert_eq!(
            text(&mut world, index, document).as_deref(),
            Some("northabc"),
            "at {index}"
        );
        assert_eq!(
            text(&mut world, index, alone).as_deref(),
            Some("all there is"),
            "at {index}"
        );
    }
    world.check_among(&[0, 2]);
    assert!(
        !world.machines[0]
            .devices_allowed
            .contains(&world.machines[1].device),
        "then he is a stranger"
    );
}

#[test]
fn of_whoever_was_removed_what_counts_is_taken_and_nothing_that_came_after() {
    let mut world = team(19, 3);
    let document = note(&mut world, 0, "Plan", "north");
    rest(&mut world, &[0, 1, 2]);
    // One of those who stay has the work up to here, and removes him; the other has none of it.
    append(&mut world, 1, document, "counts");
    world.settle(&[0, 1]);
    remove(&mut world, 0, "Member 1").unwrap();
    append(&mut world, 1, document, "too late");
    let late = note(&mut world, 1, "Too late", "as well");
    // Both who stay hear of it, and only then meet him.
    world.settle(&[0, 2]);
    meet(&mut world, 1, 2);
    meet(&mut world, 2, 1);
    assert!(world.status(1).out);
    for index in [0, 2] {
        assert_eq!(
            text(&mut world, index, document).as_deref(),
            Some("northcounts"),
            "at {index}"
        );
        assert_eq!(text(&mut world, index, late), None, "at {index}");
    }
    // What does not count is not even kept.
    let his = world.machines[1].device;
    let kept = envelopes(&mut world, 2);
    let through = envelopes(&mut world, 0);
    let of_him = |all: &[Envelope]| {
        let his = all
            .iter()
            .filter(|envelope| envelope.header().device == his);
        his.map(Envelope::id).collect::<BTreeSet<_>>()
    };
    assert_eq!(of_him(&kept), of_him(&through));
}

#[test]
fn whoever_was_told_that_he_is_out_and_puts_an_old_disk_back_is_told_again_an_hour_later() {
    let mut world = team(24, 2);
    let document = note(&mut world, 1, "Plan", "north");
    rest(&mut world, &[0, 1]);
    let old = world.machines[1].path.with_extension("backup");
    copy_profile(&world.machines[1].path, &old);
    remove(&mut world, 0, "Member 1").unwrap();
    meet(&mut world, 1, 0);
    assert!(world.status(1).out);
    let his = world.machines[1].device;
    let is_let_in = |world: &World| world.machines[0].devices_allowed.contains(&his);
    assert!(!is_let_in(&world));

    end(&mut world, 1);
    copy_profile(&old, &world.machines[1].path);
    world.start(1);
    append(&mut world, 1, document, " too late");
    meet(&mut world, 1, 0);
    assert!(!world.status(1).out, "nobody answers him yet");

    world.pass(3_600_000);
    assert!(is_let_in(&world));
    meet(&mut world, 1, 0);
    assert!(world.status(1).out);
    assert!(!is_let_in(&world), "then he is a stranger again");
    assert_eq!(text(&mut world, 0, document).as_deref(), Some("north"));
}

#[test]
fn what_counting_work_rests_on_comes_with_it_though_it_does_not_count_itself() {
    // Whoever brings it may have heard before that it does not count.
    for knows in [false, true] {
        let mut world = team(21, 4);
        let document = note(&mut world, 0, "Plan", "north");
        rest(&mut world, &[0, 1, 2, 3]);
        world.settle(&[0, 3]);
        // 1 and 2 go on together. 0 and 3 have none of it, and 0 removes 1.
        append(&mut world, 1, document, "first");
        world.pass(5_000);
        append(&mut world, 1, document, "second");
        let alone = note(&mut world, 1, "Only his", "nobody else's");
        world.settle(&[1, 2]);
        append(&mut world, 2, document, "on top");
        remove(&mut world, 0, "Member 1").unwrap();
        if knows {
            let (bundle, _) = world.read_bundle(0, None).unwrap();
            world.take_bundle(2, &bundle, bundle.len()).unwrap();
            while world.do_what_is_there() {}
            assert_eq!(text(&mut world, 2, alone), None, "taken out there");
        }
        world.ask(2, Request::Leave).unwrap();

        // Nobody else can bring what the words of 2, who left himself, were written on.
        meet(&mut world, 2, 0);
        meet(&mut world, 2, 0);
        assert!(
            !world.machines[0]
                .devices_allowed
                .contains(&world.machines[2].device),
            "then he is a stranger"
        );
        rest(&mut world, &[0, 3]);
        for index in [0, 3] {
            assert_eq!(
                text(&mut world, index, document).as_deref(),
                Some("northfirstsecondon top"),
                "at {index}"
            );
            assert_eq!(text(&mut world, index, alone), None, "at {index}");
        }
        world.check_among(&[0, 3]);
        // Of the removed, that alone is kept.
        let his = world.machines[1].device;
        let of_him = |envelopes: &[Envelope]| {
            let data = envelopes.iter().filter(|envelope| {
                let header = envelope.header();
                header.device == his && header.kind == EnvelopeKind::Data
            });
            data.map(Envelope::id).collect::<BTreeSet<_>>()
        };
        let theirs = of_him(&envelopes(&mut world, 0));
        let all = of_him(&envelopes(&mut world, 2));
        assert_eq!(all.difference(&theirs).count(), 1);
    }
}

fn board(world: &mut World, index: usize) -> DocumentId {
    let request = Request::CreateBoard {
        title: "Board".to_owned(),
        columns: None,
        parent: None,
        after: None,
    };
    match world.ask(index, request) {
        Ok(Reply::Created { id }) => id,
        other => panic!("{other:?}"),
    }
}

#[test]
fn whoever_looks_at_a_board_of_which_nothing_counts_any_more_is_told_that_it_is_gone() {
    let mut world = team(22, 2);
    world.settle(&[0]);
    // Nobody has seen it when its maker's role is lowered.
    let board = board(&mut world, 1);
    world.watch_board(1, board);
    while world.do_what_is_there() {}
    assert!(world.machines[1].mirror.boards.contains_key(&board));
    set_role(&mut world, 0, "Member 1", Role::Viewer).unwrap();
    rest(&mut world, &[0, 1]);
    assert!(!world.machines[1].mirror.boards.contains_key(&board));
    world.check_among(&[0, 1]);
}

/// Adds a card with this title to a board's first column.
fn card(world: &mut World, index: usize, document: DocumentId, title: &str) -> CardId {
    let column = world.board(index, document).unwrap().columns[0].id;
    let id = CardId::from_bytes(world.rng.r#gen());
    let new = NewCard {
        id,
        title: title.to_owned(),
    };
    let edit = BoardEdit::AddCards {
        column,
        after: None,
        cards: vec![new],
    };
    world
        .ask(index, Request::EditBoard { document, edit })
        .unwrap();
    id
}

#[test]
fn whoever_looks_into_a_card_that_goes_with_its_maker_is_told_and_one_he_wrote_in_stays() {
    let mut world = team(20, 3);
    let board = board(&mut world, 0);
    rest(&mut world, &[0, 1, 2]);
    // 1 and 2 go on together; 0 knows nothing of it, and removes 1.
    let work = |world: &mut World| {
        for at in 0..world.views.len() {
            while world.work_view(at, usize::MAX) {}
        }
    };
    let written_in = card(&mut world, 1, board, "Written in");
    rest(&mut world, &[1, 2]);
    world.open_view(2, board, TextField::CardDescription(written_in));
    work(&mut world);
    world.views[0].type_in(&Splices::between("", "my words"));
    work(&mut world);
    rest(&mut world, &[1, 2]);
    let only_seen = card(&mut world, 1, board, "Only seen");
    rest(&mut world, &[1, 2]);
    world.open_view(2, board, TextField::CardDescription(only_seen));
    work(&mut world);
    remove(&mut world, 0, "Member 1").unwrap();
    assert!(world.views[1].is_started(), "he looks into it");
    rest(&mut world, &[0, 2]);
    work(&mut world);
    let cards = world.board(2, board).unwrap().cards;
    let cards: Vec<CardId> = cards.into_iter().map(|card| card.id).collect();
    assert_eq!(cards, [written_in]);
    assert!(world.views[1].is_closed(), "told that it is gone");
    assert!(!world.views[0].is_closed());
    assert_eq!(world.views[0].text(), "my words");
    for index in [0, 2] {
        let field = TextField::CardDescription(written_in);
        assert_eq!(world.text(index, board, field), "my words", "at {index}");
    }
}

/// Gives a bundle in one piece, and no time passes.
fn hand_over(world: &mut World, from: usize, to: usize) {
    let (bytes, _) = world.read_bundle(from, None).unwrap();
    let data = BASE64.encode(&bytes);
    world.ask_apart(to, 77, Request::TakeBundle { offset: 0, data });
}

#[test]
fn a_new_note_of_somebody_whose_role_was_lowered_meanwhile_keeps_no_other_back() {
    let mut world = team(31, 4);
    let lowered = note(&mut world, 1, "Of the lowered", "nobody saw it");
    rest(&mut world, &[1, 2]);
    let other = note(&mut world, 2, "Of another", "beside it");
    rest(&mut world, &[2]);
    set_role(&mut world, 0, "Member 1", Role::Viewer).unwrap();
    rest(&mut world, &[0]);
    // Both notes have come, and are not made yet, when word of the role comes.
    hand_over(&mut world, 2, 3);
    hand_over(&mut world, 0, 3);
    rest(&mut world, &[3]);
    assert_eq!(text(&mut world, 3, other).as_deref(), Some("beside it"));
    assert_eq!(text(&mut world, 3, lowered), None);
    rest(&mut world, &[0, 1, 2, 3]);
    world.check();
}
