//! Chooses how the webview draws before GTK starts.

#[cfg(target_os = "linux")]
use std::{fs, path::Path};

/// WebKitGTK reads this once, when it starts.
#[cfg(target_os = "linux")]
const NO_DMABUF: &str = "WEBKIT_DISABLE_DMABUF_RENDERER";

/// Without a graphics card, WebKitGTK's usual way of drawing is several times slower than its plain one.
///
/// The choice is an environment variable that must be there when the process begins, so the process starts itself
/// again, once, in place: same process number, same arguments. A variable that the user set is left alone.
#[cfg(target_os = "linux")]
pub(crate) fn choose_renderer() {
    use std::os::unix::process::CommandExt;

    if std::env::var_os(NO_DMABUF).is_some() || has_render_device(Path::new("/dev/dri")) {
        return;
    }
    let Ok(program) = std::env::current_exe() else {
        return;
    };
    let error = std::process::Command::new(program)
        .args(std::env::args_os().skip(1))
        .env(NO_DMABUF, "1")
        .exec();
    // Only a failed exec comes back; the app then runs all the same, drawing slowly.
    tracing::warn!(%error, "could not switch to the plain renderer");
}

/// Other systems bring their own webview and need no choice.
#[cfg(not(target_os = "linux"))]
pub(crate) fn choose_renderer() {}

#[cfg(target_os = "linux")]
fn has_render_device(folder: &Path) -> bool {
    fs::read_dir(folder).is_ok_and(|devices| {
        devices.flatten().any(|device| {
            device
                .file_name()
                .as_encoded_bytes()
                .starts_with(b"renderD")
        })
    })
}

#[cfg(all(test, target_os = "linux"))]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::has_render_device;

    #[test]
    fn only_a_render_node_counts_as_a_graphics_card() {
        let folder = tempfile::tempdir().unwrap();
        assert!(!has_render_device(&folder.path().join("missing")));
        std::fs::write(folder.path().join("card0"), "").unwrap();
        assert!(!has_render_device(folder.path()));
        std::fs::write(folder.path().join("renderD128"), "").unwrap();
        assert!(has_render_device(folder.path()));
    }
}
