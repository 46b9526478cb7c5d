//! Texts and the index over them: what was written is found by whole words, beginnings of words, and characters of scripts without spaces.

use rusqlite::config::DbConfig;
use rusqlite::{Connection, Row, params};
use skein_model::{CardId, DocumentId, Kind};

use crate::column::{self, all, one, run};
use crate::cut::CutText;
use crate::error::StoreError;
use crate::query::Query;
use crate::segment::segment;
use crate::snippet::{Snippet, snippet};
use crate::table::pieces;

/// No search returns more than this.
const MOST_HITS: usize = 200;
/// Of very many finds, only the latest written are ranked: everybody refines such a query anyway.
const MOST_TITLES: usize = 500;
const MOST_RANKED: usize = 4_000;
/// How much of a text is read to make a snippet.
const READ_FOR_SNIPPET: usize = 96 * 1024;
/// And how many pieces of a long one: what was found may reach into the next.
const PIECES_FOR_SNIPPET: i64 = 2;

/// Something that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// The document, or the board of the card.
    pub document: DocumentId,
    /// The card, if one was found.
    pub card: Option<CardId>,
    /// What the document is.
    pub kind: Kind,
    /// The title of the document or card.
    pub title: String,
    /// The text around what was looked for; `true` marks found words.
    pub snippet: Snippet,
}

fn owner(card: Option<CardId>) -> Vec<u8> {
    card.map(|card| card.as_bytes().to_vec())
        .unwrap_or_default()
}

/// Makes this the title and body of a document or card; costs little when nothing changed.
pub(crate) fn put(
    connection: &Connection,
    document: DocumentId,
    card: Option<CardId>,
    title: &str,
    body: &str,
) -> Result<(), StoreError> {
    let sql = "SELECT row, title = ?3 AND body = ?4 FROM texts WHERE document = ?1 AND card = ?2";
    let last = one(
        connection,
        sql,
        params![document.as_bytes(), owner(card), title, body],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    match last {
        Some((_, true)) => return Ok(()),
        Some((row, false)) => remove_row(connection, row)?,
        None => {}
    }
    let sql = "INSERT INTO texts (document, card, title, body) VALUES (?1, ?2, ?3, ?4)";
    run(
        connection,
        sql,
        params![document.as_bytes(), owner(card), title, body],
    )?;
    index(connection, connection.last_insert_rowid(), title, body)
}

/// Makes this the title of a document and keeps its body.
pub(crate) fn put_title(
    connection: &Connection,
    document: DocumentId,
    title: &str,
) -> Result<(), StoreError> {
    let sql = "SELECT title = ?2, CASE WHEN title = ?2 THEN '' ELSE body END FROM texts WHERE document = ?1 AND card = x''";
    match one(
        connection,
        sql,
        params![document.as_bytes(), title],
        |row| Ok((row.get(0)?, row.get::<_, String>(1)?)),
    )? {
        Some((true, _)) => Ok(()),
        Some((false, body)) => put(connection, document, None, title, &body),
        None => put(connection, document, None, title, ""),
    }
}

/// Makes this the title and text of a document; of a long text, only what changed is written and indexed.
pub(crate) fn put_text(
    connection: &Connection,
    document: DocumentId,
    title: &str,
    text: &CutText,
) -> Result<(), StoreError> {
    if pieces::put(connection, document, text)? {
        // The title is written again with them: a later write gets a larger row.
        let sql = "SELECT row FROM texts WHERE document = ?1 AND card = x''";
        if let Some(row) = one(connection, sql, [document.as_bytes()], |row| row.get(0))? {
            remove_row(connection, row)?;
        }
    }
    put(connection, document, None, title, text.whole())
}

/// Makes this the text of a document and keeps its title; false when there is no such document any more, of which nothing is to be found.
pub(crate) fn put_body(
    connection: &Connection,
    document: DocumentId,
    text: &CutText,
) -> Result<bool, StoreError> {
    let sql = "SELECT title FROM documents WHERE id = ?1";
    let title: Option<String> = one(connection, sql, [document.as_bytes()], |row| row.get(0))?;
    let Some(title) = title else {
        return Ok(false);
    };
    put_text(connection, document, &title, text)?;
    Ok(true)
}

pub(crate) fn remove(
    connection: &Connection,
    document: DocumentId,
    card: CardId,
) -> Result<(), StoreError> {
    let sql = "SELECT row FROM texts WHERE document = ?1 AND card = ?2";
    match one(
        connection,
        sql,
        params![document.as_bytes(), card.as_bytes()],
        |row| row.get(0),
    )? {
        Some(row) => remove_row(connection, row),
        None => Ok(()),
    }
}

/// Removes all that is found of a document.
pub(crate) fn remove_all(connection: &Connection, document: DocumentId) -> Result<(), StoreError> {
    pieces::put(connection, document, &CutText::of(String::new()))?;
    let sql = "SELECT row FROM texts WHERE document = ?1";
    for row in all(connection, sql, [document.as_bytes()], |row| row.get(0))? {
        remove_row(connection, row)?;
    }
    Ok(())
}

fn remove_row(connection: &Connection, row: i64) -> Result<(), StoreError> {
    unindex(connection, row)?;
    run(connection, "DELETE FROM texts WHERE row = ?1", [row]).map(drop)
}

pub(crate) fn unindex(connection: &Connection, row: i64) -> Result<(), StoreError> {
    run(connection, "DELETE FROM search WHERE rowid = ?1", [row])
        .map(drop)
        .map_err(of_the_index)
}

pub(crate) fn index(
    connection: &Connection,
    row: i64,
    title: &str,
    body: &str,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO search (rowid, title, body) VALUES (?1, ?2, ?3)";
    run(connection, sql, params![row, segment(title), segment(body)])
        .map(drop)
        .map_err(of_the_index)
}

/// Throws the index away, whatever it holds, and makes it again from the texts.
pub(crate) fn rebuild(connection: &Connection) -> Result<(), StoreError> {
    let sql = "SELECT sql FROM sqlite_schema WHERE name = 'search'";
    let made_by: Option<String> = one(connection, sql, [], |row| row.get(0))?;
    let made_by = made_by.ok_or_else(|| StoreError::damaged("the search index is missing"))?;
    drop_index(connection)?;
    connection.execute(&made_by, [])?;
    let mut texts = connection.prepare("SELECT row, title, body FROM texts ORDER BY row")?;
    let mut rows = texts.query([])?;
    while let Some(row) = rows.next()? {
        index(
            connection,
            row.get(0)?,
            &row.get::<_, String>(1)?,
            &row.get::<_, String>(2)?,
        )?;
    }
    pieces::rebuild(connection)
}

fn drop_index(connection: &Connection) -> Result<(), StoreError> {
    if connection.execute("DROP TABLE search", []).is_ok() {
        return Ok(());
    }
    // FTS5 does not even drop an index whose configuration it cannot read: it is given one, only to be dropped with it.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, false)?;
    let dropped = connection
        .execute(
            "INSERT OR REPLACE INTO search_config (k, v) VALUES ('version', 4)",
            [],
        )
        .and_then(|_| connection.execute("DROP TABLE search", []));
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    dropped
        .map(drop)
        .map_err(|error| of_the_index(error.into()))
}

/// The statements are right, so what is refused here speaks of the index.
pub(crate) fn of_the_index(error: StoreError) -> StoreError {
    match error {
        StoreError::Refused(words) => StoreError::SearchIndex(words),
        error => error,
    }
}

/// The stored text of a document, without its title.
pub(crate) fn body(
    connection: &Connection,
    document: DocumentId,
) -> Result<Option<String>, StoreError> {
    let whole: Option<String> = one(
        connection,
        "SELECT body FROM texts WHERE document = ?1 AND card = x''",
        [document.as_bytes()],
        |row| row.get(0),
    )?;
    whole
        .map(|whole| Ok(whole + &pieces::read(connection, document, 0, i64::MAX)?))
        .transpose()
}

struct Candidate {
    row: i64,
    in_title: bool,
    /// Of a long text, the first piece with what was looked for.
    piece: i64,
    /// Smaller is better, as FTS5 has it.
    score: f64,
}

/// What matches a query: titles first, then by how well the words fit, then the later written first. Documents of other kinds and
/// what lies in the trash are left out.
pub(crate) fn find(
    connection: &Connection,
    query: &str,
    limit: usize,
    kinds: &[Kind],
) -> Result<Vec<Hit>, StoreError> {
    let Some(query) = Query::parse(query) else {
        return Ok(Vec::new());
    };
    let limit = limit.min(MOST_HITS);
    let mut candidates = matching(connection, &query.title_expression(), MOST_TITLES, true)?;
    if !query.is_one_letter() || candidates.len() < limit {
        let titles: std::collections::HashSet<i64> =
            candidates.iter().map(|candidate| candidate.row).collect();
        let others = matching(connection, &query.expression(), MOST_RANKED, false)?;
        let long = matching_long(connection, &query)?;
        let rows: std::collections::HashSet<i64> =
            long.iter().map(|candidate| candidate.row).collect();
        let others = others
            .into_iter()
            .filter(|other| !rows.contains(&other.row))
            .chain(long);
        candidates.extend(others.filter(|other| !titles.contains(&other.row)));
    }
    rank(&mut candidates);
    let mut hits: Vec<(bool, Hit)> = Vec::with_capacity(limit);
    for candidate in candidates {
        if hits.len() >= limit {
            break;
        }
        if let Some(hit) = hit(connection, &candidate, &query, kinds)? {
            let whole = candidate.in_title && query.is_whole(&segment(&hit.title));
            hits.push((whole, hit));
        }
    }
    hits.sort_by_key(|(whole, _)| !whole);
    Ok(hits.into_iter().map(|(_, hit)| hit).collect())
}

fn matching(
    connection: &Connection,
    expression: &str,
    most: usize,
    in_title: bool,
) -> Result<Vec<Candidate>, StoreError> {
    let sql = "SELECT rowid, bm25(search, 4.0, 1.0) FROM search WHERE search MATCH ?1 AND rowid <= ?3 ORDER BY rowid DESC LIMIT ?2";
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    all(
        connection,
        sql,
        params![expression, most, pieces::FIRST_ROW],
        |row| {
            Ok(Candidate {
                row: row.get(0)?,
                in_title,
                piece: 0,
                score: row.get(1)?,
            })
        },
    )
    .map_err(of_the_index)
}

/// Long texts that match, by the rows of their titles: what is asked for may be in different pieces.
fn matching_long(connection: &Connection, query: &Query) -> Result<Vec<Candidate>, StoreError> {
    if !pieces::any(connection)? {
        return Ok(Vec::new());
    }
    let found = pieces::with_all(connection, &query.expressions())?;
    let mut candidates = Vec::with_capacity(found.len());
    for (document, place) in found {
        let sql = "SELECT row FROM texts WHERE document = ?1 AND card = x''";
        let row = one(connection, sql, [document.as_bytes()], |row| row.get(0))?;
        candidates.extend(row.map(|row| Candidate {
            row,
            in_title: false,
            piece: place.piece,
            score: place.score,
        }));
    }
    Ok(candidates)
}

/// Orders candidates; being the latest written is worth a quarter of a score.
fn rank(candidates: &mut [Candidate]) {
    let newest = candidates
        .iter()
        .map(|candidate| candidate.row)
        .max()
        .unwrap_or(1)
        .max(1);
    let oldest = candidates
        .iter()
        .map(|candidate| candidate.row)
        .min()
        .unwrap_or(0);
    #[allow(clippy::cast_precision_loss, reason = "a share of rows, not a row")]
    let share = |row: i64| (row - oldest) as f64 / (newest - oldest).max(1) as f64;
    for candidate in candidates.iter_mut() {
        candidate.score *= 1.0 + 0.25 * share(candidate.row);
    }
    candidates.sort_by(|one, other| {
        other
            .in_title
            .cmp(&one.in_title)
            .then(one.score.total_cmp(&other.score))
            .then(other.row.cmp(&one.row))
    });
}

fn hit(
    connection: &Connection,
    candidate: &Candidate,
    query: &Query,
    kinds: &[Kind],
) -> Result<Option<Hit>, StoreError> {
    let sql = "SELECT t.document, t.card, d.kind, t.title, substr(t.body, 1, ?2)
               FROM texts t JOIN documents d ON d.id = t.document LEFT JOIN cards c ON c.board = t.document AND c.id = t.card
               WHERE t.row = ?1 AND d.life <> 1 AND coalesce(c.life, 0) <> 1";
    let read = |row: &Row<'_>| {
        let card: Vec<u8> = row.get(1)?;
        Ok((
            column::document(row, 0)?,
            card,
            column::kind(row, 2)?,
            row.get::<_, String>(3)?,
            row.get::<_, String>(4)?,
        ))
    };
    let length = i64::try_from(READ_FOR_SNIPPET).unwrap_or(i64::MAX);
    let found = one(connection, sql, params![candidate.row, length], read)?;
    let Some((document, card, kind, title, mut body)) =
        found.filter(|(_, _, kind, _, _)| kinds.contains(kind))
    else {
        return Ok(None);
    };
    let card = <[u8; 16]>::try_from(card).ok().map(CardId::from_bytes);
    let long = body.is_empty() && card.is_none();
    if long {
        body = pieces::read(connection, document, candidate.piece, PIECES_FOR_SNIPPET)?;
    }
    let mut snippet = snippet(&body, query);
    let begins = snippet.first().is_none_or(|(text, _)| text != "…");
    if long && begins && candidate.piece > 0 {
        snippet.insert(0, ("…".to_owned(), false));
    }
    Ok(Some(Hit {
        document,
        card,
        kind,
        snippet,
        title,
    }))
}
