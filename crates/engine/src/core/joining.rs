//! Joining by an invite: reach any device of the workspace, check what it tells, add the join, receive.
//!
//! The attempt is kept on disk until it succeeds, so it goes on after a restart and whenever the other side comes online.

use skein_access::{Chain, DeviceId, InviteProof, JoinError, Ticket};
use skein_store::{Durability, WORKSPACE};

use super::Core;
use super::codes::{Entered, entered};
use super::io::Effect;
use super::profiles::{ZONE, checked_zone};
use super::step::Step;
use super::workspace::{MEMBER_NAME, Workspace, checked_name};
use crate::api::{self, ApiError, ErrorCode, JoiningStep, Reply};

/// The setting that is there while the join has not succeeded yet.
const JOINING: &str = "joining";
/// The setting with the invite by which this device came. It outlives the join: a device that has not heard of that yet,
/// or forgot it with an older copy of its profile, takes this one for a stranger without it.
const INVITE: &str = "invite";
/// What somebody is told whose invite did not hold when he used it.
const TURNED_AWAY: &str = "This invite was closed, or used by others, before you came in. Ask for a new one, and join with a new profile.";
/// What somebody is told whom an owner declined.
const DECLINED: &str = "An owner declined to let you in. Ask the person who sent you the invite; by a new one you can join with a new profile.";
/// What is wrong with a name that cannot be used.
const YOUR_NAME: &str = "Your name";

/// What a newcomer says of himself.
#[derive(Clone)]
pub(super) struct Newcomer {
    name: Option<String>,
    zone: Option<String>,
}

/// A join under way.
pub(super) struct Joining {
    ticket: Ticket,
    step: JoiningStep,
    pub(super) received: u32,
    reason: Option<String>,
}

impl Joining {
    fn new(ticket: Ticket) -> Self {
        Self {
            ticket,
            step: JoiningStep::Connecting,
            received: 0,
            reason: None,
        }
    }

    /// The device that made the invite, where its addresses say so.
    pub(super) fn inviter(&self) -> Option<DeviceId> {
        self.ticket
            .addresses
            .iter()
            .find_map(|address| skein_net::device_of_address(address))
    }

    /// The relays that the ticket names, each with one of its addresses.
    pub(super) fn relays(&self) -> impl Iterator<Item = (DeviceId, String)> {
        let relays = self.ticket.relays.iter();
        relays.filter_map(|address| Some((skein_net::device_of_address(address)?, address.clone())))
    }

    /// Whether it waits for the name of a new person.
    fn is_nameless(&self) -> bool {
        self.step == JoiningStep::Naming
    }

    /// Whether coming and going of others says how it stands.
    fn goes_by_connections(&self) -> bool {
        !matches!(self.step, JoiningStep::Naming | JoiningStep::Receiving)
    }

    pub(super) fn view(&self) -> api::Joining {
        api::Joining {
            step: self.step,
            received: self.received,
            reason: self.reason.clone(),
        }
    }
}

impl Core {
    pub(super) fn start_joining(
        &mut self,
        step: &mut Step<'_>,
        invite: &str,
        member: Option<&str>,
        zone: Option<&str>,
    ) -> Result<Reply, ApiError> {
        self.free_for_a_workspace()?;
        zone.map_or(Ok(()), checked_zone)?;
        let member = member
            .map(|member| checked_name(member, YOUR_NAME))
            .transpose()?;
        let newcomer = Newcomer {
            name: member.map(str::to_owned),
            zone: zone.map(str::to_owned),
        };
        match entered(invite)? {
            Entered::Ticket(ticket) => self.join_by(step, ticket, newcomer),
            Entered::Code(code, at) => Ok(self.seek_code(step, code, at, newcomer)),
        }
    }

    /// Joins by a ticket.
    pub(super) fn join_by(
        &mut self,
        step: &mut Step<'_>,
        ticket: Ticket,
        Newcomer { name, zone }: Newcomer,
    ) -> Result<Reply, ApiError> {
        let id = ticket.workspace;
        self.store.write(Durability::Full, |tx| {
            match &zone {
                Some(zone) => tx.put_setting(ZONE, zone.as_bytes())?,
                None => tx.remove_setting(ZONE)?,
            }
            match &name {
                Some(name) => tx.put_setting(MEMBER_NAME, name.as_bytes())?,
                None => tx.remove_setting(MEMBER_NAME)?,
            }
            tx.put_setting(JOINING, &[])?;
            tx.put_setting(INVITE, ticket.to_string().as_bytes())?;
            tx.put_setting(WORKSPACE, id.as_bytes())
        })?;
        self.member_name = name;
        self.workspace = Some(Workspace::unknown(id, &self.device));
        self.invite = Some(ticket.clone());
        self.joining = Some(Joining::new(ticket));
        self.new_workspace(step);
        self.dial_inviter(step);
        Ok(Reply::Status {
            status: self.status(),
        })
    }

    /// A new person says the name that was missing, and the join goes on.
    pub(super) fn name_joiner(
        &mut self,
        step: &mut Step<'_>,
        member: &str,
    ) -> Result<Reply, ApiError> {
        self.writable()?;
        let member = checked_name(member, YOUR_NAME)?;
        let Some(joining) = self
            .joining
            .as_mut()
            .filter(|joining| joining.is_nameless())
        else {
            return Err(ApiError::new(
                ErrorCode::WrongState,
                "No join waits for a name; nothing was changed.",
                "Settings, or `skein profile set --name`, change the name of somebody who is in.",
            ));
        };
        self.store.write(Durability::Full, |tx| {
            tx.put_setting(MEMBER_NAME, member.as_bytes())
        })?;
        joining.step = JoiningStep::Verifying;
        self.member_name = Some(member.to_owned());
        step.news.status = true;
        self.joining_learned(step);
        Ok(Reply::Status {
            status: self.status(),
        })
    }

    /// Gives up, as long as nothing of the workspace is here.
    pub(super) fn cancel_join(&mut self, step: &mut Step<'_>) -> Result<Reply, ApiError> {
        if self.seek_no_more(step) {
            return Ok(Reply::Status {
                status: self.status(),
            });
        }
        let nothing_here = self.store.last_mark()? == 0;
        if self.joining.is_none() || !nothing_here {
            return Err(ApiError::new(
                ErrorCode::WrongState,
                "There is no join to give up: the workspace is partly here already, and the rest comes by itself.",
                "To leave it behind, start with a new --profile.",
            ));
        }
        self.store.write(Durability::Full, |tx| {
            tx.remove_setting(JOINING)?;
            tx.remove_setting(INVITE)?;
            tx.remove_setting(WORKSPACE)
        })?;
        self.joining = None;
        self.invite = None;
        self.workspace = None;
        self.new_workspace(step);
        Ok(Reply::Status {
            status: self.status(),
        })
    }

    /// Takes up a join that an earlier run did not finish.
    pub(super) fn take_up_joining(&mut self) -> Result<(), ApiError> {
        self.invite = self
            .text_setting(INVITE)?
            .and_then(|text| text.parse().ok());
        if self.store.setting(JOINING)?.is_some() {
            self.joining = self.invite.clone().map(Joining::new);
        }
        Ok(())
    }

    /// Proof for one device that this one was invited.
    pub(super) fn proof_for(&self, peer: DeviceId) -> Option<InviteProof> {
        let ticket = self.invite.as_ref()?;
        Some(InviteProof::new(ticket, &self.device.id(), &peer))
    }

    pub(super) fn dial_inviter(&mut self, step: &mut Step<'_>) {
        let Some(joining) = &self.joining else { return };
        let addresses = joining.ticket.addresses.clone();
        match joining.inviter() {
            Some(peer) => step.effects.push(Effect::Know { peer, addresses }),
            None if addresses.is_empty() => {}
            None => step.effects.push(Effect::Dial {
                addresses,
                expected: None,
            }),
        }
    }

    /// A device was reached.
    pub(super) fn joining_reached(&mut self, step: &mut Step<'_>, _peer: DeviceId) {
        self.joining_at(step, JoiningStep::Verifying, None);
    }

    /// Dialling did not work; it is tried again by itself.
    pub(super) fn dial_failed(
        &mut self,
        step: &mut Step<'_>,
        expected: Option<DeviceId>,
        reason: &str,
    ) {
        tracing::debug!(?expected, reason, "dialling did not work");
        self.code_not_reached(step, reason);
        if self.links.is_empty() {
            self.joining_at(step, JoiningStep::Connecting, Some(reason.to_owned()));
        }
    }

    /// The other side, or this one, ended the conversation.
    pub(super) fn joining_refused(&mut self, step: &mut Step<'_>, reason: &str) {
        let reason = format!(
            "{reason}. Perhaps the invite was used up or withdrawn, or has expired: ask for a new one."
        );
        self.joining_at(step, JoiningStep::Failed, Some(reason));
    }

    /// A device that was shown the invite is gone without a word: that is all a stranger is told.
    pub(super) fn joining_cut_off(&mut self, step: &mut Step<'_>) {
        let verifying = |joining: &Joining| joining.step == JoiningStep::Verifying;
        if self.joining.as_ref().is_some_and(verifying) {
            self.joining_refused(step, "The other device ended the conversation");
        }
    }

    fn joining_at(&mut self, step: &mut Step<'_>, at: JoiningStep, reason: Option<String>) {
        // Then only the operations say how it stands.
        if self.joins_no_further() {
            return;
        }
        if let Some(joining) = &mut self.joining
            && joining.goes_by_connections()
        {
            joining.step = at;
            joining.reason = reason;
            step.news.status = true;
        }
    }

    /// Operations arrived: once they show the invite, the join is added; once they show this device a member, data comes.
    pub(super) fn joining_learned(&mut self, step: &mut Step<'_>) {
        let (Some(joining), Some(workspace)) = (&mut self.joining, &mut self.workspace) else {
            return;
        };
        if workspace.authority.is_member(&self.device.id()) {
            joining.step = JoiningStep::Receiving;
            joining.reason = None;
            // Who was let in by an owner may have all before he has the key to it.
            if self.links.values().any(|link| link.agreed) {
                self.joining_agreed(step);
            }
            return;
        }
        if workspace.authority.is_turned_away(&self.device.id()) {
            let declined = workspace.authority.is_declined(&self.device.id());
            joining.step = JoiningStep::Failed;
            joining.reason = Some(if declined { DECLINED } else { TURNED_AWAY }.to_owned());
            step.news.status = true;
            return;
        }
        if workspace.authority.waits(&self.device.id()) {
            joining.step = JoiningStep::Waiting;
            joining.reason = None;
            step.news.status = true;
            return;
        }
        // One join is enough: if it is here already it waits to be taken by the others.
        if !workspace.authority.is_founded() || workspace.chain != Chain::START {
            return;
        }
        let stamp = workspace.stamp(step);
        match skein_access::join(
            &joining.ticket,
            &workspace.authority,
            &self.device,
            self.member_name.as_deref(),
            &stamp,
            step.rng,
        ) {
            Ok(envelope) => {
                if let Err(error) = self.add_operation(step, &envelope) {
                    tracing::error!(%error, "the join could not be kept and is tried again");
                }
            }
            Err(JoinError::NameWanted) => {
                joining.step = JoiningStep::Naming;
                joining.reason = None;
                step.news.status = true;
            }
            Err(error) => self.joining_at(step, JoiningStep::Failed, Some(error.to_string())),
        }
    }

    /// Whether it is for others to go on: an owner has to decide, or has.
    pub(super) fn joins_no_further(&self) -> bool {
        let me = self.device.id();
        let workspace = self.workspace.as_ref();
        workspace.is_some_and(|workspace| {
            workspace.authority.waits(&me) || workspace.authority.is_turned_away(&me)
        })
    }

    /// Everything there is has been received: the join is over, if this device is in and can read it.
    pub(super) fn joining_agreed(&mut self, step: &mut Step<'_>) {
        let reads = self.workspace.as_ref().is_some_and(|workspace| {
            workspace.authority.is_member(&self.device.id())
                && workspace.keyring.epochs().next().is_some()
        });
        if self.joining.is_none() || !reads {
            return;
        }
        match self
            .store
            .write(Durability::Full, |tx| tx.remove_setting(JOINING))
        {
            Ok(()) => {
                self.joining = None;
                self.tell_network(step);
                self.take_zone(step);
                self.plan_rotation(step);
                step.news.status = true;
            }
            Err(error) => {
                tracing::warn!(%error, "the end of the join could not be noted; it is noted at the next agreement")
            }
        }
    }
}
