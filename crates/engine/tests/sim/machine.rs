//! One machine: a profile on disk, a core while it runs, a clock of its own, and the shells that look on.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha20Rng;
use skein_access::{DeviceId, DeviceKey};
use skein_engine::api::{ApiError, Event, Reply, ServerMessage, SubscriptionId, TreeItem};
use skein_engine::core::{Core, Effect, Input, Job, Now, PackingRule};
use skein_model::{BoardView, CardId, CardSummary, DocumentId, TextField};
use skein_store::Store;

/// The shell that asks and edits.
pub(crate) const SHELL: u64 = 1;
/// The shell that watches lists and boards.
pub(crate) const WATCHER: u64 = 2;

/// What a request was for, so that its answer can be noted whenever it comes.
#[derive(Debug, Clone)]
pub(crate) enum Asked {
    /// Somebody waits for the answer.
    Question,
    /// A text was inserted by a typed edit.
    Insertion(String),
    /// A card is to be made.
    Card(DocumentId, CardId),
    /// A document is to be made.
    Document,
    /// Anything else that may be refused for good reasons.
    Change,
    /// A subscription of the watcher.
    Watch(Watching),
}

/// What the watcher watches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Watching {
    Tree,
    Trash,
    Delivery,
    Board(DocumentId),
}

/// What the watcher was told, put together.
#[derive(Default)]
pub(crate) struct Mirror {
    pub(crate) watching: BTreeMap<SubscriptionId, Watching>,
    pub(crate) lists: BTreeMap<Watching, BTreeMap<DocumentId, TreeItem>>,
    pub(crate) boards: BTreeMap<DocumentId, (Option<Event>, BTreeMap<CardId, CardSummary>)>,
    pub(crate) delivery: Option<skein_engine::api::Delivery>,
}

pub(crate) struct Machine {
    pub(crate) key: [u8; 32],
    pub(crate) device: DeviceId,
    pub(crate) path: PathBuf,
    pub(crate) core: Option<Core>,
    rng: ChaCha20Rng,
    pub(crate) skew_ms: i64,
    started_ms: u64,
    /// When it packs, if otherwise than usual.
    pub(crate) packing: Option<PackingRule>,
    /// Counts the lives, so that work of an earlier one is not given to a later one.
    pub(crate) life: u32,
    pub(crate) devices_allowed: BTreeSet<DeviceId>,
    pub(crate) strangers_allowed: bool,
    pub(crate) jobs: Vec<Job>,
    pub(crate) asked: BTreeMap<u32, Asked>,
    pub(crate) answers: BTreeMap<u32, Result<Reply, ApiError>>,
    pub(crate) mirror: Mirror,
    pub(crate) joined: bool,
    /// Whose device it is: the machine with which that person came.
    pub(crate) person: usize,
    /// Texts seen earlier, from which somebody may still write.
    pub(crate) old_texts: BTreeMap<(DocumentId, TextField), String>,
    /// What takes back an earlier edit.
    pub(crate) undos: Vec<skein_engine::api::Request>,
}

impl Machine {
    pub(crate) fn new(folder: &Path, index: usize, key: [u8; 32], rng: &mut ChaCha20Rng) -> Self {
        Self {
            key,
            device: DeviceKey::from_bytes(&key).id(),
            path: folder.join(format!("{index}.skein")),
            core: None,
            rng: ChaCha20Rng::from_seed(rng.r#gen()),
            skew_ms: rng.gen_range(-3..=3) * 365 * 24 * 3_600_000 * i64::from(rng.gen_bool(0.5)),
            started_ms: 0,
            packing: None,
            life: 0,
            devices_allowed: BTreeSet::new(),
            strangers_allowed: false,
            jobs: Vec::new(),
            asked: BTreeMap::new(),
            answers: BTreeMap::new(),
            mirror: Mirror::default(),
            joined: false,
            person: index,
            old_texts: BTreeMap::new(),
            undos: Vec::new(),
        }
    }

    pub(crate) fn is_running(&self) -> bool {
        self.core.is_some()
    }

    pub(crate) fn start(&mut self, now_ms: u64) {
        let opened = Store::open(&self.path).unwrap();
        assert!(
            matches!(opened, skein_store::Opened::Ready(_)),
            "the file is damaged: {opened:?}"
        );
        let mut core = Core::open(opened, DeviceKey::from_bytes(&self.key), &mut self.rng).unwrap();
        if let Some(rule) = self.packing {
            core.packs_by(rule);
        }
        self.core = Some(core);
        self.started_ms = now_ms;
        self.life += 1;
    }

    /// Ends without a word. With `power`, as if the machine went off: nothing is tidied up in the file.
    pub(crate) fn crash(&mut self, power: bool) {
        let aside = self.path.with_extension("aside");
        if power {
            copy_profile(&self.path, &aside);
        }
        self.core = None;
        if power {
            copy_profile(&aside, &self.path);
        }
        self.forget_shells();
    }

    pub(crate) fn forget_shells(&mut self) {
        self.jobs.clear();
        self.asked.clear();
        self.answers.clear();
        self.mirror = Mirror::default();
        self.undos.clear();
    }

    fn now(&self, now_ms: u64) -> Now {
        const MOMENT: i64 = 1_900_000_000_000;
        let mono_ms = now_ms - self.started_ms;
        Now {
            wall_ms: MOMENT + now_ms as i64 + self.skew_ms,
            mono_ms,
        }
    }

    pub(crate) fn handle(&mut self, now_ms: u64, input: Input) -> Vec<Effect> {
        let now = self.now(now_ms);
        match &mut self.core {
            Some(core) => core.handle(now, &mut self.rng, input),
            None => Vec::new(),
        }
    }

    /// When the core wants to be woken, on the clock of the world.
    pub(crate) fn wakes_at(&self) -> Option<u64> {
        self.core.as_ref()?.wake_at().map(|at| at + self.started_ms)
    }

    /// Notes what the watcher is told.
    pub(crate) fn watched(&mut self, message: ServerMessage) {
        let mirror = &mut self.mirror;
        let ServerMessage::Event {
            subscription,
            event,
        } = message
        else {
            return;
        };
        let Some(watching) = mirror.watching.get(&subscription).copied() else {
            return;
        };
        match event {
            Event::Tree {
                reset,
                upserts,
                removed,
            } => {
                let list = mirror.lists.entry(watching).or_default();
                if reset {
                    list.clear();
                }
                list.extend(upserts.into_iter().map(|item| (item.id, item)));
                list.retain(|id, _| !removed.contains(id));
            }
            Event::Delivery { delivery } => mirror.delivery = Some(delivery),
            Event::Board {
                reset,
                title,
                life,
                columns,
                upserts,
                removed,
            } => {
                let Watching::Board(document) = watching else {
                    panic!("a board was not watched")
                };
                let (head, cards) = mirror.boards.entry(document).or_default();
                if reset {
                    cards.clear();
                }
                cards.extend(upserts.into_iter().map(|card| (card.id, card)));
                cards.retain(|id, _| !removed.contains(id));
                *head = Some(Event::Board {
                    reset: true,
                    title,
                    life,
                    columns,
                    upserts: Vec::new(),
                    removed: Vec::new(),
                });
            }
            Event::Gone => {
                let Watching::Board(document) = watching else {
                    panic!("{watching:?} went")
                };
                // Nothing of it counts any more, and whoever looked at it looks away.
                mirror.watching.remove(&subscription);
                mirror.boards.remove(&document);
            }
            other => panic!("the watcher got {other:?}"),
        }
    }

    /// Compares what the watcher was told of a board with the board.
    pub(crate) fn check_board(&self, board: &BoardView) {
        let Some((Some(head), cards)) = self.mirror.boards.get(&board.id) else {
            return;
        };
        let Event::Board {
            title,
            life,
            columns,
            ..
        } = head
        else {
            return;
        };
        assert_eq!(
            (title, life),
            (&board.title, &board.life),
            "a watched board's head"
        );
        assert_eq!(columns, &board.columns, "a watched board's columns");
        let whole: BTreeMap<CardId, CardSummary> = board
            .cards
            .iter()
            .map(|card| (card.id, card.clone()))
            .collect();
        assert_eq!(cards, &whole, "a watched board's cards");
    }
}

/// Copies a profile's file with what is in its log, as a backup program does.
pub(crate) fn copy_profile(from: &Path, to: &Path) {
    for end in ["", "-wal"] {
        let named = |path: &Path| PathBuf::from(format!("{}{end}", path.display()));
        let _ = std::fs::remove_file(named(to));
        if named(from).exists() {
            std::fs::copy(named(from), named(to)).unwrap();
        }
    }
    let _ = std::fs::remove_file(format!("{}-shm", to.display()));
    copy_chunks(from, to);
}

/// Copies the folder with the parts of files that belongs to a profile's file.
fn copy_chunks(from: &Path, to: &Path) {
    let (from, to) = (from.with_extension("files"), to.with_extension("files"));
    if from == to || !from.exists() {
        return;
    }
    let _ = std::fs::remove_dir_all(&to);
    for shelf in std::fs::read_dir(&from).unwrap() {
        let shelf = shelf.unwrap().path();
        let target = to.join(shelf.file_name().unwrap());
        std::fs::create_dir_all(&target).unwrap();
        for chunk in std::fs::read_dir(&shelf).unwrap() {
            let chunk = chunk.unwrap().path();
            std::fs::copy(&chunk, target.join(chunk.file_name().unwrap())).unwrap();
        }
    }
}
