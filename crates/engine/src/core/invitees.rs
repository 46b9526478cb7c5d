//! Those who came by an invite, and how far each got: by the operations, by what came of theirs, and by what their devices confirmed.

use std::collections::BTreeMap;

use skein_access::{DeviceId, Entry, EnvelopeId};

use super::Core;
use super::invites::HOUR;
use crate::api::{ApiError, Heard, Invitee, InviteeStep};

/// Of one invite so many are listed; whoever is in, or asks, before those who were turned away.
const LISTED: usize = 32;

/// Those of one invite who are listed, and how many more there are.
pub(super) type Listed = (Vec<Invitee>, u32);

impl Core {
    /// Those who came by each invite, in the order in which they say they came.
    pub(super) fn invitees(&self) -> Result<BTreeMap<EnvelopeId, Listed>, ApiError> {
        let workspace = self.workspace.as_ref().ok_or_else(Self::no_workspace)?;
        let mut by_invite: BTreeMap<EnvelopeId, Vec<skein_access::Invitee>> = BTreeMap::new();
        for invitee in workspace.authority.invitees(&workspace.keyring) {
            by_invite.entry(invitee.invite).or_default().push(invitee);
        }
        let listed = by_invite.into_iter().map(|(invite, all)| {
            let (all, more) = to_list(all);
            let told: Result<Vec<Invitee>, ApiError> =
                all.into_iter().map(|one| self.invitee(one)).collect();
            Ok((invite, (told?, more)))
        });
        listed.collect()
    }

    fn invitee(&self, invitee: skein_access::Invitee) -> Result<Invitee, ApiError> {
        let device = invitee.device;
        // A clock that is ahead does not make it tomorrow.
        let by_clock = |hour: u32| (i64::from(hour) * HOUR).min(self.wall_ms);
        let opened_at = by_clock(invitee.hour);
        let person = self.person(&device, opened_at).map(|person| person.name);
        let is_this = device == self.device.id();
        let heard = match is_this || self.links.contains_key(&device) {
            true => Heard::Now,
            false => {
                let wrote = self.store.last_hour_of(device, invitee.join)?.map(by_clock);
                let last = self.last_seen(&device)?.max(wrote);
                last.map_or(Heard::NotSince, |at| Heard::Last { at })
            }
        };
        let step = match invitee.entry {
            Entry::Asks => InviteeStep::Asking,
            Entry::TurnedAway => InviteeStep::TurnedAway,
            Entry::Out => InviteeStep::Out,
            Entry::WithKeys | Entry::KeysIn(_) if is_this => match self.joining {
                Some(_) => InviteeStep::Receiving,
                None => InviteeStep::Done,
            },
            entry => self.how_far(&device, &invitee.join, entry)?,
        };
        Ok(Invitee {
            name: person.or(invitee.asked_as),
            device: device.to_string(),
            opened_at,
            step,
            heard,
        })
    }

    /// How far a device got that is in, by what it wrote and confirmed.
    fn how_far(
        &self,
        device: &DeviceId,
        join: &EnvelopeId,
        entry: Entry,
    ) -> Result<InviteeStep, ApiError> {
        let mark = self.mark_of(device);
        let link = self.links.get(device);
        let holds = |id: &EnvelopeId| -> Result<bool, ApiError> {
            let at = self.mark_at(id)?;
            Ok(at.is_some_and(|at| at <= mark || link.is_some_and(|link| link.holds.claims(at))))
        };
        if self.mark_at(join)?.is_some_and(|joined| joined <= mark) {
            return Ok(InviteeStep::Done);
        }
        let first = self.store.first_data_mark()?;
        let first = first.and_then(|first| u64::try_from(first).ok());
        if first.is_some_and(|first| first <= mark) || link.is_some_and(|link| link.took_data) {
            return Ok(InviteeStep::Receiving);
        }
        let has_keys = match entry {
            Entry::KeysIn(operation) => {
                // Nobody seals what he writes without a key.
                self.store.wrote_data(*device)? || operation.as_ref().map_or(Ok(false), holds)?
            }
            _ => true,
        };
        Ok(match has_keys {
            true => InviteeStep::HasKeys,
            false => InviteeStep::LetIn,
        })
    }

    fn mark_at(&self, id: &EnvelopeId) -> Result<Option<u64>, ApiError> {
        let mark = self.store.marks(&[*id])?.first().copied().flatten();
        Ok(mark.and_then(|mark| u64::try_from(mark).ok()))
    }
}

/// Those of one invite who are listed, in the order in which they say they came, and how many are not. Anybody who has a ticket can come again
/// and again with new devices, at hours of his own choice, and must not push out whoever is in.
fn to_list(mut all: Vec<skein_access::Invitee>) -> (Vec<skein_access::Invitee>, u32) {
    all.sort_by_key(|invitee| invitee.entry == Entry::TurnedAway);
    let more = u32::try_from(all.len().saturating_sub(LISTED)).unwrap_or(u32::MAX);
    all.truncate(LISTED);
    all.sort_by_key(|invitee| (invitee.hour, invitee.join));
    (all, more)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_comes_in_vain_with_many_devices_pushes_nobody_out_of_the_list() {
        let came = |number: u8, hour: u32, entry: Entry| skein_access::Invitee {
            join: EnvelopeId::from_bytes([number; 32]),
            invite: EnvelopeId::from_bytes([0; 32]),
            device: DeviceId::from_bytes([number; 32]),
            hour,
            asked_as: None,
            entry,
        };
        let flood = (0..100).map(|number| came(number, 1, Entry::TurnedAway));
        let all = flood.chain([came(200, 9, Entry::WithKeys), came(201, 8, Entry::Asks)]);
        let (listed, more) = to_list(all.collect());
        assert_eq!((listed.len(), more), (LISTED, 70));
        let last: Vec<u32> = listed.iter().rev().take(2).map(|one| one.hour).collect();
        assert_eq!(last, [9, 8]);
    }
}
