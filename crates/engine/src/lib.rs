//! The workspace actor in which everything meets, and the only public API.
//!
//! [`Host`] opens a profile and gives out [`Client`]s, which speak the requests, replies and events of [`api`]. Inside, a
//! [`core::Core`] takes one input at a time and says what is to be done; it has no thread, socket or clock of its own.

pub mod api;
pub mod core;
pub mod exchange;
pub mod host;
pub mod places;
pub mod relay;

pub use host::{
    Client, ClientReceiver, ClientSender, Host, KeyError, Keychain, KeychainError, Network,
    Passphrase, Profile, ProfileError, Protect, Removal, Removed, Unlock, Use, Workspaces,
    remove_workspace,
};
pub use places::{Place, Places, Slug};
