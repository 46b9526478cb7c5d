//! `skein search`, `import`, `export` and `audit`.

use std::path::Path;

use skein_engine::api::{Reply, Request};
use skein_engine::exchange;

use crate::connection::{Connection, another_question};
use crate::failure::Failure;
use crate::output::{Output, counted};

pub(super) async fn search(
    connection: &mut Connection,
    out: Output,
    query: String,
    limit: u32,
) -> Result<(), Failure> {
    let Reply::Found { hits } = connection
        .ask(Request::Search {
            query: query.clone(),
            limit,
        })
        .await?
    else {
        return Err(another_question());
    };
    out.show(&hits, || {
        if hits.is_empty() {
            return format!("Nothing holds “{query}”.");
        }
        let lines = hits.iter().map(|hit| {
            let snippet: String = hit
                .snippet
                .iter()
                .map(|part| part.text.replace('\n', " "))
                .collect();
            format!("{}  {}\n    {}", hit.id, hit.title, snippet.trim())
        });
        lines.collect::<Vec<_>>().join("\n")
    });
    Ok(())
}

pub(super) async fn import(
    connection: &mut Connection,
    out: Output,
    folder: &Path,
) -> Result<(), Failure> {
    let report = exchange::import_markdown(&mut connection.client, folder, |progress| {
        out.progress("Importing", progress)
    })
    .await?;
    out.show(&report, || {
        let mut lines = vec![format!(
            "Imported: {} and {}, with {} between imported notes and {}.",
            counted(report.notes, "note"),
            counted(report.folders, "folder"),
            counted(report.links, "link"),
            counted(report.attachments, "attached file")
        )];
        lines.extend(
            report
                .unmapped
                .iter()
                .map(|unmapped| format!("  {}: {}", unmapped.path, unmapped.reason)),
        );
        lines.join("\n")
    });
    Ok(())
}

pub(super) async fn export(
    connection: &mut Connection,
    out: Output,
    folder: &Path,
) -> Result<(), Failure> {
    let report = exchange::export(&mut connection.client, folder, |progress| {
        out.progress("Exporting", progress)
    })
    .await?;
    out.show(&report, || {
        let mut lines = vec![format!(
            "{}, {} with {} and {} are in {}: {}.",
            counted(report.notes, "note"),
            counted(report.boards, "board"),
            counted(report.cards, "card"),
            counted(report.attachments, "attached file"),
            report.path,
            counted(report.files, "file")
        )];
        lines.extend(
            report
                .missing
                .iter()
                .map(|missing| format!("  {}: {}", missing.path, missing.reason)),
        );
        lines.join("\n")
    });
    Ok(())
}

/// Fails when something does not fit, so that a script notices.
pub(super) async fn audit(connection: &mut Connection, out: Output) -> Result<(), Failure> {
    let Reply::Audit { report } = connection.ask(Request::Audit).await? else {
        return Err(another_question());
    };
    out.show(&report, || {
        let mut lines = vec![format!(
            "Loaded again: {} with {}. Verified: {}. Waiting to be sealed: {}.",
            counted(report.documents, "document"),
            counted(report.changes, "change"),
            counted(report.envelopes, "envelope"),
            counted(report.unsealed, "change")
        )];
        lines.extend(
            report
                .differences
                .iter()
                .map(|difference| format!("  {}: {}", difference.subject, difference.what)),
        );
        if report.differences.is_empty() {
            lines.push(format!("Everything fits. Digest {}", report.digest));
        }
        lines.join("\n")
    });
    if report.differences.is_empty() {
        return Ok(());
    }
    Err(Failure::invalid(
        format!(
            "The audit found {}; nothing was changed.",
            counted(report.differences.len() as u64, "difference")
        ),
        "Export what is here, and compare with a colleague's device.",
    ))
}
