//! The operations as a graph: who had seen what, and the access order (depth, then id), in which every operation follows what it had seen.
//! What is not looked at ([`crate::bounds`]) passes on what it had seen, and says nothing.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::bounds::{self, Looked, Order};
use crate::id::{EnvelopeId, MemberId, WorkspaceId};
use crate::node::Node;

/// Which of the operations, by their place in access order.
#[derive(Debug, Clone, Default)]
struct Bits(Vec<u64>);

impl Bits {
    fn with_room_for(count: usize) -> Self {
        Self(vec![0; count.div_ceil(64)])
    }

    fn insert(&mut self, index: usize) {
        if let Some(word) = self.0.get_mut(index / 64) {
            *word |= 1 << (index % 64);
        }
    }

    fn contains(&self, index: usize) -> bool {
        self.0
            .get(index / 64)
            .is_some_and(|word| word & (1 << (index % 64)) != 0)
    }

    fn union(&mut self, other: &Self) {
        for (word, more) in self.0.iter_mut().zip(&other.0) {
            *word |= more;
        }
    }
}

/// The operations whose whole past is here and that are looked at, in access order.
pub(crate) struct Graph<'n> {
    founder: MemberId,
    nodes: Vec<&'n Node>,
    places: HashMap<EnvelopeId, usize>,
    past: Vec<Bits>,
    /// Operations that build on something missing.
    pub(crate) waiting: Vec<EnvelopeId>,
    /// What is not looked at, and of whom no more would be.
    pub(crate) looked: Looked,
}

impl<'n> Graph<'n> {
    pub(crate) fn build(workspace: WorkspaceId, all: &'n BTreeMap<EnvelopeId, Node>) -> Self {
        let depths = depths(all);
        let waiting = all
            .keys()
            .filter(|id| !depths.contains_key(*id))
            .copied()
            .collect();
        let mut order: Order = depths.into_iter().map(|(id, depth)| (depth, id)).collect();
        order.sort_unstable();
        let looked = bounds::look(workspace, all, &order);
        let nodes: Vec<&Node> = looked.at.iter().filter_map(|id| all.get(id)).collect();
        let places: HashMap<EnvelopeId, usize> = nodes
            .iter()
            .enumerate()
            .map(|(place, node)| (node.id, place))
            .collect();
        let past = pasts(all, &order, &places);
        Self {
            founder: MemberId::from(workspace),
            nodes,
            places,
            past,
            waiting,
            looked,
        }
    }

    /// The member whom the genesis founds.
    pub(crate) const fn founder(&self) -> MemberId {
        self.founder
    }

    pub(crate) fn len(&self) -> usize {
        self.nodes.len()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (usize, &'n Node)> + '_ {
        self.nodes.iter().copied().enumerate()
    }

    pub(crate) fn node(&self, place: usize) -> Option<&'n Node> {
        self.nodes.get(place).copied()
    }

    pub(crate) fn place(&self, id: &EnvelopeId) -> Option<usize> {
        self.places.get(id).copied()
    }

    /// Whether `later` is `earlier`, or had seen it.
    pub(crate) fn saw(&self, later: usize, earlier: usize) -> bool {
        self.past
            .get(later)
            .is_some_and(|past| past.contains(earlier))
    }
}

/// What each operation that is looked at had seen, through whatever stood between.
fn pasts(
    all: &BTreeMap<EnvelopeId, Node>,
    order: &Order,
    places: &HashMap<EnvelopeId, usize>,
) -> Vec<Bits> {
    let between = between(all, places);
    let mut passed_on: HashMap<EnvelopeId, Bits> = HashMap::new();
    let mut past: Vec<Bits> = Vec::with_capacity(places.len());
    for (_, id) in order {
        let place = places.get(id);
        let Some(node) = all
            .get(id)
            .filter(|_| place.is_some() || between.contains(id))
        else {
            continue;
        };
        let mut seen = Bits::with_room_for(places.len());
        for parent in &node.parents {
            let before = match places.get(parent) {
                Some(place) => past.get(*place),
                None => passed_on.get(parent),
            };
            if let Some(before) = before {
                seen.union(before);
            }
        }
        match place {
            Some(place) => {
                seen.insert(*place);
                past.push(seen);
            }
            None => {
                passed_on.insert(*id, seen);
            }
        }
    }
    past
}

/// What is not looked at and lies in the past of something that is.
fn between(
    all: &BTreeMap<EnvelopeId, Node>,
    places: &HashMap<EnvelopeId, usize>,
) -> HashSet<EnvelopeId> {
    let mut between = HashSet::new();
    let mut next: Vec<&Node> = places.keys().filter_map(|id| all.get(id)).collect();
    while let Some(node) = next.pop() {
        for parent in &node.parents {
            if !places.contains_key(parent) && between.insert(*parent) {
                next.extend(all.get(parent));
            }
        }
    }
    between
}

/// The longest way from a beginning to each operation whose whole past is here.
fn depths(all: &BTreeMap<EnvelopeId, Node>) -> HashMap<EnvelopeId, usize> {
    let mut children: HashMap<EnvelopeId, Vec<EnvelopeId>> = HashMap::new();
    let mut missing: HashMap<EnvelopeId, usize> = HashMap::new();
    let mut ready: Vec<(EnvelopeId, usize)> = Vec::new();
    for (id, node) in all {
        for parent in &node.parents {
            children.entry(*parent).or_default().push(*id);
        }
        missing.insert(*id, node.parents.len());
        if node.parents.is_empty() {
            ready.push((*id, 0));
        }
    }
    let mut depths: HashMap<EnvelopeId, usize> = HashMap::new();
    let mut deepest: HashMap<EnvelopeId, usize> = HashMap::new();
    while let Some((id, depth)) = ready.pop() {
        depths.insert(id, depth);
        for child in children.get(&id).into_iter().flatten() {
            let below = deepest.entry(*child).or_default();
            *below = (*below).max(depth + 1);
            if let Some(left) = missing.get_mut(child) {
                *left = left.saturating_sub(1);
                if *left == 0 {
                    ready.push((*child, *below));
                }
            }
        }
    }
    depths
}
