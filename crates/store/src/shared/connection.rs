//! One connection: how it is made, what is set up on it, and how one hears of its end.

use std::error::Error as _;
use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};

use skein_access::WorkspaceId;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_postgres::{AsyncMessage, Client, Connection, Error, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::address::DatabaseAddress;
use super::migrations::{self, Form};

/// Whoever kept something says so by this name, with the workspace.
pub(super) const CHANNEL: &str = "skein_relay";

/// What is heard from the database unasked. It only wakes: one that is lost is made up for by the next look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Word {
    /// Another process kept something of a workspace.
    Kept(WorkspaceId),
    /// The database came or went.
    CameOrWent,
}

/// A client, and the task that moves its bytes; the task ends with the connection and says why.
pub(super) struct Connected {
    pub(super) client: Client,
    pub(super) driver: JoinHandle<String>,
}

/// Why there is no connection.
pub(super) enum NotConnected {
    /// In the words of the system or the server.
    Because(String),
    /// A newer version gave the schema this form.
    Newer(i32),
}

impl From<Error> for NotConnected {
    fn from(error: Error) -> Self {
        Self::Because(in_words(&error))
    }
}

/// Connects, brings the schema to its form and listens. `words` takes what other connections say.
pub(super) async fn connect(
    address: &DatabaseAddress,
    words: &mpsc::Sender<Word>,
) -> Result<Connected, NotConnected> {
    let me = Arc::new(AtomicI32::new(0));
    let (listener, words) = (Arc::clone(&me), words.clone());
    let (client, driver) = match address.wants_tls() {
        true => {
            let (client, connection) = address.config().connect(tls()?).await?;
            (client, tokio::spawn(drive(connection, listener, words)))
        }
        false => {
            let (client, connection) = address.config().connect(NoTls).await?;
            (client, tokio::spawn(drive(connection, listener, words)))
        }
    };
    let mut connected = Connected { client, driver };
    match set_up(&mut connected.client, &me).await {
        Ok(Form::Known) => Ok(connected),
        Ok(Form::Newer(found)) => Err(NotConnected::Newer(found)),
        Err(error) => Err(error.into()),
    }
}

/// TLS that trusts whom this machine trusts.
fn tls() -> Result<MakeRustlsConnect, NotConnected> {
    let made = MakeRustlsConnect::with_native_certs();
    let (tls, _) = made.map_err(|_| {
        let words = "this machine holds no certificates to check the server's by";
        NotConnected::Because(words.to_owned())
    })?;
    Ok(tls)
}

/// `me` gets the number by which the server knows this connection.
async fn set_up(client: &mut Client, me: &AtomicI32) -> Result<Form, Error> {
    let form = migrations::migrate(client).await?;
    let number = client.query_one("SELECT pg_backend_pid()", &[]).await?;
    me.store(number.try_get(0)?, Ordering::Relaxed);
    // A server may be told to acknowledge before it has written. A relay hands its word on.
    let sql = "SELECT set_config('synchronous_commit', 'on', false)
        WHERE current_setting('synchronous_commit') IN ('off', 'local')";
    client.execute(sql, &[]).await?;
    client.batch_execute(&format!("LISTEN {CHANNEL}")).await?;
    Ok(form)
}

/// Moves bytes until the connection ends, and says why it did.
async fn drive<S, T>(
    mut connection: Connection<S, T>,
    me: Arc<AtomicI32>,
    words: mpsc::Sender<Word>,
) -> String
where
    S: AsyncRead + AsyncWrite + Unpin,
    T: AsyncRead + AsyncWrite + Unpin,
{
    loop {
        match poll_fn(|context| connection.poll_message(context)).await {
            Some(Ok(AsyncMessage::Notification(said)))
                if said.process_id() != me.load(Ordering::Relaxed) =>
            {
                if let Ok(workspace) = said.payload().parse() {
                    // With no room for it the next look finds what it speaks of.
                    let _ = words.try_send(Word::Kept(workspace));
                }
            }
            Some(Ok(_)) => {}
            Some(Err(error)) => return in_words(&error),
            None => return "the connection was closed".to_owned(),
        }
    }
}

/// An error with what lies behind it. The client's own errors name no password.
pub(super) fn in_words(error: &Error) -> String {
    match error.source() {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    }
}
