//! The desktop app: one window on one profile, and one thin door to the engine.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

mod arguments;
mod commands;
mod ending;
mod engine;
mod graphics;
mod profile;
mod window;

use arguments::Arguments;
use engine::Engine;
use tauri::{Manager, RunEvent};
use tracing_subscriber::EnvFilter;

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
        .callback(|app, _arguments, _folder| window::bring_forward(app))
        .dbus_id(profile::instance_name(&arguments.profile))
        .build();

    tauri::Builder::default()
        .plugin(one_window_per_profile)
        .invoke_handler(tauri::generate_handler![commands::connect, commands::send])
        .on_page_load(window::show_with_page)
        .manage(Engine::new(arguments))
        .setup(|app| {
            window::enable_input_methods(app.handle());
            tauri::async_runtime::spawn(ending::end_when_asked(app.handle().clone()));
            let app = app.handle().clone();
            tauri::async_runtime::spawn(async move { app.state::<Engine>().open_early().await });
            Ok(())
        })
        .build(tauri::generate_context!())?
        .run(|app, event| {
            if let RunEvent::Exit = event {
                app.state::<Engine>().close();
            }
        });
    Ok(())
}
