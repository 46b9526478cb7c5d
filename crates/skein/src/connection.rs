//! The way to the engine: in this process, or in the one that has the profile open.

use std::path::PathBuf;

use skein_engine::api::{BoardView, CardId, CardView, ColumnId, DocumentId, Kind};
use skein_engine::api::{Event, Listed, NoteContent, Reply, Request, ServerMessage, Status, View};
use skein_engine::{Client, Host, KeyError, Network, Place, ProfileError, Unlock, Use, Workspaces};

use crate::arguments::Arguments;
use crate::failure::Failure;
use crate::passphrase;

/// An open workspace of a profile and a client of its engine.
pub(crate) struct Connection {
    place: Place,
    wanted: Use,
    /// What opened the profile opens it again.
    unlock: Unlock,
    /// Absent while the profile is free for others.
    host: Option<Host>,
    pub(crate) client: Client,
}

/// The profile's folder: the one that was named, else the usual one.
pub(crate) fn profile_folder(named: Option<PathBuf>) -> Result<PathBuf, Failure> {
    named.map_or_else(default_profile, Ok)
}

/// The profile's folder, where none was named.
fn default_profile() -> Result<PathBuf, Failure> {
    let data = std::env::var_os("XDG_DATA_HOME")
        .map(PathBuf::from)
        .filter(|path| path.is_absolute());
    let home = || std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".local/share"));
    data.or_else(home)
        .map(|data| data.join("skein"))
        .ok_or_else(|| {
            Failure::invalid(
                "No profile was named and there is no home folder.",
                "Say --profile DIR.",
            )
        })
}

impl Arguments {
    /// The network as these arguments want it.
    pub(crate) fn network(&self, port: Option<u16>) -> Network {
        Network {
            this_machine_only: self.this_machine_only,
            port,
        }
    }
}

impl Connection {
    pub(crate) async fn open(place: Place, wanted: Use) -> Result<Self, Failure> {
        let mut unlock = Unlock::of_this_session();
        unlock.passphrase = passphrase::from_file()?;
        let (host, client) = enter(&place, wanted, &mut unlock).await?;
        Ok(Self {
            place,
            wanted,
            unlock,
            host: Some(host),
            client,
        })
    }

    /// Where the workspace lies.
    pub(crate) fn place(&self) -> &Place {
        &self.place
    }

    /// All workspaces of the profile; this one is open among them, and closed with them.
    pub(crate) async fn workspaces(&mut self) -> Workspaces {
        let places = self.place.places().clone();
        let workspaces = Workspaces::of(places, self.wanted, self.unlock.clone());
        if let Some(host) = self.host.take() {
            workspaces.keep(self.place.slug(), host).await;
        }
        workspaces
    }

    /// Whether the engine runs in this process.
    pub(crate) fn is_owner(&self) -> bool {
        self.host.as_ref().is_some_and(Host::is_owner)
    }

    /// Lets others have the profile for a while; nothing can be asked until it is resumed.
    pub(crate) async fn pause(&mut self) {
        if let Some(host) = self.host.take() {
            host.close().await;
        }
    }

    /// Takes up the profile again.
    pub(crate) async fn resume(&mut self) -> Result<(), Failure> {
        let (host, client) = enter(&self.place, self.wanted, &mut self.unlock).await?;
        self.host = Some(host);
        self.client = client;
        Ok(())
    }

    /// Writes out what is unsealed and lets the profile go.
    pub(crate) async fn close(mut self) {
        self.pause().await;
    }

    pub(crate) async fn ask(&mut self, request: Request) -> Result<Reply, Failure> {
        Ok(self.client.request(request).await?)
    }

    /// Watches a view; the first event tells all of it.
    pub(crate) async fn look_at(&mut self, view: View) -> Result<Event, Failure> {
        let Reply::Subscribed { subscription } = self.ask(Request::Subscribe { view }).await?
        else {
            return Err(another_question());
        };
        loop {
            match self.client.receive().await {
                Some(ServerMessage::Event {
                    subscription: of,
                    event,
                }) if of == subscription => {
                    return Ok(event);
                }
                Some(_) => {}
                None => return Err(another_question()),
            }
        }
    }

    pub(crate) async fn status(&mut self) -> Result<Status, Failure> {
        match self.ask(Request::Status).await? {
            Reply::Status { status } => Ok(status),
            _ => Err(another_question()),
        }
    }

    pub(crate) async fn documents(
        &mut self,
        kind: Option<Kind>,
        trashed: bool,
    ) -> Result<Vec<Listed>, Failure> {
        match self.ask(Request::ListDocuments { kind, trashed }).await? {
            Reply::Documents { documents } => Ok(documents),
            _ => Err(another_question()),
        }
    }

    pub(crate) async fn note(&mut self, document: DocumentId) -> Result<NoteContent, Failure> {
        match self.ask(Request::ReadNote { document }).await? {
            Reply::Note { note } => Ok(note),
            _ => Err(another_question()),
        }
    }

    pub(crate) async fn board(&mut self, document: DocumentId) -> Result<BoardView, Failure> {
        match self.ask(Request::ReadBoard { document }).await? {
            Reply::Board { board } => Ok(board),
            _ => Err(another_question()),
        }
    }

    pub(crate) async fn card(&mut self, card: &str) -> Result<(DocumentId, CardView), Failure> {
        let card: CardId = card.parse().map_err(|error| {
            Failure::invalid(format!("{error}."), "`skein card list` shows the ids.")
        })?;
        match self.ask(Request::ReadCard { card }).await? {
            Reply::Card { document, card } => Ok((document, card)),
            _ => Err(another_question()),
        }
    }

    /// A document by id, by title, or by the beginning of its id.
    pub(crate) async fn find(
        &mut self,
        named: &str,
        kind: Option<Kind>,
    ) -> Result<DocumentId, Failure> {
        if let Ok(id) = named.parse() {
            return Ok(id);
        }
        let mut all = self.documents(kind, false).await?;
        all.extend(self.documents(kind, true).await?);
        let by_title = |listed: &&Listed| listed.item.title.to_lowercase() == named.to_lowercase();
        let by_id = |listed: &&Listed| {
            named.len() >= 4
                && listed
                    .item
                    .id
                    .to_string()
                    .starts_with(&named.to_lowercase())
        };
        let mut found: Vec<&Listed> = all.iter().filter(by_title).collect();
        if found.is_empty() {
            found = all.iter().filter(by_id).collect();
        }
        match found.as_slice() {
            [one] => Ok(one.item.id),
            [] => Err(Failure::not_found(
                format!("There is nothing called “{named}”."),
                "`skein note list` and `skein board list` show what there is.",
            )),
            several => Err(Failure::invalid(
                format!("“{named}” could be any of {} documents.", several.len()),
                "Use the id that the list shows.",
            )),
        }
    }

    pub(crate) async fn find_all(
        &mut self,
        named: Option<&String>,
    ) -> Result<Option<DocumentId>, Failure> {
        match named {
            Some(named) => self.find(named, None).await.map(Some),
            None => Ok(None),
        }
    }
}

/// Opens the workspace; where a passphrase protects its key and this process needs that, somebody at the terminal is asked for it.
async fn enter(place: &Place, wanted: Use, unlock: &mut Unlock) -> Result<(Host, Client), Failure> {
    let mut opened = Host::open_place(place, wanted, unlock.clone()).await;
    if let Err(ProfileError::Key(KeyError::PassphraseWanted { .. })) = &opened
        && let Some(passphrase) = passphrase::ask()?
    {
        unlock.passphrase = Some(passphrase);
        opened = Host::open_place(place, wanted, unlock.clone()).await;
    }
    let host = opened?;
    let client = host.client().await?;
    Ok((host, client))
}

/// A column of a board by title or id.
pub(crate) fn column(board: &BoardView, named: &str) -> Result<ColumnId, Failure> {
    let found = board.columns.iter().find(|column| {
        column.id.to_string() == named || column.title.value.to_lowercase() == named.to_lowercase()
    });
    found.map(|column| column.id).ok_or_else(|| {
        let titles: Vec<&str> = board
            .columns
            .iter()
            .map(|column| column.title.value.as_str())
            .collect();
        Failure::not_found(
            format!("The board has no column “{named}”."),
            format!("It has: {}.", titles.join(", ")),
        )
    })
}

/// The engine answered something else than was asked: a fault of ours.
pub(crate) fn another_question() -> Failure {
    skein_engine::api::ApiError::internal("the engine gave an answer to another question").into()
}
