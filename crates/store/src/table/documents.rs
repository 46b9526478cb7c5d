//! Documents: what is needed to list them without opening one.
//!
//! A row without heads is only a line in lists: of a document whose envelopes are here and which is not made of them yet. Whatever asks
//! for the document itself does not find it.

use rusqlite::{Connection, Row, params};
use skein_model::{DocumentId, Heads, Kind, Life};

use crate::column::{self, all, one, run};
use crate::error::StoreError;
use crate::table::links;

/// A document as lists show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TreeRow {
    /// Which document.
    pub id: DocumentId,
    /// What it is.
    pub kind: Kind,
    /// Its title.
    pub title: String,
    /// The document it lies in.
    pub parent: Option<DocumentId>,
    /// Its place among its siblings.
    pub position: String,
    /// Whether it lives.
    pub life: Life,
    /// How many fields people disagree about, those of its cards included.
    pub conflicts: u32,
    /// When it came to be here, in milliseconds since 1970; for display only.
    pub created_ms: i64,
    /// When it last changed here, in milliseconds since 1970; for display only.
    pub updated_ms: i64,
}

/// The part of a document's projection that lists show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ListedAs<'a> {
    /// Its title.
    pub title: &'a str,
    /// The document it lies in.
    pub parent: Option<DocumentId>,
    /// Its place among its siblings.
    pub position: &'a str,
    /// Whether it lives.
    pub life: Life,
    /// How many fields of its own people disagree about; those of its cards are counted from their rows.
    pub conflicts: u32,
}

/// What is known of a document without its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Known {
    pub(crate) kind: Kind,
    pub(crate) heads: Heads,
    pub(crate) text_stale: bool,
}

/// A document's own disputes are in its row; those of its cards are counted from theirs.
const LISTED: &str = "SELECT id, kind, title, parent, position, life,
    min(conflicts + coalesce((SELECT sum(c.conflicts) FROM cards c WHERE c.board = documents.id), 0), 0xffffffff),
    created_ms, updated_ms FROM documents";

/// A member's profile is in no tree.
const IN_TREE: &str = "kind <> 3";

fn listed(row: &Row<'_>) -> rusqlite::Result<TreeRow> {
    Ok(TreeRow {
        id: column::document(row, 0)?,
        kind: column::kind(row, 1)?,
        title: row.get(2)?,
        parent: column::optional_document(row, 3)?,
        position: row.get(4)?,
        life: column::life(row, 5)?,
        conflicts: row.get(6)?,
        created_ms: row.get(7)?,
        updated_ms: row.get(8)?,
    })
}

pub(crate) fn insert(
    connection: &Connection,
    id: DocumentId,
    kind: Kind,
    heads: &Heads,
    at_ms: i64,
) -> Result<(), StoreError> {
    let new = run(
        connection,
        "INSERT INTO documents (id, kind, heads, title, title_key, parent, position, life, conflicts, text_stale, created_ms, updated_ms)
         VALUES (?1, ?2, ?3, '', '', NULL, '', 0, 0, 0, ?4, ?4)
         ON CONFLICT DO UPDATE SET kind = excluded.kind, heads = excluded.heads WHERE heads = x''",
        params![id.as_bytes(), kind.code(), heads.to_bytes(), at_ms],
    )?;
    if new == 1 {
        Ok(())
    } else {
        Err(StoreError::DocumentExists(id))
    }
}

/// Lists a document that is not here yet; one that is stays as it is.
pub(crate) fn list_early(
    connection: &Connection,
    id: DocumentId,
    kind: Kind,
    row: &ListedAs<'_>,
    at_ms: i64,
) -> Result<(), StoreError> {
    let sql = "SELECT 1 FROM documents WHERE id = ?1 AND heads <> x''";
    if one(connection, sql, [id.as_bytes()], |_| Ok(()))?.is_some() {
        return Ok(());
    }
    insert(connection, id, kind, &Heads::default(), at_ms)?;
    set_text_stale(connection, id, true)?;
    set_listed(connection, id, row)
}

/// Takes back what [`list_early`] did; a document that is here stays.
pub(crate) fn unlist(connection: &Connection, id: DocumentId) -> Result<(), StoreError> {
    let sql = "DELETE FROM documents WHERE id = ?1 AND heads = x''";
    run(connection, sql, [id.as_bytes()]).map(drop)
}

/// The documents that are listed and not here yet.
pub(crate) fn listed_early(connection: &Connection) -> Result<Vec<DocumentId>, StoreError> {
    let sql = "SELECT id FROM documents WHERE text_stale = 1 AND heads = x'' ORDER BY id";
    all(connection, sql, [], |row| column::document(row, 0))
}

/// Removes a document's row.
pub(crate) fn remove(connection: &Connection, id: DocumentId) -> Result<(), StoreError> {
    let sql = "DELETE FROM documents WHERE id = ?1";
    run(connection, sql, [id.as_bytes()]).map(drop)
}

pub(crate) fn set_heads(
    connection: &Connection,
    id: DocumentId,
    heads: &Heads,
    at_ms: i64,
) -> Result<(), StoreError> {
    let sql = "UPDATE documents SET heads = ?2, updated_ms = max(updated_ms, ?3) WHERE id = ?1";
    run(
        connection,
        sql,
        params![id.as_bytes(), heads.to_bytes(), at_ms],
    )
    .map(drop)
}

pub(crate) fn set_listed(
    connection: &Connection,
    id: DocumentId,
    row: &ListedAs<'_>,
) -> Result<(), StoreError> {
    run(
        connection,
        "UPDATE documents SET title = ?2, title_key = ?3, parent = ?4, position = ?5, life = ?6, conflicts = ?7 WHERE id = ?1",
        params![
            id.as_bytes(),
            row.title,
            links::key_of_title(row.title),
            row.parent.map(|parent| *parent.as_bytes()),
            row.position,
            column::life_code(row.life),
            row.conflicts,
        ],
    )
    .map(drop)
}

pub(crate) fn set_text_stale(
    connection: &Connection,
    id: DocumentId,
    stale: bool,
) -> Result<(), StoreError> {
    let sql = "UPDATE documents SET text_stale = ?2 WHERE id = ?1 AND text_stale <> ?2";
    run(connection, sql, params![id.as_bytes(), stale]).map(drop)
}

pub(crate) fn known(connection: &Connection, id: DocumentId) -> Result<Option<Known>, StoreError> {
    one(
        connection,
        "SELECT kind, heads, text_stale FROM documents WHERE id = ?1 AND heads <> x''",
        [id.as_bytes()],
        |row| {
            Ok(Known {
                kind: column::kind(row, 0)?,
                heads: column::heads(row, 1)?,
                text_stale: column::flag(row, 2)?,
            })
        },
    )
}

pub(crate) fn kind(connection: &Connection, id: DocumentId) -> Result<Option<Kind>, StoreError> {
    one(
        connection,
        "SELECT kind FROM documents WHERE id = ?1 AND heads <> x''",
        [id.as_bytes()],
        |row| column::kind(row, 0),
    )
}

pub(crate) fn tree(connection: &Connection) -> Result<Vec<TreeRow>, StoreError> {
    all(
        connection,
        &format!("{LISTED} WHERE life <> 1 AND {IN_TREE}"),
        [],
        listed,
    )
}

pub(crate) fn trash(connection: &Connection) -> Result<Vec<TreeRow>, StoreError> {
    all(
        connection,
        &format!("{LISTED} WHERE life = 1 AND {IN_TREE} ORDER BY updated_ms DESC"),
        [],
        listed,
    )
}

/// The living documents right under one parent, in their order.
pub(crate) fn children(
    connection: &Connection,
    parent: Option<DocumentId>,
) -> Result<Vec<TreeRow>, StoreError> {
    let sql =
        format!("{LISTED} WHERE parent IS ?1 AND life <> 1 AND {IN_TREE} ORDER BY position, id");
    let parent = parent.map(|parent| *parent.as_bytes());
    all(connection, &sql, params![parent], listed)
}

pub(crate) fn row(connection: &Connection, id: DocumentId) -> Result<Option<TreeRow>, StoreError> {
    one(
        connection,
        &format!("{LISTED} WHERE id = ?1"),
        [id.as_bytes()],
        listed,
    )
}

pub(crate) fn titled(connection: &Connection, title: &str) -> Result<Vec<TreeRow>, StoreError> {
    let sql = format!(
        "{LISTED} WHERE title_key = ?1 AND life <> 1 AND {IN_TREE} ORDER BY created_ms, id"
    );
    all(connection, &sql, [links::key_of_title(title)], listed)
}

/// Documents whose typing or text was not brought to rest before the last end.
pub(crate) fn to_recover(connection: &Connection) -> Result<Vec<DocumentId>, StoreError> {
    let sql = "SELECT id FROM documents WHERE text_stale = 1 AND heads <> x'' UNION SELECT document FROM journal";
    all(connection, sql, [], |row| column::document(row, 0))
}
