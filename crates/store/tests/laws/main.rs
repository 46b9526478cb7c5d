//! The laws of the store, held against real files.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

mod backups;
mod common;
mod crash;
mod damage;
mod documents;
mod envelopes;
mod files;
mod freeing;
mod machine;
mod pieces;
#[path = "../postgres/mod.rs"]
mod postgres;
mod search;
mod shared_folders;
mod shelves;
mod size;
