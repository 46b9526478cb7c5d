//! Two engine cores over two stores, with every frame between them counted: what the wire would carry, without the wire.

use std::collections::VecDeque;
use std::path::Path;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Result, bail};
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use skein_access::DeviceId;
use skein_engine::api::{ClientMessage, Outcome, Reply, Request, ServerMessage};
use skein_engine::core::{Core, Effect, Input, Now, PeerInput};

use crate::profile;

/// Each frame goes with its length before it.
const LENGTH: u64 = 4;

/// What an exchange took.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Traffic {
    pub(crate) sent: u64,
    pub(crate) received: u64,
    pub(crate) frames: u64,
    /// How often the conversation changed direction, by two.
    pub(crate) round_trips: u64,
    pub(crate) took: Duration,
}

struct Side {
    core: Core,
    device: DeviceId,
    rng: ChaCha20Rng,
    begun: Instant,
    outgoing: VecDeque<Vec<u8>>,
    idle: bool,
}

impl Side {
    fn open(folder: &Path, begun: Instant) -> Result<Self> {
        let key = profile::device_key(folder)?;
        let device = key.id();
        let mut rng = ChaCha20Rng::from_entropy();
        let core = Core::open(
            skein_store::Opened::Ready(profile::store(folder)?),
            key,
            &mut rng,
        )?;
        Ok(Self {
            core,
            device,
            rng,
            begun,
            outgoing: VecDeque::new(),
            idle: false,
        })
    }

    fn now(&self) -> Now {
        let wall = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        Now {
            wall_ms: i64::try_from(wall.as_millis()).unwrap_or_default(),
            mono_ms: u64::try_from(self.begun.elapsed().as_millis()).unwrap_or_default(),
        }
    }

    fn take(&mut self, input: Input) -> Result<()> {
        let mut inputs = VecDeque::from([input]);
        while let Some(input) = inputs.pop_front() {
            for effect in self.core.handle(self.now(), &mut self.rng, input) {
                match effect {
                    Effect::Send { frame, .. } => self.outgoing.push_back(frame),
                    Effect::Job(job) => inputs.push_back(Input::JobDone(Box::new(job.run()))),
                    Effect::ClosePeer { reason, .. } => {
                        bail!("one side closed the connection: {reason}")
                    }
                    Effect::ToClient { message, .. } => match *message {
                        ServerMessage::Reply {
                            result: Outcome::Ok(reply),
                            ..
                        } => self.idle |= matches!(*reply, Reply::Idle { .. }),
                        ServerMessage::Reply {
                            result: Outcome::Error(error),
                            ..
                        } => bail!("{error}"),
                        _ => {}
                    },
                    _ => {}
                }
            }
        }
        Ok(())
    }

    fn meet(&mut self, peer: DeviceId, dialed: bool) -> Result<()> {
        let address = "counted".to_owned();
        self.take(Input::Peer(PeerInput::Connected {
            peer,
            address,
            dialed,
        }))?;
        let request = Request::WaitUntilIdle {
            timeout_ms: 600_000,
            peers: 1,
        };
        self.take(Input::Client {
            client: 1,
            message: ClientMessage { id: 1, request },
        })
    }

    /// Gives the other side everything this one has to say; returns frames and bytes.
    fn say(&mut self, to: &mut Self) -> Result<(u64, u64)> {
        let (mut frames, mut bytes) = (0, 0);
        for frame in std::mem::take(&mut self.outgoing) {
            frames += 1;
            bytes += frame.len() as u64 + LENGTH;
            to.take(Input::Peer(PeerInput::Frame {
                peer: self.device,
                bytes: frame,
            }))?;
        }
        Ok((frames, bytes))
    }
}

/// Lets the two profiles meet and exchange all that the other lacks.
///
/// # Errors
/// When a profile cannot be opened, or the exchange comes to no end.
pub(crate) fn exchange(dialer: &Path, listener: &Path) -> Result<Traffic> {
    let begun = Instant::now();
    let (mut one, mut other) = (Side::open(dialer, begun)?, Side::open(listener, begun)?);
    one.take(Input::Tick)?;
    other.take(Input::Tick)?;
    let met = Instant::now();
    let (here, there) = (one.device, other.device);
    one.meet(there, true)?;
    other.meet(here, false)?;
    let mut traffic = Traffic::default();
    let mut flights = 0;
    let mut last_from_one = None;
    while !(one.idle && other.idle) {
        if met.elapsed() > Duration::from_secs(600) {
            bail!("the two sides did not come to an end");
        }
        let mut moved = false;
        for from_one in [true, false] {
            let (frames, bytes) = if from_one {
                one.say(&mut other)?
            } else {
                other.say(&mut one)?
            };
            if frames > 0 {
                moved = true;
                traffic.frames += frames;
                *(if from_one {
                    &mut traffic.sent
                } else {
                    &mut traffic.received
                }) += bytes;
                flights += u64::from(last_from_one != Some(from_one));
                last_from_one = Some(from_one);
            }
        }
        if !moved {
            let mono = one.now().mono_ms;
            let due = [&one, &other]
                .iter()
                .filter_map(|side| side.core.wake_at())
                .min()
                .unwrap_or(mono + 1);
            std::thread::sleep(Duration::from_millis(due.saturating_sub(mono)));
            one.take(Input::Tick)?;
            other.take(Input::Tick)?;
        }
    }
    traffic.took = met.elapsed();
    traffic.round_trips = u64::div_ceil(flights, 2);
    Ok(traffic)
}
