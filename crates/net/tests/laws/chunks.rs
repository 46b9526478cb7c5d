//! Chunks of files over real sockets: whole, refused, too many, and cut off in the middle.

use crate::nodes::{Node, new_key, start, talk, two_connected, two_members};
use skein_access::{DeviceId, LARGEST_CHUNK};
use skein_net::{AskId, ChunkAnswer, ChunkId, NetEvent};

impl Node {
    async fn asked_by(&mut self, device: DeviceId) -> (AskId, ChunkId) {
        match self.next_of_link().await {
            NetEvent::ChunkAsked { peer, ask, chunk } if peer == device => (ask, chunk),
            other => panic!("expected a question of {device}, got {other:?}"),
        }
    }

    async fn answer_of(&mut self, device: DeviceId) -> (ChunkId, ChunkAnswer) {
        match self.next_of_link().await {
            NetEvent::Chunk {
                peer,
                chunk,
                answer,
            } if peer == device => (chunk, answer),
            other => panic!("expected an answer of {device}, got {other:?}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_chunk_of_any_size_arrives_whole_by_either_transport() {
    for quic in [false, true] {
        let (mut a, mut b) = two_members().await;
        let address = if quic { b.quic() } else { b.tcp() };
        a.net.dial(&[address], Some(b.id())).unwrap();
        a.connected_to(b.id()).await;
        b.connected_to(a.id()).await;
        for (number, size) in [(1, 0), (2, 1), (3, 100_000), (4, LARGEST_CHUNK)] {
            let chunk = [number; 32];
            a.net.ask_chunk(b.id(), chunk).unwrap();
            let (ask, asked) = b.asked_by(a.id()).await;
            assert_eq!(asked, chunk);
            let bytes = vec![number; size];
            b.net.give_chunk(ask, Some(bytes.clone()));
            let (of, answer) = a.answer_of(b.id()).await;
            assert!((of, answer) == (chunk, ChunkAnswer::Bytes(bytes)));
        }
        // Beside the frames, and without harm to them.
        a.net.ask_chunk(b.id(), [9; 32]).unwrap();
        let (ask, _) = b.asked_by(a.id()).await;
        talk(&mut a, &mut b).await;
        b.net.give_chunk(ask, None);
        assert_eq!(a.answer_of(b.id()).await, ([9; 32], ChunkAnswer::Missing));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_asks_for_too_much_at_once_is_not_answered_and_may_ask_again() {
    let (mut a, mut b) = two_connected().await;
    for number in 0..5 {
        a.net.ask_chunk(b.id(), [number; 32]).unwrap();
    }
    let mut open = Vec::new();
    for _ in 0..4 {
        open.push(b.asked_by(a.id()).await);
    }
    let (_, answer) = a.answer_of(b.id()).await;
    assert_eq!(answer, ChunkAnswer::Failed);
    for (ask, _) in open {
        b.net.give_chunk(ask, None);
        assert_eq!(a.answer_of(b.id()).await.1, ChunkAnswer::Missing);
    }
    a.net.ask_chunk(b.id(), [7; 32]).unwrap();
    let (ask, _) = b.asked_by(a.id()).await;
    b.net.give_chunk(ask, Some(vec![7]));
    assert_eq!(a.answer_of(b.id()).await.1, ChunkAnswer::Bytes(vec![7]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_line_that_is_cut_in_the_middle_is_told_as_a_failure() {
    let (mut a, mut b) = two_connected().await;
    a.net.ask_chunk(b.id(), [1; 32]).unwrap();
    let _ = b.asked_by(a.id()).await;
    let (id, b_id) = (a.id(), b.id());
    b.net.close(id, "enough").unwrap();
    let mut events = [a.next_of_link().await, a.next_of_link().await];
    events.sort_by_key(|event| matches!(event, NetEvent::Disconnected { .. }));
    let failed = NetEvent::Chunk {
        peer: b_id,
        chunk: [1; 32],
        answer: ChunkAnswer::Failed,
    };
    assert_eq!(events[0], failed);
    assert!(matches!(events[1], NetEvent::Disconnected { .. }));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_can_be_asked_who_is_not_connected() {
    let mut a = start(new_key()).await;
    let stranger = new_key().id();
    a.net.ask_chunk(stranger, [1; 32]).unwrap();
    assert_eq!(a.answer_of(stranger).await, ([1; 32], ChunkAnswer::Failed));
}
