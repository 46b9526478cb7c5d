//! Loading: the session's document and all small notes, from what the engine stored and from what automerge saved.

use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use skein_model::{ActorSeed, ChangeBytes, Document, TextField};

use super::Scale;
use super::keys::Typed;
use crate::fixture::Fixture;
use crate::measure::{Samples, bytes, ratio, shown};
use crate::peer::bare;
use crate::profile::{self, Library};
use crate::report::{Budget, Section, Table};

const ACTOR: ActorSeed = ActorSeed([3; 16]);

pub(crate) async fn run(typed: &Typed, fixture: &mut Fixture, scale: Scale) -> Result<Section> {
    let mut table = Table::new(&["", "stored", "changes", "p50", "to bare automerge"]);
    let repetitions = scale.of(7, 3);

    let mut theirs = Samples::default();
    for _ in 0..repetitions {
        theirs.time(|| bare::load(&typed.saved))?;
    }
    let library = Library::open(&typed.profile)?;
    let stored = library.note(typed.note)?;
    let changes: Vec<ChangeBytes> = stored
        .changes
        .iter()
        .map(|(_, change)| change.clone())
        .collect();
    let snapshot = stored
        .snapshot
        .as_ref()
        .map(|snapshot| snapshot.bytes.as_slice());
    let size = changes.iter().map(|change| change.0.len()).sum::<usize>()
        + snapshot.map_or(0, <[u8]>::len);
    let mut as_stored = Samples::default();
    let mut loaded = None;
    for _ in 0..repetitions {
        loaded = Some(
            as_stored
                .time(|| Document::load(ACTOR, snapshot, &changes))?
                .document,
        );
    }
    let document = loaded.context("nothing was loaded")?;
    let length = document.text_length(TextField::NoteText)?;
    let compacted = document.snapshot()?.bytes;
    let mut as_snapshot = Samples::default();
    for _ in 0..repetitions {
        as_snapshot.time(|| Document::load(ACTOR, Some(&compacted), &[]))?;
    }
    let mut add = |name: &str, size: usize, changes: &str, samples: &Samples, peer: &Samples| {
        let cells = [
            name.to_owned(),
            bytes(size as u64),
            changes.to_owned(),
            shown(samples.p50()),
            ratio(samples.p50(), peer.p50()),
        ];
        table.row(cells);
    };
    add(
        "the session's note, as the engine stored it",
        size,
        &changes.len().to_string(),
        &as_stored,
        &theirs,
    );
    add(
        "the session's note, compacted as when idle",
        compacted.len(),
        "snapshot",
        &as_snapshot,
        &theirs,
    );
    add(
        "bare automerge, one change a gesture, saved",
        typed.saved.len(),
        "saved",
        &theirs,
        &theirs,
    );

    eprintln!("  all small notes");
    let ana = fixture.ana().await?;
    let (ours, theirs, stored, saved) = small(fixture, &ana)?;
    let count = fixture.documents;
    add(
        &format!("{count} small notes, read and loaded one by one"),
        usize::try_from(stored)?,
        "2 each",
        &ours,
        &theirs,
    );
    add(
        &format!("bare automerge, the same {count}"),
        saved,
        "saved",
        &theirs,
        &theirs,
    );
    let time = as_stored.p50().max(as_snapshot.p50());
    Ok(Section {
        title: "Loading documents",
        words: format!(
            "From the store's bytes to a document that can be edited, without an engine around it; the note of the session has {length} code units."
        ),
        tables: vec![table],
        budgets: vec![Budget {
            what: "the session's note loaded behind its first paint",
            budget: "1 s for 260,000 operations".to_owned(),
            measured: shown(time),
            holds: time.as_secs() < 1,
        }],
        notes: vec!["The engine never loads all documents: lists, search and first paint come from projections.".to_owned()],
    })
}

fn small(fixture: &Fixture, ana: &Path) -> Result<(Samples, Samples, u64, usize)> {
    let library = Library::open(ana)?;
    let ids = library.notes()?;
    let mut ours = Samples::default();
    let begun = Instant::now();
    for id in &ids {
        let stored = library.note(*id)?;
        let changes: Vec<ChangeBytes> = stored
            .changes
            .into_iter()
            .map(|(_, change)| change)
            .collect();
        let loaded = Document::load(
            ACTOR,
            stored
                .snapshot
                .as_ref()
                .map(|snapshot| snapshot.bytes.as_slice()),
            &changes,
        )?;
        ensure!(
            loaded.document.heads() == stored.heads,
            "a note is not what the store says"
        );
    }
    ours.push(begun.elapsed());
    let saved = bare::saved(&fixture.notes().1)?;
    let mut theirs = Samples::default();
    theirs.time(|| {
        saved
            .iter()
            .try_for_each(|saved| bare::load(saved).map(drop))
    })?;
    let size = saved.iter().map(Vec::len).sum();
    Ok((ours, theirs, profile::size(ana)?, size))
}
