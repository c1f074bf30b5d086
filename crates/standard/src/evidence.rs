//! The evidence sets, column by column: what other systems recorded, as Custodes expects to be given it.
//!
//! This is a declaration. It must not read, parse or judge anything; intake, the engine, the
//! documentation and the made-up force all follow from it.

/// One set of evidence: a table that arrives as one or many files.
#[derive(Debug, PartialEq, Eq)]
pub struct Set {
    /// The name that a file's stem, or its folder, starts with.
    pub name: &'static str,
    /// What one row is, in a sentence for the people who have to supply it.
    pub says: &'static str,
    pub columns: &'static [Column],
    /// Sets that grow with use rather than with the force are never held in memory: they stream.
    pub streamed: bool,
}

/// One column of a [`Set`].
#[derive(Debug, PartialEq, Eq)]
pub struct Column {
    pub name: &'static str,
    pub kind: Kind,
    /// Part of the key. Every key column is required.
    pub key: bool,
    /// A blank value quarantines the row.
    pub required: bool,
    /// The time that decides whether a row is later than the as-of instant, or in the window.
    pub deciding: bool,
    /// An ending (closed, left, disposed…): one later than the as-of instant has not happened and reads as blank.
    pub ending: bool,
    /// Where an instant is wanted, a bare date means the last microsecond of that London day.
    pub date_means_end_of_day: bool,
}

/// The type of a column's values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// 1 to 200 characters, no control characters; compared exactly.
    Id,
    /// Any text.
    Text,
    /// A finite decimal number, without thousands marks.
    Number,
    /// Degrees north, −90 to 90.
    Latitude,
    /// Degrees east, −180 to 180.
    Longitude,
    /// A whole number.
    Int,
    /// A whole number, 0 or more.
    Count,
    /// An instant with its offset from UTC, to the microsecond.
    Instant,
    /// A Europe/London day.
    Date,
    /// One of the values listed; case, `-` and space do not matter.
    Enum(&'static [&'static str]),
}

impl Kind {
    /// The word for this type in documentation and messages.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Id => "id",
            Kind::Text => "text",
            Kind::Number => "number",
            Kind::Latitude => "number (latitude)",
            Kind::Longitude => "number (longitude)",
            Kind::Int => "int",
            Kind::Count => "int (0 or more)",
            Kind::Instant => "instant",
            Kind::Date => "date",
            Kind::Enum(_) => "enum",
        }
    }

    /// Text, ids and enums have an empty value of their own: the empty string is "blank".
    pub fn is_textual(self) -> bool {
        matches!(self, Kind::Id | Kind::Text | Kind::Enum(_))
    }
}

impl Column {
    const fn new(name: &'static str, kind: Kind) -> Self {
        Column { name, kind, key: false, required: false, deciding: false, ending: false, date_means_end_of_day: false }
    }
    const fn key(mut self) -> Self {
        self.key = true;
        self.required = true;
        self
    }
    const fn required(mut self) -> Self {
        self.required = true;
        self
    }
    const fn deciding(mut self) -> Self {
        self.deciding = true;
        self
    }
    const fn ending(mut self) -> Self {
        self.ending = true;
        self
    }
    const fn date_means_end_of_day(mut self) -> Self {
        self.date_means_end_of_day = true;
        self
    }
}

const fn id(name: &'static str) -> Column {
    Column::new(name, Kind::Id)
}
const fn text(name: &'static str) -> Column {
    Column::new(name, Kind::Text)
}
const fn number(name: &'static str) -> Column {
    Column::new(name, Kind::Number)
}
const fn int(name: &'static str) -> Column {
    Column::new(name, Kind::Int)
}
const fn count(name: &'static str) -> Column {
    Column::new(name, Kind::Count)
}
const fn instant(name: &'static str) -> Column {
    Column::new(name, Kind::Instant)
}
const fn date(name: &'static str) -> Column {
    Column::new(name, Kind::Date)
}
const fn one_of(name: &'static str, values: &'static [&'static str]) -> Column {
    Column::new(name, Kind::Enum(values))
}

impl Set {
    /// The set of that name.
    pub fn named(name: &str) -> Option<&'static Set> {
        SETS.iter().copied().find(|set| set.name == name)
    }

    pub fn column(&self, name: &str) -> Option<&'static Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    pub fn key(&self) -> impl Iterator<Item = &'static Column> {
        self.columns.iter().filter(|column| column.key)
    }

    pub fn deciding(&self) -> Option<&'static Column> {
        self.columns.iter().find(|column| column.deciding)
    }
}

macro_rules! sets {
    ($($constant:ident $name:literal $says:literal $([$streamed:ident])? { $($column:expr,)+ })+) => {
        $(
            #[doc = $says]
            pub static $constant: Set = Set {
                name: $name,
                says: $says,
                columns: { static COLUMNS: &[Column] = &[$($column),+]; COLUMNS },
                streamed: sets!(@streamed $($streamed)?),
            };
        )+
        /// Every set, in the order of the specification.
        pub static SETS: &[&Set] = &[$(&$constant),+];
    };
    (@streamed streamed) => { true };
    (@streamed) => { false };
}

pub const CAMERA_KINDS: &[&str] = &["static", "moveable", "multi_lane", "cctv_integrated", "mobile", "covert"];
pub const SYSTEMS: &[&str] = &["nas", "nsap"];
pub const PERMISSIONS: &[&str] = &["user", "administrator", "super_administrator", "auditor", "provider"];

sets! {
    CAMERAS "cameras" "One camera of the asset register." {
        id("camera_id").key(),
        one_of("kind", CAMERA_KINDS).required(),
        text("name"),
        Column::new("latitude", Kind::Latitude),
        Column::new("longitude", Kind::Longitude),
        date("installed_on").required(),
        date("decommissioned_on").ending(),
    }
    CLOCK_CHECKS "clock_checks" "One comparison of a camera's clock with a reference." {
        id("camera_id").key(),
        instant("checked_at").key().deciding(),
        number("offset_seconds").required(),
        text("reference"),
        text("maintenance"),
    }
    LOCATION_CHECKS "location_checks" "One measurement of where a camera stands." {
        id("camera_id").key(),
        instant("checked_at").key().deciding(),
        Column::new("latitude", Kind::Latitude).required(),
        Column::new("longitude", Kind::Longitude).required(),
        text("method"),
        text("maintenance"),
    }
    DEPLOYMENTS "deployments" "One deployment of a camera, with the assessment of its need." {
        id("camera_id").key(),
        date("deployed_on").key().deciding(),
        date("need_assessed_on"),
        text("need_reference"),
        text("approved_by"),
    }
    PERFORMANCE_TESTS "performance_tests" "One test of how much a camera captures and how well it reads." {
        id("camera_id").key(),
        instant("tested_at").key().deciding(),
        one_of("kind", &["installation", "monitoring", "evaluation"]).required(),
        count("observed").required(),
        count("captured").required(),
        count("read_correctly").required(),
    }
    COVERT_AUTHORISATIONS "covert_authorisations" "One authorisation of a covert deployment." {
        id("authorisation_id").key(),
        one_of("act", &["ripa", "ripsa"]).required(),
        text("reference"),
        date("authorised_on").required().deciding(),
        date("expires_on"),
        date("ended_on").ending(),
    }
    HOLDINGS "holdings" "One statement of what a system holds, and how old it is." {
        id("system_id").key(),
        instant("snapshot_at").key().deciding(),
        one_of("scope", &["national", "local"]).required(),
        instant("oldest_record_at"),
        count("records_beyond_limit"),
        count("preserved"),
    }
    ONWARD_TRANSFERS "onward_transfers" "One transfer of data from a local system to another." {
        id("transfer_id").key(),
        id("system_id").required(),
        instant("transferred_at").required().deciding(),
        text("destination"),
        text("authority"),
    }
    MOBILE_TRANSFERS "mobile_transfers" "One transfer of what a mobile camera collected." {
        id("transfer_id").key(),
        id("camera_id").required(),
        instant("collected_until").required().deciding(),
        instant("transferred_at").ending(),
        count("captured"),
        count("transferred"),
    }
    FAILURES "failures" "One failure of a component, and when it was restored." {
        id("failure_id").key(),
        id("camera_id"),
        text("component"),
        instant("failed_at").required().deciding(),
        instant("restored_at").ending(),
    }
    VOI_LISTS "voi_lists" "One revision of a vehicle-of-interest list." {
        id("list_id").key(),
        int("revision").key(),
        instant("revised_at").required().deciding(),
        instant("deleted_at").ending(),
    }
    MOBILE_LISTS "mobile_lists" "One observation of the list that a mobile device holds." {
        id("device_id").key(),
        id("list_id").key(),
        instant("observed_at").key().deciding(),
        int("revision").required(),
    }
    POLICIES "policies" "One written policy." {
        id("policy_id").key(),
        text("title"),
        date("approved_on").required().deciding(),
        date("review_by"),
    }
    APPOINTMENTS "appointments" "One person's time in a role that the standard names." {
        one_of("role", &["senior_manager", "local_auditor", "national_auditor", "lead_controller"]).key(),
        id("person_id").key(),
        date("from_date").key().deciding(),
        date("to_date").ending(),
    }
    ACCOUNTS "accounts" "One permission of one user on one system, each time it was given." {
        id("person_id"),
        id("user_id").key(),
        one_of("system", SYSTEMS).key(),
        one_of("permission", PERMISSIONS).key(),
        instant("authorised_at").key().deciding(),
        id("authorised_by"),
        instant("last_access_at"),
        instant("closed_at").ending(),
        instant("left_at").ending().date_means_end_of_day(),
    }
    PRIVILEGE_CHANGES "privilege_changes" "One change of a user's permission." {
        id("change_id").key(),
        id("user_id").required(),
        instant("changed_at").required().deciding(),
        text("from_permission"),
        text("to_permission"),
        id("authorised_by"),
    }
    LOGONS "logons" "One attempt to log on." [streamed] {
        id("event_id").key(),
        id("user_id").required(),
        instant("at").required().deciding(),
        one_of("outcome", &["success", "failure"]).required(),
        text("source"),
    }
    AUDITORS "auditors" "One person who audits, with their clearance." {
        id("person_id").key(),
        text("user_ids"),
        text("clearance"),
        date("clearance_expires_on"),
    }
    REPORTS "reports" "One report obtained from NAS or NSAP." {
        id("report_id").key(),
        id("user_id").required(),
        one_of("system", SYSTEMS),
        instant("produced_at").required().deciding(),
        text("marking"),
    }
    SEARCHES "searches" "One search of NAS or NSAP." [streamed] {
        id("search_id").key(),
        one_of("system", SYSTEMS).required(),
        id("user_id").required(),
        instant("searched_at").required().deciding(),
        instant("data_from").required(),
        instant("data_to").required(),
        text("target"),
        text("purpose"),
        text("reason"),
        text("justification"),
        text("reference"),
        id("authorised_by"),
        text("authorised_rank"),
        instant("authorised_at"),
        id("preserved_case"),
        count("results"),
    }
    PRESERVED_CASES "preserved_cases" "One case for which data is preserved." {
        id("case_id").key(),
        id("investigation").required(),
    }
    RETENTIONS "retentions" "One decision to keep data beyond its time." {
        id("retention_id").key(),
        id("system_id").required(),
        instant("retained_since").required().deciding(),
        text("reason"),
        text("approved_by"),
        date("review_by"),
        date("ended_on").ending(),
    }
    DISCLOSURES "disclosures" "One disclosure of data." {
        id("disclosure_id").key(),
        instant("disclosed_at").deciding(),
        text("discloser"),
        text("recipient"),
        text("justification"),
        one_of("basis", &["cpia", "scottish", "other"]).required(),
    }
    READ_CHANGES "read_changes" "One change to a read record." {
        id("change_id").key(),
        id("read_id").required(),
        instant("changed_at").required().deciding(),
        id("changed_by").required(),
        one_of("field", &["vrm", "time", "location", "other"]).required(),
        text("old_value"),
        text("new_value"),
        text("reason"),
    }
    PRIVILEGED_ACCESSES "privileged_accesses" "One access by a provider, national administrator or local auditor." {
        id("access_id").key(),
        id("user_id").required(),
        one_of("class", &["system_provider", "national_administrator", "local_auditor"]).required(),
        instant("at").required().deciding(),
        text("purpose"),
        text("reference"),
    }
    SUPER_ADMIN_SESSIONS "super_admin_sessions" "One session with super-administrator permissions enabled." {
        id("session_id").key(),
        id("user_id").required(),
        instant("enabled_at").required().deciding(),
        instant("disabled_at").ending(),
    }
    REVIEWS "reviews" "One review: somebody looked, and recorded the outcome." {
        id("review_id").key(),
        text("clause").required(),
        id("subject").required(),
        instant("reviewed_at").required().deciding(),
        id("reviewer_id").required(),
        one_of("outcome", &["satisfactory", "unsatisfactory"]).required(),
        id("audit_id"),
        count("population"),
        count("examined"),
        date("window_from"),
        date("window_to"),
        text("rationale"),
        text("maintenance"),
        date("disposed_on").ending(),
    }
    AUDITS "audits" "One audit, with the record that the standard asks for." {
        id("audit_id").key(),
        text("clause").required(),
        instant("completed_at").required().deciding(),
        text("findings"),
        text("extent"),
        text("action"),
        date("disposed_on").ending(),
    }
    NONCOMPLIANCES "noncompliances" "One confirmed departure from the standard, and its report." {
        id("noncompliance_id").key(),
        text("clause").required(),
        date("identified_on").required().deciding(),
        date("reported_on").ending(),
        text("report_reference"),
    }
}
