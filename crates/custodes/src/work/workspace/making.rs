//! Making a workspace. Interrupted at any moment, the same command takes it up and finishes it.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use custodes_compliance::acts::people::{Kind, PersonAdded, RoleGiven, WorkspaceOpened};
use custodes_compliance::acts::{Act, Mark, PersonId};
use custodes_compliance::london;
use custodes_compliance::roles::Role;
use custodes_evidence::archive::Archive;
use custodes_journal::checkpoint::Origin;
use custodes_journal::log::Log;
use custodes_store::{OpenError, SqliteLog};

use super::{EVIDENCE, JOURNAL, Workspace, private};
use crate::clock;
use crate::work::keys::Keys;
use crate::work::{WorkError, outgoing, random};

/// Names the journal while its workspace is made; gone once it is whole.
const MAKING: &str = "making";

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
    /// Makes a workspace in a new or empty folder, with its first person, an administrator; or finishes the
    /// making of one that was interrupted.
    ///
    /// # Errors
    /// When the folder holds something else, or a file cannot be made.
    pub fn create(folder: &Path, opening: Opening) -> Result<Workspace, WorkError> {
        fs::create_dir_all(folder).map_err(WorkError::file(folder, "cannot be made"))?;
        let begun = begun(folder)?;
        let log = match SqliteLog::open(&folder.join(JOURNAL)) {
            Err(OpenError::Missing { .. } | OpenError::Unfinished { .. }) => None,
            opened => Some(opened?),
        };
        if let Some(log) = &log
            && log.head()?.size.0 > 0
        {
            return finished(folder, &opening);
        }
        let origin = match begun.filter(|origin| is_of(origin, &opening.lea)) {
            Some(origin) => origin,
            None => {
                let origin = origin_of(&opening.lea)?;
                outgoing::put(&folder.join(MAKING), format!("{origin}\n").as_bytes())?;
                origin
            }
        };
        // Before anything is in it, so that nobody sees it come.
        private::keep_for_the_owner(folder);
        let keys = Keys::create(&opening.keys, &origin)?;
        let log = log.map_or_else(|| SqliteLog::create(&folder.join(JOURNAL)), Ok)?;
        let archive = Archive::open(&folder.join(EVIDENCE))?;
        private::keep_for_the_owner(folder);
        let mut workspace = Workspace::new(log, archive, Some(keys))?;
        workspace.begin(opening, &origin)?;
        made(folder)?;
        Ok(workspace)
    }

    fn begin(&mut self, opening: Opening, origin: &Origin) -> Result<(), WorkError> {
        let key = self.keys()?.verifier().to_string();
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
        let turn = self.keys()?.turn()?;
        self.write(&turn, &person, acts.into())?.map_err(|_| WorkError::from("the journal is not new"))?;
        self.sign_in(&turn)
    }
}

/// The making was interrupted after the journal was begun: all but the marker is there.
fn finished(folder: &Path, asked: &Opening) -> Result<Workspace, WorkError> {
    let workspace = Workspace::open(folder, &asked.keys)?;
    let opened = workspace.opened()?;
    let same = opened.lea == asked.lea && opened.kind == asked.kind;
    if !same || !workspace.record.people.contains_key(&asked.administrator) {
        return Err(format!(
            "{}: there is a workspace of {} here already: go on with it, or name a new folder",
            folder.display(),
            opened.lea
        )
        .into());
    }
    workspace.keys()?;
    Ok(workspace)
}

/// Of an interrupted making, the journal's name, where it got so far; `None` of an empty folder.
fn begun(folder: &Path) -> Result<Option<Origin>, WorkError> {
    let unreadable = || WorkError::file(folder, "cannot be read");
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable())? {
        names.push(entry.map_err(unreadable())?.file_name().to_string_lossy().into_owned());
    }
    let is_ours = |name: &String| name == EVIDENCE || name.starts_with(JOURNAL) || name.starts_with(MAKING);
    let marker = folder.join(MAKING);
    let other = || format!("{}: this folder is not empty: name a new one", folder.display());
    if !names.iter().all(is_ours) {
        return Err(other().into());
    }
    match fs::read_to_string(&marker) {
        Ok(text) => Ok(Origin::parse(text.trim_end()).ok()),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            // The marker comes first: without it, only what was written of itself may be there.
            if names.iter().all(|name| name.starts_with(MAKING)) { Ok(None) } else { Err(other().into()) }
        }
        Err(error) => Err(WorkError::file(&marker, "cannot be read")(error)),
    }
}

/// From here on it is a workspace like any other.
pub(super) fn made(folder: &Path) -> Result<(), WorkError> {
    let marker = folder.join(MAKING);
    match fs::remove_file(&marker) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(WorkError::file(&marker, "cannot be removed")(error)),
        _ => Ok(()),
    }
}

/// Whether a workspace is in the making here, and has no entries yet.
pub(super) fn is_in_the_making(folder: &Path) -> bool {
    folder.join(MAKING).is_file()
}

const ORIGINS: &str = "custodes.invalid";

/// A journal's name: the LEA, folded, and random digits, so that no two are alike.
fn origin_of(lea: &str) -> Result<Origin, WorkError> {
    let random: String = random::<4>()?.iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(Origin::parse(&format!("{ORIGINS}/{}/{random}", folded(lea))).map_err(|error| error.to_string())?)
}

fn folded(lea: &str) -> String {
    let folded: String =
        lea.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect();
    let folded = folded.trim_matches('-');
    if folded.is_empty() { "lea".to_owned() } else { folded.to_owned() }
}

fn is_of(origin: &Origin, lea: &str) -> bool {
    origin.as_str().rsplit_once('/').is_some_and(|(name, _)| name == format!("{ORIGINS}/{}", folded(lea)))
}
