//! A workspace: configuration, journal, evidence store, in one folder.

mod disposing;
mod making;
mod private;
mod reckoning;
mod signing;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::Path;

use custodes_compliance::acts::people::{Refused, WorkspaceOpened};
use custodes_compliance::acts::{Act, AuditId, Content, Mark, PersonId};
use custodes_compliance::record::Done;
use custodes_compliance::record::Record;
use custodes_compliance::record::admission::{self, Actor};
use custodes_compliance::roles::{Action, Refusal, Standing};
use custodes_compliance::time::Instant;
use custodes_evidence::archive::Archive;
use custodes_journal::checkpoint::Origin;
use custodes_journal::entry::{Leaf, NewEntry, RandomId, Salt, commitment};
use custodes_journal::hash::Hash;
use custodes_journal::key::VerifierKey;
use custodes_journal::log::{Expect, Head, Log, LogError};
use custodes_journal::tree::{Frontier, LeafIndex, TreeSize};
use custodes_store::{OpenError, SqliteLog};

use super::keys::{Keys, Turn};
use super::login::login;
use super::standing::Standings;
use super::{WorkError, random};

pub use disposing::Wanted;
pub use making::Opening;
pub(super) use reckoning::is_ahead;

pub(super) const JOURNAL: &str = "journal.sqlite";
pub(super) const EVIDENCE: &str = "evidence";
/// How often an act is prepared anew when other programs write in between.
const TRIES: usize = 20;
const MOVED: &str = "other programs keep writing to the journal: try again";

/// An open workspace.
pub struct Workspace {
    pub log: SqliteLog,
    pub archive: Archive,
    pub record: Record,
    pub keys: Option<Keys>,
    pub(super) head: Head,
    /// How many entries went into the record that the store keeps.
    pub(super) kept: u64,
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
        private::keep_others_out(folder);
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
        // Where nobody acts, as after a change of version, every opening would fold the same entries again. What
        // cannot be kept is no less right.
        if workspace.continues_what_was_signed() {
            let _ = workspace.keep_record();
        }
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

    /// The root of the tree as it was at a smaller size.
    pub(super) fn root_at(&self, size: TreeSize) -> Result<Hash, WorkError> {
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

    /// The first of some acts that may not be done now; nothing is journalled.
    ///
    /// # Errors
    /// When the account evidence cannot be read.
    pub fn first_refused(&mut self, by: &PersonId, acts: &[Act]) -> Result<Option<usize>, WorkError> {
        Ok(self.refusals_of_each(by, acts)?.iter().position(|refusals| !refusals.is_empty()))
    }

    fn refusals(&mut self, by: &PersonId, acts: &[Act]) -> Result<Vec<Refusal>, WorkError> {
        let mut refusals: Vec<Refusal> = Vec::new();
        for refusal in self.refusals_of_each(by, acts)?.into_iter().flatten() {
            // Several acts at once may be refused for one reason: it is said once.
            if !refusals.contains(&refusal) {
                refusals.push(refusal);
            }
        }
        Ok(refusals)
    }

    fn refusals_of_each(&mut self, by: &PersonId, acts: &[Act]) -> Result<Vec<Vec<Refusal>>, WorkError> {
        let now = self.now()?;
        self.refresh_standings()?;
        // Asked again for each act of many, and reckoned from every account.
        let known: RefCell<BTreeMap<PersonId, Standing>> = RefCell::default();
        let standing_of = |person: &PersonId| {
            known.borrow_mut().entry(person.clone()).or_insert_with(|| self.known_standing(person, now)).clone()
        };
        let standing = standing_of(by);
        let actor = Actor { person: by, standing: &standing, now };
        Ok(acts.iter().map(|act| admission::refusals(&self.record, act, &actor, &standing_of)).collect())
    }

    /// Whether somebody may do or see something that is no act; `audit` is the one that it is about.
    ///
    /// # Errors
    /// [`WorkError::Refused`], with why; which is journalled, where this machine's user holds the key.
    pub fn permit(&mut self, by: &PersonId, action: Action, audit: Option<&AuditId>) -> Result<(), WorkError> {
        self.permit_looking(by, action, audit, None)
    }

    /// Whether somebody may look at a record of an audit: by the rules by which they may judge it.
    ///
    /// # Errors
    /// As [`Workspace::permit`].
    pub fn permit_item(&mut self, by: &PersonId, audit: &AuditId, key: &str) -> Result<(), WorkError> {
        self.permit_looking(by, Action::JudgeItems, Some(audit), Some(key))
    }

    fn permit_looking(
        &mut self,
        by: &PersonId,
        action: Action,
        audit: Option<&AuditId>,
        key: Option<&str>,
    ) -> Result<(), WorkError> {
        for _ in 0..TRIES {
            let now = self.looking_at();
            // Account evidence is read only where something hangs on it.
            let standing =
                if admission::needs_independence(action) { self.standing_of(by)? } else { Standing::default() };
            let actor = Actor { person: by, standing: &standing, now };
            let refusals = admission::looking(&self.record, action, audit, key, &actor);
            if refusals.is_empty() {
                return Ok(());
            }
            // Nothing is added to a journal that cannot be signed, or that is ahead of the clock; the refusal stands
            // all the same.
            if !self.continues_what_was_signed() || self.now().is_err() {
                return Err(WorkError::Refused(refusals));
            }
            let about = audit.filter(|audit| self.record.audits.contains_key(audit));
            let about = about.map(ToString::to_string).unwrap_or_default();
            let refused = Refused { kind: action.kind(), about, reasons: reasons(&refusals) };
            let turn = self.turn()?;
            match self.write(&turn, by, vec![refused.into()])? {
                Err(Moved) => self.catch_up()?,
                Ok(_) => {
                    self.sign_in(&turn)?;
                    self.keep_record()?;
                    return Err(WorkError::Refused(refusals));
                }
            }
        }
        Err(MOVED.into())
    }

    /// What the account evidence says of somebody now.
    ///
    /// # Errors
    /// When the evidence cannot be read.
    pub fn standing_of(&mut self, person: &PersonId) -> Result<Standing, WorkError> {
        let now = self.looking_at();
        self.refresh_standings()?;
        Ok(self.known_standing(person, now))
    }

    fn known_standing(&self, person: &PersonId, now: Instant) -> Standing {
        let registered = self.record.person(person).map_or(&[][..], |person| &person.user_ids);
        self.standings.as_ref().map(|(_, standings)| standings.of(person, registered, now)).unwrap_or_default()
    }

    /// Account evidence is read again when an import, or an answer for its rows, may have changed what it says.
    fn refresh_standings(&mut self) -> Result<(), WorkError> {
        let changed = self.record.imports.values().flat_map(|import| {
            let withdrawn = import.withdrawn.iter().map(|(done, _)| done.entry);
            let settled = import.settled.iter().map(|(done, _)| done.entry);
            withdrawn.chain(settled).chain([import.imported.entry])
        });
        let state = changed.max().map_or(0, |entry| entry + 1);
        if self.standings.as_ref().is_none_or(|(of, _)| *of != state) {
            self.standings = Some((state, Standings::read(&self.archive, &self.record)?));
        }
        Ok(())
    }

    fn refusal(&self, acts: &[Act], refusals: &[Refusal]) -> Vec<Act> {
        let Some(act) = acts.first() else { return Vec::new() };
        let about = admission::audit_of(&self.record, act).map(|audit| audit.to_string()).unwrap_or_default();
        vec![Refused::of(act, about, reasons(refusals)).into()]
    }

    /// Writes what was prepared from the journal as it was read; signs nothing yet.
    fn write(&mut self, turn: &Turn, by: &PersonId, acts: Vec<Act>) -> Result<Result<Vec<Done>, Moved>, WorkError> {
        let at = self.now()?;
        let (entries, contents) = self.entries(by, acts, at)?;
        self.intend(turn, &entries)?;
        let appended = match self.log.append(&entries, Expect::Head(self.head), None) {
            Err(LogError::Moved { .. }) => return Ok(Err(Moved)),
            appended => appended?,
        };
        // Folds what was just written.
        self.head = appended.head;
        let mut done = Vec::with_capacity(entries.len());
        for ((entry, content), place) in entries.into_iter().zip(contents).zip(appended.first.0..) {
            done.push(Done { by: by.clone(), at, entry: place });
            self.record.apply(at, &Mark::of(entry.leaf.subject.0), Some(content));
        }
        Ok(Ok(done))
    }

    /// The entries of acts, each with a salt of its own; and what stands in each.
    fn entries(&self, by: &PersonId, acts: Vec<Act>, at: Instant) -> Result<(Vec<NewEntry>, Vec<Content>), WorkError> {
        // Acts of one transaction may rest on each other: a person is added, then given a role.
        let mut marks: BTreeMap<PersonId, Mark> = BTreeMap::new();
        for act in &acts {
            if let Act::PersonAdded(added) = act {
                marks.insert(added.person.clone(), added.mark.clone());
            }
        }
        let known = |person: &PersonId| {
            self.record.person(person).map(|person| person.mark.clone()).or_else(|| marks.get(person).cloned())
        };
        let login = login();
        let (mut entries, mut contents) = (Vec::with_capacity(acts.len()), Vec::with_capacity(acts.len()));
        for act in acts {
            let subject = match &act {
                Act::RoleGiven(given) => known(&given.person),
                _ => None,
            };
            let subject = match subject {
                Some(subject) => subject,
                None => self.record.subject_of(&act, Mark::of(random()?)),
            };
            let actor = known(by).map_or([0; 16], |mark| mark.bytes());
            let kind = act.kind().to_owned();
            let content = Content { by: by.clone(), login: login.clone(), act };
            let bytes = serde_json::to_vec(&content).map_err(|error| error.to_string())?;
            let salt = Salt(random()?);
            let commitment = commitment(&salt, &bytes);
            let (actor, subject) = (RandomId(actor), RandomId(subject.bytes()));
            let leaf = Leaf { time: at.0, kind, actor, subject, commitment };
            entries.push(NewEntry { leaf, salt, content: bytes });
            contents.push(content);
        }
        Ok((entries, contents))
    }
}

fn interrupted(folder: &Path) -> WorkError {
    format!(
        "{}: the making of this workspace was interrupted: give the same `custodes init` again, and it is finished",
        folder.display()
    )
    .into()
}

fn reasons(refusals: &[Refusal]) -> Vec<String> {
    refusals.iter().map(Refusal::as_journalled).collect()
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
