//! What a relay's shelf holds to, in a file and in a database alike; and what relays that share a database may rely on.

use std::path::PathBuf;
use std::time::Duration;

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use skein_access::{DeviceId, DeviceKey, Envelope, EnvelopeId, WorkspaceId, create_workspace};
use skein_store::{
    A_LOOK, EnvelopeRef, FileShelf, SharedDatabase, SharedError, SharedOpenError, SharedShelf,
    Shelf, ShelfError, Vouch, Word,
};
use tokio::runtime::Runtime;
use tokio::sync::mpsc;

use crate::common::{Founder, change, id};
use crate::postgres::Server;

/// More than any of this takes.
const LONG: Duration = Duration::from_secs(60);

/// A place that keeps shelves, opened as often as one likes.
trait Place {
    fn shelf(&self, workspace: WorkspaceId) -> Box<dyn Shelf>;
    /// From now on this envelope is not taken.
    fn refuse(&self, workspace: WorkspaceId, id: EnvelopeId);
}

struct Files(tempfile::TempDir);

impl Files {
    fn file(&self, workspace: WorkspaceId) -> PathBuf {
        self.0.path().join(workspace.to_string())
    }
}

impl Place for Files {
    fn shelf(&self, workspace: WorkspaceId) -> Box<dyn Shelf> {
        Box::new(FileShelf::open(&self.file(workspace)).unwrap().unwrap())
    }

    fn refuse(&self, workspace: WorkspaceId, id: EnvelopeId) {
        let file = rusqlite::Connection::open(self.file(workspace)).unwrap();
        let trigger = format!(
            "CREATE TRIGGER refuse BEFORE INSERT ON envelopes WHEN hex(NEW.id) = upper('{}')
             BEGIN SELECT raise(ABORT, 'refused'); END",
            hex(id)
        );
        file.execute_batch(&trigger).unwrap();
    }
}

/// A database, and each process that uses it with its own connection.
struct Shared {
    server: &'static Server,
    name: &'static str,
    runtime: Runtime,
}

impl Shared {
    fn new(name: &'static str) -> Self {
        let server = Server::shared();
        server.database(name);
        Self::of(server, name)
    }

    fn of(server: &'static Server, name: &'static str) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread();
        let runtime = { runtime }.worker_threads(1).enable_all().build().unwrap();
        Self {
            server,
            name,
            runtime,
        }
    }

    fn open(&self) -> Result<(SharedDatabase, mpsc::Receiver<Word>), SharedOpenError> {
        let (words, heard) = mpsc::channel(100);
        let address = self.server.address(self.name).parse().unwrap();
        let opened = SharedDatabase::open(address, words);
        Ok((self.runtime.block_on(opened)?, heard))
    }

    fn process(&self, workspace: WorkspaceId) -> (SharedShelf, mpsc::Receiver<Word>) {
        let (database, heard) = self.open().unwrap();
        (SharedShelf::open(database, workspace).unwrap(), heard)
    }

    /// Waits for the next word that a process hears.
    fn word(&self, heard: &mut mpsc::Receiver<Word>) -> Word {
        let next = async { tokio::time::timeout(LONG, heard.recv()).await };
        self.runtime.block_on(next).unwrap().unwrap()
    }
}

impl Place for Shared {
    fn shelf(&self, workspace: WorkspaceId) -> Box<dyn Shelf> {
        Box::new(self.process(workspace).0)
    }

    fn refuse(&self, _: WorkspaceId, id: EnvelopeId) {
        let trigger = format!(
            "ALTER TABLE skein_relay.envelopes ADD CHECK (encode(id, 'hex') <> '{}')",
            hex(id)
        );
        self.server.sql(self.name, &trigger);
    }
}

fn places(name: &'static str) -> [Box<dyn Place>; 2] {
    let files = Files(tempfile::tempdir().unwrap());
    [Box::new(files), Box::new(Shared::new(name))]
}

fn hex(id: EnvelopeId) -> String {
    let bytes = id.as_bytes().iter();
    bytes.map(|byte| format!("{byte:02x}")).collect()
}

/// A founder, the operations he began with, and envelopes of his.
fn written(count: u32) -> (Founder, Vec<Envelope>) {
    let mut founder = Founder::new();
    let seal = |number| founder.seal(id(number % 5), &[change(number)]);
    let envelopes = (0..count).map(seal).collect();
    (founder, envelopes)
}

fn reference(envelope: &Envelope) -> EnvelopeRef {
    EnvelopeRef {
        hour: envelope.header().hour,
        id: envelope.id(),
        kind: envelope.header().kind,
    }
}

fn references<'a>(envelopes: impl IntoIterator<Item = &'a Envelope>) -> Vec<EnvelopeRef> {
    let mut all: Vec<EnvelopeRef> = envelopes.into_iter().map(reference).collect();
    all.sort();
    all
}

fn bytes_of(shelf: &dyn Shelf, id: EnvelopeId) -> Option<Vec<u8>> {
    shelf.envelopes(&[id], 1).unwrap().remove(0)
}

fn held(shelf: &mut dyn Shelf) -> Vec<EnvelopeRef> {
    let mut held = shelf.inventory().unwrap().held;
    held.sort();
    held
}

#[test]
fn what_is_kept_is_there_once_and_byte_for_byte_when_the_shelf_is_opened_again() {
    for place in places("kept") {
        let (founder, envelopes) = written(40);
        let mut rng = ChaCha20Rng::seed_from_u64(7);
        let key = DeviceKey::generate(&mut rng);
        let operations = create_workspace(&key, "Bo", "Swans", 490_000, &mut rng).unwrap();
        let operations = operations.envelopes;
        let mut shelf = place.shelf(founder.workspace);
        assert_eq!(shelf.inventory().unwrap(), Default::default());
        shelf.keep(&operations).unwrap();
        assert!(shelf.keep(&[]).unwrap().is_empty());
        for batch in envelopes.chunks(7) {
            assert!(shelf.keep(batch).unwrap().iter().all(Option::is_some));
            assert!(shelf.keep(batch).unwrap().iter().all(Option::is_none));
        }
        shelf.close().unwrap();

        let mut shelf = place.shelf(founder.workspace);
        let inventory = shelf.inventory().unwrap();
        let operations: Vec<Vec<u8>> = operations.iter().map(|one| one.bytes().to_vec()).collect();
        assert_eq!(inventory.operations, operations);
        assert_eq!(inventory.held.len(), envelopes.len() + operations.len());
        for envelope in &envelopes {
            assert_eq!(
                bytes_of(&*shelf, envelope.id()).as_deref(),
                Some(envelope.bytes())
            );
        }
        assert_eq!(bytes_of(&*shelf, EnvelopeId::from_bytes([7; 32])), None);
        let of_founder = inventory.written.iter();
        let of_founder = { of_founder }
            .find(|one| one.device == founder.device)
            .unwrap();
        let bytes: usize = envelopes.iter().map(|one| one.bytes().len()).sum();
        assert_eq!(of_founder.envelopes, 40);
        assert_eq!(of_founder.bytes, bytes as u64);
        assert_eq!(of_founder.newest_hour, 490_001);
    }
}

#[test]
fn envelopes_are_read_in_the_order_in_which_they_are_asked_for_until_enough_is_gathered() {
    for place in places("read") {
        let (founder, envelopes) = written(5);
        let mut shelf = place.shelf(founder.workspace);
        shelf.keep(&envelopes).unwrap();
        let nobodys = EnvelopeId::from_bytes([7; 32]);
        let ids = [3, 0, 4, 1].map(|place: usize| envelopes[place].id());
        let ids = [ids[0], nobodys, ids[1], ids[2], ids[3], nobodys];
        let all = shelf.envelopes(&ids, usize::MAX).unwrap();
        let bytes = |place: usize| Some(envelopes[place].bytes().to_vec());
        assert_eq!(all, [bytes(3), None, bytes(0), bytes(4), bytes(1), None]);
        // As soon as there is enough it ends, and never with nothing.
        let first = envelopes[3].bytes().len();
        let some = shelf.envelopes(&ids, first + 1).unwrap();
        assert_eq!(some, [bytes(3), None, bytes(0)]);
        assert_eq!(shelf.envelopes(&ids, 1).unwrap()[0], bytes(3));
        assert!(shelf.envelopes(&[], 1).unwrap().is_empty());
    }
}

#[test]
fn numbers_rise_in_the_order_of_arrival_and_go_on_when_the_shelf_is_opened_again() {
    for place in places("numbers") {
        let (founder, envelopes) = written(30);
        let mut numbers = Vec::new();
        for batch in envelopes.chunks(10) {
            let mut shelf = place.shelf(founder.workspace);
            let newest = shelf.inventory().unwrap().newest;
            assert_eq!(Some(newest), numbers.last().copied().or(Some(0)));
            // Brought twice at once, it is new the first time.
            let twice: Vec<Envelope> = batch.iter().chain(batch).cloned().collect();
            let kept = shelf.keep(&twice).unwrap();
            assert!(kept[10..].iter().all(Option::is_none));
            numbers.extend(kept.into_iter().flatten());
            shelf.close().unwrap();
        }
        assert_eq!(numbers.len(), 30);
        assert!(
            numbers.is_sorted_by(|before, after| before < after),
            "{numbers:?}"
        );
    }
}

#[test]
fn a_batch_is_kept_whole_or_not_at_all() {
    for place in places("whole") {
        let (founder, envelopes) = written(9);
        let mut shelf = place.shelf(founder.workspace);
        shelf.keep(&envelopes[..3]).unwrap();
        shelf.close().unwrap();
        place.refuse(founder.workspace, envelopes[7].id());
        let mut shelf = place.shelf(founder.workspace);
        let before = shelf.inventory().unwrap();
        assert!(shelf.keep(&envelopes[3..]).is_err());
        assert_eq!(shelf.inventory().unwrap(), before);
        // What can be kept is kept all the same.
        assert!(
            shelf
                .keep(&envelopes[3..7])
                .unwrap()
                .iter()
                .all(Option::is_some)
        );
        assert_eq!(held(&mut *shelf), references(&envelopes[..7]));
    }
}

#[test]
fn what_a_pack_stands_for_is_let_go_once_every_device_said_the_same_and_its_names_are_kept() {
    for place in places("vouched") {
        let (founder, envelopes) = written(6);
        let mut shelf = place.shelf(founder.workspace);
        shelf.keep(&envelopes).unwrap();
        let before = held(&mut *shelf);
        let pack = EnvelopeId::from_bytes([8; 32]);
        let everybody = [1, 2].map(|name| DeviceId::from_bytes([name; 32]));
        let ids: Vec<EnvelopeId> = envelopes[..4].iter().map(Envelope::id).collect();
        let vouch = |device: usize, digest| Vouch {
            pack,
            device: everybody[device],
            digest: [digest; 32],
            stands_for: &ids,
        };
        // One alone, one who says something else, and nobody at all let nothing go.
        assert_eq!(shelf.vouch(&vouch(0, 1), &everybody).unwrap(), None);
        assert_eq!(shelf.vouch(&vouch(0, 1), &[]).unwrap(), None);
        assert_eq!(shelf.vouch(&vouch(1, 2), &everybody).unwrap(), None);
        assert!(bytes_of(&*shelf, ids[0]).is_some());
        assert_eq!(shelf.vouch(&vouch(0, 3), &everybody).unwrap(), None);
        let written = shelf.vouch(&vouch(1, 3), &everybody).unwrap().unwrap();
        shelf.close().unwrap();

        let mut shelf = place.shelf(founder.workspace);
        assert_eq!(held(&mut *shelf), before);
        for (number, envelope) in envelopes.iter().enumerate() {
            let bytes = (number >= 4).then(|| envelope.bytes().to_vec());
            assert_eq!(bytes_of(&*shelf, envelope.id()), bytes);
        }
        assert_eq!(shelf.inventory().unwrap().written, written);
        let kept: usize = envelopes[4..].iter().map(|one| one.bytes().len()).sum();
        assert_eq!((written[0].envelopes, written[0].bytes), (6, kept as u64));
        let mut said = shelf.vouched().unwrap();
        said.sort_by_key(|one| one.device);
        let said = said.iter().map(|one| (one.device, one.digest, one.let_go));
        let said: Vec<_> = said.collect();
        let expected = [
            (everybody[0], [3; 32], false),
            (everybody[1], [3; 32], true),
        ];
        assert_eq!(said, expected);
        // It is held: nobody brings it again, and if somebody does, nothing changes.
        assert_eq!(shelf.keep(&envelopes[..1]).unwrap(), [None]);
    }
}

#[test]
fn what_was_let_go_before_another_process_looked_is_told_by_its_name() {
    let place = Shared::new("late");
    let (founder, envelopes) = written(3);
    let (mut one, _) = place.process(founder.workspace);
    let (mut late, _) = place.process(founder.workspace);
    one.keep(&envelopes).unwrap();
    let device = DeviceId::from_bytes([1; 32]);
    let vouch = Vouch {
        pack: EnvelopeId::from_bytes([8; 32]),
        device,
        digest: [1; 32],
        stands_for: &[envelopes[1].id()],
    };
    assert!(one.vouch(&vouch, &[device]).unwrap().is_some());
    let arrivals = late.brought_elsewhere().unwrap();
    let told: Vec<EnvelopeRef> = arrivals.iter().map(|arrival| arrival.held).collect();
    assert_eq!(told, envelopes.iter().map(reference).collect::<Vec<_>>());
    let bytes = arrivals.iter().map(|arrival| arrival.bytes.as_slice());
    let expected = [envelopes[0].bytes(), &[], envelopes[2].bytes()];
    assert_eq!(bytes.collect::<Vec<_>>(), expected);
}

#[test]
fn what_one_process_keeps_the_others_are_told_of_and_see() {
    let place = Shared::new("others");
    let (founder, envelopes) = written(6);
    let (mut one, mut to_one) = place.process(founder.workspace);
    let (mut other, mut to_other) = place.process(founder.workspace);
    assert_eq!(one.inventory().unwrap(), other.inventory().unwrap());
    assert_eq!(
        one.keep(&envelopes[..3]).unwrap(),
        [Some(1), Some(2), Some(3)]
    );
    assert_eq!(place.word(&mut to_other), Word::Kept(founder.workspace));
    let arrivals = other.brought_elsewhere().unwrap();
    let numbers: Vec<u64> = arrivals.iter().map(|arrival| arrival.number).collect();
    assert_eq!(numbers, [1, 2, 3]);
    for (arrival, envelope) in arrivals.iter().zip(&envelopes) {
        assert_eq!(arrival.bytes, envelope.bytes());
    }
    assert_eq!(other.brought_elsewhere().unwrap(), []);
    assert_eq!(one.brought_elsewhere().unwrap(), [], "its own are not told");

    // Brought to the other as well they are known; and what is behind gets no number that would hide what is not told yet.
    assert_eq!(other.keep(&envelopes[..3]).unwrap(), [None; 3]);
    assert_eq!(other.keep(&envelopes[3..4]).unwrap(), [Some(4)]);
    assert_eq!(one.keep(&envelopes[4..]).unwrap(), [Some(3), Some(3)]);
    let arrivals = one.brought_elsewhere().unwrap();
    let numbers: Vec<u64> = arrivals.iter().map(|arrival| arrival.number).collect();
    assert_eq!(numbers, [4, 5, 6]);
    assert_eq!(held(&mut one), references(&envelopes));
    // Of four batches it kept two itself, one of them before the other's.
    assert_eq!(place.word(&mut to_one), Word::Kept(founder.workspace));
    assert!(to_one.try_recv().is_err());
}

#[test]
fn a_database_that_was_put_back_to_an_earlier_state_is_found_out() {
    let place = Shared::new("put_back");
    let (founder, envelopes) = written(8);
    let (mut one, _) = place.process(founder.workspace);
    let (mut other, _) = place.process(founder.workspace);
    one.keep(&envelopes[..5]).unwrap();
    assert_eq!(other.brought_elsewhere().unwrap().len(), 5);
    let back = "DELETE FROM skein_relay.envelopes WHERE number > 3; UPDATE skein_relay.workspaces SET newest = 3";
    place.server.sql("put_back", back);
    // The numbers are given again, to others.
    let (mut third, _) = place.process(founder.workspace);
    third.keep(&envelopes[5..]).unwrap();
    for shelf in [&mut one, &mut other] {
        assert!(shelf.brought_elsewhere().unwrap_err().went_back());
        shelf.inventory().unwrap();
        assert_eq!(shelf.brought_elsewhere().unwrap(), []);
    }
}

#[test]
fn workspaces_in_one_database_know_nothing_of_each_other() {
    let place = Shared::new("apart");
    let (founder, envelopes) = written(2);
    let (mut geese, _) = place.process(founder.workspace);
    let (mut swans, _) = place.process(WorkspaceId::from_bytes([3; 32]));
    geese.keep(&envelopes).unwrap();
    assert_eq!(swans.brought_elsewhere().unwrap(), []);
    assert_eq!(bytes_of(&swans, envelopes[0].id()), None);
    assert_eq!(swans.keep(&envelopes[..1]).unwrap(), [Some(1)]);
}

#[test]
fn whoever_reads_while_several_write_misses_nothing() {
    let place = Shared::new("at_once");
    let (founder, envelopes) = written(240);
    let workspace = founder.workspace;
    let (mut reader, _) = place.process(workspace);
    let parts: Vec<&[Envelope]> = envelopes.chunks(80).collect();
    std::thread::scope(|scope| {
        for part in &parts {
            let (mut writer, _) = place.process(workspace);
            scope.spawn(move || {
                for batch in part.chunks(3) {
                    writer.keep(batch).unwrap();
                }
            });
        }
        let mut numbers = Vec::new();
        let started = std::time::Instant::now();
        while numbers.len() < envelopes.len() && started.elapsed() < LONG {
            let arrivals = reader.brought_elsewhere().unwrap();
            assert!(arrivals.len() <= A_LOOK);
            numbers.extend(arrivals.iter().map(|arrival| arrival.number));
        }
        let all: Vec<u64> = (1..=240).collect();
        assert_eq!(numbers, all);
    });
    assert_eq!(held(&mut reader), references(&envelopes));
}

#[test]
fn a_server_that_is_killed_and_comes_back_has_lost_nothing_that_was_acknowledged() {
    let server: &'static Server = Box::leak(Box::new(Server::start()));
    server.database("killed");
    let place = Shared::of(server, "killed");
    let (founder, envelopes) = written(300);
    let (mut shelf, mut heard) = place.process(founder.workspace);
    let mut acknowledged = 0;
    for _ in 0..2 {
        let (kept, several_are) = std::sync::mpsc::sync_channel(5);
        let error = std::thread::scope(|scope| {
            let (shelf, acknowledged) = (&mut shelf, &mut acknowledged);
            let envelopes = &envelopes;
            let writer = scope.spawn(move || {
                loop {
                    let next = &envelopes[*acknowledged % envelopes.len()];
                    if let Err(error) = shelf.keep(std::slice::from_ref(next)) {
                        return error;
                    }
                    *acknowledged += 1;
                    // Whoever kills has heard enough after the first ones.
                    let _ = kept.try_send(());
                }
            });
            several_are.iter().take(5).for_each(drop);
            server.kill();
            writer.join().unwrap()
        });
        assert!(error.is_away(), "{error}");
        assert!(shelf.keep(&envelopes[..1]).unwrap_err().is_away());
        server.come_back();
        while shelf.inventory().is_err() {
            assert_eq!(place.word(&mut heard), Word::CameOrWent);
        }
        let held = held(&mut shelf);
        for envelope in envelopes.iter().take(acknowledged) {
            assert!(held.contains(&reference(envelope)));
        }
    }
    // What was not acknowledged is brought again.
    shelf.keep(&envelopes).unwrap();
    assert_eq!(held(&mut shelf), references(&envelopes));
}

#[test]
fn a_database_of_a_newer_version_is_left_as_it_is() {
    let place = Shared::new("newer");
    drop(place.open().unwrap());
    place
        .server
        .sql("newer", "UPDATE skein_relay.form SET version = 99");
    let before = place.server.dump("newer");
    let Err(error) = place.open() else {
        panic!("it was opened");
    };
    assert!(
        matches!(error, SharedOpenError::Newer { found: 99, .. }),
        "{error}"
    );
    assert!(!error.to_string().contains("geheim"), "{error}");
    let after = place.server.dump("newer");
    let lines = |dump: Vec<u8>| {
        let text = String::from_utf8(dump).unwrap();
        // Newer servers mark each dump with words of its own.
        let lines = text.lines().filter(|line| !line.contains("restrict"));
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(lines(before), lines(after));
}

#[test]
fn relays_that_start_at_once_make_the_schema_once() {
    let place = Shared::new("starting");
    std::thread::scope(|scope| {
        let starts: Vec<_> = (0..4)
            .map(|_| scope.spawn(|| place.open().map(drop)))
            .collect();
        for start in starts {
            start.join().unwrap().unwrap();
        }
    });
    assert_eq!(
        place
            .server
            .sql("starting", "SELECT version FROM skein_relay.form"),
        "2"
    );
}

#[test]
fn what_no_relay_wrote_is_told_as_damage_and_left_as_it_is() {
    let place = Shared::new("odd");
    let (founder, envelopes) = written(1);
    let (mut shelf, _) = place.process(founder.workspace);
    shelf.keep(&envelopes).unwrap();
    place
        .server
        .sql("odd", "UPDATE skein_relay.envelopes SET kind = 77");
    let error = shelf.inventory().unwrap_err();
    assert!(
        matches!(error, ShelfError::Shared(SharedError::Damaged(_))),
        "{error}"
    );
    assert!(bytes_of(&shelf, envelopes[0].id()).is_some());
}

#[test]
fn a_database_that_cannot_be_reached_is_told_without_its_password() {
    let place = Shared::of(Server::shared(), "never_made");
    let Err(error) = place.open() else {
        panic!("it was opened");
    };
    let words = format!("{error} {error:?}");
    assert!(words.contains("never_made"), "{words}");
    assert!(!words.contains("geheim"), "{words}");
}
