//! Envelopes, in the order in which they came to this machine.

use rusqlite::types::Type;
use rusqlite::{Connection, Row, params};
use skein_access::{Chain, DeviceId, Envelope, EnvelopeId, EnvelopeKind};
use skein_model::DocumentId;

use crate::column::{self, all, one, run};
use crate::error::StoreError;

/// A place in the order in which envelopes came here; later ones have larger marks.
pub type Mark = i64;

/// From which end something is looked through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// What came first, first.
    First,
    /// What came last, first.
    Last,
}

/// How far an envelope got on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EnvelopeState {
    /// What it carries is in its document, or in the access state.
    Applied,
    /// Its author or its key is not known yet.
    Locked,
    /// It rests on changes that are not here yet.
    Waiting,
    /// It will not be applied, for this reason; it is kept.
    Quarantined(String),
}

/// What reconciliation compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct EnvelopeRef {
    /// Its author's clock, in hours since 1970: the sort key.
    pub hour: u32,
    /// Which envelope.
    pub id: EnvelopeId,
    /// What it carries.
    pub kind: EnvelopeKind,
}

/// An envelope as it is stored. Its bytes were verified before they came here, and are verified again by whoever opens them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredEnvelope {
    /// When it came.
    pub mark: Mark,
    /// Which envelope.
    pub id: EnvelopeId,
    /// What it carries.
    pub kind: EnvelopeKind,
    /// How far it got.
    pub state: EnvelopeState,
    /// Whose changes it carries, once that is known.
    pub document: Option<DocumentId>,
    /// All of its bytes.
    pub bytes: Vec<u8>,
}

/// What the envelopes of one device show to whoever carries them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Written {
    /// The device.
    pub device: DeviceId,
    /// How many it wrote, operations among them.
    pub envelopes: u64,
    /// How many bytes they are.
    pub bytes: u64,
    /// The hour of its newest, by its own clock, in hours since 1970.
    pub newest_hour: u32,
}

/// How many envelopes are in each state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct EnvelopeCounts {
    /// In their documents.
    pub applied: u64,
    /// Author or key unknown.
    pub locked: u64,
    /// Resting on what is not here.
    pub waiting: u64,
    /// Kept aside.
    pub quarantined: u64,
}

impl EnvelopeState {
    const fn code(&self) -> u8 {
        match self {
            Self::Applied => 0,
            Self::Locked => 1,
            Self::Waiting => 2,
            Self::Quarantined(_) => 3,
        }
    }

    fn reason(&self) -> Option<&str> {
        match self {
            Self::Quarantined(reason) => Some(reason),
            _ => None,
        }
    }
}

fn unreadable(column: usize, what: &'static str) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, Type::Integer, what.into())
}

fn kind(row: &Row<'_>, column: usize) -> rusqlite::Result<EnvelopeKind> {
    EnvelopeKind::from_code(row.get(column)?)
        .ok_or_else(|| unreadable(column, "no kind of envelope"))
}

pub(crate) fn stored(row: &Row<'_>) -> rusqlite::Result<StoredEnvelope> {
    let state = match row.get::<_, u8>(3)? {
        0 => EnvelopeState::Applied,
        1 => EnvelopeState::Locked,
        2 => EnvelopeState::Waiting,
        3 => EnvelopeState::Quarantined(row.get::<_, Option<String>>(4)?.unwrap_or_default()),
        _ => return Err(unreadable(3, "no state of an envelope")),
    };
    Ok(StoredEnvelope {
        mark: row.get(0)?,
        id: row.get(1).map(EnvelopeId::from_bytes)?,
        kind: kind(row, 2)?,
        state,
        document: column::optional_document(row, 5)?,
        bytes: row.get(6)?,
    })
}

pub(crate) const STORED: &str =
    "SELECT mark, id, kind, state, reason, document, bytes FROM envelopes";

/// Adds an envelope; `None` when it is here already, which changes nothing.
pub(crate) fn insert(
    connection: &Connection,
    envelope: &Envelope,
    state: &EnvelopeState,
    document: Option<DocumentId>,
) -> Result<Option<Mark>, StoreError> {
    let header = envelope.header();
    // A number that no honest device reaches must not stop the batch it came in.
    let sequence = i64::try_from(header.sequence).unwrap_or(i64::MAX);
    let new = run(
        connection,
        "INSERT INTO envelopes (id, kind, hour, device, sequence, state, reason, document, bytes)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT DO NOTHING",
        params![
            envelope.id().as_bytes(),
            header.kind.code(),
            header.hour,
            header.device.as_bytes(),
            sequence,
            state.code(),
            state.reason(),
            document.map(|document| *document.as_bytes()),
            envelope.bytes(),
        ],
    )?;
    Ok((new == 1).then(|| connection.last_insert_rowid()))
}

/// Says how far an envelope got, and whose changes it carries if that became known.
pub(crate) fn set_state(
    connection: &Connection,
    id: EnvelopeId,
    state: &EnvelopeState,
    document: Option<DocumentId>,
) -> Result<bool, StoreError> {
    let sql = "UPDATE envelopes SET state = ?2, reason = ?3, document = coalesce(?4, document) WHERE id = ?1";
    let changed = run(
        connection,
        sql,
        params![
            id.as_bytes(),
            state.code(),
            state.reason(),
            document.map(|document| *document.as_bytes())
        ],
    )?;
    Ok(changed == 1)
}

pub(crate) fn get(
    connection: &Connection,
    id: EnvelopeId,
) -> Result<Option<StoredEnvelope>, StoreError> {
    one(
        connection,
        &format!("{STORED} WHERE id = ?1"),
        [id.as_bytes()],
        stored,
    )
}

pub(crate) fn holds(connection: &Connection, id: EnvelopeId) -> Result<bool, StoreError> {
    Ok(one(
        connection,
        "SELECT 1 FROM envelopes WHERE id = ?1",
        [id.as_bytes()],
        |_| Ok(()),
    )?
    .is_some())
}

pub(crate) fn refs(connection: &Connection) -> Result<Vec<EnvelopeRef>, StoreError> {
    all(
        connection,
        "SELECT hour, id, kind FROM envelopes INDEXED BY envelopes_refs",
        [],
        |row| {
            Ok(EnvelopeRef {
                hour: row.get(0)?,
                id: row.get(1).map(EnvelopeId::from_bytes)?,
                kind: kind(row, 2)?,
            })
        },
    )
}

pub(crate) fn authors(connection: &Connection) -> Result<Vec<DeviceId>, StoreError> {
    let sql = "SELECT DISTINCT device FROM envelopes WHERE kind <> 1";
    all(connection, sql, [], |row| {
        row.get(0).map(DeviceId::from_bytes)
    })
}

pub(crate) fn written(connection: &Connection) -> Result<Vec<Written>, StoreError> {
    all(
        connection,
        "SELECT device, count(*), sum(length(bytes)), max(hour) FROM envelopes GROUP BY device",
        [],
        |row| {
            Ok(Written {
                device: row.get(0).map(DeviceId::from_bytes)?,
                envelopes: column::count(row, 1)?,
                bytes: column::count(row, 2)?,
                newest_hour: row.get(3)?,
            })
        },
    )
}

pub(crate) fn of_kind(
    connection: &Connection,
    kind: EnvelopeKind,
) -> Result<Vec<StoredEnvelope>, StoreError> {
    all(
        connection,
        &format!("{STORED} WHERE kind = ?1 ORDER BY mark"),
        [kind.code()],
        stored,
    )
}

pub(crate) fn of_document(
    connection: &Connection,
    document: DocumentId,
    state: &EnvelopeState,
) -> Result<Vec<StoredEnvelope>, StoreError> {
    // The plus keeps SQLite from the index of unsettled envelopes, which are very many in the middle of a first sync.
    all(
        connection,
        &format!("{STORED} WHERE document = ?1 AND +state = ?2 ORDER BY mark"),
        params![document.as_bytes(), state.code()],
        stored,
    )
}

pub(crate) fn all_of_document(
    connection: &Connection,
    document: DocumentId,
) -> Result<Vec<StoredEnvelope>, StoreError> {
    let sql = format!("{STORED} WHERE document = ?1 ORDER BY mark");
    all(connection, &sql, [document.as_bytes()], stored)
}

/// Data after a mark, but for what a device wrote beyond a number. What is kept aside comes last: whoever is offered it refuses most of that, and too
/// much of it ends the session.
pub(crate) fn to_offer(
    connection: &Connection,
    after: Mark,
    (device, through): (DeviceId, u64),
) -> Result<Vec<EnvelopeId>, StoreError> {
    let through = i64::try_from(through).unwrap_or(i64::MAX);
    let sql = "SELECT id FROM envelopes \
         WHERE mark > ?1 AND kind <> 1 AND NOT (device = ?2 AND sequence > ?3) ORDER BY state = 3, mark";
    all(
        connection,
        sql,
        params![after, device.as_bytes(), through],
        |row| Ok(EnvelopeId::from_bytes(row.get(0)?)),
    )
}

/// The first data after a mark that a device did not write itself: which, under which mark, of how many bytes.
pub(crate) fn news_to(
    connection: &Connection,
    after: Mark,
    device: DeviceId,
    limit: u32,
) -> Result<Vec<(EnvelopeId, Mark, u64)>, StoreError> {
    let sql = "SELECT id, mark, length(bytes) FROM envelopes \
         WHERE mark > ?1 AND kind <> 1 AND device <> ?2 ORDER BY mark LIMIT ?3";
    let news = params![after, device.as_bytes(), limit];
    all(connection, sql, news, |row| {
        let id = EnvelopeId::from_bytes(row.get(0)?);
        Ok((id, row.get(1)?, column::count(row, 2)?))
    })
}

/// What a device wrote beyond a number, and what of it is kept aside.
pub(crate) fn to_judge(
    connection: &Connection,
    device: DeviceId,
    beyond: u64,
) -> Result<Vec<StoredEnvelope>, StoreError> {
    let beyond = i64::try_from(beyond).unwrap_or(i64::MAX);
    let sql = format!(
        "{STORED} WHERE device = ?1 AND kind <> 1 AND (sequence > ?2 OR state = 3) ORDER BY sequence"
    );
    all(connection, &sql, params![device.as_bytes(), beyond], stored)
}

/// Small data of a device beyond a number, written by an hour, in the order of numbers: what may go into a pack.
pub(crate) fn to_pack(
    connection: &Connection,
    (device, beyond): (DeviceId, u64),
    by_hour: u32,
    (largest, most): (usize, usize),
) -> Result<Vec<StoredEnvelope>, StoreError> {
    let beyond = i64::try_from(beyond).unwrap_or(i64::MAX);
    let largest = i64::try_from(largest).unwrap_or(i64::MAX);
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let sql = format!(
        "{STORED} WHERE device = ?1 AND sequence > ?2 AND kind = 2 AND hour <= ?3 AND length(bytes) <= ?4 ORDER BY sequence LIMIT ?5"
    );
    let values = params![device.as_bytes(), beyond, by_hour, largest, most];
    all(connection, &sql, values, stored)
}

/// The pack of a device that has the largest number.
pub(crate) fn last_pack(
    connection: &Connection,
    device: DeviceId,
) -> Result<Option<StoredEnvelope>, StoreError> {
    let sql = format!("{STORED} WHERE device = ?1 AND kind = 3 ORDER BY sequence DESC LIMIT 1");
    one(connection, &sql, [device.as_bytes()], stored)
}

/// Keeps of these envelopes everything but their bytes.
pub(crate) fn let_go(connection: &Connection, ids: &[EnvelopeId]) -> Result<(), StoreError> {
    let sql = "UPDATE envelopes SET bytes = x'' WHERE id = ?1 AND kind = 2";
    ids.iter()
        .try_for_each(|id| run(connection, sql, [id.as_bytes()]).map(|_| ()))
}

/// The last number of a device before a gap of a thousand; 0 if there is none. Anybody can number what he writes far ahead.
pub(crate) fn last_in_sequence(
    connection: &Connection,
    device: DeviceId,
) -> Result<u64, StoreError> {
    let sql = "SELECT coalesce(min(sequence), 0) FROM envelopes AS here
        WHERE device = ?1 AND sequence > 0
        AND EXISTS (SELECT 1 FROM envelopes WHERE device = ?1 AND sequence BETWEEN 1 AND 1000)
        AND NOT EXISTS (SELECT 1 FROM envelopes WHERE device = ?1
            AND sequence > here.sequence AND sequence - here.sequence <= 1000)";
    let last = one(connection, sql, [device.as_bytes()], |row| {
        column::count(row, 0)
    })?;
    Ok(last.unwrap_or_default())
}

pub(crate) fn carriers(
    connection: &Connection,
    document: DocumentId,
    since: u32,
    end: End,
    limit: u32,
) -> Result<Vec<StoredEnvelope>, StoreError> {
    let order = match end {
        End::First => "",
        End::Last => "DESC",
    };
    let sql = format!(
        "{STORED} WHERE document = ?1 AND +state = 0 AND hour >= ?2 ORDER BY mark {order} LIMIT ?3"
    );
    all(
        connection,
        &sql,
        params![document.as_bytes(), since, limit],
        stored,
    )
}

pub(crate) fn in_state(
    connection: &Connection,
    state: &EnvelopeState,
    after: Mark,
    limit: u32,
) -> Result<Vec<StoredEnvelope>, StoreError> {
    // The first condition, which all but applied ones meet, lets SQLite use the small index of unsettled envelopes.
    let sql = if matches!(state, EnvelopeState::Applied) {
        format!("{STORED} WHERE state = ?1 AND mark > ?2 ORDER BY mark LIMIT ?3")
    } else {
        format!("{STORED} WHERE state <> 0 AND state = ?1 AND mark > ?2 ORDER BY mark LIMIT ?3")
    };
    all(
        connection,
        &sql,
        params![state.code(), after, limit],
        stored,
    )
}

pub(crate) fn after(
    connection: &Connection,
    mark: Mark,
    limit: u32,
) -> Result<Vec<StoredEnvelope>, StoreError> {
    all(
        connection,
        &format!("{STORED} WHERE mark > ?1 ORDER BY mark LIMIT ?2"),
        params![mark, limit],
        stored,
    )
}

pub(crate) fn marks(
    connection: &Connection,
    ids: &[EnvelopeId],
) -> Result<Vec<Option<Mark>>, StoreError> {
    ids.iter()
        .map(|id| {
            one(
                connection,
                "SELECT mark FROM envelopes WHERE id = ?1",
                [id.as_bytes()],
                |row| row.get(0),
            )
        })
        .collect()
}

pub(crate) fn last_mark(connection: &Connection) -> Result<Mark, StoreError> {
    Ok(one(
        connection,
        "SELECT coalesce(max(mark), 0) FROM envelopes",
        [],
        |row| row.get(0),
    )?
    .unwrap_or_default())
}

/// The first data that came here, packs included.
pub(crate) fn first_data_mark(connection: &Connection) -> Result<Option<Mark>, StoreError> {
    let sql = "SELECT mark FROM envelopes WHERE kind <> 1 ORDER BY mark LIMIT 1";
    one(connection, sql, [], |row| row.get(0))
}

/// The marks, up to one, of operations or of all else.
pub(crate) fn marks_through(
    connection: &Connection,
    operations: bool,
    through: Mark,
) -> Result<Vec<Mark>, StoreError> {
    let sql =
        "SELECT mark FROM envelopes INDEXED BY envelopes_refs WHERE (kind = 1) = ?1 AND mark <= ?2";
    all(connection, sql, params![operations, through], |row| {
        row.get(0)
    })
}

/// The hour, by its own clock, of the newest of a device's envelopes but one.
pub(crate) fn last_hour_of(
    connection: &Connection,
    device: DeviceId,
    but: EnvelopeId,
) -> Result<Option<u32>, StoreError> {
    let sql =
        "SELECT hour FROM envelopes WHERE device = ?1 AND id <> ?2 ORDER BY sequence DESC LIMIT 1";
    let of_device = params![device.as_bytes(), but.as_bytes()];
    one(connection, sql, of_device, |row| row.get(0))
}

/// Whether a device wrote any data, packs included.
pub(crate) fn wrote_data(connection: &Connection, device: DeviceId) -> Result<bool, StoreError> {
    let sql = "SELECT 1 FROM envelopes INDEXED BY envelopes_by_device WHERE device = ?1 AND kind <> 1 LIMIT 1";
    Ok(one(connection, sql, [device.as_bytes()], |_| Ok(()))?.is_some())
}

pub(crate) fn last_mark_of(
    connection: &Connection,
    document: DocumentId,
) -> Result<Option<Mark>, StoreError> {
    let sql = "SELECT max(mark) FROM envelopes WHERE document = ?1";
    Ok(one(connection, sql, [document.as_bytes()], |row| {
        row.get::<_, Option<Mark>>(0)
    })?
    .flatten())
}

/// The first mark after this one. Marks are not dense: SQLite does not give the number again that it tried for an envelope held
/// already.
pub(crate) fn mark_after(connection: &Connection, mark: Mark) -> Result<Option<Mark>, StoreError> {
    one(
        connection,
        "SELECT mark FROM envelopes WHERE mark > ?1 ORDER BY mark LIMIT 1",
        [mark],
        |row| row.get(0),
    )
}

/// How many envelopes came after a mark.
pub(crate) fn count_after(connection: &Connection, mark: Mark) -> Result<u64, StoreError> {
    Ok(one(
        connection,
        "SELECT count(*) FROM envelopes WHERE mark > ?1",
        [mark],
        |row| column::count(row, 0),
    )?
    .unwrap_or_default())
}

/// The documents that envelopes after a mark change.
pub(crate) fn documents_after(
    connection: &Connection,
    mark: Mark,
) -> Result<Vec<DocumentId>, StoreError> {
    all(
        connection,
        "SELECT DISTINCT document FROM envelopes WHERE mark > ?1 AND document IS NOT NULL",
        [mark],
        |row| column::document(row, 0),
    )
}

pub(crate) fn counts(connection: &Connection) -> Result<EnvelopeCounts, StoreError> {
    let all_of_them = one(connection, "SELECT count(*) FROM envelopes", [], |row| {
        column::count(row, 0)
    })?
    .unwrap_or_default();
    let mut counts = EnvelopeCounts::default();
    let unsettled = all(
        connection,
        "SELECT state, count(*) FROM envelopes WHERE state <> 0 GROUP BY state",
        [],
        |row| Ok((row.get::<_, u8>(0)?, column::count(row, 1)?)),
    )?;
    for (state, count) in unsettled {
        match state {
            1 => counts.locked = count,
            2 => counts.waiting = count,
            _ => counts.quarantined += count,
        }
    }
    counts.applied =
        all_of_them.saturating_sub(counts.locked + counts.waiting + counts.quarantined);
    Ok(counts)
}

/// Where a device's next envelope goes: after the one with its largest number.
pub(crate) fn next_chain(connection: &Connection, device: DeviceId) -> Result<Chain, StoreError> {
    let sql = "SELECT sequence, id FROM envelopes WHERE device = ?1 ORDER BY sequence DESC, mark DESC LIMIT 1";
    let last = one(connection, sql, [device.as_bytes()], |row| {
        Ok((
            column::count(row, 0)?,
            row.get(1).map(EnvelopeId::from_bytes)?,
        ))
    })?;
    Ok(last.map_or(Chain::START, |(sequence, id)| Chain::after(sequence, id)))
}

/// How many envelopes a device made under one number.
pub(crate) fn numbered(
    connection: &Connection,
    device: DeviceId,
    sequence: u64,
) -> Result<u64, StoreError> {
    let sequence = i64::try_from(sequence).unwrap_or(i64::MAX);
    let sql = "SELECT count(*) FROM envelopes WHERE device = ?1 AND sequence = ?2";
    let count = one(
        connection,
        sql,
        params![device.as_bytes(), sequence],
        |row| column::count(row, 0),
    )?;
    Ok(count.unwrap_or_default())
}

/// Numbers that a device used more than once, with the envelopes that bear them.
pub(crate) fn forks(
    connection: &Connection,
) -> Result<Vec<(DeviceId, u64, Vec<EnvelopeId>)>, StoreError> {
    let twice = all(
        connection,
        "SELECT device, sequence FROM envelopes GROUP BY device, sequence HAVING count(*) > 1",
        [],
        |row| Ok((row.get(0).map(DeviceId::from_bytes)?, row.get::<_, i64>(1)?)),
    )?;
    let mut forks = Vec::with_capacity(twice.len());
    for (device, sequence) in twice {
        let sql = "SELECT id FROM envelopes WHERE device = ?1 AND sequence = ?2 ORDER BY mark";
        let ids = all(
            connection,
            sql,
            params![device.as_bytes(), sequence],
            |row| row.get(0).map(EnvelopeId::from_bytes),
        )?;
        forks.push((device, u64::try_from(sequence).unwrap_or_default(), ids));
    }
    Ok(forks)
}
