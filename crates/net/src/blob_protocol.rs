//! `/skein/blob/1` inside libp2p: opens streams on the connection it is told, and accepts those of others.

use std::{
    collections::VecDeque,
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

use crate::{chunks::ChunkId, limits::STREAM_OPENING};

/// The name of the protocol; its number changes only when old peers could not follow.
const PROTOCOL: StreamProtocol = StreamProtocol::new("/skein/blob/1");

/// What happened on a connection to a device.
#[derive(Debug)]
pub(crate) struct BlobEvent {
    pub(crate) peer: PeerId,
    pub(crate) what: BlobHappened,
}

/// What a connection reports of one stream.
#[derive(Debug)]
pub(crate) enum BlobHappened {
    /// The stream on which that chunk is to be asked for is open.
    Opened(ChunkId, Stream),
    /// It could not be opened.
    NotOpened(ChunkId),
    /// The other side opened a stream.
    Accepted(Stream),
}

/// The behaviour. Who may be connected at all is decided elsewhere; what is asked for, by the engine.
#[derive(Default)]
pub(crate) struct BlobProtocol {
    orders: VecDeque<ToSwarm<BlobEvent, OpenFor>>,
}

impl BlobProtocol {
    /// Opens a stream to ask for a chunk; the answer is an event.
    pub(crate) fn open(&mut self, peer: PeerId, connection: ConnectionId, chunk: ChunkId) {
        self.orders.push_back(ToSwarm::NotifyHandler {
            peer_id: peer,
            handler: NotifyHandler::One(connection),
            event: OpenFor(chunk),
        });
    }
}

impl NetworkBehaviour for BlobProtocol {
    type ConnectionHandler = BlobHandler;
    type ToSwarm = BlobEvent;

    fn handle_established_inbound_connection(
        &mut self,
        _: ConnectionId,
        _: PeerId,
        _: &Multiaddr,
        _: &Multiaddr,
    ) -> Result<BlobHandler, ConnectionDenied> {
        Ok(BlobHandler::default())
    }

    fn handle_established_outbound_connection(
        &mut self,
        _: ConnectionId,
        _: PeerId,
        _: &Multiaddr,
        _: Endpoint,
        _: PortUse,
    ) -> Result<BlobHandler, ConnectionDenied> {
        Ok(BlobHandler::default())
    }

    fn on_swarm_event(&mut self, _: FromSwarm<'_>) {}

    fn on_connection_handler_event(
        &mut self,
        peer: PeerId,
        _: ConnectionId,
        what: THandlerOutEvent<Self>,
    ) {
        self.orders
            .push_back(ToSwarm::GenerateEvent(BlobEvent { peer, what }));
    }

    fn poll(&mut self, _: &mut Context<'_>) -> Poll<ToSwarm<BlobEvent, THandlerInEvent<Self>>> {
        self.orders.pop_front().map_or(Poll::Pending, Poll::Ready)
    }
}

/// The order to open a stream for a chunk.
#[derive(Debug)]
pub(crate) struct OpenFor(ChunkId);

/// The part that lives with one connection.
#[derive(Default)]
pub(crate) struct BlobHandler {
    wanted: VecDeque<ChunkId>,
    happened: VecDeque<BlobHappened>,
}

type Upgrade = ReadyUpgrade<StreamProtocol>;

impl ConnectionHandler for BlobHandler {
    type FromBehaviour = OpenFor;
    type ToBehaviour = BlobHappened;
    type InboundProtocol = Upgrade;
    type OutboundProtocol = Upgrade;
    type InboundOpenInfo = ();
    type OutboundOpenInfo = ChunkId;

    fn listen_protocol(&self) -> SubstreamProtocol<Upgrade> {
        SubstreamProtocol::new(ReadyUpgrade::new(PROTOCOL), ())
    }

    fn on_behaviour_event(&mut self, OpenFor(chunk): OpenFor) {
        self.wanted.push_back(chunk);
    }

    fn poll(
        &mut self,
        _: &mut Context<'_>,
    ) -> Poll<ConnectionHandlerEvent<Upgrade, ChunkId, BlobHappened>> {
        if let Some(happened) = self.happened.pop_front() {
            return Poll::Ready(ConnectionHandlerEvent::NotifyBehaviour(happened));
        }
        if let Some(chunk) = self.wanted.pop_front() {
            let protocol = SubstreamProtocol::new(ReadyUpgrade::new(PROTOCOL), chunk)
                .with_timeout(STREAM_OPENING);
            return Poll::Ready(ConnectionHandlerEvent::OutboundSubstreamRequest { protocol });
        }
        Poll::Pending
    }

    fn on_connection_event(&mut self, event: ConnectionEvent<'_, Upgrade, Upgrade, (), ChunkId>) {
        let happened = match event {
            ConnectionEvent::FullyNegotiatedOutbound(FullyNegotiatedOutbound {
                protocol,
                info,
            }) => BlobHappened::Opened(info, protocol),
            ConnectionEvent::FullyNegotiatedInbound(FullyNegotiatedInbound {
                protocol,
                info: (),
            }) => BlobHappened::Accepted(protocol),
            ConnectionEvent::DialUpgradeError(DialUpgradeError { info, .. }) => {
                BlobHappened::NotOpened(info)
            }
            _ => return,
        };
        self.happened.push_back(happened);
    }
}
