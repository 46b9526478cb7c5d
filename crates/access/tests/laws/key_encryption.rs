//! Laws of a device key at rest: it opens under its own key as what it was, and under nothing else.

use proptest::prelude::*;
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use skein_access::{DeviceKey, KeyEncryptionKey, PassphraseCost};

/// As little as argon2id takes: what is tested is not how slow it is.
const CHEAP: PassphraseCost = PassphraseCost {
    memory_kib: 8,
    passes: 1,
    lanes: 1,
};

fn rng(seed: u64) -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(seed)
}

proptest! {
    #[test]
    fn a_sealed_key_opens_under_its_own_key_as_the_same_device_and_under_no_other(seed: u64) {
        let mut rng = rng(seed);
        let device = DeviceKey::generate(&mut rng);
        let under = KeyEncryptionKey::generate(&mut rng);
        let sealed = under.seal(&device, "keychain", &mut rng).unwrap();
        let opened = under.open(&sealed, "keychain", &device.id()).unwrap();
        prop_assert_eq!(opened.to_bytes(), device.to_bytes());
        let another = KeyEncryptionKey::generate(&mut rng);
        prop_assert!(another.open(&sealed, "keychain", &device.id()).is_none());
    }

    #[test]
    fn a_sealed_key_that_was_changed_or_stands_in_another_file_does_not_open(
        seed: u64,
        at in 0..skein_access::SEALED_DEVICE_KEY,
        bit in 0..8_u32,
    ) {
        let mut rng = rng(seed);
        let device = DeviceKey::generate(&mut rng);
        let under = KeyEncryptionKey::generate(&mut rng);
        let mut sealed = under.seal(&device, "keychain", &mut rng).unwrap();
        let another = DeviceKey::generate(&mut rng).id();
        prop_assert!(under.open(&sealed, "passphrase", &device.id()).is_none());
        prop_assert!(under.open(&sealed, "keychain", &another).is_none());
        sealed[at] ^= 1 << bit;
        prop_assert!(under.open(&sealed, "keychain", &device.id()).is_none());
    }
}

#[test]
fn a_passphrase_opens_what_it_sealed_with_its_salt_and_its_cost_only() {
    let device = DeviceKey::generate(&mut rng(1));
    let made = |passphrase, salt, cost| KeyEncryptionKey::from_passphrase(passphrase, &salt, &cost);
    let under = made("grey geese fly", [1; 16], CHEAP).unwrap();
    let sealed = under.seal(&device, "passphrase", &mut rng(2)).unwrap();
    let opens = |under: Option<KeyEncryptionKey>| {
        let opened = under.unwrap().open(&sealed, "passphrase", &device.id());
        opened.is_some()
    };
    assert!(opens(made("grey geese fly", [1; 16], CHEAP)));
    assert!(!opens(made("grey geese flew", [1; 16], CHEAP)));
    assert!(!opens(made("grey geese fly", [2; 16], CHEAP)));
    let dearer = PassphraseCost { passes: 2, ..CHEAP };
    assert!(!opens(made("grey geese fly", [1; 16], dearer)));
}

#[test]
fn a_cost_beyond_bearing_is_not_paid() {
    for cost in [
        PassphraseCost {
            memory_kib: 1024 * 1024 + 1,
            ..CHEAP
        },
        PassphraseCost {
            memory_kib: u32::MAX,
            ..CHEAP
        },
        PassphraseCost {
            memory_kib: 7,
            ..CHEAP
        },
        PassphraseCost { passes: 0, ..CHEAP },
        PassphraseCost {
            passes: u32::MAX,
            ..CHEAP
        },
        PassphraseCost { lanes: 0, ..CHEAP },
        PassphraseCost {
            lanes: u32::MAX,
            ..CHEAP
        },
    ] {
        assert!(!cost.is_bearable(), "{cost:?}");
        assert!(KeyEncryptionKey::from_passphrase("grey geese fly", &[1; 16], &cost).is_none());
    }
    assert!(PassphraseCost::USUAL.is_bearable());
}
