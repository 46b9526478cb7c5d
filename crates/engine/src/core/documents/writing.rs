//! The one way to the disk for changes of documents: changes, heads, projections and envelope states in one transaction.

use std::collections::{BTreeMap, BTreeSet};

use skein_access::{Envelope, EnvelopeId};
use skein_model::{
    CardId, CardRow, ChangeBytes, Document, DocumentId, FileId, FileManifest, Kind, Listed,
    Profile, Touched,
};
use skein_store::{CutText, Durability, EnvelopeState, ListedAs, NewChanges, StoreError, Tx};

use super::StaleText;
use crate::api::ApiError;
use crate::core::Core;
use crate::core::step::Step;

/// Where changes came from.
pub(in crate::core) enum Origin<'a> {
    /// Made here; not yet in an envelope.
    Local,
    /// From peers' envelopes, which become applied with the same stroke.
    Remote(&'a Applied),
}

/// What becomes of envelopes with one stroke.
#[derive(Debug, Default)]
pub(in crate::core) struct Applied {
    /// The first that was merged, under whose author's right the changes are kept.
    pub(in crate::core) under: Option<Envelope>,
    /// Those that are wholly in their document.
    pub(in crate::core) envelopes: Vec<Envelope>,
    pub(in crate::core) quarantined: Vec<(EnvelopeId, String)>,
    pub(in crate::core) document: Option<DocumentId>,
}

impl Applied {
    /// Adds changes to their document under the right of the envelope's author, and settles the envelopes.
    pub(in crate::core) fn append(
        &self,
        tx: &mut Tx<'_>,
        authority: &skein_access::Authority,
        id: DocumentId,
        new: &NewChanges<'_>,
    ) -> Result<Vec<skein_store::ChangeRow>, StoreError> {
        let rows = match &self.under {
            Some(first) if !new.changes.is_empty() => {
                let permit = authority
                    .accept(first)
                    .map_err(|reason| StoreError::Refused(reason.to_string()))?;
                tx.append_changes(&permit, id, new)?
            }
            _ => Vec::new(),
        };
        self.settle(tx)?;
        Ok(rows)
    }

    pub(in crate::core) fn settle(&self, tx: &mut Tx<'_>) -> Result<(), StoreError> {
        for envelope in &self.envelopes {
            tx.set_envelope_state(envelope.id(), &EnvelopeState::Applied, self.document)?;
        }
        for (id, reason) in &self.quarantined {
            tx.set_envelope_state(
                *id,
                &EnvelopeState::Quarantined(reason.clone()),
                self.document,
            )?;
        }
        Ok(())
    }
}

impl Core {
    /// The one way to the disk for changes of a known document, whoever made them: changes, heads, projections and envelope
    /// states in one transaction. If it fails the document leaves memory, so that memory is never ahead of the disk.
    pub(in crate::core) fn store_changes(
        &mut self,
        step: &mut Step<'_>,
        id: DocumentId,
        changes: &[ChangeBytes],
        touched: &Touched,
        origin: &Origin<'_>,
    ) -> Result<(), ApiError> {
        let written = self.write_changes(step, id, changes, touched, origin);
        match written {
            Ok(last_row) => {
                let mut listed_anew = false;
                if let Some(slot) = self.documents.get_mut(&id) {
                    slot.rows += changes.len();
                    slot.last_row = last_row.unwrap_or(slot.last_row);
                    slot.size += changes.iter().map(|change| change.0.len()).sum::<usize>();
                    // The board's line in lists counts the disputes on its cards.
                    listed_anew = !touched.cards.is_empty()
                        && (slot.disputed || matches!(origin, Origin::Remote(_)));
                    if touched.text || !touched.cards.is_empty() {
                        let mono = step.now.mono_ms;
                        slot.stale_text
                            .get_or_insert(StaleText {
                                since: mono,
                                last: mono,
                            })
                            .last = mono;
                    }
                }
                step.touched(id, touched);
                if touched.files {
                    self.files_have_come();
                }
                if listed_anew {
                    let disputed = self.is_disputed(id)?;
                    if let Some(slot) = self.documents.get_mut(&id) {
                        slot.disputed = disputed;
                    }
                    step.news.headers.insert(id);
                }
                if matches!(origin, Origin::Local) {
                    self.sealing.unsealed += changes.len();
                    self.plan_sealing(step);
                }
                Ok(())
            }
            Err(error) => {
                self.forget(id);
                Err(error)
            }
        }
    }

    /// Whether anything in a document is disputed, as lists show it.
    pub(super) fn is_disputed(&self, id: DocumentId) -> Result<bool, ApiError> {
        Ok(self
            .store
            .tree_row(id)?
            .is_some_and(|row| row.conflicts > 0))
    }

    fn write_changes(
        &mut self,
        step: &Step<'_>,
        id: DocumentId,
        changes: &[ChangeBytes],
        touched: &Touched,
        origin: &Origin<'_>,
    ) -> Result<Option<i64>, ApiError> {
        let slot = self
            .documents
            .get(&id)
            .ok_or_else(|| ApiError::not_found("such document"))?;
        let document = slot
            .document
            .as_deref()
            .ok_or_else(|| ApiError::not_found("such document"))?;
        let workspace = self.workspace.as_ref().ok_or_else(Self::no_workspace)?;
        let heads = document.heads();
        let new = NewChanges {
            changes,
            heads: &heads,
            sealed: matches!(origin, Origin::Remote(_)),
            at_ms: step.now.wall_ms,
        };
        let projected = Projected::of(document, touched)?;
        let last = match origin {
            Origin::Local => {
                let permit = workspace.authority.write(&self.device.id(), slot.kind)?;
                self.store.write(Durability::Normal, |tx| {
                    let rows = tx.append_changes(&permit, id, &new)?;
                    tx.clear_journal(id)?;
                    projected.put(tx, id)?;
                    Ok(rows.last().copied())
                })?
            }
            Origin::Remote(applied) => self.store.write(Durability::Normal, |tx| {
                let rows = applied.append(tx, &workspace.authority, id, &new)?;
                projected.put(tx, id)?;
                Ok(rows.last().copied())
            })?,
        };
        Ok(last)
    }
}

/// What a change touched of lists and boards, read from the document before the transaction begins; text follows later.
struct Projected {
    listed: Option<Listed>,
    cards: Vec<CardRow>,
    removed: Vec<CardId>,
    text: bool,
    profile: Option<Profile>,
    files: Option<BTreeMap<FileId, FileManifest>>,
}

impl Projected {
    fn of(document: &Document, touched: &Touched) -> Result<Self, ApiError> {
        let mut projected = Self {
            listed: None,
            cards: Vec::new(),
            removed: Vec::new(),
            text: touched.text,
            profile: None,
            files: None,
        };
        if touched.header && document.kind() == Kind::Profile {
            projected.profile = Some(document.profile()?);
        }
        if touched.files {
            projected.files = Some(document.files()?);
        }
        if touched.header {
            projected.listed = Some(document.listed()?);
        }
        for card in &touched.cards {
            match document.card_row(*card)? {
                Some(row) => projected.cards.push(row),
                None => projected.removed.push(*card),
            }
        }
        projected.text |= !touched.cards.is_empty();
        Ok(projected)
    }

    fn put(&self, tx: &mut Tx<'_>, id: DocumentId) -> Result<(), StoreError> {
        if let Some(listed) = &self.listed {
            tx.put_header(
                id,
                &ListedAs {
                    title: &listed.title.value,
                    parent: listed.place.value.parent,
                    position: &listed.place.value.position,
                    life: listed.life,
                    conflicts: listed.conflicts(),
                },
            )?;
        }
        if !self.cards.is_empty() || !self.removed.is_empty() {
            tx.put_cards(id, &self.cards, &self.removed)?;
        }
        if let Some(profile) = &self.profile {
            tx.put_text(id, &CutText::of(profile.text()), &BTreeSet::new(), &[])?;
        }
        if let Some(files) = &self.files {
            tx.put_files(id, files)?;
        }
        if self.text {
            tx.mark_text_stale(id)?;
        }
        Ok(())
    }
}
