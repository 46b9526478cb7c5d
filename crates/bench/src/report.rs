//! The report: tables of what was measured, the budgets, and the machine it was measured on, as Markdown.

use std::fmt::Write as _;
use std::fs;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Result;

use crate::measure::Load;

/// What one workload found.
#[derive(Debug, Default)]
pub(crate) struct Section {
    pub(crate) title: &'static str,
    /// What was done, in a sentence or two.
    pub(crate) words: String,
    pub(crate) tables: Vec<Table>,
    pub(crate) budgets: Vec<Budget>,
    /// What a reader has to know to judge the numbers.
    pub(crate) notes: Vec<String>,
}

/// A table; the first column names the rows.
#[derive(Debug)]
pub(crate) struct Table {
    columns: Vec<&'static str>,
    rows: Vec<Vec<String>>,
}

/// A promise of the product and what was found.
#[derive(Debug)]
pub(crate) struct Budget {
    pub(crate) what: &'static str,
    pub(crate) budget: String,
    pub(crate) measured: String,
    pub(crate) holds: bool,
}

impl Table {
    pub(crate) fn new(columns: &[&'static str]) -> Self {
        Self {
            columns: columns.to_vec(),
            rows: Vec::new(),
        }
    }

    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = impl Into<String>>) {
        self.rows.push(cells.into_iter().map(Into::into).collect());
    }

    fn write(&self, to: &mut String) {
        line(to, self.columns.iter().copied());
        line(
            to,
            self.columns
                .iter()
                .enumerate()
                .map(|(place, _)| if place == 0 { "---" } else { "---:" }),
        );
        for row in &self.rows {
            line(to, row.iter().map(String::as_str));
        }
        to.push('\n');
    }
}

fn line<'c>(to: &mut String, cells: impl Iterator<Item = &'c str>) {
    to.push('|');
    for cell in cells {
        to.push(' ');
        to.push_str(cell);
        to.push_str(" |");
    }
    to.push('\n');
}

/// Where and how it was measured.
pub(crate) struct Circumstances {
    pub(crate) command: String,
    pub(crate) session: String,
    pub(crate) quick: bool,
    pub(crate) load_before: Load,
}

/// The whole report. Its layout depends on nothing but which workloads were run.
pub(crate) fn markdown(circumstances: &Circumstances, sections: &[Section]) -> Result<String> {
    let mut text = String::from("# Benchmarks\n\n");
    text.push_str(
        "Written by `make bench`. Every workload runs beside a peer that does the same work in the same run: the ratio is the claim, \
         an absolute number tells as much about the machine. Times are by the wall clock unless a column says otherwise.\n\n",
    );
    if circumstances.quick {
        text.push_str("**A quick run**: small sizes and few repetitions. It shows that everything works, not how fast it is.\n\n");
    }
    let mut about = Table::new(&["", ""]);
    about.row(["date", &date()]);
    about.row(["command", &format!("`{}`", circumstances.command)]);
    about.row(["machine", &machine()]);
    about.row([
        "version",
        concat!(
            "skein ",
            env!("CARGO_PKG_VERSION"),
            ", automerge 0.12, samod 0.16"
        ),
    ]);
    about.row(["editing session", &circumstances.session]);
    about.row([
        "load of the machine",
        &format!(
            "{} before, {} after (runnable processes, this program among them)",
            circumstances.load_before,
            Load::now()?
        ),
    ]);
    about.write(&mut text);

    text.push_str("## Budgets\n\n");
    let mut budgets = Table::new(&["what", "budget", "measured", ""]);
    for budget in sections.iter().flat_map(|section| &section.budgets) {
        let verdict = if budget.holds { "holds" } else { "**missed**" };
        budgets.row([budget.what, &budget.budget, &budget.measured, verdict]);
    }
    budgets.write(&mut text);

    for section in sections {
        write!(text, "## {}\n\n{}\n\n", section.title, section.words)?;
        for table in &section.tables {
            table.write(&mut text);
        }
        for note in &section.notes {
            writeln!(text, "- {note}")?;
        }
        if !section.notes.is_empty() {
            text.push('\n');
        }
    }
    Ok(format!("{}\n", text.trim_end()))
}

fn machine() -> String {
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let field = |text: &str, name: &str| {
        text.lines()
            .find(|line| line.starts_with(name))
            .and_then(|line| line.split_once(':'))
            .map(|(_, value)| value.trim().to_owned())
    };
    let processor = field(&read("/proc/cpuinfo"), "model name")
        .unwrap_or_else(|| "unknown processor".to_owned());
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let memory = field(&read("/proc/meminfo"), "MemTotal")
        .and_then(|kib| kib.split_whitespace().next()?.parse::<u64>().ok())
        .map_or_else(String::new, |kib| {
            format!(", {} GB", kib.div_ceil(1_000_000))
        });
    let kernel = read("/proc/sys/kernel/osrelease");
    format!(
        "{processor}, {cores} cores{memory}, Linux {}",
        kernel.trim()
    )
}

/// Now, in UTC, to the minute.
fn date() -> String {
    let seconds = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs());
    let (year, month, day) = civil(seconds / 86_400);
    format!(
        "{year}-{month:02}-{day:02} {:02}:{:02} UTC",
        seconds / 3_600 % 24,
        seconds / 60 % 60
    )
}

/// The date so many days after 1970 began.
fn civil(days: u64) -> (u64, u64, u64) {
    let leap = |year: u64| {
        year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
    };
    let (mut year, mut left) = (1970, days);
    loop {
        let length = if leap(year) { 366 } else { 365 };
        if left < length {
            break;
        }
        left -= length;
        year += 1;
    }
    let february = if leap(year) { 29 } else { 28 };
    let mut month = 1;
    for length in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
        if left < length {
            break;
        }
        left -= length;
        month += 1;
    }
    (year, month, left + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_those_of_the_calendar() {
        assert_eq!(civil(0), (1970, 1, 1));
        assert_eq!(civil(11_016), (2000, 2, 29));
        assert_eq!(civil(20_779), (2026, 11, 22));
    }

    #[test]
    fn a_table_is_markdown() {
        let mut table = Table::new(&["what", "time"]);
        table.row(["key", "1 ms"]);
        let mut text = String::new();
        table.write(&mut text);
        assert_eq!(text, "| what | time |\n| --- | ---: |\n| key | 1 ms |\n\n");
    }
}
