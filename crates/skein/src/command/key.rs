//! `skein key`: how the device key rests on this machine, and another protection for it. No command prints it.

use std::path::Path;

use rand::SeedableRng;
use rand::rngs::StdRng;
use serde_json::json;
use skein_engine::api::KeyProtection;
use skein_engine::{Profile, Protect, Unlock};

use crate::arguments::{Key, Protection};
use crate::failure::Failure;
use crate::output::Output;
use crate::passphrase;

pub(super) async fn run(out: Output, folder: &Path, command: Option<Key>) -> Result<(), Failure> {
    let profile = Profile::at(folder)?;
    let Some(before) = profile.key_protection()? else {
        return Err(Failure::not_found(
            format!("There is no device key in {} yet.", folder.display()),
            "`skein init` makes one, or `skein join`.",
        ));
    };
    let protection = match command {
        None => before,
        Some(Key::Protect { with }) => protect(profile, before, with).await?,
    };
    out.show(&json!({ "protection": protection }), || {
        words(protection).to_owned()
    });
    Ok(())
}

async fn protect(
    profile: Profile,
    before: KeyProtection,
    with: Protection,
) -> Result<KeyProtection, Failure> {
    if !profile.database().exists() {
        return Err(Failure::invalid(
            "No workspace of a person rests in this folder. Nothing was changed.",
            "The key of a relay stays an owner-only file: nobody is there to unlock it.",
        ));
    }
    let mut unlock = Unlock::of_this_session();
    if before == KeyProtection::Passphrase {
        unlock.passphrase = match passphrase::from_file()? {
            Some(passphrase) => Some(passphrase),
            None => passphrase::ask()?,
        };
    }
    let wanted = match with {
        Protection::Keychain => Protect::Keychain,
        Protection::Passphrase => Protect::Passphrase(passphrase::choose()?),
        Protection::File => Protect::OwnerOnlyFile,
    };
    let changing = tokio::task::spawn_blocking(move || {
        profile.protect_key(&unlock, &wanted, &mut StdRng::from_entropy())
    });
    let changed = changing.await.map_err(std::io::Error::from)?;
    Ok(changed?)
}

/// How the key rests, and what that is worth.
pub(super) fn words(protection: KeyProtection) -> &'static str {
    match protection {
        KeyProtection::OwnerOnlyFile => {
            "Your device key rests in a file that only your account can read. Whoever gets at the disk or a copy of the folder has it too, unless the disk is encrypted. `skein key protect --with keychain`, or `--with passphrase`, seals it."
        }
        KeyProtection::Keychain => {
            "Your device key is sealed by a key in the system's keychain. It opens while you are logged in to your desktop session; a copy of the profile folder does not open elsewhere."
        }
        KeyProtection::Passphrase => {
            "Your device key is sealed by a passphrase, which the window and `skein` ask for whenever they open the profile. Without the passphrase nothing opens the key."
        }
    }
}
