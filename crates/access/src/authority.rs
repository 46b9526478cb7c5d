//! The authority: what the operations amount to, asked cheaply, and the only source of permits.

use std::collections::{BTreeMap, BTreeSet};
use std::marker::PhantomData;

use skein_model::Kind;

use crate::access_change::{AccessChange, between};
use crate::envelope::Envelope;
use crate::header::EnvelopeKind;
use crate::id::{DeviceId, EnvelopeId, MemberId, WorkspaceId};
use crate::invite::InviteProof;
use crate::keyring::Keyring;
use crate::node::Node;
use crate::operation::{Action, KeyEpoch, Relay};
use crate::permit::{
    AcceptPermit, AdminPermit, Denied, ReadPermit, RebuildPermit, Unaccepted, WritePermit,
};
use crate::role::Role;
use crate::sealed_text::TextUse;
use crate::state::{State, Voided};
use crate::ticket::Ticket;

/// A person in the workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Who.
    pub id: MemberId,
    /// Their name, if a key that opens it is at hand.
    pub name: Option<String>,
    /// What they may do; for somebody who left, what they could do last.
    pub role: Role,
    /// Their devices; none for somebody who left.
    pub devices: Vec<DeviceId>,
    /// The hour (since 1970) at which they came, by the clock of whoever recorded it.
    pub joined_hour: u32,
}

/// An invite and how it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InviteView {
    /// The operation that made it.
    pub id: EnvelopeId,
    /// What its label says, if a key that opens it is at hand.
    pub label: Option<String>,
    /// What a joiner may do.
    pub role: Role,
    /// How many may come in.
    pub uses: u32,
    /// How many did.
    pub used: u32,
    /// The hour after which it should be refused.
    pub expires_hour: Option<u32>,
    /// Whether an owner approves each joiner.
    pub approval: bool,
    /// The person whose further device comes in by it, instead of a new person.
    pub for_member: Option<MemberId>,
    /// The device that made it.
    pub maker: DeviceId,
    /// The hour (since 1970) at which it was made, by its maker's clock.
    pub made_hour: u32,
    /// Whether it was closed: by name, or because its maker or who came in by it was removed.
    pub revoked: bool,
    /// Whether somebody can still come in by it.
    pub open: bool,
}

impl InviteView {
    /// Whether it has expired by a clock that says `hour`.
    #[must_use]
    pub fn expired_at(&self, hour: u32) -> bool {
        self.expires_hour.is_some_and(|expires| hour > expires)
    }
}

/// At one invite no more than so many wait at once: more are not let in to ask. It bounds what a ticket that went astray can cost.
const MOST_WAITING: usize = 32;

/// Somebody who joined by an invite that needs approval, and waits for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pending {
    /// The join to approve.
    pub join: EnvelopeId,
    /// The device that waits.
    pub device: DeviceId,
    /// The invite by which it came.
    pub invite: EnvelopeId,
    /// The name that its person gave, if a key that opens it is at hand.
    pub name: Option<String>,
    /// What he may do when he is in.
    pub role: Role,
    /// The hour (since 1970) at which he asked, by his own clock.
    pub asked_hour: u32,
}

/// By what right a device's envelopes count: two that are equal judge every envelope of it alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    member: MemberId,
    removed_after: Option<u64>,
    role: Role,
    roles_before: Vec<(u64, Role)>,
}

impl Standing {
    /// Whether it may make some envelope not count.
    #[must_use]
    pub fn is_limited(&self) -> bool {
        self.removed_after.is_some()
            || !self.role.writes(Kind::Note)
            || !self.roles_before.is_empty()
    }

    /// The last number that counts of a device that was removed, whatever its roles let it write.
    #[must_use]
    pub const fn removed_after(&self) -> Option<u64> {
        self.removed_after
    }

    /// Whether what it writes after a number still counts by a role that it no longer has.
    #[must_use]
    pub fn keeps_a_role_after(&self, sequence: u64) -> bool {
        let mut before = self.roles_before.iter();
        before.any(|(until, role)| *until > sequence && *role > self.role)
    }

    /// The last number up to which everything surely counts.
    #[must_use]
    pub fn counts_through(&self) -> u64 {
        if !self.is_limited() {
            return u64::MAX;
        }
        let lowered = self.roles_before.first().map(|(until, _)| *until);
        let by_role = match self.role.writes(Kind::Note) {
            true => u64::MAX,
            false => lowered.unwrap_or(0),
        };
        by_role.min(self.removed_after.unwrap_or(u64::MAX))
    }
}

/// How far a peer may come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admission {
    /// A device of a member.
    Member,
    /// A relay that an owner named: holds and passes on everything, and reads nothing.
    Relay,
    /// The holder of a ticket for this open invite: gets the access set, nothing else.
    Invitee(EnvelopeId),
    /// A device that is out: may be told of it, and gets nothing else ([`Authority::farewell`]).
    Removed,
    /// Nobody.
    Stranger,
}

/// Who may do what in one workspace: a pure function of the set of its operations, whatever the order in which they came.
#[derive(Debug, Clone)]
pub struct Authority {
    workspace: WorkspaceId,
    nodes: BTreeMap<EnvelopeId, Node>,
    state: State,
}

impl Authority {
    /// The authority over the operations among these envelopes.
    #[must_use]
    pub fn build<'e>(
        workspace: WorkspaceId,
        envelopes: impl IntoIterator<Item = &'e Envelope>,
    ) -> Self {
        let mut authority = Self {
            workspace,
            nodes: BTreeMap::new(),
            state: State::default(),
        };
        authority.insert_all(envelopes);
        authority
    }

    /// Takes one more operation. Envelopes of other kinds or workspaces, and known ones, change nothing.
    pub fn insert(&mut self, envelope: &Envelope) -> Vec<AccessChange> {
        self.insert_all([envelope])
    }

    /// Takes many operations at the cost of one.
    pub fn insert_all<'e>(
        &mut self,
        envelopes: impl IntoIterator<Item = &'e Envelope>,
    ) -> Vec<AccessChange> {
        let before = self.nodes.len();
        for envelope in envelopes {
            let header = envelope.header();
            if header.kind == EnvelopeKind::Access && header.workspace == self.workspace {
                let node = || Node::of(&self.workspace, envelope);
                self.nodes.entry(envelope.id()).or_insert_with(node);
            }
        }
        if self.nodes.len() == before {
            return Vec::new();
        }
        let state = State::of(self.workspace, &self.nodes);
        let changes = between(&self.state, &state);
        self.state = state;
        changes
    }

    /// The workspace.
    #[must_use]
    pub const fn workspace(&self) -> WorkspaceId {
        self.workspace
    }

    /// Whether the workspace's beginning is known here; before that nobody is a member.
    #[must_use]
    pub const fn is_founded(&self) -> bool {
        self.state.workspace_name.is_some()
    }

    /// The workspace's name, if a key that opens it is at hand.
    #[must_use]
    pub fn workspace_name(&self, keyring: &Keyring) -> Option<String> {
        keyring.open_text(self.state.workspace_name.as_ref()?, TextUse::WorkspaceName)
    }

    /// The people of the workspace, the senior first.
    #[must_use]
    pub fn members(&self, keyring: &Keyring) -> Vec<Member> {
        self.people(keyring, true)
    }

    /// The people who left or were removed, the senior first: their names still stand under what they wrote.
    #[must_use]
    pub fn former_members(&self, keyring: &Keyring) -> Vec<Member> {
        self.people(keyring, false)
    }

    fn people(&self, keyring: &Keyring, present: bool) -> Vec<Member> {
        let mut people: Vec<_> = self
            .state
            .members
            .iter()
            .filter(|(_, record)| record.devices.is_empty() != present)
            .collect();
        people.sort_by_key(|(_, record)| record.seniority);
        people
            .into_iter()
            .map(|(id, record)| Member {
                id: *id,
                name: record
                    .name
                    .as_ref()
                    .and_then(|name| keyring.open_text(name, TextUse::MemberName))
                    .or_else(|| {
                        keyring
                            .asked_name(&EnvelopeId::from_bytes(*id.as_bytes()))
                            .cloned()
                    }),
                role: record.role,
                devices: record.devices.clone(),
                joined_hour: record.joined_hour,
            })
            .collect()
    }

    /// The member a device belongs to or belonged to.
    #[must_use]
    pub fn member_of(&self, device: &DeviceId) -> Option<MemberId> {
        Some(self.state.devices.get(device)?.member)
    }

    /// The role a device acts under. `None`: it is not, or no longer, part of the workspace.
    #[must_use]
    pub fn role_of(&self, device: &DeviceId) -> Option<Role> {
        let record = self.state.devices.get(device)?;
        record.removed_after.is_none().then_some(record.role)
    }

    /// What a person may do. `None`: nobody of that id is, or was, in the workspace.
    #[must_use]
    pub fn role_of_member(&self, person: &MemberId) -> Option<Role> {
        Some(self.state.members.get(person)?.role)
    }

    /// If an operation is the join of a device that somebody else let in for its person: the device, and who did.
    #[must_use]
    pub fn let_in_for_another(&self, join: &EnvelopeId) -> Option<(DeviceId, DeviceId)> {
        let node = self.nodes.get(join)?;
        let invite = joined_by(node)?;
        let person = self.state.invites.get(&invite)?.invite.for_member?;
        let maker = self.nodes.get(&invite)?.author;
        let another = self.is_member(&node.author) && self.member_of(&maker) != Some(person);
        another.then_some((node.author, maker))
    }

    /// Whether a device is part of the workspace.
    #[must_use]
    pub fn is_member(&self, device: &DeviceId) -> bool {
        self.role_of(device).is_some()
    }

    /// Whether a device is out for good: it was part of the workspace and it or its person was removed or left, or it came by an invite
    /// that was closed or used up before, as those who are in see it, or asked by one and was declined.
    #[must_use]
    pub fn is_out(&self, device: &DeviceId) -> bool {
        let record = self.state.devices.get(device);
        self.is_turned_away(device) || record.is_some_and(|record| record.removed_after.is_some())
    }

    /// Whether a device came by an invite and did not get in.
    #[must_use]
    pub fn is_turned_away(&self, device: &DeviceId) -> bool {
        self.state.turned_away.contains_key(device)
    }

    /// All devices that are out.
    #[must_use]
    pub fn outsiders(&self) -> BTreeSet<DeviceId> {
        let known = self
            .state
            .devices
            .keys()
            .chain(self.state.turned_away.keys());
        known
            .filter(|device| self.is_out(device))
            .copied()
            .collect()
    }

    /// By what right the envelopes of each device count.
    #[must_use]
    pub fn standings(&self) -> BTreeMap<DeviceId, Standing> {
        let devices = self.state.devices.keys();
        devices
            .filter_map(|device| Some((*device, self.standing(device)?)))
            .collect()
    }

    /// By what right the envelopes of a device count. `None`: nobody knows it.
    #[must_use]
    pub fn standing(&self, device: &DeviceId) -> Option<Standing> {
        let record = self.state.devices.get(device)?;
        Some(Standing {
            member: record.member,
            removed_after: record.removed_after,
            role: record.role,
            roles_before: record.roles_before.clone(),
        })
    }

    /// All devices that are part of the workspace.
    #[must_use]
    pub fn devices(&self) -> BTreeSet<DeviceId> {
        let live = self
            .state
            .devices
            .iter()
            .filter(|(_, record)| record.removed_after.is_none());
        live.map(|(device, _)| *device).collect()
    }

    /// The devices that a person has or had.
    #[must_use]
    pub fn devices_ever_of(&self, person: &MemberId) -> BTreeSet<DeviceId> {
        let devices = self.state.devices.iter();
        let theirs = devices.filter(|(_, record)| record.members.contains(person));
        theirs.map(|(device, _)| *device).collect()
    }

    /// All invites that hold, open or not.
    #[must_use]
    pub fn invites(&self, keyring: &Keyring) -> Vec<InviteView> {
        let view = |(id, record): (&EnvelopeId, &crate::state::InviteRecord)| InviteView {
            id: *id,
            label: record
                .invite
                .label
                .as_ref()
                .and_then(|label| keyring.open_text(label, TextUse::InviteLabel)),
            role: record.invite.role,
            uses: record.invite.uses,
            used: record.used,
            expires_hour: record.invite.expires_hour,
            approval: record.invite.approval,
            for_member: record.invite.for_member,
            maker: record.maker,
            made_hour: self.nodes.get(id).map_or(0, |node| node.hour),
            revoked: record.revoked,
            open: record.is_open(),
        };
        self.state.invites.iter().map(view).collect()
    }

    /// The invite whose ticket this is, if it belongs to this workspace and its invite holds.
    #[must_use]
    pub fn invite_of(&self, ticket: &Ticket) -> Option<EnvelopeId> {
        let key = (ticket.workspace == self.workspace).then(|| ticket.secret().public())?;
        let mut invites = self.state.invites.iter();
        invites
            .find(|(_, record)| record.invite.key == key)
            .map(|(id, _)| *id)
    }

    /// Whether a device may close an invite and decide how its ticket is handed over: its maker's devices, and owners.
    ///
    /// # Errors
    /// When it is neither.
    pub fn may_handle(&self, device: &DeviceId, invite: &EnvelopeId) -> Result<(), Denied> {
        let maker = self.state.invites.get(invite).map(|record| record.maker);
        let made = maker.is_some_and(|maker| self.member_of(&maker) == self.member_of(device));
        if !self.is_member(device) || !made {
            self.admin(device)?;
        }
        Ok(())
    }

    /// Whether any invite is open, so that strangers may knock.
    #[must_use]
    pub fn has_open_invites(&self) -> bool {
        self.state
            .invites
            .values()
            .any(crate::state::InviteRecord::is_open)
    }

    /// Those who wait for an owner's approval, in the order of their joins.
    #[must_use]
    pub fn pending(&self, keyring: &Keyring) -> Vec<Pending> {
        let pending = |join: &EnvelopeId| {
            let node = self.nodes.get(join)?;
            let invite = joined_by(node)?;
            Some(Pending {
                join: *join,
                device: node.author,
                invite,
                name: keyring.asked_name(join).cloned(),
                role: self.state.invites.get(&invite)?.invite.role,
                asked_hour: node.hour,
            })
        };
        self.state.pending.iter().filter_map(pending).collect()
    }

    /// Whether somebody waits for an owner's approval.
    #[must_use]
    pub fn has_pending(&self) -> bool {
        !self.state.pending.is_empty()
    }

    /// The device that asked with this join, whatever became of that.
    #[must_use]
    pub fn device_asking(&self, join: &EnvelopeId) -> Option<DeviceId> {
        let node = self.nodes.get(join)?;
        match &self.nodes.get(&joined_by(node)?)?.action {
            Ok(Action::Invite(invite)) if invite.approval => Some(node.author),
            _ => None,
        }
    }

    /// Whether a device waits for an owner's approval.
    #[must_use]
    pub fn waits(&self, device: &DeviceId) -> bool {
        let mut waiting = self.state.pending.iter();
        waiting.any(|join| self.is_by(join, device))
    }

    /// Whether a device asked to be let in by an owner, and was not.
    #[must_use]
    pub fn asked_in_vain(&self, device: &DeviceId) -> bool {
        let asked = |node: &Node| node.author == *device && self.device_asking(&node.id).is_some();
        self.is_turned_away(device) && self.nodes().any(asked)
    }

    /// Whether a join was declined by name, so that its device is told that rather than that the invite is closed.
    #[must_use]
    pub fn is_declined(&self, device: &DeviceId) -> bool {
        let void: BTreeSet<EnvelopeId> = self.voided().iter().map(|voided| voided.id).collect();
        self.is_turned_away(device)
            && self.nodes().any(|node| {
                matches!(&node.action, Ok(Action::Decline { join }) if self.is_by(join, device))
                    && !void.contains(&node.id)
            })
    }

    fn is_by(&self, operation: &EnvelopeId, device: &DeviceId) -> bool {
        let node = self.nodes.get(operation);
        node.is_some_and(|node| node.author == *device)
    }

    /// Whether another who asks by this invite is let in to do so.
    fn has_room_to_ask(&self, invite: &EnvelopeId) -> bool {
        let waiting = self.state.pending.iter();
        let here = |join: &&EnvelopeId| self.nodes.get(*join).and_then(joined_by) == Some(*invite);
        waiting.filter(here).count() < MOST_WAITING
    }

    /// The workspace's relays.
    #[must_use]
    pub fn relays(&self) -> &[Relay] {
        &self.state.relays
    }

    /// Whether a device is one of the workspace's relays.
    #[must_use]
    pub fn is_relay(&self, device: &DeviceId) -> bool {
        self.state
            .relays
            .iter()
            .any(|relay| relay.device == *device)
    }

    /// The operations that have no effect, with the reasons.
    #[must_use]
    pub fn voided(&self) -> &[Voided] {
        &self.state.voided
    }

    /// What a new operation must name as its parents.
    #[must_use]
    pub fn heads(&self) -> &[EnvelopeId] {
        &self.state.heads
    }

    /// Permission for a device to read the documents of a kind that it holds. Whoever is out gets nothing new, but keeps, and reads, what he had;
    /// so does who had come in by an invite that, as word came later, had been closed before.
    ///
    /// # Errors
    /// When the device never was part of the workspace or its role does not allow it.
    pub fn read(&self, device: &DeviceId, kind: Kind) -> Result<ReadPermit<'_>, Denied> {
        let role = match self.state.devices.get(device) {
            Some(record) => record.role,
            None if self.is_turned_away(device) => Role::Viewer,
            None => return Err(Denied::NotAMember),
        };
        if !role.reads(kind) {
            return Err(Denied::Role { role });
        }
        Ok(ReadPermit {
            kind,
            authority: PhantomData,
        })
    }

    /// Permission for a device to write documents of a kind.
    ///
    /// # Errors
    /// When the device is not part of the workspace or its role does not allow it.
    pub fn write(&self, device: &DeviceId, kind: Kind) -> Result<WritePermit<'_>, Denied> {
        let (role, member) = self.acting(device)?;
        if !role.writes(kind) {
            return Err(Denied::Role { role });
        }
        Ok(WritePermit {
            kind,
            device: *device,
            member,
            authority: PhantomData,
        })
    }

    /// Permission for a device, whatever its role, to bring a document it holds in line with what counts.
    ///
    /// # Errors
    /// When the device is not part of the workspace.
    pub fn rebuild(&self, device: &DeviceId) -> Result<RebuildPermit<'_>, Denied> {
        self.acting(device)?;
        Ok(RebuildPermit {
            authority: PhantomData,
        })
    }

    /// Permission for a device to change who is a member and what they may do.
    ///
    /// # Errors
    /// When the device is not part of the workspace or not an owner's.
    pub fn admin(&self, device: &DeviceId) -> Result<AdminPermit<'_>, Denied> {
        let (role, member) = self.acting(device)?;
        if !role.administers() {
            return Err(Denied::Role { role });
        }
        Ok(AdminPermit {
            device: *device,
            member,
            authority: self,
        })
    }

    fn acting(&self, device: &DeviceId) -> Result<(Role, MemberId), Denied> {
        let record = self.state.devices.get(device).ok_or(Denied::NotAMember)?;
        if record.removed_after.is_some() {
            return Err(Denied::Removed);
        }
        Ok((record.role, record.member))
    }

    /// Whether an envelope of changes counts, by its author's rights at the envelope's own place in history. Ask the permit about the kind of document once
    /// it is decrypted. Of operations it says whether their author may ever have been somebody here, or somebody builds on them: whether they have
    /// an effect is decided by the whole set, which must become the same everywhere.
    ///
    /// # Errors
    /// When it does not count, or not yet. Such an envelope is kept and asked about again when the access state changes.
    pub fn accept(&self, envelope: &Envelope) -> Result<AcceptPermit<'_>, Unaccepted> {
        let header = envelope.header();
        if header.workspace != self.workspace {
            return Err(Unaccepted::UnknownAuthor);
        }
        let record = self.state.devices.get(&header.device);
        let (role, member) = record.map_or((Role::Viewer, None), |record| {
            (record.role_at(header.sequence), Some(record.member))
        });
        if header.kind == EnvelopeKind::Access {
            if !self.belongs_to_the_set(envelope) {
                return Err(Unaccepted::UnknownAuthor);
            }
        } else {
            let record = record.ok_or(Unaccepted::UnknownAuthor)?;
            if record
                .removed_after
                .is_some_and(|last| header.sequence > last)
            {
                return Err(Unaccepted::Quarantined);
            }
        }
        Ok(AcceptPermit {
            role,
            member,
            authority: PhantomData,
        })
    }

    fn belongs_to_the_set(&self, envelope: &Envelope) -> bool {
        let id = envelope.id();
        if self.nodes.contains_key(&id)
            || self.state.missing.contains(&id)
            || self.state.claimed.contains(&envelope.header().device)
        {
            return true;
        }
        match Node::of(&self.workspace, envelope).action {
            Ok(Action::Genesis(_)) => true,
            Ok(Action::Join(join)) => {
                let invite = self.nodes.get(&join.invite).map(|node| &node.action);
                matches!(invite, Some(Ok(Action::Invite(invite))) if invite.key == join.key)
            }
            _ => false,
        }
    }

    /// How far an authenticated peer may come in to the device `here`.
    #[must_use]
    pub fn admission(
        &self,
        device: &DeviceId,
        proof: Option<&InviteProof>,
        here: &DeviceId,
    ) -> Admission {
        if self.is_member(device) {
            return Admission::Member;
        }
        if self.is_out(device) {
            return Admission::Removed;
        }
        if self.is_relay(device) {
            return Admission::Relay;
        }
        let Some(proof) = proof else {
            return Admission::Stranger;
        };
        let named = |record: &crate::state::InviteRecord| record.invite.key == proof.key;
        let Some((id, record)) = self.state.invites.iter().find(|(_, record)| named(record)) else {
            return Admission::Stranger;
        };
        let may_ask = record.is_open() && self.has_room_to_ask(id);
        if (may_ask || self.waits(device)) && proof.holds(&self.workspace, device, here) {
            Admission::Invitee(*id)
        } else {
            Admission::Stranger
        }
    }

    /// The operations by which a device is out, with all that they rest on: what it needs to understand that it is. None of what
    /// came after them is among them.
    #[must_use]
    pub fn farewell(&self, device: &DeviceId) -> BTreeSet<EnvelopeId> {
        let void: BTreeSet<EnvelopeId> = self.voided().iter().map(|voided| voided.id).collect();
        let by = self.nodes().filter(|node| self.keeps_out(node, device));
        let by = by.map(|node| node.id);
        let mut next: Vec<EnvelopeId> = by.filter(|id| !void.contains(id)).collect();
        let mut told: BTreeSet<EnvelopeId> = next.iter().copied().collect();
        while let Some(node) = next.pop().and_then(|id| self.nodes.get(&id)) {
            let parents = node.parents.iter().copied();
            next.extend(parents.filter(|parent| told.insert(*parent)));
        }
        told
    }

    /// Whether an operation, if it has an effect, is among those by which a device is out.
    fn keeps_out(&self, node: &Node, device: &DeviceId) -> bool {
        let Ok(action) = &node.action else {
            return false;
        };
        if let Some(record) = self.state.devices.get(device) {
            return match action {
                Action::RemoveDevice { device: gone, .. } => gone == device,
                Action::RemoveMember { member, .. } => record.members.contains(member),
                _ => false,
            };
        }
        let Some(invite) = self.state.turned_away.get(device) else {
            return false;
        };
        // An invite is closed by itself, or with whoever knew its ticket, and used up by others.
        match action {
            Action::RevokeInvite { invite: closed } => closed == invite,
            Action::Join(join) => join.invite == *invite,
            Action::Decline { join } => self.is_by(join, device),
            Action::Approve { join } => self.nodes.get(join).and_then(joined_by) == Some(*invite),
            Action::RemoveDevice { device: struck, .. } => self.knew_the_ticket(invite, struck),
            Action::RemoveMember { member, .. } | Action::Lower { member, .. } => {
                let theirs = self.state.devices.iter();
                let mut theirs = theirs.filter(|(_, record)| record.members.contains(member));
                theirs.any(|(struck, _)| self.knew_the_ticket(invite, struck))
            }
            _ => false,
        }
    }

    /// Whether a device made an invite or came by it.
    fn knew_the_ticket(&self, invite: &EnvelopeId, device: &DeviceId) -> bool {
        let made = self.nodes.get(invite);
        made.is_some_and(|node| node.author == *device)
            || self.nodes().any(|node| {
                node.author == *device
                    && matches!(&node.action, Ok(Action::Join(join)) if join.invite == *invite)
            })
    }

    pub(crate) fn node(&self, id: &EnvelopeId) -> Option<&Node> {
        self.nodes.get(id)
    }

    pub(crate) fn nodes(&self) -> impl Iterator<Item = &Node> {
        self.nodes.values()
    }

    /// The epochs that may be written under, lowest id first.
    pub(crate) fn usable_epochs(&self) -> Vec<&KeyEpoch> {
        let usable = self.state.epochs.iter().filter(|record| record.usable);
        let mut epochs: Vec<&KeyEpoch> = usable
            .filter_map(|record| self.nodes.get(&record.declared_by)?.epoch())
            .collect();
        epochs.sort_by_key(|epoch| epoch.epoch);
        epochs
    }

    pub(crate) const fn state(&self) -> &State {
        &self.state
    }
}

/// The invite that a join uses.
fn joined_by(node: &Node) -> Option<EnvelopeId> {
    match &node.action {
        Ok(Action::Join(join)) => Some(join.invite),
        _ => None,
    }
}

/// Equal when they rule over one workspace in the same way.
impl PartialEq for Authority {
    fn eq(&self, other: &Self) -> bool {
        self.workspace == other.workspace && self.state == other.state
    }
}

impl Eq for Authority {}
