//! Laws of asking to be let in, as people use it: who waits reads nothing and knows that he waits; what an owner says comes through.

use crate::folders;
use crate::nodes::{LOOPBACK, Member, relay};
use crate::sim::World;
use skein_access::Role;
use skein_engine::api::{
    ApiError, Asking, ErrorCode, Event, Joining, JoiningStep, ListedInvite, Reply, Request, View,
    WorkspaceState,
};
use skein_engine::relay::RelayLimits;
use skein_model::DocumentId;

/// A founder with a note, an invite by which one asks, and machines that have nothing yet.
fn founded(seed: u64, machines: usize, uses: u32) -> (World, DocumentId, String) {
    let mut world = World::new(seed, machines);
    for machine in &mut world.machines {
        machine.skew_ms = 0;
    }
    world.found();
    let request = Request::CreateNote {
        title: "Plan".to_owned(),
        text: Some("North by night.".to_owned()),
        parent: None,
        after: None,
    };
    let note = match world.ask(0, request) {
        Ok(Reply::Created { id }) => id,
        other => panic!("{other:?}"),
    };
    let ticket = asking_invite(&mut world, uses);
    (world, note, ticket)
}

fn asking_invite(world: &mut World, uses: u32) -> String {
    let request = Request::CreateInvite {
        role: Role::Editor,
        uses,
        expires_in_hours: Some(2),
        approval: true,
    };
    match world.ask(0, request) {
        Ok(Reply::Invite { ticket, .. }) => ticket,
        other => panic!("{other:?}"),
    }
}

fn asks(world: &mut World, index: usize, ticket: &str) {
    let request = Request::JoinWorkspace {
        ticket: ticket.to_owned(),
        member_name: Some(format!("Member {index}")),
        zone: None,
    };
    world.ask(index, request).unwrap();
    meet(world, index);
}

/// One meets the founder for a while.
fn meet(world: &mut World, index: usize) {
    for _ in 0..3 {
        world.dial(index, 0);
        for _ in 0..60 {
            for pipe in world.network.busy() {
                world.deliver(pipe);
            }
            world.pass(50);
        }
    }
}

/// A machine ends, with its lines, and starts again.
fn restart(world: &mut World, index: usize) {
    let mut rng = world.rng.clone();
    world.network.machine_gone(&mut rng, index);
    world.machines[index].crash(false);
    world.start(index);
}

fn joining(world: &mut World, index: usize) -> Joining {
    let status = world.status(index);
    assert_eq!(status.state, WorkspaceState::Joining, "{status:?}");
    status.joining.unwrap()
}

/// Who asks, as one is told.
fn asking(world: &mut World, index: usize) -> Vec<Asking> {
    world.clients += 1;
    let client = world.clients;
    let view = View::Asking;
    match world.ask_apart(index, client, Request::Subscribe { view }) {
        (Some(Ok(_)), Some(Event::Asking { asking })) => asking,
        other => panic!("{other:?}"),
    }
}

fn approve(world: &mut World, by: usize, asking: &str) -> Result<Reply, ApiError> {
    let asking = asking.to_owned();
    world.ask(by, Request::Approve { asking })
}

fn decline(world: &mut World, by: usize, asking: &str) -> Result<Reply, ApiError> {
    let asking = asking.to_owned();
    world.ask(by, Request::Decline { asking })
}

fn invite(world: &mut World) -> ListedInvite {
    match world.ask(0, Request::ListInvites) {
        Ok(Reply::Invites { invites }) => invites.into_iter().find(|invite| invite.approval),
        other => panic!("{other:?}"),
    }
    .unwrap()
}

fn text(world: &mut World, index: usize, document: DocumentId) -> Option<String> {
    match world.ask(index, Request::ReadNote { document }) {
        Ok(Reply::Note { note }) => Some(note.text),
        Err(error) if error.code == ErrorCode::NotFound => None,
        other => panic!("{other:?}"),
    }
}

#[test]
fn who_asks_waits_through_a_restart_reads_nothing_and_goes_on_by_himself_once_let_in() {
    let (mut world, note, ticket) = founded(1, 2, 1);
    asks(&mut world, 1, &ticket);
    assert_eq!(joining(&mut world, 1).step, JoiningStep::Waiting);
    restart(&mut world, 1);
    assert_eq!(joining(&mut world, 1).step, JoiningStep::Waiting);
    assert_eq!(text(&mut world, 1, note), None);
    assert_eq!(world.status(1).role, None);
    assert_eq!(invite(&mut world).used, 0, "asking is no use");

    let [who] = &asking(&mut world, 0)[..] else {
        panic!("one asks")
    };
    assert_eq!(who.name.as_deref(), Some("Member 1"));
    assert_eq!(who.words, world.status(1).device_words);
    assert_eq!(who.role, Role::Editor);
    assert_eq!(asking(&mut world, 1), [], "he himself decides nothing");
    // The invite ends while he waits; his question does not.
    world.pass(4 * 3_600_000);
    meet(&mut world, 1);
    assert_eq!(joining(&mut world, 1).step, JoiningStep::Waiting);

    approve(&mut world, 0, &who.id).unwrap();
    assert_eq!(asking(&mut world, 0), []);
    approve(&mut world, 0, &who.id).unwrap();
    world.settle(&[0, 1]);
    let status = world.status(1);
    assert_eq!(status.state, WorkspaceState::Ready, "{status:?}");
    assert_eq!(
        text(&mut world, 1, note).as_deref(),
        Some("North by night.")
    );
    for index in [0, 1] {
        let people = world.people(index);
        assert!(
            people.iter().any(|member| member.name == "Member 1"),
            "{people:?}"
        );
    }
    let late = decline(&mut world, 0, &who.id).unwrap_err();
    assert_eq!(late.code, ErrorCode::WrongState);
    world.check();
}

#[test]
fn who_is_declined_or_whose_invite_is_revoked_is_told_which_and_reads_nothing() {
    for by_name in [true, false] {
        let (mut world, note, ticket) = founded(2, 2, 2);
        asks(&mut world, 1, &ticket);
        let who = asking(&mut world, 0).remove(0);
        if by_name {
            decline(&mut world, 0, &who.id).unwrap();
        } else {
            let invite = invite(&mut world).id;
            world.ask(0, Request::RevokeInvite { invite }).unwrap();
        }
        assert_eq!(asking(&mut world, 0), []);
        let late = approve(&mut world, 0, &who.id).unwrap_err();
        assert_eq!(late.code, ErrorCode::WrongState);
        meet(&mut world, 1);
        for _ in 0..2 {
            let told = joining(&mut world, 1);
            let words = told.reason.unwrap();
            assert_eq!(told.step, JoiningStep::Failed);
            assert_eq!(words.contains("declined"), by_name, "{words}");
            assert_eq!(words.contains("closed"), !by_name, "{words}");
            restart(&mut world, 1);
        }
        assert_eq!(text(&mut world, 1, note), None);
        assert_eq!(world.people(0).len(), 1);
    }
}

#[test]
fn who_asked_by_a_bundle_alone_is_let_in_by_one_and_read_nothing_of_the_first() {
    let (mut world, note, ticket) = founded(3, 2, 1);
    let carry = |world: &mut World, from: usize, to: usize| {
        let (bytes, _) = world.read_bundle(from, None).unwrap();
        world.take_bundle(to, &bytes, 1_000).unwrap();
        while world.do_what_is_there() {}
        for _ in 0..8 {
            world.pass(400);
        }
    };
    let request = Request::JoinWorkspace {
        ticket,
        member_name: Some("Member 1".to_owned()),
        zone: None,
    };
    world.ask(1, request).unwrap();
    carry(&mut world, 0, 1);
    assert_eq!(joining(&mut world, 1).step, JoiningStep::Waiting);
    assert_eq!(text(&mut world, 1, note), None);
    carry(&mut world, 1, 0);
    let who = asking(&mut world, 0).remove(0);
    approve(&mut world, 0, &who.id).unwrap();
    carry(&mut world, 0, 1);
    assert_eq!(world.status(1).state, WorkspaceState::Ready);
    assert_eq!(
        text(&mut world, 1, note).as_deref(),
        Some("North by night.")
    );
}

#[test]
fn who_asked_through_a_shared_folder_alone_is_let_in_through_it() {
    let (mut world, note, ticket) = founded(9, 2, 1);
    let shared = folders::folder();
    folders::add(&mut world, 0, shared.path());
    folders::sync(&mut world, 0);
    let request = Request::JoinWorkspace {
        ticket,
        member_name: Some("Member 1".to_owned()),
        zone: None,
    };
    world.ask(1, request).unwrap();
    folders::add(&mut world, 1, shared.path());
    folders::sync(&mut world, 1);
    assert_eq!(joining(&mut world, 1).step, JoiningStep::Waiting);
    folders::sync(&mut world, 1);
    folders::sync(&mut world, 0);
    let who = asking(&mut world, 0).remove(0);
    assert_eq!(who.name.as_deref(), Some("Member 1"));
    approve(&mut world, 0, &who.id).unwrap();
    folders::sync(&mut world, 0);
    folders::sync(&mut world, 1);
    assert_eq!(world.status(1).state, WorkspaceState::Ready);
    assert_eq!(
        text(&mut world, 1, note).as_deref(),
        Some("North by night.")
    );
}

#[test]
fn of_two_who_ask_by_an_invite_for_one_the_other_is_told_that_it_was_used() {
    let (mut world, note, ticket) = founded(4, 3, 1);
    asks(&mut world, 1, &ticket);
    asks(&mut world, 2, &ticket);
    assert_eq!(joining(&mut world, 1).step, JoiningStep::Waiting);
    let who = asking(&mut world, 0);
    let second = who
        .iter()
        .find(|who| who.name.as_deref() == Some("Member 2"));
    approve(&mut world, 0, &second.unwrap().id).unwrap();
    world.settle(&[0, 2]);
    meet(&mut world, 1);
    assert_eq!(
        text(&mut world, 2, note).as_deref(),
        Some("North by night.")
    );
    let told = joining(&mut world, 1);
    assert_eq!(told.step, JoiningStep::Failed);
    assert!(told.reason.unwrap().contains("used by others"));
    assert_eq!(text(&mut world, 1, note), None);
}

/// The question lies at the relay, the answer too: none of them is there when the others are.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_asks_through_a_relay_is_answered_through_it_while_everybody_else_is_away() {
    let root = tempfile::tempdir().unwrap();
    let folder = |name: &str| root.path().join(name);
    let mut ana = Member::open(&folder("ana"), LOOPBACK).await;
    ana.found("Ana").await;
    let note = ana.create_note("Marsh", "Cranes at dawn.").await;
    let workspace = ana.status().await.workspace_id.unwrap();
    let limits = RelayLimits::default();
    let relay = relay(&folder("relay"), 0, &[workspace], limits).await;
    let address = relay.addresses()[0].clone();
    ana.ask(Request::AddRelay { address }).await;
    let invite = Request::CreateInvite {
        role: Role::Editor,
        uses: 5,
        expires_in_hours: None,
        approval: true,
    };
    let Reply::Invite { ticket, .. } = ana.ask(invite).await else {
        panic!("an invite")
    };
    ana.idle().await;
    ana.host.close().await;

    let mut bo = Member::open(&folder("bo"), LOOPBACK).await;
    bo.asks(&ticket, "Bo").await;
    let mut cem = Member::open(&folder("cem"), LOOPBACK).await;
    cem.asks(&ticket, "Cem").await;
    assert_eq!(bo.titles().await, Vec::<String>::new());

    let mut ana = Member::open(&folder("ana"), LOOPBACK).await;
    let asking = ana.until_asked(2).await;
    let of = |name: &str| {
        let found = asking
            .iter()
            .find(|asks| asks.name.as_deref() == Some(name));
        found.unwrap().id.clone()
    };
    bo.host.close().await;
    ana.ask(Request::Approve { asking: of("Bo") }).await;
    ana.ask(Request::Decline { asking: of("Cem") }).await;
    ana.idle().await;
    ana.host.close().await;

    // Cem was connected with the relay all the time.
    let told = cem
        .until(|status| {
            let joining = status.joining.as_ref();
            joining.is_some_and(|joining| joining.step == JoiningStep::Failed)
        })
        .await;
    let words = told.joining.unwrap().reason.unwrap();
    assert!(words.contains("declined"), "{words}");
    assert_eq!(cem.titles().await, Vec::<String>::new());
    let mut bo = Member::open(&folder("bo"), LOOPBACK).await;
    bo.until(|status| status.state == WorkspaceState::Ready)
        .await;
    assert_eq!(bo.note(note).await.text, "Cranes at dawn.");
    cem.host.close().await;
    bo.host.close().await;
    relay.close().await;
}
