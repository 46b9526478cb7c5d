//! The local socket: one JSON message a line each way, for every process that does not own the profile.

use std::io;

use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncWrite, AsyncWriteExt};

/// The longest line either side takes: a pasted megabyte with escapes fits, a runaway peer does not.
const LONGEST_LINE: usize = 64 * 1024 * 1024;

/// Writes one message.
pub(crate) async fn write_message<T: Serialize>(
    to: &mut (impl AsyncWrite + Unpin),
    message: &T,
) -> io::Result<()> {
    let mut line = serde_json::to_vec(message)?;
    line.push(b'\n');
    to.write_all(&line).await?;
    to.flush().await
}

/// Reads one message; `None` at the end of the stream.
pub(crate) async fn read_message<T: DeserializeOwned>(
    from: &mut (impl AsyncBufRead + Unpin),
) -> io::Result<Option<T>> {
    let mut line = Vec::new();
    loop {
        let chunk = from.fill_buf().await?;
        if chunk.is_empty() {
            return if line.is_empty() {
                Ok(None)
            } else {
                Err(io::ErrorKind::UnexpectedEof.into())
            };
        }
        let end = chunk.iter().position(|byte| *byte == b'\n');
        let take = end.map_or(chunk.len(), |at| at + 1);
        if line.len() + take > LONGEST_LINE {
            return Err(io::Error::other("a message was longer than 64 MiB"));
        }
        line.extend(chunk.iter().take(take));
        from.consume(take);
        if end.is_some() {
            return serde_json::from_slice(&line)
                .map(Some)
                .map_err(io::Error::from);
        }
    }
}
