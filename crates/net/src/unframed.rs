//! What is read off a stream, apart from the swarm: the same readers that serve other devices, for whoever plays the other side byte by byte.
//!
//! Each reads to the end, or to the first bytes that make no sense. The two that wait must run inside a tokio runtime with time.

use futures::AsyncRead;

use crate::{ChunkAnswer, Ended, chunks, codes, frame, limits::CODE_MESSAGES, vital::Vital};

/// The frames on a sync stream, and why there are no more.
pub async fn frames(mut stream: impl AsyncRead + Unpin) -> (Vec<Vec<u8>>, Ended) {
    let vital = Vital::new();
    let mut frames = Vec::new();
    loop {
        match frame::read(&mut stream, &vital).await {
            Ok(frame) => frames.push(frame),
            Err(ended) => return (frames, ended),
        }
    }
}

/// The answer of a device that was asked for a chunk of a file.
pub async fn chunk_answer(mut stream: impl AsyncRead + Unpin) -> ChunkAnswer {
    let answer = chunks::read_answer(&mut stream, &Vital::new()).await;
    answer.unwrap_or(ChunkAnswer::Failed)
}

/// The messages of one side of an exchange for a short code, as many as an exchange has.
pub async fn code_messages(mut stream: impl AsyncRead + Unpin) -> Vec<Vec<u8>> {
    let mut messages = Vec::new();
    while messages.len() < CODE_MESSAGES
        && let Ok(message) = codes::hear(&mut stream).await
    {
        messages.push(message);
    }
    messages
}
