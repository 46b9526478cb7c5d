//! How two devices find together, stay together, and part.

use std::net::Ipv4Addr;

use crate::nodes::{
    Node, PATIENCE, new_key, ordered_keys, port_of_its_own, start, start_on, talk, two_connected,
    two_members,
};
use skein_net::{DialFailure, Ended, Limits, Listen, Net, NetConfig, NetError, NetEvent};
use tokio::{
    io::copy,
    net::{TcpListener, TcpStream},
    sync::watch,
    time::timeout,
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn by_tcp_and_by_quic_frames_arrive_in_order_from_an_authenticated_device() {
    for quic in [false, true] {
        let (mut a, mut b) = two_members().await;
        let address = if quic { b.quic() } else { b.tcp() };
        a.net.dial(&[address], Some(b.id())).unwrap();
        assert!(a.connected_to(b.id()).await, "a dialled");
        assert!(!b.connected_to(a.id()).await, "b did not");
        talk(&mut a, &mut b).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_typed_address_reaches_a_member_without_naming_it() {
    let (mut a, mut b) = two_members().await;
    a.net
        .dial(&[format!("127.0.0.1:{}", b.net.port())], None)
        .unwrap();
    a.connected_to(b.id()).await;
    b.connected_to(a.id()).await;
    talk(&mut a, &mut b).await;
    a.net.dial(&[b.tcp()], Some(b.id())).unwrap();
    assert_eq!(
        a.dial_failure().await,
        DialFailure::AlreadyConnected(b.id())
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_addresses_a_node_tells_lead_to_it_and_name_it() {
    let (mut a, mut b) = two_members().await;
    while b.net.listen_addresses().len() < 2 {
        assert!(matches!(
            timeout(PATIENCE, b.events.recv()).await.unwrap(),
            Some(NetEvent::Listening { .. })
        ));
    }
    let addresses = b.net.listen_addresses();
    a.net.dial(&addresses, None).unwrap();
    a.connected_to(b.id()).await;
    let error = a.net.known(a.id(), &addresses).unwrap_err();
    assert!(matches!(error, NetError::Address(_)), "{error}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn when_both_dial_at_once_there_is_one_link_and_both_agree_who_dialled() {
    for round in 0..6 {
        let (mut a, mut b) = two_members().await;
        let (to_a, to_b) = if round % 2 == 0 {
            (a.tcp(), b.tcp())
        } else {
            (a.quic(), b.tcp())
        };
        a.net.known(b.id(), &[to_b]).unwrap();
        b.net.known(a.id(), &[to_a]).unwrap();
        let (a_dialled, b_dialled) = (a.connected_to(b.id()).await, b.connected_to(a.id()).await);
        assert_ne!(a_dialled, b_dialled, "round {round}");
        // Any second `Connected`, or a `Disconnected`, would come in between.
        talk(&mut a, &mut b).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_device_that_restarts_on_its_port_is_dialled_and_connected_again() {
    let mut a = start(new_key()).await;
    let mut b = start_on(new_key(), port_of_its_own(), Limits::default()).await;
    a.allow(&[&b]);
    b.allow(&[&a]);
    a.net.known(b.id(), &[b.tcp(), b.quic()]).unwrap();
    a.connected_to(b.id()).await;
    b.connected_to(a.id()).await;
    let (key, port) = (b.key.clone(), b.net.port());
    b.net.shutdown().await;
    assert_free(port);
    a.disconnected_from(b.id()).await;
    let mut b = start_on(key, port, Limits::default()).await;
    assert_eq!(b.net.port(), port);
    b.allow(&[&a]);
    a.connected_to(b.id()).await;
    b.connected_to(a.id()).await;
    talk(&mut a, &mut b).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_known_device_that_comes_late_is_reached_at_once_when_told_so() {
    let (key_a, key_b) = (new_key(), new_key());
    let port = port_of_its_own();
    let mut a = start(key_a).await;
    a.allow_ids(&[key_b.id()], false);
    a.net
        .known(key_b.id(), &[format!("127.0.0.1:{port}")])
        .unwrap();
    assert!(matches!(
        a.dial_failure().await,
        DialFailure::NothingListens | DialFailure::NoAnswer
    ));
    let mut b = start_on(key_b, port, Limits::default()).await;
    b.allow(&[&a]);
    a.net.redial_now().unwrap();
    a.connected_to(b.id()).await;
    b.connected_to(a.id()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_sent_before_closing_arrives_before_the_end() {
    for quic in [false, true] {
        let (mut a, mut b) = two_members().await;
        a.net
            .dial(&[if quic { b.quic() } else { b.tcp() }], Some(b.id()))
            .unwrap();
        a.connected_to(b.id()).await;
        b.connected_to(a.id()).await;
        for number in 0..20u8 {
            a.send(b.id(), vec![number; 50_000]).await;
        }
        a.net.close(b.id(), "enough").unwrap();
        for number in 0..20u8 {
            assert_eq!(b.frame_from(a.id()).await, vec![number; 50_000]);
        }
        assert_eq!(b.disconnected_from(a.id()).await, Ended::ClosedByPeer);
        assert_eq!(
            a.disconnected_from(b.id()).await,
            Ended::ClosedHere("enough".into())
        );
        assert!(a.net.connected().is_empty() && !a.net.writable(&b.id()).await);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_port_in_use_is_an_error_that_names_it() {
    let a = start(new_key()).await;
    let key = new_key();
    let taken = NetConfig {
        key: &key,
        listen: Listen::loopback(a.net.port()),
        discover: false,
        limits: Limits::default(),
        circuits: None,
    };
    let error = Net::start(taken).await.unwrap_err();
    assert!(
        matches!(error, NetError::PortInUse { port } if port == a.net.port()),
        "{error}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dials_that_lead_nowhere_say_why() {
    let mut a = start(new_key()).await;
    let nobody = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .await
        .unwrap()
        .local_addr()
        .unwrap();
    a.net
        .dial(
            &[format!("/ip4/127.0.0.1/tcp/{}", nobody.port())],
            Some(new_key().id()),
        )
        .unwrap();
    let failure = a.dial_failure().await;
    assert!(failure.to_string().contains("nothing listens"), "{failure}");
    a.net
        .dial(&["no-such-host.invalid:4711".into()], None)
        .unwrap();
    assert_eq!(
        a.dial_failure().await,
        DialFailure::UnknownHost("no-such-host.invalid".into())
    );
    let other = start(a.key.clone()).await;
    a.net.dial(&[other.tcp()], None).unwrap();
    assert_eq!(a.dial_failure().await, DialFailure::ThisDevice);
    a.net.shutdown().await;
    assert!(matches!(a.net.redial_now(), Err(NetError::Stopped)));
}

/// The sockets are closed now, not soon.
fn assert_free(port: u16) {
    std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, port)).unwrap();
    std::net::UdpSocket::bind((Ipv4Addr::LOCALHOST, port)).unwrap();
}

/// A way between two devices that can be cut like a cable: nothing is closed, nothing arrives any more.
async fn cable_to(port: u16) -> (u16, watch::Sender<bool>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let own = listener.local_addr().unwrap().port();
    let (cut, is_cut) = watch::channel(false);
    tokio::spawn(async move {
        while let Ok((near, _)) = listener.accept().await {
            let far = TcpStream::connect((Ipv4Addr::LOCALHOST, port))
                .await
                .unwrap();
            let mut is_cut = is_cut.clone();
            tokio::spawn(async move {
                let (mut near_read, mut near_write) = near.into_split();
                let (mut far_read, mut far_write) = far.into_split();
                let cut = async {
                    let _ = is_cut.wait_for(|cut| *cut).await;
                };
                tokio::select! {
                    _ = copy(&mut near_read, &mut far_write) => return,
                    _ = copy(&mut far_read, &mut near_write) => return,
                    () = cut => {}
                }
                // Both sockets stay open and silent for as long as the test runs.
                std::future::pending::<()>().await;
            });
        }
    });
    (own, cut)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cut_cable_is_noticed_on_both_sides_and_another_way_is_taken() {
    for leader_dials in [true, false] {
        let (small, large) = ordered_keys();
        let (dialler, listener) = if leader_dials {
            (small, large)
        } else {
            (large, small)
        };
        let (mut a, mut b) = (start(dialler).await, start(listener).await);
        a.allow(&[&b]);
        b.allow(&[&a]);
        let (port, cut) = cable_to(b.net.port()).await;
        a.net
            .dial(&[format!("/ip4/127.0.0.1/tcp/{port}")], Some(b.id()))
            .unwrap();
        a.connected_to(b.id()).await;
        b.connected_to(a.id()).await;
        talk(&mut a, &mut b).await;
        cut.send_replace(true);
        let started = std::time::Instant::now();
        assert_eq!(a.disconnected_from(b.id()).await, Ended::NoAnswer);
        assert!(started.elapsed().as_secs() < 15, "{:?}", started.elapsed());
        // The way back may be found before the other side has noticed: it waits, and then takes it.
        a.net.known(b.id(), &[b.tcp()]).unwrap();
        assert!(matches!(
            b.disconnected_from(a.id()).await,
            Ended::NoAnswer | Ended::Replaced
        ));
        a.connected_to(b.id()).await;
        b.connected_to(a.id()).await;
        talk(&mut a, &mut b).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn shutting_down_ends_everything_even_when_nobody_reads_the_events() {
    let (a, mut b) = two_connected().await;
    let Node { net, events, .. } = a;
    // More than the queue of events holds.
    for _ in 0..200 {
        b.send(net.device(), vec![1; 1000]).await;
    }
    timeout(PATIENCE, net.shutdown()).await.unwrap();
    assert!(matches!(
        b.disconnected_from(net.device()).await,
        Ended::ClosedByPeer | Ended::Lost(_)
    ));
    drop(events);
    assert_free(net.port());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_engine_that_does_not_read_can_still_give_orders() {
    let (mut a, mut b) = two_connected().await;
    for _ in 0..200 {
        b.send(a.id(), vec![1; 1000]).await;
    }
    // The queue of events is full now, or soon; orders are obeyed all the same.
    a.net.close(b.id(), "not now").unwrap();
    assert!(matches!(
        b.disconnected_from(a.id()).await,
        Ended::ClosedByPeer | Ended::Lost(_)
    ));
    loop {
        match a.next_of_link().await {
            NetEvent::Frame { .. } => {}
            NetEvent::Disconnected { reason, .. } => {
                break assert_eq!(reason, Ended::ClosedHere("not now".into()));
            }
            other => panic!("{other:?}"),
        }
    }
}

/// mDNS does not use loopback, and not every network lets it pass, so this is run by hand on a machine with a network:
/// `cargo test -p skein-net --test connecting -- --ignored members_on_the_local_network`
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs a network with multicast"]
async fn members_on_the_local_network_find_each_other_and_nobody_else() {
    let mut nodes = Vec::new();
    for _ in 0..3 {
        let key = new_key();
        let config = NetConfig {
            key: &key,
            listen: Listen::everywhere(0),
            discover: true,
            limits: Limits::default(),
            circuits: None,
        };
        let (net, events) = Net::start(config).await.unwrap();
        assert!(net.discovers());
        nodes.push(Node { key, net, events });
    }
    let [mut a, mut b, stranger] = <[Node; 3]>::try_from(nodes).ok().unwrap();
    // The stranger would like to know them; they do not know it.
    stranger.allow(&[&a, &b]);
    a.allow(&[&b]);
    b.allow(&[&a]);
    let (to_a, to_b) = (a.id(), b.id());
    for (node, other) in [(&mut a, to_b), (&mut b, to_a)] {
        loop {
            match node.next().await {
                NetEvent::Connected { peer, .. } => break assert_eq!(peer, other),
                NetEvent::Discovered { peer, .. } => assert_eq!(peer, other),
                _ => {}
            }
        }
    }
}
