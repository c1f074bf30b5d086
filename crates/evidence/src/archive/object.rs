//! Objects on the disk: where they lie, how they come there, and whether they are still what they were.

use std::fmt;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use super::incoming::Incoming;
use super::{Archive, OBJECTS, unusable};
use crate::archive::Sha256;
use crate::problem::Problem;
use crate::stream::sha256_of;

/// What is wrong with an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    Missing {
        object: Sha256,
    },
    /// Its bytes are not those that it is named after.
    Damaged {
        object: Sha256,
        found: Sha256,
    },
    Unreadable {
        object: Sha256,
        because: String,
    },
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::Missing { object } => {
                write!(f, "object {object}: it is missing from the evidence store; restore it from a backup")
            }
            Fault::Damaged { object, found } => write!(
                f,
                "object {object}: its bytes are not those that were taken in, their SHA-256 is {found}; restore it from a backup"
            ),
            Fault::Unreadable { object, because } => {
                write!(f, "object {object}: it cannot be read: {because}; check the disk, or restore it from a backup")
            }
        }
    }
}

impl std::error::Error for Fault {}

impl From<Fault> for Problem {
    fn from(fault: Fault) -> Self {
        let text = fault.to_string();
        let (place, rest) = text.split_once(": ").unwrap_or(("", &text));
        let (what, remedy) = rest.rsplit_once("; ").unwrap_or((rest, ""));
        Problem::new(place, what, remedy)
    }
}

impl Archive {
    pub(super) fn path_of(&self, object: &Sha256) -> PathBuf {
        let name = object.to_string();
        self.root.join(OBJECTS).join(&name[..2]).join(name)
    }

    /// Whether there is an object of that name; whether it is whole, [`Archive::verify`] says.
    pub fn holds(&self, object: &Sha256) -> bool {
        self.path_of(object).is_file()
    }

    /// That there is an object of that name with so many bytes: what can be said of it without reading it.
    ///
    /// # Errors
    /// It is missing, has another length, or cannot be looked at.
    pub fn expect(&self, object: &Sha256, bytes: u64) -> Result<(), Problem> {
        match fs::metadata(self.path_of(object)) {
            Ok(there) if there.len() == bytes => Ok(()),
            Ok(there) => Err(other_length(object, there.len(), bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Err(Fault::Missing { object: *object }.into()),
            Err(error) => Err(Fault::Unreadable { object: *object, because: error.to_string() }.into()),
        }
    }

    /// Reads an object to its end and compares it with its name. Returns its length in bytes.
    ///
    /// # Errors
    /// It is missing, damaged, or cannot be read.
    pub fn verify(&self, object: &Sha256) -> Result<u64, Fault> {
        let path = self.path_of(object);
        let unreadable = |error: io::Error| match error.kind() {
            io::ErrorKind::NotFound => Fault::Missing { object: *object },
            _ => Fault::Unreadable { object: *object, because: error.to_string() },
        };
        let length = fs::metadata(&path).map_err(unreadable)?.len();
        let found = sha256_of(&path).map_err(unreadable)?;
        match found.parse::<Sha256>() {
            Ok(found) if found == *object => Ok(length),
            Ok(found) => Err(Fault::Damaged { object: *object, found }),
            Err(because) => Err(Fault::Unreadable { object: *object, because }),
        }
    }

    /// The names of all objects, in order. Not all need belong to a state: an import that was broken off
    /// leaves some that nothing names.
    ///
    /// # Errors
    /// The folders cannot be read.
    pub fn objects(&self) -> Result<Vec<Sha256>, Problem> {
        let mut objects = Vec::new();
        let mut list = || -> io::Result<()> {
            for folder in fs::read_dir(self.root.join(OBJECTS))? {
                for entry in fs::read_dir(folder?.path())? {
                    objects.extend(entry?.file_name().to_str().and_then(|name| name.parse::<Sha256>().ok()));
                }
            }
            Ok(())
        };
        list().map_err(|error| unusable(&self.root, &error))?;
        objects.sort_unstable();
        Ok(objects)
    }

    /// Gives a file its place. Returns whether the object was there before; then the file is left where it is.
    pub(super) fn publish(&self, incoming: &Incoming) -> Result<bool, Problem> {
        let path = self.path_of(&incoming.sha256);
        let failed = |error: io::Error| unusable(&self.root, &error);
        match fs::metadata(&path) {
            Ok(there) if there.len() == incoming.bytes => return Ok(true),
            Ok(there) => return Err(other_length(&incoming.sha256, there.len(), incoming.bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(failed(error)),
        }
        let objects = self.root.join(OBJECTS);
        let folder = path.parent().unwrap_or(&objects);
        if !folder.is_dir() {
            fs::create_dir_all(folder)
                .and_then(|()| as_open_as(folder, &objects))
                .and_then(|()| sync_folder(&objects))
                .map_err(failed)?;
        }
        as_open_as(&incoming.path, &objects).map_err(failed)?;
        fs::rename(&incoming.path, &path).and_then(|()| sync_folder(folder)).map_err(failed)?;
        Ok(false)
    }
}

fn other_length(object: &Sha256, found: u64, expected: u64) -> Problem {
    let what = format!("it has {found} bytes in the evidence store, where {expected} were taken in");
    Problem::new(format!("object {object}"), what, "restore it from a backup")
}

/// Opens something new to a group as far as the folder of objects is, and to nobody else.
#[cfg(unix)]
fn as_open_as(new: &Path, objects: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let (is, of_all) = (fs::metadata(new)?, fs::metadata(objects)?.permissions().mode());
    let open = if is.is_dir() { 0o700 | (of_all & 0o2070) } else { 0o400 | (of_all & 0o040) };
    if is.permissions().mode() & 0o7777 == open {
        return Ok(());
    }
    fs::set_permissions(new, fs::Permissions::from_mode(open))
}

#[cfg(not(unix))]
fn as_open_as(_: &Path, _: &Path) -> io::Result<()> {
    Ok(())
}

/// A new name in a folder lasts once the folder itself is on the disk.
#[cfg(unix)]
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
pub fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}
