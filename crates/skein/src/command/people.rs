//! `skein join`, `peers`, `connect`, `status` and `sync`: the workspace's people and their devices.

use std::path::Path;
use std::time::Duration;

use serde_json::json;
use skein_engine::api::{
    ApiError, Delivery, ErrorCode, Event, JoiningStep, KeyProtection, Peer, PeerState, Reply,
    Request, ServerMessage, Status, View, WorkspaceState,
};
use skein_engine::exchange;
use tokio::time::{Instant, timeout_at};

use crate::connection::{Connection, another_question};
use crate::failure::Failure;
use crate::output::{Output, counted};

pub(super) async fn join(
    connection: &mut Connection,
    out: Output,
    ticket: String,
    name: Option<String>,
    (bundle, folder): (Option<&Path>, Option<&Path>),
    wait: u64,
) -> Result<(), Failure> {
    let waits = connection.status().await?.joining;
    let waits_for_name = waits.is_some_and(|joining| joining.step == JoiningStep::Naming);
    let request = match name {
        Some(member_name) if waits_for_name => Request::NameJoiner { member_name },
        member_name => Request::JoinWorkspace {
            ticket,
            member_name,
            zone: None,
        },
    };
    connection.ask(request).await?;
    if let Some(bundle) = bundle {
        exchange::take_bundle(&mut connection.client, bundle).await?;
    }
    if let Some(folder) = folder {
        super::folder::take_up(connection, folder).await?;
    }
    connection
        .ask(Request::Subscribe { view: View::Status })
        .await?;
    let until = Instant::now() + Duration::from_secs(wait);
    let mut said = None;
    let mut reason = None;
    while let Ok(message) = timeout_at(until, connection.client.receive()).await {
        let Some(message) = message else {
            return Err(another_question());
        };
        let ServerMessage::Event {
            event: Event::Status { status },
            ..
        } = message
        else {
            continue;
        };
        if status.state == WorkspaceState::Ready {
            let words = format!(
                "You are in “{}”.\nYour six words: {}. Whoever invited you sees the same: `skein people words NAME`.",
                status.workspace_name.clone().unwrap_or_default(),
                status.device_words
            );
            out.show(&json!({ "id": status.workspace_id, "workspace": status.workspace_name, "device": status.device_id, "words": status.device_words }), || words);
            return Ok(());
        }
        let Some(joining) = status.joining else {
            continue;
        };
        if joining.step == JoiningStep::Naming {
            return Err(ApiError::new(
                ErrorCode::Invalid,
                "The invite is for a new person, whom colleagues need to know by a name. It is kept, and waits for yours.",
                "Say the same again with --name.",
            )
            .into());
        }
        if said != Some(joining.step) {
            said = Some(joining.step);
            out.say(step_words(joining.step));
            if joining.step == JoiningStep::Waiting {
                out.say(&format!(
                    "Your six words, which they see as well: {}.",
                    status.device_words
                ));
            }
        }
        if let Some(error) = code_failure(joining.step, joining.reason.as_deref()) {
            return Err(error.into());
        }
        reason = joining.reason;
    }
    if said == Some(JoiningStep::Waiting) {
        return Err(ApiError::new(
            ErrorCode::TimedOut,
            "You have asked to be let in, and no owner of the workspace has answered yet.",
            "The question is kept. The answer comes whenever Skein runs: `skein run`, or the app.",
        )
        .into());
    }
    Err(ApiError::new(
        ErrorCode::TimedOut,
        format!(
            "The join has not succeeded yet{}",
            reason.map_or_else(
                || ".".to_owned(),
                |reason| format!(": {}.", reason.trim_end_matches('.'))
            )
        ),
        "The invite is kept and tried again whenever Skein runs: `skein run`, or the app.",
    )
    .into())
}

/// Why a short code did not become an invite. Nothing of it is kept.
fn code_failure(step: JoiningStep, reason: Option<&str>) -> Option<ApiError> {
    let other_ways = "Ask for the invite as a link or file, which need no common network.";
    Some(match (step, reason) {
        (JoiningStep::WrongCode, _) => ApiError::new(
            ErrorCode::Denied,
            "That is not the code that is shown there. Nothing was changed.",
            "Compare it and try again; after a few wrong ones a new code has to be made.",
        ),
        (JoiningStep::NobodyShows, Some(reason)) => {
            ApiError::new(ErrorCode::Network, reason, other_ways)
        }
        (JoiningStep::NobodyShows, None) => ApiError::new(
            ErrorCode::NotFound,
            "Nobody on this network shows this code. Nothing was changed.",
            format!("It can be asked for at an address: K7QM-2XPD@192.168.1.5:4711. {other_ways}"),
        ),
        (JoiningStep::NoLonger, _) => ApiError::new(
            ErrorCode::NotFound,
            "The device there shows no code now: it was used or taken back, or is older than 15 minutes.",
            "Ask for a new code.",
        ),
        _ => return None,
    })
}

fn step_words(step: JoiningStep) -> &'static str {
    match step {
        JoiningStep::Looking => "Looking for whoever shows this code …",
        JoiningStep::Found => "Found somebody who shows a code; comparing …",
        JoiningStep::WrongCode | JoiningStep::NobodyShows | JoiningStep::NoLonger => {
            "That did not work."
        }
        JoiningStep::Connecting => "Looking for a device of the workspace …",
        JoiningStep::Verifying => "Found one; showing the invite …",
        JoiningStep::Naming => "A new person: waiting for a name …",
        JoiningStep::Waiting => {
            "You have asked to be let in; waiting for an owner of the workspace to approve …"
        }
        JoiningStep::Receiving => "A member now; receiving …",
        JoiningStep::Failed => "That did not work yet; trying again …",
    }
}

pub(super) async fn peers(connection: &mut Connection, out: Output) -> Result<(), Failure> {
    let Reply::Peers {
        peers, listening, ..
    } = connection.ask(Request::ListPeers).await?
    else {
        return Err(another_question());
    };
    out.show(&peers, || {
        let mut lines: Vec<String> = peers
            .iter()
            .map(|peer| {
                let kind = if peer.relay { "relay " } else { "" };
                let (state, forgot) = (state_of(peer), forgot_words(peer));
                format!("{}  {kind}{}: {state}{forgot}", peer.device, peer.name)
            })
            .collect();
        if lines.is_empty() {
            lines.push("No other device yet. `skein invite` lets somebody in.".to_owned());
        }
        lines.extend(
            listening
                .iter()
                .map(|address| format!("reachable at {address}")),
        );
        lines.join("\n")
    });
    Ok(())
}

/// That it lacks what it said it keeps, if it does.
fn forgot_words(peer: &Peer) -> String {
    let Some(forgot) = &peer.forgot else {
        return String::new();
    };
    let changes = counted(forgot.changes, "change");
    let again = match (peer.state, forgot.missing) {
        (PeerState::Away, _) => "they go to it again when it is there",
        (_, 0) => "it says that it has them again",
        _ => "they are being sent again",
    };
    let times = match forgot.times {
        1 => String::new(),
        times => format!(", for the {times}. time: do not rely on it"),
    };
    format!("; it said it kept {changes} that it no longer had, {again}{times}")
}

/// How a device or relay stands, in words.
pub(super) fn state_of(peer: &Peer) -> String {
    match peer.state {
        PeerState::Agreed => "connected, holds the same".to_owned(),
        PeerState::Syncing if peer.relay && peer.withheld > 0 => {
            "connected, but full: it takes no more of this workspace".to_owned()
        }
        PeerState::Syncing => "connected, exchanging".to_owned(),
        PeerState::Away if peer.behind > 0 => format!("away, lacks {} envelopes", peer.behind),
        PeerState::Away => "away, holds all of yours".to_owned(),
    }
}

pub(super) async fn connect(
    connection: &mut Connection,
    out: Output,
    address: String,
    wait: u64,
) -> Result<(), Failure> {
    connection
        .ask(Request::Connect {
            address: address.clone(),
        })
        .await?;
    let met = connection
        .ask(Request::WaitUntilIdle {
            timeout_ms: milliseconds(wait),
            peers: 1,
        })
        .await;
    let reply = match met {
        Ok(reply) => reply,
        Err(slow) => return Err(why_not(connection, &address).await?.unwrap_or(slow)),
    };
    let Reply::Idle { peers, .. } = reply else {
        return Err(another_question());
    };
    out.show(&json!({ "peers": peers }), || {
        "Connected, and both hold the same.".to_owned()
    });
    Ok(())
}

/// What became of a typed address that was not reached.
async fn why_not(connection: &mut Connection, address: &str) -> Result<Option<Failure>, Failure> {
    let Reply::Peers { attempts, .. } = connection.ask(Request::ListPeers).await? else {
        return Err(another_question());
    };
    let attempt = attempts
        .into_iter()
        .find(|attempt| attempt.address == address.trim());
    Ok(attempt
        .and_then(|attempt| attempt.reason)
        .map(|reason| ApiError::new(ErrorCode::Network, reason, "").into()))
}

/// Said as long as nothing seals the device key.
const IN_A_FILE: &str = "Your device key rests in a file that only your account can read; `skein key` says what else there is.";

pub(super) async fn status(connection: &mut Connection, out: Output) -> Result<(), Failure> {
    let status = connection.status().await?;
    let mut damage = None;
    let asked = connection.ask(Request::Delivery { document: None }).await;
    let delivery = match unless_damaged(asked, &mut damage)? {
        Some(Reply::Delivery { delivery }) => Some(delivery),
        Some(_) => return Err(another_question()),
        None => None,
    };
    let asked = connection.ask(Request::ListPeers).await;
    let listening = match unless_damaged(asked, &mut damage)? {
        Some(Reply::Peers { listening, .. }) => listening,
        Some(_) => return Err(another_question()),
        None => Vec::new(),
    };
    let seen = connection.look_at(View::Notices).await;
    let notices = match unless_damaged(seen, &mut damage)? {
        Some(Event::Notices { notices }) => notices,
        Some(_) => return Err(another_question()),
        None => Vec::new(),
    };
    let value = json!({
        "status": status,
        "delivery": delivery,
        "listening": listening,
        "notices": notices,
        "damage": damage,
    });
    out.show(&value, || {
        let in_a_file = status.key_protection == Some(KeyProtection::OwnerOnlyFile);
        let mut lines = vec![state_words(status, delivery.as_ref())];
        lines.extend(notices.iter().map(|notice| format!("  {}", notice.message)));
        lines.extend(damage);
        if in_a_file {
            lines.push(IN_A_FILE.to_owned());
        }
        lines.join("\n")
    });
    Ok(())
}

/// Where the file turns out to be damaged only now, that is noted, and the rest is still said.
fn unless_damaged<T>(
    answer: Result<T, Failure>,
    damage: &mut Option<String>,
) -> Result<Option<T>, Failure> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(failure) => {
            *damage = Some(failure.damage()?);
            Ok(None)
        }
    }
}

fn state_words(status: Status, delivery: Option<&Delivery>) -> String {
    let unknown = "How far its work got cannot be read";
    let delivered = delivery.map_or(unknown, |delivery| delivery.words.as_str());
    match status.state {
        WorkspaceState::Empty => {
            "No workspace yet. `skein init` makes one, `skein join` joins one.".to_owned()
        }
        WorkspaceState::Joining => {
            let step = status.joining.as_ref().map(|joining| joining.step);
            let reason = status.joining.and_then(|joining| joining.reason);
            match (step, reason) {
                (Some(JoiningStep::Waiting), _) => format!(
                    "You have asked to be let in; an owner of the workspace decides. {delivered}."
                ),
                (_, Some(reason)) => format!("Joining a workspace; not in yet: {reason}"),
                (_, None) => "Joining a workspace.".to_owned(),
            }
        }
        WorkspaceState::ReadOnly => {
            format!("Read only: {}", status.read_only_reason.unwrap_or_default())
        }
        WorkspaceState::Ready => format!(
            "{} in “{}”. {delivered}.",
            status.member_name.unwrap_or_default(),
            status.workspace_name.unwrap_or_default()
        ),
    }
}

pub(super) async fn sync(
    connection: &mut Connection,
    out: Output,
    wait: u64,
    timeout: u64,
) -> Result<(), Failure> {
    connection.ask(Request::Reconnect).await?;
    let met = connection
        .ask(Request::WaitUntilIdle {
            timeout_ms: milliseconds(wait),
            peers: 1,
        })
        .await;
    // Somebody may be there with much to exchange: only when nobody came is the wait over.
    let reply = match met {
        Ok(reply) => reply,
        Err(failure) if failure.is_slowness() => {
            connection
                .ask(Request::WaitUntilIdle {
                    timeout_ms: milliseconds(timeout.saturating_sub(wait)),
                    peers: 0,
                })
                .await?
        }
        Err(failure) => return Err(failure),
    };
    let Reply::Idle {
        peers,
        relays,
        envelopes,
    } = reply
    else {
        return Err(another_question());
    };
    out.show(
        &json!({ "peers": peers, "relays": relays, "envelopes": envelopes }),
        || match (peers.saturating_sub(relays), relays) {
            (0, 0) => "Nobody could be reached. Everything is saved here.".to_owned(),
            (0, 1) => "The relay holds the same.".to_owned(),
            (0, many) => format!("{many} relays hold the same."),
            (1, _) => "One other device holds the same.".to_owned(),
            (many, _) => format!("{many} other devices hold the same."),
        },
    );
    Ok(())
}

fn milliseconds(seconds: u64) -> u32 {
    u32::try_from(seconds.saturating_mul(1000)).unwrap_or(u32::MAX)
}
