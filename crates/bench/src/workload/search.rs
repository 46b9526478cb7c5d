//! Search: every key of many words, in Latin and Japanese script, beside a scan of the same texts by SQLite.

use std::time::Instant;

use anyhow::{Result, ensure};
use rusqlite::{Connection, params};
use skein_engine::Use;
use skein_engine::api::{Reply, Request};

use super::Scale;
use crate::fixture::Fixture;
use crate::measure::{Samples, ratio, shown};
use crate::member::Member;
use crate::report::{Budget, Section, Table};
use crate::words::Vocabulary;

/// As many as a list of hits shows.
const HITS: u32 = 20;

pub(crate) async fn run(fixture: &mut Fixture, scale: Scale) -> Result<Section> {
    let ana = fixture.ana().await?;
    let (vocabulary, notes) = fixture.notes();
    let plain = Connection::open_in_memory()?;
    plain.execute("CREATE TABLE notes (title TEXT, body TEXT)", [])?;
    for note in &notes {
        plain.execute(
            "INSERT INTO notes VALUES (?1, ?2)",
            params![note.title, note.text],
        )?;
    }
    let latin = prefixes(vocabulary.spread(scale.of(60, 15)));
    let japanese = prefixes(Vocabulary::japanese().take(scale.of(30, 8)));

    let mut member = Member::open(&ana, Use::Once).await?;
    let mut table = Table::new(&[
        "each key of a query",
        "queries",
        "p50",
        "p95",
        "longest",
        "p95 to a scan",
    ]);
    let mut worst = std::time::Duration::ZERO;
    for (name, queries) in [("Latin", &latin), ("Japanese", &japanese)] {
        let mut ours = Samples::default();
        let mut theirs = Samples::default();
        let mut hits = 0;
        for query in queries {
            let begun = Instant::now();
            let reply = member
                .ask(Request::Search {
                    query: query.clone(),
                    limit: HITS,
                })
                .await?;
            ours.push(begun.elapsed());
            if let Reply::Found { hits: found } = reply {
                hits += found.len();
            }
            theirs.time(|| scan(&plain, query))?;
        }
        ensure!(hits > 0, "nothing was found at all");
        worst = worst.max(ours.p95());
        for (who, samples) in [
            ("Skein", &ours),
            ("SQLite, LIKE over all texts in memory", &theirs),
        ] {
            table.row([
                format!("{who}: {name}"),
                samples.len().to_string(),
                shown(samples.p50()),
                shown(samples.p95()),
                shown(samples.max()),
                ratio(samples.p95(), theirs.p95()),
            ]);
        }
    }
    member.close().await;
    Ok(Section {
        title: "Search",
        words: format!(
            "{} notes; each word is typed key by key, and each key asks the engine for the best {HITS} hits with their snippets. The scan stops at its first {HITS}, in no order.",
            fixture.documents
        ),
        tables: vec![table],
        budgets: vec![Budget {
            what: "search, each key, Latin and Japanese: p95",
            budget: "30 ms with 10,000 notes".to_owned(),
            measured: format!("{} with {}", shown(worst), fixture.documents),
            holds: worst.as_millis() <= 30,
        }],
        notes: vec![],
    })
}

fn prefixes<'w>(words: impl Iterator<Item = &'w str>) -> Vec<String> {
    let ends = |word: &'w str| {
        word.char_indices()
            .map(|(at, letter)| at + letter.len_utf8())
    };
    words
        .flat_map(|word| {
            ends(word)
                .filter_map(|end| word.get(..end))
                .map(str::to_owned)
        })
        .collect()
}

fn scan(plain: &Connection, query: &str) -> Result<usize> {
    let mut select = plain.prepare_cached(
        "SELECT title, body FROM notes WHERE title LIKE ?1 OR body LIKE ?1 LIMIT ?2",
    )?;
    let rows = select.query_map(params![format!("%{query}%"), HITS], |row| {
        row.get::<_, String>(1)
    })?;
    Ok(rows.count())
}
