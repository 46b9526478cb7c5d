//! Who is in and what they may do: roles changed, people and devices taken out, leaving.

use skein_access::{DeviceId, Envelope, LastSequences, MemberId, Role};

use super::Core;
use super::step::Step;
use crate::api::{ApiError, ErrorCode, Reply};

impl Core {
    /// Gives a person another role. A role that shrinks says up to where their work counts by the one before; so does one that they have, where
    /// they lowered themselves and named a number that they have yet to reach.
    pub(super) fn set_role(
        &mut self,
        step: &mut Step<'_>,
        member: &str,
        role: Role,
    ) -> Result<Reply, ApiError> {
        let member = self.person_named(member)?;
        self.before_a_change(step)?;
        let workspace = self.workspace.as_ref().ok_or_else(Self::no_workspace)?;
        let permit = workspace.authority.admin(&self.device.id())?;
        let known = workspace.members();
        let last = self.last_sequences(&member)?;
        let has_it = known
            .iter()
            .any(|known| known.id == member && known.role == role);
        let has_more = last.iter().any(|(device, last)| {
            let standing = workspace.authority.standing(device);
            standing.is_some_and(|standing| standing.keeps_a_role_after(*last))
        });
        if has_it && !has_more {
            return Ok(Reply::Done);
        }
        let envelope = skein_access::set_role(
            &permit,
            &self.device,
            &workspace.stamp(step),
            &member,
            role,
            &last,
        )?;
        self.changed_who_is_in(step, &envelope)
    }

    /// Takes a person out, and gives everybody else a new key.
    pub(super) fn remove_member(
        &mut self,
        step: &mut Step<'_>,
        member: &str,
    ) -> Result<Reply, ApiError> {
        let member = self.person_named(member)?;
        self.before_a_change(step)?;
        let workspace = self.workspace.as_ref().ok_or_else(Self::no_workspace)?;
        let permit = workspace.authority.admin(&self.device.id())?;
        let envelope = skein_access::remove_member(
            &permit,
            &self.device,
            &workspace.stamp(step),
            &member,
            &self.last_sequences(&member)?,
        )?;
        self.changed_who_is_in(step, &envelope)
    }

    /// Takes one device out, and gives all others a new key.
    pub(super) fn remove_device(
        &mut self,
        step: &mut Step<'_>,
        device: &str,
    ) -> Result<Reply, ApiError> {
        let gone: DeviceId = device
            .parse()
            .map_err(|_| ApiError::not_found("such device"))?;
        self.before_a_change(step)?;
        let workspace = self.workspace.as_ref().ok_or_else(Self::no_workspace)?;
        if !workspace.authority.is_member(&gone) {
            return Err(ApiError::not_found("such device"));
        }
        let envelope = skein_access::remove_device(
            &workspace.authority,
            &self.device,
            &workspace.stamp(step),
            &gone,
            self.last_sequence(gone)?,
        )?;
        self.changed_who_is_in(step, &envelope)
    }

    /// Goes, with all of this person's devices. What was made here up to now is sealed first, and counts.
    pub(super) fn leave(&mut self, step: &mut Step<'_>) -> Result<Reply, ApiError> {
        self.before_a_change(step)?;
        let workspace = self.workspace.as_ref().ok_or_else(Self::no_workspace)?;
        let authority = &workspace.authority;
        let last = self.last_sequences(&self.me()?)?;
        let stamp = workspace.stamp(step);
        let envelope = skein_access::leave(authority, &self.device, &stamp, &last)?;
        self.changed_who_is_in(step, &envelope)?;
        Ok(Reply::Status {
            status: self.status(),
        })
    }

    /// Nothing that was made here before may fall behind what is about to be said.
    fn before_a_change(&mut self, step: &mut Step<'_>) -> Result<(), ApiError> {
        self.editable()?;
        self.seal_everything(step);
        Ok(())
    }

    fn changed_who_is_in(
        &mut self,
        step: &mut Step<'_>,
        envelope: &Envelope,
    ) -> Result<Reply, ApiError> {
        self.add_operation(step, envelope)?;
        // Whoever was taken out knows the keys up to now: the next word is written under another.
        if let Err(error) = self.rotate_if_needed(step) {
            tracing::warn!(%error, "a new key could not be made yet; it is made before anything is sealed");
        }
        Ok(Reply::Done)
    }

    /// Up to which number what is here counts of each device that a person has or had.
    fn last_sequences(&self, member: &MemberId) -> Result<LastSequences, ApiError> {
        let authority = self
            .workspace
            .as_ref()
            .map(|workspace| &workspace.authority);
        let devices = authority.map(|authority| authority.devices_ever_of(member));
        let last = |device: DeviceId| Ok((device, self.last_sequence(device)?));
        devices.into_iter().flatten().map(last).collect()
    }

    /// A number far beyond the others says nothing: anybody can write any. Of this device itself all is known.
    fn last_sequence(&self, device: DeviceId) -> Result<u64, ApiError> {
        match &self.workspace {
            Some(workspace) if device == self.device.id() => {
                Ok(workspace.chain.sequence.saturating_sub(1))
            }
            _ => Ok(self.store.last_in_sequence(device)?),
        }
    }

    /// The person whose device this is.
    pub(super) fn me(&self) -> Result<MemberId, ApiError> {
        let workspace = self.workspace.as_ref();
        workspace
            .and_then(|workspace| workspace.authority.member_of(&self.device.id()))
            .ok_or_else(Self::no_workspace)
    }

    pub(super) fn person_named(&self, member: &str) -> Result<MemberId, ApiError> {
        let workspace = self.workspace.as_ref().ok_or_else(Self::no_workspace)?;
        let members = workspace.members();
        let found = members.iter().find(|known| known.id.to_string() == member);
        found
            .map(|known| known.id)
            .ok_or_else(|| ApiError::not_found("such person"))
    }

    /// Whether this device is not, or no longer, part of the workspace that it has.
    pub(super) fn is_out(&self) -> bool {
        let me = self.device.id();
        let workspace = self.workspace.as_ref();
        workspace.is_some_and(|workspace| workspace.authority.is_out(&me))
    }

    /// What somebody who is out is told when he wants to change something.
    pub(super) fn out() -> ApiError {
        ApiError::new(
            ErrorCode::ReadOnly,
            "Nothing was changed: you are no longer part of this workspace. What is here stays readable.",
            "`skein export` writes all of it to plain files. An invite, and a new --profile, let you in again as somebody new.",
        )
    }
}
