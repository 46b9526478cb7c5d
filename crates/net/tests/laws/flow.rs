//! Back-pressure: a slow reader slows the sender, and costs neither side memory.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use crate::nodes::{two_connected, two_members};
use skein_net::{EVENT_QUEUE, MAX_FRAME, NetEvent, QUEUE_BYTES, SendError};

/// Everything that may be under way at once: the sender's queue, the windows and buffers of the transport, the frame in hand
/// on each side, and the queue of events.
const UNDER_WAY: usize = QUEUE_BYTES + (EVENT_QUEUE + 2) * MAX_FRAME + 32 * MAX_FRAME;

async fn pump(quic: bool, megabytes: usize) {
    let (mut a, mut b) = two_members().await;
    a.net
        .dial(&[if quic { b.quic() } else { b.tcp() }], Some(b.id()))
        .unwrap();
    a.connected_to(b.id()).await;
    b.connected_to(a.id()).await;
    let (from, to) = (a.id(), b.id());
    let sent = Arc::new(AtomicUsize::new(0));
    let (full, was_full) = tokio::sync::oneshot::channel();
    let sender = tokio::spawn({
        let sent = Arc::clone(&sent);
        async move {
            let mut full = Some(full);
            for number in 0..megabytes {
                let mut frame = vec![u8::try_from(number % 251).unwrap(); MAX_FRAME];
                while let Err(error) = a.net.send(&to, frame) {
                    let SendError::Full(back) = error else {
                        panic!("{error}")
                    };
                    frame = back;
                    assert!(a.net.queued(&to) <= QUEUE_BYTES);
                    if let Some(full) = full.take() {
                        let _ = full.send(());
                    }
                    assert!(a.net.writable(&to).await);
                }
                sent.fetch_add(MAX_FRAME, Ordering::SeqCst);
            }
            a
        }
    });
    // Nobody reads before the sender has been told to wait.
    was_full.await.unwrap();
    let mut received = 0;
    for number in 0..megabytes {
        assert!(b.events.len() <= EVENT_QUEUE);
        assert!(
            sent.load(Ordering::SeqCst) - received <= UNDER_WAY,
            "too much under way"
        );
        let bytes = b.frame_from(from).await;
        assert!(
            bytes.len() == MAX_FRAME && bytes.iter().all(|byte| usize::from(*byte) == number % 251)
        );
        received += bytes.len();
        tokio::task::yield_now().await;
    }
    let a = sender.await.unwrap();
    assert_eq!(a.net.queued(&to), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_megabytes_through_a_slow_reader_stay_bounded_by_tcp() {
    pump(false, 200).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_megabytes_through_a_slow_reader_stay_bounded_by_quic() {
    pump(true, 50).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_slow_link_does_not_stop_the_other_direction() {
    let (mut a, b) = two_connected().await;
    // b reads nothing at all; what a sends fills every queue, and yet b's own frames reach a.
    loop {
        match a.net.send(&b.id(), vec![1; MAX_FRAME]) {
            Ok(()) => {}
            Err(SendError::Full(_)) => break,
            Err(other) => panic!("{other}"),
        }
    }
    b.send(a.id(), vec![2; 300_000]).await;
    match a.next_of_link().await {
        NetEvent::Frame { bytes, .. } => assert_eq!(bytes.len(), 300_000),
        other => panic!("{other:?}"),
    }
}
