//! `skein backup`: copies of the profile's file, made, tried and restored; and the file put together anew.

use skein_engine::api::{KeptBackups, Reply, Request};

use crate::arguments::Backup;
use crate::connection::{Connection, another_question};
use crate::failure::Failure;
use crate::output::{Output, counted};

pub(super) async fn run(
    connection: &mut Connection,
    out: Output,
    command: Backup,
) -> Result<(), Failure> {
    match command {
        Backup::List => {
            let kept = ask(connection, Request::ListBackups).await?;
            out.show(&kept.backups, || listed(&kept));
        }
        Backup::Make => {
            let kept = ask(connection, Request::BackUp).await?;
            let newest = kept.backups.first();
            out.show(&newest, || {
                newest.map_or_else(String::new, |newest| {
                    format!(
                        "{} was made and checked ({} bytes). Attached files are not in it.",
                        newest.name, newest.bytes
                    )
                })
            });
        }
        Backup::Try { backup } => try_one(connection, out, backup).await?,
        Backup::Restore { backup } => {
            let request = Request::RestoreBackup {
                backup: Some(backup),
            };
            let words = Words {
                done: "Restored.",
                planned: "It is restored when Skein starts next",
            };
            at_the_next_start(connection, out, request, words).await?;
        }
        Backup::Repair => {
            let words = Words {
                done: "The file was put together anew.",
                planned: "The file is put together anew when Skein starts next",
            };
            at_the_next_start(connection, out, Request::Repair, words).await?;
        }
        Backup::Keep => {
            ask(connection, Request::RestoreBackup { backup: None }).await?;
            out.show(&serde_json::json!({ "restored": false }), || {
                "Nothing is restored or repaired.".to_owned()
            });
        }
    }
    Ok(())
}

/// What is said of something that a start does.
struct Words {
    done: &'static str,
    planned: &'static str,
}

/// Plans something for the next start, and starts again where nobody else has the profile.
async fn at_the_next_start(
    connection: &mut Connection,
    out: Output,
    request: Request,
    words: Words,
) -> Result<(), Failure> {
    ask(connection, request).await?;
    let here = connection.is_owner();
    if here {
        connection.pause().await;
        connection.resume().await?;
    }
    out.show(&serde_json::json!({ "restored": here }), || match here {
        true => format!(
            "{} What was there before is set aside beside the profile's file, and what it holds is merged again.",
            words.done
        ),
        false => format!("{}: close it and open it again.", words.planned),
    });
    Ok(())
}

async fn ask(connection: &mut Connection, request: Request) -> Result<KeptBackups, Failure> {
    match connection.ask(request).await? {
        Reply::Backups { kept } => Ok(kept),
        _ => Err(another_question()),
    }
}

fn listed(kept: &KeptBackups) -> String {
    if kept.repairs {
        return "The file is put together anew when Skein starts next; `skein backup keep` thinks better of it.".to_owned();
    }
    if kept.backups.is_empty() {
        return "There is no backup yet. `skein backup make` makes one.".to_owned();
    }
    let lines = kept.backups.iter().map(|backup| {
        let planned = kept.planned.as_ref() == Some(&backup.name);
        let mark = if planned {
            "  (restored at the next start)"
        } else {
            ""
        };
        format!("{}  {} bytes{mark}", backup.name, backup.bytes)
    });
    lines.collect::<Vec<String>>().join("\n")
}

async fn try_one(
    connection: &mut Connection,
    out: Output,
    backup: Option<String>,
) -> Result<(), Failure> {
    let backup = match backup {
        Some(backup) => backup,
        None => {
            let kept = ask(connection, Request::ListBackups).await?;
            let newest = kept.backups.into_iter().next();
            newest.map(|newest| newest.name).ok_or_else(|| {
                Failure::invalid(
                    "There is no backup yet.",
                    "Make one by `skein backup make`.",
                )
            })?
        }
    };
    let request = Request::TryBackup {
        backup: backup.clone(),
    };
    let Reply::BackupTried { report } = connection.ask(request).await? else {
        return Err(another_question());
    };
    out.show(&report, || {
        let mut lines = vec![format!(
            "{backup}: loaded {} with {}.",
            counted(report.documents, "document"),
            counted(report.changes, "change")
        )];
        lines.extend(
            report
                .differences
                .iter()
                .map(|difference| format!("  {}: {}", difference.subject, difference.what)),
        );
        lines.join("\n")
    });
    match report.differences.is_empty() {
        true => Ok(()),
        false => Err(Failure::invalid(
            "Not all of the backup could be loaded.",
            "Try an earlier one, and make a new one.",
        )),
    }
}
