//! Files that a stranger made are first taken apart in a child process under a memory limit.
//!
//! A crash or an exhausted memory there cannot take the program along. This must not do anything
//! with evidence but hand it back to the parent.

use std::ffi::OsString;
use std::process::{ExitCode, ExitStatus};

use crate::{parquet, workbook};

/// What a child may use, in bytes. The largest real workbook needs a fifth of it.
#[cfg(unix)]
const MEMORY: u64 = 1 << 30;

/// Runs one of the hidden commands, when the arguments (without the program's name) are one.
///
/// The command line must ask this first, before it reads a setting or starts a thread.
pub fn isolated_main(arguments: &[OsString]) -> Option<ExitCode> {
    let (command, rest) = arguments.split_first()?;
    let run: fn(&[OsString]) -> ExitCode = match command.to_str()? {
        workbook::ARGUMENT => workbook::isolated_main,
        parquet::ARGUMENT => parquet::isolated_main,
        _ => return None,
    };
    limit_memory();
    Some(run(rest))
}

#[cfg(unix)]
fn limit_memory() {
    use rustix::process::{Resource, Rlimit, setrlimit};
    let limit = || Rlimit { current: Some(MEMORY), maximum: Some(MEMORY) };
    // A limit that cannot be set leaves the checks that are made before anything is reserved.
    let _ = setrlimit(Resource::As, limit());
    let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
}

#[cfg(not(unix))]
fn limit_memory() {}

/// Why a child ended without saying so itself.
pub(crate) fn why(status: Option<ExitStatus>) -> String {
    #[cfg(unix)]
    if let Some(status) = status {
        use std::os::unix::process::ExitStatusExt;
        // A failed reservation aborts; the system kills what takes too much.
        if matches!(status.signal(), Some(6 | 9 | 11)) {
            return "it needs more memory than any real file would, or its parts contradict each other".to_owned();
        }
    }
    let _ = status;
    "its parts contradict each other".to_owned()
}
