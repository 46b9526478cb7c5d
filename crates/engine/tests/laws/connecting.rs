//! Laws of what is said about typed addresses, and of the words around links.

use crate::sim::World;
use skein_access::Role;
use skein_engine::api::{
    Attempt, AttemptState, DocumentId, Event, NoteEdit, Reply, Request, ServerMessage, View,
};
use skein_engine::core::{Effect, Input, PeerInput};

/// A shell that is neither the simulation's own nor an editor's.
const WINDOW: u64 = 5_000;

fn founded(seed: u64) -> World {
    let mut world = World::new(seed, 2);
    world.found();
    world
}

fn connect(world: &mut World, address: &str) {
    let address = address.to_owned();
    let reply = world.ask(0, Request::Connect { address }).unwrap();
    assert!(matches!(reply, Reply::Done));
}

fn attempts(world: &mut World) -> Vec<Attempt> {
    match world.ask(0, Request::ListPeers).unwrap() {
        Reply::Peers { attempts, .. } => attempts,
        other => panic!("{other:?}"),
    }
}

fn dial_failed(world: &mut World, addresses: &[&str], connected: bool) {
    let news = PeerInput::DialFailed {
        expected: None,
        addresses: addresses.iter().map(|&one| one.to_owned()).collect(),
        reason: "Nobody answers there.".to_owned(),
        connected,
        tried: Box::default(),
    };
    world.give(0, Input::Peer(news));
}

#[test]
fn a_typed_address_is_spoken_of_until_it_is_reached() {
    let mut world = founded(1);
    connect(&mut world, " 10.0.0.2:4711 ");
    let [attempt] = &attempts(&mut world)[..] else {
        panic!("one address was typed")
    };
    assert_eq!(attempt.address, "10.0.0.2:4711");
    assert_eq!(
        (attempt.state, &attempt.reason),
        (AttemptState::Trying, &None)
    );
    let peer = world.machines[1].device;
    let address = "/ip4/10.0.0.2/tcp/4711".to_owned();
    let dialed = true;
    let reached = PeerInput::Connected {
        peer,
        address,
        dialed,
    };
    world.give(0, Input::Peer(reached));
    assert!(attempts(&mut world).is_empty());
}

#[test]
fn an_address_that_leads_nowhere_says_so_and_a_second_try_begins_anew() {
    let mut world = founded(2);
    connect(&mut world, "10.0.0.2:4711");
    connect(&mut world, "10.0.0.3:4711");
    let dialled: Vec<String> = skein_net::understand_address("10.0.0.2:4711").unwrap();
    let dialled: Vec<&str> = dialled.iter().map(String::as_str).collect();
    dial_failed(&mut world, &["/ip4/10.9.9.9/tcp/1"], false);
    dial_failed(&mut world, &dialled, false);
    let states: Vec<AttemptState> = attempts(&mut world).iter().map(|one| one.state).collect();
    assert_eq!(states, [AttemptState::Failed, AttemptState::Trying]);
    let reason = attempts(&mut world)[0].reason.clone();
    assert_eq!(reason.as_deref(), Some("Nobody answers there."));
    connect(&mut world, "10.0.0.2:4711");
    let states: Vec<AttemptState> = attempts(&mut world).iter().map(|one| one.state).collect();
    assert_eq!(states, [AttemptState::Trying, AttemptState::Trying]);
    dial_failed(&mut world, &dialled, true);
    assert_eq!(
        attempts(&mut world).len(),
        1,
        "who is connected already is no failure"
    );
}

#[test]
fn few_typed_addresses_are_remembered_and_each_change_is_told() {
    let mut world = founded(3);
    let request = Request::Subscribe { view: View::Peers };
    told(&mut world, request);
    for number in 0..30 {
        let address = format!("10.0.1.{number}:4711");
        let news = told(&mut world, Request::Connect { address });
        let shown = news.iter().find_map(|message| match message {
            ServerMessage::Event {
                event: Event::Peers { attempts, .. },
                ..
            } => Some(attempts.len()),
            _ => None,
        });
        assert_eq!(shown, Some(usize::min(number + 1, 8)));
    }
}

#[test]
fn since_when_a_device_is_connected_is_said_and_that_it_is_behind_as_soon_as_something_is_written()
{
    let mut world = founded(4);
    world.invite(0, Role::Editor, 1);
    world.join(1);
    for _ in 0..3 {
        world.settle(&[0, 1]);
        world.pass(400);
    }
    let stands = told(&mut world, Request::Subscribe { view: View::Peers });
    let stands = stands.iter().find_map(|message| match message {
        ServerMessage::Event {
            event: Event::Peers { peers, .. },
            ..
        } => peers
            .first()
            .map(|peer| (peer.since, peer.ahead, peer.behind)),
        _ => None,
    });
    let Some((Some(since), 0, 0)) = stands else {
        panic!("{stands:?}");
    };
    assert!(since > 0);
    world.stop(1);
    let request = Request::Subscribe { view: View::Peers };
    let behind = |news: &[ServerMessage]| {
        news.iter().rev().find_map(|message| match message {
            ServerMessage::Event {
                event: Event::Peers { peers, .. },
                ..
            } => peers.first().map(|peer| peer.behind),
            _ => None,
        })
    };
    assert_eq!(behind(&told(&mut world, request)), Some(0));
    note(&mut world, "Plan", "written while Bo is away");
    let mut last = None;
    for _ in 0..60 {
        world.now_ms += 100;
        last = behind(&heard(&mut world, Input::Tick)).or(last);
    }
    assert_eq!(last, Some(1));
    world.now_ms += 100;
    assert_eq!(behind(&heard(&mut world, Input::Tick)), None, "said once");
}

fn told(world: &mut World, request: Request) -> Vec<ServerMessage> {
    let message = skein_engine::api::ClientMessage { id: 1, request };
    let input = Input::Client {
        client: WINDOW,
        message,
    };
    heard(world, input)
}

fn heard(world: &mut World, input: Input) -> Vec<ServerMessage> {
    let effects = world.machines[0].handle(world.now_ms, input);
    let messages = effects.into_iter().filter_map(|effect| match effect {
        Effect::ToClient { client, message } => (client == WINDOW).then_some(*message),
        _ => None,
    });
    messages.collect()
}

fn note(world: &mut World, title: &str, text: &str) -> DocumentId {
    let request = Request::CreateNote {
        title: title.to_owned(),
        text: Some(text.to_owned()),
        parent: None,
        after: None,
    };
    match world.ask(0, request).unwrap() {
        Reply::Created { id } => id,
        other => panic!("{other:?}"),
    }
}

/// What links to a note, each with the words around the link, those of the link in brackets.
fn backlinks(world: &mut World, document: DocumentId) -> Vec<String> {
    for _ in 0..30 {
        world.pass(400);
    }
    let view = View::Note { document };
    let messages = told(world, Request::Subscribe { view });
    let backlinks = messages.into_iter().find_map(|message| match message {
        ServerMessage::Event {
            event: Event::Note { backlinks, .. },
            ..
        } => Some(backlinks),
        _ => None,
    });
    let shown = backlinks.unwrap().into_iter().map(|backlink| {
        let parts = backlink.context.into_iter();
        parts
            .map(|part| match part.hit {
                true => format!("<{}>", part.text),
                false => part.text,
            })
            .collect()
    });
    shown.collect()
}

#[test]
fn tags_are_listed_with_how_many_documents_bear_them_outside_the_trash() {
    let mut world = founded(6);
    note(&mut world, "One", "#Plan and #bird, #plan again");
    note(&mut world, "Two", "#bird");
    let gone = note(&mut world, "Three", "#bird #gone");
    let request = Request::EditNote {
        document: gone,
        edit: NoteEdit::Trash,
    };
    world.ask(0, request).unwrap();
    for _ in 0..30 {
        world.pass(400);
    }
    let Ok(Reply::Tags { tags }) = world.ask(0, Request::ListTags) else {
        panic!("the tags")
    };
    let tags: Vec<_> = tags
        .iter()
        .map(|tag| (tag.tag.as_str(), tag.count))
        .collect();
    assert_eq!(tags, [("bird", 2), ("plan", 1)]);
}

#[test]
fn a_backlink_shows_the_words_around_the_link() {
    let mut world = founded(4);
    let plan = note(&mut world, "Plan", "");
    note(
        &mut world,
        "Diary",
        "# Monday\n\n- ask Bea about **the** [[plan|grand plan]] again\n",
    );
    assert_eq!(
        backlinks(&mut world, plan),
        ["ask Bea about the <grand plan> again"]
    );
}

#[test]
fn a_link_by_id_leads_to_one_of_two_documents_of_one_title_and_shows_the_title() {
    let mut world = founded(5);
    let one = note(&mut world, "Plan [draft]", "");
    let other = note(&mut world, "Plan [draft]", "");
    note(&mut world, "First", &format!("see [[{one}|the plan]]"));
    note(&mut world, "Second", &format!("read [[{one}]] soon"));
    note(&mut world, "Third", &format!("[[{other}#Costs|costs]]"));
    let mut found = backlinks(&mut world, one);
    found.sort();
    assert_eq!(found, ["read <Plan [draft]> soon", "see <the plan>"]);
    assert_eq!(backlinks(&mut world, other), ["<costs>"]);
}
