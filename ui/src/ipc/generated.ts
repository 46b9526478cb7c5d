// The shapes of the engine's API, written from Rust by its test `typescript`. Do not edit: run
// SKEIN_WRITE_TYPES=1 cargo test -p skein-engine --test laws typescript

export type ApiError = { 
/**
 * What kind of failure.
 */
code: ErrorCode, 
/**
 * What was tried, what happened, what was kept.
 */
message: string, 
/**
 * What to do about it; may be empty.
 */
hint: string, };

export type Asking = { 
/**
 * Names the question, for letting in or declining.
 */
id: string, 
/**
 * The name he gave; absent when it cannot be read here.
 */
name: string | null, 
/**
 * His device.
 */
device: string, 
/**
 * The six words of its key, which he sees as well.
 */
words: string, 
/**
 * What he may do when he is in.
 */
role: Role, 
/**
 * The invite by which he came.
 */
invite: string, 
/**
 * The hour in which he asked, by his own clock, in ms since 1970.
 */
askedAt: number, };

export type AttachedFile = { 
/**
 * Which file: texts refer to it as `skein:file/` and this.
 */
id: string, 
/**
 * Its name.
 */
name: string, 
/**
 * Its media type, as who attached it said; may be empty.
 */
mime: string, 
/**
 * How many bytes it has.
 */
size: number, 
/**
 * How many of them are here.
 */
here: number, 
/**
 * Whether they are here.
 */
state: FileState, };

export type Attempt = { 
/**
 * As it was typed.
 */
address: string, 
/**
 * How it goes.
 */
state: AttemptState, 
/**
 * Why it led nowhere and what to do.
 */
reason: string | null, };

export type AttemptState = "trying" | "failed";

export type AuditReport = { 
/**
 * Documents reloaded.
 */
documents: number, 
/**
 * Changes in them.
 */
changes: number, 
/**
 * Envelopes whose hash and signature were checked.
 */
envelopes: number, 
/**
 * Changes not yet in an envelope.
 */
unsealed: number, 
/**
 * One hash over all documents' heads: equal on two devices that hold the same.
 */
digest: string, 
/**
 * What did not fit; empty when all is well.
 */
differences: Array<Difference>, 
/**
 * Changes that are missing here, as the numbers show that their devices gave them. That is no fault of what is here: they may be on
 * their way, and some may be nowhere any more.
 */
missing: Array<MissingNumbers>, };

export type Authored = { 
/**
 * Which member.
 */
member: string, 
/**
 * The member's name.
 */
name: string, 
/**
 * When, by the clock of their device, in ms since 1970.
 */
at: number, };

export type Backlink = { 
/**
 * The document with the link.
 */
id: string, 
/**
 * Its title.
 */
title: string, 
/**
 * The words around the link, without marks; the link's own are the hit.
 */
context: Array<HitPart>, };

export type BackupReport = { 
/**
 * Documents that were loaded.
 */
documents: number, 
/**
 * Changes in them.
 */
changes: number, 
/**
 * Documents that could not be loaded whole; empty when all is well.
 */
differences: Array<Difference>, };

export type BoardEdit = { "type": "rename", 
/**
 * The new title.
 */
title: string, } | { "type": "move", 
/**
 * The document to lie in; none: the top.
 */
parent: string | null, 
/**
 * The place among its siblings there.
 */
position: string, } | { "type": "trash" } | { "type": "restore" } | { "type": "add_column", 
/**
 * Its id, freshly drawn.
 */
id: string, 
/**
 * Its title.
 */
title: string, 
/**
 * The column it follows; none: the first place.
 */
after: string | null, } | { "type": "rename_column", 
/**
 * Which column.
 */
id: string, 
/**
 * The new title.
 */
title: string, } | { "type": "move_column", 
/**
 * Which column.
 */
id: string, 
/**
 * The column it shall follow; none: the first place.
 */
after: string | null, } | { "type": "set_column_limit", 
/**
 * Which column.
 */
id: string, 
/**
 * At most so many; none: no limit.
 */
limit: number | null, } | { "type": "delete_column", 
/**
 * Which column.
 */
id: string, 
/**
 * Where its cards go; none: the first other column.
 */
moveCardsTo: string | null, } | { "type": "restore_column", 
/**
 * Which column.
 */
id: string, } | { "type": "add_cards", 
/**
 * The column.
 */
column: string, 
/**
 * The card they follow; none: the top.
 */
after: string | null, 
/**
 * The cards.
 */
cards: Array<NewCard>, } | { "type": "move_card", 
/**
 * Which card.
 */
card: string, 
/**
 * To which column.
 */
column: string, 
/**
 * The card it shall follow; none: the top. A card that is not in this column: the bottom.
 */
after: string | null, } | { "type": "choose_place", 
/**
 * Which card.
 */
card: string, 
/**
 * One of the places that its view shows.
 */
place: CardPlace, } | { "type": "set_card_title", 
/**
 * Which card.
 */
card: string, 
/**
 * The new title.
 */
title: string, } | { "type": "set_assignees", 
/**
 * Which card.
 */
card: string, 
/**
 * All assignees.
 */
assignees: Array<string>, } | { "type": "set_owner", 
/**
 * Which card.
 */
card: string, 
/**
 * Who; none: nobody.
 */
member: string | null, } | { "type": "set_labels", 
/**
 * Which card.
 */
card: string, 
/**
 * All labels.
 */
labels: Array<string>, } | { "type": "change_assignees", 
/**
 * Which card.
 */
card: string, 
/**
 * Who comes.
 */
add: Array<string>, 
/**
 * Who goes.
 */
remove: Array<string>, } | { "type": "change_labels", 
/**
 * Which card.
 */
card: string, 
/**
 * Which come.
 */
add: Array<string>, 
/**
 * Which go.
 */
remove: Array<string>, } | { "type": "set_due", 
/**
 * Which card.
 */
card: string, 
/**
 * `YYYY-MM-DD`; none: no date.
 */
due: string | null, } | { "type": "set_priority", 
/**
 * Which card.
 */
card: string, 
/**
 * None: not said.
 */
priority: Priority | null, } | { "type": "add_checklist_item", 
/**
 * Which card.
 */
card: string, 
/**
 * The item's id, freshly drawn.
 */
id: string, 
/**
 * What is to be done.
 */
title: string, 
/**
 * The item it follows; none: the first place.
 */
after: string | null, } | { "type": "set_checklist_item", 
/**
 * Which card.
 */
card: string, 
/**
 * Which item.
 */
item: string, 
/**
 * The new words; none: as they are.
 */
title: string | null, 
/**
 * Ticked or not; none: as it is.
 */
done: boolean | null, } | { "type": "move_checklist_item", 
/**
 * Which card.
 */
card: string, 
/**
 * Which item.
 */
item: string, 
/**
 * The item it shall follow; none: the first place.
 */
after: string | null, } | { "type": "remove_checklist_item", 
/**
 * Which card.
 */
card: string, 
/**
 * Which item.
 */
item: string, } | { "type": "restore_checklist_item", 
/**
 * Which card.
 */
card: string, 
/**
 * Which item.
 */
item: string, } | { "type": "archive_card", 
/**
 * Which card.
 */
card: string, 
/**
 * Away or not.
 */
archived: boolean, } | { "type": "trash_card", 
/**
 * Which card.
 */
card: string, } | { "type": "restore_card", 
/**
 * Which card.
 */
card: string, } | { "type": "replace_description", 
/**
 * Which card.
 */
card: string, 
/**
 * The description that was seen.
 */
base: string, 
/**
 * What it shall become.
 */
text: string, } | { "type": "many", 
/**
 * The edits, in this order.
 */
edits: Array<BoardEdit>, } | { "type": "take_back", 
/**
 * What the edit did, in order.
 */
steps: Array<Step>, };

export type BoardView = { 
/**
 * Which board.
 */
id: string, 
/**
 * Its title.
 */
title: Register<string>, 
/**
 * The document it lies in.
 */
parent: string | null, 
/**
 * Its place among its siblings.
 */
position: string, 
/**
 * Other places that people gave it at the same time.
 */
otherPlaces: Array<Place>, 
/**
 * Whether it lives.
 */
life: Life, 
/**
 * Visible columns in their order.
 */
columns: Array<ColumnView>, 
/**
 * All cards, archived and trashed ones included, ordered by (position, id) within their column.
 */
cards: Array<CardSummary>, };

export type BundleReport = { 
/**
 * Changes that are new here.
 */
new: number, 
/**
 * Changes that were here already.
 */
known: number, 
/**
 * Changes that were not genuine, and were not taken in.
 */
refused: number, 
/**
 * Whether the end has come. A file that ends before it was cut off.
 */
whole: boolean, };

export type CardPlace = { 
/**
 * The column.
 */
column: string, 
/**
 * The place within it: compares as text, ties go by id.
 */
position: string, };

export type CardSummary = { 
/**
 * Which card.
 */
id: string, 
/**
 * Where it lies; `others` holds the wishes of people who moved it at the same time.
 */
place: Register<CardPlace>, 
/**
 * Its title.
 */
title: string, 
/**
 * Who works on it, sorted.
 */
assignees: Array<string>, 
/**
 * The one who answers for it.
 */
owner: string | null, 
/**
 * Its labels, sorted.
 */
labels: Array<string>, 
/**
 * Due date, `YYYY-MM-DD`.
 */
due: string | null, 
/**
 * How urgent it is.
 */
priority: Priority | null, 
/**
 * Whether it was put away as done with.
 */
archived: boolean, 
/**
 * Whether it lives.
 */
life: Life, 
/**
 * Ticked checklist items.
 */
checklistDone: number, 
/**
 * All checklist items.
 */
checklistTotal: number, 
/**
 * Whether it has a description.
 */
hasDescription: boolean, 
/**
 * How many of the board's files its description shows or links to.
 */
files: number, 
/**
 * How many of its fields people disagree about.
 */
conflicts: number, };

export type CardView = { 
/**
 * Which card.
 */
id: string, 
/**
 * Where it lies.
 */
place: Register<CardPlace>, 
/**
 * Its title.
 */
title: Register<string>, 
/**
 * Who works on it, sorted.
 */
assignees: Array<string>, 
/**
 * The one who answers for it.
 */
owner: Register<string | null>, 
/**
 * Its labels, sorted.
 */
labels: Array<string>, 
/**
 * Due date, `YYYY-MM-DD`.
 */
due: Register<string | null>, 
/**
 * How urgent it is.
 */
priority: Register<Priority | null>, 
/**
 * Whether it was put away as done with.
 */
archived: Register<boolean>, 
/**
 * Whether it lives.
 */
life: Life, 
/**
 * Its checklist in order, without removed items.
 */
checklist: Array<ChecklistItemView>, 
/**
 * Length of the description in UTF-16 code units.
 */
descriptionLength: number, 
/**
 * How many of its fields people disagree about.
 */
conflicts: number, };

export type Caret = { 
/**
 * On which device.
 */
device: string, 
/**
 * Which member.
 */
member: string, 
/**
 * Their name.
 */
name: string, 
/**
 * Where the selection begins, in UTF-16 code units.
 */
anchor: number, 
/**
 * Where the caret is.
 */
head: number, 
/**
 * The version of the text that both count in.
 */
version: number, };

export type Cause = "connected" | "read_only" | "out" | "not_listening" | "offline" | "trying" | "hung_up" | "other_device" | "away" | "relay_unreached" | "no_way" | "no_address";

export type ChecklistItemView = { 
/**
 * Which item.
 */
id: string, 
/**
 * What is to be done.
 */
title: Register<string>, 
/**
 * Whether it is done.
 */
done: Register<boolean>, 
/**
 * Its place within the checklist.
 */
position: string, 
/**
 * Whether it lives.
 */
life: Life, };

export type ClientMessage = { 
/**
 * Chosen by the client; the reply carries it back.
 */
id: number, 
/**
 * What is asked.
 */
request: Request, };

export type CodeEnd = "used" | "expired" | "guessed" | "closed";

export type ColumnView = { 
/**
 * Which column.
 */
id: string, 
/**
 * Its title.
 */
title: Register<string>, 
/**
 * How many cards it should hold at most.
 */
limit: Register<number | null>, 
/**
 * Its place among the columns.
 */
position: string, 
/**
 * `KeptDespiteTrash`: it was deleted, but somebody changed it meanwhile or it holds live cards.
 */
life: Life, };

export type Delivery = { 
/**
 * In one word.
 */
state: DeliveryState, 
/**
 * Other devices that hold all of it.
 */
devices: number, 
/**
 * Other devices there are.
 */
total: number, 
/**
 * Relays that hold all of it. They are no devices: nobody reads there.
 */
relays: number, 
/**
 * Changes that neither another device nor a relay holds yet.
 */
pending: number, 
/**
 * The same for people: "On 2 devices".
 */
words: string, };

export type DeliveryState = "saved_here" | "on_its_way" | "on_relay" | "delivered";

export type Difference = { 
/**
 * Where.
 */
subject: string, 
/**
 * What.
 */
what: string, };

export type DocumentSize = { 
/**
 * Which document.
 */
id: string, 
/**
 * Of what kind.
 */
kind: Kind, 
/**
 * Its title.
 */
title: string, 
/**
 * Text and history (bytes).
 */
bytes: number, };

export type ErrorCode = "not_found" | "not_here" | "invalid" | "denied" | "read_only" | "resync" | "wrong_state" | "locked" | "storage" | "damaged" | "network" | "too_large" | "timed_out" | "internal";

export type Event = { "type": "status", 
/**
 * As it is now.
 */
status: Status, } | { "type": "tree", 
/**
 * Forget what was known before.
 */
reset: boolean, 
/**
 * New or changed.
 */
upserts: Array<TreeItem>, 
/**
 * No longer in this list.
 */
removed: Array<string>, } | { "type": "note", 
/**
 * As they are now.
 */
note: NoteView, 
/**
 * What links to it.
 */
backlinks: Array<Backlink>, 
/**
 * Who made it, where that is known.
 */
created: Authored | null, 
/**
 * Who changed it last, where that is known.
 */
edited: Authored | null, } | { "type": "board", 
/**
 * Forget what was known before.
 */
reset: boolean, 
/**
 * Its title.
 */
title: Register<string>, 
/**
 * Whether it is in the trash.
 */
life: Life, 
/**
 * All columns, in order.
 */
columns: Array<ColumnView>, 
/**
 * New or changed cards.
 */
upserts: Array<CardSummary>, 
/**
 * Cards no longer shown.
 */
removed: Array<string>, } | { "type": "card", 
/**
 * As it is now.
 */
card: CardView, 
/**
 * Who made it, where that is known.
 */
created: Authored | null, 
/**
 * Who changed it last, where that is known.
 */
edited: Authored | null, } | { "type": "text_reset", 
/**
 * The version from which edits count.
 */
version: number, 
/**
 * The text.
 */
text: string, } | { "type": "text_patch", 
/**
 * The version the splices apply to.
 */
fromVersion: number, 
/**
 * The version after them.
 */
version: number, 
/**
 * What changed.
 */
splices: Array<Splice>, } | { "type": "carets", 
/**
 * All of them; who is not among them is gone.
 */
carets: Array<Caret>, } | { "type": "people", 
/**
 * All of them.
 */
members: Array<Member>, } | { "type": "asking", 
/**
 * All of them, in the order in which they came.
 */
asking: Array<Asking>, } | { "type": "invites", 
/**
 * The newest first.
 */
invites: Array<ListedInvite>, } | { "type": "peers", 
/**
 * All of them.
 */
peers: Array<Peer>, 
/**
 * Addresses that were typed and not reached (yet).
 */
attempts: Array<Attempt>, } | { "type": "delivery", 
/**
 * As it is now.
 */
delivery: Delivery, } | { "type": "files", 
/**
 * All of them.
 */
files: Array<AttachedFile>, } | { "type": "notices", 
/**
 * All that is not dismissed.
 */
notices: Array<Notice>, } | { "type": "preferences", 
/**
 * All of them, by key.
 */
values: { [key in string]: string }, } | { "type": "code", 
/**
 * As it stands, or how it ended; none when none is shown.
 */
code: ShortCode | null, } | { "type": "backups", 
/**
 * As they are now.
 */
kept: KeptBackups, } | { "type": "shared_folders", 
/**
 * As they stand.
 */
folders: Array<SharedFolder>, } | { "type": "ladder", 
/**
 * The ways to it.
 */
ladder: Ladder, } | { "type": "gone" };

export type FileHolder = { 
/**
 * The device.
 */
device: string, 
/**
 * Whose it is.
 */
name: string, 
/**
 * Whether it is another device of this person.
 */
mine: boolean, 
/**
 * When it last said so, by this machine's clock, in ms since 1970.
 */
saidAt: number, };

export type FileSize = { 
/**
 * Which file.
 */
id: string, 
/**
 * Its name.
 */
name: string, 
/**
 * How large it is (bytes).
 */
size: number, 
/**
 * How much of it takes room here (bytes).
 */
here: number, 
/**
 * The documents it belongs to.
 */
usedIn: Array<FileUse>, 
/**
 * Members' devices that said that they hold all of it, the latest first.
 */
heldBy: Array<FileHolder>, };

export type FileState = "here" | "arriving" | "away";

export type FileUse = { 
/**
 * Which document.
 */
id: string, 
/**
 * Of what kind.
 */
kind: Kind, 
/**
 * Its title.
 */
title: string, };

export type Forgot = { 
/**
 * How many changes it was, the last time.
 */
changes: number, 
/**
 * How often it was so.
 */
times: number, 
/**
 * When it was found the last time, in ms since 1970.
 */
at: number, 
/**
 * How many of them it has not confirmed again; 0 while it is away, since then they count as lacking.
 */
missing: number, };

export type Freeable = { 
/**
 * Files that a connected device holds whole, the largest first. They come back when they are opened.
 */
files: Array<FileSize>, 
/**
 * How many files stay because no connected device said that it holds them, ...
 */
onlyHere: number, 
/**
 * ... and how much room they take (bytes).
 */
onlyHereBytes: number, 
/**
 * How much the workspace's file shrinks when it is written anew (bytes); 0 when that is not worth the wait.
 */
compactable: number, 
/**
 * How many connected devices were asked.
 */
asked: number, };

export type Freed = { 
/**
 * How many files were let go, ...
 */
files: number, 
/**
 * ... and how much room they took (bytes).
 */
bytes: number, 
/**
 * How much smaller the workspace's file is (bytes).
 */
compacted: number, 
/**
 * Files that stayed, by name: no connected device answered for all of them.
 */
kept: Array<string>, 
/**
 * What hindered, and what to do about it.
 */
trouble: ApiError | null, };

export type Heard = { "type": "now" } | { "type": "last", 
/**
 * When it was connected last, or the hour in which it wrote that by its own clock, in ms since 1970.
 */
at: number, } | { "type": "not_since" };

export type HitPart = { 
/**
 * The words.
 */
text: string, 
/**
 * Whether they were looked for.
 */
hit: boolean, };

export type Hours = { 
/**
 * The first minute of work, counted from midnight.
 */
start: number, 
/**
 * The first minute after it; at or before `start` when work ends on the next day.
 */
end: number, 
/**
 * The days on which it starts: 1 is Monday, 7 Sunday.
 */
days: Array<number>, };

export type InviteState = "open" | "closed" | "used_up" | "expired";

export type Invitee = { 
/**
 * The name of the person; absent when it cannot be read here.
 */
name: string | null, 
/**
 * The device.
 */
device: string, 
/**
 * The hour in which it was opened there, by that device's clock, in ms since 1970.
 */
openedAt: number, 
/**
 * How far the device got, as far as it is known here.
 */
step: InviteeStep, 
/**
 * When it was heard of after that.
 */
heard: Heard, };

export type InviteeStep = "asking" | "turned_away" | "let_in" | "has_keys" | "receiving" | "done" | "out";

export type Joining = { 
/**
 * The step it is at.
 */
step: JoiningStep, 
/**
 * Envelopes received so far.
 */
received: number, 
/**
 * Why it does not go on; it is tried again by itself.
 */
reason: string | null, };

export type JoiningStep = "looking" | "found" | "wrong_code" | "nobody_shows" | "no_longer" | "connecting" | "verifying" | "naming" | "waiting" | "receiving" | "failed";

export type KeptBackup = { 
/**
 * Names it: its file's name.
 */
name: string, 
/**
 * When it was made, by this machine's clock, in ms since 1970.
 */
madeAt: number, 
/**
 * How large it is.
 */
bytes: number, };

export type KeptBackups = { 
/**
 * All of them, the newest first.
 */
backups: Array<KeptBackup>, 
/**
 * The folder in which they lie.
 */
folder: string | null, 
/**
 * Whether one is being made.
 */
making: boolean, 
/**
 * The one that the next start restores.
 */
planned: string | null, 
/**
 * Whether the next start puts the file together anew instead.
 */
repairs: boolean, 
/**
 * Why the last one was not made.
 */
trouble: string | null, };

export type KeyProtection = "owner_only_file" | "keychain" | "passphrase";

export type Kind = "note" | "board";

export type Ladder = { 
/**
 * The device.
 */
device: string, 
/**
 * Whose it is; of a relay, where it is.
 */
name: string, 
/**
 * What it comes down to.
 */
cause: Cause, 
/**
 * Way by way.
 */
rungs: Array<Rung>, };

export type Life = "alive" | "trashed" | "kept_despite_trash";

export type Listed = { 
/**
 * How deep it lies, 0 at the root.
 */
depth: number, 
/**
 * Which document.
 */
id: string, 
/**
 * Of what kind.
 */
kind: Kind, 
/**
 * Its title.
 */
title: string, 
/**
 * The document it lies under.
 */
parent: string | null, 
/**
 * Its place among its siblings; compares as text.
 */
position: string, 
/**
 * In use, in the trash, or kept despite it.
 */
life: Life, 
/**
 * When it last changed here, in ms since 1970.
 */
updatedAt: number, 
/**
 * How many of its fields have more than one value.
 */
conflicts: number, };

export type ListedInvite = { 
/**
 * Names it, for closing it.
 */
id: string, 
/**
 * What the invited may do.
 */
role: Role, 
/**
 * How many may use it.
 */
uses: number, 
/**
 * How many did.
 */
used: number, 
/**
 * From when on it is refused, in ms since 1970.
 */
expiresAt: number | null, 
/**
 * The name of who made it.
 */
madeBy: string | null, 
/**
 * The hour in which it was made, in ms since 1970.
 */
madeAt: number, 
/**
 * Whose further device it lets in, instead of a new person.
 */
forMember: string | null, 
/**
 * Whether it is somebody's recovery sheet.
 */
onPaper: boolean, 
/**
 * Whether whoever comes by it asks, and an owner lets them in.
 */
approval: boolean, 
/**
 * Whether somebody can still come by it.
 */
state: InviteState, 
/**
 * Those who came by it, as far as it is known here, in the order in which they say they came.
 */
invitees: Array<Invitee>, 
/**
 * How many more came by it than are listed.
 */
more: number, };

export type ListedWorkspace = { 
/**
 * What it is called in addresses; `first` lies in the profile's own folder.
 */
slug: string, 
/**
 * Its id; absent while nothing rests there, and of one that no version that knew of several opened.
 */
id: string | null, 
/**
 * Its name, once that is known.
 */
name: string | null, 
/**
 * Whether it is the one that answers.
 */
here: boolean, 
/**
 * Why it could not be opened.
 */
trouble: string | null, };

export type Member = { 
/**
 * Which member.
 */
id: string, 
/**
 * The name they gave.
 */
name: string, 
/**
 * What they may do.
 */
role: Role, 
/**
 * Their devices.
 */
devices: Array<MemberDevice>, 
/**
 * Whether it is this person.
 */
me: boolean, 
/**
 * The time zone they live in, by its IANA name.
 */
zone: string | null, 
/**
 * When they work.
 */
hours: Hours | null, 
/**
 * Whether they work now; unknown without a zone and hours.
 */
working: boolean | null, 
/**
 * When that changes next, in ms since 1970.
 */
changesAt: number | null, };

export type MemberDevice = { 
/**
 * Its id.
 */
id: string, 
/**
 * Six words that stand for its key, the same on every machine: for comparing by voice who was let in.
 */
words: string, };

export type MissingNumbers = { 
/**
 * Whose device it is; absent when the name cannot be read here.
 */
person: string | null, 
/**
 * The device.
 */
device: string, 
/**
 * Whether it is this one.
 */
mine: boolean, 
/**
 * How many are missing.
 */
count: number, 
/**
 * Which: the first few ranges.
 */
ranges: Array<NumberRange>, 
/**
 * How many ranges there are beside these.
 */
moreRanges: number, 
/**
 * The hour in which the device wrote the first that is here and comes after a missing one, by its clock, in ms since 1970.
 */
laterAt: number, 
/**
 * What is known of where they may be.
 */
outlook: Outlook, };

export type NewCard = { 
/**
 * Its id, freshly drawn.
 */
id: string, 
/**
 * Its title.
 */
title: string, };

export type NoteContent = { 
/**
 * Which note.
 */
id: string, 
/**
 * Its title.
 */
title: string, 
/**
 * Other titles given at the same time by others.
 */
otherTitles: Array<string>, 
/**
 * The document it lies under.
 */
parent: string | null, 
/**
 * In use, in the trash, or kept despite it.
 */
life: Life, 
/**
 * Its Markdown text.
 */
text: string, 
/**
 * Its heads: equal heads, equal history.
 */
heads: Array<string>, };

export type NoteEdit = { "type": "rename", 
/**
 * The new title.
 */
title: string, } | { "type": "move", 
/**
 * The document to lie in; none: the top.
 */
parent: string | null, 
/**
 * The place among its siblings there.
 */
position: string, } | { "type": "trash" } | { "type": "restore" } | { "type": "replace_text", 
/**
 * The text that was seen.
 */
base: string, 
/**
 * The text that it shall become.
 */
text: string, } | { "type": "append_text", 
/**
 * The paragraph.
 */
text: string, } | { "type": "take_back", 
/**
 * What the edit did, in order.
 */
steps: Array<Step>, };

export type NoteView = { 
/**
 * Which note.
 */
id: string, 
/**
 * Its title.
 */
title: Register<string>, 
/**
 * The document it lies in.
 */
parent: string | null, 
/**
 * Its place among its siblings.
 */
position: string, 
/**
 * Other places that people gave it at the same time.
 */
otherPlaces: Array<Place>, 
/**
 * Whether it lives.
 */
life: Life, 
/**
 * Length of the text in UTF-16 code units.
 */
textLength: number, };

export type Notice = { 
/**
 * Names it, for dismissing.
 */
id: number, 
/**
 * What it is about, for machines: `clock`, `fork`, `own-envelopes`, `quarantined`, `kept-aside`, `device-let-in`, `relay-forgot`.
 */
code: string, 
/**
 * What was seen, what was kept, what to do.
 */
message: string, 
/**
 * When it was first seen, in ms since 1970.
 */
since: number, };

export type NumberRange = { 
/**
 * The first of them.
 */
first: number, 
/**
 * The last of them.
 */
last: number, };

export type Outcome = { "ok": Reply } | { "error": ApiError };

export type Outlook = "coming" | "in_pack" | "nobody_connected" | "nobody_connected_has_them";

export type Peer = { 
/**
 * The device.
 */
device: string, 
/**
 * Whose it is; of a relay, where it is.
 */
name: string, 
/**
 * Whether it is a relay, which holds and passes on what it cannot read, and is nobody's device.
 */
relay: boolean, 
/**
 * Where it stands.
 */
state: PeerState, 
/**
 * By what address it is connected.
 */
address: string | null, 
/**
 * Since when it is connected, in ms since 1970.
 */
since: number | null, 
/**
 * Envelopes that it is known to hold and that are still to come; 0 while it is away, since nobody knows.
 */
ahead: number, 
/**
 * Envelopes held here that it has not confirmed.
 */
behind: number, 
/**
 * Envelopes that it did not take or could not give when the two last compared. A relay that is full takes none.
 */
withheld: number, 
/**
 * What it had said it keeps and was found to lack, since Skein started here.
 */
forgot: Forgot | null, 
/**
 * When it was last connected, in ms since 1970.
 */
lastSeen: number | null, 
/**
 * Bytes sent to it in this connection, as they are before the transport's own encryption; 0 while it is away.
 */
bytesSent: number, 
/**
 * Bytes received from it in this connection; 0 while it is away.
 */
bytesReceived: number, };

export type PeerState = "syncing" | "agreed" | "away";

export type Place = { 
/**
 * The document it lies in; none: at the top.
 */
parent: string | null, 
/**
 * Its place among its siblings: compares as text, ties go by id.
 */
position: string, };

export type Priority = "low" | "medium" | "high" | "urgent";

export type Register<T> = { 
/**
 * The value in force, the same on every replica.
 */
value: T, 
/**
 * Other values set concurrently, without duplicates. Empty: no disagreement.
 */
others: Array<T>, };

export type Reply = { "type": "done" } | { "type": "status", 
/**
 * As it is now.
 */
status: Status, } | { "type": "workspaces", 
/**
 * The workspaces.
 */
workspaces: Array<ListedWorkspace>, } | { "type": "workspace_added", 
/**
 * What it is called in addresses.
 */
slug: string, } | { "type": "invite", 
/**
 * To be pasted.
 */
ticket: string, 
/**
 * The same as a link.
 */
link: string, 
/**
 * Where this device can be reached, as the invite says.
 */
addresses: Array<string>, 
/**
 * The relays that let its holder in while everybody sleeps, as the invite says.
 */
relays: Array<string>, } | { "type": "code", 
/**
 * The code.
 */
code: ShortCode, } | { "type": "invites", 
/**
 * The invites.
 */
invites: Array<ListedInvite>, } | { "type": "created", 
/**
 * Its id.
 */
id: string, } | { "type": "edited", 
/**
 * The request that takes back this change and nothing else; absent when there was nothing to change.
 */
undo: Request | null, } | { "type": "subscribed", 
/**
 * Under this number.
 */
subscription: number, } | { "type": "text_ack", 
/**
 * The version of the text with it.
 */
version: number, 
/**
 * What others did since the push's base, to be applied after the push.
 */
splices: Array<Splice>, } | { "type": "note", 
/**
 * The note.
 */
note: NoteContent, } | { "type": "board", 
/**
 * The board.
 */
board: BoardView, } | { "type": "card", 
/**
 * The board it lies on.
 */
document: string, 
/**
 * The card.
 */
card: CardView, } | { "type": "documents", 
/**
 * The documents.
 */
documents: Array<Listed>, } | { "type": "tags", 
/**
 * The tags.
 */
tags: Array<TagCount>, } | { "type": "found", 
/**
 * The hits.
 */
hits: Array<SearchHit>, } | { "type": "peers", 
/**
 * All of them.
 */
peers: Array<Peer>, 
/**
 * Addresses that were typed and not reached (yet).
 */
attempts: Array<Attempt>, 
/**
 * Where this device listens.
 */
listening: Array<string>, } | { "type": "delivery", 
/**
 * As it is now.
 */
delivery: Delivery, } | { "type": "file_begun", 
/**
 * Names the upload; only its client can use it.
 */
upload: string, } | { "type": "file_added", 
/**
 * The file.
 */
file: AttachedFile, } | { "type": "files", 
/**
 * The files.
 */
files: Array<AttachedFile>, } | { "type": "file_bytes", 
/**
 * The bytes, in base64.
 */
data: string, 
/**
 * From which byte on.
 */
offset: number, 
/**
 * How many bytes the whole file has.
 */
size: number, } | { "type": "bundle_page", 
/**
 * Its bytes, in base64.
 */
data: string, 
/**
 * How many changes it holds.
 */
envelopes: number, 
/**
 * Where the next page begins; absent at the end.
 */
next: number | null, } | { "type": "bundle_taken", 
/**
 * What came of it so far.
 */
report: BundleReport, } | { "type": "backups", 
/**
 * As they are now.
 */
kept: KeptBackups, } | { "type": "backup_tried", 
/**
 * What was found.
 */
report: BackupReport, } | { "type": "shared_folders", 
/**
 * As they stand.
 */
folders: Array<SharedFolder>, } | { "type": "storage", 
/**
 * As it was measured now.
 */
storage: Storage, } | { "type": "freeable", 
/**
 * As the connected devices answered.
 */
freeable: Freeable, } | { "type": "freed", 
/**
 * What came of it.
 */
freed: Freed, } | { "type": "audit", 
/**
 * The report.
 */
report: AuditReport, } | { "type": "idle", 
/**
 * With how many peers.
 */
peers: number, 
/**
 * How many of them are relays.
 */
relays: number, 
/**
 * Envelopes held here.
 */
envelopes: number, };

export type Request = { "type": "status" } | { "type": "create_workspace", 
/**
 * The person's name, as colleagues will read it.
 */
memberName: string, 
/**
 * The workspace's name.
 */
workspaceName: string, 
/**
 * The time zone the person lives in, by its IANA name.
 */
zone?: string, } | { "type": "join_workspace", 
/**
 * The invite as text or link; or a short code, which is asked for on this network or at the address after an `@`.
 */
ticket: string, 
/**
 * The person's name. A further device goes by its person's; a new person is asked for it when it turns out to be missing.
 */
memberName?: string, 
/**
 * The time zone the person lives in, by its IANA name.
 */
zone?: string, } | { "type": "name_joiner", 
/**
 * The person's name.
 */
memberName: string, } | { "type": "cancel_join" } | { "type": "create_invite", 
/**
 * What the invited may do.
 */
role: Role, 
/**
 * How many may use it.
 */
uses: number, 
/**
 * After how many hours it ends; for ever when absent.
 */
expiresInHours: number | null, 
/**
 * Whether whoever comes by it only asks, and an owner lets them in: `Approve`, `Decline`.
 */
approval: boolean, } | { "type": "invite_device", 
/**
 * Whose device it is; this person's when absent.
 */
member?: string, 
/**
 * After how many hours it ends; an hour or so when absent, for somebody else two days.
 */
expiresInHours?: number, } | { "type": "recovery_sheet" } | { "type": "list_invites" } | { "type": "revoke_invite", 
/**
 * Which invite, by its id.
 */
invite: string, } | { "type": "approve", 
/**
 * Who, by the id under which he is listed.
 */
asking: string, } | { "type": "decline", 
/**
 * Who, by the id under which he is listed.
 */
asking: string, } | { "type": "show_code", 
/**
 * The invite's text or link, as it was made.
 */
ticket: string, } | { "type": "hide_code" } | { "type": "set_role", 
/**
 * Who.
 */
member: string, 
/**
 * What they may do from now on.
 */
role: Role, } | { "type": "remove_member", 
/**
 * Who.
 */
member: string, } | { "type": "remove_device", 
/**
 * Which device.
 */
device: string, } | { "type": "leave" } | { "type": "add_relay", 
/**
 * The address, the relay's key at its end.
 */
address: string, } | { "type": "remove_relay", 
/**
 * Which relay, by its device id.
 */
relay: string, } | { "type": "create_note", 
/**
 * Its title.
 */
title: string, 
/**
 * Its first text.
 */
text: string | null, 
/**
 * The document it lies under.
 */
parent: string | null, 
/**
 * The sibling it comes after; last when absent.
 */
after: string | null, } | { "type": "create_board", 
/**
 * Its title.
 */
title: string, 
/**
 * Its columns; "To do", "Doing", "Done" when absent.
 */
columns: Array<string> | null, 
/**
 * The document it lies under.
 */
parent: string | null, 
/**
 * The sibling it comes after; last when absent.
 */
after: string | null, } | { "type": "edit_note", 
/**
 * Which note.
 */
document: string, 
/**
 * How.
 */
edit: NoteEdit, } | { "type": "edit_board", 
/**
 * Which board.
 */
document: string, 
/**
 * How.
 */
edit: BoardEdit, } | { "type": "place_document", 
/**
 * Which document.
 */
document: string, 
/**
 * Its new parent; the root when absent.
 */
parent: string | null, 
/**
 * The sibling it comes after; first when absent.
 */
after: string | null, } | { "type": "subscribe", 
/**
 * What to watch.
 */
view: View, } | { "type": "unsubscribe", 
/**
 * Which subscription.
 */
subscription: number, } | { "type": "text_push", 
/**
 * The text view's subscription.
 */
subscription: number, 
/**
 * The version the splices were made at.
 */
baseVersion: number, 
/**
 * Unique for each push; a repeated one is applied once and answered the same.
 */
pushId: string, 
/**
 * What was typed.
 */
splices: Array<Splice>, 
/**
 * How long the view's text is after them, in UTF-16 code units.
 */
length: number, } | { "type": "show_caret", 
/**
 * The text view's subscription.
 */
subscription: number, 
/**
 * Where the selection begins, in UTF-16 code units; without both places the caret is gone.
 */
anchor: number | null, 
/**
 * Where the caret is.
 */
head: number | null, 
/**
 * The version of the view's text that they count in.
 */
version: number, } | { "type": "read_note", 
/**
 * Which note.
 */
document: string, } | { "type": "read_board", 
/**
 * Which board.
 */
document: string, } | { "type": "read_card", 
/**
 * Which card.
 */
card: string, } | { "type": "list_documents", 
/**
 * Only of this kind.
 */
kind: Kind | null, 
/**
 * Those in the trash instead of those in use.
 */
trashed: boolean, } | { "type": "list_only_here" } | { "type": "list_tags" } | { "type": "search", 
/**
 * The words; the last one may be unfinished.
 */
query: string, 
/**
 * How many hits at most.
 */
limit: number, } | { "type": "connect", 
/**
 * `192.168.1.5:4711`, or a multiaddress.
 */
address: string, } | { "type": "reconnect" } | { "type": "list_peers" } | { "type": "delivery", 
/**
 * Which document; all of them when absent.
 */
document: string | null, } | { "type": "dismiss_notice", 
/**
 * Which notice.
 */
notice: number, } | { "type": "set_profile", 
/**
 * The name; an empty one goes back to the name given at joining.
 */
name?: string, 
/**
 * The time zone by its IANA name; an empty one is none.
 */
zone?: string, 
/**
 * The working hours; with no days there are none.
 */
hours?: Hours, } | { "type": "set_preference", 
/**
 * Its name: up to 64 of a-z, 0-9, dot and hyphen.
 */
key: string, 
/**
 * What it is to be, up to 64 KiB; forgotten when absent.
 */
value: string | null, } | { "type": "begin_file", 
/**
 * Which document.
 */
document: string, 
/**
 * The file's name, without a folder.
 */
name: string, 
/**
 * Its media type, as in `image/png`; may be empty.
 */
mime: string, 
/**
 * How many bytes will come; at most 2 GiB.
 */
size: number, } | { "type": "put_file", 
/**
 * The upload, as `FileBegun` named it.
 */
upload: string, 
/**
 * The bytes in base64, at most 512 KiB of them.
 */
data: string, } | { "type": "finish_file", 
/**
 * The upload.
 */
upload: string, } | { "type": "cancel_file", 
/**
 * The upload.
 */
upload: string, } | { "type": "list_files", 
/**
 * Which document.
 */
document: string, } | { "type": "read_file", 
/**
 * The document it belongs to.
 */
document: string, 
/**
 * Which file.
 */
file: string, 
/**
 * From which byte on.
 */
offset: number, 
/**
 * How many bytes at most, up to 512 KiB.
 */
length: number, } | { "type": "fetch_file", 
/**
 * The document it belongs to.
 */
document: string, 
/**
 * Which file.
 */
file: string, } | { "type": "read_bundle", 
/**
 * Only what this person's devices are not known to hold; everything when absent.
 */
person?: string, 
/**
 * Where the page before ended; the first page when absent.
 */
after?: number, } | { "type": "take_bundle", 
/**
 * At which byte of the file the slice begins; 0 begins anew.
 */
offset: number, 
/**
 * The bytes in base64, at most 512 KiB of them.
 */
data: string, } | { "type": "list_shared_folders" } | { "type": "add_shared_folder", 
/**
 * Its full path. It must be there.
 */
path: string, } | { "type": "remove_shared_folder", 
/**
 * Its path, as it was told.
 */
path: string, } | { "type": "sync_shared_folders" } | { "type": "list_backups" } | { "type": "back_up" } | { "type": "try_backup", 
/**
 * Which backup, by its name.
 */
backup: string, } | { "type": "restore_backup", 
/**
 * Which backup, by its name.
 */
backup: string | null, } | { "type": "repair" } | { "type": "list_workspaces" } | { "type": "add_workspace" } | { "type": "storage" } | { "type": "preview_freeing" } | { "type": "free_space", 
/**
 * Which files, at most 10,000.
 */
files: Array<string>, 
/**
 * Whether to write the workspace's file anew as well, without what is free in it; nothing else is done meanwhile.
 */
compact: boolean, } | { "type": "audit" } | { "type": "wait_until_idle", 
/**
 * How long to wait at most, in milliseconds.
 */
timeoutMs: number, 
/**
 * Wait for at least so many connected peers first.
 */
peers: number, };

export type Role = "viewer" | "commenter" | "editor" | "owner";

export type Rung = { "way": "this_machine", 
/**
 * How many addresses it listens at.
 */
addresses: number, 
/**
 * Whether it can be reached at all.
 */
outcome: WayOutcome, } | { "way": "nearby", 
/**
 * `Works` when it is heard, `NotThere` when not, `Untried` when nobody is looked for.
 */
outcome: WayOutcome, } | { "way": "address", 
/**
 * Which; absent when it is not known which of them.
 */
address: string | null, 
/**
 * What that came to.
 */
outcome: WayOutcome, } | { "way": "relay", 
/**
 * Where the relay is.
 */
name: string, 
/**
 * Whether the relay itself is connected.
 */
connected: boolean, 
/**
 * What came of asking it for the device, or of looking for the relay.
 */
outcome: WayOutcome, } | { "way": "kept", 
/**
 * `Works` when all of it is at a relay.
 */
outcome: WayOutcome, } | { "way": "bundle" };

export type Scalar = { "type": "absent" } | { "type": "nothing" } | { "type": "flag", "value": boolean } | { "type": "number", "value": number } | { "type": "text", "value": string };

export type SearchHit = { 
/**
 * In which document (a board, for a card).
 */
id: string, 
/**
 * On which card.
 */
card: string | null, 
/**
 * Of what kind the document is.
 */
kind: Kind, 
/**
 * The document's or card's title.
 */
title: string, 
/**
 * The words around the hit.
 */
snippet: Array<HitPart>, };

export type ServerMessage = { "type": "reply", 
/**
 * The request's number.
 */
id: number, 
/**
 * What came of it.
 */
result: Outcome, } | { "type": "event", 
/**
 * Which subscription.
 */
subscription: number, 
/**
 * What happened.
 */
event: Event, };

export type SharedFolder = { 
/**
 * Where it is; this names it.
 */
path: string, 
/**
 * How it stands.
 */
state: SharedFolderState, 
/**
 * When it was last looked through in this run (ms since 1970).
 */
lookedAt: number | null, 
/**
 * When it last brought something new (ms since 1970).
 */
readAt: number | null, 
/**
 * When something was last written to it (ms since 1970).
 */
wroteAt: number | null, 
/**
 * Changes that are here and not in it yet; counted no further than 10,000.
 */
waiting: number, 
/**
 * Files in it that ended too early when they were read; they are read again when they change.
 */
unfinished: number, 
/**
 * Files in it that are left alone: damaged, too large, or of another workspace.
 */
leftAlone: number, 
/**
 * What hinders, and what to do about it.
 */
trouble: ApiError | null, };

export type SharedFolderState = "unseen" | "exchanging" | "resting" | "away" | "hindered";

export type ShortCode = { 
/**
 * The code as it is read aloud, `K7QM-2XPD`.
 */
code: string, 
/**
 * The invite it stands for.
 */
invite: string, 
/**
 * Where this device can be reached, as one types it after the code and an `@`; the most useful first.
 */
addresses: Array<string>, 
/**
 * When it ends at the latest (ms since 1970).
 */
endsAt: number, 
/**
 * How many wrong codes may still be tried.
 */
attemptsLeft: number, 
/**
 * Why nobody can use it any more.
 */
ended: CodeEnd | null, };

export type Splice = { 
/**
 * Where, in UTF-16 code units of the text before any splice of its list.
 */
at: number, 
/**
 * How many UTF-16 code units go.
 */
delete: number, 
/**
 * What comes.
 */
insert: string, };

export type Status = { 
/**
 * What it is in the middle of.
 */
state: WorkspaceState, 
/**
 * This person's name.
 */
memberName: string | null, 
/**
 * The workspace's name.
 */
workspaceName: string | null, 
/**
 * The workspace's id.
 */
workspaceId: string | null, 
/**
 * This device's id.
 */
deviceId: string, 
/**
 * Six words that stand for its key, as others see them beside this person.
 */
deviceWords: string, 
/**
 * What protects the device key on this machine; absent where no profile on a disk holds it.
 */
keyProtection: KeyProtection | null, 
/**
 * How the join goes.
 */
joining: Joining | null, 
/**
 * Documents that came and are being made ready: in lists already, and found by their words once they are.
 */
arriving: number, 
/**
 * What this person may do; absent as long as it is not known here that he is in.
 */
role: Role | null, 
/**
 * Whether this device was part of the workspace and is out: what it holds stays readable.
 */
out: boolean, 
/**
 * Why nothing is written.
 */
readOnlyReason: string | null, };

export type Step = { "type": "field", 
/**
 * Which field, from the root.
 */
path: Array<string>, 
/**
 * What it said before.
 */
was: Scalar, 
/**
 * What the edit made it say.
 */
became: Scalar, } | { "type": "life", 
/**
 * What; empty: the document.
 */
path: Array<string>, 
/**
 * Thrown away.
 */
trashed: boolean, } | { "type": "made", 
/**
 * What.
 */
path: Array<string>, 
/**
 * Its fields as they were made.
 */
fields: { [key in string]: Scalar }, };

export type Storage = { 
/**
 * All of it (bytes); the parts add up to this.
 */
total: number, 
/**
 * What it is taken for, each part once.
 */
parts: Array<StoragePart>, 
/**
 * The largest documents, the largest first.
 */
documents: Array<DocumentSize>, 
/**
 * The largest files of which something is here, the largest first.
 */
files: Array<FileSize>, 
/**
 * Where all of it lies.
 */
folder: string | null, };

export type StorageKind = "notes" | "boards" | "profiles" | "files" | "search" | "envelopes" | "order" | "free" | "backups" | "set_aside" | "other";

export type StoragePart = { 
/**
 * What it is.
 */
what: StorageKind, 
/**
 * How much room it takes (bytes).
 */
bytes: number, 
/**
 * How many there are, where they can be counted.
 */
count: number | null, };

export type TagCount = { 
/**
 * The tag in lower case, without its sign.
 */
tag: string, 
/**
 * How many documents that are not in the trash bear it.
 */
count: number, };

export type TreeItem = { 
/**
 * Which document.
 */
id: string, 
/**
 * Of what kind.
 */
kind: Kind, 
/**
 * Its title.
 */
title: string, 
/**
 * The document it lies under.
 */
parent: string | null, 
/**
 * Its place among its siblings; compares as text.
 */
position: string, 
/**
 * In use, in the trash, or kept despite it.
 */
life: Life, 
/**
 * When it last changed here, in ms since 1970.
 */
updatedAt: number, 
/**
 * How many of its fields have more than one value.
 */
conflicts: number, };

export type View = { "type": "status" } | { "type": "tree" } | { "type": "trash" } | { "type": "note", 
/**
 * Which note.
 */
document: string, } | { "type": "board", 
/**
 * Which board.
 */
document: string, } | { "type": "card", 
/**
 * The board.
 */
document: string, 
/**
 * The card.
 */
card: string, } | { "type": "text", 
/**
 * The document.
 */
document: string, 
/**
 * The card, on a board.
 */
card: string | null, } | { "type": "people" } | { "type": "asking" } | { "type": "invites" } | { "type": "peers" } | { "type": "delivery", 
/**
 * Which document; all when absent.
 */
document: string | null, } | { "type": "files", 
/**
 * Which document.
 */
document: string, } | { "type": "notices" } | { "type": "preferences" } | { "type": "code" } | { "type": "backups" } | { "type": "shared_folders" } | { "type": "ladder", 
/**
 * Which.
 */
device: string, };

export type WayOutcome = "works" | "untried" | "other_device" | "hung_up" | "not_skein" | "not_member" | "busy" | "nothing_listens" | "not_there" | "unknown_name" | "no_answer" | "no_route" | "broken";

export type WorkspaceState = "empty" | "joining" | "ready" | "read_only";
