//! The pages as somebody opens them: complete, escaped, readable without colour, script or network.

use custodes_compliance as compliance;

// The audits that the report itself is tested with.
#[allow(dead_code)]
#[path = "../../../compliance/src/report/tests/made_up_audit.rs"]
mod made_up_audit;

mod annual_return;
mod audit_report;
mod browser;
mod form;
mod golden;
mod hostile;
mod in_a_browser;
mod national;
