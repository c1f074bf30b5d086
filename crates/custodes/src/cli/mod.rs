//! The command line: one file for each verb.

use std::process::ExitCode;

use clap::{Parser, Subcommand};

mod annual_return;
mod board;
mod check;
mod interrupt;
mod json;
mod patterns;
mod progress;
mod standard;
mod synth;

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
    let arguments = match Arguments::try_parse() {
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
    };
    match ended {
        Ok(code) => ExitCode::from(code),
        Err(mistakes) => {
            for mistake in &mistakes.0 {
                eprintln!("custodes: {mistake}");
            }
            ExitCode::from(COULD_NOT_RUN)
        }
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
    match std::io::stdout().lock().write_all(text.as_bytes()) {
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
