//! Two sides of one pair are played against each other through every order of events that a network can bring.

use proptest::prelude::*;

use super::*;

const LOW: DeviceId = DeviceId::from_bytes([1; 32]);
const HIGH: DeviceId = DeviceId::from_bytes([2; 32]);

fn line(number: usize) -> Line {
    Line {
        id: ConnectionId::new_unchecked(number),
        address: "/ip4/127.0.0.1/tcp/1".parse().unwrap(),
        direct: true,
        dialed: number.is_multiple_of(2),
    }
}

/// A connection through a relay.
fn detour(number: usize) -> Line {
    Line {
        direct: false,
        ..line(number)
    }
}

/// In the played network every third connection leads through a relay.
fn some_line(number: usize) -> Line {
    Line {
        direct: is_direct(number),
        ..line(number)
    }
}

fn is_direct(number: usize) -> bool {
    !number.is_multiple_of(3)
}

fn id(number: usize) -> ConnectionId {
    ConnectionId::new_unchecked(number)
}

/// A stream that knows the number it was opened with.
type Links = super::Links<usize>;

#[test]
fn the_leader_opens_and_the_other_waits() {
    let mut leader = Links::new(LOW);
    let mut other = Links::new(HIGH);
    assert_eq!(
        leader.established(HIGH, line(1)),
        vec![Order::Open(HIGH, id(1))]
    );
    assert_eq!(other.established(LOW, line(1)), vec![]);
    assert_eq!(
        leader.opened(HIGH, id(1), 7),
        vec![Order::Start(HIGH, line(1), 7)]
    );
    assert_eq!(
        other.accepted(LOW, id(1), 7),
        vec![Order::Start(LOW, line(1), 7)]
    );
}

#[test]
fn a_second_connection_changes_nothing_while_the_first_lives() {
    let mut leader = Links::new(LOW);
    leader.established(HIGH, line(1));
    leader.opened(HIGH, id(1), 1);
    assert_eq!(leader.established(HIGH, line(2)), vec![]);
    assert_eq!(leader.closed(HIGH, id(2), "idle"), vec![]);
    assert_eq!(leader.live(&HIGH), Some(id(1)));
}

#[test]
fn a_direct_connection_takes_over_from_one_through_a_relay_and_not_the_other_way_round() {
    let mut leader = Links::new(LOW);
    leader.established(HIGH, detour(1));
    leader.opened(HIGH, id(1), 1);
    assert_eq!(
        leader.established(HIGH, line(2)),
        vec![Order::End(HIGH, id(1), Ended::Replaced)]
    );
    assert_eq!(
        leader.ended(HIGH, id(1)),
        vec![Order::Hang(HIGH, id(1)), Order::Open(HIGH, id(2))]
    );
    leader.opened(HIGH, id(2), 2);
    assert_eq!(leader.established(HIGH, detour(3)), vec![]);
    assert_eq!(leader.live_direct(&HIGH), Some(&line(2)));
}

#[test]
fn a_way_through_a_relay_is_closed_when_a_direct_connection_came_while_it_was_opened() {
    let mut leader = Links::new(LOW);
    leader.established(HIGH, detour(1));
    leader.established(HIGH, line(2));
    assert_eq!(
        leader.opened(HIGH, id(1), 1),
        vec![Order::Hang(HIGH, id(1)), Order::Open(HIGH, id(2))]
    );
}

#[test]
fn a_spare_serves_as_soon_as_the_link_before_it_has_ended() {
    let mut leader = Links::new(LOW);
    leader.established(HIGH, line(1));
    leader.opened(HIGH, id(1), 1);
    leader.established(HIGH, line(2));
    assert_eq!(
        leader.end(HIGH, Ended::NoAnswer),
        vec![Order::End(HIGH, id(1), Ended::NoAnswer)]
    );
    assert_eq!(
        leader.ended(HIGH, id(1)),
        vec![Order::Hang(HIGH, id(1)), Order::Open(HIGH, id(2))]
    );
}

#[test]
fn a_newer_stream_of_the_leader_waits_until_the_old_link_has_ended() {
    let mut other = Links::new(HIGH);
    other.established(LOW, line(1));
    other.accepted(LOW, id(1), 1);
    other.established(LOW, line(2));
    assert_eq!(
        other.accepted(LOW, id(2), 2),
        vec![Order::End(LOW, id(1), Ended::Replaced)]
    );
    assert_eq!(
        other.ended(LOW, id(1)),
        vec![Order::Hang(LOW, id(1)), Order::Start(LOW, line(2), 2)]
    );
}

#[test]
fn a_stream_opened_by_the_one_who_does_not_lead_is_ignored() {
    let mut leader = Links::new(LOW);
    leader.established(HIGH, line(1));
    assert_eq!(leader.accepted(HIGH, id(1), 9), vec![]);
}

#[test]
fn closing_on_purpose_takes_the_spares_along() {
    let mut leader = Links::new(LOW);
    leader.established(HIGH, line(1));
    leader.opened(HIGH, id(1), 1);
    leader.established(HIGH, line(2));
    let reason = Ended::ClosedHere("enough".into());
    assert_eq!(
        leader.expel(HIGH, reason.clone()),
        vec![Order::End(HIGH, id(1), reason), Order::Hang(HIGH, id(2))]
    );
    assert_eq!(leader.ended(HIGH, id(1)), vec![Order::Hang(HIGH, id(1))]);
    assert!(!leader.knows(&HIGH));
}

#[derive(Debug, Clone, Copy)]
enum Step {
    Connect,
    LowSeesClose(usize),
    HighSeesClose(usize),
    LowDeliver,
    HighDeliver,
    LowSilence,
    HighSilence,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        2 => Just(Step::Connect),
        1 => (0usize..6).prop_map(Step::LowSeesClose),
        1 => (0usize..6).prop_map(Step::HighSeesClose),
        6 => Just(Step::LowDeliver),
        6 => Just(Step::HighDeliver),
        1 => Just(Step::LowSilence),
        1 => Just(Step::HighSilence),
    ]
}

/// What reaches one side later.
#[derive(Debug)]
enum Mail {
    Established(Line),
    Opened(ConnectionId, usize),
    Accepted(ConnectionId, usize),
    NotOpened(ConnectionId),
    Ended(ConnectionId),
    Closed(ConnectionId),
}

/// One side, what is under way to it, and which link its engine sees.
struct Side {
    links: Links,
    peer: DeviceId,
    mail: std::collections::VecDeque<Mail>,
    running: Option<(ConnectionId, usize)>,
}

struct World {
    low: Side,
    high: Side,
    open: std::collections::BTreeSet<usize>,
    next_line: usize,
    next_stream: usize,
}

impl World {
    fn new() -> Self {
        let side = |me, peer| Side {
            links: Links::new(me),
            peer,
            mail: Default::default(),
            running: None,
        };
        Self {
            low: side(LOW, HIGH),
            high: side(HIGH, LOW),
            open: Default::default(),
            next_line: 0,
            next_stream: 0,
        }
    }

    fn obey(&mut self, low: bool, orders: Vec<Order<usize>>) {
        for order in orders {
            let (side, other) = if low {
                (&mut self.low, &mut self.high)
            } else {
                (&mut self.high, &mut self.low)
            };
            match order {
                Order::Open(_, line) => {
                    assert!(low, "only the leader opens");
                    let number = (0..self.next_line)
                        .find(|number| id(*number) == line)
                        .unwrap();
                    if self.open.contains(&number) {
                        self.next_stream += 1;
                        side.mail.push_back(Mail::Opened(line, self.next_stream));
                        other.mail.push_back(Mail::Accepted(line, self.next_stream));
                    } else {
                        side.mail.push_back(Mail::NotOpened(line));
                    }
                }
                Order::Start(_, line, stream) => {
                    assert!(side.running.is_none(), "one link at a time");
                    side.running = Some((line.id, stream));
                    if !self.open.iter().any(|number| id(*number) == line.id) {
                        side.mail.push_back(Mail::Ended(line.id));
                        side.running = None;
                    }
                }
                Order::End(_, line, _) => {
                    if side
                        .running
                        .take()
                        .is_some_and(|(running, _)| running == line)
                    {
                        side.mail.push_back(Mail::Ended(line));
                    }
                }
                Order::Hang(_, line) => {
                    let number = (0..self.next_line)
                        .find(|number| id(*number) == line)
                        .unwrap();
                    self.close(number);
                }
            }
        }
    }

    /// A connection ends: both sides hear of it, and the streams on it break.
    fn close(&mut self, number: usize) {
        if self.open.remove(&number) {
            for side in [&mut self.low, &mut self.high] {
                if side
                    .running
                    .take_if(|(line, _)| *line == id(number))
                    .is_some()
                {
                    side.mail.push_back(Mail::Ended(id(number)));
                }
                side.mail.push_back(Mail::Closed(id(number)));
            }
        }
    }

    fn deliver(&mut self, low: bool) -> bool {
        let side = if low { &mut self.low } else { &mut self.high };
        let Some(mail) = side.mail.pop_front() else {
            return false;
        };
        let peer = side.peer;
        let orders = match mail {
            Mail::Established(line) => side.links.established(peer, line),
            Mail::Opened(line, stream) => side.links.opened(peer, line, stream),
            Mail::Accepted(line, stream) => side.links.accepted(peer, line, stream),
            Mail::NotOpened(line) => side.links.useless(peer, line),
            Mail::Ended(line) => side.links.ended(peer, line),
            Mail::Closed(line) => side.links.closed(peer, line, "closed"),
        };
        self.obey(low, orders);
        true
    }

    fn step(&mut self, step: Step) {
        match step {
            Step::Connect if self.open.len() < 4 => {
                let number = self.next_line;
                self.next_line += 1;
                self.open.insert(number);
                self.low
                    .mail
                    .push_back(Mail::Established(some_line(number)));
                self.high
                    .mail
                    .push_back(Mail::Established(some_line(number)));
            }
            Step::LowSeesClose(which) | Step::HighSeesClose(which) => {
                if let Some(number) = self.open.iter().nth(which).copied() {
                    self.close(number);
                }
            }
            Step::LowDeliver => {
                self.deliver(true);
            }
            Step::HighDeliver => {
                self.deliver(false);
            }
            Step::LowSilence => {
                let orders = self.low.links.end(HIGH, Ended::NoAnswer);
                self.obey(true, orders);
            }
            Step::HighSilence => {
                let orders = self.high.links.end(LOW, Ended::NoAnswer);
                self.obey(false, orders);
            }
            Step::Connect => {}
        }
    }

    fn settle(&mut self) {
        for _ in 0..10_000 {
            let low = self.deliver(true);
            let high = self.deliver(false);
            if !low && !high {
                return;
            }
        }
        panic!("the two sides never settle");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn both_sides_always_settle_on_the_same_stream(steps in proptest::collection::vec(step(), 0..60)) {
        let mut world = World::new();
        for step in steps {
            world.step(step);
        }
        world.settle();
        prop_assert_eq!(world.low.running, world.high.running);
        // Where there is a connection there is a link; and where there is none, nothing is remembered.
        prop_assert_eq!(world.low.running.is_some(), !world.open.is_empty());
        // It leads through a relay only where nothing else does.
        if let Some((running, _)) = world.low.running && world.open.iter().any(|number| is_direct(*number)) {
            let number = world.open.iter().find(|number| id(**number) == running);
            prop_assert!(number.is_some_and(|number| is_direct(*number)));
        }
        if world.open.is_empty() {
            prop_assert!(!world.low.links.knows(&HIGH) && !world.high.links.knows(&LOW));
        }
    }
}
