//! `skein storage`: what takes how much room on this machine, and giving some of it back.

use skein_engine::api::{
    FileHolder, FileSize, Freeable, Freed, Reply, Request, StorageKind, StoragePart,
};

use crate::arguments::Storage;
use crate::connection::{Connection, another_question};
use crate::failure::Failure;
use crate::output::{Output, counted, size};

/// So many documents and files are shown to people; `--json` has more.
const SHOWN: usize = 10;
const MIB: u64 = 1024 * 1024;

pub(super) async fn run(
    connection: &mut Connection,
    out: Output,
    command: Option<Storage>,
) -> Result<(), Failure> {
    match command {
        None => show(connection, out).await,
        Some(Storage::Free {
            dry_run,
            at_least,
            wait,
        }) => {
            let freeable = freeable(connection, at_least.saturating_mul(MIB), wait).await?;
            match dry_run {
                true => out.show(&freeable, || preview(&freeable)),
                false => {
                    let freed = free(connection, &freeable).await?;
                    out.show(&freed, || result(&freed, &freeable));
                }
            }
            Ok(())
        }
    }
}

async fn show(connection: &mut Connection, out: Output) -> Result<(), Failure> {
    let Reply::Storage { storage } = connection.ask(Request::Storage).await? else {
        return Err(another_question());
    };
    out.show(&storage, || {
        let mut lines: Vec<String> = storage.parts.iter().map(part).collect();
        lines.push(format!("{:>12}  together", size(storage.total)));
        if !storage.documents.is_empty() {
            lines.push("\nThe largest notes and boards:".to_owned());
            let largest = storage.documents.iter().take(SHOWN);
            lines.extend(largest.map(|one| format!("{:>12}  {}", size(one.bytes), one.title)));
        }
        if !storage.files.is_empty() {
            lines.push("\nThe largest files:".to_owned());
            lines.extend(storage.files.iter().take(SHOWN).map(file));
        }
        lines.extend(
            storage
                .folder
                .as_ref()
                .map(|folder| format!("\nAll of it lies in {folder}.")),
        );
        lines.join("\n")
    });
    Ok(())
}

/// What may go, after another device was waited for if there is none yet.
async fn freeable(
    connection: &mut Connection,
    at_least: u64,
    wait: u32,
) -> Result<Freeable, Failure> {
    let settle = Request::WaitUntilIdle {
        timeout_ms: wait.saturating_mul(1_000),
        peers: 1,
    };
    // Whoever did not come is not asked; the answer says how many were.
    let _ = connection.ask(settle).await;
    let Reply::Freeable { mut freeable } = connection.ask(Request::PreviewFreeing).await? else {
        return Err(another_question());
    };
    freeable.files.retain(|file| file.size >= at_least);
    Ok(freeable)
}

async fn free(connection: &mut Connection, freeable: &Freeable) -> Result<Freed, Failure> {
    let request = Request::FreeSpace {
        files: freeable.files.iter().map(|file| file.id).collect(),
        compact: freeable.compactable > 0,
    };
    let Reply::Freed { freed } = connection.ask(request).await? else {
        return Err(another_question());
    };
    match (&freed.trouble, freed.files) {
        (Some(trouble), 0) => Err(trouble.clone().into()),
        _ => Ok(freed),
    }
}

fn part(part: &StoragePart) -> String {
    let count = match part.count {
        Some(count) => format!(" ({count})"),
        None => String::new(),
    };
    let what = match part.what {
        StorageKind::Notes => "notes, text and history",
        StorageKind::Boards => "boards, cards and history",
        StorageKind::Profiles => "what members say of themselves",
        StorageKind::Files => "attached files",
        StorageKind::Search => "search index",
        StorageKind::Envelopes => "changes as they are exchanged",
        StorageKind::Order => "lists, links and order",
        StorageKind::Free => "free within the file",
        StorageKind::Backups => "backups",
        StorageKind::SetAside => "copies set aside",
        StorageKind::Other => "keys, logs and the rest",
    };
    format!("{:>12}  {what}{count}", size(part.bytes))
}

fn file(file: &FileSize) -> String {
    let uses: Vec<&str> = file
        .used_in
        .iter()
        .map(|used| used.title.as_str())
        .collect();
    let held = match file.held_by.as_slice() {
        [] => String::new(),
        holders => format!("; also with {}", names(holders)),
    };
    format!(
        "{:>12}  {} in {}{held}",
        size(file.here),
        file.name,
        uses.join(", ")
    )
}

fn names(holders: &[FileHolder]) -> String {
    let mut names: Vec<String> = holders
        .iter()
        .map(|holder| match holder.mine {
            true => "another device of yours".to_owned(),
            false => holder.name.clone(),
        })
        .collect();
    names.dedup();
    names.join(", ")
}

fn preview(freeable: &Freeable) -> String {
    let mut lines = Vec::new();
    if freeable.files.is_empty() {
        lines.push(match freeable.asked {
            0 => "No other device is connected, so no file can go: only what another device holds does.".to_owned(),
            _ => "No file can go: none that is here is held by a device that is connected.".to_owned(),
        });
    } else {
        let bytes = freeable.files.iter().map(|file| file.size).sum();
        let files = counted(freeable.files.len() as u64, "file");
        lines.push(format!(
            "{files} can go, {} together. They stay in their notes, and come back when they are opened:",
            size(bytes)
        ));
        lines.extend(freeable.files.iter().map(|file| {
            format!(
                "{:>12}  {}  (from {})",
                size(file.size),
                file.name,
                names(&file.held_by)
            )
        }));
    }
    if freeable.only_here > 0 {
        lines.push(format!(
            "{} ({}) must stay: no connected device said that it holds them.",
            counted(freeable.only_here, "file"),
            size(freeable.only_here_bytes)
        ));
    }
    if freeable.compactable > 0 {
        lines.push(format!(
            "The workspace's file becomes {} smaller when it is written anew.",
            size(freeable.compactable)
        ));
    }
    lines.join("\n")
}

fn result(freed: &Freed, freeable: &Freeable) -> String {
    if freeable.files.is_empty() && freeable.compactable == 0 {
        return preview(freeable);
    }
    let mut lines = vec![format!(
        "{} went, {} together. They come back when they are opened.",
        counted(freed.files, "file"),
        size(freed.bytes)
    )];
    if freed.compacted > 0 {
        lines.push(format!(
            "The workspace's file is {} smaller.",
            size(freed.compacted)
        ));
    }
    if !freed.kept.is_empty() {
        lines.push(format!(
            "These stayed, because no connected device answered for all of them: {}.",
            freed.kept.join(", ")
        ));
    }
    lines.extend(
        freed
            .trouble
            .iter()
            .map(|trouble| format!("{} {}", trouble.message, trouble.hint)),
    );
    lines.join("\n")
}
