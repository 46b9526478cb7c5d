//! Networks of this machine's own making: namespaces with cables, a wire between them, and routers that let in only what was
//! asked for.

use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

static NUMBER: AtomicU32 = AtomicU32::new(0);

/// Some namespaces; they and all in them are gone when this is dropped.
pub(crate) struct Networks {
    prefix: String,
    names: Vec<String>,
}

impl Networks {
    /// None yet; or why this machine permits none.
    pub(crate) fn new() -> Result<Self, String> {
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let mut networks = Self {
            prefix: format!("sk{}n{number}", std::process::id()),
            names: Vec::new(),
        };
        let probe = networks.try_to_add("probe")?;
        // A router needs all of these; a kernel or a container may lack any.
        within(&probe, "ip link add wire type bridge")?;
        within(&probe, FORWARDS)?;
        try_rules(&probe, NAT)?;
        Ok(networks)
    }

    /// One more namespace, with nothing but its loopback.
    pub(crate) fn add(&mut self, name: &str) -> String {
        self.try_to_add(name).unwrap()
    }

    fn try_to_add(&mut self, name: &str) -> Result<String, String> {
        let name = format!("{}-{name}", self.prefix);
        plain(&format!("ip netns add {name}"))?;
        self.names.push(name.clone());
        within(&name, "ip link set lo up")?;
        Ok(name)
    }

    /// A cable between two namespaces, with a name at each end.
    pub(crate) fn cable(&self, one: (&str, &str), other: (&str, &str)) {
        // The names in the kernel's own namespace must differ from all others for the moment.
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let (a, b) = (format!("sk{number}a"), format!("sk{number}b"));
        run(&format!(
            "ip link add {a} netns {} type veth peer name {b} netns {}",
            one.0, other.0
        ));
        for (end, (namespace, name)) in [(a, one), (b, other)] {
            inside(namespace, &format!("ip link set {end} name {name}"));
            inside(namespace, &format!("ip link set {name} up"));
        }
    }
}

impl Drop for Networks {
    fn drop(&mut self) {
        for name in &self.names {
            // What is gone already needs no deleting.
            let _ = plain(&format!("ip netns delete {name}"));
        }
    }
}

/// Makes a namespace hand on what is not for itself.
const FORWARDS: &str = "sysctl -q -w net.ipv4.ip_forward=1";

/// A router as most homes have: who is inside is seen from outside at the router's own address, and nobody comes in unasked.
const NAT: &str = "
table ip router {
  chain out { type nat hook postrouting priority 100; oifname \"outside\" masquerade; }
  chain through {
    type filter hook forward priority 0; policy drop;
    iifname \"inside\" accept;
    ct state established,related accept;
  }
  chain into {
    type filter hook input priority 0; policy drop;
    iifname { \"lo\", \"inside\" } accept;
    ct state established,related accept;
  }
}
";

/// Two homes behind routers of their own, and a relay's machine, on one wire.
pub(crate) struct TwoHomes {
    pub(crate) ana: String,
    pub(crate) bo: String,
    pub(crate) relay: String,
    routers: [String; 2],
    _networks: Networks,
}

/// Where the relay of two homes is reached.
pub(crate) const RELAY_PLACE: &str = "203.0.113.9";
/// As what the two homes are seen from outside.
pub(crate) const HOMES: [&str; 2] = ["203.0.113.11", "203.0.113.12"];

impl TwoHomes {
    /// Builds them; or says why this machine does not permit it.
    pub(crate) fn build() -> Result<Self, String> {
        let mut networks = Networks::new()?;
        let wire = networks.add("wire");
        inside(&wire, "ip link add wire type bridge");
        inside(&wire, "ip link set wire up");
        let relay = networks.add("relay");
        networks.cable((&wire, "relay"), (&relay, "outside"));
        inside(&wire, "ip link set relay master wire");
        inside(&relay, &format!("ip addr add {RELAY_PLACE}/24 dev outside"));
        let mut home = |name: &str, number: u8, outside: &str| {
            let device = networks.add(name);
            let router = networks.add(&format!("{name}-router"));
            networks.cable((&device, "lan"), (&router, "inside"));
            networks.cable((&wire, name), (&router, "outside"));
            inside(&wire, &format!("ip link set {name} master wire"));
            inside(&device, &format!("ip addr add 10.{number}.0.2/24 dev lan"));
            inside(
                &router,
                &format!("ip addr add 10.{number}.0.1/24 dev inside"),
            );
            inside(&router, &format!("ip addr add {outside}/24 dev outside"));
            inside(
                &device,
                &format!("ip route add default via 10.{number}.0.1"),
            );
            inside(&router, FORWARDS);
            rules(&router, NAT);
            (device, router)
        };
        let (ana, ana_router) = home("ana", 1, HOMES[0]);
        let (bo, bo_router) = home("bo", 2, HOMES[1]);
        Ok(Self {
            ana,
            bo,
            relay,
            routers: [ana_router, bo_router],
            _networks: networks,
        })
    }

    /// The routers let nobody out but to the relay, as in some offices; or to everywhere again.
    pub(crate) fn only_to_the_relay(&self, only: bool) {
        let strict = format!("oifname \"outside\" ip daddr != {RELAY_PLACE} drop");
        let told = match only {
            true => format!("insert rule ip router through {strict}\n"),
            false => format!("delete table ip router\n{NAT}"),
        };
        for router in &self.routers {
            rules(router, &told);
        }
    }
}

/// Two machines on one cable.
pub(crate) struct OneCable {
    pub(crate) ana: String,
    pub(crate) bo: String,
    _networks: Networks,
}

impl OneCable {
    /// Where the two are.
    pub(crate) const PLACES: [&'static str; 2] = ["10.9.0.1", "10.9.0.2"];

    /// Plugs it in, for nothing but TCP or UDP; or says why this machine does not permit it.
    pub(crate) fn build(only: &str) -> Result<Self, String> {
        let mut networks = Networks::new()?;
        let (ana, bo) = (networks.add("ana"), networks.add("bo"));
        networks.cable((&ana, "lan"), (&bo, "lan"));
        for (namespace, place) in [&ana, &bo].into_iter().zip(Self::PLACES) {
            inside(namespace, &format!("ip addr add {place}/24 dev lan"));
            rules(namespace, &only_by(only));
        }
        Ok(Self {
            ana,
            bo,
            _networks: networks,
        })
    }

    /// Pulls the cable at Ana's end, or puts it back.
    pub(crate) fn pulled(&self, pulled: bool) {
        let state = if pulled { "down" } else { "up" };
        inside(&self.ana, &format!("ip link set lan {state}"));
    }
}

/// What comes by the cable is taken by TCP alone, or by UDP alone.
fn only_by(transport: &str) -> String {
    format!(
        "
table inet cable {{
  chain into {{
    type filter hook input priority 0; policy accept;
    iifname \"lan\" meta l4proto {{ tcp, udp }} meta l4proto != {transport} drop;
  }}
}}
"
    )
}

/// A command in a namespace, which must succeed.
fn inside(namespace: &str, words: &str) {
    within(namespace, words).unwrap();
}

fn within(namespace: &str, words: &str) -> Result<(), String> {
    plain(&format!("ip netns exec {namespace} {words}"))
}

fn run(words: &str) {
    plain(words).unwrap();
}

fn plain(words: &str) -> Result<(), String> {
    let mut parts = words.split(' ');
    let mut command = Command::new(parts.next().unwrap());
    ended(words, command.args(parts).stdin(Stdio::null()).output())
}

/// Gives nft its rules for a namespace.
fn rules(namespace: &str, told: &str) {
    try_rules(namespace, told).unwrap();
}

fn try_rules(namespace: &str, rules: &str) -> Result<(), String> {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), rules).unwrap();
    let file = file.path().to_str().unwrap().to_owned();
    within(namespace, &format!("nft -f {file}"))
}

fn ended(words: &str, output: std::io::Result<std::process::Output>) -> Result<(), String> {
    match output {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => Err(format!(
            "{words}: {}",
            String::from_utf8_lossy(&output.stderr).trim()
        )),
        Err(error) => Err(format!("{words}: {error}")),
    }
}
