//! `skein board` and `skein card`: make, read and change boards.

use rand::RngCore;
use serde_json::{Value, json};
use skein_engine::api::{
    BoardEdit, BoardView, CardId, CardSummary, CardView, DocumentId, Kind, NewCard, Priority,
};
use skein_engine::api::{Event, Request, View};

use super::note::{created, list};
use crate::arguments::{Board, Card, Field};
use crate::connection::{Connection, another_question, column};
use crate::failure::Failure;
use crate::output::Output;

pub(super) async fn run(
    connection: &mut Connection,
    out: Output,
    command: Board,
) -> Result<(), Failure> {
    match command {
        Board::New {
            title,
            columns,
            place,
        } => {
            let parent = connection.find_all(place.under.as_ref()).await?;
            let after = connection.find_all(place.after.as_ref()).await?;
            let columns = (!columns.is_empty()).then_some(columns);
            let reply = connection
                .ask(Request::CreateBoard {
                    title,
                    columns,
                    parent,
                    after,
                })
                .await?;
            created(out, reply)
        }
        Board::List => {
            let boards = connection.documents(Some(Kind::Board), false).await?;
            list(
                out,
                &boards,
                "There are no boards yet. `skein board new TITLE` makes one.",
            );
            Ok(())
        }
        Board::Show { id } => {
            let id = connection.find(&id, Some(Kind::Board)).await?;
            let board = connection.board(id).await?;
            let mut value =
                serde_json::to_value(&board).map_err(skein_engine::api::ApiError::internal)?;
            if let Value::Object(fields) = &mut value {
                fields.insert("title".to_owned(), json!(board.title.value));
                fields.insert("otherTitles".to_owned(), json!(board.title.others));
            }
            out.show(&value, || words(&board));
            Ok(())
        }
    }
}

pub(super) async fn card(
    connection: &mut Connection,
    out: Output,
    command: Card,
) -> Result<(), Failure> {
    match command {
        Card::Add {
            board,
            column: named,
            title,
        } => {
            let document = connection.find(&board, Some(Kind::Board)).await?;
            let board = connection.board(document).await?;
            let column = column(&board, &named)?;
            let after = board
                .cards
                .iter()
                .rfind(|card| card.place.value.column == column && shown(card))
                .map(|card| card.id);
            let mut bytes = [0; 16];
            rand::thread_rng().fill_bytes(&mut bytes);
            let id = CardId::from_bytes(bytes);
            let edit = BoardEdit::AddCards {
                column,
                after,
                cards: vec![NewCard { id, title }],
            };
            connection
                .ask(Request::EditBoard { document, edit })
                .await?;
            out.show(&json!({ "id": id }), || id.to_string());
            Ok(())
        }
        Card::Move {
            card,
            column: named,
            after,
        } => {
            let (document, view) = connection.card(&card).await?;
            let board = connection.board(document).await?;
            let column = column(&board, &named)?;
            let after = after
                .map(|after| {
                    after
                        .parse::<CardId>()
                        .map_err(|error| Failure::invalid(format!("{error}."), ""))
                })
                .transpose()?;
            let edit = BoardEdit::MoveCard {
                card: view.id,
                column,
                after,
            };
            changed(connection, out, document, view.id, edit, "Moved.").await
        }
        Card::Set { card, field, value } => {
            let (document, view) = connection.card(&card).await?;
            let edit = set(connection, document, &view, field, value).await?;
            changed(connection, out, document, view.id, edit, "Set.").await
        }
        Card::List { board } => list_cards(connection, out, board).await,
    }
}

async fn changed(
    connection: &mut Connection,
    out: Output,
    document: DocumentId,
    card: CardId,
    edit: BoardEdit,
    words: &str,
) -> Result<(), Failure> {
    connection
        .ask(Request::EditBoard { document, edit })
        .await?;
    out.show(&json!({ "id": card, "board": document }), || {
        words.to_owned()
    });
    Ok(())
}

async fn set(
    connection: &mut Connection,
    document: DocumentId,
    view: &CardView,
    field: Field,
    value: String,
) -> Result<BoardEdit, Failure> {
    let card = view.id;
    let list = || {
        value
            .split(',')
            .map(str::trim)
            .filter(|item| !item.is_empty())
            .map(str::to_owned)
            .collect()
    };
    Ok(match field {
        Field::Title => BoardEdit::SetCardTitle { card, title: value },
        Field::Description => BoardEdit::ReplaceDescription {
            card,
            base: description(connection, document, card).await?,
            text: value,
        },
        Field::Assignees => BoardEdit::SetAssignees {
            card,
            assignees: list(),
        },
        Field::Owner => BoardEdit::SetOwner {
            card,
            member: Some(value.trim().to_owned()).filter(|name| !name.is_empty()),
        },
        Field::Labels => BoardEdit::SetLabels {
            card,
            labels: list(),
        },
        Field::Due => BoardEdit::SetDue {
            card,
            due: Some(value.trim().to_owned()).filter(|due| !due.is_empty()),
        },
        Field::Priority => BoardEdit::SetPriority {
            card,
            priority: match value.trim() {
                "" => None,
                word => Some(Priority::from_word(word).ok_or_else(|| {
                    Failure::invalid(
                        format!("“{word}” is no priority."),
                        "It is low, medium, high or urgent; empty for none.",
                    )
                })?),
            },
        },
        Field::Archived => BoardEdit::ArchiveCard {
            card,
            archived: match value.trim() {
                "yes" | "true" => true,
                "no" | "false" | "" => false,
                word => {
                    return Err(Failure::invalid(
                        format!("“{word}” is neither yes nor no."),
                        "",
                    ));
                }
            },
        },
    })
}

/// A card's description, read as a view of its text.
async fn description(
    connection: &mut Connection,
    document: DocumentId,
    card: CardId,
) -> Result<String, Failure> {
    let view = View::Text {
        document,
        card: Some(card),
    };
    match connection.look_at(view).await? {
        Event::TextReset { text, .. } => Ok(text),
        _ => Err(another_question()),
    }
}

async fn list_cards(
    connection: &mut Connection,
    out: Output,
    board: Option<String>,
) -> Result<(), Failure> {
    let boards = match board {
        Some(named) => vec![connection.find(&named, Some(Kind::Board)).await?],
        None => connection
            .documents(Some(Kind::Board), false)
            .await?
            .into_iter()
            .map(|listed| listed.item.id)
            .collect(),
    };
    let mut cards = Vec::new();
    let mut lines = Vec::new();
    for document in boards {
        let board = connection.board(document).await?;
        for card in board.cards.iter().filter(|card| shown(card)) {
            let column = column_title(&board, card);
            lines.push(format!("{}  {column}: {}", card.id, card.title));
            let mut value =
                serde_json::to_value(card).map_err(skein_engine::api::ApiError::internal)?;
            if let Value::Object(fields) = &mut value {
                fields.insert("board".to_owned(), json!(document));
                fields.insert("column".to_owned(), json!(column));
            }
            cards.push(value);
        }
    }
    out.show(&cards, || {
        if lines.is_empty() {
            "There are no cards.".to_owned()
        } else {
            lines.join("\n")
        }
    });
    Ok(())
}

fn shown(card: &CardSummary) -> bool {
    card.life.is_live() && !card.archived
}

fn column_title(board: &BoardView, card: &CardSummary) -> String {
    let column = board
        .columns
        .iter()
        .find(|column| column.id == card.place.value.column);
    column
        .map(|column| column.title.value.clone())
        .unwrap_or_default()
}

fn words(board: &BoardView) -> String {
    let mut lines = vec![format!("# {}", board.title.value)];
    for column in &board.columns {
        lines.push(format!("\n## {}", column.title.value));
        for card in board
            .cards
            .iter()
            .filter(|card| card.place.value.column == column.id && shown(card))
        {
            lines.push(format!("- {}  ({})", card.title, card.id));
            for other in &card.place.others {
                let title = board
                    .columns
                    .iter()
                    .find(|column| column.id == other.column)
                    .map_or("elsewhere", |column| &column.title.value);
                lines.push(format!(
                    "  moved to “{title}” by somebody else at the same time"
                ));
            }
        }
    }
    lines.join("\n")
}
