//! Peers: where they were, and up to which mark they durably hold this machine's envelopes.

use rusqlite::{Connection, params};
use skein_access::DeviceId;

use crate::column::{self, all, pack, run};
use crate::error::StoreError;
use crate::table::envelopes::Mark;

/// Another device of the workspace, as this one knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Peer {
    /// Which device.
    pub device: DeviceId,
    /// Where it was reached, best first.
    pub addresses: Vec<String>,
    /// It durably holds every envelope up to this mark.
    pub mark: Mark,
    /// When it was last connected, in milliseconds since 1970; for display only.
    pub last_seen_ms: Option<i64>,
}

pub(crate) fn put(connection: &Connection, peer: &Peer) -> Result<(), StoreError> {
    run(
        connection,
        "INSERT INTO peers (device, addresses, mark, last_seen_ms) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (device) DO UPDATE SET addresses = ?2, mark = ?3, last_seen_ms = ?4",
        params![
            peer.device.as_bytes(),
            pack(&peer.addresses)?,
            peer.mark,
            peer.last_seen_ms
        ],
    )
    .map(drop)
}

pub(crate) fn set_mark(
    connection: &Connection,
    device: DeviceId,
    mark: Mark,
) -> Result<(), StoreError> {
    run(
        connection,
        "INSERT INTO peers (device, addresses, mark) VALUES (?1, ?2, ?3) ON CONFLICT (device) DO UPDATE SET mark = ?3",
        params![device.as_bytes(), pack::<[String]>(&[])?, mark],
    )
    .map(drop)
}

pub(crate) fn every(connection: &Connection) -> Result<Vec<Peer>, StoreError> {
    all(
        connection,
        "SELECT device, addresses, mark, last_seen_ms FROM peers ORDER BY device",
        [],
        |row| {
            Ok(Peer {
                device: row.get(0).map(DeviceId::from_bytes)?,
                addresses: column::unpack(row, 1)?,
                mark: row.get(2)?,
                last_seen_ms: row.get(3)?,
            })
        },
    )
}
