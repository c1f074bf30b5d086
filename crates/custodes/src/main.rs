//! `custodes`: the program.

use std::process::ExitCode;

mod cli;
mod clock;
mod words;
mod work;

fn main() -> ExitCode {
    let arguments: Vec<std::ffi::OsString> = std::env::args_os().skip(1).collect();
    // A workbook is parsed by a copy of this program, so that one that kills its parser kills no check.
    if let Some(code) = custodes_evidence::isolated_main(&arguments) {
        return code;
    }
    cli::run()
}
