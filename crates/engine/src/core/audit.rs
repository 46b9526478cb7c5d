//! The audit: every document loaded again and compared with its stored version, its projection and its envelopes; every
//! envelope verified. It goes on in slices, so that other work does not wait for it.

use std::collections::{BTreeMap, HashSet, VecDeque};

use skein_access::{EnvelopeKind, UnverifiedEnvelope};
use skein_model::{ChangeBytes, ChunkName, Document, DocumentId, Kind};
use skein_store::{AuditedDocument, EnvelopeState, Mark, StoredEnvelope, StoredFile};

use super::Core;
use super::gaps::Met;
use super::incoming::Opened;
use super::io::ClientId;
use super::judging::for_want_of_right;
use super::step::Step;
use crate::api::{ApiError, AuditReport, Difference, Reply, RequestId};

/// How many documents are looked at in one step.
const DOCUMENTS_A_STEP: usize = 16;
/// How many envelopes are looked at in one step.
const ENVELOPES_A_STEP: u32 = 200;
/// How many parts of files are looked for in one step.
const CHUNKS_A_STEP: usize = 500;

/// The hash of a change.
type Hash = [u8; 32];

/// An audit under way.
pub(super) struct Audit {
    client: ClientId,
    request: RequestId,
    documents: VecDeque<AuditedDocument>,
    /// Envelopes that came later hold what the documents may not have had when they were looked at.
    last_mark: Mark,
    looked_through: Mark,
    /// The changes of each document as it was found.
    changes: BTreeMap<DocumentId, HashSet<Hash>>,
    /// Changes that should be in some envelope and were not met in one yet.
    unmet: BTreeMap<DocumentId, HashSet<Hash>>,
    /// Parts of files that should be here.
    chunks: VecDeque<ChunkName>,
    /// Changes that are in a document and in envelopes that do not count, and none that do.
    aside: BTreeMap<DocumentId, HashSet<Hash>>,
    /// Changes on which some other change of the document rests.
    rested_on: BTreeMap<DocumentId, HashSet<Hash>>,
    /// Envelopes that are kept aside for want of a right, as they should be.
    rightly_aside: u64,
    /// The numbers of the envelopes that were met.
    met: Met,
    digest: blake3::Hasher,
    report: AuditReport,
}

impl Audit {
    fn differs(&mut self, subject: impl Into<String>, what: impl Into<String>) {
        let (subject, what) = (subject.into(), what.into());
        self.report.differences.push(Difference { subject, what });
    }

    /// These changes of a document are in an envelope.
    fn meets(&mut self, document: DocumentId, carried: &HashSet<Hash>) {
        if let Some(unmet) = self.unmet.get_mut(&document) {
            unmet.retain(|hash| !carried.contains(hash));
        }
    }
}

impl Core {
    /// Begins an audit; the answer comes when it is done. Nothing is changed by it.
    pub(super) fn begin_audit(
        &mut self,
        client: ClientId,
        request: RequestId,
    ) -> Result<(), ApiError> {
        let mut audit = Audit {
            client,
            request,
            documents: self.store.audit_documents()?.into(),
            last_mark: self.store.last_mark()?,
            looked_through: 0,
            changes: BTreeMap::new(),
            unmet: BTreeMap::new(),
            chunks: self.store.chunks()?.into(),
            aside: BTreeMap::new(),
            rested_on: BTreeMap::new(),
            rightly_aside: 0,
            met: Met::default(),
            digest: blake3::Hasher::new(),
            report: AuditReport {
                documents: 0,
                changes: 0,
                envelopes: 0,
                unsealed: 0,
                digest: String::new(),
                differences: Vec::new(),
                missing: Vec::new(),
            },
        };
        for trouble in self.store.check()?.into_iter().chain(self.store.orphans()?) {
            audit.differs("the workspace's file", trouble);
        }
        self.audits.push_back(audit);
        Ok(())
    }

    /// Goes on with the audit under way, if there is one.
    pub(super) fn go_on_with_audit(&mut self, step: &mut Step<'_>) {
        let Some(mut audit) = self.audits.pop_front() else {
            return;
        };
        match self.audit_some(&mut audit) {
            Ok(false) => self.audits.push_front(audit),
            Ok(true) => {
                audit.report.digest = audit.digest.finalize().to_hex().to_string();
                let reply = Reply::Audit {
                    report: audit.report,
                };
                step.reply(audit.client, audit.request, Ok(reply));
            }
            Err(error) => step.reply(audit.client, audit.request, Err(error)),
        }
    }

    /// One slice; `true` when all is done.
    fn audit_some(&self, audit: &mut Audit) -> Result<bool, ApiError> {
        for _ in 0..DOCUMENTS_A_STEP {
            let Some(audited) = audit.documents.pop_front() else {
                return match audit.chunks.is_empty() {
                    true => self.audit_envelopes(audit),
                    false => Ok(self.audit_chunks(audit)),
                };
            };
            audit.report.documents += u32::from(audited.kind != Kind::Profile);
            if let Err(error) = self.audit_document(&audited, audit) {
                audit.differs(self.subject(audited.id), error.message);
            }
        }
        Ok(false)
    }

    fn audit_document(&self, audited: &AuditedDocument, audit: &mut Audit) -> Result<(), ApiError> {
        let id = audited.id;
        let workspace = self.workspace.as_ref().ok_or_else(Self::no_workspace)?;
        let permit = workspace.authority.read(&self.device.id(), audited.kind)?;
        // Read now, not when the audit began: it may have changed since.
        let stored = self.store.load(&permit, id)?;
        let unsealed = hashes(
            self.store
                .unsealed_changes(&permit, id)?
                .into_iter()
                .map(|(_, change)| change),
        );
        let changes: Vec<ChangeBytes> = stored
            .changes
            .into_iter()
            .map(|(_, change)| change)
            .collect();
        let snapshot = stored
            .snapshot
            .as_ref()
            .map(|snapshot| snapshot.bytes.as_slice());
        let loaded = Document::load(self.actor, snapshot, &changes)?;
        let document = loaded.document;
        let all = document.all_changes()?;
        let rested_on = all.iter().filter_map(ChangeBytes::rests_on).flatten();
        audit.rested_on.insert(id, rested_on.collect());
        let held = hashes(all);
        audit.report.changes += held.len() as u64;
        audit.report.unsealed += unsealed.len() as u64;
        audit.digest.update(id.as_bytes());
        audit.digest.update(&stored.heads.to_bytes());
        if document.id() != id || document.kind() != audited.kind {
            audit.differs(
                self.subject(id),
                "the stored document says that it is another one",
            );
        }
        if document.heads() != stored.heads {
            audit.differs(
                self.subject(id),
                "the document loads to another version than the one noted",
            );
        }
        if !loaded.quarantined.is_empty() || !loaded.waiting.is_empty() {
            audit.differs(self.subject(id), "some of its stored changes do not apply");
        }
        let is_behind = stored.text_stale || !stored.journal.is_empty();
        if !is_behind && self.store.projection(&permit, id)? != document.projection()? {
            audit.differs(
                self.subject(id),
                "what lists and search know of it differs from the document",
            );
        }
        self.audit_files(&self.store.files(&permit, id)?, audit)?;
        audit
            .unmet
            .insert(id, held.difference(&unsealed).copied().collect());
        audit.changes.insert(id, held);
        Ok(())
    }

    /// Whether the parts of files that should be here lie in their folder. Their bytes are compared with their names whenever
    /// they are read.
    fn audit_chunks(&self, audit: &mut Audit) -> bool {
        let folder = self.store.chunk_folder();
        let some = audit.chunks.len().min(CHUNKS_A_STEP);
        let missing = audit.chunks.drain(..some);
        let missing = missing.filter(|name| !folder.has(*name)).count();
        if missing > 0 {
            audit.differs(
                "attached files",
                format!("{missing} of their parts are not in the folder beside the workspace's file; they are fetched again when somebody reads them"),
            );
        }
        false
    }

    fn audit_files(&self, files: &[StoredFile], audit: &mut Audit) -> Result<(), ApiError> {
        for file in files {
            let mut whole = true;
            for name in file.manifest.chunks() {
                whole = whole && self.store.has_chunk(*name)?;
            }
            if file.whole && !whole {
                audit.differs(
                    self.subject(file.document),
                    format!(
                        "its file {} counts as here, and parts of it are missing",
                        file.id
                    ),
                );
            }
        }
        Ok(())
    }

    fn audit_envelopes(&self, audit: &mut Audit) -> Result<bool, ApiError> {
        let batch = self
            .store
            .envelopes_after(audit.looked_through, ENVELOPES_A_STEP)?;
        let Some(last) = batch.last() else {
            return self.end_audit(audit).map(|()| true);
        };
        audit.looked_through = last.mark;
        for stored in &batch {
            audit.report.envelopes += 1;
            if let Err(what) = self.audit_envelope(stored, audit) {
                audit.differs(format!("envelope {}", stored.id), what);
            }
        }
        Ok(false)
    }

    fn audit_envelope(&self, stored: &StoredEnvelope, audit: &mut Audit) -> Result<(), String> {
        let Some(workspace) = &self.workspace else {
            return Ok(());
        };
        let envelope = UnverifiedEnvelope::decode(&stored.bytes)
            .and_then(|envelope| envelope.verify(&workspace.id))
            .map_err(|error| error.to_string())?;
        if envelope.id() != stored.id {
            return Err("its bytes have another hash than its name".to_owned());
        }
        let header = envelope.header();
        let (device, kind) = (header.device, header.kind);
        audit.met.envelope(device, header.sequence, header.hour);
        if kind == EnvelopeKind::Pack && stored.state == EnvelopeState::Locked {
            audit.met.locked_pack(device);
        }
        let data = kind == EnvelopeKind::Data;
        let aside = for_want_of_right(&stored.state);
        // Who had all rights and still wrote where he may not is worth a word; who lost them is not.
        let lost = workspace.authority.standing(&device);
        let lost = lost.is_none_or(|standing| standing.is_limited());
        audit.rightly_aside += u64::from(aside && lost);
        if !data || stored.state == EnvelopeState::Locked {
            return Ok(());
        }
        if !aside && stored.state != EnvelopeState::Applied {
            // Of what waits, or is refused in part for what it holds, the rest may be in its document.
            if let Opened::Ready { document, changes } = self.open_envelope(&envelope) {
                audit.meets(document, &hashes(changes));
            }
            return Ok(());
        }
        let key = workspace
            .keyring
            .get(&envelope.header().epoch)
            .ok_or("the key that opens it is gone")?;
        let payload = envelope.open(key).map_err(|error| error.to_string())?;
        let carried = hashes(payload.changes);
        if aside {
            audit
                .aside
                .entry(payload.document)
                .or_default()
                .extend(carried);
            return Ok(());
        }
        audit.meets(payload.document, &carried);
        let held = audit.changes.get(&payload.document);
        let is_older = stored.mark <= audit.last_mark;
        if is_older && !held.is_some_and(|held| carried.is_subset(held)) {
            return Err(format!(
                "it counts as merged, but {} lacks changes that it carries",
                self.subject(payload.document)
            ));
        }
        Ok(())
    }

    /// What does not count is in a document only where something that counts rests on it.
    fn audit_aside(&self, audit: &mut Audit) {
        for (id, aside) in std::mem::take(&mut audit.aside) {
            let Some(unmet) = audit.unmet.get_mut(&id) else {
                continue;
            };
            let only_aside: HashSet<Hash> = unmet.intersection(&aside).copied().collect();
            unmet.retain(|hash| !only_aside.contains(hash));
            let rested_on = audit.rested_on.get(&id);
            let loose = only_aside
                .iter()
                .filter(|hash| !rested_on.is_some_and(|rested_on| rested_on.contains(*hash)));
            let loose = loose.count();
            if loose > 0 && !self.is_out() {
                audit.differs(
                    self.subject(id),
                    format!("{loose} of its changes do not count, and nothing rests on them"),
                );
            }
        }
    }

    fn end_audit(&self, audit: &mut Audit) -> Result<(), ApiError> {
        self.audit_aside(audit);
        audit.report.missing = self.missing_numbers(&audit.met);
        let unmet: Vec<(DocumentId, usize)> = audit
            .unmet
            .iter()
            .map(|(id, hashes)| (*id, hashes.len()))
            .filter(|(_, count)| *count > 0)
            .collect();
        for (id, count) in unmet {
            audit.differs(
                self.subject(id),
                format!("{count} of its changes are in no envelope, though they should be"),
            );
        }
        let counts = self.store.envelope_counts()?;
        for (count, what) in [
            (
                counts.locked,
                "envelopes wait for their author's membership or a key",
            ),
            (
                counts.waiting,
                "envelopes wait for earlier changes that are not here, or for room on the disk",
            ),
            (
                counts.quarantined.saturating_sub(audit.rightly_aside),
                "envelopes are kept aside and not applied",
            ),
        ] {
            if count > 0 {
                audit.differs("what colleagues sent", format!("{count} {what}"));
            }
        }
        Ok(())
    }

    fn subject(&self, id: DocumentId) -> String {
        let row = self.store.tree_row(id).ok().flatten();
        format!("“{}” ({id})", row.map(|row| row.title).unwrap_or_default())
    }
}

fn hashes(changes: impl IntoIterator<Item = ChangeBytes>) -> HashSet<Hash> {
    changes
        .into_iter()
        .filter_map(|change| change.hash())
        .collect()
}
