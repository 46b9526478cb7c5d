//! Files in a shared folder are there whole or not at all, whatever ends their writer, and nothing is followed out of the folder.

use std::fs;
use std::io::{BufRead, BufReader, Write, stderr};
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use skein_access::shared_file_name;
use skein_store::{FolderError, SharedFolder};

const CHILD: &str = "SKEIN_FOLDER_WRITER";

fn at(path: &Path) -> SharedFolder {
    SharedFolder::at(path.to_str().unwrap(), None)
}

/// Not a law of its own: the process that gets killed runs this test with the variable set.
#[test]
fn writer_of_a_shared_folder_that_is_killed() {
    let Some(path) = std::env::var_os(CHILD) else {
        return;
    };
    let folder = at(Path::new(&path));
    println!("\nready");
    std::io::stdout().flush().unwrap();
    for number in 0_u32.. {
        let bytes = number.to_be_bytes().repeat(200_000);
        folder.keep("killed", &bytes).unwrap();
    }
}

#[test]
fn a_killed_writer_leaves_no_half_file_under_a_final_name_and_what_it_left_goes_with_the_next() {
    let folder = tempfile::tempdir().unwrap();
    for round in 0..5 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args([
                "shared_folders::writer_of_a_shared_folder_that_is_killed",
                "--exact",
                "--nocapture",
            ])
            .env(CHILD, folder.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let ready = lines.map_while(Result::ok).any(|line| line == "ready");
        assert!(ready);
        // Somewhere in the middle of whatever it does then.
        std::thread::sleep(Duration::from_millis(7 + 5 * round));
        child.kill().unwrap();
        child.wait().unwrap();
        for entry in at(folder.path()).look().unwrap() {
            let bytes = fs::read(folder.path().join(&entry.name)).unwrap();
            let name = format!("{}.skein-bundle", shared_file_name(&bytes));
            assert_eq!(entry.name, name);
        }
    }
    at(folder.path()).keep("killed", b"the last").unwrap();
    let left = fs::read_dir(folder.path()).unwrap();
    let left = left.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    assert_eq!(left.filter(|name| name.ends_with(".part")).count(), 0);
}

#[test]
fn no_link_is_followed_to_read_or_to_write() {
    let (folder, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let treasure = outside.path().join("treasure");
    fs::write(&treasure, "kept").unwrap();
    symlink(&treasure, folder.path().join("one.skein-bundle")).unwrap();
    symlink(&treasure, folder.path().join(".skein-me.part")).unwrap();
    assert_eq!(at(folder.path()).look().unwrap(), []);
    assert!(
        at(folder.path())
            .open("one.skein-bundle")
            .unwrap()
            .is_none()
    );
    let written = at(folder.path()).keep("me", b"new").unwrap();
    assert_eq!(at(folder.path()).look().unwrap(), [written]);
    assert_eq!(fs::read(&treasure).unwrap(), b"kept");
}

#[test]
fn what_is_half_under_a_final_name_is_made_whole_by_whoever_writes_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let entry = at(folder.path()).keep("me", b"all of it").unwrap();
    fs::write(folder.path().join(&entry.name), b"all").unwrap();
    at(folder.path()).keep("me", b"all of it").unwrap();
    assert_eq!(
        fs::read(folder.path().join(&entry.name)).unwrap(),
        b"all of it"
    );
}

#[test]
fn a_folder_of_another_disk_that_lies_on_this_one_is_away() {
    let (here, other) = (
        tempfile::tempdir().unwrap(),
        tempfile::tempdir_in("/dev/shm"),
    );
    let Ok(other) = other else { return };
    let file = here.path().join("workspace.db");
    fs::write(&file, "").unwrap();
    let (path, apart) = SharedFolder::find(other.path().to_str().unwrap(), Some(&file)).unwrap();
    if !apart {
        writeln!(stderr().lock(), "skipped: there is only one disk here").unwrap();
        return;
    }
    assert_eq!(SharedFolder::at(&path, Some(&file)).look(), Ok(Vec::new()));
    // The place where a stick was is an empty folder of the disk below it.
    let left = SharedFolder::at(here.path().to_str().unwrap(), Some(&file));
    assert_eq!(left.look(), Err(FolderError::Away));
    assert_eq!(left.keep("me", b"new"), Err(FolderError::Away));
}
