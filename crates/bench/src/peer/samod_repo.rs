//! samod: repositories on file storage, or two of them over an in-memory channel whose messages are counted.

use std::convert::Infallible;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context, Result};
use futures::channel::mpsc;
use futures::future::BoxFuture;
use futures::{SinkExt, StreamExt};
use samod::storage::{Storage, StorageKey, TokioFilesystemStorage};
use samod::{AcceptorHandle, BackoffConfig, DialError, Dialer, DialerHandle, Repo, Transport};
use url::Url;

/// What went through a storage or a channel.
#[derive(Debug, Clone, Default)]
pub(crate) struct Counted {
    bytes: Arc<AtomicU64>,
    times: Arc<AtomicU64>,
}

impl Counted {
    fn count(&self, bytes: usize) {
        self.bytes.fetch_add(bytes as u64, Ordering::Relaxed);
        self.times.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    pub(crate) fn times(&self) -> u64 {
        self.times.load(Ordering::Relaxed)
    }
}

/// samod's file storage, with what is written counted once it is written.
#[derive(Clone)]
pub(crate) struct CountedFiles {
    files: TokioFilesystemStorage,
    pub(crate) written: Counted,
}

impl CountedFiles {
    pub(crate) fn new(folder: &Path) -> Self {
        Self {
            files: TokioFilesystemStorage::new(folder),
            written: Counted::default(),
        }
    }
}

impl Storage for CountedFiles {
    fn load(&self, key: StorageKey) -> impl Future<Output = Option<Vec<u8>>> + Send {
        self.files.load(key)
    }

    fn load_range(
        &self,
        prefix: StorageKey,
    ) -> impl Future<Output = std::collections::HashMap<StorageKey, Vec<u8>>> + Send {
        self.files.load_range(prefix)
    }

    fn put(&self, key: StorageKey, data: Vec<u8>) -> impl Future<Output = ()> + Send {
        let (size, written) = (data.len(), self.written.clone());
        let put = self.files.put(key, data);
        async move {
            put.await;
            written.count(size);
        }
    }

    fn delete(&self, key: StorageKey) -> impl Future<Output = ()> + Send {
        self.files.delete(key)
    }
}

/// Dials a repository in this process; what is said either way is counted.
struct CountedChannel {
    url: Url,
    acceptor: AcceptorHandle,
    said: Counted,
}

impl Dialer for CountedChannel {
    type Error = Infallible;

    fn url(&self) -> Url {
        self.url.clone()
    }

    fn connect(&self) -> BoxFuture<'static, Result<Transport, DialError<Infallible>>> {
        let (acceptor, said) = (self.acceptor.clone(), self.said.clone());
        Box::pin(async move {
            let (to_acceptor, at_acceptor) = mpsc::channel::<Vec<u8>>(4096);
            let (to_dialer, at_dialer) = mpsc::channel::<Vec<u8>>(4096);
            let counting = |to: mpsc::Sender<Vec<u8>>, said: Counted| {
                to.with(move |message: Vec<u8>| {
                    said.count(message.len());
                    futures::future::ready(Ok::<_, mpsc::SendError>(message))
                })
            };
            acceptor
                .accept(Transport::new(
                    at_acceptor.map(Ok::<_, Infallible>),
                    counting(to_dialer, said.clone()),
                ))
                .map_err(DialError::transient)?;
            Ok(Transport::new(
                at_dialer.map(Ok::<_, Infallible>),
                counting(to_acceptor, said),
            ))
        })
    }
}

/// Connects two repositories; returns the connection and the count of what is said over it.
pub(crate) async fn connect(
    dialing: &Repo,
    accepting: &Repo,
) -> Result<(DialerHandle<Infallible>, Counted)> {
    let url = Url::parse("channel://bench")?;
    let acceptor = accepting.make_acceptor(url.clone())?;
    let said = Counted::default();
    let channel = Arc::new(CountedChannel {
        url,
        acceptor,
        said: said.clone(),
    });
    let handle = dialing.dial(BackoffConfig::default(), channel)?;
    handle
        .established()
        .await
        .ok()
        .context("two samod repositories did not connect")?;
    Ok((handle, said))
}
