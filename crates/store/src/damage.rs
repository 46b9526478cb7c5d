//! What is wrong with a file, found without changing a byte of it.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::schema::APPLICATION_ID;
use crate::torn::sum_of;

/// Why a workspace's file is not written to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Damage {
    /// It is no database at all.
    NotADatabase,
    /// It is a database of another program.
    NotOurs,
    /// Its end is missing.
    CutOff {
        /// How many bytes there are.
        found: u64,
        /// How many there should be at least.
        expected: u64,
    },
    /// Its first bytes contradict themselves.
    Header(&'static str),
    /// A newer version of the program wrote it; it is not damaged.
    NewerVersion {
        /// The form that the file has.
        found: i64,
        /// The newest that this program knows.
        known: i64,
    },
    /// The log of the last changes cannot be read.
    Log(&'static str),
    /// Parts of it are missing or hold something else than was written.
    Content(String),
    /// The file or its folder may not be written; it is not damaged.
    NotWritable,
}

/// A file that is opened only to read, with the reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DamageReport {
    /// The file.
    pub path: PathBuf,
    /// What is wrong with it.
    pub damage: Damage,
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotADatabase => {
                f.write_str("it is not a workspace file, or its beginning was overwritten")
            }
            Self::NotOurs => f.write_str("it belongs to another program"),
            Self::CutOff { found, expected } => write!(
                f,
                "its end is missing: {found} of at least {expected} bytes are there"
            ),
            Self::Header(what) => write!(f, "its beginning is damaged: {what}"),
            Self::NewerVersion { found, known } => {
                write!(
                    f,
                    "a newer version of Skein wrote it (form {found}, this version knows {known}); update to go on writing"
                )
            }
            Self::Log(what) => write!(f, "the log of its last changes is damaged: {what}"),
            Self::Content(what) => write!(f, "a part of it is damaged: {what}"),
            Self::NotWritable => f.write_str(
                "it or its folder may not be written; change the permissions to go on writing",
            ),
        }
    }
}

impl fmt::Display for DamageReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} is open only for reading: {}. Nothing in it was changed. What can be read can be exported",
            self.path.display(),
            self.damage
        )
    }
}

/// What the bytes of a file and its log say before SQLite sees them.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Look {
    pub(crate) damage: Option<Damage>,
    /// Whether a log with changes lies beside the file: the last writer ended suddenly.
    pub(crate) log: bool,
}

pub(crate) fn log_path(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push("-wal");
    PathBuf::from(name)
}

/// Whether a log lies beside the file, or beside where it should be.
pub(crate) fn has_log(path: &Path) -> io::Result<bool> {
    match std::fs::metadata(log_path(path)) {
        Ok(metadata) => Ok(metadata.len() > 0),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// Looks at the first bytes of the file and of its log.
pub(crate) fn look(path: &Path, newest: i64) -> io::Result<Look> {
    let log = has_log(path)?;
    let length = std::fs::metadata(path)?.len();
    let damage = match header_damage(&first_bytes::<100>(path)?, length, newest, log) {
        None if log => log_damage(&first_bytes::<64>(&log_path(path))?),
        damage => damage,
    };
    Ok(Look { damage, log })
}

fn first_bytes<const N: usize>(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(N);
    let limit = u64::try_from(N).unwrap_or_default();
    File::open(path)?.take(limit).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// A number of four bytes, the largest first.
pub(crate) fn number(bytes: &[u8], at: usize) -> u32 {
    bytes
        .get(at..)
        .and_then(<[u8]>::first_chunk::<4>)
        .map_or(0, |four| u32::from_be_bytes(*four))
}

fn header_damage(header: &[u8], length: u64, newest: i64, log: bool) -> Option<Damage> {
    if length < 512 {
        let sound = b"SQLite format 3\0"
            .iter()
            .zip(header)
            .all(|(one, other)| one == other);
        return Some(if sound {
            Damage::CutOff {
                found: length,
                expected: 512,
            }
        } else {
            Damage::NotADatabase
        });
    }
    if !header.starts_with(b"SQLite format 3\0") {
        return Some(Damage::NotADatabase);
    }
    let page = match number(header, 14) & 0xffff {
        1 => 65_536,
        size if size >= 512 && size.is_power_of_two() => u64::from(size),
        _ => return Some(Damage::Header("the size of its pages is impossible")),
    };
    if header.get(18..24) != Some(&[2, 2, 0, 64, 32, 32]) {
        return Some(Damage::Header(
            "it is in another format than it was made in",
        ));
    }
    if number(header, 68) != APPLICATION_ID {
        return Some(Damage::NotOurs);
    }
    let found = i64::from(number(header, 60));
    if found > newest {
        return Some(Damage::NewerVersion {
            found,
            known: newest,
        });
    }
    let fixed = [(44, 4), (52, 0), (56, 1), (64, 0)]
        .iter()
        .all(|(at, value)| number(header, *at) == *value);
    if !fixed
        || header
            .get(72..92)
            .is_none_or(|reserved| reserved.iter().any(|byte| *byte != 0))
    {
        return Some(Damage::Header("fixed values were overwritten"));
    }
    let pages = number(header, 28);
    if number(header, 24) != number(header, 92)
        || pages == 0
        || number(header, 36) >= pages
        || number(header, 32) > pages
    {
        return Some(Damage::Header("its counts contradict themselves"));
    }
    // While a log is there, pages may rest in the log alone.
    let expected = u64::from(pages) * page;
    if !log && (length < expected || !length.is_multiple_of(page)) {
        return Some(Damage::CutOff {
            found: length,
            expected,
        });
    }
    None
}

/// SQLite silently starts anew when the head of a log is damaged, and all that rests in it alone would be gone.
fn log_damage(log: &[u8]) -> Option<Damage> {
    let header = log.first_chunk::<32>()?;
    if log.iter().all(|byte| *byte == 0) {
        return None;
    }
    let magic = number(header, 0);
    if magic & !1 != 0x377f_0682 {
        return Some(Damage::Log("it does not begin as a log does"));
    }
    if number(header, 4) != 3_007_000 {
        return Some(Damage::Log("it is of an unknown form"));
    }
    let summed = header.get(..24).unwrap_or_default();
    let told = (number(header, 24), number(header, 28));
    (sum_of(summed, magic & 1 == 1, (0, 0)) != told)
        .then_some(Damage::Log("the sum of its first bytes is wrong"))
}
