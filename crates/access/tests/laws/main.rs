//! The laws of this crate, one module a matter.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod access;
mod asking;
mod codes;
mod crowding;
mod documented;
mod envelopes;
mod file_chunks;
mod joining;
mod key_encryption;
mod packs;
mod permits;
mod tickets;
mod world;
