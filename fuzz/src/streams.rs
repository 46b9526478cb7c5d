//! What is read off streams beside sessions and in them, and the exchange for a short code.

use std::sync::LazyLock;

use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use skein_access::code::Code;
use skein_access::code_exchange::{InviterWaits, JoinerAsks, Pair};
use skein_access::{DeviceId, LARGEST_CHUNK};
use skein_net::{ChunkAnswer, Ended, unframed};
use tokio::runtime::{Builder, Runtime};

use crate::frames_of;

static RUNTIME: LazyLock<Option<Runtime>> =
    LazyLock::new(|| Builder::new_current_thread().enable_time().build().ok());

/// The bytes that another device sends on a stream: each kind of stream reads them.
pub fn stream(bytes: &[u8]) {
    let Some(runtime) = RUNTIME.as_ref() else {
        return;
    };
    runtime.block_on(async {
        let (frames, ended) = unframed::frames(bytes).await;
        let mut again = Vec::new();
        for frame in &frames {
            again.extend((frame.len() as u32).to_be_bytes());
            again.extend(frame);
        }
        assert!(bytes.starts_with(&again), "frames are what was sent");
        let all = again.len() == bytes.len();
        assert_eq!(
            ended == Ended::ClosedByPeer,
            all,
            "an end is told from a loss"
        );

        match unframed::chunk_answer(bytes).await {
            ChunkAnswer::Bytes(chunk) => {
                assert!(chunk.len() <= LARGEST_CHUNK);
                assert!(bytes.get(5..).is_some_and(|rest| rest.starts_with(&chunk)));
            }
            ChunkAnswer::Missing => assert!(bytes.starts_with(&[0])),
            ChunkAnswer::Failed => {}
        }

        let mut rest = bytes;
        for message in unframed::code_messages(bytes).await {
            let length = (message.len() as u16).to_be_bytes();
            let after = rest.strip_prefix(&length);
            rest = after
                .and_then(|rest| rest.strip_prefix(message.as_slice()))
                .expect("messages are what was sent");
        }
    });
}

/// What is handed over.
const TICKET: &str = "the ticket";
const PAIR: Pair = Pair {
    joiner: DeviceId::from_bytes([1; 32]),
    inviter: DeviceId::from_bytes([2; 32]),
};

fn code() -> Option<Code> {
    "K7QM-2XPD".parse().ok()
}

fn rng(seed: u64) -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(seed)
}

/// What the joiner says when both have the code, and then the inviter.
pub fn honest_exchange() -> Option<[Vec<Vec<u8>>; 2]> {
    let code = code()?;
    let (joiner, first) = JoinerAsks::begin(&code, PAIR, &mut rng(1));
    let (inviter, answer) = InviterWaits::answer(&code, PAIR, &first, &mut rng(2)).ok()?;
    let (_, proof) = joiner.answered(&answer).ok()?;
    let ticket = inviter.proved(&proof, TICKET, &mut rng(3)).ok()?;
    Some([vec![first, proof], vec![answer, ticket]])
}

/// The two messages that either side hears in an exchange for a short code; the first byte chooses the side. Only those of the other side that has
/// the code lead anywhere.
pub fn code_exchange(bytes: &[u8]) {
    let Some((side, rest)) = bytes.split_first() else {
        return;
    };
    let heard = frames_of(rest);
    let message = |at: usize| heard.get(at).copied().unwrap_or_default();
    let (Some(code), Some([of_joiner, of_inviter])) = (code(), honest_exchange()) else {
        return;
    };
    if side & 1 == 0 {
        let answered = InviterWaits::answer(&code, PAIR, message(0), &mut rng(2));
        let Ok((inviter, _)) = answered else {
            return;
        };
        if inviter.proved(message(1), TICKET, &mut rng(3)).is_ok() {
            assert_eq!(
                heard.get(..2),
                Some([of_joiner[0].as_slice(), &of_joiner[1]].as_slice())
            );
        }
    } else {
        let (joiner, _) = JoinerAsks::begin(&code, PAIR, &mut rng(1));
        let Ok((joiner, _)) = joiner.answered(message(0)) else {
            return;
        };
        if let Ok(ticket) = joiner.received(message(1)) {
            assert_eq!(*ticket, TICKET);
            assert_eq!(
                heard.get(..2),
                Some([of_inviter[0].as_slice(), &of_inviter[1]].as_slice())
            );
        }
    }
}
