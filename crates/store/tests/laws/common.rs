//! A founder with permits and a device, stores in memory and in files, and documents to fill them with.

use std::collections::BTreeSet;
use std::path::Path;

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use skein_access::{
    Authority, Chain, DataPayload, DeviceId, DeviceKey, Envelope, EpochId, EpochKey, ReadPermit,
    Stamp, WorkspaceId, WritePermit, create_workspace, seal_data,
};
use skein_model::{
    CardId, CardRow, ChangeBytes, ChunkName, ColumnId, DocumentId, FileKey, FileManifest, Heads,
    Kind, Life, Projection,
};
use skein_store::{ChangeRow, Durability, NewChanges, Opened, ReadOnlyStore, Store, StoreError};

pub(crate) struct Founder {
    pub(crate) authority: Authority,
    pub(crate) device: DeviceId,
    pub(crate) key: DeviceKey,
    pub(crate) workspace: WorkspaceId,
    pub(crate) operations: Vec<Envelope>,
    pub(crate) chain: Chain,
    epoch: (EpochId, EpochKey),
    rng: ChaCha20Rng,
}

impl Founder {
    pub(crate) fn new() -> Self {
        Self::seeded(1)
    }

    pub(crate) fn seeded(seed: u64) -> Self {
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        let key = DeviceKey::generate(&mut rng);
        let founded = create_workspace(&key, "Ana", "Geese", 490_000, &mut rng).unwrap();
        Self {
            authority: Authority::build(founded.workspace, &founded.envelopes),
            device: key.id(),
            workspace: founded.workspace,
            operations: founded.envelopes,
            chain: Chain::START,
            epoch: (EpochId::from_bytes([9; 32]), EpochKey::generate(&mut rng)),
            key,
            rng,
        }
    }

    pub(crate) fn read(&self, kind: Kind) -> ReadPermit<'_> {
        self.authority.read(&self.device, kind).unwrap()
    }

    pub(crate) fn reads(&self) -> Vec<ReadPermit<'_>> {
        vec![self.read(Kind::Note), self.read(Kind::Board)]
    }

    pub(crate) fn write(&self, kind: Kind) -> WritePermit<'_> {
        self.authority.write(&self.device, kind).unwrap()
    }

    /// The next envelope of the founder's device.
    pub(crate) fn seal(&mut self, document: DocumentId, changes: &[ChangeBytes]) -> Envelope {
        let chain = self.chain;
        let envelope = self.seal_at(chain, document, changes);
        self.chain = envelope.next();
        envelope
    }

    pub(crate) fn seal_at(
        &mut self,
        chain: Chain,
        document: DocumentId,
        changes: &[ChangeBytes],
    ) -> Envelope {
        let stamp = Stamp {
            workspace: self.workspace,
            hour: 490_001,
            chain,
        };
        let payload = DataPayload {
            document,
            kind_code: Kind::Note.code(),
            changes: changes.to_vec(),
        };
        seal_data(
            &self.key,
            &stamp,
            (&self.epoch.0, &self.epoch.1),
            &payload,
            &mut self.rng,
        )
        .unwrap()
    }

    /// Stores a note with one change.
    pub(crate) fn put_note(
        &self,
        store: &mut Store,
        number: u32,
        title: &str,
        text: &str,
    ) -> DocumentId {
        self.put(store, number, &note(title, text))
    }

    pub(crate) fn put(
        &self,
        store: &mut Store,
        number: u32,
        projection: &Projection,
    ) -> DocumentId {
        let permit = self.write(projection.kind);
        store
            .write(Durability::Normal, |tx| {
                let new = NewChanges {
                    changes: &[change(number)],
                    heads: &heads(number),
                    sealed: false,
                    at_ms: i64::from(number),
                };
                tx.create_document(&permit, id(number), &new, projection)
            })
            .unwrap();
        id(number)
    }

    pub(crate) fn append(
        &self,
        store: &mut Store,
        number: u32,
        changes: &[ChangeBytes],
        sealed: bool,
    ) -> Result<Vec<ChangeRow>, StoreError> {
        let permit = self.write(Kind::Note);
        store.write(Durability::Normal, |tx| {
            let new = NewChanges {
                changes,
                heads: &heads(1_000 + number),
                sealed,
                at_ms: 99,
            };
            tx.append_changes(&permit, id(number), &new)
        })
    }
}

pub(crate) fn id(number: u32) -> DocumentId {
    // Spread over the whole range, as random ids are.
    let mut bytes = [0; 16];
    bytes[..4].copy_from_slice(&number.wrapping_mul(2_654_435_761).to_be_bytes());
    bytes[4..8].copy_from_slice(&number.to_be_bytes());
    DocumentId::from_bytes(bytes)
}

pub(crate) fn change(number: u32) -> ChangeBytes {
    ChangeBytes(format!("change {number}").into_bytes())
}

pub(crate) fn heads(number: u32) -> Heads {
    let mut hash = [7; 32];
    hash[..4].copy_from_slice(&number.to_be_bytes());
    Heads::from(vec![hash])
}

pub(crate) fn note(title: &str, text: &str) -> Projection {
    Projection {
        kind: Kind::Note,
        title: title.to_owned(),
        parent: None,
        position: "a".to_owned(),
        life: Life::Alive,
        text: Some(text.to_owned()),
        cards: Vec::new(),
        tags: BTreeSet::new(),
        links: Vec::new(),
        files: std::collections::BTreeMap::new(),
        conflicts: 0,
    }
}

/// A file of one chunk, which rests nowhere.
pub(crate) fn file(number: u8) -> FileManifest {
    let name = format!("goose {number}.png");
    let chunk = ChunkName::from_bytes([number; 32]);
    FileManifest::new(
        name,
        "image/png".to_owned(),
        7,
        FileKey([number; 32]),
        vec![chunk],
    )
    .unwrap()
}

pub(crate) fn board(title: &str, cards: Vec<CardRow>) -> Projection {
    Projection {
        kind: Kind::Board,
        text: None,
        cards,
        ..note(title, "")
    }
}

pub(crate) fn card(number: u8, title: &str, description: &str) -> CardRow {
    CardRow {
        id: CardId::from_bytes([number; 16]),
        column: ColumnId::from_bytes([1; 16]),
        position: "m".to_owned(),
        title: title.to_owned(),
        assignees: vec!["ana".to_owned()],
        labels: Vec::new(),
        due: None,
        priority: None,
        archived: false,
        life: Life::Alive,
        checklist_done: 0,
        checklist_total: 2,
        description: description.to_owned(),
        conflicts: 0,
    }
}

pub(crate) fn memory() -> Store {
    Store::in_memory().unwrap()
}

pub(crate) fn ready(path: &Path) -> Store {
    match Store::open(path).unwrap() {
        Opened::Ready(store) => store,
        Opened::Damaged(_, report) => panic!("{report}"),
    }
}

pub(crate) fn damaged(path: &Path) -> (ReadOnlyStore, skein_store::DamageReport) {
    match Store::open(path).unwrap() {
        Opened::Ready(_) => panic!("{} opened as if it were whole", path.display()),
        Opened::Damaged(store, report) => (store, report),
    }
}
