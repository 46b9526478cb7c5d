//! A relay in the world: the real core on a real file, which goes away, loses its disk, or has an old copy put back.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use rand::Rng;
use rand_chacha::ChaCha20Rng;
use skein_access::{DeviceId, DeviceKey, EnvelopeKind, Role, WorkspaceId};
use skein_engine::api::{PeerState, Reply, Request};
use skein_engine::core::{Now, PackingRule};
use skein_engine::relay::{RelayCore, RelayEffect, RelayInput, RelayLimits, Shelves};

use super::network::Packet;
use super::{World, address, disconnected};

/// The relay's number among the machines of the network.
pub(crate) const RELAY: usize = 1_000;

pub(crate) struct RelayMachine {
    pub(crate) device: DeviceId,
    folder: PathBuf,
    workspace: WorkspaceId,
    /// What it bears, from its next start on.
    pub(crate) limits: RelayLimits,
    core: Option<RelayCore>,
    started_ms: u64,
    devices_allowed: BTreeSet<DeviceId>,
    strangers_allowed: bool,
    /// A copy of its folder, made earlier.
    copy: Option<PathBuf>,
}

/// What a relay has on its disk.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Kept {
    pub(crate) whole: usize,
    pub(crate) names: usize,
    pub(crate) packs: usize,
    /// Bytes of all of them.
    pub(crate) bytes: usize,
}

impl RelayMachine {
    fn now(&self, now_ms: u64) -> Now {
        Now {
            wall_ms: 1_900_000_000_000 + now_ms as i64,
            mono_ms: now_ms - self.started_ms,
        }
    }

    pub(crate) fn is_running(&self) -> bool {
        self.core.is_some()
    }

    pub(crate) fn lets_in(&self, device: &DeviceId) -> bool {
        self.is_running() && (self.strangers_allowed || self.devices_allowed.contains(device))
    }

    pub(crate) fn wakes_at(&self) -> Option<u64> {
        Some(self.core.as_ref()?.wake_at()? + self.started_ms)
    }
}

impl World {
    /// An owner names a relay, by which alone people meet from then on.
    pub(crate) fn name_relay(&mut self) {
        let key: [u8; 32] = self.rng.r#gen();
        let device = DeviceKey::from_bytes(&key).id();
        let folder = self._folder.path().join("relay");
        std::fs::create_dir(&folder).unwrap();
        let workspace = self.status(0).workspace_id.unwrap();
        self.relay = Some(RelayMachine {
            device,
            folder,
            workspace: workspace.parse().unwrap(),
            limits: RelayLimits::default(),
            core: None,
            started_ms: 0,
            devices_allowed: BTreeSet::new(),
            strangers_allowed: false,
            copy: None,
        });
        let place = address(199);
        let address = skein_net::address_of(&place, &device).unwrap().unwrap();
        self.ask(0, Request::AddRelay { address }).unwrap();
        self.start_relay();
    }

    pub(crate) fn relay(&self) -> &RelayMachine {
        self.relay.as_ref().unwrap()
    }

    fn start_relay(&mut self) {
        self.log(|| "the relay starts".to_owned());
        let now_ms = self.now_ms;
        let relay = self.relay.as_mut().unwrap();
        let shelves = Shelves::Folder(relay.folder.clone());
        let core = RelayCore::open(relay.device, &shelves, &[relay.workspace], &relay.limits);
        relay.core = Some(core.unwrap());
        relay.started_ms = now_ms;
        self.give_relay(RelayInput::Tick);
    }

    fn stop_relay(&mut self) {
        self.log(|| "the relay stops".to_owned());
        let mut rng = self.rng.clone();
        self.network.machine_gone(&mut rng, RELAY);
        self.rng = rng;
        self.relay.as_mut().unwrap().core = None;
    }

    pub(crate) fn relay_starts_again(&mut self) {
        self.stop_relay();
        self.start_relay();
    }

    pub(crate) fn give_relay(&mut self, input: RelayInput) {
        let now_ms = self.now_ms;
        let relay = self.relay.as_mut().unwrap();
        let now = relay.now(now_ms);
        let effects = match &mut relay.core {
            Some(core) => core.handle(now, input),
            None => return,
        };
        for effect in effects {
            match effect {
                RelayEffect::Send { peer, frame } => {
                    self.network.send(RELAY, peer, Packet::Frame(frame));
                }
                RelayEffect::Close { peer, reason } => {
                    self.log(|| format!("the relay closes {peer:?}: {reason}"));
                    self.network.close(RELAY, peer);
                    self.give_relay(RelayInput::Disconnected { peer });
                }
                RelayEffect::Allow { devices, strangers } => {
                    let relay = self.relay.as_mut().unwrap();
                    relay.devices_allowed = devices;
                    relay.strangers_allowed = strangers;
                }
            }
        }
    }

    /// One packet comes to the relay.
    pub(crate) fn deliver_to_relay(&mut self, link: u64, from: usize, packet: Packet) {
        let peer = self.machines[from].device;
        match packet {
            Packet::Begin => {
                if !self.relay().lets_in(&peer) {
                    self.log(|| format!("the relay does not let {from} in"));
                    return self.network.refuse(RELAY, link);
                }
                if self.network.accept(RELAY, peer, link) {
                    self.give_relay(RelayInput::Disconnected { peer });
                }
                self.give_relay(RelayInput::Connected {
                    peer,
                    address: address(from),
                    dialed: false,
                });
            }
            Packet::Frame(mut bytes) => {
                self.change_on_the_way(&mut bytes, from, RELAY);
                if self.network.is_current(RELAY, peer, link) {
                    self.give_relay(RelayInput::Frame { peer, bytes });
                }
            }
            // Files go from member to member.
            Packet::Ask(_, name) => self.network.send(RELAY, peer, Packet::Given(name, None)),
            Packet::Given(..) => {}
            Packet::End => {
                if self.network.ended(RELAY, peer, link) {
                    self.give_relay(RelayInput::Disconnected { peer });
                }
            }
        }
    }

    /// Something befalls the relay, its lines or its disk; or somebody carries a bundle.
    pub(crate) fn about_the_relay(&mut self, fate: &mut ChaCha20Rng) {
        match fate.gen_range(0..40) {
            0..6 => {
                let at = fate.gen_range(0..self.machines.len());
                if self.machines[at].is_running() && self.relay().is_running() {
                    self.dial(at, RELAY);
                }
            }
            6 if self.relay().is_running() => self.stop_relay(),
            7..10 if !self.relay().is_running() => self.start_relay(),
            10 => self.loses_its_disk(),
            11 => self.copies_its_disk(),
            12 => self.puts_its_copy_back(),
            13 => {
                // Bits flip on somebody's lines, or on the relay's, until they no longer do.
                let whose = [RELAY, fate.gen_range(0..self.machines.len())];
                let whose = whose[usize::from(fate.gen_bool(0.5))];
                self.tampered = match self.tampered {
                    None => Some(whose),
                    Some(_) => None,
                };
                self.log(|| format!("bits flip on the lines of {:?}", self.tampered));
            }
            14 | 15 => {
                let count = self.machines.len();
                let (from, to) = (fate.gen_range(0..count), fate.gen_range(0..count));
                self.carry(fate, from, to);
            }
            _ => {}
        }
    }

    /// People pack what they wrote after a few edits: these machines' cores are opened anew for that.
    pub(crate) fn packs_soon(&mut self, least: usize) {
        for index in 0..self.machines.len() {
            let (age, every) = (0, 20_000);
            self.machines[index].packing = Some(PackingRule { least, age, every });
            if self.machines[index].is_running() {
                self.starts_again(index);
            }
        }
    }

    pub(crate) fn starts_again(&mut self, index: usize) {
        self.network.machine_gone(&mut self.rng.clone(), index);
        self.machines[index].crash(false);
        self.start(index);
    }

    /// Somebody joins at the relay while everybody else is away, and has all that they have.
    pub(crate) fn somebody_new_comes_to_the_relay(&mut self, others: &[usize]) {
        self.tickets.clear();
        self.invite(0, Role::Editor, 1);
        self.settle(others);
        let kept = self.kept_by_the_relay();
        self.log(|| format!("the relay has {kept:?}"));
        let new = self.add_machine();
        for index in others.iter().copied() {
            self.starts_again(index);
        }
        self.settle(&[new]);
        let [of_all, of_new] = [others[0], new].map(|index| {
            let report = self.audit(index);
            (report.documents, report.changes, report.digest)
        });
        assert_eq!(of_new, of_all, "who came has not what the others have");
        self.settle(&[others[0], new]);
        self.check_among(&[others[0], new]);
    }

    /// How many envelopes of changes the relay keeps whole, of how many only the name, and how many packs.
    pub(crate) fn kept_by_the_relay(&mut self) -> Kept {
        self.stop_relay();
        let relay = self.relay();
        let file = relay.folder.join(format!("{}.relay", relay.workspace));
        let Ok(skein_store::Opened::Ready(store)) = skein_store::Store::open(file) else {
            panic!("the relay's file does not open")
        };
        let mut kept = Kept::default();
        for stored in store.envelopes_after(0, u32::MAX).unwrap() {
            match stored.kind {
                EnvelopeKind::Access => continue,
                EnvelopeKind::Data if stored.bytes.is_empty() => kept.names += 1,
                EnvelopeKind::Data => kept.whole += 1,
                EnvelopeKind::Pack => kept.packs += 1,
            }
            kept.bytes += stored.bytes.len();
        }
        store.close().unwrap();
        self.start_relay();
        kept
    }

    pub(crate) fn loses_its_disk(&mut self) {
        self.stop_relay();
        let folder = self.relay().folder.clone();
        std::fs::remove_dir_all(&folder).unwrap();
        std::fs::create_dir(&folder).unwrap();
        self.log(|| "the relay has lost its disk".to_owned());
        self.unheard_of.extend(0..self.machines.len());
        self.start_relay();
    }

    fn copies_its_disk(&mut self) {
        self.stop_relay();
        let to = self._folder.path().join("relay-copy");
        copy_files(&self.relay().folder, &to);
        self.relay.as_mut().unwrap().copy = Some(to);
        self.start_relay();
    }

    fn puts_its_copy_back(&mut self) {
        let Some(copy) = self.relay().copy.clone() else {
            return;
        };
        self.stop_relay();
        copy_files(&copy, &self.relay().folder);
        self.log(|| "the relay has an old copy of its disk".to_owned());
        self.unheard_of.extend(0..self.machines.len());
        self.start_relay();
    }

    /// Carries a bundle from one machine to another: whole, cut off, with flipped bits, or twice.
    fn carry(&mut self, fate: &mut ChaCha20Rng, from: usize, to: usize) {
        let both = [from, to];
        if from == to || both.iter().any(|at| !self.machines[*at].is_running()) {
            return;
        }
        // Who is not in yet has none to give.
        let Ok((mut bytes, _)) = self.read_bundle(from, None) else {
            return;
        };
        self.log(|| format!("a bundle is carried from {from} to {to}"));
        let is_damaged = fate.gen_bool(0.4);
        if is_damaged {
            self.tamper(&mut bytes);
        }
        if !self.machines[to].joined {
            self.unheard_of.insert(to);
        }
        let may_fail = is_damaged || !self.machines[to].joined;
        for _ in 0..fate.gen_range(1..3) {
            match self.take_bundle(to, &bytes, 48 * 1024) {
                Ok(report) => assert!(may_fail || report.whole, "{report:?}"),
                Err(error) => assert!(may_fail, "a whole bundle was refused: {error}"),
            }
        }
    }

    /// Whether all of these hold what the relay holds, at this moment.
    pub(crate) fn agree_with_the_relay(&mut self, among: &[usize]) -> bool {
        among.iter().all(|index| {
            let Ok(Reply::Peers { peers, .. }) = self.ask(*index, Request::ListPeers) else {
                return false;
            };
            let mut relays = peers.iter().filter(|peer| peer.relay);
            relays.any(|relay| relay.state == PeerState::Agreed)
        })
    }

    /// Whoever has no line to the relay dials it.
    pub(crate) fn meet_the_relay(&mut self, among: &[usize]) {
        let relay = self.relay().device;
        for index in among.iter().copied() {
            let device = self.machines[index].device;
            let met = self.network.has(index, relay) && self.network.has(RELAY, device);
            if !met && self.machines[index].is_running() {
                self.dial(index, RELAY);
            }
        }
    }

    /// A transport lets no flipped bit through: a comparison that was told something else than was said may end too early and say that all is there.
    /// The next session is an honest one.
    fn flips_nothing_more(&mut self) {
        self.tampered = None;
        for index in std::mem::take(&mut self.flipped) {
            if index == RELAY {
                if self.relay().is_running() {
                    self.relay_starts_again();
                }
                continue;
            }
            for peer in self.network.peers_of(index) {
                self.network.close(index, peer);
                self.give(index, disconnected(peer));
            }
        }
    }

    /// For the end of a story: the relay runs, nobody spoils anything, and nothing more is packed.
    pub(crate) fn the_relay_is_there(&mut self) {
        self.flips_nothing_more();
        self.keeps_nothing_back();
        for machine in &mut self.machines {
            if let (Some(rule), Some(core)) = (&mut machine.packing, &mut machine.core) {
                rule.least = usize::MAX;
                core.packs_by(*rule);
            }
        }
        if !self.relay().is_running() {
            self.start_relay();
        }
    }
}

fn copy_files(from: &Path, to: &Path) {
    let _ = std::fs::remove_dir_all(to);
    std::fs::create_dir(to).unwrap();
    for file in std::fs::read_dir(from).unwrap() {
        let file = file.unwrap().path();
        std::fs::copy(&file, to.join(file.file_name().unwrap())).unwrap();
    }
}
