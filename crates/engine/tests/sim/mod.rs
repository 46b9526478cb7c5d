//! A world in a test: machines with real cores and real files, a network that breaks, clocks that are wrong, one seed.
#![allow(dead_code)]

pub(crate) mod bundles;
pub(crate) mod laws;
pub(crate) mod ledger;
pub(crate) mod lies;
pub(crate) mod machine;
pub(crate) mod mallory;
pub(crate) mod membership;
pub(crate) mod network;
pub(crate) mod relay;
pub(crate) mod shells;
pub(crate) mod view;
pub(crate) mod workload;

use std::hash::{DefaultHasher, Hash};

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha20Rng;
use skein_access::{DeviceId, DeviceKey};
use skein_engine::core::{ChunkAnswer, Effect, Input, PeerInput};
use skein_engine::relay::RelayInput;

use ledger::Ledger;
use machine::{Machine, SHELL, WATCHER};
use network::{Network, Packet};
use relay::{RELAY, RelayMachine};
use view::TextView;

/// How long everything may take to become quiet, in the world's time (ms).
const PATIENCE: u64 = 300_000;

pub(crate) struct World {
    pub(crate) rng: ChaCha20Rng,
    /// All frames that were sent so far, by whom and in which order.
    pub(crate) sent: DefaultHasher,
    pub(crate) now_ms: u64,
    pub(crate) machines: Vec<Machine>,
    pub(crate) views: Vec<TextView>,
    pub(crate) network: Network,
    pub(crate) ledger: Ledger,
    pub(crate) tickets: Vec<String>,
    /// Views that had to start again although nothing had broken.
    pub(crate) out_of_step: u32,
    /// What happened that lets views be out of step: a core ended, or more was written than a view may lag behind.
    pub(crate) breaks: u32,
    pub(crate) clients: u64,
    pub(crate) requests: u32,
    /// A copy of a profile made earlier: of which machine, when, and where.
    pub(crate) backup: Option<(usize, u64, std::path::PathBuf)>,
    /// A machine that is a copy of another: they are the same device.
    pub(crate) copied_to: Option<usize>,
    pub(crate) is_talkative: bool,
    /// Machines of people, or devices, that were taken out or left.
    pub(crate) out: std::collections::BTreeSet<usize>,
    /// Those of them who left.
    pub(crate) left: std::collections::BTreeSet<usize>,
    /// People whose work need not count: they were taken out, left, or have another role.
    pub(crate) uncertain: std::collections::BTreeSet<usize>,
    /// A machine whose frames are changed on their way.
    pub(crate) tampered: Option<usize>,
    /// Machines, or the relay, of whose frames some were changed on their way.
    pub(crate) flipped: std::collections::BTreeSet<usize>,
    /// A machine that gives other bytes than it was asked for.
    pub(crate) spoils_chunks: Option<usize>,
    /// A machine, or the relay, that keeps some of what it has back, and says of some that it has it.
    pub(crate) withholds: Option<usize>,
    /// Whether somebody signed an envelope of which some is refused wherever it comes.
    pub(crate) half_signed: bool,
    /// Whether people meet one another too, where there is a relay.
    pub(crate) meet_anywhere: bool,
    /// Machines of which perhaps nobody has heard: they may have come in by a bundle alone, or by a line that was damaged, or to a relay that
    /// kept their word back or lost it.
    pub(crate) unheard_of: std::collections::BTreeSet<usize>,
    /// The roles that people were given last, by the numbers of their machines.
    pub(crate) given: std::collections::BTreeMap<usize, skein_access::Role>,
    /// People of whom another owner than the founder decided something: whether it holds is for all of them together to say.
    pub(crate) contested: std::collections::BTreeSet<usize>,
    /// People who are or were owners.
    pub(crate) owners_once: std::collections::BTreeSet<usize>,
    /// The relay by which alone people meet, if there is one.
    pub(crate) relay: Option<RelayMachine>,
    _folder: tempfile::TempDir,
}

impl World {
    pub(crate) fn new(seed: u64, count: usize) -> Self {
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        let folder = match tempfile::tempdir_in("/dev/shm") {
            Ok(folder) => folder,
            Err(_) => tempfile::tempdir().unwrap(),
        };
        let mut machines = Vec::new();
        for index in 0..count {
            let key = *DeviceKey::generate(&mut rng).to_bytes();
            machines.push(Machine::new(folder.path(), index, key, &mut rng));
        }
        let mut world = Self {
            rng,
            sent: DefaultHasher::new(),
            now_ms: 1_000,
            machines,
            views: Vec::new(),
            network: Network::default(),
            ledger: Ledger::default(),
            tickets: Vec::new(),
            out_of_step: 0,
            breaks: 0,
            clients: 10,
            requests: 0,
            backup: None,
            copied_to: None,
            out: std::collections::BTreeSet::new(),
            left: std::collections::BTreeSet::new(),
            uncertain: std::collections::BTreeSet::new(),
            tampered: None,
            flipped: std::collections::BTreeSet::new(),
            spoils_chunks: None,
            withholds: None,
            half_signed: false,
            meet_anywhere: false,
            unheard_of: std::collections::BTreeSet::new(),
            given: std::collections::BTreeMap::new(),
            contested: std::collections::BTreeSet::new(),
            owners_once: std::collections::BTreeSet::from([0]),
            relay: None,
            is_talkative: std::env::var("SKEIN_SIM_LOG").is_ok(),
            _folder: folder,
        };
        for index in 0..count {
            world.start(index);
        }
        world
    }

    pub(crate) fn log(&self, words: impl FnOnce() -> String) {
        if self.is_talkative {
            println!("{:>8} {}", self.now_ms, words());
        }
    }

    pub(crate) fn chance(&mut self, percent: u32) -> bool {
        self.rng.gen_range(0..100) < percent
    }

    pub(crate) fn pick(&mut self, count: usize) -> Option<usize> {
        (count > 0).then(|| self.rng.gen_range(0..count))
    }

    pub(crate) fn running(&self) -> Vec<usize> {
        (0..self.machines.len())
            .filter(|index| self.machines[*index].is_running())
            .collect()
    }

    // ---- machines ----

    pub(crate) fn start(&mut self, index: usize) {
        self.log(|| format!("{index} starts"));
        self.machines[index].start(self.now_ms);
        self.give(index, Input::Tick);
        self.watch_lists(index);
    }

    /// A core ends: told to, at once, or with the machine's power.
    pub(crate) fn stop(&mut self, index: usize) {
        let how = self.rng.gen_range(0..3);
        self.log(|| format!("{index} stops ({how})"));
        if how == 0 {
            self.give(index, Input::Shutdown);
        }
        let mut rng = self.rng.clone();
        self.network.machine_gone(&mut rng, index);
        self.rng = rng;
        self.machines[index].crash(how == 2);
        self.breaks += 1;
        for view in self.views.iter_mut().filter(|view| view.machine == index) {
            self.clients += 1;
            view.lost(self.clients);
        }
    }

    pub(crate) fn give(&mut self, index: usize, input: Input) {
        let effects = self.machines[index].handle(self.now_ms, input);
        for effect in effects {
            self.effect(index, effect);
        }
    }

    /// Carries out what is for the network; gives back what is for a shell.
    pub(crate) fn keep(&mut self, index: usize, effect: Effect) -> Option<Effect> {
        if matches!(effect, Effect::ToClient { client, .. } if client > machine::WATCHER) {
            return Some(effect);
        }
        self.effect(index, effect);
        None
    }

    /// One more machine, with a profile of its own.
    pub(crate) fn add_machine(&mut self) -> usize {
        let index = self.machines.len();
        let key = *DeviceKey::generate(&mut self.rng).to_bytes();
        let folder = self._folder.path().to_owned();
        self.machines
            .push(Machine::new(&folder, index, key, &mut self.rng));
        self.start(index);
        index
    }

    /// Lets everything come to rest, texts in lists and search too, and checks all laws.
    pub(crate) fn rest_and_check(&mut self, among: &[usize]) {
        self.settle(among);
        for _ in 0..30 {
            self.pass(400);
        }
        self.settle(among);
        self.check();
    }

    fn effect(&mut self, index: usize, effect: Effect) {
        match effect {
            Effect::ToClient {
                client: SHELL,
                message,
            } => self.shell_told(index, *message),
            Effect::ToClient {
                client: WATCHER,
                message,
            } => self.watcher_told(index, *message),
            Effect::ToClient { client, message } => {
                if let Some(view) = self.views.iter_mut().find(|view| view.client == client) {
                    view.inbox.push_back(*message);
                }
            }
            Effect::Send { peer, frame } => {
                assert!(
                    frame.len() <= skein_sync::FRAME_BYTES,
                    "a frame is too large"
                );
                (index, &frame).hash(&mut self.sent);
                self.network.send(index, peer, Packet::Frame(frame));
            }
            Effect::AskChunk { peer, name } => {
                let ask = self.network.asked.len() as u64;
                self.network.asked.insert(ask, (peer, name));
                self.network.send(index, peer, Packet::Ask(ask, name));
            }
            Effect::GiveChunk { peer, ask, bytes } => {
                let (_, name) = self.network.asked[&ask];
                self.network.send(index, peer, Packet::Given(name, bytes));
            }
            Effect::ClosePeer { peer, reason } => {
                self.log(|| format!("{index} closes {peer:?}: {reason}"));
                self.network.close(index, peer);
                self.give(index, Input::Peer(PeerInput::Disconnected { peer, reason }));
            }
            Effect::Allow {
                devices, strangers, ..
            } => {
                self.machines[index].devices_allowed = devices;
                self.machines[index].strangers_allowed = strangers;
            }
            Effect::Job(job) => self.machines[index].jobs.push(*job),
            Effect::Dial { .. }
            | Effect::Know { .. }
            | Effect::Redial
            | Effect::Code(_)
            | Effect::Stopped => {}
        }
    }

    // ---- network ----

    /// Whether two machines are two devices, both running.
    pub(crate) fn can_meet(&self, a: usize, b: usize) -> bool {
        let (a, b) = (&self.machines[a], &self.machines[b]);
        a.is_running() && b.is_running() && a.device != b.device
    }

    /// The device of a machine, or of the relay.
    pub(crate) fn device_at(&self, index: usize) -> DeviceId {
        match index {
            RELAY => self.relay().device,
            index => self.machines[index].device,
        }
    }

    pub(crate) fn dial(&mut self, from: usize, to: usize) {
        let (from_device, to_device) = (self.device_at(from), self.device_at(to));
        self.log(|| format!("{from} dials {to}"));
        if self.network.has(from, to_device) {
            self.network.close(from, to_device);
            self.give(from, disconnected(to_device));
        }
        self.network.dial((from, from_device), (to, to_device));
        self.give(
            from,
            Input::Peer(PeerInput::Connected {
                peer: to_device,
                address: address(to),
                dialed: true,
            }),
        );
    }

    /// Lets one packet arrive.
    pub(crate) fn deliver(&mut self, pipe: usize) {
        let Some((link, from, to, packet)) = self.network.take(pipe) else {
            return;
        };
        if to == RELAY {
            return self.deliver_to_relay(link, from, packet);
        }
        let peer = self.device_at(from);
        match packet {
            Packet::Begin => {
                let machine = &self.machines[to];
                if !machine.is_running()
                    || !(machine.strangers_allowed || machine.devices_allowed.contains(&peer))
                {
                    self.log(|| format!("{to} does not let {from} in"));
                    self.network.refuse(to, link);
                    return;
                }
                if self.network.accept(to, peer, link) {
                    self.give(to, disconnected(peer));
                }
                self.give(
                    to,
                    Input::Peer(PeerInput::Connected {
                        peer,
                        address: address(from),
                        dialed: false,
                    }),
                );
            }
            Packet::Frame(mut bytes) => {
                self.change_on_the_way(&mut bytes, from, to);
                if self.network.is_current(to, peer, link) {
                    self.give(to, Input::Peer(PeerInput::Frame { peer, bytes }));
                }
            }
            Packet::Ask(ask, name) => {
                if self.network.is_current(to, peer, link) {
                    self.give(to, Input::Peer(PeerInput::ChunkAsked { peer, ask, name }));
                }
            }
            Packet::Given(name, bytes) => {
                let answer = match bytes {
                    Some(mut bytes) => {
                        if self.tampered == Some(from) {
                            self.tamper(&mut bytes);
                        }
                        if self.spoils_chunks == Some(from)
                            && let Some(byte) = bytes.last_mut()
                        {
                            *byte ^= 1;
                        }
                        ChunkAnswer::Bytes(bytes)
                    }
                    None => ChunkAnswer::Missing,
                };
                // An answer reaches whoever asked, or the link is gone and with it the question.
                if self.network.is_current(to, peer, link) {
                    self.give(to, Input::Peer(PeerInput::Chunk { peer, name, answer }));
                }
            }
            Packet::End => {
                if self.network.ended(to, peer, link) {
                    self.log(|| format!("{to} learns that {from} is gone"));
                    self.give(to, disconnected(peer));
                }
            }
        }
    }

    /// What becomes of a frame between two: bits flip, or one of them keeps things back.
    pub(crate) fn change_on_the_way(&mut self, bytes: &mut Vec<u8>, from: usize, to: usize) {
        let is_kept_back = self.withholds.is_some_and(|who| who == from || who == to);
        if self.tampered == Some(from) {
            self.tamper(bytes);
            self.flipped.insert(from);
        }
        if is_kept_back {
            self.hold_back(bytes);
        }
        if is_kept_back || self.tampered == Some(from) {
            self.unheard_of.extend([from, to]);
        }
    }

    /// Changes some bytes of a frame, cuts it off, or makes it longer.
    pub(crate) fn tamper(&mut self, bytes: &mut Vec<u8>) {
        match self.rng.gen_range(0..4) {
            0 => {}
            1 => bytes.truncate(self.rng.gen_range(0..=bytes.len())),
            2 => bytes.extend((0..self.rng.gen_range(1..50)).map(|_| self.rng.r#gen::<u8>())),
            _ => {
                for _ in 0..self.rng.gen_range(1..4) {
                    let at = self.rng.gen_range(0..bytes.len().max(1));
                    if let Some(byte) = bytes.get_mut(at) {
                        *byte = self.rng.r#gen();
                    }
                }
            }
        }
    }

    // ---- time ----

    pub(crate) fn pass(&mut self, ms: u64) {
        self.now_ms += ms;
        self.views.iter_mut().for_each(TextView::look_again);
        for index in self.running() {
            if self.machines[index]
                .wakes_at()
                .is_some_and(|at| at <= self.now_ms)
            {
                self.give(index, Input::Tick);
            }
        }
        let relay_wakes = self.relay.as_ref().and_then(RelayMachine::wakes_at);
        if relay_wakes.is_some_and(|at| at <= self.now_ms) {
            self.give_relay(RelayInput::Tick);
        }
    }

    pub(crate) fn run_job(&mut self, index: usize) {
        if self.machines[index].jobs.is_empty() {
            return;
        }
        let at = self.rng.gen_range(0..self.machines[index].jobs.len());
        let done = self.machines[index].jobs.swap_remove(at).run();
        self.give(index, Input::JobDone(Box::new(done)));
    }

    // ---- the end ----

    /// Does everything that can be done without time passing. Returns whether there was anything.
    pub(crate) fn do_what_is_there(&mut self) -> bool {
        let mut did = false;
        for pipe in self.network.busy() {
            self.deliver(pipe);
            did = true;
        }
        for index in self.running() {
            while !self.machines[index].jobs.is_empty() {
                self.run_job(index);
                did = true;
            }
        }
        for view in 0..self.views.len() {
            did |= self.work_view(view, usize::MAX);
        }
        did
    }

    /// Connects these machines with one another, or with the relay if there is one, and lets everything come to rest.
    pub(crate) fn settle(&mut self, among: &[usize]) {
        for index in 0..self.machines.len() {
            if !self.machines[index].is_running() {
                self.start(index);
            }
        }
        // Nobody waits for the editors of those who are out.
        let out = std::mem::take(&mut self.out);
        self.views.retain(|view| !out.contains(&view.machine));
        self.out = out;
        let until = self.now_ms + PATIENCE;
        let mut redial_at = self.now_ms;
        let peers = match self.relay {
            Some(_) => 1,
            None => among.len() - 1,
        };
        let mut idle: Vec<(usize, Option<u32>)> =
            among.iter().map(|index| (*index, None)).collect();
        loop {
            while self.do_what_is_there() {}
            if self.now_ms >= redial_at {
                redial_at = self.now_ms + 2_000;
                self.meet_all(among);
                for index in among
                    .iter()
                    .copied()
                    .filter(|index| !self.machines[*index].joined)
                    .collect::<Vec<_>>()
                {
                    self.join(index);
                }
                continue;
            }
            for (index, request) in &mut idle {
                if request.is_none_or(|request| {
                    self.machines[*index]
                        .answers
                        .get(&request)
                        .is_some_and(Result::is_err)
                }) {
                    *request = Some(self.wait_until_idle(*index, 20_000, peers));
                }
            }
            let answered = |(index, request): &(usize, Option<u32>)| {
                request.is_some_and(|request| {
                    matches!(self.machines[*index].answers.get(&request), Some(Ok(_)))
                })
            };
            if idle.iter().all(answered)
                && self.views.iter().all(TextView::is_settled)
                && self.is_at_rest(among)
            {
                if self.relay.is_none() || self.agree_with_the_relay(among) {
                    break;
                }
                // What one brought to the relay since goes to the others yet.
                idle.iter_mut().for_each(|(_, request)| *request = None);
            }
            assert!(
                self.now_ms < until,
                "everything does not come to rest: {}",
                self.unrest(among)
            );
            let wake = self
                .running()
                .iter()
                .filter_map(|index| self.machines[*index].wakes_at())
                .chain(self.relay.as_ref().and_then(RelayMachine::wakes_at))
                .min();
            let next = wake.unwrap_or(u64::MAX).min(redial_at);
            self.pass(next.saturating_sub(self.now_ms).clamp(1, 2_000));
        }
        self.log(|| "at rest".to_owned());
    }

    fn meet_all(&mut self, among: &[usize]) {
        if self.relay.is_some() {
            return self.meet_the_relay(among);
        }
        for a in 0..self.machines.len() {
            for b in 0..a {
                let both = among.contains(&a) && among.contains(&b);
                let (device_a, device_b) = (self.machines[a].device, self.machines[b].device);
                let met = self.network.has(a, device_b) && self.network.has(b, device_a);
                if both && !met && self.can_meet(a, b) {
                    // One who joins is the one who dials.
                    let (from, to) = if self.machines[a].joined && self.chance(50) {
                        (b, a)
                    } else {
                        (a, b)
                    };
                    self.dial(from, to);
                }
            }
        }
        for index in 0..self.machines.len() {
            if !among.contains(&index) {
                for peer in self.network.peers_of(index) {
                    self.network.close(index, peer);
                    self.give(index, disconnected(peer));
                }
            }
        }
    }
}

pub(crate) fn disconnected(peer: DeviceId) -> Input {
    Input::Peer(PeerInput::Disconnected {
        peer,
        reason: "the line is cut".to_owned(),
    })
}

pub(crate) fn address(machine: usize) -> String {
    format!("/ip4/10.0.0.{}/tcp/4711", machine + 1)
}
