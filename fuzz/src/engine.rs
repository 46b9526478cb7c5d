//! An engine in memory, the same in every run, and what a shell may say to it.

use data_encoding::BASE64;
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use skein_access::DeviceKey;
use skein_engine::api::{ClientMessage, Outcome, Reply, Request, ServerMessage};
use skein_engine::core::{Core, Effect, Input, Now};
use skein_model::{ActorSeed, Document, DocumentId, Place};
use skein_store::{Opened, Store};

/// The largest slice of a bundle that a shell gives.
const SLICE: usize = 512 * 1024;
/// So much is said in one run.
const MOST_MESSAGES: usize = 32;
/// So much is done for it, however much comes of it.
const MOST_STEPS: usize = 2_000;

/// An engine with a workspace, and somebody who asks it.
pub struct Shell {
    core: Core,
    rng: ChaCha20Rng,
    mono_ms: u64,
}

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
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let device = DeviceKey::from_bytes(&[9; 32]);
        let store = Store::in_memory().ok()?;
        let core = Core::open(Opened::Ready(store), device, &mut rng).ok()?;
        let mut shell = Self {
            core,
            rng,
            mono_ms: 0,
        };
        shell.ask(founding());
        Some(shell)
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
        let mut reply = None;
        let id = message.id;
        let mut inputs = vec![Input::Client { client: 1, message }];
        for _ in 0..MOST_STEPS {
            let Some(input) = inputs
                .pop()
                .or_else(|| self.is_due().then_some(Input::Tick))
            else {
                break;
            };
            self.mono_ms += 10;
            let now = Now {
                wall_ms: 1_790_000_000_000,
                mono_ms: self.mono_ms,
            };
            for effect in self.core.handle(now, &mut self.rng, input) {
                match effect {
                    Effect::Job(job) => inputs.push(Input::JobDone(Box::new(job.run()))),
                    Effect::ToClient { message, .. } => {
                        if let ServerMessage::Reply { id: of, result } = *message
                            && let Outcome::Ok(given) = result
                            && of == id
                        {
                            reply = Some(*given);
                        }
                    }
                    _ => {}
                }
            }
        }
        reply
    }

    fn is_due(&self) -> bool {
        self.core
            .wake_at()
            .is_some_and(|at| at <= self.mono_ms + 10_000)
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
