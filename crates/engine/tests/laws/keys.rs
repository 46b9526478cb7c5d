//! A device key at rest: what its file holds, another protection for it, and a real keychain that opens, is locked, or is another one.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use skein_engine::api::{KeyProtection, Reply, Request, Status};
use skein_engine::{
    Host, KeyError, Keychain, KeychainError, Passphrase, Profile, ProfileError, Protect, Unlock,
    Use,
};

use crate::secret_service::SecretServiceSession;

fn rng() -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(5)
}

fn passphrase(words: &str) -> Passphrase {
    Passphrase::new(words).unwrap()
}

fn typed(words: &str) -> Unlock {
    Unlock {
        passphrase: Some(passphrase(words)),
        ..Unlock::default()
    }
}

fn with_keychain(keychain: Keychain) -> Unlock {
    Unlock {
        keychain: Some(keychain),
        ..Unlock::default()
    }
}

/// What the profile says of itself; it is closed again.
async fn status(folder: &Path, unlock: &Unlock) -> Result<Status, ProfileError> {
    let host = Host::open(folder, Use::Once, unlock.clone()).await?;
    let mut client = host.client().await?;
    let Reply::Status { status } = client.request(Request::Status).await.unwrap() else {
        panic!("another answer");
    };
    host.close().await;
    Ok(status)
}

async fn device(folder: &Path, unlock: &Unlock) -> String {
    status(folder, unlock).await.unwrap().device_id
}

/// Why the key does not open.
async fn refusal(folder: &Path, unlock: &Unlock) -> KeyError {
    match status(folder, unlock).await {
        Err(ProfileError::Key(error)) => error,
        other => panic!("{other:?}"),
    }
}

fn protect(
    folder: &Path,
    unlock: &Unlock,
    wanted: &Protect,
) -> Result<KeyProtection, ProfileError> {
    Profile::at(folder)
        .unwrap()
        .protect_key(unlock, wanted, &mut rng())
}

fn key_file(folder: &Path) -> PathBuf {
    folder.join("device.key")
}

/// A copy of the folder, as a thief or a careless backup has it.
fn copied(folder: &Path, to: PathBuf) -> PathBuf {
    fs::create_dir(&to).unwrap();
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_file() {
            fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
    to
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_keychain_a_new_key_rests_in_an_owner_only_file_and_that_is_said() {
    let root = tempfile::tempdir().unwrap();
    let status = status(root.path(), &Unlock::default()).await.unwrap();
    assert_eq!(status.key_protection, Some(KeyProtection::OwnerOnlyFile));
    let mode = fs::metadata(key_file(root.path()))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bus_that_nobody_answers_at_costs_a_new_profile_nothing_but_the_keychain() {
    let root = tempfile::tempdir().unwrap();
    let nobody = format!("unix:path={}", root.path().join("no-bus").display());
    let unlock = with_keychain(Keychain::at(nobody, true));
    let status = status(&root.path().join("ana"), &unlock).await.unwrap();
    assert_eq!(status.key_protection, Some(KeyProtection::OwnerOnlyFile));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_under_another_protection_is_the_same_device() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path();
    let plain = Unlock::default();
    let ana = device(folder, &plain).await;
    let secret = fs::read_to_string(key_file(folder)).unwrap();
    let secret = secret.split('"').rev().nth(1).unwrap().to_owned();

    let geese = Protect::Passphrase(passphrase("grey geese fly"));
    assert_eq!(
        protect(folder, &plain, &geese).unwrap(),
        KeyProtection::Passphrase
    );
    let sealed = fs::read_to_string(key_file(folder)).unwrap();
    assert!(!sealed.contains(&secret), "the secret is in {sealed}");
    let status = status(folder, &typed("grey geese fly")).await.unwrap();
    assert_eq!(status.device_id, ana);
    assert_eq!(status.key_protection, Some(KeyProtection::Passphrase));

    let swans = Protect::Passphrase(passphrase("white swans swim"));
    protect(folder, &typed("grey geese fly"), &swans).unwrap();
    assert_eq!(device(folder, &typed("white swans swim")).await, ana);
    let old = refusal(folder, &typed("grey geese fly")).await;
    assert!(matches!(old, KeyError::PassphraseWrong { .. }), "{old}");

    protect(folder, &typed("white swans swim"), &Protect::OwnerOnlyFile).unwrap();
    assert_eq!(device(folder, &plain).await, ana);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_passphrase_or_none_opens_nothing_and_changes_nothing() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path();
    device(folder, &Unlock::default()).await;
    let geese = Protect::Passphrase(passphrase("grey geese fly"));
    protect(folder, &Unlock::default(), &geese).unwrap();
    let before = fs::read(key_file(folder)).unwrap();
    for (unlock, expected) in [
        (typed("grey geese flew"), "does not open"),
        (Unlock::default(), "none was given"),
    ] {
        let said = refusal(folder, &unlock).await.to_string();
        assert!(
            said.contains(expected) && said.contains("Nothing was changed"),
            "{said}"
        );
        protect(folder, &unlock, &Protect::OwnerOnlyFile).unwrap_err();
        assert_eq!(fs::read(key_file(folder)).unwrap(), before);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_kill_left_beside_the_key_does_no_harm_and_does_not_stay() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path();
    let ana = device(folder, &Unlock::default()).await;
    let whole = fs::read(key_file(folder)).unwrap();
    for left in [&b""[..], &whole[..whole.len() / 2], b"\0\0\0\0"] {
        fs::write(folder.join("device.key.new"), left).unwrap();
        assert_eq!(device(folder, &Unlock::default()).await, ana);
        assert!(!folder.join("device.key.new").exists());
        let geese = Protect::Passphrase(passphrase("grey geese fly"));
        protect(folder, &Unlock::default(), &geese).unwrap();
        assert_eq!(device(folder, &typed("grey geese fly")).await, ana);
        protect(folder, &typed("grey geese fly"), &Protect::OwnerOnlyFile).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_in_use_is_not_protected_anew() {
    let root = tempfile::tempdir().unwrap();
    let host = Host::open(root.path(), Use::Once, Unlock::default())
        .await
        .unwrap();
    let before = fs::read(key_file(root.path())).unwrap();
    let geese = Protect::Passphrase(passphrase("grey geese fly"));
    let said = protect(root.path(), &Unlock::default(), &geese).unwrap_err();
    assert!(said.to_string().contains("Close it"), "{said}");
    assert_eq!(fs::read(key_file(root.path())).unwrap(), before);
    host.close().await;
}

/// Key files as they are written, and not.
fn key_bytes() -> impl Strategy<Value = Vec<u8>> {
    let word = prop::sample::select(vec![
        "owner_only_file",
        "keychain",
        "passphrase",
        "none",
        "",
    ]);
    let base32 = "[a-z2-7]{0,120}";
    let fields = (
        any::<u8>(),
        0..4_u8,
        word,
        base32,
        base32,
        any::<[u32; 3]>(),
    );
    let written = fields.prop_map(|(any, few, protection, id, sealed, [memory, passes, lanes])| {
        let format = if any < 200 { few } else { any };
        format!(
            r#"{{"format":{format},"protection":"{protection}","device":"{id}","secret":"{sealed}","sealed":"{sealed}","argon2id":{{"memory_kib":{memory},"passes":{passes},"lanes":{lanes},"salt":"{id}"}}}}"#
        )
        .into_bytes()
    });
    prop_oneof![written, prop::collection::vec(any::<u8>(), 0..6000)]
}

proptest! {
    #[test]
    fn a_key_file_that_is_none_is_refused_in_words_and_left_as_it_is(bytes in key_bytes()) {
        let folder = tempfile::tempdir().unwrap();
        let path = key_file(folder.path());
        fs::write(&path, &bytes).unwrap();
        let read = Profile::at(folder.path()).unwrap().key_protection();
        if let Err(error) = read {
            let said = error.to_string();
            prop_assert!(said.contains("It was left as it is"), "{said}");
        }
        let opened = protect(folder.path(), &Unlock::default(), &Protect::OwnerOnlyFile);
        if opened.is_err() {
            prop_assert_eq!(fs::read(&path).unwrap(), bytes);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_the_keychain_seals_opens_in_that_session_alone() {
    let Some(session) = SecretServiceSession::start("opensesame") else {
        return;
    };
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("ana");
    let here = with_keychain(session.keychain());

    let made = status(&folder, &here).await.unwrap();
    assert_eq!(made.key_protection, Some(KeyProtection::Keychain));
    assert_eq!(device(&folder, &here).await, made.device_id);

    // The same folder on another machine: without a keychain, and with the keychain of somebody else.
    let elsewhere = copied(&folder, root.path().join("elsewhere"));
    let said = refusal(&elsewhere, &Unlock::default()).await;
    assert!(
        matches!(
            said,
            KeyError::Keychain {
                error: KeychainError::Absent(_),
                ..
            }
        ),
        "{said}"
    );
    let other = SecretServiceSession::start("another").unwrap();
    let said = refusal(&elsewhere, &with_keychain(other.keychain())).await;
    assert!(matches!(said, KeyError::NotInKeychain { .. }), "{said}");

    // What the keychain holds for a device opens nothing that was sealed under another key.
    protect(&folder, &here, &Protect::OwnerOnlyFile).unwrap();
    assert_eq!(device(&folder, &Unlock::default()).await, made.device_id);
    let said = refusal(&elsewhere, &here).await;
    assert!(
        matches!(said, KeyError::NotInKeychain { .. }),
        "forgotten with the protection: {said}"
    );
    protect(&folder, &here, &Protect::Keychain).unwrap();
    assert_eq!(device(&folder, &here).await, made.device_id);
    let said = refusal(&elsewhere, &here).await;
    assert!(matches!(said, KeyError::AnotherInKeychain { .. }), "{said}");
    other.end();
    session.end();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_locked_keychain_opens_nothing_and_takes_no_new_key() {
    let Some(session) = SecretServiceSession::start("opensesame") else {
        return;
    };
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("ana");
    let here = with_keychain(session.keychain());
    let ana = device(&folder, &here).await;
    let before = fs::read(key_file(&folder)).unwrap();
    session.lock();
    let said = refusal(&folder, &here).await;
    assert!(
        matches!(
            said,
            KeyError::Keychain {
                error: KeychainError::Locked,
                ..
            }
        ),
        "{said}"
    );
    protect(&folder, &here, &Protect::OwnerOnlyFile).unwrap_err();
    assert_eq!(fs::read(key_file(&folder)).unwrap(), before);
    let bo = status(&root.path().join("bo"), &here).await.unwrap();
    assert_eq!(bo.key_protection, Some(KeyProtection::OwnerOnlyFile));

    let bus = session.end();
    let gone = with_keychain(Keychain::at(bus, true));
    let said = refusal(&folder, &gone).await;
    assert!(
        matches!(
            said,
            KeyError::Keychain {
                error: KeychainError::Absent(_),
                ..
            }
        ),
        "{said}"
    );
    assert!(said.to_string().contains("Nothing was changed"), "{said}");
    assert_eq!(fs::read(key_file(&folder)).unwrap(), before);
    assert_ne!(ana, bo.device_id);
}
