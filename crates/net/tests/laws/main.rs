//! The laws of the network, held by real sockets; in one program, since libp2p is long to link, and most of them wait.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod nodes;

mod chunks;
mod circuits;
mod connecting;
mod flow;
mod refusing;
