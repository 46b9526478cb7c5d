//! Key presses: the whole engine with its disk, beside bare automerge in memory and samod with file storage.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use rand::Rng;
use skein_engine::Use;
use skein_model::DocumentId;

use super::{Scale, dice};
use crate::measure::{Samples, bytes, ratio, shown, times};
use crate::member::Member;
use crate::peer::bare::{self, BareNote};
use crate::peer::samod_repo::CountedFiles;
use crate::report::{Budget, Section, Table};
use crate::session::{Gesture, Session};
use crate::words::Vocabulary;

/// The pause between two keys of somebody who types fast.
const PAUSE: Duration = Duration::from_millis(30);

/// What the session left behind, for the workload that loads it.
pub(crate) struct Typed {
    pub(crate) profile: PathBuf,
    pub(crate) note: DocumentId,
    pub(crate) saved: Vec<u8>,
}

/// One side's times.
struct Sized {
    paste: Duration,
    fast: Samples,
    paced: Samples,
}

pub(crate) async fn run(
    folder: &Path,
    session: &Session,
    scale: Scale,
) -> Result<(Section, Typed)> {
    let profile = folder.join("typing");
    let mut member = Member::founding(&profile, Use::Once, "Ana").await?;
    eprintln!("  the session through the engine");
    let (note, ours) = engine_session(&mut member, session).await?;
    eprintln!("  the session in bare automerge");
    let (saved, theirs) = bare_session(session)?;
    eprintln!("  the session in samod");
    let samod = samod_session(
        &folder.join("samod-typing"),
        session,
        scale.of(Duration::from_secs(60), Duration::from_secs(8)),
    )
    .await?;

    let mut table = Table::new(&[
        "one gesture",
        "p50",
        "p95",
        "p99",
        "longest",
        "p50 to bare automerge",
    ]);
    let mut add = |name: &str, samples: &Samples, bare: &Samples| {
        let [p50, p95, p99, max] =
            [samples.p50(), samples.p95(), samples.p99(), samples.max()].map(shown);
        table.row([
            name.to_owned(),
            p50,
            p95,
            p99,
            max,
            ratio(samples.p50(), bare.p50()),
        ]);
    };
    let tail = session.gestures.len().min(1_000);
    add("Skein: engine, on disk", &ours, &theirs);
    add(
        "Skein: the last 1,000",
        &ours.last(tail),
        &theirs.last(tail),
    );
    add("bare automerge, in memory", &theirs, &theirs);
    add(
        "bare automerge: the last 1,000",
        &theirs.last(tail),
        &theirs.last(tail),
    );
    let same = samod.samples.len();
    add(
        "samod, returns before the disk",
        &samod.samples,
        &theirs.first(same),
    );
    let mut totals = Table::new(&[
        "the same gestures, until all is on disk",
        "gestures",
        "total",
        "each",
    ]);
    let mut add = |name: &str, count: usize, total: Duration| {
        totals.row([
            name.to_owned(),
            count.to_string(),
            shown(total),
            shown(total / u32::try_from(count.max(1)).unwrap_or(1)),
        ]);
    };
    add("Skein", same, ours.first(same).total());
    add("samod", same, samod.until_on_disk);

    let mut sizes = Table::new(&[
        "in the middle of a note of",
        "",
        "paste of it all",
        "p50",
        "p99",
        "longest",
        "p99 at 33 keys/s",
        "longest at 33 keys/s",
    ]);
    let mut paced: Vec<Duration> = Vec::new();
    for (name, size) in [("100 KB", 100_000), ("1 MB", 1_000_000)] {
        eprintln!("  keys in a note of {name}");
        let (ours, bare) = sized(&mut member, size, scale).await?;
        for (who, of) in [("Skein", &ours), ("bare automerge", &bare)] {
            let slow = |time: Duration| {
                if of.paced.len() == 0 {
                    "–".to_owned()
                } else {
                    shown(time)
                }
            };
            let cells = [
                shown(of.paste),
                shown(of.fast.p50()),
                shown(of.fast.p99()),
                shown(of.fast.max()),
            ];
            let [paste, p50, p99, max] = cells;
            sizes.row([
                name.to_owned(),
                who.to_owned(),
                paste,
                p50,
                p99,
                max,
                slow(of.paced.p99()),
                slow(of.paced.max()),
            ]);
        }
        paced.push(ours.paced.p99());
    }
    member.close().await;

    let p50 = ours.p50().as_secs_f64() / theirs.p50().as_secs_f64();
    Ok((
        Section {
            title: "Key presses",
            words: format!(
                "Every gesture of the session is pushed by a client of the engine and waited for: it is in SQLite's log when it counts as done. \
                 Bare automerge makes one change of each in memory; samod does so and hands it to its file storage. Session: {}.",
                session.words
            ),
            tables: vec![table, totals, sizes],
            budgets: vec![
                Budget {
                    what: "key press through the engine, durable: p50",
                    budget: "at most 4× bare automerge".to_owned(),
                    measured: format!("{} ({})", times(p50), shown(ours.p50())),
                    holds: p50 <= 4.0,
                },
                Budget {
                    what: "key press through the engine, durable: p99",
                    budget: "10 ms".to_owned(),
                    measured: shown(ours.p99()),
                    holds: ours.p99() <= Duration::from_millis(10),
                },
                typed("typed at 33 keys a second in 100 KB, durable: p99", paced.first()),
                typed("typed at 33 keys a second in 1 MB, durable: p99", paced.last()),
            ],
            notes: vec![
                format!(
                    "samod wrote {} in {} files for its {same} gestures{}.",
                    bytes(samod.written),
                    samod.files,
                    if same < session.gestures.len() { ", after which its time was up" } else { "" }
                ),
                "A push is applied, journalled and acknowledged by itself; every 20 of them become one change. Search and links follow the text after a pause, \
                 and every 5 s without one: that is the longest."
                    .to_owned(),
            ],
        },
        Typed { profile, note, saved },
    ))
}

fn typed(what: &'static str, p99: Option<&Duration>) -> Budget {
    let p99 = p99.copied().unwrap_or_default();
    Budget {
        what,
        budget: "10 ms".to_owned(),
        measured: shown(p99),
        holds: p99 <= Duration::from_millis(10),
    }
}

async fn engine_session(member: &mut Member, session: &Session) -> Result<(DocumentId, Samples)> {
    let note = member.create_note("Session", &session.start, None).await?;
    let mut typing = member.type_into(note).await?;
    let mut samples = Samples::default();
    for gesture in &session.gestures {
        let begun = Instant::now();
        typing.push(member, gesture).await?;
        samples.push(begun.elapsed());
    }
    ensure!(
        member.note(note).await?.text == session.end,
        "the engine's text is not the session's end"
    );
    Ok((note, samples))
}

fn bare_session(session: &Session) -> Result<(Vec<u8>, Samples)> {
    let mut note = BareNote::new("Session", &session.start)?;
    let mut samples = Samples::default();
    for gesture in &session.gestures {
        samples.time(|| note.push(gesture))?;
    }
    ensure!(
        note.text()? == session.end,
        "automerge's text is not the session's end"
    );
    Ok((note.document.save(), samples))
}

struct OfSamod {
    samples: Samples,
    until_on_disk: Duration,
    written: u64,
    files: u64,
}

async fn samod_session(folder: &Path, session: &Session, patience: Duration) -> Result<OfSamod> {
    std::fs::create_dir_all(folder)?;
    let files = CountedFiles::new(folder);
    let repo = samod::Repo::build_tokio()
        .with_storage(files.clone())
        .load()
        .await;
    let note = BareNote::new("Session", &session.start)?;
    let text = bare::text_of(&note.document)?;
    let handle = repo.create(note.document).await?;
    let mut samples = Samples::default();
    let begun = Instant::now();
    for gesture in &session.gestures {
        if begun.elapsed() > patience {
            break;
        }
        samples.time(|| handle.with_document(|document| bare::push(document, &text, gesture)))?;
        tokio::task::yield_now().await;
    }
    repo.stop().await;
    Ok(OfSamod {
        samples,
        until_on_disk: begun.elapsed(),
        written: files.written.bytes(),
        files: files.written.times(),
    })
}

/// Keys in the middle of a pasted text, by the engine and by bare automerge.
async fn sized(member: &mut Member, size: usize, scale: Scale) -> Result<(Sized, Sized)> {
    let mut rng = dice();
    let paste = Vocabulary::new(&mut rng).paragraph(&mut rng, size);
    let whole = Gesture {
        at: 0,
        delete: 0,
        insert: paste.clone(),
    };
    let count: u32 = scale.of(1_000, 200);
    let keys = keys(count, u32::try_from(paste.len())?);

    let note = member
        .create_note(&format!("Pasted {size}"), "", None)
        .await?;
    let mut typing = member.type_into(note).await?;
    let begun = Instant::now();
    typing.push(member, &whole).await?;
    let mut ours = Sized {
        paste: begun.elapsed(),
        fast: Samples::default(),
        paced: Samples::default(),
    };
    for gesture in &keys {
        let begun = Instant::now();
        typing.push(member, gesture).await?;
        ours.fast.push(begun.elapsed());
    }
    for gesture in keys.iter().take(scale.of(400, 100)) {
        tokio::time::sleep(PAUSE).await;
        let begun = Instant::now();
        typing.push(member, gesture).await?;
        ours.paced.push(begun.elapsed());
    }

    let mut bare = BareNote::new("Pasted", "")?;
    let mut theirs = Sized {
        paste: Duration::ZERO,
        fast: Samples::default(),
        paced: Samples::default(),
    };
    let begun = Instant::now();
    bare.push(&whole)?;
    theirs.paste = begun.elapsed();
    for gesture in &keys {
        theirs.fast.time(|| bare.push(gesture))?;
    }
    Ok((ours, theirs))
}

/// Letters typed in runs of twenty at places all over a text.
fn keys(count: u32, length: u32) -> Vec<Gesture> {
    let mut rng = dice();
    let mut at = length / 2;
    (0..count)
        .map(|number| {
            at = if number % 20 == 0 {
                rng.gen_range(0..length)
            } else {
                at + 1
            };
            Gesture {
                at,
                delete: 0,
                insert: "k".to_owned(),
            }
        })
        .collect()
}
