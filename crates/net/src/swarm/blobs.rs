//! Chunks of files: streams for them are opened on the connection of the running link, and each runs as a task of its own.

use std::sync::Arc;

use skein_access::DeviceId;

use super::NetTask;
use crate::{
    NetEvent,
    chunks::{self, ChunkAnswer, ChunkId},
    identity::{device_of, peer_of},
    streams::{StreamEvent, StreamHappened},
    vital::Vital,
};

impl NetTask {
    pub(super) fn ask_chunk(&mut self, device: DeviceId, chunk: ChunkId) {
        match (self.links.live(&device), peer_of(&device)) {
            (Some(connection), Some(peer)) => {
                let blob = &mut self.swarm.behaviour_mut().blob;
                blob.open(peer, connection, chunk);
            }
            _ => self.chunk_failed(device, chunk),
        }
    }

    pub(super) fn on_blob(&mut self, StreamEvent { peer, what, .. }: StreamEvent<ChunkId>) {
        let Some(device) = device_of(&peer) else {
            return;
        };
        let vital = self.vital_of(&device);
        let events = self.ends.events.clone();
        match (what, vital) {
            (StreamHappened::Opened(chunk, stream), Some(vital)) => {
                let asking = chunks::ask(stream, device, chunk, vital, events);
                self.chunk_tasks.spawn(asking);
            }
            (StreamHappened::Opened(chunk, _) | StreamHappened::NotOpened(chunk), _) => {
                self.chunk_failed(device, chunk);
            }
            (StreamHappened::Accepted(stream), Some(vital)) => {
                // Whoever asks for too much at once is not answered: the stream ends.
                if let Some(open) = self.ends.asks.begin(device) {
                    let giving = chunks::give(stream, device, open, vital, events);
                    self.chunk_tasks.spawn(giving);
                }
            }
            (StreamHappened::Accepted(_), None) => {}
        }
    }

    fn vital_of(&self, device: &DeviceId) -> Option<Arc<Vital>> {
        let running = self.running.get(device)?;
        Some(Arc::clone(&running.vital))
    }

    fn chunk_failed(&mut self, peer: DeviceId, chunk: ChunkId) {
        self.notice(NetEvent::Chunk {
            peer,
            chunk,
            answer: ChunkAnswer::Failed,
        });
    }
}
