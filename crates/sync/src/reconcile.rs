//! Range-based set reconciliation over the warm set: each message is made from the set as it is then, nothing is copied.

use negentropy::{Error, Negentropy, NegentropyStorageBase, PROTOCOL_VERSION};
use skein_access::EnvelopeId;

use crate::close::CloseReason;
use crate::limits::RECONCILE_BYTES;
use crate::ordered::{OrderedIds, id_of};

/// What the dialer learnt from one answer.
#[derive(Debug, Default)]
pub(crate) struct Learnt {
    /// Held here and not there.
    pub(crate) have: Vec<EnvelopeId>,
    /// Held there and not here.
    pub(crate) need: Vec<EnvelopeId>,
    /// The next message; none when both are told apart.
    pub(crate) next: Option<Vec<u8>>,
}

/// In a message, a range that reaches to the end: its upper bound is endless time and an empty id.
const TO_THE_END: [u8; 2] = [0, 0];
/// In a message, a range that is told by its fingerprint.
const FINGERPRINT: u8 = 1;

/// The dialer's first message: one fingerprint of everything. Equal sets, the usual case, cost twenty bytes; otherwise
/// the listener splits the range in its answer, so nothing is lost by not splitting it here.
pub(crate) fn begin(ids: &OrderedIds) -> Result<Vec<u8>, CloseReason> {
    let fingerprint = ids.fingerprint(0, ids.len()).map_err(failed)?.to_bytes();
    let version = PROTOCOL_VERSION.to_le_bytes();
    let version = version.first().copied().unwrap_or_default();
    Ok([
        &[version],
        TO_THE_END.as_slice(),
        &[FINGERPRINT],
        &fingerprint,
    ]
    .concat())
}

/// The listener's answer.
pub(crate) fn answer(ids: &OrderedIds, message: &[u8]) -> Result<Vec<u8>, CloseReason> {
    Negentropy::borrowed(ids, RECONCILE_BYTES)
        .and_then(|mut side| side.reconcile(message))
        .map_err(failed)
}

/// The dialer reads an answer.
pub(crate) fn learn(ids: &OrderedIds, message: &[u8]) -> Result<Learnt, CloseReason> {
    let mut side = Negentropy::borrowed(ids, RECONCILE_BYTES).map_err(failed)?;
    side.set_initiator();
    let (mut have, mut need) = (Vec::new(), Vec::new());
    let next = side
        .reconcile_with_ids(message, &mut have, &mut need)
        .map_err(failed)?;
    // They come out of a hash set; in one order, whatever is asked for next is the same each time.
    need.sort_unstable();
    Ok(Learnt {
        have: have.iter().map(id_of).collect(),
        need: need.iter().map(id_of).collect(),
        next,
    })
}

fn failed(error: Error) -> CloseReason {
    CloseReason::Reconciliation(error.to_string())
}
