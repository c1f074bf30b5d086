//! The parameters: what the standard takes from NASPLE, or leaves open, as data with its source.

use crate::model::Ratio;

/// One parameter as declared.
#[derive(Debug)]
pub struct Parameter {
    pub name: &'static str,
    pub default: Default,
    pub basis: Basis,
    /// The clause of the standard, where it is in the text.
    pub source: &'static str,
    pub says: &'static str,
}

/// Where a default comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    /// In the text of the standard.
    Standard,
    /// Ours, to be set from the LEA's own copy of NASPLE 3.3. Every result that rests on it says so.
    Assumed,
    /// The LEA's policy; there is no default.
    LeaPolicy,
}

impl Basis {
    pub fn name(self) -> &'static str {
        match self {
            Basis::Standard => "standard",
            Basis::Assumed => "assumed",
            Basis::LeaPolicy => "LEA policy",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Default {
    /// A whole number of days, hours, months or years, 0 or more: its unit ends its name.
    Whole(i64),
    /// A number of seconds or metres, 0 or more; decimals are allowed.
    Measure(i64),
    Rate(Ratio),
    RatePerKind(&'static [(&'static str, Ratio)]),
    /// A number of days per purpose; none is set.
    DaysPerPurpose,
    YesNo(bool),
    Words(&'static [&'static str]),
}

const fn whole(name: &'static str, value: i64, basis: Basis, source: &'static str, says: &'static str) -> Parameter {
    Parameter { name, default: Default::Whole(value), basis, source, says }
}

const fn measure(name: &'static str, value: i64, basis: Basis, source: &'static str, says: &'static str) -> Parameter {
    Parameter { name, default: Default::Measure(value), basis, source, says }
}

const fn rate(name: &'static str, percent: u64, basis: Basis, source: &'static str, says: &'static str) -> Parameter {
    Parameter { name, default: Default::Rate(Ratio::percent(percent)), basis, source, says }
}

use Basis::{Assumed, Standard};

const HIGH_CAPTURE: Ratio = Ratio::percent(98);
const HIGH_READ: Ratio = Ratio::percent(95);
const LOW: Ratio = Ratio::percent(85);

/// Ranks that may authorise an older search; the prefixes temporary, acting and detective do not count.
const RANKS: &[&str] = &[
    "inspector",
    "chief_inspector",
    "superintendent",
    "chief_superintendent",
    "assistant_chief_constable",
    "deputy_chief_constable",
    "chief_constable",
    "commander",
    "deputy_assistant_commissioner",
    "assistant_commissioner",
    "deputy_commissioner",
    "commissioner",
    "equivalent",
];

/// Every parameter, in the order of the clauses that use them.
pub static PARAMETERS: &[Parameter] = &[
    measure("clock_tolerance_seconds", 10, Assumed, "4.1.2", "how far a camera's clock may be from the reference"),
    whole(
        "clock_evidence_days",
        7,
        Assumed,
        "4.1.2",
        "how recent the evidence of each clock must be; the text gives 7 days for the review",
    ),
    measure(
        "location_tolerance_metres",
        10,
        Assumed,
        "4.1.3",
        "how far a camera's measured position may be from the registered one",
    ),
    whole(
        "installation_grace_days",
        7,
        Assumed,
        "4.1.3, 5.1",
        "how soon after installation its location and performance must be confirmed",
    ),
    Parameter {
        name: "capture_rate_min",
        default: Default::RatePerKind(&[
            ("static", HIGH_CAPTURE),
            ("moveable", HIGH_CAPTURE),
            ("multi_lane", HIGH_CAPTURE),
            ("cctv_integrated", LOW),
            ("mobile", LOW),
        ]),
        basis: Assumed,
        source: "5.1.1 to 5.1.5",
        says: "the smallest share of passing plates that a camera must capture",
    },
    Parameter {
        name: "read_accuracy_min",
        default: Default::RatePerKind(&[
            ("static", HIGH_READ),
            ("moveable", HIGH_READ),
            ("multi_lane", HIGH_READ),
            ("cctv_integrated", LOW),
            ("mobile", LOW),
        ]),
        basis: Assumed,
        source: "5.1.1 to 5.1.5",
        says: "the smallest share of captured plates that a camera must read correctly",
    },
    whole("evaluation_months", 12, Assumed, "5.1.1 to 5.1.5", "how often a camera's performance must be tested"),
    whole("local_retention_days", 7, Assumed, "6.1.1", "how long a local system may keep data"),
    whole("mobile_transfer_hours", 24, Assumed, "6.1.2", "how soon what a mobile camera collected must be transferred"),
    whole("reinstatement_hours", 72, Assumed, "6.1.3", "how soon a failed component must work again"),
    whole(
        "voi_list_days",
        28,
        Standard,
        "7.1.1",
        "how long after its latest revision a vehicle-of-interest list may be kept",
    ),
    whole("dormant_days", 90, Standard, "8.2.2", "how long an account may go unused before it must be audited"),
    whole("dormant_review_days", 14, Standard, "8.2.2", "how soon the audit of a dormant account must follow"),
    whole("leaver_hours", 48, Standard, "8.2.2", "how soon a leaver's access must have ceased"),
    whole(
        "retention_months",
        12,
        Assumed,
        "8.2.3, 8.3.4",
        "how long the national systems may keep data; published by several LEAs",
    ),
    whole("recent_days", 90, Standard, "8.2.4", "the line between searches of recent and of older data"),
    whole("sample_window_days", 30, Standard, "8.2.4", "how many consecutive days a sample of searches covers"),
    rate(
        "rate_recent_searches",
        2,
        Standard,
        "8.2.4, footnote",
        "the share of recent searches to audit; the rationale must be written down",
    ),
    rate("rate_older_searches", 5, Standard, "8.2.4", "the share of older searches to audit"),
    rate("rate_new_authorisations", 5, Standard, "8.2.2", "the share of new authorisations to audit"),
    rate("rate_retentions", 5, Standard, "8.2.3", "the share of extended retentions to audit"),
    rate("rate_disclosures", 10, Standard, "8.2.7", "the share of disclosures to audit"),
    rate("rate_reports", 5, Assumed, "4.1.1", "the text asks for a sample and gives no rate"),
    rate("rate_privilege_changes", 5, Assumed, "8.2.2", "the text asks for a sample and gives no rate"),
    rate("rate_read_changes", 5, Assumed, "8.3.1", "the text asks for a sample and gives no rate"),
    whole("disclosure_audit_months", 3, Assumed, "8.2.7", "how often disclosures are audited; no period in the text"),
    whole(
        "preserved_review_months",
        3,
        Assumed,
        "8.2.4",
        "how soon each access to preserved data is audited; no period in the text",
    ),
    whole(
        "super_admin_review_days",
        28,
        Assumed,
        "8.3.5",
        "how soon each super-administrator session is audited; no period in the text",
    ),
    whole(
        "privileged_review_months",
        6,
        Assumed,
        "8.3.3",
        "how often privileged access is audited; no period in the text",
    ),
    whole("nc_report_days", 28, Standard, "8.2.8", "how soon non-compliance must reach the National Auditor"),
    whole("record_retention_years", 2, Standard, "8.2.10", "how long records of reviews and audits are kept"),
    Parameter {
        name: "search_span_max_days",
        default: Default::DaysPerPurpose,
        basis: Basis::LeaPolicy,
        source: "8.2.5",
        says: "the longest period that a search for that purpose may cover",
    },
    Parameter {
        name: "references_required",
        default: Default::YesNo(true),
        basis: Assumed,
        source: "8.2.5, 8.3.3",
        says: "whether a search, and a privileged access, must give a reference",
    },
    Parameter {
        name: "retention_approver_required",
        default: Default::YesNo(true),
        basis: Assumed,
        source: "8.2.3",
        says: "whether an extended retention must name its approver",
    },
    Parameter {
        name: "authority_ranks_older",
        default: Default::Words(RANKS),
        basis: Assumed,
        source: "8.2.5",
        says: "the ranks that may authorise a search of older data",
    },
];

impl Parameter {
    pub fn named(name: &str) -> Option<&'static Parameter> {
        PARAMETERS.iter().find(|parameter| parameter.name == name)
    }
}
