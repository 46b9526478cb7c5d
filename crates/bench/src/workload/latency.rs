//! Live latency: one edit from the hand of one member to the view of another.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use futures::StreamExt;
use rand::Rng;
use skein_engine::api::Event;

use super::{Scale, dice};
use crate::measure::{Samples, ratio, shown};
use crate::member::{LOOPBACK, Member};
use crate::peer::bare::{self, BareNote};
use crate::peer::samod_repo;
use crate::report::{Budget, Section, Table};
use crate::session::Gesture;

const TEXT: &str = "A note that two members have open at once.\n";

pub(crate) async fn run(folder: &Path, scale: Scale) -> Result<Section> {
    let ours = by_engines(folder, scale.of(200, 30)).await?;
    let theirs = by_samod(scale.of(300, 50)).await?;
    let mut table = Table::new(&[
        "one edit, seen by the other",
        "p50",
        "p95",
        "p99",
        "longest",
        "p50 to samod",
    ]);
    for (name, samples) in [
        ("Skein: two hosts, loopback sockets, durable on both", &ours),
        ("samod: two repositories, channel in memory", &theirs),
    ] {
        let [p50, p95, p99, max] =
            [samples.p50(), samples.p95(), samples.p99(), samples.max()].map(shown);
        table.row([
            name.to_owned(),
            p50,
            p95,
            p99,
            max,
            ratio(samples.p50(), theirs.p50()),
        ]);
    }
    Ok(Section {
        title: "Live latency",
        words: "Two hosts on real loopback sockets have one note open. One types a letter, after a pause of 150 to 400 ms; the clock stops when the other's view \
                is told. Until then it was journalled, gathered, signed, encrypted, made durable, sent, checked, made durable again and merged. samod has \
                no socket, no encryption and no disk here."
            .to_owned(),
        tables: vec![table],
        budgets: vec![
            Budget {
                what: "edit on one engine visible on another: p50",
                budget: "60 ms".to_owned(),
                measured: shown(ours.p50()),
                holds: ours.p50() <= Duration::from_millis(60),
            },
            Budget {
                what: "edit on one engine visible on another: p99",
                budget: "150 ms".to_owned(),
                measured: shown(ours.p99()),
                holds: ours.p99() <= Duration::from_millis(150),
            },
        ],
        notes: vec![],
    })
}

async fn by_engines(folder: &Path, count: u32) -> Result<Samples> {
    let mut ana = Member::founding(&folder.join("live-ana"), LOOPBACK, "Ana").await?;
    let note = ana.create_note("Live", TEXT, None).await?;
    let ticket = ana.invite().await?;
    let mut bo = Member::open(&folder.join("live-bo"), LOOPBACK).await?;
    bo.join(ticket, "Bo").await?;
    bo.idle(1).await?;
    let mut typing = ana.type_into(note).await?;
    let seen = bo.type_into(note).await?.subscription();
    let mut rng = dice();
    let mut samples = Samples::default();
    for _ in 0..count {
        tokio::time::sleep(Duration::from_millis(rng.gen_range(150..400))).await;
        let gesture = Gesture {
            at: typing.length,
            delete: 0,
            insert: "k".to_owned(),
        };
        let begun = Instant::now();
        typing.push(&mut ana, &gesture).await?;
        while !matches!(bo.event(seen).await?, Event::TextPatch { .. }) {}
        samples.push(begun.elapsed());
    }
    bo.close().await;
    ana.close().await;
    Ok(samples)
}

async fn by_samod(count: u32) -> Result<Samples> {
    let (here, there) = (
        samod::Repo::build_tokio().load().await,
        samod::Repo::build_tokio().load().await,
    );
    let note = BareNote::new("Live", TEXT)?;
    let text = bare::text_of(&note.document)?;
    let handle = here.create(note.document).await?;
    let (_connection, _) = samod_repo::connect(&here, &there).await?;
    let other = there
        .find(handle.document_id().clone())
        .await?
        .context("samod did not bring the document over")?;
    let mut seen = other.changes();
    let mut samples = Samples::default();
    let end = u32::try_from(TEXT.len())?;
    for at in end..end + count {
        tokio::time::sleep(Duration::from_millis(20)).await;
        let gesture = Gesture {
            at,
            delete: 0,
            insert: "k".to_owned(),
        };
        let begun = Instant::now();
        handle.with_document(|document| bare::push(document, &text, &gesture))?;
        let wanted = handle.with_document(|document| document.get_heads());
        while other.with_document(|document| document.get_heads()) != wanted {
            seen.next().await.context("samod stopped")?;
        }
        samples.push(begun.elapsed());
    }
    here.stop().await;
    there.stop().await;
    Ok(samples)
}
