//! Packs give back, byte for byte, what went in, and nothing that its author did not sign.

use std::collections::BTreeMap;
use std::io::Write;

use proptest::prelude::*;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha20Rng;
use skein_access::{
    Chain, DataPayload, DeviceKey, Envelope, EnvelopeError, EnvelopeId, EnvelopeKind, EpochId,
    EpochKey, MAX_PACKED, MAX_PACKED_COUNT, Pack, Stamp, UnverifiedEnvelope, WorkspaceId,
    seal_data, seal_pack,
};
use skein_model::{ChangeBytes, DocumentId};

const WORKSPACE: WorkspaceId = WorkspaceId::from_bytes([5; 32]);

/// A device with keys of three epochs, and what it wrote.
struct Author {
    rng: ChaCha20Rng,
    device: DeviceKey,
    keys: BTreeMap<EpochId, EpochKey>,
    chain: Chain,
}

impl Author {
    fn new(seed: u64) -> Self {
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        let device = DeviceKey::generate(&mut rng);
        let keys = (1..4).map(|name| {
            let key = EpochKey::generate(&mut rng);
            (EpochId::from_bytes([name; 32]), key)
        });
        let keys = keys.collect();
        Self {
            rng,
            device,
            keys,
            chain: Chain::START,
        }
    }

    fn stamp(&self, hour: u32) -> Stamp {
        Stamp {
            workspace: WORKSPACE,
            hour,
            chain: self.chain,
        }
    }

    /// The next envelope, with a change of so many bytes.
    fn writes(&mut self, length: usize, epoch: u8, hour: u32) -> Envelope {
        let epoch = EpochId::from_bytes([epoch; 32]);
        let change = (0..length).map(|_| self.rng.r#gen()).collect();
        let payload = DataPayload {
            document: DocumentId::from_bytes([self.rng.gen_range(0..4); 16]),
            kind_code: self.rng.gen_range(0..5),
            changes: vec![ChangeBytes(change)],
        };
        let key = &self.keys[&epoch];
        let stamp = self.stamp(hour);
        let rng = &mut self.rng;
        let envelope = seal_data(&self.device, &stamp, (&epoch, key), &payload, rng).unwrap();
        self.chain = envelope.next();
        envelope
    }

    fn pack(&self, envelopes: &[Envelope]) -> Pack {
        Pack::of(self.device.id(), envelopes, |epoch| self.keys.get(epoch))
    }

    fn seals(&mut self, pack: &Pack) -> Envelope {
        let epoch = EpochId::from_bytes([3; 32]);
        let stamp = self.stamp(500_000);
        let key = (&epoch, &self.keys[&epoch]);
        seal_pack(&self.device, &stamp, key, pack, &mut self.rng).unwrap()
    }

    /// What comes out of a sealed pack at somebody who has these keys.
    fn comes_out(&self, sealed: &Envelope) -> Vec<Envelope> {
        let arrived = UnverifiedEnvelope::decode(sealed.bytes()).unwrap();
        let arrived = arrived.verify(&WORKSPACE).unwrap();
        let pack = arrived.open_pack(&self.keys[&arrived.header().epoch]);
        let unpacked = pack
            .unwrap()
            .unpack(&WORKSPACE, |epoch| self.keys.get(epoch));
        assert!(unpacked.is_whole());
        let verified = unpacked.envelopes.into_iter().map(|(id, envelope)| {
            let envelope = envelope.verify(&WORKSPACE).unwrap();
            assert_eq!(envelope.id(), id);
            envelope
        });
        verified.collect()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_comes_out_of_a_pack_is_byte_for_byte_what_went_in(
        seed in any::<u64>(),
        written in proptest::collection::vec((0..1_500_usize, 1..4_u8, 490_000..490_100_u32, any::<bool>()), 0..60),
    ) {
        let mut author = Author::new(seed);
        let written: Vec<(Envelope, bool)> = written
            .into_iter()
            .map(|(length, epoch, hour, goes)| (author.writes(length, epoch, hour), goes))
            .collect();
        // Also with gaps: what is too large, or of another kind, stands between them in the author's chain.
        let goes = written.iter().filter(|(_, goes)| *goes);
        let goes: Vec<Envelope> = goes.map(|(envelope, _)| envelope.clone()).collect();
        let pack = author.pack(&goes);
        prop_assert_eq!(pack.len(), goes.len());
        prop_assert_eq!(pack.last_sequence(), goes.last().map(|last| last.header().sequence));
        let sealed = author.seals(&pack);
        prop_assert_eq!(author.comes_out(&sealed), goes);
    }

    #[test]
    fn of_changed_bytes_nothing_comes_out_that_was_not_signed(
        seed in 0..4_u64,
        changes in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let mut author = Author::new(seed);
        let written: Vec<Envelope> = (0..5).map(|_| author.writes(40, 1, 490_000)).collect();
        let mut bytes = author.pack(&written).write();
        for (place, byte) in changes {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        if let Ok(pack) = Pack::read(&bytes) {
            let unpacked = pack.unpack(&WORKSPACE, |epoch| author.keys.get(epoch));
            for (_, envelope) in unpacked.envelopes {
                if let Ok(envelope) = envelope.verify(&WORKSPACE) {
                    prop_assert!(written.contains(&envelope));
                }
            }
        }
    }

    #[test]
    fn bytes_that_are_no_pack_are_refused(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        if let Ok(pack) = Pack::read(&bytes) {
            prop_assert_eq!(pack.write(), bytes);
        }
    }
}

#[test]
fn typing_takes_a_third_of_its_room_in_a_pack() {
    let mut author = Author::new(1);
    let typed: Vec<Envelope> = (0..1_000).map(|_| author.writes(60, 1, 490_000)).collect();
    let pack = author.pack(&typed);
    assert_eq!(pack.len(), typed.len());
    let sealed = author.seals(&pack);
    let before: usize = typed.iter().map(|envelope| envelope.bytes().len()).sum();
    let after = sealed.bytes().len();
    // Even where the changes are noise: nonce and signature of each remain.
    assert!(after * 5 < before * 2, "{before} bytes became {after}");
    assert_eq!(author.comes_out(&sealed), typed);
}

#[test]
fn a_pack_takes_the_first_that_fit_and_leaves_out_what_does_not_belong() {
    let mut author = Author::new(2);
    let mut other = Author::new(3);
    let large = author.writes(MAX_PACKED, 1, 490_000);
    let foreign = other.writes(60, 1, 490_000);
    let small = author.writes(60, 1, 490_000);
    let locked = author.writes(60, 2, 490_000);
    author.keys.remove(&EpochId::from_bytes([2; 32]));
    let all = [large, foreign, small.clone(), locked];
    let pack = author.pack(&all);
    assert_eq!(pack.len(), 1);
    let sealed = author.seals(&pack);
    assert_eq!(author.comes_out(&sealed), [small]);
    // A pack is no change, and no part of a pack.
    assert_eq!(sealed.header().kind, EnvelopeKind::Pack);
    let key = &author.keys[&sealed.header().epoch];
    let opened = sealed.open(key);
    assert_eq!(opened, Err(EnvelopeError::OtherKind(EnvelopeKind::Pack)));
    assert!(author.pack(std::slice::from_ref(&sealed)).is_empty());

    let many: Vec<Envelope> = (0..MAX_PACKED_COUNT + 3)
        .map(|_| author.writes(1_000, 1, 490_000))
        .collect();
    let pack = author.pack(&many);
    assert!((100..MAX_PACKED_COUNT).contains(&pack.len()));
    let sealed = author.seals(&pack);
    assert_eq!(author.comes_out(&sealed), many[..pack.len()]);
}

#[test]
fn a_key_that_is_not_here_yet_locks_its_entry_and_those_that_follow_it_and_nothing_before() {
    let mut author = Author::new(4);
    let written = [1, 2, 1, 1].map(|epoch| author.writes(60, epoch, 490_000));
    let pack = author.pack(&written);
    let late = author.keys.remove(&EpochId::from_bytes([2; 32]));
    let unpacked = pack.unpack(&WORKSPACE, |epoch| author.keys.get(epoch));
    let ids = |unpacked: &[(EnvelopeId, UnverifiedEnvelope)]| -> Vec<EnvelopeId> {
        unpacked.iter().map(|(id, _)| *id).collect()
    };
    // What follows the locked one in the chain names it, so it can be put together only with it.
    assert_eq!((unpacked.locked, unpacked.broken), (3, 0));
    assert_eq!(ids(&unpacked.envelopes), [written[0].id()]);
    author
        .keys
        .insert(EpochId::from_bytes([2; 32]), late.unwrap());
    let unpacked = pack.unpack(&WORKSPACE, |epoch| author.keys.get(epoch));
    assert!(unpacked.is_whole());
    let all: Vec<EnvelopeId> = written.iter().map(Envelope::id).collect();
    assert_eq!(ids(&unpacked.envelopes), all);
}

#[test]
fn a_few_bytes_cannot_ask_for_much_memory() {
    // A listing of zeros, a thousand times as long as it may be.
    let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
    let zeros = vec![0; 1 << 20];
    for _ in 0..64 {
        encoder.write_all(&zeros).unwrap();
    }
    let listing = encoder.finish().unwrap();
    let mut content = vec![1, 32];
    content.extend([3; 32]);
    content.extend(postcard::to_stdvec(&listing).unwrap());
    content.push(0);
    assert!(content.len() < 100_000);
    assert_eq!(Pack::read(&content), Err(EnvelopeError::UnknownContent));
}

#[test]
fn what_the_author_of_the_envelopes_did_not_sign_is_found() {
    let mut author = Author::new(5);
    let written = [60, 61].map(|length| author.writes(length, 1, 490_000));
    let pack = author.pack(&written);
    // Under another key another envelope comes out, with a signature that is not its own.
    let other = EpochKey::generate(&mut author.rng);
    let unpacked = pack.unpack(&WORKSPACE, |_| Some(&other));
    for (id, envelope) in unpacked.envelopes {
        assert!(written.iter().all(|written| written.id() != id));
        let verified = envelope.verify(&WORKSPACE);
        assert_eq!(verified, Err(EnvelopeError::WrongSignature));
    }
    let elsewhere = WorkspaceId::from_bytes([6; 32]);
    let unpacked = pack.unpack(&elsewhere, |epoch| author.keys.get(epoch));
    for (_, envelope) in unpacked.envelopes {
        assert!(envelope.verify(&WORKSPACE).is_err());
    }
}
