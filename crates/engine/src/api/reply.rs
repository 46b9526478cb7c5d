//! The answers, and the things they and the events are made of.

use serde::{Deserialize, Serialize};
use skein_model::{BoardView, CardId, CardView, DocumentId, FileId, Hours, Kind, Life, Splice};
use ts_rs::TS;

use super::{Freeable, Freed, Request, SharedFolder, Storage};

/// The answer to a request that was done.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(
    tag = "type",
    rename_all = "snake_case",
    rename_all_fields = "camelCase"
)]
// It lives for a moment between two queues; a box would only make it harder to match.
#[allow(clippy::large_enum_variant)]
pub enum Reply {
    /// It was done; there is nothing to tell.
    Done,
    /// The profile's state.
    Status {
        /// As it is now.
        status: Status,
    },
    /// The workspaces of this profile: the first, then the others by name.
    Workspaces {
        /// The workspaces.
        workspaces: Vec<ListedWorkspace>,
    },
    /// There is a place for a further workspace.
    WorkspaceAdded {
        /// What it is called in addresses.
        slug: String,
    },
    /// A new invite.
    Invite {
        /// To be pasted.
        ticket: String,
        /// The same as a link.
        link: String,
        /// Where this device can be reached, as the invite says.
        addresses: Vec<String>,
        /// The relays that let its holder in while everybody sleeps, as the invite says.
        relays: Vec<String>,
    },
    /// The short code that is shown now.
    Code {
        /// The code.
        code: super::ShortCode,
    },
    /// All invites, the newest first, with those who came by them.
    Invites {
        /// The invites.
        invites: Vec<ListedInvite>,
    },
    /// What was made.
    Created {
        /// Its id.
        id: DocumentId,
    },
    /// A change was made.
    Edited {
        /// The request that takes back this change and nothing else; absent when there was nothing to change.
        undo: Option<Box<Request>>,
    },
    /// From now on there will be news.
    Subscribed {
        /// Under this number.
        subscription: super::SubscriptionId,
    },
    /// What was typed is on disk.
    TextAck {
        /// The version of the text with it.
        version: u32,
        /// What others did since the push's base, to be applied after the push.
        splices: Vec<Splice>,
    },
    /// A note, whole.
    Note {
        /// The note.
        note: NoteContent,
    },
    /// A board, whole.
    Board {
        /// The board.
        board: BoardView,
    },
    /// A card, whole but for its description.
    Card {
        /// The board it lies on.
        document: DocumentId,
        /// The card.
        card: CardView,
    },
    /// Documents in tree order.
    Documents {
        /// The documents.
        documents: Vec<Listed>,
    },
    /// Every tag in use, in alphabetical order.
    Tags {
        /// The tags.
        tags: Vec<TagCount>,
    },
    /// Search hits, best first.
    Found {
        /// The hits.
        hits: Vec<SearchHit>,
    },
    /// Connections and known devices.
    Peers {
        /// All of them.
        peers: Vec<Peer>,
        /// Addresses that were typed and not reached (yet).
        attempts: Vec<Attempt>,
        /// Where this device listens.
        listening: Vec<String>,
    },
    /// How far it got.
    Delivery {
        /// As it is now.
        delivery: Delivery,
    },
    /// Bytes may come.
    FileBegun {
        /// Names the upload; only its client can use it.
        upload: String,
    },
    /// The file is attached, and on its way to the others.
    FileAdded {
        /// The file.
        file: AttachedFile,
    },
    /// The files of a document, by name.
    Files {
        /// The files.
        files: Vec<AttachedFile>,
    },
    /// A part of a file.
    FileBytes {
        /// The bytes, in base64.
        data: String,
        /// From which byte on.
        #[ts(type = "number")]
        offset: u64,
        /// How many bytes the whole file has.
        #[ts(type = "number")]
        size: u64,
    },
    /// A page of a bundle.
    BundlePage {
        /// Its bytes, in base64.
        data: String,
        /// How many changes it holds.
        envelopes: u32,
        /// Where the next page begins; absent at the end.
        #[ts(type = "number | null")]
        next: Option<i64>,
    },
    /// How far a bundle is taken in.
    BundleTaken {
        /// What came of it so far.
        report: BundleReport,
    },
    /// The backups.
    Backups {
        /// As they are now.
        kept: KeptBackups,
    },
    /// A backup was opened, and all in it loaded.
    BackupTried {
        /// What was found.
        report: BackupReport,
    },
    /// The shared folders of this device.
    SharedFolders {
        /// As they stand.
        folders: Vec<SharedFolder>,
    },
    /// How much room is taken.
    Storage {
        /// As it was measured now.
        storage: Storage,
    },
    /// What may be let go.
    Freeable {
        /// As the connected devices answered.
        freeable: Freeable,
    },
    /// What was let go.
    Freed {
        /// What came of it.
        freed: Freed,
    },
    /// What the audit found.
    Audit {
        /// The report.
        report: AuditReport,
    },
    /// Everything is sealed and every connected peer agrees.
    Idle {
        /// With how many peers.
        peers: u32,
        /// How many of them are relays.
        relays: u32,
        /// Envelopes held here.
        envelopes: u64,
    },
}

/// What a profile is in the middle of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum WorkspaceState {
    /// No workspace yet.
    Empty,
    /// A join is under way.
    Joining,
    /// In use.
    Ready,
    /// Damaged: everything readable can be read and exported, nothing is written.
    ReadOnly,
}

/// A workspace of this profile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ListedWorkspace {
    /// What it is called in addresses; `first` lies in the profile's own folder.
    pub slug: String,
    /// Its id; absent while nothing rests there, and of one that no version that knew of several opened.
    pub id: Option<String>,
    /// Its name, once that is known.
    pub name: Option<String>,
    /// Whether it is the one that answers.
    pub here: bool,
    /// Why it could not be opened.
    pub trouble: Option<String>,
}

impl ListedWorkspace {
    /// The only one there is.
    pub(crate) fn alone() -> Self {
        Self {
            slug: crate::places::Slug::first().to_string(),
            id: None,
            name: None,
            here: true,
            trouble: None,
        }
    }
}

/// The profile's state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Status {
    /// What it is in the middle of.
    pub state: WorkspaceState,
    /// This person's name.
    pub member_name: Option<String>,
    /// The workspace's name.
    pub workspace_name: Option<String>,
    /// The workspace's id.
    pub workspace_id: Option<String>,
    /// This device's id.
    pub device_id: String,
    /// Six words that stand for its key, as others see them beside this person.
    pub device_words: String,
    /// What protects the device key on this machine; absent where no profile on a disk holds it.
    pub key_protection: Option<KeyProtection>,
    /// How the join goes.
    pub joining: Option<Joining>,
    /// Documents that came and are being made ready: in lists already, and found by their words once they are.
    pub arriving: u32,
    /// What this person may do; absent as long as it is not known here that he is in.
    pub role: Option<skein_access::Role>,
    /// Whether this device was part of the workspace and is out: what it holds stays readable.
    pub out: bool,
    /// Why nothing is written.
    pub read_only_reason: Option<String>,
}

/// What protects the device key on this machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum KeyProtection {
    /// A file that only this account can read.
    OwnerOnlyFile,
    /// A key in the system's keychain, which is open while somebody is logged in.
    Keychain,
    /// A passphrase, asked for whenever the profile is opened.
    Passphrase,
}

/// How a join goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Joining {
    /// The step it is at.
    pub step: JoiningStep,
    /// Envelopes received so far.
    pub received: u32,
    /// Why it does not go on; it is tried again by itself.
    pub reason: Option<String>,
}

/// The steps of a join.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum JoiningStep {
    /// A short code was typed: looking for whoever shows it.
    Looking,
    /// Somebody shows a short code; comparing.
    Found,
    /// Whoever shows a short code shows another one. It can be tried again.
    WrongCode,
    /// Nobody shows a short code on this network, or the address that was typed led nowhere. It can be tried again.
    NobodyShows,
    /// The device at the address that was typed shows no short code (any more).
    NoLonger,
    /// Looking for a device of the workspace.
    Connecting,
    /// Checking the invite against the workspace's members.
    Verifying,
    /// The invite is for a new person, and no name was given: it waits for one.
    Naming,
    /// It has asked to be let in, and an owner decides.
    Waiting,
    /// A member; the documents are coming.
    Receiving,
    /// It did not work; the reason says why.
    Failed,
}

/// One document in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TreeItem {
    /// Which document.
    pub id: DocumentId,
    /// Of what kind.
    pub kind: Kind,
    /// Its title.
    pub title: String,
    /// The document it lies under.
    pub parent: Option<DocumentId>,
    /// Its place among its siblings; compares as text.
    pub position: String,
    /// In use, in the trash, or kept despite it.
    pub life: Life,
    /// When it last changed here, in ms since 1970.
    #[ts(type = "number")]
    pub updated_at: i64,
    /// How many of its fields have more than one value.
    pub conflicts: u32,
}

/// One document in a list for people and scripts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Listed {
    /// The document.
    #[serde(flatten)]
    pub item: TreeItem,
    /// How deep it lies, 0 at the root.
    pub depth: u32,
}

/// A note, whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct NoteContent {
    /// Which note.
    pub id: DocumentId,
    /// Its title.
    pub title: String,
    /// Other titles given at the same time by others.
    pub other_titles: Vec<String>,
    /// The document it lies under.
    pub parent: Option<DocumentId>,
    /// In use, in the trash, or kept despite it.
    pub life: Life,
    /// Its Markdown text.
    pub text: String,
    /// Its heads: equal heads, equal history.
    pub heads: Vec<String>,
}

/// An invite, without what lets somebody in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ListedInvite {
    /// Names it, for closing it.
    pub id: String,
    /// What the invited may do.
    pub role: skein_access::Role,
    /// How many may use it.
    pub uses: u32,
    /// How many did.
    pub used: u32,
    /// From when on it is refused, in ms since 1970.
    #[ts(type = "number | null")]
    pub expires_at: Option<i64>,
    /// The name of who made it.
    pub made_by: Option<String>,
    /// The hour in which it was made, in ms since 1970.
    #[ts(type = "number")]
    pub made_at: i64,
    /// Whose further device it lets in, instead of a new person.
    pub for_member: Option<String>,
    /// Whether it is somebody's recovery sheet.
    pub on_paper: bool,
    /// Whether whoever comes by it asks, and an owner lets them in.
    pub approval: bool,
    /// Whether somebody can still come by it.
    pub state: InviteState,
    /// Those who came by it, as far as it is known here, in the order in which they say they came.
    pub invitees: Vec<Invitee>,
    /// How many more came by it than are listed.
    pub more: u32,
}

/// Whether somebody can still come by an invite.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum InviteState {
    /// Yes.
    Open,
    /// It was closed: by name, or because its maker or who came by it was removed.
    Closed,
    /// As many came by it as may.
    UsedUp,
    /// Its time is over by this machine's clock.
    Expired,
}

/// Somebody who came by an invite.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Invitee {
    /// The name of the person; absent when it cannot be read here.
    pub name: Option<String>,
    /// The device.
    pub device: String,
    /// The hour in which it was opened there, by that device's clock, in ms since 1970.
    #[ts(type = "number")]
    pub opened_at: i64,
    /// How far the device got, as far as it is known here.
    pub step: InviteeStep,
    /// When it was heard of after that.
    pub heard: Heard,
}

/// When a device was heard of after it came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(
    tag = "type",
    rename_all = "snake_case",
    rename_all_fields = "camelCase"
)]
pub enum Heard {
    /// It is connected, or this one.
    Now,
    /// It was connected, or something that it wrote came here.
    Last {
        /// When it was connected last, or the hour in which it wrote that by its own clock, in ms since 1970.
        #[ts(type = "number")]
        at: i64,
    },
    /// Not since then.
    NotSince,
}

/// How far somebody got who came by an invite, as far as it is known here: he may be further.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum InviteeStep {
    /// He has asked to be let in, and an owner decides.
    Asking,
    /// He was not let in: an owner declined, or the invite was closed or used up by others before.
    TurnedAway,
    /// He is in; whether he has the keys that lie ready for him is not known.
    LetIn,
    /// He has the keys.
    HasKeys,
    /// He has some of what there is to read.
    Receiving,
    /// He had all that was here when his coming was heard of.
    Done,
    /// He was in, and left or was removed.
    Out,
}

/// Somebody who asks to be let in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Asking {
    /// Names the question, for letting in or declining.
    pub id: String,
    /// The name he gave; absent when it cannot be read here.
    pub name: Option<String>,
    /// His device.
    pub device: String,
    /// The six words of its key, which he sees as well.
    pub words: String,
    /// What he may do when he is in.
    pub role: skein_access::Role,
    /// The invite by which he came.
    pub invite: String,
    /// The hour in which he asked, by his own clock, in ms since 1970.
    #[ts(type = "number")]
    pub asked_at: i64,
}

/// Who did something, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Authored {
    /// Which member.
    pub member: String,
    /// The member's name.
    pub name: String,
    /// When, by the clock of their device, in ms since 1970.
    #[ts(type = "number")]
    pub at: i64,
}

/// A document that links to another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Backlink {
    /// The document with the link.
    pub id: DocumentId,
    /// Its title.
    pub title: String,
    /// The words around the link, without marks; the link's own are the hit.
    pub context: Vec<HitPart>,
}

/// Where somebody else is in a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Caret {
    /// On which device.
    pub device: String,
    /// Which member.
    pub member: String,
    /// Their name.
    pub name: String,
    /// Where the selection begins, in UTF-16 code units.
    pub anchor: u32,
    /// Where the caret is.
    pub head: u32,
    /// The version of the text that both count in.
    pub version: u32,
}

/// A tag, and how many documents bear it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TagCount {
    /// The tag in lower case, without its sign.
    pub tag: String,
    /// How many documents that are not in the trash bear it.
    pub count: u32,
}

/// Something found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SearchHit {
    /// In which document (a board, for a card).
    pub id: DocumentId,
    /// On which card.
    pub card: Option<CardId>,
    /// Of what kind the document is.
    pub kind: Kind,
    /// The document's or card's title.
    pub title: String,
    /// The words around the hit.
    pub snippet: Vec<HitPart>,
}

/// A piece of a snippet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct HitPart {
    /// The words.
    pub text: String,
    /// Whether they were looked for.
    pub hit: bool,
}

/// A device of a member.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct MemberDevice {
    /// Its id.
    pub id: String,
    /// Six words that stand for its key, the same on every machine: for comparing by voice who was let in.
    pub words: String,
}

/// A person in the workspace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Member {
    /// Which member.
    pub id: String,
    /// The name they gave.
    pub name: String,
    /// What they may do.
    pub role: skein_access::Role,
    /// Their devices.
    pub devices: Vec<MemberDevice>,
    /// Whether it is this person.
    pub me: bool,
    /// The time zone they live in, by its IANA name.
    pub zone: Option<String>,
    /// When they work.
    pub hours: Option<Hours>,
    /// Whether they work now; unknown without a zone and hours.
    pub working: Option<bool>,
    /// When that changes next, in ms since 1970.
    #[ts(type = "number | null")]
    pub changes_at: Option<i64>,
}

/// Where a device stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum PeerState {
    /// Connected, comparing or receiving.
    Syncing,
    /// Connected, and both hold the same.
    Agreed,
    /// Known, not connected.
    Away,
}

/// Another device of the workspace, or a relay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Peer {
    /// The device.
    pub device: String,
    /// Whose it is; of a relay, where it is.
    pub name: String,
    /// Whether it is a relay, which holds and passes on what it cannot read, and is nobody's device.
    pub relay: bool,
    /// Where it stands.
    pub state: PeerState,
    /// By what address it is connected.
    pub address: Option<String>,
    /// Since when it is connected, in ms since 1970.
    #[ts(type = "number | null")]
    pub since: Option<i64>,
    /// Envelopes that it is known to hold and that are still to come; 0 while it is away, since nobody knows.
    pub ahead: u32,
    /// Envelopes held here that it has not confirmed.
    pub behind: u32,
    /// Envelopes that it did not take or could not give when the two last compared. A relay that is full takes none.
    pub withheld: u32,
    /// What it had said it keeps and was found to lack, since Skein started here.
    pub forgot: Option<Forgot>,
    /// When it was last connected, in ms since 1970.
    #[ts(type = "number | null")]
    pub last_seen: Option<i64>,
    /// Bytes sent to it in this connection, as they are before the transport's own encryption; 0 while it is away.
    #[ts(type = "number")]
    pub bytes_sent: u64,
    /// Bytes received from it in this connection; 0 while it is away.
    #[ts(type = "number")]
    pub bytes_received: u64,
}

/// What a device or relay had said it keeps, and was found to lack when the two compared. It is here, and sent again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Forgot {
    /// How many changes it was, the last time.
    pub changes: u32,
    /// How often it was so.
    pub times: u32,
    /// When it was found the last time, in ms since 1970.
    #[ts(type = "number")]
    pub at: i64,
    /// How many of them it has not confirmed again; 0 while it is away, since then they count as lacking.
    pub missing: u32,
}

/// An address that a person typed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Attempt {
    /// As it was typed.
    pub address: String,
    /// How it goes.
    pub state: AttemptState,
    /// Why it led nowhere and what to do.
    pub reason: Option<String>,
}

/// How an attempt to connect goes; one that succeeds is a [`Peer`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum AttemptState {
    /// Being dialled.
    Trying,
    /// It led nowhere and is not tried again by itself.
    Failed,
}

/// Whether the bytes of a file are here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum FileState {
    /// All of them.
    Here,
    /// Connected devices are being asked for the rest.
    Arriving,
    /// Not all of them: no connected device has the rest, or it is a large file that nobody here asked for.
    Away,
}

/// A file that is attached to a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct AttachedFile {
    /// Which file: texts refer to it as `skein:file/` and this.
    pub id: FileId,
    /// Its name.
    pub name: String,
    /// Its media type, as who attached it said; may be empty.
    pub mime: String,
    /// How many bytes it has.
    #[ts(type = "number")]
    pub size: u64,
    /// How many of them are here.
    #[ts(type = "number")]
    pub here: u64,
    /// Whether they are here.
    pub state: FileState,
}

/// How far work got.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// On this machine's disk, and nobody else's yet.
    SavedHere,
    /// Somebody is connected and receiving it.
    OnItsWay,
    /// A relay holds all of it, for whoever comes; no other device does yet.
    OnRelay,
    /// At least one other device holds all of it.
    Delivered,
}

/// How far a document, or everything, got.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Delivery {
    /// In one word.
    pub state: DeliveryState,
    /// Other devices that hold all of it.
    pub devices: u32,
    /// Other devices there are.
    pub total: u32,
    /// Relays that hold all of it. They are no devices: nobody reads there.
    pub relays: u32,
    /// Changes that neither another device nor a relay holds yet.
    pub pending: u32,
    /// The same for people: "On 2 devices".
    pub words: String,
}

/// Something the app has to say about the safety of the work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Notice {
    /// Names it, for dismissing.
    #[ts(type = "number")]
    pub id: i64,
    /// What it is about, for machines: `clock`, `fork`, `own-envelopes`, `quarantined`, `kept-aside`, `device-let-in`, `relay-forgot`.
    pub code: String,
    /// What was seen, what was kept, what to do.
    pub message: String,
    /// When it was first seen, in ms since 1970.
    #[ts(type = "number")]
    pub since: i64,
}

/// What an audit found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct AuditReport {
    /// Documents reloaded.
    pub documents: u32,
    /// Changes in them.
    #[ts(type = "number")]
    pub changes: u64,
    /// Envelopes whose hash and signature were checked.
    #[ts(type = "number")]
    pub envelopes: u64,
    /// Changes not yet in an envelope.
    #[ts(type = "number")]
    pub unsealed: u64,
    /// One hash over all documents' heads: equal on two devices that hold the same.
    pub digest: String,
    /// What did not fit; empty when all is well.
    pub differences: Vec<Difference>,
    /// Changes that are missing here, as the numbers show that their devices gave them. That is no fault of what is here: they may be on
    /// their way, and some may be nowhere any more.
    pub missing: Vec<MissingNumbers>,
}

/// Changes of one device that are missing here although later ones of it are here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct MissingNumbers {
    /// Whose device it is; absent when the name cannot be read here.
    pub person: Option<String>,
    /// The device.
    pub device: String,
    /// Whether it is this one.
    pub mine: bool,
    /// How many are missing.
    pub count: u32,
    /// Which: the first few ranges.
    pub ranges: Vec<NumberRange>,
    /// How many ranges there are beside these.
    pub more_ranges: u32,
    /// The hour in which the device wrote the first that is here and comes after a missing one, by its clock, in ms since 1970.
    #[ts(type = "number")]
    pub later_at: i64,
    /// What is known of where they may be.
    pub outlook: Outlook,
}

/// Numbers that a device gave one after the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct NumberRange {
    /// The first of them.
    #[ts(type = "number")]
    pub first: u64,
    /// The last of them.
    #[ts(type = "number")]
    pub last: u64,
}

/// Where changes may be that are missing here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Outlook {
    /// A first exchange, a comparison with somebody, or the taking over of an earlier file is under way: they may come with it.
    Coming,
    /// They may be in a pack that is here, and that waits for its key.
    InPack,
    /// Nobody is connected who could have them.
    NobodyConnected,
    /// Whoever is connected compared all with this device, and brought none of them.
    NobodyConnectedHasThem,
}

/// A backup of the profile's file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct KeptBackup {
    /// Names it: its file's name.
    pub name: String,
    /// When it was made, by this machine's clock, in ms since 1970.
    #[ts(type = "number")]
    pub made_at: i64,
    /// How large it is.
    #[ts(type = "number")]
    pub bytes: u64,
}

/// The backups of a profile's file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct KeptBackups {
    /// All of them, the newest first.
    pub backups: Vec<KeptBackup>,
    /// The folder in which they lie.
    pub folder: Option<String>,
    /// Whether one is being made.
    pub making: bool,
    /// The one that the next start restores.
    pub planned: Option<String>,
    /// Whether the next start puts the file together anew instead.
    pub repairs: bool,
    /// Why the last one was not made.
    pub trouble: Option<String>,
}

/// What was found in a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct BackupReport {
    /// Documents that were loaded.
    pub documents: u32,
    /// Changes in them.
    #[ts(type = "number")]
    pub changes: u64,
    /// Documents that could not be loaded whole; empty when all is well.
    pub differences: Vec<Difference>,
}

/// Something that does not fit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Difference {
    /// Where.
    pub subject: String,
    /// What.
    pub what: String,
}

/// What an import took in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ImportReport {
    /// Notes made.
    pub notes: u32,
    /// Folders that became notes of their own.
    pub folders: u32,
    /// Links that lead to an imported note.
    pub links: u32,
    /// Files that were attached to notes, because these link to them or show them.
    pub attachments: u32,
    /// What was left out or changed, and why.
    pub unmapped: Vec<Unmapped>,
}

/// A file or a part of one that did not map.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Unmapped {
    /// The file, relative to the folder.
    pub path: String,
    /// Why.
    pub reason: String,
}

/// What an export wrote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ExportReport {
    /// Notes written.
    pub notes: u32,
    /// Boards written.
    pub boards: u32,
    /// Cards on them.
    pub cards: u32,
    /// Attached files written.
    pub attachments: u32,
    /// Files written, the manifest included.
    pub files: u32,
    /// Attached files that could not be written, and why.
    pub missing: Vec<Unmapped>,
    /// The folder.
    pub path: String,
}

/// What came of a bundle.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct BundleReport {
    /// Changes that are new here.
    pub new: u32,
    /// Changes that were here already.
    pub known: u32,
    /// Changes that were not genuine, and were not taken in.
    pub refused: u32,
    /// Whether the end has come. A file that ends before it was cut off.
    pub whole: bool,
}

/// What a bundle was written with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct BundleWritten {
    /// The file.
    pub path: String,
    /// Changes in it.
    pub changes: u32,
    /// How many bytes it has.
    #[ts(type = "number")]
    pub bytes: u64,
}
