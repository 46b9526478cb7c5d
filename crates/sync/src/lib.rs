//! How replicas agree: set reconciliation and the session state machine. Sans-IO.
//!
//! A replica is a set of envelopes and agreement is set union. [`EnvelopeSet`] knows which envelopes a replica holds,
//! [`Session`] talks to one connected peer until both hold the same ones and keeps them equal from then on, and
//! [`Fetching`] keeps several sessions of one replica from asking for the same envelope twice. Nothing here does I/O or
//! reads a clock: frames, stored bytes and the time come in as arguments, and what to send, load or store goes out as values.

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
    BATCH_BYTES, BATCH_ENVELOPES, FRAME_BYTES, PRESENCE_BYTES, PROTOCOL, WINDOW_BYTES,
};
pub use ordered::OrderedIds;
pub use outbox::{Agreement, Held, SessionOutput};
pub use session::{HelloConfig, Session, SessionInput, Side};
pub use set::EnvelopeSet;
