//! A node that writes is killed at random moments, hundreds of times: what it acknowledged is there afterwards.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use serde::{Deserialize, Serialize};
use skein_engine::api::{
    BoardEdit, BoardView, CardId, ColumnId, DocumentId, NewCard, NoteEdit, Splice,
};
use skein_engine::api::{
    DeliveryState, Event, NoteContent, Reply, Request, ServerMessage, View, WorkspaceState,
};
use skein_engine::{Client, Host, Network, Unlock, Use};

/// What the node to be killed is told, as JSON.
const ORDERS: &str = "SKEIN_TEST_ORDERS";
/// A busy machine may be slow; a node that says nothing for so long hangs.
const PATIENCE: Duration = Duration::from_secs(60);
const LOOPBACK: Use = Use::Stay(Network {
    this_machine_only: true,
    port: None,
});

/// What is written to.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Targets {
    typed: DocumentId,
    appended: DocumentId,
    board: DocumentId,
    columns: Vec<ColumnId>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Orders {
    profile: PathBuf,
    targets: Targets,
    life: u32,
    online: bool,
}

/// What the node says: that it will do something, and that it was acknowledged.
#[derive(Debug, Serialize, Deserialize)]
enum Said {
    Opened,
    Trying(Deed),
    Done(Deed),
}

#[derive(Debug, Clone, Serialize, Deserialize)]
enum Deed {
    Type(String),
    Append(String),
    Rename(String),
    Note(String),
    Card(CardId, ColumnId),
    Move(CardId, ColumnId),
}

struct Node {
    host: Host,
    client: Client,
}

impl Node {
    async fn open(folder: &Path, wanted: Use) -> Self {
        let host = Host::open(folder, wanted, Unlock::default()).await.unwrap();
        let client = host.client().await.unwrap();
        Self { host, client }
    }

    async fn ask(&mut self, request: Request) -> Reply {
        self.client.request(request).await.unwrap()
    }

    async fn create_note(&mut self, title: &str) -> DocumentId {
        let request = Request::CreateNote {
            title: title.to_owned(),
            text: None,
            parent: None,
            after: None,
        };
        match self.ask(request).await {
            Reply::Created { id } => id,
            other => panic!("{other:?}"),
        }
    }

    async fn targets(&mut self) -> Targets {
        let request = Request::CreateBoard {
            title: "Board".to_owned(),
            columns: None,
            parent: None,
            after: None,
        };
        let Reply::Created { id: board } = self.ask(request).await else {
            panic!("no board")
        };
        let columns = self.board(board).await.columns;
        Targets {
            typed: self.create_note("Typed").await,
            appended: self.create_note(FIRST_TITLE).await,
            board,
            columns: columns.iter().map(|column| column.id).collect(),
        }
    }

    async fn note(&mut self, document: DocumentId) -> NoteContent {
        match self.ask(Request::ReadNote { document }).await {
            Reply::Note { note } => note,
            other => panic!("{other:?}"),
        }
    }

    async fn board(&mut self, document: DocumentId) -> BoardView {
        match self.ask(Request::ReadBoard { document }).await {
            Reply::Board { board } => board,
            other => panic!("{other:?}"),
        }
    }

    async fn idle(&mut self, peers: u32) {
        let timeout_ms = 60_000;
        self.ask(Request::WaitUntilIdle { timeout_ms, peers }).await;
    }

    async fn append(&mut self, document: DocumentId, text: String) {
        let edit = NoteEdit::AppendText { text };
        self.ask(Request::EditNote { document, edit }).await;
    }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap()
}

// ---- The node that is killed.

#[test]
#[ignore = "the other tests start this one as the process they kill"]
fn the_writing_node() {
    let orders = std::env::var(ORDERS).unwrap();
    runtime().block_on(write_for_ever(serde_json::from_str(&orders).unwrap()));
}

fn say(said: &Said) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{}", serde_json::to_string(said).unwrap()).unwrap();
    out.flush().unwrap();
}

/// Tokens are all of one length, so that every multiple of it is a place between two of them.
const TOKEN: u32 = 11;

async fn write_for_ever(orders: Orders) {
    let Orders { targets, life, .. } = orders;
    let wanted = if orders.online { LOOPBACK } else { Use::Once };
    let mut node = Node::open(&orders.profile, wanted).await;
    let mut rng = StdRng::seed_from_u64(u64::from(life));
    let mut view = TextView::open(&mut node, targets.typed).await;
    let mut cards: Vec<CardId> = node
        .board(targets.board)
        .await
        .cards
        .iter()
        .map(|card| card.id)
        .collect();
    say(&Said::Opened);
    for number in 0.. {
        let token = format!("{life:04}.{number:05} ");
        let column = targets.columns[rng.gen_range(0..targets.columns.len())];
        let deed = match rng.gen_range(0..20) {
            0..12 => Deed::Type(token),
            12..14 => Deed::Append(token),
            14 => Deed::Rename(token),
            15 => Deed::Note(token),
            16 | 17 if !cards.is_empty() => {
                Deed::Move(cards[rng.gen_range(0..cards.len())], column)
            }
            _ => Deed::Card(CardId::from_bytes(rng.r#gen()), column),
        };
        say(&Said::Trying(deed.clone()));
        match &deed {
            Deed::Type(token) => view.type_in(&mut node, &mut rng, token, number).await,
            Deed::Append(token) => node.append(targets.appended, token.clone()).await,
            Deed::Rename(title) => {
                let edit = NoteEdit::Rename {
                    title: title.clone(),
                };
                node.ask(Request::EditNote {
                    document: targets.appended,
                    edit,
                })
                .await;
            }
            Deed::Note(title) => {
                node.create_note(title).await;
            }
            Deed::Card(id, column) => {
                let new = NewCard {
                    id: *id,
                    title: token_of(*id),
                };
                let edit = BoardEdit::AddCards {
                    column: *column,
                    after: None,
                    cards: vec![new],
                };
                node.ask(Request::EditBoard {
                    document: targets.board,
                    edit,
                })
                .await;
                cards.push(*id);
            }
            Deed::Move(card, column) => {
                let edit = BoardEdit::MoveCard {
                    card: *card,
                    column: *column,
                    after: None,
                };
                node.ask(Request::EditBoard {
                    document: targets.board,
                    edit,
                })
                .await;
            }
        }
        say(&Said::Done(deed));
    }
}

fn token_of(card: CardId) -> String {
    card.to_string()
}

/// What an editor holds of a text: here, only how long it is and of which version.
struct TextView {
    subscription: u32,
    version: u32,
    length: u32,
}

impl TextView {
    async fn open(node: &mut Node, document: DocumentId) -> Self {
        let view = View::Text {
            document,
            card: None,
        };
        let Reply::Subscribed { subscription } = node.ask(Request::Subscribe { view }).await else {
            panic!("not subscribed")
        };
        loop {
            if let Some(ServerMessage::Event {
                event: Event::TextReset { version, text },
                ..
            }) = node.client.receive().await
            {
                assert_eq!(text.len() % TOKEN as usize, 0, "a torn token: {text}");
                let length = u32::try_from(text.len()).unwrap();
                return Self {
                    subscription,
                    version,
                    length,
                };
            }
        }
    }

    async fn type_in(&mut self, node: &mut Node, rng: &mut StdRng, token: &str, number: u32) {
        let at = rng.gen_range(0..=self.length / TOKEN) * TOKEN;
        self.length += TOKEN;
        let push = Request::TextPush {
            subscription: self.subscription,
            base_version: self.version,
            push_id: format!("p{number}"),
            splices: vec![Splice {
                at,
                delete: 0,
                insert: token.to_owned(),
            }],
            length: self.length,
        };
        let Reply::TextAck { version, splices } = node.ask(push).await else {
            panic!("not acknowledged")
        };
        assert!(splices.is_empty(), "nobody else types here");
        self.version = version;
    }
}

// ---- Those who kill.

/// A node on its way to its end.
struct Victim {
    child: Child,
    said: Receiver<Said>,
}

impl Victim {
    fn start(orders: &Orders) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "the_writing_node", "--ignored", "--nocapture"])
            .env(ORDERS, serde_json::to_string(orders).unwrap())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        let (sender, said) = sync_channel(100_000);
        std::thread::spawn(move || {
            // The test harness prints lines of its own, and the last line may be half.
            for line in out.lines().map_while(Result::ok) {
                if let Ok(said) = serde_json::from_str(&line)
                    && sender.send(said).is_err()
                {
                    return;
                }
            }
        });
        Self { child, said }
    }

    fn kill(&mut self) {
        assert!(
            self.child.try_wait().unwrap().is_none(),
            "it ended by itself"
        );
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// When to kill: so long after its start, or after it acknowledged so much.
enum Moment {
    After(Duration),
    Done(usize, Duration),
}

impl Moment {
    fn draw(rng: &mut StdRng) -> Self {
        if rng.gen_bool(0.4) {
            Self::After(Duration::from_micros(rng.gen_range(0..250_000)))
        } else {
            let after = Duration::from_micros(rng.gen_range(0..4_000));
            Self::Done(rng.gen_range(0..80), after)
        }
    }
}

/// The title of the note that is renamed, as it is made.
const FIRST_TITLE: &str = "Appended";

/// What must be there, and what may be.
#[derive(Default)]
struct Expected {
    typed: BTreeSet<String>,
    appended: BTreeSet<String>,
    notes: BTreeSet<String>,
    cards: BTreeSet<CardId>,
    /// The last title acknowledged, and those tried since.
    title: Vec<String>,
    /// For each card the last column acknowledged, and those tried since.
    columns: BTreeMap<CardId, Vec<ColumnId>>,
    tried: BTreeSet<String>,
    acknowledged: usize,
}

impl Expected {
    fn note(&mut self, said: Said) {
        match said {
            Said::Opened => {}
            Said::Trying(deed) => match deed {
                Deed::Type(token) | Deed::Append(token) | Deed::Note(token) => {
                    self.tried.insert(token);
                }
                Deed::Rename(title) => {
                    // Until one is acknowledged, it may still have the title that it was made with.
                    if self.title.is_empty() {
                        self.title.push(format!("{FIRST_TITLE} "));
                    }
                    self.title.push(title);
                }
                Deed::Card(card, column) => {
                    self.columns.insert(card, vec![column]);
                    self.tried.insert(token_of(card));
                }
                Deed::Move(card, column) => self.columns.entry(card).or_default().push(column),
            },
            Said::Done(deed) => {
                self.acknowledged += 1;
                match deed {
                    Deed::Type(token) => {
                        self.typed.insert(token);
                    }
                    Deed::Append(token) => {
                        self.appended.insert(token);
                    }
                    Deed::Note(token) => {
                        self.notes.insert(token);
                    }
                    Deed::Card(card, _) => {
                        self.cards.insert(card);
                    }
                    Deed::Rename(title) => self.title = vec![title],
                    Deed::Move(card, column) => {
                        self.columns.insert(card, vec![column]);
                    }
                }
            }
        }
    }

    /// Notes what a victim says until the moment comes, kills it, and notes what it had said besides.
    fn follow(&mut self, mut victim: Victim, moment: &Moment) {
        let until = Instant::now()
            + match moment {
                Moment::After(time) => *time,
                Moment::Done(..) => PATIENCE,
            };
        let before = self.acknowledged;
        loop {
            if let Moment::Done(count, after) = moment
                && self.acknowledged - before >= *count
            {
                std::thread::sleep(*after);
                break;
            }
            match victim
                .said
                .recv_timeout(until.saturating_duration_since(Instant::now()))
            {
                Ok(said) => self.note(said),
                Err(RecvTimeoutError::Timeout) if matches!(moment, Moment::After(_)) => break,
                Err(error) => panic!("the node hangs or has ended: {error}"),
            }
        }
        victim.kill();
        while let Ok(said) = victim.said.recv_timeout(PATIENCE) {
            self.note(said);
        }
    }

    async fn check(&mut self, node: &mut Node, targets: &Targets) {
        let text = node.note(targets.typed).await.text;
        let written: Vec<&str> = text.split_inclusive(' ').collect();
        let distinct: BTreeSet<String> = written.iter().map(|&token| token.to_owned()).collect();
        assert_eq!(written.len(), distinct.len(), "something is there twice");
        assert_eq!(
            self.typed.difference(&distinct).next(),
            None,
            "typed text is lost"
        );
        assert!(
            distinct.is_subset(&self.tried),
            "there is text that nobody typed"
        );
        let note = node.note(targets.appended).await;
        for token in &self.appended {
            assert_eq!(
                note.text.matches(token.trim()).count(),
                1,
                "{token} of {}",
                note.text
            );
        }
        let request = Request::ListDocuments {
            kind: None,
            trashed: false,
        };
        let Reply::Documents { documents } = node.ask(request).await else {
            panic!("no list")
        };
        let titles: BTreeSet<String> = documents
            .iter()
            .map(|listed| format!("{} ", listed.item.title))
            .collect();
        assert_eq!(
            self.notes.difference(&titles).next(),
            None,
            "a note is lost"
        );
        if !self.title.is_empty() {
            let title = format!("{} ", note.title.trim());
            assert!(
                self.title.contains(&title),
                "{title:?} is none of {:?}",
                self.title
            );
            self.title = vec![title];
        }
        let board = node.board(targets.board).await;
        let cards: BTreeSet<CardId> = board.cards.iter().map(|card| card.id).collect();
        assert_eq!(cards.len(), board.cards.len());
        assert_eq!(self.cards.difference(&cards).next(), None, "a card is lost");
        for card in &board.cards {
            if let Some(columns) = self.columns.get_mut(&card.id) {
                let place = &card.place;
                assert!(
                    place.others.is_empty() && columns.contains(&place.value.column),
                    "{card:?} in none of {columns:?}"
                );
                *columns = vec![place.value.column];
            }
        }
        node.idle(0).await;
        let Reply::Audit { report } = node.ask(Request::Audit).await else {
            panic!("no report")
        };
        assert_eq!(report.differences, []);
        assert_eq!(report.unsealed, 0);
    }
}

/// Kills one profile's node again and again. Sometimes it comes back by itself, sometimes everything is checked between.
fn kill_alone(kills: u32, seed: u64) -> usize {
    let folder = tempfile::tempdir().unwrap();
    let runtime = runtime();
    let targets = runtime.block_on(async {
        let mut node = Node::open(folder.path(), Use::Once).await;
        let request = Request::CreateWorkspace {
            member_name: "Ana".to_owned(),
            workspace_name: "Geese".to_owned(),
            zone: None,
        };
        node.ask(request).await;
        let targets = node.targets().await;
        node.host.close().await;
        targets
    });
    let mut rng = StdRng::seed_from_u64(seed);
    let mut expected = Expected::default();
    for life in 1..=kills {
        let orders = Orders {
            profile: folder.path().to_owned(),
            targets: targets.clone(),
            life,
            online: false,
        };
        expected.follow(Victim::start(&orders), &Moment::draw(&mut rng));
        if life == kills || rng.gen_bool(0.7) {
            runtime.block_on(async {
                let mut node = Node::open(folder.path(), Use::Once).await;
                expected.check(&mut node, &targets).await;
                node.host.close().await;
            });
        }
    }
    expected.acknowledged
}

#[test]
fn what_a_killed_node_acknowledged_is_there() {
    let acknowledged = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for worker in 0..4 {
            let acknowledged = &acknowledged;
            scope.spawn(move || acknowledged.fetch_add(kill_alone(60, worker), Ordering::Relaxed));
        }
    });
    let acknowledged = acknowledged.into_inner();
    println!("240 kills, {acknowledged} edits acknowledged before them");
    assert!(
        acknowledged > 2_000,
        "too little was written to prove anything: {acknowledged}"
    );
}

/// The colleague who stays: writes, and notes what the other durably holds by its own account.
struct Colleague {
    node: Node,
    document: DocumentId,
    written: Vec<String>,
    held: usize,
}

impl Colleague {
    /// Writes and watches the delivery until the time is up.
    async fn write_until(&mut self, until: Instant, life: u32) {
        let until = tokio::time::Instant::from_std(until);
        while tokio::time::Instant::now() < until {
            let token = format!("b{life:04}.{:05}", self.written.len());
            self.node.append(self.document, token.clone()).await;
            self.written.push(token);
            while !self.is_delivered().await {
                if tokio::time::timeout_at(until, self.node.client.receive())
                    .await
                    .is_err()
                {
                    return;
                }
            }
            self.held = self.written.len();
        }
    }

    async fn is_delivered(&mut self) -> bool {
        let request = Request::Delivery {
            document: Some(self.document),
        };
        let Reply::Delivery { delivery } = self.node.ask(request).await else {
            panic!("no delivery")
        };
        delivery.state == DeliveryState::Delivered
    }
}

async fn join(folder: &Path, colleague: &mut Node) {
    let role = skein_engine::api::Role::Editor;
    let request = Request::CreateInvite {
        role,
        uses: 1,
        expires_in_hours: None,
        approval: false,
    };
    let Reply::Invite { ticket, .. } = colleague.ask(request).await else {
        panic!("no invite")
    };
    let mut node = Node::open(folder, LOOPBACK).await;
    node.ask(Request::JoinWorkspace {
        ticket,
        member_name: Some("Ana".to_owned()),
        zone: None,
    })
    .await;
    node.ask(Request::Subscribe { view: View::Status }).await;
    loop {
        if let Some(ServerMessage::Event {
            event: Event::Status { status },
            ..
        }) = node.client.receive().await
            && status.state == WorkspaceState::Ready
        {
            break;
        }
    }
    node.idle(1).await;
    node.host.close().await;
}

/// Kills a node that exchanges with a colleague meanwhile.
fn kill_together(kills: u32, seed: u64) -> usize {
    let folder = tempfile::tempdir().unwrap();
    let (a, b) = (folder.path().join("a"), folder.path().join("b"));
    let runtime = runtime();
    let (targets, mut colleague) = runtime.block_on(async {
        let mut node = Node::open(&b, LOOPBACK).await;
        let request = Request::CreateWorkspace {
            member_name: "Bo".to_owned(),
            workspace_name: "Geese".to_owned(),
            zone: None,
        };
        node.ask(request).await;
        let targets = node.targets().await;
        let document = node.create_note("From Bo").await;
        join(&a, &mut node).await;
        node.ask(Request::Subscribe {
            view: View::Delivery {
                document: Some(document),
            },
        })
        .await;
        (
            targets,
            Colleague {
                node,
                document,
                written: Vec::new(),
                held: 0,
            },
        )
    });
    let mut rng = StdRng::seed_from_u64(seed);
    let mut expected = Expected::default();
    for life in 1..=kills {
        let orders = Orders {
            profile: a.clone(),
            targets: targets.clone(),
            life,
            online: true,
        };
        let time = Duration::from_millis(rng.gen_range(0..1_200));
        let victim = Victim::start(&orders);
        std::thread::scope(|scope| {
            scope.spawn(|| runtime.block_on(colleague.write_until(Instant::now() + time, life)));
            expected.follow(victim, &Moment::After(time));
        });
        runtime.block_on(async {
            let mut node = Node::open(&a, Use::Once).await;
            let text = node.note(colleague.document).await.text;
            for token in &colleague.written[..colleague.held] {
                assert_eq!(
                    text.matches(token).count(),
                    1,
                    "{token} was said to be held: {text}"
                );
            }
            expected.check(&mut node, &targets).await;
            node.host.close().await;
        });
    }
    runtime.block_on(async {
        let mut node = Node::open(&a, LOOPBACK).await;
        node.idle(1).await;
        colleague.node.idle(1).await;
        for document in [targets.typed, targets.appended, colleague.document] {
            assert_eq!(
                node.note(document).await,
                colleague.node.note(document).await
            );
        }
        assert_eq!(
            node.board(targets.board).await,
            colleague.node.board(targets.board).await
        );
        expected.check(&mut colleague.node, &targets).await;
        node.host.close().await;
        colleague.node.host.close().await;
    });
    assert!(expected.acknowledged > 0);
    colleague.held
}

#[test]
fn what_a_killed_node_confirmed_to_a_colleague_is_there() {
    let held = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for worker in 0..2 {
            let held = &held;
            scope.spawn(move || held.fetch_add(kill_together(30, 100 + worker), Ordering::Relaxed));
        }
    });
    let held = held.into_inner();
    println!("60 kills, {held} edits of the colleague confirmed before them");
    assert!(
        held > 60,
        "too little was exchanged to prove anything: {held}"
    );
}
