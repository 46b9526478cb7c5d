//! `skein relay`: stay and be a relay, until told to end.

use std::net::{Ipv4Addr, SocketAddr};

use serde_json::json;
use skein_engine::relay::{DatabaseAddress, Relay, RelayConfig, RelayError, RelayLimits};

use super::stay::EndOfStay;
use crate::arguments;
use crate::failure::Failure;
use crate::output::Output;
use crate::relay_page::RelayPage;

const MIB: u64 = 1024 * 1024;
const KIB: u64 = 1024;
/// Where a relay listens that is to speak to this machine only.
const THIS_MACHINE: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 4711);

/// Where workspaces are to be kept. An empty one, as a service file may have it, is none of these and said to be so.
fn database(address: &str) -> Result<DatabaseAddress, Failure> {
    address
        .parse()
        .map_err(|error| RelayError::from(error).into())
}

pub(super) async fn run(
    out: Output,
    told: arguments::Relay,
    this_machine_only: bool,
) -> Result<(), Failure> {
    let database = told.store.as_deref().map(database).transpose()?;
    let end = EndOfStay::listen()?;
    let page = RelayPage::bind(told.status).await?;
    let relay = Relay::open(RelayConfig {
        folder: told.data,
        database,
        listen: told.listen.or(this_machine_only.then_some(THIS_MACHINE)),
        external: told.external,
        workspaces: told.allow,
        limits: RelayLimits {
            bytes_per_workspace: told.quota.saturating_mul(MIB),
            bytes_per_second: told.rate.saturating_mul(KIB),
            devices: told.devices.into(),
            pairs: told.pairs.into(),
        },
    })
    .await?;
    let status = page.address();
    let value = json!({
        "device": relay.device().to_string(),
        "addresses": relay.addresses(),
        "status": status,
    });
    out.show(&value, || {
        let mut lines = vec!["An owner names this relay in a workspace by:".to_owned()];
        let addresses = relay.addresses().iter();
        lines.extend(addresses.map(|address| format!("skein relays add {address}")));
        lines.push(format!("What it can learn: {status}"));
        lines.join("\n")
    });
    let served = tokio::select! {
        served = page.serve(relay.view()) => served,
        () = end.come() => Ok(()),
    };
    relay.close().await;
    served
}
