//! One pass over each set: its row tests, its populations, and what is kept aside of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::Schema;
use custodes_standard::evidence::{ACCOUNTS, SEARCHES, SETS, Set};
use custodes_standard::model::{Arises, Check, Clause, Population, Test};
use custodes_standard::v3::collected::COLLECTED;
use datafusion::common::DataFusionError;

use crate::CheckError;
use crate::accounts;
use crate::engine::Engine;
use crate::outcome::Exception;
use crate::parameters::Parameters;
use crate::rows::{self, Counted, Found, Pass, Superseded};
use crate::rules::Findings;
use crate::source::Source;
use crate::template::Words;
use crate::window::Window;

/// What all passes found.
#[derive(Debug, Default)]
pub struct Passes {
    counts: BTreeMap<(&'static str, Counted), u64>,
    fired: BTreeMap<&'static str, Vec<(&'static Test, String)>>,
    untestable: BTreeMap<(&'static str, &'static str), u64>,
    /// Users who left in the window.
    pub leavers: Vec<String>,
}

impl Passes {
    pub fn population(&self, clause: &'static str) -> u64 {
        self.counts.get(&(clause, Counted::Population)).copied().unwrap_or(0)
    }

    /// Whether rows were seen of which it cannot be said that they are of the population, or not.
    pub fn perhaps(&self, clause: &'static str) -> bool {
        self.counts.get(&(clause, Counted::Perhaps)).is_some_and(|count| *count > 0)
    }

    /// Whether rows were seen of which it cannot be said that the clause does not arise.
    pub fn arises(&self, clause: &'static str) -> bool {
        self.counts.get(&(clause, Counted::Arises)).is_some_and(|count| *count > 0)
    }

    /// Hands a clause what its row tests found.
    pub fn take(&self, clause: &'static Clause, found: &mut Findings) {
        for (test, subject) in self.fired.get(clause.id).into_iter().flatten() {
            found.exceptions.push(Exception {
                clause: clause.id,
                code: test.code,
                subject: subject.clone(),
                due: None,
                done: None,
                days_late: None,
                detail: test.says.to_owned(),
            });
        }
        for ((_, code), count) in self.untestable.range((clause.id, "")..).take_while(|((id, _), _)| *id == clause.id) {
            *found.untestable.entry(code).or_default() += count;
        }
    }

    /// A query over what was kept aside runs only where at least one of the sets it came from is there.
    pub fn collected_for(&self, sql: &str, source: &Source) -> bool {
        let mut named = COLLECTED.iter().filter(|collected| sql.contains(collected.name)).peekable();
        named.peek().is_none() || named.any(|collected| source.has(collected.of))
    }

    fn add(&mut self, found: Found) {
        for (key, count) in found.counts {
            *self.counts.entry(key).or_default() += count;
        }
        for (key, count) in found.untestable {
            *self.untestable.entry(key).or_default() += count;
        }
        for (clause, test, subject) in found.fired {
            self.fired.entry(clause).or_default().push((test, subject));
        }
    }
}

/// Registers every set and runs the passes that the clauses ask for.
///
/// # Errors
/// When a set cannot be read to its end, or a query fails.
pub fn run(
    engine: &Engine,
    source: &Source,
    window: &Window,
    parameters: &Parameters,
    clauses: &[&'static Clause],
) -> Result<Passes, CheckError> {
    register_tables(engine, source, clauses)?;
    let leavers = leavers(engine, window, parameters)?;
    let mut passes = Passes { leavers, ..Passes::default() };
    if source.has(&ACCOUNTS) {
        accounts::register(engine).map_err(CheckError::query("accounts"))?;
    }
    for collected in COLLECTED {
        let empty = collected_schema(source, collected);
        engine.register(collected.name, empty, Vec::new()).map_err(CheckError::query(collected.name))?;
    }
    for set in SETS.iter().filter(|set| source.has(set)) {
        let pass = plan(source, set, window, parameters, clauses, &passes.leavers);
        // A streamed set is read even where nothing is asked of it: its report is part of the result.
        if !pass.is_empty() || set.streamed {
            let found = one(engine, source, set, pass)?;
            keep_aside(engine, source, &found)?;
            passes.add(found);
        }
    }
    Ok(passes)
}

/// Registers every set that does not stream past; those that no clause looks at come without rows.
///
/// # Errors
/// When a set cannot be read to its end.
pub fn register_tables(engine: &Engine, source: &Source, clauses: &[&'static Clause]) -> Result<(), CheckError> {
    for set in SETS.iter().filter(|set| !set.streamed) {
        let registered = if source.has(set) && needed(set, clauses) {
            engine.register_table(set.name, source.table(set)?)
        } else {
            engine.register(set.name, source.schema(set), Vec::new())
        };
        registered.map_err(CheckError::query(set.name))?;
    }
    Ok(())
}

/// Whether any clause to be checked looks at the set.
fn needed(set: &Set, clauses: &[&'static Clause]) -> bool {
    let named = ["reviews", "accounts", "appointments", "cameras"];
    named.contains(&set.name)
        || clauses.iter().any(|clause| clause.needs.contains(&set) || format!("{clause:?}").contains(set.name))
}

fn leavers(engine: &Engine, window: &Window, parameters: &Parameters) -> Result<Vec<String>, CheckError> {
    let words = Words { window: *window, parameters, kind: None, leavers: &[] };
    let sql = words.expand("SELECT DISTINCT user_id FROM accounts WHERE $in_window(left_at) ORDER BY user_id");
    let answer = engine.query(&sql).and_then(|answer| answer.texts("user_id"));
    Ok(answer.map_err(CheckError::query("accounts"))?.into_iter().flatten().collect())
}

fn plan(
    source: &Source,
    set: &'static Set,
    window: &Window,
    parameters: &Parameters,
    clauses: &[&'static Clause],
    leavers: &[String],
) -> Pass {
    let mut pass = Pass::default();
    for clause in clauses {
        let words = Words { window: *window, parameters, kind: clause.kind, leavers };
        if let Population::Rows { of, given } = clause.population
            && of == set
        {
            pass.count(clause.id, Counted::Population, given, &words);
            pass.count(clause.id, Counted::Perhaps, given, &words);
        }
        if let Arises::Rows { of, given, .. } = clause.arises
            && of == set
        {
            pass.count(clause.id, Counted::Arises, given, &words);
        }
        for check in clause.checks {
            let Check::Rows { of, given, also_needs, tests } = check else { continue };
            if *of == set && matches!(clause.arises, Arises::WithPopulation { .. }) {
                pass.count(clause.id, Counted::Perhaps, given, &words);
            }
            if *of == set && also_needs.iter().all(|needed| source.has(needed)) {
                tests.iter().for_each(|test| pass.test(clause.id, given, test, &words));
            }
        }
    }
    let words = Words { window: *window, parameters, kind: None, leavers };
    COLLECTED.iter().filter(|collected| collected.of == set).for_each(|collected| pass.collect(collected, &words));
    pass
}

fn one(engine: &Engine, source: &Source, set: &'static Set, pass: Pass) -> Result<Found, CheckError> {
    let joined = *set == SEARCHES && source.has(&ACCOUNTS);
    let table = |name: &str| if joined { accounts::searches_with_accounts(name) } else { name.to_owned() };
    let failed = CheckError::query(set.name);
    if !set.streamed {
        let nothing = || Ok(Superseded { positions: Vec::new(), rows: Vec::new() });
        return rows::run(engine, set, pass, table, nothing, |_| Ok(String::new())).map_err(failed);
    }
    let scan = source.pass(set);
    let opened = Arc::clone(&scan);
    engine
        .register_stream(set.name, source.schema(set), Arc::new(move |columns: &[usize]| opened.open(columns)))
        .map_err(CheckError::query(set.name))?;
    let superseded = || scan.finish().map_err(crate::engine::evidence);
    let register = |rows: Vec<RecordBatch>| {
        let name = format!("superseded_{}", set.name);
        let schema = rows.first().map_or_else(|| source.schema(set), RecordBatch::schema);
        engine.register(&name, schema, rows)?;
        Ok(name)
    };
    rows::run(engine, set, pass, table, superseded, register).map_err(failed)
}

fn collected_schema(source: &Source, collected: &custodes_standard::model::Collected) -> Arc<Schema> {
    let schema = source.schema(collected.of);
    let fields = schema
        .fields()
        .iter()
        .filter(|field| field.name() == "position" || collected.columns.contains(&field.name().as_str()));
    Arc::new(Schema::new(fields.cloned().collect::<Vec<_>>()))
}

fn keep_aside(engine: &Engine, source: &Source, found: &Found) -> Result<(), CheckError> {
    for (collected, batches) in &found.collected {
        let schema = collected_schema(source, collected);
        let arranged = batches.iter().map(|batch| {
            let columns = schema.fields().iter().map(|field| {
                let column = batch.column_by_name(field.name()).expect("the columns that were collected");
                arrow::compute::cast(column, field.data_type())
            });
            RecordBatch::try_new(Arc::clone(&schema), columns.collect::<Result<_, _>>()?)
        });
        let arranged = arranged
            .collect::<Result<Vec<_>, _>>()
            .map_err(|error| CheckError::query(collected.name)(DataFusionError::ArrowError(Box::new(error), None)))?;
        engine.register(collected.name, schema, arranged).map_err(CheckError::query(collected.name))?;
    }
    Ok(())
}
