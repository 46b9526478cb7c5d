//! A text view as an editor is one: optimistic, one push in flight, what others did mapped over what waits.

use std::collections::VecDeque;

use skein_engine::api::{
    ApiError, ErrorCode, Event, Reply, Request, ServerMessage, SubscriptionId, View as Watch,
};
use skein_model::text::length_of;
use skein_model::{DocumentId, Splices, TextField};

/// What was not there so often, while all else came to rest, does not come any more.
const GONE: u32 = 20;

/// A push that is not answered yet.
pub(crate) struct Inflight {
    push_id: String,
    base_version: u32,
    pub(crate) splices: Splices,
    length: u32,
    asked: Option<u32>,
}

/// What the view wants of the world after a message.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Nothing,
    /// The text that a push inserted is acknowledged.
    Acknowledged(String),
    /// The text that a push inserted is handed over once more, to an engine that began anew and has a part of it.
    HandedOverAgain(String),
    /// The thread is lost: the whole text is needed.
    Resubscribe,
    /// The same, and the engine said so.
    OutOfStep,
    /// Who types here may not any more, or what is shown is gone: the editor is closed.
    Refused,
}

/// One editor. Its text is always base, in flight, pending, in this order.
pub(crate) struct TextView {
    pub(crate) machine: usize,
    pub(crate) client: u64,
    pub(crate) document: DocumentId,
    pub(crate) field: TextField,
    pub(crate) inbox: VecDeque<ServerMessage>,
    subscription: Option<SubscriptionId>,
    subscribing: Option<u32>,
    base: String,
    version: u32,
    pub(crate) inflight: Option<Inflight>,
    pub(crate) pending: Splices,
    following: bool,
    started: bool,
    base_forgotten: bool,
    /// What it shows was not there when last asked for.
    is_absent: bool,
    /// How often that was so, one time after the other.
    absences: u32,
    is_closed: bool,
    newest: u32,
    /// Unlike any other view's, and the same over all its lines.
    name: u64,
    pushes: u32,
}

impl TextView {
    pub(crate) fn new(machine: usize, client: u64, document: DocumentId, field: TextField) -> Self {
        Self {
            machine,
            client,
            document,
            field,
            inbox: VecDeque::new(),
            subscription: None,
            subscribing: None,
            base: String::new(),
            version: 0,
            inflight: None,
            pending: Splices::default(),
            following: false,
            started: false,
            base_forgotten: false,
            is_absent: false,
            absences: 0,
            is_closed: false,
            newest: 0,
            name: client,
            pushes: 0,
        }
    }

    /// What a person sees and types into.
    pub(crate) fn text(&self) -> String {
        let base = match &self.inflight {
            Some(inflight) => inflight.splices.apply(&self.base).unwrap(),
            None => self.base.clone(),
        };
        self.pending.apply(&base).unwrap()
    }

    pub(crate) fn version(&self) -> u32 {
        self.version
    }

    /// Whether there is a text to type into.
    pub(crate) fn is_started(&self) -> bool {
        self.started && !self.is_closed
    }

    /// Whether all that was typed is acknowledged and nothing is awaited. What was asked for so often is gone; an editor goes on asking,
    /// and keeps what was typed into it and never acknowledged for whoever typed it.
    pub(crate) fn is_settled(&self) -> bool {
        self.is_closed
            || self.absences >= GONE
            || self.inflight.is_none()
                && self.pending.is_empty()
                && self.following
                && self.inbox.is_empty()
    }

    /// Whether it was closed, since nobody may type here any more or nothing is here.
    pub(crate) fn is_closed(&self) -> bool {
        self.is_closed
    }

    pub(crate) fn type_in(&mut self, change: &Splices) {
        self.pending = self.pending.compose(change);
    }

    /// Whether it has to be subscribed, because it never was or the line broke.
    pub(crate) fn needs_subscription(&self) -> bool {
        !self.following && self.subscribing.is_none() && !self.is_absent && !self.is_closed
    }

    /// Time passed: what was not there may have come.
    pub(crate) fn look_again(&mut self) {
        self.is_absent = false;
    }

    /// The line is gone, with every answer that was on it.
    pub(crate) fn lost(&mut self, client: u64) {
        self.client = client;
        self.inbox.clear();
        self.subscription = None;
        self.subscribing = None;
        self.following = false;
        if let Some(inflight) = &mut self.inflight {
            inflight.asked = None;
        }
    }

    pub(crate) fn subscribe(&mut self, request: u32) -> Request {
        self.subscribing = Some(request);
        self.following = false;
        let card = match self.field {
            TextField::NoteText => None,
            TextField::CardDescription(card) => Some(card),
        };
        Request::Subscribe {
            view: Watch::Text {
                document: self.document,
                card,
            },
        }
    }

    /// The next push, if one may be sent now.
    pub(crate) fn next_push(&mut self, request: u32) -> Option<Request> {
        if !self.following || self.is_closed {
            return None;
        }
        if self.inflight.is_none() {
            if self.pending.is_empty() {
                return None;
            }
            self.prepare();
        }
        let subscription = self.subscription?;
        let inflight = self.inflight.as_mut()?;
        if inflight.asked.is_some() {
            return None;
        }
        inflight.asked = Some(request);
        Some(Request::TextPush {
            subscription,
            base_version: inflight.base_version,
            push_id: inflight.push_id.clone(),
            splices: inflight.splices.0.clone(),
            length: inflight.length,
        })
    }

    fn close(&mut self) -> Outcome {
        self.is_closed = true;
        self.inflight = None;
        self.pending = Splices::default();
        Outcome::Refused
    }

    fn prepare(&mut self) {
        let splices = std::mem::take(&mut self.pending);
        let length = length_of(&splices.apply(&self.base).unwrap());
        self.pushes += 1;
        let push_id = format!("{}-{}", self.name, self.pushes);
        self.inflight = Some(Inflight {
            push_id,
            base_version: self.version,
            splices,
            length,
            asked: None,
        });
    }

    pub(crate) fn receive(&mut self, message: ServerMessage) -> Outcome {
        match message {
            ServerMessage::Reply { id, result } => self.answered(id, result.into()),
            ServerMessage::Event {
                subscription,
                event,
            } if Some(subscription) == self.subscription => match event {
                Event::TextReset { version, text } => self.reset(version, text),
                Event::TextPatch {
                    from_version,
                    version,
                    splices,
                } => self.patched(from_version, version, &Splices(splices)),
                Event::Gone => self.close(),
                other => panic!("a text view got {other:?}"),
            },
            ServerMessage::Event { .. } => Outcome::Nothing,
        }
    }

    fn answered(&mut self, id: u32, result: Result<Reply, ApiError>) -> Outcome {
        if self.subscribing == Some(id) {
            self.subscribing = None;
            match result {
                Ok(Reply::Subscribed { subscription }) => {
                    self.subscription = Some(subscription);
                    self.absences = 0;
                }
                Err(error) if error.code == ErrorCode::NotFound => {
                    self.is_absent = true;
                    self.absences += 1;
                }
                other => panic!("a subscription was answered {other:?}"),
            }
            return Outcome::Nothing;
        }
        let Some(inflight) = self.inflight.take_if(|inflight| inflight.asked == Some(id)) else {
            return Outcome::Nothing;
        };
        match result {
            Ok(Reply::TextAck { version, splices }) => {
                self.acknowledged(inflight, version, &Splices(splices))
            }
            Err(error) if error.code == ErrorCode::Resync => {
                self.inflight = Some(Inflight {
                    asked: None,
                    ..inflight
                });
                self.base_forgotten = true;
                self.following = false;
                Outcome::OutOfStep
            }
            Err(error)
                if matches!(
                    error.code,
                    ErrorCode::Denied | ErrorCode::ReadOnly | ErrorCode::NotFound
                ) =>
            {
                self.close()
            }
            other => panic!("a push was answered {other:?}"),
        }
    }

    fn acknowledged(&mut self, inflight: Inflight, version: u32, theirs: &Splices) -> Outcome {
        let with_push = inflight.splices.apply(&self.base).unwrap();
        self.base = theirs
            .apply(&with_push)
            .expect("an acknowledgement fits the text of the push");
        self.pending = self.pending.map_over(theirs, true);
        self.version = version;
        if self.following && self.newest > version {
            self.following = false;
        }
        let inserted = inflight
            .splices
            .0
            .iter()
            .map(|splice| splice.insert.as_str())
            .collect();
        Outcome::Acknowledged(inserted)
    }

    fn patched(&mut self, from: u32, version: u32, theirs: &Splices) -> Outcome {
        if !self.following {
            return Outcome::Nothing;
        }
        if self.inflight.is_some() {
            self.newest = self.newest.max(version);
            return Outcome::Nothing;
        }
        if version <= self.version {
            return Outcome::Nothing;
        }
        if from != self.version {
            self.following = false;
            return Outcome::Resubscribe;
        }
        self.base = theirs
            .apply(&self.base)
            .expect("a patch fits the version it names");
        self.pending = self.pending.map_over(theirs, true);
        self.version = version;
        Outcome::Nothing
    }

    fn reset(&mut self, version: u32, text: String) -> Outcome {
        self.following = true;
        let continues = self.started
            && !self.base_forgotten
            && (version > self.version || (version == self.version && text == self.base));
        if continues {
            if self.inflight.is_none() && !self.pending.is_empty() {
                self.prepare();
            }
            if self.inflight.is_some() {
                self.newest = self.newest.max(version);
                return Outcome::Nothing;
            }
        }
        let mut outcome = Outcome::Nothing;
        let mut known = std::mem::take(&mut self.base);
        if let Some(inflight) = self.inflight.take() {
            let inserted: String = inflight
                .splices
                .0
                .iter()
                .map(|splice| splice.insert.as_str())
                .collect();
            let mut tokens = inserted.chars().filter(|c| super::ledger::is_token(*c));
            if tokens.next().is_some_and(|token| text.contains(token)) {
                known = inflight.splices.apply(&known).unwrap();
                outcome = Outcome::Acknowledged(inserted);
            } else {
                self.pending = inflight.splices.compose(&self.pending);
                if tokens.any(|token| text.contains(token)) {
                    outcome = Outcome::HandedOverAgain(inserted);
                }
            }
        }
        let theirs = Splices::between(&known, &text);
        self.pending = self.pending.map_over(&theirs, true);
        self.base = text;
        self.version = version;
        self.newest = version;
        self.base_forgotten = false;
        self.started = true;
        outcome
    }
}
