//! A relay at work: its folder, its key, the network, and the thread on which its core runs.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use skein_access::DeviceId;
use skein_net::{Allowed, Circuits, Limits, Listen, Net, NetConfig, NetError, NetEvent, NetHandle};
use skein_store::{SharedDatabase, Word};
use tokio::sync::{mpsc, oneshot};

use super::core::{RelayCore, RelayEffect, RelayInput};
use super::shelves::Shelves;
use super::{ENDING, RelayConfig, RelayError, RelayStatus};
use crate::core::Now;
use crate::host::{Outgoing, Ownership, Profile, ProfileError, Unlock};

/// The port of a relay that was told none.
const PORT: u16 = 4711;
/// With nobody connected it looks around after so long (ms): an invite may have ended.
const LONGEST: u64 = 60_000;
/// Questions that may wait.
const QUESTIONS: usize = 16;
/// Words of a shared database that may wait; beyond them the next look finds what they speak of.
const WORDS: usize = 256;

/// A relay that runs.
#[derive(Debug)]
pub struct Relay {
    device: DeviceId,
    addresses: Vec<String>,
    net: NetHandle,
    stop: oneshot::Sender<()>,
    thread: std::thread::JoinHandle<()>,
    view: RelayView,
    _ownership: Ownership,
}

/// Asks a relay that runs what it can tell. Cheap to clone.
#[derive(Debug, Clone)]
pub struct RelayView(mpsc::Sender<oneshot::Sender<RelayStatus>>);

impl RelayView {
    /// What it can tell of this moment; `None` when it has stopped.
    pub async fn status(&self) -> Option<RelayStatus> {
        let (answer, answered) = oneshot::channel();
        self.0.send(answer).await.ok()?;
        answered.await.ok()
    }
}

/// What wakes the thread.
enum Woken {
    Event(NetEvent),
    Asked(oneshot::Sender<RelayStatus>),
    Elsewhere(Word),
    Time,
    Over,
}

impl Relay {
    /// Takes up what the folder holds, or begins there, and listens. Must run inside a tokio runtime.
    ///
    /// # Errors
    /// When the folder, its key, a workspace's file, the database or the network cannot be used.
    pub async fn open(config: RelayConfig) -> Result<Self, RelayError> {
        let profile = Profile::at(&config.folder)?;
        let ownership = profile
            .own()?
            .ok_or_else(|| RelayError::InUse(profile.folder().to_owned()))?;
        if profile.database().exists() {
            return Err(RelayError::OfAPerson(profile.folder().to_owned()));
        }
        let key = profile.folder().join("device.key");
        if !key.exists() && holds_workspaces(&profile)? {
            return Err(RelayError::KeyMissing(key));
        }
        // Nobody is there to unlock it: a relay's key rests in an owner-only file.
        let (key, _) = profile.device_key(&Unlock::default(), &mut ChaCha20Rng::from_entropy())?;
        let device = key.id();
        let external = with_device(&config.external, &device)?;
        let (words, elsewhere) = mpsc::channel(WORDS);
        let core = open_core(device, &profile, &config, words).await?;
        let (net, events) = Net::start(NetConfig {
            key: &key,
            listen: listen(&config),
            discover: false,
            limits: Limits {
                devices: config.limits.devices,
                ..Limits::default()
            },
            circuits: Some(Circuits {
                external: external.clone(),
                pairs: config.limits.pairs,
            }),
        })
        .await
        .map_err(ProfileError::from)?;
        let (stop, stopped) = oneshot::channel();
        let (ask, asked) = mpsc::channel(QUESTIONS);
        let running = Running {
            core,
            net: net.clone(),
            outgoing: Outgoing::default(),
            started: Instant::now(),
        };
        let runtime = tokio::runtime::Handle::current();
        let thread = std::thread::Builder::new()
            .name("skein-relay".to_owned())
            .spawn(move || running.run(&runtime, events, elsewhere, asked, stopped))
            .map_err(|source| ProfileError::Folder {
                path: config.folder,
                source,
            })?;
        let addresses = match external.is_empty() {
            true => net.listen_addresses(),
            false => external,
        };
        Ok(Self {
            device,
            addresses,
            net,
            stop,
            thread,
            view: RelayView(ask),
            _ownership: ownership,
        })
    }

    /// The relay's own key, by which members know it.
    #[must_use]
    pub const fn device(&self) -> DeviceId {
        self.device
    }

    /// Where members reach it: what an owner adds to a workspace.
    #[must_use]
    pub fn addresses(&self) -> &[String] {
        &self.addresses
    }

    /// For whoever wants to know what it can tell.
    #[must_use]
    pub fn view(&self) -> RelayView {
        self.view.clone()
    }

    /// Says good-bye to everybody and closes its files, so that they may be copied.
    pub async fn close(self) {
        self.net.shutdown().await;
        // A thread that has ended needs no word.
        let _ = self.stop.send(());
        let thread = self.thread;
        let _ = tokio::task::spawn_blocking(move || thread.join()).await;
    }
}

/// Takes up the shelves, aside from other tasks: that may take a while.
async fn open_core(
    device: DeviceId,
    profile: &Profile,
    config: &RelayConfig,
    words: mpsc::Sender<Word>,
) -> Result<RelayCore, RelayError> {
    let shelves = match &config.database {
        None => Shelves::Folder(profile.folder().to_owned()),
        Some(address) => {
            let database = SharedDatabase::open(address.clone(), words);
            Shelves::Shared(database.await?)
        }
    };
    let (workspaces, limits) = (config.workspaces.clone(), config.limits);
    let open = move || RelayCore::open(device, &shelves, &workspaces, &limits);
    let opened = tokio::task::spawn_blocking(open).await;
    opened.map_err(|error| ProfileError::Folder {
        path: profile.folder().to_owned(),
        source: error.into(),
    })?
}

fn holds_workspaces(profile: &Profile) -> Result<bool, ProfileError> {
    let failed = |source| ProfileError::Folder {
        path: profile.folder().to_owned(),
        source,
    };
    for entry in std::fs::read_dir(profile.folder()).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.extension().is_some_and(|ending| ending == ENDING) {
            return Ok(true);
        }
    }
    Ok(false)
}

fn listen(config: &RelayConfig) -> Listen {
    match config.listen {
        Some(address) => Listen {
            addresses: vec![address.ip()],
            port: address.port(),
        },
        None => Listen::everywhere(PORT),
    }
}

/// Addresses as members are given them: by TCP, which every network lets through, and with the relay's key at their end.
fn with_device(addresses: &[String], device: &DeviceId) -> Result<Vec<String>, RelayError> {
    let mut full = Vec::new();
    for address in addresses {
        full.extend(skein_net::address_of(address, device)?);
    }
    Ok(full)
}

/// What the thread holds.
struct Running {
    core: RelayCore,
    net: NetHandle,
    outgoing: Outgoing,
    started: Instant,
}

impl Running {
    fn run(
        mut self,
        runtime: &tokio::runtime::Handle,
        mut events: mpsc::Receiver<NetEvent>,
        mut elsewhere: mpsc::Receiver<Word>,
        mut asked: mpsc::Receiver<oneshot::Sender<RelayStatus>>,
        mut stopped: oneshot::Receiver<()>,
    ) {
        loop {
            let now = self.now();
            let effects = self.core.handle(now, RelayInput::Tick);
            self.carry_out(runtime, effects);
            let wake = self.core.wake_at().unwrap_or(now.mono_ms + LONGEST);
            let wait = wake.saturating_sub(now.mono_ms).clamp(1, LONGEST);
            let woken = runtime.block_on(async {
                tokio::select! {
                    biased;
                    _ = &mut stopped => Woken::Over,
                    event = events.recv() => event.map_or(Woken::Over, Woken::Event),
                    Some(answer) = asked.recv() => Woken::Asked(answer),
                    Some(word) = elsewhere.recv() => Woken::Elsewhere(word),
                    () = tokio::time::sleep(Duration::from_millis(wait)) => Woken::Time,
                }
            });
            match woken {
                Woken::Event(event) => {
                    if let Some(input) = self.understood(event) {
                        let effects = self.core.handle(self.now(), input);
                        self.carry_out(runtime, effects);
                    }
                }
                // Whoever asked may have gone.
                Woken::Asked(answer) => drop(answer.send(self.core.status(self.now()))),
                Woken::Elsewhere(word) => {
                    let effects = self.core.handle(self.now(), RelayInput::Elsewhere(word));
                    self.carry_out(runtime, effects);
                }
                Woken::Time => {}
                Woken::Over => break,
            }
        }
        self.core.close();
    }

    fn now(&self) -> Now {
        let wall = SystemTime::now().duration_since(UNIX_EPOCH);
        let wall = wall.unwrap_or_default().as_millis();
        Now {
            wall_ms: i64::try_from(wall).unwrap_or(i64::MAX),
            mono_ms: u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX),
        }
    }

    fn understood(&self, event: NetEvent) -> Option<RelayInput> {
        match event {
            NetEvent::Connected {
                peer,
                address,
                dialed,
                ..
            } => Some(RelayInput::Connected {
                peer,
                address,
                dialed,
            }),
            NetEvent::Frame { peer, bytes } => Some(RelayInput::Frame { peer, bytes }),
            NetEvent::Disconnected { peer, .. } => Some(RelayInput::Disconnected { peer }),
            NetEvent::Circuit { from, to, open } => Some(RelayInput::Pair { from, to, open }),
            NetEvent::ChunkAsked { ask, .. } => {
                // Files go from member to member.
                self.net.give_chunk(ask, None);
                None
            }
            NetEvent::Code(..)
            | NetEvent::Listening { .. }
            | NetEvent::Chunk { .. }
            | NetEvent::Discovered { .. }
            | NetEvent::DialFailed { .. } => None,
        }
    }

    fn carry_out(&mut self, runtime: &tokio::runtime::Handle, effects: Vec<RelayEffect>) {
        for effect in effects {
            match effect {
                RelayEffect::Send { peer, frame } => {
                    if !self.outgoing.send(runtime, &self.net, peer, frame) {
                        self.outgoing.forget(&peer);
                        ordered(
                            self.net
                                .close(peer, "it takes too little of what it is sent"),
                        );
                    }
                }
                RelayEffect::Close { peer, reason } => {
                    self.outgoing.forget(&peer);
                    ordered(self.net.close(peer, reason));
                }
                RelayEffect::Allow { devices, strangers } => self.net.allow(Allowed {
                    devices,
                    strangers,
                    ..Allowed::default()
                }),
            }
        }
    }
}

fn ordered(result: Result<(), NetError>) {
    if let Err(error) = result {
        tracing::warn!(%error, "the network did not take an order");
    }
}
