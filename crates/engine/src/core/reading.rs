//! Answers from projections and open documents; nothing here changes anything.

use std::collections::BTreeMap;

use skein_model::{CardId, DocumentId, Kind, TextField};

use super::Core;
use super::context::context;
use crate::api::{
    ApiError, Backlink, HitPart, Listed, NoteContent, Reply, SearchHit, TagCount, TreeItem,
};

/// The most hits a search gives.
const MOST_HITS: u32 = 200;
/// Of so many documents that link somewhere the words around the link are read, the latest first.
const MOST_CONTEXTS: usize = 100;
/// A tree deeper than this is cut: somebody built it by hand.
const DEEPEST: u32 = 200;

impl Core {
    pub(super) fn read_note(&self, id: DocumentId) -> Result<Reply, ApiError> {
        let document = self.document(id)?;
        let view = document.note()?;
        Ok(Reply::Note {
            note: NoteContent {
                id,
                title: view.title.value,
                other_titles: view.title.others,
                parent: view.parent,
                life: view.life,
                text: document.text(TextField::NoteText)?,
                heads: document
                    .heads()
                    .as_slice()
                    .iter()
                    .map(|hash| skein_model::id::to_base32(hash))
                    .collect(),
            },
        })
    }

    pub(super) fn read_board(&self, id: DocumentId) -> Result<Reply, ApiError> {
        Ok(Reply::Board {
            board: self.document(id)?.board()?,
        })
    }

    pub(super) fn read_card(&self, card: CardId) -> Result<Reply, ApiError> {
        let board = self
            .store
            .board_of(card)?
            .ok_or_else(|| ApiError::not_found("such card"))?;
        Ok(Reply::Card {
            document: board,
            card: self.document(board)?.card(card)?,
        })
    }

    /// Documents in use, or those in the trash.
    pub(super) fn tree(&self, trashed: bool) -> Result<Vec<TreeItem>, ApiError> {
        let rows = if trashed {
            self.store.trash()?
        } else {
            self.store.tree()?
        };
        Ok(rows.into_iter().map(item).collect())
    }

    pub(super) fn tree_item(&self, id: DocumentId) -> Result<Option<TreeItem>, ApiError> {
        let row = self.store.tree_row(id)?;
        Ok(row.filter(|row| row.kind != Kind::Profile).map(item))
    }

    /// The documents under one parent, in order.
    pub(super) fn siblings(&self, parent: Option<DocumentId>) -> Result<Vec<TreeItem>, ApiError> {
        Ok(self.store.children(parent)?.into_iter().map(item).collect())
    }

    /// All documents in tree order with their depth; what hangs under something absent comes at the root.
    pub(super) fn list_documents(
        &self,
        kind: Option<Kind>,
        trashed: bool,
    ) -> Result<Reply, ApiError> {
        let mut documents = in_tree_order(self.tree(trashed)?);
        documents.retain(|listed| kind.is_none_or(|kind| listed.item.kind == kind));
        Ok(Reply::Documents { documents })
    }

    /// Every tag of a document that is not in the trash.
    pub(super) fn list_tags(&self) -> Result<Reply, ApiError> {
        let tags = self.store.tags()?.into_iter();
        let tags = tags.map(|(tag, count)| TagCount {
            tag,
            count: u32::try_from(count).unwrap_or(u32::MAX),
        });
        Ok(Reply::Tags {
            tags: tags.collect(),
        })
    }

    pub(super) fn search(&self, query: &str, limit: u32) -> Result<Reply, ApiError> {
        let Some(workspace) = &self.workspace else {
            return Ok(Reply::Found { hits: Vec::new() });
        };
        let me = self.device.id();
        let permits: Vec<_> = [Kind::Note, Kind::Board]
            .into_iter()
            .filter_map(|kind| workspace.authority.read(&me, kind).ok())
            .collect();
        let hits = self
            .store
            .search(&permits, query, limit.min(MOST_HITS) as usize)?;
        let hits = hits
            .into_iter()
            .map(|hit| SearchHit {
                id: hit.document,
                card: hit.card,
                kind: hit.kind,
                title: hit.title,
                snippet: hit
                    .snippet
                    .into_iter()
                    .map(|(text, hit)| HitPart { text, hit })
                    .collect(),
            })
            .collect();
        Ok(Reply::Found { hits })
    }

    pub(super) fn backlinks(&self, id: DocumentId) -> Result<Vec<Backlink>, ApiError> {
        let mut rows = self.store.backlinks(id)?;
        let title = self.store.tree_row(id)?.map(|row| row.title);
        // One document may link here several times.
        rows.dedup_by_key(|row| row.document);
        let backlink = |(place, row): (usize, skein_store::Backlink)| {
            let context = match place {
                0..MOST_CONTEXTS => {
                    let mut context = self.context_of(&row)?;
                    // Nobody reads ids.
                    for part in context.iter_mut().filter(|part| part.hit) {
                        if part.text.parse() == Ok(id) {
                            part.text = title.clone().unwrap_or_default();
                        }
                    }
                    context
                }
                _ => Vec::new(),
            };
            Ok(Backlink {
                id: row.document,
                title: row.title,
                context,
            })
        };
        rows.into_iter().enumerate().map(backlink).collect()
    }

    fn context_of(&self, row: &skein_store::Backlink) -> Result<Vec<HitPart>, ApiError> {
        let workspace = self.workspace.as_ref().ok_or_else(Self::no_workspace)?;
        let permit = workspace.authority.read(&self.device.id(), row.kind)?;
        let target = &row.link.target;
        let text = self.store.text_with(&permit, row.document, target)?;
        Ok(text.map_or_else(Vec::new, |text| context(&text, target)))
    }
}

fn item(row: skein_store::TreeRow) -> TreeItem {
    TreeItem {
        id: row.id,
        kind: row.kind,
        title: row.title,
        parent: row.parent,
        position: row.position,
        life: row.life,
        updated_at: row.updated_ms,
        conflicts: row.conflicts,
    }
}

/// Depth first, siblings by position. Two people can move two documents under one another while apart; such a ring hangs at
/// the root, broken at its smallest id.
pub(crate) fn in_tree_order(items: Vec<TreeItem>) -> Vec<Listed> {
    let known: BTreeMap<DocumentId, Option<DocumentId>> =
        items.iter().map(|item| (item.id, item.parent)).collect();
    let mut children: BTreeMap<Option<DocumentId>, Vec<TreeItem>> = BTreeMap::new();
    for item in items {
        let parent = item
            .parent
            .filter(|parent| known.contains_key(parent) && !closes_ring(&known, item.id));
        children.entry(parent).or_default().push(item);
    }
    for siblings in children.values_mut() {
        siblings.sort_by(|a, b| (&b.position, b.id).cmp(&(&a.position, a.id)));
    }
    let mut listed = Vec::with_capacity(known.len());
    let mut stack: Vec<(u32, TreeItem)> = children
        .remove(&None)
        .unwrap_or_default()
        .into_iter()
        .map(|item| (0, item))
        .collect();
    while let Some((depth, item)) = stack.pop() {
        let below = children.remove(&Some(item.id)).unwrap_or_default();
        stack.extend(
            below
                .into_iter()
                .map(|child| ((depth + 1).min(DEEPEST), child)),
        );
        listed.push(Listed { item, depth });
    }
    listed
}

/// Whether following parents from here comes back here, and this is the ring's smallest id.
fn closes_ring(parents: &BTreeMap<DocumentId, Option<DocumentId>>, start: DocumentId) -> bool {
    let mut at = start;
    let mut smallest = start;
    for _ in 0..parents.len() {
        match parents.get(&at).copied().flatten() {
            Some(parent) if parent == start => return smallest == start,
            Some(parent) => {
                smallest = smallest.min(parent);
                at = parent;
            }
            None => return false,
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use skein_model::Life;

    use super::*;

    fn item(id: u8, parent: Option<u8>, position: &str) -> TreeItem {
        TreeItem {
            id: DocumentId::from_bytes([id; 16]),
            kind: Kind::Note,
            title: id.to_string(),
            parent: parent.map(|parent| DocumentId::from_bytes([parent; 16])),
            position: position.to_owned(),
            life: Life::Alive,
            updated_at: 0,
            conflicts: 0,
        }
    }

    fn order(items: Vec<TreeItem>) -> Vec<(String, u32)> {
        in_tree_order(items)
            .into_iter()
            .map(|listed| (listed.item.title, listed.depth))
            .collect()
    }

    #[test]
    fn the_tree_is_read_depth_first_in_order_of_position() {
        let items = vec![
            item(1, None, "b"),
            item(2, None, "a"),
            item(3, Some(1), "z"),
            item(4, Some(1), "a"),
            item(5, Some(4), "a"),
        ];
        let expected = [("2", 0), ("1", 0), ("4", 1), ("5", 2), ("3", 1)]
            .map(|(title, depth)| (title.to_owned(), depth));
        assert_eq!(order(items), expected);
    }

    #[test]
    fn a_ring_made_by_two_moves_apart_loses_nothing() {
        let items = vec![
            item(1, Some(2), "a"),
            item(2, Some(3), "a"),
            item(3, Some(1), "a"),
            item(4, Some(9), "a"),
        ];
        let listed = order(items);
        assert_eq!(listed.len(), 4);
        assert!(listed.contains(&("1".to_owned(), 0)) && listed.contains(&("4".to_owned(), 0)));
    }
}
