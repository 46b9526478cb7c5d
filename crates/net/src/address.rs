//! Addresses as people type them and as devices exchange them, turned into what can be dialled.

use std::{
    borrow::Cow,
    fmt::Write as _,
    net::{IpAddr, Ipv6Addr},
};

use libp2p::{Multiaddr, PeerId, multiaddr::Protocol};
use skein_access::DeviceId;

use crate::{
    identity::{device_of, peer_of},
    limits::{ADDRESSES_PER_DEVICE, NAME_LOOKUP},
};

/// The longest text that is looked at; the longest host name is 253 characters.
const LONGEST: usize = 400;

/// Why a typed address cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// Nothing was typed.
    #[error("type an address, for example 192.168.1.5:4711")]
    Empty,
    /// Far more text than an address has.
    #[error("this is too long for an address; an address looks like 192.168.1.5:4711")]
    TooLong,
    /// An invite was pasted where an address belongs.
    #[error("this is an invite, not an address: use it to join a workspace")]
    Invite,
    /// The port is missing.
    #[error("{0} has no port: add it after a colon, for example {0}:4711")]
    NoPort(String),
    /// The port is not a number from 1 to 65535.
    #[error("{0:?} is not a port: a port is a number from 1 to 65535")]
    BadPort(String),
    /// An IPv6 address whose end cannot be told from a port.
    #[error("put an IPv6 address in brackets, for example [{0}]:4711")]
    NeedsBrackets(String),
    /// Not the name or number of a machine.
    #[error("{0:?} is not the name or the number of a machine")]
    BadHost(String),
    /// Where a program says that it listens at every address of its machine.
    #[error(
        "{0} stands for every address of a machine, and nobody is reached by it: give one of them, for example 192.168.1.5"
    )]
    Unspecified(IpAddr),
    /// A multiaddress that cannot be read.
    #[error("this multiaddress cannot be read: {0}")]
    BadMultiaddr(String),
    /// A multiaddress of a kind that cannot be dialled.
    #[error("{0} cannot be dialled from here: only TCP and QUIC addresses can")]
    Unsupported(String),
    /// The device named inside the address is not the one expected.
    #[error("this address belongs to another device: {0}")]
    OtherDevice(DeviceId),
}

/// An address that was understood: what to dial, and whom to expect there if the address says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Understood {
    pub(crate) addresses: Vec<Multiaddr>,
    pub(crate) device: Option<DeviceId>,
}

/// Reads an address as a person would type it (`192.168.1.5:4711`, `name:port`, `[::1]:4711`) or a whole multiaddress, and
/// gives every multiaddress that it stands for.
///
/// # Errors
/// When the text is not an address that can be dialled; the error says what is wrong with it.
pub fn understand_address(text: &str) -> Result<Vec<String>, AddressError> {
    Ok(parse(text)?
        .addresses
        .iter()
        .map(Multiaddr::to_string)
        .collect())
}

/// An address as a person would type it, `192.168.1.5:4711`, if it is one of TCP at a number.
#[must_use]
pub fn typed_address(text: &str) -> Option<String> {
    let address: Multiaddr = text.parse().ok()?;
    let mut parts = address.iter();
    match (parts.next()?, parts.next()?) {
        (Protocol::Ip4(ip), Protocol::Tcp(port)) => Some(format!("{ip}:{port}")),
        (Protocol::Ip6(ip), Protocol::Tcp(port)) => Some(format!("[{ip}]:{port}")),
        _ => None,
    }
}

/// An address with the device that answers there at its end, as other devices dial it. Of one as a person types it, by TCP.
///
/// # Errors
/// When the text is not an address that can be dialled, or names another device. `None`: the id is no public key.
pub fn address_of(text: &str, device: &DeviceId) -> Result<Option<String>, AddressError> {
    let Understood {
        addresses,
        device: named,
    } = parse(text)?;
    if let Some(other) = named.filter(|named| named != device) {
        return Err(AddressError::OtherDevice(other));
    }
    let first = addresses.into_iter().next();
    let peer = peer_of(device);
    Ok(first
        .zip(peer)
        .map(|(address, peer)| address.with(Protocol::P2p(peer)).to_string()))
}

/// The device that an address names, if it names one.
#[must_use]
pub fn device_of_address(text: &str) -> Option<DeviceId> {
    parse(text).ok()?.device
}

/// As [`understand_address`], for use inside. The device named in the address is split off.
pub(crate) fn parse(text: &str) -> Result<Understood, AddressError> {
    let text = text.trim().trim_matches(['"', '\'', '<', '>', '`']).trim();
    if text.is_empty() {
        return Err(AddressError::Empty);
    }
    if text.len() > LONGEST {
        return Err(AddressError::TooLong);
    }
    if text.starts_with('/') {
        return parse_multiaddr(text);
    }
    let lower = text.to_ascii_lowercase();
    if lower.starts_with("skein1") || lower.starts_with("skein://join") {
        return Err(AddressError::Invite);
    }
    let bare = ["tcp://", "quic://", "udp://", "skein://"]
        .iter()
        .find_map(|scheme| lower.strip_prefix(scheme))
        .unwrap_or(&lower)
        .trim_end_matches('/');
    parse_host_and_port(bare)
}

fn parse_host_and_port(text: &str) -> Result<Understood, AddressError> {
    if let Some(rest) = text.strip_prefix('[') {
        let (host, after) = rest
            .split_once(']')
            .ok_or_else(|| AddressError::BadHost(text.to_owned()))?;
        let ip: Ipv6Addr = host
            .parse()
            .map_err(|_| AddressError::BadHost(host.to_owned()))?;
        let port = after
            .strip_prefix(':')
            .ok_or_else(|| AddressError::NoPort(format!("[{host}]")))?;
        return Ok(both(&of_one_machine(ip.into())?, parse_port(port)?));
    }
    if text.parse::<Ipv6Addr>().is_ok() || text.matches(':').count() > 1 {
        return Err(AddressError::NeedsBrackets(text.to_owned()));
    }
    let (host, port) = text
        .split_once(':')
        .ok_or_else(|| AddressError::NoPort(text.to_owned()))?;
    let host_part = match host.parse::<IpAddr>() {
        Ok(ip) => of_one_machine(ip)?,
        Err(_) if is_host_name(host) => Protocol::Dns(Cow::Owned(host.to_owned())),
        Err(_) => return Err(AddressError::BadHost(host.to_owned())),
    };
    Ok(both(&host_part, parse_port(port)?))
}

fn of_one_machine(ip: IpAddr) -> Result<Protocol<'static>, AddressError> {
    match ip.is_unspecified() {
        true => Err(AddressError::Unspecified(ip)),
        false => Ok(Protocol::from(ip)),
    }
}

fn parse_port(text: &str) -> Result<u16, AddressError> {
    let digits = text.chars().all(|c| c.is_ascii_digit());
    match text.parse() {
        Ok(port) if digits && port != 0 => Ok(port),
        _ => Err(AddressError::BadPort(text.to_owned())),
    }
}

/// Letters, digits, hyphens and dots; and not only digits and dots, which would be a mistyped number.
fn is_host_name(host: &str) -> bool {
    host.len() <= 253
        && host.split('.').all(|label| {
            !label.is_empty()
                && label.len() <= 63
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label
                    .chars()
                    .all(|c| c.is_alphanumeric() || c == '-' || c == '_')
        })
        && host.chars().any(|c| !c.is_ascii_digit() && c != '.')
}

/// A typed address does not say which transport: both are tried.
fn both(host: &Protocol<'_>, port: u16) -> Understood {
    let host = Multiaddr::empty().with(host.clone());
    Understood {
        addresses: vec![
            host.clone().with(Protocol::Tcp(port)),
            host.with(Protocol::Udp(port)).with(Protocol::QuicV1),
        ],
        device: None,
    }
}

fn parse_multiaddr(text: &str) -> Result<Understood, AddressError> {
    let address: Multiaddr = text
        .parse()
        .map_err(|error: libp2p::multiaddr::Error| AddressError::BadMultiaddr(error.to_string()))?;
    let (address, peer) = split_peer(address);
    if !can_be_dialled(&address) {
        return Err(AddressError::Unsupported(text.to_owned()));
    }
    let device = match peer {
        Some(peer) => Some(
            device_of(&peer)
                .ok_or_else(|| AddressError::BadMultiaddr(format!("{peer} is no device")))?,
        ),
        None => None,
    };
    Ok(Understood {
        addresses: vec![address],
        device,
    })
}

/// Takes the peer id off the end of an address.
pub(crate) fn split_peer(mut address: Multiaddr) -> (Multiaddr, Option<PeerId>) {
    match address.pop() {
        Some(Protocol::P2p(peer)) => (address, Some(peer)),
        Some(other) => (address.with(other), None),
        None => (address, None),
    }
}

/// Whether the address is one that our two transports can dial (after looking up a name).
pub(crate) fn can_be_dialled(address: &Multiaddr) -> bool {
    let mut parts = address.iter();
    let host = match parts.next() {
        Some(Protocol::Ip4(ip)) => !ip.is_unspecified(),
        Some(Protocol::Ip6(ip)) => !ip.is_unspecified(),
        Some(Protocol::Dns(_) | Protocol::Dns4(_) | Protocol::Dns6(_)) => true,
        _ => false,
    };
    let transport = match (parts.next(), parts.next()) {
        (Some(Protocol::Tcp(port)), None) => port != 0,
        (Some(Protocol::Udp(port)), Some(Protocol::QuicV1)) => port != 0,
        _ => false,
    };
    host && transport && parts.next().is_none()
}

/// Whether the way to that address is direct, not through a relay.
pub(crate) fn is_direct(address: &Multiaddr) -> bool {
    !address.iter().any(|part| part == Protocol::P2pCircuit)
}

/// Whether the way to an address leads through a relay, so that the address is the relay's.
#[must_use]
pub fn leads_through_relay(address: &str) -> bool {
    address
        .parse()
        .is_ok_and(|address: Multiaddr| !is_direct(&address))
}

/// Addresses for people: comma-free texts, each with nothing at its end that only machines need.
pub(crate) fn readable(addresses: &[Multiaddr]) -> Vec<String> {
    addresses.iter().map(Multiaddr::to_string).collect()
}

/// Whether a name has to be looked up before this can be dialled.
pub(crate) fn has_name(address: &Multiaddr) -> bool {
    matches!(
        address.iter().next(),
        Some(Protocol::Dns(_) | Protocol::Dns4(_) | Protocol::Dns6(_))
    )
}

/// Looks up the names in these addresses with the system's resolver, anew for each dial, since networks change. Gives what
/// can be dialled and the names that are unknown.
pub(crate) async fn resolve(addresses: Vec<Multiaddr>) -> (Vec<Multiaddr>, Vec<String>) {
    let (mut found, mut unknown) = (Vec::new(), Vec::new());
    for address in addresses {
        let (name, wants_v4, wants_v6) = match address.iter().next() {
            Some(Protocol::Dns(name)) => (name.into_owned(), true, true),
            Some(Protocol::Dns4(name)) => (name.into_owned(), true, false),
            Some(Protocol::Dns6(name)) => (name.into_owned(), false, true),
            _ => {
                found.push(address);
                continue;
            }
        };
        let looked_up =
            tokio::time::timeout(NAME_LOOKUP, tokio::net::lookup_host((name.as_str(), 0))).await;
        let before = found.len();
        for socket in looked_up.ok().and_then(Result::ok).into_iter().flatten() {
            let ip = socket.ip();
            if (ip.is_ipv4() && wants_v4 || ip.is_ipv6() && wants_v6)
                && let Some(resolved) = address.replace(0, |_| Some(Protocol::from(ip)))
                && !found.contains(&resolved)
            {
                found.push(resolved);
            }
        }
        if found.len() == before && !unknown.contains(&name) {
            unknown.push(name);
        }
    }
    found.truncate(ADDRESSES_PER_DEVICE);
    (found, unknown)
}

/// The address with our own id at its end, as it is handed to others.
pub(crate) fn with_peer(address: &Multiaddr, peer: PeerId) -> String {
    let mut text = address.to_string();
    if !matches!(address.iter().last(), Some(Protocol::P2p(_))) {
        // Writing to a string cannot fail.
        let _ = write!(text, "/p2p/{peer}");
    }
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn texts(text: &str) -> Vec<String> {
        understand_address(text).unwrap()
    }

    #[test]
    fn an_address_is_given_on_with_the_device_that_answers_there() {
        let key = |seed: u8| skein_access::DeviceKey::from_bytes(&[seed; 32]).id();
        let full = address_of("relay.example.org:4711", &key(1))
            .unwrap()
            .unwrap();
        assert!(full.starts_with("/dns/relay.example.org/tcp/4711/p2p/"));
        assert_eq!(device_of_address(&full), Some(key(1)));
        assert_eq!(address_of(&full, &key(1)), Ok(Some(full.clone())));
        assert_eq!(
            address_of(&full, &key(2)),
            Err(AddressError::OtherDevice(key(1)))
        );
    }

    #[test]
    fn a_typed_address_stands_for_tcp_and_quic() {
        let expected = vec![
            "/ip4/192.168.1.5/tcp/4711".to_owned(),
            "/ip4/192.168.1.5/udp/4711/quic-v1".to_owned(),
        ];
        assert_eq!(texts("192.168.1.5:4711"), expected);
        assert_eq!(texts("  192.168.1.5:4711\n"), expected);
        assert_eq!(texts("tcp://192.168.1.5:4711/"), expected);
        assert_eq!(texts("<192.168.1.5:4711>"), expected);
        assert_eq!(
            texts("[fe80::1]:80"),
            vec!["/ip6/fe80::1/tcp/80", "/ip6/fe80::1/udp/80/quic-v1"]
        );
        assert_eq!(
            texts("Anas-Laptop.local:4711"),
            vec![
                "/dns/anas-laptop.local/tcp/4711",
                "/dns/anas-laptop.local/udp/4711/quic-v1"
            ]
        );
    }

    #[test]
    fn a_multiaddress_stands_for_itself_and_names_its_device() {
        let key = skein_access::DeviceKey::generate(&mut rand::rngs::OsRng);
        let peer = crate::identity::peer_of(&key.id()).unwrap();
        let understood = parse(&format!("/ip4/10.0.0.1/udp/4711/quic-v1/p2p/{peer}")).unwrap();
        assert_eq!(understood.device, Some(key.id()));
        assert_eq!(
            readable(&understood.addresses),
            vec!["/ip4/10.0.0.1/udp/4711/quic-v1"]
        );
    }

    #[test]
    fn an_address_is_shown_as_it_can_be_typed() {
        for typed in ["192.168.1.5:4711", "[fe80::1]:80"] {
            assert_eq!(typed_address(&texts(typed)[0]).as_deref(), Some(typed));
            assert_eq!(typed_address(&texts(typed)[1]), None);
        }
    }

    #[test]
    fn what_is_wrong_is_said() {
        let error = |text: &str| parse(text).unwrap_err();
        assert_eq!(error("   "), AddressError::Empty);
        assert_eq!(
            error("192.168.1.5"),
            AddressError::NoPort("192.168.1.5".into())
        );
        assert_eq!(error("host:"), AddressError::BadPort(String::new()));
        assert_eq!(error("host:+80"), AddressError::BadPort("+80".into()));
        assert_eq!(error("host:0"), AddressError::BadPort("0".into()));
        assert_eq!(error("host:99999"), AddressError::BadPort("99999".into()));
        assert_eq!(
            error("fe80::1"),
            AddressError::NeedsBrackets("fe80::1".into())
        );
        assert_eq!(
            error("fe80::1:4711"),
            AddressError::NeedsBrackets("fe80::1:4711".into())
        );
        assert_eq!(
            error("192.168.1:4711"),
            AddressError::BadHost("192.168.1".into())
        );
        for anywhere in ["0.0.0.0", "[::]", "[::0]"] {
            let said = error(&format!("{anywhere}:4711"));
            assert!(matches!(said, AddressError::Unspecified(_)), "{said}");
        }
        assert_eq!(error("a b:4711"), AddressError::BadHost("a b".into()));
        assert_eq!(error("skein1qqqqqqqq"), AddressError::Invite);
        assert_eq!(error(&"a".repeat(500)), AddressError::TooLong);
        assert!(matches!(
            error("/ip4/1.2.3.4/tcp/1/ws"),
            AddressError::Unsupported(_)
        ));
        assert!(matches!(
            error("/ip4/0.0.0.0/tcp/1"),
            AddressError::Unsupported(_)
        ));
        assert!(matches!(error("/nonsense"), AddressError::BadMultiaddr(_)));
    }

    proptest! {
        #[test]
        fn any_text_is_understood_or_refused_and_never_panics(text in "\\PC{0,80}") {
            if let Ok(understood) = parse(&text) {
                prop_assert!(!understood.addresses.is_empty());
                prop_assert!(understood.addresses.iter().all(can_be_dialled));
            }
        }

        #[test]
        fn what_was_understood_is_understood_again(host in "[a-z][a-z0-9]{0,20}(\\.[a-z]{1,8}){0,3}", port in 1u16..) {
            for address in texts(&format!("{host}:{port}")) {
                prop_assert_eq!(texts(&address), vec![address.clone()]);
            }
        }
    }

    #[tokio::test]
    async fn names_are_looked_up_and_unknown_ones_are_told() {
        let (found, unknown) = resolve(parse("localhost:4711").unwrap().addresses).await;
        assert!(
            found
                .iter()
                .any(|address| address.to_string() == "/ip4/127.0.0.1/tcp/4711"
                    || address.to_string() == "/ip6/::1/tcp/4711")
        );
        assert!(unknown.is_empty());
        let plain = parse("127.0.0.1:1").unwrap().addresses;
        assert_eq!(resolve(plain.clone()).await, (plain, vec![]));
    }
}
