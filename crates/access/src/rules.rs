//! Who may say what: whether one operation holds, given which earlier operations hold and which strikes count.

use crate::facts::{Facts, Strike, invite_at};
use crate::graph::Graph;
use crate::id::{DeviceId, EnvelopeId, MemberId};
use crate::node::{Node, VoidReason};
use crate::operation::Action;
use crate::role::Role;

/// For every strike, whether it counts.
pub(crate) type Counting = Vec<bool>;

/// The graph, its claims, and which operations hold when the strikes in `counting` count. Filled in access order.
pub(crate) struct Ruling<'r, 'n> {
    pub(crate) graph: &'r Graph<'n>,
    pub(crate) facts: &'r Facts,
    pub(crate) counting: &'r Counting,
    pub(crate) holds: Vec<bool>,
}

/// From where one looks: an operation sees what it had seen, the end sees everything.
#[derive(Clone, Copy)]
pub(crate) enum Place {
    Operation(usize),
    End,
}

impl<'r, 'n> Ruling<'r, 'n> {
    pub(crate) fn new(graph: &'r Graph<'n>, facts: &'r Facts, counting: &'r Counting) -> Self {
        Self {
            graph,
            facts,
            counting,
            holds: vec![false; graph.len()],
        }
    }

    /// Whether the operation at `op` holds. All before it in access order must have been judged.
    pub(crate) fn judge(&self, op: usize, node: &Node) -> Result<(), VoidReason> {
        if matches!(node.action, Err(VoidReason::Unreadable)) {
            // Others name it as seen, and so it has to be by somebody.
            self.acting_as(op, node)?;
        }
        let action = node.action.as_ref().map_err(|reason| *reason)?;
        match action {
            Action::Genesis(_) => return Ok(()),
            Action::Join(_) => return self.judge_join(op, node),
            _ => {}
        }
        let members = self.acting_as(op, node)?;
        let owner = members
            .iter()
            .any(|member| self.has_role(member, Role::Owner, Place::Operation(op)));
        let allowed = match action {
            Action::Genesis(_) | Action::Join(_) | Action::KeyEpoch(_) | Action::SealFor { .. } => {
                true
            }
            Action::AddMember { .. } | Action::Relays { .. } => owner,
            Action::AddDevice { member, .. } => {
                self.must_exist(op, member)?;
                owner || members.contains(member)
            }
            Action::RemoveMember { member, .. } => {
                self.must_exist(op, member)?;
                owner || members.contains(member)
            }
            // Naming a role gives it, too: nobody names one for himself that he does not have.
            Action::Lower { member, role, .. } => {
                self.must_exist(op, member)?;
                let has_it = || self.has_role(member, *role, Place::Operation(op));
                owner || (members.contains(member) && has_it())
            }
            Action::Raise { member, .. } => {
                self.must_exist(op, member)?;
                owner
            }
            Action::RemoveDevice { device, .. } => owner || self.belongs(op, device, &members)?,
            Action::Invite(invite) => match invite.for_member {
                Some(member) => {
                    self.must_exist(op, &member)?;
                    owner || members.contains(&member)
                }
                None => owner,
            },
            Action::RevokeInvite { invite } => {
                let maker = self.invite_maker(op, invite)?;
                owner || self.belongs(op, &maker, &members)?
            }
            Action::Approve { join } => {
                let join = self.asking(op, join)?;
                if self.struck(self.facts.on_asking.get(&join), op) {
                    return Err(VoidReason::Declined);
                }
                if self.is_used_up(join, Place::Operation(op)) {
                    return Err(VoidReason::InviteUsedUp);
                }
                owner
            }
            Action::Decline { join } => {
                self.asking(op, join)?;
                owner
            }
        };
        if allowed {
            Ok(())
        } else {
            Err(VoidReason::NotAllowed)
        }
    }

    /// The join that an operation decides about.
    fn asking(&self, op: usize, join: &EnvelopeId) -> Result<usize, VoidReason> {
        let join = self.graph.place(join).ok_or(VoidReason::UnknownSubject)?;
        let asks = self
            .facts
            .entries
            .get(&join)
            .is_some_and(|entry| entry.asks);
        if asks && self.graph.saw(op, join) && self.holds_at(join) {
            Ok(join)
        } else {
            Err(VoidReason::UnknownSubject)
        }
    }

    /// Whether somebody who asks is to wait no longer: declined, or the invite revoked or used up by others.
    pub(crate) fn waits_in_vain(&self, join: usize) -> bool {
        let strikes = self.facts.on_asking.get(&join).into_iter().flatten();
        strikes.into_iter().any(|strike| self.counts(*strike)) || self.is_used_up(join, Place::End)
    }

    /// Whether as many others as the invite allows were let in by it. Approvals that do not know of each other all count: an owner wanted each.
    fn is_used_up(&self, join: usize, place: Place) -> bool {
        let Some(entry) = self.facts.entries.get(&join) else {
            return false;
        };
        let uses = invite_at(self.graph, entry.invite).map_or(0, |invite| invite.uses);
        let others = self.facts.entries.iter().filter(|(other, of)| {
            **other != join && of.invite == entry.invite && self.is_approved(**other, place)
        });
        u32::try_from(others.count()).unwrap_or(u32::MAX) >= uses
    }

    /// Whether somebody who asked was let in.
    pub(crate) fn is_approved(&self, join: usize, place: Place) -> bool {
        let approvals = self.facts.approvals.get(&join).into_iter().flatten();
        approvals
            .into_iter()
            .any(|approval| self.holds_at(*approval) && self.seen_from(place, *approval))
    }

    fn judge_join(&self, op: usize, node: &Node) -> Result<(), VoidReason> {
        let entry = self.facts.entries.get(&op).ok_or(VoidReason::NoInvite)?;
        if !self.holds_at(entry.invite) {
            return Err(VoidReason::NoInvite);
        }
        if self.struck(self.facts.on_invite.get(&entry.invite), op) {
            return Err(VoidReason::InviteClosed);
        }
        if self.struck(self.facts.on_device.get(&node.author), op) {
            return Err(VoidReason::Removed);
        }
        if !entry.in_time {
            return Err(VoidReason::InviteUsedUp);
        }
        let for_member = invite_at(self.graph, entry.invite).and_then(|invite| invite.for_member);
        match for_member {
            Some(member) => self.must_exist(op, &member),
            None => Ok(()),
        }
    }

    /// The members as whom an operation's author acts.
    fn acting_as(&self, op: usize, node: &Node) -> Result<Vec<MemberId>, VoidReason> {
        let members: Vec<MemberId> = self
            .facts
            .seats_of(&node.author)
            .iter()
            .filter(|seat| self.holds_at(seat.op) && self.graph.saw(op, seat.op))
            .map(|seat| seat.member)
            .collect();
        if members.is_empty() {
            return Err(VoidReason::NotAMember);
        }
        if self.struck(self.facts.on_device.get(&node.author), op) {
            return Err(VoidReason::Removed);
        }
        Ok(members)
    }

    /// Whether a member has at least a role: somebody gave it, and each counting strike below it either had seen the operation we look from, or
    /// was followed by giving it again.
    pub(crate) fn has_role(&self, member: &MemberId, role: Role, place: Place) -> bool {
        self.has_role_except(member, role, place, |_| false)
    }

    /// The same, leaving out strikes that do not concern what is asked about.
    pub(crate) fn has_role_except(
        &self,
        member: &MemberId,
        role: Role,
        place: Place,
        except: impl Fn(&Strike) -> bool,
    ) -> bool {
        let grants = || {
            self.facts.grants_of(member).iter().filter(|grant| {
                grant.role >= role && self.holds_at(grant.op) && self.seen_from(place, grant.op)
            })
        };
        let given_after =
            |strike: &Strike| grants().any(|grant| self.graph.saw(grant.op, strike.op));
        let done_before = |strike: &Strike| match place {
            Place::Operation(op) => self.graph.saw(strike.op, op),
            Place::End => false,
        };
        let lowered = self.facts.on_role.get(member).into_iter().flatten();
        let mut against = lowered
            .filter(|strike| self.counts(**strike))
            .filter_map(|strike| self.facts.strikes.get(*strike))
            .filter(|strike| strike.lowers_to.is_some_and(|to| to < role) && !except(strike));
        grants().next().is_some()
            && against.all(|strike| done_before(strike) || given_after(strike))
    }

    /// Whether a device is part of the workspace: tied to somebody, and not struck.
    pub(crate) fn is_live(&self, device: &DeviceId) -> bool {
        let seated = self
            .facts
            .seats_of(device)
            .iter()
            .any(|seat| self.holds_at(seat.op));
        let strikes = self.facts.on_device.get(device).into_iter().flatten();
        seated && !strikes.into_iter().any(|strike| self.counts(*strike))
    }

    pub(crate) fn holds_at(&self, op: usize) -> bool {
        self.holds.get(op).copied().unwrap_or(false)
    }

    pub(crate) fn counts(&self, strike: usize) -> bool {
        self.counting.get(strike).copied().unwrap_or(false)
    }

    fn seen_from(&self, place: Place, op: usize) -> bool {
        match place {
            Place::Operation(from) => self.graph.saw(from, op),
            Place::End => true,
        }
    }

    /// Whether one of these strikes counts and had not seen the operation.
    fn struck(&self, strikes: Option<&Vec<usize>>, op: usize) -> bool {
        strikes.into_iter().flatten().any(|number| {
            let strike = self.facts.strikes.get(*number);
            self.counts(*number) && strike.is_some_and(|strike| !self.graph.saw(strike.op, op))
        })
    }

    fn must_exist(&self, op: usize, member: &MemberId) -> Result<(), VoidReason> {
        let exists = self
            .facts
            .grants_of(member)
            .iter()
            .any(|grant| self.holds_at(grant.op) && self.graph.saw(op, grant.op));
        if exists {
            Ok(())
        } else {
            Err(VoidReason::UnknownSubject)
        }
    }

    fn belongs(
        &self,
        op: usize,
        device: &DeviceId,
        members: &[MemberId],
    ) -> Result<bool, VoidReason> {
        let mut seats = self
            .facts
            .seats_of(device)
            .iter()
            .filter(|seat| self.holds_at(seat.op) && self.graph.saw(op, seat.op))
            .peekable();
        if seats.peek().is_none() {
            return Err(VoidReason::UnknownSubject);
        }
        Ok(seats.any(|seat| members.contains(&seat.member)))
    }

    fn invite_maker(&self, op: usize, invite: &EnvelopeId) -> Result<DeviceId, VoidReason> {
        let place = self.graph.place(invite).ok_or(VoidReason::UnknownSubject)?;
        let is_invite = invite_at(self.graph, place).is_some();
        match self.graph.node(place) {
            Some(node) if is_invite && self.graph.saw(op, place) && self.holds_at(place) => {
                Ok(node.author)
            }
            _ => Err(VoidReason::UnknownSubject),
        }
    }
}
