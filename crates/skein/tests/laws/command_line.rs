//! The command line as scripts and people use it: every command in real processes, by its words and its JSON.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::common::{Pair, Profile, finish, text, titles};
use serde_json::{Value, json};
use tempfile::tempdir;

#[test]
fn init_makes_a_workspace_once() {
    let root = tempdir().unwrap();
    let ana = Profile::at(root.path().join("deep/er"));
    let made = ana.json(&["init", "--name", "Ana", "--workspace", "Geese"]);
    assert_eq!(made["workspace"], "Geese");
    assert!(text(&made["id"]).len() > 20);
    let status = ana.json(&["status"]);
    assert_eq!(status["status"]["state"], "ready");
    assert_eq!(status["status"]["memberName"], "Ana");
    assert_eq!(status["delivery"]["words"], "Saved here");
    assert_eq!(status["notices"], json!([]));
    assert!(ana.words(&["status"]).contains("Ana in “Geese”"));
    let said = ana.fails(1, &["init", "--name", "Eve", "--workspace", "Again"]);
    assert!(said.contains("nothing was changed"), "{said}");
    assert!(said.contains("--profile"), "{said}");
    assert_eq!(ana.json(&["peers"]), json!([]));
    assert!(ana.words(&["peers"]).contains("skein invite"));
}

#[test]
fn a_note_is_made_listed_shown_and_changed() {
    let root = tempdir().unwrap();
    let ana = Profile::founded(root.path(), "Ana");
    let plan = ana.made(&["note", "new", "Plan", "--text", "one\n"]);
    let child = ana.made(&["note", "new", "Child", "--under", "Plan"]);
    let other = ana.made(&["note", "new", "Other"]);
    let first = ana.made(&["note", "new", "First", "--after", &plan]);
    let list = ana.json(&["note", "list"]);
    assert_eq!(titles(&list), ["Plan", "Child", "First", "Other"]);
    assert_eq!(list[1]["parent"], json!(plan));
    assert_eq!(list[1]["depth"], 1);
    let words = ana.words(&["note", "list"]);
    assert!(words.contains(&format!("{child}    Child")), "{words}");

    ana.json(&["note", "append", "plan", "two"]);
    let note = ana.note(&plan);
    assert_eq!(note["id"], json!(plan));
    assert_eq!(note["title"], "Plan");
    assert_eq!(note["text"], "one\n\ntwo");
    assert_eq!(
        ana.words(&["note", "show", "Plan"]),
        "# Plan\n\none\n\ntwo\n"
    );

    assert_eq!(
        ana.json(&["note", "rename", "Plan", "The plan"])["id"],
        json!(plan)
    );
    assert_eq!(ana.note(&plan)["title"], "The plan");
    assert_eq!(
        ana.json(&[
            "note", "move", &other, "--under", "The plan", "--after", "Child"
        ])["id"],
        json!(other)
    );
    ana.json(&["note", "move", &first]);
    assert_eq!(
        titles(&ana.json(&["note", "list"])),
        ["First", "The plan", "Child", "Other"]
    );
    let said = ana.fails(1, &["note", "move", &plan, "--under", "Child"]);
    assert!(said.contains("inside itself"), "{said}");

    ana.json(&["note", "delete", "Other"]);
    assert_eq!(
        titles(&ana.json(&["note", "list"])),
        ["First", "The plan", "Child"]
    );
    assert_eq!(titles(&ana.json(&["note", "list", "--trashed"])), ["Other"]);
    ana.json(&["note", "restore", "Other"]);
    assert_eq!(
        titles(&ana.json(&["note", "list"])),
        ["First", "The plan", "Child", "Other"]
    );
    ana.audit();
}

#[test]
fn text_comes_from_standard_input_as_it_is() {
    let root = tempdir().unwrap();
    let ana = Profile::founded(root.path(), "Ana");
    let given = "# Überschrift 🪿\r\n\r\n- [ ] ein\ttab\n";
    let printed = ana.with_input(&["--json", "note", "new", "Typed", "--text", "-"], given);
    let id = text(&serde_json::from_str::<Value>(&printed).unwrap()["id"]);
    assert_eq!(ana.text_of(&id), given.replace("\r\n", "\n"));
    ana.with_input(&["note", "append", "Typed", "-"], "last\n");
    assert!(ana.text_of(&id).ends_with("\n\nlast\n"));
    let large = "line of a large note\n".repeat(10_000);
    ana.with_input(&["note", "new", "Large", "--text", "-"], &large);
    assert_eq!(ana.text_of("Large"), large);
    ana.audit();
}

#[test]
fn what_others_write_while_an_editor_is_open_is_merged_on_save() {
    let root = tempdir().unwrap();
    let ana = Profile::founded(root.path().join("ana"), "Ana");
    let note = ana.made(&["note", "new", "Plan", "--text", "alpha\nbeta\ngamma\n"]);
    let (online, _) = ana.stay_online();
    let editor = root.path().join("editor");
    let script = format!(
        "#!/bin/sh\nset -e\n'{}' --profile '{}' note append {note} 'from elsewhere'\nsed -i 's/beta/BETA/' \"$1\"\n",
        env!("CARGO_BIN_EXE_skein"),
        ana.folder.display()
    );
    fs::write(&editor, script).unwrap();
    fs::set_permissions(&editor, fs::Permissions::from_mode(0o700)).unwrap();
    let words = ["--json", "note", "edit", "Plan"];
    let mut edit = ana.command(&words);
    edit.env("EDITOR", &editor).env("TMPDIR", root.path());
    let output = finish(edit, &words);
    assert!(output.status.success(), "{output:?}");
    assert_eq!(ana.text_of(&note), "alpha\nBETA\ngamma\n\nfrom elsewhere");

    // An editor that fails changes nothing; what was written into it is kept beside.
    let mut edit = ana.command(&["note", "edit", "Plan"]);
    let fails = "sh -c 'echo lost >> \"$1\"; false' sh";
    edit.env("EDITOR", fails).env("TMPDIR", root.path());
    let output = finish(edit, &["note", "edit"]);
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("the note is unchanged"), "{said}");
    let kept = said.split("is kept in ").nth(1).unwrap().lines().next();
    let kept = fs::read_to_string(kept.unwrap().trim_end_matches('.')).unwrap();
    assert!(kept.ends_with("lost\n"), "{kept}");
    assert_eq!(ana.text_of(&note), "alpha\nBETA\ngamma\n\nfrom elsewhere");
    online.end();
}

#[test]
fn an_open_editor_keeps_nobody_else_out() {
    let root = tempdir().unwrap();
    let ana = Profile::founded(root.path().join("ana"), "Ana");
    let note = ana.made(&["note", "new", "Plan", "--text", "alpha\n"]);
    let editor = format!(
        "'{}' --profile '{}' note append {note} elsewhere && sed -i 's/alpha/ALPHA/'",
        env!("CARGO_BIN_EXE_skein"),
        ana.folder.display()
    );
    let mut edit = ana.command(&["note", "edit", "Plan"]);
    edit.env("EDITOR", editor).env("TMPDIR", root.path());
    let output = finish(edit, &["note", "edit"]);
    assert!(output.status.success(), "{output:?}");
    assert_eq!(ana.text_of(&note), "ALPHA\n\nelsewhere");
}

#[test]
fn a_board_and_its_cards() {
    let root = tempdir().unwrap();
    let ana = Profile::founded(root.path(), "Ana");
    let board = ana.made(&["board", "new", "Work"]);
    let named = ana.made(&[
        "board", "new", "Home", "--column", "Now", "--column", "Later",
    ]);
    assert_eq!(titles(&ana.json(&["board", "list"])), ["Work", "Home"]);
    let fly = ana.made(&["card", "add", "Work", "To do", "Fly south"]);
    let pack = ana.made(&["card", "add", &board, "to do", "Pack"]);
    let sow = ana.made(&["card", "add", "Home", "Now", "Sow"]);
    assert_eq!(
        titles(&ana.json(&["card", "list", "Work"])),
        ["Fly south", "Pack"]
    );
    assert_eq!(
        titles(&ana.json(&["card", "list"])),
        ["Fly south", "Pack", "Sow"]
    );

    assert_eq!(ana.json(&["card", "move", &fly, "Doing"])["id"], json!(fly));
    ana.json(&["card", "move", &pack, "Doing", "--after", &fly]);
    let cards = ana.json(&["card", "list", "Work"]);
    assert_eq!(titles(&cards), ["Fly south", "Pack"]);
    assert_eq!(cards[0]["column"], "Doing");
    assert_eq!(cards[0]["board"], json!(board));

    for (field, value) in [
        ("title", "Fly north"),
        ("description", "with Bo"),
        ("assignees", "Bo, Ana"),
        ("owner", "Bo"),
        ("labels", "urgent,sky"),
        ("due", "2026-12-24"),
        ("priority", "high"),
    ] {
        ana.json(&["card", "set", &fly, field, value]);
    }
    let cards = ana.json(&["card", "list", "Work"]);
    let set = &cards[0];
    assert_eq!(set["title"], "Fly north");
    assert_eq!(set["assignees"], json!(["Ana", "Bo"]));
    assert_eq!(set["owner"], "Bo");
    assert_eq!(set["labels"], json!(["sky", "urgent"]));
    assert_eq!(set["due"], "2026-12-24");
    assert_eq!(set["priority"], "high");
    assert_eq!(set["hasDescription"], true);
    ana.json(&["card", "set", &fly, "due", ""]);
    ana.json(&["card", "set", &pack, "archived", "yes"]);
    let cards = ana.json(&["card", "list", "Work"]);
    assert_eq!(titles(&cards), ["Fly north"]);
    assert_eq!(cards[0]["due"], Value::Null);
    assert!(
        ana.fails(1, &["card", "set", &fly, "due", "tomorrow"])
            .contains("tomorrow")
    );
    assert!(
        ana.fails(1, &["card", "set", &fly, "priority", "so-so"])
            .contains("urgent")
    );
    assert!(
        ana.fails(3, &["card", "move", &fly, "Nowhere"])
            .contains("To do")
    );
    assert!(
        ana.fails(3, &["card", "add", "Nothing", "Now", "x"])
            .contains("Nothing")
    );

    let shown = ana.json(&["board", "show", "Work"]);
    assert_eq!(shown["id"], json!(board));
    assert_eq!(shown["title"], "Work");
    let words = ana.words(&["board", "show", &named]);
    assert!(words.starts_with("# Home\n\n## Now\n- Sow"), "{words}");
    assert!(words.contains(&sow));
    ana.audit();
}

#[test]
fn search_finds_words_of_two_japanese_characters() {
    let root = tempdir().unwrap();
    let ana = Profile::founded(root.path(), "Ana");
    let note = ana.made(&[
        "note",
        "new",
        "会議",
        "--text",
        "明日の東京での会議は中止です。\n",
    ]);
    ana.made(&["note", "new", "Tea", "--text", "Grüner Tee aus Kyoto\n"]);
    ana.made(&["board", "new", "Work"]);
    let card = ana.made(&["card", "add", "Work", "Doing", "資料を準備"]);
    let found = ana.json(&["search", "東京"]);
    assert_eq!(titles(&found), ["会議"]);
    assert_eq!(found[0]["id"], json!(note));
    assert!(found[0]["snippet"].to_string().contains("東京"));
    let found = ana.json(&["search", "準備"]);
    assert_eq!(titles(&found), ["資料を準備"]);
    assert_eq!(found[0]["card"], json!(card));
    assert_eq!(ana.json(&["search", "京東"]), json!([]));
    assert_eq!(titles(&ana.json(&["search", "gruner", "ky"])), ["Tea"]);
    assert!(ana.words(&["search", "nothing"]).contains("Nothing holds"));
    // Query words are never syntax.
    for odd in ["\"", "a AND", "*", "NEAR(", "-x", "col:"] {
        ana.json(&["search", "--", odd]);
    }
}

#[test]
fn errors_say_what_to_do_and_scripts_can_tell_them_apart() {
    let root = tempdir().unwrap();
    let empty = Profile::at(root.path().join("empty"));
    let said = empty.fails(1, &["note", "new", "x"]);
    assert!(
        said.contains("no workspace") && said.contains("skein init"),
        "{said}"
    );
    assert!(empty.words(&["status"]).contains("skein init"));
    let ana = Profile::founded(root.path().join("ana"), "Ana");
    let said = ana.fails(3, &["note", "show", "Nothing"]);
    assert!(
        said.contains("“Nothing”") && said.contains("note list"),
        "{said}"
    );
    let said = ana.fails(3, &["--json", "note", "show", "Nothing"]);
    let error: Value = serde_json::from_str(&said).unwrap();
    assert_eq!(error["error"]["code"], "not_found");
    assert!(!text(&error["error"]["hint"]).is_empty());
    ana.fails(2, &["note", "fly"]);
    ana.fails(2, &["invite", "--role", "king"]);
    ana.fails(1, &["invite", "--uses", "0"]);
    ana.made(&["note", "new", "Twin"]);
    ana.made(&["note", "new", "Twin"]);
    assert!(
        ana.fails(1, &["note", "show", "twin"])
            .contains("2 documents")
    );
    assert!(
        ana.fails(1, &["note", "new", "two\nlines"])
            .contains("one line")
    );
    ana.made(&["board", "new", "Work"]);
    let board = text(&ana.json(&["board", "list"])[0]["id"]);
    ana.fails(1, &["note", "append", &board, "a board is no note"]);
    ana.fails(1, &["connect", "not an address"]);
    ana.fails(1, &["import", "markdown", "/does/not/exist"]);
    ana.audit();
}

#[test]
fn a_folder_that_cannot_be_a_profile_is_left_alone() {
    let root = tempdir().unwrap();
    let file = root.path().join("file");
    fs::write(&file, "mine").unwrap();
    for folder in [file.clone(), file.join("below"), "/proc/skein".into()] {
        let said = Profile::at(&folder).fails(1, &["init", "--name", "A", "--workspace", "W"]);
        assert!(
            said.contains("cannot be used") && said.contains("Nothing was changed"),
            "{said}"
        );
    }
    assert_eq!(fs::read_to_string(&file).unwrap(), "mine");
}

#[test]
fn commands_at_the_same_time_wait_for_one_another() {
    let root = tempdir().unwrap();
    let ana = Profile::founded(root.path(), "Ana");
    let writers: Vec<_> = (0..12)
        .map(|number| {
            let ana = ana.clone();
            std::thread::spawn(move || ana.made(&["note", "new", &format!("Note {number}")]))
        })
        .collect();
    let ids: Vec<String> = writers
        .into_iter()
        .map(|writer| writer.join().unwrap())
        .collect();
    let list = ana.json(&["note", "list"]);
    assert_eq!(list.as_array().unwrap().len(), ids.len());
    ana.audit();
}

#[test]
fn commands_work_while_another_process_has_the_profile() {
    let root = tempdir().unwrap();
    let ana = Profile::founded(root.path(), "Ana");
    for stays in [["--json", "run"], ["--json", "serve"]] {
        let mut online = ana.stay(&stays);
        online.line();
        let id = ana.made(&["note", "new", "While it stays", "--text", "hi"]);
        ana.json(&["note", "append", &id, "there"]);
        assert_eq!(ana.text_of(&id), "hi\n\nthere");
        let writers: Vec<_> = (0..8)
            .map(|number| {
                let (ana, id) = (ana.clone(), id.clone());
                std::thread::spawn(move || {
                    ana.words(&["note", "append", &id, &format!("w{number}")])
                })
            })
            .collect();
        writers
            .into_iter()
            .for_each(|writer| drop(writer.join().unwrap()));
        let text = ana.text_of(&id);
        assert!(
            (0..8).all(|number| text.contains(&format!("w{number}"))),
            "{text}"
        );
        let said = ana.fails(1, &["run"]);
        assert!(said.contains("in use"), "{said}");
        ana.json(&["note", "delete", &id]);
        ana.audit();
        online.end();
    }
    assert_eq!(ana.json(&["note", "list"]), json!([]));
}

#[test]
fn a_killed_process_leaves_nothing_in_the_way() {
    let root = tempdir().unwrap();
    let ana = Profile::founded(root.path(), "Ana");
    let (mut online, addresses) = ana.stay_online();
    let id = ana.made(&["note", "new", "Kept"]);
    online.kill();
    assert_eq!(ana.note(&id)["title"], "Kept");
    let (online, again) = ana.stay_online();
    assert_eq!(addresses, again, "the port is the profile's own");
    online.end();
}

fn write(root: &Path, path: &str, content: &[u8]) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, content).unwrap();
}

#[test]
fn a_markdown_folder_becomes_the_tree_and_comes_out_again() {
    let root = tempdir().unwrap();
    let vault = root.path().join("vault");
    write(&vault, "Home.md", b"---\ntags: [a]\n---\n# Home\n\n[[Plan]] and [its detail](Plan/Detail.md#part) and [[Nowhere]]\n");
    write(&vault, "Plan.md", b"the plan\r\nin two lines\r\n");
    write(&vault, "Plan/Detail.md", "Größe: 日本語 🪿\n".as_bytes());
    write(
        &vault,
        "Bare/Deep/Leaf.markdown",
        b"[[home]] ![w](../wing%20a.png) ![out](../../../secret.png)\n",
    );
    write(&vault, "Bare/wing a.png", b"\x89PNG wing");
    write(root.path(), "secret.png", b"\x89PNG");
    write(&vault, "Bare/picture.png", b"\x89PNG");
    write(&vault, ".obsidian/app.json", b"{}");
    write(&vault, "Broken.md", b"\xff\xfe");
    let ana = Profile::founded(root.path().join("ana"), "Ana");
    let report = ana.json(&["import", "markdown", vault.to_str().unwrap()]);
    assert_eq!(report["notes"], 4);
    assert_eq!(report["folders"], 2);
    assert_eq!(report["links"], 3);
    let unmapped = report["unmapped"].to_string();
    for left_out in [
        "picture.png",
        ".obsidian",
        "Broken",
        "Nowhere",
        "secret.png",
    ] {
        assert!(unmapped.contains(left_out), "{unmapped}");
    }
    assert_eq!(report["attachments"], 1);
    assert!(!unmapped.contains("wing"), "{unmapped}");
    assert!(ana.text_of("Leaf").contains("![w](skein:file/"));
    let list = ana.json(&["note", "list"]);
    assert_eq!(
        titles(&list),
        ["Bare", "Deep", "Leaf", "Home", "Plan", "Detail"]
    );
    let depths: Vec<u64> = list
        .as_array()
        .unwrap()
        .iter()
        .map(|note| note["depth"].as_u64().unwrap())
        .collect();
    assert_eq!(depths, [0, 1, 2, 0, 0, 1]);
    assert_eq!(
        ana.text_of("Home"),
        fs::read_to_string(vault.join("Home.md")).unwrap()
    );
    assert_eq!(ana.text_of("Plan"), "the plan\nin two lines\n");
    let empty = root.path().join("nothing");
    fs::create_dir(&empty).unwrap();
    let said = ana.fails(1, &["import", "markdown", empty.to_str().unwrap()]);
    assert!(said.contains("no Markdown files"), "{said}");

    ana.made(&["board", "new", "Work", "--under", "Plan"]);
    let card = ana.made(&["card", "add", "Work", "Doing", "Fly"]);
    ana.json(&["card", "set", &card, "description", "far\n\naway"]);
    ana.made(&["note", "new", "Home"]);
    ana.json(&["note", "delete", "Leaf"]);
    let out = root.path().join("out");
    let report = ana.json(&["export", out.to_str().unwrap()]);
    assert_eq!(
        (&report["notes"], &report["boards"], &report["cards"]),
        (&json!(6), &json!(1), &json!(1))
    );
    check_manifest(&out, 6, 1, 1);
    assert_eq!(
        fs::read_to_string(out.join("Plan/Detail.md")).unwrap(),
        "Größe: 日本語 🪿\n"
    );
    assert!(
        fs::read_to_string(out.join("Plan/Work.board.md"))
            .unwrap()
            .contains("- [ ] Fly\n  far\n\n  away")
    );
    let said = ana.fails(1, &["export", out.to_str().unwrap()]);
    assert!(
        said.contains("not empty") && said.contains("nothing was overwritten"),
        "{said}"
    );
    ana.audit();
}

#[test]
fn a_large_file_comes_when_it_is_asked_for_and_one_command_waits_for_it() {
    let root = tempdir().unwrap();
    let bytes: Vec<u8> = (0..9_000_000_u32).map(|at| (at * 7 % 251) as u8).collect();
    write(root.path(), "film.bin", &bytes);
    let film = root.path().join("film.bin");
    let ana = Profile::founded(root.path().join("ana"), "Ana");
    ana.made(&["note", "new", "Survey"]);
    ana.json(&["file", "add", "Survey", film.to_str().unwrap()]);
    let (online, _) = ana.stay_online();
    let bo = Profile::at(root.path().join("bo"));
    bo.join(&ana.invite(), "Bo");
    assert_eq!(bo.sync(), 1);
    online.end();
    let copy = root.path().join("copy.bin");
    let copied = copy.to_str().unwrap();
    let get = ["file", "get", "Survey", "film.bin", "--out", copied];
    let said = bo.fails(5, &[&get[..], &["--wait", "0"]].concat());
    assert!(said.contains("What came is kept"), "{said}");
    assert!(!copy.exists());
    let (online, _) = ana.stay_online();
    bo.json(&get);
    assert!(fs::read(&copy).unwrap() == bytes);
    online.end();
}

#[test]
fn a_file_attached_by_one_is_written_to_disk_by_another_byte_for_byte() {
    let root = tempdir().unwrap();
    let bytes: Vec<u8> = (0..1_500_000_u32).map(|at| (at * 7 % 251) as u8).collect();
    write(root.path(), "in/a goose.png", &bytes);
    let path = root.path().join("in/a goose.png");
    let ana = Profile::founded(root.path().join("ana"), "Ana");
    ana.made(&["note", "new", "Survey"]);
    let board = ana.made(&["board", "new", "Work"]);
    let added = ana.json(&["file", "add", "Survey", path.to_str().unwrap()]);
    let id = text(&added["id"]);
    let markdown = text(&added["markdown"]);
    assert_eq!(markdown, format!("![a goose.png](skein:file/{id})"));
    ana.json(&["note", "append", "Survey", &markdown]);
    write(root.path(), "in/empty", b"");
    let empty = root.path().join("in/empty");
    ana.json(&["file", "add", &board, empty.to_str().unwrap()]);

    let (online, _) = ana.stay_online();
    let bo = Profile::at(root.path().join("bo"));
    bo.join(&ana.invite(), "Bo");
    assert_eq!(bo.sync(), 1);
    online.end();
    let listed = bo.json(&["file", "list", "Survey"]);
    assert_eq!(listed[0]["name"], "a goose.png");
    assert_eq!(listed[0]["mime"], "image/png");
    assert_eq!(listed[0]["state"], "here");
    assert_eq!(listed[0]["here"], json!(bytes.len()));
    let out = root.path().join("out.png");
    let got = bo.json(&[
        "file",
        "get",
        "Survey",
        "a goose.png",
        "--out",
        out.to_str().unwrap(),
    ]);
    assert_eq!(got["bytes"], json!(bytes.len()));
    assert!(fs::read(&out).unwrap() == bytes);
    let said = bo.fails(
        1,
        &["file", "get", "Survey", &id, "--out", out.to_str().unwrap()],
    );
    assert!(said.contains("not overwritten"), "{said}");
    bo.fails(3, &["file", "get", "Survey", "swan.png"]);
    bo.fails(1, &["file", "add", "Survey", root.path().to_str().unwrap()]);
    let got = root.path().join("empty");
    bo.json(&[
        "file",
        "get",
        &board,
        "empty",
        "--out",
        got.to_str().unwrap(),
    ]);
    assert_eq!(fs::read(&got).unwrap(), b"");

    // Out as plain files, and in again elsewhere.
    let plain = root.path().join("plain");
    let report = bo.json(&["export", plain.to_str().unwrap()]);
    assert_eq!(
        (&report["attachments"], &report["missing"]),
        (&json!(2), &json!([]))
    );
    check_manifest(&plain, 1, 1, 0);
    let exported = fs::read_to_string(plain.join("Survey.md")).unwrap();
    assert!(
        exported.contains("![a goose.png](files/a%20goose.png)"),
        "{exported}"
    );
    assert!(fs::read(plain.join("files/a goose.png")).unwrap() == bytes);
    let cy = Profile::founded(root.path().join("cy"), "Cy");
    let report = cy.json(&["import", "markdown", plain.to_str().unwrap()]);
    assert_eq!(report["attachments"], 1);
    let again = cy.json(&["file", "list", "Survey"]);
    let id = text(&again[0]["id"]);
    assert!(
        cy.text_of("Survey")
            .contains(&format!("](skein:file/{id})"))
    );
    ana.audit();
    bo.audit();
    cy.audit();
}

/// Every file of an export is as long as the manifest says and has the hash it says, and there is no other.
fn check_manifest(folder: &Path, notes: u64, boards: u64, cards: u64) {
    let manifest = fs::read(folder.join("skein-manifest.json")).unwrap();
    let manifest: Value = serde_json::from_slice(&manifest).unwrap();
    assert_eq!(manifest["workspace"], "Geese");
    for (what, count) in [("notes", notes), ("boards", boards), ("cards", cards)] {
        assert_eq!(manifest[what], json!(count));
    }
    let files = manifest["files"].as_array().unwrap();
    for file in files {
        let content = fs::read(folder.join(text(&file["path"]))).unwrap();
        assert_eq!(file["bytes"], json!(content.len()));
        assert_eq!(
            text(&file["hash"]),
            blake3::hash(&content).to_hex().to_string()
        );
    }
    assert_eq!(files.len() + 1, count_files(folder));
}

fn count_files(folder: &Path) -> usize {
    let entries = fs::read_dir(folder).unwrap().map(Result::unwrap);
    entries
        .map(|entry| {
            if entry.path().is_dir() {
                count_files(&entry.path())
            } else {
                1
            }
        })
        .sum()
}

/// Every note's path of titles and its text.
fn texts(profile: &Profile) -> Vec<(Vec<String>, String)> {
    let mut path: Vec<String> = Vec::new();
    let list = profile.json(&["note", "list"]);
    let mut texts: Vec<_> = list
        .as_array()
        .unwrap()
        .iter()
        .map(|note| {
            path.truncate(usize::try_from(note["depth"].as_u64().unwrap()).unwrap());
            path.push(text(&note["title"]));
            (path.clone(), profile.text_of(&text(&note["id"])))
        })
        .collect();
    texts.sort();
    texts
}

#[test]
fn an_export_imported_elsewhere_has_the_same_texts_in_the_same_tree() {
    let root = tempdir().unwrap();
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs");
    let ana = Profile::founded(root.path().join("ana"), "Ana");
    ana.json(&["import", "markdown", docs.to_str().unwrap()]);
    ana.made(&[
        "note",
        "new",
        "v1.2 of .it",
        "--text",
        "no newline at the end",
        "--under",
        "glossary",
    ]);
    ana.made(&["note", "new", "", "--text", "no title"]);
    let out = root.path().join("out");
    ana.json(&["export", out.to_str().unwrap()]);
    let bo = Profile::founded(root.path().join("bo"), "Bo");
    bo.json(&["import", "markdown", out.to_str().unwrap()]);
    let mut expected = texts(&ana);
    for (path, _) in &mut expected {
        // A file needs a name.
        path.iter_mut()
            .filter(|title| title.is_empty())
            .for_each(|title| *title = "Untitled".to_owned());
    }
    expected.sort();
    assert_eq!(texts(&bo), expected);
    assert!(expected.len() > 8);
}

#[test]
fn two_people_exchange_by_invite_sync_and_address() {
    let root = tempdir().unwrap();
    let Pair { ana, bo, online } = Pair::new(root.path());
    let note = ana.made(&["note", "new", "Plan", "--text", "from Ana\n"]);
    assert_eq!(bo.sync(), 1);
    assert_eq!(bo.text_of(&note), "from Ana\n");
    bo.json(&["note", "append", &note, "from Bo"]);
    assert_eq!(bo.json(&["status"])["delivery"]["state"], "saved_here");
    assert_eq!(bo.sync(), 1);
    assert_eq!(bo.json(&["status"])["delivery"]["state"], "delivered");
    assert_eq!(ana.text_of(&note), "from Ana\n\nfrom Bo");
    assert_eq!(ana.audit(), bo.audit());
    online.end();

    // Nobody there: said, and not an error. Each holds what it has.
    assert_eq!(
        bo.json(&["sync", "--until-idle", "--wait", "1"])["peers"],
        0
    );
    ana.json(&["note", "append", &note, "alone"]);

    // The other way round, by an address that was typed.
    let (online, addresses) = bo.stay_online();
    let address = addresses
        .iter()
        .find(|address| address.contains("/tcp/"))
        .unwrap();
    assert_eq!(ana.json(&["connect", address])["peers"], 1);
    assert_eq!(bo.text_of(&note), "from Ana\n\nfrom Bo\n\nalone");
    let peers = bo.json(&["peers"]);
    assert_eq!(peers[0]["name"], "Ana");
    assert!(
        ana.words(&["peers"])
            .contains("Bo: away, holds all of yours")
    );
    online.end();
}

#[test]
fn why_somebody_is_not_connected_is_said_with_a_named_cause() {
    let root = tempdir().unwrap();
    let Pair { ana, bo, online } = Pair::new(root.path());
    assert_eq!(bo.json(&["why", "ana"])[0]["cause"], "connected");
    online.end();
    let ladder = &bo.json(&["why", "Ana"])[0];
    assert_eq!(ladder["cause"], "no_way");
    let rungs = ladder["rungs"].as_array().unwrap();
    let address = rungs.iter().find(|rung| rung["way"] == "address").unwrap();
    assert_eq!(address["outcome"], "nothing_listens");
    let words = bo.words(&["why", "Ana"]);
    for said in ["No way leads to Ana", "nothing listens", "skein bundle"] {
        assert!(words.contains(said), "{words}");
    }
    let said = ana.fails(3, &["why", "Kenji"]);
    assert!(said.contains("`skein peers` lists them"), "{said}");
}

#[test]
fn connected_peers_are_shown_with_the_bytes_they_cost() {
    let root = tempdir().unwrap();
    let Pair { ana, bo, online } = Pair::new(root.path());
    let (other, _) = bo.stay_online();
    ana.made(&["note", "new", "Plan", "--text", &"far away ".repeat(2_000)]);
    assert_eq!(ana.sync(), 1);
    let peers = ana.json(&["peers"]);
    assert_eq!(peers[0]["state"], "agreed");
    assert!(peers[0]["bytesSent"].as_u64().unwrap() > 0);
    assert!(peers[0]["bytesReceived"].as_u64().unwrap() > 0);
    assert!(
        ana.words(&["peers"])
            .contains("Bo: connected, holds the same")
    );
    other.end();
    online.end();
}

#[test]
fn an_invite_can_be_used_as_often_as_it_says_and_no_more() {
    let root = tempdir().unwrap();
    let Pair { ana, online, .. } = Pair::new(root.path());
    let ticket = text(&ana.json(&["invite", "--uses", "2"])["ticket"]);
    assert!(ticket.starts_with("skein1"));
    assert_eq!(ana.words(&["invite"]).trim().lines().count(), 1);
    for name in ["Cy", "Di"] {
        Profile::at(root.path().join(name)).join(&ticket, name);
    }
    let eve = Profile::at(root.path().join("eve"));
    let said = eve.fails(5, &["join", &ticket, "--name", "Eve", "--wait", "3"]);
    assert!(said.contains("has not succeeded"), "{said}");
    assert_eq!(eve.json(&["note", "list"]), json!([]));
    online.end();
}

#[test]
fn an_invite_is_listed_until_it_is_closed_and_after() {
    let root = tempdir().unwrap();
    let ana = Profile::founded(root.path().join("ana"), "Ana");
    assert!(ana.words(&["invite", "list"]).contains("no invites"));
    ana.json(&["invite", "--uses", "2"]);
    let listed = ana.json(&["invite", "list"]);
    assert_eq!(listed[0]["madeBy"], "Ana");
    assert_eq!(listed[0]["state"], "open");
    assert_eq!(listed[0]["invitees"], json!([]));
    let words = ana.words(&["invite", "list"]);
    assert!(words.contains("opened by nobody"), "{words}");
    let id = text(&listed[0]["id"]);
    assert!(ana.words(&["invite", "revoke", &id]).contains("Closed"));
    assert!(
        ana.words(&["invite", "list"])
            .contains("used 0 of 2, closed")
    );
    ana.fails(3, &["invite", "revoke", "nonsense"]);
}

#[test]
fn a_short_code_with_an_address_is_an_invite_while_it_is_shown() {
    let root = tempdir().unwrap();
    let ana = Profile::founded(root.path().join("ana"), "Ana");
    let note = ana.made(&["note", "new", "Plan", "--text", "hello\n"]);
    let bo = Profile::at(root.path().join("bo"));
    let mut showing = ana.stay(&["--json", "invite", "--code"]);
    let said: Value = serde_json::from_str(&showing.line()).unwrap();
    let code = text(&said["code"]);
    assert_eq!(code.len(), 9);
    assert!(text(&said["ticket"]).starts_with("skein1"));
    let address = text(&said["addresses"][0]);
    let other = if code.starts_with('0') { "1" } else { "0" };
    let wrong = format!("{other}{}@{address}", &code[1..]);
    let refused = bo.fails(4, &["join", &wrong, "--name", "Bo"]);
    assert!(refused.contains("not the code"), "{refused}");
    let joined = bo.json(&["join", &format!("{code}@{address}"), "--name", "Bo"]);
    assert_eq!(joined["workspace"], "Geese");
    assert_eq!(bo.text_of(&note), "hello\n");
    showing.end_by_itself();
    let nobody = bo.fails(1, &["join", &code, "--name", "Bo"]);
    assert!(nobody.contains("has a workspace"), "{nobody}");
}

#[test]
fn a_code_that_is_shown_through_the_running_app_goes_with_its_command() {
    let root = tempdir().unwrap();
    let ana = Profile::founded(root.path().join("ana"), "Ana");
    let (online, _) = ana.stay_online();
    let mut showing = ana.stay(&["--json", "invite", "--code"]);
    let said: Value = serde_json::from_str(&showing.line()).unwrap();
    let typed = format!("{}@{}", text(&said["code"]), text(&said["addresses"][0]));
    showing.end();
    let bo = Profile::at(root.path().join("bo"));
    let gone = bo.fails(3, &["join", &typed, "--name", "Bo"]);
    assert!(gone.contains("shows no code now"), "{gone}");
    assert_eq!(bo.json(&["status"])["status"]["state"], "empty");
    online.end();
}

#[test]
fn a_mistyped_ticket_changes_nothing() {
    let root = tempdir().unwrap();
    let ana = Profile::founded(root.path().join("ana"), "Ana");
    let ticket = ana.invite();
    let bo = Profile::at(root.path().join("bo"));
    let middle = ticket.len() / 2;
    let letter = if ticket.as_bytes()[middle] == b'a' {
        "b"
    } else {
        "a"
    };
    let mistyped = format!("{}{letter}{}", &ticket[..middle], &ticket[middle + 1..]);
    let said = bo.fails(1, &["join", &mistyped, "--name", "Bo"]);
    assert!(
        said.contains("mistyped") || said.contains("typing") || said.contains("typed"),
        "{said}"
    );
    bo.fails(1, &["join", &ticket[..middle], "--name", "Bo"]);
    bo.fails(1, &["join", "", "--name", "Bo"]);
    bo.fails(1, &["join", "https://example.org", "--name", "Bo"]);
    let short = bo.fails(1, &["join", "K7QM-2XP", "--name", "Bo"]);
    assert!(short.contains("8 letters and digits"), "{short}");
    assert_eq!(bo.json(&["status"])["status"]["state"], "empty");
}

#[test]
fn a_join_is_kept_while_the_inviter_is_away() {
    let root = tempdir().unwrap();
    let ana = Profile::founded(root.path().join("ana"), "Ana");
    let note = ana.made(&["note", "new", "Plan", "--text", "hello\n"]);
    let link = text(&ana.json(&["invite"])["link"]);
    let bo = Profile::at(root.path().join("bo"));
    let said = bo.fails(5, &["join", &link, "--name", "Bo", "--wait", "1"]);
    assert!(
        said.contains("kept") && said.contains("skein run"),
        "{said}"
    );
    assert_eq!(bo.json(&["status"])["status"]["state"], "joining");
    assert!(bo.fails(1, &["note", "new", "too early"]).len() > 10);
    let (online, _) = ana.stay_online();
    assert_eq!(bo.sync(), 1);
    let status = bo.json(&["status"]);
    assert_eq!(status["status"]["state"], "ready");
    assert_eq!(status["status"]["workspaceName"], "Geese");
    assert_eq!(bo.text_of(&note), "hello\n");
    online.end();
}

#[test]
fn a_bundle_carries_work_to_a_machine_without_a_network_and_back() {
    let root = tempdir().unwrap();
    let ana = Profile::founded(root.path().join("ana"), "Ana");
    ana.made(&["note", "new", "Plan", "--text", "the known sentence"]);
    let ticket = text(&ana.json(&["invite"])["ticket"]);
    let stick = root.path().join("first.skein-bundle");
    let stick = stick.to_str().unwrap();
    let written = ana.json(&["bundle", "export", stick]);
    assert!(written["changes"].as_u64().unwrap() >= 3, "{written}");
    let bytes = fs::read(stick).unwrap();
    let known = b"the known sentence";
    assert!(!bytes.windows(known.len()).any(|part| part == known));
    let said = ana.fails(1, &["bundle", "export", stick]);
    assert!(said.contains("not overwritten"), "{said}");

    let bo = Profile::at(root.path().join("bo"));
    let joined = bo.json(&["join", &ticket, "--name", "Bo", "--bundle", stick]);
    assert_eq!(joined["workspace"], "Geese");
    bo.json(&["note", "append", "Plan", "by Bo"]);
    let again = bo.json(&["bundle", "import", stick]);
    assert_eq!(again["new"], 0, "{again}");

    let back = root.path().join("back.skein-bundle");
    let back = back.to_str().unwrap();
    bo.json(&["bundle", "export", back]);
    assert!(ana.json(&["bundle", "import", back])["new"].as_u64() > Some(0));
    assert_eq!(ana.note("Plan")["text"], "the known sentence\n\nby Bo");
    let people = ana.json(&["people"]);
    assert!(
        people
            .as_array()
            .unwrap()
            .iter()
            .any(|one| one["name"] == "Bo")
    );

    let half = root.path().join("half");
    fs::write(&half, &bytes[..bytes.len() - 10]).unwrap();
    let said = ana.fails(1, &["bundle", "import", half.to_str().unwrap()]);
    assert!(said.contains("ends too early"), "{said}");
    let other = Profile::founded(root.path().join("other"), "Eve");
    let said = other.fails(1, &["bundle", "import", back]);
    assert!(said.contains("another workspace"), "{said}");
}

#[test]
fn a_folder_carries_work_between_two_who_never_meet_whether_skein_is_open_or_not() {
    let root = tempdir().unwrap();
    let (stick, away) = (root.path().join("stick"), root.path().join("away"));
    fs::create_dir(&stick).unwrap();
    let folder = stick.to_str().unwrap();
    let ana = Profile::founded(root.path().join("ana"), "Ana");
    ana.made(&["note", "new", "Plan", "--text", "by Ana"]);
    let ticket = text(&ana.json(&["invite"])["ticket"]);
    let said = ana.fails(3, &["folder", "sync"]);
    assert!(said.contains("no shared folder"), "{said}");
    let added = ana.json(&["folder", "add", folder]);
    assert_eq!(added[0]["state"], "resting", "{added}");
    assert_eq!(added[0]["waiting"], 0, "{added}");

    let bo = Profile::at(root.path().join("bo"));
    let joined = bo.json(&["join", &ticket, "--name", "Bo", "--folder", folder]);
    assert_eq!(joined["workspace"], "Geese");
    bo.json(&["note", "append", "Plan", "by Bo"]);
    bo.json(&["folder", "sync"]);

    let (open, _) = ana.stay_online();
    ana.json(&["folder", "sync"]);
    assert_eq!(ana.note("Plan")["text"], "by Ana\n\nby Bo");
    fs::rename(&stick, &away).unwrap();
    let said = ana.fails(3, &["folder", "sync"]);
    assert!(said.contains("not there now"), "{said}");
    assert!(ana.words(&["folder", "list"]).contains("not there now"));
    fs::rename(&away, &stick).unwrap();
    ana.json(&["folder", "sync"]);
    // What was written last is there when Skein is closed.
    ana.made(&["note", "new", "Last"]);
    open.end();
    bo.json(&["folder", "sync"]);
    bo.note("Last");

    assert_eq!(ana.json(&["folder", "remove", folder])["path"], folder);
    assert_eq!(ana.json(&["folder", "list"]), serde_json::json!([]));
    assert!(fs::read_dir(&stick).unwrap().count() > 0);
}

#[test]
fn a_second_device_is_the_same_person_until_it_is_taken_out() {
    let root = tempdir().unwrap();
    let ana = Profile::founded(root.path().join("ana"), "Ana");
    let note = ana.made(&["note", "new", "Plan", "--text", "hello\n"]);
    ana.fails(2, &["invite", "--my-device", "--uses", "2"]);
    let link = text(&ana.json(&["invite", "--my-device"])["link"]);
    let listed = ana.words(&["invite", "list"]);
    assert!(listed.contains("a further device"), "{listed}");
    let (online, _) = ana.stay_online();
    let lap = Profile::at(root.path().join("lap"));
    lap.json(&["join", &link]);
    assert_eq!(lap.json(&["status"])["status"]["memberName"], "Ana");
    assert_eq!(lap.text_of(&note), "hello\n");
    let people = ana.json(&["people"]);
    assert_eq!(people.as_array().unwrap().len(), 1);
    assert_eq!(people[0]["devices"].as_array().unwrap().len(), 2);
    let devices = lap.json(&["device", "list"]);
    assert_eq!(devices[0]["here"], true);
    let alone = ana.fails(1, &["people", "leave", "--for-good", "--even-unsent"]);
    assert!(alone.contains("without an owner"), "{alone}");
    ana.fails(2, &["people", "leave"]);
    lap.made(&["note", "new", "Not sent yet"]);
    let unsent = lap.fails(1, &["people", "leave", "--for-good"]);
    assert!(unsent.contains("this machine only"), "{unsent}");
    ana.fails(3, &["people", "role", "Nobody", "viewer"]);
    let gone = text(&devices[0]["id"]);
    ana.json(&["device", "remove", &gone[..8]]);
    lap.run(&["sync", "--until-idle", "--wait", "3"]);
    let status = lap.json(&["status"]);
    assert_eq!(status["status"]["out"], true);
    assert_eq!(lap.text_of(&note), "hello\n");
    let said = lap.fails(4, &["note", "new", "Too late"]);
    assert!(said.contains("no longer part"), "{said}");
    let copy = root.path().join("copy");
    lap.json(&["export", copy.to_str().unwrap()]);
    online.end();
}

#[test]
fn a_person_says_who_he_is_and_when_he_works() {
    let folder = tempdir().unwrap();
    let ana = Profile::founded(folder.path().join("ana"), "Ana");
    let said = ana.json(&[
        "profile",
        "set",
        "--name",
        "Ana Sousa",
        "--zone",
        "Asia/Tokyo",
        "--hours",
        "09:00-17:30",
        "--days",
        "mon-fri",
    ]);
    assert_eq!(said["hours"]["start"], 540);
    let again = ana.json(&["profile", "set", "--hours", "10:00-18:00"]);
    assert_eq!(again["hours"]["days"], json!([1, 2, 3, 4, 5]));
    assert_eq!(again["zone"], "Asia/Tokyo");
    let people = ana.json(&["people"]);
    assert_eq!(
        (people[0]["name"].as_str(), people[0]["me"].as_bool()),
        (Some("Ana Sousa"), Some(true))
    );
    assert!(people[0]["working"].is_boolean() && people[0]["changesAt"].is_number());
    let words = ana.words(&["profile", "show"]);
    assert!(
        words.contains("Ana Sousa (you), owner") && words.contains("in Asia/Tokyo"),
        "{words}"
    );
    ana.fails(1, &["profile", "set", "--zone", "Mars/Olympus"]);
    ana.fails(1, &["profile", "set", "--hours", "nine to five"]);
}
