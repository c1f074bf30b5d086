//! The program from outside: what it prints, writes and answers, and what must hold of the tree it comes from.

mod a_larger_sample;
mod annual_return;
mod answers;
mod architecture;
mod clocks;
mod documentation;
mod forms;
mod hostile;
mod judging;
mod kept;
mod killed;
mod looking_back;
mod mistakes;
mod national;
mod outputs;
mod own_records;
mod parameters;
mod patterns;
mod private;
mod refused;
mod said_plainly;
mod sameness;
mod slips;
mod story;
mod tampering;
mod together;
mod two_years_later;
mod witness;
mod worked_examples;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The root of the checkout.
fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

/// The specification and its worked examples, where they lie beside the checkout.
fn shared() -> Option<PathBuf> {
    let beside = root().join("../shared");
    beside.join("acceptance").exists().then_some(beside)
}

fn custodes<I: AsRef<std::ffi::OsStr>>(arguments: impl IntoIterator<Item = I>) -> Output {
    Command::new(env!("CARGO_BIN_EXE_custodes")).args(arguments).output().expect("the program starts")
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("UTF-8")
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("UTF-8")
}

/// A small made-up force; the same every time.
fn northmere() -> PathBuf {
    root().join("examples/northmere")
}

const WINDOW: [&str; 4] = ["--from", "2025-10-01", "--as-of", "2026-10-01"];
