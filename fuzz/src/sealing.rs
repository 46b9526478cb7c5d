//! What a member does who does not use our code: seals whatever bytes, by the letter of `docs/protocol.md`.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use crypto_box::PublicKey;
use ed25519_dalek::{Signer, SigningKey};
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use skein_access::operation::{DeviceSeal, Genesis, KeyEpoch};
use skein_access::sealed_text::SealedText;
use skein_access::wire::Fixed;
use skein_access::{
    Action, Authority, Chain, DeviceKey, Envelope, EnvelopeKind, EpochId, EpochKey, Header,
    Operation, Stamp, UnverifiedEnvelope, WorkspaceId,
};

/// The key of the epoch under which everything here is sealed.
pub(crate) const EPOCH_KEY: [u8; 32] = [7; 32];
const WORKSPACE: WorkspaceId = WorkspaceId::from_bytes([7; 32]);
const DEVICE: [u8; 32] = [9; 32];
const HOUR: u32 = 490_000;
const NONCE: [u8; 24] = [5; 24];
/// Bytes of a header, a nonce, and a signature.
const HEADER: usize = 142;
const SIGNATURE: usize = 64;
/// The last size class.
const LARGEST: usize = 256 * 1024 - HEADER - NONCE.len() - 16 - SIGNATURE;

/// For what a name is sealed.
#[derive(Clone, Copy)]
pub(crate) enum NameOf {
    Workspace = 1,
    Member = 2,
}

fn derive(label: &'static str, parts: &[&[u8]]) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new_derive_key(label);
    for part in parts {
        hasher.update(part);
    }
    *hasher.finalize().as_bytes()
}

fn cipher(label: &'static str) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(Key::from_slice(&derive(label, &[&EPOCH_KEY])))
}

fn device() -> DeviceKey {
    DeviceKey::from_bytes(&DEVICE)
}

/// Signs bytes as the author of an envelope.
fn signed(mut bytes: Vec<u8>) -> Option<Envelope> {
    const LABEL: &str = "skein/1 envelope signature";
    let message = [LABEL.as_bytes(), &[0], &derive(LABEL, &[&bytes])].concat();
    let signature = SigningKey::from_bytes(&DEVICE).sign(&message);
    bytes.extend(signature.to_bytes());
    let decoded = UnverifiedEnvelope::decode(&bytes).ok()?;
    let workspace = decoded.header().workspace;
    decoded.verify(&workspace).ok()
}

/// An envelope of this kind that holds this plaintext, whatever it is. `None` when no envelope has room for so much or so little.
pub(crate) fn sealed(kind: EnvelopeKind, padded: &[u8]) -> Option<Envelope> {
    let header = Header {
        format: 1,
        kind,
        workspace: WORKSPACE,
        hour: HOUR,
        device: device().id(),
        sequence: 1,
        previous: skein_access::EnvelopeId::NONE,
        epoch: EpochId::from_bytes([7; 32]),
    };
    let header = header.encode();
    let payload = Payload {
        msg: padded,
        aad: &header,
    };
    let nonce = XNonce::from_slice(&NONCE);
    let ciphertext = cipher("skein/1 epoch content key").encrypt(nonce, payload);
    signed([header.as_slice(), &NONCE, &ciphertext.ok()?].concat())
}

/// The plaintext of an envelope that was sealed under [`EPOCH_KEY`].
pub(crate) fn opened(envelope: &Envelope) -> Option<Vec<u8>> {
    let (header, body) = envelope.bytes().split_at_checked(HEADER)?;
    let (nonce, rest) = body.split_at_checked(NONCE.len())?;
    let payload = Payload {
        msg: rest.get(..rest.len().checked_sub(SIGNATURE)?)?,
        aad: header,
    };
    cipher("skein/1 epoch content key")
        .decrypt(XNonce::from_slice(nonce), payload)
        .ok()
}

/// Content with its length before it, filled up to a size class.
pub(crate) fn padded(content: &[u8]) -> Vec<u8> {
    let mut classes = (6..16).flat_map(|power| (4..8).map(move |times: usize| times << power));
    let length = content.len() + 4;
    let class = classes.find(|class| *class >= length).unwrap_or(LARGEST);
    let mut padded = (content.len() as u32).to_be_bytes().to_vec();
    padded.extend(content);
    padded.resize(class.min(LARGEST), 0);
    padded
}

/// A stamp for the first envelope of the one device here.
pub(crate) fn stamp(workspace: WorkspaceId) -> Stamp {
    Stamp {
        workspace,
        hour: HOUR,
        chain: Chain::START,
    }
}

/// Seals a payload as our code does, by the same device, for the same place.
pub(crate) fn by_our_code(payload: &skein_access::DataPayload) -> Option<Envelope> {
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    let epoch = (
        &EpochId::from_bytes([7; 32]),
        &EpochKey::from_bytes(EPOCH_KEY),
    );
    skein_access::seal_data(&device(), &stamp(WORKSPACE), epoch, payload, &mut rng).ok()
}

/// What colleagues read of a workspace's name and its founder's, when these plaintexts were sealed.
pub(crate) fn names_read(
    workspace: &[u8],
    member: &[u8],
) -> Option<(Option<String>, Option<String>)> {
    let device = device();
    let id = device.id();
    let count = 1_u32.to_be_bytes();
    let parts = [EPOCH_KEY.as_slice(), &count, id.as_bytes()];
    let epoch = EpochId::from_bytes(derive("skein/1 epoch id", &parts));
    let mut rng = ChaCha20Rng::seed_from_u64(2);
    let sealing = device.sealing_key();
    let key = PublicKey::from_bytes(sealing.0).seal(&mut rng, &EPOCH_KEY);
    let genesis = Genesis {
        founder: id,
        sealing,
        nonce: Fixed([3; 32]),
        epoch: KeyEpoch {
            epoch,
            devices: vec![DeviceSeal {
                device: id,
                key: Fixed(key.ok()?.try_into().ok()?),
            }],
            invites: Vec::new(),
            wrapped: Vec::new(),
        },
        workspace_name: name(epoch, workspace, NameOf::Workspace)?,
        member_name: name(epoch, member, NameOf::Member)?,
    };
    let operation = Operation {
        parents: Vec::new(),
        action: Action::Genesis(genesis),
    };
    let body = operation.encode();
    let workspace = WorkspaceId::from_bytes(derive("skein/1 workspace id", &[&body]));
    let envelope = operation.sign(&device, &stamp(workspace)).ok()?;
    let authority = Authority::build(workspace, [&envelope]);
    // A name that is too long founds nothing.
    if !authority.is_founded() {
        return None;
    }
    let keyring = authority.keyring(&device);
    assert!(keyring.get(&epoch).is_some(), "its founder holds its key");
    let members = authority.members(&keyring);
    let member = members.into_iter().next().and_then(|member| member.name);
    Some((authority.workspace_name(&keyring), member))
}

fn name(epoch: EpochId, padded: &[u8], usage: NameOf) -> Option<SealedText> {
    let mut associated = epoch.as_bytes().to_vec();
    associated.push(usage as u8);
    let payload = Payload {
        msg: padded,
        aad: &associated,
    };
    let ciphertext = cipher("skein/1 epoch text key").encrypt(XNonce::from_slice(&NONCE), payload);
    Some(SealedText {
        epoch,
        sealed: [NONCE.as_slice(), &ciphertext.ok()?].concat(),
    })
}
