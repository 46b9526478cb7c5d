//! The short code that this device shows for an invite, and how it came to its end.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A short code. It lives in memory only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ShortCode {
    /// The code as it is read aloud, `K7QM-2XPD`.
    pub code: String,
    /// The invite it stands for.
    pub invite: String,
    /// Where this device can be reached, as one types it after the code and an `@`; the most useful first.
    pub addresses: Vec<String>,
    /// When it ends at the latest (ms since 1970).
    pub ends_at: i64,
    /// How many wrong codes may still be tried.
    pub attempts_left: u32,
    /// Why nobody can use it any more.
    pub ended: Option<CodeEnd>,
}

/// How a short code came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum CodeEnd {
    /// Somebody got the invite by it.
    Used,
    /// Its time was over.
    Expired,
    /// Too many wrong codes were tried.
    Guessed,
    /// Its invite is not open any more.
    Closed,
}
