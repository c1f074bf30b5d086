//! The board that `custodes check` prints: what is wrong first, then what could not be established.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use custodes_checks::outcome::{ClauseOutcome, Exception, Outcome};
use custodes_checks::{Parameters, Window};
use custodes_compliance::event::Moment;
use custodes_compliance::london;
use custodes_compliance::state::State;
use custodes_evidence::Report;
use custodes_report::MARKING;
use custodes_standard::model::Check;

use super::patterns;
use super::wrapped;
pub use crate::words::grouped;

pub const WIDTH: usize = 96;

/// Everything that the board shows.
pub struct Board<'a> {
    pub folder: &'a str,
    pub window: Window,
    pub outcome: &'a Outcome,
    pub report: &'a Report,
    pub parameters: &'a Parameters,
}

impl Board<'_> {
    pub fn text(&self) -> String {
        let mut out = String::new();
        self.head(&mut out);
        self.exceptions(&mut out);
        self.not_evidenced(&mut out);
        self.quiet(&mut out);
        out.push_str(&patterns::text(&self.outcome.clauses));
        self.set_aside(&mut out);
        self.set_otherwise(&mut out);
        self.assumed(&mut out);
        let _ = write!(out, "\n{}\n", wrapped(SCOPE, 0, WIDTH));
        let _ = writeln!(out, "{MARKING:>WIDTH$}");
        out
    }

    fn of(&self, state: State) -> Vec<&ClauseOutcome> {
        self.outcome.clauses.iter().filter(|clause| clause.state == state).collect()
    }

    fn head(&self, out: &mut String) {
        let title = "Custodes check: audit standard for law-enforcement ANPR, v3.0";
        let _ = writeln!(out, "{title}{MARKING:>width$}", width = WIDTH - title.chars().count());
        let rows: u64 = self.report.inputs.iter().map(|input| input.rows).sum();
        let _ = writeln!(
            out,
            "Evidence  {}: {}, {}",
            self.folder,
            counted(self.report.inputs.len() as u64, "file"),
            counted(rows, "row")
        );
        let _ = writeln!(out, "Window    from {} up to {}", moment(self.window.from), moment(self.window.as_of));
        out.push('\n');
        for (state, says) in [
            (State::Exceptions, "with exceptions: leads for a person to confirm or dismiss"),
            (State::NotEvidenced, "not evidenced: it cannot be established"),
            (State::Clear, "clear: the evidence is there and whole, and shows no exception"),
            (State::NotApplicable, "not applicable: the evidence shows that it does not arise"),
        ] {
            let count = self.of(state).len();
            let _ = writeln!(out, "  {count:>3} {} {says}", if count == 1 { "clause " } else { "clauses" });
        }
    }

    fn exceptions(&self, out: &mut String) {
        let clauses = self.of(State::Exceptions);
        if clauses.is_empty() {
            return;
        }
        let _ = writeln!(out, "\nEXCEPTIONS ({})", grouped(self.outcome.exceptions.len() as u64));
        let mut by_clause: BTreeMap<&str, Vec<&Exception>> = BTreeMap::new();
        for exception in &self.outcome.exceptions {
            by_clause.entry(exception.clause).or_default().push(exception);
        }
        for clause in clauses {
            let _ = writeln!(out, "\n  {:<8} {}{}", clause.clause.id, clause.clause.title, population(clause));
            let mut codes: Vec<(&&str, &u64)> = clause.codes.iter().collect();
            codes.sort_by_key(|(code, count)| (std::cmp::Reverse(**count), **code));
            for (code, count) in codes {
                let of_code =
                    by_clause.get(clause.clause.id).into_iter().flatten().copied().filter(|e| e.code == *code);
                let _ = writeln!(
                    out,
                    "  {:>10}  {:<26} {}",
                    grouped(*count),
                    code,
                    wrapped(&in_words(clause, code, of_code), 41, WIDTH)
                );
            }
            if clause.codes.is_empty() {
                let _ = writeln!(out, "              see the clauses under which its tests are reported");
            }
            for line in could_not(clause).into_iter().chain(judged_otherwise(clause, self.parameters)) {
                let _ = writeln!(out, "              {}", wrapped(&line, 14, WIDTH));
            }
        }
    }

    fn not_evidenced(&self, out: &mut String) {
        let clauses = self.of(State::NotEvidenced);
        if clauses.is_empty() {
            return;
        }
        out.push_str("\nNOT EVIDENCED: nothing wrong was found, and nothing can be called right\n\n");
        for clause in clauses {
            let _ = writeln!(out, "  {:<8} {}{}", clause.clause.id, clause.clause.title, population(clause));
            let mut reasons = could_not(clause);
            if reasons.is_empty() {
                reasons.push("whether it arises cannot be said".to_owned());
            }
            reasons.extend(judged_otherwise(clause, self.parameters));
            for line in reasons {
                let _ = writeln!(out, "              {}", wrapped(&line, 14, WIDTH));
            }
        }
    }

    fn quiet(&self, out: &mut String) {
        for (state, heading) in [(State::Clear, "CLEAR"), (State::NotApplicable, "NOT APPLICABLE")] {
            let clauses = self.of(state);
            if !clauses.is_empty() {
                let _ = writeln!(out, "\n{heading}\n");
            }
            for clause in clauses {
                let due = clause.due.map(|due| format!(", next due {due}")).unwrap_or_default();
                let _ = writeln!(out, "  {:<8} {}{}{due}", clause.clause.id, clause.clause.title, population(clause));
                if let Some(line) = judged_otherwise(clause, self.parameters) {
                    let _ = writeln!(out, "              {}", wrapped(&line, 14, WIDTH));
                }
            }
        }
    }

    fn set_aside(&self, out: &mut String) {
        let sum = |of: fn(&custodes_evidence::Input) -> u64| self.report.inputs.iter().map(of).sum::<u64>();
        let rows = [
            (
                sum(|input| input.quarantined),
                "quarantined",
                "could not be read; --quarantine FILE lists them with the reason",
            ),
            (
                sum(|input| input.conflicting),
                "conflicting",
                "the same key again with other content; the row that comes last stands; --conflicting FILE lists them",
            ),
            (sum(|input| input.duplicate), "duplicate", "the same row again, counted once"),
            (sum(|input| input.future), "future", "later than the as-of instant, not judged"),
        ];
        if rows.iter().all(|(count, ..)| *count == 0) {
            return;
        }
        out.push_str("\nROWS SET ASIDE\n\n");
        for (count, name, says) in rows.iter().filter(|(count, ..)| *count > 0) {
            let _ = writeln!(out, "  {:>10}  {name:<12} {}", grouped(*count), wrapped(says, 27, WIDTH));
        }
    }

    /// Every figure that is not the standard's own, whether or not a clause shown here rests on it.
    fn set_otherwise(&self, out: &mut String) {
        let set: Vec<_> = self
            .parameters
            .iter()
            .filter_map(|(name, setting)| Some((name, setting, self.parameters.set_instead_of(name)?)))
            .collect();
        if set.is_empty() {
            return;
        }
        out.push_str(
            "\nSET OTHERWISE THAN THE STANDARD: the parameters file gives another figure than the text does\n\n",
        );
        for (name, setting, in_text) in set {
            let resting = self.outcome.clauses.iter().filter(|clause| clause.set_otherwise.contains(&name));
            let resting: Vec<&str> = resting.map(|clause| clause.clause.id).collect();
            let resting = if resting.is_empty() { "no clause shown here".to_owned() } else { resting.join(" ") };
            let shown = format!("{}, not {in_text}", setting.value);
            let _ = writeln!(out, "  {name:<28} {shown:<24} {}", wrapped(&resting, 56, WIDTH));
            if !setting.rationale.is_empty() {
                let _ =
                    writeln!(out, "  {:<28} {}", "", wrapped(&format!("because: {}", setting.rationale), 31, WIDTH));
            }
        }
    }

    fn assumed(&self, out: &mut String) {
        let mut used: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for clause in &self.outcome.clauses {
            for name in &clause.assumed {
                used.entry(name).or_default().push(clause.clause.id);
            }
        }
        if used.is_empty() {
            return;
        }
        out.push_str(
            "\nASSUMED VALUES: ours, not the standard's; set them from your copy of NASPLE 3.3 (--parameters FILE)\n\n",
        );
        for (name, clauses) in used {
            let value = self.parameters.get(name).map(|setting| setting.value.to_string()).unwrap_or_default();
            let shown =
                if value.chars().count() > 40 { "(a list; custodes standard --parameters)".to_owned() } else { value };
            let _ = writeln!(out, "  {name:<28} {shown:<24} {}", wrapped(&clauses.join(" "), 56, WIDTH));
        }
    }
}

const SCOPE: &str = "This covers the national audit standard v3.0 of March 2025, as far as a machine can test it; not all of \
    NASPLE, and not what people must judge. An exception is a lead, not a finding; \"clear\" is not \"compliant\".";

pub fn moment(instant: custodes_compliance::Instant) -> String {
    let day = london::day_of(instant);
    if london::midnight(day) == instant { format!("{day} (midnight, London)") } else { instant.to_string() }
}

fn counted(number: u64, noun: &str) -> String {
    format!("{} {noun}{}", grouped(number), if number == 1 { "" } else { "s" })
}

fn population(clause: &ClauseOutcome) -> String {
    let sample = match clause.sample_size {
        Some(size) if size > 0 => format!("; a person judges {}", grouped(size)),
        _ => String::new(),
    };
    format!(" (population {}{sample})", grouped(clause.population))
}

/// What the exceptions of one code amount to: what is wrong, and since when.
fn in_words<'a>(clause: &ClauseOutcome, code: &str, exceptions: impl Iterator<Item = &'a Exception>) -> String {
    let (mut first_due, mut first_subject, mut more) = (None::<Moment>, None::<&Exception>, 0);
    for exception in exceptions {
        more += 1;
        let earlier = match (exception.due, first_due) {
            (Some(due), Some(before)) => due.day() < before.day(),
            (Some(_), None) => true,
            (None, _) => first_subject.is_none(),
        };
        if earlier {
            (first_due, first_subject) = (exception.due, Some(exception));
        }
    }
    let Some(first) = first_subject else { return String::new() };
    match first_due {
        Some(due) => {
            let of = if first.subject == "*" { String::new() } else { format!(" ({})", first.subject) };
            match (first.done, more) {
                (Some(done), 1) => format!("due {due}, done {done}{of}"),
                (None, 1) => format!("due {due}, not done{of}"),
                (_, _) => format!("the earliest was due {due}{of}"),
            }
        }
        None => {
            let says = says(clause, code).unwrap_or(&first.detail);
            let of = if first.subject == "*" {
                String::new()
            } else if more == 1 {
                format!(" ({})", first.subject)
            } else {
                format!(" (first: {})", first.subject)
            };
            format!("{says}{of}")
        }
    }
}

fn says(clause: &ClauseOutcome, wanted: &str) -> Option<&'static str> {
    clause.clause.checks.iter().find_map(|check| match check {
        Check::Rows { tests, .. } => tests.iter().find(|test| test.code == wanted).map(|test| test.says),
        Check::Query { code, says, .. } if *code == wanted => Some(*says),
        _ => None,
    })
}

/// Which figures a clause was judged by that are not the standard's own.
pub fn judged_otherwise(clause: &ClauseOutcome, parameters: &Parameters) -> Option<String> {
    let figures = clause.set_otherwise.iter().filter_map(|name| {
        Some(format!("{name} {} (the standard's is {})", parameters.get(name)?.value, parameters.set_instead_of(name)?))
    });
    let figures: Vec<String> = figures.collect();
    (!figures.is_empty()).then(|| format!("judged by another figure than the standard's: {}", figures.join(", ")))
}

/// Why a clause, or a part of it, could not be established.
pub fn could_not(clause: &ClauseOutcome) -> Vec<String> {
    let mut lines = Vec::new();
    if !clause.absent.is_empty() {
        lines.push(format!("no file came of: {}", clause.absent.join(", ")));
    }
    if !clause.not_whole.is_empty() {
        lines.push(format!("not whole (rows quarantined, or days missing): {}", clause.not_whole.join(", ")));
    }
    if !clause.untestable.is_empty() {
        let counts: Vec<String> =
            clause.untestable.iter().map(|(code, count)| format!("{code} {}", grouped(*count))).collect();
        lines.push(format!("no verdict, for want of a value, on: {}", counts.join(", ")));
    }
    lines
}
