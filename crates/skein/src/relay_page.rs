//! What a relay shows on its own machine: a page that names all that it can learn and shows how it stands, and health and metrics for whoever watches it.
//!
//! It listens on loopback only, and answers only requests that name this host: a page elsewhere that was pointed here by its
//! name does not. Nothing can be changed by it.

use std::fmt::Write;
use std::net::SocketAddr;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use jiff::Timestamp;
use skein_engine::relay::{RelayStatus, RelayView, RelayedDevice, RelayedPair, RelayedWorkspace};
use tokio::net::TcpListener;

use crate::failure::Failure;

/// The page loads nothing but its own style.
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'";

const STYLE: &str = "
:root { color-scheme: light dark }
body { font: 15px/1.5 system-ui, sans-serif; max-inline-size: 76rem; margin: 2rem auto; padding-inline: 1rem }
h1 { font-size: 1.5rem } h2 { font-size: 1.1rem; margin-block-start: 2rem; overflow-wrap: anywhere }
div { overflow-x: auto } table { border-collapse: collapse; font-size: 13px; white-space: nowrap }
th, td { text-align: start; padding: .25rem .75rem .25rem 0; border-block-end: 1px solid #8884; vertical-align: top }
code { font-size: 12px } .warn { font-weight: 600 }
";

/// What it says above the figures.
const LEARNS: &str = "<p>All that this relay can learn: from which <strong>addresses</strong> devices connect and
<strong>when</strong>, how <strong>much</strong> each of them wrote and in which hour, their <strong>public keys</strong>, which of them
belong to one person, and what that person may do (<strong>role</strong>); and <strong>which two devices</strong> are connected with each
other through it and since when. Below it stands as it is now. It could also see, and does not show: hour by hour what was written, when
people, roles and keys changed, what each <strong>invite</strong> allows, who came by which, who asks and who was turned away, which devices
tried to come in, how much two devices say to each other, which of the newest envelopes each device <strong>has</strong>, and which envelopes of one
device were packed together.</p>
<p>It cannot learn what anything is called, what is written, in which document, or the names of people and of the workspace: for
that it has no key. Files are never kept here; between two devices that are connected through it they pass by, encrypted from one to the
other.</p>";

/// A page that is bound and not served yet.
pub(crate) struct RelayPage {
    listener: TcpListener,
    address: SocketAddr,
}

#[derive(Clone)]
struct Door {
    address: SocketAddr,
    view: RelayView,
}

impl RelayPage {
    /// Listens, on an address of this machine that nobody else can reach.
    pub(crate) async fn bind(wanted: SocketAddr) -> Result<Self, Failure> {
        if !wanted.ip().is_loopback() {
            return Err(Failure::invalid(
                format!(
                    "The status page shows who connects from where, so it is not given to a network: {wanted} is not this machine alone."
                ),
                "Use an address such as 127.0.0.1:4712, and a tunnel to look at it from elsewhere.",
            ));
        }
        let listener = TcpListener::bind(wanted).await.map_err(|error| {
            Failure::invalid(
                format!("The status page cannot be at {wanted}: {error}. Nothing was started."),
                "Choose another by --status.",
            )
        })?;
        let address = listener.local_addr()?;
        Ok(Self { listener, address })
    }

    /// Where to look at it.
    pub(crate) fn address(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// Serves until the listener fails.
    pub(crate) async fn serve(self, view: RelayView) -> Result<(), Failure> {
        let door = Door {
            address: self.address,
            view,
        };
        let router = Router::new()
            .route("/", get(page))
            .route("/health", get(health))
            .route("/metrics", get(metrics))
            .layer(middleware::from_fn_with_state(door.clone(), guard))
            .with_state(door);
        Ok(axum::serve(self.listener, router).await?)
    }
}

async fn guard(State(door): State<Door>, request: Request, next: Next) -> Response {
    let host = request.headers().get(header::HOST);
    let host = host.and_then(|host| host.to_str().ok());
    let port = door.address.port();
    let named = host.is_some_and(|host| {
        host == door.address.to_string() || host == format!("localhost:{port}")
    });
    if !named {
        let words = "This page is for this machine only.\n";
        return (StatusCode::FORBIDDEN, words).into_response();
    }
    let mut response = next.run(request).await;
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
    ] {
        let value = HeaderValue::from_static(value);
        response.headers_mut().insert(name, value);
    }
    response
}

/// What is said once the relay has stopped and the page not yet.
fn stopped() -> Response {
    (StatusCode::SERVICE_UNAVAILABLE, "The relay has stopped.\n").into_response()
}

async fn page(State(door): State<Door>) -> Response {
    let Some(status) = door.view.status().await else {
        return stopped();
    };
    let mut html = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta http-equiv=\"refresh\" content=\"10\">\
         <title>Skein relay</title><style>{STYLE}</style><h1>Skein relay</h1>{LEARNS}\
         <p>{} connected now; {} went away without being let in.</p>",
        status.connections, status.turned_away
    );
    html.push_str(&of_pairs(&status.pairs));
    for workspace in &status.workspaces {
        html.push_str(&of_workspace(workspace));
    }
    Html(html).into_response()
}

fn of_pairs(pairs: &[RelayedPair]) -> String {
    if pairs.is_empty() {
        return "<p>No two devices are connected with each other through it.</p>".to_owned();
    }
    let mut html = "<div><table><tr><th>Connected through it<th>with<th>Since".to_owned();
    for pair in pairs {
        html.push_str(&format!(
            "<tr><td><code>{}</code><td><code>{}</code><td>{}",
            escaped(&short(&pair.from)),
            escaped(&short(&pair.to)),
            time(pair.since)
        ));
    }
    html.push_str("</table></div>");
    html
}

fn of_workspace(workspace: &RelayedWorkspace) -> String {
    let mut html = format!("<h2>Workspace <code>{}</code></h2>", escaped(&workspace.id));
    if !workspace.founded {
        html.push_str("<p>Waits for a member to bring its beginning.</p>");
        return html;
    }
    let full = if workspace.full {
        " <span class=\"warn\">It is full and takes no more.</span>"
    } else {
        ""
    };
    html.push_str(&format!(
        "<p>{} of {} used by {} envelopes, {} of which say who may do what; {} open invites.{full}</p>",
        size(workspace.bytes),
        size(workspace.quota),
        workspace.envelopes,
        workspace.operations,
        workspace.open_invites,
    ));
    if workspace.let_go > 0 {
        html.push_str(&format!(
            "<p>{} old envelopes were let go since the start: packs that members hold and vouch for stand for them.</p>",
            workspace.let_go
        ));
    }
    if let Some(trouble) = &workspace.trouble {
        html.push_str(&format!(
            "<p class=\"warn\">Nothing can be kept: {}</p>",
            escaped(trouble)
        ));
    }
    html.push_str("<div><table><tr><th>Device<th>Person<th>Role<th>Address<th>Connected<th>In, out<th>Wrote<th>Newest");
    for device in &workspace.devices {
        html.push_str(&of_device(device));
    }
    html.push_str("</table></div>");
    html
}

fn of_device(device: &RelayedDevice) -> String {
    let connected = match (device.since, device.last_seen) {
        (Some(since), _) => format!("since {}", time(since)),
        (None, Some(last)) => format!("last {}", time(last)),
        (None, None) => "not since the start".to_owned(),
    };
    format!(
        "<tr><td><code>{}</code><td><code>{}</code><td>{}<td><code>{}</code><td>{connected}<td>{}, {}<td>{} in {} envelopes<td>{}",
        escaped(&short(&device.device)),
        escaped(&short(&device.member)),
        device.role.map_or_else(
            || "out".to_owned(),
            |role| format!("{role:?}").to_lowercase()
        ),
        escaped(device.address.as_deref().unwrap_or_default()),
        size(device.received),
        size(device.sent),
        size(device.bytes),
        device.envelopes,
        device.newest.map(time).unwrap_or_default(),
    )
}

/// Whether all that is acknowledged can be kept.
async fn health(State(door): State<Door>) -> Response {
    let Some(status) = door.view.status().await else {
        return stopped();
    };
    let troubles: Vec<String> = status
        .workspaces
        .iter()
        .filter_map(|workspace| {
            Some(format!(
                "{}: {}\n",
                workspace.id,
                workspace.trouble.as_ref()?
            ))
        })
        .collect();
    match troubles.is_empty() {
        true => "ok\n".into_response(),
        false => (StatusCode::SERVICE_UNAVAILABLE, troubles.concat()).into_response(),
    }
}

/// The same in figures, in the text form of Prometheus.
async fn metrics(State(door): State<Door>) -> Response {
    let Some(status) = door.view.status().await else {
        return stopped();
    };
    let kind = (header::CONTENT_TYPE, "text/plain; version=0.0.4");
    ([kind], figures(&status)).into_response()
}

fn figures(status: &RelayStatus) -> String {
    let mut text = String::new();
    let mut say = |name: &str, kind: &str, values: Vec<(String, u64)>| {
        // Writing to a text cannot fail.
        let _ = writeln!(text, "# TYPE skein_relay_{name} {kind}");
        for (labels, value) in values {
            let _ = writeln!(text, "skein_relay_{name}{labels} {value}");
        }
    };
    let whole = |value: u64| vec![(String::new(), value)];
    let of_each = |value: fn(&RelayedWorkspace) -> u64| {
        let label = |workspace: &RelayedWorkspace| format!("{{workspace=\"{}\"}}", workspace.id);
        let workspaces = status.workspaces.iter();
        workspaces
            .map(|workspace| (label(workspace), value(workspace)))
            .collect()
    };
    say("connections", "gauge", whole(status.connections));
    say("pairs", "gauge", whole(status.pairs.len() as u64));
    say("turned_away_total", "counter", whole(status.turned_away));
    say("workspace_bytes", "gauge", of_each(|one| one.bytes));
    say("workspace_quota_bytes", "gauge", of_each(|one| one.quota));
    say("workspace_envelopes", "gauge", of_each(|one| one.envelopes));
    say(
        "workspace_devices",
        "gauge",
        of_each(|one| {
            one.devices
                .iter()
                .filter(|device| device.role.is_some())
                .count() as u64
        }),
    );
    say(
        "workspace_had_no_room_total",
        "counter",
        of_each(|one| one.had_no_room),
    );
    say(
        "workspace_let_go_total",
        "counter",
        of_each(|one| one.let_go),
    );
    say(
        "workspace_in_trouble",
        "gauge",
        of_each(|one| u64::from(one.trouble.is_some())),
    );
    text
}

fn short(id: &str) -> String {
    id.chars().take(8).collect()
}

fn time(ms: i64) -> String {
    let time = Timestamp::from_millisecond(ms);
    time.map(|time| time.strftime("%Y-%m-%d %H:%M UTC").to_string())
        .unwrap_or_default()
}

fn size(bytes: u64) -> String {
    let units = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)];
    let fitting = units.into_iter().find(|(_, unit)| bytes >= *unit);
    fitting.map_or_else(
        || format!("{bytes} bytes"),
        |(name, unit)| {
            let tenths = bytes.saturating_mul(10) / unit;
            format!("{}.{} {name}", tenths / 10, tenths % 10)
        },
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('"', "&quot;")
}
