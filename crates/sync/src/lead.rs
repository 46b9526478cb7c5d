//! The dialer's part of a reconciliation: it begins, compares, asks and announces, and settles.

use crate::ahead::Ahead;
use crate::close::CloseReason;
use crate::cycle::{Left, Step};
use crate::frame::{Bytes, Frame, Ids};
use crate::item::Group;
use crate::limits::{HAVE_IDS, ROUNDS, UNASKED_IDS};
use crate::open::Open;
use crate::reconcile;
use crate::turn::Turn;

impl Open {
    /// A frame that the dialer may get from the listener while reconciling.
    pub(crate) fn lead(&mut self, frame: Frame, turn: &mut Turn<'_>) -> Result<(), CloseReason> {
        if matches!(frame, Frame::Again) {
            if !self.starts.allows(turn.now_ms) {
                return Err(CloseReason::TooMuch("requests to reconcile"));
            }
            self.wish();
            return Ok(());
        }
        let Some(run) = &mut self.cycle.run else {
            return Err(CloseReason::OutOfOrder("a step of a reconciliation"));
        };
        match (frame, &run.step) {
            (Frame::Round { group, message }, Step::Comparing) if group == run.group => {
                let learnt = reconcile::learn(turn.set.ordered(group), &message.0)?;
                run.step = Step::Fetching { next: learnt.next };
                let lacking = learnt.have;
                if !lacking.is_empty() {
                    self.serve.peer_lacks(&lacking, turn);
                }
                // The usual return has little to tell: sending it costs less than asking whether it is wanted.
                if lacking.len() <= UNASKED_IDS {
                    self.serve.push_unasked(group, lacking);
                } else {
                    self.to_announce.extend(lacking);
                }
                self.pull.want(group, learnt.need, true, turn);
                Ok(())
            }
            (Frame::Stream { group, after }, Step::Comparing)
                if group == run.group && !run.was_streamed =>
            {
                self.give_stream(group, after, turn);
                Ok(())
            }
            (Frame::More { group }, Step::Fetching { .. })
                if group == run.group && self.awaits_more =>
            {
                self.awaits_more = false;
                Ok(())
            }
            (
                Frame::Settled {
                    group,
                    deferred,
                    withheld,
                },
                Step::Settling,
            ) if group == run.group => self.settle_and_go_on(Left { deferred, withheld }, turn),
            // The listener cannot take this group now: another peer is streaming it.
            (
                Frame::Settled {
                    group, deferred, ..
                },
                Step::Comparing,
            ) if group == run.group && deferred > 0 => {
                self.cycle.has_deferred = true;
                self.cycle.end(turn.now_ms);
                Ok(())
            }
            _ => Err(CloseReason::OutOfOrder("a step of a reconciliation")),
        }
    }

    /// Begins a cycle when one is due, and takes a running one as far as it goes.
    pub(crate) fn advance_leading(&mut self, turn: &mut Turn<'_>) -> Result<(), CloseReason> {
        if self.cycle.is_due(turn.now_ms) {
            self.begin_cycle(turn);
            return self.begin_group(Group::Access, turn);
        }
        let Some(run) = &mut self.cycle.run else {
            return Ok(());
        };
        let group = run.group;
        match &mut run.step {
            Step::Fetching { next } => {
                if self.awaits_more {
                    return Ok(());
                }
                if !self.to_announce.is_empty() {
                    let rest = self
                        .to_announce
                        .split_off(self.to_announce.len().min(HAVE_IDS));
                    let ids = Ids::of(&std::mem::replace(&mut self.to_announce, rest));
                    self.awaits_more = true;
                    return turn.out.send(&Frame::Have {
                        group,
                        paced: true,
                        ids,
                    });
                }
                if self.pull.is_full() {
                    return Ok(());
                }
                if let Some(message) = next.take() {
                    run.step = Step::Comparing;
                    run.rounds += 1;
                    if run.rounds > ROUNDS {
                        return Err(CloseReason::Reconciliation("it has no end".to_owned()));
                    }
                    let message = Bytes(message);
                    return turn.out.send(&Frame::Round { group, message });
                }
                if self.pull.is_settled() && !self.serve.is_pushing() {
                    run.step = Step::Settling;
                    let Left { deferred, withheld } = self.left();
                    return turn.out.send(&Frame::Settled {
                        group,
                        deferred,
                        withheld,
                    });
                }
                Ok(())
            }
            Step::GoingAhead => match self.went_ahead(turn) {
                true => self.compare(group, false, turn),
                false => Ok(()),
            },
            Step::Receiving if self.pull.finish_stream(turn) => self.compare(group, true, turn),
            Step::Streaming if !self.serve.is_streaming() => self.compare(group, true, turn),
            _ => Ok(()),
        }
    }

    fn begin_group(&mut self, group: Group, turn: &mut Turn<'_>) -> Result<(), CloseReason> {
        self.to_announce.clear();
        self.pull.begin_tally();
        if !Self::needs_stream(group, turn) {
            if group == Group::Data && self.ahead == Ahead::Due {
                self.begin_run(group, Step::GoingAhead, false);
                return Ok(());
            }
            return self.compare(group, false, turn);
        }
        if !self.ask_for_stream(group, turn)? {
            self.cycle.has_deferred = true;
            self.cycle.end(turn.now_ms);
        }
        Ok(())
    }

    fn compare(
        &mut self,
        group: Group,
        was_streamed: bool,
        turn: &mut Turn<'_>,
    ) -> Result<(), CloseReason> {
        let message = Bytes(reconcile::begin(turn.set.ordered(group))?);
        self.begin_run(group, Step::Comparing, was_streamed);
        if let Some(run) = &mut self.cycle.run {
            run.rounds = 1;
        }
        let count = turn.set.len(group) as u64;
        turn.out.send(&Frame::Open {
            group,
            count,
            message,
        })
    }

    fn settle_and_go_on(&mut self, theirs: Left, turn: &mut Turn<'_>) -> Result<(), CloseReason> {
        let group = self.cycle.run.as_ref().map(|run| run.group);
        self.settle(theirs, turn);
        if group == Some(Group::Access) && self.data_is_open() {
            return self.begin_group(Group::Data, turn);
        }
        self.cycle.end(turn.now_ms);
        Ok(())
    }
}
