//! The frame of a population that is a condition on rows: one pass over their set.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::datatypes::{Date32Type, UInt64Type};
use custodes_compliance::time::Day;
use custodes_evidence::record;
use custodes_standard::evidence::Set;
use custodes_standard::model::{Arises, Check};
use datafusion::common::{DataFusionError, Result as EngineResult};

use super::members::Part;
use super::{Asked, day_of, stratum_columns, stratum_in};
use crate::CheckError;
use crate::engine::{Engine, boolean, evidence};
use crate::parameters::Parameters;
use crate::source::Source;
use crate::template::Words;
use crate::window::Window;

/// A test that gives no verdict on any row says that the rows that it is for cannot be told to be of the clause.
const NO_VERDICT: &str = "CAST(NULL AS BOOLEAN)";

pub struct RowFrame<'a> {
    pub source: &'a Source,
    pub window: Window,
    pub parameters: &'a Parameters,
    pub set: &'static Set,
    /// The condition on a row.
    pub given: &'static str,
    pub asked: &'a Asked<'a>,
}

/// Why no frame could be made.
pub enum Failure {
    Evidence(CheckError),
    Engine(DataFusionError),
}

impl Failure {
    pub fn of(self, set: &Set) -> CheckError {
        match self {
            Failure::Evidence(error) => error,
            Failure::Engine(error) => CheckError::query(set.name)(error),
        }
    }
}

impl From<DataFusionError> for Failure {
    fn from(error: DataFusionError) -> Self {
        Failure::Engine(error)
    }
}

impl RowFrame<'_> {
    pub fn parts(&self, engine: &Engine) -> Result<Vec<Part>, Failure> {
        let (set, days) = (self.set, self.asked.days);
        let keys = set.key().count();
        let step = move |part: &mut Part, batch: &RecordBatch| take(part, batch, keys, days);
        if !set.streamed {
            let table = self.source.table(set).map_err(Failure::Evidence)?;
            engine.register_table(set.name, table)?;
            return Ok(engine.fold(&self.sql(), step)?);
        }
        let pass = self.source.pass(set);
        let opened = Arc::clone(&pass);
        let open = Arc::new(move |columns: &[usize]| opened.open(columns));
        engine.register_stream(set.name, self.source.schema(set), open)?;
        let parts = engine.fold(&self.sql(), step)?;
        // Which rows a later one of their key supersedes is known only now.
        let mut superseded = pass.finish().map_err(evidence)?.positions;
        superseded.sort_unstable();
        Ok(parts.into_iter().map(|part| part.without(&superseded)).collect())
    }

    fn sql(&self) -> String {
        let (set, clause) = (self.set, self.asked.clause);
        let words = Words { window: self.window, parameters: self.parameters, kind: clause.kind, leavers: &[] };
        let mut unplaced = vec!["FALSE".to_owned()];
        if let Arises::Rows { of, given, .. } = clause.arises
            && of == set
        {
            unplaced.push(format!("({})", words.expand(given)));
        }
        for check in clause.checks {
            if let Check::Rows { of, given, tests, .. } = check
                && *of == set
                && tests.iter().all(|test| test.when == NO_VERDICT)
            {
                unplaced.push(format!("({})", words.expand(given)));
            }
        }
        unplaced.dedup();
        let mut columns = vec!["position".to_owned(), format!("{} AS day", day_of(set))];
        columns.extend(set.key().enumerate().map(|(part, column)| format!("{} AS key{part}", column.name)));
        columns.extend(self.asked.stratum.map(|column| stratum_columns(set, column)));
        columns.push(format!("CAST({} AS BOOLEAN) AS belongs", words.expand(self.given)));
        columns.push(format!("CAST({} AS BOOLEAN) AS unplaced", unplaced.join(" OR ")));
        format!("SELECT {} FROM {}", columns.join(", "), set.name)
    }
}

/// Takes the records of a batch: column 0 is the position, 1 the day, and the key's parts follow.
fn take(part: &mut Part, batch: &RecordBatch, keys: usize, days: Option<(Day, Day)>) -> EngineResult<()> {
    let (belongs, unplaced) = (boolean(batch, "belongs")?, boolean(batch, "unplaced")?);
    let positions = batch.column(0).as_primitive::<UInt64Type>();
    let day = batch.column(1).as_primitive::<Date32Type>();
    let key: Vec<&ArrayRef> = batch.columns()[2..2 + keys].iter().collect();
    for row in 0..batch.num_rows() {
        let day = day.is_valid(row).then(|| Day(day.value(row)));
        if days.zip(day).is_some_and(|((first, last), day)| day < first || last < day) {
            continue;
        }
        if belongs.is_valid(row) && belongs.value(row) {
            let stratum = stratum_in(batch, row);
            part.push(positions.value(row), day, stratum.as_deref(), |text| {
                record::write_key(text, key.iter().copied(), row);
            });
        } else if belongs.is_null(row) || unplaced.is_null(row) || unplaced.value(row) {
            part.unplaced.push(positions.value(row));
        }
    }
    Ok(())
}
