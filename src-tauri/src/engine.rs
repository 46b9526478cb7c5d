//! The only file of the shell that knows the engine: opens the profile, passes messages through, closes it.

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};
use skein_engine::api::{ApiError, ClientMessage, ErrorCode};
use skein_engine::host::{Client, Host, Network, ProfileError, Unlock, Use};
use tauri::async_runtime;
use tokio::sync::{Mutex as AsyncMutex, mpsc};
use tokio::time::timeout;

use crate::arguments::Arguments;
use crate::in_order::InOrder;

/// Messages of the page that may wait for the engine. The page sends a handful and waits for answers.
const WAITING: usize = 1024;
/// How long an end waits for a profile that is still being opened.
const OPENING: Duration = Duration::from_secs(5);

/// The engine of this window's profile, and the page's connection to it.
pub(crate) struct Engine {
    arguments: Arguments,
    /// Lives as long as the window, so that nobody is asked to unlock the keychain at each of the page's attempts.
    unlock: Unlock,
    host: AsyncMutex<Option<Host>>,
    line: Mutex<Line>,
}

/// The line of the page that connected last. Its number tells a page's messages from those of the page before it.
struct Line {
    number: u32,
    /// A place for each message that could not be read, so that the next does not wait for it.
    order: InOrder<Option<ClientMessage>>,
    to_engine: Option<mpsc::Sender<ClientMessage>>,
}

impl Engine {
    /// The engine for the profile that was named; nothing is opened yet.
    pub(crate) fn new(arguments: Arguments) -> Self {
        Self {
            arguments,
            unlock: Unlock::of_this_session(),
            host: AsyncMutex::new(None),
            line: Mutex::new(Line {
                number: 0,
                order: InOrder::new(),
                to_engine: None,
            }),
        }
    }

    /// Opens the profile ahead of the page's wish, so that both load side by side. What goes wrong is told to the page, which asks again.
    pub(crate) async fn open_early(&self) {
        if let Err(error) = self.client().await {
            tracing::warn!(%error, "the profile could not be opened");
        }
    }

    /// Connects a page in place of the one before; returns the number of its line. From now on `deliver` gets every message in
    /// order as JSON, until it says `false` (the page is gone). If the engine ends the connection, the last message is
    /// `{"type": "lost"}`.
    pub(crate) async fn connect(
        &self,
        deliver: impl Fn(String) -> bool + Send + 'static,
    ) -> Result<u32, Value> {
        let client = self.client().await.map_err(as_api_error)?;
        let (sender, queue) = mpsc::channel(WAITING);
        let mut line = self.line();
        line.number = line.number.wrapping_add(1);
        line.order = InOrder::new();
        line.to_engine = Some(sender);
        async_runtime::spawn(pass_messages(client, queue, deliver));
        Ok(line.number)
    }

    /// Sends one message of the page to the engine, in the order of the numbers that the page counts from 0.
    pub(crate) fn send(&self, on: u32, number: u64, message: Value) -> Result<(), Value> {
        let message = serde_json::from_value(message).map_err(|error| {
            refusal(
                ErrorCode::Invalid,
                format!("This is not a message: {error}."),
                "",
            )
        });
        let mut line = self.line();
        let unreadable = message.as_ref().err().cloned();
        let taken = line.number == on && line.order.waiting() < WAITING && {
            let ready = line.order.take(number, message.ok());
            let to_engine = line.to_engine.as_ref();
            let mut ready = ready.into_iter().flatten();
            ready.all(|message| to_engine.is_some_and(|queue| queue.try_send(message).is_ok()))
        };
        match (unreadable, taken) {
            (Some(unreadable), _) => Err(unreadable),
            (None, true) => Ok(()),
            (None, false) => Err(refusal(
                ErrorCode::Internal,
                "The engine did not take the message. What was acknowledged is on disk.",
                "Connect again.",
            )),
        }
    }

    /// The folder this window works on.
    pub(crate) fn profile(&self) -> &Path {
        &self.arguments.profile
    }

    /// Writes out what is unsealed and lets the profile go. Called once, when the app ends.
    pub(crate) fn close(&self) {
        self.line().to_engine = None;
        async_runtime::block_on(async {
            // While somebody is still asked to unlock the keychain nothing is open, and nothing is there to be written out.
            let Ok(mut host) = timeout(OPENING, self.host.lock()).await else {
                return;
            };
            if let Some(host) = host.take() {
                host.close().await;
            }
        });
    }

    /// A client of the profile's engine. If another process owned the profile and has ended, this one becomes its owner.
    async fn client(&self) -> Result<Client, ProfileError> {
        let mut host = self.host.lock().await;
        if let Some(open) = host.as_ref()
            && let Ok(client) = open.client().await
        {
            return Ok(client);
        }
        if let Some(ended) = host.take() {
            ended.close().await;
        }
        let network = Network {
            this_machine_only: self.arguments.this_machine_only,
            port: None,
        };
        let opened = Host::open(
            &self.arguments.profile,
            Use::Stay(network),
            self.unlock.clone(),
        )
        .await?;
        host.insert(opened).client().await
    }

    fn line(&self) -> MutexGuard<'_, Line> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Passes messages both ways until one side ends.
async fn pass_messages(
    client: Client,
    mut from_page: mpsc::Receiver<ClientMessage>,
    deliver: impl Fn(String) -> bool,
) {
    let (to_engine, mut from_engine) = client.split();
    loop {
        tokio::select! {
            message = from_page.recv() => match message {
                Some(message) => if to_engine.send(message).await.is_err() { break },
                // Another page took over, or the app ends.
                None => return,
            },
            message = from_engine.receive() => match message.as_ref().map(serde_json::to_string) {
                Some(Ok(message)) => if !deliver(message) { return },
                Some(Err(error)) => tracing::error!(%error, "a message of the engine could not be written as JSON"),
                None => break,
            },
        }
    }
    deliver(json!({ "type": "lost" }).to_string());
}

fn as_api_error(error: ProfileError) -> Value {
    refusal(ErrorCode::Storage, error.to_string(), "")
}

fn refusal(code: ErrorCode, message: impl Into<String>, hint: &str) -> Value {
    json!(ApiError::new(code, message, hint))
}
