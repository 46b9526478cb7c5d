//! Files in and out: a file on disk becomes an attached one, piece by piece, and the other way round.

use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;

use data_encoding::BASE64;
use skein_model::file::REFERENCE;
use skein_model::{DocumentId, FileId};

use super::{disk, new_file};
use crate::api::{ApiError, AttachedFile, Reply, Request};
use crate::host::Client;

/// How many bytes are handed over at a time.
const PIECE: usize = 512 * 1024;

/// Media types by the ending of a name; of others nothing is said.
const TYPES: &[(&str, &str)] = &[
    ("avif", "image/avif"),
    ("csv", "text/csv"),
    ("doc", "application/msword"),
    (
        "docx",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ),
    ("flac", "audio/flac"),
    ("gif", "image/gif"),
    ("jpeg", "image/jpeg"),
    ("jpg", "image/jpeg"),
    ("json", "application/json"),
    ("m4a", "audio/mp4"),
    ("md", "text/markdown"),
    ("mov", "video/quicktime"),
    ("mp3", "audio/mpeg"),
    ("mp4", "video/mp4"),
    ("odt", "application/vnd.oasis.opendocument.text"),
    ("ogg", "audio/ogg"),
    ("pdf", "application/pdf"),
    ("png", "image/png"),
    (
        "pptx",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ),
    ("svg", "image/svg+xml"),
    ("txt", "text/plain"),
    ("wav", "audio/wav"),
    ("webm", "video/webm"),
    ("webp", "image/webp"),
    (
        "xlsx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ),
    ("zip", "application/zip"),
];

/// The media type that a name's ending stands for; empty when it is not known.
fn media_type(name: &str) -> &'static str {
    let ending = name.rsplit_once('.').map(|(_, ending)| ending);
    let ending = ending.unwrap_or_default().to_ascii_lowercase();
    TYPES
        .iter()
        .find(|(known, _)| *known == ending)
        .map_or("", |(_, media)| media)
}

/// How a text shows a file: a picture as one, anything else as a link.
#[must_use]
pub fn reference(file: &AttachedFile) -> String {
    let words = super::file_links::escaped(&file.name);
    let mark = match file.mime.starts_with("image/") {
        true => "!",
        false => "",
    };
    format!("{mark}[{words}]({REFERENCE}{})", file.id)
}

/// Attaches a file on disk to a note or a board.
///
/// # Errors
/// When it cannot be read, changes meanwhile, or the engine refuses; then nothing is attached.
pub async fn add_file(
    client: &mut Client,
    document: DocumentId,
    path: &Path,
) -> Result<AttachedFile, ApiError> {
    let unreadable = |error: std::io::Error| disk("Cannot read", path, &error);
    let mut file = File::open(path).map_err(unreadable)?;
    let about = file.metadata().map_err(unreadable)?;
    if !about.is_file() {
        return Err(ApiError::invalid(format!(
            "{} is not a file; nothing was added.",
            path.display()
        )));
    }
    let name = path.file_name().and_then(|name| name.to_str());
    let Some(name) = name else {
        return Err(ApiError::invalid(format!(
            "The name of {} is not Unicode; nothing was added.",
            path.display()
        )));
    };
    let begin = Request::BeginFile {
        document,
        name: name.to_owned(),
        mime: media_type(name).to_owned(),
        size: about.len(),
    };
    let Reply::FileBegun { upload } = client.request(begin).await? else {
        return Err(super::unexpected());
    };
    match put(client, &mut file, &upload, path).await {
        Ok(file) => Ok(file),
        Err(error) => {
            // It may have ended by itself; then there is nothing to cancel.
            let _ = client.request(Request::CancelFile { upload }).await;
            Err(error)
        }
    }
}

async fn put(
    client: &mut Client,
    file: &mut File,
    upload: &str,
    path: &Path,
) -> Result<AttachedFile, ApiError> {
    let mut piece = Vec::with_capacity(PIECE);
    loop {
        piece.clear();
        Read::take(&mut *file, PIECE as u64)
            .read_to_end(&mut piece)
            .map_err(|error| disk("Cannot read", path, &error))?;
        if piece.is_empty() {
            break;
        }
        let request = Request::PutFile {
            upload: upload.to_owned(),
            data: BASE64.encode(&piece),
        };
        client.request(request).await?;
    }
    let finish = Request::FinishFile {
        upload: upload.to_owned(),
    };
    match client.request(finish).await? {
        Reply::FileAdded { file } => Ok(file),
        _ => Err(super::unexpected()),
    }
}

/// Writes an attached file to a new file on disk; says how many bytes it has, and their BLAKE3 in hexadecimal.
///
/// # Errors
/// When something has that name already, its bytes are not here, or the disk refuses; then nothing is left there.
pub async fn save_file(
    client: &mut Client,
    document: DocumentId,
    file: FileId,
    path: &Path,
) -> Result<(u64, String), ApiError> {
    // Before the name is taken: what is not here leaves no empty file.
    let first = read(client, document, file, 0).await?;
    let mut out = new_file(path)?;
    let saved = save(client, (document, file), first, &mut out, path).await;
    if saved.is_err() {
        drop(out);
        let _ = std::fs::remove_file(path);
    }
    saved
}

async fn save(
    client: &mut Client,
    (document, file): (DocumentId, FileId),
    first: (Vec<u8>, u64),
    out: &mut File,
    path: &Path,
) -> Result<(u64, String), ApiError> {
    let mut hash = blake3::Hasher::new();
    let (mut bytes, size) = first;
    let mut written = 0;
    loop {
        out.write_all(&bytes)
            .map_err(|error| disk("Cannot write", path, &error))?;
        hash.update(&bytes);
        written += bytes.len() as u64;
        if written >= size || bytes.is_empty() {
            break;
        }
        (bytes, _) = read(client, document, file, written).await?;
    }
    Ok((written, hash.finalize().to_hex().to_string()))
}

async fn read(
    client: &mut Client,
    document: DocumentId,
    file: FileId,
    offset: u64,
) -> Result<(Vec<u8>, u64), ApiError> {
    let request = Request::ReadFile {
        document,
        file,
        offset,
        length: PIECE as u32,
    };
    let Reply::FileBytes { data, size, .. } = client.request(request).await? else {
        return Err(super::unexpected());
    };
    let bytes = BASE64.decode(data.as_bytes()).map_err(ApiError::internal)?;
    Ok((bytes, size))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::api::FileState;

    #[test]
    fn a_picture_is_shown_and_anything_else_is_linked() {
        let id = FileId::from_bytes([1; 16]);
        let file = |name: &str| AttachedFile {
            id,
            name: name.to_owned(),
            mime: media_type(name).to_owned(),
            size: 1,
            here: 1,
            state: FileState::Here,
        };
        assert_eq!(
            reference(&file("goose.PNG")),
            format!("![goose.PNG](skein:file/{id})")
        );
        assert_eq!(
            reference(&file("plan [draft].pdf")),
            format!("[plan \\[draft\\].pdf](skein:file/{id})")
        );
        assert_eq!(reference(&file("png")), format!("[png](skein:file/{id})"));
    }
}
