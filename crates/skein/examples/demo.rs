//! Two members in two processes on real sockets: both take this project's own documents, go offline, change the same note
//! and move the same card, come back, and hold the same. `make demo` runs it; it succeeds only if all of that is so.
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
use std::time::Instant;

use common::{Profile, Staying, finish, text};
use serde_json::Value;

/// Set when this program is started as the editor of one of the two: whose.
const EDITOR_OF: &str = "SKEIN_DEMO_EDITOR_OF";
/// The note that both change.
const NOTE: &str = "protocol";

fn main() -> ExitCode {
    if let Ok(name) = std::env::var(EDITOR_OF) {
        edit_as(&name, Path::new(&std::env::args().next_back().unwrap()));
        return ExitCode::SUCCESS;
    }
    if demonstrate() {
        println!("\nBoth hold the same, and nothing was lost.");
        ExitCode::SUCCESS
    } else {
        println!("\nThat is not how it should be.");
        ExitCode::FAILURE
    }
}

/// What a person writes into the note: where (in parts of the text) and what. Two of the places are the same for both.
fn pieces(name: &str) -> [(f64, String); 4] {
    let places = match name {
        "Ana" => [0.0, 0.2, 0.5, 1.0],
        _ => [0.0, 0.4, 0.8, 1.0],
    };
    let mut number = 0;
    places.map(|place| {
        number += 1;
        (place, format!("{name} wrote this, piece {number} of 4.\n"))
    })
}

/// Acts as a person's text editor: puts their pieces between the lines of the file.
fn edit_as(name: &str, file: &Path) {
    let before = fs::read_to_string(file).unwrap();
    let lines: Vec<&str> = before.split_inclusive('\n').collect();
    let mut after = String::new();
    let places = pieces(name).map(|(place, piece)| ((lines.len() as f64 * place) as usize, piece));
    for number in 0..=lines.len() {
        for (_, piece) in places.iter().filter(|(place, _)| *place == number) {
            after.push_str(piece);
        }
        after.push_str(lines.get(number).copied().unwrap_or_default());
    }
    fs::write(file, after).unwrap();
}

/// One person at one machine.
struct Member {
    name: &'static str,
    profile: Profile,
    online: Option<Staying>,
}

impl Member {
    fn at(folder: &Path, name: &'static str) -> Self {
        Self {
            name,
            profile: Profile::at(folder.join(name)),
            online: None,
        }
    }

    fn says(&self, what: &str) {
        println!("  {:<4} {what}", self.name);
    }

    fn go_online(&mut self) {
        let (staying, addresses) = self.profile.stay_online();
        let address = addresses[0].split("/p2p/").next().unwrap();
        self.says(&format!("is online at {address}"));
        self.online = Some(staying);
    }

    fn go_offline(&mut self) {
        if let Some(staying) = self.online.take() {
            staying.end();
        }
        self.says("is offline");
    }

    fn edit_note(&self) {
        let words = ["note", "edit", NOTE];
        let mut edit = self.profile.command(&words);
        edit.env("EDITOR", std::env::current_exe().unwrap());
        edit.env(EDITOR_OF, self.name);
        let output = finish(edit, &words);
        assert!(output.status.success(), "{output:?}");
        self.says(&format!("writes into “{NOTE}” at 4 places"));
    }

    fn move_card(&self, card: &str, column: &str) {
        self.profile.json(&["card", "move", card, column]);
        self.says(&format!("moves the card to “{column}”"));
    }

    /// Bytes to and from the other in the present connection, in words.
    fn bytes(&self) -> String {
        let peers = self.profile.json(&["peers"]);
        let count = |name: &str| peers[0][name].as_u64().unwrap();
        format!(
            "{} bytes to Bo, {} bytes from Bo",
            count("bytesSent"),
            count("bytesReceived")
        )
    }

    /// All that this person holds: every note with its heads and text, every board.
    fn holdings(&self) -> Vec<Value> {
        let all = |kind: &str| -> Vec<Value> {
            let list = self.profile.json(&[kind, "list"]);
            let ids = list.as_array().unwrap().iter();
            ids.map(|listed| self.profile.json(&[kind, "show", &text(&listed["id"])]))
                .collect()
        };
        [all("note"), all("board")].concat()
    }
}

/// Waits until both have exchanged all they have.
fn until_equal(ana: &Member, bo: &Member) {
    for member in [bo, ana] {
        assert_eq!(member.profile.sync(), 1, "{} met nobody", member.name);
    }
}

fn demonstrate() -> bool {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs");
    let docs = docs.canonicalize().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut ana = Member::at(folder.path(), "Ana");
    let mut bo = Member::at(folder.path(), "Bo");

    println!("Two members in two processes on real sockets of this machine.");
    let founding = ["init", "--name", "Ana", "--workspace", "Demonstration"];
    ana.profile.json(&founding);
    let import = ["import", "markdown", docs.to_str().unwrap()];
    let report = ana.profile.json(&import);
    ana.says(&format!(
        "imports docs/: {} notes, {} folders, {} links among them",
        report["notes"], report["folders"], report["links"]
    ));
    ana.profile.made(&["board", "new", "Release"]);
    let adding = ["card", "add", "Release", "To do", "Announce it"];
    let card = ana.profile.made(&adding);
    ana.says("makes the board “Release” with the card “Announce it” in “To do”");
    ana.go_online();
    bo.go_online();
    let ticket = ana.profile.invite();
    ana.says("makes an invite");
    let joining = Instant::now();
    bo.profile.join(&ticket, "Bo");
    until_equal(&ana, &bo);
    let first_time = joining.elapsed();
    let first_bytes = ana.bytes();
    bo.says("has joined and received everything");

    println!("\nBoth go offline and work on.");
    let before = ana.profile.text_of(NOTE);
    ana.go_offline();
    bo.go_offline();
    ana.edit_note();
    ana.move_card(&card, "Doing");
    bo.edit_note();
    bo.move_card(&card, "Done");
    let apart = ana.profile.text_of(NOTE) != bo.profile.text_of(NOTE);

    println!("\nThey come back.");
    ana.go_online();
    let returning = Instant::now();
    bo.go_online();
    until_equal(&ana, &bo);
    let return_time = returning.elapsed();
    let return_bytes = ana.bytes();

    println!("\nWhat came of it:");
    let merged = ana.profile.text_of(NOTE);
    let all_pieces = [pieces("Ana"), pieces("Bo")].concat();
    let rest = all_pieces.iter().fold(merged.clone(), |rest, (_, piece)| {
        rest.replacen(piece, "", 1)
    });
    let cards = ana.profile.json(&["card", "list", "Release"]);
    let others = cards[0]["place"]["others"].as_array().unwrap().len();
    let (of_ana, of_bo) = (ana.holdings(), bo.holdings());
    let facts = [
        (apart, "while apart, their notes differed".to_owned()),
        (
            merged.len() > before.len() && rest == before,
            format!("“{NOTE}” holds all 8 pieces once, and all that was there before"),
        ),
        (
            cards.as_array().unwrap().len() == 1 && others == 1,
            format!(
                "there is one card, in “{}”, and the other wish is known",
                text(&cards[0]["column"])
            ),
        ),
        (
            of_ana == of_bo,
            format!(
                "all {} documents are equal: heads, texts, boards",
                of_ana.len()
            ),
        ),
        (
            ana.profile.audit() == bo.profile.audit(),
            "both audits are clean, and of one digest".to_owned(),
        ),
    ];
    for (is_so, fact) in &facts {
        println!("  {} {fact}", if *is_so { "yes" } else { "NO " });
    }
    println!(
        "  the invite and everything: {:.2} s, {first_bytes}",
        first_time.as_secs_f32()
    );
    println!(
        "  coming back: {:.2} s, {return_bytes}",
        return_time.as_secs_f32()
    );
    ana.go_offline();
    bo.go_offline();
    facts.iter().all(|(is_so, _)| *is_so)
}
