//! The journal's side of witnessing: what is asked of a witness, what its answer adds, and how long ago
//! anybody outside could vouch for the journal.
//!
//! Until a checkpoint is cosigned, whoever holds key and machine could still rewrite what it covers.

use std::time::Duration;

use custodes_compliance::acts::people::{WitnessDismissed, WitnessTrusted};
use custodes_compliance::acts::{Act, PersonId};
use custodes_compliance::london;
use custodes_compliance::record::Record;
use custodes_compliance::time::Instant;
use custodes_journal::checkpoint::SignedCheckpoint;
use custodes_journal::cosignature::PosixSeconds;
use custodes_journal::key::{Algorithm, VerifierKey};
use custodes_journal::log::Log;
use custodes_journal::proof::ConsistencyProof;
use custodes_journal::tree::TreeSize;
use custodes_journal::witness::{AddCheckpoint, Answer, NotCosigned, add_cosignatures};

use super::{WorkError, Workspace};
use crate::words::{counted, grouped};

/// How long a witness may take over its answer.
const PATIENCE: Duration = Duration::from_secs(30);
/// No answer is longer: signature lines, or a sentence.
const LONGEST_ANSWER: u64 = 64 * 1024;
/// A witness that keeps naming another size is broken, or not alone.
const TRIES: usize = 3;

/// The latest checkpoint that a trusted witness cosigned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Witnessed {
    /// How many entries it covers.
    pub size: u64,
    /// When, as the witness says.
    pub at: PosixSeconds,
    pub by: String,
}

impl Witnessed {
    /// When, as far as an instant can say it.
    pub fn instant(&self) -> Instant {
        Instant(i64::try_from(self.at.get()).unwrap_or(i64::MAX).saturating_mul(1_000_000))
    }
}

/// The keys of the witnesses that this journal trusts.
pub fn trusted(record: &Record) -> Vec<VerifierKey> {
    // They were looked at before they were journalled; what is no key now vouches for nothing.
    record.witnesses.keys().filter_map(|key| VerifierKey::parse(key).ok()).collect()
}

/// A witness's key, as it was handed over.
///
/// # Errors
/// When it is none, or of another kind of signer.
pub fn witness_key(text: &str) -> Result<VerifierKey, WorkError> {
    let key = VerifierKey::parse(text.trim()).map_err(|error| error.to_string())?;
    match key.algorithm() {
        Algorithm::CosignatureV1 => Ok(key),
        Algorithm::Ed25519 => Err(format!(
            "{} is the key of a journal, not of a witness: ask the witness for the key that `custodes witness init` showed",
            key.name()
        )
        .into()),
    }
}

/// From now on this witness's cosignatures count.
///
/// # Errors
/// When the key is no witness's, or the person may not say so.
pub fn trust(workspace: &mut Workspace, by: &PersonId, key: &str, reason: &str) -> Result<VerifierKey, WorkError> {
    let key = witness_key(key)?;
    let act = WitnessTrusted { key: key.to_string(), reason: reason.to_owned() };
    workspace.act(by, |_| Ok(vec![Act::from(act.clone())]))?;
    Ok(key)
}

/// From now on they do not.
///
/// # Errors
/// When it is not trusted, or the person may not say so.
pub fn dismiss(workspace: &mut Workspace, by: &PersonId, key: &str, reason: &str) -> Result<(), WorkError> {
    let act = WitnessDismissed { key: key.trim().to_owned(), reason: reason.to_owned() };
    workspace.act(by, |_| Ok(vec![Act::from(act.clone())]))?;
    Ok(())
}

/// What the journal asks of a witness that saw `from` entries of it last: to cosign the checkpoint of `to`
/// entries, or the latest one.
///
/// # Errors
/// When the journal is older than what was signed of it, never had so many entries, or none was signed there.
pub fn request(workspace: &mut Workspace, from: TreeSize, to: Option<TreeSize>) -> Result<AddCheckpoint, WorkError> {
    // A journal that was put back is not shown to anybody as the present one.
    workspace.sign()?;
    let size = to.unwrap_or(workspace.head().size);
    let kept = workspace.log.latest_checkpoint(size)?.filter(|(kept, _)| to.is_none_or(|to| to == *kept));
    let (_, note) = kept.ok_or_else(|| format!("the journal has no signed checkpoint of {} entries", size.0))?;
    let checkpoint = SignedCheckpoint::parse(note.as_bytes()).map_err(|error| error.to_string())?;
    let to = checkpoint.checkpoint().head().size;
    let proof = ConsistencyProof::make(from, to, |level, index| workspace.log.node(level, index)).map_err(|error| {
        format!("{error}; if a witness saw more entries than this journal has, an older copy of it was put back")
    })?;
    Ok(AddCheckpoint { old: from, proof, checkpoint })
}

/// Takes a witness's answer in: the signature lines are kept with the checkpoint that they are over.
///
/// # Errors
/// When they are of no trusted witness, or over no checkpoint of this journal.
pub fn add(workspace: &mut Workspace, lines: &str) -> Result<Witnessed, WorkError> {
    let witnesses = trusted(&workspace.record);
    if witnesses.is_empty() {
        return Err("no witness is trusted here yet: an administrator names one (custodes witness trust VKEY)".into());
    }
    // The answer does not say which checkpoint it is over, and the journal may have grown since it was asked.
    let mut why = "the journal has no signed checkpoint yet".to_owned();
    for (size, note) in workspace.log.checkpoints()?.into_iter().rev() {
        let checkpoint = SignedCheckpoint::parse(note.as_bytes()).map_err(|error| error.to_string())?;
        match add_cosignatures(&checkpoint, lines, &witnesses) {
            Ok(cosigned) => {
                workspace.log.keep_checkpoint(size, &cosigned.to_text())?;
                return cosigned_by(&cosigned, &witnesses).ok_or_else(|| "no witness cosigned it".into());
            }
            Err(NotCosigned::Bad(_)) => {
                why = "the answer is over no checkpoint of this journal: it answers another journal, was changed, \
                       or this is an older copy of the journal"
                    .to_owned();
            }
            Err(other) => return Err(other.to_string().into()),
        }
    }
    Err(why.into())
}

/// The latest cosignature on a checkpoint by a trusted witness.
fn cosigned_by(checkpoint: &SignedCheckpoint, witnesses: &[VerifierKey]) -> Option<Witnessed> {
    let verified = checkpoint.note().verified(witnesses).ok()?;
    let latest =
        verified.into_iter().filter_map(|verified| Some((verified.time?, verified.key))).max_by_key(|(at, _)| *at);
    latest.map(|(at, key)| Witnessed { size: checkpoint.checkpoint().head().size.0, at, by: key.name().to_string() })
}

/// The latest checkpoint that a trusted witness cosigned; `None` when none did.
///
/// # Errors
/// When the store cannot be read.
pub fn last_witnessed(workspace: &Workspace) -> Result<Option<Witnessed>, WorkError> {
    let witnesses = trusted(&workspace.record);
    if witnesses.is_empty() {
        return Ok(None);
    }
    // Each act leaves a checkpoint, and the last that was witnessed is among the latest.
    let mut up_to = Some(workspace.head().size);
    while let Some((size, note)) = up_to.map(|up_to| workspace.log.latest_checkpoint(up_to)).transpose()?.flatten() {
        up_to = size.0.checked_sub(1).map(TreeSize);
        let Ok(checkpoint) = SignedCheckpoint::parse(note.as_bytes()) else { continue };
        if checkpoint.note().signatures().len() > 1
            && let Some(witnessed) = cosigned_by(&checkpoint, &witnesses)
        {
            return Ok(Some(witnessed));
        }
    }
    Ok(None)
}

/// How long ago the journal was last witnessed, in one sentence, for the board and for reports.
pub fn sentence(witnessed: Option<&Witnessed>, size: u64, now: Instant) -> String {
    let Some(last @ Witnessed { size: covered, at, by }) = witnessed else {
        return format!(
            "never witnessed: whoever holds the key and this machine could still rewrite all {} unseen",
            counted(size, "entry", "entries")
        );
    };
    let ago = match london::day_of(now).days_since(london::day_of(last.instant())) {
        days if days <= 0 => "today".to_owned(),
        1 => "1 day ago".to_owned(),
        days => format!("{days} days ago"),
    };
    let since = size.saturating_sub(*covered);
    let open = match since {
        0 => "nothing was written since".to_owned(),
        1 => "1 entry was written since, and only that could still be rewritten unseen".to_owned(),
        _ => format!("{} entries were written since, and only those could still be rewritten unseen", grouped(since)),
    };
    format!("last witnessed {ago} ({at}) by {by}, up to entry {covered}; {open}")
}

/// Asks a witness over HTTP, and once more with a proof from the size that it names.
///
/// # Errors
/// When it cannot be reached, does not answer in time, refuses, or its answer does not fit.
pub fn send(workspace: &mut Workspace, url: &str) -> Result<Witnessed, WorkError> {
    let url = address(url)?;
    let config = ureq::Agent::config_builder().timeout_global(Some(PATIENCE)).http_status_as_error(false).build();
    let agent = ureq::Agent::new_with_config(config);
    let mut from = TreeSize(last_witnessed(workspace)?.map_or(0, |witnessed| witnessed.size));
    for _ in 0..TRIES {
        let asked = request(workspace, from, None)?;
        match ask(&agent, &url, &asked.to_text())? {
            Answer::Cosigned(lines) => return add(workspace, &lines),
            Answer::OtherOldSize(seen) if seen == from => break,
            Answer::OtherOldSize(seen) if seen > asked.checkpoint.checkpoint().head().size => {
                return Err(format!(
                    "{url}: the witness has seen {} entries of this journal, and this copy has {}: an older copy was \
                     put back, or the journal is being written elsewhere; nothing was cosigned",
                    seen.0,
                    asked.checkpoint.checkpoint().head().size.0
                )
                .into());
            }
            Answer::OtherOldSize(seen) => from = seen,
            Answer::Refused { status, reason } => {
                let reason = if reason.is_empty() { "it gave no reason".to_owned() } else { reason };
                return Err(format!("{url}: the witness did not cosign (status {status}): {reason}").into());
            }
        }
    }
    Err(format!("{url}: the witness keeps naming another size that it saw last: ask its keeper whether it works")
        .into())
}

/// Where requests go: the address that the witness's keeper gave, or that with the path behind it.
fn address(url: &str) -> Result<String, WorkError> {
    const PATH: &str = "/add-checkpoint";
    if !url.starts_with("http://") && !url.starts_with("https://") {
        return Err(format!("{url:?} is no address of a witness: it begins with http:// or https://").into());
    }
    let base = url.trim_end_matches('/');
    Ok(if base.ends_with(PATH) { base.to_owned() } else { format!("{base}{PATH}") })
}

fn ask(agent: &ureq::Agent, url: &str, body: &str) -> Result<Answer, WorkError> {
    let failed = |error: ureq::Error| WorkError::Said(format!("{url}: {}", unreachable(&error)));
    let mut answer = agent.post(url).header("content-type", "text/plain; charset=utf-8").send(body).map_err(failed)?;
    let status = answer.status().as_u16();
    let kind = answer.headers().get("content-type").and_then(|kind| kind.to_str().ok()).map(str::to_owned);
    let text = answer.body_mut().with_config().limit(LONGEST_ANSWER).read_to_string().map_err(failed)?;
    Ok(Answer::read(status, kind.as_deref(), &text))
}

fn unreachable(error: &ureq::Error) -> String {
    match error {
        ureq::Error::Timeout(_) => {
            format!("the witness did not answer within {} seconds: try again later", PATIENCE.as_secs())
        }
        ureq::Error::HostNotFound => "there is no machine of that name here: see the address".to_owned(),
        ureq::Error::ConnectionFailed => {
            "no connection: the witness does not run there, or a firewall is between".to_owned()
        }
        ureq::Error::Io(cause) => {
            format!("no connection ({cause}): the witness does not run there, or a firewall is between")
        }
        ureq::Error::BodyExceedsLimit(_) => "the answer is far too long to be a witness's".to_owned(),
        other => format!("the witness could not be asked: {other}"),
    }
}

#[cfg(test)]
mod tests {
    use custodes_journal::cosignature::Cosigner;
    use custodes_journal::key::{KeyName, SignerKey};

    use super::*;

    fn witnessed(days_ago: i64) -> (Witnessed, Instant) {
        let now = Instant(1_780_000_000_000_000);
        let at = PosixSeconds::new((now.0 / 1_000_000 - days_ago * 86_400) as u64).unwrap();
        (Witnessed { size: 10, at, by: "witness.example/w".into() }, now)
    }

    #[test]
    fn the_sentence_says_how_long_ago_and_what_is_still_open() {
        let (last, now) = witnessed(12);
        let said = sentence(Some(&last), 14, now);
        assert!(
            said.contains("12 days ago") && said.contains("up to entry 10") && said.contains("4 entries"),
            "{said}"
        );
        let (last, now) = witnessed(0);
        assert!(sentence(Some(&last), 10, now).contains("today"));
        assert!(sentence(None, 14, now).contains("never witnessed"));
    }

    #[test]
    fn an_address_is_taken_with_or_without_its_path() {
        for given in ["http://w.example", "http://w.example/", "http://w.example/add-checkpoint"] {
            assert_eq!(address(given).unwrap(), "http://w.example/add-checkpoint");
        }
        assert!(address("w.example").is_err());
    }

    #[test]
    fn the_key_of_a_journal_is_no_witness_key() {
        let key = SignerKey::from_seed(KeyName::parse("journal.example/a").unwrap(), [7; 32]);
        assert!(witness_key(&key.verifier().to_string()).unwrap_err().to_string().contains("of a journal"));
        assert!(witness_key(&Cosigner::new(key).verifier().to_string()).is_ok());
    }
}
