//! Tests of single rows: all of one set run together, in one pass over it.
//!
//! Each distinct condition becomes one yes-or-no column of one query; what fired, what could not be
//! said and what was counted is read off those columns. Rows that turn out to be superseded by a later
//! one of the same key are folded a second time and taken back.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use arrow::array::{Array, AsArray, BooleanArray, RecordBatch};
use arrow::compute::kernels::boolean::and_kleene;
use arrow::compute::{SortColumn, SortOptions, lexsort_to_indices, take_record_batch};
use arrow::datatypes::UInt64Type;
use custodes_standard::evidence::Set;
use custodes_standard::model::{Collected, Test};
use datafusion::common::{DataFusionError, Result as EngineResult};

use crate::engine::{Engine, boolean};
use crate::template::Words;

/// What one pass over a set is to find out.
#[derive(Debug, Default)]
pub struct Pass {
    conditions: Vec<String>,
    counts: Vec<Count>,
    tests: Vec<PlannedTest>,
    collected: Vec<(&'static Collected, usize)>,
}

#[derive(Debug)]
struct Count {
    clause: &'static str,
    what: Counted,
    condition: usize,
}

/// What a condition on rows is counted for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Counted {
    Population,
    /// Rows of which it cannot be said whether they are of the population.
    Perhaps,
    Arises,
}

#[derive(Debug)]
struct PlannedTest {
    clause: &'static str,
    test: &'static Test,
    given: usize,
    when: usize,
}

/// What a pass found.
#[derive(Debug, Default)]
pub struct Found {
    pub counts: BTreeMap<(&'static str, Counted), u64>,
    /// Each test that fired: clause, test, subject.
    pub fired: Vec<(&'static str, &'static Test, String)>,
    pub untestable: BTreeMap<(&'static str, &'static str), u64>,
    pub collected: Vec<(&'static Collected, Vec<RecordBatch>)>,
}

impl Pass {
    pub fn is_empty(&self) -> bool {
        self.counts.is_empty() && self.tests.is_empty() && self.collected.is_empty()
    }

    fn condition(&mut self, sql: String) -> usize {
        let sql = sql.split_whitespace().collect::<Vec<_>>().join(" ");
        self.conditions.iter().position(|known| *known == sql).unwrap_or_else(|| {
            self.conditions.push(sql);
            self.conditions.len() - 1
        })
    }

    pub fn count(&mut self, clause: &'static str, what: Counted, given: &str, words: &Words<'_>) {
        let condition = self.condition(words.expand(given));
        self.counts.push(Count { clause, what, condition });
    }

    pub fn test(&mut self, clause: &'static str, given: &str, test: &'static Test, words: &Words<'_>) {
        let given = self.condition(words.expand(given));
        let when = self.condition(words.expand(test.when));
        self.tests.push(PlannedTest { clause, test, given, when });
    }

    pub fn collect(&mut self, collected: &'static Collected, words: &Words<'_>) {
        let condition = self.condition(words.expand(collected.given));
        self.collected.push((collected, condition));
    }

    /// The query: position, subject, what is collected, and every condition.
    pub fn sql(&self, set: &Set, table: &str) -> String {
        let mut columns = vec!["position".to_owned(), format!("{} AS subject", subject_of(set))];
        let kept: HashSet<&str> = self.collected.iter().flat_map(|(collected, _)| collected.columns).copied().collect();
        columns.extend(set.columns.iter().filter(|c| kept.contains(c.name)).map(|c| format!("{0} AS {0}", c.name)));
        // Columns that another type than yes-or-no would leave out are cast by name: NULL alone has none.
        columns.extend(self.conditions.iter().enumerate().map(|(n, sql)| format!("CAST({sql} AS BOOLEAN) AS c{n}")));
        format!("SELECT {} FROM {table}", columns.join(", "))
    }

    /// Folds one batch into a tally.
    fn step(&self, tally: &mut Tally, batch: &RecordBatch) -> EngineResult<()> {
        tally.counts.resize(self.counts.len(), 0);
        tally.untestable.resize(self.tests.len(), 0);
        tally.collected.resize(self.collected.len(), Vec::new());
        let conditions: Vec<&BooleanArray> =
            (0..self.conditions.len()).map(|n| boolean(batch, &format!("c{n}"))).collect::<EngineResult<_>>()?;
        for (n, count) in self.counts.iter().enumerate() {
            let condition = conditions[count.condition];
            let counted = if count.what == Counted::Perhaps { condition.null_count() } else { condition.true_count() };
            tally.counts[n] += counted as i64;
        }
        for (n, planned) in self.tests.iter().enumerate() {
            let (given, when) = (conditions[planned.given], conditions[planned.when]);
            if when.true_count() == 0 && when.null_count() == 0 {
                continue;
            }
            let verdict = and_kleene(given, when)?;
            tally.untestable[n] += verdict.null_count() as i64;
            if verdict.true_count() > 0 {
                tally.keep_fired(n, &verdict, batch)?;
            }
        }
        for (n, (collected, condition)) in self.collected.iter().enumerate() {
            if let Some(latest) = collected.latest {
                keep_latest(collected, latest, SLACK, &mut tally.collected[n])?;
            }
            let wanted = conditions[*condition];
            if wanted.true_count() > 0 {
                let mut names = vec!["position"];
                names.extend(collected.columns);
                let indices = names.iter().map(|name| batch.schema().index_of(name)).collect::<Result<Vec<_>, _>>()?;
                tally.collected[n]
                    .push(compact(&arrow::compute::filter_record_batch(&batch.project(&indices)?, wanted)?)?);
            }
        }
        Ok(())
    }
}

/// How many rows beyond those wanted may gather before they are weeded out.
const SLACK: usize = 1 << 17;

/// Leaves the latest rows by the set's deciding time, once there are more than `latest + slack`. Which rows
/// stay depends on all that were seen, never on which thread saw them.
fn keep_latest(collected: &Collected, latest: usize, slack: usize, batches: &mut Vec<RecordBatch>) -> EngineResult<()> {
    if batches.iter().map(RecordBatch::num_rows).sum::<usize>() <= latest + slack {
        return Ok(());
    }
    let all = arrow::compute::concat_batches(&batches[0].schema(), batches.iter())?;
    let deciding = collected.of.columns.iter().find(|column| column.deciding).expect("a streamed set has one").name;
    let by = |name: &str| -> EngineResult<SortColumn> {
        let values = Arc::clone(all.column(all.schema().index_of(name)?));
        Ok(SortColumn { values, options: Some(SortOptions { descending: true, nulls_first: false }) })
    };
    let stay = lexsort_to_indices(&[by(deciding)?, by("position")?], Some(latest))?;
    *batches = vec![compact(&take_record_batch(&all, &stay)?)?];
    Ok(())
}

/// Text views keep alive the whole buffers that they point into; what is kept aside is copied out of them.
fn compact(batch: &RecordBatch) -> EngineResult<RecordBatch> {
    let columns = batch.columns().iter().map(|column| match column.as_string_view_opt() {
        Some(text) => Arc::new(text.gc()) as arrow::array::ArrayRef,
        None => Arc::clone(column),
    });
    Ok(RecordBatch::try_new(batch.schema(), columns.collect())?)
}

/// What one thread has seen so far.
#[derive(Debug, Default)]
pub struct Tally {
    counts: Vec<i64>,
    untestable: Vec<i64>,
    /// Test, position and subject.
    fired: Vec<(u32, u64, Box<str>)>,
    collected: Vec<Vec<RecordBatch>>,
}

impl Tally {
    fn keep_fired(&mut self, test: usize, verdict: &BooleanArray, batch: &RecordBatch) -> EngineResult<()> {
        let positions = batch.column(0).as_primitive::<UInt64Type>();
        let subjects = arrow::compute::cast(batch.column(1), &arrow::datatypes::DataType::Utf8View)?;
        let subjects = subjects.as_string_view();
        // Few fire: whole words of the bitmap are passed over.
        let fired = verdict.nulls().map_or_else(|| verdict.values().clone(), |known| verdict.values() & known.inner());
        for row in fired.set_indices() {
            self.fired.push((test as u32, positions.value(row), subjects.value(row).into()));
        }
        Ok(())
    }

    fn add(&mut self, other: Tally, sign: i64) {
        for (mine, theirs) in [(&mut self.counts, other.counts), (&mut self.untestable, other.untestable)] {
            mine.resize(mine.len().max(theirs.len()), 0);
            mine.iter_mut().zip(theirs).for_each(|(mine, theirs)| *mine += sign * theirs);
        }
        if sign > 0 {
            self.fired.extend(other.fired);
            self.collected.resize(self.collected.len().max(other.collected.len()), Vec::new());
            self.collected.iter_mut().zip(other.collected).for_each(|(mine, theirs)| mine.extend(theirs));
        }
    }
}

/// The subject of a row's exceptions: its key. An account's says nothing of when it was given.
fn subject_of(set: &Set) -> String {
    let key: Vec<&str> = match set.name {
        "accounts" => vec!["user_id", "system", "permission"],
        _ => set.key().take(1).map(|column| column.name).collect(),
    };
    key.join(" || '/' || ")
}

/// What was seen of all rows, and of those that a later row of the same key supersedes.
pub struct Superseded {
    pub positions: Vec<u64>,
    pub rows: Vec<RecordBatch>,
}

/// Runs a pass over `table`; `superseded` is asked once the pass is over, and its rows are registered as
/// `superseded_table` to be taken back.
///
/// # Errors
/// When a query fails, or the evidence could not be read to its end.
pub fn run(
    engine: &Engine,
    set: &'static Set,
    pass: Pass,
    table: impl Fn(&str) -> String,
    superseded: impl FnOnce() -> Result<Superseded, DataFusionError>,
    register_superseded: impl FnOnce(Vec<RecordBatch>) -> EngineResult<String>,
) -> EngineResult<Found> {
    let pass = Arc::new(pass);
    let fold = |from: &str| {
        let pass_of_step = Arc::clone(&pass);
        engine.fold(&pass.sql(set, &table(from)), move |tally: &mut Tally, batch| pass_of_step.step(tally, batch))
    };
    let mut tally = Tally::default();
    for part in fold(set.name)? {
        tally.add(part, 1);
    }
    // Before superseded rows are taken away: how many of those stand among the latest depends on no thread.
    for ((collected, _), batches) in pass.collected.iter().zip(&mut tally.collected) {
        if let Some(latest) = collected.latest {
            keep_latest(collected, latest, 0, batches)?;
        }
    }
    let Superseded { mut positions, rows } = superseded()?;
    if !positions.is_empty() {
        positions.sort_unstable();
        for part in fold(&register_superseded(rows)?)? {
            tally.add(part, -1);
        }
        tally.fired.retain(|(_, position, _)| positions.binary_search(position).is_err());
        for batches in &mut tally.collected {
            for batch in batches {
                *batch = without(batch, &positions)?;
            }
        }
    }
    Ok(pass.found(tally))
}

fn without(batch: &RecordBatch, superseded: &[u64]) -> EngineResult<RecordBatch> {
    let positions = batch.column(0).as_primitive::<UInt64Type>();
    let stands: BooleanArray = positions
        .iter()
        .map(|position| Some(position.is_some_and(|p| superseded.binary_search(&p).is_err())))
        .collect();
    Ok(arrow::compute::filter_record_batch(batch, &stands)?)
}

impl Pass {
    fn found(&self, mut tally: Tally) -> Found {
        tally.counts.resize(self.counts.len(), 0);
        tally.untestable.resize(self.tests.len(), 0);
        tally.collected.resize(self.collected.len(), Vec::new());
        // Threads take batches as they come; the order of rows is that of the files.
        tally.fired.sort_unstable_by_key(|(test, position, _)| (*test, *position));
        let mut found = Found::default();
        for (count, number) in self.counts.iter().zip(&tally.counts) {
            *found.counts.entry((count.clause, count.what)).or_default() += *number as u64;
        }
        for (planned, number) in self.tests.iter().zip(&tally.untestable) {
            if *number > 0 {
                *found.untestable.entry((planned.clause, planned.test.code)).or_default() += *number as u64;
            }
        }
        for (test, _, subject) in tally.fired {
            let planned = &self.tests[test as usize];
            found.fired.push((planned.clause, planned.test, subject.into()));
        }
        found.collected = self.collected.iter().map(|(collected, _)| *collected).zip(tally.collected).collect();
        found
    }
}
