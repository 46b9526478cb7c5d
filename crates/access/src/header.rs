//! The clear header of an envelope: a fixed layout, readable by everybody who carries it.
//!
//! All numbers are big-endian.
//!
//! | offset | bytes | field |
//! | --- | --- | --- |
//! | 0 | 1 | format, 1 |
//! | 1 | 1 | kind: 1 access, 2 data, 3 pack |
//! | 2 | 32 | workspace |
//! | 34 | 4 | hour: whole hours since 1970-01-01 00:00 UTC by the author's clock; sorts, decides nothing |
//! | 38 | 32 | device: the author's Ed25519 public key |
//! | 70 | 8 | sequence: 1 for the device's first envelope, then one more each time |
//! | 78 | 32 | previous: id of the device's envelope before; zeros if and only if the sequence is 1 |
//! | 110 | 32 | epoch under whose key the body is encrypted; zeros if and only if the kind is access |
//! | 142 | | body |

use crate::envelope::EnvelopeError;
use crate::id::{DeviceId, EnvelopeId, EpochId, WorkspaceId};

/// The format that this version writes and reads.
pub const FORMAT: u8 = 1;
/// Bytes of a header.
pub const HEADER_LENGTH: usize = 142;
/// Bytes of the largest envelope.
pub const MAX_ENVELOPE: usize = 256 * 1024;
pub(crate) const NONCE_LENGTH: usize = 24;
pub(crate) const TAG_LENGTH: usize = 16;
pub(crate) const SIGNATURE_LENGTH: usize = 64;

/// What an envelope carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EnvelopeKind {
    /// One operation on the access state, signed but readable.
    Access,
    /// Changes of one document, encrypted.
    Data,
    /// Many small envelopes of one device in one, encrypted.
    Pack,
}

impl EnvelopeKind {
    /// The stored form.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Access => 1,
            Self::Data => 2,
            Self::Pack => 3,
        }
    }

    /// Reads the stored form.
    #[must_use]
    pub const fn from_code(code: u8) -> Option<Self> {
        match code {
            1 => Some(Self::Access),
            2 => Some(Self::Data),
            3 => Some(Self::Pack),
            _ => None,
        }
    }
}

/// What everybody can read of an envelope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// Layout of header and body.
    pub format: u8,
    /// What the envelope carries.
    pub kind: EnvelopeKind,
    /// The workspace it belongs to.
    pub workspace: WorkspaceId,
    /// Hours since 1970 by the author's clock.
    pub hour: u32,
    /// The author.
    pub device: DeviceId,
    /// The author's own count, from 1.
    pub sequence: u64,
    /// The author's envelope before this one.
    pub previous: EnvelopeId,
    /// The epoch whose key opens the body.
    pub epoch: EpochId,
}

impl Header {
    /// The fixed layout of this module's table.
    #[must_use]
    pub fn encode(&self) -> [u8; HEADER_LENGTH] {
        let fields: [&[u8]; 8] = [
            &[self.format],
            &[self.kind.code()],
            self.workspace.as_bytes(),
            &self.hour.to_be_bytes(),
            self.device.as_bytes(),
            &self.sequence.to_be_bytes(),
            self.previous.as_bytes(),
            self.epoch.as_bytes(),
        ];
        let mut bytes = [0; HEADER_LENGTH];
        let mut rest = bytes.as_mut_slice();
        for field in fields {
            if let Some((place, after)) = rest.split_at_mut_checked(field.len()) {
                place.copy_from_slice(field);
                rest = after;
            } else {
                break;
            }
        }
        bytes
    }

    /// Reads a header from the beginning of an envelope.
    ///
    /// # Errors
    /// When the bytes are cut off, of another format, or contradict themselves.
    pub fn decode(bytes: &[u8]) -> Result<Self, EnvelopeError> {
        let mut rest = bytes;
        let [format] = take::<1>(&mut rest)?;
        if format != FORMAT {
            return Err(EnvelopeError::UnknownFormat(format));
        }
        let [kind] = take::<1>(&mut rest)?;
        let header = Self {
            format,
            kind: EnvelopeKind::from_code(kind).ok_or(EnvelopeError::UnknownKind(kind))?,
            workspace: WorkspaceId::from_bytes(take(&mut rest)?),
            hour: u32::from_be_bytes(take(&mut rest)?),
            device: DeviceId::from_bytes(take(&mut rest)?),
            sequence: u64::from_be_bytes(take(&mut rest)?),
            previous: EnvelopeId::from_bytes(take(&mut rest)?),
            epoch: EpochId::from_bytes(take(&mut rest)?),
        };
        if header.sequence == 0 || (header.sequence == 1) != (header.previous == EnvelopeId::NONE) {
            return Err(EnvelopeError::Contradiction(
                "the first envelope of a device, and only that, has number 1 and nothing before it",
            ));
        }
        if (header.kind == EnvelopeKind::Access) != (header.epoch == EpochId::NONE) {
            return Err(EnvelopeError::Contradiction(
                "access envelopes, and only those, name no key epoch",
            ));
        }
        Ok(header)
    }
}

fn take<const N: usize>(rest: &mut &[u8]) -> Result<[u8; N], EnvelopeError> {
    let (field, after) = rest.split_first_chunk::<N>().ok_or(EnvelopeError::CutOff)?;
    *rest = after;
    Ok(*field)
}
