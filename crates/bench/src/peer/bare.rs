//! Bare automerge: a note without an engine, a disk or a network around it.

use anyhow::{Context, Result};
use automerge::sync::{State, SyncDoc};
use automerge::transaction::Transactable;
use automerge::{Automerge, LoadOptions, ObjId, ObjType, ROOT, ReadDoc, TextEncoding};

use crate::session::Gesture;
use crate::words::NewNote;

/// A note with a title and a text.
pub(crate) struct BareNote {
    pub(crate) document: Automerge,
    text: ObjId,
}

impl BareNote {
    pub(crate) fn new(title: &str, text: &str) -> Result<Self> {
        let mut document = Automerge::new_with_encoding(TextEncoding::Utf16CodeUnit);
        let mut tx = document.transaction();
        tx.put(ROOT, "title", title)?;
        let object = tx.put_object(ROOT, "text", ObjType::Text)?;
        tx.splice_text(&object, 0, 0, text)?;
        tx.commit();
        Ok(Self {
            document,
            text: object,
        })
    }

    /// One gesture, one change.
    pub(crate) fn push(&mut self, gesture: &Gesture) -> Result<()> {
        push(&mut self.document, &self.text, gesture)
    }

    pub(crate) fn text(&self) -> Result<String> {
        Ok(self.document.text(&self.text)?)
    }
}

/// One gesture on a document made by [`BareNote`], one change.
pub(crate) fn push(document: &mut Automerge, text: &ObjId, gesture: &Gesture) -> Result<()> {
    let mut tx = document.transaction();
    tx.splice_text(
        text,
        gesture.at as usize,
        isize::try_from(gesture.delete)?,
        &gesture.insert,
    )?;
    tx.commit();
    Ok(())
}

/// The text of a document made by [`BareNote`].
pub(crate) fn text_of(document: &Automerge) -> Result<ObjId> {
    Ok(document
        .get(ROOT, "text")?
        .context("the note has no text")?
        .1)
}

/// Reads a saved document back.
pub(crate) fn load(saved: &[u8]) -> Result<Automerge> {
    let options = LoadOptions::new().text_encoding(TextEncoding::Utf16CodeUnit);
    Ok(Automerge::load_with_options(saved, options)?)
}

/// All notes, saved.
pub(crate) fn saved(notes: &[NewNote]) -> Result<Vec<Vec<u8>>> {
    notes
        .iter()
        .map(|note| Ok(BareNote::new(&note.title, &note.text)?.document.save()))
        .collect()
}

/// What automerge's own protocol sends to bring two replicas of many documents together: messages and bytes, both ways.
pub(crate) fn synchronise(one: &mut [Automerge], other: &mut [Automerge]) -> Result<(u64, u64)> {
    let (mut messages, mut bytes) = (0, 0);
    for (here, there) in one.iter_mut().zip(other) {
        let (mut of_here, mut of_there) = (State::new(), State::new());
        loop {
            let out = here.generate_sync_message(&mut of_here);
            let quiet = out.is_none();
            if let Some(message) = out {
                messages += 1;
                let encoded = message.encode();
                bytes += encoded.len() as u64;
                there.receive_sync_message(
                    &mut of_there,
                    automerge::sync::Message::decode(&encoded)?,
                )?;
            }
            let back = there.generate_sync_message(&mut of_there);
            let quiet = quiet && back.is_none();
            if let Some(message) = back {
                messages += 1;
                let encoded = message.encode();
                bytes += encoded.len() as u64;
                here.receive_sync_message(
                    &mut of_here,
                    automerge::sync::Message::decode(&encoded)?,
                )?;
            }
            if quiet {
                break;
            }
        }
    }
    Ok((messages, bytes))
}
