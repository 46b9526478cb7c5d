//! Child processes of the benchmark: a start and its memory are measured in a process of their own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use clap::Subcommand;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use skein_model::{DocumentId, FileId};

use crate::measure::Memory;
use crate::member::{LOOPBACK, Member};
use crate::peer::bare;
use crate::workload::attachments;

/// What a child does. It prints lines of JSON.
#[derive(Debug, Subcommand)]
pub(crate) enum Child {
    /// Starts the engine on a profile and lists its documents.
    #[command(hide = true)]
    ChildStart {
        /// The profile.
        profile: PathBuf,
    },
    /// Loads saved automerge documents and keeps them.
    #[command(hide = true)]
    ChildLoad {
        /// The file made by [`write_saved`].
        saved: PathBuf,
    },
    /// Receives an attachment, a line for each step of the way.
    #[command(hide = true)]
    ChildReceive {
        /// The profile.
        profile: PathBuf,
        /// The document that it is attached to.
        document: DocumentId,
        /// Which file.
        file: FileId,
    },
}

/// How the engine started.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Started {
    /// From nothing to a client of the open profile.
    pub(crate) open: Duration,
    /// And from there to the reply with all documents.
    pub(crate) list: Duration,
    pub(crate) documents: usize,
    pub(crate) resident: u64,
    pub(crate) peak: u64,
}

/// How automerge loaded everything.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct LoadedAll {
    pub(crate) took: Duration,
    pub(crate) resident: u64,
    pub(crate) peak: u64,
}

impl Child {
    pub(crate) async fn run(self) -> Result<()> {
        let line = match self {
            Self::ChildStart { profile } => serde_json::to_string(&start(&profile).await?)?,
            Self::ChildLoad { saved } => serde_json::to_string(&load(&saved)?)?,
            Self::ChildReceive {
                profile,
                document,
                file,
            } => return attachments::child(&profile, document, file).await,
        };
        println!("{line}");
        Ok(())
    }
}

async fn start(profile: &Path) -> Result<Started> {
    let begun = Instant::now();
    let mut member = Member::open(profile, LOOPBACK).await?;
    let open = begun.elapsed();
    let documents = member.count().await?;
    let list = begun.elapsed().saturating_sub(open);
    let memory = Memory::now()?;
    member.close().await;
    Ok(Started {
        open,
        list,
        documents,
        resident: memory.resident,
        peak: memory.peak,
    })
}

fn load(saved: &Path) -> Result<LoadedAll> {
    let saved: Vec<Vec<u8>> = serde_json::from_slice(&fs::read(saved)?)?;
    let begun = Instant::now();
    let mut kept = Vec::with_capacity(saved.len());
    for bytes in &saved {
        kept.push(bare::load(bytes)?);
    }
    let took = begun.elapsed();
    drop(saved);
    let memory = Memory::now()?;
    ensure!(
        kept.iter().all(|document| !document.get_heads().is_empty()),
        "a document is empty"
    );
    Ok(LoadedAll {
        took,
        resident: memory.resident,
        peak: memory.peak,
    })
}

/// Writes saved documents for [`Child::ChildLoad`].
pub(crate) fn write_saved(to: &Path, saved: &[Vec<u8>]) -> Result<()> {
    Ok(fs::write(to, serde_json::to_vec(saved)?)?)
}

/// Runs a child to its end and reads what it found.
pub(crate) fn run<T: DeserializeOwned>(name: &str, argument: &Path) -> Result<T> {
    let output = Command::new(std::env::current_exe()?)
        .arg(name)
        .arg(argument)
        .output()?;
    ensure!(
        output.status.success(),
        "{name}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    let text = String::from_utf8(output.stdout)?;
    serde_json::from_str(text.lines().last().context("a child said nothing")?)
        .context("a child said something else")
}
