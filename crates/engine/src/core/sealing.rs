//! Sealing: what was changed here becomes signed, encrypted envelopes, durably, and is handed to whoever is connected.

use skein_access::payload::MAX_CHANGE_COUNT;
use skein_access::{
    Chain, DataPayload, DeviceKey, Envelope, EpochId, EpochKey, MAX_CHANGES, Stamp,
};
use skein_model::{ChangeBytes, DocumentId, Kind};
use skein_store::{ChangeRow, Durability, Mark};
use skein_sync::ItemRef;

use super::Core;
use super::step::Step;
use super::workspace::Workspace;
use crate::api::ApiError;

/// How long changes gather when a peer listens, counted from the last sealing: after a pause they go out at once (ms), ...
const LISTENED_TO: u64 = 30;
/// ... and when nobody does.
const ALONE: u64 = 2_000;

/// What is not in an envelope yet, and when it shall be.
#[derive(Default)]
pub(super) struct Sealing {
    pub(super) due: Option<u64>,
    /// Before this moment nothing is sealed again for those who listen.
    not_before: u64,
    /// Changes not yet in an envelope; an open burst counts when it becomes one.
    pub(super) unsealed: usize,
}

/// The stored changes that go into one envelope.
struct Parcel {
    document: DocumentId,
    kind: Kind,
    rows: Vec<ChangeRow>,
    changes: Vec<ChangeBytes>,
}

impl Core {
    /// Something was changed here: it is to be sealed soon.
    pub(super) fn plan_sealing(&mut self, step: &Step<'_>) {
        let mono = step.now.mono_ms;
        let at = if self.links.is_empty() {
            mono + ALONE
        } else {
            // Not in this step: whoever made the change is answered first.
            self.sealing.not_before.max(mono + 1)
        };
        self.sealing.due = Some(self.sealing.due.map_or(at, |due| due.min(at)));
    }

    pub(super) fn seal_if_due(&mut self, step: &mut Step<'_>) {
        if self.sealing.due.is_some_and(|due| due <= step.now.mono_ms) {
            self.seal_everything(step);
        }
    }

    /// Ends all bursts and seals every change that is in no envelope.
    pub(super) fn seal_everything(&mut self, step: &mut Step<'_>) {
        self.sealing.due = None;
        if !self.seals() {
            return;
        }
        for id in self.documents_with_burst() {
            if let Err(error) = self.close_burst(step, id) {
                tracing::warn!(%error, %id, "typed text stays in the journal");
            }
        }
        // Closing a burst plans a sealing, which is this one.
        self.sealing.due = None;
        self.sealing.not_before = step.now.mono_ms + LISTENED_TO;
        if let Err(error) = self.seal_stored(step) {
            // The changes stay unsealed and are tried again.
            self.not_kept(step, [], &error);
            self.sealing.due = Some(step.now.mono_ms + ALONE);
        }
    }

    /// Whether anything made here goes into envelopes: whoever is out keeps it as it is, and until all of an earlier file is taken over its last
    /// number is not known.
    pub(super) fn seals(&self) -> bool {
        let me = self.device.id();
        let member = |workspace: &Workspace| workspace.authority.is_member(&me);
        self.workspace.as_ref().is_some_and(member)
            && self.store.read_only_reason().is_none()
            && !self.takes_over()
    }

    /// All unsealed changes of documents that this device may write.
    fn parcels(&self) -> Result<Vec<Parcel>, ApiError> {
        let Some(workspace) = &self.workspace else {
            return Ok(Vec::new());
        };
        let mut parcels = Vec::new();
        for unsealed in self.store.unsealed()? {
            // What is just made anew must find its unsealed changes as they were.
            if self.judging.under_way.contains(&unsealed.document) {
                continue;
            }
            let permit = workspace.authority.read(&self.device.id(), unsealed.kind)?;
            let changes = self.store.unsealed_changes(&permit, unsealed.document)?;
            parcels.extend(split(unsealed.document, unsealed.kind, changes));
        }
        Ok(parcels)
    }

    /// How many changes still are in no envelope.
    fn left_unsealed(&self) -> usize {
        if self.judging.under_way.is_empty() {
            return 0;
        }
        let left = self.store.unsealed().unwrap_or_default();
        left.iter().map(|unsealed| unsealed.rows.len()).sum()
    }

    fn seal_stored(&mut self, step: &mut Step<'_>) -> Result<(), ApiError> {
        let parcels = self.parcels()?;
        if parcels.is_empty() {
            self.sealing.unsealed = self.left_unsealed();
            return Ok(());
        }
        self.rotate_if_needed(step)?;
        let Some(workspace) = &mut self.workspace else {
            return Ok(());
        };
        let mut chain = workspace.chain;
        let mut sealed: Vec<(Parcel, Envelope)> = Vec::with_capacity(parcels.len());
        for parcel in parcels {
            let payload = DataPayload {
                document: parcel.document,
                kind_code: parcel.kind.code(),
                changes: parcel.changes.clone(),
            };
            let envelope = workspace.seal(&self.device, step, chain, &payload)?;
            chain = envelope.next();
            sealed.push((parcel, envelope));
        }
        let marks = self.store.write(Durability::Full, |tx| {
            sealed
                .iter()
                .map(|(parcel, envelope)| tx.seal(parcel.document, &parcel.rows, envelope))
                .collect::<Result<Vec<Mark>, _>>()
        })?;
        workspace.chain = chain;
        let mut items = Vec::with_capacity(sealed.len());
        for ((_, envelope), mark) in sealed.iter().zip(marks) {
            let item = ItemRef::new(
                envelope.header().kind,
                envelope.header().hour,
                envelope.id(),
            );
            workspace
                .set
                .insert(item, u64::try_from(mark).unwrap_or_default());
            items.push(item);
        }
        self.sealing.unsealed = self.left_unsealed();
        step.news.delivery = true;
        self.was_kept(step);
        self.announce(step, &items);
        self.judge_own(step);
        Ok(())
    }
}

impl Core {
    /// Makes envelopes in this device's name of changes that no envelope holds any more. They are to be received like what came from elsewhere.
    pub(super) fn seal_again(
        &mut self,
        step: &mut Step<'_>,
        document: DocumentId,
        kind: Kind,
        changes: Vec<ChangeBytes>,
    ) -> Result<Vec<Vec<u8>>, ApiError> {
        self.rotate_if_needed(step)?;
        let workspace = self.workspace.as_ref().ok_or_else(Self::no_workspace)?;
        let mut chain = workspace.chain;
        let mut envelopes = Vec::new();
        // None of them has a row here.
        let changes = changes.into_iter().map(|change| (0, change)).collect();
        for Parcel { changes, .. } in split(document, kind, changes) {
            let payload = DataPayload {
                document,
                kind_code: kind.code(),
                changes,
            };
            let envelope = workspace.seal(&self.device, step, chain, &payload)?;
            chain = envelope.next();
            envelopes.push(envelope.bytes().to_vec());
        }
        Ok(envelopes)
    }
}

impl Workspace {
    /// The key under which to write now.
    pub(super) fn writing_epoch(&self) -> Result<(EpochId, &EpochKey), ApiError> {
        self.keyring
            .writing_epoch(&self.authority)
            .ok_or_else(|| ApiError::internal("this device holds no key of the workspace yet"))
    }

    fn seal(
        &self,
        device: &DeviceKey,
        step: &mut Step<'_>,
        chain: Chain,
        payload: &DataPayload,
    ) -> Result<Envelope, ApiError> {
        let (epoch, key) = self.writing_epoch()?;
        let stamp = Stamp {
            chain,
            ..self.stamp(step)
        };
        let sealed = skein_access::seal_data(device, &stamp, (&epoch, key), payload, step.rng)?;
        Ok(sealed)
    }
}

/// Splits a document's unsealed changes into what fits one envelope each.
fn split(document: DocumentId, kind: Kind, unsealed: Vec<(ChangeRow, ChangeBytes)>) -> Vec<Parcel> {
    let new = || Parcel {
        document,
        kind,
        rows: Vec::new(),
        changes: Vec::new(),
    };
    let mut parcels = Vec::new();
    let mut parcel = new();
    let mut size = 0;
    for (row, change) in unsealed {
        // A byte or two of length for each change is well within the slack of MAX_CHANGES.
        if !parcel.rows.is_empty()
            && (size + change.0.len() + 8 > MAX_CHANGES || parcel.rows.len() == MAX_CHANGE_COUNT)
        {
            parcels.push(std::mem::replace(&mut parcel, new()));
            size = 0;
        }
        size += change.0.len() + 8;
        parcel.rows.push(row);
        parcel.changes.push(change);
    }
    if !parcel.rows.is_empty() {
        parcels.push(parcel);
    }
    parcels
}
