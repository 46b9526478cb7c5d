//! `skein run` and `skein serve`: stay until told to end.

use std::sync::Arc;

use serde_json::json;
use skein_engine::api::{Reply, Request};
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::connection::{Connection, another_question};
use crate::failure::Failure;
use crate::output::Output;
use crate::serve;

/// A node without a window: prints who and where it is, and stays; in all workspaces of the profile, unless in one alone.
pub(super) async fn run(
    connection: &mut Connection,
    out: Output,
    alone: bool,
) -> Result<(), Failure> {
    if !connection.is_owner() {
        return Err(Failure::invalid(
            "This workspace is in use by another Skein, which exchanges for it already.",
            "Name another --workspace, or another --profile.",
        ));
    }
    let end = EndOfStay::listen()?;
    let status = connection.status().await?;
    let Reply::Peers { listening, .. } = connection.ask(Request::ListPeers).await? else {
        return Err(another_question());
    };
    out.show(
        &json!({ "device": status.device_id, "addresses": listening }),
        || {
            let mut lines = vec![format!("device {}", status.device_id)];
            lines.extend(
                listening
                    .iter()
                    .map(|address| format!("reachable at {address}")),
            );
            lines.join("\n")
        },
    );
    let workspaces = connection.workspaces().await;
    let others = async {
        match alone {
            true => std::future::pending().await,
            false => workspaces.keep_open().await,
        }
    };
    tokio::select! {
        () = end.come() => {}
        () = others => {}
    }
    workspaces.close().await;
    Ok(())
}

/// The interface in a browser on this machine.
pub(super) async fn serve(
    connection: &mut Connection,
    out: Output,
    port: u16,
) -> Result<(), Failure> {
    let end = EndOfStay::listen()?;
    let place = connection.place().clone();
    let site = serve::Site::bind(port, place.places().folder()).await?;
    let address = site.address(&place);
    out.show(&json!({ "address": address }), || format!("Open {address}\nThe address is a key: whoever has it and uses this machine can read and write here."));
    let workspaces = Arc::new(connection.workspaces().await);
    let result = tokio::select! {
        served = site.serve(workspaces.clone()) => served,
        () = workspaces.keep_open() => Ok(()),
        () = end.come() => Ok(()),
    };
    workspaces.close().await;
    result
}

/// The wish of a person or the system that this process end. Listened for before anybody is told that it runs: whoever reads
/// that may send the signal at once.
pub(super) struct EndOfStay {
    terminated: Signal,
    interrupted: Signal,
}

impl EndOfStay {
    pub(super) fn listen() -> Result<Self, Failure> {
        Ok(Self {
            terminated: signal(SignalKind::terminate())?,
            interrupted: signal(SignalKind::interrupt())?,
        })
    }

    pub(super) async fn come(mut self) {
        tokio::select! {
            _ = self.terminated.recv() => {}
            _ = self.interrupted.recv() => {}
        }
    }
}
