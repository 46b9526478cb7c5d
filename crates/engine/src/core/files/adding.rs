//! Adding a file: its bytes come in pieces, are encrypted chunk by chunk, and at the end its document says that it is there.

use std::collections::BTreeMap;

use data_encoding::BASE64;
use skein_access::new_file_key;
use skein_model::file::{CHUNK, check_mime, check_name, check_size, chunk_count};
use skein_model::{ChunkName, DocumentId, Edited, FileError, FileKey, FileManifest};
use skein_store::{ChunkError, Durability};

use super::FileJob;
use crate::api::{ApiError, ClientMessage, ErrorCode, Reply, Request, RequestId};
use crate::core::documents::Origin;
use crate::core::io::ClientId;
use crate::core::step::Step;
use crate::core::{Core, Flow};

/// How many bytes one request may bring or take away.
pub(super) const LARGEST_PIECE: usize = 512 * 1024;
/// An upload of which nothing comes for so long (ms) is given up.
const PATIENCE: u64 = 10 * 60 * 1000;
/// How many chunks of one upload are encrypted at once; whoever brings more has not waited for answers.
const MOST_SEALING: usize = 4;
/// How many uploads there are at once.
const MOST_UPLOADS: usize = 64;

/// Files that are being added.
#[derive(Default)]
pub(super) struct Uploads(BTreeMap<String, Upload>);

/// One of them.
pub(super) struct Upload {
    pub(super) client: ClientId,
    document: DocumentId,
    name: String,
    mime: String,
    size: u64,
    key: FileKey,
    /// What has come and is no whole chunk yet.
    gathered: Vec<u8>,
    received: u64,
    /// The chunks on disk, by place; as many as were begun.
    chunks: Vec<Option<ChunkName>>,
    sealing: usize,
    /// Requests that are answered when all that they brought is on disk.
    waiting: Vec<RequestId>,
    finishing: Option<RequestId>,
    last: u64,
}

impl Uploads {
    pub(super) fn due(&self) -> Option<u64> {
        self.0.values().map(|upload| upload.last + PATIENCE).min()
    }

    /// The chunks that are on disk and in no document yet.
    pub(super) fn chunks(&self) -> impl Iterator<Item = ChunkName> {
        self.0.values().flat_map(|upload| upload.names())
    }

    fn of(&mut self, client: ClientId, id: &str) -> Result<&mut Upload, ApiError> {
        self.0
            .get_mut(id)
            .filter(|upload| upload.client == client)
            .ok_or_else(no_upload)
    }
}

impl Upload {
    fn names(&self) -> impl Iterator<Item = ChunkName> {
        self.chunks.iter().flatten().copied()
    }

    fn is_complete(&self) -> bool {
        self.received == self.size && self.sealing == 0
    }

    /// Takes out the next whole chunk, or the last.
    fn next_chunk(&mut self) -> Option<FileJobPart> {
        let place = self.chunks.len();
        let last = place as u64 + 1 == chunk_count(self.size);
        let is_whole = self.gathered.len() >= CHUNK || (last && self.received == self.size);
        if !is_whole || place as u64 >= chunk_count(self.size) {
            return None;
        }
        let rest = self.gathered.split_off(self.gathered.len().min(CHUNK));
        let plain = std::mem::replace(&mut self.gathered, rest);
        self.chunks.push(None);
        self.sealing += 1;
        Some((place, last, plain))
    }
}

/// Place, whether it is the last, and the bytes.
type FileJobPart = (usize, bool, Vec<u8>);

fn no_upload() -> ApiError {
    ApiError::new(
        ErrorCode::NotFound,
        "This file is not being added any more; nothing of it was kept.",
        "Add it again. What stands still for ten minutes is given up.",
    )
}

impl From<FileError> for ApiError {
    fn from(error: FileError) -> Self {
        let code = match error {
            FileError::TooLarge(_) => ErrorCode::TooLarge,
            FileError::Name | FileError::Mime | FileError::Chunks => ErrorCode::Invalid,
        };
        let words = error.to_string();
        let mut letters = words.chars();
        let first = letters.next().into_iter().flat_map(char::to_uppercase);
        let words: String = first.chain(letters).collect();
        Self::new(code, format!("{words}. Nothing was added."), "")
    }
}

impl Core {
    pub(in crate::core) fn begin_file(
        &mut self,
        step: &mut Step<'_>,
        client: ClientId,
        document: DocumentId,
        (name, mime, size): (String, String, u64),
    ) -> Result<Reply, ApiError> {
        self.editable()?;
        let workspace = self.workspace.as_ref().ok_or_else(Self::no_workspace)?;
        let kind = self.kind_of(document)?;
        workspace.authority.write(&self.device.id(), kind)?;
        check_name(&name)?;
        check_mime(&mime)?;
        check_size(size)?;
        if self.files.uploads.0.len() >= MOST_UPLOADS {
            return Err(ApiError::new(
                ErrorCode::TooLarge,
                format!("{MOST_UPLOADS} files are being added already; this one was not begun."),
                "Try again when some are done.",
            ));
        }
        let id = skein_model::id::to_base32(&step.random_id());
        let upload = Upload {
            client,
            document,
            name,
            mime,
            size,
            key: new_file_key(step.rng),
            gathered: Vec::new(),
            received: 0,
            chunks: Vec::new(),
            sealing: 0,
            waiting: Vec::new(),
            finishing: None,
            last: step.now.mono_ms,
        };
        self.files.uploads.0.insert(id.clone(), upload);
        // An empty file is whole before anything has come.
        self.seal_what_is_whole(step, &id);
        Ok(Reply::FileBegun { upload: id })
    }

    pub(in crate::core) fn put_file(
        &mut self,
        step: &mut Step<'_>,
        (client, request): (ClientId, RequestId),
        id: &str,
        data: &str,
    ) -> Result<Flow, ApiError> {
        let upload = self.files.uploads.of(client, id)?;
        if data.len() > BASE64.encode_len(LARGEST_PIECE) {
            return Err(ApiError::invalid(
                "A piece of a file has at most 512 KiB; this one was not taken.",
            ));
        }
        let bytes = BASE64
            .decode(data.as_bytes())
            .map_err(|error| ApiError::invalid(format!("This is no base64 ({error}).")))?;
        if bytes.len() as u64 > upload.size - upload.received {
            return Err(ApiError::invalid(format!(
                "More came than the {} bytes that were announced; this piece was not taken.",
                upload.size
            )));
        }
        if upload.sealing >= MOST_SEALING || upload.finishing.is_some() {
            return Err(ApiError::new(
                ErrorCode::TooLarge,
                "Too many pieces came at once; this one was not taken.",
                "Send the next when the one before is answered.",
            ));
        }
        upload.last = step.now.mono_ms;
        upload.received += bytes.len() as u64;
        upload.gathered.extend_from_slice(&bytes);
        if !self.seal_what_is_whole(step, id) {
            return Ok(Flow::Answer(Box::new(Reply::Done)));
        }
        self.files.uploads.of(client, id)?.waiting.push(request);
        Ok(Flow::Later)
    }

    /// Hands out the chunks that are whole; says whether there were any.
    fn seal_what_is_whole(&mut self, step: &mut Step<'_>, id: &str) -> bool {
        let mut jobs = Vec::new();
        if let Some(upload) = self.files.uploads.0.get_mut(id) {
            while let Some((place, last, plain)) = upload.next_chunk() {
                jobs.push(FileJob::Seal {
                    upload: id.to_owned(),
                    place,
                    last,
                    key: upload.key.clone(),
                    plain,
                });
            }
        }
        let any = !jobs.is_empty();
        for job in jobs {
            self.start_file_job(step, job);
        }
        any
    }

    /// A chunk is on disk, or could not be put there.
    pub(super) fn chunk_sealed(
        &mut self,
        step: &mut Step<'_>,
        id: &str,
        place: usize,
        result: Result<ChunkName, ChunkError>,
    ) {
        let noted = result.map_err(storage).and_then(|name| {
            self.store
                .write(Durability::Normal, |tx| tx.add_chunk(name))?;
            Ok(name)
        });
        let Some(upload) = self.files.uploads.0.get_mut(id) else {
            // It was given up meanwhile.
            if let Ok(name) = noted {
                self.forget_chunks(step, vec![name]);
            }
            return;
        };
        upload.sealing = upload.sealing.saturating_sub(1);
        let client = upload.client;
        match noted {
            Err(error) => {
                let waiting = std::mem::take(&mut upload.waiting);
                for request in waiting.into_iter().chain(upload.finishing.take()) {
                    step.reply(client, request, Err(error.clone()));
                }
                self.drop_upload(step, id);
            }
            Ok(name) => {
                if let Some(chunk) = upload.chunks.get_mut(place) {
                    *chunk = Some(name);
                }
                if upload.sealing > 0 {
                    return;
                }
                for request in std::mem::take(&mut upload.waiting) {
                    step.reply(client, request, Ok(Reply::Done));
                }
                if let Some(request) = upload.finishing.take() {
                    let message = ClientMessage {
                        id: request,
                        request: Request::FinishFile {
                            upload: id.to_owned(),
                        },
                    };
                    self.handle_client(step, client, message);
                }
            }
        }
    }

    /// The document that must be in memory for an upload to be finished.
    pub(in crate::core) fn document_of_upload(
        &self,
        client: ClientId,
        id: &str,
    ) -> Option<DocumentId> {
        let upload = self.files.uploads.0.get(id)?;
        (upload.client == client && upload.is_complete()).then_some(upload.document)
    }

    pub(in crate::core) fn finish_file(
        &mut self,
        step: &mut Step<'_>,
        (client, request): (ClientId, RequestId),
        id: &str,
    ) -> Result<Flow, ApiError> {
        let upload = self.files.uploads.of(client, id)?;
        if upload.received < upload.size {
            return Err(ApiError::invalid(format!(
                "{} of {} bytes have come; the rest is awaited.",
                upload.received, upload.size
            )));
        }
        if upload.finishing.is_some() {
            return Err(ApiError::invalid("This file is being finished already."));
        }
        if !upload.is_complete() {
            upload.finishing = Some(request);
            return Ok(Flow::Later);
        }
        let document = upload.document;
        let manifest = FileManifest::new(
            upload.name.clone(),
            upload.mime.clone(),
            upload.size,
            upload.key.clone(),
            upload.names().collect(),
        )?;
        if let Err(error) = self.attach(step, document, &manifest) {
            self.drop_upload(step, id);
            return Err(error);
        }
        self.files.uploads.0.remove(id);
        let file = self.stored_file(document, manifest.id())?;
        let file = self.attached(&file)?;
        Ok(Flow::Answer(Box::new(Reply::FileAdded { file })))
    }

    /// Lets the document say that the file is there: an edit like any other.
    fn attach(
        &mut self,
        step: &mut Step<'_>,
        id: DocumentId,
        manifest: &FileManifest,
    ) -> Result<(), ApiError> {
        self.editable()?;
        self.close_burst(step, id)?;
        let wall = step.now.wall_ms;
        let (document, _, _) = self.for_writing(id)?;
        let Edited {
            changes, touched, ..
        } = document.attach(manifest, wall)?;
        if changes.is_empty() {
            return Ok(());
        }
        self.store_changes(step, id, &changes, &touched, &Origin::Local)
    }

    pub(in crate::core) fn cancel_file(
        &mut self,
        step: &mut Step<'_>,
        client: ClientId,
        id: &str,
    ) -> Result<Reply, ApiError> {
        self.files.uploads.of(client, id)?;
        self.drop_upload(step, id);
        Ok(Reply::Done)
    }

    /// Gives up what stands still.
    pub(super) fn let_uploads_go(&mut self, step: &mut Step<'_>) {
        let now = step.now.mono_ms;
        if self.files.uploads.due().is_some_and(|due| due <= now) {
            self.drop_uploads(step, |upload| upload.last + PATIENCE <= now);
        }
    }

    pub(super) fn drop_uploads(&mut self, step: &mut Step<'_>, which: impl Fn(&Upload) -> bool) {
        let uploads = self.files.uploads.0.iter();
        let gone: Vec<String> = uploads
            .filter(|(_, upload)| which(upload))
            .map(|(id, _)| id.clone())
            .collect();
        for id in gone {
            self.drop_upload(step, &id);
        }
    }

    fn drop_upload(&mut self, step: &mut Step<'_>, id: &str) {
        let Some(upload) = self.files.uploads.0.remove(id) else {
            return;
        };
        for request in upload.waiting.iter().copied().chain(upload.finishing) {
            step.reply(upload.client, request, Err(no_upload()));
        }
        self.forget_chunks(step, upload.names().collect());
    }

    /// Removes chunks that nothing needs. What is left of them after a sudden end is swept at the next start.
    pub(super) fn forget_chunks(&mut self, step: &mut Step<'_>, names: Vec<ChunkName>) {
        if names.is_empty() {
            return;
        }
        let forgotten = self.store.write(Durability::Normal, |tx| {
            names.iter().try_for_each(|name| tx.remove_chunk(*name))
        });
        match forgotten {
            Ok(()) => self.remove_chunks(step, names),
            Err(error) => tracing::warn!(%error, "parts of a file that nothing needs stay on disk"),
        }
    }
}

/// The disk refused to take a chunk.
fn storage(error: ChunkError) -> ApiError {
    ApiError::new(
        ErrorCode::Storage,
        format!("The file could not be kept, and nothing was added: {error}."),
        "Check that there is room on the disk, and add it again.",
    )
}
