//! A folder of Markdown from elsewhere may hold anything: each file becomes a note with its text, or is named with the reason.

use std::fs;
use std::path::Path;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use skein_engine::api::{ImportReport, Reply, Request};
use skein_engine::{Client, Host, Unlock, Use, exchange};
use tempfile::tempdir;

const FILES: &[(&str, &str)] = &[
    (
        "Map.md",
        "# Map\n\n![](pictures/goose.png) [[Plan|the plan]] [day](Plan/Day.md \"d\")",
    ),
    (
        "Plan.md",
        "---\ntags: [a, b]\n---\n> [!note] fly\n\n| a | `|` |\n|---|:-:|\n| #south | ![[goose.png]] |",
    ),
    (
        "Plan/Day.md",
        "- [x] rest\n- [ ] go\n\n```md\n[[Map]]\n```\n[up](../Map.md) [out](../../../etc/passwd)",
    ),
    ("pictures/goose.png", "\u{89}PNG"),
    (".obsidian/app.json", "{}"),
];

/// A few bytes of a text are others, are gone, or come twice.
fn mutated(text: &str, rng: &mut StdRng) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    for _ in 0..rng.gen_range(0..4) {
        let at = rng.gen_range(0..=bytes.len());
        match rng.gen_range(0..4) {
            0 => bytes.truncate(at),
            1 => bytes.insert(at, rng.r#gen()),
            2 => bytes.extend_from_within(at..),
            _ => bytes.splice(at..at, *b"\xff](<[[\0").for_each(drop),
        }
    }
    bytes
}

/// Another name, as long as it leads nowhere else.
fn renamed(name: &str, rng: &mut StdRng) -> String {
    let odd = [
        "é",
        "\u{202e}",
        "a".repeat(200).as_str(),
        "#",
        "|",
        "%2e",
        " ",
    ]
    .map(str::to_owned)
    .to_vec();
    match rng.gen_range(0..3) {
        0 => format!("{}{name}", odd[rng.gen_range(0..odd.len())]),
        _ => name.to_owned(),
    }
}

fn write(folder: &Path, name: &str, content: &[u8]) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, content).unwrap();
}

async fn import(client: &mut Client, folder: &Path) -> ImportReport {
    let report = exchange::import_markdown(client, folder, |_| {}).await;
    report.unwrap_or_else(|error| panic!("{error:?}"))
}

#[test]
fn whatever_a_folder_holds_becomes_a_note_or_is_named() {
    let root = tempdir().unwrap();
    let mut rng = StdRng::seed_from_u64(1);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let host = Host::open(root.path().join("ana"), Use::Once, Unlock::default())
            .await
            .unwrap();
        let mut client = host.client().await.unwrap();
        let founding = Request::CreateWorkspace {
            member_name: "Ana".to_owned(),
            workspace_name: "Geese".to_owned(),
            zone: None,
        };
        client.request(founding).await.unwrap();
        for round in 0..60 {
            let vault = root.path().join(format!("vault{round}"));
            let mut notes = 0;
            for (name, text) in FILES {
                let content = mutated(text, &mut rng);
                let name = renamed(name, &mut rng);
                let is_note = name.ends_with(".md") && std::str::from_utf8(&content).is_ok();
                notes += u32::from(is_note);
                write(&vault, &name, &content);
            }
            let report = import(&mut client, &vault).await;
            let not_text = report
                .unmapped
                .iter()
                .filter(|unmapped| unmapped.reason.contains("UTF-8"));
            assert_eq!(report.notes, notes, "{report:?}");
            assert!(not_text.count() <= 3, "{report:?}");
        }
        let Reply::Audit { report } = client.request(Request::Audit).await.unwrap() else {
            panic!("an audit is answered as one")
        };
        assert_eq!(report.differences, []);
        host.close().await;
    });
}
