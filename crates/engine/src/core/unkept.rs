//! What colleagues sent, or what is to go to them, and the disk did not take: said to whoever waits or looks, and tried again.

use std::collections::BTreeSet;

use skein_model::DocumentId;

use super::Core;
use super::step::Step;
use crate::api::{ApiError, ErrorCode, Notice};

/// After so long it is tried again, whether there is room now or not (ms).
const AGAIN: u64 = 30_000;
/// The notice about it is not in the store, which takes nothing: it has the number that no stored one has.
const UNSTORED: i64 = 0;

/// What the disk last did not take.
#[derive(Default)]
pub(super) struct Unkept {
    trouble: Option<(ApiError, i64)>,
    /// Envelopes of these are kept, and not merged.
    documents: BTreeSet<DocumentId>,
    due: Option<u64>,
}

impl Unkept {
    pub(super) fn due(&self) -> Option<u64> {
        self.due
    }

    pub(super) fn trouble(&self) -> Option<&ApiError> {
        self.trouble.as_ref().map(|(error, _)| error)
    }

    /// What a person who looks is told of it.
    pub(super) fn notice(&self) -> Option<Notice> {
        let (error, since) = self.trouble.as_ref()?;
        Some(Notice {
            id: UNSTORED,
            code: "unkept".to_owned(),
            message: format!("{} {}", error.message, error.hint),
            since: *since,
        })
    }
}

impl Core {
    /// The disk did not take what was to be kept, of these documents if it is known.
    pub(super) fn not_kept(
        &mut self,
        step: &mut Step<'_>,
        documents: impl IntoIterator<Item = DocumentId>,
        error: &ApiError,
    ) {
        tracing::warn!(%error, "what is exchanged with colleagues could not be kept");
        if error.code != ErrorCode::Storage {
            return;
        }
        self.unkept.documents.extend(documents);
        self.unkept.due = Some(step.now.mono_ms + AGAIN);
        if self.unkept.trouble.is_none() {
            let told = ApiError::new(
                ErrorCode::Storage,
                format!("The exchange with colleagues is held up: {}", error.message),
                "It is tried again by itself. What is missing here stays with them until then.",
            );
            self.unkept.trouble = Some((told, step.now.wall_ms));
            step.news.notices = true;
        }
    }

    /// The disk takes what is to be kept.
    pub(super) fn was_kept(&mut self, step: &mut Step<'_>) {
        if self.unkept.trouble.take().is_some() {
            step.news.notices = true;
        }
    }

    pub(super) fn keep_again_if_due(&mut self, step: &mut Step<'_>) {
        if self.unkept.due.is_some_and(|due| due <= step.now.mono_ms) {
            self.keep_again(step);
        }
    }

    /// Tries again what was not merged.
    pub(super) fn keep_again(&mut self, step: &mut Step<'_>) {
        self.unkept.due = None;
        for id in std::mem::take(&mut self.unkept.documents) {
            for carried in self.waiting_for(id, &[]) {
                self.gather(step, id, carried);
            }
        }
    }
}
