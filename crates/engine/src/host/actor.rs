//! The thread that owns the core: gives it inputs one at a time, and carries out what it asks for.

use std::collections::HashMap;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use skein_net::{Allowed, NetError, NetHandle};
use tokio::sync::mpsc;

use super::outgoing::Outgoing;
use crate::api::ServerMessage;
use crate::core::{ClientId, Core, Effect, Input, Job, Now};

/// Where the actor sends what it tells shells.
pub(crate) type ClientOutbox = mpsc::Sender<ServerMessage>;

/// What reaches the actor, through one channel: a shell is known before it asks.
pub(crate) enum Arrival {
    /// A shell has come; what it is told goes there.
    Joined {
        client: ClientId,
        outbox: ClientOutbox,
    },
    /// Something for the core.
    Input(Input),
}

impl From<Input> for Arrival {
    fn from(input: Input) -> Self {
        Self::Input(input)
    }
}

/// Everything the actor's thread holds.
pub(crate) struct Actor {
    pub(crate) core: Core,
    pub(crate) inbox: mpsc::Receiver<Arrival>,
    pub(crate) net: Option<NetHandle>,
    pub(crate) results: mpsc::WeakSender<Arrival>,
    pub(crate) runtime: tokio::runtime::Handle,
    pub(crate) outgoing: Outgoing,
}

impl Actor {
    /// Runs until the core has stopped or nobody can send to it any more; says whether nothing was ever made or joined there.
    pub(crate) fn run(mut self) -> bool {
        let started = Instant::now();
        let now = || Now {
            wall_ms: SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .map_or(0, |since| since.as_millis() as i64),
            mono_ms: started.elapsed().as_millis() as u64,
        };
        let mut rng = ChaCha20Rng::from_entropy();
        let mut outboxes: HashMap<ClientId, ClientOutbox> = HashMap::new();
        let runtime = self.runtime.clone();
        loop {
            let wait = self
                .core
                .wake_at()
                .map(|at| Duration::from_millis(at.saturating_sub(now().mono_ms)));
            let arrival = runtime.block_on(async {
                tokio::select! {
                    biased;
                    arrival = self.inbox.recv() => arrival.unwrap_or(Input::Shutdown.into()),
                    () = tokio::time::sleep(wait.unwrap_or(Duration::from_secs(3600))) => Input::Tick.into(),
                }
            });
            let input = match arrival {
                Arrival::Input(input) => input,
                Arrival::Joined { client, outbox } => {
                    outboxes.insert(client, outbox);
                    continue;
                }
            };
            if let Input::ClientGone(client) = &input {
                outboxes.remove(client);
            }
            for effect in self.core.handle(now(), &mut rng, input) {
                match effect {
                    Effect::ToClient { client, message } => {
                        let full = outboxes
                            .get(&client)
                            .is_some_and(|outbox| outbox.try_send(*message).is_err());
                        if full && outboxes.remove(&client).is_some() {
                            tracing::warn!(client, "a shell fell too far behind and was let go");
                            let _ = self
                                .results
                                .upgrade()
                                .map(|inbox| inbox.try_send(Input::ClientGone(client).into()));
                        }
                    }
                    Effect::Job(job) => self.start(*job),
                    Effect::Stopped => return self.core.is_unused(),
                    other => self.order_network(other),
                }
            }
        }
    }

    fn start(&self, job: Job) {
        let Some(results) = self.results.upgrade() else {
            return;
        };
        self.runtime.spawn_blocking(move || {
            let _ = results.blocking_send(Input::JobDone(Box::new(job.run())).into());
        });
    }

    fn order_network(&mut self, effect: Effect) {
        let Some(net) = &self.net else { return };
        match effect {
            Effect::Send { peer, frame } => {
                if !self.outgoing.send(&self.runtime, net, peer, frame) {
                    self.outgoing.forget(&peer);
                    ordered(net.close(peer, "it takes too little of what it is sent"));
                }
            }
            Effect::ClosePeer { peer, reason } => {
                self.outgoing.forget(&peer);
                ordered(net.close(peer, reason));
            }
            Effect::Dial {
                addresses,
                expected,
            } => ordered(net.dial(&addresses, expected)),
            Effect::Know { peer, addresses } => ordered(net.known(peer, &addresses)),
            Effect::AskChunk { peer, name } => ordered(net.ask_chunk(peer, *name.as_bytes())),
            Effect::GiveChunk { ask, bytes, .. } => net.give_chunk(ask, bytes),
            Effect::Code(order) => ordered(net.code(order)),
            Effect::Redial => ordered(net.redial_now()),
            Effect::Allow {
                devices,
                relays,
                strangers,
            } => net.allow(Allowed {
                devices,
                relays,
                strangers,
            }),
            Effect::ToClient { .. } | Effect::Job(_) | Effect::Stopped => {}
        }
    }
}

/// The network repeats what matters by itself; an order it did not take is worth a line in the log.
fn ordered(result: Result<(), NetError>) {
    if let Err(error) = result {
        tracing::warn!(%error, "the network did not take an order");
    }
}
