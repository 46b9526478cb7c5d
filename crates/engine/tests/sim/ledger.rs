//! What was typed, made and acknowledged in a run: what must be there in the end.

use std::collections::{BTreeMap, BTreeSet};

use skein_model::{CardId, DocumentId, TextField};

/// One character that is typed only once in a run.
#[derive(Debug, Clone)]
pub(crate) struct Token {
    pub(crate) document: DocumentId,
    pub(crate) field: TextField,
    pub(crate) machine: usize,
    /// When it was typed, or later acknowledged, in the order of all things.
    pub(crate) moment: u64,
    pub(crate) acknowledged: bool,
    /// Somebody deleted it, or an older copy of its author's profile came back before anybody else had it.
    pub(crate) excused: bool,
}

/// All of a run.
#[derive(Default)]
pub(crate) struct Ledger {
    pub(crate) tokens: BTreeMap<char, Token>,
    pub(crate) documents: BTreeMap<DocumentId, (usize, u64)>,
    pub(crate) cards: BTreeMap<(DocumentId, CardId), (usize, u64)>,
    /// Texts in which a token may come to stand twice: words were replaced whole, or handed over again.
    pub(crate) inexact: BTreeSet<(DocumentId, TextField)>,
    /// Profiles were copied or put back: what was typed may have become a change twice.
    pub(crate) twice: bool,
    /// A profile lost work that others may have had a part of: what rests on the rest waits for ever.
    pub(crate) torn: bool,
    moment: u64,
    fresh: u32,
}

/// Whether this is one of the characters that stand for something typed.
pub(crate) fn is_token(c: char) -> bool {
    matches!(u32::from(c), 0x4e00..0x9000 | 0x20000..0x24000)
}

/// Whether anything may be deleted from a document's texts: from half of them nothing is.
pub(crate) fn is_kept(document: DocumentId) -> bool {
    document.as_bytes()[0] & 1 == 0
}

impl Ledger {
    /// The next moment.
    pub(crate) fn moment(&mut self) -> u64 {
        self.moment += 1;
        self.moment
    }

    /// A character that was never typed before.
    pub(crate) fn token(&mut self, machine: usize, document: DocumentId, field: TextField) -> char {
        self.fresh += 1;
        let base = if self.fresh.is_multiple_of(5) {
            0x20000
        } else {
            0x4e00
        };
        let token = char::from_u32(base + self.fresh).unwrap();
        let moment = self.moment();
        self.tokens.insert(
            token,
            Token {
                document,
                field,
                machine,
                moment,
                acknowledged: false,
                excused: false,
            },
        );
        token
    }

    /// A text that was typed is acknowledged.
    pub(crate) fn acknowledge(&mut self, text: &str) {
        let moment = self.moment();
        for token in text.chars() {
            if let Some(token) = self.tokens.get_mut(&token) {
                token.acknowledged = true;
                token.moment = moment;
            }
        }
    }

    /// An editor that never heard what became of a text hands it over again, though a part of it is in: twice rather than lost, if
    /// somebody deleted the rest.
    pub(crate) fn handed_over_again(&mut self, document: DocumentId, field: TextField, text: &str) {
        let mut tokens = text.chars().filter_map(|token| self.tokens.get(&token));
        assert!(
            tokens.any(|token| token.excused),
            "{text}: a part is in, nothing was deleted, and the editor takes it for lost"
        );
        self.inexact.insert((document, field));
    }

    /// A text is deleted by somebody.
    pub(crate) fn delete(&mut self, text: &str) {
        for token in text.chars() {
            if let Some(token) = self.tokens.get_mut(&token) {
                token.excused = true;
            }
        }
    }

    /// What this machine made after a moment need not be anywhere else.
    pub(crate) fn rolled_back(&mut self, machine: usize, moment: u64) {
        self.torn = true;
        for token in self
            .tokens
            .values_mut()
            .filter(|token| token.machine == machine && token.moment > moment)
        {
            token.excused = true;
        }
        self.documents
            .retain(|_, (by, at)| *by != machine || *at <= moment);
        self.cards
            .retain(|_, (by, at)| *by != machine || *at <= moment);
    }

    /// What this machine made up to now need not be anywhere.
    pub(crate) fn excuse(&mut self, machine: usize) {
        for token in self.tokens.values_mut() {
            token.excused |= token.machine == machine;
        }
        self.documents.retain(|_, (by, _)| *by != machine);
        self.cards.retain(|_, (by, _)| *by != machine);
    }

    /// The documents in whose texts something must be.
    pub(crate) fn documents_with_text(&self) -> BTreeSet<DocumentId> {
        let tokens = self.tokens.values();
        let expected = tokens.filter(|token| token.acknowledged && !token.excused);
        expected.map(|token| token.document).collect()
    }

    /// The tokens that must be in a text.
    pub(crate) fn expected(
        &self,
        document: DocumentId,
        field: TextField,
    ) -> impl Iterator<Item = char> {
        self.tokens
            .iter()
            .filter(move |(_, token)| {
                token.document == document
                    && token.field == field
                    && token.acknowledged
                    && !token.excused
            })
            .map(|(token, _)| *token)
    }
}
