//! Who watches what, and the news each gets at the end of a step.

use std::collections::BTreeMap;

use skein_model::{CardId, DocumentId, TextField};

use super::io::ClientId;
use super::step::Step;
use super::{Core, Flow};
use crate::api::{
    ApiError, Asking, AttachedFile, Delivery, ErrorCode, Event, Ladder, ListedInvite, Reply,
    RequestId, SubscriptionId, View,
};

/// How many subscriptions one client may have.
const MOST: usize = 256;

/// One subscription.
pub(super) struct Watched {
    view: View,
    /// What was said last, for views that are computed anew and told only when different.
    told: Option<Told>,
}

/// What of a view decides whether it is told again.
#[derive(PartialEq, Eq)]
enum Told {
    Delivery(Delivery),
    /// How far ahead and behind each device is; bytes alone are no news.
    Apart(Vec<(String, u32, u32)>),
    Files(Vec<AttachedFile>),
    Ladder(Ladder),
    Asking(Vec<Asking>),
    Invites(Vec<ListedInvite>),
}

impl Told {
    fn of(event: &Event) -> Option<Self> {
        match event {
            Event::Delivery { delivery } => Some(Self::Delivery(delivery.clone())),
            Event::Peers { peers, .. } => {
                let peers = peers.iter();
                let apart = peers.map(|peer| (peer.device.clone(), peer.ahead, peer.behind));
                Some(Self::Apart(apart.collect()))
            }
            Event::Files { files } => Some(Self::Files(files.clone())),
            Event::Asking { asking } => Some(Self::Asking(asking.clone())),
            Event::Invites { invites } => Some(Self::Invites(invites.clone())),
            Event::Ladder { ladder } => Some(Self::Ladder(ladder.clone())),
            _ => None,
        }
    }
}

impl Watched {
    pub(super) fn new(view: View) -> Self {
        Self { view, told: None }
    }
}

/// One client's subscriptions.
#[derive(Default)]
pub(super) struct Subscriptions {
    last: SubscriptionId,
    watched: BTreeMap<SubscriptionId, Watched>,
}

impl View {
    /// The text this view shows, if it is one.
    pub(super) fn text(&self) -> Option<(DocumentId, TextField)> {
        match self {
            Self::Text { document, card } => Some((
                *document,
                card.map_or(TextField::NoteText, TextField::CardDescription),
            )),
            _ => None,
        }
    }

    /// The document that must be loaded to show this view.
    pub(super) fn document_needed(&self) -> Option<DocumentId> {
        match self {
            Self::Note { document }
            | Self::Board { document }
            | Self::Card { document, .. }
            | Self::Text { document, .. } => Some(*document),
            _ => None,
        }
    }
}

impl Core {
    /// Begins to watch; the reply goes out before the first event.
    pub(super) fn subscribe(
        &mut self,
        step: &mut Step<'_>,
        client: ClientId,
        request: RequestId,
        view: View,
    ) -> Result<Flow, ApiError> {
        if self
            .clients
            .get(&client)
            .is_some_and(|subscriptions| subscriptions.watched.len() >= MOST)
        {
            return Err(ApiError::invalid(format!(
                "A client can watch {MOST} things at once; this is one more."
            )));
        }
        if let Some(text) = view.text() {
            return self.subscribe_text(step, client, request, view, text);
        }
        let first = self.whole(&view)?;
        let mut watched = Watched::new(view);
        watched.told = Told::of(&first);
        let subscription = self.add_subscription(client, watched);
        step.reply(client, request, Ok(Reply::Subscribed { subscription }));
        step.event(client, subscription, first);
        Ok(Flow::Later)
    }

    pub(super) fn add_subscription(
        &mut self,
        client: ClientId,
        watched: Watched,
    ) -> SubscriptionId {
        let subscriptions = self.clients.entry(client).or_default();
        subscriptions.last += 1;
        subscriptions.watched.insert(subscriptions.last, watched);
        subscriptions.last
    }

    pub(super) fn unsubscribe(&mut self, client: ClientId, subscription: SubscriptionId) -> Reply {
        if let Some(subscriptions) = self.clients.get_mut(&client) {
            subscriptions.watched.remove(&subscription);
        }
        Reply::Done
    }

    pub(super) fn text_watched(
        &self,
        client: ClientId,
        subscription: SubscriptionId,
    ) -> Option<(DocumentId, TextField)> {
        self.clients
            .get(&client)?
            .watched
            .get(&subscription)?
            .view
            .text()
    }

    pub(super) fn text_watchers(
        &self,
        id: DocumentId,
        field: TextField,
    ) -> Vec<(ClientId, SubscriptionId)> {
        self.watching(|view| view.text() == Some((id, field)))
    }

    /// Whether anybody looks into this document, so that it should stay in memory.
    pub(super) fn is_watched(&self, id: DocumentId) -> bool {
        !self.watchers_of(id).is_empty()
    }

    /// Everybody who looks into a document.
    pub(super) fn watchers_of(&self, id: DocumentId) -> Vec<(ClientId, SubscriptionId)> {
        self.watching(|view| view.document_needed() == Some(id))
    }

    fn watching(&self, wanted: impl Fn(&View) -> bool) -> Vec<(ClientId, SubscriptionId)> {
        let all = self.clients.iter().flat_map(|(client, subscriptions)| {
            subscriptions
                .watched
                .iter()
                .map(move |(subscription, watched)| (*client, *subscription, &watched.view))
        });
        all.filter(|(_, _, view)| wanted(view))
            .map(|(client, subscription, _)| (client, subscription))
            .collect()
    }

    /// All of a view, as its first event.
    fn whole(&self, view: &View) -> Result<Event, ApiError> {
        Ok(match view {
            View::Status => Event::Status {
                status: self.status(),
            },
            View::Tree => Event::Tree {
                reset: true,
                upserts: self.tree(false)?,
                removed: Vec::new(),
            },
            View::Trash => Event::Tree {
                reset: true,
                upserts: self.tree(true)?,
                removed: Vec::new(),
            },
            View::Note { document } => self.note_event(*document)?,
            View::Board { document } => Event::whole_board(self.document(*document)?.board()?),
            View::Card { document, card } => {
                let (created, edited) = self.card_authors(*document, *card)?;
                Event::Card {
                    card: self.document(*document)?.card(*card)?,
                    created,
                    edited,
                }
            }
            View::People => Event::People {
                members: self.members(),
            },
            View::Asking => Event::Asking {
                asking: self.asking(),
            },
            View::Invites => Event::Invites {
                invites: self.invites()?,
            },
            View::Peers => Event::Peers {
                peers: self.peers()?,
                attempts: self.attempts(),
            },
            View::Delivery { document } => Event::Delivery {
                delivery: self.delivery(*document)?,
            },
            View::Files { document } => Event::Files {
                files: self.list_files(*document)?,
            },
            View::Notices => Event::Notices {
                notices: self.notices()?,
            },
            View::Preferences => Event::Preferences {
                values: self.preferences()?,
            },
            View::Code => Event::Code {
                code: self.code_shown(),
            },
            View::Backups => Event::Backups {
                kept: self.kept_backups()?,
            },
            View::SharedFolders => Event::SharedFolders {
                folders: self.shared_folders(),
            },
            View::Ladder { device } => Event::Ladder {
                ladder: self.ladder(device)?,
            },
            View::Text { .. } => Event::Gone,
        })
    }

    fn note_event(&self, id: DocumentId) -> Result<Event, ApiError> {
        let (created, edited) = self.authors(id)?;
        Ok(Event::Note {
            note: self.document(id)?.note()?,
            backlinks: self.backlinks(id)?,
            created,
            edited,
        })
    }

    /// Tells those who look at a note of it, as the document that is in memory again says.
    pub(super) fn tell_note(
        &self,
        step: &mut Step<'_>,
        document: DocumentId,
    ) -> Result<(), ApiError> {
        for (client, subscription) in self.watching(|view| *view == View::Note { document }) {
            step.event(client, subscription, self.note_event(document)?);
        }
        Ok(())
    }

    /// Tells watchers what this step changed.
    pub(super) fn publish(&mut self, step: &mut Step<'_>) {
        let news = std::mem::take(&mut step.news);
        if self
            .clients
            .values()
            .all(|subscriptions| subscriptions.watched.is_empty())
        {
            return;
        }
        let all = self.watching(|_| true);
        for (client, subscription) in all {
            let Some(view) = self.view_of(client, subscription) else {
                continue;
            };
            let event = match &view {
                View::Status if news.status => self.whole(&view),
                View::People if news.people => self.whole(&view),
                View::Asking if news.people => match self.whole(&view) {
                    Ok(event) if self.already_told(client, subscription, &event) => continue,
                    told => told,
                },
                View::Invites if news.people || news.peers || news.delivery => {
                    match self.whole(&view) {
                        Ok(event) if self.already_told(client, subscription, &event) => continue,
                        told => told,
                    }
                }
                View::Peers if news.peers || news.delivery => match self.whole(&view) {
                    Ok(event) if self.already_told(client, subscription, &event) && !news.peers => {
                        continue;
                    }
                    told => told,
                },
                View::Ladder { .. } if news.peers || news.delivery => match self.whole(&view) {
                    Ok(event) if self.already_told(client, subscription, &event) => continue,
                    told => told,
                },
                View::Notices if news.notices => self.whole(&view),
                View::Preferences if news.preferences => self.whole(&view),
                View::Code if news.code => self.whole(&view),
                View::Backups if news.backups => self.whole(&view),
                View::SharedFolders if news.folders => self.whole(&view),
                View::Tree if !news.headers.is_empty() => self.tree_news(&news.headers, false),
                View::Trash if !news.headers.is_empty() => self.tree_news(&news.headers, true),
                View::Note { document } if news.links || news.headers.contains(document) => {
                    if self.owe_note(*document) {
                        continue;
                    }
                    self.note_event(*document)
                }
                View::Board { document }
                    if news.headers.contains(document) || news.cards.contains_key(document) =>
                {
                    let cards = news.cards.get(document);
                    self.board_news(*document, cards.into_iter().flatten().copied())
                }
                View::Card { document, card }
                    if news
                        .cards
                        .get(document)
                        .is_some_and(|cards| cards.contains(card)) =>
                {
                    self.whole(&view)
                }
                View::Files { document } if news.files.contains(document) || news.peers => {
                    match self.whole(&view) {
                        Ok(event) if self.already_told(client, subscription, &event) => continue,
                        told => told,
                    }
                }
                View::Delivery { .. } if news.delivery || news.peers => match self.whole(&view) {
                    Ok(event) if self.already_told(client, subscription, &event) => continue,
                    told => told,
                },
                _ => continue,
            };
            match event {
                Ok(event) => step.event(client, subscription, event),
                Err(error) if error.code == ErrorCode::NotFound => {
                    step.event(client, subscription, Event::Gone);
                }
                Err(error) => {
                    tracing::warn!(%error, ?view, "a view could not be brought up to date")
                }
            }
        }
    }

    fn view_of(&self, client: ClientId, subscription: SubscriptionId) -> Option<View> {
        Some(
            self.clients
                .get(&client)?
                .watched
                .get(&subscription)?
                .view
                .clone(),
        )
    }

    /// Whether this says what was said last; from now on that is this.
    fn already_told(
        &mut self,
        client: ClientId,
        subscription: SubscriptionId,
        event: &Event,
    ) -> bool {
        let watched = self
            .clients
            .get_mut(&client)
            .and_then(|all| all.watched.get_mut(&subscription));
        let Some(watched) = watched else { return true };
        let told = Told::of(event);
        let same = watched.told == told;
        watched.told = told;
        same
    }

    fn tree_news(
        &self,
        headers: &std::collections::BTreeSet<DocumentId>,
        trashed: bool,
    ) -> Result<Event, ApiError> {
        let mut upserts = Vec::new();
        let mut removed = Vec::new();
        for id in headers {
            match self.tree_item(*id)? {
                Some(item) if item.life.is_live() != trashed => upserts.push(item),
                _ => removed.push(*id),
            }
        }
        Ok(Event::Tree {
            reset: false,
            upserts,
            removed,
        })
    }

    fn board_news(
        &self,
        id: DocumentId,
        cards: impl Iterator<Item = CardId>,
    ) -> Result<Event, ApiError> {
        let document = self.document(id)?;
        let listed = document.listed()?;
        let columns = document.columns(&self.store.used_columns(id)?)?;
        let (mut upserts, mut removed) = (Vec::new(), Vec::new());
        for card in cards {
            match document.card_summary(card)? {
                Some(summary) => upserts.push(summary),
                None => removed.push(card),
            }
        }
        Ok(Event::Board {
            reset: false,
            title: listed.title,
            life: listed.life,
            columns,
            upserts,
            removed,
        })
    }
}
