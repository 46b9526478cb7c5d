//! Gaps in the numbers of somebody's envelopes, for an audit: what is missing here, and what is known of where it may be.

use std::collections::{BTreeMap, BTreeSet};

use skein_access::DeviceId;

use super::Core;
use super::invites::HOUR;
use super::numbers::{Gap, Numbers};
use super::peers::Link;
use crate::api::{MissingNumbers, NumberRange, Outlook};

/// So many devices are told of, those of which most is missing first.
const DEVICES: usize = 64;
/// So many ranges of one device are told.
const RANGES: usize = 8;

/// The numbers that were met, by device, and who wrote a pack that nobody here could open yet.
#[derive(Default)]
pub(super) struct Met {
    numbers: BTreeMap<DeviceId, Numbers>,
    packed: BTreeSet<DeviceId>,
}

impl Met {
    pub(super) fn envelope(&mut self, device: DeviceId, number: u64, hour: u32) {
        let numbers = self.numbers.entry(device).or_default();
        numbers.insert(number, hour);
    }

    pub(super) fn locked_pack(&mut self, device: DeviceId) {
        self.packed.insert(device);
    }
}

impl Core {
    /// What is missing of each device that is, or was, a member's. Of a removed one nothing is missed beyond the last number that counts.
    pub(super) fn missing_numbers(&self, met: &Met) -> Vec<MissingNumbers> {
        let Some(workspace) = &self.workspace else {
            return Vec::new();
        };
        let of_device = met.numbers.iter().filter_map(|(device, numbers)| {
            let standing = workspace.authority.standing(device)?;
            let through = standing.removed_after().unwrap_or(u64::MAX);
            let gaps: Vec<Gap> = numbers.gaps(through).collect();
            self.told_missing(device, &gaps, met.packed.contains(device))
        });
        let mut missing: Vec<MissingNumbers> = of_device.collect();
        missing.sort_by_key(|missing| std::cmp::Reverse(missing.count));
        missing.truncate(DEVICES);
        missing
    }

    fn told_missing(
        &self,
        device: &DeviceId,
        gaps: &[Gap],
        packed: bool,
    ) -> Option<MissingNumbers> {
        let later_at = i64::from(gaps.first()?.before_hour) * HOUR;
        let count = gaps
            .iter()
            .fold(0_u64, |sum, gap| sum.saturating_add(gap.count()));
        let ranges = gaps.iter().take(RANGES).map(|gap| NumberRange {
            first: gap.first,
            last: gap.last,
        });
        Some(MissingNumbers {
            person: self.person(device, later_at).map(|person| person.name),
            device: device.to_string(),
            mine: *device == self.device.id(),
            count: u32::try_from(count).unwrap_or(u32::MAX),
            ranges: ranges.collect(),
            more_ranges: u32::try_from(gaps.len().saturating_sub(RANGES)).unwrap_or(u32::MAX),
            later_at: later_at.min(self.wall_ms),
            outlook: match packed {
                true => Outlook::InPack,
                false => self.outlook(),
            },
        })
    }

    /// Where what is missing may come from, as far as the connections tell.
    fn outlook(&self) -> Outlook {
        let mut open = self.links.values().filter(|link| link.is_open_for_data());
        if self.joining.is_some()
            || self.takes_over()
            || self.links.values().any(Link::is_comparing)
        {
            Outlook::Coming
        } else if open.next().is_some() {
            Outlook::NobodyConnectedHasThem
        } else {
            Outlook::NobodyConnected
        }
    }
}
