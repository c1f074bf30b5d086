//! A workspace: configuration, journal, evidence store, in one folder.

mod disposing;
mod making;
mod signing;

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::Path;

use custodes_compliance::acts::people::{Refused, WorkspaceOpened};
use custodes_compliance::acts::{Act, Content, Mark, PersonId};
use custodes_compliance::record::Done;
use custodes_compliance::record::Record;
use custodes_compliance::record::admission::{self, Actor};
use custodes_compliance::roles::Refusal;
use custodes_compliance::time::Instant;
use custodes_evidence::archive::Archive;
use custodes_journal::checkpoint::Origin;
use custodes_journal::entry::{Leaf, NewEntry, RandomId, Salt, commitment};
use custodes_journal::key::VerifierKey;
use custodes_journal::log::{Appended, Expect, Head, Log, LogError};
use custodes_journal::tree::{Frontier, LeafIndex, TreeSize};
use custodes_store::{OpenError, SqliteLog};

use super::keys::{Keys, Turn};
use super::standing::Standings;
use super::{WorkError, fold, random};
use crate::clock;

pub use disposing::Wanted;
pub use making::Opening;

pub(super) const JOURNAL: &str = "journal.sqlite";
pub(super) const EVIDENCE: &str = "evidence";
/// A clock that is set back by more than this is not believed.
const BACKWARDS: i64 = 300 * 1_000_000;
/// How often an act is prepared anew when other programs write in between.
const TRIES: usize = 20;
const MOVED: &str = "other programs keep writing to the journal: try again";

/// An open workspace.
pub struct Workspace {
    pub log: SqliteLog,
    pub archive: Archive,
    pub record: Record,
    pub keys: Option<Keys>,
    head: Head,
    kept: u64,
    standings: Option<(u64, Standings)>,
    /// How many entries that nobody signed are to be signed all the same, because a person said so.
    accepted: u64,
}

impl Workspace {
    /// Opens a workspace to work in it.
    ///
    /// # Errors
    /// When it is none, when its journal is not what was signed, or the store cannot be used.
    pub fn open(folder: &Path, keys: &Path) -> Result<Workspace, WorkError> {
        let journal = folder.join(JOURNAL);
        if !journal.is_file() {
            if making::is_in_the_making(folder) {
                return Err(interrupted(folder));
            }
            return Err(format!(
                "{}: there is no workspace in this folder: make one with `custodes init`, or name one with --workspace",
                folder.display()
            )
            .into());
        }
        let log = match SqliteLog::open(&journal) {
            Err(OpenError::Unfinished { .. }) => return Err(interrupted(folder)),
            opened => opened?,
        };
        let archive = Archive::open(&folder.join(EVIDENCE))?;
        let mut workspace = Workspace::new(log, archive, None)?;
        if workspace.head.size.0 == 0 && making::is_in_the_making(folder) {
            return Err(interrupted(folder));
        }
        let origin = workspace.opened()?.origin.clone();
        workspace.keys = Keys::open(keys, &origin)?;
        workspace.finish_what_was_interrupted(folder);
        Ok(workspace)
    }

    fn new(log: SqliteLog, archive: Archive, keys: Option<Keys>) -> Result<Workspace, WorkError> {
        let head = log.head()?;
        let mut workspace =
            Workspace { log, archive, record: Record::default(), keys, head, kept: 0, standings: None, accepted: 0 };
        workspace.take_up_kept_record()?;
        workspace.catch_up()?;
        Ok(workspace)
    }

    pub fn head(&self) -> Head {
        self.head
    }

    /// What the workspace said of itself when it was opened.
    ///
    /// # Errors
    /// When the journal does not begin with that.
    pub fn opened(&self) -> Result<&WorkspaceOpened, WorkError> {
        match &self.record.workspace {
            Some(workspace) => Ok(&workspace.what),
            None => Err("the journal does not begin with the opening of a workspace".into()),
        }
    }

    pub fn origin(&self) -> Result<Origin, WorkError> {
        Ok(Origin::parse(&self.opened()?.origin).map_err(|error| error.to_string())?)
    }

    pub fn verifier(&self) -> Result<VerifierKey, WorkError> {
        Ok(VerifierKey::parse(&self.opened()?.key).map_err(|error| error.to_string())?)
    }

    fn take_up_kept_record(&mut self) -> Result<(), WorkError> {
        // The key by which the fold was signed is named by the journal's own first entry.
        let Some(bytes) = self.log.derived(fold::NAME)? else { return Ok(()) };
        let Some(key) = self.key_of_first_entry()? else { return Ok(()) };
        let Some((record, head)) = fold::unseal(&bytes, &key) else { return Ok(()) };
        if head.size <= self.head.size && self.root_at(head.size)? == head.root && record.size == head.size.0 {
            self.kept = record.size;
            self.record = record;
        }
        Ok(())
    }

    fn key_of_first_entry(&self) -> Result<Option<VerifierKey>, WorkError> {
        let mut key = None;
        self.log.read(LeafIndex(0), TreeSize(self.head.size.0.min(1)), &mut |entry| {
            let content = entry.content.and_then(|content| serde_json::from_slice::<Content>(&content.bytes).ok());
            if let Some(Content { act: Act::WorkspaceOpened(opened), .. }) = content {
                key = VerifierKey::parse(&opened.key).ok();
            }
            ControlFlow::Continue(())
        })?;
        Ok(key)
    }

    /// The root of the tree as it was at a smaller size.
    fn root_at(&self, size: TreeSize) -> Result<custodes_journal::hash::Hash, WorkError> {
        Ok(Frontier::read(size, |level, index| self.log.node(level, index))?.root())
    }

    /// Folds what was written since.
    ///
    /// # Errors
    /// When an entry cannot be read as what it says it is.
    pub fn catch_up(&mut self) -> Result<(), WorkError> {
        self.head = self.log.head()?;
        let record = &mut self.record;
        let mut wrong = None;
        self.log.read(LeafIndex(record.size), self.head.size, &mut |entry| match read_entry(&entry) {
            Ok((at, subject, content)) => {
                record.apply(at, &subject, content);
                ControlFlow::Continue(())
            }
            Err(why) => {
                wrong = Some(format!("entry {}: {why}; `custodes verify` says more", entry.index.0));
                ControlFlow::Break(())
            }
        })?;
        match wrong {
            Some(wrong) => Err(wrong.into()),
            None => Ok(()),
        }
    }

    /// Does something, if it may be done: prepares the act from the record as it is, asks, writes, signs.
    /// When another program wrote in between, it is prepared and asked anew.
    ///
    /// # Errors
    /// [`WorkError::Refused`] when it may not be done (which is journalled), or what `prepare` says.
    pub fn act(
        &mut self,
        by: &PersonId,
        prepare: impl Fn(&Workspace) -> Result<Vec<Act>, WorkError>,
    ) -> Result<Vec<Done>, WorkError> {
        self.refuse_what_was_rolled_back()?;
        for _ in 0..TRIES {
            let acts = prepare(self)?;
            let refusals = self.refusals(by, &acts)?;
            let refused = !refusals.is_empty();
            let write = if refused { self.refusal(&acts, &refusals) } else { acts };
            let turn = self.turn()?;
            match self.write(&turn, by, write)? {
                Err(Moved) => self.catch_up()?,
                Ok(done) => {
                    self.sign_in(&turn)?;
                    self.keep_record()?;
                    return if refused { Err(WorkError::Refused(refusals)) } else { Ok(done) };
                }
            }
        }
        Err(MOVED.into())
    }

    fn refusals(&mut self, by: &PersonId, acts: &[Act]) -> Result<Vec<Refusal>, WorkError> {
        let now = self.now()?;
        self.refresh_standings()?;
        let standings = self.standings.as_ref().map(|(_, standings)| standings);
        let standing_of = |person: &PersonId| {
            let registered = self.record.person(person).map_or(&[][..], |person| &person.user_ids);
            standings.map(|standings| standings.of(person, registered, now)).unwrap_or_default()
        };
        let standing = standing_of(by);
        let actor = Actor { person: by, standing: &standing, now };
        let mut refusals: Vec<Refusal> = Vec::new();
        for refusal in acts.iter().flat_map(|act| admission::refusals(&self.record, act, &actor, &standing_of)) {
            // Several acts at once may be refused for one reason: it is said once.
            if !refusals.contains(&refusal) {
                refusals.push(refusal);
            }
        }
        Ok(refusals)
    }

    /// Whether somebody may do or see something that is no act.
    ///
    /// # Errors
    /// [`WorkError::Refused`], with why.
    pub fn permit(
        &mut self,
        by: &PersonId,
        action: custodes_compliance::roles::Action,
        clause: Option<&str>,
    ) -> Result<(), WorkError> {
        let now = self.now()?;
        let standing = self.standing_of(by)?;
        let actor = Actor { person: by, standing: &standing, now };
        let refusals = admission::permission(&self.record, action, clause, &actor);
        if refusals.is_empty() { Ok(()) } else { Err(WorkError::Refused(refusals)) }
    }

    /// What the account evidence says of somebody now.
    ///
    /// # Errors
    /// When the evidence cannot be read.
    pub fn standing_of(&mut self, person: &PersonId) -> Result<custodes_compliance::roles::Standing, WorkError> {
        let now = self.now()?;
        self.refresh_standings()?;
        let registered = self.record.person(person).map_or(&[][..], |person| &person.user_ids);
        Ok(self.standings.as_ref().map(|(_, standings)| standings.of(person, registered, now)).unwrap_or_default())
    }

    /// Account evidence is read again when an import may have changed it.
    fn refresh_standings(&mut self) -> Result<(), WorkError> {
        let state =
            self.record.imports.values().map(|import| {
                import.imported.entry.max(import.withdrawn.as_ref().map_or(0, |(done, _)| done.entry)) + 1
            });
        let state = state.max().unwrap_or(0);
        if self.standings.as_ref().is_none_or(|(of, _)| *of != state) {
            self.standings = Some((state, Standings::read(&self.archive, &self.record)?));
        }
        Ok(())
    }

    fn refusal(&self, acts: &[Act], refusals: &[Refusal]) -> Vec<Act> {
        let Some(act) = acts.first() else { return Vec::new() };
        let about = admission::audit_of(&self.record, act).map(|audit| audit.to_string()).unwrap_or_default();
        let reasons = refusals.iter().map(ToString::to_string).collect();
        vec![Refused::of(act, about, reasons).into()]
    }

    /// The time of the next entry: the clock's, but never before the latest entry's.
    ///
    /// # Errors
    /// When the clock was set back by more than minutes.
    pub fn now(&self) -> Result<Instant, WorkError> {
        let now = clock::now();
        match self.record.latest {
            Some(latest) if now.0 < latest.0 - BACKWARDS => Err(format!(
                "this machine's clock says {now}, but the journal's latest entry was made at {latest}: set the clock right first"
            )
            .into()),
            Some(latest) => Ok(now.max(latest)),
            None => Ok(now),
        }
    }

    /// Writes what was prepared from the journal as it was read; signs nothing yet.
    fn write(&mut self, turn: &Turn, by: &PersonId, acts: Vec<Act>) -> Result<Result<Vec<Done>, Moved>, WorkError> {
        let at = self.now()?;
        let entries = self.entries(by, &acts, at)?;
        let new: Vec<NewEntry> = entries.iter().map(|(entry, _)| entry.clone()).collect();
        self.intend(turn, &new)?;
        let appended = match self.log.append(&new, Expect::Head(self.head), None) {
            Err(LogError::Moved { .. }) => return Ok(Err(Moved)),
            appended => appended?,
        };
        Ok(Ok(self.take(by, at, entries, appended)))
    }

    /// Folds what was just written.
    fn take(&mut self, by: &PersonId, at: Instant, entries: Vec<(NewEntry, Content)>, appended: Appended) -> Vec<Done> {
        self.head = appended.head;
        let mut done = Vec::new();
        for (place, (entry, content)) in entries.into_iter().enumerate() {
            done.push(Done { by: by.clone(), at, entry: appended.first.0 + place as u64 });
            self.record.apply(at, &Mark::of(entry.leaf.subject.0), Some(content));
        }
        done
    }

    /// The entries of acts, each with a salt of its own.
    fn entries(&self, by: &PersonId, acts: &[Act], at: Instant) -> Result<Vec<(NewEntry, Content)>, WorkError> {
        // Acts of one transaction may rest on each other: a person is added, then given a role.
        let mut marks: BTreeMap<PersonId, Mark> = BTreeMap::new();
        for act in acts {
            if let Act::PersonAdded(added) = act {
                marks.insert(added.person.clone(), added.mark.clone());
            }
        }
        let known = |person: &PersonId| {
            self.record.person(person).map(|person| person.mark.clone()).or_else(|| marks.get(person).cloned())
        };
        let login = login();
        let mut entries = Vec::new();
        for act in acts {
            let subject = match act {
                Act::RoleGiven(given) => known(&given.person),
                _ => None,
            };
            let subject = match subject {
                Some(subject) => subject,
                None => self.record.subject_of(act, Mark::of(random()?)),
            };
            let actor = known(by).map_or([0; 16], |mark| mark.bytes());
            let content = Content { by: by.clone(), login: login.clone(), act: act.clone() };
            let bytes = serde_json::to_vec(&content).map_err(|error| error.to_string())?;
            let salt = Salt(random()?);
            let leaf = Leaf {
                time: at.0,
                kind: act.kind().to_owned(),
                actor: RandomId(actor),
                subject: RandomId(subject.bytes()),
                commitment: commitment(&salt, &bytes),
            };
            entries.push((NewEntry { leaf, salt, content: bytes }, content));
        }
        Ok(entries)
    }
}

fn interrupted(folder: &Path) -> WorkError {
    format!(
        "{}: the making of this workspace was interrupted: give the same `custodes init` again, and it is finished",
        folder.display()
    )
    .into()
}

/// Another program wrote in between.
struct Moved;

/// Time, subject and content of a stored entry.
pub fn read_entry(entry: &custodes_journal::entry::Entry) -> Result<(Instant, Mark, Option<Content>), String> {
    let leaf = Leaf::parse(&entry.leaf).map_err(|error| error.to_string())?;
    let subject = Mark::of(leaf.subject.0);
    let Some(content) = &entry.content else { return Ok((Instant(leaf.time), subject, None)) };
    let content: Content = serde_json::from_slice(&content.bytes)
        .map_err(|error| format!("its content is not an act that this version knows ({error})"))?;
    if content.act.kind() != leaf.kind {
        return Err(format!("its leaf says {:?} and its content {:?}", leaf.kind, content.act.kind()));
    }
    Ok((Instant(leaf.time), subject, Some(content)))
}

/// The machine's own name for whoever runs the program: it stands behind the person they act as.
pub fn login() -> Option<String> {
    ["USER", "LOGNAME", "USERNAME"].iter().find_map(|name| std::env::var(name).ok()).filter(|name| !name.is_empty())
}
