//! Laws of invites: all see how they stand, owners close them, and a closed one lets nobody in and puts nobody out.

use crate::sim::World;
use skein_access::Role;
use skein_engine::api::{ApiError, ErrorCode, ListedInvite, Reply, Request, WorkspaceState};

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
    assert_eq!((open.uses, open.used, open.revoked), (2, 0, false));
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
        assert_eq!((listed.used, listed.revoked), (1, true));
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
