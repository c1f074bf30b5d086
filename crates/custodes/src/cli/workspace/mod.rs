//! The verbs of a workspace: each opens it, knows who acts, and says what was done.

pub mod audit;
pub mod bundle;
pub mod demand;
pub mod due;
pub mod evidence;
pub mod evidence_list;
pub mod finding;
pub mod init;
pub mod journal;
pub mod lea;
pub mod misuse;
pub mod national;
pub mod noncompliance;
pub mod parameters;
pub mod people;
pub mod plan;
pub mod receive;
pub mod redraw;
pub mod report;
pub mod retention;
pub mod review;
pub mod status;
pub mod witness;

use std::path::PathBuf;

use custodes_compliance::acts::{Act, PersonId};
use custodes_compliance::record::Done;
use custodes_compliance::time::Day;
use custodes_compliance::{london, record::Record};

use super::terminal::harmless;
use super::{Mistakes, OutputFormat, print};
use crate::work::{WorkError, Workspace, keys};

/// The ids of [`Place`]'s arguments.
pub const SHARED: &[&str] = &["the workspace", "who acts", "the keys", "the unsigned", "the form"];

/// Where the workspace is, and who acts in it.
// The ids are words that no verb's own argument has: clap tells arguments apart by them.
#[derive(Debug, Clone, clap::Args)]
pub struct Site {
    /// The workspace's folder; also from CUSTODES_WORKSPACE, else the present folder
    #[arg(id = "the workspace", long = "workspace", value_name = "DIR", global = true)]
    workspace: Option<PathBuf>,
    /// The person who acts, by their id; without it, the person to whom your log-in name belongs
    #[arg(id = "who acts", long = "as", value_name = "PERSON", global = true)]
    person: Option<PersonId>,
    /// The folder of signing keys; also from CUSTODES_KEYS, else custodes/keys in your own configuration
    #[arg(id = "the keys", long = "keys", value_name = "DIR", global = true)]
    keys: Option<PathBuf>,
    /// Sign so many last entries that no program of this key's holder wrote, after you looked at them
    #[arg(id = "the unsigned", long = "accept-unsigned", value_name = "N", global = true)]
    unsigned: Option<u64>,
}

/// That, and the form of the answer.
#[derive(Debug, Clone, clap::Args)]
pub struct Place {
    #[command(flatten)]
    pub site: Site,
    /// The answer on standard output
    #[arg(id = "the form", long = "format", value_name = "FORM", value_enum, default_value = "table", global = true)]
    pub format: OutputFormat,
}

impl Place {
    pub fn folder(&self) -> PathBuf {
        let named = || std::env::var_os("CUSTODES_WORKSPACE").map(PathBuf::from);
        self.site.workspace.clone().or_else(named).unwrap_or_else(|| PathBuf::from("."))
    }

    pub fn keys(&self) -> Result<PathBuf, WorkError> {
        self.site.keys.clone().map_or_else(keys::usual_folder, Ok)
    }

    pub fn open(&self) -> Result<Workspace, WorkError> {
        let mut workspace = Workspace::open(&self.folder(), &self.keys()?)?;
        workspace.accept_unsigned(self.site.unsigned.unwrap_or(0));
        Ok(workspace)
    }

    /// Opens the workspace and says who acts.
    pub fn session(&self) -> Result<Session, WorkError> {
        let workspace = self.open()?;
        let by = self.actor(&workspace.record)?;
        let warnings: Vec<String> = [workspace.rolled_back(), workspace.dated_ahead()].into_iter().flatten().collect();
        let warning = (!warnings.is_empty()).then(|| warnings.join("; besides, "));
        Ok(Session { workspace, by, format: self.format, warning })
    }

    /// The machine's own log-in stands behind a person: who is logged in otherwise may not act as them.
    fn actor(&self, record: &Record) -> Result<PersonId, WorkError> {
        let login = crate::work::login();
        let Some(person) = &self.site.person else {
            let own = record.people.iter().find(|(_, person)| person.login.is_some() && person.login == login);
            return own.map(|(id, _)| id.clone()).ok_or_else(|| {
                let login = login.unwrap_or_else(|| "(none)".to_owned());
                WorkError::Said(format!(
                    "your log-in name {login:?} belongs to nobody in this workspace: say who acts with --as"
                ))
            });
        };
        let registered = record.person(person).and_then(|person| person.login.as_deref());
        match (registered, login.as_deref()) {
            (Some(registered), login) if login != Some(registered) => Err(format!(
                "{person} acts under the log-in name {registered:?}, and you are {:?}",
                login.unwrap_or("(none)")
            )
            .into()),
            _ => Ok(person.clone()),
        }
    }
}

/// An open workspace, and who acts in it.
pub struct Session {
    pub workspace: Workspace,
    pub by: PersonId,
    pub format: OutputFormat,
    /// What must be known before an answer is believed.
    pub warning: Option<String>,
}

impl Session {
    /// Does one thing that needs no preparation.
    pub fn act(&mut self, prepare: impl Fn(&Workspace) -> Result<Act, WorkError>) -> Result<Done, WorkError> {
        let by = self.by.clone();
        let done = self.workspace.act(&by, |workspace| Ok(vec![prepare(workspace)?]))?;
        done.into_iter().next().ok_or_else(|| "nothing was written".into())
    }

    /// Says what was done, in the form that was asked for.
    pub fn say(&self, text: &str, json: serde_json::Value) -> Result<u8, Mistakes> {
        self.warn();
        match self.format {
            OutputFormat::Json => print(&format!("{:#}\n", self.warned(json)))?,
            OutputFormat::Table => print(&format!("{text}\n"))?,
        }
        Ok(super::RAN)
    }

    /// Says on standard error what must be known before the answer is believed.
    pub fn warn(&self) {
        if let Some(warning) = &self.warning {
            eprintln!("custodes: warning: {}", harmless(warning));
        }
    }

    /// An answer with the warning in it; a list goes into the field `answer` beside it.
    pub fn warned(&self, json: serde_json::Value) -> serde_json::Value {
        match (&self.warning, json) {
            (None, json) => json,
            (Some(warning), serde_json::Value::Object(mut fields)) => {
                fields.insert("warning".to_owned(), warning.as_str().into());
                fields.into()
            }
            (Some(warning), answer) => serde_json::json!({ "warning": warning, "answer": answer }),
        }
    }
}

/// A London day, as an argument.
pub fn day(text: &str) -> Result<Day, String> {
    london::parse_day(text).ok_or_else(|| format!("{text:?} is no day like 2026-10-01"))
}

/// A name of a matter, as an argument.
pub fn name<T: std::str::FromStr<Err: std::fmt::Display>>(text: &str) -> Result<T, String> {
    text.parse().map_err(|why: T::Err| why.to_string())
}
