//! What devices said of packs: which envelopes each stands for. Relays keep it.

use rusqlite::{Connection, params};
use skein_access::{DeviceId, EnvelopeId};

use crate::column::{all, run};
use crate::error::StoreError;
use crate::shelf::Vouched;

const COLUMNS: &str = "SELECT pack, device, digest, let_go FROM vouched";

fn vouched(row: &rusqlite::Row<'_>) -> rusqlite::Result<Vouched> {
    Ok(Vouched {
        pack: row.get(0).map(EnvelopeId::from_bytes)?,
        device: row.get(1).map(DeviceId::from_bytes)?,
        digest: row.get(2)?,
        let_go: row.get(3)?,
    })
}

pub(crate) fn all_of_them(connection: &Connection) -> Result<Vec<Vouched>, StoreError> {
    all(connection, COLUMNS, [], vouched)
}

pub(crate) fn of_pack(
    connection: &Connection,
    pack: EnvelopeId,
) -> Result<Vec<Vouched>, StoreError> {
    let sql = format!("{COLUMNS} WHERE pack = ?1");
    all(connection, &sql, [pack.as_bytes()], vouched)
}

pub(crate) fn set(connection: &Connection, vouched: &Vouched) -> Result<(), StoreError> {
    let sql = "INSERT INTO vouched (pack, device, digest, let_go) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT DO UPDATE SET digest = ?3, let_go = ?4";
    let (pack, device) = (vouched.pack.as_bytes(), vouched.device.as_bytes());
    let values = params![pack, device, vouched.digest, vouched.let_go];
    run(connection, sql, values).map(|_| ())
}
