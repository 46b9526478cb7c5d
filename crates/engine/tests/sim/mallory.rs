//! A member who says what no engine would: envelopes with a good signature and bad contents.

use rand_chacha::ChaCha20Rng;
use skein_access::{
    Authority, Chain, DataPayload, DeviceKey, Envelope, EnvelopeKind, EpochId, Stamp,
    UnverifiedEnvelope, WorkspaceId, seal_data,
};
use skein_model::{ChangeBytes, DocumentId};
use skein_store::{Durability, EnvelopeState, Opened, Store};

use super::World;

/// A member who writes what no engine would: envelopes with a good signature and bad contents.
pub(crate) struct Mallory {
    pub(crate) key: DeviceKey,
    pub(crate) workspace: WorkspaceId,
    pub(crate) store: Store,
    pub(crate) authority: Authority,
    pub(crate) chain: Chain,
}

impl Mallory {
    /// Takes over a machine that is not running.
    pub(crate) fn at(world: &World, index: usize) -> Self {
        let machine = &world.machines[index];
        let key = DeviceKey::from_bytes(&machine.key);
        let Opened::Ready(store) = Store::open(&machine.path).unwrap() else {
            panic!("damaged")
        };
        let id: [u8; 32] = store
            .setting("workspace")
            .unwrap()
            .unwrap()
            .try_into()
            .unwrap();
        let workspace = WorkspaceId::from_bytes(id);
        let operations: Vec<Envelope> = store
            .envelopes_of_kind(EnvelopeKind::Access)
            .unwrap()
            .iter()
            .map(|stored| {
                UnverifiedEnvelope::decode(&stored.bytes)
                    .unwrap()
                    .verify(&workspace)
                    .unwrap()
            })
            .collect();
        let authority = Authority::build(workspace, &operations);
        let chain = store.next_chain(key.id()).unwrap();
        Self {
            key,
            workspace,
            store,
            authority,
            chain,
        }
    }

    /// The epoch under which she writes, as long as she has its key.
    pub(crate) fn epoch(&self) -> EpochId {
        let keyring = self.authority.keyring(&self.key);
        let (epoch, _) = keyring.writing_epoch(&self.authority).unwrap();
        epoch
    }

    pub(crate) fn stamp(&self) -> Stamp {
        Stamp {
            workspace: self.workspace,
            hour: 500_000,
            chain: self.chain,
        }
    }

    /// Seals changes and puts the envelope into the store, from where it spreads.
    pub(crate) fn send(
        &mut self,
        rng: &mut ChaCha20Rng,
        stamp: &Stamp,
        document: DocumentId,
        kind_code: u8,
        changes: Vec<ChangeBytes>,
    ) {
        let envelope = self.seal(rng, stamp, document, kind_code, changes);
        self.put(&envelope);
    }

    /// An envelope of changes, whatever they are.
    pub(crate) fn seal(
        &self,
        rng: &mut ChaCha20Rng,
        stamp: &Stamp,
        document: DocumentId,
        kind_code: u8,
        changes: Vec<ChangeBytes>,
    ) -> Envelope {
        let keyring = self.authority.keyring(&self.key);
        let epoch = self.epoch();
        let payload = DataPayload {
            document,
            kind_code,
            changes,
        };
        let key = keyring.get(&epoch).unwrap();
        seal_data(&self.key, stamp, (&epoch, key), &payload, rng).unwrap()
    }

    /// What cannot even be read as an envelope only closes the connection; the rest goes from store to store.
    pub(crate) fn put(&mut self, envelope: &Envelope) {
        if UnverifiedEnvelope::decode(envelope.bytes()).is_err() {
            return;
        }
        self.keep(envelope, &EnvelopeState::Applied, None);
    }

    /// What she signed rests in her own store in this state.
    pub(crate) fn keep(
        &mut self,
        envelope: &Envelope,
        state: &EnvelopeState,
        document: Option<DocumentId>,
    ) {
        self.chain = envelope.next();
        let kept = self.store.write(Durability::Full, |tx| {
            tx.insert_envelope(envelope, state, document)
        });
        kept.unwrap();
    }
}
