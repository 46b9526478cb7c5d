//! The handle that the engine holds.

use skein_access::DeviceId;
use tokio::{
    sync::{mpsc, watch},
    time::timeout,
};

use crate::{
    Allowed, NetError, SendError,
    address::{self, AddressError},
    chunks::{AskId, Asks, ChunkId},
    codes::CodeOrder,
    identity::peer_of,
    limits::{ADDRESSES_PER_DEVICE, FIRST_ADDRESSES},
    outbox::Outboxes,
    swarm::Command,
};

/// What the engine holds to steer the network. Cheap to clone; when the last one is dropped, the network stops by itself.
/// No call waits for the network, except those that say so.
#[derive(Debug, Clone)]
pub struct NetHandle {
    pub(crate) me: DeviceId,
    pub(crate) port: u16,
    pub(crate) discovers: bool,
    pub(crate) commands: mpsc::Sender<Command>,
    pub(crate) allowed: watch::Sender<Allowed>,
    pub(crate) outboxes: Outboxes,
    pub(crate) asks: Asks,
    pub(crate) listening: watch::Receiver<Vec<String>>,
    /// Closed when the last thread of the network has ended.
    pub(crate) stopped: watch::Receiver<()>,
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
        self.listening.borrow().clone()
    }

    /// Waits until there is an address for either transport: an invite made before would lack one.
    pub(crate) async fn listens(&self) {
        let mut listening = self.listening.clone();
        let complete = listening.wait_for(|addresses| {
            ["/tcp/", "/quic-v1"]
                .iter()
                .all(|transport| addresses.iter().any(|address| address.contains(transport)))
        });
        if timeout(FIRST_ADDRESSES, complete).await.is_err() {
            tracing::warn!("one of the transports has no address yet");
        }
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

    /// Disconnects a device; what is queued for it still leaves (for at most two seconds). A known device is dialled again
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

    /// Asks a connected device for a chunk of a file. What comes of it is told by [`NetEvent::Chunk`](crate::NetEvent::Chunk).
    ///
    /// # Errors
    /// When the network is stopped or busy; then nothing more is told of it.
    pub fn ask_chunk(&self, device: DeviceId, chunk: ChunkId) -> Result<(), NetError> {
        self.order(Command::AskChunk { device, chunk })
    }

    /// Answers a device that asked for a chunk: with its bytes, or that it is not to be had. Too late is as good as never.
    pub fn give_chunk(&self, ask: AskId, bytes: Option<Vec<u8>>) {
        self.asks.give(ask, bytes);
    }

    /// Steers the exchanges in which a short code becomes an invite; what comes of it is told by
    /// [`NetEvent::Code`](crate::NetEvent::Code), or by `DialFailed` for a typed address that leads nowhere.
    ///
    /// # Errors
    /// When the network is stopped or busy.
    pub fn code(&self, order: CodeOrder) -> Result<(), NetError> {
        self.order(Command::Code(order))
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

    /// Says good-bye to everyone and waits until every task has ended and the port is free: mostly well under a second, at
    /// the very most six. The events end with it; links that the engine has not heard the end of are over too. Who cannot
    /// wait may drop the future: the network stops all the same.
    pub async fn shutdown(&self) {
        // A network that is stopped or stopping needs no order.
        let _ = self.commands.send(Command::Shutdown).await;
        let mut stopped = self.stopped.clone();
        // Nothing is ever sent: this waits for the closing.
        let _ = stopped.changed().await;
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
pub(crate) fn read_addresses(
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
