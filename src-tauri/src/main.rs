//! The desktop app: one window on one profile, and one thin door to the engine.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

mod arguments;
mod clipboard;
mod commands;
mod dropped;
mod ending;
mod engine;
mod file_commands;
mod graphics;
mod in_order;
mod last_frame;
mod link;
mod outgoing;
mod profile;
mod remembered;
mod straight;
mod tray;
mod tray_item;
mod window;
mod zoom;

use arguments::Arguments;
use dropped::Dropped;
use engine::Engine;
use last_frame::LastFrame;
use link::WaitingLink;
use outgoing::Outgoing;
use tauri::{Manager, RunEvent};
use tauri_plugin_window_state::StateFlags;
use tracing_subscriber::EnvFilter;
use tray::Tray;
use zoom::Zoom;

fn main() -> anyhow::Result<()> {
    tracing_subscriber::fmt()
        .with_env_filter(
            EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn")),
        )
        .with_writer(std::io::stderr)
        .init();
    graphics::choose_renderer();

    let arguments = Arguments::read(std::env::args_os().skip(1))?;
    let one_window_per_profile = tauri_plugin_single_instance::Builder::new()
        .callback(|app, arguments, _folder| {
            window::bring_forward(app);
            link::follow(app, &arguments);
        })
        .dbus_id(profile::instance_name(&arguments.profile))
        .build();
    let remembered_window = tauri_plugin_window_state::Builder::new()
        .with_filename(profile::window_file(&arguments.profile))
        .with_state_flags(StateFlags::SIZE | StateFlags::POSITION | StateFlags::MAXIMIZED)
        .build();
    let engine = Engine::new(&arguments);
    let workspace = engine.begins_with().to_owned();
    // Before a passphrase was given nothing of the workspace is shown.
    let is_open = !engine.may_be_locked(&workspace);
    let shown = engine.folder(&workspace).filter(|_| is_open);
    let last_frame = shown.and_then(|folder| LastFrame::kept(&folder, &workspace));
    let zoom = Zoom::kept(&arguments.profile);
    let tray = Tray::kept(&arguments.profile);
    let waiting_link = WaitingLink::new(arguments.link.clone());

    tauri::Builder::default()
        .plugin(one_window_per_profile)
        .plugin(remembered_window)
        .plugin(tauri_plugin_dialog::init())
        .invoke_handler(tauri::generate_handler![
            commands::connect,
            commands::unlock,
            commands::send,
            commands::keep_frame,
            commands::open_outside,
            commands::print,
            zoom::zoom,
            tray::stand_in_tray,
            tray::closing,
            tray::quit,
            file_commands::clipboard_picture,
            file_commands::watch_drops,
            file_commands::read_dropped,
            file_commands::begin_saving,
            file_commands::choose_folder,
            file_commands::begin_opening,
            file_commands::write_outgoing,
            file_commands::finish_outgoing,
            file_commands::cancel_outgoing
        ])
        .channel_interceptor(straight::deliver)
        .on_page_load(window::show_with_page)
        .on_window_event(dropped::watch)
        .on_window_event(tray::keep_window)
        .manage(engine)
        .manage(waiting_link)
        .manage(Dropped::default())
        .manage(Outgoing::default())
        .manage(zoom)
        .manage(tray)
        .setup(move |app| {
            window::make(app, &workspace, last_frame)?;
            app.state::<Zoom>().apply(app.handle());
            window::enable_input_methods(app.handle());
            window::enable_spelling(app.handle());
            tauri::async_runtime::spawn(ending::end_when_asked(app.handle().clone()));
            let app = app.handle().clone();
            tauri::async_runtime::spawn(async move { app.state::<Engine>().open_early().await });
            Ok(())
        })
        .build(tauri::generate_context!())?
        .run(|app, event| {
            if let RunEvent::Exit = event {
                app.state::<Engine>().close();
                app.state::<Outgoing>().close();
            }
        });
    Ok(())
}
