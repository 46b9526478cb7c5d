//! `skein people pending`, `approve` and `decline`: who asks to be let in, and what an owner says.

use jiff::Timestamp;
use serde_json::json;
use skein_engine::api::{Asking, Event, PeerState, Reply, Request, Role, View};

use super::invite::role_word;
use crate::connection::{Connection, another_question};
use crate::failure::Failure;
use crate::output::Output;

/// How long the answer may take to reach a relay or a device, if one can be reached (ms).
const TELLING: u32 = 10_000;

pub(super) async fn all(connection: &mut Connection) -> Result<Vec<Asking>, Failure> {
    match connection.look_at(View::Asking).await? {
        Event::Asking { asking } => Ok(asking),
        _ => Err(another_question()),
    }
}

pub(super) async fn pending(connection: &mut Connection, out: Output) -> Result<(), Failure> {
    let asking = all(connection).await?;
    let owner = connection.status().await?.role == Some(Role::Owner);
    out.show(&asking, || match (asking.is_empty(), owner) {
        (false, _) => asking.iter().map(words).collect::<Vec<_>>().join("\n"),
        (true, true) => "Nobody asks to be let in.".to_owned(),
        (true, false) => "Owners are told who asks to be let in, and decide.".to_owned(),
    });
    Ok(())
}

/// Says who asks, to whoever showed a short code for it.
pub(super) async fn say(connection: &mut Connection, out: Output) -> Result<(), Failure> {
    for asks in all(connection).await? {
        out.say(&words(&asks));
    }
    out.say("`skein people approve NAME` lets them in.");
    Ok(())
}

pub(super) async fn approve(
    connection: &mut Connection,
    out: Output,
    person: &str,
) -> Result<(), Failure> {
    let asks = find(connection, person).await?;
    let asking = asks.id.clone();
    let request = Request::Approve { asking };
    let becomes = "is in, and receives everything as soon as they reach a device or a relay.";
    answer(connection, out, &asks, request, becomes).await
}

pub(super) async fn decline(
    connection: &mut Connection,
    out: Output,
    person: &str,
) -> Result<(), Failure> {
    let asks = find(connection, person).await?;
    let asking = asks.id.clone();
    let request = Request::Decline { asking };
    let becomes = "was declined, read nothing, and is told so.";
    answer(connection, out, &asks, request, becomes).await
}

async fn answer(
    connection: &mut Connection,
    out: Output,
    asks: &Asking,
    request: Request,
    becomes: &str,
) -> Result<(), Failure> {
    connection.ask(request).await?;
    tell(connection).await?;
    out.show(&json!({ "id": asks.id }), || {
        format!("{} {becomes}", name(asks))
    });
    Ok(())
}

/// What was said goes out before this process ends, if anybody is there to take it.
async fn tell(connection: &mut Connection) -> Result<(), Failure> {
    let Reply::Peers { peers, .. } = connection.ask(Request::ListPeers).await? else {
        return Err(another_question());
    };
    if peers
        .iter()
        .any(|peer| peer.relay || peer.state != PeerState::Away)
    {
        let wait = Request::WaitUntilIdle {
            timeout_ms: TELLING,
            peers: 1,
        };
        // Whoever is not reached now hears of it later: it is on disk.
        let _ = connection.ask(wait).await;
    }
    Ok(())
}

async fn find(connection: &mut Connection, named: &str) -> Result<Asking, Failure> {
    let wanted = named.to_lowercase();
    let is_meant = |asks: &Asking| {
        let name = asks.name.as_ref().map(|name| name.to_lowercase());
        asks.id == named || name.as_ref() == Some(&wanted)
    };
    let mut found = all(connection).await?.into_iter().filter(is_meant);
    match (found.next(), found.next()) {
        (Some(asks), None) => Ok(asks),
        (None, _) => Err(Failure::not_found(
            format!("Nobody called “{named}” asks to be let in."),
            "`skein people pending` shows who asks.",
        )),
        (Some(_), Some(_)) => Err(Failure::invalid(
            format!("More than one “{named}” asks to be let in."),
            "Compare the six words, and use the id that `skein people pending --json` shows.",
        )),
    }
}

fn name(asks: &Asking) -> &str {
    asks.name
        .as_deref()
        .unwrap_or("Somebody without a readable name")
}

fn words(asks: &Asking) -> String {
    let since = Timestamp::from_millisecond(asks.asked_at)
        .map(|at| format!(", since {}", at.strftime("%Y-%m-%d %H:00 UTC")))
        .unwrap_or_default();
    format!(
        "{}  wants to come in as {}{since}\n  six words: {}",
        name(asks),
        role_word(asks.role),
        asks.words
    )
}
