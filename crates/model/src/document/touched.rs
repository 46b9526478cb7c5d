//! What a merge touched, from its patches and its operations: never by looking at everything again.

use std::collections::{BTreeMap, BTreeSet};

use automerge::{Automerge, Change, ObjId, Patch, PatchAction, Prop, ROOT, ReadDoc, legacy};

use super::fields::{self, Fields};
use super::files::{self, FILE};
use super::merge::{Seen, by_difference};
use super::{TextLog, Touched, board};
use crate::id::CardId;
use crate::text::{Splice, Splices, TextField, length_of};

/// Where in a document something happened.
enum Spot {
    Header,
    Card(CardId),
    Text(TextField),
    Files,
}

/// The spot of a key of an object.
fn spot(path: &[(ObjId, Prop)], key: Option<&str>) -> Option<Spot> {
    let mut keys = path.iter().map(|(_, prop)| match prop {
        Prop::Map(key) => key.as_str(),
        Prop::Seq(_) => "",
    });
    let keys: Vec<&str> = keys.by_ref().chain(key).collect();
    match keys.as_slice() {
        ["text", ..] => Some(Spot::Text(TextField::NoteText)),
        ["cards", card, "description", ..] => card
            .parse()
            .ok()
            .map(|card| Spot::Text(TextField::CardDescription(card))),
        ["cards", card, ..] => card.parse().ok().map(Spot::Card),
        ["cards"] => None,
        [file, ..] if file.starts_with(FILE) => Some(Spot::Files),
        _ => Some(Spot::Header),
    }
}

fn key_of(action: &PatchAction) -> Option<&str> {
    match action {
        PatchAction::PutMap { key, .. } | PatchAction::DeleteMap { key } => Some(key),
        PatchAction::Conflict {
            prop: Prop::Map(key),
        }
        | PatchAction::Increment {
            prop: Prop::Map(key),
            ..
        } => Some(key),
        _ => None,
    }
}

/// Reads what patches touched; for the panics that reading may bring to light.
pub(super) fn is_readable(doc: &Automerge, patches: &[Patch], cards: usize) {
    let mut seen = BTreeSet::new();
    let mut attached = false;
    for patch in patches {
        match spot(&patch.path, key_of(&patch.action)) {
            Some(Spot::Card(card) | Spot::Text(TextField::CardDescription(card)))
                if seen.len() < cards && seen.insert(card) =>
            {
                board::card_row(doc, card);
            }
            Some(Spot::Files) => attached = true,
            _ => {}
        }
    }
    if attached {
        files::files(doc);
    }
    fields::title(doc, &ROOT);
    fields::document_place(doc);
    board::Columns::read(doc);
    if let Some(text) = fields::note_text(doc) {
        fields::text(doc, &text);
    }
}

/// What changed between two states of a document.
pub(super) fn of_merge(
    old: &Automerge,
    new: &Automerge,
    patches: &[Patch],
    changes: &[Change],
) -> Seen {
    let mut touched = Touched::default();
    let mut texts: BTreeMap<TextField, Option<Vec<Splices>>> = BTreeMap::new();
    for patch in patches {
        match spot(&patch.path, key_of(&patch.action)) {
            None => touched.header |= fields::cards(old) != fields::cards(new),
            Some(Spot::Header) => touched.header = true,
            Some(Spot::Files) => touched.files = true,
            Some(Spot::Card(card)) => {
                touched.cards.insert(card);
            }
            Some(Spot::Text(field)) => {
                let steps = texts.entry(field).or_insert_with(|| Some(Vec::new()));
                match (splice_of(patch), steps.as_mut()) {
                    (Some(splice), Some(steps)) => steps.push(Splices(vec![splice])),
                    // Not a plain edit of the text: look at its states instead.
                    _ => *steps = None,
                }
            }
        }
    }
    hidden(new, changes, &mut touched);
    let mut log = TextLog::default();
    for (field, steps) in texts {
        match field {
            TextField::NoteText => touched.text = true,
            TextField::CardDescription(card) => {
                touched.cards.insert(card);
            }
        }
        let (before, after) = (object(old, field), object(new, field));
        let composed = steps.map(Splices::compose_all).filter(|splices| {
            let length = |doc: &Automerge, obj: &Option<ObjId>| {
                obj.as_ref().map_or(0, |obj| doc.length(obj) as u64)
            };
            (before == after || before.is_none())
                && splices.resulting_length(length(old, &before)) == Ok(length(new, &after))
        });
        match composed {
            Some(splices) => log.push(field, splices),
            None => {
                let text = |doc: &Automerge, obj: Option<ObjId>| {
                    obj.map(|obj| doc.text_of(&obj)).unwrap_or_default()
                };
                by_difference(&mut log, field, &text(old, before), &text(new, after));
            }
        }
    }
    (log, touched)
}

fn object(doc: &Automerge, field: TextField) -> Option<ObjId> {
    match field {
        TextField::NoteText => fields::note_text(doc),
        TextField::CardDescription(card) => fields::description(doc, card),
    }
}

fn splice_of(patch: &Patch) -> Option<Splice> {
    let position = |index: &usize| u32::try_from(*index).ok();
    match &patch.action {
        PatchAction::SpliceText { index, value, .. } => {
            let insert = value.make_string();
            // Anything that is not plain text is shown by the library in ways of its own.
            (length_of(&insert) > 0).then_some(())?;
            Some(Splice {
                at: position(index)?,
                delete: 0,
                insert,
            })
        }
        PatchAction::DeleteSeq { index, length } => Some(Splice {
            at: position(index)?,
            delete: u32::try_from(*length).ok()?,
            insert: String::new(),
        }),
        _ => None,
    }
}

/// A value that loses against another set at the same time makes no patch when there was a dispute already: such
/// fields are found by the objects that the changes wrote to.
fn hidden(doc: &Automerge, changes: &[Change], touched: &mut Touched) {
    let mut seen: BTreeSet<(u64, Vec<u8>)> = BTreeSet::new();
    let cards = fields::cards(doc);
    for change in changes {
        for operation in &change.decode().operations {
            let legacy::Key::Map(key) = &operation.key else {
                continue;
            };
            let obj = match &operation.obj {
                legacy::ObjectId::Root => {
                    let file = key.starts_with(FILE);
                    touched.files |= file;
                    touched.header |= key.as_str() != "text" && !file;
                    continue;
                }
                legacy::ObjectId::Id(id) => ObjId::Id(id.counter(), id.actor().clone(), 0),
            };
            if Some(&obj) == cards.as_ref() {
                touched.cards.extend(key.parse::<CardId>().ok());
                continue;
            }
            let ObjId::Id(counter, actor, _) = &obj else {
                continue;
            };
            if !seen.insert((*counter, actor.to_bytes().to_vec())) {
                continue;
            }
            let Ok(parents) = doc.parents(&obj) else {
                continue;
            };
            let mut path: Vec<_> = parents.map(|parent| (parent.obj, parent.prop)).collect();
            path.reverse();
            match spot(&path, Some(key)) {
                Some(Spot::Card(card) | Spot::Text(TextField::CardDescription(card))) => {
                    touched.cards.insert(card);
                }
                Some(Spot::Header) => touched.header = true,
                _ => {}
            }
        }
    }
}
