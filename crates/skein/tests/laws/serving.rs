//! `skein serve`: the page and the engine's API for whoever has the address, and for nobody else.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use crate::common::{Pair, Profile, Staying, text};
use serde_json::{Value, json};
use tempfile::tempdir;
use tungstenite::client::IntoClientRequest;
use tungstenite::http::HeaderValue;
use tungstenite::{Message, WebSocket};

/// A page that is served.
struct Served {
    process: Staying,
    port: u16,
    token: String,
}

impl Served {
    fn start(profile: &Profile) -> Self {
        let mut process = profile.stay(&["--json", "serve"]);
        let said: Value = serde_json::from_str(&process.line()).unwrap();
        let address = text(&said["address"]);
        let rest = address.strip_prefix("http://127.0.0.1:").unwrap();
        let (port, token) = rest.split_once("/?token=").unwrap();
        Self {
            process,
            port: port.parse().unwrap(),
            token: token.to_owned(),
        }
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(60)))
            .unwrap();
        stream
    }

    /// The status and the rest of the answer to a plain request.
    fn get(&self, path: &str, host: &str, headers: &str) -> (u16, String) {
        let mut stream = self.connect();
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nHost: {host}\r\n{headers}Connection: close\r\n\r\n"
        )
        .unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
        (status, answer)
    }

    fn here(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// Opens the socket as a page of this workspace would.
    fn open_on(&self, workspace: &str) -> Api {
        let address = format!("{}&workspace={workspace}", self.token);
        self.open(&address, None).unwrap()
    }

    /// Opens the socket as a page with this token and origin would.
    fn open(&self, token: &str, origin: Option<&str>) -> Result<Api, u16> {
        let mut request = format!("ws://{}/api?token={token}", self.here())
            .into_client_request()
            .unwrap();
        if let Some(origin) = origin {
            let origin = HeaderValue::from_str(origin).unwrap();
            request.headers_mut().insert("Origin", origin);
        }
        match tungstenite::client(request, self.connect()) {
            Ok((socket, _)) => Ok(Api { socket, last: 0 }),
            Err(tungstenite::HandshakeError::Failure(tungstenite::Error::Http(answer))) => {
                Err(answer.status().as_u16())
            }
            Err(error) => panic!("{error}"),
        }
    }
}

/// The engine's API as a page speaks it.
struct Api {
    socket: WebSocket<TcpStream>,
    last: u32,
}

impl Api {
    fn receive(&mut self) -> Option<Value> {
        loop {
            match self.socket.read() {
                Ok(Message::Text(text)) => return Some(serde_json::from_str(&text).unwrap()),
                Ok(Message::Close(_)) | Err(_) => return None,
                Ok(_) => {}
            }
        }
    }

    /// The answer to a request; events that come before it are returned too.
    fn ask(&mut self, request: &Value) -> (Value, Vec<Value>) {
        self.last += 1;
        let message = json!({ "id": self.last, "request": request });
        self.socket
            .send(Message::text(message.to_string()))
            .unwrap();
        let mut events = Vec::new();
        loop {
            let message = self.receive().unwrap();
            if message["type"] == "reply" && message["id"] == json!(self.last) {
                return (message["result"].clone(), events);
            }
            events.push(message);
        }
    }

    fn ok(&mut self, request: &Value) -> Value {
        let (result, _) = self.ask(request);
        assert!(result["ok"].is_object(), "{request}: {result}");
        result["ok"].clone()
    }

    /// The next event of this kind.
    fn event(&mut self, kind: &str) -> Value {
        loop {
            let message = self.receive().unwrap();
            if message["event"]["type"] == kind {
                return message["event"].clone();
            }
        }
    }
}

#[test]
fn only_the_page_itself_on_this_machine_is_answered() {
    let root = tempdir().unwrap();
    let ana = Profile::founded(root.path(), "Ana");
    let served = Served::start(&ana);
    let here = served.here();
    let (status, answer) = served.get("/", &here, "");
    // A build without the interface says how to get it.
    assert!(
        status == 200 || (status == 404 && answer.contains("make ui")),
        "{answer}"
    );
    for header in [
        "content-security-policy: default-src 'self'",
        "x-content-type-options: nosniff",
        "referrer-policy: no-referrer",
    ] {
        assert!(answer.contains(header), "{answer}");
    }
    assert_eq!(served.get("/no/such.js", &here, "").0, 404);
    assert_eq!(served.get("/../../Cargo.toml", &here, "").0, 404);
    // A name that somebody pointed here, and pages from elsewhere.
    for host in ["example.org", "127.0.0.1", "127.0.0.1:1", "localhost"] {
        assert_eq!(served.get("/", host, "").0, 403, "{host}");
    }
    for origin in [
        "http://example.org",
        "null",
        "https://127.0.0.1",
        "http://127.0.0.1:1",
    ] {
        let header = format!("Origin: {origin}\r\n");
        assert_eq!(served.get("/", &here, &header).0, 403, "{origin}");
        assert_eq!(
            served.open(&served.token, Some(origin)).err(),
            Some(403),
            "{origin}"
        );
    }
    served.process.end();
}

#[test]
fn without_the_token_nothing_is_said() {
    let root = tempdir().unwrap();
    let ana = Profile::founded(root.path(), "Ana");
    let served = Served::start(&ana);
    let almost = format!("{}a", &served.token[1..]);
    for token in ["", "wrong", &almost, &served.token[..10]] {
        if let Ok(mut api) = served.open(token, None) {
            // Not one message, whatever is asked.
            let _ = api
                .socket
                .send(Message::text(r#"{"id":1,"request":{"type":"status"}}"#));
            assert_eq!(api.receive(), None);
        }
    }
    let origin = format!("http://{}", served.here());
    let mut api = served.open(&served.token, Some(&origin)).unwrap();
    assert_eq!(
        api.ok(&json!({ "type": "status" }))["status"]["memberName"],
        "Ana"
    );
    served.process.end();
}

#[test]
fn a_page_speaks_the_api_and_hears_what_others_do() {
    let root = tempdir().unwrap();
    let ana = Profile::founded(root.path(), "Ana");
    let served = Served::start(&ana);
    let mut api = served.open(&served.token, None).unwrap();
    let note =
        text(&api.ok(&json!({ "type": "create_note", "title": "Plan", "text": "one" }))["id"]);
    let view = json!({ "type": "text", "document": note });
    let subscription =
        api.ok(&json!({ "type": "subscribe", "view": view }))["subscription"].clone();
    let reset = api.event("text_reset");
    assert_eq!(reset["text"], "one");
    let push = json!({
        "type": "text_push",
        "subscription": subscription,
        "baseVersion": reset["version"],
        "pushId": "first",
        "splices": [{ "at": 3, "delete": 0, "insert": " two 🪿" }],
        "length": 10,
    });
    let acknowledged = api.ok(&push);
    assert_eq!(acknowledged["splices"], json!([]));
    assert_eq!(
        api.ok(&push),
        acknowledged,
        "the same push again is applied once"
    );
    // Another process on this machine sees it, writes, and the page hears of that.
    assert_eq!(ana.text_of(&note), "one two 🪿");
    ana.json(&["note", "append", &note, "three"]);
    let patch = api.event("text_patch");
    assert_eq!(patch["fromVersion"], acknowledged["version"]);
    assert_eq!(patch["splices"][0]["at"], 10);
    // An error is an answer; the connection goes on.
    let (refused, _) =
        api.ask(&json!({ "type": "read_note", "document": "aaaaaaaaaaaaaaaaaaaaaaaaaa" }));
    assert_eq!(refused["error"]["code"], "not_found");
    // What is no message ends this page's connection, and no other's.
    let mut other = served.open(&served.token, None).unwrap();
    other.socket.send(Message::text("{\"id\":")).unwrap();
    assert_eq!(other.receive(), None);
    assert_eq!(
        api.ok(&json!({ "type": "status" }))["status"]["state"],
        "ready"
    );
    served.process.end();
    assert_eq!(ana.text_of(&note), "one two 🪿\n\nthree");
    ana.audit();
}

#[test]
fn a_page_hears_of_a_colleague_far_away() {
    let root = tempdir().unwrap();
    let Pair { ana, bo, online } = Pair::new(root.path());
    let served = Served::start(&bo);
    let mut api = served.open(&served.token, None).unwrap();
    api.ok(&json!({ "type": "subscribe", "view": { "type": "tree" } }));
    assert_eq!(api.event("tree")["reset"], true);
    let note = ana.made(&["note", "new", "From Ana"]);
    loop {
        let upserts = api.event("tree")["upserts"].clone();
        if upserts
            .as_array()
            .unwrap()
            .iter()
            .any(|item| item["id"] == json!(note))
        {
            break;
        }
    }
    served.process.end();
    online.end();
}

#[test]
fn a_page_shows_the_workspace_that_its_address_names_and_hears_when_there_is_none() {
    let root = tempdir().unwrap();
    let ana = Profile::founded(root.path(), "Ana");
    let served = Served::start(&ana);
    let mut first = served.open_on("first");
    let added = first.ok(&json!({ "type": "add_workspace" }));
    let slug = text(&added["slug"]);
    let mut second = served.open_on(&slug);
    second.ok(&json!({ "type": "create_workspace", "memberName": "Ana", "workspaceName": "Herons", "zone": null }));
    second.ok(&json!({ "type": "create_note", "title": "Reeds" }));
    let listed = first.ok(&json!({ "type": "list_documents" }));
    assert_eq!(listed["documents"], json!([]));
    let all = first.ok(&json!({ "type": "list_workspaces" }));
    assert_eq!(all["workspaces"][1]["name"], "Herons");
    assert_eq!(all["workspaces"][0]["here"], true);
    for nowhere in ["k2k2k2", "..", "%2Fetc"] {
        let mut page = served.open_on(nowhere);
        let lost = page.receive().unwrap();
        assert_eq!(lost["type"], "lost");
        assert_eq!(lost["error"]["code"], "not_found");
        assert_eq!(page.receive(), None);
    }
    drop(served);
    assert_eq!(ana.json(&["workspaces"]).as_array().unwrap().len(), 2);
    let folder = root.path().join("workspaces").join(&slug);
    std::fs::write(folder.join("device.key"), b"{").unwrap();
    let served = Served::start(&ana);
    let mut second = served.open_on(&slug);
    let lost = second.receive().unwrap();
    assert_eq!(lost["error"]["code"], "storage");
    let all = served
        .open_on("first")
        .ok(&json!({ "type": "list_workspaces" }));
    assert_eq!(all["workspaces"][1]["trouble"], lost["error"]["message"]);
}
