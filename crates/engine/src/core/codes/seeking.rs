//! Joining by a short code: ask those on this network, or one address, until somebody hands over the invite it stands for.

use std::collections::BTreeMap;

use skein_access::code_exchange::{ExchangeError, JoinerAsks, JoinerWaits, Pair};
use skein_access::{Code, DeviceId, Ticket};
use skein_net::{CodeOrder, ExchangeId};

use crate::api::{self, ApiError, ErrorCode, JoiningStep, Reply};
use crate::core::Core;
use crate::core::io::Effect;
use crate::core::joining::Newcomer;
use crate::core::step::Step;

/// How long to ask those on this network (ms); announcements take a second or two.
const LOOKING: u64 = 20_000;
/// How long a typed address may take (ms): longer than all that the network does about it.
const DIALLING: u64 = 30_000;
/// When somebody nearby has another code, how long to look for one who has this one (ms).
const LOOKING_ON: u64 = 3_000;

/// What was typed or pasted into the one field for an invite.
pub(in crate::core) enum Entered {
    /// A ticket, or the link that holds it.
    Ticket(Ticket),
    /// A code, and where to ask for it: nowhere means on this network.
    Code(Code, Vec<String>),
}

/// A code that was typed, and how the search for it goes.
pub(in crate::core) struct Seeking {
    code: Code,
    /// Where to ask; empty for everybody on this network.
    at: Vec<String>,
    newcomer: Newcomer,
    step: JoiningStep,
    reason: Option<String>,
    /// When to give up; none when that was done.
    until: Option<u64>,
    asked: BTreeMap<ExchangeId, Asked>,
    /// Whether somebody has another code.
    refused: bool,
}

struct Asked {
    peer: DeviceId,
    at: String,
    /// Taken out while it takes a message.
    talk: Option<Talk>,
}

enum Talk {
    Asks(JoinerAsks),
    Waits(JoinerWaits),
}

impl Seeking {
    fn is_nearby(&self) -> bool {
        self.at.is_empty()
    }

    pub(super) const fn due(&self) -> Option<u64> {
        self.until
    }

    pub(in crate::core) fn view(&self) -> api::Joining {
        api::Joining {
            step: self.step,
            received: 0,
            reason: self.reason.clone(),
        }
    }
}

/// So many signs, without spaces, are taken for a code, be it one with a hyphen or some signs too many.
const LIKE_A_CODE: usize = 12;

/// Reads what was entered: a ticket in any of its forms, a code, or a code with an address after it.
pub(in crate::core) fn entered(text: &str) -> Result<Entered, ApiError> {
    let text = text.trim();
    let starts_as_ticket = text
        .get(..5)
        .is_some_and(|start| start.eq_ignore_ascii_case("skein"));
    let (code, address) = match text.split_once('@') {
        Some((code, address)) => (code, Some(address)),
        None => (text, None),
    };
    // Far longer than any code: whoever wrote that meant something else.
    let symbols = code.chars().filter(|char| !char.is_whitespace());
    let is_short = symbols.count() <= LIKE_A_CODE;
    if starts_as_ticket || !is_short && address.is_none() {
        return Ok(Entered::Ticket(text.parse()?));
    }
    let code = code.parse()?;
    let addresses = match address {
        None => Vec::new(),
        Some(address) => skein_net::understand_address(address).map_err(|error| {
            ApiError::new(
                ErrorCode::Invalid,
                format!("What follows the @ is no address: {error}."),
                "A code with an address looks like K7QM-2XPD@192.168.1.5:4711; on one network the code alone is enough.",
            )
        })?,
    };
    Ok(Entered::Code(code, addresses))
}

impl Core {
    pub(in crate::core) fn seek_code(
        &mut self,
        step: &mut Step<'_>,
        code: Code,
        at: Vec<String>,
        newcomer: Newcomer,
    ) -> Reply {
        self.seeking = Some(Seeking {
            code,
            at,
            newcomer,
            step: JoiningStep::Looking,
            reason: None,
            until: None,
            asked: BTreeMap::new(),
            refused: false,
        });
        self.seek_again(step);
        Reply::Status {
            status: self.status(),
        }
    }

    /// Looks once more for whoever shows the code that was typed; false when none was.
    pub(in crate::core) fn seek_again(&mut self, step: &mut Step<'_>) -> bool {
        let Some(seeking) = &mut self.seeking else {
            return false;
        };
        let patience = if seeking.is_nearby() {
            LOOKING
        } else {
            DIALLING
        };
        seeking.until = Some(step.now.mono_ms + patience);
        seeking.step = JoiningStep::Looking;
        seeking.reason = None;
        seeking.refused = false;
        seeking.asked.clear();
        let seek = CodeOrder::Seek(seeking.at.clone());
        step.effects.push(Effect::Code(seek));
        step.news.status = true;
        true
    }

    /// Nobody is asked any more; false when nobody was.
    pub(in crate::core) fn seek_no_more(&mut self, step: &mut Step<'_>) -> bool {
        let was_seeking = self.seeking.take().is_some();
        if was_seeking {
            step.effects.push(Effect::Code(CodeOrder::SeekNoMore));
            step.news.status = true;
        }
        was_seeking
    }

    pub(super) fn asks_in(&self, exchange: ExchangeId) -> bool {
        let seeking = self.seeking.as_ref();
        seeking.is_some_and(|seeking| seeking.asked.contains_key(&exchange))
    }

    pub(super) fn code_reached(
        &mut self,
        step: &mut Step<'_>,
        exchange: ExchangeId,
        peer: DeviceId,
        at: String,
    ) {
        let joiner = self.device.id();
        let Some(seeking) = self
            .seeking
            .as_mut()
            .filter(|seeking| seeking.until.is_some())
        else {
            return step.effects.push(Effect::Code(CodeOrder::End(exchange)));
        };
        let pair = Pair {
            joiner,
            inviter: peer,
        };
        let (asks, message) = JoinerAsks::begin(&seeking.code, pair, step.rng);
        let talk = Some(Talk::Asks(asks));
        seeking.asked.insert(exchange, Asked { peer, at, talk });
        let say = CodeOrder::Say(exchange, message);
        step.effects.push(Effect::Code(say));
    }

    pub(super) fn code_answered(
        &mut self,
        step: &mut Step<'_>,
        exchange: ExchangeId,
        bytes: &[u8],
    ) {
        let Some(seeking) = &mut self.seeking else {
            return;
        };
        let Some(asked) = seeking.asked.get_mut(&exchange) else {
            return;
        };
        let outcome = match asked.talk.take() {
            Some(Talk::Asks(asks)) => asks.answered(bytes).map(|(waits, proof)| {
                asked.talk = Some(Talk::Waits(waits));
                seeking.step = JoiningStep::Found;
                step.news.status = true;
                step.effects
                    .push(Effect::Code(CodeOrder::Say(exchange, proof)));
                None
            }),
            Some(Talk::Waits(waits)) => waits.received(bytes).map(Some),
            None => Err(ExchangeError::NotAMessage),
        };
        match outcome {
            Ok(None) => {}
            Ok(Some(ticket)) => {
                let at = asked.at.clone();
                self.code_gave(step, &ticket, at);
            }
            Err(error) => {
                let peer = asked.peer;
                tracing::debug!(%peer, %error, "a device did not give an invite for the code");
                if error == ExchangeError::OtherCode {
                    self.code_refused(step);
                }
                step.effects.push(Effect::Code(CodeOrder::End(exchange)));
            }
        }
    }

    /// The invite is here: from now on it is a join like any other.
    fn code_gave(&mut self, step: &mut Step<'_>, ticket: &str, at: String) {
        let Some(seeking) = &self.seeking else { return };
        let newcomer = seeking.newcomer.clone();
        let joined = ticket.parse().map_err(ApiError::from);
        let joined = joined.and_then(|mut ticket: Ticket| {
            // Where the inviter was just reached comes before where it believes to be.
            ticket.addresses.retain(|known| *known != at);
            ticket.addresses.insert(0, at);
            self.join_by(step, ticket, newcomer)
        });
        if let Err(error) = joined {
            self.code_failed(step, JoiningStep::Failed, Some(error.message));
        }
    }

    /// An exchange ended without an invite.
    pub(super) fn code_not_given(&mut self, step: &mut Step<'_>, exchange: ExchangeId) {
        let Some(seeking) = &mut self.seeking else {
            return;
        };
        let Some(asked) = seeking.asked.remove(&exchange) else {
            return;
        };
        match asked.talk {
            Some(Talk::Waits(_)) => self.code_refused(step),
            // Nearby, whoever shows no code is not who is looked for.
            Some(Talk::Asks(_)) if !seeking.is_nearby() => {
                self.code_failed(step, JoiningStep::NoLonger, None);
            }
            _ => {}
        }
    }

    fn code_refused(&mut self, step: &mut Step<'_>) {
        let Some(seeking) = &mut self.seeking else {
            return;
        };
        seeking.refused = true;
        if !seeking.is_nearby() {
            return self.code_failed(step, JoiningStep::WrongCode, None);
        }
        seeking.step = JoiningStep::Looking;
        let soon = step.now.mono_ms + LOOKING_ON;
        seeking.until = seeking.until.map(|until| until.min(soon));
        step.news.status = true;
    }

    /// A typed address led nowhere.
    pub(in crate::core) fn code_not_reached(&mut self, step: &mut Step<'_>, reason: &str) {
        let unanswered = |seeking: &Seeking| {
            !seeking.is_nearby() && seeking.until.is_some() && seeking.asked.is_empty()
        };
        if self.seeking.as_ref().is_some_and(unanswered) {
            self.code_failed(step, JoiningStep::NobodyShows, Some(reason.to_owned()));
        }
    }

    pub(super) fn seek_in_time(&mut self, step: &mut Step<'_>) {
        let Some(seeking) = &self.seeking else { return };
        if seeking.until.is_some_and(|until| until <= step.now.mono_ms) {
            let why = match seeking.refused {
                true => JoiningStep::WrongCode,
                false => JoiningStep::NobodyShows,
            };
            self.code_failed(step, why, None);
        }
    }

    /// The search is over; what was typed is kept to try again.
    fn code_failed(&mut self, step: &mut Step<'_>, why: JoiningStep, reason: Option<String>) {
        if let Some(seeking) = &mut self.seeking {
            seeking.step = why;
            seeking.reason = reason;
            seeking.until = None;
            seeking.asked.clear();
            step.effects.push(Effect::Code(CodeOrder::SeekNoMore));
            step.news.status = true;
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use super::*;

    fn code_in(text: &str) -> (String, Vec<String>) {
        match entered(text).unwrap() {
            Entered::Code(code, at) => (code.to_string(), at),
            Entered::Ticket(_) => panic!("{text} was read as a ticket"),
        }
    }

    fn refusal(text: &str) -> String {
        match entered(text) {
            Ok(_) => panic!("{text} was understood"),
            Err(error) => format!("{} {}", error.message, error.hint),
        }
    }

    #[test]
    fn one_field_takes_a_code_with_or_without_an_address() {
        let shown = "K7QM-2XPD".to_owned();
        for typed in ["K7QM-2XPD", " k7qm 2xpd ", "k7qm2xpd"] {
            assert_eq!(code_in(typed), (shown.clone(), Vec::new()));
        }
        for typed in ["K7QM-2XPD@192.168.1.5:4001", "k7qm2xpd @ 192.168.1.5:4001"] {
            let (code, at) = code_in(typed);
            assert_eq!(code, shown);
            assert_eq!(
                at.first().map(String::as_str),
                Some("/ip4/192.168.1.5/tcp/4001")
            );
        }
        let (_, at) = code_in("K7QM-2XPD@/ip4/10.0.0.1/udp/4711/quic-v1");
        assert_eq!(at, ["/ip4/10.0.0.1/udp/4711/quic-v1"]);
    }

    #[test]
    fn what_was_meant_decides_what_is_said_to_be_wrong() {
        assert!(refusal("K7QM-2XP").contains("8 letters and digits"));
        assert!(refusal("K7QM-2XPD@").contains("@ is no address"));
        assert!(refusal("K7QM-2XPD@192.168.1.5").contains("has no port"));
        assert!(refusal("skein1ab").contains("cut off"));
        assert!(refusal("skein://join/skein1ab").contains("cut off"));
        assert!(refusal("Hello, here is the invite that I promised").contains("not an invite"));
    }
}
