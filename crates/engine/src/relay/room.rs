//! One workspace as its relay knows it: what it holds, who may come by the operations alone, and how much room is left.

use std::collections::BTreeMap;

use skein_access::{
    Admission, Authority, DeviceId, Envelope, EnvelopeId, InviteProof, Keyring, UnverifiedEnvelope,
    WorkspaceId,
};
use skein_store::{A_LOOK, Shelf, ShelfError, Written};
use skein_sync::{EnvelopeSet, Fetching, Group, ItemRef, Lacking};

use super::RelayError;
use super::newest::Newest;
use super::packs::Packs;

/// What operations may take beyond the quota: a workspace that is full must still be able to remove somebody.
const FOR_OPERATIONS: u64 = 16 * 1024 * 1024;

/// A workspace that is served.
pub(super) struct Room {
    pub(super) id: WorkspaceId,
    pub(super) shelf: Box<dyn Shelf>,
    pub(super) authority: Authority,
    pub(super) set: EnvelopeSet,
    pub(super) fetching: Fetching,
    pub(super) written: BTreeMap<DeviceId, Written>,
    /// Bytes of all envelopes.
    pub(super) bytes: u64,
    /// What bytes of all envelopes may come to.
    quota: u64,
    pub(super) packs: Packs,
    pub(super) newest: Newest,
    /// Envelopes of which only the names are kept since this process started, because packs stand for them.
    pub(super) let_go: u64,
    /// Envelopes that were not taken because the workspace is full.
    pub(super) had_no_room: u64,
    /// Why nothing of it can be kept at present.
    trouble: Option<String>,
    /// Why it cannot be reached at present.
    away: Option<String>,
}

/// What became of a batch.
pub(super) struct Taken {
    /// Places of what was not taken.
    pub(super) refused: Vec<usize>,
    /// What is new here.
    pub(super) items: Vec<ItemRef>,
}

/// What another relay kept.
#[derive(Default)]
pub(super) struct Elsewhere {
    /// What is new here by it, operations first.
    pub(super) items: Vec<(Group, Vec<ItemRef>)>,
    /// Whether there is more.
    pub(super) more: bool,
}

impl Room {
    /// Takes up what is on the shelf. Operations that do not verify any more are left out, and come again from the members.
    pub(super) fn open(
        id: WorkspaceId,
        mut shelf: Box<dyn Shelf>,
        quota: u64,
    ) -> Result<Self, RelayError> {
        let inventory = shelf.inventory()?;
        let verified = |bytes: &Vec<u8>| UnverifiedEnvelope::decode(bytes)?.verify(&id);
        let operations = inventory.operations.iter();
        let operations: Vec<Envelope> = operations
            .filter_map(|bytes| verified(bytes).ok())
            .collect();
        let mut set = EnvelopeSet::new();
        let held = inventory.held.iter().map(|held| (held.kind, held.id));
        let packs = Packs::of(held, shelf.vouched()?);
        for held in inventory.held {
            let item = ItemRef::new(held.kind, held.hour, held.id);
            set.insert(item, inventory.newest);
        }
        let written = inventory.written.into_iter();
        let written: BTreeMap<DeviceId, Written> = written.map(|one| (one.device, one)).collect();
        Ok(Self {
            id,
            authority: Authority::build(id, &operations),
            set,
            fetching: Fetching::new(),
            bytes: written.values().map(|one| one.bytes).sum(),
            written,
            shelf,
            quota,
            packs,
            newest: Newest::after(inventory.newest),
            let_go: 0,
            had_no_room: 0,
            trouble: None,
            away: None,
        })
    }

    /// How far a device may come in. Until the workspace's beginning is here anybody may bring it who knows the workspace's id,
    /// of which it is the hash; nothing is here then that could be handed out.
    pub(super) fn admission(
        &self,
        device: &DeviceId,
        proof: Option<&InviteProof>,
        (me, hour): (&DeviceId, u32),
    ) -> Admission {
        if !self.authority.is_founded() {
            return Admission::Member;
        }
        match self.authority.admission(device, proof, me) {
            // Who asked while it was open comes back for the answer.
            Admission::Invitee(invite)
                if !self.open_invites(hour).any(|open| open == invite)
                    && !self.authority.waits(device) =>
            {
                Admission::Stranger
            }
            // Members tell it that it is out. Here it is nobody, unless it waited here for an answer.
            Admission::Removed if !self.authority.asked_in_vain(device) => Admission::Stranger,
            admission => admission,
        }
    }

    /// Whether somebody who is no member has a reason to come.
    pub(super) fn expects_strangers(&self, hour: u32) -> bool {
        !self.authority.is_founded()
            || self.authority.has_pending()
            || self.open_invites(hour).next().is_some()
    }

    /// Invites that let somebody in at this hour.
    pub(super) fn open_invites(&self, hour: u32) -> impl Iterator<Item = EnvelopeId> {
        let invites = self.authority.invites(&Keyring::default()).into_iter();
        invites
            .filter(move |invite| invite.open && !invite.expired_at(hour))
            .map(|invite| invite.id)
    }

    /// Verifies a batch and keeps what there is room for. An error: nothing of it was kept.
    pub(super) fn take(&mut self, group: Group, batch: &[Vec<u8>]) -> Result<Taken, ShelfError> {
        let mut refused = Vec::new();
        let mut kept: Vec<Envelope> = Vec::new();
        let limit = match group {
            Group::Data => self.quota,
            Group::Access => self.quota.saturating_add(FOR_OPERATIONS),
        };
        let mut bytes = self.bytes;
        for (place, raw) in batch.iter().enumerate() {
            let Some(envelope) = self.verified(group, raw) else {
                refused.push(place);
                continue;
            };
            let after = bytes.saturating_add(raw.len() as u64);
            if after > limit {
                self.had_no_room = self.had_no_room.saturating_add(1);
                refused.push(place);
                continue;
            }
            bytes = after;
            kept.push(envelope);
        }
        let marks = self.shelf.keep(&kept);
        self.note(marks.as_ref().err());
        let marks = marks?;
        let new = kept.iter().zip(marks);
        let new: Vec<(&Envelope, u64)> = new
            .filter_map(|(envelope, mark)| Some((envelope, mark?)))
            .collect();
        let items = new.iter().map(|(envelope, mark)| {
            self.set.insert(item_of(envelope), *mark);
            item_of(envelope)
        });
        let items = items.collect();
        for (envelope, mark) in &new {
            self.account(*mark, envelope);
        }
        self.authority
            .insert_all(new.into_iter().map(|(envelope, _)| envelope));
        Ok(Taken { refused, items })
    }

    /// A device lacks these. Operations are compared in any case.
    pub(super) fn lacks(&mut self, device: &DeviceId, lacking: Lacking) {
        match lacking {
            Lacking::All(Group::Access) => {}
            Lacking::All(Group::Data) => self.newest.forget(device),
            Lacking::These(mut ids) => {
                ids.retain(|id| self.set.contains(Group::Data, id));
                self.newest.lacks(device, &ids);
            }
        }
    }

    /// Takes in what other relays kept since the last look, as far as one look goes. What does not verify is left alone.
    pub(super) fn look(&mut self) -> Result<Elsewhere, ShelfError> {
        let arrivals = self.shelf.brought_elsewhere();
        self.away = arrivals.as_ref().err().map(ToString::to_string);
        let arrivals = arrivals?;
        let more = arrivals.len() >= A_LOOK;
        let (mut operations, mut written) = (Vec::new(), Vec::new());
        let mut said = Vec::new();
        for arrival in arrivals {
            if arrival.bytes.is_empty() {
                // Let go before it was seen here: its name stands.
                let held = arrival.held;
                let item = ItemRef::new(held.kind, held.hour, held.id);
                if self.set.insert(item, arrival.number) {
                    written.push(item);
                }
                continue;
            }
            let envelope = UnverifiedEnvelope::decode(&arrival.bytes);
            let Ok(envelope) = envelope.and_then(|raw| raw.verify(&self.id)) else {
                tracing::warn!(
                    number = arrival.number,
                    "what lies on the shelf is no envelope of this workspace"
                );
                continue;
            };
            let item = item_of(&envelope);
            if !self.set.insert(item, arrival.number) {
                continue;
            }
            self.account(arrival.number, &envelope);
            match item.group {
                Group::Access => {
                    operations.push(item);
                    said.push(envelope);
                }
                Group::Data => written.push(item),
            }
        }
        self.authority.insert_all(&said);
        let items = vec![(Group::Access, operations), (Group::Data, written)];
        Ok(Elsewhere { items, more })
    }

    /// Remembers how the shelf answered a write.
    fn note(&mut self, error: Option<&ShelfError>) {
        let words = error.map(ToString::to_string);
        match error.is_some_and(ShelfError::is_away) {
            true => self.away = words,
            false => self.trouble = words,
        }
    }

    /// Why nothing is kept at present.
    pub(super) fn trouble(&self) -> Option<&String> {
        self.away.as_ref().or(self.trouble.as_ref())
    }

    /// An envelope of this workspace, signed by the device it names. Before the beginning is here, nothing written is taken.
    fn verified(&self, group: Group, raw: &[u8]) -> Option<Envelope> {
        if group == Group::Data && !self.authority.is_founded() {
            return None;
        }
        let envelope = UnverifiedEnvelope::decode(raw).and_then(|raw| raw.verify(&self.id));
        let envelope = envelope.ok()?;
        (Group::of(envelope.header().kind) == group).then_some(envelope)
    }

    /// What each device has here from now on.
    pub(super) fn holds(&mut self, written: Vec<Written>) {
        self.bytes = written.iter().map(|one| one.bytes).sum();
        let written = written.into_iter();
        self.written = written.map(|one| (one.device, one)).collect();
    }

    fn account(&mut self, number: u64, envelope: &Envelope) {
        let header = envelope.header();
        if Group::of(header.kind) == Group::Data {
            self.newest.came(number, envelope);
        }
        self.packs.came(header.kind, envelope.id());
        let bytes = envelope.bytes().len() as u64;
        self.bytes = self.bytes.saturating_add(bytes);
        let one = self.written.entry(header.device).or_insert(Written {
            device: header.device,
            envelopes: 0,
            bytes: 0,
            newest_hour: 0,
        });
        one.envelopes += 1;
        one.bytes = one.bytes.saturating_add(bytes);
        one.newest_hour = one.newest_hour.max(header.hour);
    }

    /// What a device may see that asked to be let in and was not.
    pub(super) fn farewell_set(&self, device: &DeviceId) -> EnvelopeSet {
        let mut set = EnvelopeSet::new();
        let ids: Vec<EnvelopeId> = self.authority.farewell(device).into_iter().collect();
        let stored = self.shelf.envelopes(&ids, usize::MAX).unwrap_or_default();
        for raw in stored.iter().flatten() {
            if let Some(envelope) = self.verified(Group::Access, raw) {
                set.insert(item_of(&envelope), 0);
            }
        }
        set
    }

    /// Entry by entry what was asked for, until about so many bytes are gathered; of those alone that may be seen. An error: nothing
    /// can be read at present.
    pub(super) fn read(
        &self,
        ids: &[EnvelopeId],
        bytes: usize,
        only: Option<&EnvelopeSet>,
    ) -> Result<Vec<Option<Vec<u8>>>, ShelfError> {
        let found = self.shelf.envelopes(ids, bytes)?;
        let may_see = |id| only.is_none_or(|set| set.contains(Group::Access, id));
        let shown = ids.iter().zip(found);
        let shown = shown.map(|(id, found)| found.filter(|_| may_see(id)));
        Ok(shown.collect())
    }

    /// Whether there is no room for another envelope of usual size.
    pub(super) const fn is_full(&self) -> bool {
        self.bytes.saturating_add(1024) > self.quota
    }

    pub(super) const fn quota(&self) -> u64 {
        self.quota
    }

    /// Closes the shelf so that it may be copied.
    pub(super) fn close(self) {
        if let Err(error) = self.shelf.close() {
            tracing::warn!(%error, "the file was left with its log beside it; nothing is lost");
        }
    }
}

fn item_of(envelope: &Envelope) -> ItemRef {
    let header = envelope.header();
    ItemRef::new(header.kind, header.hour, envelope.id())
}
