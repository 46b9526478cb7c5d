//! Profiles to which something odd has happened: restored, copied, damaged, or looked at by strangers. Nothing is lost,
//! nothing gets out, and the app says what it saw.

use std::fs;
use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::common::{Pair, Profile, copy_folder, text, titles};
use serde_json::json;
use tempfile::tempdir;

/// Each of these is a paragraph of the text, once.
fn assert_holds(text: &str, paragraphs: &[&str]) {
    for paragraph in paragraphs {
        let count = text
            .split("\n\n")
            .filter(|found| found.trim() == *paragraph)
            .count();
        assert_eq!(count, 1, "{paragraph:?} in {text:?}");
    }
}

#[test]
fn a_restored_backup_loses_nothing_and_says_so() {
    let root = tempdir().unwrap();
    let Pair { ana, bo, online } = Pair::new(root.path());
    let note = bo.made(&["note", "new", "Plan", "--text", "start"]);
    let board = bo.made(&["board", "new", "Work"]);
    let card = bo.made(&["card", "add", "Work", "To do", "Fly"]);
    assert_eq!(bo.sync(), 1);
    let backup = root.path().join("backup");
    copy_folder(&bo.folder, &backup);

    bo.json(&["note", "append", &note, "after the backup"]);
    bo.json(&["card", "move", &card, "Doing"]);
    bo.made(&["note", "new", "Made after the backup"]);
    assert_eq!(bo.sync(), 1);
    ana.json(&["note", "append", &note, "by Ana meanwhile"]);

    fs::remove_dir_all(&bo.folder).unwrap();
    copy_folder(&backup, &bo.folder);
    assert_eq!(bo.text_of(&note), "start");
    // The restored profile goes on with work of its own before it meets anybody.
    bo.json(&["note", "append", &note, "after the restore"]);
    bo.json(&["card", "set", &card, "labels", "restored"]);
    bo.made(&["note", "new", "Made after the restore"]);
    assert_eq!(bo.sync(), 1);

    for profile in [&ana, &bo] {
        assert_holds(
            &profile.text_of(&note),
            &[
                "start",
                "after the backup",
                "by Ana meanwhile",
                "after the restore",
            ],
        );
        let mut notes = titles(&profile.json(&["note", "list"]));
        notes.sort();
        assert_eq!(
            notes,
            ["Made after the backup", "Made after the restore", "Plan"]
        );
        let cards = profile.json(&["card", "list", &board]);
        assert_eq!(cards[0]["column"], "Doing");
        assert_eq!(cards[0]["labels"], json!(["restored"]));
        assert!(
            profile.notices().contains(&"fork".to_owned()),
            "{:?}",
            profile.notices()
        );
    }
    assert!(bo.notices().contains(&"own-envelopes".to_owned()));
    assert!(
        bo.words(&["status"])
            .contains("restored from an older copy")
    );
    assert_eq!(ana.audit(), bo.audit());
    // What comes after takes its place behind all of it.
    bo.json(&["note", "append", &note, "and on"]);
    assert_eq!(bo.sync(), 1);
    assert_eq!(ana.text_of(&note), bo.text_of(&note));
    assert_eq!(ana.audit(), bo.audit());
    online.end();
}

#[test]
fn a_backup_restored_without_further_work_gets_everything_back() {
    let root = tempdir().unwrap();
    let Pair { ana, bo, online } = Pair::new(root.path());
    let note = bo.made(&["note", "new", "Plan", "--text", "start"]);
    assert_eq!(bo.sync(), 1);
    let backup = root.path().join("backup");
    copy_folder(&bo.folder, &backup);
    bo.json(&["note", "append", &note, "after the backup"]);
    assert_eq!(bo.sync(), 1);
    fs::remove_dir_all(&bo.folder).unwrap();
    copy_folder(&backup, &bo.folder);
    assert_eq!(bo.sync(), 1);
    assert_holds(&bo.text_of(&note), &["start", "after the backup"]);
    assert!(bo.notices().contains(&"own-envelopes".to_owned()));
    assert_eq!(ana.audit(), bo.audit());
    online.end();
}

#[test]
fn a_profile_copied_to_a_second_machine_loses_nothing_and_says_so() {
    let root = tempdir().unwrap();
    let Pair { ana, bo, online } = Pair::new(root.path());
    let note = bo.made(&["note", "new", "Plan", "--text", "start"]);
    assert_eq!(bo.sync(), 1);
    let copy = Profile::at(root.path().join("copy"));
    copy_folder(&bo.folder, &copy.folder);
    for round in 0..3 {
        // Both write apart, several times, so that their numbers cross.
        for (profile, name) in [(&bo, "first"), (&copy, "second")] {
            for piece in 0..=round {
                profile.json(&["note", "append", &note, &format!("{name} {round}.{piece}")]);
            }
            profile.made(&["note", "new", &format!("{name} {round}")]);
        }
        // Each meets the third in turn; then the first once more for what the second brought.
        for profile in [&bo, &copy, &bo] {
            assert_eq!(profile.sync(), 1);
        }
    }
    let mut paragraphs = vec!["start".to_owned()];
    for name in ["first", "second"] {
        for round in 0..3 {
            paragraphs.extend((0..=round).map(|piece| format!("{name} {round}.{piece}")));
        }
    }
    let paragraphs: Vec<&str> = paragraphs.iter().map(String::as_str).collect();
    for profile in [&ana, &bo, &copy] {
        assert_holds(&profile.text_of(&note), &paragraphs);
        assert_eq!(profile.json(&["note", "list"]).as_array().unwrap().len(), 7);
        assert!(
            profile.notices().contains(&"fork".to_owned()),
            "{:?}",
            profile.notices()
        );
    }
    assert_eq!(ana.audit(), bo.audit());
    assert_eq!(ana.audit(), copy.audit());
    for profile in [&bo, &copy] {
        let words = profile.words(&["status"]);
        assert!(
            words.contains("second machine") || words.contains("two machines"),
            "{words}"
        );
    }
    online.end();
}

/// A workspace with something in it, closed.
fn with_content(folder: &Path) -> Profile {
    let ana = Profile::founded(folder, "Ana");
    ana.made(&["board", "new", "Work"]);
    ana.made(&["card", "add", "Work", "Doing", "Fly"]);
    for number in 0..40 {
        let text = format!("note {number}\n{}", "words ".repeat(200));
        ana.made(&["note", "new", &format!("Note {number}"), "--text", &text]);
    }
    ana.audit();
    ana
}

/// Opens a damaged profile: it says so, changes nothing, and gives out what can be read.
fn look_at_damaged(profile: &Profile, out: &Path) {
    let database = profile.folder.join("workspace.db");
    let before = fs::read(&database).unwrap();
    let status = profile.run(&["--json", "status"]);
    let said = String::from_utf8(status.stderr).unwrap();
    if status.status.success() {
        let status: serde_json::Value = serde_json::from_slice(&status.stdout).unwrap();
        assert_eq!(status["status"]["state"], "read_only", "{status}");
        assert!(!text(&status["status"]["readOnlyReason"]).is_empty());
        let said = profile.fails(4, &["note", "new", "x"]);
        assert!(said.contains("Nothing was changed"), "{said}");
        assert!(profile.fails(4, &["note", "append", "Note 1", "x"]).len() > 10);
        let exported = profile.run(&["export", out.to_str().unwrap()]);
        assert!(exported.status.code().is_some(), "it ends");
    } else {
        assert!(matches!(status.status.code(), Some(1 | 4)), "{said}");
        assert!(said.contains("workspace.db") && said.len() > 60, "{said}");
    }
    assert_eq!(
        fs::read(&database).unwrap(),
        before,
        "a damaged file is never written to"
    );
}

#[test]
fn a_profile_that_lost_the_end_of_its_file_is_read_and_exported() {
    let root = tempdir().unwrap();
    let ana = with_content(&root.path().join("ana"));
    let database = ana.folder.join("workspace.db");
    let whole = fs::read(&database).unwrap();
    for (number, kept) in [whole.len() - 4096, whole.len() / 2, 8192, 100, 1]
        .into_iter()
        .enumerate()
    {
        fs::write(&database, &whole[..kept]).unwrap();
        look_at_damaged(&ana, &root.path().join(format!("out{number}")));
    }
    // Only its very end: much can still be had.
    fs::write(&database, &whole[..whole.len() - 4096]).unwrap();
    let status = ana.json(&["status"]);
    assert_eq!(status["status"]["state"], "read_only");
    let out = root.path().join("out");
    ana.json(&["export", out.to_str().unwrap()]);
    assert!(
        fs::read_to_string(out.join("Note 1.md"))
            .unwrap()
            .starts_with("note 1\nwords")
    );
    // With the whole file back, all is as it was.
    fs::write(&database, &whole).unwrap();
    ana.made(&["note", "new", "On again"]);
    ana.audit();
}

#[test]
fn bits_that_flip_in_a_file_are_seen_and_nothing_is_made_worse() {
    let root = tempdir().unwrap();
    let ana = with_content(&root.path().join("ana"));
    let database = ana.folder.join("workspace.db");
    let whole = fs::read(&database).unwrap();
    let mut seen = 0;
    // A stretch of zeros over the beginning of a page, as a bad disk leaves it: page after page.
    let pages: Vec<usize> = (0..whole.len() / 4096).collect();
    let step = (pages.len() / 12).max(1);
    for page in pages.into_iter().step_by(step) {
        let mut damaged = whole.clone();
        damaged[page * 4096..page * 4096 + 64]
            .iter_mut()
            .for_each(|byte| *byte ^= 0x55);
        fs::write(&database, &damaged).unwrap();
        let status = ana.run(&["--json", "status"]);
        let read_only = String::from_utf8_lossy(&status.stdout).contains("read_only");
        if !status.status.success() || read_only {
            seen += 1;
            look_at_damaged(&ana, &root.path().join(format!("out{page}")));
        } else {
            // Not seen at the start: then the audit sees it, or it was free space.
            let audit = ana.run(&["--json", "audit"]);
            assert!(audit.status.code().is_some(), "it ends");
            seen += usize::from(!audit.status.success());
        }
    }
    assert!(seen >= 6, "only {seen} kinds of damage were seen");
    fs::write(&database, &whole).unwrap();
    ana.audit();
}

#[test]
fn a_backup_gives_back_a_profile_that_is_damaged_wherever_it_is() {
    let root = tempdir().unwrap();
    let ana = with_content(&root.path().join("ana"));
    let database = ana.folder.join("workspace.db");
    let backup = text(&ana.json(&["backup", "make"])["name"]);
    let tried = ana.json(&["backup", "try"]);
    assert_eq!(tried["documents"], 41);
    assert_eq!(tried["differences"], serde_json::json!([]));
    ana.words(&["note", "append", "Note 3", "after the backup"]);
    let whole = fs::read(&database).unwrap();
    let mut damaged = 0;
    let pages = whole.len() / 4096;
    for page in (0..pages).step_by((pages / 10).max(1)) {
        let mut bytes = whole.clone();
        bytes[page * 4096..page * 4096 + 64]
            .iter_mut()
            .for_each(|byte| *byte ^= 0x55);
        fs::write(&database, &bytes).unwrap();
        let status = ana.json(&["status"]);
        if status["status"]["state"] != "read_only" {
            continue;
        }
        damaged += 1;
        assert_eq!(text(&ana.json(&["backup", "list"])[0]["name"]), backup);
        assert_eq!(ana.json(&["backup", "restore", &backup])["restored"], true);
        assert_eq!(ana.json(&["status"])["status"]["state"], "ready");
        assert!(ana.text_of("Note 3").starts_with("note 3\nwords"));
        assert!(ana.text_of("Note 39").starts_with("note 39\nwords"));
        let aside = ana
            .folder
            .join(format!("workspace.set-aside-{damaged}/workspace.db"));
        assert_eq!(fs::read(aside).unwrap(), bytes, "page {page}");
        assert!(ana.notices().contains(&"restored".to_owned()));
        ana.made(&["note", "new", "On again"]);
    }
    assert!(damaged >= 3, "{damaged} pages made the file read only");
}

#[test]
fn a_restore_waits_for_the_process_that_has_the_profile_and_can_be_given_up() {
    let root = tempdir().unwrap();
    let ana = Profile::founded(root.path(), "Ana");
    let (running, _) = ana.stay_online();
    let backup = text(&ana.json(&["backup", "make"])["name"]);
    let note = ana.made(&["note", "new", "Geese", "--text", "fly"]);
    assert_eq!(ana.json(&["backup", "restore", &backup])["restored"], false);
    assert!(ana.words(&["backup", "list"]).contains("at the next start"));
    ana.words(&["backup", "keep"]);
    ana.json(&["backup", "restore", &backup]);
    ana.fails(3, &["backup", "restore", "00099-1.db"]);
    assert_eq!(ana.text_of(&note), "fly");
    running.end();
    // What was there is merged again, whatever the backup lacks.
    assert_eq!(ana.text_of(&note), "fly");
    assert!(ana.folder.join("workspace.set-aside-1").exists());
    ana.audit();
}

#[test]
fn a_file_that_is_no_workspace_is_left_alone() {
    let root = tempdir().unwrap();
    let ana = with_content(&root.path().join("ana"));
    for content in [
        "my diary\n".repeat(2_000),
        String::from("SQLite format 3\0"),
    ] {
        fs::write(ana.folder.join("workspace.db"), &content).unwrap();
        look_at_damaged(&ana, &root.path().join("out"));
        assert_eq!(
            fs::read_to_string(ana.folder.join("workspace.db")).unwrap(),
            content
        );
    }
}

/// The port of a node's TCP address.
fn port(addresses: &[String]) -> u16 {
    let tcp = addresses
        .iter()
        .find_map(|address| address.split("/tcp/").nth(1));
    tcp.unwrap().split('/').next().unwrap().parse().unwrap()
}

/// Everything a node says to a connection that sends this, until it closes or has said nothing for a while.
fn everything_said(port: u16, sent: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(2)))
        .unwrap();
    // It may have closed the connection before it has heard all.
    let _ = stream.write_all(sent);
    let mut said = Vec::new();
    let mut buffer = [0; 4096];
    let until = Instant::now() + Duration::from_secs(20);
    while Instant::now() < until {
        match stream.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => said.extend_from_slice(&buffer[..count]),
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                break;
            }
            Err(_) => break,
        }
    }
    said
}

#[test]
fn a_stranger_on_the_network_gets_nothing() {
    let root = tempdir().unwrap();
    let ana = Profile::founded(root.path().join("ana"), "Anastasia");
    ana.made(&["note", "new", "Secret title", "--text", "secret text"]);
    let (online, addresses) = ana.stay_online();
    let port = port(&addresses);
    let secrets = ["Anastasia", "Geese", "Secret title", "secret text"];
    let workspace = text(&ana.json(&["status"])["status"]["workspaceId"]);

    // Whatever is said to the port: the greeting of the transport at most, and no word of ours.
    let noise: Vec<u8> = (0..4096u32)
        .map(|number| number.wrapping_mul(2_654_435_761).to_le_bytes()[1])
        .collect();
    let greeting = b"\x13/multistream/1.0.0\n\x07/noise\n".as_slice();
    for sent in [b"".as_slice(), b"GET / HTTP/1.1\r\n\r\n", &noise, greeting] {
        let said = everything_said(port, sent);
        assert!(
            said.len() < 1_000,
            "{} bytes were said to a stranger",
            said.len()
        );
        let said = String::from_utf8_lossy(&said);
        for secret in secrets.iter().chain([&workspace.as_str()]) {
            assert!(!said.contains(secret), "{said}");
        }
    }

    // Another Skein, with a workspace of its own, that knows the address.
    let eve = Profile::founded(root.path().join("eve"), "Eve");
    let address = addresses
        .iter()
        .find(|address| address.contains("/tcp/"))
        .unwrap();
    let (eve_online, _) = eve.stay_online();
    eve.run(&["--json", "connect", address, "--wait", "2"]);
    assert_eq!(eve.json(&["peers"]), json!([]));
    assert_eq!(eve.json(&["note", "list"]), json!([]));
    assert_eq!(ana.json(&["peers"]), json!([]));
    eve_online.end();
    assert_nothing_of(&eve, &secrets, &workspace);

    // With an invite open strangers may knock; one without it gets nothing all the same.
    let ticket = ana.invite();
    let (eve_online, _) = eve.stay_online();
    eve.run(&["--json", "connect", address, "--wait", "2"]);
    eve_online.end();
    assert_nothing_of(&eve, &secrets, &workspace);
    // Nor does one with an invite to another workspace.
    let other = Profile::founded(root.path().join("other"), "Other");
    let _ = ticket;
    let mal = Profile::at(root.path().join("mal"));
    mal.run(&["join", &other.invite(), "--name", "Mal", "--wait", "1"]);
    let (mal_online, _) = mal.stay_online();
    mal.run(&["--json", "connect", address, "--wait", "2"]);
    mal_online.end();
    assert_nothing_of(&mal, &secrets, &workspace);
    assert_eq!(ana.json(&["peers"]), json!([]));
    assert_eq!(
        ana.words(&["note", "show", "Secret title"]),
        "# Secret title\n\nsecret text\n"
    );
    ana.audit();
    online.end();
}

/// Nothing in this profile's files knows of what was not for it.
fn assert_nothing_of(profile: &Profile, secrets: &[&str], workspace: &str) {
    for entry in fs::read_dir(&profile.folder).unwrap() {
        let path = entry.unwrap().path();
        let Ok(bytes) = fs::read(&path) else { continue };
        let content = String::from_utf8_lossy(&bytes);
        for secret in secrets
            .iter()
            .filter(|secret| **secret != "Geese")
            .chain([&workspace])
        {
            assert!(
                !content.contains(secret),
                "{secret} is in {}",
                path.display()
            );
        }
    }
}
