//! Those who wait until all is sealed, merged and confirmed by whoever is connected.

use super::Core;
use super::io::ClientId;
use super::step::Step;
use crate::api::{ApiError, ErrorCode, Reply, RequestId};

/// Somebody who waits until all is quiet.
pub(super) struct IdleWaiter {
    client: ClientId,
    request: RequestId,
    until: u64,
    peers: usize,
}

impl Core {
    pub(super) fn wait_until_idle(
        &mut self,
        step: &mut Step<'_>,
        client: ClientId,
        request: RequestId,
        timeout_ms: u32,
        peers: u32,
    ) {
        let until = step.now.mono_ms + u64::from(timeout_ms);
        self.idle_waiters.push(IdleWaiter {
            client,
            request,
            until,
            peers: peers as usize,
        });
        // What is still unsealed is sealed at once, and what the disk did not take is tried again: somebody waits.
        self.sealing.due = Some(step.now.mono_ms);
        self.was_kept(step);
        self.keep_again(step);
    }

    pub(super) fn next_waiter(&self) -> Option<u64> {
        let until = self.idle_waiters.iter().map(|waiter| waiter.until).min();
        let quiet = until.and_then(|until| Some(until.min(self.files_quiet_at()?)));
        quiet.or(until)
    }

    /// Answers those who wait for quiet, when it is quiet or their time is up.
    pub(super) fn answer_waiters(&mut self, step: &mut Step<'_>) {
        if self.idle_waiters.is_empty() {
            return;
        }
        let quiet = self.is_quiet() && self.files_are_quiet();
        let connected = self.links.len();
        let relays = self.links.keys().filter(|peer| self.is_relay(peer)).count();
        let relays = u32::try_from(relays).unwrap_or(u32::MAX);
        let envelopes = self
            .workspace
            .as_ref()
            .map_or(0, |workspace| workspace.set.mark());
        let mono = step.now.mono_ms;
        for waiter in std::mem::take(&mut self.idle_waiters) {
            if let Some(trouble) = self.unkept.trouble() {
                step.reply(waiter.client, waiter.request, Err(trouble.clone()));
            } else if quiet && connected >= waiter.peers {
                let peers = u32::try_from(connected).unwrap_or(u32::MAX);
                let reply = Reply::Idle {
                    peers,
                    relays,
                    envelopes,
                };
                step.reply(waiter.client, waiter.request, Ok(reply));
            } else if waiter.until <= mono {
                let words = if connected < waiter.peers {
                    "Nobody could be reached in time"
                } else if self.a_relay_is_full() {
                    "A relay takes no more of this workspace, because it is full"
                } else {
                    "It was not all exchanged in time"
                };
                let error = ApiError::new(
                    ErrorCode::TimedOut,
                    format!(
                        "{words}. Everything is saved here and goes out by itself when they meet again."
                    ),
                    "Check `skein peers`, or connect by address.",
                );
                step.reply(waiter.client, waiter.request, Err(error));
            } else {
                self.idle_waiters.push(waiter);
            }
        }
    }

    /// Whether nothing is unsealed, unapplied or under way.
    fn is_quiet(&self) -> bool {
        self.sealing.unsealed == 0
            && self.documents_with_burst().is_empty()
            && self.gathering.is_empty()
            && self.beginning.is_empty()
            && self.arriving.is_empty()
            && self.judging.to_rebuild.is_empty()
            && self.rotation.due.is_none()
            && !self.documents_are_busy()
            && !self.takes_over()
            && self.has_compared()
    }

    /// Whether all is compared with everybody who is connected. With somebody who waits for an owner, or was turned away, that is the operations:
    /// more he is not shown.
    fn has_compared(&self) -> bool {
        match &self.joining {
            None => self.links.values().all(|link| link.agreed),
            Some(_) if self.joins_no_further() => {
                self.links.values().all(|link| link.knows_operations)
            }
            Some(_) => false,
        }
    }
}
