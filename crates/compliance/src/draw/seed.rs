//! The seed: contributions that arrive after the plan is committed, joined with the frame's hash.
//!
//! Nobody who could foresee the frame can foresee the seed, and nobody who gives a contribution can
//! choose it in the knowledge of the others. The beacon's signature is not verified here.

use serde::{Deserialize, Serialize};

use super::digest::Digest;

/// 20 decimal digits are 66 bits: beyond trying out.
pub const LEAST_DICE_DIGITS: usize = 20;
/// A commitment to a short secret could be broken by guessing before the other party reveals theirs.
pub const LEAST_SECRET_CHARACTERS: usize = 20;

/// Where the plan says that a contribution to the seed will come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "from", rename_all = "snake_case")]
pub enum SeedSource {
    /// Decimal digits rolled before a witness.
    Dice,
    /// The randomness of a public beacon's round, which had not been published when the plan was committed.
    Beacon { round: u64 },
    /// A secret that a party has committed to by its SHA-256, and reveals later.
    Secret { commitment: Digest },
}

/// One contribution as it is joined into the seed, found to be what its source promised.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Given", into = "Given")]
pub struct Contribution {
    source: SeedSource,
    text: String,
}

#[derive(Serialize, Deserialize)]
struct Given {
    #[serde(flatten)]
    source: SeedSource,
    text: String,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ContributionError {
    #[error("the dice give {digits} digits and at least {LEAST_DICE_DIGITS} are needed: roll {} more", LEAST_DICE_DIGITS - digits)]
    FewDice { digits: usize },
    #[error(
        "character {place} of the dice is {found:?}: write the decimal digits in the order rolled, and nothing else"
    )]
    NotADigit { found: char, place: usize },
    #[error("the randomness \"{given}\" of beacon round {round} is not 64 hexadecimal digits: copy it again, whole")]
    Randomness { round: u64, given: String },
    // A secret is never repeated in a message: it may be mistyped, and still be to come.
    #[error(
        "the secret has {characters} characters and at least {LEAST_SECRET_CHARACTERS} are needed: commit to a longer one"
    )]
    ShortSecret { characters: usize },
    #[error(
        "the secret holds {found:?}, which cannot be typed or joined safely: commit to one without commas, control characters and blanks at its ends"
    )]
    UnfitSecret { found: char },
    #[error(
        "the secret's SHA-256 is {hash} and the commitment was {commitment}: reveal the very secret, to the letter"
    )]
    NotCommitted { commitment: Digest, hash: Digest },
}

impl SeedSource {
    /// What a source gave, checked against what the plan said of it.
    ///
    /// The randomness of a beacon may come in upper or lower case, and is joined in lower case.
    ///
    /// # Errors
    /// Dice that are too few or hold anything but digits; randomness that is not 64 hexadecimal digits;
    /// a secret that is unfit, or is not the one committed to.
    pub fn contribution(self, given: &str) -> Result<Contribution, ContributionError> {
        let text = match self {
            SeedSource::Dice => dice(given)?,
            SeedSource::Beacon { round } => given
                .to_ascii_lowercase()
                .parse::<Digest>()
                .map_err(|_| ContributionError::Randomness { round, given: given.to_owned() })?
                .to_string(),
            SeedSource::Secret { commitment } => {
                let hash = commit_to(given)?;
                if hash != commitment {
                    return Err(ContributionError::NotCommitted { commitment, hash });
                }
                given.to_owned()
            }
        };
        Ok(Contribution { source: self, text })
    }
}

fn dice(given: &str) -> Result<String, ContributionError> {
    if let Some((before, found)) = given.chars().enumerate().find(|(_, found)| !found.is_ascii_digit()) {
        return Err(ContributionError::NotADigit { found, place: before + 1 });
    }
    if given.len() < LEAST_DICE_DIGITS {
        return Err(ContributionError::FewDice { digits: given.len() });
    }
    Ok(given.to_owned())
}

/// What a party publishes in the plan to commit to a secret: the SHA-256 of its UTF-8 bytes.
///
/// # Errors
/// A secret shorter than [`LEAST_SECRET_CHARACTERS`], or with a comma, a control character, or a
/// blank at either end.
pub fn commit_to(secret: &str) -> Result<Digest, ContributionError> {
    let characters = secret.chars().count();
    if characters < LEAST_SECRET_CHARACTERS {
        return Err(ContributionError::ShortSecret { characters });
    }
    let inside = secret.chars().find(|found| found.is_control() || *found == ',');
    let ends = [secret.chars().next(), secret.chars().last()].into_iter().flatten().find(|end| end.is_whitespace());
    match inside.or(ends) {
        Some(found) => Err(ContributionError::UnfitSecret { found }),
        None => Ok(Digest::of(secret.as_bytes())),
    }
}

impl Contribution {
    pub fn source(&self) -> SeedSource {
        self.source
    }

    /// As it stands in the seed.
    pub fn text(&self) -> &str {
        &self.text
    }
}

impl TryFrom<Given> for Contribution {
    type Error = ContributionError;

    fn try_from(given: Given) -> Result<Contribution, ContributionError> {
        given.source.contribution(&given.text)
    }
}

impl From<Contribution> for Given {
    fn from(contribution: Contribution) -> Given {
        Given { source: contribution.source, text: contribution.text }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SeedError {
    #[error("the plan names no source for the seed: name dice, a beacon round, or the secrets of two parties")]
    NoSource,
    #[error(
        "the only source of the seed is the secret of one party, who could steer the draw: name another source too"
    )]
    OneSecret,
    #[error(
        "the commitment {0} stands in the plan twice, so one of the two parties has added nothing: each needs a secret of their own"
    )]
    SameSecret(Digest),
    #[error(
        "the plan names {planned} contributions to the seed and {given} came: the draw waits until each has come once"
    )]
    Count { planned: usize, given: usize },
    #[error(
        "contribution {place} to the seed is from {given:?} where the plan names {planned:?}: join them in the plan's order"
    )]
    Source { place: usize, planned: SeedSource, given: SeedSource },
}

/// What decides a draw, together with the frame: any text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Seed(String);

impl Seed {
    /// A seed as it was recorded, to repeat a draw.
    pub fn recorded(text: impl Into<String>) -> Seed {
        Seed(text.into())
    }

    /// The contributions in the plan's order joined by `,`, then `,` and the frame's hash.
    ///
    /// # Errors
    /// A plan whose sources would let one party steer; contributions that are not the plan's, each
    /// once and in its order.
    pub fn join(plan: &[SeedSource], contributions: &[Contribution], frame_sha256: Digest) -> Result<Seed, SeedError> {
        check_sources(plan)?;
        if plan.len() != contributions.len() {
            return Err(SeedError::Count { planned: plan.len(), given: contributions.len() });
        }
        let mut seed = String::new();
        for (before, (planned, contribution)) in plan.iter().zip(contributions).enumerate() {
            if *planned != contribution.source {
                return Err(SeedError::Source { place: before + 1, planned: *planned, given: contribution.source });
            }
            seed.push_str(&contribution.text);
            seed.push(',');
        }
        Ok(Seed(seed + &frame_sha256.to_string()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether a plan may name these sources: to be asked before the plan is committed.
///
/// # Errors
/// No source at all, the secret of one party alone, or one commitment named twice.
pub fn check_sources(plan: &[SeedSource]) -> Result<(), SeedError> {
    if let [only] = plan
        && matches!(only, SeedSource::Secret { .. })
    {
        return Err(SeedError::OneSecret);
    }
    let commitments = plan.iter().filter_map(|source| match source {
        SeedSource::Secret { commitment } => Some(*commitment),
        SeedSource::Dice | SeedSource::Beacon { .. } => None,
    });
    let mut seen = std::collections::BTreeSet::new();
    for commitment in commitments {
        if !seen.insert(commitment) {
            return Err(SeedError::SameSecret(commitment));
        }
    }
    if plan.is_empty() { Err(SeedError::NoSource) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROLLED: &str = "01382438112797316654";
    const RANDOMNESS: &str = "fb8f7bc29bf24db51871ec8c79f3a1e4bd0557bc0dfcee9ed1d924e69d1c60dc";
    const SECRET: &str = "correct horse battery";

    fn sources() -> [SeedSource; 3] {
        let commitment = commit_to(SECRET).unwrap();
        [SeedSource::Dice, SeedSource::Beacon { round: 123 }, SeedSource::Secret { commitment }]
    }

    fn contributions() -> Vec<Contribution> {
        let given = [ROLLED, &RANDOMNESS.to_uppercase(), SECRET];
        sources().iter().zip(given).map(|(source, given)| source.contribution(given).unwrap()).collect()
    }

    #[test]
    fn a_seed_is_the_contributions_in_the_plans_order_and_the_frames_hash() {
        let frame = Digest::of(b"a\n");
        let seed = Seed::join(&sources(), &contributions(), frame).unwrap();
        assert_eq!(seed.as_str(), format!("{ROLLED},{RANDOMNESS},{SECRET},{frame}"));
    }

    #[test]
    fn a_contribution_that_is_not_what_was_promised_is_refused() {
        let refused = |place: usize, given: &str| sources()[place].contribution(given).unwrap_err().to_string();
        assert_eq!(refused(0, "1234567890"), "the dice give 10 digits and at least 20 are needed: roll 10 more");
        assert!(refused(0, "0138243811 2797316654").starts_with("character 11 of the dice is ' '"));
        assert!(refused(1, "fb8f").starts_with("the randomness \"fb8f\" of beacon round 123"));
        assert!(refused(2, "correct horse batterx").contains("the commitment was"));
        assert!(refused(2, "short").contains("5 characters"));
        for secret in ["correct,horse battery staple", "correct horse\tbattery staple", "correct horse battery staple "]
        {
            assert!(matches!(commit_to(secret), Err(ContributionError::UnfitSecret { .. })), "{secret:?}");
        }
    }

    #[test]
    fn a_seed_waits_for_every_contribution_in_its_place() {
        let (plan, given, frame) = (sources(), contributions(), Digest::of(b""));
        let missing = Seed::join(&plan, &given[..2], frame);
        assert_eq!(missing, Err(SeedError::Count { planned: 3, given: 2 }));
        let swapped = [given[1].clone(), given[0].clone(), given[2].clone()];
        assert!(matches!(Seed::join(&plan, &swapped, frame), Err(SeedError::Source { place: 1, .. })));
    }

    #[test]
    fn a_plan_in_which_one_party_could_steer_is_refused() {
        let [dice, _, secret] = sources();
        let SeedSource::Secret { commitment } = secret else { panic!("the third source is a secret") };
        assert_eq!(check_sources(&[]), Err(SeedError::NoSource));
        assert_eq!(check_sources(&[secret]), Err(SeedError::OneSecret));
        assert_eq!(check_sources(&[secret, secret]), Err(SeedError::SameSecret(commitment)));
        assert_eq!(check_sources(&[secret, dice]), Ok(()));
    }

    #[test]
    fn a_contribution_read_back_is_checked_again() {
        for contribution in contributions() {
            let json = serde_json::to_string(&contribution).unwrap();
            assert_eq!(serde_json::from_str::<Contribution>(&json).unwrap(), contribution);
        }
        let json = serde_json::to_string(&contributions()[0]).unwrap();
        assert_eq!(json, format!(r#"{{"from":"dice","text":"{ROLLED}"}}"#));
        assert!(serde_json::from_str::<Contribution>(&json.replace(ROLLED, "12")).is_err());
    }
}
