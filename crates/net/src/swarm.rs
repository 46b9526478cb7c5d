//! The task that owns the swarm. It never waits for the engine: links do that, each for itself.

mod blobs;
mod circuits;
mod codes;
mod dialling;
mod events;

use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
    time::{Duration, Instant, SystemTime},
};

use futures::StreamExt;
use libp2p::{Multiaddr, Stream, Swarm, core::transport::ListenerId, swarm::ConnectionId};
use rand::{SeedableRng, rngs::StdRng};
use skein_access::DeviceId;
use tokio::{
    sync::{mpsc, oneshot, watch},
    task::{Id, JoinError, JoinSet},
    time::{MissedTickBehavior, interval, sleep, sleep_until},
};

use crate::{
    Allowed, Ended, NetEvent,
    address::split_peer,
    admission::Standing,
    attempts::Attempts,
    behaviour::Behaviour,
    chunks::{Asks, ChunkId},
    circuits::Reservations,
    codes::{CodeOrder, Codes, ExchangeId},
    identity::peer_of,
    limits::{NOTICES, PROOF_AFTER_WAKE, SILENCE, TICK},
    links::{Line, Links, Order},
    outbox::Outboxes,
    overheard::Overheard,
    redial::Redial,
    stream::Link,
    swarm::dialling::Ready,
    vital::Vital,
    wake::{Tick, WakeClock},
};

/// How long a shutdown waits for links to say good-bye and connections to close.
const GOOD_BYE: Duration = Duration::from_secs(5);

/// How long the last packets may take to leave: after this the sockets are closed under whatever still wants to write.
const LAST_PACKETS: Duration = Duration::from_millis(50);

/// What the engine orders through the handle.
#[derive(Debug)]
pub(crate) enum Command {
    Dial {
        addresses: Vec<Multiaddr>,
        expected: Option<DeviceId>,
    },
    Know {
        device: DeviceId,
        addresses: Vec<Multiaddr>,
    },
    Close {
        device: DeviceId,
        reason: String,
    },
    AskChunk {
        device: DeviceId,
        chunk: ChunkId,
    },
    Code(CodeOrder),
    RedialNow,
    Shutdown,
}

/// What the task shares with the handle and the engine.
pub(crate) struct Ends {
    pub(crate) commands: mpsc::Receiver<Command>,
    pub(crate) allowed: watch::Receiver<Allowed>,
    pub(crate) events: mpsc::Sender<NetEvent>,
    pub(crate) outboxes: Outboxes,
    pub(crate) asks: Asks,
    pub(crate) listening: watch::Sender<Vec<String>>,
}

/// The owner of the swarm.
pub(crate) struct NetTask {
    swarm: Swarm<Behaviour>,
    listeners: Vec<ListenerId>,
    ends: Ends,
    links: Links<Stream>,
    running: HashMap<DeviceId, Running>,
    link_tasks: JoinSet<()>,
    chunk_tasks: JoinSet<()>,
    codes: Codes,
    code_tasks: JoinSet<(ExchangeId, ConnectionId)>,
    redial: Redial,
    attempts: Attempts,
    reservations: Reservations,
    /// A relay that was not told where it is reached from outside.
    is_reached_where_it_listens: bool,
    stages: JoinSet<Ready>,
    overheard: Overheard,
    notices: VecDeque<NetEvent>,
    clock: WakeClock,
    rng: StdRng,
}

/// A link whose task runs.
struct Running {
    task: Id,
    connection: ConnectionId,
    end: Option<oneshot::Sender<Ended>>,
    vital: Arc<Vital>,
}

impl NetTask {
    pub(crate) fn new(
        me: DeviceId,
        swarm: Swarm<Behaviour>,
        listeners: Vec<ListenerId>,
        ends: Ends,
        is_reached_where_it_listens: bool,
    ) -> Self {
        Self {
            swarm,
            listeners,
            ends,
            links: Links::new(me),
            running: HashMap::new(),
            link_tasks: JoinSet::new(),
            chunk_tasks: JoinSet::new(),
            codes: Codes::default(),
            code_tasks: JoinSet::new(),
            redial: Redial::default(),
            attempts: Attempts::default(),
            reservations: Reservations::default(),
            is_reached_where_it_listens,
            stages: JoinSet::new(),
            overheard: Overheard::default(),
            notices: VecDeque::new(),
            clock: WakeClock::new(TICK),
            rng: StdRng::from_entropy(),
        }
    }

    /// Runs until the engine says so, drops every handle, or drops the events.
    pub(crate) async fn run(mut self) {
        let events = self.ends.events.clone();
        let mut ticks = interval(TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let due = self.redial.next_due();
            let sleep = sleep_until(due.unwrap_or_else(Instant::now).into());
            tokio::select! {
                event = self.swarm.select_next_some() => self.on_event(event),
                command = self.ends.commands.recv() => match command {
                    Some(Command::Shutdown) | None => break,
                    Some(command) => self.on_command(command),
                },
                Ok(()) = self.ends.allowed.changed() => self.on_allowed(),
                Some(ended) = self.link_tasks.join_next_with_id() => self.on_link_ended(ended),
                Some(_) = self.chunk_tasks.join_next() => {}
                Some(Ok(ended)) = self.code_tasks.join_next() => self.on_exchange_ended(ended),
                Some(Ok(ready)) = self.stages.join_next() => self.dial(ready),
                _ = ticks.tick() => self.on_tick(Instant::now(), SystemTime::now()),
                () = sleep, if due.is_some() => self.dial_due(Instant::now()),
                Ok(room) = events.reserve(), if !self.notices.is_empty() => {
                    if let Some(notice) = self.notices.pop_front() {
                        room.send(notice);
                    }
                }
                () = events.closed() => break,
            }
        }
        drop(events);
        self.stop().await;
    }

    fn on_command(&mut self, command: Command) {
        // Whoever the engine removed before this order is gone before it.
        if self.ends.allowed.has_changed().unwrap_or(false) {
            self.on_allowed();
        }
        match command {
            Command::Dial {
                addresses,
                expected,
            } => self.dial_once(addresses, expected),
            Command::Know { device, addresses } => {
                let admission = &mut self.swarm.behaviour_mut().sync.admission;
                if addresses.is_empty() {
                    admission.unname(&device);
                } else {
                    admission.name(device);
                }
                self.redial.know(device, addresses, Instant::now());
                self.linked_as_it_is(&device, Instant::now());
            }
            Command::Close { device, reason } => {
                let orders = self.links.expel(device, Ended::ClosedHere(reason));
                self.obey(orders);
            }
            Command::AskChunk { device, chunk } => self.ask_chunk(device, chunk),
            Command::Code(order) => self.on_code_order(order),
            Command::RedialNow => {
                self.redial.all_now(Instant::now());
                self.doubt_all(Instant::now());
            }
            // Handled by the loop.
            Command::Shutdown => {}
        }
    }

    fn on_allowed(&mut self) {
        self.ends.allowed.mark_unchanged();
        let changes = self.swarm.behaviour_mut().sync.admission.apply();
        let now = Instant::now();
        for device in changes.removed {
            self.redial.forget(&device);
        }
        for device in changes.gone {
            let orders = self.links.expel(device, Ended::NotAllowed);
            self.obey(orders);
        }
        for device in changes.joined {
            for address in self.overheard.take(&device) {
                self.discovered(device, address, now);
            }
            self.redial.now(&device, now);
        }
        self.look_at_relays(now);
        for running in self.running.values() {
            running
                .vital
                .set_stranger(self.is_stranger(running.connection));
        }
    }

    fn is_stranger(&self, connection: ConnectionId) -> bool {
        self.swarm
            .behaviour()
            .sync
            .admission
            .standing_of(connection)
            == Some(Standing::Stranger)
    }

    fn on_tick(&mut self, now: Instant, wall: SystemTime) {
        match self.clock.tick(now, wall) {
            Tick::Woke => {
                tracing::info!("the machine woke: everyone is dialled again");
                self.redial.all_now(now);
                self.doubt_all(now);
            }
            Tick::Late => self.doubt_all(now),
            Tick::Steady => {}
        }
        let silent: Vec<DeviceId> = self
            .running
            .iter()
            .filter(|(_, running)| running.vital.silent_for(now) > SILENCE)
            .map(|(device, _)| *device)
            .collect();
        for device in silent {
            let orders = self.links.end(device, Ended::NoAnswer);
            self.obey(orders);
        }
        self.look_at_relays(now);
        let admission = &self.swarm.behaviour().sync.admission;
        for (device, connection) in
            admission.strangers_since(now, admission.limits().stranger_silence)
        {
            // With a link, the link's own clock counts.
            if self.links.live(&device) != Some(connection) {
                let orders = self.links.useless(device, connection);
                self.obey(orders);
            }
        }
    }

    /// Every link must prove soon that it lives.
    fn doubt_all(&self, now: Instant) {
        for running in self.running.values() {
            running
                .vital
                .doubt(now, SILENCE.saturating_sub(PROOF_AFTER_WAKE));
        }
    }

    fn on_link_ended(&mut self, ended: Result<(Id, ()), JoinError>) {
        let task = ended.map_or_else(|error| error.id(), |(id, ())| id);
        let Some(device) = self
            .running
            .iter()
            .find(|(_, running)| running.task == task)
            .map(|(device, _)| *device)
        else {
            return;
        };
        if let Some(running) = self.running.remove(&device) {
            self.redial.lost(&device, Instant::now(), &mut self.rng);
            let orders = self.links.ended(device, running.connection);
            self.obey(orders);
            if self.swarm.behaviour().sync.admission.is_relay(&device) {
                self.look_at_relays(Instant::now());
            }
        }
    }

    /// Does what the links decided.
    fn obey(&mut self, orders: Vec<Order<Stream>>) {
        for order in orders {
            match order {
                Order::Open(device, connection) => {
                    if let Some(peer) = peer_of(&device) {
                        self.swarm.behaviour_mut().sync.open(peer, connection);
                    }
                }
                Order::Start(device, line, stream) => self.start(device, &line, stream),
                Order::End(device, connection, reason) => {
                    let running = self
                        .running
                        .get_mut(&device)
                        .filter(|running| running.connection == connection);
                    if let Some(end) = running.and_then(|running| running.end.take()) {
                        // A link that ends by itself at this moment says so on its own.
                        let _ = end.send(reason);
                    }
                }
                Order::Hang(_, connection) => {
                    self.swarm.behaviour_mut().sync.admission.leave(connection);
                    self.swarm.close_connection(connection);
                }
            }
        }
    }

    fn start(&mut self, device: DeviceId, line: &Line, stream: Stream) {
        self.attempts.succeeded(&device, &self.links.lines(&device));
        self.redial.linked(&device, line.direct, Instant::now());
        let vital = Arc::new(Vital::new());
        vital.set_stranger(self.is_stranger(line.id));
        let (end, ended) = oneshot::channel();
        let link = Link {
            device,
            address: split_peer(line.address.clone()).0.to_string(),
            direct: line.direct,
            dialed: line.dialed,
            stream,
            events: self.ends.events.clone(),
            outboxes: self.ends.outboxes.clone(),
            vital: Arc::clone(&vital),
            stranger_silence: self
                .swarm
                .behaviour()
                .sync
                .admission
                .limits()
                .stranger_silence,
            end: ended,
        };
        let task = self.link_tasks.spawn(link.run()).id();
        self.running.insert(
            device,
            Running {
                task,
                connection: line.id,
                end: Some(end),
                vital,
            },
        );
        if self.swarm.behaviour().sync.admission.is_relay(&device) {
            self.reservations.anew(&device);
            self.look_at_relays(Instant::now());
        }
    }

    /// Tells the engine when it reads; if it does not for long, the oldest is dropped.
    fn notice(&mut self, event: NetEvent) {
        if self.notices.len() >= NOTICES {
            tracing::warn!(
                "the engine does not read what the network tells; the oldest is dropped"
            );
            self.notices.pop_front();
        }
        self.notices.push_back(event);
    }

    /// Says good-bye to everyone, waits for what runs, and gives the port back.
    async fn stop(mut self) {
        for device in self.links.devices() {
            let orders = self.links.expel(device, Ended::ShuttingDown);
            self.obey(orders);
        }
        self.on_code_order(CodeOrder::SeekNoMore);
        for listener in std::mem::take(&mut self.listeners) {
            self.swarm.remove_listener(listener);
        }
        self.stages.shutdown().await;
        self.chunk_tasks.shutdown().await;
        self.code_tasks.shutdown().await;
        let good_bye = tokio::time::timeout(GOOD_BYE, async {
            while !self.link_tasks.is_empty() || self.swarm.network_info().num_peers() > 0 {
                tokio::select! {
                    Some(ended) = self.link_tasks.join_next_with_id() => self.on_link_ended(ended),
                    _ = self.swarm.select_next_some() => {}
                }
            }
        });
        if good_bye.await.is_err() {
            tracing::debug!("some connections did not close in time and are cut off");
        }
        self.link_tasks.shutdown().await;
        self.ends.listening.send_replace(Vec::new());
        drop(self.swarm);
        sleep(LAST_PACKETS).await;
    }
}
