//! The workspace of this profile: its access state, its keys, the set of its envelopes; and how a profile starts.

use std::collections::BTreeMap;

use skein_access::{
    Authority, Chain, DeviceKey, Envelope, EnvelopeKind, Keyring, Member, MemberId, Role, Stamp,
    UnverifiedEnvelope, WorkspaceId, profile_of, words_of,
};
use skein_model::DocumentId;
use skein_store::{Durability, EnvelopeState, WORKSPACE};
use skein_sync::{EnvelopeSet, Fetching, ItemRef};

use super::Core;
use super::disk::Disk;
use super::profiles::{ZONE, checked_zone};
use super::step::Step;
use crate::api::{ApiError, ErrorCode, KeyProtection, Reply, Status, WorkspaceState};

/// The setting with this person's name.
pub(super) const MEMBER_NAME: &str = "member_name";
/// The setting with the listening port.
const PORT: &str = "port";
/// The longest name of a person or workspace, in characters.
const LONGEST_NAME: usize = 80;

/// A workspace as this device knows it.
pub(super) struct Workspace {
    pub(super) id: WorkspaceId,
    pub(super) authority: Authority,
    pub(super) keyring: Keyring,
    pub(super) set: EnvelopeSet,
    pub(super) fetching: Fetching,
    /// Where this device's next envelope goes.
    pub(super) chain: Chain,
    /// Whose profile lies in which document.
    pub(super) profiles: BTreeMap<DocumentId, MemberId>,
}

impl Workspace {
    /// A workspace of which nothing is known here but its id.
    pub(super) fn unknown(id: WorkspaceId, device: &DeviceKey) -> Self {
        let authority = Authority::build(id, []);
        let keyring = authority.keyring(device);
        Self {
            id,
            authority,
            keyring,
            set: EnvelopeSet::new(),
            fetching: Fetching::new(),
            chain: Chain::START,
            profiles: BTreeMap::new(),
        }
    }

    /// Reads a workspace back; no document is loaded.
    fn read(id: WorkspaceId, disk: &Disk, device: &DeviceKey) -> Result<Self, ApiError> {
        let stored = disk.envelopes_of_kind(EnvelopeKind::Access)?;
        let operations: Vec<Envelope> = stored
            .iter()
            .filter_map(|stored| {
                UnverifiedEnvelope::decode(&stored.bytes)
                    .and_then(|envelope| envelope.verify(&id))
                    .ok()
            })
            .collect();
        let authority = Authority::build(id, &operations);
        let keyring = authority.keyring(device);
        let newest = u64::try_from(disk.last_mark()?).unwrap_or_default();
        let mut set = EnvelopeSet::new();
        for held in disk.envelope_refs()? {
            set.insert(ItemRef::new(held.kind, held.hour, held.id), newest);
        }
        Ok(Self {
            id,
            profiles: profiles(&authority, &keyring),
            authority,
            keyring,
            set,
            fetching: Fetching::new(),
            chain: disk.next_chain(device.id())?,
        })
    }

    /// What the next envelope made here begins with.
    pub(super) fn stamp(&self, step: &Step<'_>) -> Stamp {
        Stamp {
            workspace: self.id,
            hour: step.now.hour(),
            chain: self.chain,
        }
    }

    /// The people, with the names that the keys at hand open.
    pub(super) fn members(&self) -> Vec<Member> {
        self.authority.members(&self.keyring)
    }
}

/// Where the profiles of all members lie, of those who left too.
fn profiles(authority: &Authority, keyring: &Keyring) -> BTreeMap<DocumentId, MemberId> {
    let members = authority.members(keyring).into_iter();
    members
        .chain(authority.former_members(keyring))
        .map(|member| (profile_of(&member.id), member.id))
        .collect()
}

impl Core {
    /// Reads what the profile is, at the start.
    pub(super) fn take_up(&mut self) -> Result<(), ApiError> {
        self.member_name = self.text_setting(MEMBER_NAME)?;
        let id = self
            .store
            .setting(WORKSPACE)?
            .and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
        let Some(id) = id.map(WorkspaceId::from_bytes) else {
            return Ok(());
        };
        self.workspace = Some(Workspace::read(id, &self.store, &self.device)?);
        self.take_up_joining()?;
        self.sealing.unsealed = self
            .store
            .unsealed()?
            .iter()
            .map(|unsealed| unsealed.rows.len())
            .sum();
        self.to_recover = self.store.to_recover()?;
        self.arriving.were_listed(self.store.listed_early()?);
        self.read_profiles();
        Ok(())
    }

    /// What can only be done with the time at hand: seals what a sudden end left unsealed, merges what was kept and not merged,
    /// and tells the network whom to let in.
    pub(super) fn start(&mut self, step: &mut Step<'_>) {
        if self.started {
            return;
        }
        self.started = true;
        self.start_backups(step);
        self.start_folders(step);
        if self.store.read_only_reason().is_none() {
            self.start_files(step);
        }
        self.tell_torn_log(step);
        if self.workspace.is_none() || self.store.read_only_reason().is_some() {
            return;
        }
        if self.sealing.unsealed > 0 {
            self.plan_sealing(step);
        }
        self.judge_again(step);
        self.retry_kept(step, &EnvelopeState::Waiting);
        self.plan_rotation(step);
        self.tell_network(step);
        self.look_for_forks(step);
        if self.joining.is_none() {
            self.take_zone(step);
        }
        self.joining_learned(step);
        self.dial_inviter(step);
    }

    pub(super) fn text_setting(&self, key: &str) -> Result<Option<String>, ApiError> {
        Ok(self
            .store
            .setting(key)?
            .and_then(|bytes| String::from_utf8(bytes).ok()))
    }

    /// The port this profile listens on, so that tickets and remembered addresses stay good.
    #[must_use]
    pub fn port(&self) -> Option<u16> {
        self.text_setting(PORT)
            .ok()
            .flatten()
            .and_then(|text| text.parse().ok())
    }

    /// Notes where this device can be reached, before anybody asks.
    pub fn listens_on(&mut self, addresses: Vec<String>) {
        self.listening = addresses;
    }

    /// Notes what protects the device key.
    pub fn key_rests(&mut self, protection: KeyProtection) {
        self.key_protection = Some(protection);
    }

    /// Notes the port.
    pub fn remember_port(&mut self, port: u16) {
        if self.port() != Some(port)
            && let Err(error) = self.store.write(Durability::Normal, |tx| {
                tx.put_setting(PORT, port.to_string().as_bytes())
            })
        {
            tracing::warn!(%error, "the port could not be noted; addresses given out may change at the next start");
        }
    }

    /// A profile has one workspace: it can be founded or joined while there is none.
    pub(super) fn free_for_a_workspace(&self) -> Result<(), ApiError> {
        self.writable()?;
        if self.workspace.is_none() {
            return Ok(());
        }
        Err(ApiError::new(
            ErrorCode::WrongState,
            "This profile has a workspace already; nothing was changed.",
            "Say --another for a further workspace beside it, or use another --profile.",
        ))
    }

    /// Founds a workspace.
    pub(super) fn create_workspace(
        &mut self,
        step: &mut Step<'_>,
        member: &str,
        workspace: &str,
        zone: Option<&str>,
    ) -> Result<Reply, ApiError> {
        self.free_for_a_workspace()?;
        zone.map_or(Ok(()), checked_zone)?;
        let member = checked_name(member, "Your name")?;
        let name = checked_name(workspace, "The workspace's name")?;
        let founded =
            skein_access::create_workspace(&self.device, member, name, step.now.hour(), step.rng)?;
        let id = founded.workspace;
        self.store.write(Durability::Full, |tx| {
            for envelope in &founded.envelopes {
                tx.insert_envelope(envelope, &EnvelopeState::Applied, None)?;
            }
            if let Some(zone) = zone {
                tx.put_setting(ZONE, zone.as_bytes())?;
            }
            tx.put_setting(MEMBER_NAME, member.as_bytes())?;
            tx.put_setting(WORKSPACE, id.as_bytes())
        })?;
        self.member_name = Some(member.to_owned());
        self.workspace = Some(Workspace::read(id, &self.store, &self.device)?);
        self.new_workspace(step);
        self.take_zone(step);
        Ok(Reply::Status {
            status: self.status(),
        })
    }

    /// Keeps an operation made here and tells everybody.
    pub(super) fn add_operation(
        &mut self,
        step: &mut Step<'_>,
        envelope: &Envelope,
    ) -> Result<(), ApiError> {
        let mark = self.store.write(Durability::Full, |tx| {
            tx.insert_envelope(envelope, &EnvelopeState::Applied, None)
        })?;
        let Some(workspace) = &mut self.workspace else {
            return Ok(());
        };
        workspace.chain = envelope.next();
        let item = ItemRef::new(
            envelope.header().kind,
            envelope.header().hour,
            envelope.id(),
        );
        workspace.set.insert(
            item,
            mark.and_then(|mark| u64::try_from(mark).ok())
                .unwrap_or_default(),
        );
        workspace.authority.insert(envelope);
        self.announce(step, &[item]);
        self.access_changed(step);
        Ok(())
    }

    /// The access state is another: keys, names, what waited, and who may come in.
    pub(super) fn access_changed(&mut self, step: &mut Step<'_>) {
        let Some(workspace) = &mut self.workspace else {
            return;
        };
        workspace.keyring = workspace.authority.keyring(&self.device);
        workspace.profiles = profiles(&workspace.authority, &workspace.keyring);
        self.judge_again(step);
        self.joining_learned(step);
        self.retry_kept(step, &EnvelopeState::Locked);
        self.plan_rotation(step);
        self.rights_changed(step);
        self.tell_network(step);
        self.code_follows_invite(step);
        step.news.status = true;
        step.news.people = true;
        step.news.peers = true;
    }

    /// A workspace that was not there a moment ago.
    pub(super) fn new_workspace(&mut self, step: &mut Step<'_>) {
        self.seek_no_more(step);
        self.tell_network(step);
        self.reconnect_all(step);
        step.news.status = true;
        step.news.people = true;
        step.news.peers = true;
        step.news.delivery = true;
    }

    /// The name by which colleagues know this person; until they do, the one given here.
    fn own_name(&self) -> Option<String> {
        let me = self.device.id();
        let members = self.workspace.as_ref().map(Workspace::members);
        let mut members = members.into_iter().flatten();
        let myself = members.find(|member| member.devices.contains(&me));
        let known = myself.filter(|member| member.name.is_some());
        known
            .map(|member| self.name_shown(member))
            .or_else(|| self.member_name.clone())
    }

    fn own_role(&self) -> Option<Role> {
        let workspace = self.workspace.as_ref()?;
        workspace.authority.role_of(&self.device.id())
    }

    /// The profile's state.
    pub(super) fn status(&self) -> Status {
        let out = self.is_out() && self.joining.is_none();
        let told = out.then(|| "you are no longer part of this workspace".to_owned());
        let read_only_reason = self.store.read_only_reason().or(told);
        let joining = self.joining.as_ref().map(super::Joining::view);
        let joining = joining.or_else(|| self.seeking.as_ref().map(super::Seeking::view));
        let state = match (&read_only_reason, &joining, &self.workspace) {
            (Some(_), _, _) => WorkspaceState::ReadOnly,
            (None, Some(_), _) => WorkspaceState::Joining,
            (None, None, Some(_)) => WorkspaceState::Ready,
            (None, None, None) => WorkspaceState::Empty,
        };
        Status {
            state,
            member_name: self.own_name(),
            workspace_name: self
                .workspace
                .as_ref()
                .and_then(|workspace| workspace.authority.workspace_name(&workspace.keyring)),
            workspace_id: self
                .workspace
                .as_ref()
                .map(|workspace| workspace.id.to_string()),
            device_id: self.device.id().to_string(),
            device_words: words_of(&self.device.id()).join(" "),
            key_protection: self.key_protection,
            joining,
            arriving: self.count_arriving(),
            role: self.own_role(),
            out,
            read_only_reason,
        }
    }
}

/// A name in one line and of bearable length.
pub(super) fn checked_name<'n>(name: &'n str, what: &str) -> Result<&'n str, ApiError> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control)
    {
        return Err(ApiError::invalid(format!(
            "{what} needs 1 to {LONGEST_NAME} characters in one line; nothing was changed."
        )));
    }
    Ok(name)
}
