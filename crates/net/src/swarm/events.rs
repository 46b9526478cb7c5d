//! What libp2p reports, and what that means for links, dials and the schedule.

use std::time::Instant;

use libp2p::{
    Multiaddr, PeerId,
    core::{ConnectedPoint, Endpoint},
    mdns, ping,
    swarm::{ConnectionError, ConnectionId, SwarmEvent},
};
use skein_access::DeviceId;

use super::NetTask;
use crate::{
    DialFailure, NetEvent, Tried,
    address::{can_be_dialled, is_direct, split_peer, with_peer},
    attempts::explain,
    behaviour::BehaviourEvent,
    identity::device_of,
    links::Line,
    sync_protocol::{Happened, SyncEvent},
};

impl NetTask {
    pub(super) fn on_event(&mut self, event: SwarmEvent<BehaviourEvent>) {
        match event {
            SwarmEvent::Behaviour(BehaviourEvent::Sync(event)) => self.on_stream(event),
            SwarmEvent::Behaviour(BehaviourEvent::Blob(event)) => self.on_blob(event),
            SwarmEvent::Behaviour(BehaviourEvent::Code(event)) => self.on_code(event),
            SwarmEvent::Behaviour(BehaviourEvent::Ping(ping::Event {
                connection,
                result: Ok(_),
                ..
            })) => {
                if let Some(running) = self
                    .running
                    .values()
                    .find(|running| running.connection == connection)
                {
                    running.vital.touch();
                }
            }
            SwarmEvent::Behaviour(BehaviourEvent::Mdns(event)) => self.on_discovery(event),
            SwarmEvent::ConnectionEstablished {
                peer_id,
                connection_id,
                endpoint,
                ..
            } => {
                if let Some(device) = device_of(&peer_id) {
                    self.on_established(device, line_of(connection_id, &endpoint));
                }
            }
            SwarmEvent::ConnectionClosed {
                peer_id,
                connection_id,
                cause,
                ..
            } => {
                self.on_closed(&peer_id, connection_id, cause.as_ref());
            }
            SwarmEvent::OutgoingConnectionError {
                connection_id,
                error,
                ..
            } => {
                self.code_line_is_over(connection_id);
                let failed = self.attempts.failed(connection_id, explain(&error));
                self.dial_failed(failed);
            }
            SwarmEvent::IncomingConnectionError {
                send_back_addr,
                error,
                ..
            } => {
                tracing::debug!(from = %send_back_addr, %error, "someone came and was not let in");
            }
            SwarmEvent::Behaviour(BehaviourEvent::Identify(event)) => self.on_identified(event),
            SwarmEvent::Behaviour(BehaviourEvent::Relay(event)) => self.on_relayed(event),
            SwarmEvent::Behaviour(BehaviourEvent::Punching(event)) => {
                tracing::debug!(peer = %event.remote_peer_id, result = ?event.result, "a direct way was tried");
            }
            SwarmEvent::NewListenAddr { address, .. } if !is_direct(&address) => {
                self.on_reserved(&address);
            }
            // Where a relay can be asked for this device is known to all who know the relay.
            SwarmEvent::ExpiredListenAddr { address, .. } if !is_direct(&address) => {}
            SwarmEvent::ListenerClosed {
                listener_id,
                reason,
                ..
            } if self.reservations.over(listener_id, Instant::now()) => {
                tracing::debug!(?reason, "no relayed connections come by one relay any more");
            }
            SwarmEvent::NewListenAddr { address, .. } => self.on_listening(&address),
            SwarmEvent::ExpiredListenAddr { address, .. } => self.on_not_listening(&address),
            SwarmEvent::ListenerError { error, .. } => {
                tracing::warn!(%error, "listening goes on after an error")
            }
            SwarmEvent::ListenerClosed {
                addresses, reason, ..
            } => {
                tracing::warn!(?addresses, ?reason, "listening ended");
                for address in addresses {
                    self.on_not_listening(&address);
                }
            }
            _ => {}
        }
    }

    fn on_established(&mut self, device: DeviceId, line: Line) {
        if self.codes.lines.contains_key(&line.id) {
            return self.on_code_line(device, line);
        }
        let is_better = line.direct && self.links.live_direct(&device).is_none();
        if self.is_linked(&device) && !is_better {
            let answered = self.attempts.already_connected(line.id, device);
            self.dial_failed(answered);
        }
        let orders = self.links.established(device, line);
        self.obey(orders);
    }

    fn on_closed(
        &mut self,
        peer: &PeerId,
        connection: ConnectionId,
        cause: Option<&ConnectionError>,
    ) {
        let device = device_of(peer);
        if device.is_some_and(|device| self.code_line_closed(device, connection)) {
            return;
        }
        // Only a connection that never carried a stream still belongs to an attempt.
        let failed = self
            .attempts
            .failed(connection, Tried::whole(DialFailure::Refused));
        self.dial_failed(failed);
        if let Some(device) = device {
            let why = match cause {
                None => "it was closed".to_owned(),
                Some(ConnectionError::KeepAliveTimeout) => "nothing used it".to_owned(),
                Some(ConnectionError::IO(error)) => error.to_string(),
            };
            let orders = self.links.closed(device, connection, &why);
            self.obey(orders);
        }
    }

    fn on_stream(
        &mut self,
        SyncEvent {
            peer,
            connection,
            what,
        }: SyncEvent,
    ) {
        let Some(device) = device_of(&peer) else {
            return;
        };
        let orders = match what {
            Happened::Opened(stream) => self.links.opened(device, connection, stream),
            Happened::Accepted(stream) if self.codes.lines.contains_key(&connection) => {
                self.codes.unused.insert(connection, stream);
                return;
            }
            Happened::Accepted(stream) => self.links.accepted(device, connection, stream),
            Happened::NotOpened { unsupported } => {
                let reason = if unsupported {
                    DialFailure::NotSkein
                } else {
                    DialFailure::Refused
                };
                let failed = self.attempts.failed(connection, Tried::whole(reason));
                self.dial_failed(failed);
                self.links.useless(device, connection)
            }
        };
        self.obey(orders);
    }

    fn on_discovery(&mut self, event: mdns::Event) {
        let now = Instant::now();
        match event {
            mdns::Event::Discovered(found) => {
                for (peer, address) in found {
                    let (Some(device), (address, _)) = (device_of(&peer), split_peer(address))
                    else {
                        continue;
                    };
                    if !can_be_dialled(&address) {
                        continue;
                    }
                    if self.swarm.behaviour().sync.admission.is_member(&device) {
                        self.discovered(device, address, now);
                    } else {
                        self.overheard.remember(device, address);
                    }
                }
                self.ask_nearby();
            }
            mdns::Event::Expired(gone) => {
                for (peer, address) in gone {
                    let (Some(device), (address, _)) = (device_of(&peer), split_peer(address))
                    else {
                        continue;
                    };
                    self.overheard.forget(&device, &address);
                    self.redial.unheard(device, &address);
                }
            }
        }
    }

    /// A member is nearby: dialled by the schedule, at once.
    pub(super) fn discovered(&mut self, device: DeviceId, address: Multiaddr, now: Instant) {
        self.notice(NetEvent::Discovered {
            peer: device,
            address: address.to_string(),
        });
        self.redial.heard(device, address, now);
        self.linked_as_it_is(&device, now);
    }

    /// The schedule learns of a device what it is linked by, if it is.
    pub(super) fn linked_as_it_is(&mut self, device: &DeviceId, now: Instant) {
        if self.links.live(device).is_some() && self.redial.is_waiting(device) {
            let direct = self.links.live_direct(device).is_some();
            self.redial.linked(device, direct, now);
        }
    }

    fn on_listening(&mut self, listened: &Multiaddr) {
        let address = with_peer(listened, *self.swarm.local_peer_id());
        self.ends.listening.send_if_modified(|listening| {
            let is_new = !listening.contains(&address);
            if is_new {
                listening.push(address.clone());
            }
            is_new
        });
        if self.is_reached_where_it_listens {
            self.swarm.add_external_address(listened.clone());
        }
        self.notice(NetEvent::Listening { address });
        self.network_changed();
    }

    fn on_not_listening(&mut self, address: &Multiaddr) {
        let address = with_peer(address, *self.swarm.local_peer_id());
        self.ends
            .listening
            .send_modify(|listening| listening.retain(|known| *known != address));
        self.network_changed();
    }

    /// The addresses of this machine changed: what could not be reached may be reachable now, and links may be dead.
    fn network_changed(&mut self) {
        let now = Instant::now();
        self.redial.all_now(now);
        self.doubt_all(now);
    }
}

/// A connection as the links see it. Where two devices make a way through their routers at once, both dial, and one of them plays
/// the part of the one who is dialled.
fn line_of(id: ConnectionId, endpoint: &ConnectedPoint) -> Line {
    let direct = !endpoint.is_relayed();
    let address = match endpoint {
        ConnectedPoint::Dialer { address, .. } => address,
        ConnectedPoint::Listener { send_back_addr, .. } if direct => send_back_addr,
        // Of someone who came through a relay the relay is all that is known.
        ConnectedPoint::Listener { local_addr, .. } => local_addr,
    };
    let dialed = matches!(
        endpoint,
        ConnectedPoint::Dialer {
            role_override: Endpoint::Dialer,
            ..
        }
    );
    Line {
        id,
        address: address.clone(),
        direct,
        dialed,
    }
}
