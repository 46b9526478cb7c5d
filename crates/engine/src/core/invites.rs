//! Invites: made, listed, and closed again.

use skein_access::{
    Envelope, EnvelopeId, InviteView, MemberId, NewInvite, Role, Ticket, Whereabouts,
};

use super::Core;
use super::invitees::Listed;
use super::step::Step;
use crate::api::{ApiError, InviteState, ListedInvite, Reply};

/// An hour (ms).
pub(super) const HOUR: i64 = 3_600_000;
/// An invite for one's own device is used at once, on the desk: it is good for what is left of this hour and so many more.
const DEVICE_INVITE_HOURS: u32 = 1;
/// One for somebody who lost theirs has to reach them first.
const RETURN_INVITE_HOURS: u32 = 48;

impl Core {
    /// Makes an invite that this device's addresses stand in.
    pub(super) fn create_invite(
        &mut self,
        step: &mut Step<'_>,
        role: Role,
        uses: u32,
        expires_in_hours: Option<u32>,
        approval: bool,
    ) -> Result<Reply, ApiError> {
        self.editable()?;
        if uses == 0 {
            return Err(ApiError::invalid(
                "An invite for nobody is none: it needs at least one use.",
            ));
        }
        let workspace = self.workspace.as_ref().ok_or_else(Self::no_workspace)?;
        let permit = workspace.authority.admin(&self.device.id())?;
        let new = NewInvite {
            role,
            uses,
            expires_hour: expires_in_hours.map(|hours| step.now.hour().saturating_add(hours)),
            found_at: self.whereabouts(),
            approval,
            for_member: None,
            label: None,
        };
        let stamp = workspace.stamp(step);
        let (ticket, envelope) = skein_access::create_invite(
            &permit,
            &self.device,
            &workspace.keyring,
            &stamp,
            new,
            step.rng,
        )?;
        self.opened_invite(step, &ticket, &envelope)
    }

    /// Makes an invite for one further device of this person; by an owner also of another, who comes back by it after losing theirs.
    pub(super) fn invite_device(
        &mut self,
        step: &mut Step<'_>,
        member: Option<&str>,
        expires_in_hours: Option<u32>,
    ) -> Result<Reply, ApiError> {
        self.editable()?;
        let me = self.me()?;
        let person = member.map_or(Ok(me), |member| self.person_named(member))?;
        let usual = match person == me {
            true => DEVICE_INVITE_HOURS,
            false => RETURN_INVITE_HOURS,
        };
        let hours = expires_in_hours.unwrap_or(usual);
        let last = step.now.hour().saturating_add(hours);
        self.let_in_device(step, (person, Some(last)), self.whereabouts())
    }

    /// Makes an invite for one further device of this person that does not end by itself: whoever lost every device comes back by it.
    pub(super) fn recovery_sheet(&mut self, step: &mut Step<'_>) -> Result<Reply, ApiError> {
        self.editable()?;
        let me = self.me()?;
        let found_at = self.found_when_lost(me)?;
        self.let_in_device(step, (me, None), found_at)
    }

    /// Where the workspace is found when every device of this person is lost. A relay stays where it is; a device may not, and each
    /// address is more to type: so one of them stands there only without a relay, where a colleague was met last.
    fn found_when_lost(&self, me: MemberId) -> Result<Whereabouts, ApiError> {
        let relays = self.relay_addresses();
        let addresses = match relays.is_empty() {
            true => {
                let colleague = self.last_met_colleague(me)?;
                let one = colleague.or_else(|| self.listening.first().cloned());
                one.into_iter().collect()
            }
            false => Vec::new(),
        };
        Ok(Whereabouts { relays, addresses })
    }

    /// An address, with its device, at which somebody else was reached last.
    fn last_met_colleague(&self, me: MemberId) -> Result<Option<String>, ApiError> {
        let workspace = self.workspace.as_ref().ok_or_else(Self::no_workspace)?;
        let colleagues = self.other_devices();
        let mut peers = self.store.peers()?;
        peers.retain(|peer| {
            let whose = workspace.authority.member_of(&peer.device);
            colleagues.contains(&peer.device) && whose != Some(me)
        });
        peers.sort_by_key(|peer| std::cmp::Reverse(peer.last_seen_ms));
        Ok(peers.iter().find_map(|peer| {
            let mut known = peer.addresses.iter();
            known.find_map(|address| skein_net::address_of(address, &peer.device).ok().flatten())
        }))
    }

    fn let_in_device(
        &mut self,
        step: &mut Step<'_>,
        for_whom: (MemberId, Option<u32>),
        found_at: Whereabouts,
    ) -> Result<Reply, ApiError> {
        let workspace = self.workspace.as_ref().ok_or_else(Self::no_workspace)?;
        let (ticket, envelope) = skein_access::create_device_invite(
            &workspace.authority,
            &self.device,
            &workspace.keyring,
            &workspace.stamp(step),
            for_whom,
            found_at,
            step.rng,
        )?;
        self.opened_invite(step, &ticket, &envelope)
    }

    fn opened_invite(
        &mut self,
        step: &mut Step<'_>,
        ticket: &Ticket,
        envelope: &Envelope,
    ) -> Result<Reply, ApiError> {
        self.add_operation(step, envelope)?;
        Ok(Reply::Invite {
            link: ticket.link(),
            ticket: ticket.to_string(),
            addresses: self.listening.clone(),
            relays: self.relay_addresses(),
        })
    }

    /// Where a joiner finds the workspace: at its relays, and at this device.
    fn whereabouts(&self) -> Whereabouts {
        Whereabouts {
            relays: self.relay_addresses(),
            addresses: self.listening.clone(),
        }
    }

    /// All invites, the newest first.
    pub(super) fn list_invites(&self) -> Result<Reply, ApiError> {
        let invites = self.invites()?;
        Ok(Reply::Invites { invites })
    }

    /// All invites, the newest first, with those who came by them.
    pub(super) fn invites(&self) -> Result<Vec<ListedInvite>, ApiError> {
        let workspace = self.workspace.as_ref().ok_or_else(Self::no_workspace)?;
        let mut invites = workspace.authority.invites(&workspace.keyring);
        invites.sort_by_key(|invite| (std::cmp::Reverse(invite.made_hour), invite.id));
        let mut came = self.invitees()?;
        let listed = invites.into_iter().map(|invite| {
            let invitees = came.remove(&invite.id).unwrap_or_default();
            self.listed_invite(invite, invitees)
        });
        Ok(listed.collect())
    }

    fn listed_invite(&self, invite: InviteView, (invitees, more): Listed) -> ListedInvite {
        let made_at = i64::from(invite.made_hour) * HOUR;
        let hour = u32::try_from(self.wall_ms / HOUR).unwrap_or_default();
        ListedInvite {
            id: invite.id.to_string(),
            role: invite.role,
            uses: invite.uses,
            used: invite.used,
            // It is good for all of its last hour.
            expires_at: invite.expires_hour.map(|hour| (i64::from(hour) + 1) * HOUR),
            made_by: self.person(&invite.maker, made_at).map(|maker| maker.name),
            made_at,
            on_paper: invite.for_member.is_some() && invite.expires_hour.is_none(),
            for_member: invite.for_member.map(|member| member.to_string()),
            approval: invite.approval,
            state: match invite.open {
                true if invite.expired_at(hour) => InviteState::Expired,
                true => InviteState::Open,
                false if invite.revoked => InviteState::Closed,
                false => InviteState::UsedUp,
            },
            invitees,
            more,
        }
    }

    /// Closes an invite; whoever came in by it stays, and who still asks by it is declined. One that is closed already is left as it is.
    pub(super) fn revoke_invite(
        &mut self,
        step: &mut Step<'_>,
        invite: &str,
    ) -> Result<Reply, ApiError> {
        self.editable()?;
        let workspace = self.workspace.as_ref().ok_or_else(Self::no_workspace)?;
        let known = workspace.authority.invites(&workspace.keyring);
        let known = invite
            .parse()
            .ok()
            .and_then(|id: EnvelopeId| known.into_iter().find(|known| known.id == id))
            .ok_or_else(|| ApiError::not_found("such invite"))?;
        let stamp = workspace.stamp(step);
        let authority = &workspace.authority;
        let envelope = skein_access::revoke_invite(authority, &self.device, &stamp, &known.id)?;
        if !known.revoked {
            self.add_operation(step, &envelope)?;
        }
        Ok(Reply::Done)
    }
}
