//! The laws of synchronisation, on a network of pure nodes.
#![allow(
    unreachable_pub,
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod admission;
mod convergence;
mod cost;
mod hostile;
mod live;
mod set;
mod world;
