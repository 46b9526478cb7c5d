//! The projection of a document.

use automerge::ROOT;

use super::{Document, board, fields, profile};
use crate::id::CardId;
use crate::kind::Kind;
use crate::markdown;
use crate::projection::{CardRow, Projection};
use crate::view::{CardSummary, ColumnView, Life, Place, Register};

/// What a list shows of a document, with the values that people set apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its title.
    pub title: Register<String>,
    /// Where it hangs in the tree.
    pub place: Register<Place>,
    /// Whether it lives.
    pub life: Life,
}

/// A document as it was at one moment; it can only be read.
#[derive(Debug)]
pub struct Still(Document);

impl Still {
    /// Its version.
    #[must_use]
    pub fn heads(&self) -> crate::kind::Heads {
        self.0.heads()
    }

    /// Everything that lists, search and backlinks needed at that moment. Costs a walk over the whole document.
    ///
    /// # Errors
    /// When the instance is broken.
    pub fn projection(&self) -> Result<Projection, super::DocumentError> {
        self.0.projection()
    }
}

impl Listed {
    /// How many of these fields people disagree about.
    #[must_use]
    pub fn conflicts(&self) -> u32 {
        let disputed = [
            self.title.is_disputed(),
            self.place.is_disputed(),
            self.life == Life::KeptDespiteTrash,
        ];
        disputed.into_iter().map(u32::from).sum()
    }
}

impl Document {
    /// A copy that stays as the document is now, to be read elsewhere while this one is edited. Cheap: the two share what they hold.
    ///
    /// # Errors
    /// When a burst is open: close it first.
    pub fn still(&self) -> Result<Still, super::DocumentError> {
        let doc = self.body.settled()?;
        let copy = super::body::guarded(|| doc.clone())?;
        let mut still = Self::around(
            self.id,
            self.kind,
            super::body::Body::Settled(Box::new(copy)),
        );
        still.life = self.life;
        Ok(Still(still))
    }

    /// What a list shows. Costs nothing beyond these fields.
    ///
    /// # Errors
    /// When the instance is broken.
    pub fn listed(&self) -> Result<Listed, super::DocumentError> {
        self.body.read(|f| Listed {
            title: fields::title(f, &ROOT),
            place: fields::document_place(f),
            life: self.life,
        })
    }

    /// Everything that lists, search and backlinks need. Costs a walk over the whole document.
    ///
    /// # Errors
    /// When the instance is broken.
    pub fn projection(&self) -> Result<Projection, super::DocumentError> {
        let listed = self.listed()?;
        self.body.read(|f| {
            let (mut text, mut cards) = (None, Vec::new());
            match self.kind {
                Kind::Note => {
                    text = Some(
                        fields::note_text(f)
                            .map(|obj| fields::text(f, &obj))
                            .unwrap_or_default(),
                    )
                }
                Kind::Board => cards = board::card_rows(f),
                Kind::Profile => {}
            }
            let mut found = markdown::Scanned::default();
            let live = cards
                .iter()
                .filter(|card| card.life.is_live())
                .map(|card| card.description.as_str());
            for part in text.as_deref().into_iter().chain(live) {
                let scanned = markdown::scan(part);
                found.tags.extend(scanned.tags);
                let new: Vec<_> = scanned
                    .links
                    .into_iter()
                    .filter(|link| !found.links.contains(link))
                    .collect();
                found.links.extend(new);
            }
            if self.kind == Kind::Profile {
                text = Some(profile::profile(f).text());
            }
            let of_cards: u32 = cards.iter().map(|card| card.conflicts).sum();
            let conflicts = listed.conflicts() + of_cards;
            Projection {
                kind: self.kind,
                title: listed.title.value,
                parent: listed.place.value.parent,
                position: listed.place.value.position,
                life: self.life,
                text,
                cards,
                tags: found.tags,
                files: super::files::files(f),
                links: found.links,
                conflicts,
            }
        })
    }

    /// One card, flattened. `None` when there is no such card. Costs nothing beyond that card.
    ///
    /// # Errors
    /// When the instance is broken.
    pub fn card_row(&self, card: CardId) -> Result<Option<CardRow>, super::DocumentError> {
        self.body.read(|f| board::card_row(f, card))
    }

    /// One card as the board shows it. `None` when there is no such card.
    ///
    /// # Errors
    /// When the instance is broken.
    pub fn card_summary(&self, card: CardId) -> Result<Option<CardSummary>, super::DocumentError> {
        self.body.read(|f| board::card_summary(f, card))
    }

    /// The visible columns, when the caller knows which columns hold live cards that are not archived.
    ///
    /// # Errors
    /// When the instance is broken.
    pub fn columns(
        &self,
        used: &std::collections::BTreeSet<crate::id::ColumnId>,
    ) -> Result<Vec<ColumnView>, super::DocumentError> {
        self.body.read(|f| board::columns(f, used))
    }
}
