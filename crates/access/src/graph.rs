//! The operations as a graph: who had seen what, and the access order (depth, then id), in which every operation follows what it had seen.

use std::collections::{BTreeMap, HashMap};

use crate::id::{EnvelopeId, MemberId, WorkspaceId};
use crate::node::Node;

/// More operations than this are ignored, the deepest first: it bounds what a hostile member can cost.
const MAX_OPERATIONS: usize = 20_000;

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

/// The operations whose whole past is here, in access order.
pub(crate) struct Graph<'n> {
    founder: MemberId,
    nodes: Vec<&'n Node>,
    places: HashMap<EnvelopeId, usize>,
    past: Vec<Bits>,
    /// Operations that build on something missing.
    pub(crate) waiting: Vec<EnvelopeId>,
    /// Operations beyond the limit.
    pub(crate) beyond: Vec<EnvelopeId>,
}

impl<'n> Graph<'n> {
    pub(crate) fn build(workspace: WorkspaceId, all: &'n BTreeMap<EnvelopeId, Node>) -> Self {
        let depths = depths(all);
        let waiting = all
            .keys()
            .filter(|id| !depths.contains_key(*id))
            .copied()
            .collect();
        let mut order: Vec<(usize, EnvelopeId)> =
            depths.into_iter().map(|(id, depth)| (depth, id)).collect();
        order.sort_unstable();
        let beyond = order
            .split_off(order.len().min(MAX_OPERATIONS))
            .into_iter()
            .map(|(_, id)| id)
            .collect();
        let nodes: Vec<&Node> = order.iter().filter_map(|(_, id)| all.get(id)).collect();
        let places: HashMap<EnvelopeId, usize> = nodes
            .iter()
            .enumerate()
            .map(|(place, node)| (node.id, place))
            .collect();
        let mut past: Vec<Bits> = Vec::with_capacity(nodes.len());
        for (place, node) in nodes.iter().enumerate() {
            let mut seen = Bits::with_room_for(nodes.len());
            seen.insert(place);
            for parent in &node.parents {
                if let Some(before) = places.get(parent).and_then(|place| past.get(*place)) {
                    seen.union(before);
                }
            }
            past.push(seen);
        }
        Self {
            founder: MemberId::from(workspace),
            nodes,
            places,
            past,
            waiting,
            beyond,
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
