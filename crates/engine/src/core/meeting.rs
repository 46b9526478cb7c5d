//! Whom this device meets: who may come in, where the others were last, and whom to dial.

use std::collections::BTreeSet;

use skein_access::{Admission, DeviceId, EnvelopeId};
use skein_store::Durability;

use super::Core;
use super::io::Effect;
use super::step::Step;
use crate::api::{ApiError, ErrorCode, Reply};

impl Core {
    pub(super) fn admission(
        &self,
        step: &Step<'_>,
        peer: DeviceId,
        proof: Option<&skein_access::InviteProof>,
    ) -> Admission {
        let Some(workspace) = &self.workspace else {
            return Admission::Stranger;
        };
        // A joiner knows no members yet: it lets in whoever knows the workspace, and checks what it is told by signatures.
        let joins = self.joining.is_some() && !workspace.authority.is_member(&self.device.id());
        if joins || self.knows_nobody() {
            return Admission::Member;
        }
        let admission = workspace
            .authority
            .admission(&peer, proof, &self.device.id());
        match admission {
            // Who asked while it was open comes back for the answer.
            Admission::Invitee(invite)
                if !self.opens(invite, step.now.hour()) && !workspace.authority.waits(&peer) =>
            {
                Admission::Stranger
            }
            Admission::Removed if !self.to_be_told().contains(&peer) => Admission::Stranger,
            admission => admission,
        }
    }

    /// Whether a damage took all operations: who is a member is asked of those who were met before.
    pub(super) fn knows_nobody(&self) -> bool {
        let workspace = self.workspace.as_ref();
        workspace.is_some_and(|workspace| !workspace.authority.is_founded())
    }

    /// Whether an invite lets somebody in at this hour. Its end is kept by whoever opens the door, since no clock is trusted
    /// with more.
    pub(super) fn opens(&self, invite: EnvelopeId, hour: u32) -> bool {
        self.open_invites(hour).any(|open| open == invite)
    }

    /// Whether somebody who is no member has a reason to come.
    fn expects_strangers(&self, hour: u32) -> bool {
        let workspace = self.workspace.as_ref();
        let waits = workspace.is_some_and(|workspace| workspace.authority.has_pending());
        waits || self.open_invites(hour).next().is_some()
    }

    fn open_invites(&self, hour: u32) -> impl Iterator<Item = EnvelopeId> {
        let invites = self
            .workspace
            .iter()
            .flat_map(|workspace| workspace.authority.invites(&workspace.keyring));
        invites
            .filter(move |invite| invite.open && !invite.expired_at(hour))
            .map(|invite| invite.id)
    }

    pub(super) fn remember_peer(
        &mut self,
        step: &Step<'_>,
        device: DeviceId,
        address: Option<String>,
    ) {
        if self.store.read_only_reason().is_some() {
            return;
        }
        let known = self
            .store
            .peers()
            .unwrap_or_default()
            .into_iter()
            .find(|peer| peer.device == device);
        let mut peer = known.unwrap_or(skein_store::Peer {
            device,
            addresses: Vec::new(),
            mark: 0,
            last_seen_ms: None,
        });
        peer.last_seen_ms = Some(step.now.wall_ms);
        if let Some(address) = address {
            peer.addresses.retain(|known| *known != address);
            peer.addresses.insert(0, address);
            peer.addresses.truncate(8);
        }
        if let Err(error) = self
            .store
            .write(Durability::Normal, |tx| tx.put_peer(&peer))
        {
            tracing::warn!(%error, %device, "a device's address could not be noted");
        }
    }

    /// When a device was last connected.
    pub(super) fn last_seen(&self, device: &DeviceId) -> Result<Option<i64>, ApiError> {
        let peers = self.store.readable(self.store.peers())?;
        let peer = peers.into_iter().find(|peer| peer.device == *device);
        Ok(peer.and_then(|peer| peer.last_seen_ms))
    }

    /// The workspace's other devices.
    pub(super) fn other_devices(&self) -> Vec<DeviceId> {
        let Some(workspace) = &self.workspace else {
            return Vec::new();
        };
        let me = self.device.id();
        workspace
            .authority
            .devices()
            .into_iter()
            .filter(|device| *device != me)
            .collect()
    }

    /// Tells the network whom to let in, and where members were last.
    pub(super) fn tell_network(&mut self, step: &mut Step<'_>) {
        let peers = self.store.peers().unwrap_or_default();
        let met = peers.iter().map(|peer| peer.device);
        let devices: BTreeSet<DeviceId> = self
            .other_devices()
            .into_iter()
            .chain(self.joining.as_ref().and_then(super::Joining::inviter))
            .chain(met.filter(|_| self.knows_nobody()))
            .collect();
        let relays = self.relays();
        let strangers = !self.is_out() && self.expects_strangers(step.now.hour());
        let knocks = !self.others_know_it_is_out();
        // Who is out may come once more, to be told; nobody goes to him.
        step.effects.push(Effect::Allow {
            devices: devices
                .iter()
                .chain(relays.keys())
                .copied()
                .chain(self.to_be_told())
                .collect(),
            relays: match knocks {
                true => relays.keys().copied().collect(),
                false => BTreeSet::new(),
            },
            strangers,
        });
        for peer in peers {
            if devices.contains(&peer.device) && !peer.addresses.is_empty() {
                let addresses = if knocks { peer.addresses } else { Vec::new() };
                let peer = peer.device;
                step.effects.push(Effect::Know { peer, addresses });
            }
        }
        for (peer, addresses) in relays {
            let addresses = if knocks { addresses } else { Vec::new() };
            step.effects.push(Effect::Know { peer, addresses });
        }
    }

    pub(super) fn connect(
        &mut self,
        step: &mut Step<'_>,
        address: &str,
    ) -> Result<Reply, ApiError> {
        self.workspace.as_ref().ok_or_else(Self::no_workspace)?;
        let addresses = skein_net::understand_address(address).map_err(|error| {
            ApiError::new(
                ErrorCode::Invalid,
                format!("{error}."),
                "An address looks like 192.168.1.5:4711.",
            )
        })?;
        self.try_typed(step, address, &addresses);
        step.effects.push(Effect::Dial {
            addresses,
            expected: None,
        });
        Ok(Reply::Done)
    }

    /// Sessions learn of a workspace that was just created or joined by connecting anew.
    pub(super) fn reconnect_all(&mut self, step: &mut Step<'_>) {
        for peer in std::mem::take(&mut self.links).into_keys() {
            self.fetching_from_is_over(peer);
            step.effects.push(Effect::ClosePeer {
                peer,
                reason: "starting anew".to_owned(),
            });
        }
        step.effects.push(Effect::Redial);
    }
}
