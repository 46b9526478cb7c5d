//! Two members in one process, on real sockets and real files: found, invite, join, write, restart.

use crate::nodes::{LOOPBACK, Member};
use skein_engine::Use;
use skein_engine::api::{Event, Reply, Request, ServerMessage, View};
use skein_model::{BoardEdit, CardId, Kind, NewCard, NoteEdit, Splice};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_two_members_write_apart_and_together_is_the_same_for_both() {
    let folder = tempfile::tempdir().unwrap();
    let (a, b) = (folder.path().join("a"), folder.path().join("b"));
    let mut ana = Member::open(&a, LOOPBACK).await;
    ana.found("Ana").await;
    let note = ana.create_note("Plan", "one\ntwo\n").await;
    let ticket = ana.invite().await;
    let mut bo = Member::open(&b, LOOPBACK).await;
    bo.join(ticket, "Bo").await;
    bo.idle().await;
    assert_eq!(bo.note(note).await.text, "one\ntwo\n");

    // Together.
    bo.edit_note(
        note,
        NoteEdit::AppendText {
            text: "three".to_owned(),
        },
    )
    .await;
    bo.idle().await;
    ana.idle().await;
    assert_eq!(ana.note(note).await.text, bo.note(note).await.text);

    // Apart.
    bo.host.close().await;
    let base = ana.note(note).await.text;
    let text = base.replace("one", "ONE");
    ana.edit_note(note, NoteEdit::ReplaceText { base, text })
        .await;
    let mut bo = Member::open(&b, Use::Once).await;
    bo.edit_note(
        note,
        NoteEdit::AppendText {
            text: "four".to_owned(),
        },
    )
    .await;
    bo.edit_note(
        note,
        NoteEdit::Rename {
            title: "The plan".to_owned(),
        },
    )
    .await;
    bo.host.close().await;

    // Together again: the ports are kept, so both find one another without a word.
    let mut bo = Member::open(&b, LOOPBACK).await;
    bo.idle().await;
    ana.idle().await;
    let (at_ana, at_bo) = (ana.note(note).await, bo.note(note).await);
    assert_eq!(at_ana, at_bo);
    assert!(
        at_ana.text.contains("ONE") && at_ana.text.contains("four") && at_ana.title == "The plan",
        "{at_ana:?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn typed_text_is_durable_before_it_is_acknowledged_and_survives_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let mut ana = Member::open(folder.path(), LOOPBACK).await;
    ana.found("Ana").await;
    let note = ana.create_note("Typed", "").await;
    let view = View::Text {
        document: note,
        card: None,
    };
    let Reply::Subscribed { subscription } = ana.ask(Request::Subscribe { view }).await else {
        panic!("not subscribed")
    };
    let Some(ServerMessage::Event {
        event: Event::TextReset { version, .. },
        ..
    }) = ana.client.receive().await
    else {
        panic!("no text")
    };
    let mut base_version = version;
    for (at, letter) in (0..).zip("hello".chars()) {
        let splices = vec![Splice {
            at,
            delete: 0,
            insert: letter.to_string(),
        }];
        let push = Request::TextPush {
            subscription,
            base_version,
            push_id: format!("p{at}"),
            splices,
            length: at + 1,
        };
        let Reply::TextAck { version, splices } = ana.ask(push).await else {
            panic!("not acknowledged")
        };
        assert!(splices.is_empty());
        base_version = version;
    }
    // Another process, while this one has the profile.
    let mut guest = Member::open(folder.path(), Use::Once).await;
    assert!(!guest.host.is_owner());
    assert_eq!(guest.note(note).await.text, "hello");
    ana.host.close().await;
    let mut ana = Member::open(folder.path(), LOOPBACK).await;
    assert_eq!(ana.note(note).await.text, "hello");
    let Reply::Audit { report } = ana.ask(Request::Audit).await else {
        panic!("no report")
    };
    assert_eq!(report.differences, []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_card_moved_by_two_people_apart_is_one_card_with_both_wishes() {
    let folder = tempfile::tempdir().unwrap();
    let (a, b) = (folder.path().join("a"), folder.path().join("b"));
    let mut ana = Member::open(&a, LOOPBACK).await;
    ana.found("Ana").await;
    let board = ana.create_board("Work").await;
    let view = ana.board(board).await;
    let card = CardId::from_bytes([7; 16]);
    let cards = vec![NewCard {
        id: card,
        title: "Fly".to_owned(),
    }];
    let add = BoardEdit::AddCards {
        column: view.columns[0].id,
        after: None,
        cards,
    };
    ana.ask(Request::EditBoard {
        document: board,
        edit: add,
    })
    .await;
    let ticket = ana.invite().await;
    let mut bo = Member::open(&b, LOOPBACK).await;
    bo.join(ticket, "Bo").await;
    bo.idle().await;
    bo.host.close().await;
    let to = |column: usize| BoardEdit::MoveCard {
        card,
        column: view.columns[column].id,
        after: None,
    };
    ana.ask(Request::EditBoard {
        document: board,
        edit: to(1),
    })
    .await;
    let mut bo = Member::open(&b, Use::Once).await;
    bo.ask(Request::EditBoard {
        document: board,
        edit: to(2),
    })
    .await;
    bo.host.close().await;
    let mut bo = Member::open(&b, LOOPBACK).await;
    bo.idle().await;
    ana.idle().await;
    let (at_ana, at_bo) = (ana.board(board).await, bo.board(board).await);
    assert_eq!(at_ana, at_bo);
    assert_eq!(at_ana.cards.len(), 1);
    assert_eq!(at_ana.cards[0].place.others.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_line_that_is_no_request_ends_that_client_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let mut ana = Member::open(folder.path(), LOOPBACK).await;
    ana.found("Ana").await;
    let mut stranger = tokio::net::UnixStream::connect(folder.path().join("engine.sock"))
        .await
        .unwrap();
    tokio::io::AsyncWriteExt::write_all(
        &mut stranger,
        b"{\"id\":1,\"request\":{\"type\":\"no such\"}}\n",
    )
    .await
    .unwrap();
    let mut rest = Vec::new();
    tokio::io::AsyncReadExt::read_to_end(&mut stranger, &mut rest)
        .await
        .unwrap();
    let Reply::Documents { documents } = ana
        .ask(Request::ListDocuments {
            kind: Some(Kind::Note),
            trashed: false,
        })
        .await
    else {
        panic!("no list")
    };
    assert!(documents.is_empty());
}
