//! All workspaces of one profile, open side by side in this process: each with an engine, a device and connections of its own.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex as StdMutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::{Client, Host, KeyError, Network, Passphrase, Profile, ProfileError, Unlock, Use};
use crate::api::KeyProtection;
use crate::places::{Place, Places, Slug};

/// How long an end waits for a workspace that is still being opened.
const OPENING: Duration = Duration::from_secs(5);

/// How often it is looked for what another process added or let go.
const LOOK: Duration = Duration::from_secs(60);

/// A place's engine, once it is open. Whoever wants it while it is being opened waits for that one alone.
type Opened = Arc<Mutex<Option<Host>>>;

/// The workspaces of a profile in use.
pub struct Workspaces {
    places: Places,
    wanted: Use,
    unlock: Unlock,
    /// The passphrases that somebody gave since, for those that they opened.
    given: StdMutex<BTreeMap<Slug, Passphrase>>,
    /// Nothing once they were closed.
    open: Mutex<Option<BTreeMap<Slug, Opened>>>,
}

impl Workspaces {
    /// The workspaces in these places; nothing is opened yet. `unlock` opens their device keys.
    #[must_use]
    pub fn of(places: Places, wanted: Use, unlock: Unlock) -> Self {
        Self {
            places,
            wanted,
            unlock,
            given: StdMutex::default(),
            open: Mutex::new(Some(BTreeMap::new())),
        }
    }

    /// Where they lie.
    #[must_use]
    pub fn places(&self) -> &Places {
        &self.places
    }

    /// The profile's folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.places.folder()
    }

    /// The place of this workspace; `None` when there is none.
    #[must_use]
    pub fn place(&self, slug: &Slug) -> Option<Place> {
        self.places.place(slug)
    }

    /// Goes on with one that is open already.
    pub async fn keep(&self, slug: &Slug, host: Host) {
        if let Some(opened) = self.opened(slug).await {
            *opened.lock().await = Some(host);
        }
    }

    /// Opens all of them, one after the other. One that does not open stops no other: why it did not is told where they are listed, and to
    /// whoever asks for it.
    pub async fn open_all(&self) {
        let places = self.places.in_use().unwrap_or_else(|error| {
            tracing::warn!(%error, "the further workspaces of this profile cannot be seen");
            vec![self.places.first()]
        });
        for place in places {
            // What went wrong is noted.
            let _ = self.client(Some(place.slug())).await;
        }
    }

    /// Opens all of them and looks again and again for what another process added or let go. Never ends by itself.
    pub async fn keep_open(&self) {
        loop {
            self.open_all().await;
            tokio::time::sleep(LOOK).await;
        }
    }

    /// A new connection to the engine of this workspace, or of the first. If it is not open it is opened; if another process had it and has
    /// ended, this one takes it over.
    ///
    /// # Errors
    /// When there is no such workspace, or it cannot be opened.
    pub async fn client(&self, slug: Option<&Slug>) -> Result<Client, ProfileError> {
        let place = match slug {
            None => self.places.first(),
            Some(slug) => self.known(slug)?,
        };
        self.enter(&place, None).await
    }

    /// Opens this workspace with a passphrase, unless it is open, and goes on to open it with that as long as this process lives. One that is wrong
    /// changes nothing.
    ///
    /// # Errors
    /// When there is no such workspace, or it cannot be opened.
    pub async fn unlock(&self, slug: &Slug, passphrase: &Passphrase) -> Result<(), ProfileError> {
        let place = self.known(slug)?;
        self.enter(&place, Some(passphrase)).await.map(drop)
    }

    /// Opens those too that the same passphrase protects. Each of the others is as it was.
    pub async fn unlock_all(&self, passphrase: &Passphrase) {
        let places = self.places.all().unwrap_or_default();
        for place in places.iter().filter(|place| is_locked(place)) {
            // Another passphrase is asked for where that workspace is shown.
            let _ = self.enter(place, Some(passphrase)).await;
        }
    }

    /// Writes out what is unsealed and lets all of them go. Whoever closes meanwhile waits until that is done.
    pub async fn close(&self) {
        let mut closing = JoinSet::new();
        let mut open = self.open.lock().await;
        self.given().clear();
        for opened in open.take().unwrap_or_default().into_values() {
            closing.spawn(async move {
                // While somebody is still asked to unlock the keychain nothing is open, and nothing is there to be written out.
                let Ok(mut host) = timeout(OPENING, opened.lock()).await else {
                    return;
                };
                if let Some(host) = host.take() {
                    host.close().await;
                }
            });
        }
        closing.join_all().await;
    }

    fn known(&self, slug: &Slug) -> Result<Place, ProfileError> {
        let place = self.places.place(slug);
        place.ok_or_else(|| ProfileError::NoWorkspace {
            slug: slug.clone(),
            path: self.places.folder().to_owned(),
        })
    }

    /// A new connection to the engine in this place, which is opened if it is not open: with the passphrase that is tried, or else with what there is.
    async fn enter(
        &self,
        place: &Place,
        tried: Option<&Passphrase>,
    ) -> Result<Client, ProfileError> {
        let Some(opened) = self.opened(place.slug()).await else {
            return Err(ProfileError::NoAnswer {
                path: self.places.folder().to_owned(),
                reason: "it is being closed".to_owned(),
            });
        };
        let mut host = opened.lock().await;
        if let Some(open) = host.as_ref()
            && let Ok(client) = open.client().await
        {
            return Ok(client);
        }
        if let Some(ended) = host.take() {
            ended.close().await;
        }
        let result = self.open(place, self.unlock_of(place, tried)).await;
        // What somebody mistyped is told to him alone.
        if tried.is_none() || result.is_ok() {
            self.note(place, result.as_ref().err());
        }
        let (open, client) = result?;
        if let Some(passphrase) = tried
            && open.is_owner()
        {
            self.given()
                .insert(place.slug().clone(), passphrase.clone());
        }
        *host = Some(open);
        Ok(client)
    }

    /// What opens the key in this place.
    fn unlock_of(&self, place: &Place, tried: Option<&Passphrase>) -> Unlock {
        let given = || self.given().get(place.slug()).cloned();
        let passphrase = tried.cloned().or_else(given);
        Unlock {
            passphrase: passphrase.or_else(|| self.unlock.passphrase.clone()),
            keychain: self.unlock.keychain.clone(),
        }
    }

    /// Notes why a place did not open, or that it did.
    fn note(&self, place: &Place, error: Option<&ProfileError>) {
        let (places, slug) = (&self.places, place.slug());
        match error {
            error if !places.opened(slug, error.map(ToString::to_string)) => {}
            None => {}
            Some(ProfileError::Key(KeyError::PassphraseWanted { .. })) => {
                tracing::info!(%slug, "a workspace waits for its passphrase");
            }
            Some(error) => tracing::error!(%error, %slug, "a workspace could not be opened"),
        }
    }

    async fn open(&self, place: &Place, unlock: Unlock) -> Result<(Host, Client), ProfileError> {
        // A port that somebody named is for one of them alone.
        let own_port = |network: Network| Network {
            port: None,
            ..network
        };
        let wanted = match self.wanted {
            Use::Once => Use::Once,
            Use::Stay(network) => Use::Stay(own_port(network)),
            Use::Sync(network) => Use::Sync(own_port(network)),
        };
        let host = Host::open_place(place, wanted, unlock).await?;
        let client = host.client().await?;
        Ok((host, client))
    }

    async fn opened(&self, slug: &Slug) -> Option<Opened> {
        let mut open = self.open.lock().await;
        Some(open.as_mut()?.entry(slug.clone()).or_default().clone())
    }

    fn given(&self) -> MutexGuard<'_, BTreeMap<Slug, Passphrase>> {
        self.given.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a passphrase protects the key in this place.
fn is_locked(place: &Place) -> bool {
    let protection = Profile::at(place.folder()).and_then(|profile| profile.key_protection());
    matches!(protection, Ok(Some(KeyProtection::Passphrase)))
}
