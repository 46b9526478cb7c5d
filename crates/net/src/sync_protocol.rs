//! `/skein/sync/1` inside libp2p: asks admission about every authenticated connection, and opens or accepts the stream on
//! exactly the connection it is told. (libp2p-stream would pick one at random and not say which one a stream came by.)

use std::{
    collections::VecDeque,
    convert::Infallible,
    task::{Context, Poll},
    time::Instant,
};

use libp2p::{
    Multiaddr, PeerId, Stream, StreamProtocol,
    core::{Endpoint, transport::PortUse, upgrade::ReadyUpgrade},
    swarm::{
        ConnectionDenied, ConnectionHandler, ConnectionHandlerEvent, ConnectionId, FromSwarm,
        NetworkBehaviour, NotifyHandler, StreamUpgradeError, SubstreamProtocol, THandlerInEvent,
        THandlerOutEvent, ToSwarm,
        handler::{
            ConnectionEvent, DialUpgradeError, FullyNegotiatedInbound, FullyNegotiatedOutbound,
        },
    },
};

use crate::{
    admission::{Admission, Refusal},
    identity::device_of,
    limits::STREAM_OPENING,
};

/// The name of the protocol; its number changes only when old peers could not follow.
const PROTOCOL: StreamProtocol = StreamProtocol::new("/skein/sync/1");

/// What happened on one connection.
#[derive(Debug)]
pub(crate) struct SyncEvent {
    pub(crate) peer: PeerId,
    pub(crate) connection: ConnectionId,
    pub(crate) what: Happened,
}

/// What a connection reports about its stream.
#[derive(Debug)]
pub(crate) enum Happened {
    /// The stream that we asked for is open: the other side has agreed to the protocol.
    Opened(Stream),
    /// The stream that we asked for could not be opened.
    NotOpened {
        /// Whether the other side said that it does not speak our protocol.
        unsupported: bool,
    },
    /// The other side opened a stream.
    Accepted(Stream),
}

/// The behaviour: admission, and streams.
pub(crate) struct SyncProtocol {
    pub(crate) admission: Admission,
    orders: VecDeque<ToSwarm<SyncEvent, OpenStream>>,
}

impl SyncProtocol {
    pub(crate) fn new(admission: Admission) -> Self {
        Self {
            admission,
            orders: VecDeque::new(),
        }
    }

    /// Opens the sync stream on that connection; the answer is an event.
    pub(crate) fn open(&mut self, peer: PeerId, connection: ConnectionId) {
        self.orders.push_back(ToSwarm::NotifyHandler {
            peer_id: peer,
            handler: NotifyHandler::One(connection),
            event: OpenStream,
        });
    }

    fn admit(
        &mut self,
        connection: ConnectionId,
        peer: &PeerId,
        dialed: bool,
    ) -> Result<SyncHandler, ConnectionDenied> {
        let admitted = device_of(peer)
            .ok_or(Refusal::NotAllowed)
            .and_then(|device| {
                self.admission
                    .enter(connection, device, dialed, Instant::now())
            });
        match admitted {
            Ok(_) => Ok(SyncHandler::default()),
            Err(refusal) => Err(ConnectionDenied::new(refusal)),
        }
    }
}

impl NetworkBehaviour for SyncProtocol {
    type ConnectionHandler = SyncHandler;
    type ToSwarm = SyncEvent;

    fn handle_established_inbound_connection(
        &mut self,
        connection: ConnectionId,
        peer: PeerId,
        _: &Multiaddr,
        _: &Multiaddr,
    ) -> Result<SyncHandler, ConnectionDenied> {
        self.admit(connection, &peer, false)
    }

    fn handle_established_outbound_connection(
        &mut self,
        connection: ConnectionId,
        peer: PeerId,
        _: &Multiaddr,
        _: Endpoint,
        _: PortUse,
    ) -> Result<SyncHandler, ConnectionDenied> {
        self.admit(connection, &peer, true)
    }

    fn on_swarm_event(&mut self, event: FromSwarm<'_>) {
        match event {
            FromSwarm::ConnectionClosed(closed) => self.admission.leave(closed.connection_id),
            // Another behaviour may refuse what we admitted.
            FromSwarm::DialFailure(failure) => self.admission.leave(failure.connection_id),
            FromSwarm::ListenFailure(failure) => self.admission.leave(failure.connection_id),
            _ => {}
        }
    }

    fn on_connection_handler_event(
        &mut self,
        peer: PeerId,
        connection: ConnectionId,
        what: THandlerOutEvent<Self>,
    ) {
        self.orders.push_back(ToSwarm::GenerateEvent(SyncEvent {
            peer,
            connection,
            what,
        }));
    }

    fn poll(&mut self, _: &mut Context<'_>) -> Poll<ToSwarm<SyncEvent, THandlerInEvent<Self>>> {
        self.orders.pop_front().map_or(Poll::Pending, Poll::Ready)
    }
}

/// The order to open the stream.
#[derive(Debug)]
pub(crate) struct OpenStream;

/// The part that lives with one connection.
#[derive(Default)]
pub(crate) struct SyncHandler {
    wanted: bool,
    happened: VecDeque<Happened>,
}

type Upgrade = ReadyUpgrade<StreamProtocol>;

impl ConnectionHandler for SyncHandler {
    type FromBehaviour = OpenStream;
    type ToBehaviour = Happened;
    type InboundProtocol = Upgrade;
    type OutboundProtocol = Upgrade;
    type InboundOpenInfo = ();
    type OutboundOpenInfo = ();

    fn listen_protocol(&self) -> SubstreamProtocol<Upgrade> {
        SubstreamProtocol::new(ReadyUpgrade::new(PROTOCOL), ())
    }

    fn on_behaviour_event(&mut self, OpenStream: OpenStream) {
        self.wanted = true;
    }

    fn poll(&mut self, _: &mut Context<'_>) -> Poll<ConnectionHandlerEvent<Upgrade, (), Happened>> {
        if let Some(happened) = self.happened.pop_front() {
            return Poll::Ready(ConnectionHandlerEvent::NotifyBehaviour(happened));
        }
        if std::mem::take(&mut self.wanted) {
            let protocol = SubstreamProtocol::new(ReadyUpgrade::new(PROTOCOL), ())
                .with_timeout(STREAM_OPENING);
            return Poll::Ready(ConnectionHandlerEvent::OutboundSubstreamRequest { protocol });
        }
        Poll::Pending
    }

    fn on_connection_event(&mut self, event: ConnectionEvent<'_, Upgrade, Upgrade>) {
        let happened = match event {
            ConnectionEvent::FullyNegotiatedOutbound(FullyNegotiatedOutbound {
                protocol,
                info: (),
            }) => Happened::Opened(protocol),
            ConnectionEvent::FullyNegotiatedInbound(FullyNegotiatedInbound {
                protocol,
                info: (),
            }) => Happened::Accepted(protocol),
            ConnectionEvent::DialUpgradeError(DialUpgradeError { error, info: () }) => {
                Happened::NotOpened {
                    unsupported: says_unsupported(&error),
                }
            }
            _ => return,
        };
        self.happened.push_back(happened);
    }
}

fn says_unsupported(error: &StreamUpgradeError<Infallible>) -> bool {
    matches!(error, StreamUpgradeError::NegotiationFailed)
}
