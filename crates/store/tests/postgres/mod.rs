//! A real PostgreSQL server, begun by the test itself in a folder of its own and reached by a socket in it. It ends with the test program,
//! however that ends.
#![allow(dead_code)]

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::OnceLock;

/// Serves until its input ends, as it does when the test program is gone, and takes everything away then. Killing a server leaves what it
/// wrote with the system, so it need not wait for the disk here.
const SERVE: &str = r#"
set -eu
bin=$1
port=$2
folder=$(mktemp -d /tmp/skein-postgres.XXXXXX)
trap 'rm -rf "$folder"' EXIT
"$bin/initdb" -D "$folder/data" -U relay --auth=trust --no-sync --no-instructions -E UTF8 --locale=C >"$folder/log"
{
    echo "listen_addresses = ''"
    echo "unix_socket_directories = '$folder'"
    echo "shared_buffers = 16MB"
    echo "fsync = off"
    echo "port = $port"
} >>"$folder/data/postgresql.conf"
if [ "$port" != 5432 ]; then
    key="-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes"
    cd "$folder"
    openssl req -x509 $key -keyout ca.key -out ca.pem -days 30 -subj "/CN=Nobody at all" 2>/dev/null
    openssl req -new $key -keyout server.key -out server.csr -subj /CN=localhost 2>/dev/null
    echo "subjectAltName = DNS:localhost" >names
    openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 30 -extfile names -out server.pem 2>/dev/null
    chmod 600 server.key
    {
        echo "listen_addresses = '127.0.0.1'"
        echo "ssl = on"
        echo "ssl_cert_file = '$folder/server.pem'"
        echo "ssl_key_file = '$folder/server.key'"
    } >>"$folder/data/postgresql.conf"
fi
"$bin/pg_ctl" -D "$folder/data" -w -l "$folder/log" start >/dev/null
trap '"$bin/pg_ctl" -D "$folder/data" -m immediate stop >/dev/null || true; rm -rf "$folder"' EXIT
echo "$folder"
read -r _ || true
"#;

/// The port of a server that is reached by its socket alone: a part of the socket's name.
const NO_PORT: u16 = 5432;

/// A server that runs.
pub(crate) struct Server {
    bin: PathBuf,
    folder: PathBuf,
    port: u16,
    process: Child,
    /// While this is held the server stays.
    stay: Option<ChildStdin>,
}

impl Server {
    /// The one that the laws of this program share.
    pub(crate) fn shared() -> &'static Self {
        static SERVER: OnceLock<Server> = OnceLock::new();
        SERVER.get_or_init(Self::start)
    }

    /// One for a law alone.
    pub(crate) fn start() -> Self {
        Self::start_at(NO_PORT)
    }

    /// One that speaks TLS at a port of this machine, with a certificate by an authority that nobody trusts by himself.
    pub(crate) fn start_with_tls() -> Self {
        let free = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = free.local_addr().unwrap().port();
        drop(free);
        Self::start_at(port)
    }

    fn start_at(port: u16) -> Self {
        let bin = binaries();
        let mut process = as_nobody_special("sh")
            .args(["-c", SERVE, "sh"])
            .arg(&bin)
            .arg(port.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut folder = String::new();
        let mut words = BufReader::new(process.stdout.take().unwrap());
        words.read_line(&mut folder).unwrap();
        assert!(!folder.is_empty(), "the PostgreSQL server did not start");
        let stay = process.stdin.take();
        Self {
            bin,
            folder: folder.trim().into(),
            port,
            process,
            stay,
        }
    }

    /// A new database, by its address.
    pub(crate) fn database(&self, name: &str) -> String {
        self.run(
            self.tool("createdb")
                .args(["-h", self.socket(), "-U", "relay", name]),
        );
        self.address(name)
    }

    /// The address of a database, whether it is there or not.
    pub(crate) fn address(&self, name: &str) -> String {
        let socket = self.socket().replace('/', "%2F");
        format!("postgres://relay:geheim@{socket}/{name}")
    }

    /// The address of a database by TLS, and the certificate of the authority.
    pub(crate) fn address_by_tls(&self, name: &str) -> (String, PathBuf) {
        let port = self.port;
        let address = format!("postgres://relay:geheim@localhost:{port}/{name}?sslmode=require");
        (address, self.folder.join("ca.pem"))
    }

    /// Ends it at once, as a loss of power would for its processes.
    pub(crate) fn kill(&self) {
        self.run(self.control().args(["-m", "immediate", "-w", "stop"]));
    }

    /// Lets it come back.
    pub(crate) fn come_back(&self) {
        let log = self.folder.join("log");
        self.run(self.control().arg("-w").arg("-l").arg(log).arg("start"));
    }

    /// Everything in a database, as a backup has it.
    pub(crate) fn dump(&self, name: &str) -> Vec<u8> {
        let mut dump = self.tool("pg_dump");
        dump.args(["-h", self.socket(), "-U", "relay", name]);
        let output = dump.output().unwrap();
        assert!(output.status.success());
        output.stdout
    }

    /// Runs SQL and gives what it says, a row a line.
    pub(crate) fn sql(&self, name: &str, sql: &str) -> String {
        let mut psql = self.tool("psql");
        psql.args(["-h", self.socket(), "-U", "relay", "-d", name]);
        psql.args(["-qtA", "-v", "ON_ERROR_STOP=1", "-c", sql]);
        let output = psql.output().unwrap();
        assert!(output.status.success(), "{sql}");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    fn socket(&self) -> &str {
        self.folder.to_str().unwrap()
    }

    fn tool(&self, name: &str) -> Command {
        let mut tool = as_nobody_special(self.bin.join(name));
        tool.env("PGPORT", self.port.to_string());
        tool
    }

    fn control(&self) -> Command {
        let mut control = self.tool("pg_ctl");
        control.arg("-D").arg(self.folder.join("data"));
        control
    }

    fn run(&self, command: &mut Command) {
        // What a server inherits it would keep open.
        let command = command.stdin(Stdio::null()).stdout(Stdio::null());
        assert!(command.status().unwrap().success(), "{command:?}");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stay.take();
        self.process.wait().unwrap();
    }
}

/// PostgreSQL lets no superuser of the machine start it: then its own user does.
fn as_nobody_special(program: impl AsRef<std::ffi::OsStr>) -> Command {
    let is_root = std::fs::metadata("/proc/self").is_ok_and(|process| {
        use std::os::unix::fs::MetadataExt;
        process.uid() == 0
    });
    let mut command = match is_root {
        false => Command::new(program),
        true => {
            let mut command = Command::new("setpriv");
            command.args(["--reuid=postgres", "--regid=postgres", "--init-groups"]);
            command.arg(program.as_ref());
            command
        }
    };
    // A folder of root's that others may not enter is no place to start from.
    command.current_dir("/");
    command
}

/// Where the newest server lies.
fn binaries() -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten();
    let mut versions: Vec<(u32, PathBuf)> = versions
        .map(|version| version.unwrap().path())
        .filter_map(|path| Some((path.file_name()?.to_str()?.parse().ok()?, path.join("bin"))))
        .filter(|(_, bin)| bin.join("initdb").exists())
        .collect();
    versions.sort();
    let newest = versions.pop().map(|(_, bin)| bin);
    let in_path =
        || Some(Path::new("/usr/bin").to_owned()).filter(|bin| bin.join("initdb").exists());
    newest.or_else(in_path).expect(
        "no PostgreSQL server is installed, which these laws need: scripts/setup.sh --test installs it (Debian's package postgresql)",
    )
}
