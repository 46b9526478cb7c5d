//! How large the window shows everything: in steps, as in a browser, kept for the next start.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde::Deserialize;
use tauri::{AppHandle, Manager};

use crate::remembered;
use crate::window;

const NAME: &str = "zoom";
const NORMAL: u16 = 100;
/// In percent.
const STEPS: [u16; 12] = [50, 67, 80, 90, NORMAL, 110, 125, 150, 175, 200, 250, 300];

/// What a person asks for.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Towards {
    /// The next larger step.
    Larger,
    /// The next smaller step.
    Smaller,
    /// As it was designed.
    Normal,
}

/// How large the window of a profile is shown now.
pub(crate) struct Zoom {
    profile: PathBuf,
    percent: Mutex<u16>,
}

impl Zoom {
    /// As it was when the window was last open.
    pub(crate) fn kept(profile: &Path) -> Self {
        let kept = remembered::kept(profile, NAME).and_then(|word| word.parse().ok());
        Self {
            profile: profile.to_owned(),
            percent: Mutex::new(
                kept.filter(|percent| STEPS.contains(percent))
                    .unwrap_or(NORMAL),
            ),
        }
    }

    /// Shows the window as large as it is to be.
    pub(crate) fn apply(&self, app: &AppHandle) {
        let percent = *self.percent.lock().unwrap_or_else(PoisonError::into_inner);
        window::scale(app, f64::from(percent) / 100.0);
    }

    /// The step that follows, in percent; at either end it stays.
    fn turn(&self, towards: Towards) -> u16 {
        let mut percent = self.percent.lock().unwrap_or_else(PoisonError::into_inner);
        *percent = next(*percent, towards);
        let word = percent.to_string();
        if let Err(error) = remembered::keep(&self.profile, NAME, &word, &NORMAL.to_string()) {
            tracing::warn!(%error, "the next start shows the window as large as before");
        }
        *percent
    }
}

/// Shows everything larger, smaller or as it was designed; returns how large, in percent.
#[tauri::command]
pub(crate) fn zoom(app: AppHandle, towards: Towards) -> u16 {
    let zoom = app.state::<Zoom>();
    let percent = zoom.turn(towards);
    zoom.apply(&app);
    percent
}

fn next(percent: u16, towards: Towards) -> u16 {
    let mut steps = STEPS.into_iter();
    match towards {
        Towards::Larger => steps.find(|step| *step > percent),
        Towards::Smaller => steps.rfind(|step| *step < percent),
        Towards::Normal => Some(NORMAL),
    }
    .unwrap_or(percent)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn steps_lead_to_both_ends_and_no_further_and_the_next_start_goes_on_from_there() {
        let profile = tempfile::tempdir().unwrap();
        let zoom = Zoom::kept(profile.path());
        let walked: Vec<u16> = (0..8).map(|_| zoom.turn(Towards::Larger)).collect();
        assert_eq!(walked, [110, 125, 150, 175, 200, 250, 300, 300]);
        let again = Zoom::kept(profile.path());
        assert_eq!(again.turn(Towards::Smaller), 250);
        assert_eq!(again.turn(Towards::Normal), 100);
        assert_eq!(
            (0..9).map(|_| again.turn(Towards::Smaller)).last(),
            Some(50)
        );
    }

    #[test]
    fn what_is_no_step_is_not_believed() {
        let profile = tempfile::tempdir().unwrap();
        for word in ["7", "9999", "large", ""] {
            std::fs::write(profile.path().join(NAME), word).unwrap();
            assert_eq!(Zoom::kept(profile.path()).turn(Towards::Larger), 110);
        }
    }
}
