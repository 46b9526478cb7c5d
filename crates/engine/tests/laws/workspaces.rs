//! Several workspaces in one profile, on real sockets and real files: apart from each other, and all of them in use.

use std::fs;
use std::path::Path;

use crate::nodes::{LOOPBACK, Member};
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use skein_engine::api::{
    ApiError, ErrorCode, ListedWorkspace, Reply, Request, Status, WorkspaceState,
};
use skein_engine::{
    Client, Passphrase, Place, Places, Profile, ProfileError, Protect, Removal, Slug, Unlock, Use,
    Workspaces, remove_workspace,
};
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

fn passphrase(words: &str) -> Passphrase {
    Passphrase::new(words).unwrap()
}

fn protect(folder: &Path, words: &str) {
    let profile = Profile::at(folder).unwrap();
    let wanted = Protect::Passphrase(passphrase(words));
    let mut rng = ChaCha20Rng::seed_from_u64(7);
    profile
        .protect_key(&Unlock::default(), &wanted, &mut rng)
        .unwrap();
}

/// What a page is told that asks for a workspace which does not open.
async fn refused(workspaces: &Workspaces, slug: Option<&Slug>) -> ErrorCode {
    ApiError::from(workspaces.client(slug).await.map(drop).unwrap_err()).code
}

async fn status(client: &mut Client) -> Status {
    match client.request(Request::Status).await {
        Ok(Reply::Status { status }) => status,
        other => panic!("{other:?}"),
    }
}

/// Both workspaces are closed, with these passphrases; returns their devices.
async fn locked(profile: &Path, first: &str, other: &str) -> [String; 2] {
    let (mut geese, mut herons) = in_two(profile).await;
    let devices = [
        geese.status().await.device_id,
        herons.status().await.device_id,
    ];
    geese.host.close().await;
    herons.host.close().await;
    protect(profile, first);
    protect(&further_folder(profile), other);
    devices
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_passphrase_that_is_wanted_has_a_code_of_its_own_and_no_other_trouble_has_it() {
    let folder = tempfile::tempdir().unwrap();
    locked(folder.path(), "grey geese fly", "grey geese fly").await;
    let herons = word("k3x9ab");
    let damaged = further_folder(folder.path()).join("device.key");
    fs::write(damaged, b"{\"format\":1").unwrap();

    let workspaces = open(folder.path());
    assert_eq!(refused(&workspaces, None).await, ErrorCode::Locked);
    assert_eq!(
        refused(&workspaces, Some(&herons)).await,
        ErrorCode::Storage
    );
    let nowhere = word("nowhere");
    assert_eq!(
        refused(&workspaces, Some(&nowhere)).await,
        ErrorCode::NotFound
    );
    workspaces.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_passphrase_changes_nothing_and_the_right_one_opens_the_same_device() {
    let folder = tempfile::tempdir().unwrap();
    let [geese, _] = locked(folder.path(), "grey geese fly", "white swans swim").await;
    let key = folder.path().join("device.key");
    let before = fs::read(&key).unwrap();
    let workspaces = open(folder.path());
    workspaces.open_all().await;

    let flew = passphrase("grey geese flew");
    let said = workspaces.unlock(&Slug::first(), &flew).await.unwrap_err();
    assert_eq!(ApiError::from(said).code, ErrorCode::Locked);
    assert_eq!(refused(&workspaces, None).await, ErrorCode::Locked);
    assert_eq!(fs::read(&key).unwrap(), before);

    let fly = passphrase("grey geese fly");
    workspaces.unlock(&Slug::first(), &fly).await.unwrap();
    let mut client = workspaces.client(None).await.unwrap();
    assert_eq!(status(&mut client).await.device_id, geese);
    assert_eq!(fs::read(&key).unwrap(), before);
    assert_eq!(listed(&mut client).await[0].trouble, None);
    workspaces.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_passphrase_opens_all_workspaces_that_it_protects_and_leaves_the_others_as_they_were() {
    for (other, opens) in [("grey geese fly", true), ("white swans swim", false)] {
        let folder = tempfile::tempdir().unwrap();
        let [_, herons] = locked(folder.path(), "grey geese fly", other).await;
        let workspaces = open(folder.path());
        workspaces.open_all().await;
        let fly = passphrase("grey geese fly");
        workspaces.unlock(&Slug::first(), &fly).await.unwrap();
        let mut first = workspaces.client(None).await.unwrap();
        let before = listed(&mut first).await[1].trouble.clone();
        assert!(before.as_ref().unwrap().contains("none was given"));

        workspaces.unlock_all(&fly).await;
        let trouble = listed(&mut first).await[1].trouble.clone();
        assert_eq!(trouble, if opens { None } else { before });
        let slug = word("k3x9ab");
        match workspaces.client(Some(&slug)).await {
            Ok(mut client) => assert_eq!(status(&mut client).await.device_id, herons),
            Err(error) => assert!(!opens, "{error}"),
        }
        workspaces.unlock(&slug, &passphrase(other)).await.unwrap();
        workspaces.close().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_passphrase_that_was_given_opens_the_workspace_again_when_another_process_has_ended() {
    let folder = tempfile::tempdir().unwrap();
    let [geese, _] = locked(folder.path(), "grey geese fly", "grey geese fly").await;
    let fly = passphrase("grey geese fly");
    let elsewhere = open(folder.path());
    elsewhere.unlock(&Slug::first(), &fly).await.unwrap();

    // Whoever is a guest need give none, and none that he gave is kept unless it opened something.
    let here = open(folder.path());
    let mut client = here.client(None).await.unwrap();
    assert_eq!(status(&mut client).await.device_id, geese);
    let any = passphrase("black swans swim");
    here.unlock(&Slug::first(), &any).await.unwrap();
    elsewhere.close().await;
    assert_eq!(refused(&here, None).await, ErrorCode::Locked);
    here.unlock(&Slug::first(), &fly).await.unwrap();
    here.client(None).await.unwrap();
    here.close().await;
}

/// Both workspaces, closed, with a note in each.
async fn with_a_note_in_each(profile: &Path) -> [Place; 2] {
    let (mut geese, mut herons) = in_two(profile).await;
    geese.create_note("Flight", "wings").await;
    herons.create_note("Reeds", "mud").await;
    geese.host.close().await;
    herons.host.close().await;
    let places = Places::of(profile);
    [places.first(), places.place(&word("k3x9ab")).unwrap()]
}

fn names_in(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

async fn titles_in(place: &Place) -> Vec<String> {
    let mut member = Member::within(place, LOOPBACK).await;
    let titles = member.titles().await;
    member.host.close().await;
    titles
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_workspace_that_is_taken_off_is_set_aside_whole_and_can_be_put_back() {
    for first in [true, false] {
        let folder = tempfile::tempdir().unwrap();
        let [geese, herons] = with_a_note_in_each(folder.path()).await;
        let (gone, stays, title, other) = match first {
            true => (geese, herons, "Flight", "Reeds"),
            false => (herons, geese, "Reeds", "Flight"),
        };
        let removed = remove_workspace(&gone, Removal::SetAside, &Unlock::default()).unwrap();
        let aside = removed.aside.unwrap();
        assert!(aside.starts_with(folder.path().join("removed")));
        let listed = Places::of(folder.path()).list(None).unwrap();
        assert_eq!(listed.len(), 1);
        assert_eq!(listed[0].slug, stays.slug().as_str());

        // Whoever stays makes nothing anew where it was.
        let workspaces = open(folder.path());
        workspaces.open_all().await;
        workspaces.close().await;
        assert!(!gone.folder().join("workspace.db").exists());
        assert_eq!(titles_in(&stays).await, [other]);

        fs::create_dir_all(gone.folder()).unwrap();
        for name in names_in(&aside) {
            fs::rename(aside.join(&name), gone.folder().join(&name)).unwrap();
        }
        assert_eq!(titles_in(&gone).await, [title]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_skein_did_not_put_there_stays_and_the_rest_is_gone_for_good() {
    let folder = tempfile::tempdir().unwrap();
    let [geese, herons] = with_a_note_in_each(folder.path()).await;
    for place in [&geese, &herons] {
        fs::write(place.folder().join("a letter"), b"dear").unwrap();
        fs::write(place.folder().join("workspace.dbx"), b"mine").unwrap();
    }
    let removed = remove_workspace(&herons, Removal::ForGood, &Unlock::default()).unwrap();
    assert_eq!((removed.aside, removed.left.len()), (None, 2));
    let left = names_in(&herons.folder());
    assert_eq!(left, ["a letter", "lock", "workspace.dbx"]);

    let removed = remove_workspace(&geese, Removal::ForGood, &Unlock::default()).unwrap();
    assert_eq!((removed.aside, removed.left.len()), (None, 0));
    let left = names_in(folder.path());
    assert_eq!(left, ["a letter", "lock", "workspace.dbx", "workspaces"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_workspace_in_use_is_not_taken_off() {
    let folder = tempfile::tempdir().unwrap();
    let (geese, mut herons) = in_two(folder.path()).await;
    let place = Places::of(folder.path()).place(&word("k3x9ab")).unwrap();
    let before = names_in(&place.folder());
    let said = remove_workspace(&place, Removal::ForGood, &Unlock::default()).unwrap_err();
    assert!(matches!(said, ProfileError::NotRemoved { .. }), "{said}");
    assert_eq!(names_in(&place.folder()), before);
    herons.create_note("Reeds", "mud").await;
    geese.host.close().await;
    herons.host.close().await;
}
