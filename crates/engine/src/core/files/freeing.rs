//! Letting files go for the room they take: only what a connected device says, now, that it holds. What it said before counts for nothing.
//!
//! From the moment at which a device begins to ask for the sake of letting go, it answers for none of these files itself (see `vouching`).

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use skein_access::DeviceId;
use skein_model::{ChunkName, DocumentId, FileId};
use skein_store::{Durability, StoredHolder};

use super::vouching::{MOST_ASKED, Told};
use crate::api::{ApiError, ErrorCode, Freed, Reply, RequestId};
use crate::core::io::ClientId;
use crate::core::step::Step;
use crate::core::{Core, Flow};

/// So many chunks are asked about at once where the other reads their bytes.
const MOST_FIRM: usize = 64;
/// An answer that does not come within so long (ms) is a no; ...
const PATIENCE: u64 = 10_000;
/// ... longer where bytes are read for it.
const PATIENCE_FIRM: u64 = 60_000;
/// So many who ask wait in line.
const MOST_WAITING: usize = 16;
/// So many files are let go in one go.
pub(super) const MOST_FILES: usize = 10_000;
/// How many rows are read at a time.
const PAGE: u32 = 200;

/// What is asked and what is let go, one wish after the other.
#[derive(Default)]
pub(in crate::core::files) struct Freeing {
    wishes: VecDeque<Wish>,
    pub(super) round: Option<Round>,
    /// Counts the questions.
    number: u32,
}

struct Wish {
    asked: (ClientId, RequestId),
    what: What,
}

enum What {
    /// Only say what could go.
    Preview,
    /// Let these go, and write the workspace's file anew.
    Free {
        files: BTreeSet<FileId>,
        compact: bool,
    },
}

/// A file that may go.
pub(super) struct Candidate {
    pub(super) id: FileId,
    pub(super) name: String,
    pub(super) size: u64,
    chunks: Vec<ChunkName>,
    pub(super) documents: Vec<DocumentId>,
    pub(super) held_by: Vec<DeviceId>,
}

/// One wish being carried out.
pub(super) struct Round {
    pub(super) asked: (ClientId, RequestId),
    /// What is let go; nothing where only a preview is wanted.
    letting_go: BTreeSet<ChunkName>,
    firm: bool,
    compact: bool,
    /// Those that are asked about now, ...
    pub(super) group: Vec<Candidate>,
    /// ... and those after them.
    rest: VecDeque<Candidate>,
    /// Whom to ask, the last first.
    pub(super) peers: Vec<DeviceId>,
    /// Who of them is still to be asked about the group.
    to_ask: Vec<DeviceId>,
    asking: Option<Asking>,
    freed: Freed,
}

/// What one device is asked about the group.
struct Asking {
    peer: DeviceId,
    left: VecDeque<ChunkName>,
    held: BTreeSet<ChunkName>,
    under_way: Option<Question>,
}

struct Question {
    number: u32,
    names: Vec<ChunkName>,
    until: u64,
}

impl Freeing {
    /// Whether a chunk is about to be let go, so that nobody may count on it.
    pub(super) fn lets_go(&self, name: ChunkName) -> bool {
        let round = self.round.as_ref();
        round.is_some_and(|round| round.letting_go.contains(&name))
    }

    /// Whether nothing is asked or let go.
    pub(super) fn is_quiet(&self) -> bool {
        self.round.is_none() && self.wishes.is_empty()
    }

    pub(super) fn due(&self) -> Option<u64> {
        let asking = self.round.as_ref().and_then(|round| round.asking.as_ref());
        let question = asking.and_then(|asking| asking.under_way.as_ref());
        question.map(|question| question.until)
    }

    pub(super) fn client_gone(&mut self, client: ClientId) {
        self.wishes.retain(|wish| wish.asked.0 != client);
    }
}

impl Core {
    /// Says what may be let go; the answer comes when the connected devices were asked.
    pub(in crate::core) fn preview_freeing(
        &mut self,
        step: &mut Step<'_>,
        asked: (ClientId, RequestId),
    ) -> Result<Flow, ApiError> {
        self.wish(step, asked, What::Preview)
    }

    /// Lets files go as far as a connected device holds them; the answer comes when that is done.
    pub(in crate::core) fn free_space(
        &mut self,
        step: &mut Step<'_>,
        asked: (ClientId, RequestId),
        files: Vec<FileId>,
        compact: bool,
    ) -> Result<Flow, ApiError> {
        self.storable()?;
        if files.len() > MOST_FILES {
            return Err(ApiError::invalid(
                "At most 10,000 files can be let go at once; none was.",
            ));
        }
        let files = files.into_iter().collect();
        self.wish(step, asked, What::Free { files, compact })
    }

    fn wish(
        &mut self,
        step: &mut Step<'_>,
        asked: (ClientId, RequestId),
        what: What,
    ) -> Result<Flow, ApiError> {
        if self.files.freeing.wishes.len() >= MOST_WAITING {
            return Err(ApiError::new(
                ErrorCode::TooLarge,
                "Room is being freed, and too many wait for that already; nothing was let go.",
                "Try again in a moment.",
            ));
        }
        self.files.freeing.wishes.push_back(Wish { asked, what });
        self.go_on_freeing(step);
        Ok(Flow::Later)
    }

    /// Does what can be done now: begins with the next wish, asks the next question, lets go, answers.
    pub(super) fn go_on_freeing(&mut self, step: &mut Step<'_>) {
        self.give_up_waiting(step);
        while self.files.sweep.is_quiet() {
            if self.files.freeing.round.is_none() {
                let Some(wish) = self.files.freeing.wishes.pop_front() else {
                    return;
                };
                let asked = wish.asked;
                if let Err(error) = self.begin_round(wish) {
                    self.refuse(step, asked.0, asked.1, error);
                    continue;
                }
            }
            if !self.go_on_with_round(step) {
                return;
            }
        }
    }

    fn begin_round(&mut self, wish: Wish) -> Result<(), ApiError> {
        let (wanted, compact) = match wish.what {
            What::Preview => (None, false),
            What::Free { files, compact } => (Some(files), compact),
        };
        let mut candidates: BTreeMap<FileId, Candidate> = BTreeMap::new();
        let mut row = 0;
        loop {
            let page = self.store.files_after(row, PAGE)?;
            let Some(last) = page.last() else { break };
            row = last.row;
            for file in page.into_iter().filter(|file| file.whole) {
                if wanted
                    .as_ref()
                    .is_some_and(|wanted| !wanted.contains(&file.id))
                {
                    continue;
                }
                let candidate = candidates.entry(file.id).or_insert_with(|| Candidate {
                    id: file.id,
                    name: file.manifest.name().to_owned(),
                    size: file.manifest.size(),
                    chunks: file.manifest.chunks().to_vec(),
                    documents: Vec::new(),
                    held_by: Vec::new(),
                });
                candidate.documents.push(file.document);
            }
        }
        let firm = wanted.is_some();
        let mut peers = self.open_peers();
        if firm {
            // Whoever said to hold most of it is asked first, so that the others need not read their disks.
            let mut said: BTreeMap<DeviceId, usize> = BTreeMap::new();
            for holder in self.store.holders()? {
                *said.entry(holder.device).or_default() +=
                    usize::from(candidates.contains_key(&holder.file));
            }
            peers.sort_by_key(|peer| said.get(peer).copied().unwrap_or(0));
        }
        let chunks = candidates.values().flat_map(|candidate| &candidate.chunks);
        let letting_go = match firm {
            true => chunks.copied().collect(),
            false => BTreeSet::new(),
        };
        self.files.freeing.round = Some(Round {
            asked: wish.asked,
            letting_go,
            firm,
            compact,
            group: Vec::new(),
            rest: candidates.into_values().collect(),
            peers,
            to_ask: Vec::new(),
            asking: None,
            freed: Freed {
                files: 0,
                bytes: 0,
                compacted: 0,
                kept: Vec::new(),
                trouble: None,
            },
        });
        self.next_group();
        Ok(())
    }

    /// Takes the next files to be asked about. A preview asks about all of them.
    fn next_group(&mut self) {
        let Some(round) = &mut self.files.freeing.round else {
            return;
        };
        let mut chunks = 0;
        while (!round.firm || chunks < MOST_FIRM)
            && let Some(candidate) = round.rest.pop_front()
        {
            chunks += candidate.chunks.len();
            round.group.push(candidate);
        }
        round.to_ask.clone_from(&round.peers);
    }

    /// One step of a round; whether there may be another one now.
    fn go_on_with_round(&mut self, step: &mut Step<'_>) -> bool {
        let Some(round) = &mut self.files.freeing.round else {
            return true;
        };
        if let Some(asking) = &mut round.asking {
            if asking.under_way.is_some() {
                return false;
            }
            let most = if round.firm { MOST_FIRM } else { MOST_ASKED };
            let some = asking.left.len().min(most);
            let names: Vec<ChunkName> = asking.left.drain(..some).collect();
            match names.is_empty() {
                true => self.one_was_asked(step),
                false => self.ask_about(step, names),
            }
            return true;
        }
        if !round.group.is_empty()
            && let Some(peer) = round.to_ask.pop()
        {
            let chunks = round.group.iter().flat_map(|candidate| &candidate.chunks);
            round.asking = Some(Asking {
                peer,
                left: chunks.copied().collect(),
                held: BTreeSet::new(),
                under_way: None,
            });
            return true;
        }
        if !round.firm {
            self.answer_preview(step);
            return true;
        }
        let stay = round.group.drain(..).map(|candidate| candidate.name);
        round.freed.kept.extend(stay);
        if !round.rest.is_empty() {
            self.next_group();
            return true;
        }
        if !self.files.removing.is_empty() {
            return false;
        }
        self.answer_freed(step);
        true
    }

    fn ask_about(&mut self, step: &mut Step<'_>, names: Vec<ChunkName>) {
        let freeing = &mut self.files.freeing;
        freeing.number = freeing.number.wrapping_add(1);
        let number = freeing.number;
        let Some(round) = &mut freeing.round else {
            return;
        };
        let firm = round.firm;
        let Some(asking) = &mut round.asking else {
            return;
        };
        let told = Told::Question {
            number,
            firm,
            names: names.iter().map(|name| *name.as_bytes()).collect(),
        };
        let patience = if firm { PATIENCE_FIRM } else { PATIENCE };
        asking.under_way = Some(Question {
            number,
            names,
            until: step.now.mono_ms + patience,
        });
        let peer = asking.peer;
        match self.shares_files_with(&peer) {
            true => self.tell_holding(step, peer, &told),
            false => self.asking_is_over(peer),
        }
    }

    /// What a device answered.
    pub(super) fn holding_answered(
        &mut self,
        step: &mut Step<'_>,
        peer: DeviceId,
        number: u32,
        held: &[bool],
    ) {
        let round = self.files.freeing.round.as_mut();
        let asking = round.and_then(|round| round.asking.as_mut());
        let Some(asking) = asking.filter(|asking| asking.peer == peer) else {
            return;
        };
        // An answer to a question that was given up is nobody's concern.
        let is_it =
            |question: &Question| question.number == number && question.names.len() == held.len();
        if !asking.under_way.as_ref().is_some_and(is_it) {
            return;
        }
        if let Some(question) = asking.under_way.take() {
            let held = question.names.into_iter().zip(held);
            asking
                .held
                .extend(held.filter_map(|(name, held)| held.then_some(name)));
        }
        self.go_on_freeing(step);
    }

    /// A device is gone, or does not answer: what it did not answer is a no.
    pub(in crate::core) fn asking_is_over(&mut self, peer: DeviceId) {
        let round = self.files.freeing.round.as_mut();
        let asking = round.and_then(|round| round.asking.as_mut());
        if let Some(asking) = asking.filter(|asking| asking.peer == peer) {
            asking.left.clear();
            asking.under_way = None;
        }
    }

    fn give_up_waiting(&mut self, step: &Step<'_>) {
        let round = self.files.freeing.round.as_ref();
        let Some(asking) = round.and_then(|round| round.asking.as_ref()) else {
            return;
        };
        let late = asking
            .under_way
            .as_ref()
            .is_some_and(|question| question.until <= step.now.mono_ms);
        if late {
            self.asking_is_over(asking.peer);
        }
    }

    /// All is known that one device holds of the group: what it holds whole goes, if it is to go.
    fn one_was_asked(&mut self, step: &mut Step<'_>) {
        let Some(round) = &mut self.files.freeing.round else {
            return;
        };
        let Some(asking) = round.asking.take() else {
            return;
        };
        let (mut whole, mut others) = (Vec::new(), Vec::new());
        for candidate in &mut round.group {
            let holds = candidate
                .chunks
                .iter()
                .all(|name| asking.held.contains(name));
            match holds {
                true => {
                    candidate.held_by.push(asking.peer);
                    whole.push(candidate.id);
                }
                false => others.push(candidate.id),
            }
        }
        let go = match round.firm {
            true => {
                let all = std::mem::take(&mut round.group);
                let (go, stay) = all
                    .into_iter()
                    .partition(|candidate| !candidate.held_by.is_empty());
                round.group = stay;
                go
            }
            false => Vec::new(),
        };
        let said_ms = step.now.wall_ms;
        let device = asking.peer;
        let noted = self.store.write(Durability::Normal, |tx| {
            for file in others {
                tx.remove_holder(file, device)?;
            }
            whole.into_iter().try_for_each(|file| {
                tx.put_holder(&StoredHolder {
                    file,
                    device,
                    said_ms,
                })
            })
        });
        if let Err(error) = noted {
            tracing::debug!(%error, "who holds which file is not remembered");
        }
        for candidate in go {
            self.let_go_of(step, &candidate);
        }
    }

    /// First it is noted on disk that the bytes are not here; then they are removed. Cut off between the two, what lies there still is swept.
    fn let_go_of(&mut self, step: &mut Step<'_>, candidate: &Candidate) {
        let noted = self.store.write(Durability::Full, |tx| {
            tx.free_file(candidate.id, &candidate.chunks)
        });
        let Some(round) = &mut self.files.freeing.round else {
            return;
        };
        match noted {
            Ok(()) => {
                round.freed.files += 1;
                round.freed.bytes += candidate.size;
                step.news.files.extend(&candidate.documents);
                self.remove_chunks(step, candidate.chunks.clone());
            }
            Err(error) => {
                round.freed.kept.push(candidate.name.clone());
                round.freed.trouble = Some(error.into());
            }
        }
    }

    fn answer_freed(&mut self, step: &mut Step<'_>) {
        let Some(round) = self.files.freeing.round.take() else {
            return;
        };
        let mut freed = round.freed;
        if round.compact {
            match self.store.compact() {
                Ok(bytes) => freed.compacted = bytes,
                Err(error) => freed.trouble = Some(error.into()),
            }
        }
        self.sweep_again(step);
        step.reply(round.asked.0, round.asked.1, Ok(Reply::Freed { freed }));
    }
}
