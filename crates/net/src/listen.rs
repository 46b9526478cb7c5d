//! Where this device listens: one port number, the same for TCP and QUIC, on the addresses that were asked for.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, UdpSocket},
    time::Duration,
};

use libp2p::{Multiaddr, multiaddr::Protocol};

use crate::NetError;

/// How often another free port is tried when the one that TCP got is taken for UDP.
const ATTEMPTS: usize = 32;

/// How long a port that is asked for may stay taken before that is an error: who had it may just be letting it go.
const TAKEOVER: Duration = Duration::from_secs(1);

/// Where to listen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listen {
    /// The addresses of this machine; the unspecified address stands for all of its kind.
    pub addresses: Vec<IpAddr>,
    /// The port for both TCP and QUIC; 0 for any free one.
    pub port: u16,
}

impl Listen {
    /// On every address of this machine, now and when its networks change.
    #[must_use]
    pub fn everywhere(port: u16) -> Self {
        Self {
            addresses: vec![Ipv4Addr::UNSPECIFIED.into(), Ipv6Addr::UNSPECIFIED.into()],
            port,
        }
    }

    /// For this machine only.
    #[must_use]
    pub fn loopback(port: u16) -> Self {
        Self {
            addresses: vec![Ipv4Addr::LOCALHOST.into()],
            port,
        }
    }

    /// Finds out which port and which addresses can be had.
    pub(crate) async fn settle(&self) -> Result<Settled, NetError> {
        let first = *self.addresses.first().ok_or(NetError::NowhereToListen)?;
        if self.port != 0 {
            wait_until_free(&self.addresses, self.port).await;
            return self.settle_on(self.port);
        }
        let mut last = NetError::PortInUse { port: 0 };
        for _ in 0..ATTEMPTS {
            let free = TcpListener::bind(SocketAddr::new(first, 0))
                .and_then(|listener| listener.local_addr())
                .map_err(|error| refused(first, 0, &error))?;
            match self.settle_on(free.port()) {
                Err(error @ NetError::PortInUse { .. }) => last = error,
                settled => return settled,
            }
        }
        Err(last)
    }

    /// A machine without IPv6 (or without IPv4) listens on the other; a port in use is an error on any of them.
    fn settle_on(&self, port: u16) -> Result<Settled, NetError> {
        let mut usable = Vec::new();
        let mut missing = None;
        for ip in &self.addresses {
            match probe(*ip, port) {
                Ok(()) => usable.push(*ip),
                Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
                    return Err(NetError::PortInUse { port });
                }
                Err(error) => missing = Some(refused(*ip, port, &error)),
            }
        }
        match (usable.is_empty(), missing) {
            (true, Some(error)) => Err(error),
            _ => Ok(Settled {
                addresses: usable,
                port,
            }),
        }
    }
}

/// What can be listened on.
#[derive(Debug, Clone)]
pub(crate) struct Settled {
    pub(crate) addresses: Vec<IpAddr>,
    pub(crate) port: u16,
}

impl Settled {
    /// Both transports on every address.
    pub(crate) fn multiaddrs(&self) -> Vec<Multiaddr> {
        self.addresses
            .iter()
            .flat_map(|ip| {
                let host = Multiaddr::empty().with(Protocol::from(*ip));
                [
                    host.clone().with(Protocol::Tcp(self.port)),
                    host.with(Protocol::Udp(self.port)).with(Protocol::QuicV1),
                ]
            })
            .collect()
    }
}

/// libp2p shares its TCP port with any process of the same user that asks likewise, so a second node would listen
/// "successfully" on the same port. Binding without that flag first finds the port taken.
fn probe(ip: IpAddr, port: u16) -> io::Result<()> {
    let address = SocketAddr::new(ip, port);
    TcpListener::bind(address)?;
    UdpSocket::bind(address)?;
    Ok(())
}

async fn wait_until_free(addresses: &[IpAddr], port: u16) {
    let taken = || {
        addresses
            .iter()
            .any(|ip| probe(*ip, port).is_err_and(|error| error.kind() == io::ErrorKind::AddrInUse))
    };
    let started = tokio::time::Instant::now();
    while taken() && started.elapsed() < TAKEOVER {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn refused(ip: IpAddr, port: u16, error: &io::Error) -> NetError {
    NetError::Listen {
        address: SocketAddr::new(ip, port).to_string(),
        reason: error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn any_free_port_is_free_for_both_transports() {
        let settled = Listen::loopback(0).settle().await.unwrap();
        assert_ne!(settled.port, 0);
        assert_eq!(settled.multiaddrs().len(), 2);
        probe(settled.addresses[0], settled.port).unwrap();
    }

    #[tokio::test]
    async fn a_port_that_another_holds_by_either_transport_is_an_error() {
        let tcp = TcpListener::bind("127.0.0.1:0").unwrap();
        let udp = UdpSocket::bind("127.0.0.1:0").unwrap();
        for taken in [
            tcp.local_addr().unwrap().port(),
            udp.local_addr().unwrap().port(),
        ] {
            let error = Listen::loopback(taken).settle().await.unwrap_err();
            assert!(
                matches!(error, NetError::PortInUse { port } if port == taken),
                "{error}"
            );
        }
    }

    #[tokio::test]
    async fn nowhere_is_an_error() {
        let nowhere = Listen {
            addresses: vec![],
            port: 0,
        };
        assert!(matches!(
            nowhere.settle().await,
            Err(NetError::NowhereToListen)
        ));
    }
}
