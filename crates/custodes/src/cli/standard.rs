//! `custodes standard`: the standard as the program knows it.

use std::fmt::Write as _;

use custodes_checks::parameters::Parameters;
use custodes_standard::model::{Arises, Check, Clause, Every, MetBy, Pattern, Sample, Subjects, Within};
use custodes_standard::rests_on::parameters_of;
use custodes_standard::v3::{CLAUSES, clause};
use custodes_standard::{STANDARD, evidence, parameters};
use serde_json::{Value as Json, json};

use super::{Mistakes, OutputFormat, RAN, print, wrapped};

/// Shows the standard as the program knows it: clauses, tests, parameters, evidence
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// A clause, such as 8.2.4.b; all, in a line each, without it
    clause: Option<String>,
    /// The parameters, with where each default comes from
    #[arg(long, conflicts_with = "clause")]
    parameters: bool,
    /// The evidence sets, column by column
    #[arg(long, conflicts_with_all = ["clause", "parameters"])]
    evidence: bool,
    /// Everything, as the pages of docs/ have it
    #[arg(long, value_enum, conflicts_with_all = ["clause", "parameters", "evidence"])]
    markdown: Option<Page>,
    #[arg(long, value_enum, default_value = "table")]
    format: OutputFormat,
}

/// A page of docs/ that the program makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Page {
    Clauses,
    Evidence,
    Parameters,
    Cli,
}

pub fn run(arguments: &Arguments) -> Result<u8, Mistakes> {
    let text = match (&arguments.clause, arguments.markdown) {
        (_, Some(Page::Clauses)) => clauses_page(),
        (_, Some(Page::Evidence)) => evidence_page(),
        (_, Some(Page::Parameters)) => parameters_page(),
        (_, Some(Page::Cli)) => super::reference::page(),
        (Some(id), _) => {
            let Some(known) = clause(id) else {
                return Err(format!("there is no clause {id:?}; `custodes standard` lists them").into());
            };
            if arguments.format == OutputFormat::Json { pretty(&clause_json(known)) } else { clause_text(known) }
        }
        _ if arguments.format == OutputFormat::Json => pretty(&everything_json()),
        _ if arguments.parameters => parameters_page(),
        _ if arguments.evidence => evidence_page(),
        _ => list(),
    };
    print(&text)?;
    Ok(RAN)
}

fn pretty(json: &Json) -> String {
    format!("{json:#}\n")
}

fn list() -> String {
    let mut out = format!("{STANDARD}\n\n");
    for clause in CLAUSES {
        let _ = writeln!(out, "  {:<8} {:<55} {:<17} {}", clause.id, clause.title, clause.by.name(), how_often(clause));
    }
    out.push_str("\n`custodes standard CLAUSE` shows one whole; `--parameters` and `--evidence` the rest.\n");
    out
}

fn every(every: &Every) -> String {
    match every {
        Every::Days(days) => format!("every {days} days"),
        Every::Months(1) => "every month".to_owned(),
        Every::Months(months) => format!("every {months} months"),
        Every::ParameterMonths(name) => format!("every {name}"),
    }
}

fn within(within: &Within) -> String {
    let (Within::ParameterHours(name) | Within::ParameterDays(name) | Within::ParameterMonths(name)) = within;
    format!("within {name}")
}

/// When the clause is due, in a few words.
pub fn how_often(clause: &Clause) -> String {
    let mut parts = Vec::new();
    for check in clause.checks {
        match check {
            Check::Cadence { every: period, of: Subjects::Lea, .. } => parts.push(every(period)),
            Check::Cadence { late, every: period, .. } if *late == "evaluation_late" => {
                parts.push(format!("performance test of each {}", every(period)));
            }
            Check::Cadence { every: period, .. } => parts.push(format!("each {}", every(period))),
            Check::Event { within: limit, .. } => parts.push(format!("each one {}", within(limit))),
            _ => {}
        }
    }
    if parts.is_empty() { "at each check".to_owned() } else { parts.join("; ") }
}

fn sample(sample: &Sample) -> String {
    match sample {
        Sample::None => "none: all that the machine finds goes to a person".to_owned(),
        Sample::All => "every record".to_owned(),
        Sample::Rate { parameter, window_days, rationale } => {
            let mut text = format!("{parameter} of the population, rounded up");
            if let Some(days) = window_days {
                let _ = write!(text, ", in {days} consecutive days");
            }
            if *rationale {
                text.push_str(", with a written rationale");
            }
            text
        }
    }
}

fn arises(arises: &Arises) -> &'static str {
    match arises {
        Arises::Always => "always",
        Arises::WithPopulation { .. } | Arises::Rows { .. } => "where there is something to look at",
        Arises::Query { .. } => "where there is a mobile camera in service, or a record of one",
        Arises::EitherSet { .. } => "where there is a covert authorisation",
        Arises::InOffice { .. } => "where a National Auditor was in office in the window",
    }
}

/// The codes of a check, each with what it means.
fn codes(check: &Check) -> Vec<(&'static str, String)> {
    match check {
        Check::Rows { tests, .. } => tests.iter().map(|test| (test.code, test.says.to_owned())).collect(),
        Check::Query { code, says, .. } => vec![(code, (*says).to_owned())],
        Check::Cadence { late, overdue, every: period, met_by, .. } => {
            let by = if matches!(met_by, MetBy::Reviews) { "a review" } else { "a check" };
            vec![
                (late, format!("{by} came later than it was due ({})", every(period))),
                (overdue, format!("{by} was due and has not been made ({})", every(period))),
            ]
        }
        Check::Event { within: limit, .. } => vec![
            ("review_late", format!("the review of one came late ({})", within(limit))),
            ("review_missing", format!("the review of one has not been made ({})", within(limit))),
        ],
        Check::SampledAudit => vec![
            (
                "sample_not_recorded",
                "an audit's record lacks its population, how many were examined, or its window".to_owned(),
            ),
            ("sample_too_small", "an audit examined fewer records than the rate asks for".to_owned()),
            ("rationale_missing", "an audit's record does not give the reason for its sample (8.2.4.a)".to_owned()),
            (
                "sample_window_short",
                "an audit covered fewer consecutive days than the standard asks for (8.2.4)".to_owned(),
            ),
        ],
        Check::ReportedUnder { .. } | Check::Shows(_) => Vec::new(),
    }
}

/// What is shown besides exceptions.
fn patterns(clause: &Clause) -> impl Iterator<Item = &'static Pattern> {
    let shown = clause.checks.iter().filter_map(|check| match check {
        Check::Shows(patterns) => Some(*patterns),
        _ => None,
    });
    shown.flatten().copied()
}

fn clause_text(clause: &Clause) -> String {
    let mut out = format!("{}  {}\n\n  {}\n\n", clause.id, clause.title, wrapped(clause.asks, 2, 96));
    let by = if clause.by.name().is_empty() { "part of another's audit" } else { clause.by.name() };
    let needs: Vec<&str> = clause.needs.iter().map(|set| set.name).collect();
    for (label, text) in [
        ("by", by.to_owned()),
        ("due", how_often(clause)),
        ("arises", arises(&clause.arises).to_owned()),
        ("sample", sample(&clause.sample)),
        ("evidence", needs.join(", ")),
        ("record", clause.record.to_owned()),
    ] {
        let _ = writeln!(out, "  {label:<10} {}", wrapped(&text, 13, 96));
    }
    out.push_str("\n  What the machine tests\n");
    let mut seen = std::collections::BTreeSet::new();
    for (code, says) in clause.checks.iter().flat_map(codes).filter(|(code, says)| seen.insert((*code, says.clone()))) {
        let _ = writeln!(out, "    {code:<28} {}", wrapped(&says, 33, 96));
    }
    for check in clause.checks {
        if let Check::ReportedUnder { clauses, codes } = check {
            let text = format!("{} (reported under {})", codes.join(", "), clauses.join(", "));
            let _ = writeln!(out, "    {}", wrapped(&text, 4, 96));
        }
    }
    if patterns(clause).next().is_some() {
        out.push_str("\n  What is shown besides, without weight for the state\n");
    }
    for pattern in patterns(clause) {
        let text = format!("{}: {}", pattern.says, pattern.taken_as);
        let _ = writeln!(out, "    {:<28} {}", pattern.name, wrapped(&text, 33, 96));
    }
    if !clause.judgements.is_empty() {
        out.push_str("\n  What a person judges\n");
        for judgement in clause.judgements {
            let _ = writeln!(out, "    {:<28} {}", judgement.name, wrapped(judgement.asks, 33, 96));
        }
    }
    if !clause.readings.is_empty() {
        out.push_str("\n  How it is read\n");
        for reading in clause.readings {
            let text = format!("\"{}\" is taken as {}; because {}", reading.of, reading.taken_as, reading.because);
            let _ = writeln!(out, "    {}", wrapped(&text, 6, 96));
        }
    }
    let names = parameters_of(clause);
    if !names.is_empty() {
        out.push_str("\n  Parameters\n");
        let defaults = Parameters::default();
        for name in names {
            let setting = defaults.get(name).expect("a declared parameter");
            let _ = writeln!(out, "    {name:<28} {} ({})", setting.value, setting.basis);
        }
    }
    out
}

const MADE: &str = "<!-- Made by `custodes standard --markdown`: change the standard, not this page. -->\n\n";

fn clauses_page() -> String {
    let mut out = format!(
        "# Clauses\n\n{MADE}{STANDARD}, as Custodes reads it. The wording is ours; the numbers are the standard's.\n\n"
    );
    out.push_str("Codes are leads for a person, not findings. A machine says `exceptions`, `clear`, `not_evidenced` or `not_applicable`, never \"compliant\".\n");
    for clause in CLAUSES {
        let by = if clause.by.name().is_empty() { "part of another's audit" } else { clause.by.name() };
        let needs: Vec<String> = clause.needs.iter().map(|set| format!("`{}`", set.name)).collect();
        let _ = write!(
            out,
            "\n## {} {}\n\n{}\n\n- **By**: {by}\n- **Due**: {}\n- **Arises**: {}\n- **Sample**: {}\n- **Needs**: {}\n- **Record**: {}\n\n| code | what it means |\n|---|---|\n",
            clause.id,
            clause.title,
            clause.asks,
            how_often(clause),
            arises(&clause.arises),
            sample(&clause.sample),
            needs.join(", "),
            clause.record
        );
        let mut seen = std::collections::BTreeSet::new();
        for (code, says) in clause.checks.iter().flat_map(codes).filter(|row| seen.insert(row.clone())) {
            let _ = writeln!(out, "| `{code}` | {says} |");
        }
        for check in clause.checks {
            if let Check::ReportedUnder { clauses, codes } = check {
                let codes: Vec<String> = codes.iter().map(|code| format!("`{code}`")).collect();
                let _ = writeln!(out, "| {} | reported under {} |", codes.join(", "), clauses.join(", "));
            }
        }
        if patterns(clause).next().is_some() {
            out.push_str(
                "\n| shown besides, without weight for the state | when | what exactly counts |\n|---|---|---|\n",
            );
        }
        for pattern in patterns(clause) {
            let _ = writeln!(out, "| `{}` | {} | {} |", pattern.name, pattern.says, pattern.taken_as);
        }
        for judgement in clause.judgements {
            let _ = write!(out, "\n- *{}*: {}", judgement.name, judgement.asks);
        }
        if !clause.judgements.is_empty() {
            out.push('\n');
        }
        for reading in clause.readings {
            let _ = write!(
                out,
                "\nReading: \"{}\" is taken as {}; because {}.\n",
                reading.of, reading.taken_as, reading.because
            );
        }
    }
    out
}

fn evidence_page() -> String {
    let mut out = format!(
        "# Evidence\n\n{MADE}Key columns are bold; `!` marks a value that must be there; `*` the time that decides whether a row is in the window. Every set also takes an optional `lea` column.\n"
    );
    for set in evidence::SETS {
        let _ = write!(out, "\n## {}\n\n{}\n\n| column | type |\n|---|---|\n", set.name, set.says);
        for column in set.columns {
            let name = if column.key { format!("**{}**", column.name) } else { column.name.to_owned() };
            let marks =
                format!("{}{}", if column.required { "!" } else { "" }, if column.deciding { "\\*" } else { "" });
            let kind = match column.kind {
                evidence::Kind::Enum(values) => format!("one of {}", values.join(", ")),
                kind => kind.name().to_owned(),
            };
            let _ = writeln!(out, "| {name}{marks} | {kind} |");
        }
    }
    out
}

fn parameters_page() -> String {
    let mut out = format!(
        "# Parameters\n\n{MADE}What the standard takes from NASPLE, or leaves open, is data with a source. `assumed` is ours: set it from the LEA's own copy of NASPLE 3.3. Every result that rests on an assumed value says so. A camera kind that a parameters file does not name keeps its assumed value. Where a file sets a figure that is in the text of the standard to another, the board shows both, and every clause that rests on it says so.\n\n| parameter | default | basis | clause | what it is |\n|---|---|---|---|---|\n"
    );
    let defaults = Parameters::default();
    for parameter in parameters::PARAMETERS {
        let setting = defaults.get(parameter.name).expect("a declared parameter");
        let _ = writeln!(
            out,
            "| `{}` | {} | {} | {} | {} |",
            parameter.name,
            setting.value,
            parameter.basis.name(),
            parameter.source,
            parameter.says
        );
    }
    out
}

fn clause_json(clause: &Clause) -> Json {
    let codes: Vec<Json> =
        clause.checks.iter().flat_map(codes).map(|(code, says)| json!({"code": code, "says": says})).collect();
    json!({
        "clause": clause.id, "title": clause.title, "asks": clause.asks, "by": clause.by.name(),
        "due": how_often(clause), "sample": sample(&clause.sample), "arises": arises(&clause.arises),
        "needs": clause.needs.iter().map(|set| set.name).collect::<Vec<_>>(),
        "record": clause.record, "codes": codes,
        "patterns": patterns(clause)
            .map(|p| json!({"pattern": p.name, "says": p.says, "taken_as": p.taken_as})).collect::<Vec<_>>(),
        "judgements": clause.judgements.iter().map(|j| json!({"name": j.name, "asks": j.asks})).collect::<Vec<_>>(),
        "readings": clause.readings.iter()
            .map(|r| json!({"of": r.of, "taken_as": r.taken_as, "because": r.because})).collect::<Vec<_>>(),
        "parameters": parameters_of(clause).into_iter().collect::<Vec<_>>(),
    })
}

fn everything_json() -> Json {
    json!({"standard": STANDARD, "clauses": CLAUSES.iter().map(|clause| clause_json(clause)).collect::<Vec<_>>()})
}
