//! The workspace that the large workloads share: built once, by the engine itself.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use skein_engine::Use;
use skein_engine::api::{Event, Reply, Request, View};
use skein_engine::relay::{Relay, RelayConfig, RelayLimits};

use crate::measure::{Memory, processor_time};
use crate::member::{LOOPBACK, Member};
use crate::words::{NewNote, Vocabulary};

/// How many notes lie under one.
const UNDER_ONE: usize = 100;
/// When nothing comes for so long, something is wrong.
const SILENCE: Duration = Duration::from_secs(60);

/// The workspace, as far as it was needed.
pub(crate) struct Fixture {
    folder: PathBuf,
    pub(crate) documents: usize,
    has_ana: bool,
    joined: Option<FirstSync>,
}

/// How a second member received everything.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FirstSync {
    pub(crate) to_first_title: Duration,
    pub(crate) to_titles: Duration,
    pub(crate) to_all: Duration,
    /// Of both sides together: they share this process.
    pub(crate) processor: Duration,
    pub(crate) peak: u64,
}

impl Fixture {
    pub(crate) fn new(folder: &Path, documents: usize) -> Self {
        Self {
            folder: folder.to_owned(),
            documents,
            has_ana: false,
            joined: None,
        }
    }

    /// The notes, as they are before anybody stores them.
    pub(crate) fn notes(&self) -> (Vocabulary, Vec<NewNote>) {
        let mut rng = ChaCha20Rng::seed_from_u64(10_000);
        let vocabulary = Vocabulary::new(&mut rng);
        let notes = (0..self.documents)
            .map(|number| vocabulary.note(&mut rng, number))
            .collect();
        (vocabulary, notes)
    }

    /// A place for what a workload makes.
    pub(crate) fn place(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// A profile with a workspace of that many notes, used by nobody.
    pub(crate) async fn ana(&mut self) -> Result<PathBuf> {
        let folder = self.place("ana");
        if !self.has_ana {
            eprintln!("  making a workspace of {} notes", self.documents);
            let mut ana = Member::founding(&folder, Use::Once, "Ana").await?;
            let mut parent = None;
            for (number, note) in self.notes().1.iter().enumerate() {
                if number % UNDER_ONE == 0 {
                    parent = Some(ana.create_note(&note.title, &note.text, None).await?);
                } else {
                    ana.create_note(&note.title, &note.text, parent).await?;
                }
            }
            ana.close().await;
            self.has_ana = true;
        }
        Ok(folder)
    }

    /// A second profile that received all of the first over a loopback socket, and how that went. Used by nobody.
    pub(crate) async fn bo(&mut self) -> Result<(PathBuf, FirstSync)> {
        let folder = self.place("bo");
        if let Some(joined) = self.joined {
            return Ok((folder, joined));
        }
        let ana = self.ana().await?;
        let mut ana = Member::open(&ana, LOOPBACK).await?;
        let ticket = ana.invite().await?;
        let mut bo = Member::open(&folder, LOOPBACK).await?;
        let joined = self.receives(&mut bo, ticket, "Bo").await?;
        ana.idle(1).await?;
        bo.close().await;
        ana.close().await;
        self.joined = Some(joined);
        Ok((folder, joined))
    }

    /// The same by a third one, at a relay while everybody else is away.
    pub(crate) async fn cy(&mut self) -> Result<FirstSync> {
        let ana = self.ana().await?;
        let mut ana = Member::open(&ana, LOOPBACK).await?;
        let relay = self.relay(&mut ana).await?;
        let address = relay.addresses().first().cloned();
        let address = address.context("the relay listens nowhere")?;
        ana.ask(Request::AddRelay { address }).await?;
        let ticket = ana.invite().await?;
        ana.idle(1).await?;
        ana.close().await;
        let mut cy = Member::open(&self.place("cy"), LOOPBACK).await?;
        let joined = self.receives(&mut cy, ticket, "Cy").await?;
        cy.close().await;
        relay.close().await;
        Ok(joined)
    }

    /// A relay that serves the workspace.
    async fn relay(&self, ana: &mut Member) -> Result<Relay> {
        let Reply::Status { status } = ana.ask(Request::Status).await? else {
            bail!("the state of a profile was asked for and something else came")
        };
        let workspace = status.workspace_id.context("there is no workspace")?;
        let here = SocketAddr::from(([127, 0, 0, 1], 0));
        let config = RelayConfig {
            folder: self.place("relay"),
            database: None,
            listen: Some(here),
            external: Vec::new(),
            workspaces: vec![workspace.parse()?],
            limits: RelayLimits::default(),
        };
        Ok(Relay::open(config).await?)
    }

    /// Joins, receives everything, and says how that went.
    async fn receives(&self, member: &mut Member, ticket: String, name: &str) -> Result<FirstSync> {
        let (begun, processor) = (Instant::now(), processor_time()?);
        member.join(ticket, name).await?;
        let tree = member.watch(View::Tree).await?;
        let mut known = std::collections::BTreeSet::new();
        let mut to_first_title = None;
        while known.len() < self.documents {
            let Ok(event) = tokio::time::timeout(SILENCE, member.event(tree)).await else {
                let status = member.ask(Request::Status).await?;
                bail!(
                    "after {} documents nothing came any more: {status:?}",
                    known.len()
                );
            };
            if let Event::Tree { upserts, .. } = event? {
                known.extend(upserts.into_iter().map(|item| item.id));
            }
            if !known.is_empty() {
                to_first_title.get_or_insert_with(|| begun.elapsed());
            }
        }
        let to_titles = begun.elapsed();
        member.idle(1).await?;
        let to_all = begun.elapsed();
        let processor = processor_time()?.saturating_sub(processor);
        let peak = Memory::now()?.peak;
        ensure!(
            member.count().await? == self.documents,
            "not everything arrived"
        );
        Ok(FirstSync {
            to_first_title: to_first_title.unwrap_or(to_titles),
            to_titles,
            to_all,
            processor,
            peak,
        })
    }
}
