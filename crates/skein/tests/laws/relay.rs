//! `skein relay` as processes: set up as its page says, killed and taken up again, ended as a service is ended, looked at.

use std::path::Path;
use std::process::Command;

use crate::common::relay::{Relay, relay_words, workspace_of};
use crate::common::{Profile, Staying, finish, text};
use crate::postgres::Server;
use tempfile::tempdir;

/// Ana with a workspace, and a relay that it names.
fn marsh(root: &Path) -> (Profile, Relay) {
    let ana = Profile::founded(root.join("ana"), "Ana");
    let relay = Relay::start(&root.join("relay"), &workspace_of(&ana), "127.0.0.1:0");
    ana.json(&["relays", "add", &relay.address]);
    (ana, relay)
}

#[test]
fn what_was_acknowledged_by_a_relay_survives_its_sudden_end() {
    let root = tempdir().unwrap();
    let (ana, mut relay) = marsh(root.path());
    let ticket = ana.invite();
    let mut acknowledged = Vec::new();
    for number in 0..4 {
        let title = format!("Note {number}");
        ana.made(&["note", "new", &title, "--text", "Cranes at dawn."]);
        assert_eq!(ana.sync(), 1);
        let status = ana.json(&["status"]);
        assert_eq!(text(&status["delivery"]["state"]), "on_relay");
        assert!(ana.words(&["status"]).contains("On the relay"));
        acknowledged.push(title);
        // As a power failure would, right after the word.
        relay.process.kill();
        relay = relay.again();
    }
    // Ana never comes back; what she was told is on the relay is there.
    std::fs::remove_dir_all(&ana.folder).unwrap();
    let bo = Profile::at(root.path().join("bo"));
    bo.join(&ticket, "Bo");
    bo.sync();
    for title in acknowledged {
        assert_eq!(bo.text_of(&title), "Cranes at dawn.");
    }
    bo.audit();
}

#[test]
fn a_relay_is_set_up_looked_at_and_ended_as_its_page_says() {
    let root = tempdir().unwrap();
    let (ana, relay) = marsh(root.path());
    ana.made(&["note", "new", "Field log", "--text", "Two cranes at dawn."]);
    ana.sync();
    assert!(ana.words(&["relays"]).contains(&relay.workspace));
    let peers = ana.words(&["peers"]);
    assert!(peers.contains("relay 127.0.0.1:"), "{peers}");

    let (code, page) = relay.get("/", None);
    assert_eq!(code, 200);
    for shown in [&relay.workspace[..], "owner", "can learn", "cannot learn"] {
        assert!(page.contains(shown), "the page does not show {shown}");
    }
    for hidden in ["Ana", "Geese", "Field log", "cranes"] {
        assert!(!page.contains(hidden), "the page shows {hidden}");
    }
    let (code, health) = relay.get("/health", None);
    assert_eq!((code, health.ends_with("ok\n")), (200, true));
    let (_, figures) = relay.get("/metrics", None);
    let bytes = figures
        .lines()
        .find(|line| line.starts_with("skein_relay_workspace_bytes{"));
    let bytes: u64 = bytes.unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    assert!(bytes > 0);
    // A page elsewhere that leads here by a name of its own is told nothing.
    assert_eq!(relay.get("/", Some("relay.example.org")).0, 403);

    // Ended as a service is ended, all of it is in files that can be copied.
    let Relay {
        folder,
        workspace,
        process,
        ..
    } = relay;
    process.end();
    let file = folder.join(&workspace).with_extension("relay");
    assert!(file.exists());
    let copy = root.path().join("copy");
    crate::common::copy_folder(&folder, &copy);
    let relay = Relay::start(&copy, &workspace, "127.0.0.1:0");
    ana.json(&["relays", "add", &relay.address]);
    assert_eq!(ana.sync(), 1);
    let (_, page) = relay.get("/", None);
    assert!(page.contains("owner"));

    // Named no more, it gets nothing more.
    let device = text(&ana.json(&["relays"])["relays"][0]["device"]);
    ana.json(&["relays", "remove", &device[..8]]);
    assert_eq!(ana.json(&["relays"])["relays"].as_array().unwrap().len(), 0);
}

#[test]
fn a_relay_refuses_to_start_where_it_would_do_harm() {
    let root = tempdir().unwrap();
    let ana = Profile::founded(root.path().join("ana"), "Ana");
    let workspace = workspace_of(&ana);
    let refused = |folder: &Path, more: &[&str]| {
        let words = relay_words(folder, &workspace, "127.0.0.1:0");
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let mut command: Command = ana.command(&words);
        command.args(more);
        let output = finish(command, &words);
        assert!(!output.status.success());
        String::from_utf8(output.stderr).unwrap()
    };
    assert!(refused(&ana.folder, &[]).contains("profile of a person"));
    let folder = root.path().join("relay");
    let running = Relay::start(&folder, &workspace, "127.0.0.1:0");
    assert!(refused(&folder, &[]).contains("Another process"));
    running.process.end();
    std::fs::remove_file(folder.join("device.key")).unwrap();
    assert!(refused(&folder, &[]).contains("Put back a copy"));
    let open = root.path().join("open");
    let words = [
        "relay",
        "--data",
        open.to_str().unwrap(),
        "--allow",
        &workspace,
    ];
    let all = [&words[..], &["--status", "0.0.0.0:0"]].concat();
    let output = ana.run(&all);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("not given to a network"), "{said}");
}

#[test]
fn a_relay_on_a_database_serves_tells_when_that_is_away_and_is_taken_up_again() {
    let root = tempdir().unwrap();
    let server = Server::start();
    let store = server.database("geese");
    let ana = Profile::founded(root.path().join("ana"), "Ana");
    let folder = root.path().join("relay");
    let mut relay = Relay::start_on(&store, &folder, &workspace_of(&ana), "127.0.0.1:0");
    ana.json(&["relays", "add", &relay.address]);
    let ticket = ana.invite();
    ana.made(&["note", "new", "Field log", "--text", "Cranes at dawn."]);
    assert_eq!(ana.sync(), 1);
    let status = ana.json(&["status"]);
    assert_eq!(text(&status["delivery"]["state"]), "on_relay");
    assert_eq!(relay.get("/health", None).0, 200);

    let health_until = |code| {
        let looks = std::iter::repeat_with(|| relay.get("/health", None));
        let mut wanted = looks.filter(|(found, _)| *found == code);
        wanted.next().unwrap().1
    };
    server.kill();
    let words = health_until(503);
    assert!(words.contains("cannot be reached"), "{words}");
    assert!(!words.contains("geheim"), "{words}");
    let (_, page) = relay.get("/", None);
    assert!(page.contains("cannot be reached") && !page.contains("geheim"));
    server.come_back();
    health_until(200);

    // All that it has of its own is its key.
    let own = std::fs::read_dir(&folder).unwrap();
    let mut own = own.map(|entry| entry.unwrap().path());
    assert!(!own.any(|path| path.extension().is_some_and(|ending| ending == "relay")));
    relay.process.kill();
    let _again = relay.again();
    std::fs::remove_dir_all(&ana.folder).unwrap();
    let bo = Profile::at(root.path().join("bo"));
    bo.join(&ticket, "Bo");
    bo.sync();
    assert_eq!(bo.text_of("Field log"), "Cranes at dawn.");
}

#[test]
fn a_database_that_cannot_be_used_is_told_with_what_to_do_and_without_its_password() {
    let root = tempdir().unwrap();
    let ana = Profile::founded(root.path().join("ana"), "Ana");
    let workspace = workspace_of(&ana);
    let refused = |store: &str| {
        let words = relay_words(&root.path().join("relay"), &workspace, "127.0.0.1:0");
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let mut command: Command = ana.command(&words);
        command.args(["--store", store]);
        let output = finish(command, &words);
        assert!(!output.status.success());
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8(said).unwrap();
        assert!(!said.contains("geheim"), "{said}");
        said
    };
    let said = refused("postgres://relay:geheim@127.0.0.1:1/geese");
    assert!(said.contains("127.0.0.1/geese cannot be used"), "{said}");
    assert!(said.contains("See that the server runs"), "{said}");
    for odd in ["geheim", "", "postgres://relay:geheim@host:port/geese"] {
        let said = refused(odd);
        assert!(
            said.contains("postgres://USER:PASSWORD@HOST/DATABASE"),
            "{said}"
        );
    }
}

#[test]
fn a_database_at_a_distance_is_spoken_to_by_tls_and_only_with_a_certificate_that_is_trusted() {
    let root = tempdir().unwrap();
    let server = Server::start_with_tls();
    server.database("far");
    let (store, authority) = server.address_by_tls("far");
    let ana = Profile::founded(root.path().join("ana"), "Ana");
    let words = relay_words(
        &root.path().join("relay"),
        &workspace_of(&ana),
        "127.0.0.1:0",
    );
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let told = || {
        let mut command: Command = ana.command(&words);
        command.env("SKEIN_RELAY_STORE", &store);
        command
    };
    let output = finish(told(), &words);
    assert!(!output.status.success());
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        said.contains("certificate") && !said.contains("geheim"),
        "{said}"
    );

    let mut trusting = told();
    trusting.env("SSL_CERT_FILE", authority);
    let mut relay = Staying::start(trusting);
    assert!(relay.line().contains("addresses"));
    let by_tls = "SELECT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
        WHERE application_name = 'skein relay'";
    assert_eq!(server.sql("far", by_tls), "t");
    relay.end();
}

#[test]
fn what_the_package_brings_says_only_what_the_command_understands() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let unused = tempdir().unwrap();
    let help = Profile::at(unused.path()).words(&["relay", "--help"]);
    let mut names = 0;
    for file in ["relay.env", "skein-relay.service", "Containerfile"] {
        let said = std::fs::read_to_string(root.join("packaging/relay").join(file)).unwrap();
        for part in said.split(|letter: char| !(letter.is_ascii_uppercase() || letter == '_')) {
            if part.starts_with("SKEIN_RELAY_") {
                assert!(help.contains(part), "{file} says {part}");
                names += 1;
            }
        }
    }
    assert!(names >= 9);
    let package = std::fs::read_to_string(root.join("src-tauri/tauri.conf.json")).unwrap();
    for file in ["relay.env", "skein-relay.service", "Containerfile"] {
        let place = format!("../packaging/relay/{file}");
        assert_eq!(
            package.matches(&place).count(),
            2,
            "{file} is in .deb and .rpm"
        );
    }
}
