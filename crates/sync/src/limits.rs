//! Every bound of a session in one place.

/// The version of the protocol that this crate speaks.
pub const PROTOCOL: u16 = 1;
/// No frame is larger.
pub const FRAME_BYTES: usize = 1024 * 1024;
/// A batch of envelopes holds at most about this many bytes (a single larger envelope still goes alone).
pub const BATCH_BYTES: usize = 512 * 1024;
/// A batch of envelopes holds at most this many of them.
pub const BATCH_ENVELOPES: usize = 500;
/// Bytes of envelopes sent and not yet acknowledged, after which the sender waits: eight batches.
pub const WINDOW_BYTES: usize = 4 * 1024 * 1024;
/// One presence message.
pub const PRESENCE_BYTES: usize = 4 * 1024;
/// One question about chunks of files, or its answer.
pub const HOLDING_BYTES: usize = 16 * 1024;
/// One question about a pack, or its answer: the names of all that it may stand for, and a little more.
pub const PACK_BYTES: usize = 68 * 1024;

/// The first batch, and the smallest on a slow link: even a few kilobytes a second bring it within the receiver's patience.
pub(crate) const SMALLEST_BATCH_BYTES: usize = 32 * 1024;
/// Batches acknowledged sooner than the first of these are doubled, later than the second halved.
pub(crate) const BATCH_MS: (u64, u64) = (2_000, 8_000);
/// One envelope; larger ones are refused before they are looked into.
pub(crate) const ENVELOPE_BYTES: usize = 256 * 1024;
/// What the sender may overshoot the window by: it looks before a batch, not after.
pub(crate) const WINDOW_SLACK: usize = 1024 * 1024;
/// The size at which a reconciliation message is cut and continued in the next round.
pub(crate) const RECONCILE_BYTES: u64 = 256 * 1024;
/// The largest reconciliation message accepted: the cut comes after a range, so a little over.
pub(crate) const RECONCILE_ACCEPTED: usize = 320 * 1024;
/// Rounds of one reconciliation; enough for thirty million differing ids.
pub(crate) const ROUNDS: u32 = 4096;
/// Ids asked for and not yet received.
pub(crate) const ASKED_IDS: usize = 2_000;
/// Ids that a peer may have asked of us and not yet been sent.
pub(crate) const WANTED_IDS: usize = 4_096;
/// Ids in one announcement.
pub(crate) const HAVE_IDS: usize = 4_096;
/// Envelopes that one message of a reconciliation shows to be missing there and that are sent without being asked for; more
/// are announced, because another peer may be bringing them.
pub(crate) const UNASKED_IDS: usize = 16;
/// Ids known to be missing here and not yet asked for; a reconciliation pauses above half of it.
pub(crate) const NEED_IDS: usize = 65_536;
/// Ids that another peer is bringing and that are looked at again later.
pub(crate) const DEFERRED_IDS: usize = 4_096;
/// New envelopes of our own waiting to be pushed to a slow peer; above it the next reconciliation brings them.
pub(crate) const LIVE_IDS: usize = 4_096;
/// Ids remembered as held by the peer, so that they are not announced to it.
pub(crate) const KNOWN_IDS: usize = 8_192;
/// Envelopes accepted from a device that is not yet a member: its join and little else.
pub(crate) const INVITEE_ENVELOPES: usize = 64;
/// Tags in one greeting.
pub(crate) const TAGS: usize = 64;
/// Characters of a farewell that are kept.
pub(crate) const FAREWELL_CHARS: usize = 200;
/// Envelopes refused by the engine, after which the peer is left.
pub(crate) const REFUSED_ENVELOPES: usize = 1_000;
/// Presence messages passed on per second; the rest is dropped.
pub(crate) const PRESENCE_PER_SECOND: u32 = 64;
/// Reconciliations and requests for one that a peer may start in a minute.
pub(crate) const STARTS_PER_MINUTE: u32 = 60;

/// From the connection to both sides' word on what the other may see.
pub(crate) const GREETING_MS: u64 = 5_000;
/// Without progress in anything the peer owes us.
pub(crate) const PATIENCE_MS: u64 = 30_000;
/// After which an envelope asked of a silent peer may be asked of another.
pub(crate) const CLAIM_MS: u64 = 10_000;
/// Between reconciliations of a quiet connection.
pub(crate) const AGAIN_MS: u64 = 10 * 60_000;
/// Between two reconciliations that are asked for.
pub(crate) const SHORTEST_PAUSE_MS: u64 = 1_000;
/// First and longest pause after a reconciliation that left something to another peer.
pub(crate) const RETRY_MS: (u64, u64) = (5_000, 60_000);
