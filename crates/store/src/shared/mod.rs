//! A database on a PostgreSQL server in which several relays keep what they hold: its address, its form, one connection, a shelf for each workspace.

mod address;
mod connection;
mod database;
mod error;
mod migrations;
mod shelf;

pub use address::DatabaseAddress;
pub use connection::Word;
pub use database::SharedDatabase;
pub use error::{SharedError, SharedOpenError};
pub use shelf::SharedShelf;
