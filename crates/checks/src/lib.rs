//! standard + evidence → exceptions, populations, states: the tests that a machine can make.
//!
//! This crate must not read files (that is intake's), decide what a clause asks (the standard's), or
//! reckon dates (compliance's). It is where the query engine lives, and no type of the engine leaves it.

mod accounts;
pub mod annual_return;
mod check;
mod duties;
mod engine;
mod frame;
mod logons;
pub mod outcome;
pub mod parameters;
mod passes;
mod reviews;
mod rows;
mod rules;
mod source;
pub mod template;
pub mod window;

pub use check::check;
pub use frame::{Asked, Frame, Member, frame, subject_of};
pub use outcome::{ClauseOutcome, Exception, Outcome};
pub use parameters::Parameters;
pub use source::Source;
pub use window::Window;

/// Why a check could not run. It is never shown as compliance.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    #[error("the operating system gives no threads")]
    Threads(#[source] std::io::Error),
    /// The evidence could not be read to its end, or is not what its manifest states.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Evidence(Vec<custodes_evidence::Problem>),
    /// No frame can be made of what was asked.
    #[error("{0}")]
    Frame(String),
    #[error("the tests of {of} could not run: {cause}")]
    Query { of: String, cause: Box<datafusion::common::DataFusionError> },
}

impl CheckError {
    pub(crate) fn query(of: &str) -> impl Fn(datafusion::common::DataFusionError) -> CheckError + use<> {
        let of = of.to_owned();
        // What intake reports while a set streams past comes back through the engine as it went in.
        move |cause| match problem_within(&cause) {
            Some(problem) => CheckError::Evidence(vec![problem.clone()]),
            None => CheckError::Query { of: of.clone(), cause: Box::new(cause) },
        }
    }
}

fn problem_within(error: &datafusion::common::DataFusionError) -> Option<&custodes_evidence::Problem> {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if let Some(problem) = error.downcast_ref() {
            return Some(problem);
        }
        cause = error.source();
    }
    None
}
