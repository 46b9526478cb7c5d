//! What must hold when everything is at rest: equal documents everywhere, nothing acknowledged missing, nothing different.

use std::collections::{BTreeMap, BTreeSet};

use skein_access::{Role, UnverifiedEnvelope};
use skein_engine::api::{AuditReport, Delivery, DeliveryState, Listed, Reply, Request};
use skein_model::{BoardView, DocumentId, Kind, TextField};
use skein_store::{EnvelopeState, Opened, Store};

use super::World;
use super::ledger::is_token;
use super::machine::{Watching, copy_profile};

impl World {
    /// Whether nobody has anything left to do but to wait.
    pub(crate) fn is_at_rest(&self, among: &[usize]) -> bool {
        among
            .iter()
            .all(|index| self.machines[*index].jobs.is_empty() && self.machines[*index].joined)
    }

    pub(crate) fn unrest(&mut self, among: &[usize]) -> String {
        let mut words = String::new();
        for index in among.iter().copied() {
            let machine = &self.machines[index];
            let last = machine.answers.iter().next_back();
            words += &format!(
                "\n{index}: joined {}, {} jobs, last answer {last:?}",
                machine.joined,
                machine.jobs.len()
            );
            for request in [
                Request::ListPeers,
                Request::Delivery { document: None },
                Request::Audit,
            ] {
                let answer = format!("{:?}", self.ask(index, request));
                words += &format!("\n   {}", answer.chars().take(600).collect::<String>());
            }
        }
        for view in self.views.iter().filter(|view| !view.is_settled()) {
            words += &format!(
                "\nview of {} {:?} at {} is not settled",
                view.document, view.field, view.machine
            );
        }
        words
    }

    pub(crate) fn documents(&mut self, index: usize, trashed: bool) -> Vec<Listed> {
        match self.ask(
            index,
            Request::ListDocuments {
                kind: None,
                trashed,
            },
        ) {
            Ok(Reply::Documents { documents }) => documents,
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn audit(&mut self, index: usize) -> AuditReport {
        match self.ask(index, Request::Audit) {
            Ok(Reply::Audit { report }) => report,
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn delivery(&mut self, index: usize) -> Delivery {
        match self.ask(index, Request::Delivery { document: None }) {
            Ok(Reply::Delivery { delivery }) => delivery,
            other => panic!("{other:?}"),
        }
    }

    /// All laws of rest.
    pub(crate) fn check(&mut self) {
        let all: Vec<usize> = (0..self.machines.len()).collect();
        self.check_among(&all);
    }

    /// All laws of rest, for those who are in.
    pub(crate) fn check_among(&mut self, all: &[usize]) {
        let mut reports = Vec::new();
        for index in all.iter().copied() {
            let mut report = self.audit(index);
            let waiting =
                "envelopes wait for earlier changes that are not here, or for room on the disk";
            let excused = self.ledger.torn || self.only_those_out_are_waited_for(index);
            report
                .differences
                .retain(|difference| !(excused && difference.what.ends_with(waiting)));
            let refused = "envelopes are kept aside and not applied";
            report
                .differences
                .retain(|difference| !(self.half_signed && difference.what.ends_with(refused)));
            assert_eq!(report.differences, [], "the audit at {index}");
            assert_eq!(report.unsealed, 0, "unsealed changes at {index}");
            reports.push((
                report.documents,
                report.changes,
                report.digest,
                report.envelopes,
            ));
        }
        assert!(
            reports.windows(2).all(|two| two[0] == two[1]),
            "documents or heads differ: {reports:?}"
        );
        self.check_lists(all);
        self.check_contents(all);
        for index in all.iter().copied() {
            self.check_delivery(index, all);
        }
    }

    /// Whether all that waits at a machine for earlier changes is of people who are out: what they alone still have may come to nobody any more.
    fn only_those_out_are_waited_for(&self, index: usize) -> bool {
        let machine = &self.machines[index];
        let copy = machine.path.with_extension("looked-at");
        copy_profile(&machine.path, &copy);
        let Opened::Ready(store) = Store::open(&copy).unwrap() else {
            panic!("damaged")
        };
        let waiting = store.envelopes_in_state(&EnvelopeState::Waiting, 0, u32::MAX);
        let out: BTreeSet<_> = self
            .out
            .iter()
            .map(|at| self.machines[*at].device)
            .collect();
        waiting.unwrap().iter().all(|stored| {
            let envelope = UnverifiedEnvelope::decode(&stored.bytes).unwrap();
            out.contains(&envelope.header().device)
        })
    }

    fn check_delivery(&mut self, index: usize, all: &[usize]) {
        let devices: BTreeSet<_> = all.iter().map(|at| self.machines[*at].device).collect();
        let delivery = self.delivery(index);
        let others = u32::try_from(devices.len() - 1).unwrap();
        let met = self.network.peers_of(index).len() == devices.len() - 1;
        if self.relay.is_some() {
            // It holds everything, and nobody knows of the others what they hold.
            assert_eq!(
                (delivery.relays, delivery.pending),
                (1, 0),
                "delivery at {index}"
            );
            assert!(
                delivery.state == DeliveryState::OnRelay || self.meet_anywhere,
                "delivery at {index}: {delivery:?}"
            );
        } else if met && others > 0 {
            assert_eq!(
                (
                    delivery.state,
                    delivery.devices,
                    delivery.total,
                    delivery.pending
                ),
                (DeliveryState::Delivered, others, others, 0),
                "delivery at {index}"
            );
        }
        assert_eq!(
            self.machines[index].mirror.delivery.as_ref(),
            Some(&delivery),
            "watched delivery at {index}"
        );
    }

    fn check_lists(&mut self, all: &[usize]) {
        let mut lists = Vec::new();
        for index in all.iter().copied() {
            let (alive, trashed) = (self.documents(index, false), self.documents(index, true));
            let everything: BTreeMap<DocumentId, Kind> = alive
                .iter()
                .chain(&trashed)
                .map(|listed| (listed.item.id, listed.item.kind))
                .collect();
            assert_eq!(
                everything.len(),
                alive.len() + trashed.len(),
                "a document stands in one list, once"
            );
            for (document, by) in &self.ledger.documents {
                assert!(
                    everything.contains_key(document),
                    "{document}, made at {by:?}, is missing at {index}"
                );
            }
            for document in self.ledger.documents_with_text() {
                assert!(
                    everything.contains_key(&document),
                    "{document}, in which somebody wrote, is missing at {index}"
                );
            }
            for (watching, list) in [(Watching::Tree, &alive), (Watching::Trash, &trashed)] {
                let told: Vec<_> = self.machines[index]
                    .mirror
                    .lists
                    .get(&watching)
                    .into_iter()
                    .flatten()
                    .map(|(_, item)| item.clone())
                    .collect();
                let mut now: Vec<_> = list.iter().map(|listed| listed.item.clone()).collect();
                now.sort_by_key(|item| item.id);
                assert_eq!(
                    told.iter().map(timeless).collect::<Vec<_>>(),
                    now.iter().map(timeless).collect::<Vec<_>>(),
                    "watched {watching:?} at {index}"
                );
            }
            lists.push((alive, trashed));
        }
        let plain: Vec<Vec<_>> = lists
            .iter()
            .map(|(alive, trashed)| {
                alive
                    .iter()
                    .chain(trashed)
                    .map(|listed| (timeless(&listed.item), listed.depth))
                    .collect()
            })
            .collect();
        for (index, list) in plain.iter().enumerate() {
            assert_eq!(list, &plain[0], "the trees of {index} and the first");
        }
    }

    fn check_contents(&mut self, all: &[usize]) {
        let documents: Vec<(DocumentId, Kind)> = [false, true]
            .into_iter()
            .flat_map(|trashed| self.documents(all[0], trashed))
            .map(|listed| (listed.item.id, listed.item.kind))
            .collect();
        for (document, kind) in documents {
            let mut fields = Vec::new();
            match kind {
                Kind::Note => fields.push(TextField::NoteText),
                Kind::Profile => panic!("a profile is in no list"),
                Kind::Board => {
                    let boards: Vec<BoardView> = all
                        .iter()
                        .map(|index| self.board(*index, document).unwrap())
                        .collect();
                    for (board, index) in boards.iter().zip(all) {
                        assert_eq!(board, &boards[0], "the boards of {index} and the first");
                        self.machines[*index].check_board(board);
                    }
                    let cards: BTreeSet<_> = boards[0].cards.iter().map(|card| card.id).collect();
                    assert_eq!(
                        cards.len(),
                        boards[0].cards.len(),
                        "a card stands in one place"
                    );
                    for ((board, card), by) in &self.ledger.cards {
                        assert!(
                            *board != document || cards.contains(card),
                            "card {card}, made at {by:?}, is missing"
                        );
                    }
                    fields.extend(cards.into_iter().map(TextField::CardDescription));
                }
            }
            for field in fields {
                self.check_text(all, document, field);
            }
        }
    }

    fn check_text(&mut self, all: &[usize], document: DocumentId, field: TextField) {
        let texts: Vec<String> = all
            .iter()
            .map(|index| self.text(*index, document, field))
            .collect();
        for (text, index) in texts.iter().zip(all) {
            assert_eq!(
                text, &texts[0],
                "the texts of {index} and the first: {document} {field:?}"
            );
        }
        for view in self
            .views
            .iter()
            .filter(|view| (view.document, view.field) == (document, field))
            .filter(|view| all.contains(&view.machine) && !view.is_closed())
        {
            assert_eq!(view.text(), texts[0], "the editor at {}", view.machine);
        }
        let mut found: BTreeMap<char, usize> = BTreeMap::new();
        for token in texts[0].chars().filter(|c| is_token(*c)) {
            *found.entry(token).or_default() += 1;
        }
        for token in self.ledger.expected(document, field) {
            assert!(
                found.contains_key(&token),
                "{token} is missing in {document} {field:?}: {:?}\n{}",
                self.ledger.tokens[&token],
                texts[0]
            );
        }
        if !self.ledger.twice && !self.ledger.inexact.contains(&(document, field)) {
            let twice = found.iter().find(|(_, count)| **count > 1);
            assert!(
                twice.is_none(),
                "{twice:?} stands more than once in {document} {field:?}: {}",
                texts[0]
            );
        }
    }

    /// After a quiet while nothing is left for the next start to bring to rest.
    pub(crate) fn check_nothing_is_left(&mut self, among: &[usize]) {
        for _ in 0..30 {
            self.pass(400);
            // Long texts are read away from the core.
            while self.do_what_is_there() {}
        }
        for index in 0..self.machines.len() {
            self.machines[index].crash(true);
        }
        self.check_keys();
        for index in among.iter().copied() {
            let path = self.machines[index].path.clone();
            let Ok(skein_store::Opened::Ready(store)) = skein_store::Store::open(path) else {
                panic!("the file of {index} does not open")
            };
            assert_eq!(store.to_recover().unwrap(), [], "left at {index}");
            assert_eq!(
                store.check().unwrap(),
                Vec::<String>::new(),
                "the file of {index}"
            );
        }
    }

    /// Whatever happened: one more edit reaches everybody.
    pub(crate) fn check_liveness(&mut self, among: &[usize]) {
        let writers: Vec<usize> = among
            .iter()
            .copied()
            .filter(|index| {
                let role = self.status(*index).role;
                matches!(role, Some(Role::Owner | Role::Editor))
            })
            .collect();
        for index in writers.iter().copied() {
            let title = format!("Still alive at {index}");
            let created = self.ask(
                index,
                Request::CreateNote {
                    title,
                    text: Some("yes".to_owned()),
                    parent: None,
                    after: None,
                },
            );
            assert!(created.is_ok(), "{created:?}");
        }
        self.settle(among);
        // Whoever only reads had nothing to wait for when it was asked the first time.
        self.settle(among);
        let mut counts = Vec::new();
        for index in among.iter().copied() {
            counts.push(
                self.documents(index, false)
                    .iter()
                    .filter(|listed| listed.item.title.starts_with("Still alive"))
                    .count(),
            );
        }
        assert!(
            counts.iter().all(|count| *count == writers.len()),
            "new notes did not reach everybody: {counts:?}"
        );
    }
}

/// What of a list's line does not depend on the clock here.
fn timeless(item: &skein_engine::api::TreeItem) -> impl PartialEq + std::fmt::Debug + use<> {
    (
        item.id,
        item.kind,
        item.title.clone(),
        item.parent,
        item.position.clone(),
        item.life,
        item.conflicts,
    )
}
