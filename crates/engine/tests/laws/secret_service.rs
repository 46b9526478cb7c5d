//! A session bus with a real Secret Service on it, in folders of its own: gnome-keyring, as it runs in a desktop session.

use std::io::{BufRead, BufReader, Write, stderr};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use skein_engine::Keychain;
use tempfile::TempDir;
use zbus::blocking::connection::Builder;
use zbus::blocking::fdo::DBusProxy;
use zbus::blocking::{Connection, Proxy};
use zbus::zvariant::{ObjectPath, OwnedObjectPath};

const NAME: &str = "org.freedesktop.secrets";
const SERVICE: &str = "/org/freedesktop/secrets";
const INTERFACE: &str = "org.freedesktop.Secret.Service";

/// A session that nobody else uses; both processes end with it.
pub(crate) struct SecretServiceSession {
    bus: Child,
    keyring: Child,
    address: String,
    _home: TempDir,
}

impl SecretServiceSession {
    /// Starts one whose keychain this password has opened. `None`, and a word about it, where the programs are not installed.
    pub(crate) fn start(password: &str) -> Option<Self> {
        let home = tempfile::tempdir().unwrap();
        let Ok(mut bus) = within(home.path(), "dbus-daemon")
            .args(["--session", "--nofork", "--print-address=1"])
            .stdout(Stdio::piped())
            .spawn()
        else {
            writeln!(stderr().lock(), "skipped: dbus-daemon is not installed").unwrap();
            return None;
        };
        let mut address = String::new();
        let mut said = BufReader::new(bus.stdout.take().unwrap());
        said.read_line(&mut address).unwrap();
        let address = address.trim().to_owned();

        let connection = connect(&address);
        let proxy = DBusProxy::new(&connection).unwrap();
        let mut owners = proxy.receive_name_owner_changed().unwrap();
        let started = within(home.path(), "gnome-keyring-daemon")
            .args(["--foreground", "--unlock", "--components=secrets"])
            .env("DBUS_SESSION_BUS_ADDRESS", &address)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn();
        let Ok(mut keyring) = started else {
            writeln!(stderr().lock(), "skipped: gnome-keyring is not installed").unwrap();
            bus.kill().unwrap();
            bus.wait().unwrap();
            return None;
        };
        let mut input = keyring.stdin.take().unwrap();
        input.write_all(password.as_bytes()).unwrap();
        drop(input);
        owners.find(|owner| owner.args().unwrap().name() == NAME);
        Some(Self {
            bus,
            keyring,
            address,
            _home: home,
        })
    }

    /// Its keychain, where nobody is there to be asked.
    pub(crate) fn keychain(&self) -> Keychain {
        Keychain::at(&self.address, false)
    }

    /// Locks it, as a screen that is locked does in some sessions.
    pub(crate) fn lock(&self) {
        let connection = connect(&self.address);
        let service = Proxy::new(&connection, NAME, SERVICE, INTERFACE).unwrap();
        let usual: OwnedObjectPath = service.call("ReadAlias", &"default").unwrap();
        let objects: Vec<ObjectPath<'_>> = vec![usual.as_ref()];
        let _: (Vec<OwnedObjectPath>, OwnedObjectPath) = service.call("Lock", &objects).unwrap();
    }

    /// Ends it; what is left is the address at which nobody answers.
    pub(crate) fn end(mut self) -> String {
        self.stop();
        self.address.clone()
    }

    fn stop(&mut self) {
        for process in [&mut self.keyring, &mut self.bus] {
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}

impl Drop for SecretServiceSession {
    fn drop(&mut self) {
        self.stop();
    }
}

/// A program that knows no other home and no display.
fn within(home: &Path, program: &str) -> Command {
    let mut command = Command::new(program);
    command
        .env("HOME", home)
        .env("XDG_RUNTIME_DIR", home)
        .env("XDG_DATA_HOME", home.join("data"))
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .env_remove("DBUS_SESSION_BUS_ADDRESS")
        .stderr(Stdio::null());
    command
}

fn connect(address: &str) -> Connection {
    Builder::address(address).unwrap().build().unwrap()
}
