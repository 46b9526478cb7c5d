//! `skein workspaces`: those of this profile, by name, none opened for it; and one of them taken off this machine.

use serde_json::json;
use skein_engine::api::{Listed, ListedWorkspace, Reply, Request, StorageKind, WorkspaceState};
use skein_engine::{Network, Place, Places, Removal, Removed, Unlock, Use, remove_workspace};

use crate::arguments::Workspaces;
use crate::connection::{Connection, another_question};
use crate::failure::Failure;
use crate::output::{Output, counted};
use crate::place;

/// So many names are told of what would be lost.
const NAMED: usize = 5;
/// So long somebody is waited for to whom the rest can be handed (ms).
const WAIT_MS: u32 = 10_000;

/// What is on no other device, as far as is known here.
#[derive(Default)]
struct OnlyHere {
    /// Nobody else is in the workspace.
    alone: bool,
    documents: usize,
    changes: u32,
    files: usize,
    /// What they are called, as far as they are told.
    names: Vec<String>,
}

pub(super) async fn run(
    out: Output,
    places: &Places,
    network: Network,
    command: Option<&Workspaces>,
) -> Result<(), Failure> {
    match command {
        None => list(out, places),
        Some(Workspaces::Remove {
            name,
            although_not_delivered,
            for_good,
        }) => {
            let removal = match for_good {
                true => Removal::ForGood,
                false => Removal::SetAside,
            };
            let place = place::find(places, name)?;
            remove(out, place, network, *although_not_delivered, removal).await
        }
    }
}

fn list(out: Output, places: &Places) -> Result<(), Failure> {
    let all = places.list(None)?;
    out.show(&all, || match all.as_slice() {
        [] => "This profile has no workspace yet. `skein init` makes one, `skein join` joins one."
            .to_owned(),
        all => all.iter().map(line).collect::<Vec<_>>().join("\n"),
    });
    Ok(())
}

fn line(one: &ListedWorkspace) -> String {
    let name = match (&one.name, &one.id) {
        (Some(name), _) => name,
        (None, Some(_)) => "(being joined)",
        (None, None) => "(not opened since this version can list it)",
    };
    format!("{:8} {name}", one.slug)
}

async fn remove(
    out: Output,
    place: Place,
    network: Network,
    although_not_delivered: bool,
    removal: Removal,
) -> Result<(), Failure> {
    let slug = place.slug().to_string();
    let all = place.places().list(None)?;
    let Some(listed) = all.iter().find(|one| one.slug == slug) else {
        return Err(Failure::not_found(
            format!("No workspace rests in the place “{slug}”. Nothing was changed."),
            "`skein workspaces` shows those that there are.",
        ));
    };
    let name = listed.name.clone().unwrap_or_else(|| slug.clone());
    let counted_on = match look(&place, network).await {
        Ok((only_here, counted_on)) => {
            if !although_not_delivered {
                only_here.refuse(&name, &slug)?;
            }
            counted_on
        }
        // What does not open cannot be asked.
        Err(_) if although_not_delivered => None,
        Err(failure) => return Err(failure),
    };
    let removing = move || remove_workspace(&place, removal, &Unlock::of_this_session());
    let removed = tokio::task::spawn_blocking(removing).await;
    let removed = removed.map_err(std::io::Error::from)??;
    let value = json!({
        "slug": slug, "name": name, "aside": removed.aside, "left": removed.left, "countedOn": counted_on,
    });
    out.show(&value, || words(&name, &removed, counted_on.as_deref()));
    Ok(())
}

/// What of a workspace is nowhere else, and this device's id where others count on it.
async fn look(place: &Place, network: Network) -> Result<(OnlyHere, Option<String>), Failure> {
    let mut connection = Connection::open(place.clone(), Use::Sync(network)).await?;
    let looked = look_through(&mut connection).await;
    connection.close().await;
    looked
}

async fn look_through(connection: &mut Connection) -> Result<(OnlyHere, Option<String>), Failure> {
    let status = connection.status().await?;
    if matches!(
        status.state,
        WorkspaceState::Empty | WorkspaceState::Joining
    ) {
        return Ok((OnlyHere::default(), None));
    }
    let mut found = only_here(connection).await?;
    if !found.alone && !found.is_nothing() {
        hand_over(connection).await;
        found = only_here(connection).await?;
    }
    let mut counted_on = !found.alone;
    if status.out {
        // What is left to be handed over beside documents is that this device left: no work goes with it.
        counted_on &= found.changes > 0;
        found.changes = 0;
    }
    Ok((found, counted_on.then_some(status.device_id)))
}

/// Hands over what others lack, and asks who is there for the files that he holds. Whoever does not come is not asked.
async fn hand_over(connection: &mut Connection) {
    let settle = Request::WaitUntilIdle {
        timeout_ms: WAIT_MS,
        peers: 1,
    };
    let _ = connection.ask(settle).await;
    let _ = connection.ask(Request::PreviewFreeing).await;
}

async fn only_here(connection: &mut Connection) -> Result<OnlyHere, Failure> {
    let Reply::Delivery { delivery } = connection.ask(Request::Delivery { document: None }).await?
    else {
        return Err(another_question());
    };
    let alone = delivery.total == 0;
    let documents = match alone {
        true => all_documents(connection).await?,
        false => match connection.ask(Request::ListOnlyHere).await? {
            Reply::Documents { documents } => documents,
            _ => return Err(another_question()),
        },
    };
    let (files, file_names) = files_only_here(connection).await?;
    let titles = documents
        .iter()
        .map(|listed| format!("“{}”", listed.item.title));
    Ok(OnlyHere {
        alone,
        documents: documents.len(),
        changes: if alone { 0 } else { delivery.pending },
        files,
        names: titles.chain(file_names).collect(),
    })
}

async fn all_documents(connection: &mut Connection) -> Result<Vec<Listed>, Failure> {
    let mut all = connection.documents(None, false).await?;
    all.extend(connection.documents(None, true).await?);
    Ok(all)
}

/// Attached files of which no other device said that it holds them. The smallest of many are not told one by one, and count as such.
async fn files_only_here(connection: &mut Connection) -> Result<(usize, Vec<String>), Failure> {
    let Reply::Storage { storage } = connection.ask(Request::Storage).await? else {
        return Err(another_question());
    };
    let all = storage
        .parts
        .iter()
        .find(|part| part.what == StorageKind::Files)
        .and_then(|part| usize::try_from(part.count?).ok())
        .unwrap_or(0);
    let untold = all.saturating_sub(storage.files.len());
    // One of which only a part is here came from elsewhere.
    let whole = storage.files.iter().filter(|file| file.here >= file.size);
    let only = whole.filter(|file| file.held_by.is_empty());
    let names: Vec<String> = only.map(|file| file.name.clone()).collect();
    Ok((names.len() + untold, names))
}

impl OnlyHere {
    fn is_nothing(&self) -> bool {
        (self.documents, self.changes, self.files) == (0, 0, 0)
    }

    /// Says what would be lost, and how it is kept.
    fn refuse(&self, name: &str, slug: &str) -> Result<(), Failure> {
        let parts = [
            (self.documents, "document"),
            (self.changes as usize, "change"),
            (self.files, "file"),
        ];
        let parts = parts.into_iter().filter(|(count, _)| *count > 0);
        let parts: Vec<String> = parts
            .map(|(count, what)| counted(count as u64, what))
            .collect();
        if parts.is_empty() {
            return Ok(());
        }
        let (parts, names) = (parts.join(", "), self.named());
        let export = format!(
            "`skein --workspace {slug} export FOLDER` writes all of it to plain files. --although-not-delivered takes it off without asking."
        );
        let (what, first) = match self.alone {
            true => (
                format!("Nobody else is in “{name}”: what is here is nowhere else"),
                "",
            ),
            false => (
                format!("Of “{name}” no other device is known to hold all that is here"),
                "It is handed over to whoever is online: try again when a colleague or another device of yours is. A shared folder or a bundle may hold it too, which is not known here. ",
            ),
        };
        Err(Failure::invalid(
            format!("{what}: {parts}{names}. Nothing was changed."),
            format!("{first}{export}"),
        ))
    }

    fn named(&self) -> String {
        let shown: Vec<&str> = self.names.iter().take(NAMED).map(String::as_str).collect();
        match (shown.is_empty(), self.names.len().saturating_sub(NAMED)) {
            (true, _) => String::new(),
            (false, 0) => format!(" ({})", shown.join(", ")),
            (false, more) => format!(" ({}, and {more} more)", shown.join(", ")),
        }
    }
}

fn words(name: &str, removed: &Removed, counted_on: Option<&str>) -> String {
    let mut lines = vec![format!("“{name}” is off this machine.")];
    lines.push(match &removed.aside {
        Some(aside) => format!(
            "Its files were set aside in {}: from there they can be put back while Skein is closed, or deleted at any time.",
            aside.display()
        ),
        None => "Its files were deleted.".to_owned(),
    });
    lines.extend(removed.left.iter().map(|path| {
        format!(
            "{} is nothing that Skein put there, and stayed.",
            path.display()
        )
    }));
    lines.extend(counted_on.map(|device| {
        format!(
            "As far as is known here, colleagues still count on this device. Take it out from another one of yours, or ask an owner: `skein device remove {}`.",
            device.get(..8).unwrap_or(device)
        )
    }));
    lines.join("\n")
}
