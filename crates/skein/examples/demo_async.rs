//! Five people who are never online together: their work goes by a relay that can read none of it, and on a stick; somebody is removed. Each
//! step says what was checked. `make demo-async` runs it; it succeeds only if all of that is so.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

#[path = "../tests/common/mod.rs"]
mod common;

use std::fs;
use std::path::Path;
use std::process::ExitCode;

use common::relay::{Relay, workspace_of};
use common::{Profile, text, titles};

/// What each writes; no file of the relay and no bundle may hold any of it.
const BY_ANA: &str = "Two cranes crossed the marsh at dawn.";
const BY_BO: &str = "A heron stood by the weir until noon.";
const BY_CEM: &str = "Nobody saw the bittern, but we heard it.";
const LATER: &str = "The nest is behind the third willow.";
const TOO_LATE: &str = "Bo writes on as if nothing had happened.";

fn main() -> ExitCode {
    let mut checks = Checks { all_hold: true };
    demonstrate(&mut checks);
    if checks.all_hold {
        println!("\nNobody met anybody, and all who are in hold the same.");
        ExitCode::SUCCESS
    } else {
        println!("\nThat is not how it should be.");
        ExitCode::FAILURE
    }
}

struct Checks {
    all_hold: bool,
}

impl Checks {
    fn that(&mut self, fact: &str, is_so: bool) {
        println!("  {} {fact}", if is_so { "yes" } else { "NO " });
        self.all_hold &= is_so;
    }
}

/// Whether some file in a folder holds a text as it is.
fn is_in_files(folder: &Path, words: &str) -> bool {
    fs::read_dir(folder).unwrap().any(|entry| {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => is_in_files(&path, words),
            false => {
                let bytes = fs::read(&path).unwrap();
                bytes
                    .windows(words.len())
                    .any(|part| part == words.as_bytes())
            }
        }
    })
}

/// Exchanges with the relay and ends: only one person's program runs at any time.
fn visit(profile: &Profile) -> bool {
    profile.sync() == 1
}

/// How far everything got, as the person is told.
fn standing(profile: &Profile) -> String {
    text(&profile.json(&["status"])["delivery"]["words"])
}

fn holds(profile: &Profile, words: &[&str]) -> bool {
    let log = profile.text_of("Field log");
    words.iter().all(|one| log.contains(one))
}

fn member_id(at: &Profile, name: &str) -> Option<String> {
    let people = at.json(&["people"]);
    let found = people.as_array()?.iter().find(|one| one["name"] == name)?;
    Some(text(&found["id"]))
}

fn demonstrate(checks: &mut Checks) {
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name);
    let stick = |name: &str| place(name).to_str().unwrap().to_owned();

    println!("Ana writes, and goes offline.");
    let ana = Profile::founded(place("ana"), "Ana");
    ana.made(&["note", "new", "Field log", "--text", BY_ANA]);
    let relay = Relay::start(&place("relay"), &workspace_of(&ana), "127.0.0.1:0");
    ana.json(&["relays", "add", &relay.address]);
    let (for_bo, for_cem) = (ana.invite(), ana.invite());
    checks.that("she reached the relay and nobody else", visit(&ana));
    let told = standing(&ana);
    checks.that(&format!("she is told: {told}"), told == "On the relay");

    println!("\nBo, who was never online with her, joins by a link, writes, and goes offline.");
    let bo = Profile::at(place("bo"));
    bo.join(&for_bo, "Bo");
    checks.that("he reached the relay and nobody else", visit(&bo));
    checks.that("he reads what Ana wrote", holds(&bo, &[BY_ANA]));
    bo.json(&["note", "append", "Field log", BY_BO]);
    visit(&bo);

    println!("\nCem joins by a link while both sleep.");
    let cem = Profile::at(place("cem"));
    cem.join(&for_cem, "Cem");
    visit(&cem);
    checks.that(
        "he reads all that was written",
        holds(&cem, &[BY_ANA, BY_BO]),
    );
    cem.json(&["note", "append", "Field log", BY_CEM]);
    visit(&cem);

    println!("\nAna comes back, and Bo is removed.");
    visit(&ana);
    checks.that("she has what both wrote", holds(&ana, &[BY_BO, BY_CEM]));
    ana.json(&["people", "remove", "Bo"]);
    ana.json(&["note", "append", "Field log", LATER]);
    visit(&ana);
    visit(&cem);
    checks.that("Cem reads what she wrote then", holds(&cem, &[LATER]));
    bo.json(&["note", "append", "Field log", TOO_LATE]);
    let met = bo.json(&["sync", "--until-idle", "--wait", "5"]);
    checks.that("the relay lets Bo in no more", met["peers"] == 0);
    let by_bo = stick("by-bo");
    bo.json(&["bundle", "export", &by_bo]);
    for (name, profile) in [("Ana", &ana), ("Cem", &cem)] {
        profile.json(&["bundle", "import", &by_bo]);
        checks.that(
            &format!("{name} takes in Bo's bundle, and what he wrote since does not count"),
            !holds(profile, &[TOO_LATE]) && holds(profile, &[BY_BO]),
        );
    }
    let all = stick("all");
    ana.json(&["bundle", "export", &all]);
    bo.json(&["bundle", "import", &all]);
    let bo_reads = holds(&bo, &[LATER]) || is_in_files(&bo.folder, LATER);
    checks.that(
        "with all of it in his hands Bo cannot read what came after",
        !bo_reads,
    );
    let out = bo.json(&["status"])["status"]["out"] == true;
    checks.that("he knows now that he is out", out);

    println!("\nA stick carries it to Dee, whose machine has no network.");
    let for_dee = ana.invite();
    let to_dee = stick("to-dee");
    ana.json(&["bundle", "export", &to_dee]);
    let dee = Profile::at(place("dee"));
    dee.json(&["join", &for_dee, "--name", "Dee", "--bundle", &to_dee]);
    checks.that(
        "she is in, and reads everything",
        holds(&dee, &[BY_ANA, BY_BO, BY_CEM, LATER]),
    );
    let again = dee.json(&["bundle", "import", &to_dee]);
    checks.that(
        "the same bundle a second time brings nothing",
        again["new"] == 0,
    );
    let by_dee = stick("by-dee");
    dee.made(&["note", "new", "From Dee"]);
    dee.json(&["bundle", "export", &by_dee]);
    ana.json(&["bundle", "import", &by_dee]);
    checks.that(
        "by her own bundle Ana knows her",
        member_id(&ana, "Dee").is_some(),
    );

    println!("\nThe relay loses its disk.");
    let held = place("relay")
        .join(&relay.workspace)
        .with_extension("relay");
    let Relay {
        folder: of_relay,
        workspace,
        address,
        process,
        ..
    } = relay;
    process.end();
    fs::remove_file(&held).unwrap();
    let port = address.split('/').nth(4).unwrap();
    let relay = Relay::start(&of_relay, &workspace, &format!("127.0.0.1:{port}"));
    visit(&ana);
    visit(&cem);
    checks.that(
        "Ana filled it again: Cem has Dee's note",
        titles(&cem.json(&["note", "list"])).contains(&"From Dee".to_owned()),
    );

    println!("\nWhat came of it:");
    for words in [BY_ANA, BY_BO, BY_CEM, LATER, TOO_LATE, "Field log", "Geese"] {
        let seen = is_in_files(&of_relay, words);
        checks.that(&format!("no file of the relay holds “{words}”"), !seen);
    }
    let bundles = [&by_bo, &all, &to_dee, &by_dee];
    let readable = bundles.iter().any(|file| {
        let bytes = fs::read(file).unwrap();
        let parts = bytes.windows(BY_ANA.len());
        parts.into_iter().any(|part| part == BY_ANA.as_bytes())
    });
    checks.that("no bundle holds what Ana wrote as it is", !readable);
    visit(&ana);
    let now = stick("now");
    ana.json(&["bundle", "export", &now]);
    dee.json(&["bundle", "import", &now]);
    let digests = [&ana, &cem, &dee].map(Profile::audit);
    checks.that(
        "the audits of Ana, Cem and Dee are clean, and of one digest",
        digests.iter().all(|one| *one == digests[0]),
    );
    relay.process.end();
}
