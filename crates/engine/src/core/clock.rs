//! A colleague's clock: whether he works now by what he says of himself, and when that changes.

use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, Zoned};
use skein_model::{Hours, Profile};

/// Whether somebody works, and until when that is so (ms since 1970).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Working {
    pub(super) now: bool,
    pub(super) changes_at: i64,
}

/// A zone by its IANA name. The data base of zones is part of the program, so that every device has the same.
pub(super) fn zone(name: &str) -> Option<TimeZone> {
    let zone = TimeZone::get(name).ok()?;
    zone.iana_name().is_some().then_some(zone)
}

/// Nothing when the profile does not say enough, or names a zone that is not known here.
pub(super) fn working(profile: &Profile, at_ms: i64) -> Option<Working> {
    let zone = zone(profile.zone.as_deref()?)?;
    let hours = profile.hours.as_ref()?;
    let now = Timestamp::from_millisecond(at_ms).ok()?;
    let mut until: Option<Timestamp> = None;
    for (start, end) in stretches(hours, &now.to_zoned(zone))? {
        match until {
            // Work that goes on without a break, as from Monday's midnight into Tuesday.
            Some(reached) if start <= reached => until = Some(reached.max(end)),
            Some(_) => break,
            None if end <= now => {}
            None if start <= now => until = Some(end),
            None => {
                return Some(Working {
                    now: false,
                    changes_at: start.as_millisecond(),
                });
            }
        }
    }
    until.map(|end| Working {
        now: true,
        changes_at: end.as_millisecond(),
    })
}

/// The stretches of work from yesterday to the week after next, in order. An hour that a zone leaves out or has twice is
/// read as clocks on the wall show it.
fn stretches(hours: &Hours, now: &Zoned) -> Option<Vec<(Timestamp, Timestamp)>> {
    let mut found = Vec::new();
    let zone = now.time_zone();
    for offset in -2..=14 {
        let date = now.date().checked_add(Span::new().days(offset)).ok()?;
        if !hours.days.contains(&number(date.weekday())) {
            continue;
        }
        let at = |day: i64, minutes: u16| {
            let date = date.checked_add(Span::new().days(day)).ok()?;
            let time = date
                .at(0, 0, 0, 0)
                .checked_add(Span::new().minutes(i64::from(minutes)));
            let zoned = zone.to_ambiguous_zoned(time.ok()?).compatible().ok()?;
            Some(zoned.timestamp())
        };
        let night = i64::from(hours.end <= hours.start);
        found.push((at(0, hours.start)?, at(night, hours.end)?));
    }
    Some(found)
}

fn number(day: Weekday) -> u8 {
    u8::try_from(day.to_monday_one_offset()).unwrap_or_default()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn profile(zone: &str, start: u16, end: u16, days: &[u8]) -> Profile {
        Profile {
            name: String::new(),
            zone: Some(zone.to_owned()),
            hours: Some(Hours {
                start,
                end,
                days: days.to_vec(),
            }),
        }
    }

    fn ms(text: &str) -> i64 {
        text.parse::<Timestamp>().unwrap().as_millisecond()
    }

    fn at(profile: &Profile, text: &str) -> (bool, String) {
        let working = working(profile, ms(text)).unwrap();
        let changes = Timestamp::from_millisecond(working.changes_at).unwrap();
        (working.now, changes.to_string())
    }

    fn expect(now: bool, text: &str) -> (bool, String) {
        (now, text.to_owned())
    }

    const WEEK: &[u8] = &[1, 2, 3, 4, 5];

    #[test]
    fn work_begins_and_ends_by_the_persons_own_clock() {
        let tokyo = profile("Asia/Tokyo", 540, 1050, WEEK);
        // Monday, 2026-11-23; Tokyo is nine hours ahead.
        assert_eq!(
            at(&tokyo, "2026-11-22T23:59:00Z"),
            expect(false, "2026-11-23T00:00:00Z")
        );
        assert_eq!(
            at(&tokyo, "2026-11-23T00:00:00Z"),
            expect(true, "2026-11-23T08:30:00Z")
        );
        assert_eq!(
            at(&tokyo, "2026-11-27T08:30:00Z"),
            expect(false, "2026-11-30T00:00:00Z")
        );
    }

    #[test]
    fn when_clocks_change_work_still_begins_at_nine() {
        let lisbon = profile("Europe/Lisbon", 540, 1050, &[1, 2, 3, 4, 5, 6, 7]);
        // Summer time ends on 2026-10-25.
        assert_eq!(
            at(&lisbon, "2026-10-24T20:00:00Z"),
            expect(false, "2026-10-25T09:00:00Z")
        );
        assert_eq!(
            at(&lisbon, "2026-10-24T07:00:00Z"),
            expect(false, "2026-10-24T08:00:00Z")
        );
    }

    #[test]
    fn a_night_shift_ends_on_the_next_day_and_work_around_the_clock_does_not_flicker() {
        let night = profile("America/New_York", 22 * 60, 6 * 60, &[7]);
        assert_eq!(
            at(&night, "2026-11-23T05:00:00Z"),
            expect(true, "2026-11-23T11:00:00Z")
        );
        let days = profile("Etc/UTC", 0, 1440, WEEK);
        assert_eq!(
            at(&days, "2026-11-23T05:00:00Z"),
            expect(true, "2026-11-28T00:00:00Z")
        );
    }

    #[test]
    fn without_a_known_zone_or_hours_nothing_is_said() {
        assert_eq!(working(&profile("Mars/Olympus", 540, 1050, WEEK), 0), None);
        assert_eq!(working(&Profile::default(), 0), None);
    }

    proptest! {
        #[test]
        fn the_moment_of_change_lies_ahead_and_changes(
            name in prop::sample::select(vec!["Europe/Lisbon", "Asia/Tokyo", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"]),
            start in 0_u16..1440, end in 0_u16..=1440, days in prop::sample::subsequence(vec![1_u8, 2, 3, 4, 5, 6], 1..6), at in 1_700_000_000_000_i64..1_900_000_000_000,
        ) {
            let profile = profile(name, start, end, &days);
            let before = working(&profile, at).unwrap();
            prop_assert!(before.changes_at > at);
            let after = working(&profile, before.changes_at).unwrap();
            prop_assert_eq!(after.now, !before.now);
        }
    }
}
