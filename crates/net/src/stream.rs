//! One running link: a task that owns the stream, tells the engine of it in order, and moves frames both ways.
//!
//! Back-pressure: a frame is read only after the engine's queue took the one before it, and a frame leaves the outbox only
//! when the other side takes it. Between two links of one device nothing overlaps: the next starts after this task's end.

use std::{pin::pin, sync::Arc, time::Duration};

use futures::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use skein_access::DeviceId;
use tokio::{
    sync::{mpsc, oneshot},
    time::{Instant, sleep_until, timeout, timeout_at},
};

use crate::{
    Ended, NetEvent, frame,
    limits::LAST_WORDS,
    outbox::{Outbox, Outboxes, Queued},
    vital::Vital,
};

/// Everything a link needs.
pub(crate) struct Link<S> {
    pub(crate) device: DeviceId,
    pub(crate) address: String,
    pub(crate) direct: bool,
    pub(crate) dialed: bool,
    pub(crate) stream: S,
    pub(crate) events: mpsc::Sender<NetEvent>,
    pub(crate) outboxes: Outboxes,
    pub(crate) vital: Arc<Vital>,
    /// How long a stranger may say nothing.
    pub(crate) stranger_silence: Duration,
    /// The order to end, with the reason.
    pub(crate) end: oneshot::Receiver<Ended>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Link<S> {
    /// Runs the link to its end.
    pub(crate) async fn run(self) {
        let Self {
            device,
            address,
            direct,
            dialed,
            stream,
            events,
            outboxes,
            vital,
            stranger_silence,
            mut end,
        } = self;
        let (outbox, queue) = Outbox::new();
        outboxes.insert(device, outbox);
        let connected = NetEvent::Connected {
            peer: device,
            address,
            direct,
            dialed,
        };
        tokio::select! {
            biased;
            // The engine has not heard of this link, so it need not hear of its end.
            _ = &mut end => return outboxes.remove(&device),
            told = events.send(connected) => if told.is_err() {
                return outboxes.remove(&device);
            },
        }
        let reason = carry(
            stream,
            queue,
            device,
            &events,
            &outboxes,
            &vital,
            stranger_silence,
            &mut end,
        )
        .await;
        outboxes.remove(&device);
        let at_once = reason == Ended::ShuttingDown;
        let told = events.send(NetEvent::Disconnected {
            peer: device,
            reason,
        });
        if at_once {
            // The closing of the whole queue says the same to an engine that does not read any more.
            let _ = timeout(LAST_WORDS, told).await;
        } else {
            let _ = told.await;
        }
    }
}

#[allow(clippy::too_many_arguments)]
async fn carry(
    stream: impl AsyncRead + AsyncWrite + Unpin,
    queue: mpsc::Receiver<Queued>,
    device: DeviceId,
    events: &mpsc::Sender<NetEvent>,
    outboxes: &Outboxes,
    vital: &Vital,
    stranger_silence: Duration,
    end: &mut oneshot::Receiver<Ended>,
) -> Ended {
    let (mut reader, mut writer) = stream.split();
    let (reason, deadline) = {
        let mut reading = pin!(read_all(
            &mut reader,
            device,
            events,
            vital,
            stranger_silence
        ));
        let mut writing = pin!(write_all(&mut writer, queue, vital));
        tokio::select! {
            reason = &mut reading => return reason,
            reason = &mut writing => return reason,
            reason = &mut *end => {
                let reason = reason.unwrap_or(Ended::ShuttingDown);
                if !matches!(reason, Ended::ClosedHere(_) | Ended::ShuttingDown) {
                    return reason;
                }
                // What was queued still leaves, then the other side reads the end.
                outboxes.remove(&device);
                let deadline = Instant::now() + LAST_WORDS;
                let _ = timeout_at(deadline, &mut writing).await;
                (reason, deadline)
            }
        }
    };
    // Hanging up at once could overtake the last frames; the other side's own end says that it has them.
    let _ = timeout_at(deadline, discard(&mut reader)).await;
    reason
}

async fn discard(reader: &mut (impl AsyncRead + Unpin)) {
    let mut sink = [0; 4096];
    while matches!(reader.read(&mut sink).await, Ok(1..)) {}
}

async fn read_all(
    reader: &mut (impl AsyncRead + Unpin),
    peer: DeviceId,
    events: &mpsc::Sender<NetEvent>,
    vital: &Vital,
    stranger_silence: Duration,
) -> Ended {
    loop {
        let bytes = match read_in_time(reader, vital, stranger_silence).await {
            Ok(bytes) => bytes,
            Err(reason) => return reason,
        };
        if events.send(NetEvent::Frame { peer, bytes }).await.is_err() {
            return Ended::ShuttingDown;
        }
    }
}

/// One frame; a stranger must deliver it in time, and stops being one at any moment.
async fn read_in_time(
    reader: &mut (impl AsyncRead + Unpin),
    vital: &Vital,
    stranger_silence: Duration,
) -> Result<Vec<u8>, Ended> {
    let mut frame = pin!(frame::read(reader, vital));
    let patience = Instant::now() + stranger_silence;
    let mut watching = vital.is_stranger();
    loop {
        tokio::select! {
            frame = &mut frame => return frame,
            () = sleep_until(patience), if watching => {
                if vital.is_stranger() {
                    return Err(Ended::Silent);
                }
                watching = false;
            }
        }
    }
}

/// Writes what is queued until the queue is closed and empty, then says good-bye.
async fn write_all(
    writer: &mut (impl AsyncWrite + Unpin),
    mut queue: mpsc::Receiver<Queued>,
    vital: &Vital,
) -> Ended {
    while let Some(queued) = queue.recv().await {
        if let Err(reason) = frame::write(writer, &queued.frame, vital).await {
            return reason;
        }
        if queue.is_empty()
            && let Err(reason) = frame::flush(writer).await
        {
            return reason;
        }
    }
    let _ = writer.close().await;
    Ended::ShuttingDown
}
