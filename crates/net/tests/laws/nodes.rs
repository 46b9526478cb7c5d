//! Nodes for the tests: real sockets on 127.0.0.1, and waiting for events instead of sleeping.
#![allow(
    unreachable_pub,
    reason = "what is made for tests is seen in tests alone"
)]

use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

use skein_access::{DeviceId, DeviceKey};
use skein_net::{
    Allowed, Circuits, DialFailure, Ended, Limits, Listen, Net, NetConfig, NetEvent, NetHandle,
};
use tokio::{sync::mpsc, time::timeout};

/// Far more than anything should take, even on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(30);

pub struct Node {
    pub key: DeviceKey,
    pub net: NetHandle,
    pub events: mpsc::Receiver<NetEvent>,
}

pub fn new_key() -> DeviceKey {
    DeviceKey::generate(&mut rand_core::OsRng)
}

/// Two keys, the one of the smaller id first.
pub fn ordered_keys() -> (DeviceKey, DeviceKey) {
    let (one, two) = (new_key(), new_key());
    if one.id() < two.id() {
        (one, two)
    } else {
        (two, one)
    }
}

/// A port for a node that goes and comes back on it: below those that the system gives to whoever asks for any, so that nobody else
/// has it meanwhile.
pub fn port_of_its_own() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let mine = NEXT.fetch_add(1, Ordering::Relaxed);
    20_000 + u16::try_from(std::process::id() % 500).unwrap() * 20 + mine
}

pub async fn start_on(key: DeviceKey, port: u16, limits: Limits) -> Node {
    start_as(key, port, limits, None).await
}

/// A relay that connects so many pairs of devices.
pub async fn start_relay(pairs: usize) -> Node {
    let circuits = Circuits {
        external: Vec::new(),
        pairs,
    };
    start_as(new_key(), 0, Limits::default(), Some(circuits)).await
}

async fn start_as(key: DeviceKey, port: u16, limits: Limits, circuits: Option<Circuits>) -> Node {
    let config = NetConfig {
        key: &key,
        listen: Listen::loopback(port),
        discover: false,
        limits,
        circuits,
    };
    let (net, events) = Net::start(config).await.unwrap();
    Node { key, net, events }
}

pub async fn start(key: DeviceKey) -> Node {
    start_on(key, 0, Limits::default()).await
}

/// Two nodes that allow each other.
pub async fn two_members() -> (Node, Node) {
    let (a, b) = (start(new_key()).await, start(new_key()).await);
    a.allow(&[&b]);
    b.allow(&[&a]);
    (a, b)
}

/// Two members, the first of which dialled the second, by TCP.
pub async fn two_connected() -> (Node, Node) {
    let (mut a, mut b) = two_members().await;
    a.net.dial(&[b.tcp()], Some(b.id())).unwrap();
    a.connected_to(b.id()).await;
    b.connected_to(a.id()).await;
    (a, b)
}

impl Node {
    pub fn id(&self) -> DeviceId {
        self.key.id()
    }

    pub fn tcp(&self) -> String {
        format!("/ip4/127.0.0.1/tcp/{}", self.net.port())
    }

    pub fn quic(&self) -> String {
        format!("/ip4/127.0.0.1/udp/{}/quic-v1", self.net.port())
    }

    pub fn allow(&self, others: &[&Node]) {
        self.allow_ids(
            &others.iter().map(|node| node.id()).collect::<Vec<_>>(),
            false,
        );
    }

    /// As [`Node::allow`], and the last one is a relay, which is kept connected.
    pub fn allow_by_relay(&self, others: &[DeviceId], relay: &Node) {
        let devices = others.iter().copied().chain([relay.id()]);
        self.net.allow(Allowed {
            devices: devices.collect(),
            relays: [relay.id()].into(),
            strangers: false,
        });
        self.net.known(relay.id(), &[relay.tcp()]).unwrap();
    }

    pub fn allow_ids(&self, devices: &[DeviceId], strangers: bool) {
        self.net.allow(Allowed {
            devices: devices.iter().copied().collect(),
            strangers,
            ..Allowed::default()
        });
    }

    /// The next event, without those about addresses.
    pub async fn next(&mut self) -> NetEvent {
        loop {
            let event = timeout(PATIENCE, self.events.recv())
                .await
                .expect("an event in time")
                .expect("the network runs");
            if !matches!(event, NetEvent::Listening { .. }) {
                return event;
            }
        }
    }

    /// The next event about a link, without failed dials.
    pub async fn next_of_link(&mut self) -> NetEvent {
        loop {
            let event = self.next().await;
            if !matches!(event, NetEvent::DialFailed { .. }) {
                return event;
            }
        }
    }

    /// The next event about a link is that this device is connected; says whether we dialled.
    pub async fn connected_to(&mut self, device: DeviceId) -> bool {
        match self.next_of_link().await {
            NetEvent::Connected {
                peer,
                dialed,
                direct,
                ..
            } if peer == device => {
                assert!(direct);
                dialed
            }
            other => panic!("expected a connection to {device}, got {other:?}"),
        }
    }

    pub async fn disconnected_from(&mut self, device: DeviceId) -> Ended {
        match self.next_of_link().await {
            NetEvent::Disconnected { peer, reason } if peer == device => reason,
            other => panic!("expected the end of the link to {device}, got {other:?}"),
        }
    }

    pub async fn frame_from(&mut self, device: DeviceId) -> Vec<u8> {
        match self.next_of_link().await {
            NetEvent::Frame { peer, bytes } if peer == device => bytes,
            other => panic!("expected a frame of {device}, got {other:?}"),
        }
    }

    pub async fn dial_failure(&mut self) -> DialFailure {
        match self.next().await {
            NetEvent::DialFailed { reason, .. } => reason,
            other => panic!("expected a failed dial, got {other:?}"),
        }
    }

    /// Sends, waiting for room.
    pub async fn send(&self, to: DeviceId, mut frame: Vec<u8>) {
        loop {
            match self.net.send(&to, frame) {
                Ok(()) => return,
                Err(skein_net::SendError::Full(back)) => {
                    frame = back;
                    assert!(
                        timeout(PATIENCE, self.net.writable(&to))
                            .await
                            .expect("room in time")
                    );
                }
                Err(other) => panic!("{other}"),
            }
        }
    }
}

/// Frames go both ways, in order.
pub async fn talk(a: &mut Node, b: &mut Node) {
    for number in 0..50u8 {
        a.send(b.id(), vec![number; usize::from(number) * 100])
            .await;
        b.send(a.id(), vec![number, 1]).await;
    }
    for number in 0..50u8 {
        assert_eq!(
            b.frame_from(a.id()).await,
            vec![number; usize::from(number) * 100]
        );
        assert_eq!(a.frame_from(b.id()).await, vec![number, 1]);
    }
}
