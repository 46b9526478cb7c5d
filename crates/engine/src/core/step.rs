//! The handling of one input: the time and randomness it was given, the effects it asks for, the news it makes.

use std::collections::{BTreeMap, BTreeSet};

use rand_chacha::ChaCha20Rng;
use rand_core::RngCore;
use skein_model::{CardId, DocumentId, Touched};

use super::io::{ClientId, Effect, Now};
use crate::api::{ApiError, Event, Reply, RequestId, ServerMessage, SubscriptionId};

/// What watchers have to be told at the end of the step.
#[derive(Default)]
pub(super) struct News {
    pub(super) status: bool,
    pub(super) people: bool,
    pub(super) peers: bool,
    pub(super) delivery: bool,
    pub(super) notices: bool,
    pub(super) preferences: bool,
    pub(super) code: bool,
    pub(super) backups: bool,
    pub(super) folders: bool,
    /// Documents whose title, place or life may have changed, or that are new.
    pub(super) headers: BTreeSet<DocumentId>,
    /// Cards that changed, by board.
    pub(super) cards: BTreeMap<DocumentId, BTreeSet<CardId>>,
    /// Documents whose files were added or have come further.
    pub(super) files: BTreeSet<DocumentId>,
    /// Documents whose links may have changed.
    pub(super) links: bool,
}

/// One input's handling.
pub(super) struct Step<'a> {
    pub(super) now: Now,
    pub(super) rng: &'a mut ChaCha20Rng,
    pub(super) effects: Vec<Effect>,
    pub(super) news: News,
}

impl<'a> Step<'a> {
    pub(super) fn new(now: Now, rng: &'a mut ChaCha20Rng) -> Self {
        Self {
            now,
            rng,
            effects: Vec::new(),
            news: News::default(),
        }
    }

    pub(super) fn into_effects(self) -> Vec<Effect> {
        self.effects
    }

    /// Sixteen fresh random bytes, for an id.
    pub(super) fn random_id(&mut self) -> [u8; 16] {
        let mut bytes = [0; 16];
        self.rng.fill_bytes(&mut bytes);
        bytes
    }

    pub(super) fn reply(
        &mut self,
        client: ClientId,
        id: RequestId,
        result: Result<Reply, ApiError>,
    ) {
        self.tell(
            client,
            ServerMessage::Reply {
                id,
                result: result.into(),
            },
        );
    }

    pub(super) fn event(&mut self, client: ClientId, subscription: SubscriptionId, event: Event) {
        self.tell(
            client,
            ServerMessage::Event {
                subscription,
                event,
            },
        );
    }

    /// Notes what a change touched.
    pub(super) fn touched(&mut self, document: DocumentId, touched: &Touched) {
        if touched.header {
            self.news.headers.insert(document);
        }
        if !touched.cards.is_empty() {
            self.news
                .cards
                .entry(document)
                .or_default()
                .extend(touched.cards.iter().copied());
        }
        if touched.files {
            self.news.files.insert(document);
        }
        self.news.delivery = true;
    }

    fn tell(&mut self, client: ClientId, message: ServerMessage) {
        self.effects.push(Effect::ToClient {
            client,
            message: Box::new(message),
        });
    }
}
