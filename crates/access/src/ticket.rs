//! Tickets: what an invite looks like outside, as a link, a QR code or a file.
//!
//! Text = `skein1` + lower-case base32 (RFC 4648, no padding) of: version (1 byte, 1) · number of all these bytes (2 bytes, big-endian) ·
//! workspace id (32) · seed (32) · relays · addresses · checksum (5 bytes). A list is its count (1 byte) and, for each item, its length (1 byte)
//! and UTF-8. The checksum is the first 5 bytes derived under `skein/1 ticket checksum` from everything before it, in
//! every version. Reading ignores white space, hyphens, upper case and the prefixes `skein://join/` and `skein:`.

use std::fmt;
use std::str::FromStr;

use skein_model::id::{from_base32, to_base32};
use zeroize::{Zeroize, Zeroizing};

use crate::domain;
use crate::id::WorkspaceId;
use crate::invite::Whereabouts;
use crate::key::InviteSecret;

const PREFIX: &str = "skein1";
const VERSION: u8 = 1;
const CHECKSUM: usize = 5;
const SHORTEST: usize = 1 + 2 + 32 + 32 + 1 + 1 + CHECKSUM;
/// How many relays, and how many addresses, a ticket may name.
pub const MAX_TICKET_ADDRESSES: usize = 16;
const MAX_TEXT: usize = 16 * 1024;

/// What lets somebody in: the workspace, where to find it, and the secret seed of the invite's keys. Whoever sees it can use it.
#[derive(Clone, PartialEq, Eq)]
pub struct Ticket {
    /// The workspace.
    pub workspace: WorkspaceId,
    /// Addresses of relays.
    pub relays: Vec<String>,
    /// Addresses of members' devices, with their peer ids.
    pub addresses: Vec<String>,
    seed: [u8; 32],
}

/// Why a text is no ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TicketError {
    /// Something else altogether.
    #[error("this is not an invite: an invite begins with \"skein1\"; please copy all of it again")]
    NotATicket,
    /// Its end is missing.
    #[error(
        "the invite is cut off after {given} of {expected} characters; please copy all of it again"
    )]
    CutOff {
        /// Characters that are there.
        given: usize,
        /// Characters that it has when whole.
        expected: usize,
    },
    /// A character is wrong.
    #[error(
        "the invite has a wrong character, near the {0}th; nothing was changed, please compare or copy it again"
    )]
    WrongCharacter(usize),
    /// Characters are wrong, missing or exchanged.
    #[error("the invite was mistyped; nothing was changed, please compare or copy it again")]
    Mistyped,
    /// Whole, but of a version to come.
    #[error(
        "the invite was made by a newer version of Skein (ticket version {0}); please update Skein and try again"
    )]
    Newer(u8),
}

impl Ticket {
    pub(crate) fn new(workspace: WorkspaceId, found_at: Whereabouts, seed: [u8; 32]) -> Self {
        let Whereabouts { relays, addresses } = found_at;
        Self {
            workspace,
            relays,
            addresses,
            seed,
        }
    }

    /// The ticket as a link.
    #[must_use]
    pub fn link(&self) -> String {
        format!("skein://join/{self}")
    }

    pub(crate) fn secret(&self) -> InviteSecret {
        InviteSecret::from_seed(&self.seed)
    }

    fn encode(&self) -> Zeroizing<Vec<u8>> {
        let mut bytes = Zeroizing::new(vec![VERSION, 0, 0]);
        bytes.extend_from_slice(self.workspace.as_bytes());
        bytes.extend_from_slice(&self.seed);
        for list in [&self.relays, &self.addresses] {
            let fitting = || {
                list.iter()
                    .filter(|text| u8::try_from(text.len()).is_ok())
                    .take(MAX_TICKET_ADDRESSES)
            };
            bytes.push(u8::try_from(fitting().count()).unwrap_or(0));
            for text in fitting() {
                bytes.push(u8::try_from(text.len()).unwrap_or(0));
                bytes.extend_from_slice(text.as_bytes());
            }
        }
        let length = u16::try_from(bytes.len() + CHECKSUM).unwrap_or(u16::MAX);
        for (place, byte) in bytes.iter_mut().skip(1).zip(length.to_be_bytes()) {
            *place = byte;
        }
        let checksum = checksum(&bytes);
        bytes.extend_from_slice(&checksum);
        bytes
    }

    fn decode(mut rest: &[u8]) -> Option<Self> {
        let workspace = WorkspaceId::from_bytes(take(&mut rest)?);
        let seed = take(&mut rest)?;
        let relays = take_list(&mut rest)?;
        let addresses = take_list(&mut rest)?;
        rest.is_empty().then_some(Self {
            workspace,
            relays,
            addresses,
            seed,
        })
    }
}

impl fmt::Display for Ticket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{PREFIX}{}", to_base32(&self.encode()))
    }
}

impl fmt::Debug for Ticket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Ticket(for {}, secret)", self.workspace)
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.seed.zeroize();
    }
}

impl FromStr for Ticket {
    type Err = TicketError;

    fn from_str(text: &str) -> Result<Self, TicketError> {
        if text.len() > MAX_TEXT {
            return Err(TicketError::NotATicket);
        }
        let mut plain = Zeroizing::new(String::with_capacity(text.len()));
        plain.extend(
            text.chars()
                .filter(|char| !char.is_whitespace() && *char != '-')
                .flat_map(char::to_lowercase),
        );
        let plain = plain
            .strip_prefix("skein://join/")
            .or_else(|| plain.strip_prefix("skein:"))
            .unwrap_or(&plain);
        let body = plain.strip_prefix(PREFIX).ok_or(TicketError::NotATicket)?;
        let wrong = |char: char| !matches!(char, 'a'..='z' | '2'..='7');
        if let Some(place) = body.chars().position(wrong) {
            return Err(TicketError::WrongCharacter(PREFIX.len() + place + 1));
        }
        let cut_off = |bytes: usize| TicketError::CutOff {
            given: PREFIX.len() + body.len(),
            expected: PREFIX.len() + (bytes * 8).div_ceil(5),
        };
        let whole_groups = body.get(..body.len() - body.len() % 8).unwrap_or_default();
        let start = Zeroizing::new(from_base32(whole_groups).map_err(|_| TicketError::Mistyped)?);
        let Some(([_, high, low], _)) = start.split_first_chunk::<3>() else {
            return Err(cut_off(SHORTEST));
        };
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        let expected = (length * 8).div_ceil(5);
        if length < SHORTEST || body.len() > expected {
            return Err(TicketError::Mistyped);
        }
        if body.len() < expected {
            return Err(cut_off(length));
        }
        let bytes = Zeroizing::new(from_base32(body).map_err(|_| TicketError::Mistyped)?);
        let (content, check) = bytes
            .split_last_chunk::<CHECKSUM>()
            .ok_or(TicketError::Mistyped)?;
        if checksum(content) != *check {
            return Err(TicketError::Mistyped);
        }
        let (version, content) = content.split_first().ok_or(TicketError::Mistyped)?;
        if *version != VERSION {
            return Err(TicketError::Newer(*version));
        }
        Self::decode(content.get(2..).unwrap_or_default()).ok_or(TicketError::Mistyped)
    }
}

fn checksum(content: &[u8]) -> [u8; CHECKSUM] {
    let [a, b, c, d, e, ..] = domain::derive(domain::TICKET_CHECKSUM, &[content]);
    [a, b, c, d, e]
}

fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (field, after) = rest.split_first_chunk::<N>()?;
    *rest = after;
    Some(*field)
}

fn take_list(rest: &mut &[u8]) -> Option<Vec<String>> {
    let [count] = take(rest)?;
    let mut list = Vec::new();
    for _ in 0..count {
        let [length] = take(rest)?;
        let (text, after) = rest.split_at_checked(usize::from(length))?;
        *rest = after;
        list.push(String::from_utf8(text.to_vec()).ok()?);
    }
    (list.len() <= MAX_TICKET_ADDRESSES).then_some(list)
}
