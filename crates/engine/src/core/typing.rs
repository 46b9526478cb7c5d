//! What is typed: splices from an editor become durable at once, and a change of the document per burst.

use skein_model::{DocumentId, Splice, Splices, TextField};

use super::documents::{Burst, note_described};
use super::io::ClientId;
use super::step::Step;
use super::text_feed::{Mapped, OutOfStep};
use super::views::Watched;
use super::{Core, Flow};
use crate::api::{
    ApiError, ClientMessage, ErrorCode, Event, Reply, Request, RequestId, SubscriptionId, View,
};

/// A burst ends after so many pushes, so that one change stays small.
const PUSHES_PER_CHANGE: u32 = 20;
/// A burst with more text than this (bytes) ends at once, so that a paste does not wait in the journal.
const TEXT_PER_BURST: usize = 16 * 1024;

/// What a view hands over.
pub(super) struct Push {
    pub(super) base_version: u32,
    pub(super) push_id: String,
    pub(super) splices: Vec<Splice>,
    pub(super) length: u32,
}

impl Core {
    /// Applies what was typed at head, makes it durable, and tells the other views of this text.
    pub(super) fn push_text(
        &mut self,
        step: &mut Step<'_>,
        client: ClientId,
        subscription: SubscriptionId,
        push: Push,
    ) -> Result<Reply, ApiError> {
        self.writable()?;
        let (id, field) = self.text_watched(client, subscription).ok_or_else(resync)?;
        let feed = self.feed(id, field)?;
        if let Some(repeated) = feed.repeated(&push.push_id) {
            let ack = repeated.map_err(|OutOfStep| resync())?;
            return Ok(Reply::TextAck {
                version: ack.version,
                splices: ack.missed.0,
            });
        }
        let splices = Splices(push.splices);
        let mapped = feed
            .map(push.base_version, &splices)
            .map_err(|OutOfStep| resync())?;
        let expected = expected_length(push.length, &mapped);
        let from_version = feed.version();
        self.splice(step, id, field, &mapped.at_head, Some(expected))?;
        let at_head = mapped.at_head.clone();
        let ack = self.feed(id, field)?.pushed(push.push_id, mapped);
        self.carets.moved(id, field);
        self.tell_text(
            step,
            id,
            field,
            from_version,
            ack.version,
            &at_head,
            Some((client, subscription)),
        );
        Ok(Reply::TextAck {
            version: ack.version,
            splices: ack.missed.0,
        })
    }

    /// Puts splices into a document at head, durably. They join the open burst.
    pub(super) fn splice(
        &mut self,
        step: &mut Step<'_>,
        id: DocumentId,
        field: TextField,
        splices: &Splices,
        expected: Option<u32>,
    ) -> Result<(), ApiError> {
        let entry = postcard::to_stdvec(&(field, splices)).map_err(ApiError::internal)?;
        let mono = step.now.mono_ms;
        let (document, store, permit) = self.for_writing(id)?;
        document.splice_text(field, splices, expected)?;
        let written = store.write(skein_store::Durability::Normal, |tx| {
            tx.journal(&permit, id, &entry)
        });
        if let Err(error) = written {
            // What is in memory is now ahead of the disk: let it go, and load what the disk has at the next use.
            self.forget(id);
            return Err(error.into());
        }
        let Some(slot) = self.documents.get_mut(&id) else {
            return Ok(());
        };
        let burst = slot.burst.get_or_insert(Burst {
            since: mono,
            last: mono,
            pushes: 0,
        });
        burst.last = mono;
        note_described(&mut slot.described, field);
        burst.pushes += 1;
        let size: usize = splices.0.iter().map(|splice| splice.insert.len()).sum();
        let full = burst.pushes >= PUSHES_PER_CHANGE || size > TEXT_PER_BURST;
        slot.used = mono;
        self.plan_sealing(step);
        step.news.delivery = true;
        if full {
            self.close_burst(step, id)?;
        }
        Ok(())
    }

    /// Tells every view of a text but one what changed.
    #[allow(clippy::too_many_arguments)]
    pub(super) fn tell_text(
        &mut self,
        step: &mut Step<'_>,
        id: DocumentId,
        field: TextField,
        from_version: u32,
        version: u32,
        splices: &Splices,
        but: Option<(ClientId, SubscriptionId)>,
    ) {
        for (client, subscription) in self.text_watchers(id, field) {
            if but != Some((client, subscription)) {
                let splices = splices.0.clone();
                step.event(
                    client,
                    subscription,
                    Event::TextPatch {
                        from_version,
                        version,
                        splices,
                    },
                );
            }
        }
    }

    /// Begins a view of a note that is still on its way: what is stored of it can be read at once, and what is typed into it
    /// waits for the document.
    pub(super) fn show_early(
        &mut self,
        step: &mut Step<'_>,
        client: ClientId,
        message: &ClientMessage,
    ) -> bool {
        let Request::Subscribe { view } = &message.request else {
            return false;
        };
        let Some(first) = self.early_event(view) else {
            return false;
        };
        let subscription = self.add_subscription(client, Watched::new(view.clone()));
        step.reply(client, message.id, Ok(Reply::Subscribed { subscription }));
        step.event(client, subscription, first);
        true
    }

    fn early_event(&mut self, view: &View) -> Option<Event> {
        match view {
            View::Text {
                document,
                card: None,
            } => {
                let text = self.stored_text(*document)?;
                let version = self.feed(*document, TextField::NoteText).ok()?.version();
                Some(Event::TextReset { version, text })
            }
            View::Note { document } => self.stored_note(*document),
            _ => None,
        }
    }

    /// The document is here: if it says otherwise than the stored text that was shown, views start again.
    pub(super) fn check_first_look(
        &mut self,
        step: &mut Step<'_>,
        id: DocumentId,
    ) -> Result<(), ApiError> {
        let field = TextField::NoteText;
        let text = self.document(id)?.text(field)?;
        let shown = self.shown_early(id)?;
        let splices = Splices::between(&shown, &text);
        self.tell_change(step, id, field, splices)
    }

    /// Begins a text view: the whole text, and the version from which the view counts.
    pub(super) fn subscribe_text(
        &mut self,
        step: &mut Step<'_>,
        client: ClientId,
        request: RequestId,
        view: View,
        (id, field): (DocumentId, TextField),
    ) -> Result<Flow, ApiError> {
        let text = self.document(id)?.text(field)?;
        let version = self.feed(id, field)?.version();
        let subscription = self.add_subscription(client, Watched::new(view));
        step.reply(client, request, Ok(Reply::Subscribed { subscription }));
        step.event(client, subscription, Event::TextReset { version, text });
        self.carets.moved(id, field);
        Ok(Flow::Later)
    }
}

/// The length of the text at head, computed from what the view expects of its own.
fn expected_length(of_view: u32, mapped: &Mapped) -> u32 {
    let change: i64 = mapped
        .missed
        .0
        .iter()
        .map(|splice| {
            i64::from(skein_model::text::length_of(&splice.insert)) - i64::from(splice.delete)
        })
        .sum();
    u32::try_from(i64::from(of_view) + change).unwrap_or(u32::MAX)
}

/// The view must start again; it keeps what it has and compares.
fn resync() -> ApiError {
    ApiError::new(
        ErrorCode::Resync,
        "This view of the text is out of step with the document; nothing of this push was applied.",
        "Subscribe to the text again and apply the difference.",
    )
}
