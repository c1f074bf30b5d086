//! Version 3.0 of the standard, clause by clause, in its own order: one file each.
//!
//! To add a clause: write its file, name it here, write its `.case` file. The schedule, the board,
//! the documentation and the reports follow.
//!
//! SQL here may use these words besides the columns of the sets: `$as_of`, `$from` (instants),
//! `$as_of_day`, `$from_day` (their London days), `$first_day`, `$last_day` (the days whose midnight
//! lies in the window), `$kind`, any parameter by its name, and
//! * `$in_window(x_at)`, `$day_in_window(x_on)`: the time lies in `[from, as_of)`;
//! * `$still_open(x_at, y_at)`: happened in the window, or before it and had not ended when it began;
//! * `$longer_than(x_at, y_at, days)`: y is more than so many 24-hour days after x;
//! * `$served_in_window`, `$in_service_at_as_of`: of a camera row;
//! * `$any(condition)`: whether it holds of any row of the group, in three-valued logic.

use crate::model::Clause;

pub mod annual_return;
pub mod collected;
pub mod logon_patterns;
pub mod search_tests;
mod text;

macro_rules! clauses {
    ($($module:ident)+) => {
        $(mod $module;)+
        /// Every clause, in the standard's order.
        pub static CLAUSES: &[&Clause] = &[$(&$module::CLAUSE),+];
    };
}

clauses! {
    c3_a_clearance
    c3_b_auditors_are_not_users
    c3_c_auditors_are_not_administrators
    c4_1_1_data_security
    c4_1_2_time
    c4_1_3_location
    c4_2_annual_return
    c5_1_1_static
    c5_1_2_moveable
    c5_1_3_multi_lane
    c5_1_4_cctv_integrated
    c5_1_5_mobile
    c5_1_6_covert
    c6_1_1_local_systems
    c6_1_2_mobile_transfers
    c6_1_3_failures
    c7_1_1_list_deletion
    c7_1_2_mobile_lists
    c7_1_3_list_records
    c8_1_policy
    c8_2_1_senior_manager
    c8_2_2_a_new_authorisations
    c8_2_2_b_privilege_changes
    c8_2_2_c_dormant_accounts
    c8_2_2_d_leavers
    c8_2_2_e_administrators
    c8_2_2_f_failed_logons
    c8_2_3_a_deletion
    c8_2_3_b_retentions
    c8_2_4_a_recent_searches
    c8_2_4_b_older_searches
    c8_2_4_c_preserved_data
    c8_2_5_each_search
    c8_2_6_own_investigation
    c8_2_7_disclosures
    c8_2_8_noncompliance
    c8_2_9_audit_records
    c8_2_10_retention_of_records
    c8_3_1_read_changes
    c8_3_3_privileged_access
    c8_3_4_national_deletion
    c8_3_5_super_administrators
}

mod auditor_access;
mod c5_1_cameras;
mod holdings;

/// The clause of that number.
pub fn clause(id: &str) -> Option<&'static Clause> {
    CLAUSES.iter().copied().find(|clause| clause.id == id)
}

/// The numbers of the clauses whose reviews are audits: section 3 looks at who made them.
pub fn audit_clauses() -> impl Iterator<Item = &'static str> {
    CLAUSES.iter().filter(|clause| clause.by.is_audit()).map(|clause| clause.id)
}
