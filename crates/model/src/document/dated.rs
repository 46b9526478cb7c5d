//! Which changes began and last touched a document or a card, and when. Who made them is known outside.

use automerge::{ChangeHash, ROOT, ReadDoc};

use super::body::{Body, guarded};
use super::fields::{self, Fields};
use super::{Document, DocumentError};
use crate::id::CardId;
use crate::kind::Kind;

/// A change and its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dated {
    /// The hash that names the change.
    pub change: [u8; 32],
    /// When it was made by its writer's clock, in ms since 1970; 0 when it does not say.
    pub at_ms: i64,
}

impl Document {
    /// The change that began the document.
    ///
    /// # Errors
    /// When the instance is broken.
    pub fn beginning(&self) -> Result<Option<Dated>, DocumentError> {
        let began = |f: &dyn Fields| {
            let values = f.values_of(&ROOT, "id");
            values.iter().find_map(|(_, by)| f.written_by(by))
        };
        self.latest_of(self.body.read(began)?)
    }

    /// The change that was made last; an open burst is none yet.
    ///
    /// # Errors
    /// When the instance is broken.
    pub fn latest(&self) -> Result<Option<Dated>, DocumentError> {
        self.latest_of(self.body.heads())
    }

    /// The change that made a card.
    ///
    /// # Errors
    /// When it is not a board, or the instance is broken.
    pub fn card_beginning(&self, card: CardId) -> Result<Option<Dated>, DocumentError> {
        self.expect(Kind::Board)?;
        let made = |f: &dyn Fields| f.written_by(&fields::card(f, card)?);
        self.latest_of(self.body.read(made)?)
    }

    /// The change that touched a card last. Every edit of a card writes how often it was touched.
    ///
    /// # Errors
    /// When it is not a board, or the instance is broken.
    pub fn card_latest(&self, card: CardId) -> Result<Option<Dated>, DocumentError> {
        self.expect(Kind::Board)?;
        let touched = |f: &dyn Fields| -> Vec<ChangeHash> {
            let Some(card) = fields::card(f, card) else {
                return Vec::new();
            };
            let values = f.values_of(&card, "life");
            let changes = values.iter().filter_map(|(_, by)| f.written_by(by));
            changes.collect()
        };
        self.latest_of(self.body.read(touched)?)
    }

    /// The one of the latest time; of equal times, the same on every replica.
    fn latest_of(
        &self,
        changes: impl IntoIterator<Item = ChangeHash>,
    ) -> Result<Option<Dated>, DocumentError> {
        let mut latest: Option<Dated> = None;
        for change in changes {
            let dated = Dated {
                change: change.0,
                at_ms: self.body.time_of(&change)?.unwrap_or(0),
            };
            if latest.is_none_or(|known| (known.at_ms, known.change) < (dated.at_ms, dated.change))
            {
                latest = Some(dated);
            }
        }
        Ok(latest)
    }
}

impl Body {
    /// When a change was made by its writer's clock.
    fn time_of(&self, change: &ChangeHash) -> Result<Option<i64>, DocumentError> {
        match self {
            Self::Settled(doc) => guarded(|| {
                let meta = doc.get_change_meta_by_hash(change);
                meta.map(|meta| meta.timestamp)
            }),
            Self::Typing(tx) => guarded(|| {
                let change = tx.get_change_by_hash(change);
                change.map(|change| change.timestamp())
            }),
            Self::Broken => Err(DocumentError::Broken),
        }
    }
}
