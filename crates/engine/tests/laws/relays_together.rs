//! Relays that share a database: what one takes the others hand on, and a server that goes away is waited for.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use skein_access::{
    Admission, DataPayload, DeviceId, DeviceKey, Envelope, EnvelopeId, EpochId, EpochKey, Stamp,
    UnverifiedEnvelope, WorkspaceId, create_workspace, seal_data,
};
use skein_engine::api::{DeliveryState, Request};
use skein_engine::core::Now;
use skein_engine::relay::{
    Relay, RelayCore, RelayEffect, RelayInput, RelayLimits, RelayedWorkspace, Shelves,
};
use skein_model::{ChangeBytes, DocumentId, Kind};
use skein_store::{SharedDatabase, Word};
use skein_sync::{
    EnvelopeSet, Fetching, Group, HelloConfig, ItemRef, Session, SessionInput, SessionOutput, Side,
};
use tokio::sync::mpsc;

use crate::nodes::{LOOPBACK, Member, relay_with};
use crate::postgres::Server;

const SENTENCE: &str = "Two cranes crossed the marsh at dawn.";
const NOW: Now = Now {
    wall_ms: 1_793_000_000_000,
    mono_ms: 0,
};
/// More than any of this takes.
const LONG: Duration = Duration::from_secs(60);

async fn workspace_at(relay: &Relay) -> RelayedWorkspace {
    let status = relay.view().status().await.unwrap();
    status.workspaces.into_iter().next().unwrap()
}

/// Looks at a relay until it is as wanted.
async fn until(relay: &Relay, wanted: impl Fn(&RelayedWorkspace) -> bool) -> RelayedWorkspace {
    let looks = async {
        loop {
            let workspace = workspace_at(relay).await;
            if wanted(&workspace) {
                return workspace;
            }
        }
    };
    tokio::time::timeout(LONG, looks).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_brought_to_one_relay_is_had_from_another_that_shares_its_database() {
    let root = tempfile::tempdir().unwrap();
    let folder = |name: &str| root.path().join(name);
    let database = Server::shared().database("two_relays");
    let mut ana = Member::open(&folder("ana"), LOOPBACK).await;
    ana.found("Ana").await;
    let workspaces = [ana.status().await.workspace_id.unwrap()];
    let start = async |name: &str, port| {
        let address = Some(database.parse().unwrap());
        let limits = RelayLimits::default();
        relay_with(&folder(name), address, port, &workspaces, limits).await
    };
    let one = start("one", 0).await;
    let other = start("other", 0).await;
    assert_ne!(one.device(), other.device());

    // Ana knows one of them. The other hears of her work from the database alone.
    let address = one.addresses()[0].clone();
    ana.ask(Request::AddRelay { address }).await;
    let note = ana.create_note("Marsh", SENTENCE).await;
    ana.idle().await;
    let brought = workspace_at(&one).await;
    let heard = until(&other, |heard| heard.envelopes == brought.envelopes).await;
    assert!(heard.founded);
    assert_eq!(
        (heard.bytes, heard.operations),
        (brought.bytes, brought.operations)
    );
    let device = |workspace: &RelayedWorkspace| {
        let device = &workspace.devices[0];
        (device.device.clone(), device.role, device.envelopes)
    };
    assert_eq!(device(&heard), device(&brought));

    // While it is down she names it, too, and goes. Bo comes in by it, and never sees the first.
    let address = other.addresses()[0].clone();
    let port = address.split('/').nth(4).unwrap().parse().unwrap();
    other.close().await;
    ana.ask(Request::AddRelay { address }).await;
    let ticket = ana.invite().await;
    ana.idle().await;
    assert_eq!(ana.delivery().await.state, DeliveryState::OnRelay);
    ana.host.close().await;
    one.close().await;
    let other = start("other", port).await;
    let mut bo = Member::open(&folder("bo"), LOOPBACK).await;
    bo.join(ticket, "Bo").await;
    bo.idle().await;
    assert_eq!(bo.note(note).await.text, SENTENCE);
    bo.host.close().await;
    other.close().await;
    let dump = Server::shared().dump("two_relays");
    assert!(dump.len() > 3_000);
    for word in ["Marsh", "cranes", "Geese", "Ana"] {
        let hex: String = word.bytes().map(|byte| format!("{byte:02x}")).collect();
        for shown in [word, &hex] {
            let at = dump
                .windows(shown.len())
                .position(|part| part == shown.as_bytes());
            assert_eq!(at, None, "the database shows {word}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_relay_whose_server_goes_away_says_so_acknowledges_nothing_and_goes_on_when_it_is_back() {
    let root = tempfile::tempdir().unwrap();
    let server = Server::start();
    let database = server.database("away").parse().unwrap();
    let mut ana = Member::open(&root.path().join("ana"), LOOPBACK).await;
    ana.found("Ana").await;
    let workspaces = [ana.status().await.workspace_id.unwrap()];
    let folder = root.path().join("relay");
    let limits = RelayLimits::default();
    let relay = relay_with(&folder, Some(database), 0, &workspaces, limits).await;
    let address = relay.addresses()[0].clone();
    ana.ask(Request::AddRelay { address }).await;
    ana.create_note("Before", SENTENCE).await;
    ana.idle().await;
    assert_eq!(workspace_at(&relay).await.trouble, None);

    server.kill();
    let note = ana.create_note("Meanwhile", SENTENCE).await;
    let workspace = until(&relay, |workspace| workspace.trouble.is_some()).await;
    let trouble = workspace.trouble.unwrap();
    assert!(trouble.contains("cannot be reached"), "{trouble}");
    assert!(!trouble.contains("geheim"), "{trouble}");
    assert_ne!(ana.delivery().await.state, DeliveryState::OnRelay);

    server.come_back();
    until(&relay, |workspace| workspace.trouble.is_none()).await;
    ana.exchanged_within(60_000).await.unwrap();
    assert_eq!(ana.delivery().await.state, DeliveryState::OnRelay);
    assert_eq!(ana.note(note).await.text, SENTENCE);
    ana.host.close().await;
    relay.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_is_emptied_is_filled_again_while_its_relay_runs() {
    let root = tempfile::tempdir().unwrap();
    let server = Server::shared();
    let database = server.database("emptied").parse().unwrap();
    let mut ana = Member::open(&root.path().join("ana"), LOOPBACK).await;
    ana.found("Ana").await;
    let workspaces = [ana.status().await.workspace_id.unwrap()];
    let folder = root.path().join("relay");
    let limits = RelayLimits::default();
    let relay = relay_with(&folder, Some(database), 0, &workspaces, limits).await;
    let address = relay.addresses()[0].clone();
    ana.ask(Request::AddRelay { address }).await;
    ana.create_note("Marsh", SENTENCE).await;
    ana.idle().await;
    let brought = workspace_at(&relay).await;

    server.sql("emptied", "DELETE FROM skein_relay.workspaces");
    let count = "SELECT count(*) FROM skein_relay.envelopes";
    assert_eq!(server.sql("emptied", count), "0");
    let wanted = brought.envelopes.to_string();
    let filled = tokio::task::spawn_blocking(move || {
        let looks = std::iter::repeat_with(|| server.sql("emptied", count));
        { looks }.any(|found| found == wanted)
    });
    assert!(tokio::time::timeout(LONG, filled).await.unwrap().unwrap());
    let workspace = until(&relay, |workspace| workspace.founded).await;
    assert_eq!(workspace.bytes, brought.bytes);
    ana.host.close().await;
    relay.close().await;
}

/// A device at one relay, with what it holds.
struct Visitor {
    device: DeviceId,
    workspace: WorkspaceId,
    session: Session,
    set: EnvelopeSet,
    fetching: Fetching,
    bytes: BTreeMap<EnvelopeId, Vec<u8>>,
    to_say: VecDeque<SessionOutput>,
}

impl Visitor {
    fn new(device: DeviceId, relay: DeviceId, workspace: WorkspaceId) -> Self {
        let hello = HelloConfig {
            workspaces: vec![workspace],
            invite: None,
        };
        let (session, outputs) = Session::new(device, relay, Side::Dialer, hello, NOW.mono_ms);
        Self {
            device,
            workspace,
            session,
            set: EnvelopeSet::new(),
            fetching: Fetching::new(),
            bytes: BTreeMap::new(),
            to_say: outputs.into(),
        }
    }

    fn hold(&mut self, bytes: &[u8]) -> ItemRef {
        let envelope = UnverifiedEnvelope::decode(bytes).unwrap();
        let envelope = envelope.verify(&self.workspace).unwrap();
        let header = envelope.header();
        let item = ItemRef::new(header.kind, header.hour, envelope.id());
        self.set.insert(item, self.set.mark() + 1);
        self.bytes.insert(envelope.id(), bytes.to_vec());
        item
    }

    fn give(&mut self, input: SessionInput<'_>) {
        let outputs = self
            .session
            .handle(input, &self.set, &mut self.fetching, NOW.mono_ms);
        self.to_say.extend(outputs);
    }

    /// Has envelopes that are new.
    fn write(&mut self, envelopes: &[Envelope]) {
        let items: Vec<ItemRef> = envelopes.iter().map(|one| self.hold(one.bytes())).collect();
        let (items, from) = (items.as_slice(), None);
        self.give(SessionInput::Inserted { items, from });
    }

    fn holds(&self, envelope: &Envelope) -> bool {
        let group = Group::of(envelope.header().kind);
        self.set.contains(group, &envelope.id())
    }

    /// Obeys its session until that has nothing to say; what goes out is given to the relay.
    fn speak(&mut self) -> Vec<RelayInput> {
        let mut frames = Vec::new();
        while let Some(output) = self.to_say.pop_front() {
            match output {
                SessionOutput::Send(bytes) => {
                    let peer = self.device;
                    frames.push(RelayInput::Frame { peer, bytes });
                }
                SessionOutput::NeedAdmission { .. } => {
                    self.give(SessionInput::Admitted(Admission::Relay));
                }
                SessionOutput::NeedUnconfirmed => {
                    self.give(SessionInput::Unconfirmed(Vec::new()));
                }
                SessionOutput::Load { ids, .. } => {
                    let found = ids.iter().map(|id| self.bytes.get(id).cloned()).collect();
                    self.give(SessionInput::Provide(found));
                }
                SessionOutput::Store {
                    batch, envelopes, ..
                } => {
                    for bytes in &envelopes {
                        self.hold(bytes);
                    }
                    let refused = Vec::new();
                    self.give(SessionInput::Stored { batch, refused });
                }
                SessionOutput::Close(reason) => panic!("{reason}"),
                _ => {}
            }
        }
        frames
    }

    /// Lets it and its relay talk until both have said all, beginning with what happens to the relay.
    fn talk(&mut self, core: &mut RelayCore, first: RelayInput) {
        let mut inputs = VecDeque::from([first]);
        while let Some(input) = inputs.pop_front() {
            for effect in core.handle(NOW, input) {
                match effect {
                    RelayEffect::Send { frame, .. } => self.give(SessionInput::Frame(&frame)),
                    RelayEffect::Close { reason, .. } => panic!("{reason}"),
                    RelayEffect::Allow { .. } => {}
                }
            }
            inputs.extend(self.speak());
        }
    }

    fn come_to(&mut self, core: &mut RelayCore) {
        let connected = RelayInput::Connected {
            peer: self.device,
            address: String::new(),
            dialed: false,
        };
        self.talk(core, connected);
        assert!(self.session.is_open_for_data(), "not let in");
    }
}

#[test]
fn what_one_relay_takes_another_hands_on_to_whoever_is_connected_with_it() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let address = Server::shared().database("handed_on");
    let mut rng = ChaCha20Rng::seed_from_u64(5);
    let founder = DeviceKey::generate(&mut rng);
    let founded = create_workspace(&founder, "Ana", "Geese", 498_000, &mut rng).unwrap();
    let workspace = founded.workspace;
    let mut begin = || {
        let (words, heard) = mpsc::channel(100);
        let database = SharedDatabase::open(address.parse().unwrap(), words);
        let shelves = Shelves::Shared(runtime.block_on(database).unwrap());
        let me = DeviceKey::generate(&mut rng).id();
        let limits = RelayLimits::default();
        let core = RelayCore::open(me, &shelves, &[workspace], &limits).unwrap();
        let visitor = Visitor::new(founder.id(), me, workspace);
        (core, visitor, heard)
    };
    let (mut one, mut here, _) = begin();
    let (mut other, mut there, mut heard) = begin();

    // The beginning is brought to one. At the other it is known who may come, though nobody ever was there.
    here.write(&founded.envelopes);
    here.come_to(&mut one);
    there.come_to(&mut other);
    assert!(founded.envelopes.iter().all(|one| there.holds(one)));

    let stamp = Stamp {
        workspace,
        hour: 498_001,
        chain: founded.chain,
    };
    let payload = DataPayload {
        document: DocumentId::from_bytes([4; 16]),
        kind_code: Kind::Note.code(),
        changes: vec![ChangeBytes(b"a change".to_vec())],
    };
    let mut rng = ChaCha20Rng::seed_from_u64(6);
    let epoch = (EpochId::from_bytes([9; 32]), EpochKey::generate(&mut rng));
    let key = (&epoch.0, &epoch.1);
    let envelope = seal_data(&founder, &stamp, key, &payload, &mut rng).unwrap();
    here.write(std::slice::from_ref(&envelope));
    here.talk(&mut one, RelayInput::Tick);
    assert!(!there.holds(&envelope));
    let kept = Word::Kept(workspace);
    // Of the beginning, and of what was written.
    for _ in 0..2 {
        let word = async { tokio::time::timeout(LONG, heard.recv()).await };
        assert_eq!(runtime.block_on(word).unwrap(), Some(kept));
    }
    there.talk(&mut other, RelayInput::Elsewhere(kept));
    assert!(there.holds(&envelope));
}
