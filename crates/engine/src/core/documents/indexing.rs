//! Search, tags and links follow the texts: read from a still copy away from the core, put into the index in pieces.

use std::collections::BTreeSet;

use skein_model::DocumentId;
use skein_store::{Durability, StoreError};

use super::StaleText;
use crate::api::{ApiError, RequestId};
use crate::core::io::ClientId;
use crate::core::jobs::{Job, TextRead};
use crate::core::step::Step;
use crate::core::{Core, Flow};

/// So many searches wait for texts at most; further ones find what is indexed.
const MOST_SEARCHES: usize = 64;

/// Which texts are being read, and who waits for them.
#[derive(Default)]
pub(in crate::core) struct Indexing {
    /// How many readings were begun.
    begun: u64,
    searches: Vec<Search>,
}

/// A search that waits until what was typed before it can be found.
struct Search {
    client: ClientId,
    request: RequestId,
    query: String,
    limit: u32,
    /// Readings begun later than this one show what was typed before the search.
    after: u64,
    awaits: BTreeSet<DocumentId>,
}

impl Core {
    /// Whoever searches finds what was typed a moment ago too: of a long text, as soon as it was read.
    pub(in crate::core) fn search_when_caught_up(
        &mut self,
        step: &mut Step<'_>,
        (client, request): (ClientId, RequestId),
        query: String,
        limit: u32,
    ) -> Result<Flow, ApiError> {
        let after = self.indexing.begun;
        let typed: Vec<DocumentId> = self
            .documents
            .iter()
            .filter(|(_, slot)| slot.burst.is_some() || slot.stale_text.is_some() || slot.indexing)
            .map(|(id, _)| *id)
            .collect();
        for id in &typed {
            self.bring_text_up_to_date(step, *id);
        }
        let awaits: BTreeSet<DocumentId> = typed
            .into_iter()
            .filter(|id| self.documents.get(id).is_some_and(|slot| slot.indexing))
            .collect();
        if awaits.is_empty() || self.indexing.searches.len() >= MOST_SEARCHES {
            return Ok(Flow::Answer(Box::new(self.search(&query, limit)?)));
        }
        self.indexing.searches.push(Search {
            client,
            request,
            query,
            limit,
            after,
            awaits,
        });
        Ok(Flow::Later)
    }

    /// Begins to read a text that search, tags and links do not follow yet, unless that is under way.
    pub(in crate::core) fn bring_text_up_to_date(&mut self, step: &mut Step<'_>, id: DocumentId) {
        if let Err(error) = self.close_burst(step, id) {
            tracing::warn!(%error, %id, "typed text stays in the journal");
            return;
        }
        let Some(slot) = self.documents.get_mut(&id) else {
            return;
        };
        let Some(document) = slot.document.as_deref() else {
            return;
        };
        if slot.indexing || slot.stale_text.take().is_none() {
            return;
        }
        let still = match document.still() {
            Ok(still) => still,
            Err(error) => {
                tracing::warn!(%error, %id, "the text could not be read for search");
                return;
            }
        };
        slot.indexing = true;
        let size = slot.size;
        self.indexing.begun += 1;
        let job = Job::Read {
            id,
            number: self.indexing.begun,
            still: Box::new(still),
        };
        if let Err(error) = self.start_job(step, job, size) {
            tracing::warn!(%error, %id, "the text could not be read for search");
        }
    }

    /// A text was read: it becomes what search, tags and links know. If it has changed since, it stays marked as behind.
    pub(in crate::core) fn text_was_read(
        &mut self,
        step: &mut Step<'_>,
        read: TextRead,
    ) -> Result<(), ApiError> {
        let TextRead {
            id,
            number,
            heads,
            result,
        } = read;
        let newest = self.store.heads(id)?.is_some_and(|(_, now)| now == heads);
        let mono = step.now.mono_ms;
        if let Some(slot) = self.documents.get_mut(&id) {
            slot.indexing = false;
            if !newest {
                slot.stale_text.get_or_insert(StaleText {
                    since: mono,
                    last: mono,
                });
            }
        }
        match result {
            Ok(found) => {
                // Cards are kept up to date with each change; of a board only what its descriptions say is left.
                let written = self.store.write(Durability::Normal, |tx| {
                    tx.put_text(id, &found.text, &found.tags, &found.links)?;
                    if newest {
                        return Ok(());
                    }
                    tx.mark_text_stale(id)
                });
                match written {
                    Ok(()) => step.news.links = true,
                    Err(error) => {
                        tracing::warn!(%error, %id, "search does not know the newest text yet; it is done again at the next start");
                        self.mend_search(&error);
                    }
                }
            }
            Err(error) => {
                tracing::warn!(%error, %id, "the text could not be read for search");
            }
        }
        self.answer_searches(step, id, number);
        Ok(())
    }

    /// Answers those who waited for a text only; what was typed between the reading and a search is read again.
    fn answer_searches(&mut self, step: &mut Step<'_>, id: DocumentId, number: u64) {
        let behind = self
            .documents
            .get(&id)
            .is_some_and(|slot| slot.stale_text.is_some());
        let mut again = false;
        for search in &mut self.indexing.searches {
            if search.awaits.contains(&id) {
                if behind && number <= search.after {
                    again = true;
                } else {
                    search.awaits.remove(&id);
                }
            }
        }
        let (ready, waiting): (Vec<_>, Vec<_>) = std::mem::take(&mut self.indexing.searches)
            .into_iter()
            .partition(|search| search.awaits.is_empty());
        self.indexing.searches = waiting;
        for search in ready {
            let found = self.search(&search.query, search.limit);
            step.reply(search.client, search.request, found);
        }
        if again {
            self.bring_text_up_to_date(step, id);
            // A document that is out for other work is read when it is back; the search does not wait for that.
            if self.documents.get(&id).is_none_or(|slot| !slot.indexing) {
                self.answer_searches(step, id, u64::MAX);
            }
        }
    }

    /// An index that alone is damaged is made again from the texts.
    fn mend_search(&mut self, error: &StoreError) {
        if matches!(error, StoreError::SearchIndex(_))
            && let Err(error) = self
                .store
                .write(Durability::Normal, |tx| tx.rebuild_search())
        {
            tracing::error!(%error, "the search index could not be made again");
        }
    }
}
