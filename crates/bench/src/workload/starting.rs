//! Starting: the engine on an empty profile and on a large one, in processes of their own; what it keeps in memory.

use anyhow::Result;
use skein_engine::Use;

use super::Scale;
use crate::child::{self, LoadedAll, Started};
use crate::fixture::Fixture;
use crate::measure::{Samples, bytes, ratio, shown};
use crate::member::Member;
use crate::peer::bare;
use crate::report::{Budget, Section, Table};

pub(crate) async fn run(fixture: &mut Fixture, scale: Scale) -> Result<Section> {
    let ana = fixture.ana().await?;
    let empty = fixture.place("empty");
    Member::founding(&empty, Use::Once, "Eve")
        .await?
        .close()
        .await;
    let file = fixture.place("saved.json");
    child::write_saved(&file, &bare::saved(&fixture.notes().1)?)?;

    let repetitions = scale.of(9, 3);
    let (mut full, mut nothing, mut peer) =
        (Starts::default(), Starts::default(), Starts::default());
    for _ in 0..repetitions {
        full.add(child::run::<Started>("child-start", &ana)?);
        nothing.add(child::run::<Started>("child-start", &empty)?);
    }
    for _ in 0..scale.of(3, 1) {
        let loaded: LoadedAll = child::run("child-load", &file)?;
        peer.open.push(loaded.took);
        peer.resident.push(loaded.resident);
        peer.peak.push(loaded.peak);
    }

    let count = fixture.documents;
    let mut table = Table::new(&[
        "",
        "open",
        "then the list of all",
        "open p95",
        "memory",
        "memory, peak",
        "open to its peer",
    ]);
    for (name, starts, other) in [
        (format!("Skein, {count} documents"), &full, &peer),
        ("Skein, empty workspace".to_owned(), &nothing, &peer),
        (
            format!("bare automerge, load the same {count}"),
            &peer,
            &peer,
        ),
    ] {
        let list = if starts.list.len() == 0 {
            "–".to_owned()
        } else {
            shown(starts.list.p50())
        };
        table.row([
            name,
            shown(starts.open.p50()),
            list,
            shown(starts.open.p95()),
            bytes(middle(&starts.resident)),
            bytes(middle(&starts.peak)),
            ratio(starts.open.p50(), other.open.p50()),
        ]);
    }
    let open = full.open.p50();
    let more = middle(&full.resident).saturating_sub(middle(&nothing.resident));
    Ok(Section {
        title: "Start and memory",
        words: "A new process each time: from nothing to a client of the open profile, network on loopback included, and from there to the reply that lists \
                every document. Files are in the system's cache. Memory is the resident set after that reply. Whoever holds documents themselves has to \
                load them before it can list them."
            .to_owned(),
        tables: vec![table],
        budgets: vec![
            Budget {
                what: "engine open",
                budget: "50 ms with 10,000 documents".to_owned(),
                measured: format!("{} with {count}", shown(open)),
                holds: open.as_millis() <= 50,
            },
            Budget {
                what: "memory over an empty workspace",
                budget: "60 MB with 10,000 documents".to_owned(),
                measured: format!("{} with {count}", bytes(more)),
                holds: more <= 60_000_000,
            },
        ],
        notes: vec![],
    })
}

#[derive(Default)]
struct Starts {
    open: Samples,
    list: Samples,
    resident: Vec<u64>,
    peak: Vec<u64>,
}

impl Starts {
    fn add(&mut self, started: Started) {
        self.open.push(started.open);
        self.list.push(started.list);
        self.resident.push(started.resident);
        self.peak.push(started.peak);
    }
}

fn middle(numbers: &[u64]) -> u64 {
    let mut sorted = numbers.to_vec();
    sorted.sort_unstable();
    sorted.get(sorted.len() / 2).copied().unwrap_or_default()
}
