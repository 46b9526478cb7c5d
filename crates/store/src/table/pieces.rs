//! The pieces of long texts: kept and indexed one by one, so that an edit writes only those it changed.

use std::collections::{BTreeMap, HashMap};

use rusqlite::{Connection, params};
use skein_model::DocumentId;

use crate::column::{self, all, one, run};
use crate::cut::CutText;
use crate::error::StoreError;
use crate::table::search;

/// In the index, pieces have rows from here on, and texts those before.
pub(crate) const FIRST_ROW: i64 = 1 << 40;
/// No more finds of one phrase in pieces are looked at.
const MOST_FOUND: i64 = 20_000;

/// Makes these the pieces of a document's text; says whether that changed anything.
pub(crate) fn put(
    connection: &Connection,
    document: DocumentId,
    text: &CutText,
) -> Result<bool, StoreError> {
    let sql = "SELECT row, number, hash FROM pieces WHERE document = ?1";
    let kept = all(connection, sql, [document.as_bytes()], |row| {
        Ok((row.get::<_, [u8; 32]>(2)?, (row.get(0)?, row.get(1)?)))
    })?;
    let mut kept_by_hash: HashMap<[u8; 32], Vec<(i64, i64)>> = HashMap::new();
    for (hash, place) in kept {
        kept_by_hash.entry(hash).or_default().push(place);
    }
    let mut new = Vec::new();
    let mut changed = false;
    for (number, piece) in (0_i64..).zip(text.pieces()) {
        match kept_by_hash.get_mut(piece.hash).and_then(Vec::pop) {
            Some((_, before)) if before == number => {}
            Some((row, _)) => {
                changed = true;
                let sql = "UPDATE pieces SET number = ?2 WHERE row = ?1";
                run(connection, sql, params![row, number])?;
            }
            None => new.push((number, piece)),
        }
    }
    for (row, _) in kept_by_hash.into_values().flatten() {
        changed = true;
        search::unindex(connection, row)?;
        run(connection, "DELETE FROM pieces WHERE row = ?1", [row])?;
    }
    for (number, piece) in new {
        changed = true;
        let sql = "INSERT INTO pieces (row, document, number, hash, body)
                   VALUES ((SELECT max(coalesce(max(row), 0), ?1) + 1 FROM pieces), ?2, ?3, ?4, ?5)";
        run(
            connection,
            sql,
            params![
                FIRST_ROW,
                document.as_bytes(),
                number,
                piece.hash,
                piece.body
            ],
        )?;
        search::index(
            connection,
            connection.last_insert_rowid(),
            "",
            piece.indexed,
        )?;
    }
    Ok(changed)
}

/// The pieces of a document's text from one on, together; at most so many.
pub(crate) fn read(
    connection: &Connection,
    document: DocumentId,
    first: i64,
    most: i64,
) -> Result<String, StoreError> {
    let sql =
        "SELECT body FROM pieces WHERE document = ?1 AND number >= ?2 ORDER BY number LIMIT ?3";
    let pieces: Vec<String> = all(
        connection,
        sql,
        params![document.as_bytes(), first, most],
        |row| row.get(0),
    )?;
    Ok(pieces.concat())
}

/// Cuts and indexes every long text anew; nothing of them is in the index.
pub(crate) fn rebuild(connection: &Connection) -> Result<(), StoreError> {
    let documents = all(
        connection,
        "SELECT DISTINCT document FROM pieces",
        [],
        |row| column::document(row, 0),
    )?;
    for document in documents {
        let text = CutText::of(read(connection, document, 0, i64::MAX)?);
        let sql = "DELETE FROM pieces WHERE document = ?1";
        run(connection, sql, [document.as_bytes()])?;
        put(connection, document, &text)?;
    }
    Ok(())
}

/// Whether there is any long text.
pub(crate) fn any(connection: &Connection) -> Result<bool, StoreError> {
    let found = one(connection, "SELECT 1 FROM pieces LIMIT 1", [], |_| Ok(()))?;
    Ok(found.is_some())
}

/// Where something was found in a long text.
#[derive(Clone, Copy)]
pub(crate) struct Place {
    /// The number of the first piece that holds it; 0 when only the title does.
    pub(crate) piece: i64,
    /// How well it fits; smaller is better.
    pub(crate) score: f64,
}

/// The long texts with all of some phrases, each phrase anywhere in title or body.
pub(crate) fn with_all(
    connection: &Connection,
    phrases: &[String],
) -> Result<BTreeMap<DocumentId, Place>, StoreError> {
    let mut all_found: Option<BTreeMap<DocumentId, Place>> = None;
    for phrase in phrases {
        let found = with(connection, phrase)?;
        let both = match all_found {
            None => found,
            Some(before) => before
                .into_iter()
                .filter_map(|(document, one)| {
                    let other = found.get(&document)?;
                    let place = Place {
                        piece: one.piece.min(other.piece),
                        score: one.score + other.score,
                    };
                    Some((document, place))
                })
                .collect(),
        };
        all_found = Some(both);
    }
    Ok(all_found.unwrap_or_default())
}

/// The long texts with one phrase; of several finds in one, the best counts and the first is shown.
fn with(connection: &Connection, phrase: &str) -> Result<BTreeMap<DocumentId, Place>, StoreError> {
    let read = |row: &rusqlite::Row<'_>| {
        let place = Place {
            piece: row.get(1)?,
            score: row.get(2)?,
        };
        Ok((column::document(row, 0)?, place))
    };
    let sql = "SELECT p.document, p.number, f.score FROM
                   (SELECT rowid AS row, bm25(search, 4.0, 1.0) AS score FROM search
                    WHERE search MATCH ?1 AND rowid > ?2 ORDER BY rowid DESC LIMIT ?3) f
               JOIN pieces p ON p.row = f.row";
    let in_pieces = all(
        connection,
        sql,
        params![phrase, FIRST_ROW, MOST_FOUND],
        read,
    )
    .map_err(search::of_the_index)?;
    let sql = "SELECT t.document, 0, f.score FROM
                   (SELECT rowid AS row, bm25(search, 4.0, 1.0) AS score FROM search
                    WHERE search MATCH ?1 AND rowid <= ?2 ORDER BY rowid DESC LIMIT ?3) f
               JOIN texts t ON t.row = f.row
               WHERE t.card = x'' AND EXISTS (SELECT 1 FROM pieces p WHERE p.document = t.document)";
    let in_titles = all(
        connection,
        sql,
        params![format!("{{title}} : ({phrase})"), FIRST_ROW, MOST_FOUND],
        read,
    )
    .map_err(search::of_the_index)?;
    let mut found: BTreeMap<DocumentId, Place> = BTreeMap::new();
    for (document, place) in in_pieces {
        let known = found.entry(document).or_insert(place);
        known.piece = known.piece.min(place.piece);
        known.score = known.score.min(place.score);
    }
    for (document, place) in in_titles {
        let known = found.entry(document).or_insert(place);
        known.score = known.score.min(place.score);
    }
    Ok(found)
}
