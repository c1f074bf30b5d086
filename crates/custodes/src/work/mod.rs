//! The use cases of a workspace: one file for each thing that people do. The command line stands on them,
//! and whatever else will.
//!
//! A use case reads the record, prepares an act, and hands it to [`Workspace::act`], which asks whether it
//! may be done. No use case writes to the journal by another way.

pub mod audits;
pub mod bundle;
pub mod checking;
mod disposed;
pub mod evidence;
mod fold;
mod in_force;
pub mod judging;
mod kept;
pub mod keys;
pub mod last_check;
mod login;
mod objects;
pub mod outgoing;
pub mod reading;
pub mod receiving;
mod redrawing;
pub mod reporting;
#[cfg(test)]
mod sample;
pub mod sampling;
pub mod standing;
pub mod verifying;
pub mod witness;
pub mod witness_server;
pub mod witnessing;
mod workspace;

use custodes_compliance::roles::Refusal;
use custodes_evidence::Problem;

pub use login::login;
pub use workspace::{Opening, Wanted, Workspace};

/// Why something in a workspace could not be done.
#[derive(Debug, thiserror::Error)]
pub enum WorkError {
    /// Nothing was done, and the journal says that it was refused.
    #[error("refused: {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Refused(Vec<Refusal>),
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Problems(Vec<Problem>),
    #[error(transparent)]
    Log(#[from] custodes_journal::log::LogError),
    #[error(transparent)]
    Open(#[from] custodes_store::OpenError),
    #[error(transparent)]
    Check(#[from] custodes_checks::CheckError),
    /// The holder of the signing key will not sign what it is shown.
    #[error(transparent)]
    NotSigned(#[from] custodes_journal::signer::Refusal),
    #[error("{path}: {doing}: {cause}")]
    File { path: String, doing: &'static str, cause: std::io::Error },
    #[error("{0}")]
    Said(String),
}

impl WorkError {
    pub fn file(path: &std::path::Path, doing: &'static str) -> impl FnOnce(std::io::Error) -> WorkError {
        let path = path.display().to_string();
        move |cause| WorkError::File { path, doing, cause }
    }
}

impl From<String> for WorkError {
    fn from(said: String) -> WorkError {
        WorkError::Said(said)
    }
}

impl From<&str> for WorkError {
    fn from(said: &str) -> WorkError {
        WorkError::Said(said.to_owned())
    }
}

impl From<Problem> for WorkError {
    fn from(problem: Problem) -> WorkError {
        WorkError::Problems(vec![problem])
    }
}

impl From<Vec<Problem>> for WorkError {
    fn from(problems: Vec<Problem>) -> WorkError {
        WorkError::Problems(problems)
    }
}

/// Fresh random bytes: for salts, marks and keys, never for a draw.
pub fn random<const N: usize>() -> Result<[u8; N], WorkError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)
        .map_err(|error| WorkError::Said(format!("the system gives no random bytes: {error}")))?;
    Ok(bytes)
}
