//! The bounded queue of frames to one device, and the table of these queues that the handle sends through.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use skein_access::DeviceId;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};

use crate::{
    SendError,
    limits::{MAX_FRAME, QUEUE_BYTES, QUEUE_FRAMES},
};

/// A frame that waits, with the room that it takes.
#[derive(Debug)]
pub(crate) struct Queued {
    pub(crate) frame: Vec<u8>,
    _room: OwnedSemaphorePermit,
}

/// The sending end of one queue, bounded in bytes and in frames.
#[derive(Debug, Clone)]
pub(crate) struct Outbox {
    frames: mpsc::Sender<Queued>,
    room: Arc<Semaphore>,
}

impl Outbox {
    pub(crate) fn new() -> (Self, mpsc::Receiver<Queued>) {
        let (frames, queue) = mpsc::channel(QUEUE_FRAMES);
        (
            Self {
                frames,
                room: Arc::new(Semaphore::new(QUEUE_BYTES)),
            },
            queue,
        )
    }

    fn send(&self, frame: Vec<u8>) -> Result<(), SendError> {
        let Some(size) = u32::try_from(frame.len())
            .ok()
            .filter(|_| frame.len() <= MAX_FRAME)
        else {
            return Err(SendError::TooLarge(frame.len()));
        };
        let Ok(slot) = self.frames.try_reserve() else {
            return Err(if self.frames.is_closed() {
                SendError::NotConnected
            } else {
                SendError::Full(frame)
            });
        };
        match Arc::clone(&self.room).try_acquire_many_owned(size) {
            Ok(room) => {
                slot.send(Queued { frame, _room: room });
                Ok(())
            }
            Err(_) => Err(SendError::Full(frame)),
        }
    }

    /// Waits until a frame of any size has room; false when the link has ended meanwhile.
    async fn writable(&self) -> bool {
        let largest = u32::try_from(MAX_FRAME).unwrap_or(u32::MAX);
        tokio::select! {
            () = self.frames.closed() => false,
            room = self.room.acquire_many(largest) => {
                // Only room was asked for, not kept: the next `send` takes it.
                drop(room);
                self.frames.reserve().await.is_ok()
            }
        }
    }

    fn queued(&self) -> usize {
        QUEUE_BYTES.saturating_sub(self.room.available_permits())
    }
}

/// The queues to everyone who is connected.
#[derive(Debug, Clone, Default)]
pub(crate) struct Outboxes(Arc<Mutex<HashMap<DeviceId, Outbox>>>);

impl Outboxes {
    fn lock(&self) -> MutexGuard<'_, HashMap<DeviceId, Outbox>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn insert(&self, device: DeviceId, outbox: Outbox) {
        self.lock().insert(device, outbox);
    }

    pub(crate) fn remove(&self, device: &DeviceId) {
        self.lock().remove(device);
    }

    pub(crate) fn send(&self, device: &DeviceId, frame: Vec<u8>) -> Result<(), SendError> {
        self.lock()
            .get(device)
            .ok_or(SendError::NotConnected)?
            .send(frame)
    }

    pub(crate) async fn writable(&self, device: &DeviceId) -> bool {
        let outbox = self.lock().get(device).cloned();
        match outbox {
            Some(outbox) => outbox.writable().await,
            None => false,
        }
    }

    pub(crate) fn queued(&self, device: &DeviceId) -> usize {
        self.lock().get(device).map_or(0, Outbox::queued)
    }

    pub(crate) fn contains(&self, device: &DeviceId) -> bool {
        self.lock().contains_key(device)
    }

    pub(crate) fn connected(&self) -> Vec<DeviceId> {
        self.lock().keys().copied().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_queue_takes_its_bytes_and_no_more_and_gives_the_frame_back() {
        let (outbox, mut queue) = Outbox::new();
        for _ in 0..QUEUE_BYTES / MAX_FRAME {
            outbox.send(vec![0; MAX_FRAME]).unwrap();
        }
        assert_eq!(outbox.queued(), QUEUE_BYTES);
        assert_eq!(outbox.send(vec![5]), Err(SendError::Full(vec![5])));
        drop(queue.recv().await);
        assert!(outbox.writable().await);
        outbox.send(vec![5]).unwrap();
    }

    #[tokio::test]
    async fn a_queue_takes_few_frames_however_small() {
        let (outbox, _queue) = Outbox::new();
        for _ in 0..QUEUE_FRAMES {
            outbox.send(vec![]).unwrap();
        }
        assert_eq!(outbox.send(vec![]), Err(SendError::Full(vec![])));
    }

    #[tokio::test]
    async fn an_ended_link_is_told_apart_from_a_full_one() {
        let (outbox, queue) = Outbox::new();
        for _ in 0..QUEUE_BYTES / MAX_FRAME {
            outbox.send(vec![0; MAX_FRAME]).unwrap();
        }
        drop(queue);
        assert_eq!(outbox.send(vec![5]), Err(SendError::NotConnected));
        assert!(!outbox.writable().await);
    }

    #[test]
    fn a_frame_that_no_peer_accepts_is_not_queued() {
        let (outbox, _queue) = Outbox::new();
        assert_eq!(
            outbox.send(vec![0; MAX_FRAME + 1]),
            Err(SendError::TooLarge(MAX_FRAME + 1))
        );
    }
}
