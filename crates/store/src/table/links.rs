//! Links from documents, found again from what they point at.

use rusqlite::{Connection, params};
use skein_model::{DocumentId, Kind, Link};

use crate::column::{self, all, one, run};
use crate::error::StoreError;
use crate::segment::segment;

/// A link to a document, seen from that document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backlink {
    /// The document that holds the link.
    pub document: DocumentId,
    /// Of what kind it is.
    pub kind: Kind,
    /// Its title.
    pub title: String,
    /// The link as written.
    pub link: Link,
}

/// The form in which titles are compared: links find their target whatever the case, accents and spacing.
pub(crate) fn key_of_title(title: &str) -> String {
    let key = segment(title);
    // A title of signs alone has no words; it is compared as it is written.
    if key.is_empty() {
        title.trim().to_owned()
    } else {
        key
    }
}

/// The same for what a link points at: of a path, the name of the file counts.
fn key_of_target(target: &str) -> String {
    let target = target.trim();
    let path = target
        .strip_suffix(".md")
        .or_else(|| target.strip_suffix(".markdown"));
    match path {
        Some(path) => key_of_title(&decoded(path.rsplit(['/', '\\']).next().unwrap_or(path))),
        None => key_of_title(target),
    }
}

/// Replaces `%20` and its like, as Markdown writes spaces in paths.
fn decoded(path: &str) -> String {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let code = after
            .get(..2)
            .filter(|_| *first == b'%')
            .and_then(|digits| std::str::from_utf8(digits).ok());
        match code.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Makes these the document's links.
pub(crate) fn put(
    connection: &Connection,
    document: DocumentId,
    links: &[Link],
) -> Result<(), StoreError> {
    if of(connection, document)? == links {
        return Ok(());
    }
    run(
        connection,
        "DELETE FROM links WHERE document = ?1",
        [document.as_bytes()],
    )?;
    for (number, link) in (0_i64..).zip(links) {
        run(
            connection,
            "INSERT INTO links (document, number, key, target, heading, alias) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![
                document.as_bytes(),
                number,
                key_of_target(&link.target),
                link.target,
                link.heading,
                link.alias
            ],
        )?;
    }
    Ok(())
}

pub(crate) fn of(connection: &Connection, document: DocumentId) -> Result<Vec<Link>, StoreError> {
    let sql = "SELECT target, heading, alias FROM links WHERE document = ?1 ORDER BY number";
    all(connection, sql, [document.as_bytes()], |row| {
        Ok(Link {
            target: row.get(0)?,
            heading: row.get(1)?,
            alias: row.get(2)?,
        })
    })
}

/// Links in living documents that name this one by its title, its file name or its id.
pub(crate) fn to(
    connection: &Connection,
    document: DocumentId,
) -> Result<Vec<Backlink>, StoreError> {
    let sql = "SELECT l.document, d.kind, d.title, l.target, l.heading, l.alias
               FROM links l JOIN documents d ON d.id = l.document
               WHERE l.key IN (SELECT title_key FROM documents WHERE id = ?1 UNION ALL SELECT ?2)
                 AND d.life <> 1 AND l.document <> ?1
               ORDER BY d.updated_ms DESC, l.document, l.number";
    all(
        connection,
        sql,
        params![document.as_bytes(), key_of_title(&document.to_string())],
        |row| {
            Ok(Backlink {
                document: column::document(row, 0)?,
                kind: column::kind(row, 1)?,
                title: row.get(2)?,
                link: Link {
                    target: row.get(3)?,
                    heading: row.get(4)?,
                    alias: row.get(5)?,
                },
            })
        },
    )
}

/// A text of a document, its own or a card's, in which a link's target stands.
pub(crate) fn text_with(
    connection: &Connection,
    document: DocumentId,
    target: &str,
) -> Result<Option<String>, StoreError> {
    let sql = "SELECT body FROM texts WHERE document = ?1 AND (instr(body, ?2) > 0 OR instr(body, ?3) > 0) LIMIT 1";
    let escaped = target.replace(' ', "%20");
    one(
        connection,
        sql,
        params![document.as_bytes(), target, escaped],
        |row| row.get(0),
    )
}
