//! Profiles as files: copied, and opened below the engine, where bytes can be counted.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use skein_access::{Authority, DeviceKey, EnvelopeKind, UnverifiedEnvelope, WorkspaceId};
use skein_engine::Profile;
use skein_model::{DocumentId, Kind};
use skein_store::{Opened, Store, StoredDocument};

/// Copies a profile that nobody uses.
pub(crate) fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            fs::copy(entry.path(), to.join(entry.file_name()))?;
        }
    }
    Ok(())
}

/// The size of a profile's database on disk.
pub(crate) fn size(folder: &Path) -> Result<u64> {
    Ok(fs::metadata(Profile::at(folder)?.database())?.len())
}

/// The secret of a profile's device, as the key file holds it.
pub(crate) fn device_key(folder: &Path) -> Result<DeviceKey> {
    #[derive(Deserialize)]
    struct KeyFile {
        secret: String,
    }
    let file: KeyFile = serde_json::from_slice(&fs::read(folder.join("device.key"))?)?;
    let secret = skein_model::id::from_base32(&file.secret)?;
    Ok(DeviceKey::from_bytes(
        secret
            .as_slice()
            .try_into()
            .context("the device key has another length")?,
    ))
}

/// A profile's store, whole and writable.
pub(crate) fn store(folder: &Path) -> Result<Store> {
    match Store::open(Profile::at(folder)?.database())? {
        Opened::Ready(store) => Ok(store),
        Opened::Damaged(_, report) => bail!("{report}"),
    }
}

/// A profile's store with the right to read its notes.
pub(crate) struct Library {
    pub(crate) store: Store,
    authority: Authority,
    key: DeviceKey,
}

impl Library {
    pub(crate) fn open(folder: &Path) -> Result<Self> {
        let store = store(folder)?;
        let id = store
            .setting("workspace")?
            .context("the profile has no workspace")?;
        let id = WorkspaceId::from_bytes(
            id.as_slice()
                .try_into()
                .context("the workspace's id has another length")?,
        );
        let mut operations = Vec::new();
        for stored in store.envelopes_of_kind(EnvelopeKind::Access)? {
            operations.push(UnverifiedEnvelope::decode(&stored.bytes)?.verify(&id)?);
        }
        Ok(Self {
            store,
            authority: Authority::build(id, &operations),
            key: device_key(folder)?,
        })
    }

    /// All that is stored of a note.
    pub(crate) fn note(&self, id: DocumentId) -> Result<StoredDocument> {
        let permit = self.authority.read(&self.key.id(), Kind::Note)?;
        Ok(self.store.load(&permit, id)?)
    }

    /// The notes.
    pub(crate) fn notes(&self) -> Result<Vec<DocumentId>> {
        Ok(self.store.tree()?.into_iter().map(|row| row.id).collect())
    }
}
