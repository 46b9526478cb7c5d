//! Room on this machine as a shell shows it: what takes how much, what may go because another device holds it, and what came of letting it go.

use serde::{Deserialize, Serialize};
use skein_model::{DocumentId, FileId, Kind};
use ts_rs::TS;

use super::ApiError;

/// How much room the workspace takes on this machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Storage {
    /// All of it (bytes); the parts add up to this.
    #[ts(type = "number")]
    pub total: u64,
    /// What it is taken for, each part once.
    pub parts: Vec<StoragePart>,
    /// The largest documents, the largest first.
    pub documents: Vec<DocumentSize>,
    /// The largest files of which something is here, the largest first.
    pub files: Vec<FileSize>,
    /// Where all of it lies.
    pub folder: Option<String>,
}

/// One part of what takes room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct StoragePart {
    /// What it is.
    pub what: StorageKind,
    /// How much room it takes (bytes).
    #[ts(type = "number")]
    pub bytes: u64,
    /// How many there are, where they can be counted.
    pub count: Option<u32>,
}

/// What takes room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum StorageKind {
    /// Notes: their text and history.
    Notes,
    /// Boards: their cards and history.
    Boards,
    /// What members say of themselves.
    Profiles,
    /// Attached files, encrypted.
    Files,
    /// The search index.
    Search,
    /// Changes as they are exchanged with others, encrypted.
    Envelopes,
    /// Lists, links, and the order of the workspace's file.
    Order,
    /// Free within the workspace's file.
    Free,
    /// Backups of the workspace's file.
    Backups,
    /// Copies of it that were set aside.
    SetAside,
    /// Whatever else lies in the profile's folder: keys, the last moments' log, the last picture of the window.
    Other,
}

/// How much room a document takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct DocumentSize {
    /// Which document.
    pub id: DocumentId,
    /// Of what kind.
    pub kind: Kind,
    /// Its title.
    pub title: String,
    /// Text and history (bytes).
    #[ts(type = "number")]
    pub bytes: u64,
}

/// How much room a file takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct FileSize {
    /// Which file.
    pub id: FileId,
    /// Its name.
    pub name: String,
    /// How large it is (bytes).
    #[ts(type = "number")]
    pub size: u64,
    /// How much of it takes room here (bytes).
    #[ts(type = "number")]
    pub here: u64,
    /// The documents it belongs to.
    pub used_in: Vec<FileUse>,
    /// Members' devices that said that they hold all of it, the latest first.
    pub held_by: Vec<FileHolder>,
}

/// A document that a file belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct FileUse {
    /// Which document.
    pub id: DocumentId,
    /// Of what kind.
    pub kind: Kind,
    /// Its title.
    pub title: String,
}

/// A device that said that it holds a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct FileHolder {
    /// The device.
    pub device: String,
    /// Whose it is.
    pub name: String,
    /// Whether it is another device of this person.
    pub mine: bool,
    /// When it last said so, by this machine's clock, in ms since 1970.
    #[ts(type = "number")]
    pub said_at: i64,
}

/// What may be let go for the room it takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Freeable {
    /// Files that a connected device holds whole, the largest first. They come back when they are opened.
    pub files: Vec<FileSize>,
    /// How many files stay because no connected device said that it holds them, ...
    pub only_here: u32,
    /// ... and how much room they take (bytes).
    #[ts(type = "number")]
    pub only_here_bytes: u64,
    /// How much the workspace's file shrinks when it is written anew (bytes); 0 when that is not worth the wait.
    #[ts(type = "number")]
    pub compactable: u64,
    /// How many connected devices were asked.
    pub asked: u32,
}

/// What came of freeing room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Freed {
    /// How many files were let go, ...
    pub files: u32,
    /// ... and how much room they took (bytes).
    #[ts(type = "number")]
    pub bytes: u64,
    /// How much smaller the workspace's file is (bytes).
    #[ts(type = "number")]
    pub compacted: u64,
    /// Files that stayed, by name: no connected device answered for all of them.
    pub kept: Vec<String>,
    /// What hindered, and what to do about it.
    pub trouble: Option<ApiError>,
}
