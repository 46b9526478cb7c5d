//! The door to the network: starting it, and the handle that the engine holds.

use std::sync::{Arc, Mutex, PoisonError};

use libp2p::{Swarm, core::transport::ListenerId, swarm};
use skein_access::{DeviceId, DeviceKey};
use tokio::{
    sync::{mpsc, watch},
    task::JoinHandle,
};

use crate::{
    Allowed, Limits, Listen, NetError, NetEvent, SendError,
    address::{self, AddressError},
    behaviour::Behaviour,
    identity::{keypair, peer_of},
    limits::{
        ADDRESSES_PER_DEVICE, COMMAND_QUEUE, EVENT_QUEUE, IDLE_CONNECTION, NEGOTIATING_STREAMS,
    },
    listen::Settled,
    outbox::Outboxes,
    swarm::{Command, Ends, NetTask},
    tasks::Tasks,
    transport,
};

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
}

/// The network of this device.
#[derive(Debug)]
pub struct Net;

impl Net {
    /// Starts the network inside the running tokio runtime. At first nobody is allowed in: see [`NetHandle::allow`].
    ///
    /// The events must be read: what peers send waits in a bounded queue, and links stand still while it is full.
    ///
    /// # Errors
    /// When the port is taken ([`NetError::PortInUse`]: try another) or the system forbids listening.
    pub async fn start(
        config: NetConfig<'_>,
    ) -> Result<(NetHandle, mpsc::Receiver<NetEvent>), NetError> {
        let keypair = keypair(config.key)?;
        let me = config.key.id();
        let transport = transport::build(&keypair)?;
        let settled = config.listen.settle().await?;
        let behaviour = Behaviour::new(&keypair, config.limits, config.discover);
        let discovers = behaviour.discovers();
        let tasks = Tasks::default();
        let swarm_config = swarm::Config::with_executor(tasks.clone())
            .with_idle_connection_timeout(IDLE_CONNECTION)
            .with_max_negotiating_inbound_streams(NEGOTIATING_STREAMS);
        let mut swarm = Swarm::new(
            transport,
            behaviour,
            keypair.public().to_peer_id(),
            swarm_config,
        );
        let listeners = listen(&mut swarm, &settled)?;

        let (commands, command_queue) = mpsc::channel(COMMAND_QUEUE);
        let (allowed, allowed_now) = watch::channel(Allowed::default());
        let (events, event_queue) = mpsc::channel(EVENT_QUEUE);
        let outboxes = Outboxes::default();
        let listening = Arc::new(Mutex::new(Vec::new()));
        let ends = Ends {
            commands: command_queue,
            allowed: allowed_now,
            events,
            outboxes: outboxes.clone(),
            listening: Arc::clone(&listening),
        };
        let port = settled.port;
        let task = tokio::spawn(NetTask::new(me, swarm, listeners, ends).run(tasks, settled));
        let task = Arc::new(tokio::sync::Mutex::new(Some(task)));
        Ok((
            NetHandle {
                me,
                port,
                discovers,
                commands,
                allowed,
                outboxes,
                listening,
                task,
            },
            event_queue,
        ))
    }
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

/// What the engine holds to steer the network. Cheap to clone; when the last one is dropped, the network stops by itself.
/// No call waits for the network, except those that say so.
#[derive(Debug, Clone)]
pub struct NetHandle {
    me: DeviceId,
    port: u16,
    discovers: bool,
    commands: mpsc::Sender<Command>,
    allowed: watch::Sender<Allowed>,
    outboxes: Outboxes,
    listening: Arc<Mutex<Vec<String>>>,
    task: Arc<tokio::sync::Mutex<Option<JoinHandle<()>>>>,
}

impl NetHandle {
    /// This device, as others know it.
    #[must_use]
    pub fn device(&self) -> DeviceId {
        self.me
    }

    /// The port that TCP and QUIC listen on.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Whether members on the local network are looked for; false when switched off, or when the system forbids it.
    #[must_use]
    pub fn discovers(&self) -> bool {
        self.discovers
    }

    /// Where this device can be reached now, each with its id at the end, as others would dial it. Those of loopback are
    /// of use on this machine only.
    #[must_use]
    pub fn listen_addresses(&self) -> Vec<String> {
        self.listening
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Says who may be connected, from now on and among those who are. Whoever is a member no more is disconnected and no
    /// longer dialled.
    pub fn allow(&self, allowed: Allowed) {
        self.allowed.send_replace(allowed);
    }

    /// Dials once, at all of these addresses; the outcome is `Connected` or `DialFailed`. A device that is expected need
    /// not be a member: naming it is enough. Without it, the device must turn out to be a member (or an invite be open).
    ///
    /// # Errors
    /// When no address can be understood, addresses name different devices, or the network is stopped or busy.
    pub fn dial(&self, addresses: &[String], expected: Option<DeviceId>) -> Result<(), NetError> {
        let (addresses, expected) = read_addresses(addresses, expected)?;
        if let Some(device) = expected {
            peer_of(&device).ok_or(NetError::NoSuchDevice(device))?;
        }
        self.order(Command::Dial {
            addresses,
            expected,
        })
    }

    /// Keeps a device connected: it is dialled now, and again whenever it is lost (after 1 to 60 seconds, at once when the
    /// machine wakes or the network changes). No addresses: it is dialled no more. Replaces what was said before.
    ///
    /// # Errors
    /// When an address cannot be understood or belongs to another device, or the network is stopped or busy.
    pub fn known(&self, device: DeviceId, addresses: &[String]) -> Result<(), NetError> {
        peer_of(&device).ok_or(NetError::NoSuchDevice(device))?;
        let addresses = match addresses {
            [] => Vec::new(),
            addresses => read_addresses(addresses, Some(device))?.0,
        };
        self.order(Command::Know { device, addresses })
    }

    /// The machine woke or its network changed: everyone who is waited for is dialled now, and whoever is connected must
    /// show within seconds that he still is. The network notices by itself; this is for a shell that knows sooner.
    ///
    /// # Errors
    /// When the network is stopped or busy.
    pub fn redial_now(&self) -> Result<(), NetError> {
        self.order(Command::RedialNow)
    }

    /// Disconnects a device; what is queued for it still leaves (for at most a second). A known device is dialled again
    /// after its wait: make it unknown first, or not allowed, to be rid of it.
    ///
    /// # Errors
    /// When the network is stopped or busy.
    pub fn close(&self, device: DeviceId, reason: impl Into<String>) -> Result<(), NetError> {
        self.order(Command::Close {
            device,
            reason: reason.into(),
        })
    }

    /// Queues a frame to a connected device, in order.
    ///
    /// # Errors
    /// [`SendError::Full`] gives the frame back: wait for [`NetHandle::writable`] and send it again.
    pub fn send(&self, device: &DeviceId, frame: Vec<u8>) -> Result<(), SendError> {
        self.outboxes.send(device, frame)
    }

    /// Waits until a frame of any size can be queued to that device; false when it is not connected (any more).
    pub async fn writable(&self, device: &DeviceId) -> bool {
        self.outboxes.writable(device).await
    }

    /// How many bytes wait to be sent to that device, at most 4 MiB.
    #[must_use]
    pub fn queued(&self, device: &DeviceId) -> usize {
        self.outboxes.queued(device)
    }

    /// Who is connected now. The events say the same in order; this is for looking.
    #[must_use]
    pub fn connected(&self) -> Vec<DeviceId> {
        self.outboxes.connected()
    }

    /// Says good-bye to everyone and waits until every task has ended and the port is free: one to three seconds when all
    /// answer, nine at the very most. The events end with it; links that the engine has not heard the end of are over too.
    /// Who cannot wait may drop the future: the network stops all the same.
    pub async fn shutdown(&self) {
        // A network that is stopped or stopping needs no order.
        let _ = self.commands.send(Command::Shutdown).await;
        let mut task = self.task.lock().await;
        if let Some(running) = task.as_mut() {
            let _ = running.await;
            *task = None;
        }
    }

    fn order(&self, command: Command) -> Result<(), NetError> {
        self.commands
            .try_send(command)
            .map_err(|error| match error {
                mpsc::error::TrySendError::Full(_) => NetError::Busy,
                mpsc::error::TrySendError::Closed(_) => NetError::Stopped,
            })
    }
}

/// Understands several addresses of one device.
fn read_addresses(
    texts: &[String],
    mut expected: Option<DeviceId>,
) -> Result<(Vec<libp2p::Multiaddr>, Option<DeviceId>), NetError> {
    let mut addresses = Vec::new();
    for text in texts {
        let understood = address::parse(text)?;
        if let Some(device) = understood.device {
            if expected.is_some_and(|expected| expected != device) {
                return Err(AddressError::OtherDevice(device).into());
            }
            expected = Some(device);
        }
        for address in understood.addresses {
            if !addresses.contains(&address) {
                addresses.push(address);
            }
        }
    }
    if addresses.is_empty() {
        return Err(AddressError::Empty.into());
    }
    addresses.truncate(ADDRESSES_PER_DEVICE);
    Ok((addresses, expected))
}
