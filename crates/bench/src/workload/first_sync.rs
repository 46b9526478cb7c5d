//! First sync: a new member receives a whole workspace, beside the rate at which SQLite takes the same envelopes.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Result;
use rusqlite::{Connection, params};
use skein_engine::Profile;

use crate::fixture::Fixture;
use crate::measure::{bytes, ratio, shown};
use crate::profile::{self, Library};
use crate::report::{Budget, Section, Table};

/// As many as the protocol gathers at most.
const BATCH: usize = 500;

pub(crate) async fn run(fixture: &mut Fixture) -> Result<Section> {
    let (bo, joined) = fixture.bo().await?;
    let ana = fixture.ana().await?;
    let plain = store_envelopes(&ana, &fixture.place("envelopes.db"))?;
    let at_relay = fixture.cy().await?;
    let whole = store_everything(&bo, &fixture.place("everything.db"))?;
    let merged = merge_everything(&bo)?;
    let count = fixture.documents;
    let rate = |took: Duration| {
        #[allow(clippy::cast_precision_loss, reason = "for reading only")]
        let rate = plain.envelopes as f64 / took.as_secs_f64();
        format!("{rate:.0}")
    };
    let mut table = Table::new(&["", "time", "envelopes/s", "to SQLite alone"]);
    for (name, took) in [
        ("Skein: first title".to_owned(), joined.to_first_title),
        (format!("Skein: all {count} titles"), joined.to_titles),
        (
            "Skein: everything, both sides agree".to_owned(),
            joined.to_all,
        ),
        (
            format!("Skein, at a relay while everybody else is away: all {count} titles"),
            at_relay.to_titles,
        ),
        (
            "Skein, at a relay: everything, both sides agree".to_owned(),
            at_relay.to_all,
        ),
        (
            "bare automerge alone: the same changes applied, nothing kept, one core".to_owned(),
            merged,
        ),
        (
            "SQLite alone: every row that is kept, a table at a time".to_owned(),
            whole,
        ),
        (
            "SQLite alone: only the envelopes, 500 a transaction".to_owned(),
            plain.took,
        ),
    ] {
        let first = took == joined.to_first_title;
        let per_second = if first { "–".to_owned() } else { rate(took) };
        table.row([name, shown(took), per_second, ratio(took, whole)]);
    }
    let share = whole.as_secs_f64() / joined.to_all.as_secs_f64();
    Ok(Section {
        title: "First sync",
        words: format!(
            "Two hosts in one process, on a loopback socket: the second joins by an invite and receives {} envelopes ({}), checks and opens each, makes \
             its document, lists and indexes it. A third does the same at a relay in the same process. SQLite alone is given, durably, the rows that the second then holds, full-text index included, with \
             nothing to check or to merge.",
            plain.envelopes,
            bytes(plain.bytes)
        ),
        tables: vec![table],
        budgets: vec![
            Budget {
                what: "first sync: titles usable",
                budget: "5 s with 10,000 documents".to_owned(),
                measured: format!("{} with {count}", shown(joined.to_titles)),
                holds: joined.to_titles <= Duration::from_secs(5),
            },
            Budget {
                what: "first sync at a relay: titles usable",
                budget: "5 s with 10,000 documents".to_owned(),
                measured: format!("{} with {count}", shown(at_relay.to_titles)),
                holds: at_relay.to_titles <= Duration::from_secs(5),
            },
            Budget {
                what: "first sync: all of it",
                budget: "50 % of SQLite's rate".to_owned(),
                measured: format!("{:.0} %", share * 100.0),
                holds: share >= 0.5,
            },
        ],
        notes: vec![
            format!(
                "Both sides together took {} of processor time; the process held {} at its peak.",
                shown(joined.processor),
                bytes(joined.peak)
            ),
            "A title is read from its change and listed before the document is made; to make them all takes automerge's own time, spread over the cores, and that is the floor of everything.".to_owned(),
        ],
    })
}

/// What SQLite alone was given, and how long it took.
pub(super) struct Plain {
    pub(super) envelopes: usize,
    pub(super) bytes: u64,
    pub(super) took: Duration,
}

pub(super) fn store_envelopes(from: &Path, to: &Path) -> Result<Plain> {
    let store = profile::store(from)?;
    let mut all = Vec::new();
    let mut mark = 0;
    loop {
        let batch = store.envelopes_after(mark, 1_000)?;
        let Some(last) = batch.last() else { break };
        mark = last.mark;
        all.extend(batch.into_iter().map(|stored| (stored.id, stored.bytes)));
    }
    let mut connection = Connection::open(to)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.execute("CREATE TABLE envelopes (mark INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, bytes BLOB NOT NULL)", [])?;
    let begun = Instant::now();
    for batch in all.chunks(BATCH) {
        let tx = connection.transaction()?;
        {
            let mut insert =
                tx.prepare_cached("INSERT INTO envelopes (id, bytes) VALUES (?1, ?2)")?;
            for (id, bytes) in batch {
                insert.execute(params![id.as_bytes(), bytes])?;
            }
        }
        tx.commit()?;
    }
    Ok(Plain {
        envelopes: all.len(),
        bytes: all.iter().map(|(_, bytes)| bytes.len() as u64).sum(),
        took: begun.elapsed(),
    })
}

/// What automerge alone takes to make the documents of their changes.
fn merge_everything(of: &Path) -> Result<Duration> {
    let library = Library::open(of)?;
    let mut took = Duration::ZERO;
    for id in library.notes()? {
        let stored = library.note(id)?;
        let begun = Instant::now();
        let changes: Vec<automerge::Change> = stored
            .changes
            .into_iter()
            .map(|(_, change)| automerge::Change::from_bytes(change.0))
            .collect::<Result<_, _>>()?;
        let mut document = automerge::Automerge::new();
        document.apply_changes(changes)?;
        took += begun.elapsed();
    }
    Ok(took)
}

/// Everything a profile keeps of its documents, put into a new file of the same form.
fn store_everything(from: &Path, to: &Path) -> Result<Duration> {
    let connection = Connection::open(to)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    let database = Profile::at(from)?.database();
    connection.execute("ATTACH ?1 AS source", [database.to_string_lossy()])?;
    // The tables of the index make themselves.
    let sql = "SELECT sql FROM source.sqlite_schema WHERE sql IS NOT NULL AND substr(name, 1, 7) NOT IN ('sqlite_', 'search_')
               ORDER BY type = 'index'";
    let statements: Vec<String> = connection
        .prepare(sql)?
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    connection.execute_batch(&statements.join(";"))?;
    let begun = Instant::now();
    for table in [
        "envelopes",
        "changes",
        "documents",
        "tags",
        "links",
        "texts",
        "pieces",
    ] {
        connection.execute(
            &format!("INSERT INTO main.{table} SELECT * FROM source.{table}"),
            [],
        )?;
    }
    connection.execute(
        "INSERT INTO main.search (rowid, title, body) SELECT row, title, body FROM source.texts",
        [],
    )?;
    Ok(begun.elapsed())
}
