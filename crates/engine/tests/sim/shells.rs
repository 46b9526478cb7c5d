//! The shells of the machines: what they ask, what they are told, and the editors' lines.

use skein_engine::api::{
    ApiError, ClientMessage, ErrorCode, Event, Member, Reply, Request, ServerMessage, Status, View,
};
use skein_engine::core::{Effect, Input};
use skein_model::{BoardView, DocumentId, TextField};

use super::World;
use super::machine::{Asked, SHELL, WATCHER, Watching};
use super::view::{Outcome, TextView};

impl World {
    fn request(&mut self, index: usize, client: u64, id: u32, request: Request) {
        // As it crosses a line.
        let text = serde_json::to_string(&ClientMessage { id, request }).unwrap();
        self.log(|| {
            format!(
                "{index} <- {client}: {}",
                text.chars().take(300).collect::<String>()
            )
        });
        let message = serde_json::from_str(&text).unwrap();
        self.give(index, Input::Client { client, message });
    }

    /// Asks, and notes what for.
    pub(crate) fn ask_for(&mut self, index: usize, request: Request, asked: Asked) -> u32 {
        self.requests += 1;
        let id = self.requests;
        let client = if matches!(asked, Asked::Watch(_)) {
            WATCHER
        } else {
            SHELL
        };
        self.machines[index].asked.insert(id, asked);
        self.request(index, client, id, request);
        id
    }

    /// Asks and waits for the answer, running what stands before it.
    pub(crate) fn ask(&mut self, index: usize, request: Request) -> Result<Reply, ApiError> {
        let asked = request.clone();
        let id = self.ask_for(index, request, Asked::Question);
        for _ in 0..1_000 {
            if let Some(answer) = self.machines[index].answers.remove(&id) {
                return answer;
            }
            self.run_job(index);
            self.pass(1);
        }
        panic!("{asked:?} was never answered");
    }

    /// Asks as a shell of its own and gives what it is told at once: the answer, and the first event.
    pub(crate) fn ask_apart(
        &mut self,
        index: usize,
        client: u64,
        request: Request,
    ) -> (Option<Result<Reply, ApiError>>, Option<Event>) {
        self.requests += 1;
        let id = self.requests;
        let message = ClientMessage { id, request };
        let effects = self.machines[index].handle(self.now_ms, Input::Client { client, message });
        let (mut answer, mut first) = (None, None);
        for effect in effects {
            let Some(Effect::ToClient { message, .. }) = self.keep(index, effect) else {
                continue;
            };
            match *message {
                ServerMessage::Reply { id: to, result } if to == id => {
                    answer = Some(result.into());
                }
                ServerMessage::Event { event, .. } => {
                    first.get_or_insert(event);
                }
                ServerMessage::Reply { .. } => {}
            }
        }
        (answer, first)
    }

    /// Lets time pass and work be done until such a shell is answered.
    pub(crate) fn ask_again(
        &mut self,
        index: usize,
        client: u64,
    ) -> Option<Result<Reply, ApiError>> {
        self.now_ms += 1;
        let input = match self.machines[index].jobs.pop() {
            Some(job) => Input::JobDone(Box::new(job.run())),
            None => Input::Tick,
        };
        let effects = self.machines[index].handle(self.now_ms, input);
        let mut answer = None;
        for effect in effects {
            if let Some(Effect::ToClient {
                client: to,
                message,
            }) = self.keep(index, effect)
                && to == client
                && let ServerMessage::Reply { result, .. } = *message
            {
                answer = Some(result.into());
            }
        }
        answer
    }

    /// All of a view, as it is now.
    pub(crate) fn look(&mut self, index: usize, view: View) -> Event {
        self.clients += 1;
        let client = self.clients;
        let (_, event) = self.ask_apart(index, client, Request::Subscribe { view });
        self.give(index, Input::ClientGone(client));
        event.expect("a first event")
    }

    /// The people, as one machine knows them.
    pub(crate) fn people(&mut self, index: usize) -> Vec<Member> {
        match self.look(index, View::People) {
            Event::People { members } => members,
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn status(&mut self, index: usize) -> Status {
        match self.ask(index, Request::Status) {
            Ok(Reply::Status { status }) => status,
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn wait_until_idle(&mut self, index: usize, timeout_ms: u32, peers: usize) -> u32 {
        let peers = u32::try_from(peers).unwrap();
        self.ask_for(
            index,
            Request::WaitUntilIdle { timeout_ms, peers },
            Asked::Question,
        )
    }

    pub(crate) fn shell_told(&mut self, index: usize, message: ServerMessage) {
        let ServerMessage::Reply { id, result } = message else {
            panic!("the shell watches nothing")
        };
        let result: Result<Reply, ApiError> = result.into();
        let asked = self.machines[index]
            .asked
            .remove(&id)
            .expect("one answer to each request");
        self.answered(index, id, asked, result);
    }

    fn answered(&mut self, index: usize, id: u32, asked: Asked, result: Result<Reply, ApiError>) {
        if let Err(error) = &result {
            self.log(|| format!("{index}: {asked:?} -> {error:?}"));
            let bad = matches!(
                error.code,
                ErrorCode::Internal | ErrorCode::Storage | ErrorCode::Resync | ErrorCode::ReadOnly
            );
            let bad = bad && !(error.code == ErrorCode::ReadOnly && self.may_be_out(index));
            assert!(
                !bad || matches!(asked, Asked::Question),
                "{asked:?} was answered {error:?}"
            );
        }
        match (asked, result) {
            (Asked::Question, result) => {
                self.machines[index].answers.insert(id, result);
            }
            (Asked::Insertion(text), Ok(_)) => self.ledger.acknowledge(&text),
            (Asked::Card(document, card), Ok(_)) => {
                let moment = self.ledger.moment();
                self.ledger.cards.insert((document, card), (index, moment));
            }
            (Asked::Document, Ok(Reply::Created { id })) => {
                let moment = self.ledger.moment();
                self.ledger.documents.insert(id, (index, moment));
            }
            (Asked::Change, Ok(Reply::Edited { undo: Some(undo) })) => {
                self.machines[index].undos.push(*undo)
            }
            _ => {}
        }
    }

    /// Whether a machine may hear that it is not in: its person was taken out, or it is a further device, and who was taken out or lowered before
    /// anybody heard of it had made its invite.
    fn may_be_out(&self, index: usize) -> bool {
        let person = self.machines[index].person;
        self.out.contains(&index) || (person != index && self.uncertain.contains(&person))
    }

    pub(crate) fn watcher_told(&mut self, index: usize, message: ServerMessage) {
        if let ServerMessage::Reply { id, result } = &message {
            let Some(Asked::Watch(watching)) = self.machines[index].asked.remove(id) else {
                panic!("one answer to each request")
            };
            let result: Result<Reply, ApiError> = result.clone().into();
            if let Ok(Reply::Subscribed { subscription }) = result {
                self.machines[index]
                    .mirror
                    .watching
                    .insert(subscription, watching);
            }
            return;
        }
        self.machines[index].watched(message);
    }

    pub(crate) fn watch_lists(&mut self, index: usize) {
        for (view, watching) in [
            (View::Tree, Watching::Tree),
            (View::Trash, Watching::Trash),
            (View::Delivery { document: None }, Watching::Delivery),
        ] {
            self.ask_for(index, Request::Subscribe { view }, Asked::Watch(watching));
        }
    }

    pub(crate) fn watch_board(&mut self, index: usize, document: DocumentId) {
        let watching = Watching::Board(document);
        if !self.machines[index]
            .mirror
            .watching
            .values()
            .any(|known| *known == watching)
        {
            self.ask_for(
                index,
                Request::Subscribe {
                    view: View::Board { document },
                },
                Asked::Watch(watching),
            );
        }
    }

    pub(crate) fn board(
        &mut self,
        index: usize,
        document: DocumentId,
    ) -> Result<BoardView, ApiError> {
        match self.ask(index, Request::ReadBoard { document })? {
            Reply::Board { board } => Ok(board),
            other => panic!("{other:?}"),
        }
    }

    /// A text as somebody sees it who opens it now.
    pub(crate) fn text(&mut self, index: usize, document: DocumentId, field: TextField) -> String {
        self.clients += 1;
        self.views
            .push(TextView::new(index, self.clients, document, field));
        let at = self.views.len() - 1;
        for _ in 0..1_000 {
            self.work_view(at, usize::MAX);
            if self.views[at].is_started() {
                let view = self.views.remove(at);
                self.give(index, Input::ClientGone(view.client));
                return view.text();
            }
            self.run_job(index);
            self.pass(1);
        }
        panic!("{document}: {field:?} does not open at {index}");
    }

    // ---- editors ----

    /// Lets an editor read so many messages and send what it may. Returns whether it did anything.
    pub(crate) fn work_view(&mut self, at: usize, messages: usize) -> bool {
        let index = self.views[at].machine;
        if !self.machines[index].is_running() {
            return false;
        }
        let mut did = false;
        for _ in 0..messages {
            let Some(message) = self.views[at].inbox.pop_front() else {
                break;
            };
            did = true;
            self.log(|| {
                format!(
                    "view {at} <- {}",
                    serde_json::to_string(&message)
                        .unwrap()
                        .chars()
                        .take(300)
                        .collect::<String>()
                )
            });
            match self.views[at].receive(message) {
                Outcome::Nothing | Outcome::Resubscribe => {}
                Outcome::OutOfStep => self.out_of_step += 1,
                Outcome::Refused => self.breaks += 1,
                Outcome::Acknowledged(text) => self.ledger.acknowledge(&text),
                Outcome::HandedOverAgain(text) => {
                    let (document, field) = (self.views[at].document, self.views[at].field);
                    self.ledger.handed_over_again(document, field, &text);
                }
            }
        }
        did | self.send_view(at)
    }

    fn send_view(&mut self, at: usize) -> bool {
        let (index, client) = (self.views[at].machine, self.views[at].client);
        self.requests += 1;
        let id = self.requests;
        let view = &mut self.views[at];
        let request = match view.needs_subscription() {
            true => Some(view.subscribe(id)),
            false => view.next_push(id),
        };
        let Some(request) = request else { return false };
        self.request(index, client, id, request);
        true
    }

    /// The line between an editor and its engine breaks, with all that is on it.
    pub(crate) fn break_view_line(&mut self, at: usize) {
        let (index, client) = (self.views[at].machine, self.views[at].client);
        self.clients += 1;
        self.views[at].lost(self.clients);
        self.give(index, Input::ClientGone(client));
    }

    pub(crate) fn open_view(&mut self, index: usize, document: DocumentId, field: TextField) {
        self.clients += 1;
        self.views
            .push(TextView::new(index, self.clients, document, field));
    }
}
