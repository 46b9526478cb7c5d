//! Envelopes: signed, immutable parcels by one device. What arrives is `UnverifiedEnvelope`; only `verify` makes an `Envelope`.
//!
//! | bytes | part |
//! | --- | --- |
//! | 142 | header, see [`crate::header`] |
//! | … | body |
//! | 64 | Ed25519 signature (strict) under `skein/1 envelope signature` over header and body |
//!
//! The body of an access envelope is one operation in the clear (see [`crate::operation`]). The body of a data envelope or a pack
//! is a nonce (24 random bytes), then XChaCha20-Poly1305 ciphertext with its tag (16 bytes) at the end. The key is derived from the
//! epoch's key under `skein/1 epoch content key`, the associated data is the whole header, the plaintext is padded to a
//! size class (see [`crate::padding`]). No envelope is longer than 256 KiB. Its id is BLAKE3 over all of its bytes, the signature too.

use std::fmt;

use chacha20poly1305::aead::{Aead, KeyInit, Payload as Sealed};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use rand_core::CryptoRngCore;

use crate::domain;
use crate::header::{
    FORMAT, HEADER_LENGTH, Header, MAX_ENVELOPE, NONCE_LENGTH, SIGNATURE_LENGTH, TAG_LENGTH,
};
use crate::id::{EnvelopeId, EpochId, WorkspaceId};
use crate::key::{self, DeviceKey, EpochKey};
use crate::pack::Pack;
use crate::padding;
use crate::payload::{DataPayload, MAX_CHANGE_COUNT, Payload};

pub use crate::header::EnvelopeKind;

/// Why bytes are no envelope, or an envelope could not be made or opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EnvelopeError {
    /// Longer than any envelope.
    #[error("an envelope of {0} bytes was refused: at most {MAX_ENVELOPE} are allowed")]
    TooLong(usize),
    /// Shorter than any envelope of its kind.
    #[error("the envelope is cut off; ask the sender for it again")]
    CutOff,
    /// A format of another version.
    #[error(
        "the envelope has format {0}, this version reads format {FORMAT}; a newer version of Skein may read it"
    )]
    UnknownFormat(u8),
    /// A kind that does not exist in this format.
    #[error("the envelope is of an unknown kind ({0})")]
    UnknownKind(u8),
    /// Header fields that cannot stand together.
    #[error("the envelope contradicts itself: {0}")]
    Contradiction(&'static str),
    /// A ciphertext whose length is none of the size classes.
    #[error("the envelope is not padded to a size class")]
    NotPadded,
    /// An envelope of another workspace.
    #[error("the envelope belongs to another workspace ({0})")]
    OtherWorkspace(WorkspaceId),
    /// Not signed by the device it names, or changed since.
    #[error("the envelope's signature is wrong: it was changed or forged, and was not taken")]
    WrongSignature,
    /// The key does not open it.
    #[error("the envelope could not be decrypted with this key; it is kept locked")]
    WrongKey,
    /// Decrypted, but not what its kind promises.
    #[error("the envelope holds something this version cannot read; it is kept")]
    UnknownContent,
    /// What should be put in does not fit.
    #[error("{bytes} bytes do not fit one envelope; split the change or send it as a file")]
    TooMuch {
        /// How many bytes were to be put in.
        bytes: usize,
    },
    /// Asked for the wrong kind of content.
    #[error("the envelope is of kind {0:?}, something else was asked for")]
    OtherKind(EnvelopeKind),
}

/// Where a device's next envelope belongs in its own chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chain {
    /// The number of the next envelope.
    pub sequence: u64,
    /// The id of the last one; [`EnvelopeId::NONE`] before the first.
    pub previous: EnvelopeId,
}

impl Chain {
    /// Before the first envelope.
    pub const START: Self = Self {
        sequence: 1,
        previous: EnvelopeId::NONE,
    };

    /// After the envelope with this number and id.
    #[must_use]
    pub const fn after(sequence: u64, id: EnvelopeId) -> Self {
        Self {
            sequence: sequence.saturating_add(1),
            previous: id,
        }
    }
}

/// What a new envelope says about itself besides its author and content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    /// The workspace it belongs to.
    pub workspace: WorkspaceId,
    /// Hours since 1970.
    pub hour: u32,
    /// Its place in the author's chain.
    pub chain: Chain,
}

/// Bytes that look like an envelope. Nothing in them is to be believed yet.
#[derive(Clone, PartialEq, Eq)]
pub struct UnverifiedEnvelope {
    header: Header,
    bytes: Vec<u8>,
}

impl UnverifiedEnvelope {
    /// Checks size, format and layout.
    ///
    /// # Errors
    /// When the bytes cannot be an envelope of this format.
    pub fn decode(bytes: &[u8]) -> Result<Self, EnvelopeError> {
        if bytes.len() > MAX_ENVELOPE {
            return Err(EnvelopeError::TooLong(bytes.len()));
        }
        let header = Header::decode(bytes)?;
        let body = bytes
            .len()
            .checked_sub(HEADER_LENGTH + SIGNATURE_LENGTH)
            .ok_or(EnvelopeError::CutOff)?;
        if header.kind == EnvelopeKind::Access {
            if body == 0 {
                return Err(EnvelopeError::CutOff);
            }
        } else {
            let padded = body
                .checked_sub(NONCE_LENGTH + TAG_LENGTH)
                .ok_or(EnvelopeError::CutOff)?;
            if !padding::is_class(padded) {
                return Err(EnvelopeError::NotPadded);
            }
        }
        Ok(Self {
            header,
            bytes: bytes.to_vec(),
        })
    }

    /// An envelope as its author made it, of what a pack carries of it. Whether it is that one, its signature tells.
    ///
    /// # Errors
    /// When the parts cannot make up an envelope.
    pub(crate) fn put_together(
        header: &Header,
        content: &[u8],
        key: &EpochKey,
        seal: &[u8; NONCE_LENGTH + SIGNATURE_LENGTH],
    ) -> Result<Self, EnvelopeError> {
        let (nonce, signature) = seal
            .split_first_chunk::<NONCE_LENGTH>()
            .ok_or(EnvelopeError::CutOff)?;
        let bytes = content.len();
        let padded = padding::pad(content).ok_or(EnvelopeError::TooMuch { bytes })?;
        let ciphertext =
            encrypt(header, nonce, &padded, key).ok_or(EnvelopeError::TooMuch { bytes })?;
        Self::decode(&[&header.encode(), nonce.as_slice(), &ciphertext, signature].concat())
    }

    /// What the envelope claims about itself.
    #[must_use]
    pub const fn header(&self) -> &Header {
        &self.header
    }

    /// What its id is, if it is an envelope.
    #[must_use]
    pub fn id(&self) -> EnvelopeId {
        envelope_id(&self.bytes)
    }

    /// Checks that it belongs to this workspace and that the device it names signed it.
    ///
    /// # Errors
    /// When it belongs elsewhere or the signature does not hold.
    pub fn verify(self, workspace: &WorkspaceId) -> Result<Envelope, EnvelopeError> {
        if self.header.workspace != *workspace {
            return Err(EnvelopeError::OtherWorkspace(self.header.workspace));
        }
        let (signed, signature) = self
            .bytes
            .split_last_chunk::<SIGNATURE_LENGTH>()
            .ok_or(EnvelopeError::CutOff)?;
        let author = self.header.device.as_bytes();
        if !key::verifies(author, domain::ENVELOPE_SIGNATURE, &[signed], signature) {
            return Err(EnvelopeError::WrongSignature);
        }
        Ok(Envelope::trusted(self.header, self.bytes))
    }
}

impl fmt::Debug for UnverifiedEnvelope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "UnverifiedEnvelope({} bytes)", self.bytes.len())
    }
}

/// An envelope that its device signed. Whether that device may say what it says is the [`Authority`](crate::Authority)'s matter.
#[derive(Clone, PartialEq, Eq)]
pub struct Envelope {
    header: Header,
    id: EnvelopeId,
    bytes: Vec<u8>,
}

/// The id of the envelope that has these bytes, whether or not they are one.
#[must_use]
pub fn envelope_id(bytes: &[u8]) -> EnvelopeId {
    EnvelopeId::from_bytes(*blake3::hash(bytes).as_bytes())
}

impl Envelope {
    fn trusted(header: Header, bytes: Vec<u8>) -> Self {
        let id = envelope_id(&bytes);
        Self { header, id, bytes }
    }

    /// The clear header.
    #[must_use]
    pub const fn header(&self) -> &Header {
        &self.header
    }

    /// BLAKE3 of all bytes.
    #[must_use]
    pub const fn id(&self) -> EnvelopeId {
        self.id
    }

    /// What is stored and sent.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// What is stored and sent.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// Where its author's next envelope belongs.
    #[must_use]
    pub const fn next(&self) -> Chain {
        Chain::after(self.header.sequence, self.id)
    }

    /// Decrypts the changes of a data envelope.
    ///
    /// # Errors
    /// When it is of another kind, the key is another, or the content is unknown to this version.
    pub fn open(&self, key: &EpochKey) -> Result<DataPayload, EnvelopeError> {
        self.open_as(key)
    }

    /// Decrypts a pack.
    ///
    /// # Errors
    /// When it is of another kind, the key is another, or the content is unknown to this version.
    pub fn open_pack(&self, key: &EpochKey) -> Result<Pack, EnvelopeError> {
        self.open_as(key)
    }

    /// The nonce and the signature of an encrypted envelope.
    pub(crate) fn seal(&self) -> Option<[u8; NONCE_LENGTH + SIGNATURE_LENGTH]> {
        let nonce = self.body().first_chunk::<NONCE_LENGTH>()?;
        let signature = self.bytes.last_chunk::<SIGNATURE_LENGTH>()?;
        [nonce.as_slice(), signature].concat().try_into().ok()
    }

    /// What was put into an envelope of this kind, before it was padded and encrypted.
    pub(crate) fn content(
        &self,
        kind: EnvelopeKind,
        key: &EpochKey,
    ) -> Result<Vec<u8>, EnvelopeError> {
        if self.header.kind != kind {
            return Err(EnvelopeError::OtherKind(self.header.kind));
        }
        let header = self.bytes.get(..HEADER_LENGTH).unwrap_or_default();
        let (nonce, ciphertext) = self
            .body()
            .split_first_chunk::<NONCE_LENGTH>()
            .ok_or(EnvelopeError::CutOff)?;
        let sealed = Sealed {
            msg: ciphertext,
            aad: header,
        };
        let padded = cipher(key)
            .decrypt(XNonce::from_slice(nonce), sealed)
            .map_err(|_| EnvelopeError::WrongKey)?;
        let content = padding::unpad(&padded).ok_or(EnvelopeError::UnknownContent)?;
        Ok(content.to_vec())
    }

    pub(crate) fn body(&self) -> &[u8] {
        self.bytes
            .get(HEADER_LENGTH..self.bytes.len().saturating_sub(SIGNATURE_LENGTH))
            .unwrap_or_default()
    }

    fn open_as<P: Payload>(&self, key: &EpochKey) -> Result<P, EnvelopeError> {
        P::decode(&self.content(P::KIND, key)?)
    }
}

impl fmt::Debug for Envelope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Envelope")
            .field("id", &self.id)
            .field("header", &self.header)
            .finish_non_exhaustive()
    }
}

/// Encrypts and signs changes of one document.
///
/// # Errors
/// When they do not fit one envelope.
pub fn seal_data(
    device: &DeviceKey,
    stamp: &Stamp,
    epoch: (&EpochId, &EpochKey),
    payload: &DataPayload,
    rng: &mut impl CryptoRngCore,
) -> Result<Envelope, EnvelopeError> {
    if payload.changes.len() > MAX_CHANGE_COUNT {
        let bytes = payload.changes.iter().map(|change| change.0.len()).sum();
        return Err(EnvelopeError::TooMuch { bytes });
    }
    seal(device, stamp, epoch, payload, rng)
}

/// Encrypts and signs a pack.
///
/// # Errors
/// When it does not fit one envelope.
pub fn seal_pack(
    device: &DeviceKey,
    stamp: &Stamp,
    epoch: (&EpochId, &EpochKey),
    pack: &Pack,
    rng: &mut impl CryptoRngCore,
) -> Result<Envelope, EnvelopeError> {
    seal(device, stamp, epoch, pack, rng)
}

fn seal<P: Payload>(
    device: &DeviceKey,
    stamp: &Stamp,
    (epoch, key): (&EpochId, &EpochKey),
    payload: &P,
    rng: &mut impl CryptoRngCore,
) -> Result<Envelope, EnvelopeError> {
    let content = payload.encode();
    let too_much = || EnvelopeError::TooMuch {
        bytes: content.len(),
    };
    let padded = padding::pad(&content).ok_or_else(too_much)?;
    let header = header(device, stamp, P::KIND, *epoch);
    let mut nonce = [0; NONCE_LENGTH];
    rng.fill_bytes(&mut nonce);
    let ciphertext = encrypt(&header, &nonce, &padded, key).ok_or_else(too_much)?;
    Ok(sign(device, header, &[&nonce, &ciphertext]))
}

/// Signs an encoded operation.
pub(crate) fn sign_operation(
    device: &DeviceKey,
    stamp: &Stamp,
    body: &[u8],
) -> Result<Envelope, EnvelopeError> {
    if body.len() > MAX_ENVELOPE - HEADER_LENGTH - SIGNATURE_LENGTH {
        return Err(EnvelopeError::TooMuch { bytes: body.len() });
    }
    let header = header(device, stamp, EnvelopeKind::Access, EpochId::NONE);
    Ok(sign(device, header, &[body]))
}

fn header(device: &DeviceKey, stamp: &Stamp, kind: EnvelopeKind, epoch: EpochId) -> Header {
    Header {
        format: FORMAT,
        kind,
        workspace: stamp.workspace,
        hour: stamp.hour,
        device: device.id(),
        sequence: stamp.chain.sequence,
        previous: stamp.chain.previous,
        epoch,
    }
}

fn sign(device: &DeviceKey, header: Header, body: &[&[u8]]) -> Envelope {
    let mut bytes = header.encode().to_vec();
    for part in body {
        bytes.extend_from_slice(part);
    }
    let signature = device.sign(domain::ENVELOPE_SIGNATURE, &[&bytes]);
    bytes.extend_from_slice(&signature.0);
    Envelope::trusted(header, bytes)
}

fn encrypt(
    header: &Header,
    nonce: &[u8; NONCE_LENGTH],
    padded: &[u8],
    key: &EpochKey,
) -> Option<Vec<u8>> {
    let sealed = Sealed {
        msg: padded,
        aad: &header.encode(),
    };
    cipher(key).encrypt(XNonce::from_slice(nonce), sealed).ok()
}

fn cipher(key: &EpochKey) -> XChaCha20Poly1305 {
    let derived = key.derive(domain::EPOCH_CONTENT_KEY);
    XChaCha20Poly1305::new(Key::from_slice(derived.as_slice()))
}
