//! Several workspaces in one profile, from the command line: each found by its name, and apart from the others.

use crate::common::{Profile, text, titles};
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
