//! Who began and who last touched what, and when: a change's time is its own, its author that of the envelope which carried it.

use skein_access::{DeviceId, UnverifiedEnvelope};
use skein_model::{CardId, Dated, Document, DocumentId};
use skein_store::End;

use super::Core;
use crate::api::{ApiError, Authored};

/// In so many envelopes a change is looked for; beyond that nobody is named.
const MOST_ENVELOPES: u32 = 32;
/// The furthest time that a shell can show, in ms since 1970.
const LATEST: i64 = 8_640_000_000_000_000;

impl Core {
    /// Who made a document and who changed it last.
    pub(super) fn authors(
        &self,
        id: DocumentId,
    ) -> Result<(Option<Authored>, Option<Authored>), ApiError> {
        let document = self.document(id)?;
        let created = self.authored(document, document.beginning()?, End::First)?;
        if document.has_open_burst() {
            return Ok((created, self.just_now()));
        }
        let edited = self.authored(document, document.latest()?, End::Last)?;
        Ok((created, edited))
    }

    /// Who made a card and who changed it last.
    pub(super) fn card_authors(
        &self,
        id: DocumentId,
        card: CardId,
    ) -> Result<(Option<Authored>, Option<Authored>), ApiError> {
        let document = self.document(id)?;
        let created = self.authored(document, document.card_beginning(card)?, End::First)?;
        let edited = match document.card_latest(card)? {
            // What touched it last is being typed.
            None if document.has_open_burst() => self.just_now(),
            latest => self.authored(document, latest, End::Last)?,
        };
        Ok((created, edited))
    }

    fn just_now(&self) -> Option<Authored> {
        self.person(&self.device.id(), self.wall_ms)
    }

    fn authored(
        &self,
        document: &Document,
        dated: Option<Dated>,
        end: End,
    ) -> Result<Option<Authored>, ApiError> {
        let (Some(dated), Some(workspace)) = (dated, &self.workspace) else {
            return Ok(None);
        };
        let id = document.id();
        let since = u32::try_from(dated.at_ms / 3_600_000).unwrap_or(0);
        for stored in self.store.carriers(id, since, end, MOST_ENVELOPES)? {
            let opened = UnverifiedEnvelope::decode(&stored.bytes)
                .and_then(|envelope| envelope.verify(&workspace.id))
                .and_then(|envelope| {
                    let key = workspace.keyring.get(&envelope.header().epoch);
                    let payload = key.map(|key| envelope.open(key)).transpose()?;
                    Ok((envelope.header().clone(), payload))
                });
            let Ok((header, Some(payload))) = opened else {
                continue;
            };
            if payload.changes.iter().any(|held| held.is(&dated.change)) {
                let at_ms = match dated.at_ms {
                    0 => i64::from(header.hour) * 3_600_000,
                    at_ms => at_ms,
                };
                return Ok(self.person(&header.device, at_ms));
            }
        }
        let permit = workspace
            .authority
            .read(&self.device.id(), document.kind())?;
        let unsealed = self.store.unsealed_changes(&permit, id)?;
        let mine = unsealed.iter().any(|(_, held)| held.is(&dated.change));
        Ok(match mine {
            true => self.person(&self.device.id(), dated.at_ms),
            false => None,
        })
    }

    /// The person a device belongs or belonged to.
    pub(super) fn person(&self, device: &DeviceId, at_ms: i64) -> Option<Authored> {
        let workspace = self.workspace.as_ref()?;
        let member = workspace.authority.member_of(device)?;
        let present = workspace.members().into_iter();
        let mut people = present.chain(workspace.authority.former_members(&workspace.keyring));
        let person = people.find(|person| person.id == member)?;
        Some(Authored {
            member: member.to_string(),
            name: self.name_shown(person),
            at: at_ms.clamp(0, LATEST),
        })
    }
}
