//! A desktop's side of the tray, for tests: takes the icons that apps show, and does with them what it is told, a line at a time.
//!
//! `menu` says what the menu offers, `press LABEL` chooses it, `activate` is a click on the icon, `icon` says how it looks; `gone` and `back` are the
//! desktop's tray going and coming. Each is answered by a line.

#[cfg(target_os = "linux")]
fn main() -> zbus::Result<()> {
    desktop::run()
}

#[cfg(not(target_os = "linux"))]
fn main() {}

#[cfg(target_os = "linux")]
mod desktop {
    use std::collections::HashMap;
    use std::io::BufRead;
    use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

    use zbus::blocking::{Connection, Proxy};
    use zbus::zvariant::{OwnedValue, Value};

    const NAME: &str = "org.kde.StatusNotifierWatcher";
    const ITEM: &str = "org.kde.StatusNotifierItem";
    const MENU: &str = "com.canonical.dbusmenu";

    struct Watcher(SyncSender<String>);

    #[zbus::interface(name = "org.kde.StatusNotifierWatcher")]
    impl Watcher {
        fn register_status_notifier_item(&self, item: &str) {
            // Nobody listens any more when the desktop ends.
            let _ = self.0.send(item.to_owned());
        }

        #[zbus(property)]
        fn is_status_notifier_host_registered(&self) -> bool {
            true
        }
    }

    /// What `GetLayout` gives for each entry: its number, its properties, and what is under it.
    type Entry = (i32, HashMap<String, OwnedValue>, Vec<OwnedValue>);

    pub(super) fn run() -> zbus::Result<()> {
        let bus = Connection::session()?;
        // More than a test starts.
        let (registers, registered) = sync_channel(16);
        bus.object_server()
            .at("/StatusNotifierWatcher", Watcher(registers))?;
        bus.request_name(NAME)?;
        println!("ready");
        for line in std::io::stdin().lock().lines() {
            let answer = obey(&bus, &registered, line?.trim());
            println!(
                "{}",
                answer.unwrap_or_else(|error| format!("error: {error}"))
            );
        }
        Ok(())
    }

    fn obey(bus: &Connection, registered: &Receiver<String>, line: &str) -> zbus::Result<String> {
        let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
        match verb {
            // Waits for the next app that shows an icon.
            "item" => return Ok(registered.recv().unwrap_or_default()),
            "gone" => bus.release_name(NAME).map(|_| ())?,
            "back" => bus.request_name(NAME)?,
            "activate" => item(bus, rest)?.call::<_, _, ()>("Activate", &(0, 0))?,
            "icon" => {
                let icons: Vec<(i32, i32, Vec<u8>)> =
                    item(bus, rest)?.get_property("IconPixmap")?;
                let of = |(width, height, data): &(i32, i32, Vec<u8>)| {
                    format!("{width}x{height} in {} bytes", data.len())
                };
                return Ok(icons.iter().map(of).collect::<Vec<_>>().join(", "));
            }
            "menu" => {
                let entries = entries(bus, rest)?;
                let labels: Vec<String> = entries.into_iter().map(|(_, label)| label).collect();
                return Ok(labels.join(" | "));
            }
            "press" => {
                let (app, label) = rest.split_once(' ').unwrap_or((rest, ""));
                let wanted = entries(bus, app)?
                    .into_iter()
                    .find(|(_, known)| known == label);
                let Some((number, _)) = wanted else {
                    return Ok(format!("there is no {label}"));
                };
                let event = (number, "clicked", Value::from(0), 0_u32);
                menu(bus, app)?.call::<_, _, ()>("Event", &event)?;
            }
            _ => return Ok(format!("{verb} is not known")),
        }
        Ok("done".to_owned())
    }

    fn item<'a>(bus: &Connection, app: &'a str) -> zbus::Result<Proxy<'a>> {
        Proxy::new(bus, app, "/StatusNotifierItem", ITEM)
    }

    fn menu<'a>(bus: &Connection, app: &'a str) -> zbus::Result<Proxy<'a>> {
        Proxy::new(bus, app, "/MenuBar", MENU)
    }

    /// The entries of an app's menu that have words, with their numbers; one that cannot be chosen stands in brackets.
    fn entries(bus: &Connection, app: &str) -> zbus::Result<Vec<(i32, String)>> {
        let none: Vec<String> = Vec::new();
        let (_, (_, _, children)): (u32, Entry) =
            menu(bus, app)?.call("GetLayout", &(0, -1, none))?;
        let mut entries = Vec::new();
        for child in children {
            let (number, properties, _): Entry = child.try_into()?;
            let Some(label) = properties.get("label") else {
                continue;
            };
            let label: String = label.try_clone()?.try_into()?;
            let enabled = properties
                .get("enabled")
                .is_none_or(|on| **on != Value::from(false));
            entries.push((number, if enabled { label } else { format!("[{label}]") }));
        }
        Ok(entries)
    }
}
