//! How two devices find together that know nothing of each other but a relay.

use crate::nodes::{Node, new_key, start, start_relay, talk};
use skein_access::DeviceId;
use skein_net::{DialFailure, Ended, NetEvent};

/// A relay, and two members that know it; they come one after the other.
async fn two_at_a_relay(pairs: usize) -> (Node, Node, Node) {
    let relay = start_relay(pairs).await;
    let (a, b) = (start(new_key()).await, start(new_key()).await);
    relay.allow_ids(&[a.id(), b.id()], false);
    a.allow_by_relay(&[b.id()], &relay);
    b.allow_by_relay(&[a.id()], &relay);
    (relay, a, b)
}

/// Waits for a link to that device; says whether it is direct.
async fn linked(node: &mut Node, to: DeviceId) -> bool {
    loop {
        match node.next_of_link().await {
            NetEvent::Connected { peer, direct, .. } if peer == to => return direct,
            _ => {}
        }
    }
}

/// Waits for why that device could not be reached.
async fn not_linked(node: &mut Node, to: DeviceId) -> DialFailure {
    loop {
        match node.next().await {
            NetEvent::DialFailed {
                expected: Some(device),
                reason,
                ..
            } if device == to => return reason,
            NetEvent::Connected { peer, .. } => assert_ne!(peer, to),
            _ => {}
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_who_know_only_a_relay_meet_through_it_and_then_directly() {
    let (mut relay, mut a, mut b) = two_at_a_relay(8).await;
    assert!(!linked(&mut a, b.id()).await, "first through the relay");
    assert!(!linked(&mut b, a.id()).await);
    assert!(linked(&mut a, b.id()).await, "then directly");
    assert!(linked(&mut b, a.id()).await);
    talk(&mut a, &mut b).await;
    // The relay knows of the one connection, and then of its end.
    let mut open = None;
    while open != Some(false) {
        if let NetEvent::Circuit {
            from,
            to,
            open: now,
        } = relay.next().await
        {
            assert!([from, to].contains(&a.id()) && [from, to].contains(&b.id()));
            open = Some(now);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_is_at_no_relay_is_said_to_be_away() {
    let relay = start_relay(8).await;
    let (mut a, away) = (start(new_key()).await, new_key().id());
    relay.allow_ids(&[a.id(), away], false);
    a.allow_by_relay(&[away], &relay);
    assert_eq!(not_linked(&mut a, away).await, DialFailure::NotAtRelay);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_relay_that_connects_nobody_says_so() {
    let (_relay, mut a, b) = two_at_a_relay(0).await;
    loop {
        match not_linked(&mut a, b.id()).await {
            // The other one was not there yet.
            DialFailure::NotAtRelay => a.net.redial_now().unwrap(),
            DialFailure::Busy(words) => break assert!(words.contains("relay"), "{words}"),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stranger_is_connected_with_nobody_even_while_he_may_come() {
    let relay = start_relay(8).await;
    let (member, mut stranger) = (start(new_key()).await, start(new_key()).await);
    relay.allow_ids(&[member.id()], true);
    // Were it the relay's to say, they would meet: both of them want to.
    member.allow_by_relay(&[stranger.id()], &relay);
    stranger.allow_by_relay(&[member.id()], &relay);
    for _ in 0..3 {
        let reason = not_linked(&mut stranger, member.id()).await;
        assert!(
            matches!(
                reason,
                DialFailure::Unreachable(_) | DialFailure::NotAtRelay | DialFailure::Busy(_)
            ),
            "{reason:?}"
        );
        stranger.net.redial_now().unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_member_removed_at_the_relay_loses_the_way_through_it() {
    let (relay, mut a, b) = two_at_a_relay(8).await;
    let mut at_relay = a;
    loop {
        if let NetEvent::Connected { peer, .. } = at_relay.next_of_link().await
            && peer == relay.id()
        {
            break;
        }
    }
    relay.allow_ids(&[b.id()], false);
    loop {
        match at_relay.next_of_link().await {
            NetEvent::Disconnected { peer, reason } if peer == relay.id() => {
                assert!(!matches!(reason, Ended::ShuttingDown), "{reason:?}");
                break;
            }
            _ => {}
        }
    }
    a = at_relay;
    drop(a);
}
