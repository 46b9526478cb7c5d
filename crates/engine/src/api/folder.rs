//! Shared folders as a shell shows them: where each is, how far it has come, and what hinders.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::ApiError;

/// A folder through which this device exchanges changes with whoever else has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SharedFolder {
    /// Where it is; this names it.
    pub path: String,
    /// How it stands.
    pub state: SharedFolderState,
    /// When it was last looked through in this run (ms since 1970).
    #[ts(type = "number | null")]
    pub looked_at: Option<i64>,
    /// When it last brought something new (ms since 1970).
    #[ts(type = "number | null")]
    pub read_at: Option<i64>,
    /// When something was last written to it (ms since 1970).
    #[ts(type = "number | null")]
    pub wrote_at: Option<i64>,
    /// Changes that are here and not in it yet; counted no further than 10,000.
    pub waiting: u32,
    /// Files in it that ended too early when they were read; they are read again when they change.
    pub unfinished: u32,
    /// Files in it that are left alone: damaged, too large, or of another workspace.
    pub left_alone: u32,
    /// What hinders, and what to do about it.
    pub trouble: Option<ApiError>,
}

/// How a shared folder stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum SharedFolderState {
    /// It was not looked at in this run.
    Unseen,
    /// It is being read or written.
    Exchanging,
    /// It was read, and written to as far as something was due.
    Resting,
    /// It is not there now, like a stick that is not plugged in. It is looked for again and again.
    Away,
    /// Something hinders.
    Hindered,
}
