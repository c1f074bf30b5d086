//! Who may do what, and what nobody may ever do.
//!
//! A role grants kinds of acts. Refusals win over grants: they are reckoned again on every act, from the
//! journal and from the account evidence, and absent evidence refuses (sections 3.a to 3.c).

use serde::{Deserialize, Serialize};

use crate::time::Day;

macro_rules! roles {
    ($($(#[$doc:meta])* $role:ident $name:literal $title:literal;)+) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Role {
            $($(#[$doc])* $role,)+
        }

        impl Role {
            pub const ALL: &'static [Role] = &[$(Role::$role),+];

            /// As it is written in commands and evidence.
            pub fn name(self) -> &'static str {
                match self {
                    $(Role::$role => $name,)+
                }
            }

            /// As people say it.
            pub fn title(self) -> &'static str {
                match self {
                    $(Role::$role => $title,)+
                }
            }

            pub fn parse(text: &str) -> Option<Role> {
                let folded = text.trim().to_lowercase().replace(['-', ' '], "_");
                Role::ALL.iter().copied().find(|role| role.name() == folded)
            }
        }
    };
}

roles! {
    LocalAuditor "local_auditor" "Local Auditor";
    /// Keeps registers and makes the reviews that are not audits.
    AnprManager "anpr_manager" "ANPR manager";
    /// Judges the items assigned to them, and no others.
    Reviewer "reviewer" "reviewer";
    /// Answers queries put to them.
    Respondent "respondent" "respondent";
    /// Reads, approves, signs off.
    SeniorManager "senior_manager" "senior manager";
    NationalAuditor "national_auditor" "National Auditor";
    /// Reads the national view, and says how much of the National Auditor's own audits to be shown.
    LeadController "lead_controller" "lead controller";
    /// Of one LEA: says how much of those audits to be shown, and reads that and nothing else.
    Controller "controller" "controller";
    /// Accounts and configuration; no content of audits.
    Administrator "administrator" "administrator";
}

impl Role {
    /// Whether section 3 speaks of it: independence and clearance are conditions of this part.
    pub fn audits(self) -> bool {
        matches!(self, Role::LocalAuditor | Role::NationalAuditor | Role::Reviewer)
    }
}

macro_rules! actions {
    ($($(#[$doc:meta])* $action:ident $name:literal: $($role:ident)+;)+) => {
        /// What roles grant. Each kind of act belongs to one of these.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Action {
            $($(#[$doc])* $action,)+
        }

        impl Action {
            pub const ALL: &'static [Action] = &[$(Action::$action),+];

            /// What the person is about to do, in words that follow "may not".
            pub fn name(self) -> &'static str {
                match self {
                    $(Action::$action => $name,)+
                }
            }

            /// What was asked for, as a refusal that is journalled names it: `read-board`.
            pub fn kind(self) -> String {
                let variant = match self {
                    $(Action::$action => stringify!($action),)+
                };
                let mut kind = String::new();
                for letter in variant.chars() {
                    if letter.is_ascii_uppercase() && !kind.is_empty() {
                        kind.push('-');
                    }
                    kind.push(letter.to_ascii_lowercase());
                }
                kind
            }

            /// The roles to which it is granted.
            pub fn granted_to(self) -> &'static [Role] {
                match self {
                    $(Action::$action => &[$(Role::$role),+],)+
                }
            }
        }
    };
}

actions! {
    ManagePeople "manage people and roles": Administrator;
    ProposeParameters "propose parameters": AnprManager LocalAuditor NationalAuditor;
    ApproveParameters "approve parameters": SeniorManager NationalAuditor;
    TakeInEvidence "take evidence in": AnprManager LocalAuditor NationalAuditor;
    /// The list: which files came, by whom, and what became of them; no row of theirs.
    ListEvidence "see what evidence was taken in": AnprManager LocalAuditor NationalAuditor SeniorManager;
    TakeOutEvidence "give an original back": AnprManager LocalAuditor NationalAuditor SeniorManager;
    RequestData "request data": AnprManager LocalAuditor NationalAuditor;
    AnswerForQuarantine "answer for rows that could not be read": AnprManager LocalAuditor NationalAuditor;
    /// Reviews that are not audits (By: LEA).
    RecordReview "record a review": AnprManager LocalAuditor;
    MoveDueDate "move a due date": LocalAuditor SeniorManager NationalAuditor;
    /// Open, plan, draw, assign, settle exceptions, raise findings, complete.
    ConductAudit "conduct an audit": LocalAuditor NationalAuditor;
    /// Judge, attach, raise a query: the Local Auditor on any item, a reviewer on those assigned.
    JudgeItems "judge items": LocalAuditor NationalAuditor Reviewer;
    WitnessSeed "contribute to a seed": LocalAuditor NationalAuditor SeniorManager AnprManager Reviewer Respondent;
    AnswerQuery "answer a query": Respondent AnprManager SeniorManager;
    CloseFinding "close a finding": LocalAuditor NationalAuditor SeniorManager;
    SignOff "sign an audit off": SeniorManager LocalAuditor NationalAuditor;
    IssueReport "issue a report or a bundle": LocalAuditor NationalAuditor;
    HandleNoncompliance "record and report non-compliance": LocalAuditor NationalAuditor;
    WorkNoncompliance "work on non-compliance": LocalAuditor NationalAuditor AnprManager SeniorManager;
    ReportMisuse "report suspected misuse": LocalAuditor NationalAuditor Reviewer;
    HandleMisuse "handle suspected misuse": LocalAuditor NationalAuditor SeniorManager;
    HoldOrDispose "hold back or dispose of records": LocalAuditor SeniorManager NationalAuditor;
    RegisterLea "keep the register of LEAs": NationalAuditor;
    ReceiveBundle "receive a bundle": NationalAuditor;
    Demand "demand records or answers of an LEA": NationalAuditor;
    SetExtent "set what a controller is shown": LeadController Controller NationalAuditor;
    /// The National Auditor's own audits, to the extent that was set for the one who reads.
    ReadShown "read what a controller is shown": LeadController Controller NationalAuditor;
    ReadBoard "read the board": LocalAuditor AnprManager SeniorManager NationalAuditor Administrator LeadController Reviewer;
    ReadAudits "read audits": LocalAuditor SeniorManager NationalAuditor;
    /// The list alone: which there are, and how far they have come.
    ListAudits "list audits": LocalAuditor SeniorManager NationalAuditor Reviewer;
    /// Who did what, when; no content, and of suspected misuse no more than that something is confidential.
    ReadJournal "read the journal": LocalAuditor SeniorManager NationalAuditor Administrator;
    ReadRequests "see what data was asked for": AnprManager LocalAuditor NationalAuditor SeniorManager;
    /// By their places: on the board they are otherwise only counted.
    ReadCovert "see covert cameras by name": LocalAuditor AnprManager SeniorManager;
    ReadNational "read the national view": NationalAuditor LeadController;
}

/// What the evidence says of a person's own access and clearance at some instant.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standing {
    /// Whether any row of `accounts` is in force.
    pub accounts_known: bool,
    /// Rows of `accounts` that could not be read, and for which nobody answered: any of them may be this person's.
    pub accounts_unread: u64,
    /// An open account with permission `user`: system and user id.
    pub user_of: Vec<String>,
    /// An open account with administrative permissions.
    pub administrator_of: Vec<String>,
    /// Every user id that is this person's.
    pub user_ids: Vec<String>,
    /// The list of auditors gives their user ids in a way that leaves some of them unknown.
    pub user_ids_unclear: bool,
    pub clearance: Clearance,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Clearance {
    /// No row of the person in `auditors`.
    #[default]
    Unknown,
    /// A row without clearance, or without its expiry.
    Missing,
    HeldUntil(Day),
}

/// Clauses that audit administrators' access: nobody with administrative permissions may (3.c).
pub const OF_ADMINISTRATORS: &[&str] = &["8.2.2.e", "8.3.3", "8.3.5"];

/// Why somebody may not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("{person} is not known in this workspace: an administrator can add them (custodes person add)")]
    Unknown { person: String },
    #[error("{person} holds no role that lets them {action}; it is for: {}", .roles.iter().map(|role| role.title()).collect::<Vec<_>>().join(", "))]
    NoRole { person: String, action: &'static str, roles: &'static [Role] },
    #[error(
        "no account of NAS or NSAP is in the evidence in force, so nobody can say that {person} has no user access (3.b): import the evidence set `accounts`"
    )]
    AccountsUnknown { person: String },
    #[error(
        "{rows} of the rows of `accounts` could not be read and nobody answered for them, so nobody can say that {person} has no user access (3.b): send a mended file (custodes import --replaces), or answer for them (custodes quarantine list)"
    )]
    AccountsNotWhole { person: String, rows: u64 },
    #[error(
        "the list of auditors does not show which user ids are {person}'s (column user_ids: masked, left out, or divided by marks that ids hold), so nobody can say that they have no user access (3.b): import the list with them, divided by spaces, and blank where there are none"
    )]
    UserIdsUnclear { person: String },
    #[error("{person} holds an open user account ({}) and may not audit (3.b)", .accounts.join(", "))]
    UserAccess { person: String, accounts: Vec<String> },
    #[error("{person} holds administrative permissions ({}) and may not audit administrators' access (3.c)", .accounts.join(", "))]
    AdministrativeAccess { person: String, accounts: Vec<String> },
    #[error(
        "{person} is not in the list of auditors, so their clearance is not known (3.a): import the evidence set `auditors`"
    )]
    ClearanceUnknown { person: String },
    #[error("no clearance with an expiry date is recorded for {person} (3.a)")]
    ClearanceMissing { person: String },
    #[error("{person}'s clearance expired on {expired} (3.a)")]
    ClearanceLapsed { person: String, expired: Day },
    #[error("{key} is {person}'s own: nobody judges their own search, account or request")]
    OwnRecord { person: String, key: String },
    #[error("{key} is not assigned to {person}, and a reviewer judges assigned items only")]
    NotAssigned { person: String, key: String },
    #[error("{person} took an earlier step of this, and {what} takes a second person")]
    SamePerson { person: String, what: &'static str },
    #[error(
        "{audit} is suspended, because its auditor may not audit any longer ({why}): another takes it over (custodes audit hand-over)"
    )]
    Suspended { audit: String, why: String },
    /// In the words in which a report that is not there is refused: whoever asks does not learn that there is one.
    #[error("{}", no_such_misuse(.misuse, .person))]
    OwnLine { person: String, misuse: String },
    /// A step that is not there to be taken: out of order, or about something that is not there.
    #[error("{0}")]
    NotNow(String),
}

impl Refusal {
    /// As the journal has it: there the true reason stands, which the person who is refused may not learn.
    pub fn as_journalled(&self) -> String {
        match self {
            Refusal::OwnLine { person, misuse } => {
                format!("{misuse} is confidential, and {person} is the person concerned or in their line")
            }
            other => other.to_string(),
        }
    }
}

/// One answer for a report of misuse that is not there, and for one that is hidden.
pub(crate) fn no_such_misuse(misuse: &str, person: &str) -> String {
    format!("there is no report of misuse {misuse} that {person} may handle")
}

/// What section 3 says against a person in an auditor's part, on that day.
pub fn independence(person: &str, standing: &Standing, clause: Option<&str>, today: Day) -> Vec<Refusal> {
    let person = person.to_owned();
    let mut refusals = Vec::new();
    if !standing.accounts_known {
        refusals.push(Refusal::AccountsUnknown { person: person.clone() });
    }
    if standing.accounts_unread > 0 {
        refusals.push(Refusal::AccountsNotWhole { person: person.clone(), rows: standing.accounts_unread });
    }
    if standing.user_ids_unclear {
        refusals.push(Refusal::UserIdsUnclear { person: person.clone() });
    }
    if !standing.user_of.is_empty() {
        refusals.push(Refusal::UserAccess { person: person.clone(), accounts: standing.user_of.clone() });
    }
    let of_administrators = clause.is_some_and(|clause| OF_ADMINISTRATORS.contains(&clause));
    if of_administrators && !standing.administrator_of.is_empty() {
        let accounts = standing.administrator_of.clone();
        refusals.push(Refusal::AdministrativeAccess { person: person.clone(), accounts });
    }
    match standing.clearance {
        Clearance::Unknown => refusals.push(Refusal::ClearanceUnknown { person }),
        Clearance::Missing => refusals.push(Refusal::ClearanceMissing { person }),
        Clearance::HeldUntil(expired) if expired < today => refusals.push(Refusal::ClearanceLapsed { person, expired }),
        Clearance::HeldUntil(_) => {}
    }
    refusals
}
