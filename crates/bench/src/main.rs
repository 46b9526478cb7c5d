//! Measures Skein beside its peers and writes the report.

mod child;
mod fixture;
mod measure;
mod member;
mod pair;
mod peer;
mod profile;
mod report;
mod session;
mod words;
mod workload;

use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::{Parser, ValueEnum};

use child::Child;
use fixture::Fixture;
use measure::Load;
use report::{Circumstances, Section};
use session::Session;
use workload::{
    Scale, attachments, board, bundles, first_sync, keys, latency, loading, reconnect, search,
    starting,
};

/// Where the report goes when everything was run.
const REPORT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/benchmarks.md");

/// Measures Skein beside its peers and writes the report.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// An editing trace (JSON, or .json.gz) in the place of the generated session.
    #[arg(long, value_name = "FILE")]
    trace: Option<PathBuf>,
    /// Small sizes and few repetitions.
    #[arg(long)]
    quick: bool,
    /// Run only these workloads; the report goes to the terminal unless `--report` says where.
    #[arg(long, value_enum, value_name = "NAME")]
    only: Vec<Workload>,
    /// Where the report goes; docs/benchmarks.md when everything is run.
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    #[command(subcommand)]
    child: Option<Child>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Workload {
    Keys,
    Load,
    Start,
    FirstSync,
    Reconnect,
    Bundles,
    Latency,
    Search,
    Board,
    Attachments,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    runtime.block_on(async {
        match arguments.child {
            Some(child) => child.run().await,
            None => measure(arguments).await,
        }
    })
}

async fn measure(arguments: Arguments) -> Result<()> {
    let scale = Scale {
        quick: arguments.quick,
    };
    let load_before = Load::now()?;
    let session = match &arguments.trace {
        Some(trace) => Session::read(trace)?,
        None => Session::generated(scale.of(40_000, 4_000))?,
    };
    let folder = tempfile::Builder::new().prefix("skein-bench-").tempdir()?;
    let mut fixture = Fixture::new(folder.path(), scale.of(10_000, 1_000));
    let wanted = |workload| arguments.only.is_empty() || arguments.only.contains(&workload);
    let mut sections: Vec<Section> = Vec::new();
    if wanted(Workload::Keys) || wanted(Workload::Load) {
        eprintln!("key presses");
        let (section, typed) = keys::run(folder.path(), &session, scale).await?;
        if wanted(Workload::Keys) {
            sections.push(section);
        }
        if wanted(Workload::Load) {
            eprintln!("loading");
            sections.push(loading::run(&typed, &mut fixture, scale).await?);
        }
    }
    if wanted(Workload::Start) {
        eprintln!("start and memory");
        sections.push(starting::run(&mut fixture, scale).await?);
    }
    if wanted(Workload::FirstSync) {
        eprintln!("first sync");
        sections.push(first_sync::run(&mut fixture).await?);
    }
    if wanted(Workload::Reconnect) {
        eprintln!("reconnect");
        sections.push(reconnect::run(&mut fixture, scale).await?);
    }
    if wanted(Workload::Bundles) {
        eprintln!("bundles");
        sections.push(bundles::run(&mut fixture).await?);
    }
    if wanted(Workload::Latency) {
        eprintln!("live latency");
        sections.push(latency::run(folder.path(), scale).await?);
    }
    if wanted(Workload::Search) {
        eprintln!("search");
        sections.push(search::run(&mut fixture, scale).await?);
    }
    if wanted(Workload::Board) {
        eprintln!("moving cards");
        sections.push(board::run(folder.path(), scale).await?);
    }
    if wanted(Workload::Attachments) {
        eprintln!("attachments");
        sections.push(attachments::run(folder.path(), scale).await?);
    }
    let circumstances = Circumstances {
        command: command(),
        session: session.words.clone(),
        quick: arguments.quick,
        load_before,
    };
    let text = report::markdown(&circumstances, &sections)?;
    let place = arguments
        .report
        .or_else(|| arguments.only.is_empty().then(|| REPORT.into()));
    match place {
        Some(place) => std::fs::write(&place, text)
            .with_context(|| format!("cannot write {}", place.display())),
        None => {
            print!("{text}");
            Ok(())
        }
    }
}

/// The command as it was given, without where things lie on this machine.
fn command() -> String {
    let arguments: Vec<String> = std::env::args()
        .skip(1)
        .map(|argument| match PathBuf::from(&argument).file_name() {
            Some(name) if argument.contains('/') => name.to_string_lossy().into_owned(),
            _ => argument,
        })
        .collect();
    let given = if arguments.is_empty() {
        String::new()
    } else {
        format!(" -- {}", arguments.join(" "))
    };
    format!("cargo run --release -p skein-bench{given}")
}
