//! How the icon beside the clock is shown: on Linux as a StatusNotifierItem on the session's bus, which desktops other than a bare GNOME show by themselves.

#[cfg(target_os = "linux")]
pub(crate) use linux::{Handle, show, tell};
#[cfg(not(target_os = "linux"))]
pub(crate) use nowhere::{Handle, show, tell};

#[cfg(target_os = "linux")]
mod linux {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    use ksni::menu::StandardItem;
    use ksni::{Icon, MenuItem, OfflineReason, ToolTip, TrayMethods};
    use tauri::AppHandle;
    use tauri::image::Image;
    use tauri::ipc::Channel;

    use crate::tray::{Chosen, Words};
    use crate::window;

    pub(crate) type Handle = ksni::Handle<Item>;

    /// What stands there.
    pub(crate) struct Item {
        app: AppHandle,
        words: Words,
        page: Channel<Chosen>,
        /// Whether a desktop shows it.
        shown: Arc<AtomicBool>,
    }

    /// Stands there from now on, wherever a desktop takes icons, now or later. None where there is no bus to say so on.
    pub(crate) async fn show(
        app: AppHandle,
        words: Words,
        page: Channel<Chosen>,
        shown: Arc<AtomicBool>,
    ) -> Option<Handle> {
        // The item says so itself if nobody takes it.
        shown.store(true, Ordering::Relaxed);
        let item = Item {
            app,
            words,
            page,
            shown: shown.clone(),
        };
        let handle = item.assume_sni_available(true).spawn().await;
        handle
            .inspect_err(|error| {
                shown.store(false, Ordering::Relaxed);
                tracing::debug!(%error, "there is no icon beside the clock");
            })
            .ok()
    }

    /// Says this from now on; whether it still stands there.
    pub(crate) async fn tell(handle: &Handle, words: Words, page: Channel<Chosen>) -> bool {
        let told = handle.update(|item| {
            item.words = words;
            item.page = page;
        });
        told.await.is_some()
    }

    impl Item {
        fn begin_note(&mut self) {
            window::bring_forward(&self.app);
            if let Err(error) = self.page.send(Chosen::NewNote) {
                tracing::warn!(%error, "the page did not hear of the menu");
            }
        }
    }

    impl ksni::Tray for Item {
        fn id(&self) -> String {
            "skein".to_owned()
        }

        fn title(&self) -> String {
            "Skein".to_owned()
        }

        fn tool_tip(&self) -> ToolTip {
            ToolTip {
                title: self.title(),
                description: self.words.state.clone(),
                ..ToolTip::default()
            }
        }

        fn icon_pixmap(&self) -> Vec<Icon> {
            self.app
                .default_window_icon()
                .map(pixels)
                .into_iter()
                .collect()
        }

        fn activate(&mut self, _x: i32, _y: i32) {
            window::bring_forward(&self.app);
        }

        fn menu(&self) -> Vec<MenuItem<Self>> {
            let state = StandardItem {
                enabled: false,
                ..entry(&self.words.state, |_| {})
            };
            let open = entry(&self.words.open, |item| window::bring_forward(&item.app));
            let new_note = self.words.new_note.as_deref();
            let new_note = new_note.map(|label| entry(label, Self::begin_note));
            let quit = entry(&self.words.quit, |item| item.app.exit(0));
            let mut menu: Vec<MenuItem<Self>> =
                vec![state.into(), MenuItem::Separator, open.into()];
            menu.extend(new_note.map(Into::into));
            menu.extend([MenuItem::Separator, quit.into()]);
            menu
        }

        fn watcher_online(&self) {
            self.shown.store(true, Ordering::Relaxed);
        }

        /// Nothing is left then that would bring back a window that is out of sight.
        fn watcher_offline(&self, _reason: OfflineReason) -> bool {
            if self.shown.swap(false, Ordering::Relaxed) {
                window::show(&self.app);
            }
            true
        }
    }

    fn entry(label: &str, chosen: impl Fn(&mut Item) + Send + 'static) -> StandardItem<Item> {
        StandardItem {
            // An underscore would be the key of the letter after it.
            label: label.replace('_', "__"),
            activate: Box::new(chosen),
            ..StandardItem::default()
        }
    }

    /// The colours of each point in the order of the specification: alpha, red, green, blue.
    fn pixels(image: &Image<'_>) -> Icon {
        let mut data = image.rgba().to_vec();
        for point in data.chunks_exact_mut(4) {
            point.rotate_right(1);
        }
        let side = |length: u32| i32::try_from(length).unwrap_or_default();
        Icon {
            width: side(image.width()),
            height: side(image.height()),
            data,
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn a_point_begins_with_its_alpha() {
            let image = Image::new(&[1, 2, 3, 4, 5, 6, 7, 8], 2, 1);
            let Icon {
                width,
                height,
                data,
            } = pixels(&image);
            assert_eq!((width, height), (2, 1));
            assert_eq!(data, [4, 1, 2, 3, 8, 5, 6, 7]);
        }

        #[test]
        fn an_underscore_of_a_label_is_one_that_is_seen() {
            assert_eq!(entry("On the_relay", |_| {}).label, "On the__relay");
        }
    }
}

/// Elsewhere no icon is shown, and closing the window ends Skein.
#[cfg(not(target_os = "linux"))]
mod nowhere {
    use std::sync::Arc;
    use std::sync::atomic::AtomicBool;

    use tauri::AppHandle;
    use tauri::ipc::Channel;

    use crate::tray::{Chosen, Words};

    pub(crate) enum Handle {}

    pub(crate) async fn show(
        _app: AppHandle,
        _words: Words,
        _page: Channel<Chosen>,
        _shown: Arc<AtomicBool>,
    ) -> Option<Handle> {
        None
    }

    pub(crate) async fn tell(handle: &Handle, _words: Words, _page: Channel<Chosen>) -> bool {
        match *handle {}
    }
}
