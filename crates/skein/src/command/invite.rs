//! `skein invite`: made, shown as a short code, listed, and closed again.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::json;
use skein_engine::api::Role as Granted;
use skein_engine::api::{
    ApiError, CodeEnd, ErrorCode, Event, Heard, InviteState, Invitee, InviteeStep, ListedInvite,
    Member, Reply, Request, ServerMessage, ShortCode, View,
};

use tokio::time::{Instant, timeout_at};

use crate::arguments::{Invite, Role};
use crate::connection::{Connection, another_question};
use crate::failure::Failure;
use crate::output::Output;

use super::asking;
use super::members::short;
use super::stay::EndOfStay;

/// How long whoever got the invite by a code may take to come in, and to receive what there is, before this process ends.
const COMING_IN: Duration = Duration::from_secs(60);

pub(super) async fn make(
    connection: &mut Connection,
    out: Output,
    request: Request,
    approval: bool,
) -> Result<(), Failure> {
    let Reply::Invite {
        ticket,
        link,
        addresses,
        relays,
    } = connection.ask(request).await?
    else {
        return Err(another_question());
    };
    out.show(
        &json!({ "ticket": ticket, "link": link, "addresses": addresses, "relays": relays }),
        || ticket.clone(),
    );
    let relayed = !relays.is_empty() && reaches_a_relay(connection).await;
    if approval {
        out.say("Whoever has it can ask, and reads nothing until an owner says yes: `skein people pending`, `skein people approve NAME`.");
    } else if relayed {
        out.say("Hand it over by a way you trust: whoever has it can come in. It works through the relay also while Skein is closed here.");
    } else if connection.is_owner() {
        out.say("Hand it over by a way you trust: whoever has it can come in. It can be used while a machine (Skein or `skein run`) or a relay of the workspace is on.");
    }
    Ok(())
}

/// Makes an invite and shows a short code for it until somebody used it or it is over.
pub(super) async fn show_code(
    connection: &mut Connection,
    out: Output,
    request: Request,
    approval: bool,
) -> Result<(), Failure> {
    let end = EndOfStay::listen()?;
    let before = match approval {
        true => Before::Asking(asking::all(connection).await?.len()),
        false => {
            let Event::People { members } = connection.look_at(View::People).await? else {
                return Err(another_question());
            };
            Before::In(devices(&members))
        }
    };
    let Reply::Invite { ticket, link, .. } = connection.ask(request).await? else {
        return Err(another_question());
    };
    let show = Request::ShowCode {
        ticket: ticket.clone(),
    };
    let Reply::Code { code } = connection.ask(show).await? else {
        return Err(another_question());
    };
    let view = View::Code;
    connection.ask(Request::Subscribe { view }).await?;
    let value = json!({
        "code": code.code,
        "addresses": code.addresses,
        "endsAt": code.ends_at,
        "ticket": ticket,
        "link": link,
    });
    out.show(&value, || code.code.clone());
    out.say(&how_to_use(&code));
    tokio::select! {
        ended = code_ended(connection) => came_in(connection, out, ended?, before).await,
        () = end.come() => {
            out.say("The code is taken back; the invite itself stays open.");
            Ok(())
        }
    }
}

/// How many were there before the code was shown, so that it is seen when one more comes.
#[derive(Clone, Copy)]
enum Before {
    In(usize),
    Asking(usize),
}

impl Before {
    fn one_more(self, event: &Event) -> bool {
        match (self, event) {
            (Self::In(before), Event::People { members }) => devices(members) > before,
            (Self::Asking(before), Event::Asking { asking }) => asking.len() > before,
            _ => false,
        }
    }
}

fn devices(members: &[Member]) -> usize {
    members.iter().map(|member| member.devices.len()).sum()
}

fn how_to_use(code: &ShortCode) -> String {
    let elsewhere = code.addresses.first().map_or_else(String::new, |address| {
        format!(" If it is not found: {}@{address}.", code.code)
    });
    format!(
        "Read it aloud: `skein join {}`, or the app, on the same network within 15 minutes.{elsewhere} Ctrl+C takes it back.",
        code.code
    )
}

async fn code_ended(connection: &mut Connection) -> Result<Option<CodeEnd>, Failure> {
    while let Some(message) = connection.client.receive().await {
        if let ServerMessage::Event {
            event: Event::Code { code },
            ..
        } = message
        {
            match code {
                None => return Ok(None),
                Some(code) if code.ended.is_some() => return Ok(code.ended),
                Some(_) => {}
            }
        }
    }
    Err(another_question())
}

async fn came_in(
    connection: &mut Connection,
    out: Output,
    ended: Option<CodeEnd>,
    before: Before,
) -> Result<(), Failure> {
    let why = match ended {
        Some(CodeEnd::Used) => {
            out.say("The code was used.");
            // Whoever has the invite now comes in through this process, unless another one stays.
            if connection.is_owner() {
                let until = Instant::now() + COMING_IN;
                while let Ok(Some(message)) = timeout_at(until, connection.client.receive()).await {
                    if let ServerMessage::Event { event, .. } = message
                        && before.one_more(&event)
                    {
                        break;
                    }
                }
                let received = Request::WaitUntilIdle {
                    timeout_ms: u32::try_from(COMING_IN.as_millis()).unwrap_or(u32::MAX),
                    peers: 0,
                };
                connection.ask(received).await?;
            }
            if let Before::Asking(_) = before {
                return asking::say(connection, out).await;
            }
            return Ok(());
        }
        Some(CodeEnd::Expired) => "The 15 minutes of the code are over; nobody used it.",
        Some(CodeEnd::Guessed) => {
            "Too many wrong codes were tried, so this one is over; nobody got in."
        }
        Some(CodeEnd::Closed) => "The invite is not open any more, and so its code is over.",
        None => "The code was taken back, or another one took its place; nobody used it.",
    };
    let hint = "`skein invite --code` makes a new one.";
    Err(ApiError::new(ErrorCode::TimedOut, why, hint).into())
}

/// Whether the invite is on a relay before this ends.
async fn reaches_a_relay(connection: &mut Connection) -> bool {
    let wait = Request::WaitUntilIdle {
        timeout_ms: 10_000,
        peers: 1,
    };
    let met = connection.ask(wait).await;
    matches!(met, Ok(Reply::Idle { relays, .. }) if relays > 0)
}

pub(super) async fn run(
    connection: &mut Connection,
    out: Output,
    command: Invite,
) -> Result<(), Failure> {
    match command {
        Invite::List => {
            let Reply::Invites { invites } = connection.ask(Request::ListInvites).await? else {
                return Err(another_question());
            };
            let me = connection.status().await?.device_id;
            out.show(&invites, || match invites.is_empty() {
                true => "There are no invites. `skein invite` makes one.".to_owned(),
                false => {
                    let lines = invites.iter().map(|invite| words(invite, &me));
                    lines.collect::<Vec<_>>().join("\n")
                }
            });
        }
        Invite::Revoke { id } => {
            let request = Request::RevokeInvite { invite: id.clone() };
            connection.ask(request).await?;
            out.show(&json!({ "id": id }), || {
                "Closed. Whoever came in by it stays; who still asked by it is declined.".to_owned()
            });
        }
    }
    Ok(())
}

/// A role as people say it.
pub(super) fn role_word(role: Granted) -> &'static str {
    match role {
        Granted::Owner => "owner",
        Granted::Editor => "editor",
        Granted::Commenter => "commenter",
        Granted::Viewer => "viewer",
    }
}

impl From<Role> for Granted {
    fn from(role: Role) -> Self {
        match role {
            Role::Owner => Self::Owner,
            Role::Editor => Self::Editor,
            Role::Commenter => Self::Commenter,
            Role::Viewer => Self::Viewer,
        }
    }
}

fn words(invite: &ListedInvite, me: &str) -> String {
    let ListedInvite { id, uses, used, .. } = invite;
    let what = match (invite.on_paper, &invite.for_member) {
        (true, _) => "a recovery sheet",
        (false, Some(_)) => "a further device",
        (false, None) => role_word(invite.role),
    };
    let maker = invite.made_by.as_deref().unwrap_or("somebody");
    let asks = if invite.approval {
        ", with approval"
    } else {
        ""
    };
    let state = match (invite.state, invite.invitees.is_empty()) {
        (InviteState::Open, true) => ", open, and opened by nobody as far as is known here",
        (InviteState::Open, false) => ", open",
        (InviteState::Closed, _) => ", closed",
        (InviteState::UsedUp, _) => ", used up",
        (InviteState::Expired, _) => ", expired",
    };
    let mut lines = vec![format!(
        "{id}  {what}{asks}, by {maker}, used {used} of {uses}{state}"
    )];
    let came = invite.invitees.iter();
    lines.extend(came.map(|invitee| invitee_words(invitee, me)));
    if invite.more > 0 {
        lines.push(format!("  and {} more", invite.more));
    }
    lines.join("\n")
}

/// Who came, when, how far he got, and since when nobody here knows more.
fn invitee_words(invitee: &Invitee, me: &str) -> String {
    let name = match &invitee.name {
        Some(name) => name.clone(),
        None => format!("Device {}", short(&invitee.device)),
    };
    let step = match invitee.step {
        InviteeStep::Asking => "asks to be let in",
        InviteeStep::TurnedAway => "was not let in",
        InviteeStep::LetIn => "is let in; the keys lie ready",
        InviteeStep::HasKeys => "has the keys; how much more shows when the two devices meet",
        InviteeStep::Receiving => "has the keys and the first documents",
        InviteeStep::Done => "has everything that was here then",
        InviteeStep::Out => "was in, and is out",
    };
    let heard = match (invitee.step, invitee.heard) {
        (InviteeStep::Out | InviteeStep::TurnedAway, _) => String::new(),
        (_, Heard::Now) if invitee.device == me => " (this device)".to_owned(),
        (_, Heard::Now) => ", connected".to_owned(),
        (_, Heard::Last { at }) => format!(", last heard of {}", day_and_hour(at)),
        (_, Heard::NotSince) => ", not heard of since".to_owned(),
    };
    let opened = day_and_hour(invitee.opened_at);
    format!("  {name}  opened it {opened}, {step}{heard}")
}

/// Of a join and of what came of a device only the hour is known.
pub(super) fn day_and_hour(at: i64) -> String {
    Timestamp::from_millisecond(at).map_or_else(
        |_| "at an unknown time".to_owned(),
        |at| at.strftime("%Y-%m-%d %H:00 UTC").to_string(),
    )
}
