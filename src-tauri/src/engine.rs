//! The only file of the shell that knows the engine: opens the profile's workspaces, passes messages through, closes them.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};
use skein_engine::api::{ApiError, ClientMessage, ErrorCode, KeyProtection};
use skein_engine::host::{Client, Network, Passphrase, Profile, Unlock, Use, Workspaces};
use skein_engine::{Place, Places, Slug};
use tauri::async_runtime;
use tokio::sync::mpsc;

use crate::arguments::Arguments;
use crate::in_order::InOrder;
use crate::remembered;

/// Messages of the page that may wait for the engine. The page sends a handful and waits for answers.
const WAITING: usize = 1024;
/// Which of the profile's workspaces the window showed last, by its short name: the next start begins there.
const LAST_WORKSPACE: &str = "last-workspace";

/// The engines of this window's profile, one for each workspace, and the page's connection to the one that it shows.
pub(crate) struct Engine {
    /// Their means to open keys live as long as the window, so that nobody is asked to unlock the keychain at each of the page's attempts.
    workspaces: Arc<Workspaces>,
    /// The workspace that the window begins with.
    begins_with: Slug,
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
    /// The engines for the profile that was named; nothing is opened yet.
    pub(crate) fn new(arguments: &Arguments) -> Self {
        let network = Network {
            this_machine_only: arguments.this_machine_only,
            port: None,
        };
        let unlock = Unlock::of_this_session();
        let places = Places::of(&arguments.profile);
        let workspaces = Workspaces::of(places, Use::Stay(network), unlock);
        let kept =
            remembered::kept(&arguments.profile, LAST_WORKSPACE).and_then(|slug| slug.parse().ok());
        let begins_with = begins_with(workspaces.places(), kept);
        Self {
            workspaces: Arc::new(workspaces),
            begins_with,
            line: Mutex::new(Line {
                number: 0,
                order: InOrder::new(),
                to_engine: None,
            }),
        }
    }

    /// Opens the workspace that the window begins with ahead of the page's wish, so that both load side by side, and then the others, as long as the
    /// window is there. What goes wrong is told to the page, which asks again.
    pub(crate) async fn open_early(&self) {
        // What went wrong is noted.
        let _ = self.workspaces.client(Some(&self.begins_with)).await;
        self.workspaces.keep_open().await;
    }

    /// Opens the workspace that a page names with the passphrase of its device key, and in the background the others that the same one opens. It is
    /// kept in memory alone; a wrong one is forgotten and changes nothing.
    pub(crate) async fn unlock(&self, workspace: &str, words: String) -> Result<(), Value> {
        let wrong = || {
            let message = "No passphrase is that short. Nothing was changed.";
            refusal(ErrorCode::Locked, message, "Try again.")
        };
        let passphrase = Passphrase::new(words).ok_or_else(wrong)?;
        let slug = slug_of(workspace).map_err(|error| json!(error))?;
        let opened = self.workspaces.unlock(&slug, &passphrase).await;
        opened.map_err(|error| json!(ApiError::from(error)))?;
        let workspaces = self.workspaces.clone();
        async_runtime::spawn(async move { workspaces.unlock_all(&passphrase).await });
        Ok(())
    }

    /// Connects a page that shows this workspace, in place of the page before; returns the number of its line. From now on `deliver` gets every message in
    /// order as JSON, until it says `false` (the page is gone). If the engine ends the connection, the last message is
    /// `{"type": "lost"}`.
    pub(crate) async fn connect(
        &self,
        workspace: &str,
        deliver: impl Fn(String) -> bool + Send + 'static,
    ) -> Result<u32, Value> {
        let client = self.client(workspace).await.map_err(|error| json!(error))?;
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

    /// The short name of the workspace that the window begins with.
    pub(crate) fn begins_with(&self) -> &str {
        self.begins_with.as_str()
    }

    /// Where the workspace lies that a page names; nowhere where there is none.
    pub(crate) fn folder(&self, workspace: &str) -> Option<PathBuf> {
        let slug = workspace.parse().ok()?;
        self.workspaces.place(&slug).as_ref().map(Place::folder)
    }

    /// Whether a passphrase may be asked for before a page shows this workspace.
    pub(crate) fn may_be_locked(&self, workspace: &str) -> bool {
        let profile = self.folder(workspace).map(Profile::at).and_then(Result::ok);
        let protection = profile.and_then(|profile| profile.key_protection().ok().flatten());
        protection == Some(KeyProtection::Passphrase)
    }

    /// Writes out what is unsealed and lets the profile go, when the app ends. What is closed already is passed over.
    pub(crate) fn close(&self) {
        self.line().to_engine = None;
        async_runtime::block_on(self.workspaces.close());
    }

    /// A client of the workspace that a page names. What is shown is where the next start begins.
    async fn client(&self, workspace: &str) -> Result<Client, ApiError> {
        let slug = slug_of(workspace)?;
        let client = self.workspaces.client(Some(&slug)).await?;
        let first = Slug::first();
        if let Err(error) = remembered::keep(
            self.workspaces.folder(),
            LAST_WORKSPACE,
            slug.as_str(),
            first.as_str(),
        ) {
            tracing::warn!(%error, "which workspace is shown was not kept; the next start begins in another");
        }
        Ok(client)
    }

    fn line(&self) -> MutexGuard<'_, Line> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The workspace that was shown last if it is still there, else the one that is listed first.
fn begins_with(places: &Places, kept: Option<Slug>) -> Slug {
    let listed = places.list(None).unwrap_or_default();
    let listed: Vec<Slug> = listed
        .iter()
        .filter_map(|one| one.slug.parse().ok())
        .collect();
    // A further place in which a join only begins is in no list yet.
    let joins = |slug: &Slug| *slug != Slug::first() && places.place(slug).is_some();
    let kept = kept.filter(|slug| listed.contains(slug) || joins(slug));
    kept.or_else(|| listed.into_iter().next())
        .unwrap_or_else(Slug::first)
}

fn slug_of(workspace: &str) -> Result<Slug, ApiError> {
    workspace.parse().map_err(|error| {
        let message = format!("There is no workspace “{workspace}” in this profile: {error}.");
        ApiError::new(ErrorCode::NotFound, message, "")
    })
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

fn refusal(code: ErrorCode, message: impl Into<String>, hint: &str) -> Value {
    json!(ApiError::new(code, message, hint))
}
