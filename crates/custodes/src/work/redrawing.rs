//! Whether draws are what they must be: each step in its order, each part of the seed what the plan promised,
//! and the same sample when it is drawn again. Each defect is a sentence.

use std::collections::{BTreeMap, BTreeSet};

use custodes_compliance::acts::audit::{Contribution, SampleDrawn, SeedSource};
use custodes_compliance::acts::{Act, AuditId};
use custodes_compliance::performing::{self, FrameTable};
use custodes_compliance::record::{Audit, Done, PlanState, Record};
use custodes_journal::beacon::{BeaconSignature, Round};
use custodes_journal::hash::Hash;

use crate::words::counted;

/// What the journal says was done once, seen as its entries go by: the fold keeps the latest only.
#[derive(Debug, Default)]
pub struct Once {
    seen: BTreeSet<(AuditId, u32, Option<usize>)>,
    pub defects: Vec<String>,
}

impl Once {
    pub fn see(&mut self, entry: u64, act: &Act) {
        let (step, what) = match act {
            Act::SeedContributed(act) => {
                ((act.audit, act.plan, Some(act.source)), format!("part {} of the seed", act.source + 1))
            }
            Act::SampleDrawn(act) => ((act.audit, act.plan, None), "the sample".to_owned()),
            _ => return,
        };
        let (audit, plan, _) = step;
        if !self.seen.insert(step) {
            self.defects.push(format!("plan {plan} of {audit}: {what} is there a second time, as entry {entry}"));
        }
    }
}

/// Where a plan's frame is.
pub enum FrameText {
    There(String),
    /// It went with a disposal that two people made.
    DisposedOf,
    /// A sentence on why it is not there.
    Missing(String),
}

/// What was performed again.
#[derive(Debug, Default)]
pub struct Redrawn {
    pub plans: u64,
    pub parts_of_seeds: u64,
    /// Draws that gave the same window and the same sample.
    pub draws: u64,
    /// Plans whose frame was disposed of, so that their draw cannot be performed again.
    pub frames_gone: u64,
    pub defects: Vec<String>,
}

impl Redrawn {
    /// Performs the draws of these audits again. `frame` gives the frame of a plan by its number, from 1.
    pub fn of<'a>(
        record: &Record,
        audits: impl IntoIterator<Item = &'a AuditId>,
        frame: &dyn Fn(&AuditId, usize, &PlanState) -> FrameText,
    ) -> Redrawn {
        let mut redrawn = Redrawn::default();
        for (id, audit) in audits.into_iter().filter_map(|id| Some((id, record.audits.get(id)?))) {
            for (place, plan) in audit.plans.iter().enumerate() {
                let number = place + 1;
                let named = format!("plan {number} of {id}");
                redrawn.plans += 1;
                redrawn.order(&named, audit, place, plan);
                for (part, (done, given)) in &plan.contributions {
                    redrawn.part(&named, plan, *part, done, given);
                }
                match frame(id, number, plan) {
                    FrameText::There(text) => redrawn.draw(&named, audit, plan, &text),
                    FrameText::DisposedOf => redrawn.frames_gone += 1,
                    FrameText::Missing(why) => redrawn.say(&named, &why),
                }
            }
        }
        redrawn
    }

    fn say(&mut self, named: &str, what: &str) {
        self.defects.push(format!("{named}: {what}"));
    }

    /// Commit, then the seed, then the draw; and no plan beside another that still held.
    fn order(&mut self, named: &str, audit: &Audit, place: usize, plan: &PlanState) {
        let committed = plan.committed.entry;
        for (part, (done, _)) in plan.contributions.iter().filter(|(_, (done, _))| done.entry <= committed) {
            let what = format!(
                "part {} of the seed is entry {}, before the plan was committed (entry {committed})",
                part + 1,
                done.entry
            );
            self.say(named, &what);
        }
        if let Some((drawn, _)) = &plan.drawn {
            for part in 0..plan.plan.seed_from.len() {
                let came = plan.contributions.get(&part).map(|(done, _)| done.entry);
                if came.is_none_or(|came| came >= drawn.entry) {
                    let what = format!(
                        "the sample was drawn (entry {}) before part {} of the seed came",
                        drawn.entry,
                        part + 1
                    );
                    self.say(named, &what);
                }
            }
        }
        let tops_up = plan.plan.tops_up.map(|number| number as usize);
        for (before, earlier) in audit.plans[..place].iter().enumerate() {
            let given_up = earlier.superseded.as_ref().is_some_and(|(done, _)| done.entry < committed);
            let added_to = tops_up.is_some() && earlier.drawn.as_ref().is_some_and(|(done, _)| done.entry < committed);
            if !given_up && !added_to {
                self.say(named, &format!("it was committed while plan {} was in force", before + 1));
            }
        }
    }

    fn part(&mut self, named: &str, plan: &PlanState, part: usize, done: &Done, given: &Contribution) {
        let number = part + 1;
        match part_of(plan, part, done, given) {
            Ok(()) => self.parts_of_seeds += 1,
            Err(why) => self.say(named, &format!("part {number} of the seed: {why}")),
        }
    }

    fn draw(&mut self, named: &str, audit: &Audit, plan: &PlanState, text: &str) {
        let stated = &plan.plan.frame;
        if Hash::of(text.as_bytes()).to_string() != stated.table_sha256 {
            return self.say(named, "its frame is not the file that the plan was committed with");
        }
        let table = match FrameTable::parse(text) {
            Ok(table) => table,
            Err(why) => return self.say(named, &why.to_string()),
        };
        if table.rows().len() as u64 != stated.count {
            let what = format!("its frame has {} records, and the plan says {}", table.rows().len(), stated.count);
            self.say(named, &what);
        }
        if let Some(again) = drawn_before(audit, plan, &table) {
            self.say(named, &format!("it adds to a sample that {again:?} was in already"));
        }
        let Some((_, drawn)) = &plan.drawn else { return };
        let contributions: BTreeMap<usize, &Contribution> =
            plan.contributions.iter().map(|(part, (_, given))| (*part, given)).collect();
        match performing::perform(&plan.plan, &contributions, &table) {
            Err(why) => self.say(named, &why.to_string()),
            Ok(performed) => match difference(&performed, drawn) {
                Some(what) => self.say(named, &what),
                None => self.draws += 1,
            },
        }
    }
}

/// Whether a part of the seed is what the plan promised, from whom it promised it.
fn part_of(plan: &PlanState, part: usize, done: &Done, given: &Contribution) -> Result<(), String> {
    let promised = plan.plan.seed_from.get(part).ok_or("the plan names no such source")?;
    match (promised, given) {
        (SeedSource::Dice { witness }, Contribution::Dice { witness: stated, .. }) => {
            if witness != stated || witness == &done.by {
                return Err(format!(
                    "the plan names {witness} as the witness, who watches and does not enter the dice"
                ));
            }
        }
        (SeedSource::Beacon { round }, Contribution::Beacon { round: stated, signature, randomness }) => {
            if round != stated {
                return Err(format!("the plan names round {round} of the beacon, and this is of round {stated}"));
            }
            let round = Round::new(*round).ok_or_else(|| format!("the beacon has no round {round}"))?;
            round.not_before(plan.committed.at.0).map_err(|why| why.to_string())?;
            let signature = BeaconSignature::parse(signature).map_err(|why| why.to_string())?;
            let found = signature.verify(round).map_err(|why| why.to_string())?;
            if found.to_string() != *randomness {
                return Err("its random number is not the one that the beacon's signature gives".to_owned());
            }
        }
        (SeedSource::Secret { party, .. }, Contribution::Secret { party: stated, .. }) => {
            if party != stated || party != &done.by {
                return Err(format!("the plan says that {party} reveals it, and {} did", done.by));
            }
        }
        _ => return Err("it comes from elsewhere than the plan says".to_owned()),
    }
    // Whether the dice are enough, and a secret is the one committed to.
    performing::check_part(&plan.plan, part, given).map_err(|why| match why {
        performing::PerformError::Seed { why, .. } => why,
        other => other.to_string(),
    })
}

/// A key in the frame of a top-up that an earlier plan in force drew already.
fn drawn_before(audit: &Audit, plan: &PlanState, table: &FrameTable) -> Option<String> {
    let tops_up = plan.plan.tops_up? as usize;
    let (_, earlier) = audit.plans.get(tops_up.checked_sub(1)?)?.drawn.as_ref()?;
    let drawn: BTreeSet<&str> = earlier.sample.iter().map(|drawn| drawn.key.as_str()).collect();
    table.rows().iter().find(|row| drawn.contains(row.key.as_str())).map(|row| row.key.clone())
}

fn difference(performed: &performing::Performed, drawn: &SampleDrawn) -> Option<String> {
    if performed.seed.as_str() != drawn.seed {
        return Some("the seed on record is not the one that its parts and the frame give".to_owned());
    }
    if performed.window.map(|window| (window.first, window.last)) != drawn.window {
        return Some("the window on record is not the one that the seed chooses".to_owned());
    }
    if performed.population != drawn.population {
        return Some(format!(
            "{} records are in the window, and the draw on record was made from {}",
            performed.population, drawn.population
        ));
    }
    let same = performed.sample.len() == drawn.sample.len();
    let other = performed
        .sample
        .iter()
        .zip(&drawn.sample)
        .position(|((key, stratum), recorded)| *key != recorded.key || *stratum != recorded.stratum);
    match other {
        Some(place) => Some(format!(
            "drawn again, record {} of the sample is {:?}, and the journal says {:?}",
            place + 1,
            performed.sample[place].0,
            drawn.sample[place].key
        )),
        None if !same => Some(format!(
            "drawn again, the sample has {} records, and the journal says {}",
            performed.sample.len(),
            drawn.sample.len()
        )),
        None => None,
    }
}

impl Redrawn {
    /// What was performed again with the same result; nothing where there was nothing to perform.
    pub fn sentence(&self) -> Option<String> {
        let Redrawn { plans, parts_of_seeds, draws, .. } = self;
        (*plans > 0).then(|| {
            format!(
                "{draws} {} performed again with the same sample, from {parts_of_seeds} verified {} of seeds, in the order commit, seed, draw",
                if *draws == 1 { "draw was" } else { "draws were" },
                if *parts_of_seeds == 1 { "part" } else { "parts" },
            )
        })
    }

    pub fn note(&self) -> Option<String> {
        (self.frames_gone > 0).then(|| {
            format!(
                "{} cannot be drawn again, because what was drawn from was disposed of",
                counted(self.frames_gone, "plan", "plans")
            )
        })
    }
}
