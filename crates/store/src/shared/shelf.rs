//! One workspace in a database that several relays share. Numbers in the order of arrival are given under a lock, so that they are
//! committed in order and without holes: whoever has read up to one has missed nothing before it.

use std::collections::{BTreeMap, BTreeSet};

use skein_access::{DeviceId, Envelope, EnvelopeId, EnvelopeKind, WorkspaceId};
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Error, IsolationLevel, Row, Transaction};

use super::connection::CHANNEL;
use super::database::{AT_LENGTH, SOON, SharedDatabase};
use super::error::SharedError;
use crate::shelf::{A_LOOK, Arrival, Inventory, Shelf, ShelfError, Vouch, Vouched};
use crate::table::envelopes::{EnvelopeRef, Written};

/// The envelopes of one workspace, in a database.
pub struct SharedShelf {
    database: SharedDatabase,
    workspace: WorkspaceId,
    told: Told,
}

/// Everything up to a number was told.
#[derive(Default)]
struct Told {
    number: i64,
    /// The envelope with this number. Another one in its place, or none: the database was put back to an earlier state.
    last: Option<Vec<u8>>,
}

impl SharedShelf {
    /// The shelf of a workspace; its row is made when there is none.
    ///
    /// # Errors
    /// When the database does not answer.
    pub fn open(database: SharedDatabase, workspace: WorkspaceId) -> Result<Self, SharedError> {
        let (key, shown) = (workspace.as_bytes().as_slice(), workspace.to_string());
        database.ask(SOON, async |client: &mut Client| {
            let sql = "INSERT INTO skein_relay.workspaces (id, shown) VALUES ($1, $2) ON CONFLICT DO NOTHING";
            client.execute(sql, &[&key, &shown]).await
        })?;
        Ok(Self {
            database,
            workspace,
            told: Told::default(),
        })
    }

    fn key(&self) -> &[u8] {
        self.workspace.as_bytes().as_slice()
    }
}

impl Shelf for SharedShelf {
    fn inventory(&mut self) -> Result<Inventory, ShelfError> {
        let key = self.workspace.as_bytes().as_slice();
        let read = async |client: &mut Client| read_all(client, key).await;
        let read = self.database.ask(AT_LENGTH, read)?;
        let inventory = Inventory {
            operations: texts(&read.operations)?,
            held: read.held.iter().map(held).collect::<Result<_, _>>()?,
            newest: unsigned(read.newest)?,
            written: read.written.iter().map(written).collect::<Result<_, _>>()?,
        };
        self.told = Told {
            number: read.newest,
            last: read.last,
        };
        Ok(inventory)
    }

    fn envelopes(
        &self,
        ids: &[EnvelopeId],
        bytes: usize,
    ) -> Result<Vec<Option<Vec<u8>>>, ShelfError> {
        let key = self.key();
        let asked: Vec<&[u8]> = ids.iter().map(|id| id.as_bytes().as_slice()).collect();
        let most = i64::try_from(bytes).unwrap_or(i64::MAX);
        let rows = self.database.ask(SOON, async |client: &mut Client| {
            let sql = "SELECT nullif(bytes, '') FROM (
                    SELECT place, bytes, sum(size) OVER (ORDER BY place) - size AS before FROM (
                        SELECT place, bytes, coalesce(octet_length(bytes), 0) AS size
                        FROM unnest($2::bytea[]) WITH ORDINALITY AS asked (wanted, place)
                        LEFT JOIN skein_relay.envelopes ON workspace = $1 AND id = wanted
                    ) AS sized
                ) AS found WHERE before < $3 ORDER BY place";
            client.query(sql, &[&key, &asked, &most]).await
        })?;
        Ok(rows
            .iter()
            .map(|row| column(row, 0))
            .collect::<Result<_, _>>()?)
    }

    fn keep(&mut self, envelopes: &[Envelope]) -> Result<Vec<Option<u64>>, ShelfError> {
        if envelopes.is_empty() {
            return Ok(Vec::new());
        }
        let key = self.workspace.as_bytes().as_slice();
        let kept = self.database.ask(SOON, async |client: &mut Client| {
            keep(client, key, envelopes).await
        })?;
        // What others kept just before is not told yet: then the numbers of these do not stand for what comes before them.
        let is_in_line = kept.before == self.told.number;
        let last = kept.numbers.iter().max_by_key(|(_, number)| **number);
        if let Some((last, number)) = last.filter(|_| is_in_line) {
            self.told = Told {
                number: *number,
                last: Some(last.clone()),
            };
        }
        let mut numbers = kept.numbers;
        let told = self.told.number;
        let number = |envelope: &Envelope| {
            // Brought twice at once, it is new the first time.
            let number = numbers.remove(envelope.id().as_bytes().as_slice())?;
            u64::try_from(if is_in_line { number } else { told }).ok()
        };
        Ok(envelopes.iter().map(number).collect())
    }

    fn brought_elsewhere(&mut self) -> Result<Vec<Arrival>, ShelfError> {
        let key = self.workspace.as_bytes().as_slice();
        let told = self.told.number;
        let most = i64::try_from(A_LOOK + 1).unwrap_or(i64::MAX);
        let rows = self.database.ask(SOON, async |client: &mut Client| {
            // The last that was told is looked at again, without its bytes.
            let sql =
                "SELECT hour, id, kind, number, CASE WHEN number > $2 THEN bytes END FROM skein_relay.envelopes
                WHERE workspace = $1 AND number >= $2 ORDER BY number LIMIT $3";
            client.query(sql, &[&key, &told, &most]).await
        })?;
        let mut rows = rows.iter();
        if let Some(last) = &self.told.last {
            let found: Option<&[u8]> = rows.next().map(|row| column(row, 1)).transpose()?;
            if found != Some(last.as_slice()) {
                return Err(SharedError::WentBack.into());
            }
        }
        let (mut arrivals, mut newest) = (Vec::new(), None);
        // A first look may find one more than it may tell.
        for row in rows.take(A_LOOK) {
            let number: i64 = column(row, 3)?;
            arrivals.push(Arrival {
                number: unsigned(number)?,
                held: held(row)?,
                bytes: column(row, 4)?,
            });
            let last = Some(column(row, 1)?);
            newest = Some(Told { number, last });
        }
        if let Some(newest) = newest {
            self.told = newest;
        }
        Ok(arrivals)
    }

    fn vouched(&self) -> Result<Vec<Vouched>, ShelfError> {
        let key = self.key();
        let rows = self.database.ask(SOON, async |client: &mut Client| {
            let sql =
                "SELECT pack, device, digest, let_go FROM skein_relay.vouched WHERE workspace = $1";
            client.query(sql, &[&key]).await
        })?;
        Ok(rows.iter().map(vouched).collect::<Result<_, _>>()?)
    }

    fn vouch(
        &mut self,
        vouch: &Vouch<'_>,
        everybody: &[DeviceId],
    ) -> Result<Option<Vec<Written>>, ShelfError> {
        let key = self.workspace.as_bytes().as_slice();
        let rows = self.database.ask(SOON, async |client: &mut Client| {
            note_vouch(client, key, vouch, everybody).await
        })?;
        let written = |rows: Vec<Row>| rows.iter().map(written).collect::<Result<_, _>>();
        Ok(rows.map(written).transpose()?)
    }

    /// Every word of it is in the database already.
    fn close(self: Box<Self>) -> Result<(), ShelfError> {
        Ok(())
    }
}

/// Rows of one moment.
struct Read {
    newest: i64,
    /// The envelope with the newest number.
    last: Option<Vec<u8>>,
    operations: Vec<Row>,
    held: Vec<Row>,
    written: Vec<Row>,
}

const WRITTEN: &str = "SELECT device, count(*), sum(octet_length(bytes))::bigint, max(hour)
    FROM skein_relay.envelopes WHERE workspace = $1 GROUP BY device";

async fn read_all(client: &mut Client, key: &[u8]) -> Result<Read, Error> {
    let of_one_moment = client
        .build_transaction()
        .isolation_level(IsolationLevel::RepeatableRead)
        .read_only(true);
    let moment = of_one_moment.start().await?;
    let sql = "SELECT newest FROM skein_relay.workspaces WHERE id = $1";
    let newest: i64 = moment.query_one(sql, &[&key]).await?.try_get(0)?;
    let sql = "SELECT id FROM skein_relay.envelopes WHERE workspace = $1 AND number = $2";
    let last = moment.query_opt(sql, &[&key, &newest]).await?;
    let last = last.map(|row| row.try_get(0)).transpose()?;
    let sql = "SELECT bytes FROM skein_relay.envelopes WHERE workspace = $1 AND kind = $2 ORDER BY number";
    let access = i16::from(EnvelopeKind::Access.code());
    let operations = moment.query(sql, &[&key, &access]).await?;
    let sql = "SELECT hour, id, kind FROM skein_relay.envelopes WHERE workspace = $1";
    let held = moment.query(sql, &[&key]).await?;
    let written = moment.query(WRITTEN, &[&key]).await?;
    moment.commit().await?;
    Ok(Read {
        newest,
        last,
        operations,
        held,
        written,
    })
}

/// What was new of a batch.
struct Kept {
    /// The newest number before.
    before: i64,
    /// Its numbers, by id.
    numbers: BTreeMap<Vec<u8>, i64>,
}

async fn keep(client: &mut Client, key: &[u8], envelopes: &[Envelope]) -> Result<Kept, Error> {
    let transaction = client.transaction().await?;
    let sql = "SELECT newest FROM skein_relay.workspaces WHERE id = $1 FOR UPDATE";
    let before: i64 = transaction.query_one(sql, &[&key]).await?.try_get(0)?;
    // A statement of its own: it sees all that was committed before the lock was had.
    let inserted = insert(&transaction, (key, before), envelopes).await?;
    let mut numbers = BTreeMap::new();
    for row in &inserted {
        numbers.insert(row.try_get(0)?, row.try_get(1)?);
    }
    if !numbers.is_empty() {
        let newest = before + i64::try_from(numbers.len()).unwrap_or_default();
        let sql = "UPDATE skein_relay.workspaces SET newest = $2 WHERE id = $1";
        transaction.execute(sql, &[&key, &newest]).await?;
        let sql = "SELECT pg_notify($2, shown) FROM skein_relay.workspaces WHERE id = $1";
        transaction.execute(sql, &[&key, &CHANNEL]).await?;
    }
    transaction.commit().await?;
    Ok(Kept { before, numbers })
}

/// Notes a vouch, and lets go what the pack stands for once everybody has said the same: then what each device has here.
async fn note_vouch(
    client: &mut Client,
    key: &[u8],
    vouch: &Vouch<'_>,
    everybody: &[DeviceId],
) -> Result<Option<Vec<Row>>, Error> {
    let pack = vouch.pack.as_bytes().as_slice();
    let (device, digest) = (vouch.device.as_bytes().as_slice(), vouch.digest.as_slice());
    let transaction = client.transaction().await?;
    // Two relays that hear the last two words at once take them one after the other.
    let sql = "SELECT newest FROM skein_relay.workspaces WHERE id = $1 FOR UPDATE";
    transaction.query_one(sql, &[&key]).await?;
    let sql =
        "INSERT INTO skein_relay.vouched (workspace, pack, device, digest) VALUES ($1, $2, $3, $4)
        ON CONFLICT (workspace, pack, device) DO UPDATE SET digest = $4, let_go = false";
    let values: [&(dyn ToSql + Sync); 4] = [&key, &pack, &device, &digest];
    transaction.execute(sql, &values).await?;
    let sql = "SELECT count(*) FROM skein_relay.vouched
        WHERE workspace = $1 AND pack = $2 AND digest = $4 AND device = ANY($3)";
    let all: Vec<&[u8]> = everybody
        .iter()
        .map(|device| device.as_bytes().as_slice())
        .collect();
    let said: i64 = transaction
        .query_one(sql, &[&key, &pack, &all, &digest])
        .await?
        .try_get(0)?;
    if all.is_empty() || said < i64::try_from(all.len()).unwrap_or(i64::MAX) {
        transaction.commit().await?;
        return Ok(None);
    }
    let sql = "UPDATE skein_relay.envelopes SET bytes = ''
        WHERE workspace = $1 AND id = ANY($2) AND kind = $3";
    let ids = vouch.stands_for.iter();
    let ids: Vec<&[u8]> = ids.map(|id| id.as_bytes().as_slice()).collect();
    let data = i16::from(EnvelopeKind::Data.code());
    transaction.execute(sql, &[&key, &ids, &data]).await?;
    let sql = "UPDATE skein_relay.vouched SET let_go = true
        WHERE workspace = $1 AND pack = $2 AND device = $3";
    transaction.execute(sql, &[&key, &pack, &device]).await?;
    let written = transaction.query(WRITTEN, &[&key]).await?;
    transaction.commit().await?;
    Ok(Some(written))
}

/// Inserts what is not here yet, and gives it the next numbers.
async fn insert(
    transaction: &Transaction<'_>,
    (key, before): (&[u8], i64),
    envelopes: &[Envelope],
) -> Result<Vec<Row>, Error> {
    let mut seen = BTreeSet::new();
    let once: Vec<&Envelope> = envelopes
        .iter()
        .filter(|envelope| seen.insert(*envelope.id().as_bytes()))
        .collect();
    let ids: Vec<Vec<u8>> = once
        .iter()
        .map(|one| one.id().as_bytes().to_vec())
        .collect();
    let headers = || once.iter().map(|one| one.header());
    let kinds: Vec<i16> = headers().map(|one| i16::from(one.kind.code())).collect();
    let hours: Vec<i64> = headers().map(|one| i64::from(one.hour)).collect();
    let devices: Vec<&[u8]> = once
        .iter()
        .map(|one| one.header().device.as_bytes().as_slice())
        .collect();
    let bytes: Vec<&[u8]> = once.iter().map(|one| one.bytes()).collect();
    let sql = "INSERT INTO skein_relay.envelopes (workspace, number, id, kind, hour, device, bytes)
        SELECT $1, $2 + row_number() OVER (ORDER BY place), id, kind, hour, device, bytes
        FROM unnest($3::bytea[], $4::smallint[], $5::bigint[], $6::bytea[], $7::bytea[])
            WITH ORDINALITY AS brought (id, kind, hour, device, bytes, place)
        WHERE NOT EXISTS (SELECT FROM skein_relay.envelopes AS held
            WHERE held.workspace = $1 AND held.id = brought.id)
        RETURNING id, number";
    transaction
        .query(
            sql,
            &[&key, &before, &ids, &kinds, &hours, &devices, &bytes],
        )
        .await
}

fn texts(rows: &[Row]) -> Result<Vec<Vec<u8>>, SharedError> {
    rows.iter().map(|row| column(row, 0)).collect()
}

fn held(row: &Row) -> Result<EnvelopeRef, SharedError> {
    let kind: i16 = column(row, 2)?;
    let kind = u8::try_from(kind).ok().and_then(EnvelopeKind::from_code);
    Ok(EnvelopeRef {
        hour: hour(row, 0)?,
        id: EnvelopeId::from_bytes(id(row, 1)?),
        kind: kind.ok_or_else(|| damaged("an unknown kind of envelope"))?,
    })
}

fn vouched(row: &Row) -> Result<Vouched, SharedError> {
    Ok(Vouched {
        pack: EnvelopeId::from_bytes(id(row, 0)?),
        device: DeviceId::from_bytes(id(row, 1)?),
        digest: id(row, 2)?,
        let_go: column(row, 3)?,
    })
}

fn written(row: &Row) -> Result<Written, SharedError> {
    Ok(Written {
        device: DeviceId::from_bytes(id(row, 0)?),
        envelopes: unsigned(column(row, 1)?)?,
        bytes: unsigned(column(row, 2)?)?,
        newest_hour: hour(row, 3)?,
    })
}

fn column<'a, T: tokio_postgres::types::FromSql<'a>>(
    row: &'a Row,
    place: usize,
) -> Result<T, SharedError> {
    row.try_get(place)
        .map_err(|_| damaged("another type of value"))
}

fn id(row: &Row, place: usize) -> Result<[u8; 32], SharedError> {
    let bytes: &[u8] = column(row, place)?;
    bytes
        .try_into()
        .map_err(|_| damaged("an id of another length"))
}

fn hour(row: &Row, place: usize) -> Result<u32, SharedError> {
    let hour: i64 = column(row, place)?;
    u32::try_from(hour).map_err(|_| damaged("an hour that no clock has"))
}

fn unsigned(number: i64) -> Result<u64, SharedError> {
    u64::try_from(number).map_err(|_| damaged("a number below zero"))
}

fn damaged(what: &str) -> SharedError {
    SharedError::Damaged(what.to_owned())
}
