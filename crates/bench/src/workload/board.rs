//! Boards: moving cards on a large one, beside one register of bare automerge.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use automerge::transaction::Transactable;
use automerge::{Automerge, ObjId, ObjType, ROOT};
use rand::Rng;
use skein_engine::Use;
use skein_engine::api::{Event, Reply, Request, View};
use skein_model::{BoardEdit, CardId, ColumnId, NewCard};

use super::{Scale, dice};
use crate::measure::{Samples, ratio, shown};
use crate::member::Member;
use crate::report::{Budget, Section, Table};

/// The most that one edit adds.
const AT_ONCE: usize = 500;

pub(crate) async fn run(folder: &Path, scale: Scale) -> Result<Section> {
    let cards = scale.of(5_000, 1_000);
    let moves = scale.of(500, 100);
    let ours = by_engine(&folder.join("board"), cards, moves).await?;
    let theirs = by_automerge(cards, moves)?;
    let mut table = Table::new(&[
        "one move",
        "p50",
        "p95",
        "p99",
        "longest",
        "p50 to bare automerge",
    ]);
    for (name, samples) in [
        ("Skein: engine, on disk, the board's view told", &ours),
        ("bare automerge: one register, in memory", &theirs),
    ] {
        let [p50, p95, p99, max] =
            [samples.p50(), samples.p95(), samples.p99(), samples.max()].map(shown);
        table.row([
            name.to_owned(),
            p50,
            p95,
            p99,
            max,
            ratio(samples.p50(), theirs.p50()),
        ]);
    }
    Ok(Section {
        title: "Moving cards",
        words: format!(
            "A board of {cards} cards in three columns, watched by a view; random cards go to random places, {moves} times."
        ),
        tables: vec![table],
        budgets: vec![Budget {
            what: "a move through the engine: p95",
            budget: "5 ms with 5,000 cards".to_owned(),
            measured: format!("{} with {cards}", shown(ours.p95())),
            holds: ours.p95() <= Duration::from_millis(5),
        }],
        notes: vec![],
    })
}

async fn by_engine(folder: &Path, count: usize, moves: usize) -> Result<Samples> {
    let mut member = Member::founding(folder, Use::Once, "Ana").await?;
    let create = Request::CreateBoard {
        title: "Work".to_owned(),
        columns: None,
        parent: None,
        after: None,
    };
    let Reply::Created { id: document } = member.ask(create).await? else {
        bail!("no board was made")
    };
    let Reply::Board { board } = member.ask(Request::ReadBoard { document }).await? else {
        bail!("no board was read")
    };
    let columns: Vec<ColumnId> = board.columns.iter().map(|column| column.id).collect();
    let mut rng = dice();
    let cards: Vec<CardId> = (0..count)
        .map(|_| CardId::from_bytes(rng.r#gen()))
        .collect();
    for (number, chunk) in cards.chunks(AT_ONCE).enumerate() {
        let column = *columns.get(number % columns.len()).context("no column")?;
        let cards = chunk
            .iter()
            .map(|id| NewCard {
                id: *id,
                title: format!("Card {id}"),
            })
            .collect();
        member
            .ask(Request::EditBoard {
                document,
                edit: BoardEdit::AddCards {
                    column,
                    after: None,
                    cards,
                },
            })
            .await?;
    }
    let view = member.watch(View::Board { document }).await?;
    member.event(view).await?;
    let mut samples = Samples::default();
    for _ in 0..moves {
        let pick = |rng: &mut rand_chacha::ChaCha20Rng| {
            cards
                .get(rng.gen_range(0..cards.len()))
                .copied()
                .context("no card")
        };
        let (card, after) = (pick(&mut rng)?, Some(pick(&mut rng)?));
        let column = *columns
            .get(rng.gen_range(0..columns.len()))
            .context("no column")?;
        let edit = BoardEdit::MoveCard {
            card,
            column,
            after: after.filter(|after| *after != card),
        };
        let begun = Instant::now();
        let reply = member.ask(Request::EditBoard { document, edit }).await?;
        let Reply::Edited { undo } = reply else {
            bail!("a move was not made: {reply:?}")
        };
        if undo.is_some() {
            while !matches!(member.event(view).await?, Event::Board { .. }) {}
        }
        samples.push(begun.elapsed());
    }
    member.close().await;
    Ok(samples)
}

fn by_automerge(count: usize, moves: usize) -> Result<Samples> {
    let mut rng = dice();
    let mut document = Automerge::new();
    let mut tx = document.transaction();
    let list = tx.put_object(ROOT, "cards", ObjType::Map)?;
    let mut cards: Vec<ObjId> = Vec::with_capacity(count);
    for number in 0..count {
        let card = tx.put_object(&list, format!("{number:032x}"), ObjType::Map)?;
        tx.put(&card, "title", format!("Card {number}"))?;
        tx.put(&card, "place", format!("todo|{number:06}"))?;
        cards.push(card);
    }
    tx.commit();
    let mut samples = Samples::default();
    for number in 0..moves {
        let card = cards
            .get(rng.gen_range(0..cards.len()))
            .context("no card")?;
        samples.time(|| -> Result<()> {
            let mut tx = document.transaction();
            tx.put(card, "place", format!("doing|{number:06}"))?;
            tx.commit();
            Ok(())
        })?;
    }
    Ok(samples)
}
