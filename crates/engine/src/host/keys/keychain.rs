//! The system's keychain: on Linux the Secret Service of the desktop session. It keeps one key-encryption key for each device, and is never waited for without end.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::sync_channel;
use std::time::Duration;

use secret_service::blocking::{Collection, SecretService};
use secret_service::{EncryptionType, Error};
use skein_access::{DeviceId, KeyEncryptionKey};
use zeroize::Zeroizing;

/// How long it may take to answer.
const ANSWER: Duration = Duration::from_secs(5);
/// How long somebody may take to unlock it, where the system asks.
const UNLOCKING: Duration = Duration::from_secs(60);

/// A keychain that could be asked. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Keychain {
    /// The D-Bus address of the session.
    bus: String,
    /// Whether the system may ask somebody to unlock it. Once is enough: who dismissed it is not asked again by this process.
    may_prompt: Arc<AtomicBool>,
}

/// Why the keychain gave nothing.
#[derive(Debug, thiserror::Error)]
pub enum KeychainError {
    /// There is none.
    #[error("no keychain answers in this session ({0})")]
    Absent(String),
    /// It is locked, and was not unlocked.
    #[error("the keychain is locked")]
    Locked,
    /// It did not answer in time.
    #[error("the keychain did not answer in time")]
    Silent,
    /// It answered by an error.
    #[error("the keychain refused: {0}")]
    Refused(String),
}

impl Keychain {
    /// The keychain at the session bus with this address. `may_prompt` says whether somebody is there who can be asked to unlock it.
    #[must_use]
    pub fn at(bus: impl Into<String>, may_prompt: bool) -> Self {
        Self {
            bus: bus.into(),
            may_prompt: Arc::new(AtomicBool::new(may_prompt)),
        }
    }

    /// The keychain of the session that this process was started in; `None` where the environment names no session bus. Starts no bus, and asks nothing yet.
    #[must_use]
    pub fn of_this_session() -> Option<Self> {
        let set = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
        let bus = set("DBUS_SESSION_BUS_ADDRESS").filter(|bus| !bus.starts_with("autolaunch:"))?;
        let shown = set("DISPLAY").or_else(|| set("WAYLAND_DISPLAY")).is_some();
        Some(Self::at(bus, shown))
    }

    /// The same, where nobody is to be asked to unlock it.
    pub(super) fn without_prompt(&self) -> Self {
        Self::at(self.bus.clone(), false)
    }

    /// What is kept for a device, of whatever length.
    pub(super) fn read(
        &self,
        device: DeviceId,
    ) -> Result<Option<Zeroizing<Vec<u8>>>, KeychainError> {
        self.ask(move |service, prompt| match secret(service, &device) {
            Err(KeychainError::Locked) => {
                unlock(service, &device, prompt)?;
                secret(service, &device)
            }
            answered => answered,
        })
    }

    /// Keeps a key for a device, in the collection that the session unlocks by itself.
    pub(super) fn keep(
        &self,
        device: DeviceId,
        key: &KeyEncryptionKey,
    ) -> Result<(), KeychainError> {
        let key = key.to_bytes();
        self.ask(move |service, prompt| {
            let collection = usual_collection(service)?
                .ok_or_else(|| KeychainError::Absent("it has no default keyring".to_owned()))?;
            if collection.is_locked()? {
                prompt()?;
                collection.unlock()?;
            }
            let id = device.to_string();
            let label = format!("Skein device key {}", id.get(..8).unwrap_or(&id));
            let attributes = attributes(&id);
            collection.create_item(
                &label,
                attributes,
                key.as_slice(),
                true,
                "application/octet-stream",
            )?;
            Ok(())
        })
    }

    /// Forgets what is kept for a device.
    pub(super) fn forget(&self, device: DeviceId) -> Result<(), KeychainError> {
        self.ask(move |service, _| {
            let id = device.to_string();
            for item in service.search_items(attributes(&id))?.unlocked {
                item.delete()?;
            }
            Ok(())
        })
    }

    /// Runs `job` on a thread of its own, which is left behind if it does not end in time.
    fn ask<T: Send + 'static>(
        &self,
        job: impl FnOnce(&SecretService<'_>, Prompt<'_>) -> Result<T, KeychainError> + Send + 'static,
    ) -> Result<T, KeychainError> {
        let (tell, told) = sync_channel(2);
        let Self { bus, may_prompt } = self.clone();
        let prompt = {
            let tell = tell.clone();
            move || match may_prompt.swap(false, Ordering::Relaxed) {
                true => tell.send(None).map_err(|_| KeychainError::Silent),
                false => Err(KeychainError::Locked),
            }
        };
        std::thread::Builder::new()
            .name("skein-keychain".to_owned())
            .spawn(move || {
                let result = connect(&bus).and_then(|service| job(&service, &prompt));
                // If nobody waits any more, nobody is to be told.
                let _ = tell.send(Some(result));
            })
            .map_err(|error| KeychainError::Refused(error.to_string()))?;
        let mut patience = ANSWER;
        loop {
            match told.recv_timeout(patience) {
                Ok(Some(result)) => return result,
                // Somebody is being asked.
                Ok(None) => patience = UNLOCKING,
                Err(_) => return Err(KeychainError::Silent),
            }
        }
    }
}

/// Called before the system asks somebody; an error where nobody is to be asked.
type Prompt<'p> = &'p dyn Fn() -> Result<(), KeychainError>;

fn connect(bus: &str) -> Result<SecretService<'static>, KeychainError> {
    let absent = |error: zbus::Error| KeychainError::Absent(error.to_string());
    let bus = zbus::blocking::connection::Builder::address(bus)
        .and_then(zbus::blocking::connection::Builder::build)
        .map_err(absent)?;
    SecretService::connect_with_existing(EncryptionType::Dh, bus).map_err(|error| match error {
        Error::Zbus(error) => absent(error),
        Error::ZbusFdo(error) => absent(error.into()),
        error => error.into(),
    })
}

/// How what is kept for a device is found again.
fn attributes(device: &str) -> HashMap<&str, &str> {
    HashMap::from([("application", "skein"), ("device", device)])
}

fn secret(
    service: &SecretService<'_>,
    device: &DeviceId,
) -> Result<Option<Zeroizing<Vec<u8>>>, KeychainError> {
    let found = service.search_items(attributes(&device.to_string()))?;
    if let Some(item) = found.unlocked.first() {
        return Ok(Some(Zeroizing::new(item.get_secret()?)));
    }
    // Some keychains show nothing of what is in them while they are locked.
    let locked = match usual_collection(service)? {
        Some(collection) => collection.is_locked()?,
        None => false,
    };
    match locked || !found.locked.is_empty() {
        true => Err(KeychainError::Locked),
        false => Ok(None),
    }
}

fn unlock(
    service: &SecretService<'_>,
    device: &DeviceId,
    prompt: Prompt<'_>,
) -> Result<(), KeychainError> {
    prompt()?;
    let found = service.search_items(attributes(&device.to_string()))?;
    if !found.locked.is_empty() {
        let items: Vec<_> = found.locked.iter().collect();
        return Ok(service.unlock_all(&items)?);
    }
    match usual_collection(service)? {
        Some(collection) => Ok(collection.unlock()?),
        None => Ok(()),
    }
}

/// The collection that is open while somebody is logged in. None is made: that would ask for a password nobody knows of.
fn usual_collection<'s>(
    service: &'s SecretService<'s>,
) -> Result<Option<Collection<'s>>, KeychainError> {
    match service.get_default_collection() {
        Ok(collection) => Ok(Some(collection)),
        Err(Error::NoResult) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

impl From<Error> for KeychainError {
    fn from(error: Error) -> Self {
        match error {
            Error::Locked | Error::Prompt | Error::PromptDisconnected => Self::Locked,
            Error::Unavailable => Self::Absent(error.to_string()),
            error => Self::Refused(error.to_string()),
        }
    }
}
