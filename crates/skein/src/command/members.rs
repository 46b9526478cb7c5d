//! `skein people role`, `remove`, `leave` and `skein device`: what people may do, and who goes.

use jiff::Timestamp;
use serde_json::json;
use skein_engine::api::{Member, MemberDevice, Peer, PeerState, Reply, Request};

use super::asking;
use super::invite::role_word;
use super::profile::{members, mine, people};
use crate::arguments::{Device, People};
use crate::connection::{Connection, another_question};
use crate::failure::Failure;
use crate::output::Output;

/// So much of a device's id is shown.
const SHORT: usize = 8;
/// So much of one names it at least.
const SHORTEST: usize = 4;

pub(super) async fn run(
    connection: &mut Connection,
    out: Output,
    command: People,
) -> Result<(), Failure> {
    match command {
        People::List => people(connection, out).await,
        People::Role { person, role } => {
            let Member { id, name, .. } = find(connection, &person).await?;
            let role = role.into();
            let request = Request::SetRole {
                member: id.clone(),
                role,
            };
            connection.ask(request).await?;
            out.show(&json!({ "id": id, "role": role_word(role) }), || {
                format!("{name} is now: {}.", role_word(role))
            });
            Ok(())
        }
        People::Remove { person } => {
            let Member { id, name, .. } = find(connection, &person).await?;
            let request = Request::RemoveMember { member: id.clone() };
            connection.ask(request).await?;
            out.show(&json!({ "id": id }), || {
                format!(
                    "{name} is out. What they have stays on their devices; everything written from now on is under a key they do not get."
                )
            });
            Ok(())
        }
        People::Return { person, expires } => {
            let Member { id, name, me, .. } = find(connection, &person).await?;
            if me {
                return Err(Failure::invalid(
                    "That is you, and this is a device of yours.".to_owned(),
                    "For a further one: `skein invite --my-device`.",
                ));
            }
            let request = Request::InviteDevice {
                member: Some(id),
                expires_in_hours: Some(expires),
            };
            super::invite::make(connection, out, request, false).await?;
            out.say(&format!(
                "It lets one device in as {name}, who writes under that name from then on: give it to nobody else, and compare the six words of the new device, `skein people words`. Then take out the devices that are lost: `skein device remove`, with the beginning of their id as `skein people --json` shows it."
            ));
            Ok(())
        }
        People::Pending => asking::pending(connection, out).await,
        People::Approve { person } => asking::approve(connection, out, &person).await,
        People::Decline { person } => asking::decline(connection, out, &person).await,
        People::Words { person } => {
            let Member { devices, name, .. } = find(connection, &person).await?;
            let words: Vec<&str> = devices.iter().map(|device| device.words.as_str()).collect();
            out.show(&devices, || {
                format!("{name}\n{}\nThe same words stand there: in the settings, or by `skein device list`.", words.join("\n"))
            });
            Ok(())
        }
        People::Leave { even_unsent, .. } => {
            if !even_unsent {
                refuse_to_strand(connection).await?;
            }
            let Reply::Status { status } = connection.ask(Request::Leave).await? else {
                return Err(another_question());
            };
            out.show(&json!({ "id": status.workspace_id }), || {
                "You have left. What is here stays readable; `skein export` writes it to plain files."
                    .to_owned()
            });
            Ok(())
        }
    }
}

/// Whoever is out hands nothing over any more.
async fn refuse_to_strand(connection: &mut Connection) -> Result<(), Failure> {
    let Reply::Delivery { delivery } = connection.ask(Request::Delivery { document: None }).await?
    else {
        return Err(another_question());
    };
    match (delivery.total, delivery.pending) {
        (0, _) | (_, 0) => Ok(()),
        (_, pending) => Err(Failure::invalid(
            format!(
                "Changes are on this machine only, {pending} of them, and would stay here; nothing was changed."
            ),
            "`skein sync` hands them over. A shared folder or a bundle may hold them too, which is not known here; --even-unsent leaves without asking.",
        )),
    }
}

pub(super) async fn device(
    connection: &mut Connection,
    out: Output,
    command: Device,
) -> Result<(), Failure> {
    match command {
        Device::List => list(connection, out).await,
        Device::Remove { device } => {
            let device = find_device(connection, &device).await?;
            let request = Request::RemoveDevice {
                device: device.clone(),
            };
            connection.ask(request).await?;
            out.show(&json!({ "id": device }), || {
                "The device is out. What is on it stays on it; everything written from now on is under a key it does not get."
                    .to_owned()
            });
            Ok(())
        }
    }
}

async fn list(connection: &mut Connection, out: Output) -> Result<(), Failure> {
    let here = connection.status().await?.device_id;
    let mut devices = mine(connection).await?.devices;
    devices.sort_by_key(|device| device.id != here);
    let Reply::Peers { peers, .. } = connection.ask(Request::ListPeers).await? else {
        return Err(another_question());
    };
    let seen = |device: &MemberDevice| peers.iter().find(|peer| peer.device == device.id);
    let listed: Vec<_> = devices
        .iter()
        .map(|device| {
            let last_seen = seen(device).and_then(|peer| peer.last_seen);
            json!({ "id": device.id, "words": device.words, "here": device.id == here, "lastSeen": last_seen })
        })
        .collect();
    out.show(&listed, || {
        let line = |device: &MemberDevice| {
            let words = match device.id == here {
                true => "this device".to_owned(),
                false => seen_words(seen(device)),
            };
            format!("{}  {words}\n        {}", short(&device.id), device.words)
        };
        let mut lines: Vec<String> = devices.iter().map(line).collect();
        if lines.len() < 2 {
            lines.push("`skein invite --my-device` lets another one in.".to_owned());
        }
        lines.join("\n")
    });
    Ok(())
}

fn seen_words(peer: Option<&Peer>) -> String {
    let connected = peer.is_some_and(|peer| peer.state != PeerState::Away);
    let last = peer
        .and_then(|peer| peer.last_seen)
        .and_then(|at| Timestamp::from_millisecond(at).ok());
    match (connected, last) {
        (true, _) => "connected".to_owned(),
        (false, Some(at)) => format!("last here {}", at.strftime("%Y-%m-%d %H:%M UTC")),
        (false, None) => "not seen here yet".to_owned(),
    }
}

pub(super) fn short(device: &str) -> String {
    device.chars().take(SHORT).collect()
}

pub(super) async fn find(connection: &mut Connection, named: &str) -> Result<Member, Failure> {
    let members = members(connection).await?;
    let wanted = named.to_lowercase();
    let mut found = members
        .into_iter()
        .filter(|member| member.id == named || member.name.to_lowercase() == wanted);
    match (found.next(), found.next()) {
        (Some(member), None) => Ok(member),
        (None, _) => Err(Failure::not_found(
            format!("Nobody here is called “{named}”."),
            "`skein people` shows who is in.",
        )),
        (Some(_), Some(_)) => Err(Failure::invalid(
            format!("“{named}” could be more than one person."),
            "Use the id that `skein people --json` shows.",
        )),
    }
}

async fn find_device(connection: &mut Connection, named: &str) -> Result<String, Failure> {
    let members = members(connection).await?;
    let devices = members.into_iter().flat_map(|member| member.devices);
    let devices = devices.map(|device| device.id);
    let mut found = devices.filter(|device| {
        device == named || (named.len() >= SHORTEST && device.starts_with(&named.to_lowercase()))
    });
    match (found.next(), found.next()) {
        (Some(device), None) => Ok(device),
        (None, _) => Err(Failure::not_found(
            format!("There is no device “{named}” here."),
            "`skein device list` shows yours, `skein people --json` everybody's.",
        )),
        (Some(_), Some(_)) => Err(Failure::invalid(
            format!("“{named}” could be more than one device."),
            "Write more of its id.",
        )),
    }
}
