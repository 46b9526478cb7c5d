//! Why a device is not connected: the ways to it, one by one, and what each came to.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The ways to a device, in the order in which they are tried, and what each came to when it was last tried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Ladder {
    /// The device.
    pub device: String,
    /// Whose it is; of a relay, where it is.
    pub name: String,
    /// What it comes down to.
    pub cause: Cause,
    /// Way by way.
    pub rungs: Vec<Rung>,
}

/// Why a device is not connected, in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// It is connected.
    Connected,
    /// This machine's file is damaged and only read: nothing is exchanged.
    ReadOnly,
    /// This person or device is in the workspace no more.
    Out,
    /// This machine listens nowhere: it has no network, or the system forbids it.
    NotListening,
    /// No way leads out of this machine's network.
    Offline,
    /// It was not tried yet, or is being tried.
    Trying,
    /// It answers and hangs up: it does not know this device, or holds as many connections as it may.
    HungUp,
    /// Somebody else answers where it was.
    OtherDevice,
    /// It is at none of the relays that are connected, and nobody answers at its addresses.
    Away,
    /// No relay is connected, and nobody answers at its addresses.
    RelayUnreached,
    /// There is no relay, and nobody answers at its addresses.
    NoWay,
    /// There is no relay, and nothing is known of where it is.
    NoAddress,
}

/// One way to a device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(
    tag = "way",
    rename_all = "snake_case",
    rename_all_fields = "camelCase"
)]
pub enum Rung {
    /// This machine: where it can be reached itself.
    ThisMachine {
        /// How many addresses it listens at.
        addresses: u32,
        /// Whether it can be reached at all.
        outcome: WayOutcome,
    },
    /// By being heard on the local network.
    Nearby {
        /// `Works` when it is heard, `NotThere` when not, `Untried` when nobody is looked for.
        outcome: WayOutcome,
    },
    /// At an address it had, or that a person gave.
    Address {
        /// Which; absent when it is not known which of them.
        address: Option<String>,
        /// What that came to.
        outcome: WayOutcome,
    },
    /// Through a relay.
    Relay {
        /// Where the relay is.
        name: String,
        /// Whether the relay itself is connected.
        connected: bool,
        /// What came of asking it for the device, or of looking for the relay.
        outcome: WayOutcome,
    },
    /// By what is kept for it: what is written here waits there.
    Kept {
        /// `Works` when all of it is at a relay.
        outcome: WayOutcome,
    },
    /// By a file that somebody carries: always.
    Bundle,
}

/// What a way came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum WayOutcome {
    /// It leads there.
    Works,
    /// It was not tried yet.
    Untried,
    /// Somebody else answered.
    OtherDevice,
    /// It answered and hung up.
    HungUp,
    /// What answered is no Skein, or one that is too old.
    NotSkein,
    /// What answered is no member.
    NotMember,
    /// As many connections stand as may.
    Busy,
    /// The machine is there, and nothing listens.
    NothingListens,
    /// The device is not there.
    NotThere,
    /// Nobody knows the name.
    UnknownName,
    /// Nobody answers.
    NoAnswer,
    /// This network has no way there.
    NoRoute,
    /// It broke for another reason.
    Broken,
}
