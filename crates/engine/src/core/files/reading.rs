//! Reading a file: a part at a time, decrypted from the chunks it lies in; memory stays flat whatever the file's size.

use std::collections::VecDeque;

use skein_model::{ChunkName, DocumentId, FileId};
use skein_store::{ChunkError, Durability};

use super::FileJob;
use super::adding::LARGEST_PIECE;
use super::work::{FileRead, Read, ReadError};
use crate::api::{ApiError, ErrorCode, Reply, RequestId};
use crate::core::io::ClientId;
use crate::core::step::Step;
use crate::core::{Core, Flow};

/// How many parts are read at once; ...
const MOST_AT_ONCE: usize = 8;
/// ... so many more wait.
const MOST_WAITING: usize = 1_024;

/// Parts that are being read, and those that wait for their turn.
#[derive(Default)]
pub(super) struct Reads {
    under_way: usize,
    waiting: VecDeque<FileRead>,
}

impl Reads {
    pub(super) fn forget(&mut self, client: ClientId) {
        self.waiting.retain(|read| read.client != client);
    }
}

impl Core {
    pub(in crate::core) fn read_file(
        &mut self,
        step: &mut Step<'_>,
        (client, request): (ClientId, RequestId),
        (document, file): (DocumentId, FileId),
        offset: u64,
        length: u32,
    ) -> Result<Flow, ApiError> {
        let stored = self.stored_file(document, file)?;
        let size = stored.manifest.size();
        if length as usize > LARGEST_PIECE || offset > size {
            return Err(ApiError::invalid(
                "At most 512 KiB can be read at once, and only within the file.",
            ));
        }
        let length = u64::from(length).min(size - offset);
        if !stored.whole && !self.is_part_here(&stored, offset, length)? {
            // Whoever reads it wants it. A profile that cannot be written fetches nothing.
            if self.store.read_only_reason().is_none() {
                self.want(step, &stored)?;
            }
            return Err(self.not_here(&stored));
        }
        if self.files.reads.waiting.len() >= MOST_WAITING {
            return Err(ApiError::new(
                ErrorCode::TooLarge,
                "Too much is being read at once; this part was not.",
                "Try again in a moment.",
            ));
        }
        self.files.reads.waiting.push_back(FileRead {
            client,
            request,
            document,
            file,
            manifest: stored.manifest,
            offset,
            length,
        });
        self.read_on(step);
        Ok(Flow::Later)
    }

    fn is_part_here(
        &self,
        file: &skein_store::StoredFile,
        offset: u64,
        length: u64,
    ) -> Result<bool, ApiError> {
        let mut start = 0;
        for (place, name) in file.manifest.chunks().iter().enumerate() {
            let after = start + file.manifest.chunk_size(place);
            let touched = start < offset + length && offset < after;
            if touched && !self.store.has_chunk(*name)? {
                return Ok(false);
            }
            start = after;
        }
        Ok(true)
    }

    fn read_on(&mut self, step: &mut Step<'_>) {
        while self.files.reads.under_way < MOST_AT_ONCE
            && let Some(read) = self.files.reads.waiting.pop_front()
        {
            self.files.reads.under_way += 1;
            self.start_file_job(step, FileJob::Read(Box::new(read)));
        }
    }

    /// A part was read, or what should be here is not.
    pub(super) fn file_was_read(&mut self, step: &mut Step<'_>, read: Read) {
        self.files.reads.under_way = self.files.reads.under_way.saturating_sub(1);
        let Read { of, result } = read;
        let answer = match result {
            Ok(data) => Ok(Reply::FileBytes {
                data,
                offset: of.offset,
                size: of.manifest.size(),
            }),
            Err(ReadError::Chunk(
                name,
                error @ (ChunkError::Missing(_) | ChunkError::OtherBytes(_)),
            )) => Err(self.chunk_was_lost(step, &of, name, &error)),
            Err(error) => Err(ApiError::new(
                ErrorCode::Storage,
                format!(
                    "The file “{}” could not be read: {error}.",
                    of.manifest.name()
                ),
                "",
            )),
        };
        step.reply(of.client, of.request, answer);
        self.read_on(step);
    }

    /// A chunk that was noted to be here is gone or damaged: it is fetched again.
    fn chunk_was_lost(
        &mut self,
        step: &mut Step<'_>,
        of: &FileRead,
        name: ChunkName,
        error: &ChunkError,
    ) -> ApiError {
        tracing::warn!(%error, "a part of a file is fetched again");
        let noted = self.store.write(Durability::Normal, |tx| {
            tx.remove_chunk(name)?;
            tx.set_file_whole(of.document, of.file, false)
        });
        let wanted = noted
            .map_err(ApiError::from)
            .and_then(|()| self.stored_file(of.document, of.file))
            .and_then(|stored| self.want(step, &stored).map(|()| self.not_here(&stored)));
        wanted.unwrap_or_else(|error| error)
    }
}
