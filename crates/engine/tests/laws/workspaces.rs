//! Several workspaces in one profile, on real sockets and real files: apart from each other, and all of them in use.

use std::fs;
use std::path::Path;

use crate::nodes::{LOOPBACK, Member};
use skein_engine::api::{ListedWorkspace, Reply, Request, WorkspaceState};
use skein_engine::{Client, Place, Places, ProfileError, Slug, Unlock, Use, Workspaces};
use skein_model::DocumentId;

fn word(slug: &str) -> Slug {
    slug.parse().unwrap()
}

/// A place beside the first.
fn further(profile: &Path) -> Place {
    Places::of(profile).add(word("k3x9ab")).unwrap()
}

async fn found(member: &mut Member, person: &str, workspace: &str) {
    member
        .ask(Request::CreateWorkspace {
            member_name: person.to_owned(),
            workspace_name: workspace.to_owned(),
            zone: None,
        })
        .await;
}

/// Ana in two workspaces of her own: Geese in the first place, Herons in a further one.
async fn in_two(profile: &Path) -> (Member, Member) {
    let mut geese = Member::open(profile, LOOPBACK).await;
    found(&mut geese, "Ana", "Geese").await;
    let mut herons = Member::within(&further(profile), LOOPBACK).await;
    found(&mut herons, "Ana", "Herons").await;
    (geese, herons)
}

async fn listed(client: &mut Client) -> Vec<ListedWorkspace> {
    match client.request(Request::ListWorkspaces).await {
        Ok(Reply::Workspaces { workspaces }) => workspaces,
        other => panic!("{other:?}"),
    }
}

async fn note(client: &mut Client, title: &str) -> DocumentId {
    let request = Request::CreateNote {
        title: title.to_owned(),
        text: None,
        parent: None,
        after: None,
    };
    match client.request(request).await {
        Ok(Reply::Created { id }) => id,
        other => panic!("{other:?}"),
    }
}

fn open(profile: &Path) -> Workspaces {
    Workspaces::of(Places::of(profile), LOOPBACK, Unlock::default())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_workspaces_of_one_profile_have_nothing_in_common() {
    let folder = tempfile::tempdir().unwrap();
    let (mut geese, mut herons) = in_two(folder.path()).await;
    let flight = geese.create_note("Flight", "wings over water").await;
    herons.create_note("Reeds", "water and mud").await;
    assert_eq!(geese.titles().await, ["Flight"]);
    assert_eq!(herons.titles().await, ["Reeds"]);
    let search = Request::Search {
        query: "water".to_owned(),
        limit: 9,
    };
    match herons.ask(search).await {
        Reply::Found { hits } => assert_eq!(hits.len(), 1),
        other => panic!("{other:?}"),
    }
    let elsewhere = Request::ReadNote { document: flight };
    assert!(herons.client.request(elsewhere).await.is_err());
    let (one, other) = (geese.status().await, herons.status().await);
    assert_ne!(one.workspace_id, other.workspace_id);
    assert_ne!(one.device_id, other.device_id);
    assert!(geese.peers().await.is_empty() && herons.peers().await.is_empty());

    let names: Vec<(String, bool)> = listed(&mut herons.client)
        .await
        .into_iter()
        .map(|one| (one.name.unwrap(), one.here))
        .collect();
    assert_eq!(
        names,
        [("Geese".to_owned(), false), ("Herons".to_owned(), true)]
    );
    geese.host.close().await;
    herons.host.close().await;
    let key = |place: &Place| fs::read(place.folder().join("device.key")).unwrap();
    let places = Places::of(folder.path()).all().unwrap();
    assert_ne!(key(&places[0]), key(&places[1]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_workspaces_of_a_profile_are_exchanged_in_one_process_and_outlive_it() {
    let folder = tempfile::tempdir().unwrap();
    let mine = folder.path().join("mine");
    let mut ana = Member::open(&folder.path().join("ana"), LOOPBACK).await;
    found(&mut ana, "Ana", "Geese").await;
    let mut cy = Member::open(&folder.path().join("cy"), LOOPBACK).await;
    found(&mut cy, "Cy", "Herons").await;
    let mut geese = Member::open(&mine, LOOPBACK).await;
    geese.join(ana.invite().await, "Bo").await;
    let mut herons = Member::within(&further(&mine), LOOPBACK).await;
    herons.join(cy.invite().await, "Bo").await;
    geese.host.close().await;
    herons.host.close().await;

    let workspaces = open(&mine);
    workspaces.open_all().await;
    let mut first = workspaces.client(None).await.unwrap();
    let mut second = workspaces.client(Some(&word("k3x9ab"))).await.unwrap();
    let flight = note(&mut first, "Flight").await;
    let reeds = note(&mut second, "Reeds").await;
    ana.until_here(flight).await;
    cy.until_here(reeds).await;
    assert_eq!(ana.titles().await, ["Flight"]);
    assert_eq!(cy.titles().await, ["Reeds"]);
    workspaces.close().await;
    let closed = workspaces.client(None).await;
    assert!(matches!(closed, Err(ProfileError::NoAnswer { .. })));
    let names = Places::of(&mine).list(None).unwrap().into_iter();
    let names: Vec<Option<String>> = names.map(|one| one.name).collect();
    assert_eq!(names, [Some("Geese".to_owned()), Some("Herons".to_owned())]);
    ana.host.close().await;
    cy.host.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_that_is_damaged_says_so_and_stops_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let (geese, herons) = in_two(folder.path()).await;
    geese.host.close().await;
    herons.host.close().await;
    let key = further_folder(folder.path()).join("device.key");
    let whole = fs::read(&key).unwrap();
    fs::write(&key, b"{\"format\":1").unwrap();

    let workspaces = open(folder.path());
    workspaces.open_all().await;
    let mut first = workspaces.client(None).await.unwrap();
    note(&mut first, "Flight").await;
    let told = listed(&mut first).await;
    assert_eq!(told[0].trouble, None);
    assert!(told[1].trouble.as_ref().unwrap().contains("damaged"));
    assert_eq!(told[1].name.as_deref(), Some("Herons"));

    fs::write(&key, whole).unwrap();
    workspaces.client(Some(&word("k3x9ab"))).await.unwrap();
    assert_eq!(listed(&mut first).await[1].trouble, None);
    workspaces.close().await;
}

fn further_folder(profile: &Path) -> std::path::PathBuf {
    Places::of(profile).place(&word("k3x9ab")).unwrap().folder()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_place_that_was_not_used_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let mut geese = Member::open(folder.path(), LOOPBACK).await;
    found(&mut geese, "Ana", "Geese").await;
    let Reply::WorkspaceAdded { slug } = geese.ask(Request::AddWorkspace).await else {
        panic!("not added")
    };
    let Reply::WorkspaceAdded { slug: again } = geese.ask(Request::AddWorkspace).await else {
        panic!("not added")
    };
    assert_eq!(slug, again);
    assert_eq!(listed(&mut geese.client).await.len(), 1);
    let place = Places::of(folder.path()).place(&word(&slug)).unwrap();
    let mut left = Member::within(&place, LOOPBACK).await;
    assert_eq!(left.status().await.state, WorkspaceState::Empty);
    assert_eq!(listed(&mut left.client).await.len(), 2);
    left.host.close().await;
    assert!(!place.folder().exists());
    geese.host.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_profile_of_an_earlier_version_is_as_it_was_and_its_name_is_known_once_it_was_open() {
    let folder = tempfile::tempdir().unwrap();
    let mut geese = Member::open(folder.path(), LOOPBACK).await;
    found(&mut geese, "Ana", "Geese").await;
    geese.host.close().await;
    let sign = folder.path().join("workspace.json");
    fs::remove_file(&sign).unwrap();
    let key = fs::read(folder.path().join("device.key")).unwrap();
    let before = Places::of(folder.path()).list(None).unwrap();
    assert_eq!((before.len(), &before[0].name), (1, &None));

    let workspaces = open(folder.path());
    workspaces.open_all().await;
    let mut client = workspaces.client(None).await.unwrap();
    assert_eq!(listed(&mut client).await[0].name.as_deref(), Some("Geese"));
    workspaces.close().await;
    assert!(sign.exists());
    assert!(!folder.path().join("workspaces").exists());
    assert_eq!(fs::read(folder.path().join("device.key")).unwrap(), key);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_workspace_that_there_is_not_is_not_made_by_asking_for_it() {
    let folder = tempfile::tempdir().unwrap();
    let workspaces = Workspaces::of(Places::of(folder.path()), Use::Once, Unlock::default());
    let refused = workspaces.client(Some(&word("nowhere"))).await;
    assert!(matches!(refused, Err(ProfileError::NoWorkspace { .. })));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}
