//! The port and the token of the page, kept in the profile: an open page finds its way back after a restart, with what was
//! typed meanwhile, and a bookmark stays good.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use rand::RngCore;
use serde::{Deserialize, Serialize};

/// As long as a key.
const TOKEN_BYTES: usize = 32;

/// What an address of the page is made of, beside the machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PageKey {
    /// The port that the page had last; 0 before the first time.
    pub(crate) port: u16,
    /// The secret part.
    pub(crate) token: String,
}

impl PageKey {
    /// The key that the profile keeps, or a new one if it keeps none that is whole.
    pub(crate) fn of(profile: &Path) -> Self {
        let kept = fs::read(profile.join("page.key"))
            .ok()
            .and_then(|bytes| serde_json::from_slice::<Self>(&bytes).ok());
        let whole = |key: &Self| {
            key.token.len() == 2 * TOKEN_BYTES
                && key.token.bytes().all(|byte| byte.is_ascii_hexdigit())
        };
        kept.filter(whole).unwrap_or_else(|| {
            let mut secret = [0; TOKEN_BYTES];
            rand::thread_rng().fill_bytes(&mut secret);
            Self {
                port: 0,
                token: secret.iter().map(|byte| format!("{byte:02x}")).collect(),
            }
        })
    }

    /// Keeps the key in the profile, for its owner's eyes only. Written beside and renamed, so that it is whole or not there.
    pub(crate) fn keep(&self, profile: &Path) -> io::Result<()> {
        let path = profile.join("page.key");
        let beside = profile.join("page.key.new");
        let mut file = OpenOptions::new()
            .create(true)
            .truncate(true)
            .write(true)
            .mode(0o600)
            .open(&beside)?;
        serde_json::to_writer(&mut file, self).map_err(io::Error::other)?;
        file.flush()?;
        fs::rename(beside, path)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_profile_keeps_its_key_for_its_owner_alone() {
        let profile = tempfile::tempdir().unwrap();
        let mut key = PageKey::of(profile.path());
        assert_ne!(key, PageKey::of(profile.path()));
        key.port = 4712;
        key.keep(profile.path()).unwrap();
        assert_eq!(PageKey::of(profile.path()), key);
        let file = fs::metadata(profile.path().join("page.key")).unwrap();
        assert_eq!(file.permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_damaged_key_gives_way_to_a_new_one() {
        let profile = tempfile::tempdir().unwrap();
        for damaged in [&b"{"[..], br#"{"port":1,"token":"ab"}"#] {
            fs::write(profile.path().join("page.key"), damaged).unwrap();
            assert!(PageKey::of(profile.path()).token.len() > 40);
        }
    }
}
