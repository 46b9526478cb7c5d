//! Asking to be let in, at the command line: both sides in real processes, by their words and their JSON.

use crate::common::{Profile, text};
use serde_json::json;
use tempfile::tempdir;

#[test]
fn an_invite_with_approval_is_answered_by_name_and_both_sides_are_told() {
    let root = tempdir().unwrap();
    let ana = Profile::founded(root.path().join("ana"), "Ana");
    let note = ana.made(&["note", "new", "Plan", "--text", "hello\n"]);
    ana.fails(2, &["invite", "--approval", "--my-device"]);
    let ticket = text(&ana.json(&["invite", "--approval", "--uses", "5"])["ticket"]);
    assert!(ana.words(&["invite", "list"]).contains("with approval"));
    assert!(ana.words(&["people", "pending"]).contains("Nobody asks"));
    let (online, _) = ana.stay_online();

    let bo = Profile::at(root.path().join("bo"));
    let cem = Profile::at(root.path().join("cem"));
    for (profile, name) in [(&bo, "Bo"), (&cem, "Cem")] {
        let said = profile.fails(5, &["join", &ticket, "--name", name, "--wait", "3"]);
        assert!(
            said.contains("waiting for an owner") && said.contains("six words"),
            "{said}"
        );
        assert!(said.contains("no owner") && said.contains("kept"), "{said}");
        assert!(
            profile
                .words(&["status"])
                .contains("an owner of the workspace decides")
        );
        assert_eq!(profile.json(&["note", "list"]), json!([]));
    }
    let asking = ana.json(&["people", "pending"]);
    assert_eq!(
        (&asking[0]["name"], &asking[1]["name"]),
        (&json!("Bo"), &json!("Cem"))
    );
    let words = text(&bo.json(&["status"])["status"]["deviceWords"]);
    assert_eq!(asking[0]["words"], words);
    assert!(ana.words(&["people", "pending"]).contains(&words));

    ana.fails(3, &["people", "approve", "Nobody"]);
    assert!(ana.words(&["people", "approve", "bo"]).contains("Bo is in"));
    let id = text(&asking[1]["id"]);
    assert_eq!(ana.json(&["people", "decline", &id])["id"], id);
    assert_eq!(ana.json(&["people", "pending"]), json!([]));
    assert_eq!(bo.sync(), 1);
    assert_eq!(bo.text_of(&note), "hello\n");
    assert!(bo.words(&["people"]).contains("Ana"));
    assert!(bo.words(&["people", "pending"]).contains("Owners are told"));
    cem.json(&["sync", "--until-idle", "--wait", "3"]);
    let status = cem.words(&["status"]);
    assert!(status.contains("declined"), "{status}");
    assert_eq!(cem.json(&["note", "list"]), json!([]));
    online.end();
}
