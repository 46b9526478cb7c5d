//! A device that was let in, speaks and signs as it should, and says whatever it likes: to a member's engine and to a relay.

use std::collections::{BTreeMap, VecDeque};

use data_encoding::BASE64;
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use skein_access::{
    Admission, Authority, Chain, DataPayload, DeviceId, DeviceKey, Envelope, EnvelopeId,
    InviteProof, Operation, Pack, Stamp, Ticket, UnverifiedEnvelope, WorkspaceId, join, seal_data,
    seal_pack,
};
use skein_engine::api::{Reply, Request, Role};
use skein_engine::core::{Effect, Now, PeerInput};
use skein_engine::relay::{RelayCore, RelayEffect, RelayInput, RelayLimits, Shelves};
use skein_model::{ChangeBytes, ChunkName, DocumentId};
use skein_net::ChunkAnswer;
use skein_sync::{
    Bytes, EnvelopeSet, Fetching, Frame, HelloConfig, ItemRef, Session, SessionInput,
    SessionOutput, Side,
};

use crate::engine::{ANA, Shell};
use crate::{SEPARATOR, frames_of};

const BEN: [u8; 32] = [8; 32];
const RELAY: [u8; 32] = [6; 32];
const HOUR: u32 = 1_790_000_000 / 3_600;
/// Bytes of a bundle before its envelopes, and of an envelope's length in it.
const HEAD: usize = 48;
const LENGTH: usize = 4;
/// So many frames pass for one thing that is said; the last of them was said long before.
const MOST_FRAMES: usize = 10_000;
/// So much is said in one run.
const MOST_SAID: usize = 16;

/// What the first byte of a thing says that it is.
pub mod say {
    /// A frame, as it is.
    pub const FRAME: u8 = 0;
    /// Where a caret is.
    pub const PRESENCE: u8 = 1;
    /// About chunks of files.
    pub const HOLDING: u8 = 2;
    /// About a pack.
    pub const PACK_WORD: u8 = 3;
    /// Changes, in an envelope: of which document, the kind that they claim, then one after the other.
    pub const CHANGES: u8 = 4;
    /// What is inside a pack, in an envelope.
    pub const PACK: u8 = 5;
    /// An operation, without its parents, in an envelope.
    pub const ACTION: u8 = 6;
    /// The name of a chunk that is asked for.
    pub const CHUNK_WANTED: u8 = 7;
    /// A chunk that came, behind its name.
    pub const CHUNK: u8 = 8;
    /// How many there are.
    pub const KINDS: u8 = 9;
}

/// Whoever is at the other end.
trait Other {
    fn id(&self) -> DeviceId;
    fn connected(&mut self, dialed: bool) -> Vec<Answer>;
    fn frame(&mut self, bytes: Vec<u8>) -> Vec<Answer>;
    fn chunk_news(&mut self, _news: PeerInput) {}
    fn disconnected(&mut self);
}

enum Answer {
    Frame(Vec<u8>),
    Closed,
}

fn ben() -> DeviceKey {
    DeviceKey::from_bytes(&BEN)
}

impl Other for Shell {
    fn id(&self) -> DeviceId {
        DeviceKey::from_bytes(&ANA).id()
    }

    fn connected(&mut self, dialed: bool) -> Vec<Answer> {
        let (peer, address) = (ben().id(), "/ip4/127.0.0.1/tcp/4711".to_owned());
        answers(self.hear(PeerInput::Connected {
            peer,
            address,
            dialed,
        }))
    }

    fn frame(&mut self, bytes: Vec<u8>) -> Vec<Answer> {
        let peer = ben().id();
        answers(self.hear(PeerInput::Frame { peer, bytes }))
    }

    fn chunk_news(&mut self, news: PeerInput) {
        self.hear(news);
    }

    fn disconnected(&mut self) {
        let (peer, reason) = (ben().id(), "gone".to_owned());
        self.hear(PeerInput::Disconnected { peer, reason });
    }
}

fn answers(effects: Vec<Effect>) -> Vec<Answer> {
    let answers = effects.into_iter().filter_map(|effect| match effect {
        Effect::Send { frame, .. } => Some(Answer::Frame(frame)),
        Effect::ClosePeer { .. } => Some(Answer::Closed),
        _ => None,
    });
    answers.collect()
}

/// A relay with one workspace.
struct Relay {
    core: RelayCore,
    now: Now,
    _folder: tempfile::TempDir,
}

impl Relay {
    fn of(workspace: WorkspaceId) -> Option<Self> {
        let folder = tempfile::tempdir().ok()?;
        let shelves = Shelves::Folder(folder.path().to_owned());
        let me = DeviceKey::from_bytes(&RELAY).id();
        let limits = RelayLimits::default();
        let core = RelayCore::open(me, &shelves, &[workspace], &limits).ok()?;
        Some(Self {
            core,
            now: Now {
                wall_ms: 1_790_000_000_000,
                mono_ms: 0,
            },
            _folder: folder,
        })
    }

    fn take(&mut self, input: RelayInput) -> Vec<Answer> {
        self.now.mono_ms += 10;
        let effects = self.core.handle(self.now, input);
        let answers = effects.into_iter().filter_map(|effect| match effect {
            RelayEffect::Send { frame, .. } => Some(Answer::Frame(frame)),
            RelayEffect::Close { .. } => Some(Answer::Closed),
            RelayEffect::Allow { .. } => None,
        });
        answers.collect()
    }
}

impl Other for Relay {
    fn id(&self) -> DeviceId {
        DeviceKey::from_bytes(&RELAY).id()
    }

    fn connected(&mut self, dialed: bool) -> Vec<Answer> {
        let (peer, address) = (ben().id(), "/ip4/127.0.0.1/tcp/4711".to_owned());
        self.take(RelayInput::Connected {
            peer,
            address,
            dialed,
        })
    }

    fn frame(&mut self, bytes: Vec<u8>) -> Vec<Answer> {
        let peer = ben().id();
        self.take(RelayInput::Frame { peer, bytes })
    }

    fn disconnected(&mut self) {
        let peer = ben().id();
        self.take(RelayInput::Disconnected { peer });
    }
}

/// The workspace as Ben has it, and his side of the session.
struct Ben<O> {
    other: O,
    workspace: WorkspaceId,
    ticket: Ticket,
    authority: Authority,
    chain: Chain,
    held: BTreeMap<EnvelopeId, Vec<u8>>,
    set: EnvelopeSet,
    fetching: Fetching,
    session: Option<Session>,
    /// Whom he dials, or who dials him.
    side: Side,
    now_ms: u64,
    note: Option<DocumentId>,
    rng: ChaCha20Rng,
}

/// What everybody has before Ben speaks.
struct Founded {
    workspace: WorkspaceId,
    ticket: Ticket,
    envelopes: Vec<Envelope>,
    note: Option<DocumentId>,
}

/// Ana's workspace with a note, and a ticket for Ben.
fn founded(shell: &mut Shell) -> Option<Founded> {
    let note = Request::CreateNote {
        title: "Plan".to_owned(),
        text: Some("fly south".to_owned()),
        parent: None,
        after: None,
    };
    let note = match shell.ask(note) {
        Some(Reply::Created { id }) => Some(id),
        _ => None,
    };
    let invite = Request::CreateInvite {
        role: Role::Editor,
        uses: 2,
        expires_in_hours: None,
        approval: false,
    };
    let Some(Reply::Invite { ticket, .. }) = shell.ask(invite) else {
        return None;
    };
    shell.ask(Request::WaitUntilIdle {
        timeout_ms: 100,
        peers: 0,
    });
    let bundle = Request::ReadBundle {
        person: None,
        after: None,
    };
    let Some(Reply::BundlePage { data, .. }) = shell.ask(bundle) else {
        return None;
    };
    let ticket: Ticket = ticket.parse().ok()?;
    let workspace = ticket.workspace;
    let mut envelopes = Vec::new();
    let bundle = BASE64.decode(data.as_bytes()).ok()?;
    let mut rest = bundle.get(HEAD..)?;
    while let Some((length, after)) = rest.split_first_chunk::<LENGTH>() {
        let (bytes, after) = after.split_at_checked(u32::from_be_bytes(*length) as usize)?;
        rest = after;
        if bytes.is_empty() {
            break;
        }
        let envelope = UnverifiedEnvelope::decode(bytes).ok()?;
        envelopes.push(envelope.verify(&workspace).ok()?);
    }
    Some(Founded {
        workspace,
        ticket,
        envelopes,
        note,
    })
}

impl<O: Other> Ben<O> {
    fn joins(other: O, founded: Founded, side: Side) -> Option<Self> {
        let Founded {
            workspace,
            ticket,
            envelopes,
            note,
        } = founded;
        let mut ben = Self {
            other,
            workspace,
            authority: Authority::build(workspace, &envelopes),
            ticket,
            chain: Chain::START,
            held: BTreeMap::new(),
            set: EnvelopeSet::new(),
            fetching: Fetching::new(),
            session: None,
            side,
            now_ms: 0,
            note,
            rng: ChaCha20Rng::seed_from_u64(4),
        };
        for envelope in &envelopes {
            ben.holds(envelope);
        }
        let name = Some("Ben");
        let stamp = ben.stamp();
        let joined = join(
            &ben.ticket,
            &ben.authority,
            &self::ben(),
            name,
            &stamp,
            &mut ben.rng,
        );
        ben.writes(joined.ok()?);
        ben.meets();
        Some(ben)
    }

    fn stamp(&self) -> Stamp {
        Stamp {
            workspace: self.workspace,
            hour: HOUR,
            chain: self.chain,
        }
    }

    fn holds(&mut self, envelope: &Envelope) -> ItemRef {
        let (header, id) = (envelope.header(), envelope.id());
        let item = ItemRef::new(header.kind, header.hour, id);
        self.held.insert(id, envelope.bytes().to_vec());
        let number = self.held.len() as u64;
        self.set.insert(item, number);
        item
    }

    /// An envelope of his own, shown to the other side if they talk.
    fn writes(&mut self, envelope: Envelope) {
        self.chain = envelope.next();
        self.authority.insert(&envelope);
        let item = self.holds(&envelope);
        let items = &[item];
        self.gives(SessionInput::Inserted { items, from: None });
    }

    /// A new connection. Who has not come in yet shows his ticket first.
    fn meets(&mut self) {
        let (me, other) = (ben().id(), self.other.id());
        let hello = HelloConfig {
            workspaces: vec![self.workspace],
            invite: Some(InviteProof::new(&self.ticket, &me, &other)),
        };
        let (session, said) = Session::new(me, other, self.side, hello, self.now_ms);
        self.session = Some(session);
        let answers = self.other.connected(self.side == Side::Listener);
        self.pass(said, answers);
    }

    fn gives(&mut self, input: SessionInput<'_>) {
        let said = self.session_takes(input);
        self.pass(said, Vec::new());
    }

    fn session_takes(&mut self, input: SessionInput<'_>) -> Vec<SessionOutput> {
        self.now_ms += 10;
        let session = self.session.as_mut();
        session.map_or_else(Vec::new, |session| {
            session.handle(input, &self.set, &mut self.fetching, self.now_ms)
        })
    }

    /// Lets both talk until neither has more to say.
    fn pass(&mut self, said: Vec<SessionOutput>, answers: Vec<Answer>) {
        let (mut said, mut answers) = (VecDeque::from(said), VecDeque::from(answers));
        for _ in 0..MOST_FRAMES {
            if let Some(output) = said.pop_front() {
                match output {
                    SessionOutput::Send(frame) => answers.extend(self.other.frame(frame)),
                    SessionOutput::NeedAdmission { .. } => {
                        said.extend(self.session_takes(SessionInput::Admitted(Admission::Member)));
                    }
                    SessionOutput::NeedUnconfirmed => {
                        let held = self.held.keys().copied().collect();
                        said.extend(self.session_takes(SessionInput::Unconfirmed(held)));
                    }
                    SessionOutput::Load { ids, .. } => {
                        let given = ids.iter().map(|id| self.held.get(id).cloned()).collect();
                        said.extend(self.session_takes(SessionInput::Provide(given)));
                    }
                    SessionOutput::Store {
                        batch, envelopes, ..
                    } => {
                        let refused = (0..envelopes.len()).collect();
                        said.extend(self.session_takes(SessionInput::Stored { batch, refused }));
                    }
                    SessionOutput::Close(_) => self.session = None,
                    _ => {}
                }
            } else if let Some(answer) = answers.pop_front() {
                match answer {
                    Answer::Frame(frame) => {
                        said.extend(self.session_takes(SessionInput::Frame(&frame)));
                    }
                    Answer::Closed => self.session = None,
                }
            } else {
                return;
            }
        }
        panic!("they never have said all");
    }

    /// Says one thing, on a new connection if the last one is over.
    fn says(&mut self, kind: u8, bytes: &[u8]) {
        if self.session.is_none() {
            self.other.disconnected();
            self.meets();
        }
        match kind % say::KINDS {
            say::FRAME => self.frame(bytes.to_vec()),
            say::PRESENCE => self.word(Frame::Presence(Bytes(bytes.to_vec()))),
            say::HOLDING => self.word(Frame::Holding(Bytes(bytes.to_vec()))),
            say::PACK_WORD => self.word(Frame::Pack(Bytes(bytes.to_vec()))),
            say::CHANGES => drop(self.changes(bytes)),
            say::PACK => drop(self.pack(bytes)),
            say::ACTION => drop(self.action(bytes)),
            kind => self.chunk(kind, bytes),
        }
    }

    fn frame(&mut self, frame: Vec<u8>) {
        let answers = self.other.frame(frame);
        self.pass(Vec::new(), answers);
    }

    fn word(&mut self, frame: Frame) {
        if let Ok(frame) = frame.encode() {
            self.frame(frame);
        }
    }

    fn changes(&mut self, bytes: &[u8]) -> Option<()> {
        let (document, rest) = bytes.split_first()?;
        let (kind_code, rest) = rest.split_first()?;
        let known = self.note.filter(|_| *document == 0);
        let changes = rest.split(|byte| *byte == SEPARATOR);
        let payload = DataPayload {
            document: known.unwrap_or(DocumentId::from_bytes([*document; 16])),
            kind_code: *kind_code,
            changes: changes.map(|change| ChangeBytes(change.to_vec())).collect(),
        };
        let keyring = self.authority.keyring(&ben());
        let (epoch, key) = keyring.writing_epoch(&self.authority)?;
        let stamp = self.stamp();
        let sealed = seal_data(&ben(), &stamp, (&epoch, key), &payload, &mut self.rng);
        self.writes(sealed.ok()?);
        Some(())
    }

    fn pack(&mut self, bytes: &[u8]) -> Option<()> {
        let pack = Pack::read(bytes).ok()?;
        let keyring = self.authority.keyring(&ben());
        let (epoch, key) = keyring.writing_epoch(&self.authority)?;
        let stamp = self.stamp();
        let sealed = seal_pack(&ben(), &stamp, (&epoch, key), &pack, &mut self.rng);
        self.writes(sealed.ok()?);
        Some(())
    }

    fn action(&mut self, bytes: &[u8]) -> Option<()> {
        let mut operation = Operation::decode(&[&[1, 0], bytes].concat())?;
        operation.parents = self.authority.heads().to_vec();
        let stamp = self.stamp();
        self.writes(operation.sign(&ben(), &stamp).ok()?);
        Some(())
    }

    fn chunk(&mut self, kind: u8, bytes: &[u8]) {
        let Some((name, bytes)) = bytes.split_first_chunk::<32>() else {
            return;
        };
        let (peer, name) = (ben().id(), ChunkName::from_bytes(*name));
        self.other.chunk_news(match kind {
            say::CHUNK_WANTED => PeerInput::ChunkAsked { peer, ask: 1, name },
            _ => PeerInput::Chunk {
                peer,
                name,
                answer: ChunkAnswer::Bytes(bytes.to_vec()),
            },
        });
    }

    /// The first byte chooses who dials; then each thing behind its length.
    fn says_all(&mut self, bytes: &[u8]) {
        for said in frames_of(bytes).into_iter().take(MOST_SAID) {
            if let Some((kind, rest)) = said.split_first() {
                self.says(*kind, rest);
            }
        }
        self.other.disconnected();
    }
}

fn side_of(first: u8) -> Side {
    match first & 1 {
        0 => Side::Dialer,
        _ => Side::Listener,
    }
}

/// What a member says to a colleague's engine. Whatever it is, what that engine lists is what its documents hold.
pub fn member(bytes: &[u8]) {
    let Some((first, rest)) = bytes.split_first() else {
        return;
    };
    let Some(mut shell) = Shell::new() else {
        return;
    };
    let Some(founded) = founded(&mut shell) else {
        return;
    };
    let Some(mut ben) = Ben::joins(shell, founded, side_of(*first)) else {
        return;
    };
    ben.says_all(rest);
    if let Some(Reply::Audit { report }) = ben.other.ask(Request::Audit) {
        // That what somebody sent does not count is said there, and no fault.
        let mut others = report.differences.iter();
        let fault = others.find(|one| one.subject != "what colleagues sent");
        assert!(fault.is_none(), "{fault:?}");
    }
}

/// What a member says to a relay.
pub fn relay(bytes: &[u8]) {
    let Some((first, rest)) = bytes.split_first() else {
        return;
    };
    let Some(founded) = Shell::new().and_then(|mut shell| founded(&mut shell)) else {
        return;
    };
    let Some(relay) = Relay::of(founded.workspace) else {
        return;
    };
    if let Some(mut ben) = Ben::joins(relay, founded, side_of(*first)) {
        ben.says_all(rest);
    }
}
