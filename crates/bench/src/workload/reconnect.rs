//! Reconnect: two replicas of everything, of which a little changed while they were apart.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use skein_engine::Use;
use skein_engine::api::Request;
use skein_model::{DocumentId, NoteEdit};

use super::Scale;
use crate::fixture::Fixture;
use crate::measure::{Samples, bytes, shown, times};
use crate::member::{LOOPBACK, Member};
use crate::pair::{self, Traffic};
use crate::peer::bare::{self, BareNote};
use crate::peer::samod_repo;
use crate::profile;
use crate::report::{Budget, Section, Table};
use crate::session::Gesture;
use crate::words::NewNote;

/// How many documents changed.
const CHANGED: usize = 10;

pub(crate) async fn run(fixture: &mut Fixture, scale: Scale) -> Result<Section> {
    let (bo, _) = fixture.bo().await?;
    let ana = fixture.ana().await?;
    let apart = fixture.place("bo-apart");
    profile::copy(&bo, &apart)?;
    let changed = change_some(&apart).await?;

    let repetitions = scale.of(5, 2);
    let mut counted: Vec<Traffic> = Vec::new();
    let mut equal = Traffic::default();
    let (mut connected, mut opened) = (Samples::default(), Samples::default());
    for number in 0..repetitions {
        let (one, other) = copies(fixture, number, "counted", &apart, &ana)?;
        counted.push(pair::exchange(&one, &other)?);
        equal = pair::exchange(&one, &other)?;
        let (one, other) = copies(fixture, number, "real", &apart, &ana)?;
        let met = meet(&one, &other, &changed).await?;
        opened.push(met.from_start);
        connected.push(met.from_open);
    }
    counted.sort_by_key(|traffic| traffic.took);
    let ours = counted
        .get(counted.len() / 2)
        .copied()
        .context("nothing was exchanged")?;

    eprintln!("  the same by automerge's own sync");
    let notes = fixture.notes().1;
    let theirs = by_automerge(&notes)?;
    let few = scale.of(1_000, 100).min(notes.len());
    eprintln!("  the same by samod, {few} documents");
    let samod = by_samod(notes.get(..few).unwrap_or_default()).await?;

    let count = fixture.documents;
    let mut table = Table::new(&[
        "",
        "documents",
        "bytes, both ways",
        "messages",
        "round trips",
        "time",
    ]);
    let sent = ours.sent + ours.received;
    table.row([
        "Skein: 10 changed".to_owned(),
        count.to_string(),
        format!(
            "{} ({} there, {} back)",
            bytes(sent),
            bytes(ours.sent),
            bytes(ours.received)
        ),
        ours.frames.to_string(),
        ours.round_trips.to_string(),
        format!("{} without sockets", shown(ours.took)),
    ]);
    table.row([
        "Skein: on loopback, from an open engine to agreement".to_owned(),
        count.to_string(),
        "–".to_owned(),
        "–".to_owned(),
        "–".to_owned(),
        format!(
            "{} (longest {})",
            shown(connected.p50()),
            shown(connected.max())
        ),
    ]);
    table.row([
        "Skein: the same with the start of the engine".to_owned(),
        count.to_string(),
        "–".to_owned(),
        "–".to_owned(),
        "–".to_owned(),
        shown(opened.p50()),
    ]);
    table.row([
        "Skein: nothing changed".to_owned(),
        count.to_string(),
        bytes(equal.sent + equal.received),
        equal.frames.to_string(),
        equal.round_trips.to_string(),
        format!("{} without sockets", shown(equal.took)),
    ]);
    table.row([
        "automerge's own sync, document by document, all loaded".to_owned(),
        count.to_string(),
        bytes(theirs.bytes),
        theirs.messages.to_string(),
        "–".to_owned(),
        shown(theirs.took),
    ]);
    table.row([
        "samod, in memory, until the 10 arrived".to_owned(),
        few.to_string(),
        bytes(samod.bytes),
        samod.messages.to_string(),
        "–".to_owned(),
        shown(samod.took),
    ]);
    #[allow(clippy::cast_precision_loss, reason = "for reading only")]
    let less = theirs.bytes as f64 / sent as f64;
    Ok(Section {
        title: "Reconnect",
        words: format!(
            "Two devices hold the same {count} documents; {CHANGED} of them were changed on one while apart. Bytes are those of the frames and their lengths, \
             counted between two cores over copies of both stores; encryption of the transport adds about 16 bytes a frame, and its handshake \
             about 1 KB once. The time on loopback is that of two hosts on real sockets, dialling included."
        ),
        tables: vec![table],
        budgets: vec![
            Budget {
                what: "reconnect with 10 changed: bytes",
                budget: "under 15 KB with 10,000 documents".to_owned(),
                measured: format!("{} with {count}", bytes(sent)),
                holds: sent < 15_000,
            },
            Budget {
                what: "reconnect with 10 changed: time",
                budget: "100 ms on loopback".to_owned(),
                measured: shown(connected.p50()),
                holds: connected.p50() <= Duration::from_millis(100),
            },
            Budget {
                what: "reconnect with 10 changed: to automerge's own sync",
                budget: "at least 50 times less".to_owned(),
                measured: format!("{} less", times(less)),
                holds: less >= 50.0,
            },
        ],
        notes: vec![format!(
            "samod was given {few} documents only: its cost grows with the square of the open ones. Its messages go through a channel in memory."
        )],
    })
}

/// Edits a few notes of a profile that nobody uses.
async fn change_some(folder: &Path) -> Result<Vec<DocumentId>> {
    let mut member = Member::open(folder, Use::Once).await?;
    let all = member.list().await?;
    let step = (all.len() / CHANGED).max(1);
    let changed: Vec<DocumentId> = all.into_iter().step_by(step).take(CHANGED).collect();
    for document in &changed {
        let edit = NoteEdit::AppendText {
            text: "Written while apart.".to_owned(),
        };
        member
            .ask(Request::EditNote {
                document: *document,
                edit,
            })
            .await?;
    }
    member.close().await;
    Ok(changed)
}

fn copies(
    fixture: &Fixture,
    number: usize,
    name: &str,
    one: &Path,
    other: &Path,
) -> Result<(PathBuf, PathBuf)> {
    let place = fixture.place(&format!("{name}-{number}"));
    let (to_one, to_other) = (place.join("bo"), place.join("ana"));
    profile::copy(one, &to_one)?;
    profile::copy(other, &to_other)?;
    Ok((to_one, to_other))
}

struct Met {
    from_start: Duration,
    from_open: Duration,
}

/// Both on real sockets: the one listens already when the other starts.
async fn meet(bo: &Path, ana: &Path, changed: &[DocumentId]) -> Result<Met> {
    let mut ana = Member::open(ana, LOOPBACK).await?;
    ana.count().await?;
    let begun = Instant::now();
    let mut bo = Member::open(bo, LOOPBACK).await?;
    let opened = Instant::now();
    bo.idle(1).await?;
    ana.idle(1).await?;
    let met = Met {
        from_start: begun.elapsed(),
        from_open: opened.elapsed(),
    };
    for document in changed {
        ensure!(
            ana.note(*document)
                .await?
                .text
                .contains("Written while apart."),
            "an edit did not arrive"
        );
    }
    bo.close().await;
    ana.close().await;
    Ok(met)
}

struct ByPeer {
    messages: u64,
    bytes: u64,
    took: Duration,
}

fn appended(note: &NewNote) -> Result<Gesture> {
    let at = u32::try_from(note.text.encode_utf16().count())?;
    Ok(Gesture {
        at,
        delete: 0,
        insert: "\nWritten while apart.\n".to_owned(),
    })
}

fn by_automerge(notes: &[NewNote]) -> Result<ByPeer> {
    let mut one = Vec::with_capacity(notes.len());
    for note in notes {
        one.push(BareNote::new(&note.title, &note.text)?.document);
    }
    let mut other = one.clone();
    let step = (notes.len() / CHANGED).max(1);
    for (document, note) in one.iter_mut().zip(notes).step_by(step).take(CHANGED) {
        bare::push(document, &bare::text_of(document)?, &appended(note)?)?;
    }
    // A clone shares its writer; a replica that writes needs one of its own, and the other side only reads here.
    let begun = Instant::now();
    let (messages, bytes) = bare::synchronise(&mut one, &mut other)?;
    let took = begun.elapsed();
    ensure!(
        one.iter()
            .zip(&other)
            .all(|(here, there)| here.get_heads() == there.get_heads()),
        "automerge's sync did not finish"
    );
    Ok(ByPeer {
        messages,
        bytes,
        took,
    })
}

async fn by_samod(notes: &[NewNote]) -> Result<ByPeer> {
    let (here, there) = (
        samod::Repo::build_tokio().load().await,
        samod::Repo::build_tokio().load().await,
    );
    let mut pairs = Vec::with_capacity(notes.len());
    for note in notes {
        pairs.push(
            here.create(BareNote::new(&note.title, &note.text)?.document)
                .await?,
        );
    }
    let (connection, _) = samod_repo::connect(&here, &there).await?;
    let mut both = Vec::with_capacity(notes.len());
    for handle in pairs {
        let other = there
            .find(handle.document_id().clone())
            .await?
            .context("samod did not bring a document over")?;
        both.push((handle, other));
    }
    connection.close();
    while !here.connected_peers().0.is_empty() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let step = (notes.len() / CHANGED).max(1);
    let changed: Vec<_> = both.iter().zip(notes).step_by(step).take(CHANGED).collect();
    for ((handle, _), note) in &changed {
        let gesture = appended(note)?;
        handle
            .with_document(|document| bare::push(document, &bare::text_of(document)?, &gesture))?;
    }
    let begun = Instant::now();
    let (_connection, said) = samod_repo::connect(&here, &there).await?;
    loop {
        let equal = changed.iter().all(|((handle, other), _)| {
            handle.with_document(|document| document.get_heads())
                == other.with_document(|document| document.get_heads())
        });
        if equal {
            break;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let by = ByPeer {
        messages: said.times(),
        bytes: said.bytes(),
        took: begun.elapsed(),
    };
    here.stop().await;
    there.stop().await;
    Ok(by)
}
