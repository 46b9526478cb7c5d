//! Who asks to be let in, as owners see it, and what they decide.

use skein_access::{DeviceId, EnvelopeId, Pending, approve, decline, words_of};

use super::Core;
use super::invites::HOUR;
use super::step::Step;
use crate::api::{ApiError, Asking, ErrorCode, Reply};

impl Core {
    /// Those who wait for an owner, in the order of their joins. Nobody else has anything to decide, and is told of none.
    pub(super) fn asking(&self) -> Vec<Asking> {
        let Some(workspace) = &self.workspace else {
            return Vec::new();
        };
        if workspace.authority.admin(&self.device.id()).is_err() {
            return Vec::new();
        }
        let pending = workspace.authority.pending(&workspace.keyring);
        pending.into_iter().map(|asks| self.as_told(asks)).collect()
    }

    fn as_told(&self, asks: Pending) -> Asking {
        Asking {
            id: asks.join.to_string(),
            name: asks.name,
            device: asks.device.to_string(),
            words: words_of(&asks.device).join(" "),
            role: asks.role,
            invite: asks.invite.to_string(),
            // A clock that is ahead does not make it a question of tomorrow.
            asked_at: (i64::from(asks.asked_hour) * HOUR).min(self.wall_ms),
        }
    }

    /// Lets somebody in who asks, and gives him the key at once: he goes on although everybody here may be away by then.
    pub(super) fn approve(&mut self, step: &mut Step<'_>, asking: &str) -> Result<Reply, ApiError> {
        self.editable()?;
        let workspace = self.workspace.as_ref().ok_or_else(Self::no_workspace)?;
        let permit = workspace.authority.admin(&self.device.id())?;
        let (join, device) = self.join_named(asking)?;
        if workspace.authority.is_member(&device) {
            return Ok(Reply::Done);
        }
        if !workspace.authority.waits(&device) {
            return Err(ApiError::new(
                ErrorCode::WrongState,
                "Nobody was let in: meanwhile an owner declined, or the invite was revoked or used up by others.",
                "Make a new invite; the person joins by it with a new profile.",
            ));
        }
        let stamp = workspace.stamp(step);
        let envelope = approve(&permit, &self.device, &stamp, &join)?;
        self.add_operation(step, &envelope)?;
        if let Err(error) = self.make_new_key(step) {
            tracing::warn!(%error, "whoever was let in has no key yet; it is made when somebody comes or goes");
        }
        Ok(Reply::Done)
    }

    /// Does not let somebody in who asks. His device is told, and cannot ask again.
    pub(super) fn decline(&mut self, step: &mut Step<'_>, asking: &str) -> Result<Reply, ApiError> {
        self.editable()?;
        let workspace = self.workspace.as_ref().ok_or_else(Self::no_workspace)?;
        let permit = workspace.authority.admin(&self.device.id())?;
        let (join, device) = self.join_named(asking)?;
        if workspace.authority.is_member(&device) {
            return Err(ApiError::new(
                ErrorCode::WrongState,
                "Nobody was declined: meanwhile an owner let this person in.",
                "A member is removed under People, or with `skein people remove`.",
            ));
        }
        if !workspace.authority.waits(&device) {
            return Ok(Reply::Done);
        }
        let stamp = workspace.stamp(step);
        let envelope = decline(&permit, &self.device, &stamp, &join)?;
        self.add_operation(step, &envelope)?;
        Ok(Reply::Done)
    }

    /// A join that asked, and its device.
    fn join_named(&self, asking: &str) -> Result<(EnvelopeId, DeviceId), ApiError> {
        let workspace = self.workspace.as_ref().ok_or_else(Self::no_workspace)?;
        let asked = asking.parse().ok().and_then(|join| {
            let device = workspace.authority.device_asking(&join)?;
            Some((join, device))
        });
        asked.ok_or_else(|| ApiError::not_found("such person who asks to be let in"))
    }
}
