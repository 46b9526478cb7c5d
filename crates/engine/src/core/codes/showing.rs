//! The short code that this device shows: for one open invite, for minutes, for one joiner and few wrong tries, in memory only.

use std::collections::{BTreeMap, VecDeque};

use skein_access::code_exchange::{InviterWaits, Pair};
use skein_access::{Code, DeviceId, EnvelopeId, Ticket};
use skein_net::{CodeOrder, ExchangeId};
use zeroize::Zeroizing;

use crate::api::{ApiError, CodeEnd, ErrorCode, Reply, ShortCode};
use crate::core::Core;
use crate::core::io::{ClientId, Effect};
use crate::core::step::Step;

/// How long a code is good (ms).
const LIFE: u64 = 15 * 60 * 1000;
/// How many wrong codes may be tried before it ends.
const TRIES: u32 = 5;
/// How long whoever comes after a wrong try waits for an answer (ms).
const PAUSE: u64 = 1_000;

/// A code, as long as its shell wants to show it or how it ended.
pub(in crate::core) struct Shown {
    told: ShortCode,
    /// The shell that shows it: with it the code goes.
    by: ClientId,
    live: Option<Live>,
}

/// What there is of a code only while it is good.
struct Live {
    code: Code,
    invite: EnvelopeId,
    ticket: Zeroizing<String>,
    ends_mono: u64,
    askers: BTreeMap<ExchangeId, DeviceId>,
    /// Those whose first message came, in order. One is answered at a time.
    waiting: VecDeque<(ExchangeId, Vec<u8>)>,
    answered: Option<(ExchangeId, InviterWaits)>,
    /// Before this moment nobody is answered.
    answers_from: u64,
}

impl Live {
    fn can_answer(&self) -> bool {
        self.answered.is_none() && !self.waiting.is_empty()
    }
}

impl Shown {
    pub(super) fn due(&self) -> Option<u64> {
        let live = self.live.as_ref()?;
        let answer = live.can_answer().then_some(live.answers_from);
        answer.into_iter().chain([live.ends_mono]).min()
    }
}

impl Core {
    /// Shows a code for an invite, in place of one that was shown before.
    pub(in crate::core) fn show_code(
        &mut self,
        step: &mut Step<'_>,
        by: ClientId,
        ticket: &str,
    ) -> Result<Reply, ApiError> {
        self.editable()?;
        let workspace = self.workspace.as_ref().ok_or_else(Self::no_workspace)?;
        let ticket: Ticket = ticket.parse()?;
        let invite = workspace
            .authority
            .invite_of(&ticket)
            .ok_or_else(|| ApiError::not_found("such invite"))?;
        workspace.authority.may_handle(&self.device.id(), &invite)?;
        if !self.opens(invite, step.now.hour()) {
            return Err(ApiError::new(
                ErrorCode::Invalid,
                "That invite is used up, closed or over, so no code is shown for it.",
                "Make a new invite.",
            ));
        }
        let code = Code::generate(step.rng);
        let told = ShortCode {
            code: code.to_string(),
            invite: invite.to_string(),
            addresses: self.typed_addresses(),
            ends_at: step.now.wall_ms.saturating_add_unsigned(LIFE),
            attempts_left: TRIES,
            ended: None,
        };
        self.end_code(step, None);
        let live = Live {
            code,
            invite,
            ticket: Zeroizing::new(ticket.to_string()),
            ends_mono: step.now.mono_ms + LIFE,
            askers: BTreeMap::new(),
            waiting: VecDeque::new(),
            answered: None,
            answers_from: step.now.mono_ms,
        };
        self.shown_code = Some(Shown {
            told: told.clone(),
            by,
            live: Some(live),
        });
        step.effects.push(Effect::Code(CodeOrder::Show(true)));
        step.news.code = true;
        Ok(Reply::Code { code: told })
    }

    /// A shell takes its code back, or is gone: nobody comes in by the code any more. One that another shell shows stays.
    pub(in crate::core) fn hide_code(&mut self, step: &mut Step<'_>, client: ClientId) {
        if self
            .shown_code
            .as_ref()
            .is_some_and(|shown| shown.by == client)
        {
            self.end_code(step, None);
        }
    }

    /// The access state is another: a code does not outlive its invite.
    pub(in crate::core) fn code_follows_invite(&mut self, step: &mut Step<'_>) {
        let live = self.live_code();
        if let Some(invite) = live.map(|live| live.invite)
            && (self.is_out() || !self.opens(invite, step.now.hour()))
        {
            self.end_code(step, Some(CodeEnd::Closed));
        }
    }

    pub(in crate::core) fn code_shown(&self) -> Option<ShortCode> {
        self.shown_code.as_ref().map(|shown| shown.told.clone())
    }

    fn live_code(&self) -> Option<&Live> {
        self.shown_code.as_ref()?.live.as_ref()
    }

    fn live_code_mut(&mut self) -> Option<&mut Live> {
        self.shown_code.as_mut()?.live.as_mut()
    }

    /// Where this device is, as one types it: loopback only where there is nothing else.
    fn typed_addresses(&self) -> Vec<String> {
        let typed = |address: &String| skein_net::typed_address(address);
        let mut addresses: Vec<String> = self.listening.iter().filter_map(typed).collect();
        let is_loopback =
            |address: &String| address.starts_with("127.") || address.starts_with("[::1]");
        if !addresses.iter().all(is_loopback) {
            addresses.retain(|address| !is_loopback(address));
        }
        // Numbers with dots are shorter to say.
        addresses.sort_by_key(|address| address.starts_with('['));
        addresses
    }

    /// The code is over: for this reason, which stays to be seen, or because nobody wants it shown.
    fn end_code(&mut self, step: &mut Step<'_>, reason: Option<CodeEnd>) {
        let Some(shown) = &mut self.shown_code else {
            return;
        };
        if shown.live.take().is_some() {
            step.effects.push(Effect::Code(CodeOrder::Show(false)));
        }
        match reason {
            Some(reason) => shown.told.ended = Some(reason),
            None => self.shown_code = None,
        }
        step.news.code = true;
    }

    /// A sleeping machine stops one clock, and a person sets the other: whichever comes first ends the code.
    pub(super) fn end_code_in_time(&mut self, step: &mut Step<'_>) {
        let Some(shown) = &self.shown_code else {
            return;
        };
        let over = |live: &Live| {
            live.ends_mono <= step.now.mono_ms || shown.told.ends_at <= step.now.wall_ms
        };
        if shown.live.as_ref().is_some_and(over) {
            self.end_code(step, Some(CodeEnd::Expired));
        }
    }

    pub(super) fn code_asked(&mut self, step: &mut Step<'_>, exchange: ExchangeId, peer: DeviceId) {
        match self.live_code_mut() {
            Some(live) => {
                live.askers.insert(exchange, peer);
            }
            None => step.effects.push(Effect::Code(CodeOrder::End(exchange))),
        }
    }

    /// An asker's first message, or its proof.
    pub(super) fn code_said(&mut self, step: &mut Step<'_>, exchange: ExchangeId, bytes: Vec<u8>) {
        let Some(live) = self.live_code_mut() else {
            return;
        };
        if let Some((_, waits)) = live.answered.take_if(|(answered, _)| *answered == exchange) {
            self.code_proved(step, exchange, waits, &bytes);
        } else if live.waiting.iter().all(|(waiting, _)| *waiting != exchange)
            && live.askers.contains_key(&exchange)
        {
            live.waiting.push_back((exchange, bytes));
        } else {
            step.effects.push(Effect::Code(CodeOrder::End(exchange)));
        }
    }

    pub(super) fn answer_next_asker(&mut self, step: &mut Step<'_>) {
        let inviter = self.device.id();
        let Some(live) = self.live_code_mut() else {
            return;
        };
        while live.can_answer() && live.answers_from <= step.now.mono_ms {
            let Some((exchange, message)) = live.waiting.pop_front() else {
                return;
            };
            let Some(&joiner) = live.askers.get(&exchange) else {
                continue;
            };
            let pair = Pair { joiner, inviter };
            let order = match InviterWaits::answer(&live.code, pair, &message, step.rng) {
                Ok((waits, answer)) => {
                    live.answered = Some((exchange, waits));
                    CodeOrder::Say(exchange, answer)
                }
                Err(error) => {
                    tracing::debug!(%joiner, %error, "whoever asked for a code is not answered");
                    CodeOrder::End(exchange)
                }
            };
            step.effects.push(Effect::Code(order));
        }
    }

    fn code_proved(
        &mut self,
        step: &mut Step<'_>,
        exchange: ExchangeId,
        waits: InviterWaits,
        proof: &[u8],
    ) {
        // What time or a clock has closed meanwhile is not handed over.
        self.code_follows_invite(step);
        let Some(live) = self.live_code_mut() else {
            return;
        };
        let handed_over = waits.proved(proof, &live.ticket, step.rng);
        live.askers.remove(&exchange);
        if let Ok(message) = &handed_over {
            let say = CodeOrder::Say(exchange, message.clone());
            step.effects.push(Effect::Code(say));
        }
        step.effects.push(Effect::Code(CodeOrder::End(exchange)));
        match handed_over {
            Ok(_) => self.end_code(step, Some(CodeEnd::Used)),
            Err(error) => {
                tracing::info!(%error, "somebody tried a wrong short code");
                self.code_try_failed(step);
            }
        }
    }

    /// Whoever was answered and says no more has had a try as well.
    pub(super) fn code_asker_gone(&mut self, step: &mut Step<'_>, exchange: ExchangeId) {
        let Some(live) = self.live_code_mut() else {
            return;
        };
        live.askers.remove(&exchange);
        live.waiting.retain(|(waiting, _)| *waiting != exchange);
        let gone = live.answered.take_if(|(answered, _)| *answered == exchange);
        if gone.is_some() {
            self.code_try_failed(step);
        }
    }

    fn code_try_failed(&mut self, step: &mut Step<'_>) {
        let Some(shown) = &mut self.shown_code else {
            return;
        };
        if let Some(live) = &mut shown.live {
            live.answers_from = step.now.mono_ms + PAUSE;
        }
        shown.told.attempts_left = shown.told.attempts_left.saturating_sub(1);
        step.news.code = true;
        if shown.told.attempts_left == 0 {
            self.end_code(step, Some(CodeEnd::Guessed));
        }
    }
}
