//! The listener's part of a reconciliation: it answers, takes what is announced, and settles when the dialer has.

use crate::close::CloseReason;
use crate::cycle::{Left, Step};
use crate::frame::{Bytes, Frame};
use crate::item::Group;
use crate::limits::ROUNDS;
use crate::open::Open;
use crate::reconcile;
use crate::turn::Turn;

impl Open {
    /// A frame that the listener may get from the dialer while reconciling.
    pub(crate) fn follow(&mut self, frame: Frame, turn: &mut Turn<'_>) -> Result<(), CloseReason> {
        match frame {
            Frame::Open {
                group,
                count,
                message,
            } => self.opened(group, count, &message, turn),
            Frame::Stream { group, after } => {
                if self.cycle.run.is_some() {
                    return Err(CloseReason::OutOfOrder("a request for a stream"));
                }
                self.may_begin(group, turn)?;
                self.give_stream(group, after, turn);
                Ok(())
            }
            Frame::Round { group, message } => {
                self.comparing(group)?;
                self.answer(group, &message, turn)
            }
            Frame::Settled {
                group,
                deferred,
                withheld,
            } => {
                self.comparing(group)?;
                self.set_step(Step::Answering(Left { deferred, withheld }));
                Ok(())
            }
            _ => Err(CloseReason::OutOfOrder("a step of a reconciliation")),
        }
    }

    /// Says `Settled` when everything is here, and asks for a reconciliation when one is wished.
    pub(crate) fn advance_following(&mut self, turn: &mut Turn<'_>) -> Result<(), CloseReason> {
        let Some(run) = &self.cycle.run else {
            if self.cycle.is_wished && self.cycle.is_due(turn.now_ms) {
                self.cycle.end(turn.now_ms);
                self.cycle.is_wished = false;
                turn.out.send(&Frame::Again)?;
            }
            return Ok(());
        };
        let group = run.group;
        match run.step {
            Step::Receiving => {
                self.pull.finish_stream(turn);
                Ok(())
            }
            Step::Answering(theirs) if self.pull.is_settled() => {
                // Data is compared next, so what the dialer has not confirmed goes first.
                if group == Group::Access && self.data_is_open() && !self.went_ahead(turn) {
                    return Ok(());
                }
                let Left { deferred, withheld } = self.left();
                turn.out.send(&Frame::Settled {
                    group,
                    deferred,
                    withheld,
                })?;
                self.settle(theirs, turn);
                if group == Group::Data || !self.data_is_open() {
                    self.cycle.end(turn.now_ms);
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// The dialer compares a group: for the first time in this cycle, or after a stream.
    fn opened(
        &mut self,
        group: Group,
        count: u64,
        message: &Bytes,
        turn: &mut Turn<'_>,
    ) -> Result<(), CloseReason> {
        let was_streamed = match &self.cycle.run {
            None => {
                self.may_begin(group, turn)?;
                false
            }
            Some(run) => {
                let is_over = match run.step {
                    Step::Receiving => self.pull.finish_stream(turn),
                    Step::Streaming => !self.serve.is_streaming(),
                    _ => false,
                };
                if run.group != group || !is_over {
                    return Err(CloseReason::OutOfOrder("the beginning of a reconciliation"));
                }
                true
            }
        };
        if count > 0 && !was_streamed && Self::needs_stream(group, turn) {
            self.pull.begin_tally();
            if !self.ask_for_stream(group, turn)? {
                return self.not_now(group, turn);
            }
            return Ok(());
        }
        self.begin_run(group, Step::Comparing, was_streamed);
        self.answer(group, message, turn)
    }

    /// Access may begin at any time and begins a cycle; data follows it, between members.
    fn may_begin(&mut self, group: Group, turn: &Turn<'_>) -> Result<(), CloseReason> {
        if !self.starts.allows(turn.now_ms) {
            return Err(CloseReason::TooMuch("reconciliations"));
        }
        match group {
            Group::Access => self.begin_cycle(turn),
            Group::Data if !self.data_is_open() => return Err(CloseReason::NotYetMember),
            Group::Data if !self.cycle.access_is_settled => {
                return Err(CloseReason::OutOfOrder(
                    "the reconciliation of data before access",
                ));
            }
            Group::Data => {}
        }
        Ok(())
    }

    fn answer(
        &mut self,
        group: Group,
        message: &Bytes,
        turn: &mut Turn<'_>,
    ) -> Result<(), CloseReason> {
        if let Some(run) = &mut self.cycle.run {
            run.rounds += 1;
            if run.rounds > ROUNDS {
                return Err(CloseReason::Reconciliation("it has no end".to_owned()));
            }
        }
        let message = Bytes(reconcile::answer(turn.set.ordered(group), &message.0)?);
        turn.out.send(&Frame::Round { group, message })
    }

    /// Another peer is streaming this group: the dialer will come back to it.
    fn not_now(&mut self, group: Group, turn: &mut Turn<'_>) -> Result<(), CloseReason> {
        let Left { deferred, withheld } = self.left();
        self.cycle.has_deferred = true;
        self.cycle.end(turn.now_ms);
        turn.out.send(&Frame::Settled {
            group,
            deferred,
            withheld,
        })
    }

    fn comparing(&self, group: Group) -> Result<(), CloseReason> {
        match &self.cycle.run {
            Some(run) if run.group == group && matches!(run.step, Step::Comparing) => Ok(()),
            _ => Err(CloseReason::OutOfOrder("a step of a reconciliation")),
        }
    }

    fn set_step(&mut self, step: Step) {
        if let Some(run) = &mut self.cycle.run {
            run.step = step;
        }
    }
}
