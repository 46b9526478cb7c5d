//! `skein people` and `skein profile`: who is here, by whose clock, and what I say of myself.

use jiff::{Timestamp, tz::TimeZone};
use skein_engine::api::{ApiError, Event, Hours, Member, Request, View};

use super::invite::role_word;
use crate::arguments::Profile;
use crate::connection::{Connection, another_question};
use crate::failure::Failure;
use crate::output::Output;

const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
/// The days that people work on when none are said.
const WEEK: [u8; 5] = [1, 2, 3, 4, 5];

pub(super) async fn people(connection: &mut Connection, out: Output) -> Result<(), Failure> {
    let members = members(connection).await?;
    out.show(&members, || {
        let lines: Vec<String> = members.iter().map(words).collect();
        lines.join("\n")
    });
    Ok(())
}

pub(super) async fn run(
    connection: &mut Connection,
    out: Output,
    command: Profile,
) -> Result<(), Failure> {
    if let Profile::Set {
        name,
        zone,
        hours,
        days,
    } = command
    {
        let before = mine(connection).await?.hours;
        let hours = wanted_hours(hours.as_deref(), days.as_deref(), before)?;
        connection
            .ask(Request::SetProfile { name, zone, hours })
            .await?;
    }
    let member = mine(connection).await?;
    out.show(&member, || words(&member));
    Ok(())
}

pub(super) async fn members(connection: &mut Connection) -> Result<Vec<Member>, Failure> {
    match connection.look_at(View::People).await? {
        Event::People { members } => Ok(members),
        _ => Err(another_question()),
    }
}

pub(super) async fn mine(connection: &mut Connection) -> Result<Member, Failure> {
    let mut members = members(connection).await?.into_iter();
    let none = || ApiError::invalid("You are not a member of a workspace here yet.").into();
    members.find(|member| member.me).ok_or_else(none)
}

/// `Ana (you), owner · 14:05 in Europe/Lisbon · works now, until 17:30`.
fn words(member: &Member) -> String {
    let you = if member.me { " (you)" } else { "" };
    let role = role_word(member.role);
    let mut parts = vec![format!("{}{you}, {role}", member.name)];
    let zone = member.zone.as_deref();
    if let Some((name, zone)) = zone.and_then(|name| Some((name, TimeZone::get(name).ok()?))) {
        let now = Timestamp::now().to_zoned(zone.clone());
        parts.push(format!("{} in {name}", now.strftime("%a %H:%M")));
        let changes = member
            .changes_at
            .and_then(|at| Timestamp::from_millisecond(at).ok())
            .map(|at| at.to_zoned(zone).strftime("%a %H:%M").to_string());
        match (member.working, changes) {
            (Some(true), Some(until)) => parts.push(format!("works now, until {until}")),
            (Some(false), Some(from)) => parts.push(format!("works again {from}")),
            _ => {}
        }
    }
    parts.join(" · ")
}

/// What `--hours 09:00-17:30` and `--days mon-fri` say together; one without the other keeps what was said of it before.
fn wanted_hours(
    hours: Option<&str>,
    days: Option<&str>,
    before: Option<Hours>,
) -> Result<Option<Hours>, Failure> {
    if hours.is_none() && days.is_none() {
        return Ok(None);
    }
    let (was, were) = match before {
        Some(before) => (Some((before.start, before.end)), before.days),
        None => (None, WEEK.to_vec()),
    };
    let (start, end) = match hours {
        Some(hours) => read_hours(hours).ok_or_else(|| {
            refused(format!(
                "“{hours}” is not like 09:00-17:30; nothing was changed."
            ))
        })?,
        None => was.ok_or_else(|| refused("Say --hours too, like 09:00-17:30.".to_owned()))?,
    };
    let days = match days {
        Some(days) => read_days(days).ok_or_else(|| {
            refused(format!(
                "“{days}” is not like mon-fri or mon,wed,sat; nothing was changed."
            ))
        })?,
        None => were,
    };
    Ok(Some(Hours { start, end, days }))
}

fn refused(words: String) -> Failure {
    ApiError::invalid(words).into()
}

fn read_hours(text: &str) -> Option<(u16, u16)> {
    let minutes = |time: &str| {
        let (hours, minutes) = time.trim().split_once(':')?;
        let (hours, minutes): (u16, u16) = (hours.parse().ok()?, minutes.parse().ok()?);
        (hours <= 24 && minutes < 60).then_some(hours * 60 + minutes)
    };
    let (start, end) = text.split_once('-')?;
    Some((minutes(start)?, minutes(end)?))
}

fn read_days(text: &str) -> Option<Vec<u8>> {
    let number = |name: &str| {
        let name = name.trim().to_ascii_lowercase();
        let at = DAYS.iter().position(|day| name.get(..3) == Some(day))?;
        u8::try_from(at + 1).ok()
    };
    let mut days = Vec::new();
    for part in text.split(',') {
        match part.split_once('-') {
            Some((from, to)) => {
                let (from, to) = (number(from)?, number(to)?);
                let last = if to < from { to + 7 } else { to };
                days.extend((from..=last).map(|day| (day - 1) % 7 + 1));
            }
            None => days.push(number(part)?),
        }
    }
    days.sort_unstable();
    days.dedup();
    Some(days)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn hours_and_days_are_read_as_people_write_them() {
        assert_eq!(read_hours("09:00-17:30"), Some((540, 1050)));
        assert_eq!(read_hours("22:00 - 6:00"), Some((1320, 360)));
        assert_eq!(read_hours("nine to five"), None);
        assert_eq!(read_days("mon-fri").unwrap(), WEEK);
        assert_eq!(read_days("Sat-Mon, wednesday").unwrap(), [1, 3, 6, 7]);
        assert_eq!(read_days("soon"), None);
    }
}
