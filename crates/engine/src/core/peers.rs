//! The connected devices: one session each, what it asks for, and what each is known to hold.

use std::collections::BTreeSet;

use skein_access::{Admission, DeviceId, EnvelopeId, envelope_id};
use skein_store::Reader;
use skein_sync::{
    EnvelopeSet, Group, Held, HelloConfig, ItemRef, Session, SessionInput, SessionOutput, Side,
};

use super::Core;
use super::foundations::Loose;
use super::holds::Holds;
use super::incoming::Giver;
use super::io::{Effect, PeerInput};
use super::step::Step;
use crate::api::ApiError;

/// How often sessions look at their deadlines (ms).
const TICK: u64 = 250;
/// When nothing new came for so long (ms) and it is still open what a device holds, the two compare, ...
const COMPARE_AFTER: u64 = 3_000;
/// ... and once more after so long.
const COMPARE_AGAIN: u64 = 30_000;

/// One connected device.
pub(super) struct Link {
    session: Session,
    /// What alone is shown to a device that is out, beside what it need not bring.
    pub(super) farewell: Option<EnvelopeSet>,
    /// Whether a device that is out holds now what says so.
    pub(super) understood: bool,
    /// Whether what counts was named to a device for which this one is out.
    pub(super) offered: bool,
    /// What a device brought that is out, or not in yet, and was refused so far.
    pub(super) loose: Loose,
    pub(super) address: String,
    /// When it was connected, in ms since 1970 by this machine's clock.
    pub(super) since: i64,
    /// Whether both sides held the same when last compared, and nothing came since that it has not confirmed.
    pub(super) agreed: bool,
    /// Whether all was compared once in this connection: before that the device may hold what nobody here knows of, whatever it
    /// confirms.
    compared: bool,
    /// Whether the operations were compared in this connection.
    pub(super) knows_operations: bool,
    /// Bytes of frames handed to the network for it, and taken from it, in this connection.
    pub(super) sent: u64,
    pub(super) received: u64,
    next_tick: u64,
    /// When to compare, if it is then still open what the device holds.
    compare_at: u64,
    /// What it said that it holds.
    pub(super) holds: Holds,
    /// Whether it was found to lack something since all was last compared.
    pub(super) told_lacking: bool,
    /// Whether it confirmed any data in this connection.
    pub(super) took_data: bool,
    /// Envelopes that it did not take, or could not give, when the two last compared.
    pub(super) withheld: u32,
}

impl Link {
    /// Whether both sides granted one another everything.
    pub(super) fn is_open_for_data(&self) -> bool {
        self.session.is_open_for_data()
    }

    /// Whether it may still bring what is not here: the two have not compared all yet, or something is known to be on its way.
    pub(super) fn is_comparing(&self) -> bool {
        self.is_open_for_data() && (!self.compared || self.still_to_come() > 0)
    }

    /// How many envelopes it is known to hold that are not here yet.
    pub(super) fn still_to_come(&self) -> usize {
        self.session.still_to_come()
    }

    /// Whether this side may give everything and is shown operations alone.
    pub(super) fn only_gives(&self) -> bool {
        self.session.only_gives()
    }

    /// Whether the device holds everything up to a local insertion number.
    pub(super) fn holds_through(&self, mark: u64) -> bool {
        self.holds.through() >= mark
    }

    /// Whether the device, for which this one is out, has shown that, and taken what it asked for so far.
    pub(super) fn has_told(&self) -> bool {
        self.only_gives() && self.knows_operations && !self.session.is_giving()
    }

    /// Whether something that the device named is still to come.
    pub(super) fn is_taking(&self) -> bool {
        self.session.is_taking()
    }
}

impl Core {
    pub(super) fn handle_peer(&mut self, step: &mut Step<'_>, news: PeerInput) {
        match news {
            PeerInput::Listening(address) => {
                if !self.listening.contains(&address) {
                    self.listening.push(address);
                    step.news.peers = true;
                }
            }
            PeerInput::Connected {
                peer,
                address,
                dialed,
            } => self.connected(step, peer, address, dialed),
            PeerInput::Frame { peer, bytes } => {
                if let Some(link) = self.links.get_mut(&peer) {
                    link.received += bytes.len() as u64;
                }
                self.give_session(step, peer, SessionInput::Frame(&bytes));
            }
            PeerInput::ChunkAsked { peer, ask, name } => self.chunk_asked(step, peer, ask, name),
            PeerInput::Chunk { peer, name, answer } => self.chunk_came(step, peer, name, answer),
            PeerInput::Code(exchange, news) => self.code_news(step, exchange, news),
            PeerInput::Disconnected { peer, reason } => self.disconnected(step, peer, &reason),
            PeerInput::Discovered { peer, address } => {
                tracing::debug!(%peer, address, "a device of the workspace is on this network");
                self.heard_nearby(step, peer);
            }
            PeerInput::DialFailed {
                expected,
                addresses,
                reason,
                connected,
                tried,
            } => {
                if let Some(device) = expected {
                    self.not_reached(step, device, &tried);
                }
                match connected {
                    true => self.typed_known(step, &addresses),
                    false => self.typed_failed(step, &addresses, &reason),
                }
                self.dial_failed(step, expected, &reason);
            }
        }
    }

    fn connected(&mut self, step: &mut Step<'_>, peer: DeviceId, address: String, dialed: bool) {
        if let Some(before) = self.links.remove(&peer) {
            tracing::debug!(%peer, address = before.address, "a newer connection takes the place of an older one");
            self.fetching_from_is_over(peer);
        }
        // What was done before they met is part of what they compare.
        self.seal_everything(step);
        let hello = HelloConfig {
            workspaces: self
                .workspace
                .iter()
                .map(|workspace| workspace.id)
                .collect(),
            invite: self.proof_for(peer),
        };
        let side = if dialed { Side::Dialer } else { Side::Listener };
        let (session, outputs) =
            Session::new(self.device.id(), peer, side, hello, step.now.mono_ms);
        let mark = self.mark_of(&peer);
        self.links.insert(
            peer,
            Link {
                session,
                farewell: None,
                understood: false,
                offered: false,
                loose: Loose::default(),
                address: address.clone(),
                since: step.now.wall_ms,
                agreed: false,
                compared: false,
                knows_operations: false,
                sent: 0,
                received: 0,
                next_tick: step.now.mono_ms + TICK,
                compare_at: step.now.mono_ms + COMPARE_AGAIN,
                holds: Holds::up_to(mark),
                told_lacking: false,
                took_data: false,
                withheld: 0,
            },
        );
        self.reached(&peer);
        // An address that is a relay's says nothing of where the device is.
        if dialed && !skein_net::leads_through_relay(&address) {
            self.typed_reached(&address);
            self.remember_peer(step, peer, Some(address));
        }
        self.joining_reached(step, peer);
        step.news.peers = true;
        self.do_outputs(step, peer, outputs);
    }

    fn disconnected(&mut self, step: &mut Step<'_>, peer: DeviceId, reason: &str) {
        self.give_session(step, peer, SessionInput::Disconnected);
        if self.links.remove(&peer).is_some() {
            tracing::debug!(%peer, reason, "disconnected");
            self.remember_peer(step, peer, None);
            self.joining_cut_off(step);
            self.fetching_from_is_over(peer);
            step.news.peers = true;
        }
    }

    /// Gives one session an input and does what it asks for.
    pub(super) fn give_session(
        &mut self,
        step: &mut Step<'_>,
        peer: DeviceId,
        input: SessionInput<'_>,
    ) {
        // Before this side can say that all is settled.
        self.offer_what_counts(step, peer);
        self.give_session_plainly(step, peer, input);
        self.end_farewell(step, peer);
    }

    /// The same, and nothing else.
    pub(super) fn give_session_plainly(
        &mut self,
        step: &mut Step<'_>,
        peer: DeviceId,
        input: SessionInput<'_>,
    ) {
        let Some(workspace) = &mut self.workspace else {
            return;
        };
        let Some(link) = self.links.get_mut(&peer) else {
            return;
        };
        let outputs = link.session.handle(
            input,
            link.farewell.as_ref().unwrap_or(&workspace.set),
            &mut workspace.fetching,
            step.now.mono_ms,
        );
        self.do_outputs(step, peer, outputs);
    }

    fn do_outputs(&mut self, step: &mut Step<'_>, peer: DeviceId, outputs: Vec<SessionOutput>) {
        for output in outputs {
            match output {
                SessionOutput::Send(frame) => {
                    if let Some(link) = self.links.get_mut(&peer) {
                        link.sent += frame.len() as u64;
                    }
                    step.effects.push(Effect::Send { peer, frame });
                }
                SessionOutput::NeedAdmission { proof, .. } => {
                    let admission = self.admission(step, peer, proof.as_ref());
                    let farewell =
                        (admission == Admission::Removed).then(|| self.farewell_set(&peer));
                    if let Some(link) = self.links.get_mut(&peer) {
                        link.farewell = farewell;
                    }
                    self.give_session(step, peer, SessionInput::Admitted(admission));
                }
                SessionOutput::Load { ids, bytes, .. } => {
                    let envelopes = self.read_envelopes(peer, &ids, bytes);
                    self.give_session(step, peer, SessionInput::Provide(envelopes));
                }
                SessionOutput::Store {
                    batch,
                    group,
                    envelopes,
                } => match self.keep_batch(step, peer, group, &envelopes) {
                    Ok((refused, items)) => {
                        self.was_kept(step);
                        self.give_session(step, peer, SessionInput::Stored { batch, refused });
                        self.arrived(step, Some(peer), group, &items);
                    }
                    Err(error) => {
                        self.not_kept(step, [], &error);
                        self.give_session(step, peer, SessionInput::Shut(error.message));
                    }
                },
                SessionOutput::NeedUnconfirmed => {
                    let ids = self.unconfirmed_by(&peer);
                    self.give_session(step, peer, SessionInput::Unconfirmed(ids));
                }
                SessionOutput::Acknowledged(held) => {
                    self.acknowledged(step, peer, &held);
                    self.others_may_know(step, peer);
                }
                SessionOutput::Lacks(lacking) => self.found_lacking(step, peer, &lacking),
                SessionOutput::Agreed(agreement) => {
                    tracing::debug!(%peer, ?agreement, "agreed");
                    if let Some(link) = self.links.get_mut(&peer)
                        && link.farewell.is_some()
                    {
                        link.understood = true;
                        continue;
                    }
                    if agreement.group == Group::Access
                        && let Some(link) = self.links.get_mut(&peer)
                    {
                        link.knows_operations = true;
                    }
                    self.others_may_know(step, peer);
                    if agreement.group == Group::Data {
                        let newest = self.newest_mark();
                        if let Some(link) = self.links.get_mut(&peer) {
                            link.compared = true;
                            link.told_lacking = false;
                            link.withheld = agreement.withheld;
                            // Something may have come from elsewhere while the two compared.
                            link.agreed = agreement.withheld == 0 && link.holds_through(newest);
                            if agreement.withheld == 0 {
                                link.compare_at = step.now.mono_ms + COMPARE_AFTER;
                            }
                        }
                        self.joining_agreed(step);
                        self.agreed_with(step);
                        self.show_caret_again(step);
                        step.news.peers = true;
                    }
                }
                SessionOutput::Presence(bytes) => self.caret_came(step, peer, &bytes),
                SessionOutput::Holding(bytes) => self.holding_came(step, peer, &bytes),
                SessionOutput::Pack(bytes) => self.pack_word_came(step, peer, &bytes),
                SessionOutput::Close(reason) => {
                    let reason = reason.to_string();
                    self.joining_refused(step, &reason);
                    self.links.remove(&peer);
                    self.fetching_from_is_over(peer);
                    step.news.peers = true;
                    step.effects.push(Effect::ClosePeer { peer, reason });
                }
            }
        }
    }

    /// Keeps what a device sent, in one batch. Returns which were refused and which are new.
    fn keep_batch(
        &mut self,
        step: &mut Step<'_>,
        peer: DeviceId,
        group: Group,
        envelopes: &[Vec<u8>],
    ) -> Result<(Vec<usize>, Vec<ItemRef>), ApiError> {
        let giver = self.trust_in(&peer);
        let (mut refused, mut items) = self.receive(step, group, envelopes, giver)?;
        if giver == Giver::Outsider && group == Group::Data {
            let brought = refused.iter().filter_map(|place| envelopes.get(*place));
            let kept = self.keep_foundations(step, peer, brought)?;
            let ids: BTreeSet<EnvelopeId> = kept.iter().map(|item| item.key.id).collect();
            let is_kept = |bytes: &Vec<u8>| ids.contains(&envelope_id(bytes));
            refused.retain(|place| !envelopes.get(*place).is_some_and(is_kept));
            items.extend(kept);
        }
        Ok((refused, items))
    }

    fn trust_in(&self, peer: &DeviceId) -> Giver {
        match self.links.get(peer).is_some_and(Link::is_open_for_data) {
            true => Giver::Insider,
            false => Giver::Outsider,
        }
    }

    /// Entry by entry what was asked for, until about so many bytes are gathered.
    fn read_envelopes(
        &self,
        peer: DeviceId,
        ids: &[EnvelopeId],
        bytes: usize,
    ) -> Vec<Option<Vec<u8>>> {
        let farewell = self
            .links
            .get(&peer)
            .and_then(|link| link.farewell.as_ref());
        let mut gathered = 0;
        let mut envelopes = Vec::new();
        for id in ids {
            let may_see = farewell.is_none_or(|set| set.contains(Group::Access, id));
            let found = self.store.envelope(*id).unwrap_or_else(|error| {
                tracing::warn!(%error, %id, "an envelope could not be read");
                None
            });
            let found = found.filter(|_| may_see);
            gathered += found.as_ref().map_or(0, |envelope| envelope.bytes.len());
            envelopes.push(found.map(|envelope| envelope.bytes));
            if gathered >= bytes {
                break;
            }
        }
        envelopes
    }

    /// Tells all sessions of envelopes made here.
    pub(super) fn announce(&mut self, step: &mut Step<'_>, items: &[ItemRef]) {
        self.tell_sessions(step, items, None);
    }

    /// Tells all sessions of envelopes that came from one of them, or by a file, and looks at what they change.
    pub(super) fn arrived(
        &mut self,
        step: &mut Step<'_>,
        from: Option<DeviceId>,
        group: Group,
        items: &[ItemRef],
    ) {
        if items.is_empty() {
            return;
        }
        self.tell_sessions(step, items, from);
        if let Some(from) = from {
            // A device holds what it brings. Without noting that, its mark would stop before the first thing it made itself.
            let brought = items.iter().map(|item| item.key.id).collect();
            self.acknowledged(step, from, &Held::Ids(brought));
        }
        if group == Group::Access {
            self.access_changed(step);
            self.tell_let_in(step, items);
        }
    }

    fn tell_sessions(&mut self, step: &mut Step<'_>, items: &[ItemRef], from: Option<DeviceId>) {
        let peers: Vec<DeviceId> = self.links.keys().copied().collect();
        for peer in peers {
            // Whoever is out hears of nothing that is new.
            if self
                .links
                .get(&peer)
                .is_some_and(|link| link.farewell.is_some())
            {
                continue;
            }
            if Some(peer) != from
                && let Some(link) = self.links.get_mut(&peer)
            {
                link.agreed = false;
                link.compare_at = step.now.mono_ms + COMPARE_AFTER;
            }
            self.give_session(step, peer, SessionInput::Inserted { items, from });
        }
        step.news.peers = true;
    }

    /// Tells all sessions that rights may have changed.
    pub(super) fn rights_changed(&mut self, step: &mut Step<'_>) {
        let peers: Vec<DeviceId> = self.links.keys().copied().collect();
        for peer in peers {
            self.give_session(step, peer, SessionInput::AccessChanged);
        }
    }

    fn acknowledged(&mut self, step: &mut Step<'_>, peer: DeviceId, held: &Held) {
        let marks: Vec<u64> = match held {
            Held::UpTo(_) => Vec::new(),
            Held::Ids(ids) => self
                .store
                .marks(ids)
                .unwrap_or_default()
                .into_iter()
                .flatten()
                .filter_map(|mark| mark.try_into().ok())
                .collect(),
        };
        let newest = self.newest_mark();
        let set = self.workspace.as_ref().map(|workspace| &workspace.set);
        let is_data = |id| set.is_some_and(|set| set.contains(Group::Data, id));
        let Some(link) = self.links.get_mut(&peer) else {
            return;
        };
        match held {
            Held::UpTo(mark) => link.holds.confirm_up_to(*mark),
            Held::Ids(ids) => {
                link.took_data = link.took_data || ids.iter().any(is_data);
                marks.into_iter().for_each(|mark| link.holds.confirm(mark));
            }
        }
        link.holds.advance(|mark| next_mark(&self.store, mark));
        link.agreed |=
            link.compared && link.holds_through(newest) && link.session.is_open_for_data();
        self.note_mark(peer);
        step.news.delivery = true;
    }

    /// The local insertion number of the newest envelope here.
    pub(super) fn newest_mark(&self) -> u64 {
        self.workspace
            .as_ref()
            .map_or(0, |workspace| workspace.set.mark())
    }

    /// Up to which local insertion number a device durably holds everything.
    pub(super) fn mark_of(&self, device: &DeviceId) -> u64 {
        if let Some(link) = self.links.get(device) {
            return link.holds.through();
        }
        let peers = self.store.peers().unwrap_or_default();
        peers
            .iter()
            .find(|peer| peer.device == *device)
            .and_then(|peer| u64::try_from(peer.mark).ok())
            .unwrap_or(0)
    }

    /// What a pack held was taken in: what a relay could not give any more may be here now, so the two compare soon.
    pub(super) fn compare_what_was_withheld(&mut self, step: &Step<'_>) {
        let at = step.now.mono_ms + COMPARE_AFTER;
        for link in self.links.values_mut().filter(|link| !link.agreed) {
            link.compare_at = link.compare_at.min(at);
        }
    }

    pub(super) fn tick_links(&mut self, step: &mut Step<'_>) {
        let mono = step.now.mono_ms;
        let due: Vec<DeviceId> = self
            .links
            .iter()
            .filter(|(_, link)| link.next_tick <= mono)
            .map(|(peer, _)| *peer)
            .collect();
        for peer in due {
            // What two devices both got from a third, neither confirms to the other.
            let mut compare = false;
            if let Some(link) = self.links.get_mut(&peer) {
                link.next_tick = mono + TICK;
                compare = !link.agreed && link.compare_at <= mono;
                if compare {
                    link.compare_at = mono + COMPARE_AGAIN;
                }
            }
            if compare {
                self.give_session(step, peer, SessionInput::Reconcile);
            }
            self.give_session(step, peer, SessionInput::Tick);
        }
    }

    pub(super) fn next_link_tick(&self) -> Option<u64> {
        self.links.values().map(|link| link.next_tick).min()
    }
}

/// The first local insertion number after one that an envelope has.
fn next_mark(store: &Reader, mark: u64) -> Option<u64> {
    let after = i64::try_from(mark).ok()?;
    let next = store.mark_after(after).ok().flatten()?;
    u64::try_from(next).ok()
}
