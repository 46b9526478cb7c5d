//! The database as its relay sees it: reachable or not, connected again by itself, asked from a thread that may wait.

use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::{Mutex, Notify, mpsc};
use tokio::task::AbortHandle;
use tokio_postgres::{Client, Error};

use super::address::DatabaseAddress;
use super::connection::{self, Connected, NotConnected, Word, in_words};
use super::error::{SharedError, SharedOpenError};
use super::migrations;

/// What a relay needs while it serves is answered within so long, or the connection counts as lost.
pub(super) const SOON: Duration = Duration::from_secs(10);
/// All that there is of a workspace may take longer.
pub(super) const AT_LENGTH: Duration = Duration::from_secs(600);
/// How long to wait before the first attempt to connect again; each further one waits twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
/// Between attempts it never waits longer.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// A database that several relays share, with one connection to it. Cheap to clone; the connection ends with the last clone.
#[derive(Clone)]
pub struct SharedDatabase(Arc<Held>);

struct Held {
    runtime: Handle,
    link: Arc<Link>,
    keeper: AbortHandle,
}

impl Drop for Held {
    fn drop(&mut self) {
        self.keeper.abort();
    }
}

struct Link {
    state: Mutex<State>,
    /// Told when a connection is given up before it has ended.
    given_up: Notify,
}

enum State {
    Up(Client),
    Away(String),
}

impl SharedDatabase {
    /// Connects and brings the schema to this version's form. From then on it connects again by itself whenever it must. `words` takes
    /// what is heard unasked.
    ///
    /// # Errors
    /// When the database cannot be used, or has the form of a newer version.
    pub async fn open(
        address: DatabaseAddress,
        words: mpsc::Sender<Word>,
    ) -> Result<Self, SharedOpenError> {
        let place = address.to_string();
        let connected = connection::connect(&address, &words).await;
        let Connected { client, driver } = connected.map_err(|error| match error {
            NotConnected::Because(reason) => SharedOpenError::Unreachable { place, reason },
            NotConnected::Newer(found) => SharedOpenError::Newer {
                place,
                found,
                known: migrations::newest(),
            },
        })?;
        let link = Arc::new(Link {
            state: Mutex::new(State::Up(client)),
            given_up: Notify::new(),
        });
        let keeper = Arc::clone(&link).stay_connected(address, driver, words);
        let keeper = tokio::spawn(keeper).abort_handle();
        Ok(Self(Arc::new(Held {
            runtime: Handle::current(),
            link,
            keeper,
        })))
    }

    /// Asks the server. Waits for the answer, so it must not be called where other tasks wait for this thread.
    pub(super) fn ask<T>(
        &self,
        within: Duration,
        question: impl AsyncFnOnce(&mut Client) -> Result<T, Error>,
    ) -> Result<T, SharedError> {
        self.0.runtime.block_on(self.0.link.ask(within, question))
    }
}

impl Link {
    async fn ask<T>(
        &self,
        within: Duration,
        question: impl AsyncFnOnce(&mut Client) -> Result<T, Error>,
    ) -> Result<T, SharedError> {
        let mut state = self.state.lock().await;
        let client = match &mut *state {
            State::Up(client) => client,
            State::Away(reason) => return Err(SharedError::Away(reason.clone())),
        };
        let reason = match tokio::time::timeout(within, question(client)).await {
            Ok(Ok(answer)) => return Ok(answer),
            Ok(Err(error)) if !client.is_closed() && !is_farewell(&error) => {
                return Err(SharedError::Refused(in_words(&error)));
            }
            Ok(Err(error)) => in_words(&error),
            Err(_) => format!("no answer within {} s", within.as_secs()),
        };
        // What a lost connection left behind, a transaction for one, ends with it.
        *state = State::Away(reason.clone());
        self.given_up.notify_one();
        Err(SharedError::Away(reason))
    }

    /// Waits for the end of each connection and makes the next.
    async fn stay_connected(
        self: Arc<Self>,
        address: DatabaseAddress,
        mut driver: tokio::task::JoinHandle<String>,
        words: mpsc::Sender<Word>,
    ) {
        loop {
            let reason = tokio::select! {
                ended = &mut driver => ended.unwrap_or_else(|error| error.to_string()),
                () = self.given_up.notified() => match &*self.state.lock().await {
                    State::Away(reason) => reason.clone(),
                    // That was said of the connection before.
                    State::Up(_) => continue,
                },
            };
            driver.abort();
            tracing::warn!(%reason, "the connection to the database is lost; it is tried again");
            self.is_away(reason).await;
            let _ = words.try_send(Word::CameOrWent);
            let connected = self.connect_again(&address, &words).await;
            driver = connected.driver;
            *self.state.lock().await = State::Up(connected.client);
            tracing::info!("connected to the database again");
            let _ = words.try_send(Word::CameOrWent);
        }
    }

    /// Notes why there is no connection, unless a better reason is known.
    async fn is_away(&self, reason: String) {
        let mut state = self.state.lock().await;
        if matches!(*state, State::Up(_)) {
            *state = State::Away(reason);
        }
    }

    async fn connect_again(
        &self,
        address: &DatabaseAddress,
        words: &mpsc::Sender<Word>,
    ) -> Connected {
        let mut pause = FIRST_PAUSE;
        loop {
            tokio::time::sleep(pause).await;
            pause = pause.saturating_mul(2).min(LONGEST_PAUSE);
            let reason = match connection::connect(address, words).await {
                Ok(connected) => return connected,
                Err(NotConnected::Because(reason)) => reason,
                Err(NotConnected::Newer(_)) => {
                    "a newer Skein gave it a form that this one does not know".to_owned()
                }
            };
            *self.state.lock().await = State::Away(reason);
        }
    }
}

/// Whether the server says with this that it ends the connection, or that it is only coming up.
fn is_farewell(error: &Error) -> bool {
    let code = error.code().map(|code| code.code());
    code.is_some_and(|code| code.starts_with("57P") || code.starts_with("08"))
}
