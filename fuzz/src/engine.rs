//! An engine in memory, the same in every run, and what a shell may say to it.

use data_encoding::BASE64;
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use serde_json::{Value, json};
use skein_access::DeviceKey;
use skein_engine::api::{ClientMessage, Outcome, Reply, Request, ServerMessage};
use skein_engine::core::{Core, Effect, Input, Now, PeerInput};
use skein_model::{ActorSeed, CardId, Document, DocumentId, Kind, Place};
use skein_store::{Opened, Store};

/// The largest slice of a bundle that a shell gives.
const SLICE: usize = 512 * 1024;
/// So much is said in one run.
const MOST_MESSAGES: usize = 32;
/// So much is done for it, however much comes of it.
const MOST_STEPS: usize = 2_000;
/// It is woken as often as it wants within so much time (ms), before the next is said. With a peer it always wants to be, so then that is short.
const ALONE: u64 = 10_000;
const WITH_A_PEER: u64 = 20;
/// A step takes so long (ms).
const STEP: u64 = 10;

/// An engine with a workspace, and somebody who asks it.
pub struct Shell {
    core: Core,
    rng: ChaCha20Rng,
    mono_ms: u64,
    patience: u64,
}

/// The key of the device here.
pub(crate) const ANA: [u8; 32] = [9; 32];

/// What begins the workspace.
pub(crate) fn founding() -> Request {
    Request::CreateWorkspace {
        member_name: "Ana".to_owned(),
        workspace_name: "Geese".to_owned(),
        zone: None,
    }
}

/// A note that was there before.
pub(crate) fn note() -> Option<Document> {
    let id = DocumentId::from_bytes([3; 16]);
    let place = Place {
        parent: None,
        position: "a0".to_owned(),
    };
    Document::create_note(id, ActorSeed([1; 16]), "Plan", "fly south", &place, 0).ok()
}

impl Shell {
    /// The same as ever. `None` when memory is short.
    pub fn new() -> Option<Self> {
        let mut shell = Self::on(Opened::Ready(Store::in_memory().ok()?))?;
        shell.ask(founding());
        Some(shell)
    }

    /// An engine with what rests in a file; `None` when it says that it cannot be read.
    pub(crate) fn on(opened: Opened) -> Option<Self> {
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let core = Core::open(opened, DeviceKey::from_bytes(&ANA), &mut rng).ok()?;
        Some(Self {
            core,
            rng,
            mono_ms: 0,
            patience: ALONE,
        })
    }

    /// What the engine answers.
    pub fn ask(&mut self, request: Request) -> Option<Reply> {
        self.say(ClientMessage {
            id: 1_000_000,
            request,
        })
    }

    /// Says something, and does all the work that comes of it.
    pub fn say(&mut self, message: ClientMessage) -> Option<Reply> {
        let asked = message.id;
        let effects = self.take(Input::Client { client: 1, message });
        effects.into_iter().find_map(|effect| match effect {
            Effect::ToClient { message, .. } => match *message {
                ServerMessage::Reply {
                    id,
                    result: Outcome::Ok(given),
                } if id == asked => Some(*given),
                _ => None,
            },
            _ => None,
        })
    }

    /// News from a peer, and what the engine does outside about it.
    pub(crate) fn hear(&mut self, news: PeerInput) -> Vec<Effect> {
        self.patience = match news {
            PeerInput::Disconnected { .. } => ALONE,
            _ => WITH_A_PEER,
        };
        self.take(Input::Peer(news))
    }

    /// Takes an input and does all the work that comes of it; gives what is to be done outside.
    fn take(&mut self, input: Input) -> Vec<Effect> {
        let mut inputs = vec![input];
        let mut outside = Vec::new();
        for _ in 0..MOST_STEPS {
            let Some(input) = inputs
                .pop()
                .or_else(|| self.is_due().then_some(Input::Tick))
            else {
                break;
            };
            self.mono_ms += STEP;
            let now = Now {
                wall_ms: 1_790_000_000_000,
                mono_ms: self.mono_ms,
            };
            for effect in self.core.handle(now, &mut self.rng, input) {
                match effect {
                    Effect::Job(job) => inputs.push(Input::JobDone(Box::new(job.run()))),
                    other => outside.push(other),
                }
            }
        }
        outside
    }

    fn is_due(&self) -> bool {
        self.core
            .wake_at()
            .is_some_and(|at| at <= self.mono_ms + self.patience)
    }
}

/// What a shell says, one message to a line, as it comes over the socket.
pub fn api_message(bytes: &[u8]) {
    let messages: Vec<ClientMessage> = bytes
        .split(|byte| *byte == b'\n')
        .filter_map(|line| serde_json::from_slice(line).ok())
        .take(MOST_MESSAGES)
        .collect();
    let Some(mut shell) = Shell::new().filter(|_| !messages.is_empty()) else {
        return;
    };
    for message in messages {
        shell.say(message);
    }
}

/// The bytes of a bundle's file.
pub fn bundle(bytes: &[u8]) {
    let Some(mut shell) = Shell::new() else {
        return;
    };
    let mut offset = 0;
    for slice in bytes.chunks(SLICE) {
        shell.ask(Request::TakeBundle {
            offset,
            data: BASE64.encode(slice),
        });
        offset += slice.len() as u64;
    }
}

/// Lets something rest in most tables of the file.
pub(crate) fn fill(shell: &mut Shell) -> Option<()> {
    shell.ask(founding());
    let mut made = |request: Value| match shell.ask(serde_json::from_value(request).ok()?)? {
        Reply::Created { id } => Some(id),
        _ => None,
    };
    let note = made(
        json!({"type": "create_note", "title": "Plan", "text": "fly #south, see [[Work|the board]]", "parent": null, "after": null}),
    )?;
    let board = made(
        json!({"type": "create_board", "title": "Work", "columns": null, "parent": note, "after": null}),
    )?;
    let Reply::Board { board: view } = shell.ask(Request::ReadBoard { document: board })? else {
        return None;
    };
    let column = view.columns.first()?.id;
    let card = CardId::from_bytes([5; 16]);
    let edits = [
        json!({"type": "add_cards", "column": column, "after": null, "cards": [{"id": card, "title": "c"}]}),
        json!({"type": "set_due", "card": card, "due": "2031-01-01"}),
        json!({"type": "set_priority", "card": card, "priority": "high"}),
        json!({"type": "set_labels", "card": card, "labels": ["red"]}),
        json!({"type": "set_assignees", "card": card, "assignees": ["Ana"]}),
    ];
    for edit in edits {
        let request = json!({"type": "edit_board", "document": board, "edit": edit});
        shell.ask(serde_json::from_value(request).ok()?);
    }
    let begin = json!({"type": "begin_file", "document": note, "name": "a.txt", "mime": "text/plain", "size": 3});
    if let Some(Reply::FileBegun { upload }) = shell.ask(serde_json::from_value(begin).ok()?) {
        let data = BASE64.encode(b"abc");
        shell.ask(Request::PutFile {
            upload: upload.clone(),
            data,
        });
        shell.ask(Request::FinishFile { upload });
    }
    let rest = [
        json!({"type": "create_invite", "role": "editor", "uses": 2, "expiresInHours": null}),
        json!({"type": "set_profile", "name": "Ana", "zone": "Europe/Lisbon", "hours": {"start": 540, "end": 1050, "days": [1, 2]}}),
        json!({"type": "set_preference", "key": "board.view", "value": "[1]"}),
        json!({"type": "add_relay", "address": "/ip4/127.0.0.1/tcp/4711/p2p/12D3KooWDFXCmhEnDAxFyZHxpU4wJemXTGQhbyyJziVo6j5sWZn9"}),
        json!({"type": "subscribe", "view": {"type": "text", "document": note, "card": null}}),
        json!({"type": "wait_until_idle", "timeoutMs": 100, "peers": 0}),
    ];
    for request in rest {
        shell.ask(serde_json::from_value(request).ok()?);
    }
    // What is typed last is not a change yet.
    shell.patience = 0;
    let typed = json!({"type": "text_push", "subscription": 1, "baseVersion": 0, "pushId": "p", "splices": [{"at": 0, "delete": 1, "insert": "a"}], "length": 34});
    shell.ask(serde_json::from_value(typed).ok()?);
    Some(())
}

/// Asks for all that rests in the file.
pub(crate) fn look_around(shell: &mut Shell) {
    let asked = [
        json!({"type": "status"}),
        json!({"type": "subscribe", "view": {"type": "tree"}}),
        json!({"type": "list_documents", "kind": null, "trashed": false}),
        json!({"type": "list_tags"}),
        json!({"type": "list_invites"}),
        json!({"type": "list_peers"}),
        json!({"type": "list_shared_folders"}),
        json!({"type": "list_only_here"}),
        json!({"type": "search", "query": "sou", "limit": 5}),
        json!({"type": "storage"}),
        json!({"type": "audit"}),
    ];
    let mut found = Vec::new();
    for request in asked {
        let Ok(request) = serde_json::from_value(request) else {
            continue;
        };
        if let Some(Reply::Documents { documents }) = shell.ask(request) {
            found = documents.into_iter().map(|listed| listed.item).collect();
        }
    }
    for item in found.iter().take(4) {
        let document = item.id;
        shell.ask(match item.kind {
            Kind::Board => Request::ReadBoard { document },
            Kind::Note | Kind::Profile => Request::ReadNote { document },
        });
        shell.ask(Request::ListFiles { document });
    }
}
