//! Addresses that a person typed, and what became of dialling them: on the way, or why it led nowhere.

use super::Core;
use super::step::Step;
use crate::api::{Attempt, AttemptState};

/// How many typed addresses are spoken of.
const REMEMBERED: usize = 8;

/// One typed address.
pub(super) struct Typed {
    shown: Attempt,
    /// How the network writes what was typed.
    dialled: Vec<String>,
}

impl Typed {
    /// Whether a dial of these addresses was one of what was typed. A dial through relays alone has none.
    fn was_tried_at(&self, addresses: &[String]) -> bool {
        !addresses.is_empty() && addresses.iter().all(|one| self.dialled.contains(one))
    }

    fn reached_by(&self, address: &str) -> bool {
        self.dialled.iter().any(|dialled| {
            // What a name stood for is known to the network alone; a dial of ours that succeeds while it is tried is taken for it.
            let is_name = dialled.starts_with("/dns");
            let rest = address.strip_prefix(dialled.as_str());
            is_name || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
    }
}

impl Core {
    /// A person typed an address and it is being dialled.
    pub(super) fn try_typed(&mut self, step: &mut Step<'_>, address: &str, dialled: &[String]) {
        self.typed.retain(|typed| typed.dialled != dialled);
        if self.typed.len() >= REMEMBERED {
            self.typed.remove(0);
        }
        self.typed.push(Typed {
            shown: Attempt {
                address: address.trim().to_owned(),
                state: AttemptState::Trying,
                reason: None,
            },
            dialled: dialled.to_vec(),
        });
        step.news.peers = true;
    }

    /// Dialling led nowhere; that may have been a typed address.
    pub(super) fn typed_failed(&mut self, step: &mut Step<'_>, addresses: &[String], why: &str) {
        let tried = |typed: &&mut Typed| typed.was_tried_at(addresses);
        if let Some(typed) = self.typed.iter_mut().find(tried) {
            typed.shown.state = AttemptState::Failed;
            typed.shown.reason = Some(why.to_owned());
            step.news.peers = true;
        }
    }

    /// A device was reached at an address, which is then no attempt any more.
    pub(super) fn typed_reached(&mut self, address: &str) {
        self.typed.retain(|typed| !typed.reached_by(address));
    }

    /// A typed address led to a device that is connected already.
    pub(super) fn typed_known(&mut self, step: &mut Step<'_>, addresses: &[String]) {
        self.typed.retain(|typed| !typed.was_tried_at(addresses));
        step.news.peers = true;
    }

    /// What became of typed addresses, the oldest first.
    pub(super) fn attempts(&self) -> Vec<Attempt> {
        self.typed.iter().map(|typed| typed.shown.clone()).collect()
    }
}
