//! Looks at the bytes of a change before the library does: unpacks with a bound, and counts what its columns would
//! unfold to, so that a few bytes cannot ask for gigabytes or hours.

use std::io::Read;

use super::guard::Refused;

/// How large a change may be.
pub(super) struct Bounds {
    /// In bytes, as stored and sent.
    pub(super) packed: usize,
    /// In bytes, after unpacking.
    pub(super) plain: usize,
    /// In operations, and entries of any column.
    pub(super) operations: u64,
}

/// What any change may be.
pub(super) const ANY: Bounds = Bounds {
    packed: 256 * 1024,
    plain: 16 * 1024 * 1024,
    operations: 1 << 18,
};
/// Most columns in one change; today's format has fifteen.
const MOST_COLUMNS: usize = 64;

const MAGIC: [u8; 4] = [0x85, 0x6f, 0x4a, 0x83];
const PLAIN: u8 = 1;
const PACKED: u8 = 2;

/// The change as a plain chunk within these bounds.
pub(super) fn unpack(bytes: &[u8], bounds: &Bounds) -> Result<Vec<u8>, Refused> {
    if bytes.len() > bounds.packed {
        return Err(Refused::TooLarge {
            found: bytes.len(),
            most: bounds.packed,
        });
    }
    let mut reader = Reader(bytes);
    let magic = reader.take(4)?;
    let checksum = reader.take(4)?;
    let kind = reader.byte()?;
    let length = reader.unsigned()?;
    let data = reader.0;
    if magic != MAGIC || usize::try_from(length) != Ok(data.len()) {
        return Err(Refused::NotAChange);
    }
    let data = match kind {
        PLAIN => data.to_vec(),
        PACKED => inflate(data, bounds.plain)?,
        _ => return Err(Refused::NotAChange),
    };
    count(&data, bounds.operations)?;
    let mut plain = MAGIC.to_vec();
    plain.extend_from_slice(checksum);
    plain.push(PLAIN);
    write_unsigned(&mut plain, data.len() as u64);
    plain.extend_from_slice(&data);
    Ok(plain)
}

fn inflate(data: &[u8], most: usize) -> Result<Vec<u8>, Refused> {
    let mut plain = Vec::new();
    let mut decoder = flate2::bufread::DeflateDecoder::new(data).take(most as u64 + 1);
    decoder
        .read_to_end(&mut plain)
        .map_err(|_| Refused::NotAChange)?;
    if plain.len() > most {
        return Err(Refused::TooLarge {
            found: plain.len(),
            most,
        });
    }
    Ok(plain)
}

fn write_unsigned(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Walks the layout of a change and counts the entries of its columns without unfolding them.
fn count(data: &[u8], most: u64) -> Result<(), Refused> {
    let mut reader = Reader(data);
    let dependencies = reader.length()?;
    reader.take(dependencies.checked_mul(32).ok_or(Refused::NotAChange)?)?;
    reader.prefixed()?;
    reader.unsigned()?;
    reader.unsigned()?;
    reader.signed()?;
    reader.prefixed()?;
    for _ in 0..reader.length()? {
        reader.prefixed()?;
    }
    let mut columns = Vec::new();
    let number = reader.length()?;
    if number > MOST_COLUMNS {
        return Err(Refused::NotAChange);
    }
    for _ in 0..number {
        columns.push((reader.unsigned()?, reader.length()?));
    }
    for (specification, length) in columns {
        let column = reader.take(length)?;
        let entries = match specification & 0x7 {
            4 => count_booleans(column)?,
            7 => 0,
            kind => count_runs(column, kind, most)?,
        };
        if specification & 0x8 != 0 || entries > most {
            return Err(Refused::TooManyOperations);
        }
    }
    Ok(())
}

fn count_booleans(column: &[u8]) -> Result<u64, Refused> {
    let mut reader = Reader(column);
    let mut entries = 0u64;
    while !reader.0.is_empty() {
        entries = entries.saturating_add(reader.unsigned()?);
    }
    Ok(entries)
}

fn count_runs(column: &[u8], kind: u64, most: u64) -> Result<u64, Refused> {
    let mut reader = Reader(column);
    let mut entries = 0u64;
    let skip = |reader: &mut Reader<'_>| match kind {
        3 => reader.signed().map(|_| ()),
        5 => reader.prefixed().map(|_| ()),
        _ => reader.unsigned().map(|_| ()),
    };
    while !reader.0.is_empty() {
        let run = reader.signed()?;
        let length = if run == 0 {
            reader.unsigned()?
        } else {
            run.unsigned_abs()
        };
        entries = entries.saturating_add(length);
        if entries > most {
            break;
        }
        match run {
            1.. => skip(&mut reader)?,
            0 => {}
            _ => {
                for _ in 0..length {
                    skip(&mut reader)?;
                }
            }
        }
    }
    Ok(entries)
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> Result<&'a [u8], Refused> {
        let (taken, rest) = self.0.split_at_checked(length).ok_or(Refused::NotAChange)?;
        self.0 = rest;
        Ok(taken)
    }

    fn byte(&mut self) -> Result<u8, Refused> {
        self.take(1)?.first().copied().ok_or(Refused::NotAChange)
    }

    fn prefixed(&mut self) -> Result<&'a [u8], Refused> {
        let length = self.length()?;
        self.take(length)
    }

    fn length(&mut self) -> Result<usize, Refused> {
        usize::try_from(self.unsigned()?).map_err(|_| Refused::NotAChange)
    }

    fn unsigned(&mut self) -> Result<u64, Refused> {
        let mut value = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(Refused::NotAChange)
    }

    fn signed(&mut self) -> Result<i64, Refused> {
        let mut value = 0i64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= i64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                let sign = byte & 0x40 != 0 && shift + 7 < 64;
                return Ok(if sign {
                    value | (-1i64 << (shift + 7))
                } else {
                    value
                });
            }
        }
        Err(Refused::NotAChange)
    }
}
