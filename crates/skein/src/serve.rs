//! The interface over HTTP on 127.0.0.1: the same view as the desktop's, and one socket to the engine.
//!
//! Other programs and pages on this machine can reach the port, so the socket asks for a token that only the printed address
//! holds, and every request must name this very host (a page elsewhere that was pointed here by its name does not) and, where
//! the browser says so, come from this very origin.

use std::net::Ipv4Addr;
use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::extract::{Query, Request, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::serve::ListenerExt;
use rust_embed::RustEmbed;
use serde::Deserialize;
use serde_json::json;
use skein_engine::api::{ApiError, ClientMessage, ErrorCode};
use skein_engine::{Client, Place, Workspaces};
use tokio::net::TcpListener;

use crate::failure::Failure;
use crate::page_key::PageKey;

/// The longest message a page may send: a pasted megabyte with escapes fits.
const LONGEST_MESSAGE: usize = 16 * 1024 * 1024;

/// How a socket with a wrong token is closed; the view knows this number.
const WRONG_TOKEN: u16 = 4401;

/// What a page may load and whom it may speak to: this site only. CodeMirror writes its styles at run time.
const POLICY: &str = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; \
                      font-src 'self'; connect-src 'self'; object-src 'none'; frame-ancestors 'none'; base-uri 'none'";

/// The view as it was built.
#[derive(RustEmbed)]
#[folder = "../../ui/dist"]
#[allow_missing = true]
struct View;

/// A site that listens and is not served yet.
pub(crate) struct Site {
    listener: TcpListener,
    port: u16,
    token: String,
}

#[derive(Clone)]
struct Door {
    port: u16,
    token: Arc<str>,
    workspaces: Arc<Workspaces>,
}

#[derive(Deserialize)]
struct Key {
    #[serde(default)]
    token: String,
    /// The workspace that the page shows; the first where it names none.
    workspace: Option<String>,
}

impl Site {
    /// Listens at the wanted port; without one (0), at the port that the profile's page had last, or else at a free one.
    pub(crate) async fn bind(wanted: u16, profile: &Path) -> Result<Self, Failure> {
        let mut key = PageKey::of(profile);
        let listen = |port| TcpListener::bind((Ipv4Addr::LOCALHOST, port));
        let listener = match listen(if wanted == 0 { key.port } else { wanted }).await {
            Err(_) if wanted == 0 && key.port != 0 => listen(0).await?,
            other => other?,
        };
        key.port = listener.local_addr()?.port();
        key.keep(profile)?;
        Ok(Self {
            listener,
            port: key.port,
            token: key.token,
        })
    }

    /// Where to point the browser to see this workspace.
    pub(crate) fn address(&self, place: &Place) -> String {
        let page = format!("http://127.0.0.1:{}/?token={}", self.port, self.token);
        match place.is_first() {
            true => page,
            false => format!("{page}&workspace={}", place.slug()),
        }
    }

    /// Serves until the listener fails.
    pub(crate) async fn serve(self, workspaces: Arc<Workspaces>) -> Result<(), Failure> {
        let door = Door {
            port: self.port,
            token: self.token.into(),
            workspaces,
        };
        let router = Router::new()
            .route("/api", get(api))
            .fallback(get(file))
            .layer(middleware::from_fn_with_state(door.clone(), guard))
            .with_state(door);
        // An event follows its reply at once: it must not wait until the reply was acknowledged (Nagle's algorithm).
        let listener = self.listener.tap_io(|stream| {
            if let Err(error) = stream.set_nodelay(true) {
                tracing::debug!(%error, "messages to the page may be held back for a moment");
            }
        });
        Ok(axum::serve(listener, router).await?)
    }
}

/// Refuses requests that do not name this host or come from another origin.
async fn guard(State(door): State<Door>, request: Request, next: Next) -> Response {
    let headers = request.headers();
    let hosts = [
        format!("127.0.0.1:{}", door.port),
        format!("localhost:{}", door.port),
    ];
    let named =
        text(headers, header::HOST).is_some_and(|host| hosts.iter().any(|ours| ours == host));
    let origin = text(headers, header::ORIGIN);
    let same =
        origin.is_none_or(|origin| hosts.iter().any(|ours| origin == format!("http://{ours}")));
    if !named || !same {
        return (
            StatusCode::FORBIDDEN,
            "Skein answers only to its own page on this machine.\n",
        )
            .into_response();
    }
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
    ] {
        headers.insert(name, header::HeaderValue::from_static(value));
    }
    response
}

fn text(headers: &HeaderMap, name: header::HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}

/// The view's files; the page itself for every other path without an ending, since routes live in the view.
async fn file(uri: Uri) -> Response {
    let path = uri.path().trim_start_matches('/');
    let path = if path.is_empty() { "index.html" } else { path };
    match View::get(path) {
        Some(file) => (
            [(header::CONTENT_TYPE, file.metadata.mimetype().to_owned())],
            file.data,
        )
            .into_response(),
        None if path == "index.html" => (
            StatusCode::NOT_FOUND,
            "This skein was built without its view. Build it by `make ui` and build skein again.\n",
        )
            .into_response(),
        None => (StatusCode::NOT_FOUND, "There is no such file.\n").into_response(),
    }
}

/// The socket to the engine, for whoever has the token.
async fn api(
    State(door): State<Door>,
    Query(key): Query<Key>,
    upgrade: WebSocketUpgrade,
) -> Response {
    // Compared by hash, so that the time it takes tells nothing of the token.
    if blake3::hash(key.token.as_bytes()) != blake3::hash(door.token.as_bytes()) {
        // A page learns of a refused handshake only that it failed; a reason needs an open socket.
        return upgrade.on_upgrade(|mut socket| async move {
            let close = CloseFrame {
                code: WRONG_TOKEN,
                reason: "the address lacks its token".into(),
            };
            // Whoever left already needs no reason.
            let _ = socket.send(Message::Close(Some(close))).await;
        });
    }
    upgrade
        .max_message_size(LONGEST_MESSAGE)
        .on_upgrade(move |mut socket| async move {
            match client(&door.workspaces, key.workspace).await {
                Ok(client) => pass_messages(socket, client).await,
                Err(error) => {
                    let lost = json!({ "type": "lost", "error": error }).to_string();
                    // Whoever left already needs no reason.
                    let _ = socket.send(Message::Text(lost.into())).await;
                }
            }
        })
}

/// A client of the workspace that a page shows.
async fn client(workspaces: &Workspaces, named: Option<String>) -> Result<Client, ApiError> {
    let slug = match named {
        None => None,
        Some(word) => Some(word.parse().map_err(|error| {
            let message = format!("There is no workspace “{word}” in this profile: {error}.");
            ApiError::new(ErrorCode::NotFound, message, "")
        })?),
    };
    Ok(workspaces.client(slug.as_ref()).await?)
}

/// Passes messages both ways until one side ends or says something that is no message.
async fn pass_messages(mut socket: WebSocket, client: Client) {
    let (to_engine, mut from_engine) = client.split();
    loop {
        tokio::select! {
            message = socket.recv() => match message {
                Some(Ok(Message::Text(text))) => match serde_json::from_str::<ClientMessage>(&text) {
                    Ok(message) => if to_engine.send(message).await.is_err() { return },
                    Err(error) => {
                        tracing::warn!(%error, "a page sent something that is no message");
                        return;
                    }
                },
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                _ => return,
            },
            message = from_engine.receive() => match message.map(|message| serde_json::to_string(&message)) {
                Some(Ok(text)) => if socket.send(Message::Text(text.into())).await.is_err() { return },
                Some(Err(error)) => tracing::error!(%error, "a message of the engine could not be written as JSON"),
                None => return,
            },
        }
    }
}
