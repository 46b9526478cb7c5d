//! Laws of shared folders: what lies there counts like what came over a line, once, in any order, however the files get there, and nothing else does.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::bundles::{append, audited, bundle, note, team, text, ticket, titles};
use crate::sim::World;
use skein_engine::api::{
    ApiError, ErrorCode, Event, Reply, Request, SharedFolder, SharedFolderState, View,
    WorkspaceState,
};

const MINUTE_MS: u64 = 60_000;
const DAY_MS: u64 = 24 * 60 * MINUTE_MS;
const ENDING: &str = "skein-bundle";

fn path(folder: &Path) -> String {
    folder.to_str().unwrap().to_owned()
}

fn folders(reply: Result<Reply, ApiError>) -> Vec<SharedFolder> {
    match reply.unwrap() {
        Reply::SharedFolders { folders } => folders,
        other => panic!("{other:?}"),
    }
}

pub(crate) fn add(world: &mut World, index: usize, folder: &Path) {
    let path = path(folder);
    folders(world.ask(index, Request::AddSharedFolder { path }));
}

/// Exchanges with the folders now, and lets what came be merged.
pub(crate) fn sync(world: &mut World, index: usize) -> SharedFolder {
    let mut all = folders(world.ask(index, Request::SyncSharedFolders));
    while world.do_what_is_there() {}
    for _ in 0..8 {
        world.pass(400);
        while world.do_what_is_there() {}
    }
    all.pop().unwrap()
}

fn watch(world: &mut World, index: usize) {
    world.machines[index].core.as_mut().unwrap().watch_folders();
}

/// Lets time pass as it does while nobody asks for anything.
fn idle(world: &mut World, ms: u64) {
    let until = world.now_ms + ms;
    while world.now_ms < until {
        world.pass(1_000);
        while world.do_what_is_there() {}
    }
}

/// What lies in a folder under a final name.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let is_ours = |path: &PathBuf| path.extension().is_some_and(|ending| ending == ENDING);
    let mut files: Vec<PathBuf> = entries.filter(is_ours).collect();
    files.sort();
    files
}

/// Puts other bytes into a file, so many seconds after the world began.
fn change(file: &Path, bytes: &[u8], second: u64) {
    fs::write(file, bytes).unwrap();
    let at = SystemTime::UNIX_EPOCH + Duration::from_secs(1_900_000_000 + second);
    let opened = fs::File::options().write(true).open(file).unwrap();
    opened.set_modified(at).unwrap();
}

/// In memory where there is such a disk: what is flushed to another waits for whatever else is written there.
pub(crate) fn folder() -> tempfile::TempDir {
    match tempfile::tempdir_in("/dev/shm") {
        Ok(folder) => folder,
        Err(_) => tempfile::tempdir().unwrap(),
    }
}

#[test]
fn two_who_share_nothing_but_a_folder_come_to_hold_the_same_and_then_write_no_more() {
    let mut world = team(31, 2);
    let shared = folder();
    let plan = note(&mut world, 0, "Plan");
    for index in [0, 1] {
        add(&mut world, index, shared.path());
        sync(&mut world, index);
    }
    append(&mut world, 0, plan, "By Ana.");
    append(&mut world, 1, plan, "By Bo.");
    for index in [0, 1, 0] {
        assert_eq!(sync(&mut world, index).waiting, 0);
    }
    let merged = text(&mut world, 0, plan);
    assert!(
        merged.contains("By Ana.") && merged.contains("By Bo."),
        "{merged}"
    );
    assert_eq!(text(&mut world, 1, plan), merged);
    let before = files(shared.path());
    for index in [0, 1, 0, 1] {
        let stands = sync(&mut world, index);
        assert_eq!(stands.state, SharedFolderState::Resting, "{stands:?}");
        audited(&mut world, index);
    }
    assert_eq!(files(shared.path()), before);
}

#[test]
fn files_that_come_in_parts_twice_under_other_names_and_among_foreign_ones_bring_the_same() {
    let mut world = team(32, 2);
    let (from, to) = (folder(), folder());
    add(&mut world, 0, from.path());
    for number in 0..6 {
        note(&mut world, 0, &format!("Note {number}"));
        sync(&mut world, 0);
    }
    let written = files(from.path());
    assert!(written.len() >= 6);
    add(&mut world, 1, to.path());

    // The last first, half of it, and under the name that a tool gives to a copy.
    let name_of = |file: &PathBuf| file.file_name().unwrap().to_owned();
    for file in written.iter().rev() {
        let bytes = fs::read(file).unwrap();
        let copy = to.path().join(name_of(file));
        fs::write(&copy, &bytes[..bytes.len() / 2]).unwrap();
        fs::write(to.path().join(format!("copy.{ENDING}.part")), &bytes).unwrap();
    }
    let (theirs, _) = bundle(&mut team(33, 1), 0, None);
    fs::write(to.path().join(format!("theirs.{ENDING}")), theirs).unwrap();
    fs::write(to.path().join(format!("holiday.{ENDING}")), "no bundle").unwrap();
    fs::write(to.path().join(format!("empty.{ENDING}")), "").unwrap();
    fs::write(to.path().join("notes.txt"), "Plan").unwrap();
    fs::create_dir(to.path().join(format!("folder.{ENDING}"))).unwrap();
    std::os::unix::fs::symlink("/dev/zero", to.path().join(format!("link.{ENDING}"))).unwrap();
    let stands = sync(&mut world, 1);
    assert_eq!(stands.trouble, None);
    assert_eq!((stands.unfinished, stands.left_alone), (7, 2), "{stands:?}");

    for file in &written {
        fs::copy(file, to.path().join(name_of(file))).unwrap();
        let twice = format!("{} (copy).{ENDING}", name_of(file).to_string_lossy());
        fs::copy(file, to.path().join(twice)).unwrap();
    }
    let stands = sync(&mut world, 1);
    assert_eq!((stands.unfinished, stands.left_alone), (1, 2), "{stands:?}");
    assert_eq!(titles(&mut world, 1), titles(&mut world, 0));
    assert_eq!(titles(&mut world, 1).len(), 6);
    audited(&mut world, 1);
}

#[test]
fn what_is_not_for_here_is_read_once_and_again_only_when_it_has_changed() {
    let mut world = team(34, 2);
    let shared = folder();
    note(&mut world, 0, "Plan");
    let (good, _) = bundle(&mut world, 0, None);
    let foreign = vec![b'x'; good.len()];
    let file = shared.path().join(format!("given.{ENDING}"));
    change(&file, &foreign, 0);
    add(&mut world, 1, shared.path());
    assert_eq!(sync(&mut world, 1).left_alone, 1);
    change(&file, &good, 0);
    assert_eq!(sync(&mut world, 1).left_alone, 1);
    assert_eq!(titles(&mut world, 1), Vec::<String>::new());
    change(&file, &good, 2);
    assert_eq!(sync(&mut world, 1).left_alone, 0);
    assert_eq!(titles(&mut world, 1), ["Plan"]);
}

#[test]
fn a_damaged_file_brings_what_is_genuine_in_it_and_the_rest_is_written_anew() {
    let mut world = team(35, 2);
    let shared = folder();
    for number in 0..4 {
        note(&mut world, 0, &format!("Note {number}"));
    }
    add(&mut world, 0, shared.path());
    sync(&mut world, 0);
    let only = files(shared.path()).pop().unwrap();
    let mut bytes = fs::read(&only).unwrap();
    let last = bytes.len() - 40;
    bytes[last] ^= 1;
    change(&only, &bytes, 0);

    add(&mut world, 1, shared.path());
    sync(&mut world, 1);
    assert_eq!(titles(&mut world, 1).len(), 3);
    sync(&mut world, 0);
    assert_eq!(files(shared.path()).len(), 2);
    sync(&mut world, 1);
    assert_eq!(titles(&mut world, 1).len(), 4);
    audited(&mut world, 1);
}

#[test]
fn a_folder_that_was_emptied_is_filled_anew_also_after_a_new_start() {
    let mut world = team(36, 2);
    let shared = folder();
    note(&mut world, 0, "Plan");
    add(&mut world, 0, shared.path());
    sync(&mut world, 0);
    for file in files(shared.path()) {
        fs::remove_file(file).unwrap();
    }
    world.stop(0);
    world.start(0);
    sync(&mut world, 0);
    assert!(!files(shared.path()).is_empty());
    add(&mut world, 1, shared.path());
    sync(&mut world, 1);
    assert_eq!(titles(&mut world, 1), ["Plan"]);
}

#[test]
fn a_folder_that_is_away_is_waited_for_and_nothing_is_lost() {
    let mut world = team(37, 2);
    let place = folder();
    let (there, away) = (place.path().join("Stick"), place.path().join("elsewhere"));
    fs::create_dir(&there).unwrap();
    for index in [0, 1] {
        add(&mut world, index, &there);
        watch(&mut world, index);
        sync(&mut world, index);
    }
    fs::rename(&there, &away).unwrap();
    note(&mut world, 0, "Plan");
    let stands = sync(&mut world, 0);
    assert_eq!(stands.state, SharedFolderState::Away);
    assert_eq!(
        stands.trouble.map(|trouble| trouble.code),
        Some(ErrorCode::NotFound)
    );
    assert!(!there.exists(), "nobody makes a folder where a stick was");
    fs::rename(&away, &there).unwrap();
    idle(&mut world, 4 * MINUTE_MS);
    assert_eq!(titles(&mut world, 1), ["Plan"]);
    for index in [0, 1] {
        match world.look(index, View::SharedFolders) {
            Event::SharedFolders { folders } => {
                assert_eq!(folders[0].state, SharedFolderState::Resting);
                assert_eq!((folders[0].waiting, &folders[0].trouble), (0, &None));
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_stick_that_is_pulled_out_while_it_is_read_is_read_when_it_is_back() {
    let mut world = team(45, 2);
    let place = folder();
    let (there, away) = (place.path().join("Stick"), place.path().join("elsewhere"));
    fs::create_dir(&there).unwrap();
    add(&mut world, 0, &there);
    for number in 0..4 {
        note(&mut world, 0, &format!("Note {number}"));
        sync(&mut world, 0);
    }
    let path = path(&there);
    world.ask(1, Request::AddSharedFolder { path }).unwrap();
    // It is looked through, and then gone before the first file is read.
    world.pass(1);
    world.run_job(1);
    fs::rename(&there, &away).unwrap();
    let stands = sync(&mut world, 1);
    assert_eq!(stands.state, SharedFolderState::Away, "{stands:?}");
    assert_eq!(titles(&mut world, 1), Vec::<String>::new());
    fs::rename(&away, &there).unwrap();
    let stands = sync(&mut world, 1);
    assert_eq!((stands.unfinished, stands.trouble), (0, None));
    assert_eq!(titles(&mut world, 1).len(), 4);
}

#[test]
fn who_is_watched_by_nobody_exchanges_by_itself_and_leaves_the_work_of_others_to_them() {
    let mut world = team(38, 2);
    let shared = folder();
    for index in [0, 1] {
        add(&mut world, index, shared.path());
        watch(&mut world, index);
        idle(&mut world, 1_000);
    }
    idle(&mut world, MINUTE_MS);
    let before = files(shared.path()).len();
    // Both are also connected, so both lack nothing; still one file is written, by whoever made it.
    let plan = note(&mut world, 0, "Plan");
    world.settle(&[0, 1]);
    idle(&mut world, 3 * MINUTE_MS);
    assert_eq!(files(shared.path()).len(), before + 1);
    append(&mut world, 1, plan, "By Bo.");
    idle(&mut world, 3 * MINUTE_MS);
    assert!(text(&mut world, 0, plan).contains("By Bo."));
}

#[test]
fn what_others_do_not_put_there_themselves_is_put_there_in_the_end() {
    let mut world = team(39, 2);
    let shared = folder();
    add(&mut world, 1, shared.path());
    watch(&mut world, 1);
    idle(&mut world, 2 * MINUTE_MS);
    let before = files(shared.path()).len();
    note(&mut world, 0, "Plan");
    world.settle(&[0, 1]);
    idle(&mut world, 5 * MINUTE_MS);
    assert_eq!(files(shared.path()).len(), before);
    idle(&mut world, 20 * MINUTE_MS);
    assert_eq!(files(shared.path()).len(), before + 1);
}

#[test]
fn whoever_has_an_invite_and_the_folder_is_in_without_meeting_anybody_and_is_known_by_it() {
    let mut world = team(40, 2);
    let shared = folder();
    let plan = note(&mut world, 0, "From before");
    for index in [0, 1] {
        add(&mut world, index, shared.path());
    }
    let ticket = ticket(&mut world);
    sync(&mut world, 0);
    let third = world.add_machine();
    let join = Request::JoinWorkspace {
        ticket,
        member_name: Some("Cem".to_owned()),
        zone: None,
    };
    world.ask(third, join).unwrap();
    add(&mut world, third, shared.path());
    sync(&mut world, third);
    let status = world.status(third);
    assert_eq!(status.state, WorkspaceState::Ready, "{status:?}");
    append(&mut world, third, plan, "By Cem.");
    sync(&mut world, third);
    for index in [0, 1] {
        sync(&mut world, index);
        let names: Vec<String> = world
            .people(index)
            .into_iter()
            .map(|member| member.name)
            .collect();
        assert!(names.contains(&"Cem".to_owned()), "{names:?}");
        assert!(text(&mut world, index, plan).contains("By Cem."));
    }
}

#[test]
fn what_somebody_who_was_removed_puts_there_counts_for_nothing() {
    let mut world = team(41, 2);
    let shared = folder();
    let plan = note(&mut world, 0, "Plan");
    for index in [0, 1] {
        add(&mut world, index, shared.path());
        sync(&mut world, index);
    }
    let people = world.people(0);
    let bo = people.into_iter().find(|member| member.name == "Member 1");
    let member = bo.unwrap().id;
    world.ask(0, Request::RemoveMember { member }).unwrap();
    append(&mut world, 1, plan, "Too late.");
    sync(&mut world, 1);
    append(&mut world, 0, plan, "By Ana.");
    sync(&mut world, 0);
    let text_here = text(&mut world, 0, plan);
    assert!(!text_here.contains("Too late."), "{text_here}");
    audited(&mut world, 0);
    // He hears of it there, and is told no more.
    drop(world.ask(1, Request::SyncSharedFolders));
    assert!(world.status(1).out);
    assert!(!text(&mut world, 1, plan).contains("By Ana."));
    let refused = world.ask(1, Request::SyncSharedFolders).unwrap_err();
    assert_eq!(refused.code, ErrorCode::ReadOnly);
}

#[test]
fn nothing_that_somebody_wrote_can_be_read_in_the_folder() {
    let mut world = team(42, 2);
    let shared = folder();
    let plan = note(&mut world, 0, "Geheimnisvoll");
    append(&mut world, 0, plan, "Unverkennbar");
    add(&mut world, 0, shared.path());
    sync(&mut world, 0);
    let written = files(shared.path());
    assert!(!written.is_empty());
    for file in written {
        let bytes = fs::read(&file).unwrap();
        for words in ["Geheimnisvoll", "Unverkennbar", "Member 0"] {
            let found = bytes
                .windows(words.len())
                .any(|part| part == words.as_bytes());
            assert!(!found, "{words} is in {}", file.display());
        }
    }
}

#[test]
fn many_small_files_become_one_and_go_a_day_later() {
    let mut world = team(43, 2);
    let shared = folder();
    add(&mut world, 0, shared.path());
    for number in 0..40 {
        note(&mut world, 0, &format!("Note {number}"));
        sync(&mut world, 0);
    }
    let many = files(shared.path()).len();
    assert!(many >= 40, "{many}");
    world.now_ms += DAY_MS + 1;
    sync(&mut world, 0);
    sync(&mut world, 0);
    let few = files(shared.path()).len();
    assert!(few < 20, "{few}");
    add(&mut world, 1, shared.path());
    sync(&mut world, 1);
    assert_eq!(titles(&mut world, 1).len(), 40);
    assert_eq!(files(shared.path()).len(), few);
}

#[test]
fn a_folder_is_named_once_by_its_full_path_and_is_left_as_it_is_when_it_is_given_up() {
    let mut world = team(44, 1);
    let place = folder();
    let shared = place.path().join("Team");
    let ask = |world: &mut World, path: String| world.ask(0, Request::AddSharedFolder { path });
    let missing = ask(&mut world, path(&shared)).unwrap_err();
    assert_eq!(missing.code, ErrorCode::NotFound);
    fs::write(&shared, "no folder").unwrap();
    assert_eq!(
        ask(&mut world, path(&shared)).unwrap_err().code,
        ErrorCode::NotFound
    );
    fs::remove_file(&shared).unwrap();
    fs::create_dir(&shared).unwrap();
    assert_eq!(
        ask(&mut world, "Team".to_owned()).unwrap_err().code,
        ErrorCode::Invalid
    );
    let link = place.path().join("link");
    std::os::unix::fs::symlink(&shared, &link).unwrap();
    for same in [path(&shared), format!("{}/", path(&shared)), path(&link)] {
        assert_eq!(folders(ask(&mut world, same)).len(), 1);
    }
    note(&mut world, 0, "Plan");
    sync(&mut world, 0);
    let written = files(&shared);
    let known = folders(world.ask(0, Request::ListSharedFolders));
    let path = known[0].path.clone();
    let left = folders(world.ask(0, Request::RemoveSharedFolder { path }));
    assert_eq!(left, []);
    assert_eq!(files(&shared), written);
    world.stop(0);
    world.start(0);
    assert_eq!(
        folders(world.ask(0, Request::ListSharedFolders)),
        Vec::new()
    );
}
