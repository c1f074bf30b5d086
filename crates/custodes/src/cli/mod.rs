//! The command line: one file for each verb.

use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{CommandFactory, Parser, Subcommand};

mod annual_return;
mod board;
mod check;
mod folder;
mod interrupt;
mod json;
mod outputs;
mod patterns;
mod progress;
mod reference;
mod standard;
mod status_board;
mod synth;
mod terminal;
mod verify;
mod workspace;

/// Runs the Home Office audit standard for law-enforcement ANPR: what is due, what a machine can test,
/// and what could not be established.
#[derive(Debug, Parser)]
#[command(name = "custodes", version, arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    Check(check::Arguments),
    Return(annual_return::Arguments),
    Standard(standard::Arguments),
    Synth(synth::Arguments),
    Init(workspace::init::Arguments),
    Status(workspace::status::Arguments),
    Report(workspace::report::Arguments),
    Import(workspace::evidence::Import),
    Withdraw(workspace::evidence::Withdraw),
    /// What was taken in, and what was in force at any time
    Evidence(In<workspace::evidence_list::Evidence>),
    /// Rows that could not be read, and who answers for them
    Quarantine(In<workspace::evidence::Quarantine>),
    /// What data is wanted, from whom, by when
    Request(In<workspace::evidence::Request>),
    /// The people of a workspace
    Person(In<workspace::people::Person>),
    /// The parts that people have
    Role(In<workspace::people::Roles>),
    /// Thresholds and rates, put forward by one person and approved by another
    Parameters(In<workspace::parameters::Verb>),
    Review(workspace::review::Arguments),
    Due(workspace::due::Arguments),
    /// An audit, from its opening to its sign-off
    Audit(In<workspace::audit::Verb>),
    /// What was found: its extent, and what is to be done
    Finding(In<workspace::finding::Verb>),
    /// The plan of a sample: frozen, then never changed
    Plan(In<workspace::plan::Plan>),
    /// What arrives after the plan is committed: dice, beacon, secrets
    Seed(In<workspace::plan::SeedVerb>),
    Draw(workspace::plan::Draw),
    /// Non-compliance, on its 28 days to the National Auditor
    Noncompliance(In<workspace::noncompliance::Noncompliance>),
    /// Suspected misuse, on a confidential route
    Misuse(In<workspace::misuse::Misuse>),
    /// Nothing that a legal hold covers is disposed of
    Hold(In<workspace::retention::Hold>),
    /// Disposal after the retention time, by two people
    Dispose(In<workspace::retention::Dispose>),
    Bundle(workspace::bundle::Arguments),
    Verify(verify::Arguments),
    Journal(workspace::journal::Arguments),
    /// Another party vouches that the journal only ever grew; and being that other party
    Witness(In<workspace::witness::Verb>),
    /// The National Auditor's register of LEAs, and receipts for what came
    Lea(In<workspace::lea::Verb>),
    Receive(workspace::receive::Arguments),
    National(workspace::national::Arguments),
    /// Records or answers that the National Auditor demands of an LEA
    Demand(In<workspace::demand::Demand>),
    /// How much of the National Auditor's own audits a controller is shown
    Extent(In<workspace::demand::Extent>),
    ControllersReport(workspace::demand::Report),
    Redraw(workspace::redraw::Arguments),
}

// A verb of verbs, in a workspace. (No doc comment: it would stand in the help of each.)
#[derive(Debug, clap::Args)]
struct In<V: Subcommand> {
    #[command(flatten)]
    place: workspace::Place,
    #[command(subcommand)]
    verb: V,
}

/// It ran.
const RAN: u8 = 0;
/// It could not run: the message says why.
const COULD_NOT_RUN: u8 = 1;
/// Wrong usage.
const WRONG_USAGE: u8 = 2;
/// `--fail-on` found what it was told to look for.
const FOUND: u8 = 3;

pub fn run() -> ExitCode {
    let arguments = match Arguments::try_parse().and_then(used_rightly) {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version are answers, not mistakes.
            let code = if error.use_stderr() { WRONG_USAGE } else { RAN };
            // A closed terminal is no reason to fail twice.
            let _ = error.print();
            return ExitCode::from(code);
        }
    };
    let ended = match arguments.verb {
        Verb::Check(arguments) => check::run(&arguments),
        Verb::Return(arguments) => annual_return::run(&arguments),
        Verb::Standard(arguments) => standard::run(&arguments),
        Verb::Synth(arguments) => synth::run(&arguments),
        Verb::Init(arguments) => workspace::init::run(arguments),
        Verb::Status(arguments) => workspace::status::run(arguments),
        Verb::Report(arguments) => workspace::report::run(arguments),
        Verb::Import(arguments) => workspace::evidence::import(arguments),
        Verb::Withdraw(arguments) => workspace::evidence::withdraw(arguments),
        Verb::Evidence(In { place, verb }) => workspace::evidence_list::run(&place, verb),
        Verb::Quarantine(In { place, verb }) => workspace::evidence::quarantine(&place, verb),
        Verb::Request(In { place, verb }) => workspace::evidence::request(&place, verb),
        Verb::Person(In { place, verb }) => workspace::people::person(&place, verb),
        Verb::Role(In { place, verb }) => workspace::people::roles(&place, verb),
        Verb::Parameters(In { place, verb }) => workspace::parameters::run(&place, verb),
        Verb::Review(arguments) => workspace::review::run(arguments),
        Verb::Due(arguments) => workspace::due::run(arguments),
        Verb::Audit(In { place, verb }) => workspace::audit::run(&place, verb),
        Verb::Finding(In { place, verb }) => workspace::finding::run(&place, verb),
        Verb::Plan(In { place, verb }) => workspace::plan::plan(&place, verb),
        Verb::Seed(In { place, verb }) => workspace::plan::seed(&place, verb),
        Verb::Draw(arguments) => workspace::plan::draw(arguments),
        Verb::Noncompliance(In { place, verb }) => workspace::noncompliance::noncompliance(&place, verb),
        Verb::Misuse(In { place, verb }) => workspace::misuse::misuse(&place, verb),
        Verb::Hold(In { place, verb }) => workspace::retention::hold(&place, verb),
        Verb::Dispose(In { place, verb }) => workspace::retention::dispose(&place, verb),
        Verb::Bundle(arguments) => workspace::bundle::run(arguments),
        Verb::Verify(arguments) => verify::run(&arguments),
        Verb::Journal(arguments) => workspace::journal::run(arguments),
        Verb::Witness(In { place, verb }) => workspace::witness::run(&place, verb),
        Verb::Lea(In { place, verb }) => workspace::lea::run(&place, verb),
        Verb::Receive(arguments) => workspace::receive::run(arguments),
        Verb::National(arguments) => workspace::national::run(arguments),
        Verb::Demand(In { place, verb }) => workspace::demand::demand(&place, verb),
        Verb::Extent(In { place, verb }) => workspace::demand::extent(&place, verb),
        Verb::ControllersReport(arguments) => workspace::demand::report(arguments),
        Verb::Redraw(arguments) => workspace::redraw::run(&arguments),
    };
    match ended {
        Ok(code) => ExitCode::from(code),
        Err(mistakes) => {
            for mistake in &mistakes.0 {
                eprintln!("custodes: {}", terminal::harmless(mistake));
            }
            ExitCode::from(COULD_NOT_RUN)
        }
    }
}

/// What options say together, and no parser of one of them can see.
fn used_rightly(arguments: Arguments) -> Result<Arguments, clap::Error> {
    let used = match &arguments.verb {
        Verb::Check(check) => check.used_rightly(),
        Verb::Return(annual_return) => annual_return.used_rightly(),
        _ => Ok(()),
    };
    match used {
        Ok(()) => Ok(arguments),
        Err(mistake) => Err(Arguments::command().error(ErrorKind::ValueValidation, mistake)),
    }
}

/// Why a command could not run: a sentence for each thing to be put right.
#[derive(Debug)]
pub struct Mistakes(pub Vec<String>);

impl<T: std::fmt::Display> From<T> for Mistakes {
    fn from(mistake: T) -> Self {
        Mistakes(vec![mistake.to_string()])
    }
}

/// How a command answers on standard output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum OutputFormat {
    /// For people.
    Table,
    /// For programs.
    Json,
}

/// Writes to standard output. A reader who has gone away (`| head`) is no failure.
fn print(text: &str) -> Result<(), Mistakes> {
    use std::io::Write;
    match std::io::stdout().lock().write_all(terminal::harmless(text).as_bytes()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(format!("the answer could not be written: {error}").into())
        }
        _ => Ok(()),
    }
}

/// Text folded into lines, each after the first indented.
fn wrapped(text: &str, indent: usize, width: usize) -> String {
    let mut out = String::new();
    let mut column = indent;
    for word in text.split_whitespace() {
        if column > indent && column + 1 + word.chars().count() > width {
            out.push('\n');
            out.push_str(&" ".repeat(indent));
            column = indent;
        } else if column > indent {
            out.push(' ');
            column += 1;
        }
        out.push_str(word);
        column += word.chars().count();
    }
    out
}
