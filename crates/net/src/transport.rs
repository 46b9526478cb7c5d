//! The ways bytes travel: TCP with Noise and Yamux, QUIC, and through a relay with Noise and Yamux once more inside. All of them
//! authenticate the device at the other end before anything else.

use libp2p::{
    PeerId, Transport as _,
    core::{
        muxing::StreamMuxerBox,
        transport::{Boxed, timeout::TransportTimeout},
        upgrade::Version,
    },
    identity::Keypair,
    noise, quic, relay, tcp, yamux,
};

use crate::{
    NetError,
    limits::{INBOUND_HANDSHAKE, OUTBOUND_HANDSHAKE},
};

/// Yamux lets the windows of a connection's streams grow up to 1 GiB less 256 KiB for each stream that could be opened.
/// libp2p passes on only the second number; this one leaves 16 MiB for growth, which is all a slow reader can make us hold.
/// The streams themselves are bounded by what our protocols accept, long before this many.
const YAMUX_STREAMS: usize = 4096 - 64;

/// How many streams a QUIC connection may have open.
const QUIC_STREAMS: u32 = 32;

/// All of these ways as one transport.
pub(crate) type AnyTransport = Boxed<(PeerId, StreamMuxerBox)>;

/// Builds the transport for this identity, and the part of it that speaks with relays. A connection that does not authenticate in
/// time is given up.
pub(crate) fn build(
    keypair: &Keypair,
) -> Result<(AnyTransport, relay::client::Behaviour), NetError> {
    let noise = noise::Config::new(keypair).map_err(|_| NetError::Identity)?;
    let (circuits, relays) = relay::client::new(keypair.public().to_peer_id());
    let mut multiplexing = yamux::Config::default();
    multiplexing.set_max_num_streams(YAMUX_STREAMS);
    let tcp = tcp::tokio::Transport::new(tcp::Config::new().nodelay(true))
        .upgrade(Version::V1Lazy)
        .authenticate(noise.clone())
        .multiplex(multiplexing.clone())
        .map(|(peer, muxer), _| (peer, StreamMuxerBox::new(muxer)));
    let circuits = circuits
        .upgrade(Version::V1Lazy)
        .authenticate(noise)
        .multiplex(multiplexing)
        .map(|(peer, muxer), _| (peer, StreamMuxerBox::new(muxer)));
    let mut quic = quic::Config::new(keypair);
    quic.max_concurrent_stream_limit = QUIC_STREAMS;
    let quic = quic::tokio::Transport::new(quic)
        .map(|(peer, muxer), _| (peer, StreamMuxerBox::new(muxer)));
    let direct = tcp.or_transport(quic).map(|either, _| either.into_inner());
    // First of all: TCP would take the beginning of such an address, which is the relay's, for the whole of it.
    let either = circuits
        .or_transport(direct)
        .map(|either, _| either.into_inner());
    let dialling = TransportTimeout::with_outgoing_timeout(either, OUTBOUND_HANDSHAKE);
    let ways = TransportTimeout::with_ingoing_timeout(dialling, INBOUND_HANDSHAKE).boxed();
    Ok((ways, relays))
}
