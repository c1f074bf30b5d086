//! The journal as people read it: who did what, when; never what an entry says of anybody.
//!
//! Entries about suspected misuse are told only to those who may handle the report. To everybody else each is
//! "confidential", by nobody, about nothing: not even what was asked and refused.

use std::collections::{BTreeMap, VecDeque};
use std::ops::ControlFlow;

use custodes_compliance::acts::people::Refused;
use custodes_compliance::acts::{Act, Content, MisuseId, PersonId};
use custodes_compliance::london;
use custodes_compliance::record::admission::{Actor, permission};
use custodes_compliance::roles::{Action, Standing};
use custodes_compliance::time::Instant;
use custodes_journal::entry::{Entry, Leaf};
use custodes_journal::log::Log;
use custodes_journal::tree::LeafIndex;
use serde::Serialize;

use super::workspace::read_entry;
use super::{WorkError, Workspace};

const CONFIDENTIAL: &str = "confidential";
/// Refusals of these say nothing of an audit, so an administrator may read why.
const OF_ADMINISTRATORS: &[&str] = &[
    "person.added",
    "person.changed",
    "role.given",
    "role.withdrawn",
    "witness.trusted",
    "witness.dismissed",
    "manage-people",
];

/// Which entries are wanted.
pub struct Wanted {
    pub refused: bool,
    pub from: u64,
    /// So many of the last of them.
    pub last: Option<usize>,
    pub about: Option<String>,
}

/// One entry, as its reader may see it.
#[derive(Debug, Serialize)]
pub struct Line {
    pub entry: u64,
    pub at: Instant,
    /// By name; `None` where it is confidential, or nobody knows any longer.
    pub who: Option<String>,
    pub kind: String,
    /// The matters, by their names.
    pub about: Vec<String>,
    /// The kind of what was refused.
    pub refused: Option<String>,
    pub reasons: Vec<String>,
    /// Under which disposal its content went, and when.
    pub disposed: Option<String>,
}

pub struct Looked {
    pub lines: Vec<Line>,
    /// How many that were wanted come before these.
    pub before: u64,
}

/// What its reader may see.
struct Reader<'a> {
    workspace: &'a Workspace,
    by: &'a PersonId,
    standing: Standing,
    sees_audits: bool,
    handles_misuse: bool,
    names: BTreeMap<[u8; 16], String>,
    disposed: BTreeMap<u64, String>,
}

impl Workspace {
    /// The entries that are wanted, for somebody who was permitted to read the journal.
    ///
    /// # Errors
    /// When the journal or the account evidence cannot be read.
    pub fn read_journal(&mut self, by: &PersonId, wanted: &Wanted) -> Result<Looked, WorkError> {
        let standing = self.standing_of(by)?;
        let reader = Reader::new(self, by, standing);
        let mut looked = VecDeque::new();
        let (mut before, mut wrong) = (0, None);
        self.log.read(LeafIndex(wanted.from.min(self.head().size.0)), self.head().size, &mut |entry| {
            let line = match reader.line(&entry) {
                Ok(line) => line,
                Err(why) => {
                    wrong = Some(format!("entry {}: {why}; `custodes verify` says more", entry.index.0));
                    return ControlFlow::Break(());
                }
            };
            if wanted.takes(&line) {
                looked.push_back(line);
                if wanted.last.is_some_and(|last| looked.len() > last) {
                    looked.pop_front();
                    before += 1;
                }
            }
            ControlFlow::Continue(())
        })?;
        match wrong {
            Some(wrong) => Err(wrong.into()),
            None => Ok(Looked { lines: looked.into(), before }),
        }
    }
}

impl Wanted {
    fn takes(&self, line: &Line) -> bool {
        let about = |wanted: &String| line.about.iter().any(|name| name.eq_ignore_ascii_case(wanted));
        (!self.refused || line.refused.is_some()) && self.about.as_ref().is_none_or(about)
    }
}

impl<'a> Reader<'a> {
    fn new(workspace: &'a Workspace, by: &'a PersonId, standing: Standing) -> Reader<'a> {
        let record = &workspace.record;
        let may = |action| {
            let actor = Actor { person: by, standing: &standing, now: workspace.looking_at() };
            permission(record, action, None, &actor).is_empty()
        };
        let (sees_audits, handles_misuse) = (may(Action::ReadAudits), may(Action::HandleMisuse));
        let names = record.people.values().map(|person| (person.mark.bytes(), person.name.clone())).collect();
        let approved = record.disposals.iter().filter_map(|(id, of)| Some((id, of, of.approved.as_ref()?)));
        let disposed = approved.flat_map(|(id, of, approved)| {
            let under = format!("disposed of under {id} on {}", london::day_of(approved.at));
            of.what.entries.iter().map(move |entry| (*entry, under.clone()))
        });
        let disposed = disposed.collect();
        Reader { workspace, by, standing, sees_audits, handles_misuse, names, disposed }
    }

    fn line(&self, entry: &Entry) -> Result<Line, String> {
        let leaf = Leaf::parse(&entry.leaf).map_err(|error| error.to_string())?;
        let (at, _, content) = read_entry(entry)?;
        let index = entry.index.0;
        let mut line = Line {
            entry: index,
            at,
            who: self.names.get(&leaf.actor.0).cloned(),
            kind: leaf.kind.clone(),
            about: Vec::new(),
            refused: None,
            reasons: Vec::new(),
            disposed: None,
        };
        let Some(Content { by, act, .. }) = content else {
            line.disposed =
                Some(self.disposed.get(&index).cloned().unwrap_or_else(|| "its content is gone".to_owned()));
            if leaf.kind.starts_with("misuse.") {
                return Ok(confidential(line));
            }
            return Ok(line);
        };
        if self.is_hidden(&act) {
            return Ok(confidential(line));
        }
        line.who = Some(self.workspace.record.name_of(&by));
        line.about = self.workspace.record.matters_of(&act);
        if let Act::Refused(Refused { kind, reasons, .. }) = act {
            line.reasons = if self.sees_audits || OF_ADMINISTRATORS.contains(&kind.as_str()) {
                reasons
            } else {
                vec!["(why is for those who read audits)".to_owned()]
            };
            line.refused = Some(kind);
        }
        Ok(line)
    }

    fn is_hidden(&self, act: &Act) -> bool {
        let record = &self.workspace.record;
        let hidden_from = |id: &MisuseId| {
            record.misuse.get(id).is_none_or(|misuse| misuse.is_hidden_from(self.by, &self.standing.user_ids))
        };
        match act {
            Act::MisuseReported(act) => !self.handles_misuse || hidden_from(&act.misuse),
            Act::MisuseHandled(act) => !self.handles_misuse || hidden_from(&act.misuse),
            // Of which report it was, only the reasons say: who is kept from one is told of none.
            Act::Refused(refused) => {
                refused.kind.contains("misuse") && (!self.handles_misuse || record.misuse.keys().any(hidden_from))
            }
            _ => false,
        }
    }
}

fn confidential(line: Line) -> Line {
    Line { who: None, kind: CONFIDENTIAL.to_owned(), about: Vec::new(), disposed: None, ..line }
}
