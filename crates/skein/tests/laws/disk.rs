//! The app on a bad disk: full, read only, or damaged. What was acknowledged stays, what is not kept is said, and it goes on as soon as it can.

use std::collections::BTreeMap;
use std::env;
use std::fs::{self, File};
use std::io::{Write, stderr};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc::RecvTimeoutError;
use std::time::Duration;

use crate::common::{Profile, Staying, text, titles};
use serde_json::Value;
use tempfile::tempdir;

/// Where the disk lies, for a law that runs in a world of mounts of its own.
const DISK: &str = "SKEIN_TEST_DISK";
const SIZE: &str = "size=8m";
/// Only what is named is changed; what else such a disk has may not be said again without rights over the machine.
const REMOUNT: [&str; 3] = ["--options-source", "disable", "-o"];

/// A disk of 8 MB, which nobody but this process and its children sees.
struct Disk {
    root: PathBuf,
}

/// Runs a law in a process that has such a disk, of this name among the tests; says so where none may be mounted.
fn on_a_small_disk(law: &str, holds: impl FnOnce(&Disk)) {
    if let Some(root) = env::var_os(DISK) {
        return holds(&Disk { root: root.into() });
    }
    let root = tempdir().unwrap();
    let mount = |as_root: bool| {
        let mut command = Command::new("unshare");
        command.arg("--mount");
        if as_root {
            command.arg("--map-root-user");
        }
        command.args(["sh", "-c"]);
        command.arg(format!(
            "mount -t tmpfs -o {SIZE} skein \"$0\" && exec \"$@\""
        ));
        command.arg(root.path());
        command
    };
    let mut why = String::new();
    for as_root in [false, true] {
        let tried = mount(as_root)
            .arg("mount")
            .args(REMOUNT)
            .arg(format!("remount,{SIZE}"))
            .arg(root.path())
            .output();
        match tried {
            Ok(tried) if tried.status.success() => {
                let told = mount(as_root)
                    .arg(env::current_exe().unwrap())
                    .args([format!("disk::{law}").as_str(), "--exact", "--nocapture"])
                    .env(DISK, root.path())
                    .output()
                    .unwrap();
                let said = String::from_utf8_lossy(&told.stdout);
                let trouble = String::from_utf8_lossy(&told.stderr);
                print!("{said}");
                assert!(told.status.success(), "{trouble}");
                assert!(said.contains("1 passed"), "{law} is no test: {said}");
                return;
            }
            Ok(tried) => why = String::from_utf8_lossy(&tried.stderr).into_owned(),
            Err(error) => why = error.to_string(),
        }
    }
    writeln!(
        stderr().lock(),
        "skipped: no disk may be mounted here: {}",
        why.trim()
    )
    .unwrap();
}

impl Disk {
    fn profile(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    fn change(&self, options: &str) {
        let changed = Command::new("mount")
            .args(REMOUNT)
            .arg(format!("remount,{options}"))
            .arg(&self.root)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&changed.stderr);
        assert!(changed.status.success(), "{said}");
    }

    /// Another program takes all the room but so many bytes; what became free since it did so last, too.
    fn fill_but(&self, left: usize) {
        let path = self.root.join("filler");
        let mut filler = File::options()
            .create(true)
            .append(true)
            .open(&path)
            .unwrap();
        // The last pieces are small, so that nothing remains.
        for piece in [64 * 1024, 4096, 1] {
            while filler.write_all(&vec![1; piece]).is_ok() {}
        }
        let taken = filler.metadata().unwrap().len();
        filler.set_len(taken - left as u64).unwrap();
    }

    fn free(&self) {
        fs::remove_file(self.root.join("filler")).unwrap();
    }
}

/// Letters that no compression makes much shorter; others for each number.
fn letters(number: u64, count: usize) -> String {
    let mut state = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let letter = |_| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        let place = (state >> 33) as usize % 62;
        char::from(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"[place])
    };
    (0..count).map(letter).collect()
}

/// What a command said with `--json` when it was refused with this exit code.
fn refused(profile: &Profile, code: i32, words: &[&str]) -> Value {
    let mut all = vec!["--json"];
    all.extend(words);
    let said = profile.fails(code, &all);
    assert_eq!(
        said.lines().count(),
        1,
        "one error, and nothing else: {said}"
    );
    let said: Value = serde_json::from_str(&said).unwrap();
    assert!(text(&said["error"]["message"]).len() > 40, "{said}");
    said["error"].clone()
}

/// A write that the full disk refuses, in words that say what was kept and what to do.
fn refused_for_want_of_room(profile: &Profile, words: &[&str]) {
    let error = refused(profile, 1, words);
    assert_eq!(error["code"], "storage", "{error}");
    let message = text(&error["message"]).to_lowercase();
    for part in ["disk is full", "not saved", "is kept", "free some space"] {
        assert!(message.contains(part), "{message}");
    }
}

/// What was acknowledged: the text of each note.
#[derive(Default)]
struct Acknowledged(BTreeMap<String, String>);

impl Acknowledged {
    /// Writes notes of so many letters until one is refused.
    fn write_until_full(&mut self, profile: &Profile, size: usize) {
        for _ in 0..200 {
            let number = self.0.len() as u64;
            let words = format!("note {number} {}", letters(number, size));
            let title = format!("Note {number}");
            let made = ["note", "new", &title, "--text", &words];
            let output = profile.run(&["--json", "note", "new", &title, "--text", &words]);
            if !output.status.success() {
                return refused_for_want_of_room(profile, &made);
            }
            let made: Value = serde_json::from_slice(&output.stdout).unwrap();
            self.0.insert(text(&made["id"]), words);
        }
        panic!("the disk never was full");
    }

    fn is_held_by(&self, profile: &Profile) {
        for (id, words) in &self.0 {
            assert_eq!(&profile.text_of(id), words);
        }
        let listed = profile.json(&["note", "list"]);
        assert_eq!(listed.as_array().unwrap().len(), self.0.len());
    }
}

/// All that needs no room works: reading, search, export to elsewhere, the audit.
fn reads_on(profile: &Profile, title: &str) {
    let note = profile.note(title);
    let words = text(&note["text"]);
    let word = words.split_whitespace().next().unwrap();
    assert!(
        !profile
            .json(&["search", word])
            .as_array()
            .unwrap()
            .is_empty()
    );
    let elsewhere = tempdir().unwrap();
    let out = elsewhere.path().join("out");
    profile.json(&["export", out.to_str().unwrap()]);
    let exported = fs::read_to_string(out.join(format!("{title}.md"))).unwrap();
    assert!(exported.contains(&words), "{exported}");
    profile.audit();
}

#[test]
fn a_disk_that_fills_up_takes_nothing_that_was_acknowledged() {
    on_a_small_disk(
        "a_disk_that_fills_up_takes_nothing_that_was_acknowledged",
        |disk| {
            let elsewhere = tempdir().unwrap();
            let bo = Profile::founded(elsewhere.path().join("bo"), "Bo");
            let (online, _) = bo.stay_online();
            let ana = Profile::at(disk.profile("ana"));
            ana.join(&bo.invite(), "Ana");
            let mut kept = Acknowledged::default();
            let first = ana.made(&["note", "new", "First", "--text", "before all"]);
            kept.0.insert(first.clone(), "before all".to_owned());
            let picture = elsewhere.path().join("picture.bin");
            fs::write(&picture, letters(1, 7_200_000)).unwrap();
            let picture = picture.to_str().unwrap();
            ana.json(&["file", "add", &first, picture]);
            assert_eq!(ana.sync(), 1);

            kept.write_until_full(&ana, 20_000);
            kept.write_until_full(&ana, 2_000);
            kept.write_until_full(&ana, 20);
            // A few letters may still find room in a page that is begun.
            let more = letters(2, 60_000);
            refused_for_want_of_room(&ana, &["note", "append", &first, &more]);
            let error = refused(&ana, 1, &["file", "add", &first, picture]);
            let message = text(&error["message"]);
            assert!(message.contains("nothing was added"), "{message}");
            let error = refused(&ana, 1, &["backup", "make"]);
            assert!(text(&error["hint"]).contains("not touched"), "{error}");

            kept.is_held_by(&ana);
            reads_on(&ana, "First");
            assert_eq!(ana.json(&["status"])["status"]["state"], "ready");
            let got = elsewhere.path().join("got.bin");
            let get = ["file", "get", &first, "picture.bin", "--out"];
            ana.json(&[&get[..], &[got.to_str().unwrap()]].concat());
            assert_eq!(fs::read(got).unwrap(), fs::read(picture).unwrap());
            // One that stays does so on a full disk too, and tells others the same.
            let (staying, _) = ana.stay_online();
            refused_for_want_of_room(&ana, &["note", "append", &first, &more]);
            assert_eq!(ana.text_of(&first), "before all");
            disk.change("size=32m");
            ana.json(&["note", "append", &first, "more"]);
            staying.end();

            kept.0.insert(first, "before all\n\nmore".to_owned());
            kept.is_held_by(&ana);
            assert_eq!(ana.sync(), 1);
            // She is gone, and he may still merge.
            bo.json(&["sync", "--until-idle", "--wait", "0"]);
            kept.is_held_by(&bo);
            assert_eq!(ana.audit(), bo.audit());
            online.end();
        },
    );
}

#[test]
fn a_profile_opens_on_a_disk_that_others_filled() {
    on_a_small_disk("a_profile_opens_on_a_disk_that_others_filled", |disk| {
        let ana = Profile::founded(disk.profile("ana"), "Ana");
        let mut plan = "fly south".to_owned();
        ana.made(&["note", "new", "Plan", "--text", &plan]);
        let add = |plan: &mut String, words: &str| {
            ana.json(&["note", "append", "Plan", words]);
            *plan = format!("{plan}\n\n{words}");
        };
        // As it was closed, with the log that a sudden end leaves, and with that log alone.
        for round in 0..3 {
            if round > 0 {
                let (mut staying, _) = ana.stay_online();
                add(&mut plan, "in the log");
                staying.kill();
            }
            if round > 1 {
                fs::remove_file(ana.folder.join("workspace.db-shm")).unwrap();
            }
            disk.fill_but(0);
            assert_eq!(ana.text_of("Plan"), plan);
            reads_on(&ana, "Plan");
            // The log that was moved into the file left its room.
            disk.fill_but(0);
            refused_for_want_of_room(&ana, &["note", "append", "Plan", "more"]);
            let (staying, _) = ana.stay_online();
            refused_for_want_of_room(&ana, &["note", "new", "More"]);
            let error = refused(&ana, 1, &["backup", "make"]);
            assert!(text(&error["message"]).contains("disk was full"), "{error}");
            disk.free();
            add(&mut plan, "there is room");
            staying.end();
            assert_eq!(ana.text_of("Plan"), plan);
            ana.audit();
        }
        ana.json(&["backup", "make"]);
        ana.json(&["backup", "try"]);

        let new = Profile::at(disk.profile("new"));
        let init = ["init", "--name", "Bo", "--workspace", "Ducks"];
        disk.fill_but(0);
        let error = refused(&new, 1, &init);
        assert!(text(&error["message"]).contains("No space left"), "{error}");
        disk.free();
        new.json(&init);
    });
}

/// How many envelopes a profile holds.
fn envelopes(profile: &Profile) -> u64 {
    let output = profile.run(&["--json", "audit"]);
    let audit: Value = serde_json::from_slice(&output.stdout).unwrap();
    audit["envelopes"].as_u64().unwrap()
}

#[test]
fn what_a_full_disk_does_not_take_is_not_said_to_be_there_and_comes_later() {
    on_a_small_disk(
        "what_a_full_disk_does_not_take_is_not_said_to_be_there_and_comes_later",
        |disk| {
            let elsewhere = tempdir().unwrap();
            let ana = Profile::founded(elsewhere.path().join("ana"), "Ana");
            let (online, _) = ana.stay_online();
            let bo = Profile::at(disk.profile("bo"));
            bo.join(&ana.invite(), "Bo");
            const NOTES: u64 = 3;
            let mut number = 0;
            // Room for nothing, for some of what is sent, and for that but not for the documents made of it.
            for room in [0, 50_000, 150_000] {
                assert_eq!(bo.sync(), 1);
                for _ in 0..NOTES {
                    number += 1;
                    let words = letters(number, 20_000);
                    let title = format!("Note {number}");
                    ana.made(&["note", "new", &title, "--text", &words]);
                }
                disk.fill_but(room);
                let error = refused(&bo, 1, &["sync", "--until-idle"]);
                let message = text(&error["message"]);
                assert!(message.contains("disk is full"), "{message}");
                assert!(text(&error["hint"]).contains("again by itself"), "{error}");
                let delivery = &ana.json(&["status"])["delivery"];
                let holds_all = envelopes(&bo) == envelopes(&ana);
                let says_all = delivery["state"] == "delivered";
                assert!(!says_all || holds_all, "{room} bytes: {delivery}");
                if room == 0 {
                    assert!(delivery["pending"].as_u64() >= Some(NOTES), "{delivery}");
                }
                // One that stays says what is wrong, and goes on once there is room.
                let (staying, _) = bo.stay_online();
                refused(&bo, 1, &["sync", "--until-idle"]);
                assert_eq!(bo.notices(), ["unkept"]);
                disk.free();
                assert_eq!(bo.sync(), 1);
                assert_eq!(bo.notices(), [""; 0]);
                staying.end();
                assert_eq!(bo.audit(), ana.audit());
                let listed = titles(&bo.json(&["note", "list"]));
                assert_eq!(listed.len() as u64, number);
            }
            assert_eq!(ana.json(&["status"])["delivery"]["state"], "delivered");
            online.end();
        },
    );
}

/// Everything in a folder.
fn content(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let entries = fs::read_dir(folder).unwrap();
    let files = entries.map(|entry| entry.unwrap().path());
    files
        .filter(|path| path.is_file())
        .map(|path| (path.clone(), fs::read(path).unwrap()))
        .collect()
}

#[test]
fn a_disk_that_may_only_be_read_is_read_and_nothing_on_it_changes() {
    on_a_small_disk(
        "a_disk_that_may_only_be_read_is_read_and_nothing_on_it_changes",
        |disk| {
            let ana = Profile::founded(disk.profile("ana"), "Ana");
            ana.made(&["note", "new", "Plan", "--text", "fly south"]);
            ana.json(&["backup", "make"]);
            // As it was closed, and with the log that a sudden end leaves.
            for sudden in [false, true] {
                if sudden {
                    let (mut staying, _) = ana.stay_online();
                    ana.json(&["note", "append", "Plan", "in the log"]);
                    staying.kill();
                }
                disk.change("ro");
                let before = content(&ana.folder);
                reads_on(&ana, "Plan");
                let plan = ana.text_of("Plan");
                assert_eq!(plan.contains("in the log"), sudden);
                let status = ana.json(&["status"])["status"].clone();
                assert_eq!(status["state"], "read_only");
                let reason = text(&status["readOnlyReason"]);
                assert!(reason.contains("may not be written"), "{reason}");
                for words in [
                    &["note", "new", "More"][..],
                    &["note", "append", "Plan", "more"],
                    &["board", "new", "Work"],
                    &["invite"],
                    &["backup", "make"],
                ] {
                    let error = refused(&ana, 4, words);
                    let message = text(&error["message"]);
                    assert!(message.contains("Nothing was changed"), "{message}");
                    assert!(message.contains("may not be written"), "{message}");
                    assert!(!text(&error["hint"]).contains("backup"), "{error}");
                }
                // One that stays shows it, as the window does.
                let (staying, _) = ana.stay_online();
                staying.end();
                assert_eq!(content(&ana.folder), before);
                disk.change("rw");
                ana.json(&["note", "append", "Plan", "on again"]);
                assert_eq!(ana.text_of("Plan"), format!("{plan}\n\non again"));
                ana.audit();
            }
        },
    );
}

/// A profile whose newest work rests in the log of a sudden end: the notes, in their order.
fn with_a_log(folder: &Path) -> (Profile, Vec<String>) {
    let ana = Profile::founded(folder, "Ana");
    let (mut staying, _) = ana.stay_online();
    let made = (0..12).map(|number| {
        let words = letters(number, 3_000);
        ana.made(&["note", "new", &format!("Note {number}"), "--text", &words])
    });
    let made = made.collect();
    staying.kill();
    (ana, made)
}

/// Runs a command that answers, or fails with words: it never falls over.
fn ends_in_words(profile: &Profile, words: &[&str]) {
    let output = profile.run(words);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!said.contains("panicked"), "{words:?}: {said}");
    match output.status.code() {
        Some(0) => {}
        Some(1 | 3 | 4) => assert!(said.len() > 40, "{words:?}: {said}"),
        code => panic!("{words:?} ended with {code:?}: {said}"),
    }
}

/// Asks a damaged profile for all that it can tell.
fn ask_everything(profile: &Profile, out: &Path) {
    for words in [
        &["status"][..],
        &["note", "list"],
        &["search", "note"],
        &["export", out.to_str().unwrap()],
        &["audit"],
        &["note", "new", "On"],
    ] {
        ends_in_words(profile, words);
    }
    // One that stays does so until it is ended, or says at once why not.
    let mut command = profile.command(&["--json", "run"]);
    command.stderr(Stdio::null());
    let mut staying = Staying::start(command);
    match staying.line_within(Duration::from_secs(60)) {
        Ok(_) => staying.end(),
        Err(why) => {
            assert_eq!(why, RecvTimeoutError::Disconnected, "it says nothing");
            ends_in_words(profile, &["run"]);
        }
    }
}

/// How many of these notes can be read, the oldest first, and then none any more.
fn readable(profile: &Profile, notes: &[String]) -> usize {
    let reads = |id: &String| profile.run(&["note", "show", id]).status.success();
    let first = notes.iter().take_while(|id| reads(id)).count();
    for id in &notes[first..] {
        assert!(!reads(id), "note {first} is missing, one after it is not");
    }
    first
}

#[test]
fn a_damaged_log_takes_only_what_came_after_the_damage() {
    let root = tempdir().unwrap();
    let (ana, notes) = with_a_log(&root.path().join("ana"));
    let log = ana.folder.join("workspace.db-wal");
    let (before, whole) = (content(&ana.folder), fs::read(&log).unwrap());
    let put_back = |bytes: &[u8]| {
        for name in content(&ana.folder).keys() {
            fs::remove_file(name).unwrap();
        }
        for (name, bytes) in &before {
            fs::write(name, bytes).unwrap();
        }
        fs::write(&log, bytes).unwrap();
    };
    let flipped = |place: usize| {
        let mut bytes = whole.clone();
        bytes[place..place + 32]
            .iter_mut()
            .for_each(|byte| *byte ^= 0x55);
        bytes
    };
    let middle = whole.len() / 2;
    let (mut by_flip, mut by_cut) = (Vec::new(), Vec::new());
    for place in [64, middle, whole.len() - 64] {
        put_back(&flipped(place));
        by_flip.push(readable(&ana, &notes));
        if place < whole.len() - 4096 {
            // What comes after is not understood, and is kept.
            assert_eq!(ana.notices(), ["log-damaged"]);
            let kept = ana.folder.join("workspace.db-log-damaged-1");
            assert_eq!(fs::read(kept).unwrap(), flipped(place));
        }
        put_back(&whole[..place]);
        by_cut.push(readable(&ana, &notes));
        ask_everything(&ana, &root.path().join(format!("out{place}")));
    }
    assert_eq!(by_flip, by_cut);
    assert_eq!(by_flip[0], 0);
    assert!(by_flip[1] > 0 && by_flip[1] < by_flip[2], "{by_flip:?}");
    assert!(by_flip[2] >= notes.len() - 1, "{by_flip:?}");

    // Its head tells what it is: without it nothing is written at all.
    put_back(&flipped(0));
    let damaged = content(&ana.folder);
    ask_everything(&ana, &root.path().join("out"));
    assert_eq!(ana.json(&["status"])["status"]["state"], "read_only");
    let untouched = ["workspace.db", "workspace.db-wal"].map(|name| ana.folder.join(name));
    for path in untouched {
        assert_eq!(
            fs::read(&path).unwrap(),
            damaged[&path],
            "{}",
            path.display()
        );
    }
    put_back(&whole);
    assert_eq!(readable(&ana, &notes), notes.len());
    ana.audit();
}

#[test]
fn a_file_damaged_while_its_newest_work_is_in_the_log_is_never_written_over() {
    let root = tempdir().unwrap();
    let (ana, notes) = with_a_log(&root.path().join("ana"));
    let [file, log] = ["workspace.db", "workspace.db-wal"].map(|name| ana.folder.join(name));
    let whole = [&file, &log].map(|path| fs::read(path).unwrap());
    let length = whole[0].len();
    let mut read_only = 0;
    for (number, place) in [0, 100, 4096, length / 2, length - 4096]
        .into_iter()
        .enumerate()
    {
        for cut in [false, true] {
            let mut bytes = whole[0].clone();
            match cut {
                true => bytes.truncate(place),
                false => bytes[place..place + 64]
                    .iter_mut()
                    .for_each(|byte| *byte ^= 0x55),
            }
            let _ = fs::remove_file(ana.folder.join("workspace.db-shm"));
            fs::write(&file, &bytes).unwrap();
            fs::write(&log, &whole[1]).unwrap();
            let status = ana.run(&["--json", "status"]);
            let said = String::from_utf8_lossy(&status.stdout).into_owned();
            ask_everything(&ana, &root.path().join(format!("out{number}{cut}")));
            if said.contains("\"ready\"") {
                // The log replaces what was damaged, or the audit sees it.
                continue;
            }
            read_only += 1;
            assert_eq!(fs::read(&file).unwrap(), bytes, "{place} {cut}");
            assert_eq!(fs::read(&log).unwrap(), whole[1], "{place} {cut}");
        }
    }
    assert!(read_only >= 4, "{read_only} kinds of damage were seen");
    fs::write(&file, &whole[0]).unwrap();
    fs::write(&log, &whole[1]).unwrap();
    assert_eq!(readable(&ana, &notes), notes.len());
    ana.audit();
}

#[test]
fn a_shared_folder_that_is_full_or_may_only_be_read_brings_what_is_there_and_takes_the_rest_later()
{
    on_a_small_disk(
        "a_shared_folder_that_is_full_or_may_only_be_read_brings_what_is_there_and_takes_the_rest_later",
        |disk| {
            let elsewhere = tempdir().unwrap();
            let folder = disk.profile("Team");
            fs::create_dir(&folder).unwrap();
            let folder = folder.to_str().unwrap();
            let ana = Profile::founded(elsewhere.path().join("ana"), "Ana");
            ana.json(&["folder", "add", folder]);
            let ticket = text(&ana.json(&["invite"])["ticket"]);
            ana.json(&["folder", "sync"]);
            let bo = Profile::at(elsewhere.path().join("bo"));
            bo.json(&["join", &ticket, "--name", "Bo", "--folder", folder]);
            bo.json(&["folder", "sync"]);
            let notes = |of: &Profile| {
                let mut titles = titles(&of.json(&["note", "list"]));
                titles.sort();
                titles
            };
            let names = || -> Vec<String> {
                let entries = fs::read_dir(folder).unwrap();
                let names = entries.map(|entry| entry.unwrap().file_name());
                names.map(|name| name.into_string().unwrap()).collect()
            };

            bo.json(&["note", "new", "From Bo"]);
            bo.json(&["folder", "sync"]);
            ana.json(&["note", "new", "From Ana", "--text", &letters(1, 40_000)]);
            disk.fill_but(2_000);
            let said = ana.fails(1, &["folder", "sync"]);
            assert!(said.contains("disk is full"), "{said}");
            assert!(names().iter().all(|name| !name.ends_with(".part")));
            assert_eq!(notes(&ana), ["From Ana", "From Bo"]);
            disk.free();
            disk.change("ro");
            let said = ana.fails(4, &["folder", "sync"]);
            assert!(said.contains("only be read"), "{said}");
            disk.change("rw");
            let listed = ana.json(&["folder", "sync"]);
            assert_eq!(listed[0]["waiting"], 0, "{listed}");
            bo.json(&["folder", "sync"]);
            assert_eq!(notes(&bo), ["From Ana", "From Bo"]);
        },
    );
}
