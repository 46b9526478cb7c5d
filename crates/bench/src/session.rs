//! Editing sessions: generated from a seed, or read from a file in the public format of editing traces.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use flate2::read::MultiGzDecoder;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha20Rng;
use serde::Deserialize;

use crate::words::Vocabulary;

/// One gesture, in UTF-16 code units of the text before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Gesture {
    pub(crate) at: u32,
    pub(crate) delete: u32,
    pub(crate) insert: String,
}

/// A text and what somebody did to it, one gesture after the other.
pub(crate) struct Session {
    pub(crate) words: String,
    pub(crate) start: String,
    pub(crate) gestures: Vec<Gesture>,
    pub(crate) end: String,
}

/// A text with a caret that knows both of its positions.
struct Text {
    characters: Vec<char>,
    at: usize,
    units: usize,
}

impl Text {
    fn new(text: &str) -> Self {
        Self {
            characters: text.chars().collect(),
            at: 0,
            units: 0,
        }
    }

    fn units_between(&self, from: usize, to: usize) -> usize {
        self.characters
            .get(from..to)
            .unwrap_or_default()
            .iter()
            .map(|character| character.len_utf16())
            .sum()
    }

    fn go(&mut self, to: usize) {
        if to >= self.at {
            self.units += self.units_between(self.at, to);
        } else {
            self.units -= self.units_between(to, self.at);
        }
        self.at = to;
    }

    /// Replaces characters; the caret stays before them.
    fn replace(&mut self, at: usize, delete: usize, insert: &str) -> Result<Gesture> {
        let end = at + delete;
        ensure!(
            end <= self.characters.len(),
            "a gesture reaches to {end} in a text of {}",
            self.characters.len()
        );
        self.go(at);
        let gesture = Gesture {
            at: u32::try_from(self.units)?,
            delete: u32::try_from(self.units_between(at, end))?,
            insert: insert.to_owned(),
        };
        self.characters.splice(at..end, insert.chars());
        Ok(gesture)
    }

    fn whole(&self) -> String {
        self.characters.iter().collect()
    }
}

/// The public format: positions count code points, and each patch applies to the text after the one before it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Trace {
    start_content: String,
    end_content: String,
    txns: Vec<Transaction>,
}

#[derive(Deserialize)]
struct Transaction {
    patches: Vec<(usize, usize, String)>,
}

impl Session {
    /// Reads a trace, plain or gzipped.
    ///
    /// # Errors
    /// When the file cannot be read, or its patches do not lead to the end it names.
    pub(crate) fn read(path: &Path) -> Result<Self> {
        let file = || {
            File::open(path).with_context(|| format!("cannot open the trace {}", path.display()))
        };
        let mut json = String::new();
        if path.extension().is_some_and(|extension| extension == "gz") {
            MultiGzDecoder::new(file()?).read_to_string(&mut json)?;
        } else {
            file()?.read_to_string(&mut json)?;
        }
        let trace: Trace = serde_json::from_str(&json)
            .with_context(|| format!("{} is no editing trace", path.display()))?;
        let mut text = Text::new(&trace.start_content);
        let mut gestures = Vec::new();
        for (at, delete, insert) in trace.txns.into_iter().flat_map(|txn| txn.patches) {
            gestures.push(text.replace(at, delete, &insert)?);
        }
        ensure!(
            text.whole() == trace.end_content,
            "the patches of {} do not lead to its end",
            path.display()
        );
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        Ok(Self {
            words: format!(
                "`{name}`: {} gestures, {} characters at the end",
                gestures.len(),
                text.characters.len()
            ),
            start: trace.start_content,
            gestures,
            end: trace.end_content,
        })
    }

    /// Makes a session of so many gestures: bursts of typing, corrections, moves of the caret, pasted paragraphs.
    ///
    /// # Errors
    /// When the text outgrows what positions can say.
    pub(crate) fn generated(count: usize) -> Result<Self> {
        let mut rng = ChaCha20Rng::seed_from_u64(260_000);
        let vocabulary = Vocabulary::new(&mut rng);
        let mut text = Text::new("");
        let mut caret = 0;
        let mut gestures = Vec::with_capacity(count);
        while gestures.len() < count {
            match rng.gen_range(0..100) {
                0..3 => {
                    let length = rng.gen_range(200..1_800);
                    let pasted = vocabulary.paragraph(&mut rng, length);
                    gestures.push(text.replace(caret, 0, &pasted)?);
                    caret += pasted.chars().count();
                }
                3..20 => caret = rng.gen_range(0..=text.characters.len()),
                20..45 => {
                    for _ in 0..rng.gen_range(1..9).min(caret) {
                        caret -= 1;
                        gestures.push(text.replace(caret, 1, "")?);
                    }
                }
                dice => {
                    let typed = match dice {
                        45..48 => "\n".to_owned(),
                        48..50 => " 🪿".to_owned(),
                        50..53 => " 飛行、編隊".to_owned(),
                        _ => format!(
                            " {} {}",
                            vocabulary.word(&mut rng),
                            vocabulary.word(&mut rng)
                        ),
                    };
                    for letter in typed.chars() {
                        gestures.push(text.replace(caret, 0, letter.encode_utf8(&mut [0; 4]))?);
                        caret += 1;
                    }
                }
            }
        }
        // The last burst may be longer than asked for; the end is that of what is kept.
        gestures.truncate(count);
        let mut end = Text16::default();
        for gesture in &gestures {
            end.apply(gesture)?;
        }
        let end = end.whole()?;
        Ok(Self {
            words: format!(
                "generated from a seed: {} gestures, {} characters at the end",
                gestures.len(),
                end.chars().count()
            ),
            start: String::new(),
            gestures,
            end,
        })
    }
}

/// A text in code units, to which gestures are applied as they stand.
#[derive(Default)]
struct Text16(Vec<u16>);

impl Text16 {
    fn apply(&mut self, gesture: &Gesture) -> Result<()> {
        let (at, end) = (gesture.at as usize, (gesture.at + gesture.delete) as usize);
        ensure!(end <= self.0.len(), "a gesture reaches past the end");
        self.0.splice(at..end, gesture.insert.encode_utf16());
        Ok(())
    }

    fn whole(&self) -> Result<String> {
        Ok(String::from_utf16(&self.0)?)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn a_generated_session_is_always_the_same() {
        let (one, other) = (
            Session::generated(2_000).unwrap(),
            Session::generated(2_000).unwrap(),
        );
        assert_eq!(one.gestures, other.gestures);
        assert_eq!((one.gestures.len(), &one.end), (2_000, &other.end));
        assert!(one.gestures.iter().any(|gesture| gesture.insert == "🪿"));
    }

    #[test]
    fn positions_of_a_trace_become_utf16() {
        let trace = r#"{"startContent":"a🪿b","endContent":"a🪿xc","txns":[{"time":"","patches":[[2,0,"x"],[3,1,"c"]]}]}"#;
        let mut file = tempfile::Builder::new().suffix(".json").tempfile().unwrap();
        file.write_all(trace.as_bytes()).unwrap();
        let session = Session::read(file.path()).unwrap();
        let places: Vec<(u32, u32)> = session
            .gestures
            .iter()
            .map(|gesture| (gesture.at, gesture.delete))
            .collect();
        assert_eq!(places, [(3, 0), (4, 1)]);
    }
}
