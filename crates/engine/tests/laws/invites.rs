//! Laws of invites: all see how they stand and how far each got who came by them, owners close them, and a closed one lets nobody in and puts
//! nobody out.

use crate::nodes::{LOOPBACK, Member, relay};
use crate::sim::World;
use rand::Rng;
use skein_access::Role;
use skein_engine::api::{
    ApiError, ErrorCode, Event, Heard, InviteState, Invitee, InviteeStep, ListedInvite, Reply,
    Request, ServerMessage, View, WorkspaceState,
};
use skein_engine::relay::RelayLimits;

fn founded(seed: u64, machines: usize) -> World {
    let mut world = World::new(seed, machines);
    for machine in &mut world.machines {
        machine.skew_ms = 0;
    }
    world.found();
    world
}

fn invites(world: &mut World, index: usize) -> Vec<ListedInvite> {
    match world.ask(index, Request::ListInvites) {
        Ok(Reply::Invites { invites }) => invites,
        other => panic!("{other:?}"),
    }
}

fn revoke(world: &mut World, index: usize, invite: &str) -> Result<Reply, ApiError> {
    let invite = invite.to_owned();
    world.ask(index, Request::RevokeInvite { invite })
}

fn join(world: &mut World, index: usize, ticket: &str) {
    let request = Request::JoinWorkspace {
        ticket: ticket.to_owned(),
        member_name: Some(format!("Member {index}")),
        zone: None,
    };
    world.ask(index, request).unwrap();
    for _ in 0..5 {
        world.dial(index, 0);
        for _ in 0..40 {
            for pipe in world.network.busy() {
                world.deliver(pipe);
            }
            world.pass(100);
        }
    }
}

/// What the joiner is told of a join that does not succeed.
fn refusal(world: &mut World, index: usize) -> String {
    let Ok(Reply::Status { status }) = world.ask(index, Request::Status) else {
        panic!("the status")
    };
    assert_eq!(status.state, WorkspaceState::Joining);
    status.joining.unwrap().reason.unwrap_or_default()
}

#[test]
fn an_invite_is_listed_with_how_it_stands_and_closing_it_puts_nobody_out() {
    let mut world = founded(1, 2);
    world.invite(0, Role::Editor, 2);
    let [open] = &invites(&mut world, 0)[..] else {
        panic!("one invite")
    };
    assert_eq!((open.uses, open.used), (2, 0));
    assert_eq!((open.state, open.invitees.len()), (InviteState::Open, 0));
    assert_eq!(open.made_by.as_deref(), Some("Member 0"));
    assert_eq!((open.role, open.expires_at), (Role::Editor, None));
    let id = open.id.clone();
    world.join(1);
    world.settle(&[0, 1]);
    // Who only writes may not close it.
    let refused = revoke(&mut world, 1, &id).unwrap_err();
    assert_eq!(refused.code, ErrorCode::Denied);
    revoke(&mut world, 0, &id).unwrap();
    let envelopes = |world: &mut World| match world.ask(0, Request::Audit) {
        Ok(Reply::Audit { report }) => report.envelopes,
        other => panic!("{other:?}"),
    };
    let before = envelopes(&mut world);
    revoke(&mut world, 0, &id).unwrap();
    assert_eq!(envelopes(&mut world), before, "closed once is closed");
    let unknown = revoke(&mut world, 0, "nonsense").unwrap_err();
    assert_eq!(unknown.code, ErrorCode::NotFound);
    world.settle(&[0, 1]);
    for index in [0, 1] {
        let listed = &invites(&mut world, index)[0];
        assert_eq!((listed.used, listed.state), (1, InviteState::Closed));
    }
    let request = Request::CreateNote {
        title: "Still here".to_owned(),
        text: None,
        parent: None,
        after: None,
    };
    world.ask(1, request).unwrap();
    for _ in 0..3 {
        world.settle(&[0, 1]);
        world.pass(400);
    }
    assert_eq!(world.documents(0, false).len(), 1);
}

#[test]
fn a_closed_invite_lets_nobody_in_and_says_so_in_words() {
    for another_is_open in [true, false] {
        let mut world = founded(2, 2);
        world.invite(0, Role::Editor, 5);
        let ticket = world.tickets[0].clone();
        let id = invites(&mut world, 0)[0].id.clone();
        if another_is_open {
            world.invite(0, Role::Editor, 5);
        }
        revoke(&mut world, 0, &id).unwrap();
        join(&mut world, 1, &ticket);
        let words = refusal(&mut world, 1);
        assert!(words.contains("withdrawn"), "{another_is_open}: {words}");
        assert_eq!(
            invites(&mut world, 0)
                .iter()
                .map(|invite| invite.used)
                .sum::<u32>(),
            0
        );
    }
}

/// The one who came by the newest invite, as one machine knows him; none if nobody did.
fn invitee(world: &mut World, index: usize) -> Option<Invitee> {
    let Event::Invites { invites } = world.look(index, View::Invites) else {
        panic!("the invites")
    };
    let newest = invites.into_iter().next().unwrap();
    assert!(newest.invitees.len() < 2 && newest.more == 0);
    newest.invitees.into_iter().next()
}

/// Lets one meet the founder until everything came, and gives the steps that the founder saw of him in between.
fn steps_seen(world: &mut World, index: usize) -> Vec<InviteeStep> {
    let mut seen = Vec::new();
    world.dial(index, 0);
    for _ in 0..60 {
        for pipe in world.network.busy() {
            world.deliver(pipe);
            let step = invitee(world, 0).map(|invitee| invitee.step);
            if let Some(step) = step.filter(|step| seen.last() != Some(step)) {
                seen.push(step);
            }
        }
        for machine in [0, index] {
            world.run_job(machine);
        }
        world.pass(50);
    }
    seen
}

/// Notes that do not all fit one batch.
fn with_much_to_read(world: &mut World) {
    for number in 0..4 {
        let text = (0..60_000)
            .map(|_| world.rng.gen_range('a'..='z'))
            .collect();
        let request = Request::CreateNote {
            title: format!("Note {number}"),
            text: Some(text),
            parent: None,
            after: None,
        };
        world.ask(0, request).unwrap();
        world.pass(4_000);
    }
}

fn goes_away(world: &mut World, index: usize) {
    let mut rng = world.rng.clone();
    world.network.machine_gone(&mut rng, index);
    world.machines[index].crash(false);
    for _ in 0..20 {
        for pipe in world.network.busy() {
            world.deliver(pipe);
        }
        world.pass(1_000);
    }
}

#[test]
fn of_whoever_comes_by_an_invite_it_is_told_how_far_he_got_and_when_he_was_heard_of() {
    let mut world = founded(3, 2);
    with_much_to_read(&mut world);
    world.invite(0, Role::Editor, 1);
    assert_eq!(invitee(&mut world, 0), None, "nobody opened it");
    world.join(1);
    let seen = steps_seen(&mut world, 1);
    let [
        ..,
        InviteeStep::HasKeys,
        InviteeStep::Receiving,
        InviteeStep::Done,
    ] = seen[..]
    else {
        panic!("{seen:?}")
    };
    let there = invitee(&mut world, 0).unwrap();
    assert_eq!(there.name.as_deref(), Some("Member 1"));
    assert_eq!(there.heard, Heard::Now);
    assert_eq!(invites(&mut world, 0)[0].state, InviteState::UsedUp);
    // He sees himself there as well.
    let himself = invitee(&mut world, 1).unwrap();
    assert_eq!(
        (himself.step, himself.heard),
        (InviteeStep::Done, Heard::Now)
    );

    goes_away(&mut world, 1);
    let request = Request::CreateNote {
        title: "Later".to_owned(),
        text: None,
        parent: None,
        after: None,
    };
    world.ask(0, request).unwrap();
    world.pass(4_000);
    let away = invitee(&mut world, 0).unwrap();
    // What is written after he came is no part of coming in.
    assert_eq!(away.step, InviteeStep::Done);
    assert!(
        matches!(away.heard, Heard::Last { at } if at >= away.opened_at),
        "{away:?}"
    );
}

#[test]
fn who_asks_is_let_in_fetches_the_keys_and_reads_and_each_of_it_is_told() {
    let mut world = founded(4, 2);
    with_much_to_read(&mut world);
    let request = Request::CreateInvite {
        role: Role::Editor,
        uses: 1,
        expires_in_hours: Some(2),
        approval: true,
    };
    let Ok(Reply::Invite { ticket, .. }) = world.ask(0, request) else {
        panic!("an invite")
    };
    join(&mut world, 1, &ticket);
    let asks = invitee(&mut world, 0).unwrap();
    assert_eq!(
        (asks.name.as_deref(), asks.step),
        (Some("Member 1"), InviteeStep::Asking)
    );
    assert_eq!(invites(&mut world, 0)[0].state, InviteState::Open);
    world.pass(4 * 3_600_000);
    assert_eq!(invites(&mut world, 0)[0].state, InviteState::Expired);

    goes_away(&mut world, 1);
    let Event::Asking { asking } = world.look(0, View::Asking) else {
        panic!("who asks")
    };
    let asking = asking[0].id.clone();
    world.ask(0, Request::Approve { asking }).unwrap();
    let let_in = invitee(&mut world, 0).unwrap();
    assert_eq!(
        let_in.step,
        InviteeStep::LetIn,
        "he does not know of it yet"
    );
    assert_eq!(invites(&mut world, 0)[0].state, InviteState::UsedUp);

    world.start(1);
    let seen = steps_seen(&mut world, 1);
    let is_in_order = seen.is_sorted_by_key(|step| *step as u8);
    assert!(
        is_in_order && seen.contains(&InviteeStep::Receiving),
        "{seen:?}"
    );
    assert_eq!(seen.last(), Some(&InviteeStep::Done));

    let device = world.machines[1].device.to_string();
    world.ask(0, Request::RemoveDevice { device }).unwrap();
    assert_eq!(invitee(&mut world, 0).unwrap().step, InviteeStep::Out);
}

#[test]
fn who_was_declined_stands_there_as_turned_away() {
    let mut world = founded(5, 2);
    let request = Request::CreateInvite {
        role: Role::Editor,
        uses: 1,
        expires_in_hours: None,
        approval: true,
    };
    let Ok(Reply::Invite { ticket, .. }) = world.ask(0, request) else {
        panic!("an invite")
    };
    join(&mut world, 1, &ticket);
    let Event::Asking { asking } = world.look(0, View::Asking) else {
        panic!("who asks")
    };
    let asking = asking[0].id.clone();
    world.ask(0, Request::Decline { asking }).unwrap();
    let declined = invitee(&mut world, 0).unwrap();
    assert_eq!(declined.step, InviteeStep::TurnedAway);
    assert_eq!(declined.name.as_deref(), Some("Member 1"));
    assert_eq!(invites(&mut world, 0)[0].state, InviteState::Open);
}

/// Waits until the newest invite is as wanted.
async fn until_invite(member: &mut Member, wanted: impl Fn(&ListedInvite) -> bool) -> ListedInvite {
    let view = View::Invites;
    member.ask(Request::Subscribe { view }).await;
    loop {
        if let Some(ServerMessage::Event {
            event: Event::Invites { invites },
            ..
        }) = member.client.receive().await
            && let Some(newest) = invites.into_iter().find(|invite| wanted(invite))
        {
            return newest;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_invited_and_was_away_learns_through_the_relay_who_came_and_no_more_than_shows_there()
 {
    let root = tempfile::tempdir().unwrap();
    let folder = |name: &str| root.path().join(name);
    let mut ana = Member::open(&folder("ana"), LOOPBACK).await;
    ana.found("Ana").await;
    let workspace = ana.status().await.workspace_id.unwrap();
    let relay = relay(&folder("relay"), 0, &[workspace], RelayLimits::default()).await;
    let address = relay.addresses()[0].clone();
    ana.ask(Request::AddRelay { address }).await;
    ana.create_note("Marsh", "Two cranes crossed it at dawn.")
        .await;
    let ticket = ana.invite().await;
    ana.idle().await;
    let unopened = until_invite(&mut ana, |_| true).await;
    assert_eq!(
        (unopened.state, unopened.invitees.len()),
        (InviteState::Open, 0)
    );
    ana.host.close().await;

    let mut bo = Member::open(&folder("bo"), LOOPBACK).await;
    bo.join(ticket, "Bo").await;
    bo.idle().await;
    bo.host.close().await;

    // He has it all, and all that came of him is his join.
    let mut ana = Member::open(&folder("ana"), LOOPBACK).await;
    let opened = until_invite(&mut ana, |invite| !invite.invitees.is_empty()).await;
    assert_eq!((opened.state, opened.used), (InviteState::UsedUp, 1));
    let came = &opened.invitees[0];
    assert_eq!(
        (came.name.as_deref(), came.step),
        (Some("Bo"), InviteeStep::HasKeys)
    );
    assert_eq!(came.heard, Heard::NotSince);
    ana.host.close().await;

    let mut bo = Member::open(&folder("bo"), LOOPBACK).await;
    bo.create_note("Dusk", "They came back.").await;
    bo.idle().await;
    bo.host.close().await;
    let mut ana = Member::open(&folder("ana"), LOOPBACK).await;
    let wrote = until_invite(&mut ana, |invite| {
        matches!(invite.invitees[0].heard, Heard::Last { .. })
    })
    .await;
    assert_eq!(wrote.invitees[0].step, InviteeStep::HasKeys);

    let bo = Member::open(&folder("bo"), LOOPBACK).await;
    let done = |invite: &ListedInvite| invite.invitees[0].step == InviteeStep::Done;
    let met = until_invite(&mut ana, done).await;
    assert_eq!(met.invitees[0].heard, Heard::Now);
    bo.host.close().await;
    relay.close().await;
}
