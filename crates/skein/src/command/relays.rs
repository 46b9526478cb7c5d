//! `skein relays`: which relays the workspace has, and naming them.

use serde_json::json;
use skein_engine::api::{Peer, Reply, Request};

use super::people::state_of;
use crate::arguments::Relays;
use crate::connection::{Connection, another_question};
use crate::failure::Failure;
use crate::output::Output;

/// So much of an id names a relay at least.
const SHORTEST: usize = 4;

pub(super) async fn run(
    connection: &mut Connection,
    out: Output,
    command: Option<Relays>,
) -> Result<(), Failure> {
    match command {
        None | Some(Relays::List) => list(connection, out).await,
        Some(Relays::Add { address }) => {
            let before = relays(connection).await?;
            connection.ask(Request::AddRelay { address }).await?;
            let now = relays(connection).await?;
            let added = now.into_iter().find(|relay| {
                let known = before.iter().any(|known| known.device == relay.device);
                !known
            });
            out.show(&json!({ "id": added.map(|relay| relay.device) }), || {
                "The relay is named. Everybody's devices keep their work there from now on, as soon as they hear of it.".to_owned()
            });
            // What was said here is good for nothing before somebody else has it; the relay itself is the first.
            let wait = Request::WaitUntilIdle {
                timeout_ms: 10_000,
                peers: 1,
            };
            if connection.ask(wait).await.is_err() {
                out.say("It does not answer yet. Check that it runs with --allow and this workspace's id, and that its port can be reached.");
            }
            Ok(())
        }
        Some(Relays::Remove { relay }) => {
            let relay = find(connection, &relay).await?.device;
            let request = Request::RemoveRelay {
                relay: relay.clone(),
            };
            connection.ask(request).await?;
            out.show(&json!({ "id": relay }), || {
                "The relay is named no more. What it holds it keeps, and cannot read; nothing newer goes to it.".to_owned()
            });
            Ok(())
        }
    }
}

async fn list(connection: &mut Connection, out: Output) -> Result<(), Failure> {
    let workspace = connection.status().await?.workspace_id;
    let relays = relays(connection).await?;
    out.show(
        &json!({ "workspace": workspace, "relays": relays }),
        || {
            let line = |relay: &Peer| format!("{}  {}: {}", relay.device, relay.name, state_of(relay));
            let mut lines: Vec<String> = relays.iter().map(line).collect();
            if lines.is_empty() {
                lines.push("There is no relay. `skein relay` on a machine that is always on makes one; `skein relays add` names it here.".to_owned());
            }
            let id = workspace.clone().unwrap_or_default();
            lines.push(format!("A relay serves this workspace by --allow {id}"));
            lines.join("\n")
        },
    );
    Ok(())
}

async fn relays(connection: &mut Connection) -> Result<Vec<Peer>, Failure> {
    let Reply::Peers { peers, .. } = connection.ask(Request::ListPeers).await? else {
        return Err(another_question());
    };
    Ok(peers.into_iter().filter(|peer| peer.relay).collect())
}

async fn find(connection: &mut Connection, named: &str) -> Result<Peer, Failure> {
    let relays = relays(connection).await?;
    let mut found = relays.into_iter().filter(|relay| {
        relay.name == named
            || (named.len() >= SHORTEST && relay.device.starts_with(&named.to_lowercase()))
    });
    match (found.next(), found.next()) {
        (Some(relay), None) => Ok(relay),
        (None, _) => Err(Failure::not_found(
            format!("There is no relay “{named}”."),
            "`skein relays` shows them.",
        )),
        (Some(_), Some(_)) => Err(Failure::invalid(
            format!("“{named}” could be more than one relay."),
            "Write more of its id.",
        )),
    }
}
