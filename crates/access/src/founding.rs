//! The beginning of a workspace.

use rand_core::CryptoRngCore;

use crate::envelope::{Chain, Envelope, EnvelopeError, Stamp};
use crate::epoch::Recipients;
use crate::id::WorkspaceId;
use crate::key::DeviceKey;
use crate::operation::{self, Action, Genesis, KeyEpoch, Operation};
use crate::sealed_text::{NameError, SealedText, TextUse};
use crate::wire::Fixed;

/// A new workspace.
#[derive(Debug, Clone)]
pub struct Founded {
    /// Its id.
    pub workspace: WorkspaceId,
    /// The envelopes to store.
    pub envelopes: Vec<Envelope>,
    /// Where the founder's next envelope belongs.
    pub chain: Chain,
}

/// Why an operation could not be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OperationError {
    /// A name that cannot be used.
    #[error(transparent)]
    Name(#[from] NameError),
    /// It does not fit one envelope.
    #[error(transparent)]
    Envelope(#[from] EnvelopeError),
    /// A key could not be sealed to somebody.
    #[error("a key could not be sealed; nothing was changed, please try again")]
    Sealing,
    /// No key is at hand to encrypt with.
    #[error(
        "this device has not received the workspace's key yet; nothing was changed, connect to a colleague first"
    )]
    NoKey,
    /// It names somebody or something that is not there.
    #[error("{0} is not in this workspace (any more); nothing was changed")]
    NotThere(&'static str),
    /// The device may not do it.
    #[error(transparent)]
    Denied(#[from] crate::permit::Denied),
    /// It would leave nobody in charge.
    #[error("that would leave the workspace without an owner; make somebody else an owner first")]
    LastOwner,
}

/// Begins a workspace with this device's person as its owner. The stamp of its envelope is number 1 of the device's chain.
///
/// # Errors
/// When a name is empty or too long.
pub fn create_workspace(
    key: &DeviceKey,
    name: &str,
    workspace_name: &str,
    hour: u32,
    rng: &mut impl CryptoRngCore,
) -> Result<Founded, OperationError> {
    let recipients = Recipients {
        devices: vec![(key.id(), key.sealing_key())],
        invites: Vec::new(),
        wrapped: Vec::new(),
    };
    let (epoch, secret) = KeyEpoch::generate(&recipients, rng).ok_or(OperationError::Sealing)?;
    let under = (&epoch.epoch, &secret);
    let workspace_name = SealedText::seal(workspace_name, TextUse::WorkspaceName, under, rng)?;
    let member_name = SealedText::seal(name, TextUse::MemberName, under, rng)?;
    let mut nonce = [0; 32];
    rng.fill_bytes(&mut nonce);
    let operation = Operation {
        parents: Vec::new(),
        action: Action::Genesis(Genesis {
            founder: key.id(),
            sealing: key.sealing_key(),
            nonce: Fixed(nonce),
            epoch,
            workspace_name,
            member_name,
        }),
    };
    let workspace = operation::workspace_of(&operation.encode());
    let stamp = Stamp {
        workspace,
        hour,
        chain: Chain::START,
    };
    let envelope = operation.sign(key, &stamp)?;
    Ok(Founded {
        workspace,
        chain: envelope.next(),
        envelopes: vec![envelope],
    })
}
