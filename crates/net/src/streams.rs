//! Streams beside the sync stream, each protocol's inside libp2p: opened on the connection it is told, accepted from others.

use std::{
    collections::VecDeque,
    fmt::Debug,
    task::{Context, Poll},
};

use libp2p::{
    Multiaddr, PeerId, Stream, StreamProtocol,
    core::{Endpoint, transport::PortUse, upgrade::ReadyUpgrade},
    swarm::{
        ConnectionDenied, ConnectionHandler, ConnectionHandlerEvent, ConnectionId, FromSwarm,
        NetworkBehaviour, NotifyHandler, SubstreamProtocol, THandlerInEvent, THandlerOutEvent,
        ToSwarm,
        handler::{
            ConnectionEvent, DialUpgradeError, FullyNegotiatedInbound, FullyNegotiatedOutbound,
        },
    },
};

use crate::limits::STREAM_OPENING;

/// The names of the protocols; a number changes only when old peers could not follow.
pub(crate) const BLOB: StreamProtocol = StreamProtocol::new("/skein/blob/1");
pub(crate) const CODE: StreamProtocol = StreamProtocol::new("/skein/code/1");

/// What happened on a connection to a device.
#[derive(Debug)]
pub(crate) struct StreamEvent<W> {
    pub(crate) peer: PeerId,
    pub(crate) connection: ConnectionId,
    pub(crate) what: StreamHappened<W>,
}

/// What a connection reports of one stream.
#[derive(Debug)]
pub(crate) enum StreamHappened<W> {
    /// The stream that was wanted for this is open.
    Opened(W, Stream),
    /// It could not be opened.
    NotOpened(W),
    /// The other side opened a stream.
    Accepted(Stream),
}

/// The behaviour of one protocol; `W` is what a stream is wanted for. Who may be connected at all is decided elsewhere; what is
/// asked for, by the engine.
pub(crate) struct Streams<W> {
    protocol: StreamProtocol,
    orders: VecDeque<ToSwarm<StreamEvent<W>, OpenFor<W>>>,
}

impl<W> Streams<W> {
    pub(crate) fn of(protocol: StreamProtocol) -> Self {
        Self {
            protocol,
            orders: VecDeque::new(),
        }
    }

    /// Opens a stream; the answer is an event.
    pub(crate) fn open(&mut self, peer: PeerId, connection: ConnectionId, wanted: W) {
        self.orders.push_back(ToSwarm::NotifyHandler {
            peer_id: peer,
            handler: NotifyHandler::One(connection),
            event: OpenFor(wanted),
        });
    }

    fn handler(&self) -> StreamHandler<W> {
        StreamHandler {
            protocol: self.protocol.clone(),
            wanted: VecDeque::new(),
            happened: VecDeque::new(),
        }
    }
}

impl<W: Debug + Send + 'static> NetworkBehaviour for Streams<W> {
    type ConnectionHandler = StreamHandler<W>;
    type ToSwarm = StreamEvent<W>;

    fn handle_established_inbound_connection(
        &mut self,
        _: ConnectionId,
        _: PeerId,
        _: &Multiaddr,
        _: &Multiaddr,
    ) -> Result<StreamHandler<W>, ConnectionDenied> {
        Ok(self.handler())
    }

    fn handle_established_outbound_connection(
        &mut self,
        _: ConnectionId,
        _: PeerId,
        _: &Multiaddr,
        _: Endpoint,
        _: PortUse,
    ) -> Result<StreamHandler<W>, ConnectionDenied> {
        Ok(self.handler())
    }

    fn on_swarm_event(&mut self, _: FromSwarm<'_>) {}

    fn on_connection_handler_event(
        &mut self,
        peer: PeerId,
        connection: ConnectionId,
        what: THandlerOutEvent<Self>,
    ) {
        self.orders.push_back(ToSwarm::GenerateEvent(StreamEvent {
            peer,
            connection,
            what,
        }));
    }

    fn poll(
        &mut self,
        _: &mut Context<'_>,
    ) -> Poll<ToSwarm<StreamEvent<W>, THandlerInEvent<Self>>> {
        self.orders.pop_front().map_or(Poll::Pending, Poll::Ready)
    }
}

/// The order to open a stream for something.
#[derive(Debug)]
pub(crate) struct OpenFor<W>(W);

/// The part that lives with one connection.
pub(crate) struct StreamHandler<W> {
    protocol: StreamProtocol,
    wanted: VecDeque<W>,
    happened: VecDeque<StreamHappened<W>>,
}

type Upgrade = ReadyUpgrade<StreamProtocol>;

impl<W: Debug + Send + 'static> ConnectionHandler for StreamHandler<W> {
    type FromBehaviour = OpenFor<W>;
    type ToBehaviour = StreamHappened<W>;
    type InboundProtocol = Upgrade;
    type OutboundProtocol = Upgrade;
    type InboundOpenInfo = ();
    type OutboundOpenInfo = W;

    fn listen_protocol(&self) -> SubstreamProtocol<Upgrade> {
        SubstreamProtocol::new(ReadyUpgrade::new(self.protocol.clone()), ())
    }

    fn on_behaviour_event(&mut self, OpenFor(wanted): OpenFor<W>) {
        self.wanted.push_back(wanted);
    }

    fn poll(
        &mut self,
        _: &mut Context<'_>,
    ) -> Poll<ConnectionHandlerEvent<Upgrade, W, StreamHappened<W>>> {
        if let Some(happened) = self.happened.pop_front() {
            return Poll::Ready(ConnectionHandlerEvent::NotifyBehaviour(happened));
        }
        if let Some(wanted) = self.wanted.pop_front() {
            let protocol = SubstreamProtocol::new(ReadyUpgrade::new(self.protocol.clone()), wanted)
                .with_timeout(STREAM_OPENING);
            return Poll::Ready(ConnectionHandlerEvent::OutboundSubstreamRequest { protocol });
        }
        Poll::Pending
    }

    fn on_connection_event(&mut self, event: ConnectionEvent<'_, Upgrade, Upgrade, (), W>) {
        let happened = match event {
            ConnectionEvent::FullyNegotiatedOutbound(FullyNegotiatedOutbound {
                protocol,
                info,
            }) => StreamHappened::Opened(info, protocol),
            ConnectionEvent::FullyNegotiatedInbound(FullyNegotiatedInbound {
                protocol,
                info: (),
            }) => StreamHappened::Accepted(protocol),
            ConnectionEvent::DialUpgradeError(DialUpgradeError { info, .. }) => {
                StreamHappened::NotOpened(info)
            }
            _ => return,
        };
        self.happened.push_back(happened);
    }
}
