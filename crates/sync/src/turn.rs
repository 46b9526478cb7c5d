//! What is at hand while one input is handled.

use skein_access::{DeviceId, WorkspaceId};

use crate::fetching::Fetching;
use crate::outbox::Outbox;
use crate::set::EnvelopeSet;

/// The shared state, the time, and where outputs go.
pub(crate) struct Turn<'a> {
    pub(crate) workspace: WorkspaceId,
    pub(crate) peer: DeviceId,
    pub(crate) set: &'a EnvelopeSet,
    pub(crate) fetching: &'a mut Fetching,
    pub(crate) now_ms: u64,
    pub(crate) out: &'a mut Outbox,
}
