//! A disk that can be watched, lose its power, fill up, or be read-only; see `../faults/record.c`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The library to load before a program, made once from its source.
fn shim() -> &'static Path {
    static SHIM: OnceLock<PathBuf> = OnceLock::new();
    SHIM.get_or_init(|| {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/faults/record.c");
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let made = folder.join(format!("record-{}.so", std::process::id()));
        let library = folder.join("record.so");
        let compiled = Command::new("cc")
            .args(["-shared", "-fPIC", "-O1", "-Wall", "-Wextra", "-Werror", "-o"])
            .args([&made, &source])
            .arg("-lpthread")
            .status()
            .expect("these tests need a C compiler, cc");
        assert!(compiled.success(), "cc could not compile {}", source.display());
        // At once, for another run of the tests may be using it.
        std::fs::rename(&made, &library).unwrap();
        library
    })
}

/// What is to become of a program's operations on the files of one folder.
#[derive(Debug, Clone, Copy)]
pub enum Fault<'a> {
    /// They are recorded here.
    None { record: &'a Path },
    /// The program is killed in the middle of this operation.
    Kill { at: u64 },
    /// From this operation on the disk is full.
    Full { from: u64 },
    /// Nothing can be written.
    ReadOnly,
}

pub fn with<'a>(mut program: Command, folder: &Path, fault: Fault<'a>) -> Command {
    program.env("LD_PRELOAD", shim()).env("FAULT_UNDER", folder.canonicalize().unwrap());
    match fault {
        Fault::None { record } => program.env("FAULT_LOG", record),
        Fault::Kill { at } => program.env("FAULT_DIE", at.to_string()).env("FAULT_LOG", "/dev/null"),
        Fault::Full { from } => program.env("FAULT_FULL", from.to_string()).env("FAULT_LOG", "/dev/null"),
        Fault::ReadOnly => program.env("FAULT_FIXED", "1"),
    };
    program
}

/// Something that a program did to a file, by its name in the folder; the folder's own name is empty.
#[derive(Debug)]
pub struct Act {
    pub file: String,
    pub deed: Deed,
}

#[derive(Debug)]
pub enum Deed {
    Made,
    Wrote { at: usize, bytes: Vec<u8> },
    Cut { to: usize },
    Synced,
    Removed,
    Said(String),
}

pub fn acts(record: &Path, folder: &Path) -> Vec<Act> {
    let bytes = std::fs::read(record).unwrap();
    let folder = folder.canonicalize().unwrap();
    let mut rest = &bytes[..];
    let mut take = |count: usize| {
        let (taken, after) = rest.split_at(count);
        rest = after;
        (taken.to_vec(), rest.is_empty())
    };
    let mut acts = Vec::new();
    let mut ended = bytes.is_empty();
    while !ended {
        let kind = take(1).0[0];
        let path_length = u32::from_ne_bytes(take(4).0.try_into().unwrap()) as usize;
        let at = u64::from_ne_bytes(take(8).0.try_into().unwrap()) as usize;
        let length = u64::from_ne_bytes(take(8).0.try_into().unwrap()) as usize;
        let path = PathBuf::from(String::from_utf8(take(path_length).0).unwrap());
        let (bytes, end) = take(length);
        ended = end;
        let file = path.strip_prefix(&folder).unwrap_or(&path).to_str().unwrap().to_owned();
        let deed = match kind {
            b'C' => Deed::Made,
            b'W' => Deed::Wrote { at, bytes },
            b'T' => Deed::Cut { to: at },
            b'S' => Deed::Synced,
            b'U' => Deed::Removed,
            b'A' => Deed::Said(String::from_utf8(bytes).unwrap()),
            _ => panic!("no such record: {kind}"),
        };
        acts.push(Act { file, deed });
    }
    acts
}

/// What a disk holds for sure, and what it was told but need not have kept.
#[derive(Debug, Default)]
pub struct Disk {
    files: Vec<File>,
    /// The folder as programs see it, and as it was when it was last synced.
    names: BTreeMap<String, usize>,
    names_kept: BTreeMap<String, usize>,
}

#[derive(Debug, Default)]
struct File {
    kept: Vec<u8>,
    pending: Vec<Change>,
}

#[derive(Debug)]
enum Change {
    Write { at: usize, bytes: Vec<u8> },
    Cut { to: usize },
}

/// What of the pending is on the disk when the power goes.
#[derive(Debug, Clone, Copy)]
pub enum Luck {
    Nothing,
    Everything,
    /// Some sectors and some names, in whatever order, decided by a number.
    Some(u64),
}

const SECTOR: usize = 512;

impl Disk {
    pub fn apply(&mut self, act: &Act) {
        let name = act.file.as_str();
        match &act.deed {
            Deed::Said(_) => {}
            Deed::Synced if act.file.is_empty() => self.names_kept = self.names.clone(),
            Deed::Made => {
                self.names.insert(act.file.clone(), self.files.len());
                self.files.push(File::default());
            }
            Deed::Removed => {
                self.names.remove(name);
            }
            Deed::Synced => self.file(name).sync(),
            Deed::Cut { to } => self.file(name).pending.push(Change::Cut { to: *to }),
            Deed::Wrote { at, bytes } => {
                self.file(name).pending.push(Change::Write { at: *at, bytes: bytes.clone() });
            }
        }
    }

    fn file(&mut self, name: &str) -> &mut File {
        let place = *self.names.get(name).unwrap_or_else(|| panic!("'{name}' was used before it was made"));
        &mut self.files[place]
    }

    /// The files that are found when the power is back.
    pub fn after_power_cut(&self, luck: Luck) -> BTreeMap<String, Vec<u8>> {
        let mut dice = Dice(if let Luck::Some(seed) = luck { seed } else { 0 });
        let mut kept = |luck: Luck| match luck {
            Luck::Nothing => false,
            Luck::Everything => true,
            Luck::Some(_) => dice.coin(),
        };
        let all_names: std::collections::BTreeSet<&String> = self.names.keys().chain(self.names_kept.keys()).collect();
        let mut found = BTreeMap::new();
        for name in all_names {
            let (now, before) = (self.names.get(name), self.names_kept.get(name));
            let place = if now == before || kept(luck) { now } else { before };
            if let Some(place) = place {
                found.insert(name.clone(), self.files[*place].after_power_cut(&mut || kept(luck)));
            }
        }
        found
    }
}

impl File {
    fn sync(&mut self) {
        for change in std::mem::take(&mut self.pending) {
            change.to(&mut self.kept, &mut || true);
        }
    }

    fn after_power_cut(&self, kept: &mut dyn FnMut() -> bool) -> Vec<u8> {
        let mut bytes = self.kept.clone();
        for change in &self.pending {
            change.to(&mut bytes, kept);
        }
        bytes
    }
}

impl Change {
    fn to(&self, file: &mut Vec<u8>, kept: &mut dyn FnMut() -> bool) {
        match self {
            Change::Cut { to } => {
                if kept() {
                    file.resize(*to, 0);
                }
            }
            Change::Write { at, bytes } => {
                let mut from = 0;
                while from < bytes.len() {
                    let to = bytes.len().min(from + SECTOR - (at + from) % SECTOR);
                    if kept() {
                        let end = at + to;
                        file.resize(file.len().max(end), 0);
                        file[at + from..end].copy_from_slice(&bytes[from..to]);
                    }
                    from = to;
                }
            }
        }
    }
}

/// SplitMix64: the same number, the same fate.
struct Dice(u64);

impl Dice {
    fn coin(&mut self) -> bool {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) & 1 == 1
    }
}
