//! A relay between members who are never online at the same time: what comes through it, what does not, and what it can read.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::nodes::{LOOPBACK, Member, relay};
use skein_access::{Admission, DeviceId, DeviceKey, EnvelopeId, Header, WorkspaceId};
use skein_engine::Use;
use skein_engine::api::{
    DeliveryState, Event, Peer, PeerState, Reply, Request, ServerMessage, View,
};
use skein_engine::relay::{Relay, RelayLimits};
use skein_model::NoteEdit;
use skein_net::{Allowed, Limits, Listen, Net, NetConfig, NetEvent};
use skein_sync::{
    EnvelopeSet, Fetching, HelloConfig, ItemRef, Session, SessionInput, SessionOutput, Side,
};
use tokio::sync::mpsc;

const SENTENCE: &str = "Two cranes crossed the marsh at dawn.";

/// Ana with a workspace, and a relay that serves it.
struct Marsh {
    root: tempfile::TempDir,
    relay: Option<Relay>,
    ana: Option<Member>,
    workspace: String,
}

impl Marsh {
    async fn new(limits: RelayLimits) -> Self {
        let root = tempfile::tempdir().unwrap();
        let mut ana = Member::open(&root.path().join("ana"), LOOPBACK).await;
        ana.found("Ana").await;
        let workspace = ana.status().await.workspace_id.unwrap();
        let folder = root.path().join("relay");
        let relay = relay(&folder, 0, std::slice::from_ref(&workspace), limits).await;
        let address = relay.addresses()[0].clone();
        ana.ask(Request::AddRelay { address }).await;
        Self {
            root,
            relay: Some(relay),
            ana: Some(ana),
            workspace,
        }
    }

    fn folder(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    fn relay(&self) -> &Relay {
        self.relay.as_ref().unwrap()
    }

    fn ana(&mut self) -> &mut Member {
        self.ana.as_mut().unwrap()
    }

    async fn ana_goes(&mut self) {
        self.ana.take().unwrap().host.close().await;
    }

    async fn ana_is_back(&mut self) {
        self.ana = Some(Member::open(&self.folder("ana"), LOOPBACK).await);
    }

    /// The relay anew, on its folder and at its address.
    async fn restart_relay(&mut self, between: impl FnOnce(&Path), limits: RelayLimits) {
        let before = self.relay.take().unwrap();
        let port = port_of(&before.addresses()[0]);
        before.close().await;
        let folder = self.folder("relay");
        between(&folder);
        let workspaces = std::slice::from_ref(&self.workspace);
        self.relay = Some(relay(&folder, port, workspaces, limits).await);
    }

    /// Bytes of all envelopes at the relay.
    async fn bytes_kept(&self) -> u64 {
        let status = self.relay().view().status().await.unwrap();
        status.workspaces[0].bytes
    }

    /// Bo, who comes in through the relay while Ana is away.
    async fn bo(&mut self) -> Member {
        let ticket = self.ana().invite().await;
        self.ana().idle().await;
        self.ana_goes().await;
        let mut bo = Member::open(&self.folder("bo"), LOOPBACK).await;
        bo.join(ticket, "Bo").await;
        bo.idle().await;
        bo
    }
}

fn port_of(address: &str) -> u16 {
    let mut parts = address.split('/');
    parts.nth(4).unwrap().parse().unwrap()
}

fn files_in(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap();
    entries.map(|entry| entry.unwrap().path()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn members_who_are_never_online_together_have_the_same_through_the_relay() {
    let mut marsh = Marsh::new(RelayLimits::default()).await;
    let note = marsh.ana().create_note("Marsh", SENTENCE).await;
    marsh.ana().idle().await;
    let delivery = marsh.ana().delivery().await;
    assert_eq!(delivery.state, DeliveryState::OnRelay);
    assert_eq!(delivery.words, "On the relay");
    assert_eq!((delivery.devices, delivery.relays), (0, 1));

    // He joins alone, while everybody sleeps, and reads all there was.
    let mut bo = marsh.bo().await;
    assert_eq!(bo.note(note).await.text, SENTENCE);
    let text = "\nI saw them too.".to_owned();
    bo.edit_note(note, NoteEdit::AppendText { text }).await;
    bo.idle().await;
    assert_eq!(bo.delivery().await.state, DeliveryState::OnRelay);
    bo.host.close().await;

    marsh.ana_is_back().await;
    marsh.ana().idle().await;
    let text = marsh.ana().note(note).await.text;
    assert!(
        text.contains(SENTENCE) && text.contains("I saw them too."),
        "{text}"
    );
    // What both devices and the relay hold is on two devices: nobody reads at the relay.
    assert_eq!(marsh.ana().delivery().await.total, 1);
    marsh.relay.take().unwrap().close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_return_to_a_relay_costs_hardly_more_than_what_is_new() {
    let mut marsh = Marsh::new(RelayLimits::default()).await;
    let mut notes = Vec::new();
    for number in 0..120 {
        let title = format!("Pool {number}");
        notes.push(marsh.ana().create_note(&title, SENTENCE).await);
    }
    let bo = marsh.bo().await;
    bo.host.close().await;

    // Ana comes back with ten changes, and what she learns at her return is that Bo has joined.
    let before = marsh.bytes_kept().await;
    marsh.ana_is_back().await;
    for note in &notes[..10] {
        let text = "\nDry.".to_owned();
        let edit = NoteEdit::AppendText { text };
        marsh.ana().edit_note(*note, edit).await;
    }
    marsh.ana().idle().await;
    marsh.ana_goes().await;
    let new = marsh.bytes_kept().await - before;
    assert!(new > 10 * 300, "{new} bytes");

    // Bo gets them from the relay, which remembers what he has.
    let mut bo = Member::open(&marsh.folder("bo"), LOOPBACK).await;
    bo.idle().await;
    assert!(bo.note(notes[9]).await.text.ends_with("Dry."));
    let cost = beyond(&bo.relay().await, new);
    assert!(cost < 1_500, "{cost} bytes beside {new}");

    // And brings ten himself, after the next start.
    bo.host.close().await;
    let before = marsh.bytes_kept().await;
    let mut bo = Member::open(&marsh.folder("bo"), Use::Once).await;
    for note in &notes[10..20] {
        let text = "\nFull.".to_owned();
        bo.edit_note(*note, NoteEdit::AppendText { text }).await;
    }
    bo.host.close().await;
    let mut bo = Member::open(&marsh.folder("bo"), LOOPBACK).await;
    bo.idle().await;
    let new = marsh.bytes_kept().await - before;
    let cost = beyond(&bo.relay().await, new);
    assert!(cost < 1_500, "{cost} bytes beside {new}");
    bo.host.close().await;

    // A relay that was started again remembers nobody, and the two compare.
    marsh.restart_relay(|_| {}, RelayLimits::default()).await;
    marsh.ana_is_back().await;
    marsh.ana().idle().await;
    assert!(marsh.ana().note(notes[19]).await.text.ends_with("Full."));
    marsh.relay.take().unwrap().close().await;
}

/// Bytes that went both ways beside those of the envelopes.
fn beyond(relay: &Peer, envelopes: u64) -> u64 {
    relay.bytes_sent + relay.bytes_received - envelopes
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_relays_files_hold_no_word_of_anybody() {
    let mut marsh = Marsh::new(RelayLimits::default()).await;
    marsh.ana().create_note("Kranichheim", SENTENCE).await;
    marsh.ana().create_board("Wintervorrat").await;
    let bo = marsh.bo().await;
    bo.host.close().await;
    let folder = marsh.folder("relay");
    holds_no_word(&folder);
    marsh.relay.take().unwrap().close().await;
    holds_no_word(&folder);
}

fn holds_no_word(folder: &Path) {
    let files = files_in(folder).into_iter();
    let bytes: Vec<u8> = files
        .flat_map(|file| std::fs::read(file).unwrap())
        .collect();
    assert!(bytes.len() > 10_000);
    for words in [
        SENTENCE,
        "cranes",
        "Kranichheim",
        "Wintervorrat",
        "Geese",
        "To do",
    ] {
        let mut places = bytes.windows(words.len());
        let found = places.any(|window| window == words.as_bytes());
        assert!(!found, "{words:?} can be read in the relay's files");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_is_removed_is_refused_at_once_and_gets_nothing_newer() {
    let mut marsh = Marsh::new(RelayLimits::default()).await;
    let bo = marsh.bo().await;
    let relay_is = |state: PeerState| move |relay: &Peer| relay.state == state;
    // While he was joining he tried Ana's own address, too; from now on there is the relay alone.
    bo.host.close().await;
    let mut bo = Member::open(&marsh.folder("bo"), LOOPBACK).await;
    bo.until_relay(relay_is(PeerState::Agreed)).await;
    let device = bo.status().await.device_id;
    marsh.ana_is_back().await;
    marsh.ana().idle().await;
    marsh.ana().ask(Request::RemoveDevice { device }).await;
    bo.until_relay(relay_is(PeerState::Away)).await;
    marsh.ana().create_note("Newer", "Not for Bo.").await;
    marsh.ana().idle().await;
    marsh.ana_goes().await;

    // He comes back with what he has, again and again.
    bo.host.close().await;
    let mut bo = Member::open(&marsh.root.path().join("bo"), LOOPBACK).await;
    bo.exchanged_within(4_000).await.unwrap_err();
    assert_eq!(bo.titles().await, Vec::<String>::new());
    let status = marsh.relay().view().status().await.unwrap();
    let newest = &status.workspaces[0];
    assert!(newest.devices.iter().any(|device| device.role.is_none()));
    assert!(
        newest
            .devices
            .iter()
            .all(|device| device.role.is_some() || device.address.is_none())
    );
}

/// Connects to a relay as somebody it does not know, says a greeting, and counts the frames that come back.
async fn knock(relay: &Relay, workspace: Option<WorkspaceId>) -> usize {
    let key = DeviceKey::generate(&mut rand_core::OsRng);
    let config = NetConfig {
        key: &key,
        listen: Listen::loopback(0),
        discover: false,
        limits: Limits::default(),
        circuits: None,
    };
    let (net, mut events) = Net::start(config).await.unwrap();
    net.dial(relay.addresses(), Some(relay.device())).unwrap();
    let mut heard = 0;
    let mut is_over = false;
    while !is_over {
        match tokio::time::timeout(Duration::from_secs(20), events.recv()).await {
            Ok(Some(NetEvent::Connected { peer, .. })) => {
                let hello = HelloConfig {
                    workspaces: workspace.into_iter().collect(),
                    invite: None,
                };
                let (_, outputs) = Session::new(key.id(), peer, Side::Dialer, hello, 0);
                for output in outputs {
                    if let SessionOutput::Send(frame) = output {
                        net.send(&peer, frame).unwrap();
                    }
                }
            }
            Ok(Some(NetEvent::Frame { .. })) => heard += 1,
            Ok(Some(NetEvent::Disconnected { .. } | NetEvent::DialFailed { .. })) => is_over = true,
            Ok(Some(_)) => {}
            other => panic!("the stranger was not sent away: {other:?}"),
        }
    }
    net.shutdown().await;
    heard
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stranger_gets_nothing_not_even_one_who_knows_the_workspace() {
    let mut marsh = Marsh::new(RelayLimits::default()).await;
    marsh.ana().create_note("Marsh", SENTENCE).await;
    marsh.ana().idle().await;
    let workspace: WorkspaceId = marsh.workspace.parse().unwrap();
    assert_eq!(knock(marsh.relay(), Some(workspace)).await, 0);
    // While an invite is open strangers may knock, and are told as little.
    marsh.ana().invite().await;
    marsh.ana().idle().await;
    for knows in [
        None,
        Some(workspace),
        Some(WorkspaceId::from_bytes([7; 32])),
    ] {
        assert_eq!(knock(marsh.relay(), knows).await, 0, "{knows:?}");
    }
    marsh.relay.take().unwrap().close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wiped_relay_is_filled_again_by_a_member() {
    let mut marsh = Marsh::new(RelayLimits::default()).await;
    let note = marsh.ana().create_note("Marsh", SENTENCE).await;
    marsh.ana().idle().await;
    let wipe = |folder: &Path| {
        let of_workspaces = |file: &PathBuf| file.to_string_lossy().contains(".relay");
        for file in files_in(folder).into_iter().filter(of_workspaces) {
            std::fs::remove_file(file).unwrap();
        }
    };
    marsh.restart_relay(wipe, RelayLimits::default()).await;
    marsh.ana().idle().await;
    let mut bo = marsh.bo().await;
    assert_eq!(bo.note(note).await.text, SENTENCE);
    marsh.relay.take().unwrap().close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_relay_refuses_in_words_and_nothing_is_lost() {
    let small = RelayLimits {
        bytes_per_workspace: 40_000,
        ..RelayLimits::default()
    };
    let mut marsh = Marsh::new(small).await;
    let small_note = marsh.ana().create_note("Small", SENTENCE).await;
    marsh.ana().idle().await;
    // Text that does not become small by compression.
    let mut text = String::new();
    while text.len() < 200_000 {
        text.push_str(&DeviceKey::generate(&mut rand_core::OsRng).id().to_string());
    }
    let large = marsh.ana().create_note("Large", &text).await;
    let words = marsh
        .ana()
        .exchanged_within(12_000)
        .await
        .unwrap_err()
        .message;
    assert!(words.contains("full"), "{words}");
    assert!(marsh.ana().relay().await.withheld > 0);
    assert_ne!(marsh.ana().delivery().await.state, DeliveryState::OnRelay);
    assert_eq!(marsh.ana().note(large).await.text, text);

    // A full relay still lets somebody in and hands out what it has.
    let ticket = marsh.ana().invite().await;
    let mut bo = Member::open(&marsh.folder("bo"), LOOPBACK).await;
    bo.join(ticket, "Bo").await;
    bo.until_here(small_note).await;
    assert_eq!(bo.note(small_note).await.text, SENTENCE);
    bo.host.close().await;

    marsh.restart_relay(|_| {}, RelayLimits::default()).await;
    marsh.ana().idle().await;
    assert_eq!(marsh.ana().relay().await.withheld, 0);
    marsh.relay.take().unwrap().close().await;
}

/// A relay that lets one device in, takes everything it brings, and tells the number of every frame it hears.
async fn eavesdropper(workspace: WorkspaceId, guest: DeviceId) -> (String, mpsc::Receiver<u8>) {
    let key = DeviceKey::generate(&mut rand_core::OsRng);
    let config = NetConfig {
        key: &key,
        listen: Listen::loopback(0),
        discover: false,
        limits: Limits::default(),
        circuits: None,
    };
    let (net, mut events) = Net::start(config).await.unwrap();
    net.allow(Allowed {
        devices: [guest].into(),
        ..Allowed::default()
    });
    let place = format!("127.0.0.1:{}", net.port());
    let address = skein_net::address_of(&place, &key.id()).unwrap().unwrap();
    let (tell, heard) = mpsc::channel(10_000);
    tokio::spawn(async move {
        let (mut set, mut fetching) = (EnvelopeSet::new(), Fetching::new());
        let mut session = None;
        while let Some(event) = events.recv().await {
            let (peer, mut outputs) = match event {
                NetEvent::Connected { peer, .. } => {
                    let hello = HelloConfig {
                        workspaces: vec![workspace],
                        invite: None,
                    };
                    let (new, outputs) = Session::new(key.id(), peer, Side::Listener, hello, 0);
                    session = Some(new);
                    (peer, VecDeque::from(outputs))
                }
                NetEvent::Frame { peer, bytes } => {
                    if tell.send(bytes[0]).await.is_err() {
                        return;
                    }
                    let session = session.as_mut().unwrap();
                    let frame = SessionInput::Frame(&bytes);
                    (peer, session.handle(frame, &set, &mut fetching, 0).into())
                }
                _ => continue,
            };
            let session = session.as_mut().unwrap();
            while let Some(output) = outputs.pop_front() {
                match output {
                    SessionOutput::Send(frame) => net.send(&peer, frame).unwrap(),
                    SessionOutput::NeedAdmission { .. } => {
                        let admitted = SessionInput::Admitted(Admission::Member);
                        outputs.extend(session.handle(admitted, &set, &mut fetching, 0));
                    }
                    SessionOutput::NeedUnconfirmed => {
                        let nothing = SessionInput::Unconfirmed(Vec::new());
                        outputs.extend(session.handle(nothing, &set, &mut fetching, 0));
                    }
                    SessionOutput::Store {
                        batch, envelopes, ..
                    } => {
                        for bytes in envelopes {
                            let header = Header::decode(&bytes).unwrap();
                            let id = EnvelopeId::from_bytes(*blake3::hash(&bytes).as_bytes());
                            let number = set.mark() + 1;
                            set.insert(ItemRef::new(header.kind, header.hour, id), number);
                        }
                        let refused = Vec::new();
                        let stored = SessionInput::Stored { batch, refused };
                        outputs.extend(session.handle(stored, &set, &mut fetching, 0));
                    }
                    _ => {}
                }
            }
        }
    });
    (address, heard)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_somebody_reads_is_told_to_colleagues_and_never_to_a_relay() {
    const PRESENCE: u8 = 64;
    const ITEMS: u8 = 9;
    let root = tempfile::tempdir().unwrap();
    let mut ana = Member::open(&root.path().join("ana"), LOOPBACK).await;
    ana.found("Ana").await;
    let note = ana.create_note("Marsh", SENTENCE).await;
    let ticket = ana.invite().await;
    let mut bo = Member::open(&root.path().join("bo"), LOOPBACK).await;
    bo.join(ticket, "Bo").await;
    let status = ana.status().await;
    let workspace = status.workspace_id.unwrap().parse().unwrap();
    let guest = status.device_id.parse().unwrap();
    let (address, mut heard) = eavesdropper(workspace, guest).await;
    ana.ask(Request::AddRelay { address }).await;
    ana.until_relay(|relay| relay.state == PeerState::Agreed)
        .await;

    let view = View::Text {
        document: note,
        card: None,
    };
    bo.ask(Request::Subscribe { view: view.clone() }).await;
    let Reply::Subscribed { subscription } = ana.ask(Request::Subscribe { view }).await else {
        panic!("not subscribed")
    };
    let version = loop {
        if let Some(ServerMessage::Event {
            event: Event::TextReset { version, .. },
            ..
        }) = ana.client.receive().await
        {
            break version;
        }
    };
    ana.ask(Request::ShowCaret {
        subscription,
        anchor: Some(3),
        head: Some(3),
        version,
    })
    .await;
    loop {
        if let Some(ServerMessage::Event {
            event: Event::Carets { carets },
            ..
        }) = bo.client.receive().await
            && !carets.is_empty()
        {
            break;
        }
    }
    // What is written after it has come to the relay, and the caret before it has not.
    ana.create_note("After", "Later than the caret.").await;
    ana.idle().await;
    let mut frames = Vec::new();
    while let Ok(frame) = heard.try_recv() {
        frames.push(frame);
    }
    assert!(
        frames.contains(&ITEMS) && !frames.contains(&PRESENCE),
        "{frames:?}"
    );
}
