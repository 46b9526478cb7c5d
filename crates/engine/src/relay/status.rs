//! What a relay can tell of itself, which is all that it can learn: addresses, times, sizes, device keys, roles.

use serde::Serialize;
use skein_access::{DeviceId, Role};

use super::core::{Pair, RelayCore};
use super::room::Room;
use crate::core::Now;

/// A relay at one moment.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RelayStatus {
    /// The moment, in ms since 1970.
    pub at: i64,
    /// Connections, strangers' included.
    pub connections: u64,
    /// Connections that ended without a reason to be here: no workspace in common, or no member.
    pub turned_away: u64,
    /// Pairs of devices that are connected with each other through the relay.
    pub pairs: Vec<RelayedPair>,
    /// The workspaces that are served.
    pub workspaces: Vec<RelayedWorkspace>,
}

/// Two devices that are connected with each other through the relay, as they show to it.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RelayedPair {
    /// The public key of the one who asked for it.
    pub from: String,
    /// The public key of the other.
    pub to: String,
    /// Since when, in ms since 1970.
    pub since: i64,
}

/// A workspace as it shows to its relay.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RelayedWorkspace {
    /// Its id.
    pub id: String,
    /// Whether its beginning is here, so that it is known who may come.
    pub founded: bool,
    /// Envelopes, operations among them.
    pub envelopes: u64,
    /// Operations: what is said about members, roles, invites and keys.
    pub operations: u64,
    /// Bytes of all envelopes.
    pub bytes: u64,
    /// What they may come to.
    pub quota: u64,
    /// Whether nothing more is taken until there is room.
    pub full: bool,
    /// Envelopes that were not taken for want of room, since the start.
    pub had_no_room: u64,
    /// Envelopes of which only the names are kept because a pack took their place, since the start.
    pub let_go: u64,
    /// Invites by which somebody can come in.
    pub open_invites: u64,
    /// Why nothing is kept at present.
    pub trouble: Option<String>,
    /// The devices of members, and those that were.
    pub devices: Vec<RelayedDevice>,
}

/// A device as it shows to the relay.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RelayedDevice {
    /// Its public key.
    pub device: String,
    /// The person it belongs to, as a number.
    pub member: String,
    /// What the person may do; absent for one who is out.
    pub role: Option<Role>,
    /// Where it is connected from.
    pub address: Option<String>,
    /// Since when it is connected, in ms since 1970.
    pub since: Option<i64>,
    /// When it was last connected, in ms since 1970, as long as this process runs.
    pub last_seen: Option<i64>,
    /// Bytes received from it in this connection.
    pub received: u64,
    /// Bytes sent to it in this connection.
    pub sent: u64,
    /// Envelopes it wrote.
    pub envelopes: u64,
    /// Bytes of them.
    pub bytes: u64,
    /// The hour in which it wrote the newest, by its own clock, in ms since 1970.
    pub newest: Option<i64>,
}

/// An hour (ms).
const HOUR: i64 = 3_600_000;

impl RelayCore {
    /// All that can be told of this moment.
    pub(super) fn status(&self, now: Now) -> RelayStatus {
        let workspaces = self.rooms.values().map(|room| self.of_room(room, now));
        RelayStatus {
            at: now.wall_ms,
            connections: self.links.len() as u64,
            turned_away: self.turned_away,
            pairs: self.pairs.iter().map(of_pair).collect(),
            workspaces: workspaces.collect(),
        }
    }

    fn of_room(&self, room: &Room, now: Now) -> RelayedWorkspace {
        let operations = room.set.len(skein_sync::Group::Access) as u64;
        let data = room.set.len(skein_sync::Group::Data) as u64;
        let devices = room.authority.standings().into_keys();
        RelayedWorkspace {
            id: room.id.to_string(),
            founded: room.authority.is_founded(),
            envelopes: operations + data,
            operations,
            bytes: room.bytes,
            quota: room.quota(),
            full: room.is_full(),
            had_no_room: room.had_no_room,
            let_go: room.let_go,
            open_invites: room.open_invites(now.hour()).count() as u64,
            trouble: room.trouble().cloned(),
            devices: devices.map(|device| self.of_device(room, device)).collect(),
        }
    }

    fn of_device(&self, room: &Room, device: DeviceId) -> RelayedDevice {
        let here = |link: &&super::core::Link| link.workspace() == Some(room.id);
        let link = self.links.get(&device).filter(here);
        let written = room.written.get(&device);
        let member = room.authority.member_of(&device);
        RelayedDevice {
            device: device.to_string(),
            member: member.map(|member| member.to_string()).unwrap_or_default(),
            role: room.authority.role_of(&device),
            address: link.map(|link| link.address.clone()),
            since: link.map(|link| link.since),
            last_seen: self.last_seen.get(&device).copied(),
            received: link.map_or(0, |link| link.received),
            sent: link.map_or(0, |link| link.sent),
            envelopes: written.map_or(0, |written| written.envelopes),
            bytes: written.map_or(0, |written| written.bytes),
            newest: written.map(|written| i64::from(written.newest_hour) * HOUR),
        }
    }
}

fn of_pair(pair: &Pair) -> RelayedPair {
    RelayedPair {
        from: pair.from.to_string(),
        to: pair.to.to_string(),
        since: pair.since,
    }
}
