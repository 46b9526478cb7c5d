//! Which operations hold: strikes undo operations, among them strikes, so the answer is a fixed point, the same for every order of arrival.
//!
//! Judging all operations under the assumption that a set of strikes counts gives the strikes that would hold; the more strikes are
//! assumed, the fewer hold. Starting from none, assumption and result alternate between what *may* hold and what *surely* holds, until both
//! stay. What is left between them are strikes that undo each other in a circle. Then the strike by the most junior author in a circle
//! that nothing outside can break is dropped, and all is judged again. Last, if nobody were left in charge, the strike that took the
//! most senior owner away, among the latest, is dropped.

use std::collections::{BTreeMap, BTreeSet};

use crate::facts::Facts;
use crate::graph::Graph;
use crate::id::{DeviceId, MemberId};
use crate::node::VoidReason;
use crate::role::Role;
use crate::rules::{Counting, Place, Ruling};

/// Circles larger than this are not looked into: their most junior strike is dropped.
const LARGEST_CIRCLE: usize = 64;

/// Which strikes count, and why others do not although their authors had the right.
pub(crate) struct Settled {
    pub(crate) counting: Counting,
    pub(crate) dropped: BTreeMap<usize, VoidReason>,
}

pub(crate) struct Settling<'s, 'n> {
    graph: &'s Graph<'n>,
    facts: &'s Facts,
    dropped: BTreeMap<usize, VoidReason>,
}

/// Decides which strikes count.
pub(crate) fn settle(graph: &Graph<'_>, facts: &Facts) -> Settled {
    let mut settling = Settling {
        graph,
        facts,
        dropped: BTreeMap::new(),
    };
    loop {
        let (surely, maybe) = settling.alternate();
        if surely != maybe {
            let loser = settling.loser(&surely, &maybe);
            settling.dropped.insert(loser, VoidReason::Outranked);
        } else if let Some(last) = settling.one_too_many(&surely) {
            settling.dropped.insert(last, VoidReason::LastOwner);
        } else {
            return Settled {
                counting: surely,
                dropped: settling.dropped,
            };
        }
    }
}

/// Judges every operation, given which strikes count and which were dropped.
pub(crate) fn rule<'r, 'n>(
    graph: &'r Graph<'n>,
    facts: &'r Facts,
    counting: &'r Counting,
    dropped: &BTreeMap<usize, VoidReason>,
) -> (Ruling<'r, 'n>, Vec<Option<VoidReason>>) {
    let mut ruling = Ruling::new(graph, facts, counting);
    let mut reasons = vec![None; graph.len()];
    let dropped: BTreeMap<usize, VoidReason> = dropped
        .iter()
        .filter_map(|(number, reason)| Some((facts.strikes.get(*number)?.op, *reason)))
        .collect();
    for (op, node) in graph.iter() {
        let verdict = match dropped.get(&op) {
            Some(reason) => Err(*reason),
            None => ruling.judge(op, node),
        };
        if let Some(holds) = ruling.holds.get_mut(op) {
            *holds = verdict.is_ok();
        }
        if let (Some(reason), Err(why)) = (reasons.get_mut(op), verdict) {
            *reason = Some(why);
        }
    }
    (ruling, reasons)
}

impl Settling<'_, '_> {
    /// What surely counts and what may count.
    fn alternate(&self) -> (Counting, Counting) {
        let mut surely = vec![false; self.facts.strikes.len()];
        let mut maybe = self.strikes_under(&surely);
        loop {
            let more = self.strikes_under(&maybe);
            let fewer = self.strikes_under(&more);
            if more == surely && fewer == maybe {
                return (surely, maybe);
            }
            (surely, maybe) = (more, fewer);
        }
    }

    fn strikes_under(&self, counting: &Counting) -> Counting {
        let (ruling, _) = rule(self.graph, self.facts, counting, &self.dropped);
        let holds = |strike: &crate::facts::Strike| ruling.holds_at(strike.op);
        self.facts.strikes.iter().map(holds).collect()
    }

    /// The undecided strike to drop.
    fn loser(&self, surely: &Counting, maybe: &Counting) -> usize {
        let undecided: Vec<usize> = (0..self.facts.strikes.len())
            .filter(|strike| maybe.get(*strike) != surely.get(*strike))
            .collect();
        let circles = if undecided.len() > LARGEST_CIRCLE {
            Vec::new()
        } else {
            self.unbreakable(surely, &undecided)
        };
        let candidates = if circles.is_empty() {
            &undecided
        } else {
            &circles
        };
        let (ruling, _) = rule(self.graph, self.facts, surely, &self.dropped);
        let juniority = |strike: &usize| {
            let op = self
                .facts
                .strikes
                .get(*strike)
                .map_or(0, |strike| strike.op);
            let author = self.graph.node(op).map(|node| node.author);
            (author.map_or(0, |author| seniority(&ruling, &author)), op)
        };
        candidates
            .iter()
            .copied()
            .max_by_key(juniority)
            .unwrap_or(0)
    }

    /// The undecided strikes that stand in a circle which no undecided strike outside can break.
    fn unbreakable(&self, surely: &Counting, undecided: &[usize]) -> Vec<usize> {
        let undoes: Vec<Vec<bool>> = undecided
            .iter()
            .map(|strike| {
                let mut counting = surely.clone();
                if let Some(counts) = counting.get_mut(*strike) {
                    *counts = true;
                }
                let holding = self.strikes_under(&counting);
                undecided
                    .iter()
                    .map(|other| other != strike && holding.get(*other) == Some(&false))
                    .collect()
            })
            .collect();
        let reach = closure(undoes);
        let reaches =
            |from: usize, to: usize| reach.get(from).and_then(|row| row.get(to)) == Some(&true);
        (0..undecided.len())
            .filter(|this| {
                reaches(*this, *this)
                    && (0..undecided.len())
                        .all(|other| !reaches(other, *this) || reaches(*this, other))
            })
            .filter_map(|this| undecided.get(this).copied())
            .collect()
    }

    /// From whom a strike takes something: whom it names, and everybody who acts by a device that it takes out, since one device may act for several.
    fn concerned(&self, ruling: &Ruling<'_, '_>, strike: usize) -> BTreeSet<MemberId> {
        let named = self.facts.strikes.get(strike).and_then(|one| one.member);
        let hit = self.facts.on_device.iter();
        let hit = hit.filter(|(_, strikes)| strikes.contains(&strike));
        hit.flat_map(|(device, _)| self.facts.seats_of(device))
            .filter(|seat| ruling.holds_at(seat.op))
            .map(|seat| seat.member)
            .chain(named)
            .collect()
    }

    /// If no owner with a device is left: the strike to drop so that one is.
    fn one_too_many(&self, counting: &Counting) -> Option<usize> {
        let (ruling, _) = rule(self.graph, self.facts, counting, &self.dropped);
        let owned = self.facts.seats.iter().any(|(device, seats)| {
            ruling.is_live(device)
                && seats.iter().any(|seat| {
                    ruling.holds_at(seat.op)
                        && ruling.has_role(&seat.member, Role::Owner, Place::End)
                })
        });
        if owned {
            return None;
        }
        let was_owner = |strike: usize| {
            let grants = self.concerned(&ruling, strike).into_iter();
            let grants = grants.flat_map(|member| self.facts.grants_of(&member));
            grants
                .filter(|grant| grant.role == Role::Owner && ruling.holds_at(grant.op))
                .map(|grant| grant.op)
                .min()
        };
        let op = |strike: usize| self.facts.strikes.get(strike).map_or(0, |strike| strike.op);
        let taking: Vec<(usize, usize)> = (0..self.facts.strikes.len())
            .filter(|strike| counting.get(*strike) == Some(&true))
            .filter_map(|strike| Some((was_owner(strike)?, strike)))
            .collect();
        let followed = |this: usize| {
            taking
                .iter()
                .any(|(_, other)| *other != this && self.graph.saw(op(*other), op(this)))
        };
        taking
            .iter()
            .filter(|(_, strike)| !followed(*strike))
            .min_by_key(|(since, strike)| (*since, op(*strike)))
            .map(|(_, strike)| *strike)
    }
}

/// The place of the first operation that gave a device its seat; less is more senior.
fn seniority(ruling: &Ruling<'_, '_>, device: &DeviceId) -> usize {
    let seats = ruling.facts.seats_of(device).iter();
    seats
        .filter(|seat| ruling.holds_at(seat.op))
        .map(|seat| seat.op)
        .min()
        .unwrap_or(usize::MAX)
}

/// Which can be reached from which, by one step or more.
fn closure(steps: Vec<Vec<bool>>) -> Vec<Vec<bool>> {
    let mut reach = steps;
    for middle in 0..reach.len() {
        let Some(onward) = reach.get(middle).cloned() else {
            continue;
        };
        for row in &mut reach {
            if row.get(middle) == Some(&true) {
                for (to, further) in row.iter_mut().zip(&onward) {
                    *to |= further;
                }
            }
        }
    }
    reach
}
