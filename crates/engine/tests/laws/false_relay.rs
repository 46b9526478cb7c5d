//! A relay that says it keeps what it does not keep, or keeps back some of what it has: it is noticed, told in words, and costs nobody anything.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use crate::nodes::{LOOPBACK, Member};
use skein_access::{Admission, DeviceId, DeviceKey, EnvelopeId, Header, WorkspaceId};
use skein_engine::api::{
    AuditReport, Delivery, DeliveryState, Event, Outlook, PeerState, Reply, Request, ServerMessage,
    View,
};
use skein_net::{Allowed, Limits, Listen, Net, NetConfig, NetEvent, NetHandle};
use skein_sync::{
    EnvelopeSet, Fetching, Group, HelloConfig, ItemRef, Session, SessionInput, SessionOutput, Side,
};

const SENTENCE: &str = "Two cranes crossed the marsh at dawn.";

/// What the relay does that it should not.
#[derive(Default)]
struct Vices {
    /// It says that it stored something, and holds nothing of it.
    forgets: AtomicBool,
    /// It takes data and never says that it stored it.
    is_silent: AtomicBool,
    /// The next data that comes it says it stored, and shows to nobody.
    withholds_next: AtomicBool,
}

/// A relay with vices. It lets everybody in who knows the workspace, and ends with its handle.
struct FalseRelay {
    address: String,
    vices: Arc<Vices>,
    guests: Arc<Mutex<Vec<DeviceId>>>,
    net: NetHandle,
    task: tokio::task::JoinHandle<()>,
}

impl FalseRelay {
    async fn new(workspace: WorkspaceId) -> Self {
        let key = DeviceKey::generate(&mut rand_core::OsRng);
        let config = NetConfig {
            key: &key,
            listen: Listen::loopback(0),
            discover: false,
            limits: Limits::default(),
            circuits: None,
        };
        let (net, mut events) = Net::start(config).await.unwrap();
        let place = format!("127.0.0.1:{}", net.port());
        let address = skein_net::address_of(&place, &key.id()).unwrap().unwrap();
        let vices = Arc::new(Vices::default());
        let mut keeper = Keeper {
            me: key.id(),
            workspace,
            net: net.clone(),
            vices: Arc::clone(&vices),
            set: EnvelopeSet::new(),
            fetching: Fetching::new(),
            held: HashMap::new(),
            sessions: BTreeMap::new(),
        };
        let task = tokio::spawn(async move {
            while let Some(event) = events.recv().await {
                keeper.event(event);
            }
        });
        Self {
            address,
            vices,
            guests: Arc::default(),
            net,
            task,
        }
    }

    async fn lets_in(&self, member: &mut Member) {
        let device = member.status().await.device_id.parse().unwrap();
        let devices = {
            let mut guests = self.guests.lock().unwrap();
            guests.push(device);
            guests.iter().copied().collect()
        };
        self.net.allow(Allowed {
            devices,
            ..Allowed::default()
        });
    }

    async fn ends(self) {
        self.net.shutdown().await;
        self.task.await.unwrap();
    }
}

/// What the relay has, and its sessions.
struct Keeper {
    me: DeviceId,
    workspace: WorkspaceId,
    net: NetHandle,
    vices: Arc<Vices>,
    set: EnvelopeSet,
    fetching: Fetching,
    held: HashMap<EnvelopeId, Vec<u8>>,
    sessions: BTreeMap<DeviceId, Session>,
}

impl Keeper {
    fn event(&mut self, event: NetEvent) {
        match event {
            NetEvent::Connected { peer, .. } => {
                let hello = HelloConfig {
                    workspaces: vec![self.workspace],
                    invite: None,
                };
                let (session, outputs) = Session::new(self.me, peer, Side::Listener, hello, 0);
                self.sessions.insert(peer, session);
                self.carry_out(peer, outputs);
            }
            NetEvent::Frame { peer, bytes } => self.give(peer, SessionInput::Frame(&bytes)),
            NetEvent::Disconnected { peer, .. } => {
                self.give(peer, SessionInput::Disconnected);
                self.sessions.remove(&peer);
            }
            _ => {}
        }
    }

    fn give(&mut self, peer: DeviceId, input: SessionInput<'_>) {
        let Some(session) = self.sessions.get_mut(&peer) else {
            return;
        };
        let outputs = session.handle(input, &self.set, &mut self.fetching, 0);
        self.carry_out(peer, outputs);
    }

    fn carry_out(&mut self, peer: DeviceId, outputs: Vec<SessionOutput>) {
        for output in VecDeque::from(outputs) {
            match output {
                // Who is gone is told nothing.
                SessionOutput::Send(frame) => drop(self.net.send(&peer, frame)),
                SessionOutput::NeedAdmission { .. } => {
                    self.give(peer, SessionInput::Admitted(Admission::Member));
                }
                SessionOutput::NeedUnconfirmed => {
                    self.give(peer, SessionInput::Unconfirmed(Vec::new()));
                }
                SessionOutput::Load { ids, .. } => {
                    let held = ids.iter().map(|id| self.held.get(id).cloned());
                    let held = held.collect();
                    self.give(peer, SessionInput::Provide(held));
                }
                SessionOutput::Store {
                    batch,
                    group,
                    envelopes,
                } => {
                    if group == Group::Data && self.vices.is_silent.load(Ordering::SeqCst) {
                        continue;
                    }
                    let items = self.store(group, envelopes);
                    let refused = Vec::new();
                    self.give(peer, SessionInput::Stored { batch, refused });
                    self.tell(peer, &items);
                }
                _ => {}
            }
        }
    }

    fn store(&mut self, group: Group, envelopes: Vec<Vec<u8>>) -> Vec<ItemRef> {
        let mut items = Vec::new();
        for bytes in envelopes {
            let is_data = group == Group::Data;
            let forgets = is_data && self.vices.forgets.load(Ordering::SeqCst);
            if forgets || is_data && self.vices.withholds_next.swap(false, Ordering::SeqCst) {
                continue;
            }
            let header = Header::decode(&bytes).unwrap();
            let id = EnvelopeId::from_bytes(*blake3::hash(&bytes).as_bytes());
            let item = ItemRef::new(header.kind, header.hour, id);
            if self.set.insert(item, self.set.mark() + 1) {
                self.held.insert(id, bytes);
                items.push(item);
            }
        }
        items
    }

    fn tell(&mut self, from: DeviceId, items: &[ItemRef]) {
        let others: Vec<DeviceId> = self.sessions.keys().copied().collect();
        for other in others {
            let from = Some(from);
            self.give(other, SessionInput::Inserted { items, from });
        }
    }
}

/// Ana with a workspace, and the relay that she named.
async fn named(root: &Path) -> (Member, FalseRelay) {
    let mut ana = Member::open(&root.join("ana"), LOOPBACK).await;
    ana.found("Ana").await;
    let workspace = ana.status().await.workspace_id.unwrap();
    let relay = FalseRelay::new(workspace.parse().unwrap()).await;
    relay.lets_in(&mut ana).await;
    let address = relay.address.clone();
    ana.ask(Request::AddRelay { address }).await;
    (ana, relay)
}

async fn audited(member: &mut Member) -> AuditReport {
    match member.ask(Request::Audit).await {
        Reply::Audit { report } => report,
        other => panic!("{other:?}"),
    }
}

/// Waits until work got as far as wanted.
async fn until_delivery(member: &mut Member, wanted: impl Fn(&Delivery) -> bool) {
    let view = View::Delivery { document: None };
    member.ask(Request::Subscribe { view }).await;
    loop {
        if let Some(ServerMessage::Event {
            event: Event::Delivery { delivery },
            ..
        }) = member.client.receive().await
            && wanted(&delivery)
        {
            return;
        }
    }
}

async fn codes_of_notices(member: &mut Member) -> Vec<String> {
    let view = View::Notices;
    member.ask(Request::Subscribe { view }).await;
    loop {
        if let Some(ServerMessage::Event {
            event: Event::Notices { notices },
            ..
        }) = member.client.receive().await
        {
            return notices.into_iter().map(|notice| notice.code).collect();
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_word_of_a_relay_that_kept_nothing_is_taken_back_when_they_meet_again() {
    let root = tempfile::tempdir().unwrap();
    let (mut ana, relay) = named(root.path()).await;
    // The two have compared, so that it is not found out at once.
    ana.idle().await;
    relay.vices.forgets.store(true, Ordering::SeqCst);
    let note = ana.create_note("Marsh", SENTENCE).await;
    ana.idle().await;
    assert_eq!(
        ana.delivery().await.state,
        DeliveryState::OnRelay,
        "it said so"
    );
    assert_eq!(ana.relay().await.forgot, None);
    ana.host.close().await;

    // At the next meeting it shows that it has nothing, and takes what is sent again without a word.
    relay.vices.is_silent.store(true, Ordering::SeqCst);
    let mut ana = Member::open(&root.path().join("ana"), LOOPBACK).await;
    until_delivery(&mut ana, |delivery| {
        delivery.state == DeliveryState::OnItsWay
    })
    .await;
    ana.until_relay(|relay| relay.forgot.is_some()).await;
    let told = ana.relay().await;
    let forgot = told.forgot.unwrap();
    assert!(forgot.changes > 0 && forgot.times == 1, "{forgot:?}");
    assert_eq!(
        (forgot.missing, told.behind),
        (forgot.changes, forgot.changes)
    );
    assert_eq!(codes_of_notices(&mut ana).await, ["relay-forgot"]);
    // Nothing is let go for its sake.
    assert_eq!(ana.note(note).await.text, SENTENCE);
    assert_eq!(audited(&mut ana).await.differences, []);
    ana.host.close().await;

    // And while it is away its word of before does not count again.
    relay.vices.is_silent.store(false, Ordering::SeqCst);
    relay.vices.forgets.store(false, Ordering::SeqCst);
    let lone = skein_engine::Use::Once;
    let mut ana = Member::open(&root.path().join("ana"), lone).await;
    assert_eq!(ana.delivery().await.state, DeliveryState::SavedHere);
    ana.host.close().await;

    let mut ana = Member::open(&root.path().join("ana"), LOOPBACK).await;
    ana.idle().await;
    assert_eq!(ana.delivery().await.state, DeliveryState::OnRelay);
    ana.host.close().await;
    relay.ends().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_relay_keeps_back_is_named_by_its_numbers_until_it_has_come() {
    let root = tempfile::tempdir().unwrap();
    let (mut ana, relay) = named(root.path()).await;
    let ticket = ana.invite().await;
    let mut bo = Member::open(&root.path().join("bo"), LOOPBACK).await;
    bo.join(ticket, "Bo").await;
    bo.idle().await;
    relay.lets_in(&mut bo).await;
    ana.idle().await;
    bo.host.close().await;

    ana.create_note("Before", SENTENCE).await;
    ana.idle().await;
    relay.vices.withholds_next.store(true, Ordering::SeqCst);
    let kept_back = ana.create_note("Kept back", SENTENCE).await;
    ana.idle().await;
    let after = ana.create_note("After", SENTENCE).await;
    ana.idle().await;
    assert_eq!(audited(&mut ana).await.missing, []);
    let device = ana.status().await.device_id;
    ana.host.close().await;

    let mut bo = Member::open(&root.path().join("bo"), LOOPBACK).await;
    bo.until_here(after).await;
    bo.until_relay(|relay| relay.state == PeerState::Agreed)
        .await;
    let report = audited(&mut bo).await;
    assert_eq!(report.differences, [], "a gap is no fault of what is here");
    let [missing] = &report.missing[..] else {
        panic!("{report:?}")
    };
    assert_eq!(
        (missing.person.as_deref(), &missing.device),
        (Some("Ana"), &device)
    );
    assert_eq!(
        (missing.count, missing.ranges.len(), missing.more_ranges),
        (1, 1, 0)
    );
    assert_eq!(missing.ranges[0].first, missing.ranges[0].last);
    assert_eq!(missing.outlook, Outlook::NobodyConnectedHasThem);

    let ana = Member::open(&root.path().join("ana"), LOOPBACK).await;
    bo.until_here(kept_back).await;
    bo.idle().await;
    assert_eq!(audited(&mut bo).await.missing, []);
    bo.host.close().await;
    ana.host.close().await;
    relay.ends().await;
}
