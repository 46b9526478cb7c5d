//! What may be let go, as it is told: the files that a connected device holds, where they are used, and what stays.

use std::collections::BTreeSet;

use skein_model::DocumentId;

use super::freeing::{Candidate, MOST_FILES, Round};
use crate::api::{ApiError, FileHolder, FileSize, FileUse, Freeable, Reply};
use crate::core::Core;
use crate::core::step::Step;
use crate::core::storage::MOST_USES;

impl Core {
    pub(super) fn answer_preview(&mut self, step: &mut Step<'_>) {
        let Some(round) = self.files.freeing.round.take() else {
            return;
        };
        let (client, request) = round.asked;
        match self.freeable(round) {
            Ok(freeable) => step.reply(client, request, Ok(Reply::Freeable { freeable })),
            Err(error) => self.refuse(step, client, request, error),
        }
    }

    fn freeable(&self, round: Round) -> Result<Freeable, ApiError> {
        let (mut go, stay): (Vec<Candidate>, Vec<Candidate>) = round
            .group
            .into_iter()
            .partition(|candidate| !candidate.held_by.is_empty());
        go.sort_by_key(|candidate| (std::cmp::Reverse(candidate.size), candidate.id));
        go.truncate(MOST_FILES);
        let known = self.known_holders()?;
        let files = go.into_iter().map(|candidate| {
            let now: BTreeSet<String> = candidate.held_by.iter().map(ToString::to_string).collect();
            let held_by: Vec<FileHolder> = known
                .get(&candidate.id)
                .into_iter()
                .flatten()
                .filter(|holder| now.contains(&holder.device))
                .cloned()
                .collect();
            Ok(FileSize {
                id: candidate.id,
                name: candidate.name,
                size: candidate.size,
                here: candidate.size,
                used_in: self.uses(&candidate.documents)?,
                held_by,
            })
        });
        Ok(Freeable {
            files: files.collect::<Result<_, ApiError>>()?,
            only_here: u32::try_from(stay.len()).unwrap_or(u32::MAX),
            only_here_bytes: stay.iter().map(|candidate| candidate.size).sum(),
            compactable: match self.storable() {
                Ok(()) => self.store.compactable()?,
                Err(_) => 0,
            },
            asked: u32::try_from(round.peers.len()).unwrap_or(u32::MAX),
        })
    }

    fn uses(&self, documents: &[DocumentId]) -> Result<Vec<FileUse>, ApiError> {
        let mut uses = Vec::new();
        for id in documents.iter().take(MOST_USES) {
            if let Some(row) = self.store.tree_row(*id)? {
                uses.push(FileUse {
                    id: *id,
                    kind: row.kind,
                    title: row.title,
                });
            }
        }
        Ok(uses)
    }
}
