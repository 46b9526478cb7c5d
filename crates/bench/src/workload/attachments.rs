//! A large attachment that comes over a connection whose other end is killed five times, beside a plain copy of the same bytes.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use rand::RngCore;
use serde::{Deserialize, Serialize};
use skein_engine::api::{AttachedFile, Event, FileState, Request, View};
use skein_engine::exchange;
use skein_model::{DocumentId, FileId};

use super::{Scale, dice};
use crate::measure::{Memory, bytes, ratio, shown};
use crate::member::{LOOPBACK, Member};
use crate::report::{Budget, Section, Table};

/// How often who receives is killed.
const KILLS: u64 = 5;
/// What receiving may take beyond a process that has the profile open and receives nothing.
const FLAT: u64 = 64_000_000;
const MEGABYTE: u64 = 1_000_000;

/// One line of the process that receives.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Progress {
    /// Bytes of the file that are here.
    here: u64,
    /// Of the process, when it had opened the profile.
    idle: u64,
    /// Of the process, since it began.
    peak: u64,
}

/// What was received, over all the processes that received.
#[derive(Debug, Default)]
struct Received {
    took: Duration,
    /// Bytes that were here before a kill and not after it.
    lost: u64,
    /// The most that a process took beyond what it took idle.
    beyond_idle: u64,
}

pub(crate) async fn run(folder: &Path, scale: Scale) -> Result<Section> {
    let size = scale.of(500, 20) * MEGABYTE;
    let source = folder.join("film.bin");
    write_noise(&source, size)?;
    let copied = copy(&source, &folder.join("copy.bin"))?;
    let mut ana = Member::founding(&folder.join("giver"), LOOPBACK, "Ana").await?;
    let document = ana.create_note("Film", "What we saw.", None).await?;
    let taker = folder.join("taker");
    join(&mut ana, &taker).await?;

    let (before, begun) = (Memory::now()?.resident, Instant::now());
    let file = exchange::add_file(&mut ana.client, document, &source).await?;
    let added = begun.elapsed();
    let received = receive(&taker, document, &file)?;
    let giver = Memory::now()?.peak.saturating_sub(before);
    ana.close().await;
    ensure!(
        hash(&taker, document, file.id, &folder.join("received.bin")).await?
            == hash(
                &folder.join("giver"),
                document,
                file.id,
                &folder.join("given.bin")
            )
            .await?,
        "what was received is another file"
    );
    ensure!(
        fs::read(&source)? == fs::read(folder.join("received.bin"))?,
        "what was received is not what was attached"
    );
    Ok(section(size, copied, added, &received, giver))
}

fn section(
    size: u64,
    copied: Duration,
    added: Duration,
    received: &Received,
    giver: u64,
) -> Section {
    let mut table = Table::new(&["", "time", "MB/s", "to the plain copy"]);
    for (name, took) in [
        ("a plain copy, on disk", copied),
        ("Skein: attached (hashed, encrypted, on disk)", added),
        (
            "Skein: received by somebody who is killed five times and starts again",
            received.took,
        ),
    ] {
        #[allow(clippy::cast_precision_loss, reason = "for reading only")]
        let rate = size as f64 / 1e6 / took.as_secs_f64();
        table.row([
            name.to_owned(),
            shown(took),
            format!("{rate:.0}"),
            ratio(took, copied),
        ]);
    }
    let highest = received.beyond_idle.max(giver);
    Section {
        title: "Attachments",
        words: format!(
            "A file of {} that no compression makes smaller is attached to a note. A second process, connected over a loopback socket, asks for it, and is \
             killed (SIGKILL) {KILLS} times on the way; each time a new process goes on. The end is compared with the file byte for byte.",
            bytes(size)
        ),
        tables: vec![table],
        budgets: vec![
            Budget {
                what: "an attachment interrupted five times: what was here is here again",
                budget: "no byte lost".to_owned(),
                measured: format!("{} lost", bytes(received.lost)),
                holds: received.lost == 0,
            },
            Budget {
                what: "an attachment: memory beyond an idle process",
                budget: format!("at most {}, whatever its size", bytes(FLAT)),
                measured: bytes(highest),
                holds: highest <= FLAT,
            },
        ],
        notes: vec![format!(
            "At their peaks whoever received took {} more than idle, and whoever gave {} more than before the file was attached.",
            bytes(received.beyond_idle),
            bytes(giver)
        )],
    }
}

/// A second member who holds the note and is gone again.
async fn join(ana: &mut Member, folder: &Path) -> Result<()> {
    let ticket = ana.invite().await?;
    let mut bo = Member::open(folder, LOOPBACK).await?;
    bo.join(ticket, "Bo").await?;
    bo.idle(1).await?;
    bo.close().await;
    Ok(())
}

/// Starts the process that receives, again and again, and kills it at each sixth of the way.
fn receive(taker: &Path, document: DocumentId, file: &AttachedFile) -> Result<Received> {
    let begun = Instant::now();
    let mut received = Received::default();
    let mut had = 0;
    for turn in 1..=KILLS + 1 {
        let enough = file.size * turn / (KILLS + 1);
        let mut child = Command::new(std::env::current_exe()?)
            .arg("child-receive")
            .arg(taker)
            .arg(document.to_string())
            .arg(file.id.to_string())
            .stdout(Stdio::piped())
            .spawn()?;
        let lines = BufReader::new(child.stdout.take().context("a child has no output")?).lines();
        let mut begins = true;
        for line in lines {
            let now: Progress = serde_json::from_str(&line?)?;
            if std::mem::take(&mut begins) {
                received.lost += had - now.here.min(had);
            }
            had = now.here;
            received.beyond_idle = received.beyond_idle.max(now.peak.saturating_sub(now.idle));
            if turn <= KILLS && had >= enough {
                child.kill()?;
                break;
            }
        }
        child.wait()?;
    }
    ensure!(had == file.size, "only {had} of {} bytes came", file.size);
    received.took = begun.elapsed();
    Ok(received)
}

/// The process that receives: asks for the file and says how much of it is here, until all is.
pub(crate) async fn child(profile: &Path, document: DocumentId, file: FileId) -> Result<()> {
    let mut member = Member::open(profile, LOOPBACK).await?;
    let idle = Memory::now()?.resident;
    let watched = member.watch(View::Files { document }).await?;
    let mut is_asked_for = false;
    loop {
        let Event::Files { files } = member.event(watched).await? else {
            bail!("files were asked for and something else came");
        };
        // The note tells of the file a moment after the two are connected.
        let Some(now) = files.iter().find(|one| one.id == file) else {
            continue;
        };
        if !std::mem::replace(&mut is_asked_for, true) {
            member.ask(Request::FetchFile { document, file }).await?;
        }
        let peak = Memory::now()?.peak;
        let here = now.here;
        println!("{}", serde_json::to_string(&Progress { here, idle, peak })?);
        if now.state == FileState::Here {
            member.close().await;
            return Ok(());
        }
    }
}

async fn hash(profile: &Path, document: DocumentId, file: FileId, to: &PathBuf) -> Result<String> {
    let mut member = Member::open(profile, LOOPBACK).await?;
    let (_, hash) = exchange::save_file(&mut member.client, document, file, to).await?;
    member.close().await;
    Ok(hash)
}

fn write_noise(to: &Path, size: u64) -> Result<()> {
    let mut rng = dice();
    let mut out = File::create(to)?;
    let mut piece = vec![0; 1_000_000];
    for _ in 0..size / MEGABYTE {
        rng.fill_bytes(&mut piece);
        out.write_all(&piece)?;
    }
    Ok(out.sync_all()?)
}

fn copy(from: &Path, to: &Path) -> Result<Duration> {
    let begun = Instant::now();
    fs::copy(from, to)?;
    File::open(to)?.sync_all()?;
    Ok(begun.elapsed())
}
