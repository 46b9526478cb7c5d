//! Laws of short codes: one joiner, few tries, a quarter of an hour, and never longer than the invite or the shell behind it.

use std::path::Path;

use crate::sim::World;
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use skein_access::code_exchange::{InviterWaits, JoinerAsks, Pair};
use skein_access::{Code, DeviceId, Role};
use skein_engine::api::{
    ClientMessage, CodeEnd, Event, JoiningStep, Reply, Request, ServerMessage, ShortCode, Status,
    View, WorkspaceState,
};
use skein_engine::core::{CodeNews, CodeOrder, Effect, Input, PeerInput};
use skein_engine::{Client, Host, Network, Unlock, Use};

/// A shell that is neither the simulation's own nor an editor's.
const WINDOW: u64 = 5_000;
const MINUTE: u64 = 60_000;
const STRANGER: DeviceId = DeviceId::from_bytes([7; 32]);

fn founded(seed: u64) -> World {
    let mut world = World::new(seed, 1);
    world.machines[0].skew_ms = 0;
    world.found();
    world.invite(0, Role::Editor, 5);
    world
}

/// What the first machine orders and tells its window.
#[derive(Default)]
struct Done {
    orders: Vec<CodeOrder>,
    told: Vec<ServerMessage>,
}

fn give(world: &mut World, input: Input) -> Done {
    let mut done = Done::default();
    for effect in world.machines[0].handle(world.now_ms, input) {
        match effect {
            Effect::Code(order) => done.orders.push(order),
            Effect::ToClient { client, message } if client == WINDOW => done.told.push(*message),
            _ => {}
        }
    }
    done
}

fn ask(world: &mut World, request: Request) -> Done {
    let message = ClientMessage { id: 1, request };
    let client = WINDOW;
    give(world, Input::Client { client, message })
}

fn news(world: &mut World, exchange: u64, news: CodeNews) -> Vec<CodeOrder> {
    give(world, Input::Peer(PeerInput::Code(exchange, news))).orders
}

fn later(world: &mut World, ms: u64) -> Vec<CodeOrder> {
    world.now_ms += ms;
    give(world, Input::Tick).orders
}

/// Shows a code for the first invite, watched by the window.
fn show(world: &mut World) -> Code {
    let ticket = world.tickets[0].clone();
    let shown = ask(world, Request::ShowCode { ticket });
    assert_eq!(shown.orders, [CodeOrder::Show(true)]);
    now(world).unwrap().code.parse().unwrap()
}

fn now(world: &mut World) -> Option<ShortCode> {
    let view = View::Code;
    let told = ask(world, Request::Subscribe { view }).told;
    let code = told.into_iter().find_map(|message| match message {
        ServerMessage::Event {
            event: Event::Code { code },
            ..
        } => Some(code),
        _ => None,
    });
    code.expect("the first event of the view")
}

fn ended(world: &mut World) -> Option<CodeEnd> {
    now(world).unwrap().ended
}

/// A stranger who comes with a code. Gives what it says first.
fn comes(world: &mut World, exchange: u64, code: &Code) -> (JoinerAsks, Vec<CodeOrder>) {
    let begun = CodeNews::Begun {
        peer: STRANGER,
        asked_at: None,
    };
    assert_eq!(news(world, exchange, begun), []);
    let pair = Pair {
        joiner: STRANGER,
        inviter: world.machines[0].device,
    };
    let mut rng = ChaCha20Rng::seed_from_u64(exchange);
    let (asks, first) = JoinerAsks::begin(code, pair, &mut rng);
    (asks, news(world, exchange, CodeNews::Said(first)))
}

fn said(orders: &[CodeOrder]) -> &[u8] {
    match orders {
        [CodeOrder::Say(_, message), ..] => message,
        other => panic!("nothing is said: {other:?}"),
    }
}

/// One whole try; what it brings.
fn tries(world: &mut World, exchange: u64, code: &Code) -> Option<String> {
    let (asks, orders) = comes(world, exchange, code);
    let (waits, proof) = asks.answered(said(&orders)).unwrap();
    let orders = news(world, exchange, CodeNews::Said(proof));
    assert!(orders.contains(&CodeOrder::End(exchange)), "{orders:?}");
    match &orders[..] {
        [CodeOrder::Say(_, last), ..] => Some(waits.received(last).unwrap().to_string()),
        _ => None,
    }
}

fn other_code(world: &World) -> Code {
    Code::generate(&mut ChaCha20Rng::seed_from_u64(world.now_ms))
}

#[test]
fn whoever_has_the_code_gets_the_invite_once() {
    let mut world = founded(1);
    let code = show(&mut world);
    assert_eq!(
        tries(&mut world, 1, &code).as_ref(),
        Some(&world.tickets[0])
    );
    assert_eq!(ended(&mut world), Some(CodeEnd::Used));
    let begun = CodeNews::Begun {
        peer: STRANGER,
        asked_at: None,
    };
    assert_eq!(news(&mut world, 2, begun), [CodeOrder::End(2)]);
}

#[test]
fn five_wrong_codes_end_it_and_each_is_answered_a_second_after_the_one_before() {
    let mut world = founded(2);
    let code = show(&mut world);
    for exchange in 1..5 {
        let wrong = other_code(&world);
        assert_eq!(tries(&mut world, exchange, &wrong), None);
        let left = now(&mut world).unwrap();
        assert_eq!(
            (left.attempts_left, left.ended),
            (5 - exchange as u32, None)
        );
        let (_, at_once) = comes(&mut world, 100 + exchange, &wrong);
        assert_eq!(at_once, [], "nobody is answered at once after a wrong code");
        assert_eq!(news(&mut world, 100 + exchange, CodeNews::Ended), []);
        assert_eq!(now(&mut world).unwrap().attempts_left, left.attempts_left);
        assert_eq!(later(&mut world, 1_000), []);
    }
    let wrong = other_code(&world);
    assert_eq!(tries(&mut world, 5, &wrong), None);
    assert_eq!(ended(&mut world), Some(CodeEnd::Guessed));
    let begun = CodeNews::Begun {
        peer: STRANGER,
        asked_at: None,
    };
    assert_eq!(news(&mut world, 6, begun), [CodeOrder::End(6)]);
    assert!(show(&mut world) != code, "a new one can be shown");
}

#[test]
fn who_waits_is_answered_when_the_pause_is_over() {
    let mut world = founded(3);
    let code = show(&mut world);
    let wrong = other_code(&world);
    assert_eq!(tries(&mut world, 1, &wrong), None);
    let (asks, at_once) = comes(&mut world, 2, &code);
    assert_eq!(at_once, []);
    assert_eq!(later(&mut world, 999), []);
    let orders = later(&mut world, 1);
    assert!(asks.answered(said(&orders)).is_ok());
}

#[test]
fn whoever_was_answered_and_goes_has_used_up_a_try_and_the_next_is_answered_in_turn() {
    let mut world = founded(4);
    let code = show(&mut world);
    let (_, orders) = comes(&mut world, 1, &code);
    assert!(!said(&orders).is_empty());
    let (_, second) = comes(&mut world, 2, &code);
    assert_eq!(second, [], "one at a time");
    assert_eq!(news(&mut world, 1, CodeNews::Ended), []);
    assert_eq!(now(&mut world).unwrap().attempts_left, 4);
    assert!(!said(&later(&mut world, 1_000)).is_empty());
}

#[test]
fn nonsense_in_place_of_a_first_message_is_no_try_and_gets_no_answer() {
    let mut world = founded(5);
    show(&mut world);
    let begun = CodeNews::Begun {
        peer: STRANGER,
        asked_at: None,
    };
    news(&mut world, 1, begun);
    let orders = news(&mut world, 1, CodeNews::Said(vec![1; 33]));
    assert_eq!(orders, [CodeOrder::End(1)]);
    assert_eq!(now(&mut world).unwrap().attempts_left, 5);
}

#[test]
fn a_code_is_over_after_a_quarter_of_an_hour_by_whichever_clock_says_so_first() {
    let mut world = founded(6);
    show(&mut world);
    assert_eq!(later(&mut world, 15 * MINUTE - 1), []);
    assert_eq!(ended(&mut world), None);
    assert_eq!(later(&mut world, 1), [CodeOrder::Show(false)]);
    assert_eq!(ended(&mut world), Some(CodeEnd::Expired));

    show(&mut world);
    world.machines[0].skew_ms += 15 * MINUTE as i64;
    assert_eq!(later(&mut world, 1), [CodeOrder::Show(false)]);
    assert_eq!(ended(&mut world), Some(CodeEnd::Expired));
}

#[test]
fn a_code_ends_with_its_invite() {
    let mut world = founded(7);
    let code = show(&mut world);
    let (asks, orders) = comes(&mut world, 1, &code);
    let (_, proof) = asks.answered(said(&orders)).unwrap();
    let invite = now(&mut world).unwrap().invite;
    let closed = ask(&mut world, Request::RevokeInvite { invite });
    assert_eq!(closed.orders, [CodeOrder::Show(false)]);
    assert_eq!(ended(&mut world), Some(CodeEnd::Closed));
    assert_eq!(
        news(&mut world, 1, CodeNews::Said(proof)),
        [],
        "nothing is handed over"
    );
}

#[test]
fn a_code_ends_when_it_is_taken_back_or_its_shell_goes() {
    let mut world = founded(8);
    show(&mut world);
    world.ask(0, Request::HideCode).unwrap();
    assert!(now(&mut world).is_some(), "another shell does not hide it");
    let hidden = ask(&mut world, Request::HideCode);
    assert_eq!(hidden.orders, [CodeOrder::Show(false)]);
    assert_eq!(now(&mut world), None);
    show(&mut world);
    let gone = give(&mut world, Input::ClientGone(WINDOW - 1));
    assert_eq!(gone.orders, []);
    let gone = give(&mut world, Input::ClientGone(WINDOW));
    assert_eq!(gone.orders, [CodeOrder::Show(false)]);
    assert_eq!(now(&mut world), None);
}

// ---- where a code is typed ----

/// A profile without a workspace, in which a code was typed.
fn typed(seed: u64, text: &str) -> (World, Done) {
    let mut world = World::new(seed, 1);
    let join = Request::JoinWorkspace {
        ticket: text.to_owned(),
        member_name: Some("Bo".to_owned()),
        zone: None,
    };
    let done = ask(&mut world, join);
    (world, done)
}

fn joining(world: &mut World) -> Option<JoiningStep> {
    step(&world.status(0))
}

/// Whoever shows `code` is asked by the first machine; gives what that says when it is over, and whether it proved itself.
fn answers(world: &mut World, exchange: u64, code: &Code, ticket: &str) -> (Vec<CodeOrder>, bool) {
    let inviter = DeviceId::from_bytes([exchange as u8; 32]);
    let begun = CodeNews::Begun {
        peer: inviter,
        asked_at: Some("/ip4/127.0.0.1/tcp/9".to_owned()),
    };
    let first = news(world, exchange, begun);
    let pair = Pair {
        joiner: world.machines[0].device,
        inviter,
    };
    let mut rng = ChaCha20Rng::seed_from_u64(exchange);
    let (waits, answer) = InviterWaits::answer(code, pair, said(&first), &mut rng).unwrap();
    let proof = news(world, exchange, CodeNews::Said(answer));
    assert_eq!(joining(world), Some(JoiningStep::Found));
    match waits.proved(said(&proof), ticket, &mut rng) {
        Ok(last) => (news(world, exchange, CodeNews::Said(last)), true),
        Err(_) => (news(world, exchange, CodeNews::Ended), false),
    }
}

#[test]
fn when_nobody_nearby_shows_a_code_it_is_said_after_a_while_and_can_be_tried_again() {
    let (mut world, done) = typed(9, "K7QM-2XPD");
    assert_eq!(done.orders, [CodeOrder::Seek(Vec::new())]);
    assert_eq!(joining(&mut world), Some(JoiningStep::Looking));
    assert_eq!(later(&mut world, 19_999), []);
    assert_eq!(later(&mut world, 1), [CodeOrder::SeekNoMore]);
    assert_eq!(joining(&mut world), Some(JoiningStep::NobodyShows));
    let again = ask(&mut world, Request::Reconnect).orders;
    assert_eq!(again, [CodeOrder::Seek(Vec::new())]);
    assert_eq!(joining(&mut world), Some(JoiningStep::Looking));
    let given_up = ask(&mut world, Request::CancelJoin).orders;
    assert_eq!(given_up, [CodeOrder::SeekNoMore]);
    assert_eq!(world.status(0).state, WorkspaceState::Empty);
}

#[test]
fn somebody_nearby_with_another_code_is_passed_over_for_whoever_shows_this_one() {
    let ticket = founded(10).tickets[0].clone();
    let (mut world, _) = typed(11, "K7QM-2XPD");
    let code: Code = "K7QM-2XPD".parse().unwrap();
    let other = other_code(&world);
    assert_eq!(answers(&mut world, 1, &other, &ticket), (Vec::new(), false));
    assert_eq!(joining(&mut world), Some(JoiningStep::Looking));
    let (orders, proved) = answers(&mut world, 2, &code, &ticket);
    assert!(proved);
    assert_eq!(orders, [CodeOrder::SeekNoMore]);
    assert_eq!(joining(&mut world), Some(JoiningStep::Connecting));
}

#[test]
fn when_only_another_code_is_shown_nearby_it_is_called_wrong_soon() {
    let (mut world, _) = typed(12, "K7QM-2XPD");
    let other = other_code(&world);
    answers(&mut world, 1, &other, "");
    assert_eq!(later(&mut world, 2_999), []);
    assert_eq!(later(&mut world, 1), [CodeOrder::SeekNoMore]);
    assert_eq!(joining(&mut world), Some(JoiningStep::WrongCode));
}

#[test]
fn something_else_than_a_ticket_under_the_right_code_is_no_join() {
    let (mut world, _) = typed(13, "K7QM-2XPD");
    let code: Code = "K7QM-2XPD".parse().unwrap();
    let (orders, _) = answers(&mut world, 1, &code, "skein1 nonsense");
    assert_eq!(orders, [CodeOrder::SeekNoMore]);
    assert_eq!(joining(&mut world), Some(JoiningStep::Failed));
    assert_eq!(world.status(0).workspace_id, None);
}

// ---- real devices on 127.0.0.1 ----

const LOOPBACK: Use = Use::Stay(Network {
    this_machine_only: true,
    port: None,
});

struct Person {
    _host: Host,
    client: Client,
}

impl Person {
    async fn open(folder: &Path) -> Self {
        let host = Host::open(folder, LOOPBACK, Unlock::default())
            .await
            .unwrap();
        let mut client = host.client().await.unwrap();
        let view = View::Status;
        client.request(Request::Subscribe { view }).await.unwrap();
        Self {
            _host: host,
            client,
        }
    }

    async fn ask(&mut self, request: Request) -> Reply {
        self.client.request(request).await.unwrap()
    }

    /// Founds a workspace and shows a code for an invite to it.
    async fn show_code(&mut self) -> ShortCode {
        self.ask(Request::CreateWorkspace {
            member_name: "Ana".to_owned(),
            workspace_name: "Geese".to_owned(),
            zone: None,
        })
        .await;
        let invite = Request::CreateInvite {
            role: Role::Editor,
            uses: 1,
            expires_in_hours: None,
            approval: false,
        };
        let Reply::Invite { ticket, .. } = self.ask(invite).await else {
            panic!("an invite")
        };
        match self.ask(Request::ShowCode { ticket }).await {
            Reply::Code { code } => code,
            other => panic!("{other:?}"),
        }
    }

    /// Joins by what was typed, until it succeeds or is given up.
    async fn join(&mut self, typed: &str) -> Status {
        self.ask(Request::JoinWorkspace {
            ticket: typed.to_owned(),
            member_name: Some("Bo".to_owned()),
            zone: None,
        })
        .await;
        loop {
            let Some(ServerMessage::Event {
                event: Event::Status { status },
                ..
            }) = self.client.receive().await
            else {
                continue;
            };
            let step = status.joining.as_ref().map(|joining| joining.step);
            let over = matches!(
                step,
                Some(JoiningStep::WrongCode | JoiningStep::NobodyShows | JoiningStep::NoLonger)
            );
            if over || status.state == WorkspaceState::Ready {
                return status;
            }
        }
    }
}

fn step(status: &Status) -> Option<JoiningStep> {
    status.joining.as_ref().map(|joining| joining.step)
}

fn at(code: &str, shown: &ShortCode) -> String {
    format!("{code}@{}", shown.addresses[0])
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_and_an_address_are_enough_to_join() {
    let folder = tempfile::tempdir().unwrap();
    let mut ana = Person::open(&folder.path().join("a")).await;
    let mut bo = Person::open(&folder.path().join("b")).await;
    let shown = ana.show_code().await;
    assert!(shown.addresses[0].starts_with("127.0.0.1:"));
    let typed = at(&shown.code.to_lowercase().replace('-', " "), &shown);
    let status = bo.join(&typed).await;
    assert_eq!(status.state, WorkspaceState::Ready);
    assert_eq!(status.workspace_name.as_deref(), Some("Geese"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wrong_codes_are_told_so_until_the_right_one_is_of_no_use_either() {
    let folder = tempfile::tempdir().unwrap();
    let mut ana = Person::open(&folder.path().join("a")).await;
    let mut bo = Person::open(&folder.path().join("b")).await;
    let shown = ana.show_code().await;
    let wrong = match shown.code.strip_prefix('0') {
        Some(rest) => format!("1{rest}"),
        None => format!("0{}", &shown.code[1..]),
    };
    for _ in 0..5 {
        let status = bo.join(&at(&wrong, &shown)).await;
        assert_eq!(
            step(&status),
            Some(JoiningStep::WrongCode),
            "{:?}",
            status.joining
        );
        assert_eq!(status.workspace_id, None);
    }
    let status = bo.join(&at(&shown.code, &shown)).await;
    assert_eq!(step(&status), Some(JoiningStep::NoLonger));
    bo.ask(Request::CancelJoin).await;
    let Reply::Status { status } = bo.ask(Request::Status).await else {
        panic!("the status")
    };
    assert_eq!(status.state, WorkspaceState::Empty);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_where_nobody_is_is_told_with_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    let mut bo = Person::open(&folder.path().join("b")).await;
    let status = bo.join("K7QM-2XPD@127.0.0.1:9").await;
    let joining = status.joining.unwrap();
    assert_eq!(joining.step, JoiningStep::NobodyShows);
    assert!(joining.reason.unwrap().contains("Nobody answers"));
}
