//! How one person likes the app on this machine: small values by name, kept in the profile and shared with nobody.
//!
//! What a value means is the shell's affair. They are there before there is a workspace, and outlive the joining of one.

use std::collections::BTreeMap;

use skein_store::Durability;

use super::Core;
use super::step::Step;
use crate::api::{ApiError, ErrorCode, Reply};

/// Sets these settings of the profile apart from the engine's own.
const PREFIX: &str = "preference.";
/// The longest key, in characters.
const LONGEST_KEY: usize = 64;
/// The largest value, in bytes.
const LARGEST_VALUE: usize = 64 * 1024;
/// How much all of them may take together, in bytes: each change is told whole to every shell.
const MOST_BYTES: usize = 1024 * 1024;

impl Core {
    /// Keeps a preference, or forgets it.
    pub(super) fn set_preference(
        &mut self,
        step: &mut Step<'_>,
        key: &str,
        value: Option<&str>,
    ) -> Result<Reply, ApiError> {
        self.storable()?;
        check_key(key)?;
        let mut all = self.preferences()?;
        if all.get(key).map(String::as_str) == value {
            return Ok(Reply::Done);
        }
        let setting = format!("{PREFIX}{key}");
        match value {
            None => self
                .store
                .write(Durability::Normal, |tx| tx.remove_setting(&setting))?,
            Some(value) => {
                all.insert(key.to_owned(), value.to_owned());
                check_size(value, &all)?;
                self.store.write(Durability::Normal, |tx| {
                    tx.put_setting(&setting, value.as_bytes())
                })?;
            }
        }
        step.news.preferences = true;
        Ok(Reply::Done)
    }

    /// All preferences by key. Of a damaged profile that cannot be read there are none: the app looks as it does at first.
    pub(super) fn preferences(&self) -> Result<BTreeMap<String, String>, ApiError> {
        let settings = self.store.readable(self.store.settings())?;
        let preference = |(setting, value): (String, Vec<u8>)| {
            let key = setting.strip_prefix(PREFIX)?;
            Some((key.to_owned(), String::from_utf8(value).ok()?))
        };
        Ok(settings.into_iter().filter_map(preference).collect())
    }
}

fn check_key(key: &str) -> Result<(), ApiError> {
    let fits = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-');
    if key.is_empty() || key.len() > LONGEST_KEY || !key.bytes().all(fits) {
        return Err(ApiError::invalid(format!(
            "The name of a preference has 1 to {LONGEST_KEY} of the characters a-z, 0-9, dot and hyphen; nothing was changed."
        )));
    }
    Ok(())
}

fn check_size(value: &str, all: &BTreeMap<String, String>) -> Result<(), ApiError> {
    let total: usize = all.iter().map(|(key, value)| key.len() + value.len()).sum();
    if value.len() > LARGEST_VALUE || total > MOST_BYTES {
        return Err(ApiError::new(
            ErrorCode::TooLarge,
            format!(
                "One preference takes at most {} KiB and all of them {} KiB; nothing was changed.",
                LARGEST_VALUE / 1024,
                MOST_BYTES / 1024
            ),
            "",
        ));
    }
    Ok(())
}
