//! How replicas agree: set reconciliation and the session state machine. Sans-IO.
//!
//! A replica is a set of envelopes and agreement is set union. [`EnvelopeSet`] knows which envelopes a replica holds,
//! [`Session`] talks to one connected peer until both hold the same ones and keeps them equal from then on, and
//! [`Fetching`] keeps several sessions of one replica from asking for the same envelope twice. Nothing here does I/O or
//! reads a clock: frames, stored bytes and the time come in as arguments, and what to send, load or store goes out as values.
//!
//! The engine keeps one [`EnvelopeSet`] and one [`Fetching`] for a replica and one [`Session`] for each connected peer:
//!
//! 1. [`Session::new`] on every fresh, authenticated connection; do what it says.
//! 2. Every frame, answer and tick goes into [`Session::handle`]; do what it says, in order, feeding answers back at once or later.
//! 3. [`SessionOutput::Store`]: verify each envelope, commit them in one durable transaction, add the new ones to the set, answer
//!    [`SessionInput::Stored`] to that session, then give [`SessionInput::Inserted`] to all sessions, this one included.
//! 4. An envelope made here: commit it durably, add it to the set, then [`SessionInput::Inserted`] without a peer.
//! 5. When the access state changed: [`SessionInput::AccessChanged`] to all sessions, after `Inserted`.
//! 6. When the connection ends: [`SessionInput::Disconnected`], and drop the session.

mod ahead;
mod close;
mod cycle;
mod fetching;
mod follow;
mod frame;
mod item;
mod lead;
mod limits;
mod open;
mod ordered;
mod outbox;
mod patience;
mod pull;
mod recent;
mod reconcile;
mod serve;
mod session;
mod set;
mod turn;

pub use close::CloseReason;
pub use fetching::Fetching;
pub use frame::{Bytes, Frame, FrameError, Hello, Ids, Items, Scope, Why};
pub use item::{Group, ItemRef, Key};
pub use limits::{
    BATCH_BYTES, BATCH_ENVELOPES, FRAME_BYTES, HOLDING_BYTES, PACK_BYTES, PRESENCE_BYTES, PROTOCOL,
    WINDOW_BYTES,
};
pub use ordered::OrderedIds;
pub use outbox::{Agreement, Held, Lacking, SessionOutput};
pub use session::{HelloConfig, Session, SessionInput, Side};
pub use set::EnvelopeSet;
