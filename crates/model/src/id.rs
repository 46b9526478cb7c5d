//! Identifiers: random bytes that read as lower-case base32 in text and travel as raw bytes in binary formats.

use data_encoding::{BASE32_NOPAD, DecodeError};

/// Text that was given as an identifier and is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{given:?} is not {what}: expected {length} letters and digits (base32)")]
pub struct NotAnId {
    /// What was expected, with its article: "a document id".
    pub what: &'static str,
    /// What was given, cut to a readable length.
    pub given: String,
    /// How many characters such an identifier has.
    pub length: usize,
}

/// Writes bytes as lower-case base32 without padding (RFC 4648, section 6).
#[must_use]
pub fn to_base32(bytes: &[u8]) -> String {
    BASE32_NOPAD.encode(bytes).to_ascii_lowercase()
}

/// Reads base32 without padding in either case.
///
/// # Errors
/// When a character is outside the alphabet or the length cannot be whole bytes.
pub fn from_base32(text: &str) -> Result<Vec<u8>, DecodeError> {
    BASE32_NOPAD.decode(text.to_ascii_uppercase().as_bytes())
}

/// Declares an identifier of a fixed number of bytes: ordered, hashable, base32 in text, raw in binary formats.
#[macro_export]
macro_rules! declare_id {
    ($(#[$meta:meta])* $name:ident, $bytes:literal, $what:literal) => {
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; $bytes]);

        impl $name {
            /// Wraps bytes that are already known to be such an identifier.
            #[must_use]
            pub const fn from_bytes(bytes: [u8; $bytes]) -> Self {
                Self(bytes)
            }

            /// The raw bytes.
            #[must_use]
            pub const fn as_bytes(&self) -> &[u8; $bytes] {
                &self.0
            }
        }

        impl ::core::fmt::Display for $name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.write_str(&$crate::id::to_base32(&self.0))
            }
        }

        impl ::core::fmt::Debug for $name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }

        impl ::core::str::FromStr for $name {
            type Err = $crate::id::NotAnId;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let wrong = || $crate::id::NotAnId {
                    what: $what,
                    given: text.chars().take(80).collect(),
                    length: usize::div_ceil($bytes * 8, 5),
                };
                let bytes = $crate::id::from_base32(text.trim()).map_err(|_| wrong())?;
                Ok(Self(bytes.try_into().map_err(|_| wrong())?))
            }
        }

        impl ::serde::Serialize for $name {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                if serializer.is_human_readable() {
                    serializer.collect_str(self)
                } else {
                    self.0.as_slice().serialize(serializer)
                }
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                use ::serde::de::Error;
                if deserializer.is_human_readable() {
                    let text = ::std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                    text.parse().map_err(D::Error::custom)
                } else {
                    let bytes = ::std::vec::Vec::<u8>::deserialize(deserializer)?;
                    let bytes = bytes
                        .try_into()
                        .map_err(|_| D::Error::custom(concat!("not ", $what)))?;
                    Ok(Self(bytes))
                }
            }
        }

        impl ::ts_rs::TS for $name {
            type WithoutGenerics = Self;
            type OptionInnerType = Self;
            fn name(_: &::ts_rs::Config) -> String {
                "string".to_owned()
            }
            fn inline(_: &::ts_rs::Config) -> String {
                "string".to_owned()
            }
        }
    };
}

declare_id!(
    /// One automerge document.
    DocumentId, 16, "a document id"
);
declare_id!(
    /// A card on a board.
    CardId, 16, "a card id"
);
declare_id!(
    /// A column of a board.
    ColumnId, 16, "a column id"
);
declare_id!(
    /// An item of a card's checklist.
    ChecklistItemId, 16, "a checklist item id"
);
declare_id!(
    /// A file attached to a document: the beginning of a hash over what its document says of it.
    FileId, 16, "a file id"
);
declare_id!(
    /// A piece of a file as it rests and travels, encrypted: the hash of these bytes.
    ChunkName, 32, "the name of a chunk"
);
