//! The exchange by which a short code becomes a ticket: SPAKE2, proof of the agreed key by both sides, then the ticket under that key.
//!
//! ```text
//! joiner → inviter   33 bytes   SPAKE2 of side A
//! inviter → joiner   33 bytes   SPAKE2 of side B
//! joiner → inviter   32 bytes   proof
//! inviter → joiner   32 bytes   proof · nonce (24) · XChaCha20-Poly1305 of the ticket's text; associated data joiner · inviter
//! ```
//!
//! The password is the code's eight symbols; the sides are named `message(label, device)` under `skein/1 code joiner` and `skein/1 code inviter`,
//! so the key fits these two devices in these two parts only. Whoever does not know the code can try one guess in an exchange and learns whether it
//! was right; what was said can be tried against no other guess later. The joiner proves first: nothing that the
//! inviter says before depends on anything but a random number and the code.
//!
//! Each state is a type, consumed by the next message, so nothing can be said twice or out of turn.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use rand_core::CryptoRngCore;
use spake2::{Ed25519Group, Identity, Password, Spake2};
use zeroize::Zeroizing;

use crate::code::Code;
use crate::domain;
use crate::header::NONCE_LENGTH;
use crate::id::DeviceId;

const PROOF: usize = 32;
/// The longest message of an exchange: the last, which holds the ticket.
pub const LONGEST_MESSAGE: usize = 20 * 1024;

/// Why an exchange leads nowhere. Nothing was learned but that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ExchangeError {
    /// Bytes that are no message of this exchange.
    #[error("the other device said something that belongs to no exchange of a code")]
    NotAMessage,
    /// The other side has another code, or the message was meant for another pair of devices.
    #[error("the two devices have different codes")]
    OtherCode,
}

/// Who exchanges: the same for both sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pair {
    /// The device that has the code from hearsay and wants the ticket.
    pub joiner: DeviceId,
    /// The device that shows the code.
    pub inviter: DeviceId,
}

impl Pair {
    fn names(&self) -> (Identity, Identity) {
        let name =
            |label, device: &DeviceId| Identity::new(&domain::message(label, &[device.as_bytes()]));
        (
            name(domain::CODE_JOINER, &self.joiner),
            name(domain::CODE_INVITER, &self.inviter),
        )
    }

    fn associated(&self) -> [u8; 64] {
        let mut bytes = [0; 64];
        let (joiner, inviter) = bytes.split_at_mut(32);
        joiner.copy_from_slice(self.joiner.as_bytes());
        inviter.copy_from_slice(self.inviter.as_bytes());
        bytes
    }
}

/// What both sides agree on if they have one code.
struct Agreed {
    key: Zeroizing<Vec<u8>>,
    pair: Pair,
}

impl Agreed {
    fn by(
        exchange: Spake2<Ed25519Group>,
        theirs: &[u8],
        pair: Pair,
    ) -> Result<Self, ExchangeError> {
        let key = exchange
            .finish(theirs)
            .map_err(|_| ExchangeError::NotAMessage)?;
        let key = Zeroizing::new(key);
        Ok(Self { key, pair })
    }

    fn derive(&self, label: &'static str) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(domain::derive(label, &[&self.key]))
    }

    /// Compared without a hint, by time, of how much of it is right.
    fn is_proved(&self, label: &'static str, proof: [u8; PROOF]) -> bool {
        blake3::Hash::from_bytes(*self.derive(label)) == blake3::Hash::from_bytes(proof)
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(Key::from_slice(
            self.derive(domain::CODE_TICKET_KEY).as_slice(),
        ))
    }
}

fn password(code: &Code) -> Password {
    Password::new(code.symbols())
}

/// The joiner, who has spoken first and waits for the inviter's number.
pub struct JoinerAsks(Spake2<Ed25519Group>, Pair);

/// The joiner, who has proved the key and waits for the ticket.
pub struct JoinerWaits(Agreed);

/// The inviter, who has answered and waits for the joiner's proof.
pub struct InviterWaits(Agreed);

impl JoinerAsks {
    /// Begins with the code that was typed; gives the first message.
    #[must_use]
    pub fn begin(code: &Code, pair: Pair, rng: &mut impl CryptoRngCore) -> (Self, Vec<u8>) {
        let (joiner, inviter) = pair.names();
        let (exchange, message) = Spake2::start_a_with_rng(&password(code), &joiner, &inviter, rng);
        (Self(exchange, pair), message)
    }

    /// Takes the inviter's number; gives the proof to send.
    ///
    /// # Errors
    /// When it is none.
    pub fn answered(self, message: &[u8]) -> Result<(JoinerWaits, Vec<u8>), ExchangeError> {
        let agreed = Agreed::by(self.0, message, self.1)?;
        let proof = agreed.derive(domain::CODE_JOINER_PROOF).to_vec();
        Ok((JoinerWaits(agreed), proof))
    }
}

impl JoinerWaits {
    /// Takes the inviter's proof and the ticket's text.
    ///
    /// # Errors
    /// When the inviter has another code, or the message was changed on its way.
    pub fn received(self, message: &[u8]) -> Result<Zeroizing<String>, ExchangeError> {
        let Self(agreed) = self;
        let (proof, sealed) = message
            .split_first_chunk::<PROOF>()
            .ok_or(ExchangeError::NotAMessage)?;
        let (nonce, ciphertext) = sealed
            .split_first_chunk::<NONCE_LENGTH>()
            .ok_or(ExchangeError::NotAMessage)?;
        if !agreed.is_proved(domain::CODE_INVITER_PROOF, *proof) {
            return Err(ExchangeError::OtherCode);
        }
        let payload = Payload {
            msg: ciphertext,
            aad: &agreed.pair.associated(),
        };
        let text = agreed
            .cipher()
            .decrypt(XNonce::from_slice(nonce), payload)
            .map_err(|_| ExchangeError::OtherCode)?;
        String::from_utf8(text)
            .map(Zeroizing::new)
            .map_err(|_| ExchangeError::NotAMessage)
    }
}

impl InviterWaits {
    /// Takes a joiner's first message; gives the answer. From here on the joiner has used up one guess, whatever it says next.
    ///
    /// # Errors
    /// When it is no such message.
    pub fn answer(
        code: &Code,
        pair: Pair,
        message: &[u8],
        rng: &mut impl CryptoRngCore,
    ) -> Result<(Self, Vec<u8>), ExchangeError> {
        let (joiner, inviter) = pair.names();
        let (exchange, answer) = Spake2::start_b_with_rng(&password(code), &joiner, &inviter, rng);
        Ok((Self(Agreed::by(exchange, message, pair)?), answer))
    }

    /// Takes the joiner's proof; gives the message that hands over the ticket.
    ///
    /// # Errors
    /// When the joiner has another code. It is told nothing more.
    pub fn proved(
        self,
        message: &[u8],
        ticket: &str,
        rng: &mut impl CryptoRngCore,
    ) -> Result<Vec<u8>, ExchangeError> {
        let Self(agreed) = self;
        let proof = message.try_into().map_err(|_| ExchangeError::NotAMessage)?;
        if !agreed.is_proved(domain::CODE_JOINER_PROOF, proof) {
            return Err(ExchangeError::OtherCode);
        }
        let mut nonce = [0; NONCE_LENGTH];
        rng.fill_bytes(&mut nonce);
        let payload = Payload {
            msg: ticket.as_bytes(),
            aad: &agreed.pair.associated(),
        };
        let sealed = agreed
            .cipher()
            .encrypt(XNonce::from_slice(&nonce), payload)
            .map_err(|_| ExchangeError::NotAMessage)?;
        let mut message = agreed.derive(domain::CODE_INVITER_PROOF).to_vec();
        message.extend_from_slice(&nonce);
        message.extend_from_slice(&sealed);
        Ok(message)
    }
}
