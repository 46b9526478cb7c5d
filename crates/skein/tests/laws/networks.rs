//! People in networks as they are: behind routers that let nobody in, without UDP, and with a cable that is pulled. Each test
//! makes its networks itself; where the system permits none it says so and is skipped.

use std::io::{Write, stderr};
use std::time::{Duration, Instant};

use crate::common::namespaces::{HOMES, OneCable, RELAY_PLACE, TwoHomes};
use crate::common::relay::{Relay, workspace_of};
use crate::common::{Profile, text};
use tempfile::tempdir;

/// Far more than anything should take, even on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);
/// How soon people are together again whose network comes back.
const RECOVERED: Duration = Duration::from_secs(10);

/// What was built, or the end of the test with the reason.
macro_rules! built {
    ($built:expr) => {
        match $built {
            Ok(built) => built,
            Err(why) => {
                writeln!(
                    stderr().lock(),
                    "skipped: this machine permits no networks of our own: {why}"
                )
                .unwrap();
                return;
            }
        }
    };
}

/// Waits until something is so; says how long that took.
fn until(what: &str, mut is_so: impl FnMut() -> bool) -> Duration {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < PATIENCE, "it never came to pass: {what}");
        std::thread::yield_now();
    }
    begun.elapsed()
}

/// Where a member's device is connected, as somebody else sees it.
fn way_to(name: &str, seen_by: &Profile) -> Option<String> {
    let peers = seen_by.json(&["peers"]);
    let named = peers.as_array().unwrap().iter();
    let named = named.clone().find(|peer| text(&peer["name"]) == name);
    named.and_then(|peer| peer["address"].as_str().map(str::to_owned))
}

fn is_relayed(way: &Option<String>) -> bool {
    way.as_ref().is_some_and(|way| way.contains("p2p-circuit"))
}

#[test]
fn two_behind_routers_work_together_through_a_relay_and_directly_as_soon_as_their_routers_let_them()
{
    let homes = built!(TwoHomes::build());
    let root = tempdir().unwrap();
    let ana = Profile::founded(root.path().join("ana"), "Ana").within(&homes.ana);
    let at = Profile::at(root.path().join("unused")).within(&homes.relay);
    let listen = format!("{RELAY_PLACE}:4711");
    let relay = Relay::start_at(
        &at,
        &root.path().join("relay"),
        &workspace_of(&ana),
        &listen,
    );
    ana.json(&["relays", "add", &relay.address]);
    homes.only_to_the_relay(true);
    let (ana_stays, _) = ana.stay_online();
    let ticket = ana.invite();
    let bo = Profile::at(root.path().join("bo")).within(&homes.bo);
    bo.join(&ticket, "Bo");
    let (bo_stays, _) = bo.stay_online();

    // No other way is let through: what they say goes through the relay, and so do files.
    until("through the relay", || {
        is_relayed(&way_to("Bo", &ana)) && is_relayed(&way_to("Ana", &bo))
    });
    let picture = root.path().join("large.bin");
    let bytes: Vec<u8> = (0..800_000u32)
        .flat_map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes())
        .collect();
    std::fs::write(&picture, &bytes).unwrap();
    let note = ana.made(&["note", "new", "Field log", "--text", "Two cranes at dawn."]);
    ana.json(&["file", "add", &note, picture.to_str().unwrap()]);
    until("the note is at Bo's", || {
        let notes = bo.json(&["note", "list"]);
        notes
            .as_array()
            .unwrap()
            .iter()
            .any(|note| text(&note["title"]) == "Field log")
    });
    let files = bo.json(&["file", "list", "Field log"]);
    let file = text(&files[0]["id"]);
    let copy = root.path().join("copy.bin");
    let get = [
        "file",
        "get",
        "Field log",
        &file,
        "--out",
        copy.to_str().unwrap(),
    ];
    until("the file is at Bo's", || bo.run(&get).status.success());
    assert_eq!(std::fs::read(&copy).unwrap(), bytes);

    // Let out, they make a way through their routers with the help of the relay, which is out of the way then.
    bo_stays.end();
    ana_stays.end();
    homes.only_to_the_relay(false);
    let (_ana_stays, _) = ana.stay_online();
    let (_bo_stays, _) = bo.stay_online();
    until("directly", || {
        let [of_ana, of_bo] = HOMES;
        let at = |way: Option<String>, place: &str| {
            way.is_some_and(|way| {
                way.starts_with(&format!("/ip4/{place}/")) && !is_relayed(&Some(way))
            })
        };
        at(way_to("Bo", &ana), of_bo) && at(way_to("Ana", &bo), of_ana)
    });
    bo.words(&["note", "append", "Field log", "And a heron."]);
    until("Ana reads it", || {
        ana.text_of("Field log").contains("heron")
    });
}

#[test]
fn people_whose_cable_is_pulled_and_put_back_are_together_within_ten_seconds() {
    for transport in ["tcp", "udp"] {
        let by =
            |way: Option<String>| way.is_some_and(|way| way.contains(&format!("/{transport}/")));
        let cable = built!(OneCable::build(transport));
        let root = tempdir().unwrap();
        let ana = Profile::founded(root.path().join("ana"), "Ana").within(&cable.ana);
        let (_ana_stays, _) = ana.stay_online();
        let bo = Profile::at(root.path().join("bo")).within(&cable.bo);
        bo.join(&ana.invite(), "Bo");
        let (_bo_stays, _) = bo.stay_online();
        until("connected", || {
            by(way_to("Ana", &bo)) && by(way_to("Bo", &ana))
        });

        cable.pulled(true);
        until("both notice", || {
            way_to("Ana", &bo).is_none() && way_to("Bo", &ana).is_none()
        });
        let note = ana.made(&["note", "new", "Apart", "--text", "Written without a cable."]);
        bo.made(&["note", "new", "Also apart", "--text", "Here as well."]);
        cable.pulled(false);
        let took = until("together again", || {
            let notes = |at: &Profile| at.json(&["note", "list"]).as_array().unwrap().len();
            notes(&ana) == 2 && notes(&bo) == 2
        });
        println!("together again by {transport} after {took:?}");
        assert!(took < RECOVERED, "by {transport} it took {took:?}");
        assert_eq!(ana.text_of("Also apart"), "Here as well.");
        assert_eq!(
            text(&bo.json(&["note", "show", &note])["text"]),
            "Written without a cable."
        );
    }
}
