//! Frames on their way to the network: kept in order for each device while its queue is full, and bounded.

use std::collections::HashMap;

use skein_access::DeviceId;
use skein_net::{NetHandle, SendError};
use tokio::sync::mpsc;

/// Frames that may wait for one device. A session has at most a window of a few MiB under way, in frames of up to one MiB, and
/// small frames beside them.
const WAITING: usize = 512;

/// The queues before the network's own.
#[derive(Default)]
pub(crate) struct Outgoing {
    queues: HashMap<DeviceId, mpsc::Sender<Vec<u8>>>,
}

impl Outgoing {
    /// Sends a frame after those before it. `false`: the device takes too little, and should be let go.
    pub(crate) fn send(
        &mut self,
        runtime: &tokio::runtime::Handle,
        net: &NetHandle,
        peer: DeviceId,
        frame: Vec<u8>,
    ) -> bool {
        let queue = self.queues.entry(peer).or_insert_with(|| {
            let (queue, waiting) = mpsc::channel(WAITING);
            runtime.spawn(pump(net.clone(), peer, waiting));
            queue
        });
        queue.try_send(frame).is_ok()
    }

    /// Forgets what was to be sent to a device that is gone.
    pub(crate) fn forget(&mut self, peer: &DeviceId) {
        self.queues.remove(peer);
    }
}

async fn pump(net: NetHandle, peer: DeviceId, mut waiting: mpsc::Receiver<Vec<u8>>) {
    while let Some(mut frame) = waiting.recv().await {
        // A device that is not connected any more gets nothing: the next session compares anew.
        while let Err(SendError::Full(back)) = net.send(&peer, frame) {
            if !net.writable(&peer).await {
                break;
            }
            frame = back;
        }
    }
}
