//! Who is not let in, and what hostile bytes can do: nothing.

use std::time::Duration;

use crate::nodes::{
    Node, PATIENCE, new_key, ordered_keys, start, start_on, talk, two_connected, two_members,
};
use futures::{AsyncReadExt, AsyncWriteExt, StreamExt};
use libp2p::{
    Multiaddr, PeerId, StreamProtocol, Swarm, SwarmBuilder, identity::Keypair, noise,
    swarm::SwarmEvent, tcp, yamux,
};
use skein_access::DeviceKey;
use skein_net::{DialFailure, Ended, Limits, MAX_FRAME, NetEvent, SendError};
use tokio::{io::AsyncWriteExt as _, net::TcpStream, time::timeout};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_device_than_the_expected_one_is_refused_by_name() {
    let (mut a, b) = two_members().await;
    a.net.dial(&[b.tcp()], Some(new_key().id())).unwrap();
    assert_eq!(
        a.dial_failure().await,
        DialFailure::WrongDevice { found: b.id() }
    );
    a.net.dial(&[b.quic()], Some(new_key().id())).unwrap();
    let failure = a.dial_failure().await;
    assert!(
        matches!(failure, DialFailure::WrongDevice { found } if found == b.id()),
        "{failure}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stranger_is_refused_until_an_invite_is_open() {
    let (mut a, mut b) = (start(new_key()).await, start(new_key()).await);
    for address in [a.tcp(), a.quic()] {
        b.net.dial(&[address], Some(a.id())).unwrap();
        assert_eq!(b.dial_failure().await, DialFailure::Refused);
    }
    a.allow_ids(&[], true);
    b.net.dial(&[a.tcp()], Some(a.id())).unwrap();
    // The first that a hears of b is this: of the refused visits it heard nothing.
    b.connected_to(a.id()).await;
    a.connected_to(b.id()).await;
    talk(&mut a, &mut b).await;
    // Becoming a member in the middle changes nothing for the link.
    a.allow_ids(&[b.id()], false);
    talk(&mut a, &mut b).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_device_that_is_no_member_is_not_talked_to_even_when_we_dialled() {
    let (mut a, b) = (start(new_key()).await, start(new_key()).await);
    b.allow(&[&a]);
    a.net
        .dial(&[format!("127.0.0.1:{}", b.net.port())], None)
        .unwrap();
    assert_eq!(a.dial_failure().await, DialFailure::NotAllowed);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_silent_stranger_is_sent_away_and_only_few_come_in_at_once() {
    let limits = Limits {
        strangers: 2,
        stranger_silence: Duration::from_millis(1500),
        ..Limits::default()
    };
    let mut a = start_on(new_key(), 0, limits).await;
    a.allow_ids(&[], true);
    let mut strangers = Vec::new();
    for _ in 0..2 {
        let mut stranger = start(new_key()).await;
        stranger.net.dial(&[a.tcp()], Some(a.id())).unwrap();
        stranger.connected_to(a.id()).await;
        strangers.push(stranger);
    }
    let mut third = start(new_key()).await;
    third.net.dial(&[a.tcp()], Some(a.id())).unwrap();
    assert_eq!(third.dial_failure().await, DialFailure::Refused);
    let mut silent = 0;
    while silent < 2 {
        match a.next().await {
            NetEvent::Connected { peer, .. } => assert_ne!(peer, third.id()),
            NetEvent::Disconnected { reason, .. } => {
                assert_eq!(reason, Ended::Silent);
                silent += 1;
            }
            other => panic!("{other:?}"),
        }
    }
    for mut stranger in strangers {
        stranger.disconnected_from(a.id()).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_removed_member_is_disconnected_and_does_not_come_back() {
    let (mut a, mut b) = two_connected().await;
    a.allow(&[]);
    assert_eq!(a.disconnected_from(b.id()).await, Ended::NotAllowed);
    b.disconnected_from(a.id()).await;
    b.net.dial(&[a.tcp()], Some(a.id())).unwrap();
    assert_eq!(b.dial_failure().await, DialFailure::Refused);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn garbage_on_the_port_does_no_harm() {
    let (mut a, mut b) = two_members().await;
    for seed in 0..8u8 {
        let mut garbage = TcpStream::connect(("127.0.0.1", a.net.port()))
            .await
            .unwrap();
        let bytes: Vec<u8> = (0..10_000u32)
            .map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8 ^ seed)
            .collect();
        // It may hang up on us at any byte.
        let _ = garbage.write_all(&bytes).await;
        let udp = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
        udp.send_to(&bytes[..1200], ("127.0.0.1", a.net.port()))
            .unwrap();
    }
    b.net.dial(&[a.tcp()], Some(a.id())).unwrap();
    b.connected_to(a.id()).await;
    a.connected_to(b.id()).await;
    talk(&mut a, &mut b).await;
}

/// A member that speaks libp2p well and our protocol badly.
struct Rogue {
    control: libp2p_stream::Control,
    peer: PeerId,
}

const SYNC: StreamProtocol = StreamProtocol::new("/skein/sync/1");

fn libp2p_swarm(key: &DeviceKey) -> Swarm<libp2p_stream::Behaviour> {
    let keypair = Keypair::ed25519_from_bytes(key.to_bytes()).unwrap();
    SwarmBuilder::with_existing_identity(keypair)
        .with_tokio()
        .with_tcp(
            tcp::Config::default(),
            noise::Config::new,
            yamux::Config::default,
        )
        .unwrap()
        .with_behaviour(|_| libp2p_stream::Behaviour::new())
        .unwrap()
        .with_swarm_config(|config| config.with_idle_connection_timeout(PATIENCE))
        .build()
}

async fn rogue(key: &DeviceKey, victim: &Node) -> Rogue {
    let mut swarm = libp2p_swarm(key);
    let control = swarm.behaviour().new_control();
    let victim_keypair = Keypair::ed25519_from_bytes(victim.key.to_bytes()).unwrap();
    swarm
        .dial(victim.tcp().parse::<Multiaddr>().unwrap())
        .unwrap();
    let (connected, is_connected) = tokio::sync::oneshot::channel();
    tokio::spawn(async move {
        let mut connected = Some(connected);
        loop {
            if let SwarmEvent::ConnectionEstablished { .. } = swarm.select_next_some().await
                && let Some(connected) = connected.take()
            {
                let _ = connected.send(());
            }
        }
    });
    timeout(PATIENCE, is_connected).await.unwrap().unwrap();
    Rogue {
        control,
        peer: victim_keypair.public().to_peer_id(),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_oversized_frame_ends_the_link_with_a_reason() {
    let (small, large) = ordered_keys();
    let mut victim = start(large).await;
    victim.allow_ids(&[small.id()], false);
    let mut rogue = rogue(&small, &victim).await;
    let mut stream = rogue.control.open_stream(rogue.peer, SYNC).await.unwrap();
    victim.connected_to(small.id()).await;
    stream.write_all(&[0, 0, 0, 1, 42]).await.unwrap();
    stream.flush().await.unwrap();
    assert_eq!(victim.frame_from(small.id()).await, vec![42]);
    let length = u32::try_from(MAX_FRAME + 1).unwrap().to_be_bytes();
    stream.write_all(&length).await.unwrap();
    stream.flush().await.unwrap();
    let ended = victim.disconnected_from(small.id()).await;
    assert!(matches!(ended, Ended::BadFrame(_)), "{ended}");
    let mut rest = Vec::new();
    let _ = timeout(PATIENCE, stream.read_to_end(&mut rest))
        .await
        .expect("hung up");
    assert!(rest.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_streams_of_one_device_are_one_link() {
    let (small, large) = ordered_keys();
    let mut victim = start(large).await;
    victim.allow_ids(&[small.id()], false);
    let mut rogue = rogue(&small, &victim).await;
    let mut first = rogue.control.open_stream(rogue.peer, SYNC).await.unwrap();
    victim.connected_to(small.id()).await;
    let mut others = Vec::new();
    for _ in 0..20 {
        // Some of these may be reset while they are negotiated; that is as good.
        if let Ok(stream) = rogue.control.open_stream(rogue.peer, SYNC).await {
            others.push(stream);
        }
    }
    first.write_all(&[0, 0, 0, 1, 7]).await.unwrap();
    first.flush().await.unwrap();
    assert_eq!(victim.frame_from(small.id()).await, vec![7]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn something_that_does_not_speak_our_protocol_is_named_so() {
    let (small, large) = ordered_keys();
    // The node leads, so it is the node that asks for the stream.
    let mut node = start(small).await;
    node.allow_ids(&[large.id()], false);
    let mut mute = libp2p_swarm(&large);
    mute.listen_on("/ip4/127.0.0.1/tcp/0".parse().unwrap())
        .unwrap();
    let SwarmEvent::NewListenAddr { address, .. } = mute.select_next_some().await else {
        panic!("not listening")
    };
    tokio::spawn(async move { while mute.next().await.is_some() {} });
    node.net
        .dial(&[address.to_string()], Some(large.id()))
        .unwrap();
    assert_eq!(node.dial_failure().await, DialFailure::NotSkein);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn our_own_side_refuses_to_send_what_nobody_accepts() {
    let (a, b) = two_connected().await;
    assert_eq!(
        a.net.send(&b.id(), vec![0; MAX_FRAME + 1]),
        Err(SendError::TooLarge(MAX_FRAME + 1))
    );
    assert_eq!(
        a.net.send(&new_key().id(), vec![]),
        Err(SendError::NotConnected)
    );
}
