//! `skein key` as processes: what it says, a passphrase from a script, and an end in the middle of a change.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use rand::{Rng, SeedableRng};
use tempfile::tempdir;

use crate::common::relay::{Relay, workspace_of};
use crate::common::{Profile, Staying, finish, text};

const GEESE: &str = "grey geese fly\n";

/// A command on a profile whose passphrase stands in a file.
fn with_passphrase(profile: &Profile, file: &Path, words: &[&str]) -> Command {
    let mut command = profile.command(words);
    command.env("SKEIN_PASSPHRASE_FILE", file);
    command
}

fn passphrase_file(root: &Path, words: &str) -> PathBuf {
    let path = root.join(words.trim().replace(' ', "-"));
    std::fs::write(&path, words).unwrap();
    path
}

/// What a command prints with a passphrase at hand; it must succeed.
fn opened(profile: &Profile, file: &Path, words: &[&str]) -> String {
    let output = finish(with_passphrase(profile, file, words), words);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{words:?} failed: {said}");
    String::from_utf8(output.stdout).unwrap()
}

fn protection(profile: &Profile) -> String {
    text(&profile.json(&["key"])["protection"])
}

#[test]
fn a_key_in_a_file_is_said_to_be_in_a_file() {
    let root = tempdir().unwrap();
    let ana = Profile::founded(root.path().join("ana"), "Ana");
    assert_eq!(protection(&ana), "owner_only_file");
    for words in [&["key"][..], &["status"]] {
        let said = ana.words(words);
        assert!(
            said.contains("in a file that only your account can read"),
            "{said}"
        );
    }
    let status = ana.json(&["status"]);
    assert_eq!(text(&status["status"]["keyProtection"]), "owner_only_file");
    let said = Profile::at(root.path().join("nobody")).fails(3, &["key"]);
    assert!(said.contains("no device key"), "{said}");
}

#[test]
fn a_passphrase_of_a_script_opens_the_profile_and_no_other_does() {
    let root = tempdir().unwrap();
    let ana = Profile::founded(root.path().join("ana"), "Ana");
    let device = text(&ana.json(&["status"])["status"]["deviceId"]);
    let right = passphrase_file(root.path(), GEESE);
    let wrong = passphrase_file(root.path(), "grey geese flew\n");

    let said = ana.with_input(&["key", "protect", "--with", "passphrase"], GEESE);
    assert!(said.contains("sealed by a passphrase"), "{said}");
    // How it is protected is told without the passphrase; nothing else is.
    assert_eq!(protection(&ana), "passphrase");
    let said = ana.fails(1, &["note", "list"]);
    assert!(
        said.contains("none was given") && said.contains("skein run"),
        "{said}"
    );
    let refused = finish(with_passphrase(&ana, &wrong, &["status"]), &["status"]);
    assert_eq!(refused.status.code(), Some(1));
    let said = String::from_utf8(refused.stderr).unwrap();
    assert!(said.contains("does not open the device key"), "{said}");

    let status = opened(&ana, &right, &["--json", "status"]);
    assert!(status.contains(&device), "{status}");
    // Whoever has it open serves others, who need no passphrase.
    let mut running = Staying::start(with_passphrase(&ana, &right, &["--json", "run"]));
    running.line();
    assert_eq!(text(&ana.json(&["status"])["status"]["deviceId"]), device);
    running.end();

    opened(&ana, &right, &["key", "protect", "--with", "file"]);
    assert_eq!(text(&ana.json(&["status"])["status"]["deviceId"]), device);
}

#[test]
fn what_cannot_be_had_is_refused_and_changes_nothing() {
    let root = tempdir().unwrap();
    let ana = Profile::founded(root.path().join("ana"), "Ana");
    let said = ana.fails(1, &["key", "protect", "--with", "keychain"]);
    assert!(
        said.contains("no keychain") && said.contains("as it was"),
        "{said}"
    );
    let said = ana.fails(1, &["key", "protect", "--with", "passphrase"]);
    assert!(said.contains("at least 8 characters"), "{said}");
    assert_eq!(protection(&ana), "owner_only_file");

    let relay = Relay::start(
        &root.path().join("relay"),
        &workspace_of(&ana),
        "127.0.0.1:0",
    );
    relay.process.end();
    let folder = Profile::at(root.path().join("relay"));
    let said = folder.fails(1, &["key", "protect", "--with", "file"]);
    assert!(said.contains("nobody is there to unlock it"), "{said}");
    assert_eq!(protection(&folder), "owner_only_file");
}

#[test]
fn a_sudden_end_while_the_protection_changes_leaves_a_key_that_opens() {
    let root = tempdir().unwrap();
    let ana = Profile::founded(root.path().join("ana"), "Ana");
    let device = text(&ana.json(&["status"])["status"]["deviceId"]);
    let file = passphrase_file(root.path(), GEESE);
    let mut rng = rand::rngs::StdRng::seed_from_u64(29);
    for round in 0..12 {
        let with = if round % 2 == 0 { "passphrase" } else { "file" };
        let mut command = with_passphrase(&ana, &file, &["key", "protect", "--with", with]);
        command.stdin(std::fs::File::open(&file).unwrap());
        command.stdout(Stdio::null()).stderr(Stdio::null());
        let mut changing = command.spawn().unwrap();
        // Any moment will do, before the end or after it.
        std::thread::sleep(Duration::from_millis(rng.gen_range(0..600)));
        // It may have ended already.
        let _ = changing.kill();
        changing.wait().unwrap();
        let status = opened(&ana, &file, &["--json", "status"]);
        assert!(status.contains(&device), "after round {round}: {status}");
    }
}

#[test]
fn no_word_of_the_command_line_shows_the_key_or_takes_one_in() {
    let root = tempdir().unwrap();
    let ana = Profile::founded(root.path().join("ana"), "Ana");
    let file = std::fs::read_to_string(ana.folder.join("device.key")).unwrap();
    let file: serde_json::Value = serde_json::from_str(&file).unwrap();
    let secret = text(&file["secret"]);
    for words in [
        &["key"][..],
        &["--json", "key"],
        &["--json", "status"],
        &["--json", "device", "list"],
    ] {
        assert!(!ana.words(words).contains(&secret), "{words:?}");
    }
    let help = ana.words(&["key", "--help"]);
    assert!(
        help.contains("no command that exports or imports it, by design"),
        "{help}"
    );
}
