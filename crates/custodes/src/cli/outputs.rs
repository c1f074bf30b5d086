//! The files that a verb is asked to write, looked at before any evidence is read: a run over a whole force
//! must not end in a file that cannot be written, nor over the evidence that it judged.

use std::path::{Path, PathBuf};

/// Refuses outputs that would take the place of evidence, of a file that is read, or of each other.
///
/// # Errors
/// A sentence that names the option and the file.
pub fn admissible(outputs: &[(&str, &Path)], evidence: &Path, read: &[(&str, &Path)]) -> Result<(), String> {
    let evidence = evidence.canonicalize().ok();
    for (place, (option, path)) in outputs.iter().enumerate() {
        let shown = path.display();
        let own = names_of(path);
        if let Some(folder) = &evidence
            && own.iter().any(|name| name.starts_with(folder))
        {
            let folder = folder.display();
            return Err(format!(
                "{option}: {shown} lies among the evidence in {folder}, where nothing is written: name a file elsewhere"
            ));
        }
        let others = read
            .iter()
            .map(|other| (other, "is read by"))
            .chain(outputs[..place].iter().map(|other| (other, "is also written by")));
        for ((other_option, other), does) in others {
            if names_of(other).iter().any(|name| own.iter().any(|own| same(own, name))) {
                return Err(format!("{option}: {shown} {does} {other_option}: name another file"));
            }
        }
    }
    Ok(())
}

/// Where a file is, and where it would be if the name itself is taken for it and is no link.
fn names_of(path: &Path) -> Vec<PathBuf> {
    let folder = folder_of(path).canonicalize().ok();
    let named = folder.zip(path.file_name()).map(|(folder, name)| folder.join(name));
    named.into_iter().chain(path.canonicalize().ok()).collect()
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// On these systems files whose names differ in case are mostly one.
fn same(one: &Path, other: &Path) -> bool {
    if cfg!(any(windows, target_os = "macos")) {
        one.to_string_lossy().to_lowercase() == other.to_string_lossy().to_lowercase()
    } else {
        one == other
    }
}

/// Sees that a file can be written, and leaves no trace of it.
///
/// # Errors
/// A sentence that names the option and the file, and says what is in the way.
pub fn can_be_written(option: &str, path: &Path) -> Result<(), String> {
    let (shown, folder) = (path.display(), folder_of(path));
    let refused = |why: String| format!("{option}: {shown} cannot be written: {why}");
    if !folder.is_dir() {
        return Err(refused(format!("there is no folder {}; make it first, or name another", folder.display())));
    }
    if path.is_dir() {
        return Err(refused("it is a folder; name a file in it".to_owned()));
    }
    // A file is written beside its name first, and then put there.
    tempfile::Builder::new().prefix(".custodes-").tempfile_in(folder).map_err(|error| refused(error.to_string()))?;
    if path.exists() {
        std::fs::OpenOptions::new().append(true).open(path).map_err(|error| refused(error.to_string()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_can_be_written_is_neither_made_nor_changed_by_the_trial() {
        let folder = tempfile::tempdir().expect("a folder");
        let (old, new) = (folder.path().join("old.csv"), folder.path().join("new.csv"));
        std::fs::write(&old, "as it was").expect("a file");
        assert_eq!((can_be_written("--exceptions", &old), can_be_written("--exceptions", &new)), (Ok(()), Ok(())));
        assert_eq!(std::fs::read_to_string(&old).expect("the file"), "as it was");
        assert_eq!(std::fs::read_dir(folder.path()).expect("the folder").count(), 1);
    }

    #[test]
    fn a_missing_folder_and_a_folder_in_the_place_of_the_file_are_named() {
        let folder = tempfile::tempdir().expect("a folder");
        let missing = can_be_written("--out", &folder.path().join("none/r.csv")).expect_err("no folder");
        assert!(missing.contains("--out") && missing.contains("there is no folder"), "{missing}");
        std::fs::create_dir(folder.path().join("r.csv")).expect("a folder");
        let taken = can_be_written("--out", &folder.path().join("r.csv")).expect_err("a folder");
        assert!(taken.contains("it is a folder"), "{taken}");
    }
}
