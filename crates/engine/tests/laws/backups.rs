//! Backups as a profile makes them and gets them back: nothing that can still be read anywhere is lost by restoring one.

use std::fs;
use std::path::Path;

use crate::sim::World;
use skein_access::{DeviceKey, Role};
use skein_engine::api::{
    ApiError, AuditReport, Event, KeptBackups, Reply, Request, View, WorkspaceState,
};
use skein_engine::core::{Core, Input};
use skein_model::{DocumentId, NoteEdit};
use skein_store::{Opened, Restored, Store};

const PAGE: usize = 4096;
const MINUTE_MS: u64 = 60_000;
const HOUR_MS: u64 = 60 * MINUTE_MS;

fn write_note(world: &mut World, title: &str, text: &str) -> DocumentId {
    let request = Request::CreateNote {
        title: title.to_owned(),
        text: Some(text.to_owned()),
        parent: None,
        after: None,
    };
    match world.ask(0, request).unwrap() {
        Reply::Created { id } => id,
        other => panic!("{other:?}"),
    }
}

fn append(world: &mut World, document: DocumentId, text: &str) {
    let edit = NoteEdit::AppendText {
        text: text.to_owned(),
    };
    world.ask(0, Request::EditNote { document, edit }).unwrap();
}

fn text(world: &mut World, document: DocumentId) -> String {
    match world.ask(0, Request::ReadNote { document }).unwrap() {
        Reply::Note { note } => note.text,
        other => panic!("{other:?}"),
    }
}

fn kept(reply: Result<Reply, ApiError>) -> KeptBackups {
    match reply.unwrap() {
        Reply::Backups { kept } => kept,
        other => panic!("{other:?}"),
    }
}

fn back_up(world: &mut World) -> String {
    let made = kept(world.ask(0, Request::BackUp));
    assert_eq!(made.trouble, None);
    made.backups[0].name.clone()
}

fn restore(world: &mut World, name: &str) -> KeptBackups {
    let request = Request::RestoreBackup {
        backup: Some(name.to_owned()),
    };
    kept(world.ask(0, request))
}

/// The bytes of a file with the beginning of one page changed.
fn with_damaged(whole: &[u8], page: usize) -> Vec<u8> {
    let mut bytes = whole.to_vec();
    bytes[page * PAGE..page * PAGE + 64]
        .iter_mut()
        .for_each(|byte| *byte ^= 0x55);
    bytes
}

/// Has the next start put the file together anew.
fn repair(world: &mut World) -> KeptBackups {
    kept(world.ask(0, Request::Repair))
}

/// Ends one machine, and its connections.
fn end(world: &mut World, index: usize) {
    world.give(index, Input::Shutdown);
    let mut rng = world.rng.clone();
    world.network.machine_gone(&mut rng, index);
    world.machines[index].crash(false);
}

fn audit(world: &mut World, index: usize) -> AuditReport {
    match world.ask(index, Request::Audit).unwrap() {
        Reply::Audit { report } => report,
        other => panic!("{other:?}"),
    }
}

/// Two who are members and hold the same.
fn two(seed: u64) -> World {
    let mut world = World::new(seed, 2);
    for machine in &mut world.machines {
        machine.skew_ms = 0;
    }
    world.found();
    world.invite(0, Role::Editor, 1);
    world.join(1);
    world.settle(&[0, 1]);
    world
}

/// Starts as a process does: what was planned is done first.
fn start(world: &mut World) {
    let machine = &mut world.machines[0];
    let restored = Restored::if_planned(&machine.path).unwrap();
    let opened = Store::open(&machine.path).unwrap();
    let key = DeviceKey::from_bytes(&machine.key);
    let mut core = Core::open(opened, key, &mut world.rng).unwrap();
    if let Some(restored) = restored {
        core.was_restored(restored);
    }
    machine.core = Some(core);
}

fn state(world: &mut World) -> WorkspaceState {
    world.status(0).state
}

fn settle(world: &mut World) {
    for _ in 0..20 {
        world.pass(3_000);
        while world.do_what_is_there() {}
    }
}

#[test]
fn one_is_made_a_day_while_something_changes() {
    let mut world = World::new(1, 1);
    world.found();
    world.machines[0].core.as_mut().unwrap().back_up_by_itself();
    let note = write_note(&mut world, "Geese", "fly");
    world.machines[0].crash(false);
    start(&mut world);
    world.machines[0].core.as_mut().unwrap().back_up_by_itself();
    let count = |world: &mut World| {
        settle(world);
        kept(world.ask(0, Request::ListBackups)).backups.len()
    };
    world.pass(10);
    let after_start = kept(world.ask(0, Request::ListBackups)).backups.len();
    assert_eq!(after_start, 0, "the start is not slowed by it");
    assert_eq!(count(&mut world), 1);
    for _ in 0..30 {
        world.pass(HOUR_MS);
    }
    assert_eq!(count(&mut world), 1, "nothing has changed");
    append(&mut world, note, " south");
    world.pass(HOUR_MS);
    assert_eq!(count(&mut world), 2);
    for hour in 0..20 {
        append(&mut world, note, &format!(" {hour}"));
        world.pass(HOUR_MS);
    }
    assert_eq!(count(&mut world), 2, "the last is not a day old");
}

#[test]
fn a_backup_is_told_to_those_who_watch_and_all_in_it_can_be_loaded() {
    let mut world = World::new(2, 1);
    world.found();
    for number in 0..5 {
        write_note(&mut world, &format!("Note {number}"), "of geese");
    }
    let name = back_up(&mut world);
    let Event::Backups { kept } = world.look(0, View::Backups) else {
        panic!("backups are told as backups")
    };
    assert!(!kept.making);
    assert_eq!(kept.backups[0].name, name);
    let Reply::BackupTried { report } = world.ask(0, Request::TryBackup { backup: name }).unwrap()
    else {
        panic!("a trial is answered as one")
    };
    assert_eq!(report.documents, 5);
    assert!(report.changes >= 5);
    assert_eq!(report.differences, []);
}

#[test]
fn a_backup_that_is_damaged_says_so_and_the_workspace_goes_on() {
    let mut world = World::new(3, 1);
    world.found();
    let note = write_note(&mut world, "Geese", "fly");
    let name = back_up(&mut world);
    let folder = world.machines[0].path.with_extension("backups");
    let file = folder.join(&name);
    let mut bytes = fs::read(&file).unwrap();
    bytes[PAGE..PAGE + 64].fill(0xff);
    fs::write(&file, bytes).unwrap();
    for request in [
        Request::TryBackup {
            backup: name.clone(),
        },
        Request::RestoreBackup { backup: Some(name) },
        Request::TryBackup {
            backup: "../0.skein".to_owned(),
        },
    ] {
        let error = world.ask(0, request).unwrap_err();
        assert!(error.hint.contains("not touched"), "{error:?}");
        assert_eq!(state(&mut world), WorkspaceState::Ready);
    }
    append(&mut world, note, " south");
    assert!(text(&mut world, note).ends_with("south"));
}

#[test]
fn after_a_restore_all_is_there_that_the_backup_or_the_file_before_it_holds() {
    let mut world = World::new(4, 1);
    world.found();
    let old: Vec<DocumentId> = (0..8)
        .map(|number| write_note(&mut world, &format!("Old {number}"), &"flown ".repeat(900)))
        .collect();
    let name = back_up(&mut world);
    for note in &old {
        append(&mut world, *note, "home");
    }
    let new = write_note(&mut world, "New", "after the backup");
    settle(&mut world);
    // Closed in good order, then damaged where the documents are listed.
    world.give(0, skein_engine::core::Input::Shutdown);
    world.machines[0].crash(false);
    let path = world.machines[0].path.clone();
    let whole = fs::read(&path).unwrap();
    let (mut tested, mut nothing_to_show, mut all_lost) = (0, 0, 0);
    for page in 1..whole.len() / PAGE {
        fs::write(&path, with_damaged(&whole, page)).unwrap();
        let before = fs::read(&path).unwrap();
        start(&mut world);
        let closed = world.status(0);
        if closed.state != WorkspaceState::ReadOnly || tested == 24 {
            world.machines[0].crash(false);
            continue;
        }
        tested += 1;
        nothing_to_show += usize::from(closed.workspace_name.is_none());
        assert_eq!(restore(&mut world, &name).planned, Some(name.clone()));
        world.machines[0].crash(false);
        start(&mut world);
        assert_eq!(state(&mut world), WorkspaceState::Ready, "page {page}");
        let Event::Notices { notices } = world.look(0, View::Notices) else {
            panic!("notices are told as notices")
        };
        let restored = notices.iter().find(|notice| notice.code == "restored");
        assert!(
            restored.is_some_and(|notice| notice.message.contains("set-aside")),
            "{notices:?}"
        );
        settle(&mut world);
        for note in &old {
            assert!(text(&mut world, *note).starts_with("flown "), "page {page}");
        }
        let Reply::Audit { report } = world.ask(0, Request::Audit).unwrap() else {
            panic!("an audit is answered as one")
        };
        // What lay on the damaged page is gone; whatever rests on that waits and is said.
        let waits = |what: &str| what.contains("wait for earlier changes");
        let others: Vec<_> = report
            .differences
            .iter()
            .filter(|difference| !waits(&difference.what))
            .collect();
        assert!(others.is_empty(), "page {page}: {others:?}");
        let came_back = old
            .iter()
            .filter(|note| text(&mut world, **note).ends_with("home"))
            .count();
        let is_new_there = world.ask(0, Request::ReadNote { document: new }).is_ok();
        match came_back + usize::from(is_new_there) {
            // The pages from which SQLite knows the table of envelopes and finds its others.
            0 => all_lost += 1,
            back => assert!(back >= 6, "page {page}: {back}"),
        }
        world.give(0, skein_engine::core::Input::Shutdown);
        world.machines[0].crash(false);
        let aside = path.with_extension(format!("set-aside-{tested}"));
        let aside = aside.join(path.file_name().unwrap());
        assert_eq!(fs::read(aside).unwrap(), before, "page {page}");
    }
    assert!(tested >= 6, "only {tested} pages made the file read only");
    assert!(all_lost <= 3, "{all_lost} pages took everything with them");
    assert!(
        nothing_to_show > 0,
        "a page that a start needs was among them"
    );
}

#[test]
fn a_restore_that_was_thought_better_of_does_not_happen() {
    let mut world = World::new(5, 1);
    world.found();
    let name = back_up(&mut world);
    let note = write_note(&mut world, "Geese", "fly");
    restore(&mut world, &name);
    assert_eq!(
        kept(world.ask(0, Request::RestoreBackup { backup: None })).planned,
        None
    );
    world.machines[0].crash(false);
    start(&mut world);
    assert_eq!(text(&mut world, note), "fly");
}

#[test]
fn a_repair_that_was_thought_better_of_does_not_happen() {
    let mut world = World::new(7, 1);
    world.found();
    assert!(repair(&mut world).repairs);
    let kept = kept(world.ask(0, Request::RestoreBackup { backup: None }));
    assert!(!kept.repairs);
    end(&mut world, 0);
    start(&mut world);
    assert!(
        !world.machines[0]
            .path
            .with_extension("set-aside-1")
            .exists()
    );
}

#[test]
fn a_repair_alone_and_of_a_whole_file_loses_nothing_and_forks_nothing() {
    let mut world = World::new(8, 1);
    world.found();
    let notes: Vec<DocumentId> = (0..300)
        .map(|number| write_note(&mut world, &format!("Note {number}"), "kept"))
        .collect();
    settle(&mut world);
    let before = audit(&mut world, 0);
    assert!(repair(&mut world).repairs);
    end(&mut world, 0);
    start(&mut world);
    // Written before all is taken over: it is sealed after that, under a number of its own.
    let early = write_note(&mut world, "Early", "bird");
    settle(&mut world);
    for note in notes {
        assert_eq!(text(&mut world, note), "kept");
    }
    assert_eq!(text(&mut world, early), "bird");
    let after = audit(&mut world, 0);
    assert_eq!(after.differences, []);
    assert_eq!(after.documents, before.documents + 1);
    let Event::Notices { notices } = world.look(0, View::Notices) else {
        panic!("notices are told as notices")
    };
    let codes: Vec<&str> = notices.iter().map(|notice| notice.code.as_str()).collect();
    assert_eq!(codes, ["restored"], "no fork is told");
}

/// Changes a byte in the middle of every third envelope in a closed file: SQLite takes each for what was written. Returns how many.
fn change_envelopes(path: &Path) -> usize {
    let Opened::Ready(store) = Store::open(path).unwrap() else {
        panic!("it is whole")
    };
    let envelopes = store.envelopes_after(0, 1_000).unwrap();
    drop(store);
    let mut file = fs::read(path).unwrap();
    let mut changed = 0;
    for envelope in envelopes.iter().skip(3).step_by(3) {
        let middle = &envelope.bytes[100..140];
        if let Some(at) = file.windows(40).position(|window| window == middle) {
            file[at] ^= 0x10;
            changed += 1;
        }
    }
    fs::write(path, file).unwrap();
    changed
}

#[test]
fn what_a_disk_changed_unseen_comes_back_by_a_repair_from_a_colleague_or_from_the_documents_alone()
{
    for alone in [false, true] {
        let mut world = two(9);
        let notes: Vec<DocumentId> = (0..12)
            .map(|number| write_note(&mut world, &format!("Note {number}"), "kept"))
            .collect();
        if !alone {
            world.settle(&[0, 1]);
        }
        end(&mut world, 0);
        let changed = change_envelopes(&world.machines[0].path.clone());
        assert!(changed > 3, "only {changed}");

        start(&mut world);
        let found = audit(&mut world, 0).differences;
        assert!(found.len() >= changed, "{found:?}");
        assert!(repair(&mut world).repairs);
        end(&mut world, 0);
        start(&mut world);
        if alone {
            settle(&mut world);
            for note in &notes {
                assert_eq!(text(&mut world, *note), "kept");
            }
        }
        world.settle(&[0, 1]);
        let (mine, theirs) = (audit(&mut world, 0), audit(&mut world, 1));
        assert_eq!(mine.differences, [], "alone: {alone}");
        assert_eq!(mine.digest, theirs.digest);
        assert_eq!(mine.envelopes, theirs.envelopes);
        for note in notes {
            assert_eq!(text(&mut world, note), "kept");
        }
    }
}

#[test]
fn a_file_of_which_any_page_is_damaged_is_whole_again_by_a_repair_and_a_colleague() {
    let mut world = two(10);
    let notes: Vec<DocumentId> = (0..8)
        .map(|number| write_note(&mut world, &format!("Note {number}"), &"flown ".repeat(900)))
        .collect();
    world.settle(&[0, 1]);
    end(&mut world, 0);
    let path = world.machines[0].path.clone();
    let whole = fs::read(&path).unwrap();
    let (mut tested, mut too_little) = (0, Vec::new());
    for page in 1..whole.len() / PAGE {
        fs::write(&path, with_damaged(&whole, page)).unwrap();
        start(&mut world);
        if state(&mut world) != WorkspaceState::ReadOnly || tested == 24 {
            world.machines[0].crash(false);
            continue;
        }
        tested += 1;
        // Where it cannot be read which workspace it is, a repair says no, and a backup helps.
        if let Err(error) = world.ask(0, Request::Repair) {
            too_little.push((page, error.message));
            world.machines[0].crash(false);
            continue;
        }
        end(&mut world, 0);
        start(&mut world);
        world.settle(&[0, 1]);
        let (mine, theirs) = (audit(&mut world, 0), audit(&mut world, 1));
        assert_eq!(mine.differences, [], "page {page}");
        assert_eq!(mine.digest, theirs.digest, "page {page}");
        for note in &notes {
            assert!(text(&mut world, *note).starts_with("flown "), "page {page}");
        }
        end(&mut world, 0);
    }
    assert!(tested >= 6, "only {tested} pages made the file read only");
    assert!(too_little.len() <= 3, "{too_little:?}");
}

#[test]
fn work_that_is_nowhere_else_outlives_the_loss_of_every_envelope_with_its_page() {
    let mut world = two(11);
    end(&mut world, 1);
    let theirs = fs::read(&world.machines[1].path).unwrap();
    let note = write_note(&mut world, "Alone", &"flown ".repeat(900));
    settle(&mut world);
    end(&mut world, 0);
    let path = world.machines[0].path.clone();
    let whole = fs::read(&path).unwrap();
    let (mut tested, mut no_operations, mut lost) = (0, 0, Vec::new());
    for page in 1..whole.len() / PAGE {
        fs::write(&path, with_damaged(&whole, page)).unwrap();
        start(&mut world);
        let read_only = state(&mut world) == WorkspaceState::ReadOnly;
        if !read_only || world.ask(0, Request::Repair).is_err() {
            world.machines[0].crash(false);
            continue;
        }
        tested += 1;
        // Twice: what needs the operations waits for the start after they came.
        for turn in 0..2 {
            end(&mut world, 0);
            start(&mut world);
            settle(&mut world);
            no_operations += usize::from(turn == 0 && world.status(0).role.is_none());
            fs::write(&world.machines[1].path, &theirs).unwrap();
            world.settle(&[0, 1]);
            if turn == 0 {
                end(&mut world, 1);
            }
        }
        if world.ask(0, Request::ReadNote { document: note }).is_err() {
            lost.push(page);
        }
        end(&mut world, 0);
        end(&mut world, 1);
        fs::write(&world.machines[1].path, &theirs).unwrap();
    }
    assert!(tested >= 6, "only {tested} pages made the file read only");
    assert!(no_operations > 0, "a page took all operations");
    assert!(lost.is_empty(), "{lost:?} of {tested}");
}

#[test]
fn what_was_set_aside_is_taken_over_even_if_the_first_start_is_cut_off() {
    let mut world = World::new(6, 1);
    world.found();
    let name = back_up(&mut world);
    let notes: Vec<DocumentId> = (0..300)
        .map(|number| write_note(&mut world, &format!("Note {number}"), "late"))
        .collect();
    settle(&mut world);
    restore(&mut world, &name);
    world.machines[0].crash(false);
    start(&mut world);
    // One input lets it begin; then the power goes.
    world.pass(1);
    world.machines[0].crash(true);
    start(&mut world);
    settle(&mut world);
    for note in notes {
        assert_eq!(text(&mut world, note), "late");
    }
}
