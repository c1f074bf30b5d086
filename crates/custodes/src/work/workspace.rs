//! A workspace: configuration, journal, evidence store, in one folder.

use std::collections::BTreeMap;
use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use custodes_compliance::acts::people::{Kind, PersonAdded, Refused, RoleGiven, WorkspaceOpened};
use custodes_compliance::acts::{Act, Content, Mark, PersonId};
use custodes_compliance::record::Record;
use custodes_compliance::record::admission::{self, Actor};
use custodes_compliance::roles::{Refusal, Role};
use custodes_compliance::time::Instant;
use custodes_compliance::{london, record::Done};
use custodes_evidence::archive::Archive;
use custodes_journal::checkpoint::Origin;
use custodes_journal::entry::{Leaf, NewEntry, RandomId, Salt, commitment};
use custodes_journal::key::VerifierKey;
use custodes_journal::log::{Appended, Expect, Head, Log, LogError};
use custodes_journal::tree::LeafIndex;
use custodes_store::SqliteLog;

use super::keys::Keys;
use super::standing::Standings;
use super::{WorkError, random};
use crate::clock;

pub(super) const JOURNAL: &str = "journal.sqlite";
pub(super) const EVIDENCE: &str = "evidence";
/// A clock that is set back by more than this is not believed.
const BACKWARDS: i64 = 300 * 1_000_000;
/// How often an act is prepared anew when other programs write in between.
const TRIES: usize = 20;

/// An open workspace.
pub struct Workspace {
    pub log: SqliteLog,
    pub archive: Archive,
    pub record: Record,
    pub keys: Option<Keys>,
    pub(super) head: Head,
    /// How many entries the kept fold is of.
    pub(super) kept: u64,
    standings: Option<(u64, Standings)>,
}

/// What a new workspace is told of itself.
pub struct Opening {
    pub kind: Kind,
    pub lea: String,
    pub administrator: PersonId,
    pub name: String,
    pub login: Option<String>,
    pub keys: PathBuf,
}

impl Workspace {
    /// Makes a workspace in a new or empty folder, with its first person, an administrator.
    ///
    /// # Errors
    /// When the folder holds something, or a file cannot be made.
    pub fn create(folder: &Path, opening: Opening) -> Result<Workspace, WorkError> {
        if fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some()) {
            return Err(format!("{}: this folder is not empty: name a new one", folder.display()).into());
        }
        fs::create_dir_all(folder).map_err(WorkError::file(folder, "cannot be made"))?;
        let origin = origin_of(&opening.lea)?;
        let keys = Keys::create(&opening.keys, &origin)?;
        let log = SqliteLog::create(&folder.join(JOURNAL))?;
        let archive = Archive::open(&folder.join(EVIDENCE))?;
        let mut workspace = Workspace::new(log, archive, Some(keys))?;
        workspace.begin(opening, &origin)?;
        Ok(workspace)
    }

    fn begin(&mut self, opening: Opening, origin: &Origin) -> Result<(), WorkError> {
        let key = self.keys.as_ref().map(|keys| keys.verifier().to_string()).unwrap_or_default();
        let today = london::day_of(clock::now());
        let Opening { kind, lea, administrator: person, name, login, .. } = opening;
        let opened = WorkspaceOpened {
            kind,
            lea,
            origin: origin.to_string(),
            key,
            standard: custodes_standard::STANDARD.to_owned(),
            program: concat!("custodes ", env!("CARGO_PKG_VERSION")).to_owned(),
            mark: Mark::of(random()?),
        };
        let added =
            PersonAdded { person: person.clone(), name, login, user_ids: Vec::new(), mark: Mark::of(random()?) };
        let given = RoleGiven {
            person: person.clone(),
            role: Role::Administrator,
            from: today,
            until: None,
            deputy_for: None,
            reason: "opened the workspace".into(),
        };
        let acts = [Act::from(opened), added.into(), given.into()];
        // Nobody is known yet who could be asked: these three begin the journal together.
        self.write(&person, acts.into(), Expect::Head(self.head))?
            .map_err(|_| WorkError::from("the journal is not new"))?;
        self.sign()
    }

    /// Opens a workspace to work in it.
    ///
    /// # Errors
    /// When it is none, when its journal is not what was signed, or the store cannot be used.
    pub fn open(folder: &Path, keys: &Path) -> Result<Workspace, WorkError> {
        let journal = folder.join(JOURNAL);
        if !journal.is_file() {
            return Err(format!(
                "{}: there is no workspace in this folder: make one with `custodes init`, or name one with --workspace",
                folder.display()
            )
            .into());
        }
        let log = SqliteLog::open(&journal)?;
        let archive = Archive::open(&folder.join(EVIDENCE))?;
        let mut workspace = Workspace::new(log, archive, None)?;
        let origin = workspace.opened()?.origin.clone();
        workspace.keys = Keys::open(keys, &origin)?;
        Ok(workspace)
    }

    fn new(log: SqliteLog, archive: Archive, keys: Option<Keys>) -> Result<Workspace, WorkError> {
        let head = log.head()?;
        let mut workspace = Workspace { log, archive, record: Record::default(), keys, head, kept: 0, standings: None };
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
        if self.keys.is_none() {
            return Err(
                "this machine's user does not hold the workspace's key, so nothing can be written (see CUSTODES_KEYS)"
                    .into(),
            );
        }
        self.refuse_what_was_rolled_back()?;
        for _ in 0..TRIES {
            let expect = Expect::Head(self.head);
            let acts = prepare(self)?;
            let refusals = self.refusals(by, &acts)?;
            let refused = !refusals.is_empty();
            let write = if refused { self.refusal(&acts, &refusals) } else { acts };
            match self.write(by, write, expect)? {
                Err(Moved) => self.catch_up()?,
                Ok(done) => {
                    self.sign()?;
                    self.keep_record()?;
                    return if refused { Err(WorkError::Refused(refusals)) } else { Ok(done) };
                }
            }
        }
        Err("other programs keep writing to the journal: try again".into())
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
        Ok(acts.iter().flat_map(|act| admission::refusals(&self.record, act, &actor, &standing_of)).collect())
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

    fn write(&mut self, by: &PersonId, acts: Vec<Act>, expect: Expect) -> Result<Result<Vec<Done>, Moved>, WorkError> {
        let at = self.now()?;
        let entries = self.entries(by, &acts, at)?;
        let first =
            match self.log.append(&entries.iter().map(|(entry, _)| entry.clone()).collect::<Vec<_>>(), expect, None) {
                Err(LogError::Moved { .. }) => return Ok(Err(Moved)),
                appended => appended?,
            };
        Ok(Ok(self.take(by, at, entries, first)))
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

    /// Disposes of entries' content and writes the record of it, in one transaction.
    ///
    /// # Errors
    /// As [`Workspace::act`]; and when bytes could not be wiped because another program has the file open.
    pub fn dispose(&mut self, by: &PersonId, of: &[LeafIndex], record: Act) -> Result<(), WorkError> {
        self.refuse_what_was_rolled_back()?;
        let refusals = self.refusals(by, std::slice::from_ref(&record))?;
        if !refusals.is_empty() {
            let refused = self.refusal(std::slice::from_ref(&record), &refusals);
            let _ = self.write(by, refused, Expect::Anything)?;
            self.sign()?;
            return Err(WorkError::Refused(refusals));
        }
        let at = self.now()?;
        let entries = self.entries(by, &[record], at)?;
        let new: Vec<NewEntry> = entries.iter().map(|(entry, _)| entry.clone()).collect();
        let wiped = self.log.dispose(of, &new, Expect::Head(self.head));
        // What was folded still holds what is gone: fold anew from what is left.
        self.record = Record::default();
        self.kept = 0;
        self.catch_up()?;
        self.sign()?;
        wiped?;
        Ok(())
    }
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

/// A journal's name: the LEA, folded, and random digits, so that no two are alike.
fn origin_of(lea: &str) -> Result<Origin, WorkError> {
    let folded: String =
        lea.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect();
    let folded = folded.trim_matches('-');
    let name = if folded.is_empty() { "lea" } else { folded };
    let random: String = random::<4>()?.iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(Origin::parse(&format!("custodes.invalid/{name}/{random}")).map_err(|error| error.to_string())?)
}
