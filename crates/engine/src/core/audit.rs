//! The audit: every document loaded again and compared with its stored version and its projection, every envelope verified.

use skein_access::UnverifiedEnvelope;
use skein_model::{ChangeBytes, Document, DocumentId};
use skein_store::AuditedDocument;

use super::Core;
use crate::api::{ApiError, AuditReport, Difference, Reply};

/// How many envelopes are read at a time.
const BATCH: u32 = 500;

impl Core {
    /// Reloads everything and reports what does not fit. Changes nothing.
    pub(super) fn audit(&self) -> Result<Reply, ApiError> {
        let mut report = AuditReport {
            documents: 0,
            changes: 0,
            envelopes: 0,
            unsealed: 0,
            digest: String::new(),
            differences: Vec::new(),
        };
        for trouble in self.store.check()? {
            report.differences.push(Difference {
                subject: "the workspace's file".to_owned(),
                what: trouble,
            });
        }
        for orphan in self.store.orphans()? {
            report.differences.push(Difference {
                subject: "the workspace's file".to_owned(),
                what: orphan,
            });
        }
        let mut digest = blake3::Hasher::new();
        for audited in self.store.audit_documents()? {
            report.documents += 1;
            report.unsealed += audited.unsealed;
            digest.update(audited.id.as_bytes());
            digest.update(&audited.heads.to_bytes());
            if let Err(difference) = self.audit_document(&audited, &mut report) {
                report.differences.push(Difference {
                    subject: self.subject(audited.id),
                    what: difference.message,
                });
            }
        }
        self.audit_envelopes(&mut report)?;
        report.digest = digest.finalize().to_hex().to_string();
        Ok(Reply::Audit { report })
    }

    fn audit_document(
        &self,
        audited: &AuditedDocument,
        report: &mut AuditReport,
    ) -> Result<(), ApiError> {
        let workspace = self.workspace.as_ref().ok_or_else(Self::no_workspace)?;
        let permit = workspace.authority.read(&self.device.id(), audited.kind)?;
        let stored = self.store.load(&permit, audited.id)?;
        let changes: Vec<ChangeBytes> = stored
            .changes
            .into_iter()
            .map(|(_, change)| change)
            .collect();
        let loaded = Document::load(
            self.actor,
            stored
                .snapshot
                .as_ref()
                .map(|snapshot| snapshot.bytes.as_slice()),
            &changes,
        )?;
        let document = loaded.document;
        report.changes += document.all_changes()?.len() as u64;
        let mut differs = |what: &str| {
            report.differences.push(Difference {
                subject: self.subject(audited.id),
                what: what.to_owned(),
            })
        };
        if document.id() != audited.id || document.kind() != audited.kind {
            differs("the stored document says that it is another one");
        }
        if document.heads() != audited.heads {
            differs("the document loads to another version than the one noted");
        }
        if !loaded.quarantined.is_empty() || !loaded.waiting.is_empty() {
            differs("some of its stored changes do not apply");
        }
        let is_behind = audited.text_stale || audited.journal > 0;
        if !is_behind && self.store.projection(&permit, audited.id)? != document.projection()? {
            differs("what lists and search know of it differs from the document");
        }
        Ok(())
    }

    fn audit_envelopes(&self, report: &mut AuditReport) -> Result<(), ApiError> {
        let Some(workspace) = &self.workspace else {
            return Ok(());
        };
        let mut after = 0;
        loop {
            let batch = self.store.envelopes_after(after, BATCH)?;
            let Some(last) = batch.last() else { break };
            after = last.mark;
            for stored in &batch {
                report.envelopes += 1;
                let verified = UnverifiedEnvelope::decode(&stored.bytes)
                    .and_then(|envelope| envelope.verify(&workspace.id));
                let what = match verified {
                    Ok(envelope) if envelope.id() == stored.id => continue,
                    Ok(_) => "its bytes have another hash than its name".to_owned(),
                    Err(error) => error.to_string(),
                };
                report.differences.push(Difference {
                    subject: format!("envelope {}", stored.id),
                    what,
                });
            }
        }
        let counts = self.store.envelope_counts()?;
        for (count, what) in [
            (
                counts.locked,
                "envelopes wait for their author's membership or a key",
            ),
            (
                counts.waiting,
                "envelopes wait for earlier changes that are not here",
            ),
            (
                counts.quarantined,
                "envelopes are kept aside and not applied",
            ),
        ] {
            if count > 0 {
                report.differences.push(Difference {
                    subject: "what colleagues sent".to_owned(),
                    what: format!("{count} {what}"),
                });
            }
        }
        Ok(())
    }

    fn subject(&self, id: DocumentId) -> String {
        let title = self
            .store
            .tree_row(id)
            .ok()
            .flatten()
            .map(|row| row.title)
            .unwrap_or_default();
        format!("“{title}” ({id})")
    }
}
