//! Objects that are no evidence set: frames, reports, attachments.

use std::path::Path;

use super::incoming::Incoming;
use super::{Archive, Fault, Sha256, unusable};
use crate::problem::Problem;

impl Archive {
    /// Keeps a text; returns the name and length of the object.
    ///
    /// # Errors
    /// The store cannot be written.
    pub fn keep_text(&self, text: &str) -> Result<(Sha256, u64), Problem> {
        let private = self.private_folder()?;
        let incoming =
            Incoming::of_text(text, private.path().join("text")).map_err(|error| unusable(&self.root, &error))?;
        self.publish(&incoming)?;
        Ok((incoming.sha256, incoming.bytes))
    }

    /// Keeps a file unchanged.
    ///
    /// # Errors
    /// The file cannot be read, or the store cannot be written.
    pub fn keep_file(&self, path: &Path) -> Result<(Sha256, u64), Problem> {
        let private = self.private_folder()?;
        let incoming = Incoming::copy_of(path, private.path().join("file")).map_err(|error| {
            let what = format!("it cannot be copied into the evidence store: {error}");
            Problem::new(path.display().to_string(), what, "make sure that it can be read, and that the store has room")
        })?;
        self.publish(&incoming)?;
        Ok((incoming.sha256, incoming.bytes))
    }

    /// The bytes of an object, which are what its name says.
    ///
    /// # Errors
    /// The object is missing or damaged.
    pub fn bytes(&self, object: &Sha256) -> Result<Vec<u8>, Problem> {
        let bytes = std::fs::read(self.path_of(object)).map_err(|error| {
            if error.kind() == std::io::ErrorKind::NotFound {
                Fault::Missing { object: *object }.into()
            } else {
                unusable(&self.root, &error)
            }
        })?;
        let found = Sha256::of(&ring::digest::digest(&ring::digest::SHA256, &bytes));
        if found == *object { Ok(bytes) } else { Err(Fault::Damaged { object: *object, found }.into()) }
    }

    /// An object to be copied, whose bytes are what its name says: it may be larger than memory.
    ///
    /// # Errors
    /// The object is missing or damaged.
    pub fn original(&self, object: &Sha256) -> Result<std::fs::File, Problem> {
        self.verify(object)?;
        std::fs::File::open(self.path_of(object)).map_err(|error| unusable(&self.root, &error))
    }

    /// The text of an object.
    ///
    /// # Errors
    /// As of [`Archive::bytes`], and when it is no text.
    pub fn text(&self, object: &Sha256) -> Result<String, Problem> {
        String::from_utf8(self.bytes(object)?)
            .map_err(|_| Problem::new(format!("object {object}"), "it is no text", "name another object"))
    }

    /// Takes an object away for good, after its time. What is not there is gone already.
    ///
    /// # Errors
    /// The store cannot be written.
    pub fn remove(&self, object: &Sha256) -> Result<(), Problem> {
        match std::fs::remove_file(self.path_of(object)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(unusable(&self.root, &error)),
            _ => Ok(()),
        }
    }
}
