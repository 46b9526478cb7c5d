//! The laws of the `skein` command, held by real processes; in one program, since many of them wait for others.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

#[path = "../common/mod.rs"]
mod common;

mod asking;
mod command_line;
mod disk;
mod keys;
mod networks;
mod odd_profiles;
#[path = "../../../store/tests/postgres/mod.rs"]
mod postgres;
mod relay;
mod serving;
mod workspaces;
