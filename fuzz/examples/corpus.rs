//! Writes the seeds: true bytes of every kind, from which a fuzzer goes on. `cargo run --example corpus`
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::path::Path;

use data_encoding::BASE64;
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use serde_json::{Value, json};
use skein_access::operation::Kept;
use skein_access::{
    Action, Chain, DataPayload, DeviceId, DeviceKey, EnvelopeId, EnvelopeKind, EpochId, EpochKey,
    Header, KeyEncryptionKey, MemberId, Operation, Pack, PassphraseCost, Relay, Stamp,
    UnverifiedEnvelope, WorkspaceId, seal_data, tag,
};
use skein_engine::api::{ClientMessage, Reply, Request, Role};
use skein_fuzz::{
    SEPARATOR, Shell, frames_of, honest_exchange, honest_session, inside, plaintext_of, resting,
    say, unchanged,
};
use skein_model::file::CHUNK;
use skein_model::{
    ActorSeed, BoardEdit, CardId, ChangeBytes, ChunkName, ColumnId, Document, DocumentId, Edit,
    FileKey, FileManifest, NoteEdit, Place,
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
    let operations: Vec<Vec<u8>> = operations
        .map(|bytes| bytes[HEADER..bytes.len() - SIGNATURE].to_vec())
        .collect();
    keep("bundle", vec![bundle]);
    keep("session_frame", sessions(&envelopes));
    keep("stream", streams(&envelopes));
    keep("member", of_a_member(&operations, &envelopes));
    keep("relay", of_a_member(&operations, &envelopes));
    keep("operation", operations);
    keep("envelope", envelopes);
    keep("pack", vec![packed()]);
    keep("sealed", sealed());
    keep("code_exchange", exchanges());
    keep("columns_of_file", columns());
    keep("profile_files", profiles());
    keep("typed", texts(NAMES));
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
    let mut sessions: Vec<Vec<u8>> = said.into_iter().map(session).collect();
    sessions.extend(honest_session().map(framed));
    sessions
}

/// Each behind its length.
fn framed(frames: Vec<Vec<u8>>) -> Vec<u8> {
    let mut bytes = Vec::new();
    for frame in frames {
        bytes.extend(u16::try_from(frame.len()).unwrap().to_be_bytes());
        bytes.extend(frame);
    }
    bytes
}

/// Frames on a sync stream; answers to who asked for a chunk; what is said for a short code.
fn streams(envelopes: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let mut frames = Vec::new();
    for envelope in envelopes {
        frames.extend(u32::try_from(envelope.len()).unwrap().to_be_bytes());
        frames.extend(envelope);
    }
    let chunk = [&[1, 0, 0, 1, 0], [7; 256].as_slice()].concat();
    let [joiner, inviter] = honest_exchange().unwrap();
    vec![frames, vec![0], chunk, framed(joiner), framed(inviter)]
}

/// Both sides of an exchange for a short code, as they hear it.
fn exchanges() -> Vec<Vec<u8>> {
    let [joiner, inviter] = honest_exchange().unwrap();
    vec![
        [vec![0], framed(joiner)].concat(),
        [vec![1], framed(inviter)].concat(),
    ]
}

/// What a member says, of every kind; and all of it, one after the other.
fn of_a_member(operations: &[Vec<u8>], envelopes: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let thing = |kind: u8, bytes: &[u8]| [&[kind], bytes].concat();
    let mut words: Vec<Vec<u8>> = Vec::new();
    // In postcard: a caret in a note, between two marks; the same caret, gone.
    let caret = [&[16], [3; 16].as_slice(), &[0]].concat();
    words.push(thing(
        say::PRESENCE,
        &[caret.as_slice(), b"\x01\x02ab\x02cd"].concat(),
    ));
    words.push(thing(say::PRESENCE, &[caret.as_slice(), &[0]].concat()));
    // In postcard: the question 7, firm, about two chunks; the answer to it; that a pack stands for two envelopes.
    let two = [[1; 32], [2; 32]].concat();
    words.push(thing(
        say::HOLDING,
        &[&[0, 7, 1, 2], two.as_slice()].concat(),
    ));
    words.push(thing(say::HOLDING, &[1, 7, 2, 1, 0]));
    words.push(thing(
        say::PACK_WORD,
        &[&[1], [9; 32].as_slice(), &[2], &two].concat(),
    ));
    words.push(thing(say::CHUNK_WANTED, &[3; 32]));
    words.push(thing(say::CHUNK, &[[3; 32], [4; 32]].concat()));
    let mut actions: Vec<Vec<u8>> = operations
        .iter()
        .map(|body| {
            let mut operation = Operation::decode(body).unwrap();
            operation.parents.clear();
            thing(say::ACTION, &operation.encode()[2..])
        })
        .collect();
    let device = DeviceKey::from_bytes(&[5; 32]).id();
    let member = MemberId::from_bytes([5; 32]);
    let relays = vec![Relay {
        device,
        addresses: vec![ADDRESSES[4].to_owned()],
    }];
    let kept = vec![Kept {
        device,
        sequence: 3,
    }];
    let more = [
        Action::Raise {
            member,
            role: skein_access::Role::Owner,
        },
        Action::Lower {
            member,
            role: skein_access::Role::Viewer,
            kept: kept.clone(),
        },
        Action::RemoveMember { member, kept },
        Action::RemoveDevice { device, kept: 1 },
        Action::RevokeInvite {
            invite: EnvelopeId::from_bytes([1; 32]),
        },
        Action::Decline {
            join: EnvelopeId::from_bytes([1; 32]),
        },
        Action::SealFor {
            epoch: EpochId::from_bytes([1; 32]),
            devices: Vec::new(),
            invites: Vec::new(),
        },
        Action::Relays { relays },
    ];
    actions.extend(more.map(|action| {
        let parents = Vec::new();
        thing(say::ACTION, &Operation { parents, action }.encode()[2..])
    }));
    let mut changes: Vec<Vec<u8>> = Vec::new();
    for (document, kind) in [(3, 1), (3, 2), (0, 1)] {
        let note = documents().swap_remove(0);
        let changes_of_it = [beginning_of_a_note(), documents()[1..].concat(), note].map(|bytes| {
            thing(
                say::CHANGES,
                &[&[document, kind], bytes.as_slice()].concat(),
            )
        });
        changes.extend(changes_of_it);
    }
    changes.push(thing(say::PACK, &packed()));
    let frames = sessions(envelopes);
    let frames = frames[..8].iter().flat_map(|session| {
        let said = frames_of(session);
        said.into_iter()
            .skip(2)
            .map(|frame| thing(say::FRAME, frame))
            .collect::<Vec<_>>()
    });
    let frames: Vec<Vec<u8>> = frames.collect();
    let mut seeds = Vec::new();
    for (at, things) in [words, actions, changes, frames].into_iter().enumerate() {
        for some in things.chunks(6) {
            seeds.push([vec![at as u8], framed(some.to_vec())].concat());
        }
    }
    seeds
}

/// The plaintexts of envelopes and of names.
fn sealed() -> Vec<Vec<u8>> {
    let payload = DataPayload {
        document: DocumentId::from_bytes([3; 16]),
        kind_code: 1,
        changes: vec![ChangeBytes(vec![7; 40]), ChangeBytes(Vec::new())],
    };
    let plaintext = plaintext_of(&payload).unwrap();
    let length = u32::from_be_bytes(plaintext[..LENGTH].try_into().unwrap()) as usize;
    let content = &plaintext[LENGTH..LENGTH + length];
    let mut name = vec![0, 5];
    name.extend(b"Geese");
    name.resize(64, 0);
    [
        (inside::DATA, plaintext.as_slice()),
        (inside::CONTENT, content),
        (inside::PACK_CONTENT, packed().as_slice()),
        (inside::NAME, name.as_slice()),
    ]
    .map(|(kind, bytes)| [&[kind], bytes].concat())
    .to_vec()
}

/// Every column of a workspace's file in which something rests, as it is: a few to each seed.
fn columns() -> Vec<Vec<u8>> {
    let columns = resting().unwrap().columns;
    let changes = columns
        .iter()
        .enumerate()
        .map(|(at, (_, _, value))| unchanged(at, value));
    let changes: Vec<Vec<u8>> = changes.collect();
    changes
        .chunks(8)
        .map(|some| framed(some.to_vec()))
        .collect()
}

/// The small files of profiles: with a key that is open, and with one under a passphrase.
fn profiles() -> Vec<Vec<u8>> {
    let device = DeviceKey::from_bytes(&[9; 32]);
    let secret = skein_model::id::to_base32(device.to_bytes().as_slice());
    let plain = json!({"format": 1, "protection": "owner_only_file", "secret": secret});
    let cost = PassphraseCost {
        memory_kib: 8,
        passes: 1,
        lanes: 1,
    };
    let under = KeyEncryptionKey::from_passphrase("south by north", &[4; 16], &cost).unwrap();
    let mut rng = ChaCha20Rng::seed_from_u64(8);
    let sealed = under.seal(&device, "passphrase", &mut rng).unwrap();
    let (id, sealed) = (device.id(), skein_model::id::to_base32(&sealed));
    let salt = skein_model::id::to_base32(&[4; 16]);
    let sealed = format!(
        r#"{{"format":2,"protection":"passphrase","device":"{id}","argon2id":{{"memory_kib":8,"passes":1,"lanes":1,"salt":"{salt}"}},"sealed":"{sealed}"}}"#
    );
    let sign = json!({"id": WorkspaceId::from_bytes([7; 32]).to_string(), "name": "Geese"});
    let keychain = sealed.replace("passphrase\"", "keychain\"");
    let files = [
        vec![
            ("device.key", plain.to_string()),
            ("workspace.json", sign.to_string()),
        ],
        vec![
            ("device.key", sealed),
            ("workspaces/k7qm2xpd/workspace.json", sign.to_string()),
        ],
        vec![
            ("device.key", keychain),
            ("workspace.json", "null".to_owned()),
        ],
        vec![
            (
                "workspace.backups/00001-1790000000000.db",
                "SQLite".to_owned(),
            ),
            (
                "workspace.backups/restore-next",
                "00001-1790000000000.db".to_owned(),
            ),
            ("workspace.backups/to-take-over", "1".to_owned()),
        ],
        vec![("workspace.backups/restore-next", "anew".to_owned())],
    ];
    let seed = |files: Vec<(&str, String)>| {
        let files = files
            .into_iter()
            .map(|(name, content)| format!("{name}\n{content}"));
        files
            .collect::<Vec<_>>()
            .join(&char::from(SEPARATOR).to_string())
    };
    files.map(|files| seed(files).into_bytes()).to_vec()
}

const NAMES: &[&str] = &[
    "aebagbafaydqqcikbmga2dqpca",
    "aebagbafaydqqcikbmga2dqpcaireeyuculbogazdinryhi6d4qa",
    "k7qm2xpd",
    "postgres://skein:south%20by@db.example.org:5432/skein?sslmode=require",
    "postgresql:///skein?host=/run/postgresql",
    "see ![goose](skein:file/aebagbafaydqqcikbmga2dqpca \"800x600\")",
    "goose.png",
    "image/png",
];

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

/// All changes that make up a note.
fn beginning_of_a_note() -> Vec<u8> {
    let id = DocumentId::from_bytes([3; 16]);
    let place = Place {
        parent: None,
        position: "a0".to_owned(),
    };
    let note = Document::create_note(id, ActorSeed([1; 16]), "Plan", "fly south", &place, 0);
    let changes = note.unwrap().all_changes().unwrap();
    let changes: Vec<Vec<u8>> = changes.into_iter().map(|change| change.0).collect();
    changes.join(&SEPARATOR)
}

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
    let board = board(&place);
    let changes = board.all_changes().unwrap().into_iter();
    let changes: Vec<Vec<u8>> = changes.map(|change| change.0).collect();
    seeds.push(changes.join(&SEPARATOR));
    seeds.push(board.snapshot().unwrap().bytes);
    seeds
}

/// A board with a card of which everything is said.
fn board(place: &Place) -> Document {
    let (id, column) = (
        DocumentId::from_bytes([4; 16]),
        ColumnId::from_bytes([2; 16]),
    );
    let columns = [(column, "To do")];
    let mut board =
        Document::create_board(id, ActorSeed([1; 16]), "Work", place, &columns, 0).unwrap();
    let card = CardId::from_bytes([5; 16]);
    let edits = [
        json!({"type": "add_cards", "column": column, "after": null, "cards": [{"id": card, "title": "c"}]}),
        json!({"type": "set_due", "card": card, "due": "2031-01-01"}),
        json!({"type": "set_priority", "card": card, "priority": "high"}),
        json!({"type": "set_labels", "card": card, "labels": ["red"]}),
        json!({"type": "set_assignees", "card": card, "assignees": ["Ana"]}),
        json!({"type": "add_checklist_item", "card": card, "id": card, "title": "i", "after": null}),
        json!({"type": "set_column_limit", "id": column, "limit": 3}),
    ];
    for edit in edits {
        let edit: BoardEdit = serde_json::from_value(edit).unwrap();
        board.edit(&Edit::Board(edit), 5).unwrap();
    }
    board
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
