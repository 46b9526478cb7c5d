//! A device that said it keeps something and turns out to lack it: its word is taken back, people are told, and it is sent again.

use skein_access::DeviceId;
use skein_store::{Durability, Mark};
use skein_sync::{Group, Lacking};

use super::Core;
use super::step::Step;
use crate::api::{Forgot, count_of};

/// What a device was found to lack, in this run.
#[derive(Debug, Clone, Copy)]
pub(super) struct Forgotten {
    changes: u32,
    times: u32,
    at_ms: i64,
}

impl Core {
    /// The comparison shows that a device lacks these, whatever it confirmed before.
    pub(super) fn found_lacking(&mut self, step: &mut Step<'_>, peer: DeviceId, lacking: &Lacking) {
        let Some(link) = self.links.get(&peer) else {
            return;
        };
        // Who shows, or is shown, some operations alone lacks the others in that view only. Who said nothing has nothing to take back.
        if link.holds.is_empty()
            || !link.is_open_for_data()
            || link.farewell.is_some()
            || self.is_out()
        {
            return;
        }
        let marks = match lacking {
            Lacking::These(ids) => self
                .store
                .marks(ids)
                .map(|marks| marks.into_iter().flatten().collect()),
            Lacking::All(group) => {
                let through = Mark::try_from(link.holds.mark()).unwrap_or(Mark::MAX);
                self.store.marks_through(*group == Group::Access, through)
            }
        };
        let marks: Vec<Mark> = marks.unwrap_or_else(|error| {
            tracing::warn!(%error, %peer, "what a device lost could not be looked up");
            Vec::new()
        });
        let Some(link) = self.links.get_mut(&peer) else {
            return;
        };
        let marks = marks
            .into_iter()
            .filter_map(|mark| u64::try_from(mark).ok());
        let lost = u32::try_from(link.holds.take_back(marks)).unwrap_or(u32::MAX);
        if lost == 0 {
            return;
        }
        link.agreed = false;
        let again = std::mem::replace(&mut link.told_lacking, true);
        let before = self.forgotten.get(&peer);
        let (changes, times) = match before {
            Some(before) if again => (before.changes.saturating_add(lost), before.times),
            Some(before) => (lost, before.times.saturating_add(1)),
            None => (lost, 1),
        };
        let at_ms = step.now.wall_ms;
        let forgotten = Forgotten {
            changes,
            times,
            at_ms,
        };
        self.forgotten.insert(peer, forgotten);
        self.note_mark(peer);
        self.tell_forgotten(step, peer, forgotten);
        step.news.peers = true;
        step.news.delivery = true;
    }

    /// A relay alone is there to keep; a device that lost something, as by an older backup, loses nothing of anybody else.
    fn tell_forgotten(&mut self, step: &mut Step<'_>, peer: DeviceId, forgotten: Forgotten) {
        if !self.is_relay(&peer) {
            return;
        }
        let changes = count_of(forgotten.changes as usize, "change", "changes");
        let words = format!(
            "The relay {} said it kept {changes} that it no longer has: it was emptied or restored, or does not do what it says. Everything is \
             still here and is sent to it again. If nobody emptied it, do not rely on it; name another under People and connections.",
            self.name_of(&peer)
        );
        self.notice(step, "relay-forgot", &peer.to_string(), &words);
    }

    /// What a device was found to have lost, as it stands now.
    pub(super) fn forgot(&self, device: &DeviceId) -> Option<Forgot> {
        let forgotten = self.forgotten.get(device)?;
        let link = self.links.get(device);
        Some(Forgot {
            changes: forgotten.changes,
            times: forgotten.times,
            at: forgotten.at_ms,
            missing: link.map_or(0, |link| {
                u32::try_from(link.holds.lost()).unwrap_or(u32::MAX)
            }),
        })
    }

    /// Notes up to where a device holds everything, so that it is known in the next connection.
    pub(super) fn note_mark(&mut self, peer: DeviceId) {
        let mark = Mark::try_from(self.mark_of(&peer)).unwrap_or(Mark::MAX);
        let written = self
            .store
            .write(Durability::Normal, |tx| tx.set_peer_mark(peer, mark));
        if let Err(error) = written {
            tracing::warn!(%error, %peer, "what a peer holds could not be noted; it is learned anew");
        }
    }
}
