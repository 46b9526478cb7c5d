//! Fetching the chunks that are wanted here: the latest files first, from several devices at once, each chunk from another one
//! where the first fails.

use std::collections::{BTreeMap, BTreeSet};

use skein_access::DeviceId;
use skein_model::{ChunkName, DocumentId, FileId, FileManifest};
use skein_net::ChunkAnswer;
use skein_store::{ChunkError, Durability, StoredFile};

use super::{FileJob, is_wanted};
use crate::api::ApiError;
use crate::core::Core;
use crate::core::io::Effect;
use crate::core::step::Step;

/// How many chunks are under way at once, ...
const MOST_UNDER_WAY: usize = 8;
/// ... and how many from one device.
const MOST_FROM_ONE: usize = 3;
/// How many files are fetched at once at most; further ones come when some are done.
const MOST_FILES: usize = 10_000;
/// How many rows are read at a time.
const PAGE: u32 = 200;
/// A chunk of which nothing is heard for so long (ms) does not come from there.
const PATIENCE: u64 = 180_000;
/// After so long (ms) a device is asked again for a chunk that it did not have; each time twice as long, up to ...
const ASK_AGAIN: u64 = 5_000;
/// ... this.
const ASK_AGAIN_LONGEST: u64 = 300_000;
/// A device that sends other bytes than it was asked for is not asked for this chunk again for so long (ms).
const DISTRUST: u64 = 3_600_000;
/// So many failures are remembered.
const MOST_FAILURES: usize = 100_000;

/// What is wanted and what is under way.
#[derive(Default)]
pub(super) struct Fetching {
    /// The store may know of files that are not among the wanted.
    pub(super) stale: bool,
    /// Files up to this row were looked at.
    seen_row: i64,
    /// There were more than can be wanted at once.
    more: bool,
    /// By row: the latest file has the largest.
    wanted: BTreeMap<i64, Wanted>,
    under_way: BTreeMap<ChunkName, UnderWay>,
    failures: BTreeMap<(DeviceId, ChunkName), Failure>,
    /// Something changed: whom to ask for what is to be thought about.
    look: bool,
    again_at: Option<u64>,
}

struct Wanted {
    document: DocumentId,
    file: FileId,
    missing: BTreeSet<ChunkName>,
    /// The order in which they are asked for.
    order: Vec<ChunkName>,
}

struct UnderWay {
    peer: DeviceId,
    row: i64,
    until: u64,
    /// It has come and is being put on disk.
    came: bool,
}

struct Failure {
    again_at: u64,
    wait: u64,
}

impl Fetching {
    pub(super) fn due(&self) -> Option<u64> {
        if self.stale || self.look {
            return Some(0);
        }
        let patience = self.under_way.values().map(|chunk| chunk.until).min();
        [self.again_at, patience].into_iter().flatten().min()
    }

    /// Whether nothing comes now, as far as is known.
    pub(super) fn is_quiet(&self) -> bool {
        self.under_way.is_empty() && !self.stale && !self.look
    }

    /// Whoever did not have a file may have it by now.
    pub(super) fn forgive(&mut self, manifest: &FileManifest) {
        let names: BTreeSet<&ChunkName> = manifest.chunks().iter().collect();
        self.failures
            .retain(|(_, name), failure| failure.wait >= DISTRUST || !names.contains(name));
        self.look = true;
    }

    fn fails(&self, peer: DeviceId, name: ChunkName, now: u64) -> Option<u64> {
        let failure = self.failures.get(&(peer, name))?;
        (failure.again_at > now).then_some(failure.again_at)
    }

    fn failed(&mut self, peer: DeviceId, name: ChunkName, now: u64, least: u64) {
        if self.failures.len() >= MOST_FAILURES {
            self.failures.clear();
        }
        let before = self
            .failures
            .get(&(peer, name))
            .map_or(0, |known| known.wait);
        let wait = (before * 2).clamp(least, ASK_AGAIN_LONGEST.max(least));
        let again_at = now + wait;
        self.failures
            .insert((peer, name), Failure { again_at, wait });
        self.look = true;
    }
}

impl Core {
    /// A device is gone: what it was asked for is asked of others, and it may be asked for all again when it is back.
    pub(in crate::core) fn fetching_from_is_over(&mut self, peer: DeviceId) {
        let fetching = &mut self.files.fetching;
        fetching
            .under_way
            .retain(|_, chunk| chunk.peer != peer || chunk.came);
        fetching.failures.retain(|(failed, _), _| *failed != peer);
        fetching.look = true;
        self.asking_is_over(peer);
    }

    /// A device has become one that can be asked.
    pub(super) fn look_for_chunks(&mut self) {
        self.files.fetching.look = true;
    }

    /// There may be new files.
    pub(in crate::core) fn files_have_come(&mut self) {
        self.files.fetching.stale = true;
    }

    /// Whether nothing of files is on its way here, nor likely to be asked for by others.
    pub(in crate::core) fn files_are_quiet(&self) -> bool {
        self.files.fetching.is_quiet() && self.files.giving.is_quiet()
    }

    /// When others will probably have what they wanted.
    pub(in crate::core) fn files_quiet_at(&self) -> Option<u64> {
        self.files.giving.quiet_at()
    }

    /// Whether one of these chunks is under way, or some connected device may have it.
    pub(super) fn may_come(&self, missing: &[ChunkName]) -> bool {
        let fetching = &self.files.fetching;
        let peers = self.open_peers();
        missing.iter().any(|name| {
            fetching.under_way.contains_key(name)
                || peers
                    .iter()
                    .any(|peer| !fetching.failures.contains_key(&(*peer, *name)))
        })
    }

    /// Devices that can be asked for chunks.
    pub(super) fn open_peers(&self) -> Vec<DeviceId> {
        self.links
            .iter()
            .filter(|(peer, link)| link.is_open_for_data() && self.shares_files_with(peer))
            .map(|(peer, _)| *peer)
            .collect()
    }

    /// Adds a file to the wanted, with those of its chunks that are not here.
    pub(super) fn add_wanted(&mut self, file: &StoredFile) -> Result<(), ApiError> {
        let mut order = Vec::new();
        for name in file.manifest.chunks() {
            if !self.store.has_chunk(*name)? {
                order.push(*name);
            }
        }
        if order.is_empty() {
            self.store.write(Durability::Normal, |tx| {
                tx.set_file_whole(file.document, file.id, true)
            })?;
            return Ok(());
        }
        let wanted = Wanted {
            document: file.document,
            file: file.id,
            missing: order.iter().copied().collect(),
            order,
        };
        self.files.fetching.wanted.insert(file.row, wanted);
        self.files.fetching.look = true;
        Ok(())
    }

    /// Looks for files that came since the last look.
    fn find_wanted(&mut self) -> Result<(), ApiError> {
        let seen = self.files.fetching.seen_row;
        let mut before = i64::MAX;
        let mut newest = seen;
        loop {
            let page = self.store.files_wanting(before, PAGE)?;
            let Some(last) = page.last() else { break };
            before = last.row;
            for file in page.iter().filter(|file| file.row > seen) {
                newest = newest.max(file.row);
                if !is_wanted(file) {
                    continue;
                }
                if self.files.fetching.wanted.len() < MOST_FILES {
                    self.add_wanted(file)?;
                } else {
                    self.files.fetching.more = true;
                }
            }
            if before <= seen {
                break;
            }
        }
        self.files.fetching.seen_row = newest;
        Ok(())
    }

    /// Asks devices for what is wanted, as far as there is room.
    pub(super) fn fetch_what_is_wanted(&mut self, step: &mut Step<'_>) {
        let now = step.now.mono_ms;
        if self.store.read_only_reason().is_some() || self.workspace.is_none() {
            self.files.fetching.stale = false;
            self.files.fetching.look = false;
            return;
        }
        if std::mem::take(&mut self.files.fetching.stale)
            && let Err(error) = self.find_wanted()
        {
            tracing::warn!(%error, "files that have not arrived are looked for at the next start");
        }
        let fetching = &mut self.files.fetching;
        let late: Vec<(ChunkName, DeviceId)> = fetching
            .under_way
            .iter()
            .filter(|(_, chunk)| chunk.until <= now)
            .map(|(name, chunk)| (*name, chunk.peer))
            .collect();
        for (name, peer) in late {
            fetching.under_way.remove(&name);
            fetching.failed(peer, name, now, ASK_AGAIN);
        }
        let is_time = fetching.again_at.is_some_and(|at| at <= now);
        if !std::mem::take(&mut fetching.look) && !is_time {
            return;
        }
        fetching.again_at = None;
        let peers = self.open_peers();
        let removing = &self.files.removing;
        for (name, peer) in self.files.fetching.choose(&peers, removing, now) {
            step.effects.push(Effect::AskChunk { peer, name });
        }
    }

    /// What came of asking a device.
    pub(in crate::core) fn chunk_came(
        &mut self,
        step: &mut Step<'_>,
        peer: DeviceId,
        name: ChunkName,
        answer: ChunkAnswer,
    ) {
        let now = step.now.mono_ms;
        let fetching = &mut self.files.fetching;
        let asked = fetching.under_way.get_mut(&name);
        // What was not asked for, or not there, is nobody's concern.
        let Some(chunk) = asked.filter(|chunk| chunk.peer == peer && !chunk.came) else {
            return;
        };
        match answer {
            ChunkAnswer::Bytes(bytes) => {
                chunk.came = true;
                chunk.until = now + PATIENCE;
                if let Some(link) = self.links.get_mut(&peer) {
                    link.received += bytes.len() as u64;
                }
                self.start_file_job(step, FileJob::Keep { peer, name, bytes });
            }
            ChunkAnswer::Missing | ChunkAnswer::Failed => {
                let row = chunk.row;
                fetching.under_way.remove(&name);
                fetching.failed(peer, name, now, ASK_AGAIN);
                self.progressed(row);
            }
        }
    }

    /// What a device sent is on disk, or was no good.
    pub(super) fn chunk_kept(
        &mut self,
        step: &mut Step<'_>,
        peer: DeviceId,
        name: ChunkName,
        result: Result<(), ChunkError>,
    ) {
        let now = step.now.mono_ms;
        let Some(UnderWay { row, .. }) = self.files.fetching.under_way.remove(&name) else {
            return;
        };
        self.files.fetching.look = true;
        let noted = match result {
            Ok(()) => self.note_chunk(row, name),
            Err(error) => {
                let least = match &error {
                    ChunkError::OtherBytes(_) => DISTRUST,
                    _ => ASK_AGAIN_LONGEST,
                };
                tracing::warn!(%error, %peer, "a part of a file was not kept");
                self.files.fetching.failed(peer, name, now, least);
                Ok(())
            }
        };
        if let Err(error) = noted {
            tracing::warn!(%error, "a part of a file is fetched again at the next start");
        }
        self.progressed(row);
    }

    fn note_chunk(&mut self, row: i64, name: ChunkName) -> Result<(), ApiError> {
        let fetching = &mut self.files.fetching;
        let mut whole = None;
        if let Some(wanted) = fetching.wanted.get_mut(&row) {
            wanted.missing.remove(&name);
            whole = wanted
                .missing
                .is_empty()
                .then_some((wanted.document, wanted.file));
        }
        self.store.write(Durability::Normal, |tx| {
            tx.add_chunk(name)?;
            whole.map_or(Ok(()), |(document, file)| {
                tx.set_file_whole(document, file, true)
            })
        })?;
        if let Some((document, _)) = whole {
            let fetching = &mut self.files.fetching;
            fetching.wanted.remove(&row);
            if fetching.wanted.is_empty() && std::mem::take(&mut fetching.more) {
                fetching.seen_row = 0;
                fetching.stale = true;
            }
            self.files.progressed.insert(document);
        }
        Ok(())
    }

    fn progressed(&mut self, row: i64) {
        let wanted = self.files.fetching.wanted.get(&row);
        self.files
            .progressed
            .extend(wanted.map(|wanted| wanted.document));
    }
}

impl Fetching {
    /// Whom to ask for which chunk now: the latest file first, its chunks in order, each of the device with the least to do.
    fn choose(
        &mut self,
        peers: &[DeviceId],
        removing: &BTreeSet<ChunkName>,
        now: u64,
    ) -> Vec<(ChunkName, DeviceId)> {
        let mut load: BTreeMap<DeviceId, usize> = peers.iter().map(|peer| (*peer, 0)).collect();
        for chunk in self.under_way.values() {
            if let Some(count) = load.get_mut(&chunk.peer) {
                *count += 1;
            }
        }
        let mut chosen = Vec::new();
        let mut again_at: Option<u64> = None;
        'files: for (row, wanted) in self.wanted.iter().rev() {
            for name in &wanted.order {
                let room = self.under_way.len() < MOST_UNDER_WAY
                    && load.values().any(|count| *count < MOST_FROM_ONE);
                if !room {
                    break 'files;
                }
                if !wanted.missing.contains(name)
                    || self.under_way.contains_key(name)
                    || removing.contains(name)
                {
                    continue;
                }
                let mut best: Option<(usize, DeviceId)> = None;
                for (peer, count) in &load {
                    if let Some(at) = self.fails(*peer, *name, now) {
                        again_at = Some(again_at.map_or(at, |known| known.min(at)));
                    } else if *count < MOST_FROM_ONE && best.is_none_or(|(least, _)| *count < least)
                    {
                        best = Some((*count, *peer));
                    }
                }
                let Some((_, peer)) = best else { continue };
                if let Some(count) = load.get_mut(&peer) {
                    *count += 1;
                }
                let under_way = UnderWay {
                    peer,
                    row: *row,
                    until: now + PATIENCE,
                    came: false,
                };
                self.under_way.insert(*name, under_way);
                chosen.push((*name, peer));
            }
        }
        self.again_at = again_at;
        chosen
    }
}
