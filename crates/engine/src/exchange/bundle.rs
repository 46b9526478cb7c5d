//! Bundles as files: what somebody lacks, written to be carried by hand, and taken in again.

use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;

use data_encoding::BASE64;

use super::{disk, new_file, unexpected};
use crate::api::{ApiError, BundleReport, BundleWritten, ErrorCode, Reply, Request};
use crate::host::Client;

/// How many bytes are handed over at a time.
const SLICE: usize = 512 * 1024;

/// Writes a bundle to a new file: of everything, or of what a person's devices are not known to hold.
///
/// # Errors
/// When something has that name already, the disk refuses, or the engine does; then nothing is left there.
pub async fn write_bundle(
    client: &mut Client,
    path: &Path,
    person: Option<String>,
) -> Result<BundleWritten, ApiError> {
    let mut file = new_file(path)?;
    let written = write_pages(client, &mut file, path, person).await;
    if written.is_err() {
        drop(file);
        let _ = std::fs::remove_file(path);
    }
    written
}

async fn write_pages(
    client: &mut Client,
    file: &mut File,
    path: &Path,
    person: Option<String>,
) -> Result<BundleWritten, ApiError> {
    let unwritable = |error: std::io::Error| disk("Cannot write", path, &error);
    let mut written = BundleWritten {
        path: path.display().to_string(),
        changes: 0,
        bytes: 0,
    };
    let mut after = None;
    loop {
        let request = Request::ReadBundle {
            person: person.clone(),
            after,
        };
        let reply = client.request(request).await?;
        let Reply::BundlePage {
            data,
            envelopes,
            next,
        } = reply
        else {
            return Err(unexpected());
        };
        let bytes = BASE64.decode(data.as_bytes()).map_err(ApiError::internal)?;
        file.write_all(&bytes).map_err(unwritable)?;
        written.changes = written.changes.saturating_add(envelopes);
        written.bytes += bytes.len() as u64;
        if next.is_none() {
            break;
        }
        after = next;
    }
    file.sync_all().map_err(unwritable)?;
    Ok(written)
}

/// Takes in a bundle. What is here already is met and not taken twice.
///
/// # Errors
/// When the file cannot be read, is no bundle, belongs to another workspace, or ends too early; it says what came of it, and that is kept.
pub async fn take_bundle(client: &mut Client, path: &Path) -> Result<BundleReport, ApiError> {
    let unreadable = |error: std::io::Error| disk("Cannot read", path, &error);
    let mut file = File::open(path).map_err(unreadable)?;
    let mut slice = Vec::with_capacity(SLICE);
    let mut offset = 0;
    let mut report = BundleReport::default();
    loop {
        slice.clear();
        Read::take(&mut file, SLICE as u64)
            .read_to_end(&mut slice)
            .map_err(unreadable)?;
        // An empty file is asked about, too: it is no bundle.
        if slice.is_empty() && offset > 0 {
            break;
        }
        let request = Request::TakeBundle {
            offset,
            data: BASE64.encode(&slice),
        };
        let Reply::BundleTaken { report: so_far } = client.request(request).await? else {
            return Err(unexpected());
        };
        report = so_far;
        offset += slice.len() as u64;
        if slice.is_empty() {
            break;
        }
    }
    if report.whole {
        return Ok(report);
    }
    Err(ApiError::new(
        ErrorCode::Invalid,
        format!(
            "{} ends too early: {} that were new in it are here, the rest was not in the file.",
            path.display(),
            crate::api::count_of(report.new as usize, "change", "changes")
        ),
        "Copy it once more, or have a new one made, and take that in; nothing comes twice.",
    ))
}
