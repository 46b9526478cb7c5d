//! What a person says of himself: a name, the zone he lives in, and the hours in which he works.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// When somebody works: the same hours on each of some days of the week, by his own clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Hours {
    /// The first minute of work, counted from midnight.
    pub start: u16,
    /// The first minute after it; at or before `start` when work ends on the next day.
    pub end: u16,
    /// The days on which it starts: 1 is Monday, 7 Sunday.
    pub days: Vec<u8>,
}

impl Hours {
    /// Whether these can be somebody's hours.
    #[must_use]
    pub fn make_sense(&self) -> bool {
        const DAY: u16 = 24 * 60;
        let in_order = self.days.is_sorted_by(|a, b| a < b);
        let are_days = self.days.iter().all(|day| (1..=7).contains(day));
        self.start < DAY && self.end <= DAY && in_order && are_days && !self.days.is_empty()
    }

    /// The stored form.
    pub(crate) fn write(&self) -> String {
        let days: String = self.days.iter().map(u8::to_string).collect();
        format!("{}-{}/{days}", self.start, self.end)
    }

    /// Reads the stored form. `None` when it is something else.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let (times, days) = text.split_once('/')?;
        let (start, end) = times.split_once('-')?;
        let day = |sign: char| sign.to_digit(10).and_then(|day| u8::try_from(day).ok());
        let hours = Self {
            start: start.parse().ok()?,
            end: end.parse().ok()?,
            days: days.chars().map(day).collect::<Option<_>>()?,
        };
        hours.make_sense().then_some(hours)
    }
}

/// A profile as lists need it. Two devices of one person may have set a field apart; the value in force counts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// The name; empty when none was given.
    pub name: String,
    /// The time zone by its IANA name, as it was given.
    pub zone: Option<String>,
    /// The working hours.
    pub hours: Option<Hours>,
}

impl Profile {
    /// What lists keep of a profile beside its name, in the place of a text.
    #[must_use]
    pub fn text(&self) -> String {
        let zone = self.zone.as_deref().unwrap_or_default();
        let hours = self.hours.as_ref().map(Hours::write).unwrap_or_default();
        format!("{zone}\n{hours}")
    }

    /// Reads what lists keep: the name, and [`Profile::text`].
    #[must_use]
    pub fn listed(name: String, text: &str) -> Self {
        let (zone, hours) = text.split_once('\n').unwrap_or_default();
        Self {
            name,
            zone: Some(zone.to_owned()).filter(|zone| !zone.is_empty()),
            hours: Hours::read(hours),
        }
    }
}

/// An edit of a profile: what is absent stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ProfileEdit {
    /// The new name; an empty one goes back to the name given at joining.
    pub name: Option<String>,
    /// The new zone; an empty one is none.
    pub zone: Option<String>,
    /// The new hours; with no days there are none.
    pub hours: Option<Hours>,
}
