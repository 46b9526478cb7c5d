//! A small network: nodes that hold envelopes in a map, links that keep order but may break, and engines that answer late.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};

use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use skein_access::header::{FORMAT, Header};
use skein_access::{
    Admission, DeviceId, EnvelopeId, EnvelopeKind, EpochId, InviteProof, WorkspaceId,
};
use skein_sync::{
    Agreement, CloseReason, EnvelopeSet, Fetching, Frame, Group, Held, HelloConfig, ItemRef,
    Lacking, Session, SessionInput, SessionOutput, Side, Why,
};

pub const WORKSPACE: WorkspaceId = WorkspaceId::from_bytes([7; 32]);
pub const HOUR: u32 = 490_000;

pub fn device(index: usize) -> DeviceId {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&(index as u64 + 1).to_le_bytes());
    DeviceId::from_bytes(bytes)
}

/// Bytes with a true header, distinct by `number`, and the reference that belongs to them.
pub fn envelope(kind: EnvelopeKind, hour: u32, number: u64, size: usize) -> (ItemRef, Vec<u8>) {
    let epoch = if kind == EnvelopeKind::Access {
        EpochId::NONE
    } else {
        EpochId::from_bytes([3; 32])
    };
    let header = Header {
        format: FORMAT,
        kind,
        workspace: WORKSPACE,
        hour,
        device: device(99),
        sequence: 1,
        previous: EnvelopeId::NONE,
        epoch,
    };
    let mut bytes = header.encode().to_vec();
    bytes.extend_from_slice(&number.to_le_bytes());
    bytes.resize(bytes.len().max(size), 0x55);
    (reference(&bytes), bytes)
}

pub fn reference(bytes: &[u8]) -> ItemRef {
    let header = Header::decode(bytes).unwrap();
    ItemRef::new(
        header.kind,
        header.hour,
        EnvelopeId::from_bytes(*blake3::hash(bytes).as_bytes()),
    )
}

/// What an engine has to do and does later.
enum Job {
    Provide {
        link: usize,
        group: Group,
        ids: Vec<EnvelopeId>,
        bytes: usize,
    },
    Store {
        link: usize,
        batch: u64,
        envelopes: Vec<Vec<u8>>,
    },
}

pub struct Node {
    pub id: DeviceId,
    pub held: HashMap<EnvelopeId, Vec<u8>>,
    pub set: EnvelopeSet,
    pub fetching: Fetching,
    pub sequence: u64,
    /// By insertion number.
    pub order: Vec<EnvelopeId>,
    pub sessions: BTreeMap<usize, Session>,
    pub admissions: HashMap<DeviceId, Admission>,
    pub proof: Option<InviteProof>,
    /// Proofs that peers gave.
    pub proofs: Vec<InviteProof>,
    pub workspaces: Vec<WorkspaceId>,
    /// Lost from the store although the set names them.
    pub lost: HashSet<EnvelopeId>,
    pub refuses: HashSet<EnvelopeId>,
    pub agreed: Vec<(DeviceId, Agreement)>,
    pub acknowledged: HashMap<DeviceId, HashSet<EnvelopeId>>,
    /// What peers brought.
    pub brought: HashMap<DeviceId, HashSet<EnvelopeId>>,
    /// What peers acknowledged and were found to lack.
    pub lacking: Vec<EnvelopeId>,
    pub closed: Vec<(DeviceId, CloseReason)>,
    pub presence: Vec<Vec<u8>>,
    pub holding: Vec<Vec<u8>>,
    /// How often the bytes of each envelope arrived.
    pub arrivals: HashMap<EnvelopeId, usize>,
    /// An envelope of this size counts, for slow stores.
    pub unstored_bytes: usize,
    pub most_unstored_bytes: usize,
    jobs: VecDeque<Job>,
}

impl Node {
    fn new(index: usize) -> Self {
        Self {
            id: device(index),
            held: HashMap::new(),
            set: EnvelopeSet::new(),
            fetching: Fetching::new(),
            sequence: 0,
            order: Vec::new(),
            sessions: BTreeMap::new(),
            admissions: HashMap::new(),
            proof: None,
            proofs: Vec::new(),
            workspaces: vec![WORKSPACE],
            lost: HashSet::new(),
            refuses: HashSet::new(),
            agreed: Vec::new(),
            acknowledged: HashMap::new(),
            brought: HashMap::new(),
            lacking: Vec::new(),
            closed: Vec::new(),
            presence: Vec::new(),
            holding: Vec::new(),
            arrivals: HashMap::new(),
            unstored_bytes: 0,
            most_unstored_bytes: 0,
            jobs: VecDeque::new(),
        }
    }

    /// Puts an envelope where it durably rests; the reference when it is new.
    pub fn keep(&mut self, bytes: Vec<u8>) -> Option<ItemRef> {
        let item = reference(&bytes);
        if self.held.insert(item.key.id, bytes).is_some() {
            return None;
        }
        self.sequence += 1;
        self.order.push(item.key.id);
        assert!(self.set.insert(item, self.sequence));
        Some(item)
    }

    /// The data that a peer has not acknowledged, if it is little and anything is known of the peer at all.
    fn unconfirmed_by(&self, peer: DeviceId) -> Vec<EnvelopeId> {
        let Some(said) = self.acknowledged.get(&peer) else {
            return Vec::new();
        };
        let brought = self.brought.get(&peer);
        let holds = |id: &EnvelopeId| {
            said.contains(id) || brought.is_some_and(|brought| brought.contains(id))
        };
        let mut news: Vec<EnvelopeId> = self.order.clone();
        news.retain(|id| !holds(id) && self.set.contains(Group::Data, id));
        news.truncate(if news.len() > 64 { 0 } else { 64 });
        news
    }

    /// Holds nothing of a group any more.
    pub fn forget_all(&mut self, group: Group) {
        let kept: Vec<Vec<u8>> = self
            .held
            .values()
            .filter(|bytes| reference(bytes).group != group)
            .cloned()
            .collect();
        self.held.clear();
        self.order.clear();
        self.sequence = 0;
        self.set = EnvelopeSet::new();
        for bytes in kept {
            self.keep(bytes);
        }
    }

    pub fn ids(&self) -> HashSet<EnvelopeId> {
        self.held.keys().copied().collect()
    }

    pub fn agreements(&self, group: Group) -> usize {
        self.agreed
            .iter()
            .filter(|(_, agreement)| agreement.group == group)
            .count()
    }
}

/// A connection between two nodes. Frames of one direction stay in order; a break loses what is on the way.
pub struct Link {
    pub ends: [usize; 2],
    queues: [VecDeque<Vec<u8>>; 2],
}

pub struct World {
    pub nodes: Vec<Node>,
    pub links: BTreeMap<usize, Link>,
    pub now_ms: u64,
    pub rng: ChaCha8Rng,
    /// All bytes of frames, and those of envelopes within.
    pub bytes: u64,
    pub envelope_bytes: u64,
    pub frames: u64,
    /// Frames whose text should be searched for secrets: (from, to, bytes).
    pub wire: Vec<(usize, usize, Vec<u8>)>,
    pub records_wire: bool,
    pub number: u64,
    /// Nodes in whose name lies are told: their acknowledgements are not held against them.
    pub liars: HashSet<usize>,
    /// Pairs that once had two connections: what is said on one may cross with what is said on the other, which an engine does not let happen.
    pub doubled: HashSet<(usize, usize)>,
    next_link: usize,
}

impl World {
    pub fn new(nodes: usize, seed: u64) -> Self {
        Self {
            nodes: (0..nodes).map(Node::new).collect(),
            links: BTreeMap::new(),
            now_ms: 1_000_000,
            rng: ChaCha8Rng::seed_from_u64(seed),
            bytes: 0,
            envelope_bytes: 0,
            frames: 0,
            wire: Vec::new(),
            records_wire: false,
            number: 0,
            liars: HashSet::new(),
            doubled: HashSet::new(),
            next_link: 0,
        }
    }

    /// A fresh envelope, not yet anywhere.
    pub fn fresh(&mut self, kind: EnvelopeKind, hour: u32, size: usize) -> Vec<u8> {
        self.number += 1;
        envelope(kind, hour, self.number, size).1
    }

    /// The same `count` envelopes at each of these nodes, over 100 days.
    pub fn seed(
        &mut self,
        nodes: &[usize],
        kind: EnvelopeKind,
        count: usize,
        size: usize,
    ) -> Vec<EnvelopeId> {
        (0..count)
            .map(|_| {
                let hour = HOUR - self.rng.gen_range(0..2_400);
                let bytes = self.fresh(kind, hour, size);
                for node in nodes {
                    self.nodes[*node].keep(bytes.clone());
                }
                reference(&bytes).key.id
            })
            .collect()
    }

    /// A node makes an envelope while connected.
    pub fn make(&mut self, node: usize, kind: EnvelopeKind, size: usize) -> EnvelopeId {
        let bytes = self.fresh(kind, HOUR, size);
        let item = self.nodes[node].keep(bytes).unwrap();
        self.tell(node, &[item], None);
        item.key.id
    }

    fn tell(&mut self, node: usize, items: &[ItemRef], from: Option<DeviceId>) {
        let links: Vec<usize> = self.nodes[node].sessions.keys().copied().collect();
        for link in links {
            self.input(node, link, SessionInput::Inserted { items, from });
        }
    }

    pub fn connect(&mut self, dialer: usize, listener: usize) -> usize {
        if self.has_link(dialer, listener) {
            self.doubled
                .extend([(dialer, listener), (listener, dialer)]);
        }
        let link = self.next_link;
        self.next_link += 1;
        self.links.insert(
            link,
            Link {
                ends: [dialer, listener],
                queues: Default::default(),
            },
        );
        for (node, peer, side) in [
            (dialer, listener, Side::Dialer),
            (listener, dialer, Side::Listener),
        ] {
            let hello = HelloConfig {
                workspaces: self.nodes[node].workspaces.clone(),
                invite: self.nodes[node].proof,
            };
            let (session, outputs) =
                Session::new(device(node), device(peer), side, hello, self.now_ms);
            self.nodes[node].sessions.insert(link, session);
            self.outputs(node, link, outputs);
        }
        link
    }

    pub fn break_link(&mut self, link: usize) {
        let Some(gone) = self.links.remove(&link) else {
            return;
        };
        for node in gone.ends {
            self.input(node, link, SessionInput::Disconnected);
            self.nodes[node].sessions.remove(&link);
        }
    }

    pub fn input(&mut self, node: usize, link: usize, input: SessionInput<'_>) {
        let now = self.now_ms;
        let here = &mut self.nodes[node];
        let Some(mut session) = here.sessions.remove(&link) else {
            return;
        };
        let outputs = session.handle(input, &here.set, &mut here.fetching, now);
        here.sessions.insert(link, session);
        self.outputs(node, link, outputs);
    }

    fn outputs(&mut self, node: usize, link: usize, outputs: Vec<SessionOutput>) {
        for output in outputs {
            self.output(node, link, output);
        }
    }

    fn output(&mut self, node: usize, link: usize, output: SessionOutput) {
        let peer = self.links.get(&link).map(|link| {
            if link.ends[0] == node {
                link.ends[1]
            } else {
                link.ends[0]
            }
        });
        match output {
            SessionOutput::Send(bytes) => self.transmit(node, link, bytes),
            SessionOutput::NeedAdmission { proof, .. } => {
                self.nodes[node].proofs.extend(proof);
                let peer = device(peer.unwrap());
                let admission = self.nodes[node]
                    .admissions
                    .get(&peer)
                    .copied()
                    .unwrap_or(Admission::Member);
                self.input(node, link, SessionInput::Admitted(admission));
            }
            SessionOutput::Load { group, ids, bytes } => {
                self.nodes[node].jobs.push_back(Job::Provide {
                    link,
                    group,
                    ids,
                    bytes,
                });
            }
            SessionOutput::Store {
                batch, envelopes, ..
            } => {
                let here = &mut self.nodes[node];
                here.unstored_bytes += envelopes.iter().map(Vec::len).sum::<usize>();
                here.most_unstored_bytes = here.most_unstored_bytes.max(here.unstored_bytes);
                here.jobs.push_back(Job::Store {
                    link,
                    batch,
                    envelopes,
                });
            }
            SessionOutput::NeedUnconfirmed => {
                let news = self.nodes[node].unconfirmed_by(device(peer.unwrap()));
                self.input(node, link, SessionInput::Unconfirmed(news));
            }
            SessionOutput::Acknowledged(held) => self.check_held(node, peer.unwrap(), held),
            SessionOutput::Lacks(lacking) => self.check_lacking(node, peer.unwrap(), lacking),
            SessionOutput::Agreed(agreement) => {
                let peer = device(peer.unwrap());
                self.nodes[node].agreed.push((peer, agreement));
            }
            SessionOutput::Presence(bytes) => self.nodes[node].presence.push(bytes),
            SessionOutput::Holding(bytes) => self.nodes[node].holding.push(bytes),
            // Nobody here is a relay.
            SessionOutput::Pack(_) => {}
            SessionOutput::Close(reason) => {
                if let Some(peer) = peer {
                    self.nodes[node].closed.push((device(peer), reason));
                }
                self.nodes[node].sessions.remove(&link);
                self.hang_up(link, node);
            }
        }
    }

    /// One side closed: the other still reads what was sent before, then sees the end.
    fn hang_up(&mut self, link: usize, closer: usize) {
        let Some(gone) = self.links.get_mut(&link) else {
            return;
        };
        let other = if gone.ends[0] == closer { 1 } else { 0 };
        gone.queues[1 - other].clear();
        let last: Vec<Vec<u8>> = gone.queues[other].drain(..).collect();
        let node = gone.ends[other];
        for bytes in last {
            self.input(node, link, SessionInput::Frame(&bytes));
        }
        self.input(node, link, SessionInput::Disconnected);
        self.nodes[node].sessions.remove(&link);
        self.links.remove(&link);
    }

    /// The law: what a peer acknowledges rests with it at that moment.
    fn check_held(&mut self, node: usize, peer: usize, held: Held) {
        let ids = match held {
            Held::Ids(ids) => ids,
            Held::UpTo(mark) => self.nodes[node].order[..usize::try_from(mark).unwrap()].to_vec(),
        };
        for id in ids.iter().filter(|_| !self.liars.contains(&peer)) {
            assert!(
                self.nodes[peer].held.contains_key(id),
                "{peer} acknowledged to {node} what it does not hold"
            );
        }
        self.nodes[node]
            .acknowledged
            .entry(device(peer))
            .or_default()
            .extend(ids);
    }

    /// The law: nobody is said to lack what he acknowledged, but for who lies or lost it.
    fn check_lacking(&mut self, node: usize, peer: usize, lacking: Lacking) {
        let here = &mut self.nodes[node];
        let said = here.acknowledged.entry(device(peer)).or_default();
        let lost: Vec<EnvelopeId> = match lacking {
            Lacking::These(ids) => ids.into_iter().filter(|id| said.contains(id)).collect(),
            Lacking::All(group) => {
                let of_group = said.iter().filter(|id| here.set.contains(group, id));
                of_group.copied().collect()
            }
        };
        if !self.liars.contains(&peer) && !self.doubled.contains(&(node, peer)) {
            assert_eq!(lost, [], "{node} takes {peer} at less than its word");
        }
        for id in &lost {
            said.remove(id);
        }
        here.lacking.extend(lost);
    }

    fn transmit(&mut self, node: usize, link: usize, bytes: Vec<u8>) {
        let Some(on) = self.links.get_mut(&link) else {
            return;
        };
        let to = usize::from(on.ends[0] == node);
        self.bytes += bytes.len() as u64;
        self.frames += 1;
        if let Ok(Frame::Items(items)) = Frame::decode(&bytes) {
            let size: usize = items
                .envelopes
                .iter()
                .map(|envelope| envelope.0.len())
                .sum();
            self.envelope_bytes += size as u64;
        }
        if self.records_wire {
            self.wire.push((node, on.ends[to], bytes.clone()));
        }
        on.queues[to].push_back(bytes);
    }

    /// Delivers the oldest frame of one direction.
    pub fn deliver(&mut self, link: usize, to: usize) -> bool {
        let Some(on) = self.links.get_mut(&link) else {
            return false;
        };
        let node = on.ends[to];
        let Some(bytes) = on.queues[to].pop_front() else {
            return false;
        };
        if let Ok(Frame::Items(items)) = Frame::decode(&bytes) {
            for envelope in &items.envelopes {
                let id = EnvelopeId::from_bytes(*blake3::hash(&envelope.0).as_bytes());
                *self.nodes[node].arrivals.entry(id).or_default() += 1;
            }
            assert!(items.why != Why::Live || items.missing.0.is_empty());
        }
        self.input(node, link, SessionInput::Frame(&bytes));
        true
    }

    /// Bytes of the oldest frame of one direction.
    pub fn next_size(&self, link: usize, to: usize) -> Option<usize> {
        self.links.get(&link)?.queues[to].front().map(Vec::len)
    }

    /// The engine of a node does its oldest job.
    pub fn work(&mut self, node: usize) -> bool {
        let Some(job) = self.nodes[node].jobs.pop_front() else {
            return false;
        };
        match job {
            Job::Provide {
                link,
                group,
                ids,
                bytes,
            } => self.provide(node, link, group, &ids, bytes),
            Job::Store {
                link,
                batch,
                envelopes,
            } => self.store(node, link, batch, envelopes),
        }
        true
    }

    fn provide(
        &mut self,
        node: usize,
        link: usize,
        group: Group,
        ids: &[EnvelopeId],
        bytes: usize,
    ) {
        let here = &self.nodes[node];
        let (mut envelopes, mut size) = (Vec::new(), 0);
        for id in ids {
            assert!(here.set.contains(group, id));
            let found = here
                .held
                .get(id)
                .filter(|_| !here.lost.contains(id))
                .cloned();
            size += found.as_ref().map_or(0, Vec::len);
            if size > bytes && !envelopes.is_empty() {
                break;
            }
            envelopes.push(found);
        }
        self.input(node, link, SessionInput::Provide(envelopes));
    }

    fn store(&mut self, node: usize, link: usize, batch: u64, envelopes: Vec<Vec<u8>>) {
        let from = self.nodes[node].sessions.get(&link).map(Session::peer);
        let here = &mut self.nodes[node];
        here.unstored_bytes -= envelopes.iter().map(Vec::len).sum::<usize>();
        let (mut refused, mut fresh) = (Vec::new(), Vec::new());
        for (index, bytes) in envelopes.into_iter().enumerate() {
            if here.refuses.contains(&reference(&bytes).key.id) {
                refused.push(index);
            } else {
                fresh.extend(here.keep(bytes));
            }
        }
        if let Some(from) = from {
            let ids = fresh.iter().map(|item| item.key.id);
            here.brought.entry(from).or_default().extend(ids);
        }
        self.input(node, link, SessionInput::Stored { batch, refused });
        self.tell(node, &fresh, from.or(Some(device(1_000))));
    }

    /// One frame or one job, chosen by the seed.
    pub fn step(&mut self) -> bool {
        let mut choices: Vec<(usize, usize)> = Vec::new();
        for (link, on) in &self.links {
            choices.extend(
                (0..2)
                    .filter(|to| !on.queues[*to].is_empty())
                    .map(|to| (*link, to)),
            );
        }
        let busy = (0..self.nodes.len()).filter(|node| !self.nodes[*node].jobs.is_empty());
        choices.extend(busy.map(|node| (node, 2)));
        let Some((what, how)) = choices.choose(&mut self.rng).copied() else {
            return false;
        };
        if how == 2 {
            self.work(what)
        } else {
            self.deliver(what, how)
        }
    }

    /// Everything takes equally long: what is under way now arrives, and every engine does what it has to do now.
    pub fn rounds(&mut self) {
        loop {
            let links: Vec<(usize, [usize; 2])> = (self.links.iter())
                .map(|(link, on)| (*link, [on.queues[0].len(), on.queues[1].len()]))
                .collect();
            let jobs: Vec<usize> = self.nodes.iter().map(|node| node.jobs.len()).collect();
            let mut moved = false;
            for (node, jobs) in jobs.into_iter().enumerate() {
                moved |= (0..jobs).fold(false, |moved, _| self.work(node) || moved);
            }
            for (link, waiting) in links {
                for (to, waiting) in waiting.into_iter().enumerate() {
                    moved |= (0..waiting).fold(false, |moved, _| self.deliver(link, to) || moved);
                }
            }
            if !moved {
                break;
            }
        }
    }

    pub fn tick(&mut self, by_ms: u64) {
        self.now_ms += by_ms;
        for node in 0..self.nodes.len() {
            let links: Vec<usize> = self.nodes[node].sessions.keys().copied().collect();
            for link in links {
                self.input(node, link, SessionInput::Tick);
            }
        }
    }

    /// Everything that is under way comes to rest.
    pub fn drain(&mut self) {
        let mut steps = 0_u64;
        while self.step() {
            steps += 1;
            assert!(steps < 5_000_000, "the network does not come to rest");
        }
    }

    /// Lets time go by in small steps, with everything that happens meanwhile.
    pub fn run_for(&mut self, ms: u64) {
        let until = self.now_ms + ms;
        self.drain();
        while self.now_ms < until {
            self.tick(250);
            self.drain();
        }
    }

    pub fn is_equal(&self) -> bool {
        self.nodes
            .windows(2)
            .all(|pair| pair[0].ids() == pair[1].ids())
    }

    pub fn has_link(&self, a: usize, b: usize) -> bool {
        self.links
            .values()
            .any(|link| link.ends == [a, b] || link.ends == [b, a])
    }
}
