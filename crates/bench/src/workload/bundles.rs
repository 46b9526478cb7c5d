//! A bundle of everything: written, taken in by somebody who has nothing and no network, and taken in once more.

use std::time::Instant;

use anyhow::{Result, bail, ensure};
use skein_engine::api::{AuditReport, Reply, Request};
use skein_engine::{Use, exchange};

use super::first_sync::store_envelopes;
use crate::fixture::Fixture;
use crate::measure::{bytes, ratio, shown};
use crate::member::Member;
use crate::profile;
use crate::report::{Budget, Section, Table};

pub(crate) async fn run(fixture: &mut Fixture) -> Result<Section> {
    // The invite is in the copy alone: other workloads find the workspace as it was.
    let (original, from) = (fixture.ana().await?, fixture.place("bundle-from"));
    profile::copy(&original, &from)?;
    let file = fixture.place("everything.skein-bundle");

    let mut ana = Member::open(&from, Use::Once).await?;
    let ticket = ana.invite().await?;
    let begun = Instant::now();
    let written = exchange::write_bundle(&mut ana.client, &file, None).await?;
    let to_write = begun.elapsed();
    let theirs = audit(&mut ana).await?;
    ana.close().await;

    let mut dora = Member::open(&fixture.place("bundle-to"), Use::Once).await?;
    dora.join(ticket, "Dora").await?;
    let begun = Instant::now();
    let report = exchange::take_bundle(&mut dora.client, &file).await?;
    let to_disk = begun.elapsed();
    ensure!(
        report.whole && report.refused == 0,
        "a bundle was not taken in whole: {report:?}"
    );
    dora.idle(0).await?;
    let to_all = begun.elapsed();
    let before = audit(&mut dora).await?;
    ensure!(
        (before.documents, &before.digest) == (theirs.documents, &theirs.digest),
        "a bundle brought something else: {before:?} of {theirs:?}"
    );

    let begun = Instant::now();
    let again = exchange::take_bundle(&mut dora.client, &file).await?;
    let to_take_again = begun.elapsed();
    dora.idle(0).await?;
    let after = audit(&mut dora).await?;
    dora.close().await;
    let harmless = again.new == 0 && same(&before, &after);

    let plain = store_envelopes(&from, &fixture.place("bundle.db"))?;
    let count = fixture.documents;
    let mut table = Table::new(&["", "time", "to SQLite alone"]);
    for (name, took) in [
        ("Skein: written to a file", to_write),
        ("Skein: taken in, all of it on disk", to_disk),
        (
            "Skein: the same, every document made, listed and searchable",
            to_all,
        ),
        ("Skein: taken in once more", to_take_again),
        (
            "SQLite alone: the same envelopes, 500 a transaction",
            plain.took,
        ),
    ] {
        table.row([name.to_owned(), shown(took), ratio(took, plain.took)]);
    }
    Ok(Section {
        title: "Bundles",
        words: format!(
            "A member of a workspace of {count} notes writes all of it into a file of {} with {} changes. Somebody who has an invite and no network takes it in, twice; \
             an audit by each of the two, and before and after the second time, has to find the same.",
            bytes(written.bytes),
            written.changes
        ),
        tables: vec![table],
        budgets: vec![Budget {
            what: "a bundle of everything, taken in twice",
            budget: "nothing new and nothing else the second time, with 10,000 documents"
                .to_owned(),
            measured: format!("{} new with {count}", again.new),
            holds: harmless,
        }],
        notes: Vec::new(),
    })
}

/// Whether two audits of one device found the same, and nothing wrong.
fn same(one: &AuditReport, other: &AuditReport) -> bool {
    let of = |report: &AuditReport| {
        let counts = (report.documents, report.changes, report.envelopes);
        (counts, report.digest.clone(), report.differences.clone())
    };
    one.differences.is_empty() && of(one) == of(other)
}

async fn audit(member: &mut Member) -> Result<AuditReport> {
    match member.ask(Request::Audit).await? {
        Reply::Audit { report } => Ok(report),
        other => bail!("an audit was asked for and this came: {other:?}"),
    }
}
