//! Short codes: one that this device shows for an invite, and one that was typed here to join by.

mod seeking;
mod showing;

pub(super) use seeking::{Entered, Seeking, entered};
pub(super) use showing::Shown;

use skein_net::{CodeNews, ExchangeId};

use super::Core;
use super::step::Step;

impl Core {
    /// Something happened in an exchange: one that this device asked for, or one with somebody who asks it.
    pub(super) fn code_news(&mut self, step: &mut Step<'_>, exchange: ExchangeId, news: CodeNews) {
        match news {
            CodeNews::Begun {
                peer,
                asked_at: Some(at),
            } => self.code_reached(step, exchange, peer, at),
            CodeNews::Begun {
                peer,
                asked_at: None,
            } => self.code_asked(step, exchange, peer),
            CodeNews::Said(bytes) if self.asks_in(exchange) => {
                self.code_answered(step, exchange, &bytes);
            }
            CodeNews::Said(bytes) => self.code_said(step, exchange, bytes),
            CodeNews::Ended if self.asks_in(exchange) => self.code_not_given(step, exchange),
            CodeNews::Ended => self.code_asker_gone(step, exchange),
        }
    }

    /// Does what time asks for.
    pub(super) fn work_on_codes(&mut self, step: &mut Step<'_>) {
        self.end_code_in_time(step);
        self.answer_next_asker(step);
        self.seek_in_time(step);
    }

    /// When that is next (monotonic ms).
    pub(super) fn next_code_work(&self) -> Option<u64> {
        let shown = self.shown_code.as_ref().and_then(Shown::due);
        let seeking = self.seeking.as_ref().and_then(Seeking::due);
        shown.into_iter().chain(seeking).min()
    }
}
