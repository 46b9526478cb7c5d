//! The architecture as tests: which crate may use which, who owns the outside world, what pure crates may not name.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// What each product crate may build on. A new crate needs its row, and a reason in docs/architecture.md.
const LAYERS: &[(&str, &[&str])] = &[
    ("skein-model", &[]),
    ("skein-access", &["skein-model"]),
    ("skein-sync", &["skein-model", "skein-access"]),
    ("skein-store", &["skein-model", "skein-access"]),
    ("skein-net", &["skein-access"]),
    (
        "skein-engine",
        &[
            "skein-model",
            "skein-access",
            "skein-sync",
            "skein-store",
            "skein-net",
        ],
    ),
    ("skein", &["skein-engine"]),
    ("skein-desktop", &["skein-engine"]),
];

/// Outside crates with one owner, by the beginning of their name.
const OWNERS: &[(&str, &str)] = &[
    ("automerge", "skein-model"),
    ("negentropy", "skein-sync"),
    ("ed25519", "skein-access"),
    ("x25519", "skein-access"),
    ("crypto_box", "skein-access"),
    ("chacha20poly1305", "skein-access"),
    ("spake2", "skein-access"),
    ("argon2", "skein-access"),
    ("rusqlite", "skein-store"),
    ("libsqlite3", "skein-store"),
    ("tokio-postgres", "skein-store"),
    ("libp2p", "skein-net"),
    ("secret-service", "skein-engine"),
    ("zbus", "skein-engine"),
    ("rpassword", "skein"),
    ("axum", "skein"),
    ("tauri", "skein-desktop"),
    ("webkit2gtk", "skein-desktop"),
    ("ksni", "skein-desktop"),
];

/// What the tests of another crate speak, to be the other side of its own part: the desktop's tray, on the bus.
const SPOKEN_BY_TESTS: &[(&str, &str)] = &[("zbus", "skein-desktop")];

/// Crates that say what is true and touch nothing: no clock, no disk, no network, no random source of their own.
const PURE: &[&str] = &["model", "access", "sync"];

/// What a pure crate may not name, and what it does instead.
const IMPURE: &[(&str, &str)] = &[
    ("SystemTime", "takes the time as an argument"),
    ("Instant", "takes the time as an argument"),
    ("OsRng", "takes the random source as an argument"),
    ("thread_rng", "takes the random source as an argument"),
    ("from_entropy", "takes the random source as an argument"),
    ("std::fs", "leaves the disk to the store"),
    ("std::net", "leaves the network to net"),
    ("std::env", "takes settings as arguments"),
    ("std::process", "starts nothing"),
    ("std::thread", "leaves threads to its caller"),
    ("tokio", "leaves threads to its caller"),
];

/// The rooms of the interface from the ground up: a room may use itself and those before it.
const ROOMS: &[&str] = &[
    "i18n",
    "a11y",
    "ipc",
    "state",
    "components",
    "editor",
    "features",
    "app",
];

/// Rooms below that a room may not use all the same, except for the shapes of what it is given.
const CLOSED: &[(&str, &[&str])] = &[("a11y", &["ipc"]), ("components", &["ipc", "state"])];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()
        .unwrap()
}

struct Package {
    name: String,
    folder: PathBuf,
    /// Name and kind (`normal`, `dev` or `build`) of everything it depends on.
    dependencies: Vec<(String, String)>,
    is_product: bool,
}

fn packages() -> Vec<Package> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version=1", "--no-deps", "--offline"])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let products: BTreeSet<&str> = metadata["workspace_default_members"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(Value::as_str)
        .collect();
    metadata["packages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|package| Package {
            name: text(&package["name"]),
            folder: Path::new(&text(&package["manifest_path"]))
                .parent()
                .unwrap()
                .to_path_buf(),
            dependencies: package["dependencies"]
                .as_array()
                .unwrap()
                .iter()
                .map(|dependency| {
                    let kind = dependency["kind"].as_str().unwrap_or("normal");
                    (text(&dependency["name"]), kind.to_owned())
                })
                .collect(),
            is_product: products.contains(package["id"].as_str().unwrap()),
        })
        .collect()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

fn files(folder: &Path, endings: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(folder) = open.pop() {
        let Ok(entries) = fs::read_dir(&folder) else {
            continue;
        };
        for entry in entries {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() {
                if !["target", "node_modules", "gen", "dist"].contains(&name.as_str()) {
                    open.push(path);
                }
            } else if endings.iter().any(|ending| name.ends_with(ending)) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn shown(path: &Path) -> String {
    path.strip_prefix(root())
        .unwrap_or(path)
        .display()
        .to_string()
}

fn assert_none(broken: &[String]) {
    assert!(broken.is_empty(), "\n{}\n", broken.join("\n"));
}

#[test]
fn crates_depend_only_on_those_below_them() {
    let layers: BTreeMap<&str, &[&str]> = LAYERS.iter().copied().collect();
    let mut broken = Vec::new();
    for package in packages().iter().filter(|package| package.is_product) {
        let Some(allowed) = layers.get(package.name.as_str()) else {
            broken.push(format!(
                "{} is a product crate without a row in LAYERS",
                package.name
            ));
            continue;
        };
        for (dependency, kind) in &package.dependencies {
            let ours = dependency == "skein" || dependency.starts_with("skein-");
            // A test may borrow from any crate below the product's own surface; what ships may not.
            let tolerated = kind == "dev" && layers.contains_key(dependency.as_str());
            if ours && !tolerated && !allowed.contains(&dependency.as_str()) {
                broken.push(format!("{} may not use {dependency}", package.name));
            }
        }
    }
    assert_none(&broken);
}

#[test]
fn the_product_is_at_most_eight_crates() {
    let products = packages()
        .iter()
        .filter(|package| package.is_product)
        .count();
    assert!(products <= 8, "{products} product crates");
    assert_eq!(
        products,
        LAYERS.len(),
        "a row of LAYERS has no crate, or the reverse"
    );
}

#[test]
fn each_part_of_the_outside_world_has_one_owner() {
    let mut broken = Vec::new();
    for package in packages().iter().filter(|package| package.is_product) {
        for (dependency, kind) in &package.dependencies {
            let spoken = (dependency.as_str(), package.name.as_str());
            if kind == "dev" && SPOKEN_BY_TESTS.contains(&spoken) {
                continue;
            }
            for (prefix, owner) in OWNERS {
                if dependency.starts_with(prefix) && package.name != *owner {
                    broken.push(format!(
                        "{} uses {dependency}, which belongs to {owner}",
                        package.name
                    ));
                }
            }
        }
    }
    assert_none(&broken);
}

#[test]
fn every_crate_takes_the_lints_of_the_workspace() {
    let broken: Vec<String> = packages()
        .iter()
        .map(|package| package.folder.join("Cargo.toml"))
        .filter(|manifest| {
            !fs::read_to_string(manifest)
                .unwrap()
                .replace(' ', "")
                .contains("[lints]\nworkspace=true")
        })
        .map(|manifest| format!("{} lacks [lints] workspace = true", shown(&manifest)))
        .collect();
    assert_none(&broken);
}

#[test]
fn every_rust_file_begins_with_its_job() {
    let broken: Vec<String> = packages()
        .iter()
        .flat_map(|package| files(&package.folder, &[".rs"]))
        .filter(|file| {
            let source = fs::read_to_string(file).unwrap();
            !source.starts_with("//! ")
        })
        .map(|file| format!("{} does not begin with `//! `", shown(&file)))
        .collect();
    assert_none(&broken);
}

#[test]
fn pure_crates_touch_nothing() {
    let mut broken = Vec::new();
    for name in PURE {
        for file in files(&root().join("crates").join(name).join("src"), &[".rs"]) {
            let source = fs::read_to_string(&file).unwrap();
            for (number, line) in source.lines().enumerate() {
                let code = line.split("//").next().unwrap_or_default();
                for (word, instead) in IMPURE {
                    if names(code, word) {
                        broken.push(format!(
                            "{}:{}: {word}: a pure crate {instead}",
                            shown(&file),
                            number + 1
                        ));
                    }
                }
            }
        }
    }
    assert_none(&broken);
}

/// Whether `code` holds `word` as a whole word.
fn names(code: &str, word: &str) -> bool {
    let joins = |letter: char| letter.is_alphanumeric() || letter == '_';
    code.match_indices(word)
        .any(|(at, _)| !code[..at].ends_with(joins) && !code[at + word.len()..].starts_with(joins))
}

#[test]
fn rooms_of_the_interface_use_only_those_below_them() {
    let source = root().join("ui/src");
    let mut broken = Vec::new();
    for file in files(&source, &[".ts", ".svelte", ".js"]) {
        let inside = file.strip_prefix(&source).unwrap();
        let Some(room) = room_of(inside) else {
            continue;
        };
        for Import {
            path: import,
            is_type,
        } in imports(&fs::read_to_string(&file).unwrap())
        {
            if import.starts_with("@tauri-apps") && room != "ipc" {
                broken.push(format!("{}: only ipc may use {import}", shown(&file)));
            }
            let Some(target) = resolve(inside, &import) else {
                continue;
            };
            let Some(used) = room_of(&target) else {
                continue;
            };
            if !may_use(room, used, is_type) {
                broken.push(format!(
                    "{}: {room} may not use {used} ({import})",
                    shown(&file)
                ));
            }
            if used == "features"
                && feature_of(inside) != feature_of(&target)
                && !is_front_door(&target)
            {
                broken.push(format!(
                    "{}: enter a feature through its index.ts, not {import}",
                    shown(&file)
                ));
            }
        }
    }
    assert_none(&broken);
}

fn may_use(room: &str, used: &str, is_type: bool) -> bool {
    let height = |name: &str| ROOMS.iter().position(|room| *room == name);
    let closed = CLOSED
        .iter()
        .any(|(closed_room, rooms)| *closed_room == room && rooms.contains(&used));
    height(used) <= height(room) && (is_type || !closed)
}

/// The room a file of `ui/src` lies in, if it is one of ROOMS.
fn room_of(inside: &Path) -> Option<&'static str> {
    let first = inside.components().next()?.as_os_str().to_str()?;
    ROOMS.iter().copied().find(|room| *room == first)
}

fn feature_of(inside: &Path) -> Option<PathBuf> {
    (room_of(inside)? == "features").then(|| inside.iter().take(2).collect())
}

/// `features/<noun>` or `features/<noun>/index.ts`.
fn is_front_door(target: &Path) -> bool {
    let parts: Vec<_> = target.iter().map(|part| part.to_string_lossy()).collect();
    parts.len() == 2 || (parts.len() == 3 && parts[2].starts_with("index"))
}

/// A relative import as a path inside `ui/src`.
fn resolve(from: &Path, import: &str) -> Option<PathBuf> {
    if !import.starts_with('.') {
        return None;
    }
    let mut path = from.parent()?.to_path_buf();
    for part in Path::new(import).iter() {
        match part.to_str()? {
            "." => {}
            ".." => {
                path.pop();
            }
            name => path.push(name),
        }
    }
    Some(path)
}

struct Import {
    path: String,
    /// `import type`: only the shape is known, nothing is called.
    is_type: bool,
}

/// What a module imports, by the three ways of writing it.
fn imports(source: &str) -> Vec<Import> {
    let mut found = Vec::new();
    for before in ["from ", "import ", "import("] {
        for (at, _) in source.match_indices(before) {
            let rest = &source[at + before.len()..];
            let Some(quote) = rest.chars().next().filter(|mark| "\"'".contains(*mark)) else {
                continue;
            };
            let Some((path, _)) = rest[1..].split_once(quote) else {
                continue;
            };
            let statement = ["import", "export"].map(|word| source[..at].rfind(word));
            let start = statement.into_iter().max().flatten().unwrap_or(at);
            let is_type = source[start..at]
                .split_whitespace()
                .nth(1)
                .is_some_and(|word| word == "type");
            found.push(Import {
                path: path.to_owned(),
                is_type,
            });
        }
    }
    found
}

#[test]
fn the_import_scanner_sees_every_way_of_importing() {
    let source = "import { a } from \"../ipc/x\";\nimport 'y';\nconst z = await import(\"./z\");\n\
                  export * from './w';\nimport type {\n  V,\n} from './v';";
    let found: BTreeMap<String, bool> = imports(source)
        .into_iter()
        .map(|import| (import.path, import.is_type))
        .collect();
    let expected = [
        ("../ipc/x", false),
        ("./v", true),
        ("./w", false),
        ("./z", false),
        ("y", false),
    ];
    assert_eq!(
        found,
        expected
            .map(|(path, is_type)| (path.to_owned(), is_type))
            .into()
    );
    assert_eq!(
        resolve(Path::new("features/board/Card.svelte"), "../../ipc/client"),
        Some(PathBuf::from("ipc/client"))
    );
}
