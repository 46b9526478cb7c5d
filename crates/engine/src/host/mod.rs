//! A profile in use: this process owns it and runs the engine, or another does and this one is its client.

mod actor;
mod client;
mod keys;
mod outgoing;
mod profile;
mod removing;
mod socket;
mod workspaces;

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use skein_model::ChunkName;
use skein_net::{DialFailure, Limits, Listen, Net, NetConfig, NetError, NetEvent, NetHandle};
use skein_store::Restored;
use tokio::io::BufReader;
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::mpsc;

pub use client::{Client, ClientReceiver, ClientSender};
pub use keys::{KeyError, Keychain, KeychainError, Passphrase, Protect, Unlock};
pub use profile::{Profile, ProfileError};
pub use removing::{Removal, Removed, remove_workspace};
pub use workspaces::Workspaces;

use crate::api::{KeyProtection, Request};
use crate::core::{Core, Input, PeerInput};
use crate::places::{Place, Places};
use actor::{Actor, Arrival};
use client::BACKLOG;
pub(crate) use outgoing::Outgoing;
pub(crate) use profile::Ownership;

/// How many inputs may wait for the core; whoever brings more waits.
const INBOX: usize = 1024;
/// How long to wait for another process that has the profile for a moment.
const PATIENCE: Duration = Duration::from_secs(20);

/// How long an end waits for shared folders.
const LAST_EXCHANGE: Duration = Duration::from_secs(2);

/// How long a start waits for what a restored backup lacks (ms).
const RESTORING_MS: u32 = 20_000;

/// What this process wants of the profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// One command: in and out, without a network of its own.
    Once,
    /// To stay: serve other processes, and talk to other devices.
    Stay(Network),
    /// One command that needs the network: as [`Use::Stay`], but serves no other process.
    Sync(Network),
}

/// How a process that owns a profile meets other devices.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Network {
    /// Speak to this machine only, and announce nothing on the local network.
    pub this_machine_only: bool,
    /// Listen on this port instead of the profile's own.
    pub port: Option<u16>,
}

/// A profile in use.
#[derive(Debug)]
pub struct Host(Role);

#[derive(Debug)]
enum Role {
    Owner(Box<Owner>),
    Guest(PathBuf),
}

#[derive(Debug)]
struct Owner {
    inbox: mpsc::Sender<Arrival>,
    clients: std::sync::Arc<AtomicU64>,
    /// Says at its end whether nothing was ever made or joined here.
    actor: std::thread::JoinHandle<bool>,
    net: Option<NetHandle>,
    socket: Option<PathBuf>,
    /// Of a further place: to leave nothing behind where it was not used.
    further: Option<(Profile, Unlock)>,
    _ownership: Ownership,
}

impl Host {
    /// Opens the first workspace of the profile in `folder`, making it if it is new; `unlock` opens its device key, if this process is the one that needs it. Must run inside a tokio runtime.
    ///
    /// # Errors
    /// When the folder, its key or its database cannot be used, or another process has it and does not answer.
    pub async fn open(
        folder: impl Into<PathBuf>,
        wanted: Use,
        unlock: Unlock,
    ) -> Result<Self, ProfileError> {
        Self::open_place(&Places::of(folder).first(), wanted, unlock).await
    }

    /// Opens the workspace in a place of a profile. A further place that is not used is gone when it is closed.
    ///
    /// # Errors
    /// As [`Host::open`].
    pub async fn open_place(
        place: &Place,
        wanted: Use,
        unlock: Unlock,
    ) -> Result<Self, ProfileError> {
        let profile = Profile::at(place.folder())?;
        let socket = profile.socket().map_err(|source| ProfileError::Folder {
            path: profile.folder().to_owned(),
            source,
        })?;
        let given_up = Instant::now() + PATIENCE;
        loop {
            if let Some(ownership) = profile.own()? {
                return Owner::start((place, &profile), ownership, socket, wanted, unlock)
                    .await
                    .map(|owner| Self(Role::Owner(Box::new(owner))));
            }
            match UnixStream::connect(&socket).await {
                Ok(_) => return Ok(Self(Role::Guest(socket))),
                Err(error) if Instant::now() > given_up => {
                    return Err(ProfileError::NoAnswer {
                        path: profile.folder().to_owned(),
                        reason: error.to_string(),
                    });
                }
                // A process that runs one command has the profile for a moment and serves nobody.
                Err(_) => tokio::time::sleep(Duration::from_millis(25)).await,
            }
        }
    }

    /// Whether the engine runs in this process.
    #[must_use]
    pub fn is_owner(&self) -> bool {
        matches!(self.0, Role::Owner(_))
    }

    /// A new connection to the engine.
    ///
    /// # Errors
    /// When the engine has stopped.
    pub async fn client(&self) -> Result<Client, ProfileError> {
        match &self.0 {
            Role::Owner(owner) => owner.client().await,
            Role::Guest(socket) => {
                Client::over_socket(socket)
                    .await
                    .map_err(|error| ProfileError::NoAnswer {
                        path: socket.clone(),
                        reason: error.to_string(),
                    })
            }
        }
    }

    /// Seals what is unsealed, puts it into shared folders, closes connections and lets the profile go. For a guest there is nothing to do.
    pub async fn close(self) {
        let Role::Owner(owner) = self.0 else { return };
        let owner = *owner;
        if owner.socket.is_some()
            && let Ok(mut client) = owner.client().await
        {
            // Whoever closes the window and pulls the stick out should have all of it there; a disk that hangs is not waited for.
            let last = client.request(Request::SyncSharedFolders);
            drop(tokio::time::timeout(LAST_EXCHANGE, last).await);
        }
        // Already stopped is as good as stopping now.
        let _ = owner.inbox.send(Input::Shutdown.into()).await;
        let actor = owner.actor;
        let ended = tokio::task::spawn_blocking(move || actor.join()).await;
        if let Some(net) = owner.net {
            net.shutdown().await;
        }
        if let Some(socket) = owner.socket {
            let _ = std::fs::remove_file(socket);
        }
        if let (Ok(Ok(true)), Some((profile, unlock))) = (ended, owner.further) {
            let removing = move || profile.remove_unused(&unlock);
            if let Ok(Err(error)) = tokio::task::spawn_blocking(removing).await {
                tracing::warn!(%error, "an empty place for a workspace is left over; the next one that is added takes it");
            }
        }
    }
}

impl Owner {
    async fn start(
        (place, profile): (&Place, &Profile),
        ownership: Ownership,
        socket: PathBuf,
        wanted: Use,
        unlock: Unlock,
    ) -> Result<Self, ProfileError> {
        let mut rng = ChaCha20Rng::from_entropy();
        let further = (!place.is_first()).then(|| (profile.clone(), unlock.clone()));
        let (device, protection) = device_key(profile, unlock).await?;
        let restored = Restored::if_planned(&profile.database()).map_err(|source| {
            ProfileError::NotRestored {
                path: profile.database(),
                source,
            }
        })?;
        let opened = skein_store::Store::open(profile.database())?;
        let (inbox, receiver) = mpsc::channel(INBOX);
        let network = match wanted {
            Use::Once => None,
            Use::Stay(network) | Use::Sync(network) => Some(network),
        };
        let secret = device.to_bytes();
        let mut core =
            Core::open(opened, device, &mut rng).map_err(|error| ProfileError::Unreadable {
                path: profile.database(),
                error,
            })?;
        core.key_rests(protection);
        core.lies_in(place.clone());
        let is_restored = restored.is_some();
        if let Some(restored) = restored {
            core.was_restored(restored);
        }
        if matches!(wanted, Use::Stay(_)) {
            core.back_up_by_itself();
            core.watch_folders();
        }
        let net = match network {
            None => None,
            Some(network) => {
                let device = skein_access::DeviceKey::from_bytes(&secret);
                let (net, events) =
                    start_net(&device, network, network.port.or_else(|| core.port())).await?;
                tokio::spawn(forward(events, inbox.clone()));
                Some(net)
            }
        };
        if let Some(net) = &net {
            core.remember_port(net.port());
            core.listens_on(net.listen_addresses());
            core.looks_around(net.discovers());
        }
        let mut served = matches!(wanted, Use::Stay(_)).then_some(socket);
        let clients = std::sync::Arc::new(AtomicU64::new(1));
        if let Some(path) = &served {
            // A socket file left by a process that was killed: the lock says that it is dead.
            let _ = std::fs::remove_file(path);
            match UnixListener::bind(path) {
                Ok(listener) => {
                    tokio::spawn(serve(listener, inbox.clone(), clients.clone()));
                }
                // On a disk that may only be read it is shown here, and to no other process.
                Err(error) if core.is_read_only() => {
                    tracing::warn!(%error, "no other process can ask this one");
                    served = None;
                }
                Err(source) => {
                    let path = path.clone();
                    return Err(ProfileError::Folder { path, source });
                }
            }
        }
        let actor = Actor {
            core,
            inbox: receiver,
            net: net.clone(),
            results: inbox.downgrade(),
            runtime: tokio::runtime::Handle::current(),
            outgoing: outgoing::Outgoing::default(),
        };
        let actor = std::thread::Builder::new()
            .name("skein-core".to_owned())
            .spawn(move || actor.run())
            .map_err(|source| ProfileError::Folder {
                path: profile.folder().to_owned(),
                source,
            })?;
        let owner = Self {
            inbox,
            clients,
            actor,
            net,
            socket: served,
            further,
            _ownership: ownership,
        };
        if is_restored {
            // Nobody should see the backup without what the file before it still held. What is not done by then is done afterwards.
            let wait = Request::WaitUntilIdle {
                timeout_ms: RESTORING_MS,
                peers: 0,
            };
            drop(owner.client().await?.request(wait).await);
        }
        Ok(owner)
    }

    async fn client(&self) -> Result<Client, ProfileError> {
        let stopped = || ProfileError::NoAnswer {
            path: PathBuf::new(),
            reason: "the engine has stopped".to_owned(),
        };
        let client = self.clients.fetch_add(1, Ordering::Relaxed);
        let (outbox, from) = mpsc::channel(BACKLOG);
        self.inbox
            .send(Arrival::Joined { client, outbox })
            .await
            .map_err(|_| stopped())?;
        Ok(Client::in_process(client, self.inbox.clone(), from))
    }
}

/// Opens the device key on a thread that may wait: for a keychain, or for what a passphrase costs.
async fn device_key(
    profile: &Profile,
    unlock: Unlock,
) -> Result<(skein_access::DeviceKey, KeyProtection), ProfileError> {
    let opening = profile.clone();
    let opened = tokio::task::spawn_blocking(move || {
        opening.device_key(&unlock, &mut ChaCha20Rng::from_entropy())
    });
    opened.await.map_err(|error| ProfileError::Folder {
        path: profile.folder().to_owned(),
        source: error.into(),
    })?
}

/// Starts the network on the profile's own port; if another program has taken it, on any free one.
async fn start_net(
    device: &skein_access::DeviceKey,
    network: Network,
    port: Option<u16>,
) -> Result<(NetHandle, mpsc::Receiver<NetEvent>), ProfileError> {
    let config = |port| NetConfig {
        key: device,
        listen: if network.this_machine_only {
            Listen::loopback(port)
        } else {
            Listen::everywhere(port)
        },
        discover: !network.this_machine_only,
        limits: Limits::default(),
        circuits: None,
    };
    match Net::start(config(port.unwrap_or(0))).await {
        Err(NetError::PortInUse { port }) if port != 0 => {
            tracing::warn!(
                port,
                "the profile's port is taken by another program; listening on another"
            );
            Ok(Net::start(config(0)).await?)
        }
        other => Ok(other?),
    }
}

/// Hands the network's news to the core, which takes them one at a time.
async fn forward(mut events: mpsc::Receiver<NetEvent>, inbox: mpsc::Sender<Arrival>) {
    while let Some(event) = events.recv().await {
        let news = match event {
            NetEvent::Listening { address } => PeerInput::Listening(address),
            NetEvent::Connected {
                peer,
                address,
                dialed,
                ..
            } => PeerInput::Connected {
                peer,
                address,
                dialed,
            },
            NetEvent::Frame { peer, bytes } => PeerInput::Frame { peer, bytes },
            NetEvent::ChunkAsked { peer, ask, chunk } => PeerInput::ChunkAsked {
                peer,
                ask,
                name: ChunkName::from_bytes(chunk),
            },
            NetEvent::Chunk {
                peer,
                chunk,
                answer,
            } => PeerInput::Chunk {
                peer,
                name: ChunkName::from_bytes(chunk),
                answer,
            },
            NetEvent::Code(exchange, news) => PeerInput::Code(exchange, news),
            NetEvent::Disconnected { peer, reason } => PeerInput::Disconnected {
                peer,
                reason: reason.to_string(),
            },
            NetEvent::Discovered { peer, address } => PeerInput::Discovered { peer, address },
            // Of a relay alone.
            NetEvent::Circuit { .. } => continue,
            NetEvent::DialFailed {
                expected,
                addresses,
                reason,
                tried,
            } => PeerInput::DialFailed {
                expected,
                tried: tried.into(),
                addresses,
                connected: matches!(reason, DialFailure::AlreadyConnected(_)),
                reason: words_for(&reason),
            },
        };
        if inbox.send(Input::Peer(news).into()).await.is_err() {
            return;
        }
    }
}

/// Why an address led nowhere, and what to do about it.
fn words_for(failure: &DialFailure) -> String {
    let (what, to_do) = match failure {
        DialFailure::NothingListens
        | DialFailure::NoRoute
        | DialFailure::NoAnswer
        | DialFailure::Unreachable(_) => (
            "Nobody answers there".to_owned(),
            " Check that Skein is open on the other machine, that the address is right, and that nothing in between blocks it.",
        ),
        DialFailure::UnknownHost(name) => (
            format!("No machine is known by the name {name}"),
            " Check how it is written, or use the machine's number.",
        ),
        DialFailure::NotSkein => (
            "Something else than Skein, or a version that is too old, answers there".to_owned(),
            " Check the port.",
        ),
        DialFailure::NotAllowed => (
            "The device there is not a member of this workspace".to_owned(),
            " It can join by an invite.",
        ),
        DialFailure::Refused => (
            "The device there hung up: it does not know this one, or it is busy".to_owned(),
            " Check that both are in the same workspace.",
        ),
        DialFailure::NotAtRelay => (
            "It is at none of the workspace's relays, and no address leads to it".to_owned(),
            " What is written here waits for it; check that Skein is open there.",
        ),
        DialFailure::ThisDevice => ("That is the address of this device".to_owned(), ""),
        other => {
            let words = other.to_string();
            let mut letters = words.chars();
            let first = letters.next().into_iter().flat_map(char::to_uppercase);
            (first.chain(letters).collect(), "")
        }
    };
    format!("{what}.{to_do}")
}

/// Serves other processes on this machine, each as a client of its own.
async fn serve(
    listener: UnixListener,
    inbox: mpsc::Sender<Arrival>,
    clients: std::sync::Arc<AtomicU64>,
) {
    while let Ok((stream, _)) = listener.accept().await {
        let client = clients.fetch_add(1, Ordering::Relaxed);
        let (outbox, mut from) = mpsc::channel(BACKLOG);
        if inbox
            .send(Arrival::Joined { client, outbox })
            .await
            .is_err()
        {
            return;
        }
        let (read, mut write) = stream.into_split();
        tokio::spawn(async move {
            while let Some(message) = from.recv().await {
                if socket::write_message(&mut write, &message).await.is_err() {
                    break;
                }
            }
        });
        let inbox = inbox.clone();
        tokio::spawn(async move {
            let mut read = BufReader::new(read);
            while let Ok(Some(message)) = socket::read_message(&mut read).await {
                if inbox
                    .send(Input::Client { client, message }.into())
                    .await
                    .is_err()
                {
                    return;
                }
            }
            let _ = inbox.send(Input::ClientGone(client).into()).await;
        });
    }
}
