//! Cards of boards. Their descriptions rest with the other texts.

use std::collections::BTreeSet;

use rusqlite::{Connection, params};
use skein_model::{CardId, CardRow, ColumnId, DocumentId};

use crate::column::{self, all, one, pack, run};
use crate::error::StoreError;

pub(crate) fn put(
    connection: &Connection,
    board: DocumentId,
    card: &CardRow,
) -> Result<(), StoreError> {
    run(
        connection,
        "INSERT OR REPLACE INTO cards (board, id, column_id, position, title, assignees, labels, due, priority, archived, life,
                                       checklist_done, checklist_total, conflicts)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
        params![
            board.as_bytes(),
            card.id.as_bytes(),
            card.column.as_bytes(),
            card.position,
            card.title,
            pack(&card.assignees)?,
            pack(&card.labels)?,
            card.due,
            card.priority.map(column::priority_code),
            card.archived,
            column::life_code(card.life),
            card.checklist_done,
            card.checklist_total,
            card.conflicts,
        ],
    )
    .map(drop)
}

pub(crate) fn remove(
    connection: &Connection,
    board: DocumentId,
    card: CardId,
) -> Result<(), StoreError> {
    run(
        connection,
        "DELETE FROM cards WHERE board = ?1 AND id = ?2",
        params![board.as_bytes(), card.as_bytes()],
    )
    .map(drop)
}

/// The board that a card lies on.
pub(crate) fn board_of(
    connection: &Connection,
    card: CardId,
) -> Result<Option<DocumentId>, StoreError> {
    one(
        connection,
        "SELECT board FROM cards WHERE id = ?1",
        [card.as_bytes()],
        |row| column::document(row, 0),
    )
}

/// The columns that hold cards which are neither in the trash nor archived.
pub(crate) fn used_columns(
    connection: &Connection,
    board: DocumentId,
) -> Result<BTreeSet<ColumnId>, StoreError> {
    let sql =
        "SELECT DISTINCT column_id FROM cards WHERE board = ?1 AND life <> 1 AND archived = 0";
    let columns = all(connection, sql, [board.as_bytes()], |row| {
        row.get(0).map(ColumnId::from_bytes)
    })?;
    Ok(columns.into_iter().collect())
}

pub(crate) fn ids(connection: &Connection, board: DocumentId) -> Result<Vec<CardId>, StoreError> {
    all(
        connection,
        "SELECT id FROM cards WHERE board = ?1",
        [board.as_bytes()],
        |row| row.get(0).map(CardId::from_bytes),
    )
}

/// All cards of a board, ordered by id.
pub(crate) fn of(connection: &Connection, board: DocumentId) -> Result<Vec<CardRow>, StoreError> {
    let sql = "SELECT c.id, c.column_id, c.position, c.title, c.assignees, c.labels, c.due, c.priority, c.archived, c.life,
                      c.checklist_done, c.checklist_total, c.conflicts, coalesce(t.body, '')
               FROM cards c LEFT JOIN texts t ON t.document = c.board AND t.card = c.id
               WHERE c.board = ?1 ORDER BY c.id";
    all(connection, sql, [board.as_bytes()], |row| {
        Ok(CardRow {
            id: row.get(0).map(CardId::from_bytes)?,
            column: row.get(1).map(ColumnId::from_bytes)?,
            position: row.get(2)?,
            title: row.get(3)?,
            assignees: column::unpack(row, 4)?,
            labels: column::unpack(row, 5)?,
            due: row.get(6)?,
            priority: column::priority(row, 7)?,
            archived: column::flag(row, 8)?,
            life: column::life(row, 9)?,
            checklist_done: row.get(10)?,
            checklist_total: row.get(11)?,
            conflicts: row.get(12)?,
            description: row.get(13)?,
        })
    })
}
