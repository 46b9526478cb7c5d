//! The order of a board's cards, kept beside the document so that a move does not walk over all cards.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use super::board::{self, Columns};
use super::fields::{self, Fields};
use crate::id::{CardId, ColumnId};
use crate::view::CardPlace;

/// Where every card lies, by column and position, as its place register says.
#[derive(Debug, Clone, Default)]
pub(super) struct BoardIndex {
    places: BTreeMap<CardId, CardPlace>,
    columns: BTreeMap<ColumnId, BTreeSet<(String, CardId)>>,
}

/// Where something new fits between its neighbours.
#[derive(Debug, Default)]
pub(super) struct Slot {
    pub(super) before: Option<String>,
    pub(super) after: Option<String>,
    /// Cards behind the slot with the very position of the one before it: they have to make room.
    pub(super) tied: Vec<CardId>,
}

impl BoardIndex {
    pub(super) fn build(f: &dyn Fields) -> Self {
        let mut index = Self::default();
        for (id, obj) in board::card_objects(f) {
            index.put(id, board::raw_place(f, &obj));
        }
        index
    }

    pub(super) fn put(&mut self, card: CardId, place: CardPlace) {
        if let Some(old) = self.places.insert(card, place.clone())
            && let Some(column) = self.columns.get_mut(&old.column)
        {
            column.remove(&(old.position, card));
        }
        self.columns
            .entry(place.column)
            .or_default()
            .insert((place.position, card));
    }

    /// Reads the place of a card again.
    pub(super) fn refresh(&mut self, f: &dyn Fields, card: CardId) {
        match fields::card(f, card) {
            Some(obj) => self.put(card, board::raw_place(f, &obj)),
            None => {
                if let Some(old) = self.places.remove(&card)
                    && let Some(column) = self.columns.get_mut(&old.column)
                {
                    column.remove(&(old.position, card));
                }
            }
        }
    }

    /// The column a card is shown in and its position there.
    pub(super) fn place(&self, columns: &Columns, card: CardId) -> Option<CardPlace> {
        let place = self.places.get(&card)?;
        Some(CardPlace {
            column: columns.shown(place.column),
            position: place.position.clone(),
        })
    }

    /// All cards shown in a column, in no particular order.
    pub(super) fn cards_in(&self, columns: &Columns, column: ColumnId) -> Vec<CardId> {
        let mut cards: Vec<_> = self.sources(columns, column).flatten().collect();
        cards.sort();
        cards.into_iter().map(|(_, card)| *card).collect()
    }

    fn sources<'a>(
        &'a self,
        columns: &'a Columns,
        column: ColumnId,
    ) -> impl Iterator<Item = &'a BTreeSet<(String, CardId)>> {
        self.columns
            .iter()
            .filter(move |(raw, _)| columns.shown(**raw) == column)
            .map(|(_, cards)| cards)
    }

    /// The entries of a column behind a key.
    fn following<'a>(
        &'a self,
        columns: &'a Columns,
        column: ColumnId,
        behind: Option<&(String, CardId)>,
        without: CardId,
    ) -> Option<&'a (String, CardId)> {
        let bound = behind.map_or(Bound::Unbounded, Bound::Excluded);
        self.sources(columns, column)
            .filter_map(|cards| {
                cards
                    .range((bound, Bound::Unbounded))
                    .find(|(_, card)| *card != without)
            })
            .min()
    }

    /// The card right before another in its column.
    pub(super) fn predecessor(&self, columns: &Columns, card: CardId) -> Option<CardId> {
        let place = self.place(columns, card)?;
        let key = (place.position, card);
        let before = self
            .sources(columns, place.column)
            .filter_map(|cards| cards.range(..&key).next_back())
            .max()?;
        Some(before.1)
    }

    /// Room behind `after` (none: at the top; a card that lies elsewhere: at the bottom) for `moving`.
    pub(super) fn slot(
        &self,
        columns: &Columns,
        column: ColumnId,
        after: Option<CardId>,
        moving: CardId,
    ) -> Slot {
        let Some(after) = after else {
            let first = self.following(columns, column, None, moving);
            return Slot {
                after: first.map(|(position, _)| position.clone()),
                ..Slot::default()
            };
        };
        match self.place(columns, after) {
            Some(place) if place.column == column && after != moving => {
                let mut key = (place.position.clone(), after);
                let mut tied = Vec::new();
                while let Some(next) = self.following(columns, column, Some(&key), moving) {
                    if next.0 != place.position {
                        return Slot {
                            before: Some(place.position),
                            after: Some(next.0.clone()),
                            tied,
                        };
                    }
                    tied.push(next.1);
                    key = next.clone();
                }
                Slot {
                    before: Some(place.position),
                    after: None,
                    tied,
                }
            }
            _ => {
                let last = self
                    .sources(columns, column)
                    .filter_map(|cards| cards.iter().rev().find(|(_, card)| *card != moving))
                    .max();
                Slot {
                    before: last.map(|(position, _)| position.clone()),
                    ..Slot::default()
                }
            }
        }
    }
}
