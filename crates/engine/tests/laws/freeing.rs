//! Room on this machine: its parts add up, and what is let go is held by another device, comes back equal, and survives every cut.

use crate::files::{MIB, attach, content, files, on_disk, read, rest, restart, workspace};
use crate::sim::machine::Asked;
use crate::sim::{World, disconnected};
use skein_engine::api::{
    ApiError, FileState, Freeable, Freed, Reply, Request, Storage, StorageKind,
};
use skein_model::{DocumentId, FileId};

/// Lets frames travel and work be done, everywhere, for one round.
pub(crate) fn turn(world: &mut World) {
    for pipe in world.network.busy() {
        world.deliver(pipe);
    }
    for index in 0..world.machines.len() {
        world.run_job(index);
    }
    world.pass(1);
}

/// Asks several at once, and waits until all are answered.
fn ask_together(world: &mut World, requests: Vec<(usize, Request)>) -> Vec<Reply> {
    let answers = answers_together(world, requests).into_iter();
    answers.map(Result::unwrap).collect()
}

/// The same, of what may be refused.
pub(crate) fn answers_together(
    world: &mut World,
    requests: Vec<(usize, Request)>,
) -> Vec<Result<Reply, ApiError>> {
    let asked: Vec<(usize, u32)> = requests
        .into_iter()
        .map(|(index, request)| (index, world.ask_for(index, request, Asked::Question)))
        .collect();
    for _ in 0..20_000 {
        let is_answered =
            |(index, id): &(usize, u32)| world.machines[*index].answers.contains_key(id);
        if asked.iter().all(is_answered) {
            let mut take =
                |(index, id): (usize, u32)| world.machines[index].answers.remove(&id).unwrap();
            return asked.into_iter().map(&mut take).collect();
        }
        turn(world);
    }
    panic!("not answered")
}

fn preview(world: &mut World, index: usize) -> Freeable {
    match ask_together(world, vec![(index, Request::PreviewFreeing)]).remove(0) {
        Reply::Freeable { freeable } => freeable,
        other => panic!("{other:?}"),
    }
}

fn let_go(files: &[FileId]) -> Request {
    Request::FreeSpace {
        files: files.to_vec(),
        compact: true,
    }
}

fn freed(reply: Reply) -> Freed {
    match reply {
        Reply::Freed { freed } => freed,
        other => panic!("{other:?}"),
    }
}

fn free(world: &mut World, index: usize, files: &[FileId]) -> Freed {
    freed(ask_together(world, vec![(index, let_go(files))]).remove(0))
}

fn storage(world: &mut World, index: usize) -> Storage {
    match ask_together(world, vec![(index, Request::Storage)]).remove(0) {
        Reply::Storage { storage } => storage,
        other => panic!("{other:?}"),
    }
}

fn state(world: &mut World, index: usize, note: DocumentId) -> FileState {
    files(world, index, note)[0].state
}

#[test]
fn the_parts_add_up_and_name_what_is_large() {
    let (mut world, note) = workspace(21, 2);
    let id = attach(&mut world, 0, note, "goose.png", &content(2 * MIB));
    rest(&mut world, &[0, 1]);
    let measured = storage(&mut world, 0);
    let sum: u64 = measured.parts.iter().map(|part| part.bytes).sum();
    assert_eq!(sum, measured.total);
    let part = |what| {
        let found = measured.parts.iter().find(|part| part.what == what);
        found.unwrap().clone()
    };
    let on_disk: u64 = on_disk(&world, 0)
        .iter()
        .map(|path| std::fs::metadata(path).unwrap().len())
        .sum();
    assert_eq!(part(StorageKind::Files).bytes, on_disk);
    assert_eq!(part(StorageKind::Files).count, Some(1));
    assert_eq!(part(StorageKind::Notes).count, Some(1));
    assert!(part(StorageKind::Envelopes).bytes > 0 && part(StorageKind::Search).bytes > 0);
    let file = &measured.files[0];
    assert_eq!((file.id, file.here), (id, on_disk));
    assert_eq!(file.used_in[0].title, "Plan");
    assert!(file.held_by.is_empty(), "nobody was asked yet");
    assert_eq!(measured.documents[0].title, "Plan");
    let freeable = preview(&mut world, 0);
    assert_eq!(freeable.files[0].held_by[0].name, "Member 1");
    assert_eq!(storage(&mut world, 0).files[0].held_by.len(), 1);
    // Measuring stands in nobody's way.
    world.rest_and_check(&[0, 1]);
}

#[test]
fn a_file_that_is_let_go_stays_away_until_it_is_opened_and_comes_back_equal() {
    let (mut world, note) = workspace(22, 2);
    let bytes = content(2 * MIB + 7);
    let id = attach(&mut world, 0, note, "goose.png", &bytes);
    rest(&mut world, &[0, 1]);
    let freed = free(&mut world, 0, &[id]);
    assert_eq!((freed.files, freed.bytes), (1, bytes.len() as u64));
    assert!(
        freed.kept.is_empty() && freed.trouble.is_none(),
        "{freed:?}"
    );
    assert!(on_disk(&world, 0).is_empty());
    assert_eq!(state(&mut world, 0, note), FileState::Away);
    // Small files come by themselves; what was let go does not, not even after a start.
    rest(&mut world, &[0, 1]);
    restart(&mut world, 0);
    rest(&mut world, &[0, 1]);
    assert!(on_disk(&world, 0).is_empty());
    read(&mut world, 0, note, id).unwrap_err();
    rest(&mut world, &[0, 1]);
    assert!(read(&mut world, 0, note, id).unwrap() == bytes);
    world.rest_and_check(&[0, 1]);
}

#[test]
fn what_no_connected_device_holds_stays() {
    let (mut world, note) = workspace(23, 2);
    // Larger than what comes by itself: it is on one machine only.
    let bytes = content(9 * MIB);
    let id = attach(&mut world, 0, note, "film.mkv", &bytes);
    rest(&mut world, &[0, 1]);
    let freeable = preview(&mut world, 0);
    assert!(freeable.files.is_empty());
    assert_eq!((freeable.asked, freeable.only_here), (1, 1));
    let kept = free(&mut world, 0, &[id]);
    assert_eq!((kept.files, kept.kept), (0, vec!["film.mkv".to_owned()]));
    // The other one holds it, and is away.
    world
        .ask(
            1,
            Request::FetchFile {
                document: note,
                file: id,
            },
        )
        .unwrap();
    rest(&mut world, &[0, 1]);
    assert_eq!(preview(&mut world, 0).files.len(), 1);
    let peer = world.network.peers_of(0)[0];
    world.network.close(0, peer);
    world.give(0, disconnected(peer));
    assert_eq!(free(&mut world, 0, &[id]).files, 0);
    assert!(read(&mut world, 0, note, id).unwrap() == bytes);
}

#[test]
fn bytes_that_are_damaged_there_are_not_let_go_here() {
    let (mut world, note) = workspace(24, 2);
    let bytes = content(2 * MIB);
    let id = attach(&mut world, 0, note, "goose.png", &bytes);
    rest(&mut world, &[0, 1]);
    std::fs::write(&on_disk(&world, 1)[0], b"bad sectors").unwrap();
    assert_eq!(free(&mut world, 0, &[id]).files, 0);
    assert!(read(&mut world, 0, note, id).unwrap() == bytes);
}

#[test]
fn of_all_who_let_go_at_once_one_keeps_it() {
    for seed in 30..33 {
        let (mut world, note) = workspace(seed, 3);
        let bytes = content(MIB + 3);
        let id = attach(&mut world, 0, note, "goose.png", &bytes);
        rest(&mut world, &[0, 1, 2]);
        let together = (0..3).map(|index| (index, let_go(&[id]))).collect();
        let replies = ask_together(&mut world, together);
        let gone: u32 = replies.into_iter().map(|reply| freed(reply).files).sum();
        assert!(gone < 3, "everybody let it go");
        let left = (0..3).filter(|index| !on_disk(&world, *index).is_empty());
        assert_eq!(left.count(), 3 - gone as usize);
        for index in 0..3 {
            drop(read(&mut world, index, note, id));
        }
        rest(&mut world, &[0, 1, 2]);
        for index in 0..3 {
            assert!(
                read(&mut world, index, note, id).unwrap() == bytes,
                "{seed}"
            );
        }
    }
}

#[test]
fn cut_off_at_any_moment_nothing_is_lost_and_what_lies_there_still_is_swept() {
    let (mut world, note) = workspace(25, 2);
    let bytes = content(MIB + 5);
    let id = attach(&mut world, 0, note, "goose.png", &bytes);
    rest(&mut world, &[0, 1]);
    for turns in [0, 1, 2, 3, 5, 8, 13] {
        world.ask_for(0, let_go(&[id]), Asked::Question);
        for _ in 0..turns {
            turn(&mut world);
        }
        restart(&mut world, 0);
        rest(&mut world, &[0, 1]);
        world.pass(11_000);
        rest(&mut world, &[0, 1]);
        match state(&mut world, 0, note) {
            FileState::Here => assert_eq!(on_disk(&world, 0).len(), 2),
            _ => assert!(on_disk(&world, 0).is_empty(), "{turns}"),
        }
        drop(read(&mut world, 0, note, id));
        rest(&mut world, &[0, 1]);
        assert!(read(&mut world, 0, note, id).unwrap() == bytes, "{turns}");
    }
    world.rest_and_check(&[0, 1]);
}
