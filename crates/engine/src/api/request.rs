//! Everything a shell may ask.

use serde::{Deserialize, Serialize};
use skein_access::Role;
use skein_model::{BoardEdit, CardId, DocumentId, FileId, Hours, Kind, NoteEdit, Splice};
use ts_rs::TS;

use super::{SubscriptionId, View};

/// A request to the engine. Each variant says which [`super::Reply`] answers it.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(
    tag = "type",
    rename_all = "snake_case",
    rename_all_fields = "camelCase"
)]
pub enum Request {
    /// What this profile is and has: `Status`.
    Status,
    /// Founds a workspace with this person as its owner: `Status`.
    CreateWorkspace {
        /// The person's name, as colleagues will read it.
        member_name: String,
        /// The workspace's name.
        workspace_name: String,
        /// The time zone the person lives in, by its IANA name.
        #[serde(default)]
        #[ts(optional)]
        zone: Option<String>,
    },
    /// Joins a workspace by an invite; goes on in the background: `Status`.
    JoinWorkspace {
        /// The invite as text or link; or a short code, which is asked for on this network or at the address after an `@`.
        ticket: String,
        /// The person's name. A further device goes by its person's; a new person is asked for it when it turns out to be missing.
        #[serde(default)]
        #[ts(optional)]
        member_name: Option<String>,
        /// The time zone the person lives in, by its IANA name.
        #[serde(default)]
        #[ts(optional)]
        zone: Option<String>,
    },
    /// Says the name for which a join waits: `Status`.
    NameJoiner {
        /// The person's name.
        member_name: String,
    },
    /// Gives up a join that has not succeeded: `Status`.
    CancelJoin,
    /// Makes an invite: `Invite`.
    CreateInvite {
        /// What the invited may do.
        role: Role,
        /// How many may use it.
        uses: u32,
        /// After how many hours it ends; for ever when absent.
        expires_in_hours: Option<u32>,
        /// Whether whoever comes by it only asks, and an owner lets them in: `Approve`, `Decline`.
        #[serde(default)]
        approval: bool,
    },
    /// Makes an invite for one further device of this person, whatever their role; by an owner also of somebody else, who lost theirs:
    /// `Invite`.
    InviteDevice {
        /// Whose device it is; this person's when absent.
        #[serde(default)]
        #[ts(optional)]
        member: Option<String>,
        /// After how many hours it ends; an hour or so when absent, for somebody else two days.
        #[serde(default)]
        #[ts(optional)]
        expires_in_hours: Option<u32>,
    },
    /// Makes an invite for one further device of this person that does not end, to be kept on paper for the day on which every device is
    /// lost: `Invite`.
    RecoverySheet,
    /// All invites, the newest first: `Invites`.
    ListInvites,
    /// Closes an invite; whoever came in by it stays, and who still asks by it is declined: `Done`.
    RevokeInvite {
        /// Which invite, by its id.
        invite: String,
    },
    /// Lets somebody in who asks, as an owner: `Done`. Who asks is told by the view of that name.
    Approve {
        /// Who, by the id under which he is listed.
        asking: String,
    },
    /// Does not let somebody in who asks, as an owner; his device cannot ask again: `Done`.
    Decline {
        /// Who, by the id under which he is listed.
        asking: String,
    },
    /// Shows a short code for an invite, in place of one shown before; it goes with this client: `Code`.
    ShowCode {
        /// The invite's text or link, as it was made.
        ticket: String,
    },
    /// Takes the short code back that this client shows: `Done`.
    HideCode,
    /// Gives a person another role, as an owner: `Done`.
    SetRole {
        /// Who.
        member: String,
        /// What they may do from now on.
        role: Role,
    },
    /// Takes a person out with all their devices, for good, as an owner: `Done`.
    RemoveMember {
        /// Who.
        member: String,
    },
    /// Takes one device out, for good: one's own, or as an owner anybody's: `Done`.
    RemoveDevice {
        /// Which device.
        device: String,
    },
    /// Leaves the workspace with all one's devices, for good; what is here stays readable: `Status`.
    Leave,
    /// Names a relay of the workspace by the address that it prints, as an owner: `Done`. Relays are told of with `Peers`.
    AddRelay {
        /// The address, the relay's key at its end.
        address: String,
    },
    /// Names a relay no more, as an owner; what it holds it keeps: `Done`.
    RemoveRelay {
        /// Which relay, by its device id.
        relay: String,
    },
    /// Makes a note: `Created`.
    CreateNote {
        /// Its title.
        title: String,
        /// Its first text.
        #[serde(default)]
        text: Option<String>,
        /// The document it lies under.
        #[serde(default)]
        parent: Option<DocumentId>,
        /// The sibling it comes after; last when absent.
        #[serde(default)]
        after: Option<DocumentId>,
    },
    /// Makes a board: `Created`.
    CreateBoard {
        /// Its title.
        title: String,
        /// Its columns; "To do", "Doing", "Done" when absent.
        #[serde(default)]
        columns: Option<Vec<String>>,
        /// The document it lies under.
        #[serde(default)]
        parent: Option<DocumentId>,
        /// The sibling it comes after; last when absent.
        #[serde(default)]
        after: Option<DocumentId>,
    },
    /// Changes a note: `Edited`.
    EditNote {
        /// Which note.
        document: DocumentId,
        /// How.
        edit: NoteEdit,
    },
    /// Changes a board: `Edited`.
    EditBoard {
        /// Which board.
        document: DocumentId,
        /// How.
        edit: BoardEdit,
    },
    /// Puts a document elsewhere in the tree: `Edited`.
    PlaceDocument {
        /// Which document.
        document: DocumentId,
        /// Its new parent; the root when absent.
        parent: Option<DocumentId>,
        /// The sibling it comes after; first when absent.
        after: Option<DocumentId>,
    },
    /// Watches something; the first event carries all of it: `Subscribed`.
    Subscribe {
        /// What to watch.
        view: View,
    },
    /// Stops watching: `Done`.
    Unsubscribe {
        /// Which subscription.
        subscription: SubscriptionId,
    },
    /// Hands over what was typed in a text view: `TextAck`.
    TextPush {
        /// The text view's subscription.
        subscription: SubscriptionId,
        /// The version the splices were made at.
        base_version: u32,
        /// Unique for each push; a repeated one is applied once and answered the same.
        push_id: String,
        /// What was typed.
        splices: Vec<Splice>,
        /// How long the view's text is after them, in UTF-16 code units.
        length: u32,
    },
    /// Shows where this person is in a text to those who have it open too: `Done`. Nothing of it is kept.
    ShowCaret {
        /// The text view's subscription.
        subscription: SubscriptionId,
        /// Where the selection begins, in UTF-16 code units; without both places the caret is gone.
        anchor: Option<u32>,
        /// Where the caret is.
        head: Option<u32>,
        /// The version of the view's text that they count in.
        version: u32,
    },
    /// A note whole: `Note`.
    ReadNote {
        /// Which note.
        document: DocumentId,
    },
    /// A board whole: `Board`.
    ReadBoard {
        /// Which board.
        document: DocumentId,
    },
    /// A card, found by its id alone: `Card`.
    ReadCard {
        /// Which card.
        card: CardId,
    },
    /// The documents, in tree order: `Documents`.
    ListDocuments {
        /// Only of this kind.
        #[serde(default)]
        kind: Option<Kind>,
        /// Those in the trash instead of those in use.
        #[serde(default)]
        trashed: bool,
    },
    /// The documents of which no other device or relay is known to hold the newest, in tree order: `Documents`.
    ListOnlyHere,
    /// The tags in use: `Tags`.
    ListTags,
    /// Finds words in titles, notes and cards: `Found`.
    Search {
        /// The words; the last one may be unfinished.
        query: String,
        /// How many hits at most.
        limit: u32,
    },
    /// Tries a typed address; what comes of it is told with the peers: `Done`.
    Connect {
        /// `192.168.1.5:4711`, or a multiaddress.
        address: String,
    },
    /// Tries every known address at once: `Done`.
    Reconnect,
    /// Who is connected or known: `Peers`.
    ListPeers,
    /// How far a document, or everything, got: `Delivery`.
    Delivery {
        /// Which document; all of them when absent.
        #[serde(default)]
        document: Option<DocumentId>,
    },
    /// Removes a notice that was read: `Done`.
    DismissNotice {
        /// Which notice.
        #[ts(type = "number")]
        notice: i64,
    },
    /// Says who this person is and when he works; what is absent stays as it is: `Edited`.
    SetProfile {
        /// The name; an empty one goes back to the name given at joining.
        #[serde(default)]
        #[ts(optional)]
        name: Option<String>,
        /// The time zone by its IANA name; an empty one is none.
        #[serde(default)]
        #[ts(optional)]
        zone: Option<String>,
        /// The working hours; with no days there are none.
        #[serde(default)]
        #[ts(optional)]
        hours: Option<Hours>,
    },
    /// Keeps how this person likes the app on this machine; there is no need of a workspace: `Done`.
    SetPreference {
        /// Its name: up to 64 of a-z, 0-9, dot and hyphen.
        key: String,
        /// What it is to be, up to 64 KiB; forgotten when absent.
        value: Option<String>,
    },
    /// Begins to attach a file to a note or a board (a card's files lie in its board): `FileBegun`.
    BeginFile {
        /// Which document.
        document: DocumentId,
        /// The file's name, without a folder.
        name: String,
        /// Its media type, as in `image/png`; may be empty.
        mime: String,
        /// How many bytes will come; at most 2 GiB.
        size: u64,
    },
    /// Hands over the next bytes of a file: `Done`.
    PutFile {
        /// The upload, as `FileBegun` named it.
        upload: String,
        /// The bytes in base64, at most 512 KiB of them.
        data: String,
    },
    /// Attaches the file, all of whose bytes have come: `FileAdded`.
    FinishFile {
        /// The upload.
        upload: String,
    },
    /// Gives up an upload, as the end of its client or ten minutes of silence do: `Done`.
    CancelFile {
        /// The upload.
        upload: String,
    },
    /// The files of a document: `Files`.
    ListFiles {
        /// Which document.
        document: DocumentId,
    },
    /// A part of a file: `FileBytes`. When its bytes are not here it fails with `not_here`, and they are asked for.
    ReadFile {
        /// The document it belongs to.
        document: DocumentId,
        /// Which file.
        file: FileId,
        /// From which byte on.
        offset: u64,
        /// How many bytes at most, up to 512 KiB.
        length: u32,
    },
    /// Asks the connected devices for a file that is not here: `Done`. How it arrives is told by the view of the files.
    FetchFile {
        /// The document it belongs to.
        document: DocumentId,
        /// Which file.
        file: FileId,
    },
    /// The next page of a bundle, a file that carries changes to somebody who cannot be reached: `BundlePage`. The pages one after the other
    /// are the file.
    ReadBundle {
        /// Only what this person's devices are not known to hold; everything when absent.
        #[serde(default)]
        #[ts(optional)]
        person: Option<String>,
        /// Where the page before ended; the first page when absent.
        #[serde(default)]
        #[ts(optional, type = "number")]
        after: Option<i64>,
    },
    /// Takes in the next slice of a bundle; once answered, the whole changes in it are on disk: `BundleTaken`. Nothing comes twice.
    TakeBundle {
        /// At which byte of the file the slice begins; 0 begins anew.
        #[ts(type = "number")]
        offset: u64,
        /// The bytes in base64, at most 512 KiB of them.
        data: String,
    },
    /// The shared folders of this device: `SharedFolders`.
    ListSharedFolders,
    /// Takes a folder into use, through which changes are exchanged with whoever else has it: `SharedFolders`.
    AddSharedFolder {
        /// Its full path. It must be there.
        path: String,
    },
    /// Takes a folder out of use; what lies there stays there: `SharedFolders`.
    RemoveSharedFolder {
        /// Its path, as it was told.
        path: String,
    },
    /// Reads all shared folders now and writes to them all that they lack; answers when that is done, or hindered as each tells: `SharedFolders`.
    SyncSharedFolders,
    /// The backups of this profile's file: `Backups`.
    ListBackups,
    /// Makes a backup and checks it: `Backups`.
    BackUp,
    /// Opens a backup and loads every document in it, to see that all of it could be had back: `BackupTried`. Nothing is changed.
    TryBackup {
        /// Which backup, by its name.
        backup: String,
    },
    /// Has the next start of Skein restore a backup in the place of the profile's file, which is set aside and not changed; not any more when
    /// absent: `Backups`.
    RestoreBackup {
        /// Which backup, by its name.
        backup: Option<String>,
    },
    /// Has the next start of Skein put the profile's file together anew, of what can be read of it and of what colleagues hold. What is there now
    /// is set aside and not changed; `RestoreBackup` without a backup calls it off: `Backups`.
    Repair,
    /// The workspaces of this profile: `Workspaces`.
    ListWorkspaces,
    /// Makes a place for a further workspace in this profile; a shell that connects to it creates one there, or joins one: `WorkspaceAdded`.
    AddWorkspace,
    /// How much room the workspace takes on this machine, and what for: `Storage`.
    Storage,
    /// Asks the connected devices which files they hold, and says what may be let go here because of that: `Freeable`. Nothing is changed.
    PreviewFreeing,
    /// Lets the bytes of files go, each only if a connected device says now that it holds all of it; they come back when they are opened: `Freed`.
    FreeSpace {
        /// Which files, at most 10,000.
        files: Vec<FileId>,
        /// Whether to write the workspace's file anew as well, without what is free in it; nothing else is done meanwhile.
        #[serde(default)]
        compact: bool,
    },
    /// Reloads every document and compares: `Audit`.
    Audit,
    /// Answers once all is sealed and every connected peer agrees: `Idle`.
    WaitUntilIdle {
        /// How long to wait at most, in milliseconds.
        timeout_ms: u32,
        /// Wait for at least so many connected peers first.
        #[serde(default)]
        peers: u32,
    },
}
