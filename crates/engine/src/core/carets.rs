//! Carets: where colleagues are in a text that is open here too, and where this person is. Never stored; what was shown last
//! counts, and what is lost on the way is told again soon.
//!
//! A caret travels as marks that stay right while others write. What it points at may arrive after it: until then it is shown
//! where it was.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use skein_access::DeviceId;
use skein_model::{CardId, DocumentId, TextField};
use skein_sync::SessionInput;

use super::Core;
use super::io::ClientId;
use super::step::Step;
use crate::api::{ApiError, Caret, Event, Reply, SubscriptionId};

/// Between two tellings of one's own caret (ms), and until it is told again although it rests.
const PAUSE: u64 = 100;
const AGAIN: u64 = 10_000;
/// A caret of which nothing was heard for so long (ms) is gone.
const EXPIRES: u64 = 30_000;
/// The largest mark (bytes) that is taken from a peer.
const LARGEST_MARK: usize = 128;
/// How many carets are kept; more devices than this are never connected at once.
const MOST: usize = 64;

/// A text: of a note, or of a card on a board.
type Text = (DocumentId, TextField);

/// A caret as it travels.
#[derive(Serialize, Deserialize)]
struct Told {
    document: DocumentId,
    card: Option<CardId>,
    /// The marks of anchor and head; nothing: the caret left the text.
    marks: Option<(Vec<u8>, Vec<u8>)>,
}

impl Told {
    fn text(&self) -> Text {
        let field = self
            .card
            .map_or(TextField::NoteText, TextField::CardDescription);
        (self.document, field)
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let (told, rest) = postcard::take_from_bytes::<Self>(bytes).ok()?;
        let fits = |(anchor, head): &(Vec<u8>, Vec<u8>)| {
            anchor.len() <= LARGEST_MARK && head.len() <= LARGEST_MARK
        };
        (rest.is_empty() && told.marks.as_ref().is_none_or(fits)).then_some(told)
    }
}

/// A colleague's caret.
struct Seen {
    text: Text,
    marks: (Vec<u8>, Vec<u8>),
    /// Where it was found last.
    place: Option<(u32, u32)>,
    heard: u64,
}

/// This person's caret.
struct Shown {
    by: (ClientId, SubscriptionId),
    text: Text,
    bytes: Vec<u8>,
}

/// All carets.
#[derive(Default)]
pub(super) struct Carets {
    seen: BTreeMap<DeviceId, Seen>,
    /// Texts whose watchers have to be told anew.
    changed: BTreeSet<Text>,
    shown: Option<Shown>,
    /// What goes out next, and when.
    next: Option<(u64, Vec<u8>)>,
    told_at: Option<u64>,
}

impl Carets {
    /// Something was written in a text, or somebody begins to watch it.
    pub(super) fn moved(&mut self, document: DocumentId, field: TextField) {
        if self
            .seen
            .values()
            .any(|seen| seen.text == (document, field))
        {
            self.changed.insert((document, field));
        }
    }

    /// When something is to be done.
    pub(super) fn due(&self) -> Option<u64> {
        let expiry = self.seen.values().map(|seen| seen.heard + EXPIRES).min();
        let next = self.next.as_ref().map(|(at, _)| *at);
        expiry.into_iter().chain(next).min()
    }

    /// Tells this soon, but not too often; only the newest is told.
    fn plan(&mut self, now: u64, bytes: Vec<u8>) {
        let at = self.told_at.map_or(now, |told| now.max(told + PAUSE));
        self.next = Some((at, bytes));
    }
}

impl Core {
    /// Shows this person's caret to those who have the text open; `None`: it left.
    pub(super) fn show_caret(
        &mut self,
        step: &Step<'_>,
        by: (ClientId, SubscriptionId),
        place: Option<(u32, u32)>,
        version: u32,
    ) -> Result<Reply, ApiError> {
        let (client, subscription) = by;
        let text = self
            .text_watched(client, subscription)
            .ok_or_else(|| ApiError::not_found("such view of a text"))?;
        let Some(place) = place else {
            self.hide_caret(step, |shown| shown == by);
            return Ok(Reply::Done);
        };
        // A view that is out of step shows its caret once it has started again.
        if let Some(marks) = self.marks(text, place, version) {
            let bytes = told(text, Some(marks))?;
            self.carets.plan(step.now.mono_ms, bytes.clone());
            self.carets.shown = Some(Shown { by, text, bytes });
        }
        Ok(Reply::Done)
    }

    /// The marks of two places that a view names at a version it knows.
    fn marks(
        &mut self,
        (id, field): Text,
        (anchor, head): (u32, u32),
        version: u32,
    ) -> Option<(Vec<u8>, Vec<u8>)> {
        let missed = self.feed(id, field).ok()?.since(version).ok()?;
        let document = self.document(id).ok()?;
        let mark = |at| document.mark_place(field, missed.place(at));
        Some((mark(anchor)?, mark(head)?))
    }

    /// A view that showed the caret went away.
    pub(super) fn hide_caret(
        &mut self,
        step: &Step<'_>,
        went: impl FnOnce((ClientId, SubscriptionId)) -> bool,
    ) {
        if let Some(shown) = self.carets.shown.take_if(|shown| went(shown.by))
            && let Ok(bytes) = told(shown.text, None)
        {
            self.carets.plan(step.now.mono_ms, bytes);
        }
    }

    /// A colleague's device tells where it is. Bytes that say nothing end the conversation.
    pub(super) fn caret_came(&mut self, step: &mut Step<'_>, peer: DeviceId, bytes: &[u8]) {
        let Some(told) = Told::read(bytes) else {
            let reason = "what it said of a caret cannot be read".to_owned();
            return self.give_session(step, peer, SessionInput::Shut(reason));
        };
        let text = told.text();
        let before = self.carets.seen.get(&peer);
        let place = before
            .filter(|seen| seen.text == text)
            .and_then(|seen| seen.place);
        match told.marks {
            None if before.is_some_and(|seen| seen.text != text) => {}
            None => self.caret_went(peer),
            Some(_) if before.is_none() && self.carets.seen.len() >= MOST => {}
            Some(marks) => {
                self.caret_went(peer);
                let heard = step.now.mono_ms;
                let seen = Seen {
                    text,
                    marks,
                    place,
                    heard,
                };
                self.carets.seen.insert(peer, seen);
                self.carets.changed.insert(text);
            }
        }
    }

    fn caret_went(&mut self, peer: DeviceId) {
        if let Some(seen) = self.carets.seen.remove(&peer) {
            self.carets.changed.insert(seen.text);
        }
    }

    /// Tells what is due of carets, here and to colleagues.
    pub(super) fn work_on_carets(&mut self, step: &mut Step<'_>) {
        let now = step.now.mono_ms;
        let gone: Vec<DeviceId> = self
            .carets
            .seen
            .iter()
            .filter(|(peer, seen)| !self.links.contains_key(peer) || seen.heard + EXPIRES <= now)
            .map(|(peer, _)| *peer)
            .collect();
        for peer in gone {
            self.caret_went(peer);
        }
        if self.carets.next.as_ref().is_some_and(|(at, _)| *at <= now) {
            self.tell_own_caret(step);
        }
        for (id, field) in std::mem::take(&mut self.carets.changed) {
            self.tell_carets(step, id, field);
        }
    }

    fn tell_own_caret(&mut self, step: &mut Step<'_>) {
        let Some((_, bytes)) = self.carets.next.take() else {
            return;
        };
        // Where somebody reads is for members' eyes, never for a relay's.
        let peers: Vec<DeviceId> = self
            .links
            .keys()
            .filter(|peer| !self.is_relay(peer))
            .copied()
            .collect();
        for peer in peers {
            self.give_session(step, peer, SessionInput::Presence(&bytes));
        }
        let now = step.now.mono_ms;
        self.carets.told_at = Some(now);
        let again = self.carets.shown.as_ref().map(|shown| shown.bytes.clone());
        self.carets.next = again.map(|bytes| (now + AGAIN, bytes));
    }

    /// Who meets this device now is shown the caret at once.
    pub(super) fn show_caret_again(&mut self, step: &Step<'_>) {
        if let Some(shown) = &self.carets.shown {
            let bytes = shown.bytes.clone();
            self.carets.plan(step.now.mono_ms, bytes);
        }
    }

    fn tell_carets(&mut self, step: &mut Step<'_>, id: DocumentId, field: TextField) {
        let watchers = self.text_watchers(id, field);
        let Ok(document) = self.document(id) else {
            return;
        };
        let length = document.text_length(field).unwrap_or_default();
        let in_text = self.carets.seen.iter();
        let places: Vec<(DeviceId, Option<(u32, u32)>)> = in_text
            .filter(|(_, seen)| seen.text == (id, field))
            .map(|(device, seen)| {
                let found = |mark: &[u8]| document.find_place(field, mark);
                let place = found(&seen.marks.0).zip(found(&seen.marks.1));
                let kept = seen.place.map(|(a, h)| (a.min(length), h.min(length)));
                (*device, place.or(kept))
            })
            .collect();
        for (device, place) in places {
            if let Some(seen) = self.carets.seen.get_mut(&device) {
                seen.place = place;
            }
        }
        let Ok(version) = self.feed(id, field).map(|feed| feed.version()) else {
            return;
        };
        let carets: Vec<Caret> = self
            .carets
            .seen
            .iter()
            .filter(|(_, seen)| seen.text == (id, field))
            .filter_map(|(device, seen)| {
                let (anchor, head) = seen.place?;
                let workspace = self.workspace.as_ref()?;
                Some(Caret {
                    device: device.to_string(),
                    member: workspace.authority.member_of(device)?.to_string(),
                    name: self.name_of(device),
                    anchor,
                    head,
                    version,
                })
            })
            .collect();
        for (client, subscription) in watchers {
            let carets = carets.clone();
            step.event(client, subscription, Event::Carets { carets });
        }
    }
}

fn told((document, field): Text, marks: Option<(Vec<u8>, Vec<u8>)>) -> Result<Vec<u8>, ApiError> {
    let card = match field {
        TextField::NoteText => None,
        TextField::CardDescription(card) => Some(card),
    };
    let told = Told {
        document,
        card,
        marks,
    };
    postcard::to_stdvec(&told).map_err(ApiError::internal)
}
