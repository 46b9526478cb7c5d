//! Hostile input: requests, envelopes and frames made wrong on purpose. No panic, no hang, nothing lost, and a stranger learns nothing.

use crate::sim::World;
use crate::sim::machine::Asked;
use crate::sim::mallory::Mallory;
use rand::Rng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha20Rng;
use serde_json::{Value, json};
use skein_access::operation::Kept;
use skein_access::{
    Action, Chain, DataPayload, DeviceKey, EnvelopeId, EpochId, EpochKey, Operation, Pack, Role,
    Stamp, WorkspaceId, profile_of, seal_data, seal_pack,
};
use skein_engine::api::{
    ClientMessage, ErrorCode, Member, Outcome, Reply, Request, ServerMessage, View,
};
use skein_engine::core::{Effect, Input, PeerInput};
use skein_model::{
    ActorSeed, BoardEdit, CardId, ChangeBytes, Document, DocumentId, Edit, Kind, NewCard, NoteEdit,
    Place, ProfileEdit, TextField,
};
use skein_sync::{Bytes, Frame, Hello, Ids};

/// A workspace with so many members, a note and a board that all of them have.
pub(crate) fn workspace(seed: u64, members: usize) -> (World, DocumentId, DocumentId) {
    let mut world = World::new(seed, members);
    world.found();
    for machine in &mut world.machines {
        machine.skew_ms = 0;
    }
    world.invite(0, Role::Editor, 20);
    let note = created(world.ask(
        0,
        Request::CreateNote {
            title: "Plan".to_owned(),
            text: Some("what is honest stays".to_owned()),
            parent: None,
            after: None,
        },
    ));
    let board = created(world.ask(
        0,
        Request::CreateBoard {
            title: "Work".to_owned(),
            columns: None,
            parent: None,
            after: None,
        },
    ));
    for index in 1..members {
        world.join(index);
    }
    let all: Vec<usize> = (0..members).collect();
    if members > 1 {
        world.settle(&all);
    }
    let column = world.board(0, board).unwrap().columns[0].id;
    let cards = vec![NewCard {
        id: CardId::from_bytes([5; 16]),
        title: "A card".to_owned(),
    }];
    let edit = BoardEdit::AddCards {
        column,
        after: None,
        cards,
    };
    world
        .ask(
            0,
            Request::EditBoard {
                document: board,
                edit,
            },
        )
        .unwrap();
    (world, note, board)
}

pub(crate) fn created(reply: Result<Reply, skein_engine::api::ApiError>) -> DocumentId {
    match reply {
        Ok(Reply::Created { id }) => id,
        other => panic!("{other:?}"),
    }
}

// ---- requests ----

/// Something that no request expects where it stands.
fn junk(rng: &mut ChaCha20Rng, ids: &[Value]) -> Value {
    let strange = [
        "",
        "\u{0}",
        "\u{202e}evil",
        "a\nb\r\n",
        "😀",
        "--; DROP TABLE documents",
        "\"*\" OR NEAR(",
    ];
    match rng.gen_range(0..14) {
        0 => Value::Null,
        1 => json!(true),
        2 => json!(-1),
        3 => json!(u32::MAX),
        4 => json!(u64::MAX),
        5 => json!(1.5e300),
        6 => json!(strange[rng.gen_range(0..strange.len())]),
        7 => json!("x".repeat(rng.gen_range(0..70_000))),
        8 => json!([]),
        9 => json!({}),
        10 => json!([[[[[[[[]]]]]]]]),
        11 => json!(0),
        _ => ids[rng.gen_range(0..ids.len())].clone(),
    }
}

/// Makes one place of a value another one.
fn mutate(value: &mut Value, rng: &mut ChaCha20Rng, ids: &[Value]) {
    let inner: usize = match value {
        Value::Object(fields) => fields.len(),
        Value::Array(entries) => entries.len(),
        _ => 0,
    };
    if inner == 0 || rng.gen_bool(0.15) {
        *value = junk(rng, ids);
        return;
    }
    let at = rng.gen_range(0..inner);
    match value {
        Value::Object(fields) => {
            let key = fields.keys().nth(at).unwrap().clone();
            match rng.gen_bool(0.1) {
                true => drop(fields.remove(&key)),
                false => mutate(&mut fields[&key], rng, ids),
            }
        }
        Value::Array(entries) => mutate(&mut entries[at], rng, ids),
        _ => {}
    }
}

fn valid_requests(note: DocumentId, board: DocumentId, column: &str) -> Vec<Value> {
    let card = CardId::from_bytes([5; 16]).to_string();
    let item = CardId::from_bytes([6; 16]).to_string();
    let (note, board) = (note.to_string(), board.to_string());
    vec![
        json!({"type": "status"}),
        json!({"type": "create_note", "title": "t", "text": "x", "parent": note, "after": null}),
        json!({"type": "create_board", "title": "t", "columns": ["a", "b"], "parent": null, "after": note}),
        json!({"type": "create_invite", "role": "editor", "uses": 2, "expiresInHours": 3, "approval": true}),
        json!({"type": "list_invites"}),
        json!({"type": "approve", "asking": "a".repeat(52)}),
        json!({"type": "decline", "asking": "a".repeat(52)}),
        json!({"type": "revoke_invite", "invite": "a".repeat(52)}),
        json!({"type": "join_workspace", "ticket": "skein1abc", "memberName": "M"}),
        json!({"type": "cancel_join"}),
        json!({"type": "edit_note", "document": note, "edit": {"type": "rename", "title": "t"}}),
        json!({"type": "edit_note", "document": note, "edit": {"type": "move", "parent": board, "position": "a0"}}),
        json!({"type": "edit_note", "document": note, "edit": {"type": "append_text", "text": "more"}}),
        json!({"type": "edit_note", "document": note, "edit": {"type": "replace_text", "base": "a", "text": "b"}}),
        json!({"type": "edit_note", "document": note, "edit": {"type": "trash"}}),
        json!({"type": "edit_note", "document": note, "edit": {"type": "restore"}}),
        json!({"type": "edit_note", "document": note, "edit": {"type": "take_back", "steps": [
            {"type": "field", "path": ["title"], "was": {"type": "text", "value": "a"}, "became": {"type": "text", "value": "b"}},
            {"type": "life", "path": [], "trashed": true}]}}),
        json!({"type": "edit_board", "document": board, "edit": {"type": "add_column", "id": item, "title": "c", "after": column}}),
        json!({"type": "edit_board", "document": board, "edit": {"type": "add_cards", "column": column, "after": card, "cards": [{"id": item, "title": "c"}]}}),
        json!({"type": "edit_board", "document": board, "edit": {"type": "move_card", "card": card, "column": column, "after": null}}),
        json!({"type": "edit_board", "document": board, "edit": {"type": "choose_place", "card": card, "place": {"column": column, "position": "zz"}}}),
        json!({"type": "edit_board", "document": board, "edit": {"type": "set_due", "card": card, "due": "2031-01-01"}}),
        json!({"type": "edit_board", "document": board, "edit": {"type": "set_owner", "card": card, "member": "Ana"}}),
        json!({"type": "edit_board", "document": board, "edit": {"type": "change_assignees", "card": card, "add": ["Bea"], "remove": ["Ana"]}}),
        json!({"type": "edit_board", "document": board, "edit": {"type": "move_checklist_item", "card": card, "item": item, "after": null}}),
        json!({"type": "edit_board", "document": board, "edit": {"type": "set_labels", "card": card, "labels": ["a"]}}),
        json!({"type": "edit_board", "document": board, "edit": {"type": "add_checklist_item", "card": card, "id": item, "title": "c", "after": null}}),
        json!({"type": "edit_board", "document": board, "edit": {"type": "replace_description", "card": card, "base": "", "text": "b"}}),
        json!({"type": "edit_board", "document": board, "edit": {"type": "delete_column", "id": column, "moveCardsTo": null}}),
        json!({"type": "edit_board", "document": board, "edit": {"type": "many", "edits": [{"type": "rename", "title": "a"}, {"type": "many", "edits": []}]}}),
        json!({"type": "edit_board", "document": board, "edit": {"type": "take_back", "steps": [
            {"type": "made", "path": ["cards", card], "fields": {"title": {"type": "nothing"}}}]}}),
        json!({"type": "place_document", "document": note, "parent": board, "after": null}),
        json!({"type": "subscribe", "view": {"type": "text", "document": note, "card": null}}),
        json!({"type": "subscribe", "view": {"type": "text", "document": board, "card": card}}),
        json!({"type": "subscribe", "view": {"type": "board", "document": board}}),
        json!({"type": "subscribe", "view": {"type": "note", "document": note}}),
        json!({"type": "subscribe", "view": {"type": "card", "document": board, "card": card}}),
        json!({"type": "subscribe", "view": {"type": "delivery", "document": note}}),
        json!({"type": "unsubscribe", "subscription": 3}),
        json!({"type": "text_push", "subscription": 1, "baseVersion": 7, "pushId": "p", "splices": [{"at": 0, "delete": 1, "insert": "a"}, {"at": 2, "delete": 0, "insert": "b"}], "length": 20}),
        json!({"type": "show_caret", "subscription": 1, "anchor": 3, "head": 4, "version": 7}),
        json!({"type": "read_note", "document": note}),
        json!({"type": "read_board", "document": board}),
        json!({"type": "read_card", "card": card}),
        json!({"type": "list_documents", "kind": "note", "trashed": false}),
        json!({"type": "list_tags"}),
        json!({"type": "search", "query": "hone st*", "limit": 5}),
        json!({"type": "connect", "address": "10.0.0.1:99"}),
        json!({"type": "list_peers"}),
        json!({"type": "delivery", "document": note}),
        json!({"type": "dismiss_notice", "notice": 1}),
        json!({"type": "set_profile", "name": "N", "zone": "Europe/Lisbon", "hours": {"start": 540, "end": 1050, "days": [1, 2]}}),
        json!({"type": "subscribe", "view": {"type": "people"}}),
        json!({"type": "set_preference", "key": "board.view", "value": "[1]"}),
        json!({"type": "subscribe", "view": {"type": "preferences"}}),
        json!({"type": "wait_until_idle", "timeoutMs": 5, "peers": 0}),
    ]
}

#[test]
fn no_request_stops_the_engine_and_each_is_answered_once() {
    for seed in 0..6 {
        let (mut world, note, board) = workspace(seed, 2);
        let column = world.board(0, board).unwrap().columns[0].id.to_string();
        let valid = valid_requests(note, board, &column);
        let ids: Vec<Value> = [note.to_string(), board.to_string(), column]
            .into_iter()
            .map(Value::String)
            .chain([
                json!(CardId::from_bytes([5; 16]).to_string()),
                json!(DocumentId::from_bytes([9; 16]).to_string()),
            ])
            .collect();
        let mut rng = world.rng.clone();
        let (mut taken, mut open) = (0, std::collections::BTreeSet::new());
        let heard = |effects: Vec<Effect>, open: &mut std::collections::BTreeSet<u32>| {
            for effect in effects {
                if let Effect::ToClient {
                    client: 77,
                    message,
                } = effect
                    && let ServerMessage::Reply { id, result } = *message
                {
                    assert!(open.remove(&id), "{id} was answered twice");
                    if let Outcome::Error(error) = result {
                        assert_ne!(error.code, ErrorCode::Storage, "{error:?}");
                    }
                }
            }
        };
        for id in 0..1_500 {
            let mut request = valid.choose(&mut rng).unwrap().clone();
            for _ in 0..rng.gen_range(0..3) {
                mutate(&mut request, &mut rng, &ids);
            }
            // Who asks to wait for days is answered after days.
            if request["timeoutMs"].as_u64() > Some(1_000) {
                continue;
            }
            let text = json!({"id": id, "request": request}).to_string();
            let Ok(message) = serde_json::from_str::<ClientMessage>(&text) else {
                continue;
            };
            taken += 1;
            open.insert(id);
            let now = world.now_ms;
            let effects = world.machines[0].handle(
                now,
                Input::Client {
                    client: 77,
                    message,
                },
            );
            let sends: Vec<Effect> = effects
                .into_iter()
                .filter_map(|effect| world.keep(0, effect))
                .collect();
            heard(sends, &mut open);
            world.now_ms += rng.gen_range(0..30);
        }
        for _ in 0..100 {
            world.now_ms += 50;
            let now = world.now_ms;
            let effects = world.machines[0].handle(now, Input::Tick);
            let sends: Vec<Effect> = effects
                .into_iter()
                .filter_map(|effect| world.keep(0, effect))
                .collect();
            heard(sends, &mut open);
        }
        assert!(
            taken > 500,
            "most of what is sent should be understood: {taken}"
        );
        assert!(open.is_empty(), "never answered: {open:?}");
        world.machines[0].handle(world.now_ms, Input::ClientGone(77));
        world.rest_and_check(&[0, 1]);
    }
}

#[test]
fn text_that_is_no_request_is_refused_where_it_is_read() {
    for text in [
        r#"{"id":1,"request":{"type":"create_note","title":"\ud800"}}"#,
        r#"{"id":-1,"request":{"type":"status"}}"#,
        r#"{"id":4294967296,"request":{"type":"status"}}"#,
        r#"{"id":1,"request":{"type":"text_push","subscription":1,"baseVersion":1,"pushId":"p","splices":[{"at":-1,"delete":0,"insert":""}],"length":0}}"#,
        &format!("{}{}", r#"{"id":1,"request":"#, "[".repeat(100_000)),
        "",
        "null",
    ] {
        assert!(
            serde_json::from_str::<ClientMessage>(text).is_err(),
            "{}",
            text.chars().take(60).collect::<String>()
        );
    }
}

#[test]
fn splices_that_do_not_fit_change_nothing_and_one_that_is_a_megabyte_long_arrives() {
    let (mut world, note, _) = workspace(1, 2);
    world.open_view(0, note, TextField::NoteText);
    world.work_view(0, usize::MAX);
    world.work_view(0, usize::MAX);
    let before = world.views[0].text();
    let client = world.views[0].client;
    let version = world.views[0].version();
    let splice = |at: u32, delete: u32| json!({"at": at, "delete": delete, "insert": "no"});
    for splices in [
        json!([splice(u32::MAX, 0)]),
        json!([splice(0, u32::MAX)]),
        json!([splice(u32::MAX, u32::MAX)]),
        json!([splice(5, 0), splice(2, 0)]),
        json!([splice(0, 4), splice(2, 0)]),
        json!([splice(0, 0)]),
    ] {
        for base in [version, 0, u32::MAX] {
            let request = json!({"type": "text_push", "subscription": 1, "baseVersion": base, "pushId": format!("{splices} {base}"), "splices": splices, "length": 3});
            let message = serde_json::from_value(json!({"id": 900, "request": request})).unwrap();
            world.give(0, Input::Client { client, message });
        }
    }
    world.views[0].inbox.clear();
    assert_eq!(world.text(0, note, TextField::NoteText), before);
    let paste: String = (0..1_048_576)
        .map(|at| if at % 70 == 0 { '\n' } else { 'p' })
        .collect();
    let change = skein_model::Splices(vec![skein_model::Splice {
        at: 4,
        delete: 0,
        insert: paste,
    }]);
    world.views[0].type_in(&change);
    world.rest_and_check(&[0, 1]);
    assert!(world.text(1, note, TextField::NoteText).len() > 1_048_576);
}

#[test]
fn ten_thousand_requests_for_a_document_on_its_way_are_all_answered() {
    let (mut world, _, _) = workspace(2, 1);
    let text: String = (0..150_000)
        .map(|_| char::from(world.rng.gen_range(b'a'..=b'z')))
        .collect();
    let large = created(world.ask(
        0,
        Request::CreateNote {
            title: "Large".to_owned(),
            text: Some(text),
            parent: None,
            after: None,
        },
    ));
    world.stop(0);
    world.start(0);
    let requests: Vec<u32> = (0..10_000)
        .map(|_| world.ask_for(0, Request::ReadNote { document: large }, Asked::Question))
        .collect();
    assert!(
        !world.machines[0].jobs.is_empty(),
        "a large document is loaded elsewhere"
    );
    while !world.machines[0].jobs.is_empty() {
        world.run_job(0);
    }
    let answers: Vec<_> = requests
        .iter()
        .map(|request| world.machines[0].answers.get(request))
        .collect();
    let unanswered = answers.iter().filter(|answer| answer.is_none()).count();
    assert_eq!(unanswered, 0, "requests without an answer");
    assert!(
        answers
            .iter()
            .flatten()
            .filter(|answer| answer.is_ok())
            .count()
            >= 1_000
    );
}

// ---- envelopes ----

/// All that a hostile member may put into envelopes about an honest note and board.
fn poison(world: &mut World, index: usize, note: DocumentId, board: DocumentId) {
    world.stop(index);
    let mut rng = world.rng.clone();
    let mut mallory = Mallory::at(world, index);
    let honest = {
        let permit = mallory
            .authority
            .read(&mallory.key.id(), skein_model::Kind::Note)
            .unwrap();
        mallory
            .store
            .load(&permit, note)
            .unwrap()
            .changes
            .into_iter()
            .map(|(_, change)| change)
            .collect::<Vec<_>>()
    };
    let place = Place {
        parent: None,
        position: "a0".to_owned(),
    };
    let other = DocumentId::from_bytes([0xee; 16]);
    let actor = ActorSeed([3; 16]);
    let foreign = Document::create_note(other, actor, "Foreign", "not yours", &place, 0)
        .unwrap()
        .all_changes()
        .unwrap();
    let twin = Document::create_note(note, actor, "Twin", "a second beginning", &place, 0)
        .unwrap()
        .all_changes()
        .unwrap();
    let column = skein_model::ColumnId::from_bytes([8; 16]);
    let as_board = Document::create_board(note, actor, "Board", &place, &[(column, "c")], 0)
        .unwrap()
        .all_changes()
        .unwrap();
    let garbage = || ChangeBytes(vec![0x85, 0x6f, 0x4a, 0x83, 1, 2, 3, 4, 5, 6, 7]);
    let mut broken = honest[0].clone();
    let middle = broken.0.len() / 2;
    broken.0[middle] ^= 0xff;
    let stamp = mallory.stamp();
    let odd = |sequence, hour| Stamp {
        chain: Chain {
            sequence,
            previous: EnvelopeId::NONE,
        },
        hour,
        ..stamp
    };
    for (stamp, document, kind, changes) in [
        (stamp, note, 1, foreign.clone()),
        (stamp, board, 2, foreign.clone()),
        (stamp, DocumentId::from_bytes([0xdd; 16]), 1, honest.clone()),
        (stamp, note, 77, honest.clone()),
        (stamp, note, 2, honest.clone()),
        (stamp, board, 1, honest.clone()),
        (stamp, note, 1, vec![garbage()]),
        (stamp, note, 1, vec![broken.clone()]),
        (stamp, note, 1, [honest.clone(), vec![garbage()]].concat()),
        (stamp, note, 1, vec![ChangeBytes(Vec::new())]),
        (stamp, note, 1, Vec::new()),
        (stamp, note, 1, twin),
        (stamp, note, 1, as_board),
        (odd(u64::MAX, u32::MAX), note, 1, vec![garbage()]),
        (odd(u64::MAX, 0), board, 2, vec![garbage()]),
        (odd(0, 0), note, 1, honest.clone()),
        (odd(1, 1), note, 1, foreign.clone()),
    ] {
        mallory.send(&mut rng, &stamp, document, kind, changes);
    }
    // A pack of her own poison, and one in which nothing is what she signed.
    let keyring = mallory.authority.keyring(&mallory.key);
    let epoch = mallory.epoch();
    let payload = |changes| DataPayload {
        document: note,
        kind_code: 1,
        changes,
    };
    let key = keyring.get(&epoch).unwrap();
    let poisoned = payload(vec![garbage()]);
    let poisoned = seal_data(&mallory.key, &stamp, (&epoch, key), &poisoned, &mut rng).unwrap();
    let another = EpochKey::generate(&mut rng);
    let mixed = seal_data(
        &mallory.key,
        &stamp,
        (&epoch, &another),
        &payload(foreign),
        &mut rng,
    );
    for (inner, key_of) in [(poisoned, key), (mixed.unwrap(), &another)] {
        let pack = Pack::of(mallory.key.id(), &[inner], |_| Some(key_of));
        assert_eq!(pack.len(), 1);
        let pack = seal_pack(&mallory.key, &stamp, (&epoch, key), &pack, &mut rng).unwrap();
        mallory.put(&pack);
    }
    let unknown = EpochId::from_bytes([1; 32]);
    let payload = payload(honest);
    let envelope = seal_data(
        &mallory.key,
        &stamp,
        (&unknown, keyring.get(&epoch).unwrap()),
        &payload,
        &mut rng,
    )
    .unwrap();
    mallory.put(&envelope);
    drop(mallory);
    world.rng = rng;
    world.start(index);
}

#[test]
fn envelopes_with_bad_contents_by_a_member_harm_nobody() {
    for seed in 0..8 {
        let (mut world, note, board) = workspace(seed, 4);
        // The last one is away while the poison spreads, and has made something nobody has yet.
        world.settle(&[0, 1, 2, 3]);
        world
            .ask(
                3,
                Request::EditNote {
                    document: note,
                    edit: NoteEdit::AppendText {
                        text: "from away".to_owned(),
                    },
                },
            )
            .unwrap();
        poison(&mut world, 2, note, board);
        if seed % 2 == 0 {
            world.settle(&[0, 1, 2]);
        }
        world
            .ask(
                0,
                Request::EditNote {
                    document: note,
                    edit: NoteEdit::AppendText {
                        text: "after all".to_owned(),
                    },
                },
            )
            .unwrap();
        world.settle(&[0, 1, 2, 3]);
        let honest = [0, 1, 3];
        let mut texts = Vec::new();
        for index in honest {
            texts.push((
                world.text(index, note, TextField::NoteText),
                world.board(index, board).unwrap(),
            ));
        }
        assert!(
            texts.windows(2).all(|two| two[0] == two[1]),
            "seed {seed}: {texts:#?}"
        );
        for words in ["what is honest stays", "from away", "after all"] {
            assert!(
                texts[0].0.contains(words),
                "seed {seed}: {words:?} is lost: {}",
                texts[0].0
            );
        }
        assert_eq!(texts[0].1.cards.len(), 1, "the board is whole");
        // Somebody who comes later, and a restart, lead to the same.
        let late = world.add_machine();
        world.join(late);
        world.settle(&[0, 1, 2, 3, late]);
        world.stop(1);
        world.start(1);
        world.settle(&[0, 1, 2, 3, late]);
        for index in [1, late] {
            assert_eq!(
                world.text(index, note, TextField::NoteText),
                texts[0].0,
                "seed {seed}, at {index}"
            );
            assert_eq!(
                world.board(index, board).unwrap(),
                texts[0].1,
                "seed {seed}, at {index}"
            );
        }
    }
}

#[test]
fn a_number_that_somebody_made_up_before_he_was_taken_out_keeps_nothing_that_he_writes_after() {
    let (mut world, note, _) = workspace(3, 3);
    let all = [0, 1, 2];
    world.settle(&all);
    world.stop(1);
    let mut rng = world.rng.clone();
    let mut mallory = Mallory::at(&world, 1);
    let gone = mallory.key.id();
    let ahead = Stamp {
        chain: Chain::after(1 << 40, EnvelopeId::from_bytes([9; 32])),
        ..mallory.stamp()
    };
    mallory.send(&mut rng, &ahead, note, 1, vec![ChangeBytes(vec![1; 20])]);
    drop(mallory);
    world.rng = rng;
    world.start(1);
    world.settle(&all);
    let people = world.people(0);
    let is_his = |member: &Member| {
        let mut devices = member.devices.iter();
        devices.any(|device| device.id == gone.to_string())
    };
    let member = people.into_iter().find(is_his).unwrap().id;
    world.ask(0, Request::RemoveMember { member }).unwrap();
    world.settle(&[0, 2]);
    for index in [0, 2] {
        world.stop(index);
        let rights = Mallory::at(&world, index)
            .authority
            .standing(&gone)
            .unwrap();
        let last = rights.removed_after().unwrap();
        assert!((1..1_000).contains(&last), "{last}");
    }
}

#[test]
fn who_lowers_himself_and_keeps_what_he_has_yet_to_write_is_stopped_by_an_owner() {
    let (mut world, note, _) = workspace(23, 2);
    world.stop(1);
    let mut mallory = Mallory::at(&world, 1);
    let device = mallory.key.id();
    let member = mallory.authority.member_of(&device).unwrap();
    let lower = Operation {
        parents: mallory.authority.heads().to_vec(),
        action: Action::Lower {
            member,
            role: Role::Viewer,
            kept: vec![Kept {
                device,
                sequence: u64::MAX,
            }],
        },
    };
    let envelope = lower.sign(&mallory.key, &mallory.stamp()).unwrap();
    mallory.put(&envelope);
    drop(mallory);
    world.start(1);
    let write = |world: &mut World, text: &str| {
        world.stop(1);
        let mut rng = world.rng.clone();
        let mut mallory = Mallory::at(world, 1);
        let permit = mallory.authority.read(&device, Kind::Note).unwrap();
        let kept = mallory.store.load(&permit, note).unwrap();
        let changes = kept.changes.into_iter().map(|(_, change)| change);
        let changes: Vec<ChangeBytes> = changes.collect();
        let actor = ActorSeed(rng.r#gen());
        let mut loaded = Document::load(actor, None, &changes).unwrap();
        let text = text.to_owned();
        let edit = Edit::Note(NoteEdit::AppendText { text });
        let edited = loaded.document.edit(&edit, 0).unwrap();
        let stamp = mallory.stamp();
        mallory.send(&mut rng, &stamp, note, 1, edited.changes);
        drop(mallory);
        world.rng = rng;
        world.start(1);
        world.settle(&[0, 1]);
    };
    write(&mut world, "as a viewer");
    let of_mallory = |world: &mut World| {
        let people = world.people(0).into_iter();
        let mut found = people.filter(|person| person.id == member.to_string());
        found.next().unwrap().role
    };
    assert_eq!(of_mallory(&mut world), Role::Viewer);
    let seen = world.text(0, note, TextField::NoteText);
    assert!(seen.contains("as a viewer"), "{seen}");
    let request = Request::SetRole {
        member: member.to_string(),
        role: Role::Viewer,
    };
    world.ask(0, request).unwrap();
    world.settle(&[0, 1]);
    write(&mut world, "once more");
    let seen = world.text(0, note, TextField::NoteText);
    assert!(
        seen.contains("as a viewer") && !seen.contains("once more"),
        "{seen}"
    );
}

// ---- frames ----

#[test]
fn nobody_writes_what_another_says_of_himself() {
    let (mut world, _, _) = workspace(17, 3);
    let say = |name: &str| Request::SetProfile {
        name: Some(name.to_owned()),
        zone: None,
        hours: None,
    };
    world.settle(&[0, 1, 2]);
    world.ask(1, say("Bea")).unwrap();
    world.settle(&[0, 1, 2]);
    let mut rng = world.rng.clone();
    world.stop(2);
    let mut mallory = Mallory::at(&world, 2);
    let actor = ActorSeed([66; 16]);
    for (victim, kind) in [
        (1, Kind::Profile),
        (0, Kind::Profile),
        (1, Kind::Note),
        (0, Kind::Note),
    ] {
        let member = mallory
            .authority
            .member_of(&world.machines[victim].device)
            .unwrap();
        let id = profile_of(&member);
        let mut forged = match kind {
            Kind::Note => Document::create_note(
                id,
                actor,
                "Mallory",
                "",
                &Place {
                    parent: None,
                    position: "a".to_owned(),
                },
                0,
            ),
            _ => Document::begin_profile(id, actor),
        }
        .unwrap();
        if kind == Kind::Profile {
            let edit = ProfileEdit {
                name: Some("Mallory".to_owned()),
                ..ProfileEdit::default()
            };
            forged.edit(&Edit::Profile(edit), 1).unwrap();
        }
        let stamp = mallory.stamp();
        mallory.send(
            &mut rng,
            &stamp,
            id,
            kind.code(),
            forged.all_changes().unwrap(),
        );
    }
    drop(mallory);
    world.start(2);
    for _ in 0..3 {
        world.settle(&[0, 1, 2]);
        world.pass(400);
    }
    for index in 0..2 {
        let Ok(Reply::Audit { report }) = world.ask(index, Request::Audit) else {
            panic!("an audit is answered by its report")
        };
        let kept_aside = report
            .differences
            .iter()
            .any(|one| one.what.starts_with("4 envelopes are kept aside"));
        assert!(kept_aside, "{:?}", report.differences);
        let Ok(Reply::Peers { peers, .. }) = world.ask(index, Request::ListPeers) else {
            panic!("peers are answered by peers")
        };
        assert!(peers.iter().all(|peer| peer.name != "Mallory"), "{peers:?}");
    }
}

#[test]
fn a_member_whose_frames_are_mad_stops_nobody_else() {
    for seed in 0..10 {
        let (mut world, note, _) = workspace(seed, 3);
        world.settle(&[0, 1, 2]);
        world.tampered = Some(2);
        for round in 0..30 {
            let text = format!("round {round}");
            world
                .ask(
                    round % 2,
                    Request::EditNote {
                        document: note,
                        edit: NoteEdit::AppendText { text },
                    },
                )
                .unwrap();
            for from in [0, 2] {
                let to = usize::from(from == 0) + from % 2 + usize::from(from == 2);
                if world.can_meet(from, to) && !world.network.has(from, world.machines[to].device) {
                    world.dial(from, to);
                }
            }
            for _ in 0..40 {
                let busy = world.network.busy();
                let Some(at) = world.pick(busy.len()) else {
                    break;
                };
                world.deliver(busy[at]);
            }
            world.pass(600);
        }
        world.settle(&[0, 1]);
        world.tampered = None;
        world.rest_and_check(&[0, 1, 2]);
        let text = world.text(2, note, TextField::NoteText);
        assert!((0..30).all(|round| text.contains(&format!("round {round}"))));
    }
}

#[test]
fn a_stranger_is_told_nothing_whatever_it_sends() {
    for seed in 0..40 {
        let (mut world, _, _) = workspace(seed, 2);
        assert!(world.machines[0].strangers_allowed, "an invite is open");
        let mut rng = world.rng.clone();
        let stranger = DeviceKey::generate(&mut rng).id();
        let host = world.machines[0].device;
        let Ok(Reply::Status { status }) = world.ask(0, Request::Status) else {
            panic!("no status")
        };
        let id = skein_model::id::from_base32(&status.workspace_id.unwrap()).unwrap();
        let workspace = WorkspaceId::from_bytes(id.try_into().unwrap());
        // It may even know the workspace's id, as somebody does whose invite was used up.
        let tag = skein_access::tag(&workspace, &stranger, &host);
        let tags = if rng.gen_bool(0.5) {
            vec![tag]
        } else {
            vec![rng.r#gen()]
        };
        let proof = rng.gen_bool(0.5).then(|| {
            Bytes(
                (0..skein_access::InviteProof::LENGTH)
                    .map(|_| rng.r#gen())
                    .collect(),
            )
        });
        let hello = Frame::Hello(Hello {
            newest: 1,
            oldest: 1,
            tags: Ids(tags),
            proof,
        })
        .encode()
        .unwrap();
        let mut told = Vec::new();
        for dialed in [false, true] {
            let connected = PeerInput::Connected {
                peer: stranger,
                address: "/ip4/10.9.9.9/tcp/1".to_owned(),
                dialed,
            };
            let mut frames = vec![hello.clone()];
            frames.extend((0..20).map(|_| {
                let mut frame = if rng.gen_bool(0.5) {
                    hello.clone()
                } else {
                    vec![rng.gen_range(0..20)]
                };
                frame.extend((0..rng.gen_range(0..60)).map(|_| rng.r#gen::<u8>()));
                frame
            }));
            if rng.gen_bool(0.3) {
                frames.swap(0, 1);
            }
            let inputs = std::iter::once(connected).chain(frames.into_iter().map(|bytes| {
                PeerInput::Frame {
                    peer: stranger,
                    bytes,
                }
            }));
            for input in inputs {
                let now = world.now_ms;
                for effect in world.machines[0].handle(now, Input::Peer(input)) {
                    match effect {
                        Effect::Send { peer, frame } if peer == stranger => told.push(frame),
                        other => drop(world.keep(0, other)),
                    }
                }
            }
            world.give(0, crate::sim::disconnected(stranger));
        }
        for frame in told {
            let frame = Frame::decode(&frame).unwrap();
            assert!(
                matches!(frame, Frame::Hello(_) | Frame::Bye(_)),
                "seed {seed}: a stranger was told {frame:?}"
            );
        }
        world.rng = rng;
        world.rest_and_check(&[0, 1]);
    }
}

#[test]
fn what_one_client_may_watch_is_bounded() {
    let (mut world, note, _) = workspace(3, 1);
    let mut refused = 0;
    for id in 0..400 {
        let request = Request::Subscribe {
            view: View::Note { document: note },
        };
        let message = ClientMessage { id, request };
        let now = world.now_ms;
        for effect in world.machines[0].handle(
            now,
            Input::Client {
                client: 77,
                message,
            },
        ) {
            refused += usize::from(matches!(&effect, Effect::ToClient { message, .. }
                if matches!(**message, ServerMessage::Reply { result: Outcome::Error(_), .. })));
        }
    }
    assert!((1..400).contains(&refused), "{refused} of 400 were refused");
}
