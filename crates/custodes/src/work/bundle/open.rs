//! Opening a bundle: reading what may be hostile, and holding everything in it against everything else.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;

use custodes_compliance::record::Record;
use custodes_journal::checkpoint::SignedCheckpoint;
use custodes_journal::cosignature::PosixSeconds;
use custodes_journal::hash::Hash;
use custodes_journal::key::VerifierKey;
use custodes_journal::log::Head;
use custodes_journal::proof::ConsistencyProof;
use custodes_journal::tree::TreeSize;

use super::checking::Checking;
use super::{
    CHECKPOINT, ENTRIES, FORM, INFO, Info, MARKING, READ_ME, SINCE_PREVIOUS, SINCE_WITNESSED, SUMS, WITNESSED,
    container, sums,
};
use crate::work::verifying::{Trusted, WitnessedBy, latest_of};
use crate::work::{WorkError, witnessing};

/// A bundle, and what became of checking it.
#[derive(Debug)]
pub struct Opened {
    pub info: Info,
    pub checkpoint: SignedCheckpoint,
    /// What its entries say. Entries that it does not carry left nothing here.
    pub record: Record,
    /// The file's.
    pub sha256: String,
    pub bytes: u64,
    /// The largest checkpoint in it that a known witness cosigned, and when.
    pub witnessed: Option<(TreeSize, PosixSeconds)>,
    /// The witnesses that its entries say the workspace trusts, which is the workspace's own word.
    pub trusted: Vec<Trusted>,
    /// What holds, in a few words each.
    pub holds: Vec<String>,
    /// What a reader must know besides: a key that was not given, content disposed of.
    pub notes: Vec<String>,
    /// What does not hold, a sentence each. Empty: everything holds.
    pub defects: Vec<String>,
}

/// Opens a bundle of which at most one public key is known. Without a key it is held against the one that it
/// carries, which says nothing about whose it is.
///
/// # Errors
/// When it is no bundle, or cannot be read.
pub fn open(path: &Path, key: Option<&VerifierKey>, witnesses: &[VerifierKey]) -> Result<Opened, WorkError> {
    let keys: Vec<VerifierKey> = key.into_iter().cloned().collect();
    open_with(path, &keys, witnesses)
}

/// The same with several keys, of which the journal's must be one.
///
/// # Errors
/// As of [`open`].
pub fn open_with(path: &Path, keys: &[VerifierKey], witnesses: &[VerifierKey]) -> Result<Opened, WorkError> {
    let mut file = std::fs::File::open(path).map_err(WorkError::file(path, "cannot be opened"))?;
    let mut bytes = Vec::new();
    // One byte more than may be, so that what is too large is known to be.
    let most = container::MOST_BYTES + 1;
    file.by_ref().take(most).read_to_end(&mut bytes).map_err(WorkError::file(path, "cannot be read"))?;
    read(&bytes, keys, witnesses).map_err(|why| format!("{}: {why}", path.display()).into())
}

/// # Errors
/// A sentence on why these bytes are no bundle.
pub fn read(bytes: &[u8], keys: &[VerifierKey], witnesses: &[VerifierKey]) -> Result<Opened, String> {
    let files = container::read(bytes).map_err(|why| why.to_string())?;
    let text = |name: &str| -> Result<&str, String> {
        let bytes = files.get(name).ok_or_else(|| format!("it has no {name}, so it is not a bundle"))?;
        std::str::from_utf8(bytes).map_err(|_| format!("{name} in it is no text"))
    };
    let info: Info =
        serde_json::from_str(text(INFO)?).map_err(|error| format!("{INFO} in it cannot be read: {error}"))?;
    if info.form != FORM {
        return Err(format!("it is of the form {:?}, and this program reads {FORM:?}", info.form));
    }
    let checkpoint = SignedCheckpoint::parse(text(CHECKPOINT)?.as_bytes())
        .map_err(|why| format!("{CHECKPOINT} in it cannot be read: {why}"))?;
    let mut checking = Checking::new(&files, &info, &checkpoint);
    checking.form(text(INFO)?, text(READ_ME)?, text(SUMS)?);
    let signers = signers(&info, keys, &mut checking)?;
    checking.continues_previous(files.get(SINCE_PREVIOUS).copied());
    checking.entries(text(ENTRIES)?);
    let named = witnessing::trusted(checking.record());
    let all: Vec<VerifierKey> =
        witnesses.iter().chain(named.iter().filter(|key| !witnesses.contains(key))).cloned().collect();
    let by = signatures(&files, &checkpoint, &signers, &all, &mut checking);
    checking.contents();
    checking.reports();
    checking.draws();
    let (record, holds, notes, defects) = checking.finish();
    Ok(Opened {
        trusted: Trusted::of(&record, witnesses, &by),
        witnessed: latest_of(witnesses, &by),
        record,
        sha256: Hash::of(bytes).to_string(),
        bytes: bytes.len() as u64,
        holds,
        notes,
        defects,
        info,
        checkpoint,
    })
}

/// The keys by which the journal's signature is checked.
fn signers(info: &Info, keys: &[VerifierKey], checking: &mut Checking<'_>) -> Result<Vec<VerifierKey>, String> {
    let carried = VerifierKey::parse(&info.key).map_err(|why| format!("the key in {INFO}: {why}"))?;
    if keys.is_empty() {
        checking.note(format!(
            "no key was given: the signature was checked by the key that the bundle carries, which proves nothing \
             about whose it is; compare it with the one handed over to you: {carried}"
        ));
        return Ok(vec![carried]);
    }
    if !keys.contains(&carried) {
        checking.defect(format!("it says that the journal's key is {carried}, which is not a key that was given"));
    }
    Ok(keys.to_vec())
}

/// Signatures and cosignatures; and that the checkpoint continues the one that was witnessed. Gives the latest
/// cosignature of each witness.
fn signatures(
    files: &BTreeMap<&str, &[u8]>,
    checkpoint: &SignedCheckpoint,
    signers: &[VerifierKey],
    witnesses: &[VerifierKey],
    checking: &mut Checking<'_>,
) -> WitnessedBy {
    let head = checkpoint.checkpoint().head();
    let mut by = WitnessedBy::new();
    signed(CHECKPOINT, checkpoint, signers, witnesses, checking, &mut by);
    match (files.get(WITNESSED), files.get(SINCE_WITNESSED)) {
        (None, None) => {}
        (Some(note), Some(proof)) => match SignedCheckpoint::parse(note) {
            Err(why) => checking.defect(format!("{WITNESSED}: {why}")),
            Ok(earlier) => {
                let before = earlier.checkpoint().head();
                let continues = continues(proof, &before, &head);
                let same_journal = earlier.checkpoint().origin() == checkpoint.checkpoint().origin();
                match continues {
                    Ok(()) if same_journal => signed(WITNESSED, &earlier, signers, witnesses, checking, &mut by),
                    Ok(()) => checking.defect(format!("{WITNESSED}: it is of another journal")),
                    Err(why) => checking.defect(format!("the checkpoint does not continue the witnessed one: {why}")),
                }
            }
        },
        _ => {
            checking.defect(format!("{WITNESSED} and {SINCE_WITNESSED} belong together, and one of them is not there"))
        }
    }
    by
}

/// The signature of the journal, and the cosignatures of known witnesses.
fn signed(
    name: &str,
    checkpoint: &SignedCheckpoint,
    signers: &[VerifierKey],
    witnesses: &[VerifierKey],
    checking: &mut Checking<'_>,
    by: &mut WitnessedBy,
) {
    match checkpoint.open(signers) {
        Ok(signers) => {
            if name == CHECKPOINT {
                checking.hold_first(format!("the checkpoint is signed by {}", signers[0].key.name()));
            }
        }
        Err(why) => checking.defect(format!("{name}: {why}")),
    }
    match checkpoint.note().verified(witnesses) {
        Err(why) => checking.defect(format!("{name}: {why}")),
        Ok(verified) => {
            let size = checkpoint.checkpoint().head().size;
            for (witness, time) in
                verified.into_iter().filter_map(|witness| Some((witness.key.to_string(), witness.time?)))
            {
                let latest = by.entry(witness).or_insert((size, time));
                *latest = (*latest).max((size, time));
            }
        }
    }
}

/// Whether a proof, as bytes, shows that one head continues another.
pub(super) fn continues(proof: &[u8], before: &Head, after: &Head) -> Result<(), String> {
    let lines = std::str::from_utf8(proof).map_err(|_| "the proof is no text".to_owned())?;
    let proof = ConsistencyProof::parse_lines(lines).map_err(|why| why.to_string())?;
    if proof.to_lines() != lines {
        return Err("the proof is not in the form in which proofs are written".to_owned());
    }
    proof.verify(before, after).map_err(|why| why.to_string())
}

impl Info {
    pub(super) fn is_marked(&self) -> bool {
        self.marking == MARKING
    }
}

impl Checking<'_> {
    /// The parts that say what the bundle is, and that all of it is there.
    fn form(&mut self, info: &str, read_me: &str, sums_there: &str) {
        if info != self.info.to_text() || !self.info.is_marked() {
            self.defect(format!("{INFO}: it is not in the form in which it is written"));
        }
        if read_me != self.info.read_me() {
            self.defect(format!("{READ_ME}: it says something else than the bundle"));
        }
        let others = self.files.iter().filter(|(name, _)| **name != SUMS).map(|(name, bytes)| (*name, *bytes));
        let found = sums(others);
        let listed: std::collections::BTreeSet<&str> = sums_there.split_inclusive('\n').collect();
        let mut wrong: Vec<String> = Vec::new();
        for line in found.split_inclusive('\n').filter(|line| !listed.contains(line)) {
            let name = line.trim_end().split_once("  ").map_or("", |(_, name)| name);
            wrong.push(format!("{name}: it is not the file that {SUMS} lists"));
        }
        if wrong.is_empty() && found != sums_there {
            wrong.push(format!("{SUMS}: it lists a file that is not there, or not in the form in which it is written"));
        }
        wrong.into_iter().for_each(|wrong| self.defect(wrong));
    }

    fn continues_previous(&mut self, proof: Option<&[u8]>) {
        let head = self.head;
        let previous = self.info.previous.as_ref().map(|(size, root)| {
            Hash::parse(root)
                .map(|root| Head { size: TreeSize(*size), root })
                .ok_or("the previous bundle's root is no hash")
        });
        match (previous, proof) {
            (None, None) => {}
            (Some(Err(why)), _) => self.defect(why.to_owned()),
            (Some(Ok(before)), Some(proof)) => match continues(proof, &before, &head) {
                Ok(()) => self.hold(format!("it continues the previous bundle, of {} entries", before.size.0)),
                Err(why) => self.defect(format!("it does not continue the previous bundle: {why}")),
            },
            _ => self.defect(format!(
                "{SINCE_PREVIOUS} and the previous bundle in {INFO} belong together, and one of them is not there"
            )),
        }
    }
}
