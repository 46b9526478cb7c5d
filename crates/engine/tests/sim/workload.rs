//! What people, machines and networks do in a run, one step after the other, as the seed says.

use rand::Rng;
use rand::seq::SliceRandom;
use skein_access::Role;
use skein_engine::api::{DeliveryState, Listed, Reply, Request, WorkspaceState};
use skein_model::text::length_of;
use skein_model::{
    BoardEdit, CardId, ColumnId, DocumentId, Kind, NewCard, NoteEdit, Priority, Splice, Splices,
    TextField,
};

use super::World;
use super::ledger::is_kept;
use super::machine::{Asked, Machine, copy_profile};

impl World {
    /// Founds the workspace at the first machine.
    pub(crate) fn found(&mut self) {
        self.ask(
            0,
            Request::CreateWorkspace {
                member_name: "Member 0".to_owned(),
                workspace_name: "Geese".to_owned(),
                zone: None,
            },
        )
        .unwrap();
        self.machines[0].joined = true;
        self.ledger.moment();
    }

    pub(crate) fn invite(&mut self, index: usize, role: Role, uses: u32) {
        // A relay keeps the end by its own clock, and the inviter's may be years behind.
        let expires_in_hours = self.relay.is_some().then_some(1_000_000);
        match self.ask(
            index,
            Request::CreateInvite {
                role,
                uses,
                expires_in_hours,
                approval: false,
            },
        ) {
            Ok(Reply::Invite { ticket, .. }) => self.tickets.push(ticket),
            other => panic!("{other:?}"),
        }
    }

    /// Begins a join, if it has not begun.
    pub(crate) fn join(&mut self, index: usize) {
        let Ok(Reply::Status { status }) = self.ask(index, Request::Status) else {
            return;
        };
        match status.state {
            WorkspaceState::Empty => {
                if self.tickets.is_empty() {
                    if !self.machines[0].is_running() {
                        return;
                    }
                    let uses = u32::try_from(self.machines.len()).unwrap();
                    let (uses, tickets) = if self.chance(50) {
                        (uses, 1)
                    } else {
                        (1, self.machines.len())
                    };
                    for _ in 0..tickets {
                        self.invite(0, Role::Editor, uses);
                    }
                }
                let ticket = self.tickets[index % self.tickets.len()].clone();
                let member_name = Some(format!("Member {index}"));
                self.log(|| format!("{index} joins"));
                self.ask(
                    index,
                    Request::JoinWorkspace {
                        ticket,
                        member_name,
                        zone: None,
                    },
                )
                .unwrap();
            }
            WorkspaceState::Joining | WorkspaceState::Ready => {
                self.machines[index].joined = status.state == WorkspaceState::Ready;
            }
            WorkspaceState::ReadOnly => assert!(status.out, "read only: {status:?}"),
        }
    }

    /// One step of a run.
    pub(crate) fn step(&mut self) {
        let running = self.running();
        let Some(index) = self.pick(running.len()).map(|at| running[at]) else {
            return self.start_one();
        };
        match self.rng.gen_range(0..100) {
            0..24 => self.work_some_view(),
            24..44 => self.type_somewhere(),
            44..54 => self.deliver_some(),
            54..62 => {
                let ms = match self.rng.gen_range(0..10) {
                    0..5 => self.rng.gen_range(0..60),
                    5..8 => self.rng.gen_range(0..700),
                    8 => self.rng.gen_range(0..6_000),
                    _ => self.rng.gen_range(0..70_000),
                };
                self.pass(ms);
            }
            62..72 => self.edit_note(index),
            72..82 => self.edit_board(index),
            82..84 => self.create(index),
            84..86 => self.open_some_view(index),
            86..90 => self.dial_some(index),
            90..91 => {
                let mut rng = self.rng.clone();
                self.network.break_one(&mut rng);
                self.rng = rng;
            }
            91..93 => self.run_job(index),
            93..95 => self.join(index),
            95..96 => self.change_a_clock(index),
            96..97 => self.stop(index),
            97..98 => self.start_one(),
            _ => self.break_some_view(),
        }
    }

    fn start_one(&mut self) {
        if let Some(index) =
            (0..self.machines.len()).find(|index| !self.machines[*index].is_running())
        {
            self.start(index);
        }
    }

    fn change_a_clock(&mut self, index: usize) {
        const YEARS_3: i64 = 3 * 365 * 24 * 3_600_000;
        self.machines[index].skew_ms = self.rng.gen_range(-YEARS_3..YEARS_3);
    }

    fn dial_some(&mut self, index: usize) {
        if self.relay.is_some() && !(self.meet_anywhere && self.chance(50)) {
            return self.meet_the_relay(&[index]);
        }
        let other = self.rng.gen_range(0..self.machines.len());
        if self.can_meet(index, other) {
            self.dial(index, other);
        }
    }

    fn deliver_some(&mut self) {
        for _ in 0..self.rng.gen_range(1..12) {
            let busy = self.network.busy();
            let Some(at) = self.pick(busy.len()) else {
                return;
            };
            self.deliver(busy[at]);
        }
    }

    // ---- editors ----

    fn work_some_view(&mut self) {
        if let Some(at) = self.pick(self.views.len()) {
            let messages = self.rng.gen_range(0..4);
            self.work_view(at, messages);
        }
    }

    fn break_some_view(&mut self) {
        if let Some(at) = self.pick(self.views.len()) {
            self.break_view_line(at);
        }
    }

    fn open_some_view(&mut self, index: usize) {
        if self.views.len() >= 8 {
            return;
        }
        let Some(listed) = self.some_document(index, None) else {
            return;
        };
        let document = listed.item.id;
        let field = match listed.item.kind {
            Kind::Note => TextField::NoteText,
            Kind::Profile => panic!("a profile is in no list"),
            Kind::Board => {
                let Ok(board) = self.board(index, document) else {
                    return;
                };
                match self.pick(board.cards.len()) {
                    Some(at) => TextField::CardDescription(board.cards[at].id),
                    None => return,
                }
            }
        };
        self.open_view(index, document, field);
    }

    fn type_somewhere(&mut self) {
        let Some(at) = self.pick(self.views.len()) else {
            return;
        };
        if !self.views[at].is_started() {
            return;
        }
        let (index, document, field) = (
            self.views[at].machine,
            self.views[at].document,
            self.views[at].field,
        );
        let text = self.views[at].text();
        let change = self.some_change(index, document, field, &text);
        self.views[at].type_in(&change);
        if self.chance(60) {
            self.work_view(at, 0);
        }
    }

    /// A change of a text: new characters, and in half of the documents some that go.
    fn some_change(
        &mut self,
        index: usize,
        document: DocumentId,
        field: TextField,
        text: &str,
    ) -> Splices {
        let borders: Vec<usize> = text
            .char_indices()
            .map(|(at, _)| at)
            .chain([text.len()])
            .collect();
        let from = self.rng.gen_range(0..borders.len());
        let mut to = from;
        if !is_kept(document) && self.chance(35) {
            to = (from + self.rng.gen_range(0..4)).min(borders.len() - 1);
        }
        let (start, end) = (borders[from], borders[to]);
        let gone = &text[start..end];
        self.ledger.delete(gone);
        let insert = if to > from && self.chance(50) {
            String::new()
        } else {
            self.some_text(index, document, field)
        };
        Splices(vec![Splice {
            at: length_of(&text[..start]),
            delete: length_of(gone),
            insert,
        }])
    }

    fn some_text(&mut self, index: usize, document: DocumentId, field: TextField) -> String {
        let mut text = String::new();
        for _ in 0..self.rng.gen_range(1..4) {
            text.push(self.ledger.token(index, document, field));
            text += ["", "", "", " ", "\n", "a", "😀", "- [ ] "][self.rng.gen_range(0..8)];
        }
        if self.chance(1) {
            let long: String = (0..9_000)
                .map(|_| char::from(self.rng.gen_range(b'a'..=b'z')))
                .collect();
            text += &long;
        }
        text
    }

    // ---- typed edits ----

    pub(crate) fn some_document(&mut self, index: usize, kind: Option<Kind>) -> Option<Listed> {
        let trashed = self.chance(10);
        let listed: Vec<Listed> = self
            .documents(index, trashed)
            .into_iter()
            .filter(|listed| kind.is_none_or(|kind| listed.item.kind == kind))
            .collect();
        self.pick(listed.len()).map(|at| listed[at].clone())
    }

    pub(crate) fn create(&mut self, index: usize) {
        if !self.machines[index].joined || self.ledger.documents.len() > 12 {
            return;
        }
        let moment = self.ledger.moment();
        let title = format!("Document {moment}");
        let parent = self
            .some_document(index, None)
            .map(|listed| listed.item.id)
            .filter(|_| moment.is_multiple_of(3));
        let request = match self.chance(60) {
            true => {
                let large = self.chance(6);
                let text = large.then(|| {
                    (0..100_000)
                        .map(|_| char::from(self.rng.gen_range(b' '..b'~')))
                        .collect()
                });
                Request::CreateNote {
                    title,
                    text,
                    parent,
                    after: None,
                }
            }
            false => Request::CreateBoard {
                title,
                columns: None,
                parent,
                after: None,
            },
        };
        self.ask_for(index, request, Asked::Document);
    }

    fn edit_note(&mut self, index: usize) {
        let Some(listed) = self.some_document(index, None) else {
            return;
        };
        let document = listed.item.id;
        if self.chance(25) {
            return self.place(index, document);
        }
        if listed.item.kind == Kind::Board {
            return self.edit_board(index);
        }
        let field = TextField::NoteText;
        let (edit, asked) = match self.rng.gen_range(0..10) {
            0..2 => {
                let moment = self.ledger.moment();
                (
                    NoteEdit::Rename {
                        title: format!("Title {moment}"),
                    },
                    Asked::Change,
                )
            }
            2..5 => {
                let text = self.some_text(index, document, field);
                (
                    NoteEdit::AppendText { text: text.clone() },
                    Asked::Insertion(text),
                )
            }
            5..8 => return self.replace_text(index, document),
            8 => (NoteEdit::Trash, Asked::Change),
            _ => (NoteEdit::Restore, Asked::Change),
        };
        self.ask_for(index, Request::EditNote { document, edit }, asked);
    }

    /// Writes a text anew from a version of it that may be old.
    fn replace_text(&mut self, index: usize, document: DocumentId) {
        let field = TextField::NoteText;
        let Ok(Reply::Note { note }) = self.ask(index, Request::ReadNote { document }) else {
            return;
        };
        let old = self.machines[index]
            .old_texts
            .get(&(document, field))
            .cloned()
            .filter(|_| self.rng.gen_bool(0.5));
        let base = old.unwrap_or_else(|| note.text.clone());
        self.machines[index]
            .old_texts
            .insert((document, field), note.text);
        let change = self.some_change(index, document, field, &base);
        let inserted = change
            .0
            .iter()
            .map(|splice| splice.insert.as_str())
            .collect();
        let text = change.apply(&base).unwrap();
        self.ledger.inexact.insert((document, field));
        self.ask_for(
            index,
            Request::EditNote {
                document,
                edit: NoteEdit::ReplaceText { base, text },
            },
            Asked::Insertion(inserted),
        );
    }

    /// So many small edits of one note that it is compacted as soon as nobody touches it.
    pub(crate) fn make_history(&mut self, index: usize) {
        let Some(listed) = self.some_document(index, Some(Kind::Note)) else {
            return;
        };
        let document = listed.item.id;
        for _ in 0..520 {
            let text = self
                .ledger
                .token(index, document, TextField::NoteText)
                .to_string();
            let edit = NoteEdit::AppendText { text: text.clone() };
            self.ask_for(
                index,
                Request::EditNote { document, edit },
                Asked::Insertion(text),
            );
        }
        self.breaks += 1;
        self.log(|| format!("{index} gave {document} a long history"));
    }

    fn place(&mut self, index: usize, document: DocumentId) {
        let parent = self
            .some_document(index, None)
            .map(|listed| listed.item.id)
            .filter(|_| self.ledger.documents.len().is_multiple_of(2));
        self.ask_for(
            index,
            Request::PlaceDocument {
                document,
                parent,
                after: None,
            },
            Asked::Change,
        );
    }

    fn edit_board(&mut self, index: usize) {
        let Some(listed) = self.some_document(index, Some(Kind::Board)) else {
            return;
        };
        let document = listed.item.id;
        if self.chance(30) {
            self.watch_board(index, document);
        }
        if self.chance(10)
            && let Some(undo) = self.machines[index].undos.pop()
        {
            self.ask_for(index, undo, Asked::Change);
            return;
        }
        let Ok(board) = self.board(index, document) else {
            return;
        };
        let Some(column) = board.columns.choose(&mut self.rng).map(|column| column.id) else {
            return;
        };
        let moment = self.ledger.moment();
        let card = board.cards.choose(&mut self.rng).map(|card| card.id);
        let after = board
            .cards
            .choose(&mut self.rng)
            .map(|card| card.id)
            .filter(|after| Some(*after) != card && moment.is_multiple_of(2));
        let Some(card) = card.filter(|_| self.rng.gen_bool(0.8)) else {
            let id = CardId::from_bytes(self.rng.r#gen());
            let cards = vec![NewCard {
                id,
                title: format!("Card {moment}"),
            }];
            let edit = BoardEdit::AddCards {
                column,
                after: None,
                cards,
            };
            self.ask_for(
                index,
                Request::EditBoard { document, edit },
                Asked::Card(document, id),
            );
            return;
        };
        let edit = self.some_board_edit(card, column, after, moment);
        self.ask_for(index, Request::EditBoard { document, edit }, Asked::Change);
    }

    fn some_board_edit(
        &mut self,
        card: CardId,
        column: ColumnId,
        after: Option<CardId>,
        moment: u64,
    ) -> BoardEdit {
        let word = format!("word {moment}");
        match self.rng.gen_range(0..21) {
            20 => BoardEdit::SetOwner {
                card,
                member: self.rng.gen_bool(0.7).then_some(word),
            },
            0..7 => BoardEdit::MoveCard {
                card,
                column,
                after,
            },
            7 => BoardEdit::SetCardTitle { card, title: word },
            8 => BoardEdit::SetLabels {
                card,
                labels: vec![word],
            },
            9 => BoardEdit::ChangeAssignees {
                card,
                add: vec![word],
                remove: Vec::new(),
            },
            10 => BoardEdit::SetDue {
                card,
                due: self.rng.gen_bool(0.7).then(|| "2031-05-06".to_owned()),
            },
            11 => BoardEdit::SetPriority {
                card,
                priority: Some(Priority::High),
            },
            12 => BoardEdit::ArchiveCard {
                card,
                archived: self.rng.gen_bool(0.5),
            },
            13 => BoardEdit::TrashCard { card },
            14 => BoardEdit::RestoreCard { card },
            15 => BoardEdit::AddColumn {
                id: ColumnId::from_bytes(self.rng.r#gen()),
                title: word,
                after: Some(column),
            },
            16 => BoardEdit::DeleteColumn {
                id: column,
                move_cards_to: None,
            },
            17 => BoardEdit::MoveColumn {
                id: column,
                after: None,
            },
            18 => BoardEdit::Many {
                edits: vec![
                    BoardEdit::MoveCard {
                        card,
                        column,
                        after,
                    },
                    BoardEdit::SetCardTitle { card, title: word },
                ],
            },
            _ => BoardEdit::Rename { title: word },
        }
    }

    // ---- copies of profiles ----

    /// Whether a machine knows every other device: one that does not would take it for a stranger when it comes back later.
    fn knows_everybody(&mut self, index: usize) -> bool {
        let Ok(Reply::Peers { peers, .. }) = self.ask(index, Request::ListPeers) else {
            return false;
        };
        let devices = peers.iter().filter(|peer| !peer.relay).count();
        self.machines[index].joined && devices + 1 == self.machines.len()
    }

    /// Copies a profile's file aside while it is in use.
    pub(crate) fn back_up(&mut self, index: usize) {
        if !self.machines[index].is_running() || !self.knows_everybody(index) {
            return;
        }
        let to = self.machines[index].path.with_extension("backup");
        copy_profile(&self.machines[index].path, &to);
        self.log(|| format!("{index} is backed up"));
        self.backup = Some((index, self.ledger.moment(), to));
    }

    /// Puts the copy back in the place of the profile. What was made there since may be gone, unless others had it.
    pub(crate) fn put_back(&mut self) {
        let Some((index, moment, from)) = self.backup.take() else {
            return;
        };
        if self.left.contains(&index) {
            // He would have forgotten that he left; whether others have heard of it is not known here.
            return;
        }
        self.log(|| format!("the backup of {index} is put back"));
        let all_delivered = self.says_all_delivered(index);
        if self.machines[index].is_running() {
            self.stop(index);
        }
        copy_profile(&from, &self.machines[index].path);
        if !all_delivered {
            self.ledger.rolled_back(index, moment);
        }
        // Whoever puts a backup back has closed what was open.
        self.views.retain(|view| view.machine != index);
        self.ledger.twice = true;
        self.breaks += 1;
        self.start(index);
    }

    /// Whether a machine says that every other device has all there is.
    fn says_all_delivered(&mut self, index: usize) -> bool {
        if !self.machines[index].is_running() {
            return false;
        }
        let delivery = self.delivery(index);
        delivery.state == DeliveryState::Delivered
            && delivery.devices == delivery.total
            && delivery.pending == 0
    }

    /// The profile goes into use on a second machine, as it is there now.
    pub(crate) fn copy_to_second_machine(&mut self, index: usize) {
        if !self.machines[index].is_running() || !self.knows_everybody(index) {
            return;
        }
        let second = self.machines.len();
        self.log(|| format!("{index} is copied to {second}"));
        let folder = self.machines[index].path.parent().unwrap().to_owned();
        let mut machine = Machine::new(&folder, second, self.machines[index].key, &mut self.rng);
        machine.joined = true;
        machine.person = self.machines[index].person;
        copy_profile(&self.machines[index].path, &machine.path);
        self.machines.push(machine);
        self.copied_to = Some(second);
        self.ledger.twice = true;
        self.start(second);
    }
}
