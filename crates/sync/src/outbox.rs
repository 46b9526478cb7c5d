//! What a session asks of the engine, gathered in order while one input is handled.

use skein_access::{EnvelopeId, InviteProof, WorkspaceId};

use crate::close::CloseReason;
use crate::frame::Frame;
use crate::item::Group;

/// What the engine is to do, in this order.
#[derive(Debug)]
pub enum SessionOutput {
    /// Send this frame to the peer.
    Send(Vec<u8>),
    /// Say what the peer may see: answer with [`SessionInput::Admitted`](crate::SessionInput::Admitted).
    NeedAdmission {
        /// The workspace that both know.
        workspace: WorkspaceId,
        /// The peer's proof that it holds an invite.
        proof: Option<InviteProof>,
    },
    /// Read these from the store: answer with [`SessionInput::Provide`](crate::SessionInput::Provide). One at a time.
    Load {
        /// Their group.
        group: Group,
        /// Which, in order.
        ids: Vec<EnvelopeId>,
        /// Stop when about this many bytes are gathered, but give at least one.
        bytes: usize,
    },
    /// Verify and commit these in one durable transaction: answer with [`SessionInput::Stored`](crate::SessionInput::Stored).
    Store {
        /// Names the batch in the answer.
        batch: u64,
        /// Their group; the header of each says the same.
        group: Group,
        /// The envelopes, unverified.
        envelopes: Vec<Vec<u8>>,
    },
    /// Say what data the peer has not confirmed so far, if that is little: answer with
    /// [`SessionInput::Unconfirmed`](crate::SessionInput::Unconfirmed). Asked once, before data is compared for the first time.
    NeedUnconfirmed,
    /// The peer says that its disk holds these.
    Acknowledged(Held),
    /// The peer lacks these now, whatever it said before: a comparison shows it, or it asks for them. They are sent to it.
    Lacks(Lacking),
    /// Both sides hold the same envelopes of a group.
    Agreed(Agreement),
    /// Presence from the peer, to be passed to whoever shows it.
    Presence(Vec<u8>),
    /// A question about chunks of files from the peer, or its answer to one.
    Holding(Vec<u8>),
    /// A question about a pack from the peer, or its answer to one.
    Pack(Vec<u8>),
    /// The session is over: close the connection and drop the session.
    Close(CloseReason),
}

/// What a peer durably holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Held {
    /// These envelopes.
    Ids(Vec<EnvelopeId>),
    /// Every envelope up to this local insertion number.
    UpTo(u64),
}

/// What a peer was found to lack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lacking {
    /// These envelopes.
    These(Vec<EnvelopeId>),
    /// The whole group: it asks for all of it.
    All(Group),
}

/// The end of one reconciliation of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Agreement {
    /// The group. After `Data` the replicas are equal; after `Access` only that part is.
    pub group: Group,
    /// Envelopes of ours that the peer stored since the reconciliation began, live ones included.
    pub sent: u64,
    /// Envelopes of the peer that we stored since then.
    pub received: u64,
    /// Bytes of frames both ways since then.
    pub bytes: u64,
    /// Reconciliation messages that the dialer sent.
    pub rounds: u32,
    /// Envelopes that one side lists and could not deliver, or that the other refused. 0 means equal.
    pub withheld: u32,
}

/// Gathers outputs and counts what is sent.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    outputs: Vec<SessionOutput>,
    bytes: u64,
}

impl Outbox {
    pub(crate) fn push(&mut self, output: SessionOutput) {
        self.outputs.push(output);
    }

    pub(crate) fn send(&mut self, frame: &Frame) -> Result<(), CloseReason> {
        let bytes = frame.encode()?;
        self.bytes += bytes.len() as u64;
        self.outputs.push(SessionOutput::Send(bytes));
        Ok(())
    }

    /// How many outputs there are so far.
    pub(crate) const fn len(&self) -> usize {
        self.outputs.len()
    }

    /// Bytes of frames among them.
    pub(crate) const fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The outputs, and how many bytes of frames are among them.
    pub(crate) fn finish(self) -> (Vec<SessionOutput>, u64) {
        (self.outputs, self.bytes)
    }
}
