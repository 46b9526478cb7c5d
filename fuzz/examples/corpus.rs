//! Writes the seeds: true bytes of every kind, from which a fuzzer goes on. `cargo run --example corpus`
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::path::Path;

use data_encoding::BASE64;
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use serde_json::{Value, json};
use skein_access::{
    Chain, DataPayload, DeviceId, DeviceKey, EnvelopeId, EnvelopeKind, EpochId, EpochKey, Header,
    Pack, Stamp, UnverifiedEnvelope, WorkspaceId, seal_data, tag,
};
use skein_engine::api::{ClientMessage, Reply, Request, Role};
use skein_fuzz::{SEPARATOR, Shell};
use skein_model::file::CHUNK;
use skein_model::{
    ActorSeed, CardId, ChangeBytes, ChunkName, Document, DocumentId, Edit, FileKey, FileManifest,
    NoteEdit, Place,
};
use skein_store::{Opened, Store};
use skein_sync::{Bytes, Frame, Group, Hello, Ids, Items, PROTOCOL, Scope, Why};

/// Bytes of a bundle before its envelopes, and of an envelope's length in it.
const HEAD: usize = 48;
const LENGTH: usize = 4;
/// What stands around the body of an envelope of the access set: header and signature.
const HEADER: usize = 142;
const SIGNATURE: usize = 64;

fn main() {
    let (ticket, ids, bundle) = workspace();
    let envelopes = envelopes_in(&bundle);
    let operations = envelopes.iter().filter(|bytes| {
        UnverifiedEnvelope::decode(bytes).is_ok()
            && Header::decode(bytes).unwrap().kind == EnvelopeKind::Access
    });
    let operations = operations
        .map(|bytes| bytes[HEADER..bytes.len() - SIGNATURE].to_vec())
        .collect();
    keep("bundle", vec![bundle]);
    keep("operation", operations);
    keep("session_frame", sessions(&envelopes));
    keep("envelope", envelopes);
    keep("pack", vec![packed()]);
    keep(
        "invite_text",
        texts(&[
            &ticket,
            "K7QM-2XPD",
            "k7qm2xpd@192.168.1.5:4711",
            "skein1abc",
        ]),
    );
    keep(
        "api_message",
        texts(
            &messages(&ids)
                .iter()
                .map(String::as_str)
                .collect::<Vec<_>>(),
        ),
    );
    keep("address", texts(ADDRESSES));
    keep("markdown", texts(TEXTS));
    let mut vaults: Vec<Vec<u8>> = TEXTS
        .iter()
        .map(|text| format!("A/b.md\n{text}").into())
        .collect();
    vaults.push(
        VAULT
            .replace('|', &char::from(SEPARATOR).to_string())
            .into(),
    );
    keep("import", vaults);
    keep("change_guard", documents());
    keep("manifest", manifests());
    keep("workspace_file", files());
}

fn keep(target: &str, seeds: Vec<Vec<u8>>) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("corpus")
        .join(target);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    assert!(!seeds.is_empty(), "{target} has no seeds");
    for (number, seed) in seeds.into_iter().take(20).enumerate() {
        fs::write(folder.join(format!("{number:02}")), seed).unwrap();
    }
}

fn texts(texts: &[&str]) -> Vec<Vec<u8>> {
    texts.iter().map(|text| text.as_bytes().to_vec()).collect()
}

/// The ids of a note, a board and one of its columns.
struct Made {
    note: String,
    board: String,
    column: String,
}

/// An invite, what was made, and the workspace as a bundle.
fn workspace() -> (String, Made, Vec<u8>) {
    let mut shell = Shell::new().unwrap();
    let made = make(&mut shell);
    let invite = Request::CreateInvite {
        role: Role::Editor,
        uses: 2,
        expires_in_hours: Some(9),
        approval: false,
    };
    let Some(Reply::Invite { ticket, .. }) = shell.ask(invite) else {
        panic!("no invite")
    };
    shell.ask(Request::WaitUntilIdle {
        timeout_ms: 100,
        peers: 0,
    });
    let page = Request::ReadBundle {
        person: None,
        after: None,
    };
    let Some(Reply::BundlePage { data, .. }) = shell.ask(page) else {
        panic!("no bundle")
    };
    (ticket, made, BASE64.decode(data.as_bytes()).unwrap())
}

fn make(shell: &mut Shell) -> Made {
    let mut id = |request: Value| {
        let Some(Reply::Created { id }) = shell.ask(serde_json::from_value(request).unwrap())
        else {
            panic!("nothing was made")
        };
        id
    };
    let note = id(
        json!({"type": "create_note", "title": "Plan", "text": "fly south", "parent": null, "after": null}),
    );
    let board = id(
        json!({"type": "create_board", "title": "Work", "columns": null, "parent": null, "after": null}),
    );
    let Some(Reply::Board { board: view }) = shell.ask(Request::ReadBoard { document: board })
    else {
        panic!("no board")
    };
    Made {
        note: note.to_string(),
        board: board.to_string(),
        column: view.columns[0].id.to_string(),
    }
}

/// A pack of three envelopes.
fn packed() -> Vec<u8> {
    let mut rng = ChaCha20Rng::seed_from_u64(7);
    let device = DeviceKey::generate(&mut rng);
    let (epoch, key) = (EpochId::from_bytes([7; 32]), EpochKey::from_bytes([7; 32]));
    let mut stamp = Stamp {
        workspace: WorkspaceId::from_bytes([7; 32]),
        hour: 490_000,
        chain: Chain::START,
    };
    let mut envelopes = Vec::new();
    for number in 0..3 {
        let payload = DataPayload {
            document: DocumentId::from_bytes([number; 16]),
            kind_code: 1,
            changes: vec![ChangeBytes(vec![number; 40])],
        };
        let sealed = seal_data(&device, &stamp, (&epoch, &key), &payload, &mut rng).unwrap();
        stamp.chain = sealed.next();
        envelopes.push(sealed);
    }
    Pack::of(device.id(), &envelopes, |_| Some(&key)).write()
}

fn envelopes_in(bundle: &[u8]) -> Vec<Vec<u8>> {
    let mut envelopes = Vec::new();
    let mut rest = &bundle[HEAD..];
    while let Some((length, after)) = rest.split_first_chunk::<LENGTH>() {
        let length = u32::from_be_bytes(*length) as usize;
        if length == 0 {
            break;
        }
        envelopes.push(after[..length].to_vec());
        rest = &after[length..];
    }
    envelopes
}

/// What peers say in sessions, each frame behind its length.
fn sessions(envelopes: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let (here, there) = (DeviceId::from_bytes([1; 32]), DeviceId::from_bytes([2; 32]));
    let workspace = WorkspaceId::from_bytes([7; 32]);
    let id = *EnvelopeId::from_bytes([1; 32]).as_bytes();
    let group = Group::Data;
    let greeting = [
        Frame::Hello(Hello {
            newest: PROTOCOL,
            oldest: PROTOCOL,
            tags: Ids(vec![tag(&workspace, &there, &here)]),
            proof: None,
        }),
        Frame::Granted(Scope::All),
    ];
    let said = [
        vec![
            Frame::Stream {
                group: Group::Access,
                after: None,
            },
            Frame::Stream { group, after: None },
        ],
        vec![Frame::Open {
            group: Group::Access,
            count: 0,
            message: Bytes(vec![0x61, 0, 0, 2, 0]),
        }],
        vec![
            Frame::Open {
                group,
                count: 3,
                message: Bytes(vec![0x61, 0, 0, 0]),
            },
            Frame::Round {
                group,
                message: Bytes(vec![0x61]),
            },
        ],
        vec![
            Frame::Have {
                group,
                paced: false,
                ids: Ids(vec![id, [9; 32]]),
            },
            Frame::More { group },
        ],
        vec![
            Frame::Want {
                group,
                ids: Ids(vec![id]),
            },
            Frame::Stored {
                number: 0,
                refused: vec![0],
            },
        ],
        vec![Frame::Items(Items {
            number: 0,
            group,
            why: Why::Live,
            missing: Ids::default(),
            envelopes: envelopes.iter().take(2).cloned().map(Bytes).collect(),
        })],
        vec![
            Frame::Settled {
                group,
                deferred: 0,
                withheld: 0,
            },
            Frame::Again,
            Frame::StreamEnd { group },
        ],
        vec![
            Frame::Presence(Bytes(vec![1, 2, 3])),
            Frame::Bye(Bytes(b"done".to_vec())),
        ],
    ];
    let session = |frames: Vec<Frame>| {
        greeting
            .iter()
            .cloned()
            .chain(frames)
            .fold(Vec::new(), |mut bytes, frame| {
                let frame = frame.encode().unwrap();
                bytes.extend(u16::try_from(frame.len()).unwrap().to_be_bytes());
                bytes.extend(frame);
                bytes
            })
    };
    said.into_iter().map(session).collect()
}

/// What shells say, a few matters at a time.
fn messages(made: &Made) -> Vec<String> {
    let Made {
        note,
        board,
        column,
    } = made;
    let card = CardId::from_bytes([5; 16]).to_string();
    let make = [
        json!({"type": "create_note", "title": "Plan", "text": "fly south", "parent": null, "after": null}),
        json!({"type": "create_board", "title": "Work", "columns": null, "parent": null, "after": null}),
    ];
    let matters = [
        vec![
            json!({"type": "edit_note", "document": note, "edit": {"type": "append_text", "text": "more"}}),
            json!({"type": "edit_note", "document": note, "edit": {"type": "replace_text", "base": "fly south", "text": "fly"}}),
            json!({"type": "edit_note", "document": note, "edit": {"type": "rename", "title": "t"}}),
            json!({"type": "edit_note", "document": note, "edit": {"type": "trash"}}),
            json!({"type": "read_note", "document": note}),
        ],
        vec![
            json!({"type": "subscribe", "view": {"type": "text", "document": note, "card": null}}),
            json!({"type": "text_push", "subscription": 1, "baseVersion": 0, "pushId": "p", "splices": [{"at": 0, "delete": 1, "insert": "a"}], "length": 9}),
            json!({"type": "show_caret", "subscription": 1, "anchor": 3, "head": 4, "version": 0}),
        ],
        vec![
            json!({"type": "edit_board", "document": board, "edit": {"type": "add_cards", "column": column, "after": null, "cards": [{"id": card, "title": "c"}]}}),
            json!({"type": "edit_board", "document": board, "edit": {"type": "set_due", "card": card, "due": "2031-01-01"}}),
            json!({"type": "edit_board", "document": board, "edit": {"type": "replace_description", "card": card, "base": "", "text": "b"}}),
            json!({"type": "edit_board", "document": board, "edit": {"type": "many", "edits": [{"type": "rename", "title": "a"}]}}),
            json!({"type": "read_board", "document": board}),
        ],
        vec![
            json!({"type": "search", "query": "sou", "limit": 5}),
            json!({"type": "list_documents", "kind": "note", "trashed": false}),
            json!({"type": "list_tags"}),
            json!({"type": "place_document", "document": note, "parent": board, "after": null}),
        ],
        vec![
            json!({"type": "create_invite", "role": "editor", "uses": 2, "expiresInHours": 3}),
            json!({"type": "list_invites"}),
            json!({"type": "set_profile", "name": "N", "zone": "Europe/Lisbon", "hours": {"start": 540, "end": 1050, "days": [1, 2]}}),
            json!({"type": "connect", "address": "10.0.0.1:99"}),
            json!({"type": "set_preference", "key": "board.view", "value": "[1]"}),
        ],
        vec![
            json!({"type": "audit"}),
            json!({"type": "read_bundle"}),
            json!({"type": "take_bundle", "offset": 0, "data": BASE64.encode(b"skein bundle\x001\r\n")}),
            json!({"type": "wait_until_idle", "timeoutMs": 5, "peers": 0}),
        ],
    ];
    let lines = |matter: Vec<Value>| {
        let said = make.iter().cloned().chain(matter).enumerate();
        let lines = said.map(|(id, request)| {
            let line = json!({"id": id, "request": request}).to_string();
            serde_json::from_str::<ClientMessage>(&line)
                .unwrap_or_else(|error| panic!("{line}: {error}"));
            line
        });
        lines.collect::<Vec<_>>().join("\n")
    };
    matters.into_iter().map(lines).collect()
}

const ADDRESSES: &[&str] = &[
    "192.168.1.5:4711",
    "[::1]:4711",
    "relay.example.org:4711",
    "<skein://relay.example.org:4711/>",
    "/ip4/127.0.0.1/tcp/4711",
    "/ip4/127.0.0.1/udp/4711/quic-v1/p2p/12D3KooWDFXCmhEnDAxFyZHxpU4wJemXTGQhbyyJziVo6j5sWZn9",
    "fe80::1%eth0",
    "skein1abc",
    "[::0]:4759",
];

const TEXTS: &[&str] = &[
    "# Plan\n\n- [ ] fly #south\n- [x] rest\n\n[[Map|the map]] and [map](Map.md \"m\") ![p](<a b.png>)",
    "---\ntags: [a, b]\naliases: x\n---\n> [!note] callout\n> text\n\n```rust\n[[not a link]]\n```\n",
    "| a | b |\n|---|:-:|\n| `|` | \\| |\n\n[ref]: Other.md\n[ref] ![[Picture.png|200]] [[#head]] [[N#h^b]]",
    "\u{feff}\u{202e}<a href=\"skein:x\">\u{0}</a> [x](skein:file/aaaa \"1x1\") %% hidden %% $x^2$ ==m== ^id",
];

const VAULT: &str = "Map.md\n# Map\n![](pictures/goose.png) [[Plan]]|Plan.md\n[map](Map.md) [[Missing]]|Plan/Day.md\n../up [x](../Map.md)|pictures/goose.png\n\u{89}PNG|.obsidian/app.json\n{}";

/// Changes of a note, one by one and whole.
fn documents() -> Vec<Vec<u8>> {
    let id = DocumentId::from_bytes([3; 16]);
    let place = Place {
        parent: None,
        position: "a0".to_owned(),
    };
    let note =
        Document::create_note(id, ActorSeed([1; 16]), "Plan", "fly south", &place, 0).unwrap();
    let beginning = note.all_changes().unwrap();
    let mut other = Document::load(ActorSeed([2; 16]), None, &beginning)
        .unwrap()
        .document;
    let edits = [
        NoteEdit::AppendText {
            text: "and home".to_owned(),
        },
        NoteEdit::Rename {
            title: "Plans".to_owned(),
        },
        NoteEdit::Trash,
    ];
    let mut seeds = vec![note.snapshot().unwrap().bytes];
    let mut together = Vec::new();
    for edit in edits {
        for change in other.edit(&Edit::Note(edit), 5).unwrap().changes {
            together.extend(&change.0);
            together.push(SEPARATOR);
            seeds.push(change.0);
        }
    }
    seeds.push(together);
    seeds.push(other.snapshot().unwrap().bytes);
    seeds
}

fn manifests() -> Vec<Vec<u8>> {
    let manifest = |name: &str, size: u64| {
        let chunks = (0..size.div_ceil(CHUNK as u64))
            .map(|number| ChunkName::from_bytes([number as u8; 32]));
        let (key, mime) = (FileKey([4; 32]), "application/octet-stream".to_owned());
        let manifest = FileManifest::new(name.to_owned(), mime, size, key, chunks.collect());
        manifest.unwrap().to_bytes()
    };
    vec![
        manifest("goose.png", 70_000),
        manifest("film.mp4", 3_000_000),
    ]
}

/// A small file, with and without its end.
fn files() -> Vec<Vec<u8>> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("workspace.db");
    let Opened::Ready(store) = Store::open(&path).unwrap() else {
        panic!("a new file is whole")
    };
    store.close().unwrap();
    let whole = fs::read(&path).unwrap();
    vec![whole[..4096].to_vec(), whole[..40_960].to_vec()]
}
