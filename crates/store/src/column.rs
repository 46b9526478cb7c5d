//! Between the values of SQLite and those of the model; what does not fit is reported as damage, never guessed.

use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension, Params, Row};
use serde::Serialize;
use serde::de::DeserializeOwned;
use skein_model::{DocumentId, Heads, Kind, Life, Priority};

use crate::error::StoreError;

/// Every row of a query.
pub(crate) fn all<T>(
    connection: &Connection,
    sql: &str,
    params: impl Params,
    read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
) -> Result<Vec<T>, StoreError> {
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map(params, read)?;
    Ok(rows.collect::<rusqlite::Result<Vec<T>>>()?)
}

/// The only row of a query, if there is one.
pub(crate) fn one<T>(
    connection: &Connection,
    sql: &str,
    params: impl Params,
    read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
) -> Result<Option<T>, StoreError> {
    Ok(connection
        .prepare_cached(sql)?
        .query_row(params, read)
        .optional()?)
}

/// Runs a statement and says how many rows it changed.
pub(crate) fn run(
    connection: &Connection,
    sql: &str,
    params: impl Params,
) -> Result<usize, StoreError> {
    Ok(connection.prepare_cached(sql)?.execute(params)?)
}

fn unreadable(column: usize, kind: Type, what: &'static str) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, kind, what.into())
}

pub(crate) fn document(row: &Row<'_>, column: usize) -> rusqlite::Result<DocumentId> {
    row.get(column).map(DocumentId::from_bytes)
}

pub(crate) fn optional_document(
    row: &Row<'_>,
    column: usize,
) -> rusqlite::Result<Option<DocumentId>> {
    Ok(row
        .get::<_, Option<[u8; 16]>>(column)?
        .map(DocumentId::from_bytes))
}

pub(crate) fn heads(row: &Row<'_>, column: usize) -> rusqlite::Result<Heads> {
    let bytes: Vec<u8> = row.get(column)?;
    Heads::from_bytes(&bytes).ok_or_else(|| unreadable(column, Type::Blob, "no heads"))
}

pub(crate) fn kind(row: &Row<'_>, column: usize) -> rusqlite::Result<Kind> {
    Kind::from_code(row.get(column)?)
        .ok_or_else(|| unreadable(column, Type::Integer, "no kind of document"))
}

pub(crate) fn flag(row: &Row<'_>, column: usize) -> rusqlite::Result<bool> {
    row.get(column)
}

/// A count or sequence, which SQLite keeps signed.
pub(crate) fn count(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    u64::try_from(row.get::<_, i64>(column)?)
        .map_err(|_| unreadable(column, Type::Integer, "a negative count"))
}

pub(crate) const fn life_code(life: Life) -> u8 {
    match life {
        Life::Alive => 0,
        Life::Trashed => 1,
        Life::KeptDespiteTrash => 2,
    }
}

pub(crate) fn life(row: &Row<'_>, column: usize) -> rusqlite::Result<Life> {
    match row.get::<_, u8>(column)? {
        0 => Ok(Life::Alive),
        1 => Ok(Life::Trashed),
        2 => Ok(Life::KeptDespiteTrash),
        _ => Err(unreadable(column, Type::Integer, "no state of life")),
    }
}

pub(crate) const fn priority_code(priority: Priority) -> u8 {
    match priority {
        Priority::Low => 1,
        Priority::Medium => 2,
        Priority::High => 3,
        Priority::Urgent => 4,
    }
}

pub(crate) fn priority(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Priority>> {
    match row.get::<_, Option<u8>>(column)? {
        None => Ok(None),
        Some(1) => Ok(Some(Priority::Low)),
        Some(2) => Ok(Some(Priority::Medium)),
        Some(3) => Ok(Some(Priority::High)),
        Some(4) => Ok(Some(Priority::Urgent)),
        Some(_) => Err(unreadable(column, Type::Integer, "no priority")),
    }
}

/// A list as one value.
pub(crate) fn pack<T: Serialize + ?Sized>(value: &T) -> Result<Vec<u8>, StoreError> {
    postcard::to_stdvec(value).map_err(|error| StoreError::Refused(error.to_string()))
}

pub(crate) fn unpack<T: DeserializeOwned>(row: &Row<'_>, column: usize) -> rusqlite::Result<T> {
    let bytes: Vec<u8> = row.get(column)?;
    postcard::from_bytes(&bytes).map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(column, Type::Blob, Box::new(error))
    })
}
