//! Tells Tauri which commands exist, so that a window may call only those that its capability allows.

use std::path::Path;

fn main() {
    let interface = Path::new("../ui/dist");
    println!("cargo:rerun-if-changed={}", interface.display());
    if !interface.join("index.html").exists() {
        println!(
            "cargo:warning=ui/dist is not built, so the window will be empty: run `make ui` first"
        );
        if let Err(error) = std::fs::create_dir_all(interface) {
            println!("cargo:warning=could not create ui/dist: {error}");
        }
    }

    let commands = tauri_build::AppManifest::new().commands(&[
        "connect",
        "unlock",
        "send",
        "keep_frame",
        "open_outside",
        "print",
        "zoom",
        "stand_in_tray",
        "closing",
        "quit",
        "clipboard_picture",
        "watch_drops",
        "read_dropped",
        "begin_saving",
        "choose_folder",
        "begin_opening",
        "write_outgoing",
        "finish_outgoing",
        "cancel_outgoing",
    ]);
    if let Err(error) =
        tauri_build::try_build(tauri_build::Attributes::new().app_manifest(commands))
    {
        println!("cargo:warning={error:#}");
        std::process::exit(1);
    }
}
