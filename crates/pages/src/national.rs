//! The National Auditor's receipts, and reports to controllers.

use askama::Template;
use custodes_compliance::acts::national::{Extent, StatedAudit};
use custodes_compliance::national::Receipt;
use custodes_compliance::national::controllers::ControllersReport;

/// The receipt for a bundle, for the LEA to keep. Everything that people or bundles said is escaped.
pub fn receipt(receipt: &Receipt) -> String {
    // Rendering fails only where writing into a string fails, which it does not.
    ReceiptPage { receipt }.render().unwrap_or_default()
}

/// What a controller is shown of the National Auditor's own audits.
pub fn controllers_report(report: &ControllersReport) -> String {
    ControllersPage { report }.render().unwrap_or_default()
}

#[derive(Template)]
#[template(path = "receipt.html")]
struct ReceiptPage<'a> {
    receipt: &'a Receipt,
}

impl ReceiptPage<'_> {
    fn remarks(&self, audit: &StatedAudit) -> Vec<&'static str> {
        audit.remarks(self.receipt.made_at)
    }
}

#[derive(Template)]
#[template(path = "controllers_report.html")]
struct ControllersPage<'a> {
    report: &'a ControllersReport,
}

impl ControllersPage<'_> {
    fn extent(&self) -> &'static str {
        match self.report.extent {
            Extent::Nothing => "nothing",
            Extent::Figures => "figures",
            Extent::Findings => "figures and findings",
            Extent::Everything => "everything",
        }
    }

    fn shows_nothing(&self) -> bool {
        self.report.extent == Extent::Nothing
    }
}
