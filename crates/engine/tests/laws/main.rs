//! The laws of the engine, held by real cores on real files; in one program, since the world they live in is large.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

#[path = "../sim/mod.rs"]
mod sim;

mod arriving;
mod asking;
mod authors;
mod backups;
mod bundles;
mod carets;
mod codes;
mod connecting;
mod damage;
mod false_relay;
mod files;
mod folders;
mod freeing;
mod half_good;
mod hostile;
mod imports;
mod invites;
mod keys;
mod ladder;
mod long_work;
mod members;
mod nodes;
mod only_here;
mod pace;
mod packs;
#[path = "../../../store/tests/postgres/mod.rs"]
mod postgres;
mod preferences;
mod profiles;
mod relay;
mod relays_together;
mod roles;
mod secret_service;
mod two_members;
mod typescript;
mod workspaces;
