//! New keys: after somebody came in by a ticket that others may have seen, after a removal, and before anything is sealed when no
//! key may be used.

use rand_core::RngCore;
use skein_access::{RotationReason, awaits_next_key, rotate, rotation_due};

use super::Core;
use super::step::Step;
use crate::api::ApiError;

/// Each device waits a moment (ms), and a random while on top: usually one of them makes the key, and several do no harm.
const AT_LEAST: u64 = 300;
const AT_MOST: u64 = 3_000;

/// When this device makes a new key, unless somebody else was quicker.
#[derive(Default)]
pub(super) struct Rotation {
    pub(super) due: Option<u64>,
}

impl Core {
    /// Who is in has changed, or the engine starts: a new key may be due.
    pub(super) fn plan_rotation(&mut self, step: &mut Step<'_>) {
        let wanted = match self.rotation_reason() {
            None => false,
            Some(RotationReason::NoUsableKey) => true,
            // Who came in by the ticket leaves the key to those who were there.
            Some(RotationReason::Joined) => !self.awaits_next_key(),
        };
        self.rotation.due = match (wanted, self.rotation.due) {
            (false, _) => None,
            (true, Some(due)) => Some(due),
            (true, None) => {
                let jitter = u64::from(step.rng.next_u32()) % (AT_MOST - AT_LEAST);
                Some(step.now.mono_ms + AT_LEAST + jitter)
            }
        };
    }

    pub(super) fn rotate_if_due(&mut self, step: &mut Step<'_>) {
        if self.rotation.due.is_none_or(|due| due > step.now.mono_ms) {
            return;
        }
        self.rotation.due = None;
        if self.rotation_reason().is_some()
            && let Err(error) = self.make_new_key(step)
        {
            tracing::warn!(%error, "a new key could not be made; it is tried again when somebody comes or goes");
        }
    }

    /// Makes a new key if none may be used.
    pub(super) fn rotate_if_needed(&mut self, step: &mut Step<'_>) -> Result<(), ApiError> {
        match self.rotation_reason() {
            Some(RotationReason::NoUsableKey) => self.make_new_key(step),
            _ => Ok(()),
        }
    }

    /// Makes a new key, for everybody who is in.
    pub(super) fn make_new_key(&mut self, step: &mut Step<'_>) -> Result<(), ApiError> {
        let workspace = self.workspace.as_ref().ok_or_else(Self::no_workspace)?;
        let stamp = workspace.stamp(step);
        let envelope = rotate(
            &workspace.authority,
            &self.device,
            &workspace.keyring,
            &stamp,
            step.rng,
        )?;
        self.add_operation(step, &envelope)
    }

    /// Why a new key is due, as far as this device may make one.
    fn rotation_reason(&self) -> Option<RotationReason> {
        let workspace = self.workspace.as_ref()?;
        let member = workspace.authority.is_member(&self.device.id());
        let takes_part =
            member && self.joining.is_none() && self.store.read_only_reason().is_none();
        takes_part
            .then(|| rotation_due(&workspace.authority, &workspace.keyring))
            .flatten()
    }

    fn awaits_next_key(&self) -> bool {
        let me = self.device.id();
        self.workspace
            .as_ref()
            .is_some_and(|workspace| awaits_next_key(&workspace.authority, &workspace.keyring, &me))
    }
}
