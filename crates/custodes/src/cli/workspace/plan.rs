//! `custodes plan`, `custodes seed`, `custodes draw`: commit, then the seed, then the draw. No other order.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{IsTerminal, Read};
use std::path::PathBuf;

use custodes_compliance::acts::audit::{Plan as Committed, PlanSuperseded, SampleDrawn, SeedSource, Size};
use custodes_compliance::acts::{Act, AuditId, PersonId};
use custodes_compliance::draw::replacement::WithReplacement;
use custodes_compliance::draw::{Frame, Seed, draw as draw_keys, seed::commit_to};
use custodes_compliance::london;
use custodes_compliance::record::Audit;
use custodes_compliance::statistics::{Choice, Confidence, Goal, what_a_number_buys, what_the_rate_buys};
use custodes_compliance::time::Instant;
use custodes_journal::beacon::Round;
use custodes_journal::cosignature::PosixSeconds;
use custodes_standard::model::Ratio;
use serde_json::json;

use super::{Place, name};
use crate::cli::{Mistakes, OutputFormat, print};
use crate::words::{counted, grouped};
use crate::work::sampling::{self, Given, InStrata, Planned};
use crate::work::{WorkError, Workspace};

/// A size: a rate like `2%` or `1/50`, a number, or `all`.
fn size(text: &str) -> Result<Size, String> {
    match text {
        "all" => Ok(Size::Everything),
        number if number.bytes().all(|byte| byte.is_ascii_digit()) => {
            number.parse().map(Size::Number).map_err(|_| format!("{text:?} is too large"))
        }
        rate => {
            let size = Size::Rate(rate.trim().to_owned());
            custodes_compliance::performing::size_of(&size, 1).map_err(|_| no_rate(text))?;
            Ok(size)
        }
    }
}

/// A rate of the records, which is never more than all of them: `5` is taken for no rate, nor for 5 %.
fn rate(text: &str) -> Result<Ratio, String> {
    Ratio::parse(text).filter(|rate| rate.is_at_most_one()).ok_or_else(|| no_rate(text))
}

fn no_rate(text: &str) -> String {
    format!("{text:?} is no rate up to 100 %: write 5 % or 0.05")
}

fn instant(text: &str) -> Result<Instant, String> {
    london::parse_day_or_instant(text)
}

fn stratum(text: &str) -> Result<(String, Size), String> {
    let (value, of) = text.rsplit_once('=').ok_or_else(|| format!("{text:?}: write a stratum as VALUE=SIZE"))?;
    Ok((value.to_owned(), size(of)?))
}

/// Where the seed will come from: `dice:PERSON` (the witness), `beacon:ROUND`, `secret:PERSON:SHA256`.
fn source(text: &str) -> Result<SeedSource, String> {
    let person = |id: &str| PersonId::parse(id).map_err(|why| why.to_string());
    match text.split_once(':') {
        Some(("dice", witness)) => Ok(SeedSource::Dice { witness: person(witness)? }),
        Some(("beacon", round)) => {
            Ok(SeedSource::Beacon { round: round.parse().map_err(|_| format!("{round:?} is no round of the beacon"))? })
        }
        Some(("secret", rest)) => {
            let (party, sha256) = rest.rsplit_once(':').ok_or("write secret:PERSON:SHA256")?;
            Ok(SeedSource::Secret { party: person(party)?, sha256: sha256.to_ascii_lowercase() })
        }
        _ => Err(format!("{text:?}: write dice:WITNESS, beacon:ROUND or secret:PERSON:SHA256")),
    }
}

/// The plan of a sample: frozen, then never changed
#[derive(Debug, clap::Subcommand)]
pub enum Plan {
    /// Freezes the population and commits the plan: from here nothing in it can change
    Commit {
        /// The audit, like A1
        #[arg(value_name = "AUDIT", value_parser = name::<AuditId>)]
        audit: AuditId,
        /// A rate like 2%, a number, or all; the clause's own rate without it
        #[arg(long, value_parser = size)]
        size: Option<Size>,
        /// Why this rate or size
        #[arg(long, default_value = "", hide_default_value = true)]
        rationale: String,
        /// The LEA's assessment of the risk of non-compliance and of misuse
        #[arg(long, default_value = "", hide_default_value = true)]
        risk_assessment: String,
        /// Where the seed will come from: dice:WITNESS (20 digits rolled before that person), beacon:ROUND (a
        /// later round of the public beacon drand quicknet) or secret:PERSON:SHA256 (of two people, each their
        /// own); may be repeated
        #[arg(long = "seed-from", value_name = "SOURCE", value_parser = source, required = true)]
        seed_from: Vec<SeedSource>,
        /// Draws from each value of a column by itself: purpose, for instance
        #[arg(long, value_name = "COLUMN")]
        strata: Option<String>,
        /// The size of one stratum, VALUE=SIZE; may be repeated; the others have --size or the clause's rate
        #[arg(long, value_name = "VALUE=SIZE", value_parser = stratum, requires = "strata")]
        stratum: Vec<(String, Size)>,
        /// Adds to the sample drawn: a new seed, over the records of its window that were not drawn
        #[arg(long)]
        top_up: bool,
    },
    /// Gives the plan in force up: a second draw takes its place, visibly and with its reason
    Supersede {
        #[arg(value_name = "AUDIT", value_parser = name::<AuditId>)]
        audit: AuditId,
        /// Why a second draw is needed
        #[arg(long)]
        reason: String,
    },
    /// How many records would show what: for a population, and a number of bad ones that could be borne
    Size {
        /// Records in the population
        population: u64,
        /// The most bad ones in the whole population that could be borne
        #[arg(long, value_name = "N")]
        tolerable: Option<u64>,
        /// How many bad ones are expected among those drawn
        #[arg(long, value_name = "K", default_value = "0")]
        expected: u64,
        /// What a rate like 5% would show
        #[arg(long, value_name = "RATE", value_parser = rate)]
        rate: Option<Ratio>,
    },
    /// Names the first round of the public beacon that is published at a time or after it
    Round {
        /// A day or an instant (2026-10-02T12:00:00+01:00), later than the commit
        #[arg(value_name = "WHEN", value_parser = instant)]
        at: Instant,
    },
    /// Prints the hash of a secret, to be named in a plan: each party runs it alone, and keeps the secret
    ///
    /// The secret is read from standard input: one line of at least 20 characters that nobody can guess,
    /// without commas. The plan names the hash (--seed-from secret:PERSON:SHA256); once it is committed, each
    /// party reveals their secret (custodes seed secret).
    Secret,
}

pub fn plan(place: &Place, verb: Plan) -> Result<u8, Mistakes> {
    match verb {
        Plan::Commit { audit, size, rationale, risk_assessment, seed_from, strata, stratum, top_up } => {
            let mut session = place.session()?;
            let by = session.by.clone();
            let strata = strata.map(|column| InStrata { column, sizes: stratum.into_iter().collect() });
            let planned = Planned { size, strata, rationale, risk_assessment, seed_from, tops_up: top_up };
            let number = sampling::commit_plan(&mut session.workspace, &by, audit, &planned)?;
            let state = &session.workspace.record.audits[&audit];
            let plan = &state.plans[number as usize - 1].plan;
            let mut lines = vec![
                format!(
                    "Plan {number} of {audit} committed: {} frozen",
                    counted(plan.frame.count, "record", "records")
                ),
                format!("  frame_sha256 {}", plan.frame.sha256),
            ];
            if plan.frame.uncertain > 0 {
                lines.push(format!(
                    "  {} of which it cannot be said whether they belong are not among them",
                    counted(plan.frame.uncertain, "row", "rows")
                ));
            }
            lines.extend(strata_of(&session.workspace, plan)?);
            if let Some(days) = plan.window_days {
                lines.push(format!("  the seed will choose {days} consecutive days of the period to draw from"));
            }
            lines.extend(plan.frame.not_whole.iter().map(|why| format!("  the evidence is not whole: {why}")));
            if let Size::Rate(rate) = &plan.size
                && plan.window_days.is_none()
                && let Some(rate) = Ratio::parse(rate)
            {
                lines.push(format!("  {}", what_the_rate_buys(rate, plan.frame.count)));
            }
            lines.push(format!("Now {}", awaited(state)));
            session.say(&lines.join("\n"), json!({ "audit": audit, "plan": number, "what": plan }))
        }
        Plan::Supersede { audit, reason } => {
            let mut session = place.session()?;
            let plan =
                session.workspace.record.audits.get(&audit).and_then(Audit::plan).map_or(0, |(number, _)| number);
            session.act(|_| Ok(Act::from(PlanSuperseded { audit, plan, reason: reason.clone() })))?;
            session.say(
                &format!("Plan {plan} of {audit} is superseded, and stays to be seen"),
                json!({ "audit": audit, "plan": plan }),
            )
        }
        Plan::Size { population, tolerable, expected, rate } => {
            sizes(place.format, population, tolerable, expected, rate)
        }
        Plan::Round { at } => first_round(place.format, at),
        Plan::Secret => {
            let commitment = commit_to(&secret()?)?;
            match place.format {
                OutputFormat::Json => print(&format!("{:#}\n", json!({ "sha256": commitment.to_string() })))?,
                OutputFormat::Table => print(&format!("{commitment}\n"))?,
            }
            Ok(crate::cli::RAN)
        }
    }
}

/// The first round of the beacon from an instant on.
fn first_round(format: OutputFormat, at: Instant) -> Result<u8, Mistakes> {
    // A part of a second counts as the next one: the round is never earlier than was asked.
    let seconds = u64::try_from(at.0.div_euclid(1_000_000) + i64::from(at.0.rem_euclid(1_000_000) > 0));
    let round = seconds.ok().and_then(PosixSeconds::new).and_then(Round::first_from);
    let round = round.ok_or("the beacon has no round at that time")?;
    let (number, published) = (round.number(), published(round));
    let text =
        format!("Round {number} of the beacon drand quicknet, published on {published}\n  --seed-from beacon:{number}");
    match format {
        OutputFormat::Json => print(&format!("{:#}\n", json!({ "round": number, "published": published })))?,
        OutputFormat::Table => print(&format!("{text}\n"))?,
    }
    Ok(crate::cli::RAN)
}

/// So many sizes are offered: enough to choose among.
const OFFERED: usize = 3;

fn sizes(
    format: OutputFormat,
    population: u64,
    tolerable: Option<u64>,
    expected: u64,
    rate: Option<Ratio>,
) -> Result<u8, Mistakes> {
    let mut lines = Vec::new();
    let mut rows = Vec::new();
    if let Some(rate) = rate {
        lines.push(what_the_rate_buys(rate, population));
    }
    if let Some(tolerable) = tolerable {
        let goal = Goal::no_more_than(tolerable, population, Confidence::NINETY_FIVE_PERCENT)?;
        let choices = goal.choices(expected, OFFERED);
        if choices.is_empty() {
            return Err(goal.sentence(expected).into());
        }
        lines.push(format!("To show, at {} confidence, that {}, examine", goal.confidence(), goal.claim()));
        for choice in &choices {
            lines.push(format!("  {}", goal.told(choice)));
            let Choice { expected, drawn, otherwise } = choice;
            rows.push(json!({ "expected": expected, "examine": drawn, "with_one_more_bad_up_to": otherwise }));
        }
        lines.push(
            "Settle the size before the draw: one that is chosen when results were seen needs a new plan and a new seed"
                .to_owned(),
        );
        if choices.iter().all(|choice| choice.drawn < population) {
            lines
                .push(format!("None of these shows that no record at all is bad: only all {} do", grouped(population)));
        }
    }
    if lines.is_empty() {
        return Err("say what is wanted: --tolerable N, or --rate RATE".into());
    }
    match format {
        OutputFormat::Json => print(&format!("{:#}\n", json!({ "said": lines, "choices": rows })))?,
        OutputFormat::Table => print(&format!("{}\n", lines.join("\n")))?,
    }
    Ok(crate::cli::RAN)
}

/// When a round of the beacon is published, as people in London say it.
fn published(round: Round) -> String {
    london::in_words(Instant(i64::try_from(round.published_at().get()).unwrap_or(i64::MAX / 1_000_000) * 1_000_000))
}

/// How many records each stratum has, and which size is asked of it.
fn strata_of(workspace: &Workspace, plan: &Committed) -> Result<Vec<String>, WorkError> {
    let Some(strata) = &plan.strata else { return Ok(Vec::new()) };
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    for row in sampling::frame_table(workspace, plan)?.rows() {
        *counts.entry(row.stratum.clone().unwrap_or_default()).or_default() += 1;
    }
    let told = counts.iter().map(|(value, count)| {
        let size = match strata.sizes.get(value).unwrap_or(&strata.others) {
            Size::Rate(rate) => format!("{rate} of them, rounded up"),
            Size::Number(number) => counted(*number, "record", "records"),
            Size::Everything => "all of them".to_owned(),
        };
        let value = if value.is_empty() { "left blank" } else { value };
        format!("  {value}: {}; drawn: {size}", counted(*count, "record", "records"))
    });
    Ok(told.collect())
}

/// The parts of the seed that have not come, in words.
fn awaited(audit: &Audit) -> String {
    let Some((_, plan)) = audit.plan() else { return "no plan is in force".into() };
    let parts: Vec<String> = plan
        .awaited()
        .map(|part| match &plan.plan.seed_from[part] {
            SeedSource::Dice { witness } if plan.contributions.contains_key(&part) => {
                format!("{witness}'s word for the dice (custodes seed confirm)")
            }
            SeedSource::Dice { witness } => format!("at least 20 digits of dice before {witness} (custodes seed dice)"),
            SeedSource::Beacon { round } => {
                let when = Round::new(*round).map(published).unwrap_or_default();
                format!("round {round} of the beacon, published on {when} (custodes seed beacon)")
            }
            SeedSource::Secret { party, .. } => format!("{party}'s secret (custodes seed secret)"),
        })
        .collect();
    if parts.is_empty() {
        format!("the seed is complete: custodes draw {}", audit.what.audit)
    } else {
        format!("the seed waits for {}", parts.join(", and for "))
    }
}

/// What arrives after the plan is committed
#[derive(Debug, clap::Subcommand)]
pub enum SeedVerb {
    /// Digits of dice, as rolled before the witness whom the plan names
    Dice {
        #[arg(value_name = "AUDIT", value_parser = name::<AuditId>)]
        audit: AuditId,
        /// At least 20 decimal digits in the order rolled, in groups if you like ("31415 92653 …")
        digits: String,
        /// Who watched, as the plan names them
        #[arg(long, value_name = "PERSON")]
        witness: PersonId,
    },
    /// The signature of the beacon's round, once it is published: 96 hexadecimal digits
    ///
    /// Read it off any drand quicknet relay, on any machine that reaches one, and type it here. It is checked
    /// without a network: nobody can make up a signature that passes.
    Beacon {
        #[arg(value_name = "AUDIT", value_parser = name::<AuditId>)]
        audit: AuditId,
        /// The digits, in groups if you like
        #[arg(required = true)]
        signature: Vec<String>,
    },
    /// The witness of the dice confirms what was rolled: nobody's word alone is a seed
    Confirm {
        #[arg(value_name = "AUDIT", value_parser = name::<AuditId>)]
        audit: AuditId,
        /// The digits that the witness saw, in the order rolled
        digits: String,
    },
    /// The secret of the person who acts, read from standard input
    Secret {
        #[arg(value_name = "AUDIT", value_parser = name::<AuditId>)]
        audit: AuditId,
    },
}

/// One line of standard input; whoever sits before it is told what is waited for.
fn secret() -> Result<String, Mistakes> {
    if std::io::stdin().is_terminal() {
        eprint!("The secret, then Enter (it is shown while you type): ");
    }
    let mut line = String::new();
    std::io::stdin().read_line(&mut line)?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

pub fn seed(place: &Place, verb: SeedVerb) -> Result<u8, Mistakes> {
    let mut session = place.session()?;
    let by = session.by.clone();
    let (audit, given) = match verb {
        SeedVerb::Confirm { audit, digits } => {
            sampling::confirm(&mut session.workspace, &by, audit, &digits)?;
            let left = session.workspace.record.audits.get(&audit).map(awaited).unwrap_or_default();
            return session.say(&format!("Confirmed. The seed: {left}"), json!({ "audit": audit, "seed": left }));
        }
        SeedVerb::Dice { audit, digits, witness } => (audit, Given::Dice { digits, witness }),
        SeedVerb::Beacon { audit, signature } => (audit, Given::Beacon { signature: signature.join(" ") }),
        SeedVerb::Secret { audit } => (audit, Given::Secret { secret: secret()? }),
    };
    let state = session.workspace.record.audits.get(&audit);
    let part = state.and_then(Audit::plan).and_then(|(_, plan)| {
        let left = |part: &usize| !plan.contributions.contains_key(part);
        plan.awaited().filter(left).find(|part| fits(&plan.plan.seed_from[*part], &given, &by))
    });
    if let (None, Some(state)) = (part, state.filter(|audit| audit.plan().is_some())) {
        return Err(format!("the seed of {audit} awaits nothing of this kind from {by}; {}", awaited(state)).into());
    }
    sampling::contribute(&mut session.workspace, &by, audit, part.unwrap_or(0), &given)?;
    let left = session.workspace.record.audits.get(&audit).map(awaited).unwrap_or_default();
    session.say(&format!("On record; {left}"), json!({ "audit": audit, "seed": left }))
}

fn fits(source: &SeedSource, given: &Given, by: &PersonId) -> bool {
    match (source, given) {
        (SeedSource::Dice { .. }, Given::Dice { .. }) | (SeedSource::Beacon { .. }, Given::Beacon { .. }) => true,
        (SeedSource::Secret { party, .. }, Given::Secret { .. }) => party == by,
        _ => false,
    }
}

/// Draws the sample of an audit; or, with --seed, of any list of keys, as anybody can repeat it
#[derive(Debug, clap::Args)]
pub struct Draw {
    #[arg(value_parser = name::<AuditId>)]
    audit: Option<AuditId>,
    /// A seed of your own: then keys are read from --ids, one a line, and no workspace is needed
    #[arg(long)]
    seed: Option<String>,
    /// A file of keys, one a line; standard input without it
    #[arg(long, value_name = "FILE")]
    ids: Option<PathBuf>,
    /// How many are drawn; all, in their order, without it
    #[arg(long, value_name = "N")]
    take: Option<u64>,
    /// Put each back after it was drawn (consistent-sampler's other form; no audit uses it)
    #[arg(long, requires = "take")]
    with_replacement: bool,
    /// Write the digits of the tickets, so many after the leading nines
    #[arg(long, value_name = "N")]
    digits: Option<usize>,
    #[command(flatten)]
    place: Place,
}

pub fn draw(arguments: Draw) -> Result<u8, Mistakes> {
    if let Some(seed) = &arguments.seed {
        return draw_any(&arguments, seed);
    }
    let audit = arguments.audit.ok_or("name the audit to draw for; or a --seed, to draw from any list of keys")?;
    let mut session = arguments.place.session()?;
    let by = session.by.clone();
    let drawn = sampling::draw(&mut session.workspace, &by, audit)?;
    let mut lines = vec![format!(
        "{} of {} drawn for {audit}",
        grouped(drawn.sample.len() as u64),
        counted(drawn.population, "record", "records")
    )];
    if let Some((first, last)) = drawn.window {
        lines.push(format!("  window {first} to {last}, chosen by the draw"));
    }
    let plan = session.workspace.record.audits.get(&audit).and_then(Audit::plan).map(|(_, plan)| &plan.plan);
    lines.extend(plan.and_then(|plan| what_it_buys(plan, &drawn)).map(|sentence| format!("  {sentence}")));
    lines.push(format!("  seed {}", drawn.seed));
    lines.extend(drawn.sample.iter().map(|record| match &record.stratum {
        Some(stratum) => format!("  {:<24} {stratum}", record.key),
        None => format!("  {}", record.key),
    }));
    lines.push(format!("Now each is judged: custodes audit worklist {audit}"));
    session.say(&lines.join("\n"), json!(drawn))
}

/// What a sample of this size shows even where nothing in it is bad. Strata and further draws show something
/// only together: the report tells them.
pub fn what_it_buys(plan: &Committed, drawn: &SampleDrawn) -> Option<String> {
    let sampled = drawn.sample.len() as u64;
    if plan.strata.is_some() || plan.tops_up.is_some() || sampled == 0 {
        return None;
    }
    Some(match &plan.size {
        Size::Rate(rate) => what_the_rate_buys(Ratio::parse(rate)?, drawn.population),
        Size::Number(_) | Size::Everything => what_a_number_buys(sampled, drawn.population),
    })
}

fn draw_any(arguments: &Draw, seed: &str) -> Result<u8, Mistakes> {
    let text = match &arguments.ids {
        Some(file) => std::fs::read_to_string(file).map_err(WorkError::file(file, "cannot be read"))?,
        None => {
            let mut text = String::new();
            std::io::stdin().read_to_string(&mut text)?;
            text
        }
    };
    let keys: BTreeSet<&str> = text.lines().filter(|line| !line.is_empty()).collect();
    let frame = Frame::of(keys.iter().map(|key| (*key).to_owned()))?;
    let seed = Seed::recorded(seed);
    let take = arguments.take.unwrap_or(keys.len() as u64);
    let digits = arguments.digits.unwrap_or(9);
    let mut rows: Vec<(String, String)> = Vec::new();
    if arguments.with_replacement {
        let draws = WithReplacement::new(frame.keys(), &seed).take(take as usize);
        rows.extend(draws.map(|drawn| (drawn.fraction.shortened(digits), drawn.id)));
    } else {
        let drawn = draw_keys(frame.keys(), &seed, take)?;
        rows.extend(drawn.into_iter().map(|drawn| (drawn.ticket.shortened(digits), drawn.key.to_string())));
    }
    match arguments.place.format {
        OutputFormat::Json => {
            let sample: Vec<_> = rows.iter().map(|(ticket, id)| json!({ "ticket": ticket, "id": id })).collect();
            let digest = frame.digest();
            print(&format!(
                "{:#}\n",
                json!({ "frame_sha256": digest.frame_sha256.to_string(), "count": digest.count, "sample": sample })
            ))?;
        }
        OutputFormat::Table => {
            let text: String = rows.iter().map(|(ticket, id)| format!("{ticket}  {id}\n")).collect();
            print(&text)?;
        }
    }
    Ok(crate::cli::RAN)
}
