//! Several workspaces in one profile, from the command line: each found by its name, and apart from the others.

use crate::common::{Profile, Staying, text, titles};
use serde_json::{Value, json};
use tempfile::tempdir;

/// Ana's profile with two workspaces, and the short name of the second.
fn with_two(folder: &std::path::Path) -> (Profile, String) {
    let ana = Profile::founded(folder, "Ana");
    ana.json(&[
        "init",
        "--another",
        "--name",
        "Ana",
        "--workspace",
        "Herons",
    ]);
    let all = ana.json(&["workspaces"]);
    assert_eq!(all[0]["slug"], "first");
    assert_eq!(all[0]["name"], "Geese");
    assert_eq!(all[1]["name"], "Herons");
    let slug = text(&all[1]["slug"]);
    (ana, slug)
}

#[test]
fn a_command_is_for_the_workspace_that_it_names_else_for_the_first() {
    let root = tempdir().unwrap();
    let (ana, slug) = with_two(root.path());
    ana.json(&["note", "new", "Flight"]);
    ana.json(&["--workspace", "herons", "note", "new", "Reeds"]);
    ana.json(&["note", "new", "Mud", "--workspace", &slug]);
    assert_eq!(titles(&ana.json(&["note", "list"])), ["Flight"]);
    let herons = ana.json(&["--workspace", "Herons", "note", "list"]);
    assert_eq!(titles(&herons), ["Reeds", "Mud"]);
    let words = ana.words(&["workspaces"]);
    assert!(words.contains(&format!("{slug:8} Herons")), "{words}");
}

#[test]
fn a_name_that_no_workspace_has_is_answered_by_those_that_there_are() {
    let root = tempdir().unwrap();
    let (ana, slug) = with_two(root.path());
    let said = ana.fails(3, &["--workspace", "Swans", "status"]);
    assert!(said.contains("Geese (first)"), "{said}");
    assert!(said.contains(&format!("Herons ({slug})")), "{said}");
    ana.json(&[
        "init",
        "--another",
        "--name",
        "Ana",
        "--workspace",
        "Herons",
    ]);
    let said = ana.fails(1, &["--workspace", "Herons", "status"]);
    assert!(said.contains("any of 2"), "{said}");
    assert_eq!(
        ana.json(&["--workspace", &slug, "status"])["status"]["workspaceName"],
        "Herons"
    );
}

#[test]
fn one_process_runs_all_of_them_and_another_asks_it() {
    let root = tempdir().unwrap();
    let (ana, slug) = with_two(root.path());
    let (online, _) = ana.stay_online();
    let said = ana.fails(1, &["--workspace", &slug, "run"]);
    assert!(said.contains("in use"), "{said}");
    ana.json(&["--workspace", &slug, "note", "new", "Reeds"]);
    drop(online);
    assert_eq!(
        titles(&ana.json(&["--workspace", &slug, "note", "list"])),
        ["Reeds"]
    );
    assert_eq!(ana.json(&["note", "list"]), json!([]));
}

#[test]
fn what_fails_to_begin_beside_leaves_no_place_behind() {
    let root = tempdir().unwrap();
    let (ana, _) = with_two(root.path());
    ana.fails(
        1,
        &["init", "--another", "--name", "", "--workspace", "Swans"],
    );
    let all: Value = ana.json(&["workspaces"]);
    assert_eq!(all.as_array().unwrap().len(), 2);
    let places = std::fs::read_dir(root.path().join("workspaces")).unwrap();
    assert_eq!(places.count(), 1);
}

#[test]
fn what_is_nowhere_else_is_not_taken_off_unless_that_is_said() {
    let root = tempdir().unwrap();
    let (ana, slug) = with_two(root.path());
    ana.json(&["--workspace", &slug, "note", "new", "Reeds"]);
    ana.json(&["note", "new", "Flight"]);
    let remove = ["workspaces", "remove", "herons"];
    let said = ana.fails(1, &remove);
    assert!(
        said.contains("nowhere else: 1 document (“Reeds”)"),
        "{said}"
    );
    assert!(said.contains("Nothing was changed"), "{said}");
    assert!(said.contains("export"), "{said}");
    let here = ["--workspace", &slug, "note", "list"];
    assert_eq!(titles(&ana.json(&here)), ["Reeds"]);

    let gone = ana.json(&[&remove[..], &["--although-not-delivered"]].concat());
    assert_eq!(gone["countedOn"], Value::Null);
    let aside = root.path().join("removed").join(format!("{slug}-1"));
    assert_eq!(text(&gone["aside"]), aside.to_str().unwrap());
    ana.fails(3, &here);
    assert_eq!(titles(&ana.json(&["note", "list"])), ["Flight"]);
    ana.fails(3, &remove);

    // Put back by hand it is what it was.
    std::fs::rename(aside, root.path().join("workspaces").join(&slug)).unwrap();
    assert_eq!(titles(&ana.json(&here)), ["Reeds"]);
    let words = [&remove[..], &["--although-not-delivered", "--for-good"]].concat();
    let said = ana.words(&words);
    assert!(said.contains("were deleted"), "{said}");
    assert_eq!(ana.json(&["workspaces"]).as_array().unwrap().len(), 1);
}

#[test]
fn the_first_goes_without_those_beside_it_and_one_alone_is_then_the_usual_one() {
    let root = tempdir().unwrap();
    let (ana, slug) = with_two(root.path());
    ana.json(&["--workspace", &slug, "note", "new", "Reeds"]);
    ana.json(&["workspaces", "remove", "Geese"]);
    let all = ana.json(&["workspaces"]);
    assert_eq!(all.as_array().unwrap().len(), 1);
    assert_eq!(all[0]["slug"], slug.as_str());
    assert_eq!(titles(&ana.json(&["note", "list"])), ["Reeds"]);
    let (online, _) = ana.stay_online();
    assert_eq!(ana.json(&["workspaces"]).as_array().unwrap().len(), 1);
    let remove = ["workspaces", "remove", &slug, "--although-not-delivered"];
    let said = ana.fails(1, &remove);
    assert!(said.contains("has it open"), "{said}");
    drop(online);
    assert_eq!(titles(&ana.json(&["note", "list"])), ["Reeds"]);
}

/// Bo is in Ana's workspace, with all that she wrote; she is online.
fn with_bo(root: &std::path::Path) -> (Profile, Profile, Staying) {
    let ana = Profile::founded(root.join("ana"), "Ana");
    let (online, _) = ana.stay_online();
    let bo = Profile::at(root.join("bo"));
    bo.join(&ana.invite(), "Bo");
    (ana, bo, online)
}

#[test]
fn a_workspace_goes_once_a_colleague_holds_all_of_it_and_it_is_said_who_counts_on_the_device() {
    let root = tempdir().unwrap();
    let (ana, bo, online) = with_bo(root.path());
    let film = root.path().join("film.bin");
    std::fs::write(&film, [7; 3_000]).unwrap();
    ana.json(&["note", "new", "Survey"]);
    ana.json(&["file", "add", "Survey", film.to_str().unwrap()]);
    bo.sync();
    let copy = root.path().join("copy.bin");
    let get = ["file", "get", "Survey", "film.bin", "--out"];
    bo.json(&[&get[..], &[copy.to_str().unwrap()]].concat());
    online.end();
    bo.json(&["note", "new", "Not sent yet"]);
    let remove = ["workspaces", "remove", "Geese"];
    let said = bo.fails(1, &remove);
    assert!(said.contains("no other device is known to hold"), "{said}");
    assert!(said.contains("1 document"), "{said}");
    assert!(said.contains("1 file (“Not sent yet”, film.bin)"), "{said}");

    // Who is online takes the note, and says that she holds the file.
    let (_online, _) = ana.stay_online();
    let said = bo.words(&remove);
    assert!(
        said.contains("colleagues still count on this device"),
        "{said}"
    );
    let all = titles(&ana.json(&["note", "list"]));
    assert_eq!(all, ["Survey", "Not sent yet"]);
    assert_eq!(bo.json(&["workspaces"]), json!([]));
}

#[test]
fn whoever_has_left_takes_the_workspace_off_also_where_the_others_do_not_know_it_yet() {
    let root = tempdir().unwrap();
    let (_ana, bo, online) = with_bo(root.path());
    bo.sync();
    online.end();
    bo.json(&["people", "leave", "--for-good"]);
    let said = bo.words(&["workspaces", "remove", "Geese"]);
    assert!(said.contains("still count on this device"), "{said}");
    assert_eq!(bo.json(&["workspaces"]), json!([]));
}
