//! Typing: splices join an open burst, and a burst becomes one change (several, when it is longer than one may be).

use std::collections::BTreeSet;

use automerge::ObjId;
use automerge::transaction::Transactable;

use super::body::Body;
use super::fields::{self, Fields};
use super::{Document, DocumentError, EditError};
use crate::id::CardId;
use crate::kind::ChangeBytes;
use crate::text::{Splice, SpliceError, Splices, TextField, length_of};
use crate::view::Life;

/// So many code units, inserted or deleted, make one change at most; it then fits into an envelope in any script.
const PIECE: usize = 48 * 1024;

/// The burst that is open.
#[derive(Debug, Default)]
pub(super) struct Typing {
    /// Changes that are made already and wait to be handed out.
    pub(super) made: Vec<ChangeBytes>,
    /// Code units in the part that is not yet a change.
    weight: usize,
    /// Cards whose life this burst renewed.
    cards: BTreeSet<CardId>,
    /// Where the open change writes. Nobody else's change comes in between, so it need not be looked up for each key.
    text: Option<(TextField, ObjId)>,
}

impl Document {
    /// Changes a text at its present state (open burst included). The splices join the open burst; they are not yet a
    /// change. `expected_length` is what the caller thinks the text's length will be.
    ///
    /// # Errors
    /// When the splices do not fit, cut a character in half, or lead to another length: nothing is changed then.
    pub fn splice_text(
        &mut self,
        field: TextField,
        splices: &Splices,
        expected_length: Option<u32>,
    ) -> Result<(), EditError> {
        let known = self
            .typing
            .text
            .take()
            .and_then(|(known, obj)| (known == field).then_some(obj));
        let obj = self.body.read(|f| -> Result<ObjId, EditError> {
            let obj = known.map_or_else(|| self.text_object(f, field), Ok)?;
            check(f, &obj, splices, expected_length)?;
            Ok(obj)
        })??;
        if splices.is_empty() {
            return Ok(());
        }
        self.splice_pieces(field, &obj, splices, "type", 0)?;
        self.typing.text = Some((field, obj));
        Ok(())
    }

    /// Makes a change of the open burst. Empty when there is none; more than one after a very long paste.
    ///
    /// # Errors
    /// When the instance is broken.
    pub fn close_burst(&mut self, at_ms: i64) -> Result<Vec<ChangeBytes>, DocumentError> {
        self.commit_piece("type", at_ms)?;
        self.typing_done();
        Ok(self.take_made())
    }

    /// Makes the changes of checked splices, all but the last part, which stays open.
    pub(super) fn splice_pieces(
        &mut self,
        field: TextField,
        obj: &ObjId,
        splices: &Splices,
        message: &str,
        at_ms: i64,
    ) -> Result<(), EditError> {
        // From the end, so that the positions of what comes before stay good.
        for splice in splices.0.iter().rev() {
            let parts = self.body.read(|f| {
                let length = f.length_of(obj) as u64;
                parts(splice, |at| is_border(f, obj, u64::from(at), length))
            })?;
            for part in parts {
                if self.typing.weight > 0 && self.typing.weight + weight(&part) > PIECE {
                    self.commit_piece(message, at_ms)?;
                }
                let renew = match field {
                    TextField::CardDescription(card) if self.typing.cards.insert(card) => {
                        Some(card)
                    }
                    _ => None,
                };
                self.typing.weight += weight(&part);
                let outcome = self.body.step(|tx| -> Result<(), EditError> {
                    tx.splice_text(obj, part.at as usize, part.delete as isize, &part.insert)?;
                    if let Some(card) = renew.and_then(|card| fields::card(&*tx, card))
                        && fields::life(&*tx, &card) != Life::Trashed
                    {
                        let generation = fields::next_generation(&*tx, &card);
                        tx.put(&card, "life", generation)?;
                    }
                    Ok(())
                });
                if let Err(error) = outcome {
                    // The splices fitted, and yet they failed: what is open cannot be trusted.
                    self.body = Body::Broken;
                    return Err(error);
                }
            }
        }
        Ok(())
    }

    /// Whatever comes next is a new burst.
    pub(super) fn typing_done(&mut self) {
        self.typing.cards.clear();
    }

    pub(super) fn take_made(&mut self) -> Vec<ChangeBytes> {
        std::mem::take(&mut self.typing.made)
    }

    pub(super) fn commit_piece(&mut self, message: &str, at_ms: i64) -> Result<(), DocumentError> {
        self.typing.weight = 0;
        self.typing.text = None;
        if let Some((_, change)) = self.body.commit(message, at_ms)? {
            self.typing.made.push(change);
            self.refresh_life()?;
        }
        Ok(())
    }
}

fn weight(splice: &Splice) -> usize {
    splice.delete as usize + length_of(&splice.insert) as usize
}

/// A splice as steps that each fit into one change, in the order in which they are to be taken.
fn parts(splice: &Splice, is_border: impl Fn(u32) -> bool) -> Vec<Splice> {
    if weight(splice) <= PIECE {
        return vec![splice.clone()];
    }
    let mut parts = Vec::new();
    let mut delete = splice.delete;
    while delete > 0 {
        let mut piece = delete.min(PIECE as u32);
        if piece < delete && !is_border(splice.at + delete - piece) {
            piece -= 1;
        }
        delete -= piece;
        // From the end, so that the rest keeps its place.
        parts.push(Splice {
            at: splice.at + delete,
            delete: piece,
            insert: String::new(),
        });
    }
    let mut at = splice.at;
    let mut rest = splice.insert.as_str();
    while !rest.is_empty() {
        let mut units = 0;
        let end = rest.char_indices().find(|(_, c)| {
            units += c.len_utf16();
            units > PIECE
        });
        let (piece, after) = rest
            .split_at_checked(end.map_or(rest.len(), |(end, _)| end))
            .unwrap_or((rest, ""));
        parts.push(Splice {
            at,
            delete: 0,
            insert: piece.to_owned(),
        });
        at = at.saturating_add(length_of(piece));
        rest = after;
    }
    parts
}

/// Whether splices fit a text: inside it, on the borders of characters, with the expected outcome.
pub(super) fn check(
    f: &dyn Fields,
    obj: &ObjId,
    splices: &Splices,
    expected: Option<u32>,
) -> Result<(), SpliceError> {
    let length = f.length_of(obj) as u64;
    let found = splices.resulting_length(length)?;
    for splice in &splices.0 {
        // What only inserts has one border, not twice the same: looking is a good part of what a key press costs.
        let end = (splice.delete > 0).then_some(splice.at + splice.delete);
        for at in std::iter::once(splice.at).chain(end) {
            if !is_border(f, obj, u64::from(at), length) {
                return Err(SpliceError::InsideACharacter { at });
            }
        }
    }
    match expected {
        Some(expected) if u64::from(expected) != found => {
            Err(SpliceError::WrongLength { expected, found })
        }
        _ => Ok(()),
    }
}

/// Whether a position lies between two characters: the unit before it and the one after it are not the same one.
fn is_border(f: &dyn Fields, obj: &ObjId, at: u64, length: u64) -> bool {
    if at == 0 || at >= length {
        return true;
    }
    let at = at as usize;
    let Some((value, before)) = f.unit(obj, at - 1) else {
        return true;
    };
    let wide = fields::scalar(&value)
        .and_then(fields::string)
        .is_some_and(|text| length_of(&text) > 1);
    !wide || f.unit(obj, at).is_none_or(|(_, after)| before != after)
}
