//! Files attached to documents: added, read, exchanged, interrupted, spoiled, refused; on real cores and real files.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::sim::World;
use skein_access::{DeviceId, DeviceKey, Role, chunk_name};
use skein_engine::api::{
    ApiError, AttachedFile, ErrorCode, Event, FileState, Outcome, Reply, Request, ServerMessage,
    View,
};
use skein_engine::core::{ChunkAnswer, Effect, Input, PeerInput};
use skein_model::{ChunkName, DocumentId, FileId};

pub(crate) const MIB: usize = 1024 * 1024;
const PIECE: usize = 512 * 1024;

/// So many members who all have one note.
pub(crate) fn workspace(seed: u64, members: usize) -> (World, DocumentId) {
    let mut world = World::new(seed, members);
    world.found();
    for machine in &mut world.machines {
        machine.skew_ms = 0;
    }
    world.invite(0, Role::Editor, 20);
    let request = Request::CreateNote {
        title: "Plan".to_owned(),
        text: Some("with pictures".to_owned()),
        parent: None,
        after: None,
    };
    let Ok(Reply::Created { id }) = world.ask(0, request) else {
        panic!("no note")
    };
    for index in 1..members {
        world.join(index);
    }
    if members > 1 {
        world.settle(&(0..members).collect::<Vec<_>>());
    }
    (world, id)
}

/// Bytes that differ from place to place.
pub(crate) fn content(size: usize) -> Vec<u8> {
    (0..size).map(|at| (at * 31 / 7 % 251) as u8).collect()
}

fn base64(bytes: &[u8]) -> String {
    data_encoding::BASE64.encode(bytes)
}

fn begin(world: &mut World, index: usize, document: DocumentId, name: &str, size: u64) -> String {
    let request = Request::BeginFile {
        document,
        name: name.to_owned(),
        mime: "image/png".to_owned(),
        size,
    };
    match world.ask(index, request) {
        Ok(Reply::FileBegun { upload }) => upload,
        other => panic!("{other:?}"),
    }
}

fn put(world: &mut World, index: usize, upload: &str, bytes: &[u8]) -> Result<Reply, ApiError> {
    let request = Request::PutFile {
        upload: upload.to_owned(),
        data: base64(bytes),
    };
    world.ask(index, request)
}

fn finish(world: &mut World, index: usize, upload: &str) -> Result<Reply, ApiError> {
    let request = Request::FinishFile {
        upload: upload.to_owned(),
    };
    world.ask(index, request)
}

pub(crate) fn attach(
    world: &mut World,
    index: usize,
    document: DocumentId,
    name: &str,
    bytes: &[u8],
) -> FileId {
    let upload = begin(world, index, document, name, bytes.len() as u64);
    for piece in bytes.chunks(PIECE) {
        put(world, index, &upload, piece).unwrap();
    }
    match finish(world, index, &upload) {
        Ok(Reply::FileAdded { file }) => {
            assert_eq!((file.name.as_str(), file.state), (name, FileState::Here));
            file.id
        }
        other => panic!("{other:?}"),
    }
}

pub(crate) fn files(world: &mut World, index: usize, document: DocumentId) -> Vec<AttachedFile> {
    match world.ask(index, Request::ListFiles { document }) {
        Ok(Reply::Files { files }) => files,
        other => panic!("{other:?}"),
    }
}

pub(crate) fn read(
    world: &mut World,
    index: usize,
    document: DocumentId,
    file: FileId,
) -> Result<Vec<u8>, ApiError> {
    let mut bytes = Vec::new();
    loop {
        let request = Request::ReadFile {
            document,
            file,
            offset: bytes.len() as u64,
            length: PIECE as u32,
        };
        let Reply::FileBytes { data, size, offset } = world.ask(index, request)? else {
            panic!("no bytes")
        };
        assert_eq!(offset, bytes.len() as u64);
        bytes.extend(data_encoding::BASE64.decode(data.as_bytes()).unwrap());
        if bytes.len() as u64 >= size {
            return Ok(bytes);
        }
    }
}

/// A machine stops without a word, and starts again.
pub(crate) fn restart(world: &mut World, index: usize) {
    let mut rng = world.rng.clone();
    world.network.machine_gone(&mut rng, index);
    world.machines[index].crash(false);
    world.start(index);
}

/// Lets what was received be merged too, and what that makes wanted be fetched.
pub(crate) fn rest(world: &mut World, among: &[usize]) {
    for _ in 0..3 {
        world.settle(among);
        world.pass(50);
    }
    world.settle(among);
}

fn code<T: std::fmt::Debug>(result: Result<T, ApiError>) -> ErrorCode {
    result.unwrap_err().code
}

pub(crate) fn folder(world: &World, index: usize) -> PathBuf {
    world.machines[index].path.with_extension("files")
}

/// The chunks that lie in a machine's folder.
pub(crate) fn on_disk(world: &World, index: usize) -> Vec<PathBuf> {
    let Ok(shelves) = std::fs::read_dir(folder(world, index)) else {
        return Vec::new();
    };
    let shelves = shelves.map(|shelf| shelf.unwrap().path());
    shelves
        .filter(|shelf| !shelf.ends_with("incoming"))
        .flat_map(|shelf| std::fs::read_dir(shelf).unwrap())
        .map(|entry| entry.unwrap().path())
        .collect()
}

fn name_of(path: &Path) -> ChunkName {
    path.file_name().unwrap().to_str().unwrap().parse().unwrap()
}

pub(crate) fn run_jobs(world: &mut World, index: usize) {
    while !world.machines[index].jobs.is_empty() {
        world.run_job(index);
    }
}

#[test]
fn a_file_of_any_size_is_the_same_for_whoever_reads_it() {
    let (mut world, note) = workspace(1, 2);
    let mut attached = Vec::new();
    for (number, size) in [0, 3, PIECE, MIB, MIB + 1, 2 * MIB + 7]
        .into_iter()
        .enumerate()
    {
        let name = format!("{number}.png");
        let bytes = content(size);
        let id = attach(&mut world, 0, note, &name, &bytes);
        attached.push((name, id, bytes));
    }
    rest(&mut world, &[0, 1]);
    for index in [0, 1] {
        let listed = files(&mut world, index, note);
        for (listed, (name, id, bytes)) in listed.iter().zip(&attached) {
            assert_eq!(
                (&listed.name, &listed.id, listed.mime.as_str()),
                (name, id, "image/png")
            );
            let size = bytes.len() as u64;
            let expected = (size, size, FileState::Here);
            assert_eq!(
                (listed.size, listed.here, listed.state),
                expected,
                "{name} at {index}"
            );
            assert!(read(&mut world, index, note, *id).unwrap() == *bytes);
        }
        assert_eq!(listed.len(), attached.len());
    }
    // Nothing of it is written in the clear.
    for path in on_disk(&world, 1) {
        let bytes = std::fs::read(path).unwrap();
        assert!(!bytes.windows(64).any(|window| content(64) == window));
    }
    restart(&mut world, 1);
    let (_, id, bytes) = &attached[5];
    assert!(read(&mut world, 1, note, *id).unwrap() == *bytes);
    world.rest_and_check(&[0, 1]);
}

#[test]
fn a_large_file_comes_when_it_is_asked_for_and_goes_on_where_it_was_cut_off() {
    let (mut world, note) = workspace(2, 2);
    let bytes = content(9 * MIB + 5);
    let id = attach(&mut world, 0, note, "film.mkv", &bytes);
    rest(&mut world, &[0, 1]);
    let listed = files(&mut world, 1, note).remove(0);
    assert_eq!((listed.here, listed.state), (0, FileState::Away));
    let request = Request::FetchFile {
        document: note,
        file: id,
    };
    world.ask(1, request).unwrap();
    assert_eq!(files(&mut world, 1, note)[0].state, FileState::Arriving);
    // Some of it comes, then the line breaks, then the machine stops.
    while on_disk(&world, 1).len() < 4 {
        for pipe in world.network.busy() {
            world.deliver(pipe);
        }
        run_jobs(&mut world, 0);
        run_jobs(&mut world, 1);
    }
    let mut rng = world.rng.clone();
    world.network.break_one(&mut rng);
    for pipe in world.network.busy() {
        world.deliver(pipe);
    }
    let listed = files(&mut world, 1, note).remove(0);
    assert!(listed.here >= 4 * MIB as u64 && listed.here < bytes.len() as u64);
    assert_eq!(
        listed.state,
        FileState::Away,
        "nobody is connected who has it"
    );
    assert_eq!(
        code(read(&mut world, 1, note, id).map(drop)),
        ErrorCode::NotHere
    );
    restart(&mut world, 1);
    rest(&mut world, &[0, 1]);
    assert!(read(&mut world, 1, note, id).unwrap() == bytes);
    let asked = world.network.asked.len();
    assert!(
        (10..=14).contains(&asked),
        "{asked} questions for 10 chunks"
    );
}

/// How many questions each device was sent since so many had been.
fn asked_of(world: &World, before: usize) -> BTreeMap<DeviceId, usize> {
    let mut count = BTreeMap::new();
    for (peer, _) in world.network.asked.values().skip(before) {
        *count.entry(*peer).or_default() += 1;
    }
    count
}

#[test]
fn a_large_file_comes_from_all_who_have_it_at_once_and_without_one_of_them_from_the_others() {
    let (mut world, note) = workspace(7, 4);
    let bytes = content(20 * MIB + 5);
    let file = attach(&mut world, 0, note, "film.mkv", &bytes);
    let request = Request::FetchFile {
        document: note,
        file,
    };
    for index in [1, 2] {
        rest(&mut world, &[0, 1, 2, 3]);
        world.ask(index, request.clone()).unwrap();
    }
    rest(&mut world, &[0, 1, 2, 3]);
    let states = |world: &mut World| [1, 2, 3].map(|index| files(world, index, note)[0].state);
    assert_eq!(
        states(&mut world),
        [FileState::Here, FileState::Here, FileState::Away]
    );

    let before = world.network.asked.len();
    world.ask(3, request).unwrap();
    world.pass(1);
    let first = asked_of(&world, before);
    assert_eq!(first.values().sum::<usize>(), 8, "{first:?}");
    assert!(
        first.len() == 3 && first.values().all(|asked| *asked <= 3),
        "{first:?}"
    );
    while on_disk(&world, 3).len() < 6 {
        for pipe in world.network.busy() {
            world.deliver(pipe);
        }
        for index in 0..4 {
            run_jobs(&mut world, index);
        }
    }
    let mut rng = world.rng.clone();
    world.network.machine_gone(&mut rng, 1);
    world.machines[1].crash(false);
    rest(&mut world, &[0, 2, 3]);
    assert!(read(&mut world, 3, note, file).unwrap() == bytes);
    let all = asked_of(&world, before);
    let asked: usize = all.values().sum();
    assert!((21..=24).contains(&asked), "{all:?} for 21 chunks");
    let theirs = |index: usize| all[&world.machines[index].device];
    assert!(theirs(0) >= 6 && theirs(2) >= 6, "{all:?}");
}

#[test]
fn spoiled_bytes_are_not_kept_and_come_from_another() {
    let (mut world, note) = workspace(3, 3);
    for peer in world.network.peers_of(2) {
        world.network.close(2, peer);
        world.give(2, crate::sim::disconnected(peer));
    }
    let bytes = content(5 * MIB);
    let id = attach(&mut world, 0, note, "goose.png", &bytes);
    rest(&mut world, &[0, 1]);
    assert_eq!(files(&mut world, 1, note)[0].state, FileState::Here);
    world.spoils_chunks = Some(0);
    rest(&mut world, &[0, 1, 2]);
    assert!(read(&mut world, 2, note, id).unwrap() == bytes);
    for path in on_disk(&world, 2) {
        let name = name_of(&path);
        assert_eq!(chunk_name(&std::fs::read(path).unwrap()), name);
    }
    world.spoils_chunks = None;
    world.rest_and_check(&[0, 1, 2]);
}

#[test]
fn a_part_that_is_lost_from_disk_is_fetched_again() {
    let (mut world, note) = workspace(4, 2);
    let bytes = content(2 * MIB);
    let id = attach(&mut world, 0, note, "goose.png", &bytes);
    rest(&mut world, &[0, 1]);
    let spoiled = on_disk(&world, 0);
    std::fs::write(&spoiled[0], b"bad sectors").unwrap();
    std::fs::remove_file(&spoiled[1]).unwrap();
    for _ in 0..2 {
        assert_eq!(
            code(read(&mut world, 0, note, id).map(drop)),
            ErrorCode::NotHere
        );
        rest(&mut world, &[0, 1]);
    }
    assert!(read(&mut world, 0, note, id).unwrap() == bytes);
    world.rest_and_check(&[0, 1]);
}

#[test]
fn what_nobody_has_is_said_to_be_away_and_comes_when_somebody_has_it() {
    let (mut world, note) = workspace(5, 2);
    let bytes = content(3 * MIB);
    let id = attach(&mut world, 0, note, "goose.png", &bytes);
    let aside = folder(&world, 0).with_extension("elsewhere");
    std::fs::rename(folder(&world, 0), &aside).unwrap();
    rest(&mut world, &[0, 1]);
    let error = read(&mut world, 1, note, id).unwrap_err();
    assert_eq!(error.code, ErrorCode::NotHere);
    assert!(
        error.message.contains("goose.png") && error.hint.contains("by itself"),
        "{error:?}"
    );
    rest(&mut world, &[0, 1]);
    assert_eq!(files(&mut world, 1, note)[0].state, FileState::Away);
    // A backup of the folder is put back.
    std::fs::rename(aside, folder(&world, 0)).unwrap();
    restart(&mut world, 0);
    // What is in the folder was forgotten when it was not; whoever has the bytes hands them over again.
    let again = attach(&mut world, 0, note, "goose 2.png", &bytes);
    rest(&mut world, &[0, 1]);
    assert!(read(&mut world, 1, note, again).unwrap() == bytes);
}

#[test]
fn only_members_are_given_anything() {
    let (mut world, note) = workspace(6, 2);
    let bytes = content(MIB);
    attach(&mut world, 0, note, "goose.png", &bytes);
    world.invite(0, Role::Editor, 1);
    rest(&mut world, &[0, 1]);
    let name = name_of(&on_disk(&world, 0)[0]);
    let stranger = DeviceKey::generate(&mut world.rng).id();
    let connected = PeerInput::Connected {
        peer: stranger,
        address: "/ip4/10.9.9.9/tcp/1".to_owned(),
        dialed: false,
    };
    world.give(0, Input::Peer(connected));
    let member = world.machines[1].device;
    for (peer, gets) in [(stranger, false), (member, true)] {
        let asked = PeerInput::ChunkAsked {
            peer,
            ask: 77,
            name,
        };
        let now = world.now_ms;
        let mut effects = world.machines[0].handle(now, Input::Peer(asked));
        if gets {
            let Some(Effect::Job(job)) = effects
                .into_iter()
                .find(|effect| matches!(effect, Effect::Job(_)))
            else {
                panic!("a member's question is looked up")
            };
            let done = Input::JobDone(Box::new(job.run()));
            effects = world.machines[0].handle(now, done);
        }
        let given = effects.into_iter().find_map(|effect| match effect {
            Effect::GiveChunk {
                peer: to,
                ask: 77,
                bytes,
            } if to == peer => Some(bytes),
            _ => None,
        });
        let given = given.expect("every question is answered");
        assert_eq!(
            given.map(|bytes| chunk_name(&bytes) == name),
            gets.then_some(true)
        );
    }
    // Bytes that nobody asked for go nowhere.
    let before = on_disk(&world, 0).len();
    let unasked = b"unasked".to_vec();
    let name = chunk_name(&unasked);
    let answer = ChunkAnswer::Bytes(unasked);
    world.give(
        0,
        Input::Peer(PeerInput::Chunk {
            peer: member,
            name,
            answer,
        }),
    );
    run_jobs(&mut world, 0);
    assert_eq!(on_disk(&world, 0).len(), before);
}

#[test]
fn what_makes_no_file_is_refused_and_leaves_nothing() {
    let (mut world, note) = workspace(7, 1);
    let begin_with = |world: &mut World, name: &str, size: u64| {
        let request = Request::BeginFile {
            document: note,
            name: name.to_owned(),
            mime: String::new(),
            size,
        };
        world.ask(0, request)
    };
    assert_eq!(code(begin_with(&mut world, "../x", 1)), ErrorCode::Invalid);
    assert_eq!(
        code(begin_with(&mut world, "x", u64::MAX)),
        ErrorCode::TooLarge
    );
    let upload = begin(&mut world, 0, note, "x.png", 10);
    assert_eq!(
        code(put(&mut world, 0, &upload, &content(11))),
        ErrorCode::Invalid
    );
    assert_eq!(
        code(put(&mut world, 0, &upload, &content(PIECE + 1))),
        ErrorCode::Invalid
    );
    assert_eq!(
        code(put(&mut world, 0, "nonsense", b"x")),
        ErrorCode::NotFound
    );
    let request = Request::PutFile {
        upload: upload.clone(),
        data: "no base64!".to_owned(),
    };
    assert_eq!(code(world.ask(0, request)), ErrorCode::Invalid);
    put(&mut world, 0, &upload, &content(4)).unwrap();
    assert_eq!(code(finish(&mut world, 0, &upload)), ErrorCode::Invalid);
    put(&mut world, 0, &upload, &content(10)[4..]).unwrap();
    let Ok(Reply::FileAdded { file }) = finish(&mut world, 0, &upload) else {
        panic!("not added")
    };
    assert_eq!(read(&mut world, 0, note, file.id).unwrap(), content(10));
    assert_eq!(code(finish(&mut world, 0, &upload)), ErrorCode::NotFound);
    for (offset, length) in [(11, 1), (0, PIECE as u32 + 1)] {
        let request = Request::ReadFile {
            document: note,
            file: file.id,
            offset,
            length,
        };
        assert_eq!(code(world.ask(0, request)), ErrorCode::Invalid);
    }
    assert_eq!(files(&mut world, 0, note).len(), 1);
}

#[test]
fn an_upload_that_is_given_up_leaves_nothing_on_disk() {
    let (mut world, note) = workspace(8, 1);
    let bytes = content(2 * MIB + 5);
    // Told to end, left alone for ten minutes, and with its client gone.
    for way in 0..3 {
        let upload = begin(&mut world, 0, note, "x.png", bytes.len() as u64);
        for piece in bytes.chunks(PIECE).take(4) {
            put(&mut world, 0, &upload, piece).unwrap();
        }
        assert_eq!(on_disk(&world, 0).len(), 2);
        match way {
            0 => {
                let upload = upload.clone();
                world.ask(0, Request::CancelFile { upload }).unwrap();
            }
            1 => world.pass(10 * 60 * 1000 + 1),
            _ => world.give(0, Input::ClientGone(crate::sim::machine::SHELL)),
        }
        run_jobs(&mut world, 0);
        assert_eq!(on_disk(&world, 0).len(), 0, "way {way}");
        assert_eq!(code(finish(&mut world, 0, &upload)), ErrorCode::NotFound);
    }
    assert!(files(&mut world, 0, note).is_empty());
}

#[test]
fn what_no_document_names_is_swept_after_a_start_and_nothing_else_is() {
    let (mut world, note) = workspace(9, 1);
    let bytes = content(MIB + 1);
    let id = attach(&mut world, 0, note, "goose.png", &bytes);
    let upload = begin(&mut world, 0, note, "half.png", bytes.len() as u64);
    for piece in bytes.chunks(PIECE).take(2) {
        put(&mut world, 0, &upload, piece).unwrap();
    }
    assert_eq!(on_disk(&world, 0).len(), 3);
    restart(&mut world, 0);
    // One that goes on after the start is not swept.
    let upload = begin(&mut world, 0, note, "other.png", bytes.len() as u64);
    for piece in bytes.chunks(PIECE).take(2) {
        put(&mut world, 0, &upload, piece).unwrap();
    }
    assert_eq!(on_disk(&world, 0).len(), 4);
    for _ in 0..20 {
        world.pass(1_000);
        run_jobs(&mut world, 0);
    }
    assert_eq!(
        on_disk(&world, 0).len(),
        3,
        "what the first upload left is gone"
    );
    assert!(read(&mut world, 0, note, id).unwrap() == bytes);
    match world.ask(0, Request::Audit) {
        Ok(Reply::Audit { report }) => assert_eq!(report.differences, []),
        other => panic!("{other:?}"),
    }
}

#[test]
fn whoever_watches_is_told_of_a_file_and_how_it_arrives() {
    let (mut world, note) = workspace(10, 2);
    const WINDOW: u64 = 50;
    let mut told: Vec<Vec<AttachedFile>> = Vec::new();
    let message = skein_engine::api::ClientMessage {
        id: 1,
        request: Request::Subscribe {
            view: View::Files { document: note },
        },
    };
    let now = world.now_ms;
    let subscribe = Input::Client {
        client: WINDOW,
        message,
    };
    let mut effects = world.machines[1].handle(now, subscribe);
    let bytes = content(3 * MIB);
    attach(&mut world, 0, note, "goose.png", &bytes);
    // The world's own loop, but what the window is told is looked at.
    for _ in 0..400 {
        for effect in effects.drain(..) {
            if let Some(Effect::ToClient { message, .. }) = world.keep(1, effect) {
                match *message {
                    ServerMessage::Event {
                        event: Event::Files { files },
                        ..
                    } => told.push(files),
                    ServerMessage::Reply {
                        result: Outcome::Ok(_),
                        ..
                    } => {}
                    other => panic!("{other:?}"),
                }
            }
        }
        world.now_ms += 50;
        let now = world.now_ms;
        world.give(0, Input::Tick);
        run_jobs(&mut world, 0);
        effects.extend(world.machines[1].handle(now, Input::Tick));
        for pipe in world.network.busy() {
            let (to, peer) = (world.network.receiver(pipe), world.machines[0].device);
            if to != 1 {
                world.deliver(pipe);
                continue;
            }
            let Some((_, _, _, packet)) = world.network.take(pipe) else {
                continue;
            };
            let input = match packet {
                crate::sim::network::Packet::Frame(bytes) => PeerInput::Frame { peer, bytes },
                crate::sim::network::Packet::Given(name, Some(bytes)) => PeerInput::Chunk {
                    peer,
                    name,
                    answer: ChunkAnswer::Bytes(bytes),
                },
                other => panic!("{other:?}"),
            };
            effects.extend(world.machines[1].handle(now, Input::Peer(input)));
        }
        if let Some(job) = world.machines[1].jobs.pop() {
            let done = Input::JobDone(Box::new(job.run()));
            effects.extend(world.machines[1].handle(now, done));
        }
        if told
            .last()
            .is_some_and(|files| files.iter().any(|file| file.state == FileState::Here))
        {
            break;
        }
    }
    assert_eq!(told[0], []);
    let states: Vec<(FileState, u64)> = told[1..]
        .iter()
        .map(|files| (files[0].state, files[0].here))
        .collect();
    assert_eq!(states[0], (FileState::Arriving, 0));
    assert_eq!(states.last(), Some(&(FileState::Here, 3 * MIB as u64)));
    assert!(
        states.windows(2).all(|two| two[0].1 <= two[1].1),
        "{states:?}"
    );
    assert!(states.len() <= 6, "{states:?}");
}
