//! The relay's core: a synchronous state machine of the same sessions as members have, without a key. Inputs in, effects out.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use skein_access::{Admission, DeviceId, EnvelopeId, InviteProof, WorkspaceId};
use skein_store::Word;
use skein_sync::{
    EnvelopeSet, Fetching, Group, Held, HelloConfig, ItemRef, Session, SessionInput, SessionOutput,
    Side,
};

use super::pace::Pace;
use super::room::{Room, Taken};
use super::shelves::Shelves;
use super::{RelayError, RelayLimits};
use crate::core::Now;

/// How often sessions look at their deadlines (ms).
const TICK: u64 = 250;

/// Something that happened outside.
#[derive(Debug)]
pub enum RelayInput {
    /// A device is connected; the transport has proved who it is.
    Connected {
        /// Which device.
        peer: DeviceId,
        /// From where.
        address: String,
        /// Whether the relay dialled, which it does not.
        dialed: bool,
    },
    /// A device sent a frame.
    Frame {
        /// Which device.
        peer: DeviceId,
        /// The frame.
        bytes: Vec<u8>,
    },
    /// The connection is gone.
    Disconnected {
        /// Which device.
        peer: DeviceId,
    },
    /// Two devices are connected with each other through here, or no longer.
    Pair {
        /// Who asked for it.
        from: DeviceId,
        /// To whom.
        to: DeviceId,
        /// Whether it began; otherwise it is over.
        open: bool,
    },
    /// Word came from the database that relays share.
    Elsewhere(Word),
    /// Time has passed.
    Tick,
}

/// Something to be done outside.
#[derive(Debug, PartialEq, Eq)]
pub enum RelayEffect {
    /// Send a frame.
    Send {
        /// To which device.
        peer: DeviceId,
        /// The frame.
        frame: Vec<u8>,
    },
    /// Close a connection.
    Close {
        /// To which device.
        peer: DeviceId,
        /// Why.
        reason: String,
    },
    /// Whom to let in.
    Allow {
        /// Devices of members.
        devices: BTreeSet<DeviceId>,
        /// Whether an invite is open, so that strangers may show it.
        strangers: bool,
    },
}

/// Everything a relay holds and does.
pub struct RelayCore {
    pub(super) me: DeviceId,
    pub(super) rooms: BTreeMap<WorkspaceId, Room>,
    pub(super) links: BTreeMap<DeviceId, Link>,
    /// When each device was last connected, since this process started: it is kept nowhere else.
    pub(super) last_seen: BTreeMap<DeviceId, i64>,
    pub(super) pairs: Vec<Pair>,
    bytes_per_second: u64,
    /// The hour for which the network was told whom to let in; none when that is due anew.
    pub(super) told_for: Option<u32>,
    /// What a session sees before it is known which workspace it is about.
    nowhere: (EnvelopeSet, Fetching),
    pub(super) turned_away: u64,
    pub(super) shelves: Shelves,
    /// When they are to be looked through for what others kept, on the monotonic clock.
    pub(super) next_look: u64,
}

/// One connected device.
pub(super) struct Link {
    session: Session,
    /// What alone is shown to somebody who asked to be let in and was not.
    farewell: Option<EnvelopeSet>,
    pub(super) address: String,
    pub(super) since: i64,
    pub(super) sent: u64,
    pub(super) received: u64,
    /// The packs about which it was asked, in this connection.
    pub(super) asked: BTreeSet<EnvelopeId>,
    /// The one of them about which it owes an answer.
    pub(super) asking: Option<EnvelopeId>,
    pace: Pace,
    /// What it brought and its pace does not allow yet.
    waiting: VecDeque<Batch>,
    next_tick: u64,
}

impl Link {
    pub(super) fn workspace(&self) -> Option<WorkspaceId> {
        self.session.workspace()
    }
}

/// Two devices that are connected with each other through here.
pub(super) struct Pair {
    pub(super) from: DeviceId,
    pub(super) to: DeviceId,
    pub(super) since: i64,
}

struct Batch {
    number: u64,
    group: Group,
    envelopes: Vec<Vec<u8>>,
}

/// The handling of one input.
pub(super) struct Step {
    pub(super) now: Now,
    effects: Vec<RelayEffect>,
    /// Workspaces that were looked through for what other relays kept.
    pub(super) looked: BTreeSet<WorkspaceId>,
}

impl RelayCore {
    fn new(me: DeviceId, rooms: Vec<Room>, bytes_per_second: u64, shelves: Shelves) -> Self {
        Self {
            me,
            rooms: rooms.into_iter().map(|room| (room.id, room)).collect(),
            links: BTreeMap::new(),
            last_seen: BTreeMap::new(),
            pairs: Vec::new(),
            bytes_per_second,
            told_for: None,
            nowhere: (EnvelopeSet::new(), Fetching::new()),
            turned_away: 0,
            shelves,
            next_look: 0,
        }
    }

    /// Takes up what these shelves hold of these workspaces, or begins there. `me` is the relay's own device.
    ///
    /// # Errors
    /// When what is kept of a workspace is damaged or cannot be read.
    pub fn open(
        me: DeviceId,
        shelves: &Shelves,
        workspaces: &[WorkspaceId],
        limits: &RelayLimits,
    ) -> Result<Self, RelayError> {
        let room = |id: &WorkspaceId| {
            let shelf = shelves.of(id)?;
            Room::open(*id, shelf, limits.bytes_per_workspace)
        };
        // Named twice, a workspace has one shelf all the same.
        let workspaces: BTreeSet<&WorkspaceId> = workspaces.iter().collect();
        let rooms: Result<Vec<Room>, RelayError> = workspaces.into_iter().map(room).collect();
        let rate = limits.bytes_per_second;
        Ok(Self::new(me, rooms?, rate, shelves.clone()))
    }

    /// When it wants to be woken, on the monotonic clock.
    pub fn wake_at(&self) -> Option<u64> {
        let due = self.links.values().map(|link| {
            let batch = link.waiting.front().map(|_| link.pace.free_at());
            batch.map_or(link.next_tick, |at| at.min(link.next_tick))
        });
        let look = self.shelves.look_every().map(|_| self.next_look);
        due.chain(look).min()
    }

    /// Takes one input and says what is to be done outside. What is acknowledged in a frame is on disk.
    pub fn handle(&mut self, now: Now, input: RelayInput) -> Vec<RelayEffect> {
        let mut step = Step {
            now,
            effects: Vec::new(),
            looked: BTreeSet::new(),
        };
        match input {
            RelayInput::Connected {
                peer,
                address,
                dialed,
            } => self.connected(&mut step, peer, address, dialed),
            RelayInput::Frame { peer, bytes } => self.frame(&mut step, peer, &bytes),
            RelayInput::Disconnected { peer } => {
                self.give(&mut step, peer, SessionInput::Disconnected);
                self.forget(&step, peer);
            }
            RelayInput::Pair { from, to, open } => self.pair(&step, from, to, open),
            RelayInput::Elsewhere(Word::Kept(workspace)) => self.look(&mut step, workspace),
            RelayInput::Elsewhere(Word::CameOrWent) => self.next_look = now.mono_ms,
            RelayInput::Tick => {}
        }
        self.look_when_due(&mut step);
        self.tick_links(&mut step);
        self.take_waiting(&mut step);
        self.say_who_may_come(&mut step);
        step.effects
    }

    fn connected(&mut self, step: &mut Step, peer: DeviceId, address: String, dialed: bool) {
        // A newer connection takes the place of an older one.
        self.give(step, peer, SessionInput::Disconnected);
        self.forget(step, peer);
        let hello = HelloConfig {
            workspaces: self.rooms.keys().copied().collect(),
            invite: None,
        };
        let side = if dialed { Side::Dialer } else { Side::Listener };
        let (session, outputs) = Session::new(self.me, peer, side, hello, step.now.mono_ms);
        let link = Link {
            session,
            farewell: None,
            address,
            since: step.now.wall_ms,
            sent: 0,
            received: 0,
            asked: BTreeSet::new(),
            asking: None,
            pace: Pace::new(self.bytes_per_second),
            waiting: VecDeque::new(),
            next_tick: step.now.mono_ms + TICK,
        };
        self.links.insert(peer, link);
        self.obey(step, peer, outputs);
    }

    fn frame(&mut self, step: &mut Step, peer: DeviceId, bytes: &[u8]) {
        let Some(link) = self.links.get_mut(&peer) else {
            return;
        };
        link.received += bytes.len() as u64;
        if link.pace.bears(step.now.mono_ms) {
            self.give(step, peer, SessionInput::Frame(bytes));
        } else {
            let reason = "it sends more messages in a second than this relay takes".to_owned();
            self.give(step, peer, SessionInput::Shut(reason));
        }
    }

    fn forget(&mut self, step: &Step, peer: DeviceId) {
        if self.links.remove(&peer).is_none() {
            return;
        }
        let knows = |room: &Room| room.authority.is_member(&peer);
        if self.rooms.values().any(knows) {
            self.last_seen.insert(peer, step.now.wall_ms);
        }
    }

    /// Gives one session an input and does what it asks for.
    pub(super) fn give(&mut self, step: &mut Step, peer: DeviceId, input: SessionInput<'_>) {
        let Some(link) = self.links.get_mut(&peer) else {
            return;
        };
        let room = link.session.workspace();
        let room = room.and_then(|id| self.rooms.get_mut(&id));
        let (set, fetching) = match room {
            Some(room) => (&room.set, &mut room.fetching),
            None => (&self.nowhere.0, &mut self.nowhere.1),
        };
        let set = link.farewell.as_ref().unwrap_or(set);
        let outputs = link.session.handle(input, set, fetching, step.now.mono_ms);
        self.obey(step, peer, outputs);
    }

    fn obey(&mut self, step: &mut Step, peer: DeviceId, outputs: Vec<SessionOutput>) {
        for output in outputs {
            match output {
                SessionOutput::Send(frame) => {
                    if let Some(link) = self.links.get_mut(&peer) {
                        link.sent += frame.len() as u64;
                    }
                    step.effects.push(RelayEffect::Send { peer, frame });
                }
                SessionOutput::NeedAdmission { workspace, proof } => {
                    // Whether somebody may come may have been said at another relay just now.
                    self.look(step, workspace);
                    let admission = self.admission(step, workspace, &peer, proof.as_ref());
                    let room = self.rooms.get(&workspace);
                    let room = room.filter(|_| admission == Admission::Removed);
                    let farewell = room.map(|room| room.farewell_set(&peer));
                    if let Some(link) = self.links.get_mut(&peer) {
                        link.farewell = farewell;
                    }
                    self.give(step, peer, SessionInput::Admitted(admission));
                }
                SessionOutput::Load { ids, bytes, .. } => {
                    let room = self.room_of(&peer);
                    let farewell = self
                        .links
                        .get(&peer)
                        .and_then(|link| link.farewell.as_ref());
                    let envelopes = room.map(|room| room.read(&ids, bytes, farewell));
                    let input = match envelopes.unwrap_or_else(|| Ok(Vec::new())) {
                        Ok(envelopes) => SessionInput::Provide(envelopes),
                        Err(error) => SessionInput::Shut(format!("the relay cannot read: {error}")),
                    };
                    self.give(step, peer, input);
                }
                SessionOutput::Store {
                    batch,
                    group,
                    envelopes,
                } => {
                    if let Some(link) = self.links.get_mut(&peer) {
                        link.waiting.push_back(Batch {
                            number: batch,
                            group,
                            envelopes,
                        });
                    }
                }
                SessionOutput::Close(reason) => {
                    if let Some(link) = self.links.get(&peer)
                        && link.workspace().is_none()
                    {
                        self.turned_away = self.turned_away.saturating_add(1);
                    }
                    self.forget(step, peer);
                    let reason = reason.to_string();
                    step.effects.push(RelayEffect::Close { peer, reason });
                }
                SessionOutput::Agreed(_) if self.was_told(&peer) => {
                    let reason = "this device was not let in".to_owned();
                    self.give(step, peer, SessionInput::Shut(reason));
                }
                SessionOutput::Agreed(agreement) if agreement.group == Group::Data => {
                    self.ask_about_packs(step, peer);
                }
                SessionOutput::Pack(bytes) => self.pack_word_came(step, peer, &bytes),
                SessionOutput::NeedUnconfirmed => {
                    let room = self.room_of(&peer);
                    let ids = room.map(|room| room.newest.unconfirmed_by(&peer));
                    let ids = ids.unwrap_or_default();
                    self.give(step, peer, SessionInput::Unconfirmed(ids));
                }
                SessionOutput::Acknowledged(held) => {
                    if let Some(room) = self.room_of_mut(&peer) {
                        room.newest.holds(peer, &held);
                    }
                }
                SessionOutput::Lacks(lacking) => {
                    if let Some(room) = self.room_of_mut(&peer) {
                        room.lacks(&peer, lacking);
                    }
                }
                // Carets are for members' eyes, and files are not held.
                SessionOutput::Agreed(_)
                | SessionOutput::Presence(_)
                | SessionOutput::Holding(_) => {}
            }
        }
    }

    /// Whether a device that was not let in holds now what says so.
    fn was_told(&self, peer: &DeviceId) -> bool {
        let link = self.links.get(peer);
        link.is_some_and(|link| link.farewell.is_some())
    }

    fn room_of(&self, peer: &DeviceId) -> Option<&Room> {
        let workspace = self.links.get(peer)?.workspace()?;
        self.rooms.get(&workspace)
    }

    fn room_of_mut(&mut self, peer: &DeviceId) -> Option<&mut Room> {
        let workspace = self.links.get(peer)?.workspace()?;
        self.rooms.get_mut(&workspace)
    }

    fn admission(
        &self,
        step: &Step,
        workspace: WorkspaceId,
        peer: &DeviceId,
        proof: Option<&InviteProof>,
    ) -> Admission {
        let room = self.rooms.get(&workspace);
        room.map_or(Admission::Stranger, |room| {
            room.admission(peer, proof, (&self.me, step.now.hour()))
        })
    }

    /// Keeps what was brought, as far as each one's pace allows.
    fn take_waiting(&mut self, step: &mut Step) {
        let now = step.now.mono_ms;
        let peers: Vec<DeviceId> = self.links.keys().copied().collect();
        for peer in peers {
            while let Some(batch) = self
                .links
                .get_mut(&peer)
                .filter(|link| link.pace.free_at() <= now)
                .and_then(|link| link.waiting.pop_front())
            {
                self.take(step, peer, batch);
            }
        }
    }

    fn take(&mut self, step: &mut Step, peer: DeviceId, batch: Batch) {
        let Some(link) = self.links.get_mut(&peer) else {
            return;
        };
        let bytes: usize = batch.envelopes.iter().map(Vec::len).sum();
        link.pace.took(bytes as u64, step.now.mono_ms);
        let Some(workspace) = link.session.workspace() else {
            return;
        };
        // What others kept takes room, too.
        self.look(step, workspace);
        let Some(room) = self.rooms.get_mut(&workspace) else {
            return;
        };
        match room.take(batch.group, &batch.envelopes) {
            Ok(Taken { refused, items }) => {
                let brought = items.iter().map(|item| item.key.id).collect();
                room.newest.holds(peer, &Held::Ids(brought));
                let batch_is_stored = SessionInput::Stored {
                    batch: batch.number,
                    refused,
                };
                self.give(step, peer, batch_is_stored);
                self.pass_on(step, workspace, batch.group, &items, Some(peer));
            }
            Err(error) => {
                tracing::error!(%error, "nothing of what came could be kept, and nothing was acknowledged");
                let reason = format!("the relay could not keep it: {error}");
                self.give(step, peer, SessionInput::Shut(reason));
            }
        }
    }

    /// Hands on what is new. Whoever is out by it goes before, and hears nothing of it; who asked, and is not let in by it, hears just that.
    pub(super) fn pass_on(
        &mut self,
        step: &mut Step,
        workspace: WorkspaceId,
        group: Group,
        items: &[ItemRef],
        from: Option<DeviceId>,
    ) {
        if items.is_empty() {
            return;
        }
        let here = |link: &Link| link.workspace() == Some(workspace);
        let peers = self.links.iter().filter(|(_, link)| here(link));
        let (stay, go): (Vec<DeviceId>, Vec<DeviceId>) =
            peers.map(|(peer, _)| *peer).partition(|peer| {
                let room = self.rooms.get(&workspace);
                room.is_some_and(|room| !room.authority.is_out(peer))
            });
        for peer in go {
            self.give(step, peer, SessionInput::AccessChanged);
            let farewell = self
                .links
                .get(&peer)
                .and_then(|link| link.farewell.as_ref());
            let Some(farewell) = farewell else { continue };
            let told = items
                .iter()
                .filter(|item| farewell.contains(group, &item.key.id));
            let items: Vec<ItemRef> = told.copied().collect();
            let items = items.as_slice();
            self.give(step, peer, SessionInput::Inserted { items, from });
        }
        for peer in &stay {
            self.give(step, *peer, SessionInput::Inserted { items, from });
        }
        if group == Group::Access {
            self.told_for = None;
            for peer in stay {
                self.give(step, peer, SessionInput::AccessChanged);
            }
        }
    }

    fn pair(&mut self, step: &Step, from: DeviceId, to: DeviceId, open: bool) {
        if open {
            let since = step.now.wall_ms;
            return self.pairs.push(Pair { from, to, since });
        }
        let over = |pair: &Pair| pair.from == from && pair.to == to;
        if let Some(over) = self.pairs.iter().position(over) {
            self.pairs.remove(over);
        }
    }

    fn tick_links(&mut self, step: &mut Step) {
        let now = step.now.mono_ms;
        let mut due = Vec::new();
        for (peer, link) in &mut self.links {
            if link.next_tick <= now {
                link.next_tick = now + TICK;
                due.push(*peer);
            }
        }
        for peer in due {
            self.give(step, peer, SessionInput::Tick);
        }
    }

    /// Tells the network whom to let in, when that may have changed: by an operation, or because an invite ends with the hour.
    fn say_who_may_come(&mut self, step: &mut Step) {
        let hour = step.now.hour();
        if self.told_for.replace(hour) == Some(hour) {
            return;
        }
        let rooms = self.rooms.values();
        let devices: BTreeSet<DeviceId> = rooms.flat_map(|room| room.authority.devices()).collect();
        let strangers = self.rooms.values().any(|room| room.expects_strangers(hour));
        step.effects.push(RelayEffect::Allow { devices, strangers });
    }

    /// Closes all shelves so that they may be copied.
    pub fn close(self) {
        for room in self.rooms.into_values() {
            room.close();
        }
    }
}

#[cfg(test)]
#[allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]
mod tests {
    use rand::SeedableRng;
    use rand_chacha::ChaCha20Rng;
    use skein_access::{DeviceKey, Founded, create_workspace};

    use super::*;

    const NOW: Now = Now {
        wall_ms: 1_793_000_000_000,
        mono_ms: 0,
    };

    fn shelf_in(folder: &std::path::Path, founded: &Founded) -> Box<dyn skein_store::Shelf> {
        let shelves = Shelves::Folder(folder.to_owned());
        shelves.of(&founded.workspace).unwrap()
    }

    /// A relay that serves a workspace, and the founder's device; nothing is at the relay yet.
    struct Begun {
        folder: tempfile::TempDir,
        core: RelayCore,
        founder: DeviceKey,
        founded: Founded,
    }

    impl Begun {
        fn new() -> Self {
            let mut rng = ChaCha20Rng::seed_from_u64(1);
            let founder = DeviceKey::generate(&mut rng);
            let founded = create_workspace(&founder, "Ana", "Geese", 498_000, &mut rng).unwrap();
            let folder = tempfile::tempdir().unwrap();
            let shelf = shelf_in(folder.path(), &founded);
            let room = Room::open(founded.workspace, shelf, 1_000_000).unwrap();
            let me = DeviceKey::generate(&mut rng).id();
            let shelves = Shelves::Folder(folder.path().to_owned());
            let core = RelayCore::new(me, vec![room], 1_000_000, shelves);
            Self {
                folder,
                core,
                founder,
                founded,
            }
        }

        fn room(&mut self) -> &mut Room {
            self.core.rooms.get_mut(&self.founded.workspace).unwrap()
        }

        fn operations(&self) -> Vec<Vec<u8>> {
            let envelopes = self.founded.envelopes.iter();
            envelopes.map(|one| one.bytes().to_vec()).collect()
        }
    }

    #[test]
    fn who_is_connected_through_it_is_shown_for_as_long_as_that_lasts() {
        let mut begun = Begun::new();
        let (from, to) = (begun.founder.id(), DeviceId::from_bytes([7; 32]));
        for open in [true, true, false] {
            begun.core.handle(NOW, RelayInput::Pair { from, to, open });
        }
        let shown = begun.core.status(NOW).pairs;
        assert_eq!(shown.len(), 1, "one of two connections is over");
        assert_eq!(
            (&shown[0].from, shown[0].since),
            (&from.to_string(), NOW.wall_ms)
        );
        let open = false;
        begun.core.handle(NOW, RelayInput::Pair { from, to, open });
        assert!(begun.core.status(NOW).pairs.is_empty());
    }

    #[test]
    fn before_its_beginning_is_here_a_workspace_takes_operations_alone() {
        let mut begun = Begun::new();
        let effects = begun.core.handle(NOW, RelayInput::Tick);
        let devices = BTreeSet::new();
        let strangers = true;
        assert_eq!(effects, [RelayEffect::Allow { devices, strangers }]);
        let operations = begun.operations();
        let written = begun.room().take(Group::Data, &operations).unwrap();
        assert_eq!(written.refused, [0]);
        let said = begun.room().take(Group::Access, &operations).unwrap();
        assert_eq!((said.refused.len(), said.items.len()), (0, 1));
        let founder = begun.founder.id();
        let stranger = DeviceId::from_bytes([7; 32]);
        let here = (&begun.core.me.clone(), NOW.hour());
        assert_eq!(
            begun.room().admission(&founder, None, here),
            Admission::Member
        );
        assert_eq!(
            begun.room().admission(&stranger, None, here),
            Admission::Stranger
        );
    }

    #[test]
    fn what_a_room_holds_is_the_same_when_it_is_opened_again() {
        let mut begun = Begun::new();
        let operations = begun.operations();
        begun.room().take(Group::Access, &operations).unwrap();
        let again = begun.room().take(Group::Access, &operations).unwrap();
        assert_eq!(again.items, []);
        let bytes: usize = operations.iter().map(Vec::len).sum();
        let Begun {
            folder,
            core,
            founded,
            ..
        } = begun;
        core.close();
        let shelf = shelf_in(folder.path(), &founded);
        let room = Room::open(founded.workspace, shelf, 1_000_000).unwrap();
        assert_eq!(room.bytes, bytes as u64);
        assert!(room.authority.is_founded());
        assert_eq!(room.set.len(Group::Access), 1);
    }

    #[test]
    fn a_full_room_takes_operations_and_nothing_else() {
        let begun = Begun::new();
        let operations = begun.operations();
        let small = begun.folder.path().join("small");
        std::fs::create_dir(&small).unwrap();
        let shelf = shelf_in(&small, &begun.founded);
        let mut room = Room::open(begun.founded.workspace, shelf, 1).unwrap();
        let said = room.take(Group::Access, &operations).unwrap();
        assert_eq!(said.refused, Vec::<usize>::new());
        assert!(room.is_full());
    }

    #[test]
    fn a_flood_of_messages_ends_the_connection() {
        let mut begun = Begun::new();
        let peer = begun.founder.id();
        let address = String::new();
        let dialed = false;
        let connected = RelayInput::Connected {
            peer,
            address,
            dialed,
        };
        begun.core.handle(NOW, connected);
        // A frame that may be skipped, again and again.
        let closed = (0..5_000).any(|_| {
            let bytes = vec![100];
            let effects = begun.core.handle(NOW, RelayInput::Frame { peer, bytes });
            effects
                .iter()
                .any(|effect| matches!(effect, RelayEffect::Close { .. }))
        });
        assert!(closed);
        assert!(begun.core.links.is_empty());
    }
}
