//! `skein why`: why a colleague's device or a relay is not connected, way by way.

use std::time::Duration;

use skein_engine::api::{
    Cause, Event, Ladder, Peer, Reply, Request, Rung, ServerMessage, View, WayOutcome,
};
use tokio::time::{Instant, timeout_at};

use crate::connection::{Connection, another_question};
use crate::failure::Failure;
use crate::output::Output;

pub(super) async fn run(
    connection: &mut Connection,
    out: Output,
    named: &str,
    wait: u64,
) -> Result<(), Failure> {
    let Reply::Peers { peers, .. } = connection.ask(Request::ListPeers).await? else {
        return Err(another_question());
    };
    let meant = |peer: &&Peer| peer.device == named || peer.name.eq_ignore_ascii_case(named);
    let devices: Vec<String> = peers
        .iter()
        .filter(meant)
        .map(|peer| peer.device.clone())
        .collect();
    if devices.is_empty() {
        return Err(Failure::not_found(
            format!("No other device or relay here is called {named}."),
            "`skein peers` lists them.",
        ));
    }
    connection.ask(Request::Reconnect).await?;
    let until = Instant::now() + Duration::from_secs(wait);
    let mut ladders = Vec::new();
    for device in devices {
        ladders.push(ladder(connection, device, until).await?);
    }
    out.show(&ladders, || {
        let told: Vec<String> = ladders.iter().map(words).collect();
        told.join("\n\n")
    });
    Ok(())
}

/// The ladder to a device once it is known what it comes down to, or as it stands when the time is up.
async fn ladder(
    connection: &mut Connection,
    device: String,
    until: Instant,
) -> Result<Ladder, Failure> {
    let view = View::Ladder { device };
    let Event::Ladder { mut ladder } = connection.look_at(view).await? else {
        return Err(another_question());
    };
    while ladder.cause == Cause::Trying {
        match timeout_at(until, connection.client.receive()).await {
            Ok(Some(ServerMessage::Event {
                event: Event::Ladder { ladder: newer },
                ..
            })) if newer.device == ladder.device => ladder = newer,
            Ok(Some(_)) => {}
            Ok(None) => return Err(another_question()),
            Err(_) => break,
        }
    }
    Ok(ladder)
}

fn words(ladder: &Ladder) -> String {
    let mut lines = vec![cause(ladder)];
    if ladder.cause == Cause::Connected {
        return lines.concat();
    }
    lines.extend(ladder.rungs.iter().map(|rung| format!("  {}", way(rung))));
    lines.join("\n")
}

fn cause(ladder: &Ladder) -> String {
    let name = &ladder.name;
    match ladder.cause {
        Cause::Connected => format!("{name} is connected."),
        Cause::ReadOnly => "This machine's file is damaged and only read, so nothing is exchanged. `skein backup` and `skein status` say more.".to_owned(),
        Cause::Out => "This device is not in the workspace any more, so nobody answers it. What is here can be exported.".to_owned(),
        Cause::NotListening => "This machine listens nowhere: it has no network, or the system forbids it.".to_owned(),
        Cause::Offline => "No way leads out of this machine's network. Work goes on here; it is sent as soon as there is one.".to_owned(),
        Cause::Trying => format!("{name} has not been tried to the end yet. Say the same again in a while."),
        Cause::HungUp => format!("{name} answers and hangs up: it does not know this device yet, or has as many connections as it may. That mostly passes by itself. If it does not, this device's invite was closed before anybody heard of it: ask for another."),
        Cause::OtherDevice => format!("Somebody else answers where {name} was. Ask for the new address: `skein connect ADDRESS`."),
        Cause::Away => format!("{name} seems to be away: it is at none of the relays, and nobody answers at its addresses. What you write waits at the relay."),
        Cause::RelayUnreached => "The relay does not answer, so nothing passes by it. Check this machine's way to the internet, and that the relay runs.".to_owned(),
        Cause::NoWay => format!("No way leads to {name}. If Skein is open there, something in between lets nobody in: a relay would bring the two together. Until then there is `skein bundle`."),
        Cause::NoAddress => format!("Nothing is known of where {name} is, and it is not heard on this network. `skein connect ADDRESS` tries an address; a relay needs none."),
    }
}

fn way(rung: &Rung) -> String {
    match rung {
        Rung::ThisMachine { addresses, outcome } => match outcome {
            WayOutcome::Works => format!("this machine: listens at {addresses} addresses"),
            _ => "this machine: listens nowhere".to_owned(),
        },
        Rung::Nearby { outcome } => match outcome {
            WayOutcome::Works => "this network: it is heard".to_owned(),
            WayOutcome::Untried => "this network: nobody is looked for".to_owned(),
            _ => "this network: it is not heard".to_owned(),
        },
        Rung::Address { address, outcome } => {
            let address = address.as_deref().unwrap_or("its address");
            format!("{address}: {}", came_to(*outcome))
        }
        Rung::Relay {
            name,
            connected,
            outcome,
        } => {
            let of = if *connected {
                "connected; the device "
            } else {
                ""
            };
            format!("relay {name}: {of}{}", came_to(*outcome))
        }
        Rung::Kept { outcome } => match outcome {
            WayOutcome::Works => "kept at the relay: all that is here".to_owned(),
            _ => "kept at the relay: not all of it yet".to_owned(),
        },
        Rung::Bundle => "by hand: `skein bundle export FILE`".to_owned(),
    }
}

fn came_to(outcome: WayOutcome) -> &'static str {
    match outcome {
        WayOutcome::Works => "works",
        WayOutcome::Untried => "not tried yet",
        WayOutcome::OtherDevice => "somebody else answers",
        WayOutcome::HungUp => "answers and hangs up",
        WayOutcome::NotSkein => "something else than Skein answers",
        WayOutcome::NotMember => "somebody answers who is no member",
        WayOutcome::Busy => "has as many connections as it may",
        WayOutcome::NothingListens => "the machine is there, and nothing listens",
        WayOutcome::NotThere => "is not there",
        WayOutcome::UnknownName => "nobody knows this name",
        WayOutcome::NoAnswer => "no answer",
        WayOutcome::NoRoute => "no way there from this network",
        WayOutcome::Broken => "could not be reached",
    }
}
