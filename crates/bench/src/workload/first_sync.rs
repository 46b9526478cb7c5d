//! First sync: a new member receives a whole workspace, beside the rate at which SQLite takes the same envelopes.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Result;
use rusqlite::{Connection, params};

use crate::fixture::Fixture;
use crate::measure::{bytes, ratio, shown};
use crate::profile;
use crate::report::{Budget, Section, Table};

/// As many as the protocol gathers at most.
const BATCH: usize = 500;

pub(crate) async fn run(fixture: &mut Fixture) -> Result<Section> {
    let (_, joined) = fixture.bo().await?;
    let ana = fixture.ana().await?;
    let plain = store_bare(&ana, &fixture.place("bare.db"))?;
    let count = fixture.documents;
    let mut table = Table::new(&["", "time", "envelopes/s", "to SQLite alone"]);
    let rate = |took: Duration| {
        #[allow(clippy::cast_precision_loss, reason = "for reading only")]
        let rate = plain.envelopes as f64 / took.as_secs_f64();
        format!("{rate:.0}")
    };
    table.row([
        "Skein: first title".to_owned(),
        shown(joined.to_first_title),
        "–".to_owned(),
        "–".to_owned(),
    ]);
    table.row([
        format!("Skein: all {count} titles"),
        shown(joined.to_titles),
        rate(joined.to_titles),
        ratio(joined.to_titles, plain.took),
    ]);
    table.row([
        "Skein: everything, both sides agree".to_owned(),
        shown(joined.to_all),
        rate(joined.to_all),
        ratio(joined.to_all, plain.took),
    ]);
    table.row([
        "SQLite alone: the same envelopes, 500 a transaction".to_owned(),
        shown(plain.took),
        rate(plain.took),
        "1.00×".to_owned(),
    ]);
    let share = plain.took.as_secs_f64() / joined.to_all.as_secs_f64();
    Ok(Section {
        title: "First sync",
        words: format!(
            "Two hosts in one process, on a loopback socket: the second joins by an invite and receives {} envelopes ({}), checks and opens each, makes \
             its document, lists and indexes it. SQLite alone stores the same bytes under their ids, durably.",
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
                what: "first sync: all of it",
                budget: "50 % of SQLite's rate".to_owned(),
                measured: format!("{:.0} %", share * 100.0),
                holds: share >= 0.5,
            },
        ],
        notes: vec![format!(
            "Both sides together took {} of processor time; the process held {} at its peak.",
            shown(joined.processor),
            bytes(joined.peak)
        )],
    })
}

struct Plain {
    envelopes: usize,
    bytes: u64,
    took: Duration,
}

fn store_bare(from: &Path, to: &Path) -> Result<Plain> {
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
