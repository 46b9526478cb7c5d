//! What the core noticed about the safety of the work and says to the person.

use skein_access::{DeviceId, Envelope};
use skein_store::Durability;
use skein_sync::ItemRef;

use super::Core;
use super::step::Step;
use crate::api::{ApiError, Notice, Reply, count_of};

/// A colleague's clock may be so far ahead before it is spoken of (hours).
const HOURS_AHEAD: u32 = 3;

impl Core {
    /// Says something once; the newest words about the same matter and subject stand.
    pub(super) fn notice(&mut self, step: &mut Step<'_>, code: &str, subject: &str, words: &str) {
        match self.store.write(Durability::Normal, |tx| {
            tx.put_notice(step.now.wall_ms, code, subject, words)
        }) {
            Ok(()) => step.news.notices = true,
            Err(error) => tracing::warn!(%error, code, words, "a notice could not be kept"),
        }
    }

    /// Tells of a log that the start did not understand all of.
    pub(super) fn tell_torn_log(&mut self, step: &mut Step<'_>) {
        let Some(copy) = self.store.torn_log() else {
            return;
        };
        let words = format!(
            "The log of this profile's last changes was damaged when Skein started: what was written just before Skein last ended may be \
             missing here. What reached colleagues comes back when they are met; a copy of the damaged log lies at {}.",
            copy.display()
        );
        self.notice(step, "log-damaged", "", &words);
    }

    /// Says so when a device comes in under somebody's name that another person made the invite for: whoever is not meant hears of it.
    pub(super) fn tell_let_in(&mut self, step: &mut Step<'_>, items: &[ItemRef]) {
        // Whoever is still coming in learns all of the past at once.
        let Some(workspace) = self.workspace.as_ref().filter(|_| self.joining.is_none()) else {
            return;
        };
        let joins = items.iter();
        let joins = joins.filter_map(|item| workspace.authority.let_in_for_another(&item.key.id));
        for (device, by) in joins.collect::<Vec<_>>() {
            let (name, by) = (self.name_of(&device), self.name_of(&by));
            let words = format!(
                "{by} let a new device in as {name}'s, as for somebody who lost theirs. It writes under {name}'s name. Compare its six words \
                 with {name}; if it is not theirs, an owner takes it out in People and connections."
            );
            self.notice(step, "device-let-in", &device.to_string(), &words);
        }
    }

    /// What an envelope's clear header tells about clocks and copies.
    pub(super) fn look_at_header(&mut self, step: &mut Step<'_>, envelope: &Envelope) {
        let header = envelope.header();
        let ahead = header.hour.saturating_sub(step.now.hour());
        let workspace = self.workspace.as_ref();
        let is_known = || workspace?.authority.member_of(&header.device);
        if ahead > HOURS_AHEAD && is_known().is_some() {
            let name = self.name_of(&header.device);
            let words = format!(
                "{name}'s clock is about {} ahead of this machine's, or this one is behind. Nothing depends on it and nothing is lost; \
                 only the times shown are off. Set the clock of the machine that is wrong.",
                span(ahead)
            );
            self.notice(step, "clock", &header.device.to_string(), &words);
        }
        let fork = self.workspace.as_ref().is_some_and(|workspace| {
            header.device == self.device.id() && header.sequence < workspace.chain.sequence
        });
        if header.device == self.device.id() {
            let words = "This device's own earlier work came back from a colleague: this profile was restored from an older copy, or \
                         the same profile is in use on another machine. Everything was merged and nothing is lost. If the profile was \
                         copied to a second machine, make a profile of its own there and join by invite.";
            // What is taken over from this machine's own earlier file comes from nowhere else.
            if !self.takes_over() {
                self.notice(step, "own-envelopes", "", words);
            }
            self.continue_chain(envelope);
        }
        if fork || header.device != self.device.id() {
            self.look_for_fork_of(step, header.device, header.sequence);
        }
    }

    /// The next envelope made here follows the newest of this device, wherever that one came from.
    fn continue_chain(&mut self, envelope: &Envelope) {
        if let Some(workspace) = &mut self.workspace
            && envelope.header().sequence >= workspace.chain.sequence
        {
            workspace.chain = envelope.next();
        }
    }

    fn look_for_fork_of(&mut self, step: &mut Step<'_>, device: DeviceId, sequence: u64) {
        match self.store.numbered(device, sequence) {
            Ok(found) if found > 1 => self.tell_fork(step, device),
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, "forks could not be looked for"),
        }
    }

    /// Tells of devices that used a number twice, at the start.
    pub(super) fn look_for_forks(&mut self, step: &mut Step<'_>) {
        let forks = self.store.forks().unwrap_or_default();
        let devices: std::collections::BTreeSet<DeviceId> =
            forks.into_iter().map(|(device, _, _)| device).collect();
        for device in devices {
            self.tell_fork(step, device);
        }
    }

    fn tell_fork(&mut self, step: &mut Step<'_>, device: DeviceId) {
        let whose = if device == self.device.id() {
            "This device".to_owned()
        } else {
            format!("{}'s device", self.name_of(&device))
        };
        let words = format!(
            "{whose} wrote two different things under one number: its profile was restored from a copy, or is in use on two machines. \
             Both were kept and merged; nothing is lost. Each machine should have a profile of its own."
        );
        self.notice(step, "fork", &device.to_string(), &words);
    }

    /// Tells of a change that was kept aside because it cannot be merged.
    pub(super) fn tell_quarantined(
        &mut self,
        step: &mut Step<'_>,
        envelope: &Envelope,
        reason: &str,
    ) {
        let author = self.name_of(&envelope.header().device);
        let words = format!(
            "A change by {author} could not be merged and was kept aside: {reason}. The document is as it was without it."
        );
        self.notice(step, "quarantined", &envelope.id().to_string(), &words);
    }

    /// Removes a notice that was read.
    pub(super) fn dismiss_notice(
        &mut self,
        step: &mut Step<'_>,
        notice: i64,
    ) -> Result<Reply, ApiError> {
        self.store
            .write(Durability::Normal, |tx| tx.dismiss_notice(notice))?;
        step.news.notices = true;
        Ok(Reply::Done)
    }

    pub(super) fn notices(&self) -> Result<Vec<Notice>, ApiError> {
        let stored = self.store.readable(self.store.notices())?;
        Ok(stored
            .into_iter()
            .map(|notice| Notice {
                id: notice.row,
                code: notice.code,
                message: notice.words,
                since: notice.at_ms,
            })
            .chain(self.unkept.notice())
            .collect())
    }
}

fn span(hours: u32) -> String {
    match hours {
        0..48 => count_of(hours as usize, "hour", "hours"),
        48..1_440 => count_of((hours / 24) as usize, "day", "days"),
        1_440..17_520 => count_of((hours / 730) as usize, "month", "months"),
        _ => count_of((hours / 8_760) as usize, "year", "years"),
    }
}
