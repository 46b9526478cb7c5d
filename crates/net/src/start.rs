//! Starting the network: a thread of its own, a runtime on it, and in that the swarm.
//!
//! libp2p, quinn and mDNS start tasks that nobody can wait for, and some of them hold sockets for a long time after a
//! close. They all live in this runtime, so they are gone, and the port is free, when it is.

use std::{thread, time::Duration};

use libp2p::{Swarm, core::transport::ListenerId, identity::Keypair, swarm};
use skein_access::{DeviceId, DeviceKey};
use tokio::{
    runtime,
    sync::{mpsc, oneshot, watch},
};

use crate::{
    Allowed, Circuits, Limits, Listen, NetError, NetEvent, NetHandle, address,
    behaviour::Behaviour,
    chunks::Asks,
    identity::keypair,
    limits::{COMMAND_QUEUE, EVENT_QUEUE, IDLE_CONNECTION, NEGOTIATING_STREAMS},
    listen::Settled,
    outbox::Outboxes,
    swarm::{Ends, NetTask},
    transport,
};

/// Encryption takes most of the time; two connections may do it at once.
const WORKERS: usize = 2;

/// How long the threads of the runtime may take to end; only a look-up of a name can make them linger.
const LAST_TASKS: Duration = Duration::from_millis(500);

/// How to start the network.
#[derive(Debug)]
pub struct NetConfig<'a> {
    /// The key of this device: its identity to everyone.
    pub key: &'a DeviceKey,
    /// Where to listen.
    pub listen: Listen,
    /// Whether to look for members on the local network. Everyone there can then see the public key of this device.
    pub discover: bool,
    /// How many may be here.
    pub limits: Limits,
    /// What this device does as a relay; nothing, if it is a member's.
    pub circuits: Option<Circuits>,
}

/// The network of this device.
#[derive(Debug)]
pub struct Net;

type Started = (NetHandle, mpsc::Receiver<NetEvent>);

impl Net {
    /// Starts the network, on threads of its own. At first nobody is allowed in: see [`NetHandle::allow`].
    ///
    /// The events must be read: what peers send waits in a bounded queue, and links stand still while it is full.
    ///
    /// # Errors
    /// When the port is taken ([`NetError::PortInUse`]: try another) or the system forbids listening.
    pub async fn start(config: NetConfig<'_>) -> Result<Started, NetError> {
        let keypair = keypair(config.key)?;
        let (me, listen) = (config.key.id(), config.listen);
        let (limits, discover, circuits) = (config.limits, config.discover, config.circuits);
        let (stopping, stopped) = watch::channel(());
        let (answer, answered) = oneshot::channel();
        let thread = move || {
            let built = runtime::Builder::new_multi_thread()
                .worker_threads(WORKERS)
                .thread_name("skein-net")
                .enable_all()
                .build();
            let runtime = match built {
                Ok(runtime) => runtime,
                Err(error) => {
                    // Whoever started the network may have lost interest.
                    let _ = answer.send(Err(NetError::Threads(error.to_string())));
                    return;
                }
            };
            runtime.block_on(async {
                let prepared = match listen.settle().await {
                    Ok(settled) => {
                        prepare(me, &keypair, &settled, limits, discover, circuits, stopped)
                    }
                    Err(error) => Err(error),
                };
                match prepared {
                    Ok((started, task)) => {
                        // Without anyone to hold the handle, the task ends at once.
                        drop(answer.send(Ok(started)));
                        task.run().await;
                    }
                    Err(error) => drop(answer.send(Err(error))),
                }
            });
            runtime.shutdown_timeout(LAST_TASKS);
            // This is what `NetHandle::shutdown` waits for.
            drop(stopping);
        };
        thread::Builder::new()
            .name("skein-net".to_owned())
            .spawn(thread)
            .map_err(|error| NetError::Threads(error.to_string()))?;
        let (handle, events) = answered.await.map_err(|_| NetError::Stopped)??;
        handle.listens().await;
        Ok((handle, events))
    }
}

fn prepare(
    me: DeviceId,
    keypair: &Keypair,
    settled: &Settled,
    limits: Limits,
    discover: bool,
    circuits: Option<Circuits>,
    stopped: watch::Receiver<()>,
) -> Result<(Started, NetTask), NetError> {
    let (transport, ways) = transport::build(keypair)?;
    let (allowed, allowed_now) = watch::channel(Allowed::default());
    let pairs = circuits.as_ref().map(|circuits| circuits.pairs);
    let behaviour = Behaviour::new(keypair, limits, allowed_now.clone(), discover, ways, pairs);
    let discovers = behaviour.discovers();
    let config = swarm::Config::with_tokio_executor()
        .with_idle_connection_timeout(IDLE_CONNECTION)
        .with_max_negotiating_inbound_streams(NEGOTIATING_STREAMS);
    let mut swarm = Swarm::new(transport, behaviour, keypair.public().to_peer_id(), config);
    let listeners = listen(&mut swarm, settled)?;
    // A relay gives places only once it knows where it is reached.
    let external = circuits.map(|circuits| circuits.external);
    for address in external.iter().flatten() {
        for address in address::parse(address)?.addresses {
            swarm.add_external_address(address);
        }
    }
    let is_reached_where_it_listens = external.is_some_and(|external| external.is_empty());

    let (commands, command_queue) = mpsc::channel(COMMAND_QUEUE);
    let (events, event_queue) = mpsc::channel(EVENT_QUEUE);
    let outboxes = Outboxes::default();
    let asks = Asks::default();
    let (listening, listening_now) = watch::channel(Vec::new());
    let ends = Ends {
        commands: command_queue,
        allowed: allowed_now,
        events,
        outboxes: outboxes.clone(),
        asks: asks.clone(),
        listening,
    };
    let handle = NetHandle {
        me,
        port: settled.port,
        discovers,
        commands,
        allowed,
        outboxes,
        asks,
        listening: listening_now,
        stopped,
    };
    let task = NetTask::new(me, swarm, listeners, ends, is_reached_where_it_listens);
    Ok(((handle, event_queue), task))
}

fn listen(swarm: &mut Swarm<Behaviour>, settled: &Settled) -> Result<Vec<ListenerId>, NetError> {
    settled
        .multiaddrs()
        .into_iter()
        .map(|address| {
            swarm
                .listen_on(address.clone())
                .map_err(|error| NetError::Listen {
                    address: address.to_string(),
                    reason: error.to_string(),
                })
        })
        .collect()
}
