//! One file for each table: its statements and the values they read and write.

pub(crate) mod cards;
pub(crate) mod changes;
pub(crate) mod documents;
pub(crate) mod envelopes;
pub(crate) mod files;
pub(crate) mod folders;
pub(crate) mod holders;
pub(crate) mod journal;
pub(crate) mod links;
pub(crate) mod notices;
pub(crate) mod peers;
pub(crate) mod pieces;
pub(crate) mod search;
pub(crate) mod settings;
pub(crate) mod snapshots;
pub(crate) mod tags;
pub(crate) mod vouched;
