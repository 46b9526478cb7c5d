//! A shell's connection to the engine: the same whether the engine runs in this process or behind the local socket.

use std::collections::VecDeque;
use std::path::Path;

use tokio::io::BufReader;
use tokio::net::UnixStream;
use tokio::sync::mpsc;

use super::actor::Arrival;
use super::socket::{read_message, write_message};
use crate::api::{ApiError, ClientMessage, ErrorCode, Reply, Request, RequestId, ServerMessage};
use crate::core::{ClientId, Input};

/// How many messages may wait for a shell. One that falls further behind is let go and has to connect again.
pub(crate) const BACKLOG: usize = 8192;

/// Both halves of a connection.
#[derive(Debug)]
pub struct Client {
    sender: ClientSender,
    receiver: ClientReceiver,
    last_id: RequestId,
}

/// The half that asks.
#[derive(Debug, Clone)]
pub struct ClientSender(To);

#[derive(Debug, Clone)]
enum To {
    Core {
        client: ClientId,
        inbox: mpsc::Sender<Arrival>,
    },
    Socket(mpsc::Sender<ClientMessage>),
}

/// The half that is told.
#[derive(Debug)]
pub struct ClientReceiver {
    from: mpsc::Receiver<ServerMessage>,
    set_aside: VecDeque<ServerMessage>,
    gone: Option<(ClientId, mpsc::Sender<Arrival>)>,
}

fn engine_gone() -> ApiError {
    ApiError::new(
        ErrorCode::Internal,
        "The engine has stopped. Everything that was acknowledged is on disk.",
        "Start Skein again.",
    )
}

impl ClientSender {
    /// Asks; the answer comes to the receiver.
    ///
    /// # Errors
    /// When the engine has stopped.
    pub async fn send(&self, message: ClientMessage) -> Result<(), ApiError> {
        match &self.0 {
            To::Core { client, inbox } => inbox
                .send(
                    Input::Client {
                        client: *client,
                        message,
                    }
                    .into(),
                )
                .await
                .map_err(|_| engine_gone()),
            To::Socket(writer) => writer.send(message).await.map_err(|_| engine_gone()),
        }
    }
}

impl ClientReceiver {
    /// The next message in order; `None` when the engine has stopped or this client fell too far behind.
    pub async fn receive(&mut self) -> Option<ServerMessage> {
        match self.set_aside.pop_front() {
            Some(message) => Some(message),
            None => self.from.recv().await,
        }
    }
}

impl Drop for ClientReceiver {
    fn drop(&mut self) {
        if let Some((client, inbox)) = self.gone.take() {
            // Only when the inbox is full does this fail; the core then notices at its next message to this client.
            let _ = inbox.try_send(Input::ClientGone(client).into());
        }
    }
}

impl Client {
    pub(crate) fn in_process(
        client: ClientId,
        inbox: mpsc::Sender<Arrival>,
        from: mpsc::Receiver<ServerMessage>,
    ) -> Self {
        let gone = Some((client, inbox.clone()));
        Self {
            sender: ClientSender(To::Core { client, inbox }),
            receiver: ClientReceiver {
                from,
                set_aside: VecDeque::new(),
                gone,
            },
            last_id: 0,
        }
    }

    pub(crate) async fn over_socket(path: &Path) -> std::io::Result<Self> {
        let (read, mut write) = UnixStream::connect(path).await?.into_split();
        let (to, mut outgoing) = mpsc::channel::<ClientMessage>(64);
        let (incoming, from) = mpsc::channel(BACKLOG);
        tokio::spawn(async move {
            while let Some(message) = outgoing.recv().await {
                if write_message(&mut write, &message).await.is_err() {
                    break;
                }
            }
        });
        tokio::spawn(async move {
            let mut read = BufReader::new(read);
            while let Ok(Some(message)) = read_message(&mut read).await {
                if incoming.send(message).await.is_err() {
                    break;
                }
            }
        });
        Ok(Self {
            sender: ClientSender(To::Socket(to)),
            receiver: ClientReceiver {
                from,
                set_aside: VecDeque::new(),
                gone: None,
            },
            last_id: 0,
        })
    }

    /// Asks and waits for the answer; events that arrive meanwhile are kept for [`Client::receive`].
    ///
    /// # Errors
    /// The engine's own error, or that it has stopped.
    pub async fn request(&mut self, request: Request) -> Result<Reply, ApiError> {
        self.last_id += 1;
        let id = self.last_id;
        self.sender.send(ClientMessage { id, request }).await?;
        loop {
            match self.receiver.from.recv().await.ok_or_else(engine_gone)? {
                ServerMessage::Reply {
                    id: answered,
                    result,
                } if answered == id => return result.into(),
                other => self.receiver.set_aside.push_back(other),
            }
        }
    }

    /// The next event (or reply to something sent without waiting).
    pub async fn receive(&mut self) -> Option<ServerMessage> {
        self.receiver.receive().await
    }

    /// The two halves, for a shell that forwards both ways.
    #[must_use]
    pub fn split(self) -> (ClientSender, ClientReceiver) {
        (self.sender, self.receiver)
    }
}
