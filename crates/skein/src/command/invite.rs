//! `skein invite`: made, listed, and closed again.

use serde_json::json;
use skein_engine::api::Role as Granted;
use skein_engine::api::{ListedInvite, Reply, Request};

use crate::arguments::{Invite, Role};
use crate::connection::{Connection, another_question};
use crate::failure::Failure;
use crate::output::Output;

pub(super) async fn make(
    connection: &mut Connection,
    out: Output,
    request: Request,
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
    if !relays.is_empty() && reaches_a_relay(connection).await {
        out.say("Hand it over by a way you trust: whoever has it can come in. It works through the relay also while Skein is closed here.");
    } else if connection.is_owner() {
        out.say("Hand it over by a way you trust: whoever has it can come in. Keep Skein open (or `skein run`) so that it can be used.");
    }
    Ok(())
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
            out.show(&invites, || match invites.is_empty() {
                true => "There are no invites. `skein invite` makes one.".to_owned(),
                false => invites.iter().map(words).collect::<Vec<_>>().join("\n"),
            });
        }
        Invite::Revoke { id } => {
            let request = Request::RevokeInvite { invite: id.clone() };
            connection.ask(request).await?;
            out.show(&json!({ "id": id }), || {
                "Closed. Whoever came in by it stays.".to_owned()
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

fn words(invite: &ListedInvite) -> String {
    let ListedInvite { id, uses, used, .. } = invite;
    let what = match invite.for_member {
        Some(_) => "a further device",
        None => role_word(invite.role),
    };
    let maker = invite.made_by.as_deref().unwrap_or("somebody");
    let end = if invite.revoked { ", closed" } else { "" };
    format!("{id}  {what}, by {maker}, used {used} of {uses}{end}")
}
