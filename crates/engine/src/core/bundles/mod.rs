//! Bundles: the envelopes that somebody lacks, as bytes for a file that anybody may carry. Written in pages, taken in slices; what has been
//! acknowledged is on disk. A bundle holds nothing that a colleague's device would not send, and is judged like what one sends.

mod format;

use std::collections::BTreeMap;

use data_encoding::BASE64;
use skein_access::{Header, WorkspaceId};
use skein_sync::Group;

use super::Core;
use super::incoming::Giver;
use super::io::ClientId;
use super::step::Step;
use crate::api::{ApiError, BundleReport, ErrorCode, Reply};

pub(super) use format::{Broken, Unpacking, add, end, head};

/// About so many bytes go into one page.
const PAGE: usize = 512 * 1024;
/// Envelopes read from the store at a time.
const A_READ: u32 = 64;
/// The largest slice that is taken.
const SLICE: usize = 512 * 1024;

/// Bundles that are being taken in, by whose shell.
#[derive(Default)]
pub(super) struct Bundles(BTreeMap<ClientId, Taking>);

impl Bundles {
    pub(super) fn client_gone(&mut self, client: ClientId) {
        self.0.remove(&client);
    }
}

/// A bundle of which a part has come.
#[derive(Default)]
struct Taking {
    /// Bytes that have come.
    received: u64,
    unpacking: Unpacking,
    report: BundleReport,
}

impl Taking {
    /// Takes the next bytes and gives the whole envelopes among them.
    fn take(&mut self, workspace: &WorkspaceId, bytes: &[u8]) -> Result<Vec<Vec<u8>>, Broken> {
        self.received += bytes.len() as u64;
        let mut envelopes = Vec::new();
        self.unpacking.take(workspace, bytes, &mut envelopes)?;
        self.report.whole = self.unpacking.is_whole();
        Ok(envelopes)
    }

    fn error(&self, broken: Broken) -> ApiError {
        let kept = self.report.new + self.report.known;
        let (message, hint) = match broken {
            Broken::NotOne => (
                "This is not a bundle of Skein; nothing was taken in.".to_owned(),
                "A bundle is made with “Save a bundle” or `skein bundle export`.",
            ),
            Broken::Elsewhere => (
                "This bundle belongs to another workspace; nothing was taken in, and nothing is wrong with either.".to_owned(),
                "Open the profile that is in that workspace, and take it in there.",
            ),
            Broken::Damaged => (
                format!("The bundle is damaged in the middle: {kept} of its changes are here, the rest could not be read."),
                "Copy the file once more, or have a new one made, and take that in; nothing comes twice.",
            ),
        };
        ApiError::new(ErrorCode::Invalid, message, hint)
    }
}

impl Core {
    /// The next page of a bundle: of everything, or of what a person's devices are not known to hold.
    pub(super) fn read_bundle(
        &mut self,
        step: &mut Step<'_>,
        person: Option<&str>,
        after: Option<i64>,
    ) -> Result<Reply, ApiError> {
        let workspace = self.workspace.as_ref().ok_or_else(Self::no_workspace)?;
        let mut bytes = Vec::new();
        let start = match after {
            Some(after) => after,
            None => {
                bytes = head(&workspace.id);
                if self.store.read_only_reason().is_none() {
                    self.seal_everything(step);
                }
                person.map_or(Ok(0), |person| self.mark_of_person(person))?
            }
        };
        let mut mark = start;
        let mut envelopes = 0;
        let mut is_last = false;
        while bytes.len() < PAGE && !is_last {
            let read = self.store.envelopes_after(mark, A_READ)?;
            is_last = read.len() < A_READ as usize;
            for envelope in read {
                add(&mut bytes, &envelope.bytes);
                envelopes += 1;
                mark = envelope.mark;
                if bytes.len() >= PAGE {
                    is_last = false;
                    break;
                }
            }
        }
        if is_last {
            end(&mut bytes);
        }
        Ok(Reply::BundlePage {
            data: BASE64.encode(&bytes),
            envelopes,
            next: (!is_last).then_some(mark),
        })
    }

    /// Up to which mark all devices of a person hold everything.
    fn mark_of_person(&self, person: &str) -> Result<i64, ApiError> {
        let members = self.members();
        let member = members.iter().find(|member| member.id == person);
        let member = member.ok_or_else(|| ApiError::not_found("such person"))?;
        let devices = member
            .devices
            .iter()
            .filter_map(|device| device.id.parse().ok());
        let marks = devices.map(|device| self.mark_of(&device));
        let least = marks.min().unwrap_or(0);
        Ok(i64::try_from(least).unwrap_or(i64::MAX))
    }

    /// Takes the next slice of a bundle; the first begins it.
    pub(super) fn take_bundle(
        &mut self,
        step: &mut Step<'_>,
        client: ClientId,
        offset: u64,
        data: &str,
    ) -> Result<Reply, ApiError> {
        let workspace = self.workspace.as_ref().ok_or_else(|| {
            ApiError::new(
                ErrorCode::WrongState,
                "Nothing was taken in: this profile has no workspace yet.",
                "Begin to join by the invite first; then the bundle brings what the invite is for.",
            )
        })?;
        let id = workspace.id;
        self.storable()?;
        let bytes = BASE64.decode(data.as_bytes());
        let Ok(bytes) = bytes.map_err(drop).and_then(|bytes| {
            if bytes.len() > SLICE {
                Err(())
            } else {
                Ok(bytes)
            }
        }) else {
            return Err(ApiError::invalid(
                "A slice of a bundle is at most 512 KiB, in base64.",
            ));
        };
        let mut taking = match offset {
            0 => Taking::default(),
            _ => self.bundles.0.remove(&client).unwrap_or_default(),
        };
        if taking.received != offset {
            return Err(ApiError::new(
                ErrorCode::WrongState,
                "The slices of a bundle come one after the other; this one did not.",
                "Take the bundle in from its beginning; nothing comes twice.",
            ));
        }
        let envelopes = match taking.take(&id, &bytes) {
            Ok(envelopes) => envelopes,
            Err(broken) => return Err(taking.error(broken)),
        };
        self.take_envelopes(step, envelopes, &mut taking.report)?;
        if taking.report.whole {
            // Whoever came with nothing but an invite and this file is in, although he met nobody yet.
            self.joining_agreed(step);
        }
        let report = taking.report;
        self.bundles.0.insert(client, taking);
        Ok(Reply::BundleTaken { report })
    }

    /// Keeps envelopes that nobody's device sent, as if one had; those about access first, since they decide about the rest.
    pub(super) fn take_envelopes(
        &mut self,
        step: &mut Step<'_>,
        envelopes: Vec<Vec<u8>>,
        report: &mut BundleReport,
    ) -> Result<(), ApiError> {
        let (access, data): (Vec<_>, Vec<_>) = envelopes
            .into_iter()
            .partition(|bytes| is_about_access(bytes));
        for (group, envelopes) in [(Group::Access, access), (Group::Data, data)] {
            if envelopes.is_empty() {
                continue;
            }
            let (refused, items) = self.receive(step, group, &envelopes, Giver::Insider)?;
            let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
            report.new += count(items.len());
            report.refused += count(refused.len());
            report.known += count(envelopes.len() - items.len() - refused.len());
            self.arrived(step, None, group, &items);
        }
        Ok(())
    }
}

fn is_about_access(bytes: &[u8]) -> bool {
    Header::decode(bytes).is_ok_and(|header| Group::of(header.kind) == Group::Access)
}
