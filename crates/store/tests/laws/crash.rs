//! A writer that is killed at any moment loses nothing that it was told is kept.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rand::Rng;
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use skein_model::Kind;
use skein_store::{CutText, Durability, NewChanges, Store};

use crate::common::{Founder, change, heads, id, note, ready};

const CHILD: &str = "SKEIN_STORE_WRITER";

/// Not a law of its own: the process that gets killed runs this test with the variable set.
#[test]
fn writer_that_is_killed() {
    let Some(path) = std::env::var_os(CHILD).map(PathBuf::from) else {
        return;
    };
    let ana = Founder::new();
    let mut store = ready(&path);
    let first = next(&store);
    let mut out = std::io::stdout();
    writeln!(out, "\nready {first}").unwrap();
    out.flush().unwrap();
    for number in first..u32::MAX {
        write(&mut store, &ana, number);
        writeln!(out, "kept {number}").unwrap();
        out.flush().unwrap();
    }
}

/// Each step touches most tables, so that a torn one would show.
fn write(store: &mut Store, ana: &Founder, number: u32) {
    let permit = ana.write(Kind::Note);
    let durability = if number.is_multiple_of(5) {
        Durability::Full
    } else {
        Durability::Normal
    };
    store
        .write(durability, |tx| {
            if number == 0 {
                let new = NewChanges {
                    changes: &[],
                    heads: &heads(0),
                    sealed: false,
                    at_ms: 0,
                };
                tx.create_document(&permit, id(1), &new, &note("Log", ""))?;
            }
            let new = NewChanges {
                changes: &[change(number)],
                heads: &heads(number),
                sealed: false,
                at_ms: 0,
            };
            tx.append_changes(&permit, id(1), &new)?;
            tx.journal(&permit, id(1), &number.to_be_bytes())?;
            if number % 10 == 9 {
                tx.clear_journal(id(1))?;
            }
            // Short and long by turns, so that pieces come and go.
            let ways = 100 + number as usize % 2 * 4_000;
            let text = format!("step {number} {}", "of the way ".repeat(ways));
            tx.put_text(id(1), &CutText::of(text), &Default::default(), &[])?;
            tx.put_setting("next", &(number + 1).to_be_bytes())
        })
        .unwrap();
}

fn next(store: &Store) -> u32 {
    store
        .setting("next")
        .unwrap()
        .map_or(0, |bytes| u32::from_be_bytes(bytes.try_into().unwrap()))
}

fn run_and_kill(path: &Path, after: u32) -> u32 {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "crash::writer_that_is_killed",
            "--nocapture",
            "--test-threads=1",
        ])
        .env(CHILD, path)
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut kept = 0;
    let mut seen = 0;
    for line in lines.by_ref() {
        if let Some(number) = line.unwrap().strip_prefix("kept ") {
            kept = number.parse::<u32>().unwrap() + 1;
            seen += 1;
            if seen == after {
                break;
            }
        }
    }
    child.kill().unwrap();
    // What it said before it died counts as well.
    for line in lines {
        let Ok(line) = line else { break };
        if let Some(number) = line
            .strip_prefix("kept ")
            .and_then(|number| number.parse::<u32>().ok())
        {
            kept = number + 1;
        }
    }
    child.wait().unwrap();
    assert!(
        seen == after,
        "the writer ended by itself after {seen} steps"
    );
    kept
}

#[test]
fn a_killed_writer_loses_nothing_that_was_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("geese.skein");
    let ana = Founder::new();
    let mut rng = ChaCha20Rng::seed_from_u64(20);
    for round in 0..20 {
        let kept = run_and_kill(&path, rng.gen_range(1..120));
        let left = LeftByKill::of(&path);
        let store = ready(&path);
        let next = next(&store);
        assert!(
            next >= kept,
            "round {round}: {kept} steps were acknowledged, {next} are there"
        );
        assert!(
            next <= kept + 1,
            "round {round}: {next} steps are there, only {kept} were made"
        );
        let stored = store.load(&ana.read(Kind::Note), id(1)).unwrap();
        assert_eq!(stored.changes.len(), usize::try_from(next).unwrap());
        assert_eq!(stored.heads, heads(next - 1));
        assert!(
            stored
                .changes
                .iter()
                .map(|(_, change)| change.clone())
                .eq((0..next).map(change))
        );
        assert_eq!(stored.journal.len(), usize::try_from(next % 10).unwrap());
        let text = store.text(&ana.read(Kind::Note), id(1)).unwrap();
        assert!(text.starts_with(&format!("step {} ", next - 1)));
        assert_eq!(
            store
                .search(&ana.reads(), &format!("step {}", next - 1), 5)
                .unwrap()
                .len(),
            1
        );
        assert!(store.check().unwrap().is_empty(), "round {round}");
        // Half of the rounds leave the log for the next writer to take over.
        store.close().unwrap();
        if round % 2 == 1 {
            left.put_back(&path);
        }
    }
}

/// The file and its log as the killed writer left them.
struct LeftByKill(Vec<(PathBuf, Vec<u8>)>);

impl LeftByKill {
    fn of(path: &Path) -> Self {
        let kept = ["", "-wal"].iter().filter_map(|ending| {
            let mut name = path.as_os_str().to_owned();
            name.push(ending);
            let name = PathBuf::from(name);
            std::fs::read(&name).ok().map(|bytes| (name, bytes))
        });
        Self(kept.collect())
    }

    fn put_back(self, path: &Path) {
        assert!(
            self.0.len() == 2 && self.0.first().is_some_and(|(name, _)| name == path),
            "a killed writer leaves a file and its log"
        );
        for (name, bytes) in self.0 {
            std::fs::write(name, bytes).unwrap();
        }
    }
}
