//! Writing everything as plain files: notes as Markdown in the tree's folders, boards as Markdown to read and JSON to read back,
//! attached files as they are, and a manifest with counts and hashes.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Serialize;
use skein_model::{BoardView, CardSummary, DocumentId, FileId, Kind};

use super::file_links::Files;
use super::file_names::Names;
use super::{Progress, disk, save_file, unexpected};
use crate::api::{
    ApiError, ErrorCode, Event, ExportReport, Listed, Reply, Request, ServerMessage, Unmapped, View,
};
use crate::host::Client;

/// The manifest's name.
const MANIFEST: &str = "skein-manifest.json";
/// The folder of attached files.
const ATTACHMENTS: &str = "files";

/// What the export holds, so that whoever reads it back can tell that it is whole.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Manifest {
    format: u8,
    workspace: Option<String>,
    notes: u32,
    boards: u32,
    cards: u32,
    attachments: u32,
    files: Vec<ManifestFile>,
}

/// One file of the export.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ManifestFile {
    path: String,
    document: DocumentId,
    kind: Kind,
    title: String,
    /// Which attached file of the document it is, if it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    attachment: Option<FileId>,
    bytes: u64,
    /// BLAKE3 of the file, hexadecimal.
    hash: String,
}

/// A board as it is read back: what the view shows, and each card's description.
#[derive(Serialize)]
struct ExportedBoard<'a> {
    board: &'a BoardView,
    descriptions: &'a BTreeMap<String, String>,
}

/// Exports everything that is not in the trash into `folder`, which must be absent or empty.
///
/// # Errors
/// When the folder holds something, a file cannot be written, or the engine refuses. The workspace is never changed.
pub async fn export(
    client: &mut Client,
    folder: &Path,
    mut progress: impl FnMut(Progress),
) -> Result<ExportReport, ApiError> {
    prepare(folder)?;
    let Reply::Status { status } = client.request(Request::Status).await? else {
        return Err(unexpected());
    };
    let Reply::Documents { documents } = client
        .request(Request::ListDocuments {
            kind: None,
            trashed: false,
        })
        .await?
    else {
        return Err(unexpected());
    };
    let mut written = Written {
        folder,
        files: Vec::new(),
    };
    let mut report = ExportReport {
        notes: 0,
        boards: 0,
        cards: 0,
        attachments: 0,
        files: 0,
        missing: Vec::new(),
        path: folder.display().to_string(),
    };
    let places = places(&documents);
    let mut files = Files::of(&documents, &places);
    attachments(client, &documents, &mut written, &mut files, &mut report).await?;
    let of = documents.len();
    for (done, (listed, place)) in documents.iter().zip(places).enumerate() {
        let item = &listed.item;
        let inside = place.parent().unwrap_or(Path::new(""));
        match item.kind {
            Kind::Note => {
                let Reply::Note { note } = client
                    .request(Request::ReadNote { document: item.id })
                    .await?
                else {
                    return Err(unexpected());
                };
                let text = files.in_text(&note.text, inside);
                written.write(&place, "md", listed, text.as_bytes())?;
                report.notes += 1;
            }
            Kind::Board => {
                let Reply::Board { board } = client
                    .request(Request::ReadBoard { document: item.id })
                    .await?
                else {
                    return Err(unexpected());
                };
                let descriptions = descriptions(client, &board).await?;
                let json = ExportedBoard {
                    board: &board,
                    descriptions: &descriptions,
                };
                let json = serde_json::to_vec_pretty(&json).map_err(ApiError::internal)?;
                written.write(
                    &place,
                    "board.md",
                    listed,
                    files
                        .in_text(&markdown(&board, &descriptions), inside)
                        .as_bytes(),
                )?;
                written.write(&place, "board.json", listed, &json)?;
                report.boards += 1;
                report.cards += u32::try_from(
                    board
                        .cards
                        .iter()
                        .filter(|card| card.life.is_live())
                        .count(),
                )
                .unwrap_or(u32::MAX);
            }
            // In no list of documents.
            Kind::Profile => {}
        }
        progress(Progress { done: done + 1, of });
    }
    report.files = u32::try_from(written.files.len() + 1).unwrap_or(u32::MAX);
    let manifest = Manifest {
        format: 1,
        workspace: status.workspace_name,
        notes: report.notes,
        boards: report.boards,
        cards: report.cards,
        attachments: report.attachments,
        files: written.files,
    };
    let manifest = serde_json::to_vec_pretty(&manifest).map_err(ApiError::internal)?;
    let path = folder.join(MANIFEST);
    fs::write(&path, manifest).map_err(|error| disk("Cannot write", &path, &error))?;
    Ok(report)
}

struct Written<'a> {
    folder: &'a Path,
    files: Vec<ManifestFile>,
}

impl Written<'_> {
    fn write(
        &mut self,
        place: &Path,
        ending: &str,
        listed: &Listed,
        content: &[u8],
    ) -> Result<(), ApiError> {
        // Not `with_extension`: a title may hold a full stop.
        let mut name = place.as_os_str().to_owned();
        name.push(".");
        name.push(ending);
        let path = self.folder.join(&name);
        path.parent()
            .map_or(Ok(()), fs::create_dir_all)
            .map_err(|error| disk("Cannot make the folder for", &path, &error))?;
        fs::write(&path, content).map_err(|error| disk("Cannot write", &path, &error))?;
        self.files.push(ManifestFile {
            path: PathBuf::from(name).to_string_lossy().into_owned(),
            document: listed.item.id,
            kind: listed.item.kind,
            title: listed.item.title.clone(),
            attachment: None,
            bytes: content.len() as u64,
            hash: blake3::hash(content).to_hex().to_string(),
        });
        Ok(())
    }
}

/// Writes the attached files of all documents into a folder of their own, and notes where each lies.
async fn attachments(
    client: &mut Client,
    documents: &[Listed],
    written: &mut Written<'_>,
    files: &mut Files,
    report: &mut ExportReport,
) -> Result<(), ApiError> {
    let mut names = Names::default();
    for listed in documents {
        let item = &listed.item;
        let request = Request::ListFiles { document: item.id };
        let Reply::Files { files: attached } = client.request(request).await? else {
            return Err(unexpected());
        };
        for file in attached {
            let place = Path::new(ATTACHMENTS).join(names.file(&file.name));
            let path = written.folder.join(&place);
            fs::create_dir_all(written.folder.join(ATTACHMENTS))
                .map_err(|error| disk("Cannot make the folder for", &path, &error))?;
            match save_file(client, item.id, file.id, &path).await {
                Ok((bytes, hash)) => {
                    report.attachments += 1;
                    written.files.push(ManifestFile {
                        path: place.to_string_lossy().into_owned(),
                        document: item.id,
                        kind: item.kind,
                        title: file.name,
                        attachment: Some(file.id),
                        bytes,
                        hash,
                    });
                    files.add(file.id, place);
                }
                Err(error) if error.code == ErrorCode::NotHere => report.missing.push(Unmapped {
                    path: file.name,
                    reason: format!(
                        "it is attached to “{}”, and its bytes have not arrived here yet",
                        item.title
                    ),
                }),
                Err(error) => return Err(error),
            }
        }
    }
    Ok(())
}

fn prepare(folder: &Path) -> Result<(), ApiError> {
    fs::create_dir_all(folder).map_err(|error| disk("Cannot make the folder", folder, &error))?;
    let mut entries =
        fs::read_dir(folder).map_err(|error| disk("Cannot read the folder", folder, &error))?;
    if entries.next().is_some() {
        return Err(ApiError::new(
            ErrorCode::Invalid,
            format!(
                "{} is not empty; nothing was written, so nothing was overwritten.",
                folder.display()
            ),
            "Name a new or an empty folder.",
        ));
    }
    Ok(())
}

/// Where each document goes: in the folder named like its parent. The list is in tree order with depths.
fn places(documents: &[Listed]) -> Vec<PathBuf> {
    let mut open: Vec<PathBuf> = Vec::new();
    let mut names: BTreeMap<PathBuf, Names> = BTreeMap::new();
    documents
        .iter()
        .map(|listed| {
            open.truncate(listed.depth as usize);
            let parent = open.last().cloned().unwrap_or_default();
            let name = names
                .entry(parent.clone())
                .or_default()
                .name(&listed.item.title);
            let place = parent.join(name);
            open.push(place.clone());
            place
        })
        .collect()
}

/// The descriptions of a board's cards, by card id: each is read as a view of its text.
async fn descriptions(
    client: &mut Client,
    board: &BoardView,
) -> Result<BTreeMap<String, String>, ApiError> {
    let mut descriptions = BTreeMap::new();
    for card in board.cards.iter().filter(|card| card.has_description) {
        let view = View::Text {
            document: board.id,
            card: Some(card.id),
        };
        let Reply::Subscribed { subscription } =
            client.request(Request::Subscribe { view }).await?
        else {
            return Err(unexpected());
        };
        while let Some(message) = client.receive().await {
            if let ServerMessage::Event {
                subscription: of,
                event: Event::TextReset { text, .. },
            } = message
                && of == subscription
            {
                descriptions.insert(card.id.to_string(), text);
                break;
            }
        }
        client
            .request(Request::Unsubscribe { subscription })
            .await?;
    }
    Ok(descriptions)
}

/// A board to read: a heading a column, a task a card.
fn markdown(board: &BoardView, descriptions: &BTreeMap<String, String>) -> String {
    let mut out = format!("# {}\n", board.title.value);
    for column in &board.columns {
        let _ = write!(out, "\n## {}\n\n", column.title.value);
        let cards = board
            .cards
            .iter()
            .filter(|card| card.place.value.column == column.id && card.life.is_live());
        for card in cards {
            card_markdown(&mut out, card, descriptions.get(&card.id.to_string()));
        }
    }
    out
}

fn card_markdown(out: &mut String, card: &CardSummary, description: Option<&String>) {
    let done = if card.archived { "x" } else { " " };
    let _ = write!(out, "- [{done}] {}", card.title);
    let due = card.due.as_ref().map(|due| format!("due {due}"));
    let owner = card.owner.as_ref().map(|owner| format!("owner @{owner}"));
    let others: Vec<String> = card
        .assignees
        .iter()
        .filter(|who| card.owner.as_ref() != Some(*who))
        .map(|who| format!("@{who}"))
        .collect();
    let who = (!others.is_empty()).then(|| others.join(" "));
    let labels = (!card.labels.is_empty()).then(|| {
        card.labels
            .iter()
            .map(|label| format!("#{}", label.replace(' ', "-")))
            .collect::<Vec<_>>()
            .join(" ")
    });
    for extra in [owner, who, due, labels].into_iter().flatten() {
        let _ = write!(out, " · {extra}");
    }
    out.push('\n');
    for line in description.map(String::as_str).unwrap_or_default().lines() {
        let _ = if line.is_empty() {
            writeln!(out)
        } else {
            writeln!(out, "  {line}")
        };
    }
}
