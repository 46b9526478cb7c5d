//! Laws of carets: seen by whoever has the text open, right while both write, gone with the connection, bounded, never kept.

use crate::sim::World;
use crate::sim::network::Packet;
use skein_access::Role;
use skein_engine::api::{
    Caret, ClientMessage, DocumentId, Event, NoteEdit, Outcome, Reply, Request, ServerMessage,
    SubscriptionId, View,
};
use skein_engine::core::{Effect, Input, PeerInput};
use skein_sync::{Bytes, Frame};

/// A shell that is neither the simulation's own nor an editor's.
const WINDOW: u64 = 5_000;

struct Window {
    subscription: SubscriptionId,
    version: u32,
}

/// Gives a machine an input, carries out what it asks, and keeps what the window is told.
fn give(world: &mut World, index: usize, input: Input) -> Vec<ServerMessage> {
    let effects = world.machines[index].handle(world.now_ms, input);
    let mut told = Vec::new();
    for effect in effects {
        if let Some(Effect::ToClient {
            client: WINDOW,
            message,
        }) = world.keep(index, effect)
        {
            told.push(*message);
        }
    }
    told
}

fn ask(world: &mut World, index: usize, request: Request) -> Vec<ServerMessage> {
    let message = ClientMessage { id: 1, request };
    give(
        world,
        index,
        Input::Client {
            client: WINDOW,
            message,
        },
    )
}

fn carets(told: &[ServerMessage]) -> Option<Vec<Caret>> {
    told.iter().rev().find_map(|message| match message {
        ServerMessage::Event {
            event: Event::Carets { carets },
            ..
        } => Some(carets.clone()),
        _ => None,
    })
}

fn open(world: &mut World, index: usize, document: DocumentId) -> Window {
    world.ask(index, Request::ReadNote { document }).unwrap();
    let view = View::Text {
        document,
        card: None,
    };
    let told = ask(world, index, Request::Subscribe { view });
    let version = told.iter().find_map(|message| match message {
        ServerMessage::Event {
            event: Event::TextReset { version, .. },
            ..
        } => Some(*version),
        _ => None,
    });
    let subscription = told.iter().find_map(|message| match message {
        ServerMessage::Reply {
            result: Outcome::Ok(reply),
            ..
        } => match **reply {
            Reply::Subscribed { subscription } => Some(subscription),
            _ => None,
        },
        _ => None,
    });
    Window {
        subscription: subscription.unwrap(),
        version: version.unwrap(),
    }
}

fn show(world: &mut World, index: usize, window: &Window, place: Option<(u32, u32)>) {
    let (anchor, head) = place.unzip();
    let request = Request::ShowCaret {
        subscription: window.subscription,
        anchor,
        head,
        version: window.version,
    };
    ask(world, index, request);
}

/// Lets packets arrive and time pass, and keeps the last carets that the window of one machine is told.
fn pass(world: &mut World, index: usize, ms: u64) -> Option<Vec<Caret>> {
    let mut last = None;
    let until = world.now_ms + ms;
    while world.now_ms < until {
        world.now_ms += 10;
        let mut inputs: Vec<(usize, Input)> = Vec::new();
        for pipe in world.network.busy() {
            if let Some((_, from, to, Packet::Frame(bytes))) = world.network.take(pipe) {
                let peer = world.machines[from].device;
                inputs.push((to, Input::Peer(PeerInput::Frame { peer, bytes })));
            }
        }
        for machine in 0..world.machines.len() {
            inputs.push((machine, Input::Tick));
            while let Some(job) = world.machines[machine].jobs.pop() {
                inputs.push((machine, Input::JobDone(Box::new(job.run()))));
            }
        }
        for (machine, input) in inputs {
            let told = give(world, machine, input);
            if machine == index {
                last = carets(&told).or(last);
            }
        }
    }
    last
}

fn pair(seed: u64) -> (World, DocumentId) {
    let mut world = World::new(seed, 2);
    world.found();
    world.invite(0, Role::Editor, 5);
    let request = Request::CreateNote {
        title: "Plan".to_owned(),
        text: Some("one two three".to_owned()),
        parent: None,
        after: None,
    };
    let Ok(Reply::Created { id }) = world.ask(0, request) else {
        panic!("a note is created")
    };
    world.join(1);
    for _ in 0..3 {
        world.settle(&[0, 1]);
        world.pass(400);
    }
    (world, id)
}

fn spots(carets: Option<Vec<Caret>>) -> Vec<(u32, u32)> {
    let carets = carets.expect("carets are told");
    carets
        .iter()
        .map(|caret| (caret.anchor, caret.head))
        .collect()
}

#[test]
fn a_caret_is_seen_by_the_other_and_stays_right_while_somebody_writes_before_it() {
    let (mut world, note) = pair(1);
    let ana = open(&mut world, 0, note);
    open(&mut world, 1, note);
    show(&mut world, 0, &ana, Some((4, 7)));
    let seen = pass(&mut world, 1, 300).unwrap();
    assert_eq!((seen[0].anchor, seen[0].head), (4, 7));
    assert_eq!(seen[0].name, "Member 0");
    assert_eq!(seen[0].device, world.machines[0].device.to_string());
    let edit = NoteEdit::ReplaceText {
        base: "one two three".to_owned(),
        text: "zero one two three".to_owned(),
    };
    let request = Request::EditNote {
        document: note,
        edit,
    };
    let told = ask(&mut world, 1, request);
    assert_eq!(spots(carets(&told)), [(9, 12)]);
    let edit = NoteEdit::ReplaceText {
        base: "one two three".to_owned(),
        text: "one, two three".to_owned(),
    };
    let request = Request::EditNote {
        document: note,
        edit,
    };
    world.ask(0, request).unwrap();
    assert_eq!(spots(pass(&mut world, 1, 300)), [(10, 13)]);
}

#[test]
fn a_caret_goes_when_it_is_taken_away_when_its_window_closes_and_with_the_connection() {
    let (mut world, note) = pair(2);
    let ana = open(&mut world, 0, note);
    open(&mut world, 1, note);
    for way in 0..3 {
        show(&mut world, 0, &ana, Some((1, 1)));
        assert_eq!(spots(pass(&mut world, 1, 300)), [(1, 1)]);
        match way {
            0 => show(&mut world, 0, &ana, None),
            1 => {
                let subscription = ana.subscription;
                ask(&mut world, 0, Request::Unsubscribe { subscription });
                let again = open(&mut world, 0, note);
                assert_ne!(again.subscription, subscription);
                assert!(spots(pass(&mut world, 1, 300)).is_empty());
                show(&mut world, 0, &again, Some((2, 2)));
                assert_eq!(spots(pass(&mut world, 1, 300)), [(2, 2)]);
                let peer = world.machines[0].device;
                let gone = PeerInput::Disconnected {
                    peer,
                    reason: String::new(),
                };
                let told = give(&mut world, 1, Input::Peer(gone));
                assert!(spots(carets(&told)).is_empty());
                return;
            }
            _ => unreachable!(),
        }
        assert!(spots(pass(&mut world, 1, 300)).is_empty());
    }
}

#[test]
fn a_caret_of_which_nothing_is_heard_expires_and_one_that_rests_does_not() {
    let (mut world, note) = pair(3);
    let ana = open(&mut world, 0, note);
    open(&mut world, 1, note);
    show(&mut world, 0, &ana, Some((3, 3)));
    assert_eq!(spots(pass(&mut world, 1, 40_000)), [(3, 3)]);
    world.machines[0].crash(false);
    let mut told = Vec::new();
    for _ in 0..40 {
        world.now_ms += 1_000;
        told.extend(give(&mut world, 1, Input::Tick));
    }
    assert!(spots(carets(&told)).is_empty());
}

#[test]
fn a_hand_that_rushes_is_told_ten_times_a_second_and_the_last_place_arrives() {
    let (mut world, note) = pair(4);
    let ana = open(&mut world, 0, note);
    open(&mut world, 1, note);
    pass(&mut world, 1, 1_000);
    let mut frames = 0;
    for at in 0..200_u32 {
        world.now_ms += 5;
        let request = Request::ShowCaret {
            subscription: ana.subscription,
            anchor: Some(at % 13),
            head: Some(at % 13),
            version: ana.version,
        };
        let message = ClientMessage { id: 1, request };
        let input = Input::Client {
            client: WINDOW,
            message,
        };
        for effect in world.machines[0].handle(world.now_ms, input) {
            frames += usize::from(matches!(&effect, Effect::Send { frame, .. } if frame[0] == 64));
            world.keep(0, effect);
        }
    }
    assert!((5..13).contains(&frames), "{frames} frames in a second");
    assert_eq!(spots(pass(&mut world, 1, 300)), [(199 % 13, 199 % 13)]);
}

#[test]
fn bytes_that_are_no_caret_end_the_conversation_and_a_place_unknown_here_is_not_shown() {
    let (mut world, note) = pair(5);
    open(&mut world, 1, note);
    let peer = world.machines[0].device;
    let send = |world: &mut World, bytes: Vec<u8>| {
        let bytes = Frame::Presence(Bytes(bytes)).encode().unwrap();
        let effects =
            world.machines[1].handle(world.now_ms, Input::Peer(PeerInput::Frame { peer, bytes }));
        effects
            .into_iter()
            .any(|effect| matches!(effect, Effect::ClosePeer { .. }))
    };
    let strange = (
        note,
        None::<[u8; 0]>,
        Some((vec![7_u8; 20], vec![255_u8; 128])),
    );
    assert!(!send(&mut world, postcard::to_stdvec(&strange).unwrap()));
    assert!(pass(&mut world, 1, 200).is_none_or(|carets| carets.is_empty()));
    let large = (
        note,
        None::<[u8; 0]>,
        Some((vec![7_u8; 20], vec![255_u8; 129])),
    );
    assert!(send(&mut world, postcard::to_stdvec(&large).unwrap()));
}
