//! What an audit compares: every document's stored version and contents in numbers, and every table's rows in one hash.

use rusqlite::types::ValueRef;
use skein_model::{DocumentId, Heads, Kind};

use crate::column::{self, all};
use crate::error::StoreError;
use crate::reader::Reader;
use crate::schema;

/// A document as the file has it, in numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditedDocument {
    /// Which document.
    pub id: DocumentId,
    /// What it is.
    pub kind: Kind,
    /// The version it should have when opened.
    pub heads: Heads,
    /// Changes kept one by one.
    pub changes: u64,
    /// Those of them that are in no envelope yet.
    pub unsealed: u64,
    /// Whether there is a snapshot.
    pub snapshot: bool,
    /// Envelopes that carry its changes.
    pub envelopes: u64,
    /// Pieces of typing that are not yet a change.
    pub journal: u64,
    /// Whether its projected text is behind.
    pub text_stale: bool,
}

/// A table in numbers. Two files with equal hashes hold the same rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditedTable {
    /// Its name.
    pub table: String,
    /// How many rows it has.
    pub rows: u64,
    /// BLAKE3 of all rows in the order of their keys.
    pub hash: [u8; 32],
}

impl Reader {
    /// Every document in numbers, by id, in the trash or not. Those that are listed and not here yet are not among them.
    ///
    /// # Errors
    /// When reading fails.
    pub fn audit_documents(&self) -> Result<Vec<AuditedDocument>, StoreError> {
        let sql = "SELECT d.id, d.kind, d.heads, d.text_stale,
                          (SELECT count(*) FROM changes c WHERE c.document = d.id),
                          (SELECT count(*) FROM changes c WHERE c.document = d.id AND c.sealed = 0),
                          EXISTS (SELECT 1 FROM snapshots s WHERE s.document = d.id AND s.previous = 0),
                          (SELECT count(*) FROM envelopes e WHERE e.document = d.id),
                          (SELECT count(*) FROM journal j WHERE j.document = d.id)
                   FROM documents d WHERE d.heads <> x'' ORDER BY d.id";
        all(&self.connection, sql, [], |row| {
            Ok(AuditedDocument {
                id: column::document(row, 0)?,
                kind: column::kind(row, 1)?,
                heads: column::heads(row, 2)?,
                text_stale: column::flag(row, 3)?,
                changes: column::count(row, 4)?,
                unsealed: column::count(row, 5)?,
                snapshot: column::flag(row, 6)?,
                envelopes: column::count(row, 7)?,
                journal: column::count(row, 8)?,
            })
        })
    }

    /// Every table in numbers, without the search index, which is made from the others. Reads the whole file.
    ///
    /// # Errors
    /// When reading fails.
    pub fn audit_tables(&self) -> Result<Vec<AuditedTable>, StoreError> {
        let mut audited = Vec::new();
        for table in schema::tables(&self.connection)? {
            if !table.starts_with("search") && !table.starts_with("sqlite_") {
                audited.push(self.audit_table(table)?);
            }
        }
        Ok(audited)
    }

    /// Changes, snapshots, typing and cards of documents that are not in the list of documents, in words; there should be none.
    ///
    /// # Errors
    /// When reading fails.
    pub fn orphans(&self) -> Result<Vec<String>, StoreError> {
        let mut words = Vec::new();
        for (table, key) in [
            ("changes", "document"),
            ("snapshots", "document"),
            ("journal", "document"),
            ("cards", "board"),
            ("texts", "document"),
            ("pieces", "document"),
            ("tags", "document"),
            ("links", "document"),
            ("files", "document"),
        ] {
            let sql = format!(
                "SELECT {key}, count(*) FROM {table} WHERE {key} NOT IN (SELECT id FROM documents) GROUP BY {key}"
            );
            let found = all(&self.connection, &sql, [], |row| {
                Ok((column::document(row, 0)?, column::count(row, 1)?))
            })?;
            words.extend(found.into_iter().map(|(id, count)| {
                format!("{count} rows of {table} belong to document {id}, which is not listed")
            }));
        }
        Ok(words)
    }

    fn audit_table(&self, table: String) -> Result<AuditedTable, StoreError> {
        let keys = all(
            &self.connection,
            "SELECT name FROM pragma_table_info(?1) WHERE pk > 0 ORDER BY pk",
            [&table],
            |row| row.get::<_, String>(0),
        )?;
        let mut statement = self.connection.prepare(&format!(
            "SELECT * FROM \"{table}\" ORDER BY {}",
            keys.join(", ")
        ))?;
        let columns = statement.column_count();
        let mut rows = statement.query([])?;
        let mut hasher = blake3::Hasher::new();
        let mut count = 0;
        while let Some(row) = rows.next()? {
            count += 1;
            for column in 0..columns {
                hash_value(&mut hasher, row.get_ref(column)?);
            }
        }
        Ok(AuditedTable {
            table,
            rows: count,
            hash: *hasher.finalize().as_bytes(),
        })
    }
}

/// Type, length and value, so that no two rows look alike.
fn hash_value(hasher: &mut blake3::Hasher, value: ValueRef<'_>) {
    let integer;
    let (code, bytes): (u8, &[u8]) = match value {
        ValueRef::Null => (0, &[]),
        ValueRef::Integer(number) => {
            integer = number.to_le_bytes();
            (1, &integer)
        }
        ValueRef::Real(number) => {
            integer = number.to_le_bytes();
            (2, &integer)
        }
        ValueRef::Text(text) => (3, text),
        ValueRef::Blob(blob) => (4, blob),
    };
    hasher.update(&[code]);
    hasher.update(&u64::try_from(bytes.len()).unwrap_or(u64::MAX).to_le_bytes());
    hasher.update(bytes);
}
