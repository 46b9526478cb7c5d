//! The wire between the machines: reliable and ordered while it lasts, and broken at any moment with what was under way.

use std::collections::{BTreeMap, VecDeque};

use rand::Rng;
use rand_chacha::ChaCha20Rng;
use skein_access::DeviceId;
use skein_model::ChunkName;

/// What travels one way on one link.
#[derive(Debug)]
pub(crate) enum Packet {
    /// The other side dialled.
    Begin,
    /// A frame.
    Frame(Vec<u8>),
    /// A chunk is asked for.
    Ask(u64, ChunkName),
    /// What was asked for, or that it is not there.
    Given(ChunkName, Option<Vec<u8>>),
    /// The link is gone.
    End,
}

/// One direction of one link.
struct Pipe {
    link: u64,
    from: usize,
    to: usize,
    packets: VecDeque<Packet>,
    broken: bool,
}

/// All links. Machines are numbered; two machines may be one device, since a profile can be copied.
#[derive(Default)]
pub(crate) struct Network {
    last: u64,
    pipes: Vec<Pipe>,
    /// The link that each machine has with a device, as that machine knows it.
    ends: BTreeMap<(usize, DeviceId), u64>,
    /// Frames and bytes that were sent.
    pub(crate) frames: u64,
    /// Who was asked for what chunk, by the number of the question.
    pub(crate) asked: BTreeMap<u64, (DeviceId, ChunkName)>,
}

impl Network {
    /// A machine dialled another. Returns the devices' links that this replaces on the dialler's side.
    pub(crate) fn dial(
        &mut self,
        (from, from_device): (usize, DeviceId),
        (to, to_device): (usize, DeviceId),
    ) {
        self.last += 1;
        let link = self.last;
        self.replace(from, to_device, link);
        let pipe = |from, to, packets| Pipe {
            link,
            from,
            to,
            packets,
            broken: false,
        };
        self.pipes
            .push(pipe(from, to, VecDeque::from([Packet::Begin])));
        self.pipes.push(pipe(to, from, VecDeque::new()));
        let _ = from_device;
    }

    /// A machine now has this link with a device; what it had with that device before ends for the other side.
    fn replace(&mut self, at: usize, device: DeviceId, link: u64) -> bool {
        let Some(before) = self.ends.insert((at, device), link) else {
            return false;
        };
        for pipe in self
            .pipes
            .iter_mut()
            .filter(|pipe| pipe.link == before && pipe.from == at)
        {
            pipe.packets.push_back(Packet::End);
            pipe.broken = true;
        }
        true
    }

    pub(crate) fn send(&mut self, from: usize, to: DeviceId, packet: Packet) {
        let Some(link) = self.ends.get(&(from, to)) else {
            return;
        };
        if let Some(pipe) = self
            .pipes
            .iter_mut()
            .find(|pipe| pipe.link == *link && pipe.from == from && !pipe.broken)
        {
            pipe.packets.push_back(packet);
            self.frames += 1;
        }
    }

    /// A machine closes its link with a device; what it sent before still arrives.
    pub(crate) fn close(&mut self, at: usize, device: DeviceId) {
        let Some(link) = self.ends.remove(&(at, device)) else {
            return;
        };
        for pipe in self
            .pipes
            .iter_mut()
            .filter(|pipe| pipe.link == link && pipe.from == at)
        {
            pipe.packets.push_back(Packet::End);
            pipe.broken = true;
        }
    }

    /// Breaks a link: some of what is under way is lost, and both sides learn of it in their time.
    pub(crate) fn break_one(&mut self, rng: &mut ChaCha20Rng) {
        let links: Vec<u64> = self
            .pipes
            .iter()
            .filter(|pipe| !pipe.broken)
            .map(|pipe| pipe.link)
            .collect();
        if links.is_empty() {
            return;
        }
        let link = links[rng.gen_range(0..links.len())];
        self.cut(rng, |pipe| pipe.link == link);
    }

    /// Breaks every link of a machine that went away. What it sent may have left it.
    pub(crate) fn machine_gone(&mut self, rng: &mut ChaCha20Rng, machine: usize) {
        self.ends.retain(|(at, _), _| *at != machine);
        self.pipes.retain(|pipe| pipe.to != machine);
        self.cut(rng, |pipe| pipe.from == machine);
    }

    fn cut(&mut self, rng: &mut ChaCha20Rng, which: impl Fn(&Pipe) -> bool) {
        for pipe in self
            .pipes
            .iter_mut()
            .filter(|pipe| which(pipe) && !pipe.broken)
        {
            let keep = rng.gen_range(0..=pipe.packets.len());
            pipe.packets.truncate(keep);
            pipe.packets.push_back(Packet::End);
            pipe.broken = true;
        }
    }

    /// Pipes in which something is under way.
    pub(crate) fn busy(&self) -> Vec<usize> {
        (0..self.pipes.len())
            .filter(|at| !self.pipes[*at].packets.is_empty())
            .collect()
    }

    /// The machine to which a pipe leads.
    pub(crate) fn receiver(&self, pipe: usize) -> usize {
        self.pipes[pipe].to
    }

    /// Takes the next packet out of a pipe: its link, from where, to where.
    pub(crate) fn take(&mut self, pipe: usize) -> Option<(u64, usize, usize, Packet)> {
        let pipe = self.pipes.get_mut(pipe)?;
        let packet = pipe.packets.pop_front()?;
        Some((pipe.link, pipe.from, pipe.to, packet))
    }

    /// A dialled machine takes the link; true when it had another one with this device.
    pub(crate) fn accept(&mut self, at: usize, device: DeviceId, link: u64) -> bool {
        self.replace(at, device, link)
    }

    /// Whether this link is the one the machine has with the device.
    pub(crate) fn is_current(&self, at: usize, device: DeviceId, link: u64) -> bool {
        self.ends.get(&(at, device)) == Some(&link)
    }

    /// The other side is gone.
    pub(crate) fn ended(&mut self, at: usize, device: DeviceId, link: u64) -> bool {
        self.pipes.retain(|pipe| {
            pipe.link != link
                || (pipe.to != at && pipe.from != at)
                || (pipe.from == at && !pipe.packets.is_empty())
        });
        if self.is_current(at, device, link) {
            self.ends.remove(&(at, device));
            return true;
        }
        false
    }

    /// A dialled machine does not want the dialler.
    pub(crate) fn refuse(&mut self, at: usize, link: u64) {
        for pipe in self
            .pipes
            .iter_mut()
            .filter(|pipe| pipe.link == link && pipe.from == at)
        {
            pipe.packets.push_back(Packet::End);
            pipe.broken = true;
        }
        self.pipes.retain(|pipe| pipe.link != link || pipe.to != at);
    }

    /// The pipe of a dial that has not arrived.
    pub(crate) fn beginning(&self, from: usize, to: usize) -> Option<usize> {
        self.pipes.iter().position(|pipe| {
            let begins = matches!(pipe.packets.front(), Some(Packet::Begin));
            pipe.from == from && pipe.to == to && begins
        })
    }

    /// Whether a machine thinks that it has a link with a device.
    pub(crate) fn has(&self, at: usize, device: DeviceId) -> bool {
        self.ends.contains_key(&(at, device))
    }

    /// The devices that a machine thinks it has links with.
    pub(crate) fn peers_of(&self, at: usize) -> Vec<DeviceId> {
        self.ends
            .keys()
            .filter(|(machine, _)| *machine == at)
            .map(|(_, device)| *device)
            .collect()
    }
}
