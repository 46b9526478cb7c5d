//! The usual return: what a peer has not confirmed yet goes before the comparison, so that what is compared is mostly equal.
//!
//! Finding ten new envelopes among ten thousand costs more bytes than the ten themselves; one fingerprint of everything costs
//! hardly any. Nothing is believed for it: the comparison that follows shows what was left out.

use skein_access::EnvelopeId;

use crate::item::Group;
use crate::open::Open;
use crate::outbox::SessionOutput;
use crate::turn::Turn;

/// How far this side is with it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Ahead {
    /// To be done before data is compared for the first time.
    Due,
    /// The engine is asked what it is.
    Asked,
    /// These were sent, or wait to be, and the peer has yet to say that it took or refused them.
    Going(Vec<EnvelopeId>),
    /// Done.
    Over,
}

impl Open {
    /// Sends what the peer has not confirmed, once; true when the peer has it.
    pub(crate) fn went_ahead(&mut self, turn: &mut Turn<'_>) -> bool {
        match &self.ahead {
            Ahead::Due => {
                self.ahead = Ahead::Asked;
                turn.out.push(SessionOutput::NeedUnconfirmed);
            }
            Ahead::Going(ids) if !self.serve.is_pushing_any(ids) => self.ahead = Ahead::Over,
            Ahead::Asked | Ahead::Going(_) | Ahead::Over => {}
        }
        self.ahead == Ahead::Over
    }

    /// The engine says what it is.
    pub(crate) fn unconfirmed(&mut self, ids: Vec<EnvelopeId>) {
        if self.ahead == Ahead::Asked {
            let ids = self.serve.push_news(Group::Data, ids);
            self.ahead = Ahead::Going(ids);
        }
    }
}
