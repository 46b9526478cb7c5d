//! Short codes: a secret that one person reads aloud and another types.
//!
//! Eight symbols of Crockford's base32 (no I, L, O, U), 40 bits, shown as two groups: `K7QM-2XPD`. Reading forgives case, white space, hyphens, and
//! O, I, L for the digits they look like. So short a secret withstands only an exchange that allows one guess for each try, which is
//! what [`crate::code_exchange`] is for.

use std::fmt;
use std::str::FromStr;

use rand_core::CryptoRngCore;
use zeroize::{Zeroize, ZeroizeOnDrop};

const SYMBOLS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// How many symbols a code has.
const LENGTH: usize = 8;
const GROUP: usize = LENGTH / 2;

/// A code. Whoever knows it, while it is shown, can come in.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct Code([u8; LENGTH]);

/// Why a text is no code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CodeError {
    /// Too few or too many symbols.
    #[error(
        "a short code has {LENGTH} letters and digits, as in K7QM-2XPD, and this has {0}; please compare it with what is shown"
    )]
    Length(usize),
    /// A character that no code has.
    #[error(
        "{0:?} is in no short code, which is made of letters and digits as in K7QM-2XPD; please compare it with what is shown"
    )]
    Character(char),
}

impl Code {
    /// A new code from fresh randomness, every one as likely as any other.
    #[must_use]
    pub fn generate(rng: &mut impl CryptoRngCore) -> Self {
        let mut symbols = [0; LENGTH];
        rng.fill_bytes(&mut symbols);
        for symbol in &mut symbols {
            let place = usize::from(*symbol) % SYMBOLS.len();
            *symbol = SYMBOLS.get(place).copied().unwrap_or_default();
        }
        Self(symbols)
    }

    /// The symbols in the one way both sides write them.
    pub(crate) const fn symbols(&self) -> &[u8; LENGTH] {
        &self.0
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, symbol) in self.0.iter().enumerate() {
            if place == GROUP {
                f.write_str("-")?;
            }
            write!(f, "{}", char::from(*symbol))?;
        }
        Ok(())
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Code(secret)")
    }
}

impl FromStr for Code {
    type Err = CodeError;

    fn from_str(text: &str) -> Result<Self, CodeError> {
        let mut symbols = [0; LENGTH];
        let mut count = 0;
        for char in text
            .chars()
            .filter(|char| !char.is_whitespace() && !is_hyphen(*char))
        {
            let symbol = symbol(char).ok_or(CodeError::Character(char))?;
            if let Some(place) = symbols.get_mut(count) {
                *place = symbol;
            }
            count += 1;
        }
        (count == LENGTH)
            .then_some(Self(symbols))
            .ok_or(CodeError::Length(count))
    }
}

/// The hyphen, and the dashes that some programs make of it.
const fn is_hyphen(char: char) -> bool {
    matches!(char, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}')
}

fn symbol(char: char) -> Option<u8> {
    let upper = u8::try_from(char.to_ascii_uppercase()).ok()?;
    let meant = match upper {
        b'O' => b'0',
        b'I' | b'L' => b'1',
        other => other,
    };
    SYMBOLS.contains(&meant).then_some(meant)
}
