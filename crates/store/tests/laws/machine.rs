//! What concerns this machine alone: settings, peers, notices.

use skein_access::DeviceId;
use skein_store::{Durability, Peer};

use crate::common::memory;

#[test]
fn a_setting_is_what_it_was_last_set_to() {
    let mut store = memory();
    assert_eq!(store.setting("name").unwrap(), None);
    for value in [b"Ana".as_slice(), b"Bea"] {
        store
            .write(Durability::Normal, |tx| tx.put_setting("name", value))
            .unwrap();
    }
    assert_eq!(
        store.settings().unwrap(),
        [("name".to_owned(), b"Bea".to_vec())]
    );
    store
        .write(Durability::Normal, |tx| tx.remove_setting("name"))
        .unwrap();
    assert_eq!(store.setting("name").unwrap(), None);
}

#[test]
fn a_peers_mark_is_kept_apart_from_where_it_was() {
    let mut store = memory();
    let device = DeviceId::from_bytes([4; 32]);
    store
        .write(Durability::Normal, |tx| tx.set_peer_mark(device, 7))
        .unwrap();
    let mut peer = store.peers().unwrap().remove(0);
    assert_eq!(
        peer,
        Peer {
            device,
            addresses: Vec::new(),
            mark: 7,
            last_seen_ms: None
        }
    );
    peer.addresses = vec!["/ip4/127.0.0.1/tcp/1".to_owned()];
    peer.last_seen_ms = Some(5);
    store
        .write(Durability::Normal, |tx| tx.put_peer(&peer))
        .unwrap();
    store
        .write(Durability::Normal, |tx| tx.set_peer_mark(device, 9))
        .unwrap();
    assert_eq!(store.peers().unwrap(), [Peer { mark: 9, ..peer }]);
}

#[test]
fn a_matter_is_told_once_and_the_oldest_make_room() {
    let mut store = memory();
    store
        .write(Durability::Normal, |tx| {
            tx.put_notice(1, "fork", "device a", "Two devices share a key.")?;
            tx.put_notice(2, "fork", "device a", "Two devices still share a key.")?;
            tx.put_notice(3, "clock", "", "This machine's clock is far off.")
        })
        .unwrap();
    let notices = store.notices().unwrap();
    assert_eq!(notices.len(), 2);
    assert_eq!(
        (notices[1].at_ms, notices[1].words.as_str()),
        (2, "Two devices still share a key.")
    );
    assert!(
        store
            .write(Durability::Normal, |tx| tx.dismiss_notice(notices[0].row))
            .unwrap()
    );
    assert!(
        !store
            .write(Durability::Normal, |tx| tx.dismiss_notice(notices[0].row))
            .unwrap()
    );
    store
        .write(Durability::Normal, |tx| {
            (0..1_200)
                .try_for_each(|number| tx.put_notice(number, "many", &number.to_string(), "…"))
        })
        .unwrap();
    let notices = store.notices().unwrap();
    assert_eq!(notices.len(), 1_000);
    assert_eq!(notices[0].subject, "1199");
}
