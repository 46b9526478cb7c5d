//! How much room the workspace takes on this machine, and what for. Measured away from the core, where there is a file to measure.

use std::collections::BTreeMap;

use skein_access::DeviceId;
use skein_model::{DocumentId, FileId, Kind};
use skein_store::{BackupSource, DocumentRoom, FileRoom, Room, StoreError};

use super::io::{ClientId, Effect};
use super::jobs::Job;
use super::step::Step;
use super::{Core, Flow};
use crate::api::{
    ApiError, DocumentSize, FileHolder, FileSize, FileUse, Reply, RequestId, Storage, StorageKind,
    StoragePart,
};

/// So many documents and files are told one by one.
const MOST_TOLD: usize = 100;
/// So many uses of a file are told.
pub(super) const MOST_USES: usize = 20;

/// Who waits for a measurement.
#[derive(Default)]
pub(super) struct Measuring {
    waiting: Vec<(ClientId, RequestId)>,
}

/// A measurement of the workspace's file.
#[derive(Debug)]
pub struct RoomJob(BackupSource);

impl RoomJob {
    /// Does the work: reads the file and the folders beside it.
    pub(super) fn run(self) -> Result<Room, StoreError> {
        self.0.room()
    }
}

impl Core {
    /// Measures; the answer comes when that is done.
    pub(super) fn measure(
        &mut self,
        step: &mut Step<'_>,
        asked: (ClientId, RequestId),
    ) -> Result<Flow, ApiError> {
        if self.measuring.waiting.is_empty() {
            match self.store.for_copying() {
                Ok(source) => {
                    let job = Job::Room(RoomJob(source));
                    step.effects.push(Effect::Job(Box::new(job)));
                }
                // In memory, or only to be read, nobody else writes meanwhile.
                Err(_) => {
                    let storage = self.storage(self.store.room()?)?;
                    return Ok(Flow::Answer(Box::new(Reply::Storage { storage })));
                }
            }
        }
        self.measuring.waiting.push(asked);
        Ok(Flow::Later)
    }

    pub(super) fn was_measured(&mut self, step: &mut Step<'_>, room: Result<Room, StoreError>) {
        drop(self.store.was_copied());
        let storage = room
            .map_err(ApiError::from)
            .and_then(|room| self.storage(room));
        for (client, request) in std::mem::take(&mut self.measuring.waiting) {
            let reply = storage.clone().map(|storage| Reply::Storage { storage });
            match reply {
                Err(error) => self.refuse(step, client, request, error),
                reply => step.reply(client, request, reply),
            }
        }
    }

    fn storage(&self, room: Room) -> Result<Storage, ApiError> {
        let total = room.total();
        let of = |kind: Kind| {
            let documents = || room.documents.iter().filter(move |one| one.kind == kind);
            let bytes = documents().map(|document| document.bytes).sum();
            (bytes, Some(documents().count() as u64))
        };
        let files = room.files.iter().filter(|file| file.here > 0).count();
        let parts = [
            (StorageKind::Notes, of(Kind::Note)),
            (StorageKind::Boards, of(Kind::Board)),
            (StorageKind::Profiles, of(Kind::Profile)),
            (StorageKind::Files, (room.chunks, Some(files as u64))),
            (StorageKind::Search, (room.search, None)),
            (
                StorageKind::Envelopes,
                (room.envelopes, Some(room.envelope_count)),
            ),
            (StorageKind::Order, (room.order, None)),
            (StorageKind::Free, (room.free, None)),
            (
                StorageKind::Backups,
                (room.backups, Some(room.backup_count)),
            ),
            (StorageKind::SetAside, (room.set_aside, None)),
            (StorageKind::Other, (room.other, None)),
        ];
        let parts = parts.map(|(what, (bytes, count))| StoragePart {
            what,
            bytes,
            count: count.map(|count| u32::try_from(count).unwrap_or(u32::MAX)),
        });
        let uses = room
            .documents
            .iter()
            .map(|document| (document.id, document));
        let uses: BTreeMap<DocumentId, &DocumentRoom> = uses.collect();
        let holders = self.known_holders()?;
        let mut files: Vec<&FileRoom> = room.files.iter().filter(|file| file.here > 0).collect();
        files.sort_by_key(|file| (std::cmp::Reverse(file.here), file.id));
        let files = files.into_iter().take(MOST_TOLD).map(|file| FileSize {
            id: file.id,
            name: file.name.clone(),
            size: file.size,
            here: file.here,
            used_in: file
                .documents
                .iter()
                .filter_map(|id| uses.get(id))
                .take(MOST_USES)
                .map(|document| FileUse {
                    id: document.id,
                    kind: document.kind,
                    title: document.title.clone(),
                })
                .collect(),
            held_by: holders.get(&file.id).cloned().unwrap_or_default(),
        });
        let files = files.collect();
        let mut documents: Vec<&DocumentRoom> = room
            .documents
            .iter()
            .filter(|document| document.kind != Kind::Profile)
            .collect();
        documents.sort_by_key(|document| (std::cmp::Reverse(document.bytes), document.id));
        let documents = documents.into_iter().take(MOST_TOLD);
        let documents = documents.map(|document| DocumentSize {
            id: document.id,
            kind: document.kind,
            title: document.title.clone(),
            bytes: document.bytes,
        });
        Ok(Storage {
            total,
            parts: parts.into(),
            documents: documents.collect(),
            files,
            folder: self
                .store
                .path()
                .and_then(std::path::Path::parent)
                .map(|folder| folder.display().to_string()),
        })
    }

    /// Members' devices that said of files that they hold them, the latest first.
    pub(super) fn known_holders(&self) -> Result<BTreeMap<FileId, Vec<FileHolder>>, ApiError> {
        let mut known: BTreeMap<FileId, Vec<FileHolder>> = BTreeMap::new();
        let mut names: BTreeMap<DeviceId, Option<FileHolder>> = BTreeMap::new();
        for holder in self.store.readable(self.store.holders())? {
            let shown = names
                .entry(holder.device)
                .or_insert_with(|| self.holder_shown(&holder.device));
            known
                .entry(holder.file)
                .or_default()
                .extend(shown.clone().map(|shown| FileHolder {
                    said_at: holder.said_ms,
                    ..shown
                }));
        }
        Ok(known)
    }

    /// A member's device in words; none of whoever is a member no more.
    fn holder_shown(&self, device: &DeviceId) -> Option<FileHolder> {
        let workspace = self.workspace.as_ref()?;
        let member = workspace.authority.member_of(device)?;
        if !workspace.authority.is_member(device) {
            return None;
        }
        Some(FileHolder {
            device: device.to_string(),
            name: self.name_of(device),
            mine: workspace.authority.member_of(&self.device.id()) == Some(member),
            said_at: 0,
        })
    }
}
