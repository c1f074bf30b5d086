//! `custodes import`, `custodes quarantine`, `custodes request`: evidence, taken in for good.

use std::path::PathBuf;

use custodes_compliance::acts::evidence::{DataRequested, EvidenceWithdrawn, Lost};
use custodes_compliance::acts::{Act, ImportId, RequestId};
use custodes_compliance::record::evidence_at::UpTo;
use custodes_compliance::record::{Counted, Import as TakenIn, Record, unsettled};
use custodes_compliance::roles::Action;
use custodes_compliance::time::Day;
use custodes_evidence::Mapping;
use custodes_evidence::archive::TakeIn;
use custodes_standard::evidence::Set;
use serde_json::json;

use super::{Place, day, name};
use crate::cli::Mistakes;
use crate::cli::progress::Progress;
use crate::cli::terminal::on_one_line;
use crate::work::checking::threads;
use crate::work::evidence::{self, Imported, Provenance};

fn set(text: &str) -> Result<&'static Set, String> {
    Set::named(text).ok_or_else(|| format!("there is no evidence set {text:?}: docs/evidence.md lists them"))
}

/// Takes evidence in, for good: unchanged, typed, and with the account of every row
#[derive(Debug, clap::Args)]
pub struct Import {
    /// Files and folders, named after their sets
    #[arg(required = true, value_name = "FILE|DIR")]
    files: Vec<PathBuf>,
    /// The set of all of them, where their names do not say it
    #[arg(long, value_parser = set)]
    set: Option<&'static Set>,
    /// A mapping for foreign exports; may be repeated
    #[arg(long, value_name = "NAME|FILE.toml")]
    map: Vec<String>,
    /// The data request that this answers
    #[arg(long, value_parser = name::<RequestId>)]
    answers: Option<RequestId>,
    /// An earlier import that this one stands in for: a mended file, a fuller export
    #[arg(long, value_parser = name::<ImportId>, requires = "reason")]
    replaces: Option<ImportId>,
    /// Why it stands in for that one
    #[arg(long, value_name = "TEXT", requires = "replaces")]
    reason: Option<String>,
    /// Who extracted it
    #[arg(long, value_name = "WHO")]
    extracted_by: Option<String>,
    /// With which query
    #[arg(long)]
    query: Option<String>,
    /// How many rows another source counted: another number is refused
    #[arg(long, value_name = "N")]
    independent_count: Option<u64>,
    #[command(flatten)]
    place: Place,
}

pub fn import(arguments: Import) -> Result<u8, Mistakes> {
    let mappings = arguments.map.iter().map(|named| {
        Mapping::named(named)
            .map_err(|problems| Mistakes(problems.iter().map(|problem| format!("--map: {problem}")).collect()))
    });
    let progress = Progress::new();
    let watcher = progress.handle();
    let how = TakeIn {
        mappings: mappings.collect::<Result<_, _>>()?,
        threads: threads(),
        isolated: std::env::current_exe().ok(),
        progress: Some(std::sync::Arc::new(move |file: &str, bytes: u64| watcher.read(file, bytes))),
        ..TakeIn::default()
    };
    let provenance = Provenance {
        answers: arguments.answers,
        extracted_by: arguments.extracted_by,
        query: arguments.query,
        independent_count: arguments.independent_count,
        replaces: arguments.replaces,
        reason: arguments.reason.unwrap_or_default(),
    };
    let mut session = arguments.place.session()?;
    let by = session.by.clone();
    let imported = evidence::import(&mut session.workspace, &by, arguments.files, arguments.set, &how, &provenance);
    progress.done();
    match imported? {
        Imported::Nothing(id) => {
            let text = format!("These files are in force already, as {id}: nothing was added");
            session.say(&text, json!({ "import": id, "added": false }))
        }
        Imported::New(id, intake) => {
            let mut lines = vec![format!("{id} taken in")];
            for set in &intake.sets {
                let total = |count: fn(&custodes_evidence::Input) -> u64| -> u64 { set.inputs.iter().map(count).sum() };
                let aside = total(|input| input.quarantined);
                lines.push(format!(
                    "  {:<24} {:>9} rows, {:>9} kept, {:>5} could not be read, {:>5} repeated",
                    set.set.name,
                    total(|input| input.rows),
                    set.typed.rows,
                    aside,
                    total(|input| input.duplicate + input.conflicting),
                ));
            }
            for notice in &intake.notices {
                lines.push(format!("  note: {}", on_one_line(notice)));
            }
            if intake.sets.iter().any(|set| !set.quarantine.is_empty()) {
                lines.push("Rows that could not be read leave their sets incomplete until somebody answers for them: custodes quarantine list".into());
            }
            let record = &session.workspace.record;
            let import = record.imports.get(&id);
            lines.extend(import.iter().flat_map(|import| &import.what.lost).map(lost_in_words));
            let counted = import.and_then(|import| Counted::of(record, import.what.answers?));
            lines.extend(counted.iter().map(|counted| format!("{}: {}", counted.request, counted.in_words())));
            let state = record.state_of_evidence(UpTo::Now);
            session.say(
                &lines.join("\n"),
                json!({ "import": id, "added": true, "what": import, "counted": counted, "state": state }),
            )
        }
    }
}

/// What a replaced import had, and nothing in force has any longer.
pub(super) fn lost_in_words(lost: &Lost) -> String {
    let Lost { set, rows_before, rows, keys_gone } = lost;
    format!("  {set}: {rows} rows stand where {rows_before} stood; keys that are gone: {keys_gone}")
}

/// Rows that could not be read, and who answers for them
#[derive(Debug, clap::Subcommand)]
pub enum Quarantine {
    /// Lists those that nobody has answered for
    List,
    /// Answers for rows: accepted as unreadable, or sent again in a mended file
    Settle {
        #[arg(value_parser = name::<ImportId>)]
        import: ImportId,
        /// The file, as the list names it
        file: String,
        /// The lines; all of the file's without it
        #[arg(long, value_delimiter = ',')]
        line: Vec<u64>,
        /// Why they can be left as they are, or how they came again
        #[arg(long)]
        reason: String,
    },
}

pub fn quarantine(place: &Place, verb: Quarantine) -> Result<u8, Mistakes> {
    let mut session = place.session()?;
    match verb {
        Quarantine::List => {
            // What could not be read may be anything, a name or a plate too.
            let by = session.by.clone();
            session.workspace.permit(&by, Action::AnswerForQuarantine, None)?;
            let rows: Vec<_> = unsettled(&session.workspace.record).collect();
            let lines = rows.iter().map(|(id, row)| {
                format!(
                    "{id} {} line {}: {} {:?}: {}",
                    on_one_line(&row.file),
                    row.line,
                    row.column,
                    row.value,
                    row.reason
                )
            });
            let text: Vec<String> = lines.collect();
            let text = if text.is_empty() { "No row waits for an answer".to_owned() } else { text.join("\n") };
            session.say(&text, json!(rows))
        }
        Quarantine::Settle { import, file, line, reason } => {
            let by = session.by.clone();
            evidence::settle(&mut session.workspace, &by, import, &file, &line, &reason)?;
            session.say(&format!("{file} of {import}: answered for"), json!({ "import": import, "file": file }))
        }
    }
}

/// Takes an import out of force; what was taken in stays in the store
#[derive(Debug, clap::Args)]
pub struct Withdraw {
    /// The import, like E1
    #[arg(value_parser = name::<ImportId>)]
    import: ImportId,
    /// Why it is wrong, or no longer needed
    #[arg(long)]
    reason: String,
    #[command(flatten)]
    place: Place,
}

pub fn withdraw(arguments: Withdraw) -> Result<u8, Mistakes> {
    let mut session = arguments.place.session()?;
    let import = arguments.import;
    session.act(|_| Ok(Act::from(EvidenceWithdrawn { import, reason: arguments.reason.clone() })))?;
    session.say(&format!("{import} is not in force any longer"), json!({ "import": import }))
}

/// What data is wanted, from whom, by when
#[derive(Debug, clap::Subcommand)]
pub enum Request {
    /// Asks for a set
    Add {
        /// The evidence set, as docs/evidence.md names it
        #[arg(value_parser = set)]
        set: &'static Set,
        /// What is wanted, in words
        #[arg(long)]
        what: String,
        /// Who is asked
        #[arg(long, value_name = "WHO")]
        from_whom: String,
        /// The last day for it
        #[arg(long, value_name = "DAY", value_parser = day)]
        due: Day,
        /// With which query it is to be extracted
        #[arg(long)]
        query: Option<String>,
        /// How many rows another source counts
        #[arg(long, value_name = "N")]
        independent_count: Option<u64>,
    },
    /// Lists what was asked for, and what came
    List,
}

pub fn request(place: &Place, verb: Request) -> Result<u8, Mistakes> {
    let mut session = place.session()?;
    match verb {
        Request::Add { set, what, from_whom, due, query, independent_count } => {
            session.act(|workspace| {
                Ok(Act::from(DataRequested {
                    request: RequestId::after(workspace.record.requests.keys().next_back()),
                    set: set.name.to_owned(),
                    what: what.clone(),
                    from_whom: from_whom.clone(),
                    due,
                    query: query.clone(),
                    independent_count,
                }))
            })?;
            let request = session.workspace.record.requests.keys().next_back().map(ToString::to_string);
            let request = request.unwrap_or_default();
            session
                .say(&format!("{request}: {} asked of {from_whom}, due {due}", set.name), json!({ "request": request }))
        }
        Request::List => {
            let by = session.by.clone();
            session.workspace.permit(&by, Action::ReadRequests, None)?;
            let record = &session.workspace.record;
            let lines = record.requests.iter().map(|(id, request)| {
                let what = &request.what;
                let mut line =
                    format!("{id:<5} {} from {}, due {}: {}", what.set, what.from_whom, what.due, came(record, *id));
                if let Some(counted) = Counted::of(record, *id) {
                    line.push_str(&format!("\n      {}", counted.in_words()));
                }
                line
            });
            let text: Vec<String> = lines.collect();
            let text = if text.is_empty() { "No data was asked for".to_owned() } else { text.join("\n") };
            let mut told = json!(record.requests);
            for id in record.requests.keys() {
                let came: Vec<_> = answering(record, *id).map(|(import, _)| import).collect();
                told[id.to_string()]["came"] = json!(came);
                told[id.to_string()]["counted"] = json!(Counted::of(record, *id));
            }
            session.say(&text, told)
        }
    }
}

fn answering(record: &Record, request: RequestId) -> impl Iterator<Item = (&ImportId, &TakenIn)> {
    record.imports.iter().filter(move |(_, import)| import.what.answers == Some(request))
}

/// Every import that answers a request.
fn came(record: &Record, request: RequestId) -> String {
    let came: Vec<String> = answering(record, request)
        .map(|(id, import)| {
            let gone = match (&import.withdrawn, import.replaced_by) {
                (Some(_), _) => " (withdrawn)".to_owned(),
                (None, Some(by)) => format!(" (replaced by {by})"),
                (None, None) => String::new(),
            };
            format!("{id} on {}{gone}", import.imported.day())
        })
        .collect();
    if came.is_empty() { "not come yet".to_owned() } else { format!("came as {}", came.join(", ")) }
}
