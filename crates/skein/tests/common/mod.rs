//! Real `skein` processes on this machine: what they are told, what they print, and how they end.
#![allow(dead_code, reason = "each test uses its part of this")]

pub(crate) mod namespaces;
pub(crate) mod relay;

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::{Duration, Instant};

use serde_json::Value;

/// How long a process may take to say what it is waited for, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// The program under test: beside the tests when they run, beside the examples when an example does.
fn program() -> PathBuf {
    if let Some(path) = option_env!("CARGO_BIN_EXE_skein") {
        return PathBuf::from(path);
    }
    let here = std::env::current_exe().unwrap();
    here.parent().unwrap().parent().unwrap().join("skein")
}

/// A person's profile, and the commands given with it.
#[derive(Debug, Clone)]
pub(crate) struct Profile {
    pub(crate) folder: PathBuf,
    /// The network namespace its commands run in, if it is not this machine's own.
    namespace: Option<String>,
}

impl Profile {
    pub(crate) fn at(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
            namespace: None,
        }
    }

    /// The same in a network namespace.
    pub(crate) fn within(self, namespace: &str) -> Self {
        Self {
            namespace: Some(namespace.to_owned()),
            ..self
        }
    }

    /// A new profile with a workspace of its own.
    pub(crate) fn founded(folder: impl Into<PathBuf>, name: &str) -> Self {
        let profile = Self::at(folder);
        profile.json(&["init", "--name", name, "--workspace", "Geese"]);
        profile
    }

    pub(crate) fn command(&self, words: &[&str]) -> Command {
        let mut command = match &self.namespace {
            None => Command::new(program()),
            Some(namespace) => {
                let mut command = Command::new("ip");
                command.args(["netns", "exec", namespace]).arg(program());
                command
            }
        };
        command.arg("--profile").arg(&self.folder);
        if self.namespace.is_none() {
            command.arg("--this-machine-only");
        }
        command.args(words);
        // Without a session bus: no test writes into the keychain of whoever runs it.
        for name in [
            "SKEIN_PROFILE",
            "SKEIN_LOG",
            "VISUAL",
            "EDITOR",
            "DBUS_SESSION_BUS_ADDRESS",
        ] {
            command.env_remove(name);
        }
        command.stdin(Stdio::null());
        command
    }

    /// Runs a command to its end.
    pub(crate) fn run(&self, words: &[&str]) -> Output {
        finish(self.command(words), words)
    }

    /// The words that a command prints; it must succeed.
    pub(crate) fn words(&self, words: &[&str]) -> String {
        succeeded(words, &self.run(words))
    }

    /// The one value that a command prints with `--json`; it must succeed.
    pub(crate) fn json(&self, words: &[&str]) -> Value {
        let mut all = vec!["--json"];
        all.extend(words);
        let printed = self.words(&all);
        assert_eq!(printed.lines().count(), 1, "{words:?} printed {printed}");
        serde_json::from_str(&printed).unwrap()
    }

    /// The `id` of what a command made.
    pub(crate) fn made(&self, words: &[&str]) -> String {
        text(&self.json(words)["id"])
    }

    /// Runs a command with something on its standard input.
    pub(crate) fn with_input(&self, words: &[&str], input: &str) -> String {
        let mut command = self.command(words);
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child
            .stdin
            .take()
            .unwrap()
            .write_all(input.as_bytes())
            .unwrap();
        succeeded(words, &child.wait_with_output().unwrap())
    }

    /// What a command says on standard error when it fails, with this exit code and nothing on standard output.
    pub(crate) fn fails(&self, code: i32, words: &[&str]) -> String {
        let output = self.run(words);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(code), "{words:?} said {said}");
        let printed = String::from_utf8(output.stdout).unwrap();
        assert_eq!(
            printed, "",
            "{words:?} failed, and printed this all the same"
        );
        said
    }

    /// Starts a command that stays.
    pub(crate) fn stay(&self, words: &[&str]) -> Staying {
        Staying::start(self.command(words))
    }

    /// Starts `run`, and gives the addresses it can be reached at.
    pub(crate) fn stay_online(&self) -> (Staying, Vec<String>) {
        let mut staying = self.stay(&["--json", "run"]);
        let said: Value = serde_json::from_str(&staying.line()).unwrap();
        let addresses = said["addresses"].as_array().unwrap();
        let addresses = addresses.iter().map(text).collect();
        (staying, addresses)
    }

    pub(crate) fn invite(&self) -> String {
        text(&self.json(&["invite"])["ticket"])
    }

    pub(crate) fn join(&self, ticket: &str, name: &str) {
        self.json(&["join", ticket, "--name", name]);
    }

    /// Exchanges with whoever is there; says with how many.
    pub(crate) fn sync(&self) -> u64 {
        self.json(&["sync", "--until-idle"])["peers"]
            .as_u64()
            .unwrap()
    }

    pub(crate) fn note(&self, named: &str) -> Value {
        self.json(&["note", "show", named])
    }

    pub(crate) fn text_of(&self, named: &str) -> String {
        text(&self.note(named)["text"])
    }

    /// An audit that finds nothing; its digest.
    pub(crate) fn audit(&self) -> String {
        text(&self.json(&["audit"])["digest"])
    }

    /// The codes of what the app has to say.
    pub(crate) fn notices(&self) -> Vec<String> {
        let status = self.json(&["status"]);
        let notices = status["notices"].as_array().unwrap();
        notices.iter().map(|notice| text(&notice["code"])).collect()
    }
}

/// Runs a command to its end.
pub(crate) fn finish(mut command: Command, words: &[&str]) -> Output {
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
        .output()
        .unwrap_or_else(|error| panic!("{words:?}: {error}"))
}

fn succeeded(words: &[&str], output: &Output) -> String {
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{words:?} failed: {said}");
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// A text in a JSON value.
pub(crate) fn text(value: &Value) -> String {
    value
        .as_str()
        .unwrap_or_else(|| panic!("{value} is no text"))
        .to_owned()
}

/// The titles in a list of objects, each of which has an id too.
pub(crate) fn titles(list: &Value) -> Vec<String> {
    let objects = list.as_array().unwrap();
    for object in objects {
        assert!(!text(&object["id"]).is_empty());
    }
    objects
        .iter()
        .map(|object| text(&object["title"]))
        .collect()
}

/// A process that stays until it is told to end; killed when it is forgotten.
#[derive(Debug)]
pub(crate) struct Staying {
    child: Child,
    lines: Receiver<String>,
}

impl Staying {
    pub(crate) fn start(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        let (sender, lines) = sync_channel(10_000);
        std::thread::spawn(move || {
            for line in out.lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        Self { child, lines }
    }

    /// The next line it prints.
    pub(crate) fn line(&mut self) -> String {
        self.lines
            .recv_timeout(PATIENCE)
            .unwrap_or_else(|error| panic!("a process printed nothing: {error}"))
    }

    /// The next line, if there is one before the time is up and the process lives.
    pub(crate) fn line_within(&mut self, time: Duration) -> Result<String, RecvTimeoutError> {
        self.lines.recv_timeout(time)
    }

    /// Ends it as a person would, and sees that it ends well.
    pub(crate) fn end(mut self) {
        let id = self.child.id().to_string();
        let told = Command::new("kill").args(["-TERM", &id]).status().unwrap();
        assert!(told.success());
        let until = Instant::now() + PATIENCE;
        // The end of its output is the end of the process, or close to it.
        while let Ok(_line) = self
            .lines
            .recv_timeout(until.saturating_duration_since(Instant::now()))
        {}
        let status = self.child.wait().unwrap();
        assert!(status.success(), "it ended with {status}");
    }

    /// Waits until it ends by itself, and sees that it ends well.
    pub(crate) fn end_by_itself(mut self) {
        let until = Instant::now() + PATIENCE;
        let why = loop {
            let left = until.saturating_duration_since(Instant::now());
            if let Err(why) = self.lines.recv_timeout(left) {
                break why;
            }
        };
        assert_eq!(why, RecvTimeoutError::Disconnected, "it stays");
        let status = self.child.wait().unwrap();
        assert!(status.success(), "it ended with {status}");
    }

    /// Ends it as a power failure would.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Staying {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Ana with a workspace, online at an address, and Bo, who has joined her.
pub(crate) struct Pair {
    pub(crate) ana: Profile,
    pub(crate) bo: Profile,
    pub(crate) online: Staying,
}

impl Pair {
    pub(crate) fn new(root: &Path) -> Self {
        let ana = Profile::founded(root.join("ana"), "Ana");
        let bo = Profile::at(root.join("bo"));
        let (online, _) = ana.stay_online();
        bo.join(&ana.invite(), "Bo");
        Self { ana, bo, online }
    }
}

/// Everything in a folder, copied.
pub(crate) fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_file() {
            std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
}
