//! The one door to the engine: what a shell may ask, what it is answered, and what it is told of its own accord.
//!
//! Desktop, browser, command line and every later shell speak these types as JSON over one ordered stream each way. A request
//! never says who asks: that is known from the connection. Replies and events share one order, on which the text bridge rests.

mod code;
mod error;
mod event;
mod folder;
mod ladder;
mod reply;
mod request;
mod storage;
mod words;

pub use code::{CodeEnd, ShortCode};
pub use error::{ApiError, ErrorCode};
pub use event::{Event, View};
pub use folder::{SharedFolder, SharedFolderState};
pub use ladder::{Cause, Ladder, Rung, WayOutcome};
pub use reply::{
    Asking, AttachedFile, Attempt, AttemptState, AuditReport, Authored, Backlink, BackupReport,
    BundleReport, BundleWritten, Caret, Delivery, DeliveryState, Difference, ExportReport,
    FileState, Forgot, Heard, HitPart, ImportReport, InviteState, Invitee, InviteeStep, Joining,
    JoiningStep, KeptBackup, KeptBackups, KeyProtection, Listed, ListedInvite, ListedWorkspace,
    Member, MemberDevice, MissingNumbers, NoteContent, Notice, NumberRange, Outlook, Peer,
    PeerState, Reply, SearchHit, Status, TagCount, TreeItem, Unmapped, WorkspaceState,
};
pub use request::Request;
pub use storage::{
    DocumentSize, FileHolder, FileSize, FileUse, Freeable, Freed, Storage, StorageKind, StoragePart,
};
// What requests and replies are made of, from the layers below: a shell needs no crate but this one.
pub use skein_access::Role;
pub use skein_model::{
    BoardEdit, BoardView, CardId, CardSummary, CardView, ColumnId, DocumentId, FileId, Hours, Kind,
    NewCard, NoteEdit, Priority, Splice,
};
pub(crate) use words::{count_of, list_of};

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Numbers a shell gives to its requests, so that it finds the reply to each.
pub type RequestId = u32;

/// Numbers the engine gives to subscriptions, within one client.
pub type SubscriptionId = u32;

/// A request on its way to the engine.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ClientMessage {
    /// Chosen by the client; the reply carries it back.
    pub id: RequestId,
    /// What is asked.
    pub request: Request,
}

/// Anything on its way from the engine to one client.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all = "snake_case")]
// A message lives for a moment between two queues; a box would only make it harder to match.
#[allow(clippy::large_enum_variant)]
pub enum ServerMessage {
    /// The answer to one request.
    Reply {
        /// The request's number.
        id: RequestId,
        /// What came of it.
        result: Outcome,
    },
    /// News for a subscription.
    Event {
        /// Which subscription.
        subscription: SubscriptionId,
        /// What happened.
        event: Event,
    },
}

/// What came of a request.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It was done; a change that was acknowledged so is on disk.
    Ok(Box<Reply>),
    /// It was not done, and nothing of it was kept unless the message says so.
    Error(ApiError),
}

impl From<Result<Reply, ApiError>> for Outcome {
    fn from(result: Result<Reply, ApiError>) -> Self {
        match result {
            Ok(reply) => Self::Ok(Box::new(reply)),
            Err(error) => Self::Error(error),
        }
    }
}

impl From<Outcome> for Result<Reply, ApiError> {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Ok(reply) => Ok(*reply),
            Outcome::Error(error) => Err(error),
        }
    }
}
