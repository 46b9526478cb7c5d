//! Laws of envelopes: what is sealed comes back, what is changed is refused, and the documented layout suffices to make one.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use ed25519_dalek::{Signer, SigningKey};
use proptest::prelude::*;
use rand::{RngCore, SeedableRng};
use rand_chacha::ChaCha20Rng;
use skein_access::{
    Chain, DataPayload, DeviceId, DeviceKey, Envelope, EnvelopeError, EnvelopeId, EpochId,
    EpochKey, Header, MAX_CHANGES, MAX_ENVELOPE, Stamp, UnverifiedEnvelope, WorkspaceId, forks,
    seal_data, tag,
};
use skein_model::{ChangeBytes, DocumentId};

const WORKSPACE: WorkspaceId = WorkspaceId::from_bytes([5; 32]);
const EPOCH: EpochId = EpochId::from_bytes([6; 32]);

fn rng(seed: u64) -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(seed)
}

fn stamp() -> Stamp {
    Stamp {
        workspace: WORKSPACE,
        hour: 498_123,
        chain: Chain::START,
    }
}

fn payload(changes: Vec<Vec<u8>>) -> DataPayload {
    DataPayload {
        document: DocumentId::from_bytes([9; 16]),
        kind_code: 1,
        changes: changes.into_iter().map(ChangeBytes).collect(),
    }
}

fn sealed(changes: Vec<Vec<u8>>) -> (Envelope, EpochKey) {
    let mut rng = rng(1);
    let device = DeviceKey::generate(&mut rng);
    let key = EpochKey::generate(&mut rng);
    let envelope = seal_data(
        &device,
        &stamp(),
        (&EPOCH, &key),
        &payload(changes),
        &mut rng,
    )
    .unwrap();
    (envelope, key)
}

fn taken(bytes: &[u8]) -> Result<Envelope, EnvelopeError> {
    UnverifiedEnvelope::decode(bytes)?.verify(&WORKSPACE)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(48) })]

    #[test]
    fn what_was_sealed_opens_equal_after_a_journey(
        changes in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..400), 0..20),
        hour in any::<u32>(),
    ) {
        let mut rng = rng(2);
        let device = DeviceKey::generate(&mut rng);
        let key = EpochKey::generate(&mut rng);
        let chain = Chain::after(41, EnvelopeId::from_bytes([3; 32]));
        let stamp = Stamp { workspace: WORKSPACE, hour, chain };
        let envelope = seal_data(&device, &stamp, (&EPOCH, &key), &payload(changes.clone()), &mut rng).unwrap();
        let arrived = taken(envelope.bytes()).unwrap();
        prop_assert_eq!(&arrived, &envelope);
        prop_assert_eq!(arrived.header().sequence, 42);
        prop_assert_eq!(arrived.header().device, device.id());
        prop_assert_eq!(arrived.header().hour, hour);
        prop_assert_eq!(arrived.open(&key).unwrap(), payload(changes));
    }

    #[test]
    fn random_bytes_are_refused(bytes in prop::collection::vec(any::<u8>(), 0..2000)) {
        prop_assert!(taken(&bytes).is_err());
    }

    #[test]
    fn random_bytes_behind_a_true_header_are_refused(bytes in prop::collection::vec(any::<u8>(), 0..800)) {
        let (envelope, _) = sealed(vec![vec![1; 10]]);
        let mut forged = envelope.bytes()[..142].to_vec();
        forged.extend(bytes);
        prop_assert!(taken(&forged).is_err());
    }
}

#[test]
fn every_changed_byte_and_every_cut_is_refused() {
    let (envelope, _) = sealed(vec![b"hello".to_vec()]);
    let bytes = envelope.bytes();
    for place in 0..bytes.len() {
        let mut changed = bytes.to_vec();
        changed[place] ^= 1 << (place % 8);
        assert!(taken(&changed).is_err(), "byte {place}");
        assert!(taken(&bytes[..place]).is_err(), "cut at {place}");
    }
    let mut longer = bytes.to_vec();
    longer.push(0);
    assert!(taken(&longer).is_err());
    assert!(taken(bytes).is_ok());
}

#[test]
fn an_envelope_larger_than_the_limit_is_refused_before_anything_else() {
    let bytes = vec![1; MAX_ENVELOPE + 1];
    assert_eq!(
        taken(&bytes).unwrap_err(),
        EnvelopeError::TooLong(MAX_ENVELOPE + 1)
    );
}

#[test]
fn an_envelope_of_another_workspace_is_refused() {
    let (envelope, _) = sealed(vec![]);
    let other = WorkspaceId::from_bytes([8; 32]);
    let result = UnverifiedEnvelope::decode(envelope.bytes())
        .unwrap()
        .verify(&other);
    assert_eq!(
        result.unwrap_err(),
        EnvelopeError::OtherWorkspace(WORKSPACE)
    );
}

#[test]
fn another_key_does_not_open_it() {
    let (envelope, _) = sealed(vec![b"secret".to_vec()]);
    let other = EpochKey::generate(&mut rng(77));
    assert_eq!(envelope.open(&other).unwrap_err(), EnvelopeError::WrongKey);
}

#[test]
fn a_full_envelope_still_fits_and_more_is_refused() {
    let mut noise = vec![0; MAX_CHANGES];
    rng(3).fill_bytes(&mut noise);
    let (envelope, key) = sealed(vec![noise.clone()]);
    assert!(envelope.bytes().len() <= MAX_ENVELOPE);
    assert_eq!(
        taken(envelope.bytes()).unwrap().open(&key).unwrap().changes[0].0,
        noise
    );
    let mut rng = rng(4);
    let device = DeviceKey::generate(&mut rng);
    let too_much = payload(vec![vec![0; MAX_ENVELOPE]]);
    let result = seal_data(&device, &stamp(), (&EPOCH, &key), &too_much, &mut rng);
    assert!(matches!(result, Err(EnvelopeError::TooMuch { .. })));
}

#[test]
fn short_texts_of_different_lengths_look_alike() {
    let lengths: Vec<usize> = [0, 1, 20, 150]
        .map(|length| sealed(vec![vec![7; length]]).0.bytes().len())
        .to_vec();
    assert!(
        lengths.iter().all(|length| *length == lengths[0]),
        "{lengths:?}"
    );
}

/// Makes an envelope from the documentation alone.
fn by_hand(
    secret: [u8; 32],
    header: &[u8],
    key: &[u8; 32],
    plaintext: &[u8],
    associated: &[u8],
) -> Vec<u8> {
    let content_key = blake3::derive_key("skein/1 epoch content key", key);
    let nonce = [11; 24];
    let payload = Payload {
        msg: plaintext,
        aad: associated,
    };
    let cipher = XChaCha20Poly1305::new_from_slice(&content_key).unwrap();
    let mut bytes = header.to_vec();
    bytes.extend(nonce);
    bytes.extend(cipher.encrypt(XNonce::from_slice(&nonce), payload).unwrap());
    let mut message = b"skein/1 envelope signature\0".to_vec();
    message.extend(blake3::derive_key("skein/1 envelope signature", &bytes));
    let signature = SigningKey::from_bytes(&secret).sign(&message);
    bytes.extend(signature.to_bytes());
    bytes
}

fn header_by_hand(secret: [u8; 32], hour: u32) -> Vec<u8> {
    let mut header = vec![1, 2];
    header.extend([5; 32]);
    header.extend(hour.to_be_bytes());
    header.extend(SigningKey::from_bytes(&secret).verifying_key().to_bytes());
    header.extend(1u64.to_be_bytes());
    header.extend([0; 32]);
    header.extend([6; 32]);
    header
}

fn plaintext_by_hand() -> Vec<u8> {
    let mut content = vec![0, 16];
    content.extend([9; 16]);
    content.extend([1, 1, 3, b'a', b'b', b'c']);
    let mut padded = u32::try_from(content.len()).unwrap().to_be_bytes().to_vec();
    padded.extend(content);
    padded.resize(256, 0);
    padded
}

#[test]
fn the_documented_layout_suffices_to_make_an_envelope() {
    let header = header_by_hand([42; 32], 77);
    let bytes = by_hand([42; 32], &header, &[8; 32], &plaintext_by_hand(), &header);
    let envelope = taken(&bytes).unwrap();
    assert_eq!(envelope.header().hour, 77);
    assert_eq!(envelope.id().as_bytes(), blake3::hash(&bytes).as_bytes());
    assert_eq!(
        envelope.open(&EpochKey::from_bytes([8; 32])).unwrap(),
        payload(vec![b"abc".to_vec()])
    );
}

#[test]
fn a_header_changed_and_signed_anew_no_longer_opens() {
    let header = header_by_hand([42; 32], 77);
    let other = header_by_hand([42; 32], 78);
    let bytes = by_hand([42; 32], &other, &[8; 32], &plaintext_by_hand(), &header);
    let envelope = taken(&bytes).unwrap();
    assert_eq!(
        envelope.open(&EpochKey::from_bytes([8; 32])).unwrap_err(),
        EnvelopeError::WrongKey
    );
}

#[test]
fn an_envelope_that_is_not_padded_is_refused() {
    let header = header_by_hand([42; 32], 77);
    let plaintext = &plaintext_by_hand()[..200];
    let bytes = by_hand([42; 32], &header, &[8; 32], plaintext, &header);
    assert_eq!(taken(&bytes).unwrap_err(), EnvelopeError::NotPadded);
}

#[test]
fn content_of_a_newer_version_is_told_apart_from_a_wrong_key() {
    let header = header_by_hand([42; 32], 77);
    let mut plaintext = plaintext_by_hand();
    plaintext[4] = 9;
    let bytes = by_hand([42; 32], &header, &[8; 32], &plaintext, &header);
    let result = taken(&bytes).unwrap().open(&EpochKey::from_bytes([8; 32]));
    assert_eq!(result.unwrap_err(), EnvelopeError::UnknownContent);
}

#[test]
fn a_weak_key_cannot_sign() {
    let mut header = header_by_hand([42; 32], 77);
    header[38..70].copy_from_slice(&[0; 32]);
    header[38] = 1;
    let mut bytes = header.clone();
    bytes.resize(142 + 24 + 256 + 16, 0);
    let mut signature = [0; 64];
    signature[0] = 1;
    bytes.extend(signature);
    assert_eq!(taken(&bytes).unwrap_err(), EnvelopeError::WrongSignature);
}

#[test]
fn a_header_reads_back_as_written() {
    let header = header_by_hand([42; 32], 77);
    let read = Header::decode(&header).unwrap();
    assert_eq!(read.encode().to_vec(), header);
    assert_eq!(read.epoch, EPOCH);
}

#[test]
fn two_envelopes_with_one_number_are_reported_and_nothing_else_is() {
    let mut rng = rng(6);
    let device = DeviceKey::generate(&mut rng);
    let key = EpochKey::generate(&mut rng);
    let mut make = |chain: Chain| {
        let stamp = Stamp { chain, ..stamp() };
        seal_data(&device, &stamp, (&EPOCH, &key), &payload(vec![]), &mut rng).unwrap()
    };
    let first = make(Chain::START);
    let (left, right) = (make(first.next()), make(first.next()));
    let all = [&first, &left, &right, &right];
    let found = forks(all.map(|envelope| (envelope.id(), envelope.header())));
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].device, found[0].sequence), (device.id(), 2));
    assert_eq!(found[0].envelopes.len(), 2);
}

#[test]
fn a_tag_depends_on_workspace_and_direction() {
    let (a, b) = (DeviceId::from_bytes([1; 32]), DeviceId::from_bytes([2; 32]));
    let other = WorkspaceId::from_bytes([7; 32]);
    assert_eq!(tag(&WORKSPACE, &a, &b), tag(&WORKSPACE, &a, &b));
    assert_ne!(tag(&WORKSPACE, &a, &b), tag(&WORKSPACE, &b, &a));
    assert_ne!(tag(&WORKSPACE, &a, &b), tag(&other, &a, &b));
}
