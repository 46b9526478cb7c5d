//! `skein file`: attach files, list them, write them to disk.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::json;
use skein_engine::api::{
    ApiError, AttachedFile, DocumentId, ErrorCode, Event, FileState, Reply, Request, ServerMessage,
    View,
};
use skein_engine::exchange;
use tokio::time::{Instant, timeout_at};

use crate::arguments::File;
use crate::connection::{Connection, another_question};
use crate::failure::Failure;
use crate::output::{Output, size};

pub(super) async fn run(
    connection: &mut Connection,
    out: Output,
    command: File,
) -> Result<(), Failure> {
    match command {
        File::Add { document, path } => {
            let document = connection.find(&document, None).await?;
            let file = exchange::add_file(&mut connection.client, document, &path).await?;
            let markdown = exchange::reference(&file);
            out.show(&json!({ "id": file.id, "markdown": markdown }), || {
                format!("Attached. In a text, this shows it:\n{markdown}")
            });
            Ok(())
        }
        File::List { document } => {
            let document = connection.find(&document, None).await?;
            let files = files(connection, document).await?;
            out.show(&files, || {
                if files.is_empty() {
                    return "There are no files. `skein file add DOCUMENT PATH` attaches one."
                        .to_owned();
                }
                let lines = files.iter().map(|file| {
                    format!(
                        "{}  {:>10}  {}{}",
                        file.id,
                        size(file.size),
                        file.name,
                        state(file)
                    )
                });
                lines.collect::<Vec<_>>().join("\n")
            });
            Ok(())
        }
        File::Get {
            document,
            file,
            out: to,
            wait,
        } => get(connection, out, (&document, &file), to, wait).await,
    }
}

async fn get(
    connection: &mut Connection,
    out: Output,
    (document, named): (&str, &str),
    to: Option<PathBuf>,
    wait: u64,
) -> Result<(), Failure> {
    let document = connection.find(document, None).await?;
    let files = files(connection, document).await?;
    let is_named = |file: &&AttachedFile| file.id.to_string() == named || file.name == named;
    let found: Vec<&AttachedFile> = files.iter().filter(is_named).collect();
    let file = match found.as_slice() {
        [file] => *file,
        [] => {
            return Err(Failure::not_found(
                format!("There is no file “{named}” there; nothing was written."),
                "`skein file list DOCUMENT` shows what there is.",
            ));
        }
        _ => {
            return Err(Failure::invalid(
                format!("Several files are called “{named}”; nothing was written."),
                "Name it by its id, as `skein file list DOCUMENT` shows it.",
            ));
        }
    };
    if file.state != FileState::Here {
        out.say("Not all of it is here. Asking the devices that are connected…");
        come(connection, document, file, Duration::from_secs(wait)).await?;
    }
    let to = to.unwrap_or_else(|| Path::new(".").join(&file.name));
    let (bytes, _) = exchange::save_file(&mut connection.client, document, file.id, &to).await?;
    let path = to.display().to_string();
    out.show(
        &json!({ "id": file.id, "path": path, "bytes": bytes }),
        || format!("{path}: {}.", size(bytes)),
    );
    Ok(())
}

/// Asks for a file, and waits until all of it is here.
async fn come(
    connection: &mut Connection,
    document: DocumentId,
    file: &AttachedFile,
    wait: Duration,
) -> Result<(), Failure> {
    let until = Instant::now() + wait;
    let view = View::Files { document };
    connection.ask(Request::Subscribe { view }).await?;
    let file_id = file.id;
    let fetch = Request::FetchFile {
        document,
        file: file_id,
    };
    connection.ask(fetch).await?;
    let mut here = file.here;
    while let Ok(message) = timeout_at(until, connection.client.receive()).await {
        let message = message.ok_or_else(another_question)?;
        let ServerMessage::Event {
            event: Event::Files { files },
            ..
        } = message
        else {
            continue;
        };
        match files.iter().find(|one| one.id == file_id) {
            Some(now) if now.state == FileState::Here => return Ok(()),
            Some(now) => here = now.here,
            None => {}
        }
    }
    let (came, all) = (size(here), size(file.size));
    Err(ApiError::new(
        ErrorCode::TimedOut,
        format!("{came} of {all} are here, and nothing was written. What came is kept."),
        "The rest comes by itself whenever Skein runs and a device that holds it is connected (`skein peers`). Then say the same again, or now with a longer --wait.",
    )
    .into())
}

async fn files(
    connection: &mut Connection,
    document: DocumentId,
) -> Result<Vec<AttachedFile>, Failure> {
    let reply = connection.ask(Request::ListFiles { document }).await?;
    let Reply::Files { files } = reply else {
        return Err(another_question());
    };
    Ok(files)
}

fn state(file: &AttachedFile) -> String {
    match file.state {
        FileState::Here => String::new(),
        FileState::Arriving | FileState::Away => {
            format!("  ({} of it is here)", size(file.here))
        }
    }
}
