//! `skein bundle`: changes as a file that is carried by hand.

use std::path::Path;

use skein_engine::exchange;

use super::members::find;
use crate::arguments::Bundle;
use crate::connection::Connection;
use crate::failure::Failure;
use crate::output::{Output, counted};

pub(super) async fn run(
    connection: &mut Connection,
    out: Output,
    command: Bundle,
) -> Result<(), Failure> {
    match command {
        Bundle::Export { person, file } => {
            let person = match person {
                Some(person) => Some(find(connection, &person).await?.id),
                None => None,
            };
            let written = exchange::write_bundle(&mut connection.client, &file, person).await?;
            out.show(&written, || {
                format!(
                    "{}: {}, encrypted. Any device of the workspace can take it in; files attached to notes and cards are not in it.",
                    written.path,
                    counted(written.changes, "change")
                )
            });
            Ok(())
        }
        Bundle::Import { file } => take(connection, out, &file).await,
    }
}

/// Takes in a bundle and says what came of it.
pub(super) async fn take(
    connection: &mut Connection,
    out: Output,
    file: &Path,
) -> Result<(), Failure> {
    let report = exchange::take_bundle(&mut connection.client, file).await?;
    out.show(&report, || {
        let mut words = format!(
            "Taken in: {} new here, {} here already.",
            counted(report.new, "change"),
            report.known
        );
        if report.refused > 0 {
            words += &format!(
                " {} not genuine and left out.",
                match report.refused {
                    1 => "1 was".to_owned(),
                    count => format!("{count} were"),
                }
            );
        }
        words
    });
    Ok(())
}
