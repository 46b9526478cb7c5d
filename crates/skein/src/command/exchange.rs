//! `skein search`, `import`, `export` and `audit`.

use std::path::Path;

use skein_engine::api::{MissingNumbers, Outlook, Reply, Request};
use skein_engine::exchange;

use crate::connection::{Connection, another_question};
use crate::failure::Failure;
use crate::output::{Output, counted};

use super::invite::day_and_hour;
use super::members::short;

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
        lines.extend(report.missing.iter().flat_map(missing_words));
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

/// What is missing of one device, and what can be done about it.
fn missing_words(missing: &MissingNumbers) -> [String; 2] {
    let whose = match (&missing.person, missing.mine) {
        (_, true) => "this device".to_owned(),
        (Some(name), false) => format!("{name}'s device {}", short(&missing.device)),
        (None, false) => format!("device {}", short(&missing.device)),
    };
    let ranges = missing
        .ranges
        .iter()
        .map(|range| match range.first == range.last {
            true => range.first.to_string(),
            false => format!("{}–{}", range.first, range.last),
        });
    let mut ranges: Vec<String> = ranges.collect();
    if missing.more_ranges > 0 {
        ranges.push(format!("{} more ranges", missing.more_ranges));
    }
    let what = match missing.count {
        1 => "1 change of".to_owned(),
        count => format!("{count} changes of"),
    };
    let is = if missing.count == 1 { "is" } else { "are" };
    [
        format!(
            "  {what} {whose} {is} missing here: numbers {}. Later ones are here, from {} on.",
            ranges.join(", "),
            day_and_hour(missing.later_at)
        ),
        format!("    {}", outlook_words(missing.outlook)),
    ]
}

fn outlook_words(outlook: Outlook) -> &'static str {
    match outlook {
        Outlook::Coming => {
            "An exchange is under way, and they may come with it: look again after `skein sync`."
        }
        Outlook::InPack => {
            "They may be in a pack that is here and waits for its key; it opens by itself once the key has come."
        }
        Outlook::NobodyConnected => {
            "They come by themselves from whoever has them: `skein sync` meets those who can be reached, `skein bundle import` takes in a file of theirs."
        }
        Outlook::NobodyConnectedHasThem => {
            "Nobody who is connected gave them. Another device or a relay may have them; if the device itself lost them, or left the numbers out, nobody has, and what is here stands without them."
        }
    }
}
