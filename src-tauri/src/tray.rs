//! The icon beside the clock: it opens the window, begins a note, says where the work is, and ends Skein. Where it is, Skein can go on without its window.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde::{Deserialize, Serialize};
use tauri::ipc::Channel;
use tauri::{AppHandle, Manager, State, Window, WindowEvent};
use tokio::sync::Mutex;

use crate::remembered;
use crate::tray_item::{self, Handle};

const NAME: &str = "closing";
const ENDS: &str = "ends";
const STAYS: &str = "stays";

/// What the icon says, in the words of the page.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Words {
    /// Where the work is.
    pub(crate) state: String,
    /// To show the window.
    pub(crate) open: String,
    /// To begin a note; absent for who may not write.
    pub(crate) new_note: Option<String>,
    /// To end Skein.
    pub(crate) quit: String,
}

/// What was chosen in the menu that only the page can do.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Chosen {
    /// Begin a note.
    NewNote,
}

/// What closing the window does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Closing {
    /// Whether this desktop shows the icon.
    in_tray: bool,
    /// Whether Skein goes on then, as long as it does.
    stays: bool,
}

/// The icon of this app, and whether Skein stays when its window is closed.
pub(crate) struct Tray {
    profile: PathBuf,
    stays: AtomicBool,
    shown: Arc<AtomicBool>,
    item: Mutex<Option<Handle>>,
}

impl Tray {
    /// As it was chosen in this profile; the icon comes when the page gives it words.
    pub(crate) fn kept(profile: &Path) -> Self {
        let stays = remembered::kept(profile, NAME).is_some_and(|word| word == STAYS);
        Self {
            profile: profile.to_owned(),
            stays: AtomicBool::new(stays),
            shown: Arc::default(),
            item: Mutex::default(),
        }
    }

    fn closing(&self) -> Closing {
        Closing {
            in_tray: self.shown.load(Ordering::Relaxed),
            stays: self.stays.load(Ordering::Relaxed),
        }
    }

    fn choose(&self, stays: bool) {
        self.stays.store(stays, Ordering::Relaxed);
        let word = if stays { STAYS } else { ENDS };
        if let Err(error) = remembered::keep(&self.profile, NAME, word, ENDS) {
            tracing::warn!(%error, "the next start closes the window as before");
        }
    }

    fn takes_the_window(&self) -> bool {
        let Closing { in_tray, stays } = self.closing();
        in_tray && stays
    }
}

/// Shows the icon with these words, in place of those before; the page hears on `channel` what is for it to do.
#[tauri::command]
pub(crate) async fn stand_in_tray(
    app: AppHandle,
    tray: State<'_, Tray>,
    words: Words,
    channel: Channel<Chosen>,
) -> Result<(), ()> {
    let mut item = tray.item.lock().await;
    match &*item {
        Some(handle) if tray_item::tell(handle, words.clone(), channel.clone()).await => {}
        _ => *item = tray_item::show(app, words, channel, tray.shown.clone()).await,
    }
    Ok(())
}

/// What closing the window does; `stays` chooses it.
#[tauri::command]
pub(crate) fn closing(tray: State<'_, Tray>, stays: Option<bool>) -> Closing {
    if let Some(stays) = stays {
        tray.choose(stays);
    }
    tray.closing()
}

/// Ends Skein, wherever its window is.
#[tauri::command]
pub(crate) fn quit(app: AppHandle) {
    app.exit(0);
}

/// A window that is closed is only out of sight, where Skein is to go on without it and the icon brings it back.
pub(crate) fn keep_window(window: &Window, event: &WindowEvent) {
    let WindowEvent::CloseRequested { api, .. } = event else {
        return;
    };
    if window.state::<Tray>().takes_the_window() {
        api.prevent_close();
        if let Err(error) = window.hide() {
            tracing::warn!(%error, "the window did not obey");
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn closing_ends_skein_unless_somebody_chose_otherwise_and_the_icon_is_there() {
        let profile = tempfile::tempdir().unwrap();
        let tray = Tray::kept(profile.path());
        assert!(!tray.takes_the_window());
        tray.shown.store(true, Ordering::Relaxed);
        assert!(!tray.takes_the_window());
        tray.choose(true);
        assert!(tray.takes_the_window());
        tray.shown.store(false, Ordering::Relaxed);
        assert!(!tray.takes_the_window());
    }

    #[test]
    fn what_was_chosen_holds_for_the_next_start_and_what_makes_no_sense_ends_it() {
        let profile = tempfile::tempdir().unwrap();
        Tray::kept(profile.path()).choose(true);
        assert!(Tray::kept(profile.path()).closing().stays);
        Tray::kept(profile.path()).choose(false);
        assert!(!Tray::kept(profile.path()).closing().stays);
        std::fs::write(profile.path().join(NAME), "perhaps").unwrap();
        assert!(!Tray::kept(profile.path()).closing().stays);
    }
}
