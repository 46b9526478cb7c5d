//! One chunk of a file over one stream: asked for by its name, answered with its bytes or that they are not to be had.
//!
//! The question is the name, 32 bytes. The answer is one byte, 0: not here; or 1, then the length in four bytes (big end first)
//! and so many bytes, at most [`LARGEST_CHUNK`]. Then the stream ends. What the bytes are worth, the engine finds out.

use std::{
    collections::HashMap,
    future::Future,
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use futures::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use skein_access::{DeviceId, LARGEST_CHUNK};
use tokio::{
    sync::{mpsc, oneshot},
    time::timeout,
};

use crate::{
    NetEvent,
    limits::{CHUNK_ANSWER, CHUNK_QUESTION, CHUNK_SILENCE, CHUNKS_GIVEN, CHUNKS_GIVEN_TO_ONE},
    vital::Vital,
};

/// What names a chunk.
pub type ChunkId = [u8; 32];

/// Numbers what others ask for.
pub type AskId = u64;

/// What came of asking for a chunk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChunkAnswer {
    /// These bytes; they are not compared with the name yet.
    Bytes(Vec<u8>),
    /// That device does not have it, or does not give it.
    Missing,
    /// No answer: the connection broke, it took too long, or the answer made no sense.
    Failed,
}

/// So much is read or written at a time; each piece is a sign of life.
const PIECE: usize = 64 * 1024;

/// What others asked for and were not given yet.
#[derive(Debug, Clone, Default)]
pub(crate) struct Asks(Arc<Mutex<Open>>);

/// Where an answer is waited for; taken when it is given.
type Awaiting = Option<oneshot::Sender<Option<Vec<u8>>>>;

#[derive(Debug, Default)]
struct Open {
    last: AskId,
    open: HashMap<AskId, (DeviceId, Awaiting)>,
}

/// One that is open; over when this is dropped.
pub(crate) struct Ask {
    asks: Asks,
    id: AskId,
    answer: oneshot::Receiver<Option<Vec<u8>>>,
}

impl Asks {
    fn lock(&self) -> MutexGuard<'_, Open> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Room for one more of this device; `None` when it, or everybody together, has too many.
    pub(crate) fn begin(&self, device: DeviceId) -> Option<Ask> {
        let mut asks = self.lock();
        let of_it = asks.open.values().filter(|(by, _)| *by == device).count();
        if of_it >= CHUNKS_GIVEN_TO_ONE || asks.open.len() >= CHUNKS_GIVEN {
            return None;
        }
        asks.last += 1;
        let id = asks.last;
        let (give, answer) = oneshot::channel();
        asks.open.insert(id, (device, Some(give)));
        drop(asks);
        let asks = self.clone();
        Some(Ask { asks, id, answer })
    }

    /// Hands over what was asked for. Whoever asked may be gone.
    pub(crate) fn give(&self, id: AskId, bytes: Option<Vec<u8>>) {
        let give = self
            .lock()
            .open
            .get_mut(&id)
            .and_then(|(_, give)| give.take());
        if let Some(give) = give {
            let _ = give.send(bytes);
        }
    }
}

impl Drop for Ask {
    fn drop(&mut self) {
        self.asks.lock().open.remove(&self.id);
    }
}

/// Asks for a chunk on a stream and tells the engine what came of it.
pub(crate) async fn ask(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    peer: DeviceId,
    chunk: ChunkId,
    vital: Arc<Vital>,
    events: mpsc::Sender<NetEvent>,
) {
    let answer = exchange(&mut stream, &chunk, &vital)
        .await
        .unwrap_or_else(|error| {
            tracing::debug!(%peer, %error, "a chunk did not come");
            ChunkAnswer::Failed
        });
    drop(stream);
    // An engine that does not listen any more does not wait for it.
    let _ = events
        .send(NetEvent::Chunk {
            peer,
            chunk,
            answer,
        })
        .await;
}

async fn exchange(
    stream: &mut (impl AsyncRead + AsyncWrite + Unpin),
    chunk: &ChunkId,
    vital: &Vital,
) -> io::Result<ChunkAnswer> {
    write(stream, chunk, vital).await?;
    in_time(CHUNK_SILENCE, stream.flush()).await?;
    read_answer(stream, vital).await
}

/// Reads what was answered; its length is believed only as its bytes come.
pub(crate) async fn read_answer(
    stream: &mut (impl AsyncRead + Unpin),
    vital: &Vital,
) -> io::Result<ChunkAnswer> {
    let mut found = [0];
    // The other side reads it from its disk first, after what others asked for.
    in_time(CHUNK_ANSWER, stream.read_exact(&mut found)).await?;
    match found {
        [0] => return Ok(ChunkAnswer::Missing),
        [1] => {}
        _ => return Err(io::ErrorKind::InvalidData.into()),
    }
    let mut length = [0; 4];
    in_time(CHUNK_SILENCE, stream.read_exact(&mut length)).await?;
    let length = usize::try_from(u32::from_be_bytes(length)).unwrap_or(usize::MAX);
    if length > LARGEST_CHUNK {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut bytes = Vec::new();
    while bytes.len() < length {
        let start = bytes.len();
        bytes.resize(length.min(start + PIECE), 0);
        let room = bytes.get_mut(start..).unwrap_or_default();
        in_time(CHUNK_SILENCE, stream.read_exact(room)).await?;
        vital.touch();
    }
    Ok(ChunkAnswer::Bytes(bytes))
}

/// Reads what is asked for on a stream, lets the engine answer, and sends it.
pub(crate) async fn give(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    peer: DeviceId,
    mut open: Ask,
    vital: Arc<Vital>,
    events: mpsc::Sender<NetEvent>,
) {
    let given = async {
        let mut chunk = [0; 32];
        in_time(CHUNK_QUESTION, stream.read_exact(&mut chunk)).await?;
        let asked = NetEvent::ChunkAsked {
            peer,
            ask: open.id,
            chunk,
        };
        let gone = |_| io::Error::from(io::ErrorKind::BrokenPipe);
        events.send(asked).await.map_err(gone)?;
        let answer = timeout(CHUNK_ANSWER, &mut open.answer).await;
        match answer.ok().and_then(Result::ok).flatten() {
            Some(bytes) => {
                let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
                write(&mut stream, &[1], &vital).await?;
                write(&mut stream, &length.to_be_bytes(), &vital).await?;
                write(&mut stream, &bytes, &vital).await?;
            }
            None => write(&mut stream, &[0], &vital).await?,
        }
        in_time(CHUNK_SILENCE, stream.close()).await
    };
    if let Err(error) = given.await {
        tracing::debug!(%peer, %error, "a chunk was not given");
    }
}

async fn write(
    stream: &mut (impl AsyncWrite + Unpin),
    bytes: &[u8],
    vital: &Vital,
) -> io::Result<()> {
    for piece in bytes.chunks(PIECE) {
        in_time(CHUNK_SILENCE, stream.write_all(piece)).await?;
        // Only a piece that fills what is under way needed the other side to make room.
        if piece.len() == PIECE {
            vital.touch();
        }
    }
    Ok(())
}

async fn in_time<T>(
    patience: Duration,
    work: impl Future<Output = io::Result<T>>,
) -> io::Result<T> {
    timeout(patience, work)
        .await
        .unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
}
