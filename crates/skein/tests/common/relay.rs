//! A relay as a process.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::Value;

use super::{Profile, Staying, text};

/// A relay of one workspace.
pub(crate) struct Relay {
    pub(crate) folder: PathBuf,
    pub(crate) workspace: String,
    pub(crate) process: Staying,
    pub(crate) address: String,
    pub(crate) status: String,
    /// The database that it keeps workspaces in, if it does.
    store: Option<String>,
}

impl Relay {
    pub(crate) fn start(folder: &Path, workspace: &str, listen: &str) -> Self {
        let at = Profile::at(folder.join("unused"));
        Self::start_at(&at, folder, workspace, listen)
    }

    /// One that keeps its workspace in a database.
    pub(crate) fn start_on(store: &str, folder: &Path, workspace: &str, listen: &str) -> Self {
        let at = Profile::at(folder.join("unused"));
        Self::start_with(&at, Some(store), folder, workspace, listen)
    }

    /// In the network namespace of a profile that is not used otherwise.
    pub(crate) fn start_at(at: &Profile, folder: &Path, workspace: &str, listen: &str) -> Self {
        Self::start_with(at, None, folder, workspace, listen)
    }

    fn start_with(
        at: &Profile,
        store: Option<&str>,
        folder: &Path,
        workspace: &str,
        listen: &str,
    ) -> Self {
        let words = relay_words(folder, workspace, listen);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let mut command = at.command(&words);
        command.envs(store.map(|store| ("SKEIN_RELAY_STORE", store)));
        let mut process = Staying::start(command);
        let said: Value = serde_json::from_str(&process.line()).unwrap();
        Self {
            folder: folder.to_owned(),
            workspace: workspace.to_owned(),
            process,
            address: text(&said["addresses"][0]),
            status: text(&said["status"]),
            store: store.map(str::to_owned),
        }
    }

    /// The same relay in a new process.
    pub(crate) fn again(self) -> Self {
        let port = self.address.split('/').nth(4).unwrap();
        let listen = format!("127.0.0.1:{port}");
        let at = Profile::at(self.folder.join("unused"));
        let store = self.store.as_deref();
        Self::start_with(&at, store, &self.folder, &self.workspace, &listen)
    }

    /// The status and the rest of the answer to a plain request.
    pub(crate) fn get(&self, path: &str, host: Option<&str>) -> (u16, String) {
        let place = self.status.strip_prefix("http://").unwrap();
        let place = place.strip_suffix('/').unwrap();
        let mut stream = TcpStream::connect(place).unwrap();
        let patience = Some(Duration::from_secs(60));
        stream.set_read_timeout(patience).unwrap();
        let host = host.unwrap_or(place);
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
        (status, answer)
    }
}

/// What starts a relay.
pub(crate) fn relay_words(folder: &Path, workspace: &str, listen: &str) -> Vec<String> {
    let folder = folder.to_str().unwrap();
    [
        "--json",
        "relay",
        "--data",
        folder,
        "--listen",
        listen,
        "--allow",
        workspace,
        "--status",
        "127.0.0.1:0",
    ]
    .map(str::to_owned)
    .to_vec()
}

/// The id by which a relay is told of a workspace.
pub(crate) fn workspace_of(profile: &Profile) -> String {
    text(&profile.json(&["relays"])["workspace"])
}
