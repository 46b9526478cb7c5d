//! The tasks that libp2p starts for its connections, kept so that a shutdown can wait for them.

use std::{
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use libp2p::swarm::Executor;
use tokio::task::JoinSet;

/// Starts tasks and remembers those that run.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tasks(Arc<Mutex<JoinSet<()>>>);

impl Executor for Tasks {
    fn exec(&self, future: Pin<Box<dyn Future<Output = ()> + Send>>) {
        let mut running = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        while running.try_join_next().is_some() {}
        running.spawn(future);
    }
}

impl Tasks {
    /// Waits for the end of every task; those that take longer are cut off (a dead TCP connection closes only after minutes).
    pub(crate) async fn finish(self, patience: Duration) {
        let mut running =
            std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        let _ = tokio::time::timeout(patience, async {
            while running.join_next().await.is_some() {}
        })
        .await;
        running.shutdown().await;
    }
}
