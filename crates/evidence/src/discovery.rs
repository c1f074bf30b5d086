//! Which files of a folder are evidence, and of which set, by their names alone.
//!
//! No file is opened here. Links that lead out of the folder are refused: what they show could be
//! anybody's.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use custodes_standard::evidence::{SETS, Set};
use regex::Regex;

use crate::header::fold;
use crate::position::MAX_FILES;
use crate::problem::Problem;

/// In how many folders of the evidence a folder may lie.
const MAX_DEPTH: usize = 32;

/// The format of a file, told by its extension; text may be packed with gzip or zstd.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Csv,
    JsonLines,
    Workbook,
    Parquet,
}

/// Extensions that hold data but are not read; a file of a set that has one must not be passed over.
const NOT_READ: &[&str] = &[
    "xls", "xlsb", "ods", "zip", "7z", "rar", "bz2", "xz", "tar", "tgz", "xml", "avro", "orc", "pdf", "doc", "docx",
    "accdb", "mdb",
];

/// A file as it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub path: PathBuf,
    /// Relative to the folder, with `/`.
    pub name: String,
}

/// All files of a folder and its folders, in byte order of their relative names.
///
/// # Errors
/// The folder cannot be read, a link leads out of it, or there are too many files.
pub fn walk(folder: &Path) -> Result<Vec<Found>, Vec<Problem>> {
    let shown = folder.display().to_string();
    let root = match fs::canonicalize(folder) {
        Ok(root) if root.is_dir() => root,
        Ok(_) => {
            return Err(vec![Problem::new(
                shown,
                "this is a file, not a folder",
                "name the folder that holds the evidence",
            )]);
        }
        Err(error) => {
            let what = format!("the folder cannot be opened: {error}");
            return Err(vec![Problem::new(shown, what, "check the name of the folder")]);
        }
    };
    let mut walk = Walk { root: root.clone(), found: Vec::new(), problems: Vec::new() };
    walk.folder(&root, "", &mut vec![root.clone()]);
    if walk.found.len() >= MAX_FILES {
        walk.problems.push(Problem::new(
            shown,
            format!("the folder holds {MAX_FILES} files or more"),
            "name the folder that holds the evidence",
        ));
    }
    if !walk.problems.is_empty() {
        walk.problems.sort();
        return Err(walk.problems);
    }
    walk.found.sort_by(|a, b| a.name.as_bytes().cmp(b.name.as_bytes()));
    Ok(walk.found)
}

struct Walk {
    root: PathBuf,
    found: Vec<Found>,
    problems: Vec<Problem>,
}

impl Walk {
    /// `above` are the real paths of this folder and those that it was reached through.
    fn folder(&mut self, path: &Path, name: &str, above: &mut Vec<PathBuf>) {
        let shown = if name.is_empty() { "the folder" } else { name };
        let entries = match fs::read_dir(path).and_then(Iterator::collect::<Result<Vec<_>, _>>) {
            Ok(entries) => entries,
            Err(error) => {
                return self.problems.push(Problem::new(shown, format!("the folder cannot be read: {error}"), ""));
            }
        };
        for entry in entries {
            let own = entry.file_name().to_string_lossy().into_owned();
            let name = if name.is_empty() { own } else { format!("{name}/{own}") };
            if self.found.len() >= MAX_FILES {
                return;
            }
            self.entry(&entry.path(), name, above);
        }
    }

    fn entry(&mut self, path: &Path, name: String, above: &mut Vec<PathBuf>) {
        let real = match fs::canonicalize(path) {
            Ok(real) => real,
            Err(error) => {
                return self.problems.push(Problem::new(
                    name,
                    format!("this cannot be opened: {error}"),
                    "remove it, or restore what it points to",
                ));
            }
        };
        if !real.starts_with(&self.root) {
            let remedy = "put a copy of the file in its place";
            return self.problems.push(Problem::new(name, "this is a link that leads out of the folder", remedy));
        }
        if real.is_dir() {
            // A link to a folder that holds it would never end, and what it shows is read elsewhere.
            if above.contains(&real) {
                return;
            }
            if above.len() > MAX_DEPTH {
                let what = format!("this folder lies in more than {MAX_DEPTH} others, and is not looked into");
                return self.problems.push(Problem::new(name, what, "move what it holds further up, or take it out"));
            }
            above.push(real.clone());
            self.folder(&real, &name, above);
            above.pop();
        } else if real.is_file() {
            self.found.push(Found { path: real, name });
        } else {
            self.problems.push(Problem::new(name, "this is neither a file nor a folder", "remove it"));
        }
    }
}

/// The set of a file: the one whose name its own name begins with, else the nearest folder's. What
/// follows must not be a letter or a digit. Case does not matter, nor whether a space, `-`, `_` or
/// nothing stands between words, as in the names of columns.
pub fn set_of(name: &str) -> Option<&'static Set> {
    name.rsplit('/').find_map(|part| {
        let begins = |set: &&'static Set| {
            after_name(part, set.name).is_some_and(|rest| !rest.chars().next().is_some_and(is_letter_or_digit))
        };
        SETS.iter().copied().filter(begins).max_by_key(|set| set.name.len())
    })
}

/// Of numbers only decimal digits are meant: a ① or ² after a name divides.
fn is_letter_or_digit(c: char) -> bool {
    static DIGIT: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\d").ok());
    if c.is_numeric() {
        DIGIT.as_ref().is_some_and(|digit| digit.is_match(c.encode_utf8(&mut [0; 4])))
    } else {
        c.is_alphabetic()
    }
}

/// What follows the name of a set at the beginning of a text.
fn after_name<'a>(text: &'a str, set: &str) -> Option<&'a str> {
    let divides = |c: char| matches!(c, '_' | '-') || c.is_whitespace();
    let mut rest = text;
    for wanted in set.chars() {
        rest = if wanted == '_' {
            rest.trim_start_matches(divides)
        } else {
            rest.strip_prefix(|c: char| c.to_ascii_lowercase() == wanted)?
        };
    }
    Some(rest)
}

/// The set that the name of a file of no set may have meant: its name is somewhere in it, or it begins
/// with one that lacks the plural.
fn perhaps_meant(name: &str) -> Option<&'static Set> {
    let own = fold(name.rsplit('/').next().unwrap_or(name));
    let meant = |set: &&'static Set| {
        let set = fold(set.name);
        let singular = [("ies", "y"), ("es", ""), ("s", "")].into_iter().any(|(plural, one)| {
            let rest = set.strip_suffix(plural).and_then(|stem| own.strip_prefix(stem)?.strip_prefix(one));
            rest.is_some_and(|rest| !rest.starts_with(char::is_alphabetic))
        });
        own.contains(&set) || singular
    };
    SETS.iter().copied().filter(meant).max_by_key(|set| set.name.len())
}

/// Whether a file is a manifest, and so never evidence.
pub fn is_manifest(name: &str) -> bool {
    name.rsplit('/').next().is_some_and(|own| own.eq_ignore_ascii_case("manifest.csv"))
}

/// What the name of a file of no set may have been meant to say, to follow on a notice; blank for most.
pub fn hint(name: &str) -> String {
    if matches!(extension_of(name), Extension::Unknown | Extension::NoTable) {
        return String::new();
    }
    let own = name.rsplit('/').next().unwrap_or(name).to_ascii_lowercase();
    if own.starts_with("manifest.") && !is_manifest(name) {
        return "; a manifest is only read as manifest.csv".to_owned();
    }
    perhaps_meant(name).map_or(String::new(), |set| {
        format!("; did you mean {0}? the name of such a file begins so: {0}-2026.csv", set.name)
    })
}

/// What the extension says of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extension {
    Read(Format),
    /// Data in a format that is not read.
    NotRead,
    /// It does not tell the format, and the file may hold rows in any.
    Unknown,
    /// The file is one that programs and people leave beside tables, and holds no rows.
    NoTable,
}

pub fn extension_of(name: &str) -> Extension {
    let own = name.rsplit('/').next().unwrap_or(name).to_ascii_lowercase();
    let unpacked = without_packing(&own);
    let packed = unpacked.is_some();
    let extension = unpacked.unwrap_or(&own).rsplit_once('.').map_or("", |(_, extension)| extension);
    match extension {
        "txt" if is_for_people(&own) => Extension::NoTable,
        "csv" | "tsv" | "tab" | "txt" => Extension::Read(Format::Csv),
        // A packed file need not say what it holds.
        "" if packed => Extension::Read(Format::Csv),
        "jsonl" | "ndjson" | "json" => Extension::Read(Format::JsonLines),
        "xlsx" | "xlsm" if !packed => Extension::Read(Format::Workbook),
        "parquet" | "parq" | "pq" if !packed => Extension::Read(Format::Parquet),
        extension if is_for_people(&own) || is_for_programs(&own, extension) => Extension::NoTable,
        extension if packed || NOT_READ.contains(&extension) => Extension::NotRead,
        _ => Extension::Unknown,
    }
}

/// The name of a packed file without the ending that says so.
pub fn without_packing(name: &str) -> Option<&str> {
    [".gz", ".zst", ".zstd"].into_iter().find_map(|ending| name.strip_suffix(ending))
}

/// Whether a file explains the others.
fn is_for_people(own: &str) -> bool {
    own.starts_with("readme") || own.starts_with("license") || own.ends_with(".md")
}

/// Whether a file is what programs leave for themselves: marks, checksums, the looks of a folder.
fn is_for_programs(own: &str, extension: &str) -> bool {
    own.starts_with('.')
        || matches!(own, "_success" | "thumbs.db" | "desktop.ini")
        || own.starts_with("_committed_")
        || own.starts_with("_started_")
        || matches!(extension, "crc" | "md5" | "sha1" | "sha256" | "sha512")
}

/// Why a folder holds no evidence, said so that it helps.
pub fn nothing_found(folder: &Path, found: &[Found]) -> Problem {
    let shown = folder.display().to_string();
    let known: Vec<&str> = SETS.iter().map(|set| set.name).collect();
    let remedy =
        format!("files or folders are named after their sets, like searches.csv; the sets are {}", known.join(", "));
    if found.is_empty() {
        return Problem::new(shown, "the folder is empty", remedy);
    }
    let names: Vec<&str> = found.iter().take(10).map(|found| found.name.as_str()).collect();
    let more = if found.len() > 10 { format!(" and {} more", found.len() - 10) } else { String::new() };
    Problem::new(shown, format!("no file here is of a known set; seen: {}{more}", names.join(", ")), remedy)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(name: &str) -> Option<&'static str> {
        set_of(name).map(|set| set.name)
    }

    #[test]
    fn the_set_is_that_of_the_name_or_of_the_nearest_folder() {
        for name in [
            "searches.csv",
            "searches-2026-08.csv.gz",
            "searches_old.csv",
            "searches",
            "Searches 2.csv",
            "x/searches.csv",
            "searches①.csv",
            "searches².csv",
        ] {
            assert_eq!(set(name), Some("searches"), "{name}");
        }
        assert_eq!(set("searches/part-0.parquet"), Some("searches"));
        assert_eq!(set("searches/2026/a.csv"), Some("searches"));
        assert_eq!(set("searches/logons.csv"), Some("logons"));
        assert_eq!(set("accounts/searches-x/part"), Some("searches"));
        for name in ["read_changes.csv", "Read Changes.csv", "read-changes-2026.csv", "ReadChanges/part-0.csv"] {
            assert_eq!(set(name), Some("read_changes"), "{name}");
        }
        for name in
            ["searches2.csv", "searches٢.csv", "searchesé.csv", "research.csv", "search.csv", "é.csv", "part-0.csv"]
        {
            assert_eq!(set(name), None, "{name}");
        }
    }

    #[test]
    fn a_name_of_no_set_is_told_what_it_may_have_meant() {
        for (name, meant) in [
            ("2026_read_changes.csv", Some("read_changes")),
            ("x/export Read-Changes.xlsx", Some("read_changes")),
            ("read_change.csv", Some("read_changes")),
            ("policy 2026.csv", Some("policies")),
            ("search.csv", Some("searches")),
            ("research.csv", None),
            ("accounting.csv", None),
            ("notes.txt", None),
        ] {
            assert_eq!((set(name), perhaps_meant(name).map(|set| set.name)), (None, meant), "{name}");
        }
    }

    #[test]
    fn a_folder_too_deep_is_a_problem_and_never_passed_over() {
        let folder = tempfile::tempdir().unwrap();
        let within = |depth: usize| (0..depth).fold(folder.path().to_owned(), |path, _| path.join("a"));
        fs::create_dir_all(within(MAX_DEPTH)).unwrap();
        fs::write(within(MAX_DEPTH).join("searches.csv"), "").unwrap();
        assert_eq!(walk(folder.path()).unwrap().len(), 1);
        fs::create_dir_all(within(MAX_DEPTH + 1)).unwrap();
        let problems = walk(folder.path()).unwrap_err();
        assert_eq!((problems.len(), problems[0].place.matches('a').count()), (1, MAX_DEPTH + 1));
        assert!(problems[0].what.contains("not looked into"), "{problems:?}");
    }

    #[test]
    fn the_extension_tells_the_format() {
        for (name, wanted) in [
            ("a.CSV", Extension::Read(Format::Csv)),
            ("a.b/c.tsv.gz", Extension::Read(Format::Csv)),
            ("a.ndjson.zst", Extension::Read(Format::JsonLines)),
            ("a.parquet", Extension::Read(Format::Parquet)),
            ("a.xlsx", Extension::Read(Format::Workbook)),
            ("a.gz", Extension::Read(Format::Csv)),
            ("a.xlsx.gz", Extension::NotRead),
            ("a.xls", Extension::NotRead),
            ("a.csv.zstd", Extension::Read(Format::Csv)),
            ("a.tab", Extension::Read(Format::Csv)),
            ("a.parq", Extension::Read(Format::Parquet)),
            ("a.parq.zstd", Extension::NotRead),
            ("a.csv.sha256", Extension::NoTable),
            ("a", Extension::Unknown),
            ("a.csv.bak", Extension::Unknown),
            ("searches/part-00001", Extension::Unknown),
            ("searches/.part-00001.csv.crc", Extension::NoTable),
            ("searches/_SUCCESS", Extension::NoTable),
            ("searches/_committed_17", Extension::NoTable),
            ("searches/README.txt", Extension::NoTable),
            ("searches/LICENSE", Extension::NoTable),
            ("searches/notes.md", Extension::NoTable),
            ("searches/Thumbs.db", Extension::NoTable),
        ] {
            assert_eq!(extension_of(name), wanted, "{name}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn links_inside_are_followed_without_end_and_links_out_are_refused() {
        use std::os::unix::fs::symlink;
        let folder = tempfile::tempdir().unwrap();
        let (inside, outside) = (folder.path().join("in"), folder.path().join("out"));
        fs::create_dir_all(inside.join("searches")).unwrap();
        fs::create_dir(&outside).unwrap();
        fs::write(inside.join("searches/a.csv"), "").unwrap();
        symlink(inside.join("searches/a.csv"), inside.join("logons.csv")).unwrap();
        symlink(&inside, inside.join("searches/loop")).unwrap();
        let names: Vec<String> = walk(&inside).unwrap().into_iter().map(|found| found.name).collect();
        assert_eq!(names, ["logons.csv", "searches/a.csv"]);
        symlink(&outside, inside.join("z")).unwrap();
        let problems = walk(&inside).unwrap_err();
        assert_eq!((problems[0].place.as_str(), problems[0].what.contains("out of the folder")), ("z", true));
    }
}
