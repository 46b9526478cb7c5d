//! The commands: each asks the engine through its API and prints what it says.

mod asking;
mod backup;
mod board;
mod bundle;
mod edit;
mod exchange;
mod file;
mod folder;
mod invite;
mod key;
mod members;
mod note;
mod people;
mod profile;
mod relay;
mod relays;
mod stay;
mod storage;
mod why;
mod workspaces;

use serde_json::json;
use skein_engine::Use;
use skein_engine::api::{Reply, Request};

use crate::arguments::{Arguments, Command, File, Import};
use crate::connection::{Connection, another_question};
use crate::failure::Failure;
use crate::output::Output;

/// Runs one command.
pub(crate) async fn run(arguments: Arguments) -> Result<(), Failure> {
    let out = Output::new(arguments.json);
    if let Command::Relay(relay) = arguments.command {
        return relay::run(out, relay, arguments.this_machine_only).await;
    }
    if let Command::Workspaces { command } = &arguments.command {
        let places = arguments.places()?;
        let network = arguments.network(None);
        return workspaces::run(out, &places, network, command.as_ref()).await;
    }
    let place = arguments.place()?;
    if let Command::Key { command } = arguments.command {
        return key::run(out, &place.folder(), command).await;
    }
    let wanted = match &arguments.command {
        Command::Run { port } => Use::Stay(arguments.network(*port)),
        Command::Serve { .. } => Use::Stay(arguments.network(None)),
        Command::Sync { .. }
        | Command::Join { .. }
        | Command::Invite { .. }
        | Command::People { command: Some(_) }
        | Command::Relays { command: Some(_) }
        | Command::Device(_)
        | Command::Why { .. }
        | Command::Connect { .. }
        | Command::File(File::Get { .. })
        | Command::Storage { command: Some(_) } => Use::Sync(arguments.network(None)),
        _ => Use::Once,
    };
    let mut connection = Connection::open(place, wanted).await?;
    let alone = arguments.workspace.is_some();
    let result = dispatch(&mut connection, out, arguments.command, alone).await;
    connection.close().await;
    result
}

async fn dispatch(
    connection: &mut Connection,
    out: Output,
    command: Command,
    alone: bool,
) -> Result<(), Failure> {
    match command {
        Command::Init {
            name, workspace, ..
        } => {
            let request = Request::CreateWorkspace {
                member_name: name,
                workspace_name: workspace,
                zone: None,
            };
            let Reply::Status { status } = connection.ask(request).await? else {
                return Err(another_question());
            };
            let id = status.workspace_id.clone().unwrap_or_default();
            let value =
                json!({ "id": id, "workspace": status.workspace_name, "device": status.device_id });
            out.show(&value, || {
                format!(
                    "The workspace “{}” is yours. `skein invite` lets others in.",
                    status.workspace_name.unwrap_or_default()
                )
            });
            Ok(())
        }
        Command::Note(command) => note::run(connection, out, command).await,
        Command::Board(command) => board::run(connection, out, command).await,
        Command::Card(command) => board::card(connection, out, command).await,
        Command::File(command) => file::run(connection, out, command).await,
        Command::Search { text, limit } => {
            exchange::search(connection, out, text.join(" "), limit).await
        }
        Command::Import(Import::Markdown { folder }) => {
            exchange::import(connection, out, &folder).await
        }
        Command::Export { folder } => exchange::export(connection, out, &folder).await,
        Command::Bundle(command) => bundle::run(connection, out, command).await,
        Command::Folder(command) => folder::run(connection, out, command).await,
        Command::Backup(command) => backup::run(connection, out, command).await,
        Command::Storage { command } => storage::run(connection, out, command).await,
        Command::Audit => exchange::audit(connection, out).await,
        Command::Invite {
            command: Some(command),
            ..
        } => invite::run(connection, out, command).await,
        Command::Invite {
            my_device,
            on_paper,
            role,
            uses,
            expires,
            approval,
            code,
            ..
        } => {
            let request = match (on_paper, my_device) {
                (true, _) => Request::RecoverySheet,
                (false, true) => Request::InviteDevice {
                    member: None,
                    expires_in_hours: expires,
                },
                (false, false) => Request::CreateInvite {
                    role: role.into(),
                    uses,
                    expires_in_hours: expires,
                    approval,
                },
            };
            match code {
                true => invite::show_code(connection, out, request, approval).await,
                false => invite::make(connection, out, request, approval).await,
            }
        }
        Command::Join {
            ticket,
            name,
            bundle,
            folder,
            wait,
            ..
        } => {
            let carried = (bundle.as_deref(), folder.as_deref());
            people::join(connection, out, ticket, name, carried, wait).await
        }
        Command::People { command: None } => profile::people(connection, out).await,
        Command::People {
            command: Some(command),
        } => members::run(connection, out, command).await,
        Command::Device(command) => members::device(connection, out, command).await,
        Command::Profile(command) => profile::run(connection, out, command).await,
        Command::Peers => people::peers(connection, out).await,
        Command::Why { name, wait } => why::run(connection, out, &name, wait).await,
        Command::Connect { address, wait } => people::connect(connection, out, address, wait).await,
        Command::Status => people::status(connection, out).await,
        Command::Sync { wait, timeout, .. } => people::sync(connection, out, wait, timeout).await,
        Command::Relays { command } => relays::run(connection, out, command).await,
        // They run before a workspace would be opened.
        Command::Relay(_) | Command::Key { .. } | Command::Workspaces { .. } => Ok(()),
        Command::Run { .. } => stay::run(connection, out, alone).await,
        Command::Serve { port } => stay::serve(connection, out, port).await,
    }
}
