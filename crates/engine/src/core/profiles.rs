//! What members say of themselves: read from projections, shown with the members, changed only by the member himself.

use std::collections::BTreeMap;

use skein_access::{MemberId, profile_of};
use skein_model::{Document, DocumentId, Edit, Hours, Kind, Profile, ProfileEdit};

use super::Core;
use super::clock::{self, Working};
use super::io::Now;
use super::step::Step;
use super::workspace::checked_name;
use crate::api::{ApiError, Reply, Request};

/// The setting with the zone that was given with a join, until it can stand in the profile.
pub(super) const ZONE: &str = "zone";
/// Clocks are looked at again after so long (ms) even when nobody's hours change: a machine's clock may be set.
const LOOK_AGAIN: u64 = 600_000;

/// What is known of the members' profiles.
#[derive(Default)]
pub(super) struct Profiles {
    known: BTreeMap<MemberId, Profile>,
    /// When the clocks are looked at next, on the monotonic clock.
    pub(super) due: Option<u64>,
    /// When somebody's hours begin or end next, in ms since 1970.
    flips_at: Option<i64>,
}

impl Core {
    /// This person's profile, if he is a member.
    pub(super) fn own_profile(&self) -> Option<DocumentId> {
        let workspace = self.workspace.as_ref()?;
        let member = workspace.authority.member_of(&self.device.id())?;
        Some(profile_of(&member))
    }

    /// The profile if it is here and must be in memory before it is changed.
    pub(super) fn stored_profile(&self) -> Option<DocumentId> {
        let id = self.own_profile()?;
        self.store.heads(id).ok().flatten().map(|_| id)
    }

    /// Changes what this person says of himself.
    pub(super) fn set_profile(
        &mut self,
        step: &mut Step<'_>,
        edit: ProfileEdit,
    ) -> Result<Reply, ApiError> {
        self.editable()?;
        check(&edit)?;
        let id = self.own_profile().ok_or_else(Self::no_workspace)?;
        if self.store.heads(id)?.is_none() {
            let begun = Document::begin_profile(id, self.actor)?;
            self.store_new(step, begun)?;
        }
        self.edit(step, id, Edit::Profile(edit))
    }

    /// Notes the zone that was given with the founding or joining of the workspace, once this person is in it.
    pub(super) fn take_zone(&mut self, step: &mut Step<'_>) {
        let zone = match self.text_setting(ZONE) {
            Ok(Some(zone)) => zone,
            _ => return,
        };
        // Another device of this person may have said so before.
        let said = self.stored_profile().is_some() || self.is_further_device();
        let edit = ProfileEdit {
            zone: Some(zone),
            ..ProfileEdit::default()
        };
        let taken = match said {
            true => Ok(Reply::Done),
            false => self.set_profile(step, edit),
        };
        let forgotten = taken.and_then(|_| {
            let normal = skein_store::Durability::Normal;
            Ok(self.store.write(normal, |tx| tx.remove_setting(ZONE))?)
        });
        if let Err(error) = forgotten {
            tracing::warn!(%error, "the zone could not be noted; it is tried again at the next start");
        }
    }

    /// Whether this person has other devices: what he says of himself is said by one of them, or will be by himself.
    fn is_further_device(&self) -> bool {
        let me = self.device.id();
        let members = self.workspace.as_ref().map(super::Workspace::members);
        let mut members = members.into_iter().flatten();
        members.any(|member| member.devices.len() > 1 && member.devices.contains(&me))
    }

    /// What a member says of himself.
    pub(super) fn profile(&self, member: &MemberId) -> Option<&Profile> {
        self.profiles.known.get(member)
    }

    /// Reads all profiles from what lists know of them.
    pub(super) fn read_profiles(&mut self) {
        let Some(workspace) = &self.workspace else {
            return;
        };
        let me = self.device.id();
        let mut known = BTreeMap::new();
        for (id, member) in &workspace.profiles {
            let row = self.store.tree_row(*id).ok().flatten();
            let permit = workspace.authority.read(&me, Kind::Profile);
            if let (Some(row), Ok(permit)) = (row, permit) {
                let text = self.store.text(&permit, *id).unwrap_or_default();
                known.insert(*member, Profile::listed(row.title, &text));
            }
        }
        self.profiles.known = known;
        self.profiles.due = None;
    }

    /// Takes what a step changed of profiles out of what it changed of the tree.
    pub(super) fn profiles_changed(&mut self, step: &mut Step<'_>) {
        let Some(workspace) = &self.workspace else {
            return;
        };
        let before = step.news.headers.len();
        let profiles = &workspace.profiles;
        step.news.headers.retain(|id| !profiles.contains_key(id));
        if step.news.headers.len() < before || step.news.people {
            self.read_profiles();
            step.news.people = true;
            step.news.peers = true;
        }
        self.look_at_clocks(step);
    }

    /// Tells of the members again when somebody's hours begin or end.
    fn look_at_clocks(&mut self, step: &mut Step<'_>) {
        if self.profiles.due.is_some_and(|due| due <= step.now.mono_ms) {
            self.profiles.due = None;
            let flips_at = self.profiles.flips_at.take();
            step.news.people |= flips_at.is_some_and(|at| at <= step.now.wall_ms);
        }
        let has_hours = |profile: &Profile| profile.hours.is_some();
        if self.profiles.due.is_none() && self.profiles.known.values().any(has_hours) {
            let Now { wall_ms, mono_ms } = step.now;
            let changes = self
                .profiles
                .known
                .values()
                .filter_map(|profile| clock::working(profile, wall_ms));
            let next = changes.map(|working| working.changes_at).min();
            self.profiles.flips_at = next;
            let wait = next.and_then(|at| u64::try_from(at - wall_ms).ok());
            self.profiles.due = Some(mono_ms + wait.unwrap_or(LOOK_AGAIN).min(LOOK_AGAIN));
        }
    }

    /// Whether a member works now.
    pub(super) fn working(&self, profile: Option<&Profile>) -> Option<Working> {
        clock::working(profile?, self.wall_ms)
    }
}

/// The request that an edit of a profile is.
pub(super) fn request(edit: ProfileEdit) -> Request {
    let ProfileEdit { name, zone, hours } = edit;
    Request::SetProfile { name, zone, hours }
}

/// Whether a zone can be given.
pub(super) fn checked_zone(zone: &str) -> Result<(), ApiError> {
    match clock::zone(zone) {
        Some(_) => Ok(()),
        None => Err(ApiError::invalid(format!(
            "No time zone is called “{}”; they have names like Europe/Lisbon. Nothing was changed.",
            zone.chars().take(60).collect::<String>()
        ))),
    }
}

fn check(edit: &ProfileEdit) -> Result<(), ApiError> {
    if let Some(name) = edit.name.as_deref().filter(|name| !name.is_empty()) {
        checked_name(name, "Your name")?;
    }
    if let Some(zone) = edit.zone.as_deref().filter(|zone| !zone.is_empty()) {
        checked_zone(zone)?;
    }
    match &edit.hours {
        Some(hours) if !hours.days.is_empty() && !Hours::make_sense(hours) => {
            Err(ApiError::invalid(
                "Working hours begin before midnight and are on days from 1 (Monday) to 7 (Sunday), in order; nothing was changed.",
            ))
        }
        _ => Ok(()),
    }
}
