//! The query engine: DataFusion types stop here.
//!
//! Two sessions share one pool of threads: small tables are queried on one partition, which is quicker
//! for them; sets that stream past are spread over all threads. No result depends on which.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, RecordBatch};
use arrow::datatypes::{DataType, Date32Type, SchemaRef, TimeUnit, TimestampMicrosecondType};
use custodes_evidence::{Problem, Table};
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::{DataFusionError, Result as EngineResult, ScalarValue};
use datafusion::datasource::{MemTable, TableType};
use datafusion::execution::{SendableRecordBatchStream, SessionStateBuilder, TaskContext};
use datafusion::functions::regex::{compile_regex, regexplike};
use datafusion::logical_expr::{ColumnarValue, Expr, ScalarUDF, Volatility, create_udf};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::streaming::{PartitionStream, StreamingTableExec};
use datafusion::prelude::{SessionConfig, SessionContext};
use futures::StreamExt;
use tokio::runtime::Runtime;

/// Batches of one partition of a set that streams past.
pub type Batches = Box<dyn Iterator<Item = Result<RecordBatch, Problem>> + Send>;

/// Opens a set for one pass, with the columns asked for (indices into its schema), in partitions.
pub type Open = dyn Fn(&[usize]) -> Result<Vec<Batches>, Problem> + Send + Sync;

pub struct Engine {
    runtime: Runtime,
    small: SessionContext,
    wide: SessionContext,
}

impl Engine {
    /// # Errors
    /// When the operating system gives no threads.
    pub fn new(threads: usize) -> Result<Engine, std::io::Error> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(threads.max(1)).build()?;
        let wide = session(threads.max(1));
        wide.register_udf(regexp_like());
        Ok(Engine { runtime, small: session(1), wide })
    }

    /// Makes a table known, to both sessions.
    ///
    /// # Errors
    /// When a batch is not of the schema.
    pub fn register(&self, name: &str, schema: SchemaRef, batches: Vec<RecordBatch>) -> EngineResult<()> {
        let table = Arc::new(MemTable::try_new(schema, vec![batches])?);
        for session in [&self.small, &self.wide] {
            session.deregister_table(name)?;
            session.register_table(name, Arc::clone(&table) as Arc<dyn TableProvider>)?;
        }
        Ok(())
    }

    /// Makes a whole set known, wherever it is kept.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn register_table(&self, name: &str, table: Table) -> EngineResult<()> {
        let schema = table.schema();
        if table.is_in_memory() {
            let batches =
                table.batches().and_then(|batches| batches.collect::<Result<Vec<_>, _>>()).map_err(evidence)?;
            return self.register(name, schema, batches);
        }
        let table = Arc::new(table);
        let open: Arc<Open> = Arc::new(move |columns: &[usize]| Ok(vec![from_file(&table, columns)]));
        for session in [&self.small, &self.wide] {
            session.deregister_table(name)?;
            session
                .register_table(name, Arc::new(StreamedSet { schema: Arc::clone(&schema), open: Arc::clone(&open) }))?;
        }
        Ok(())
    }

    /// Makes a set known that streams past: each query over it is one pass.
    ///
    /// # Errors
    /// When the name is taken.
    pub fn register_stream(&self, name: &str, schema: SchemaRef, open: Arc<Open>) -> EngineResult<()> {
        self.wide.deregister_table(name)?;
        self.wide.register_table(name, Arc::new(StreamedSet { schema, open }))?;
        Ok(())
    }

    /// Makes a function of a row's values known to passes: from arrays of these types and of one length to
    /// an array of that length, the same for the same values.
    pub fn register_function(
        &self,
        name: &str,
        arguments: Vec<DataType>,
        gives: DataType,
        function: impl Fn(&[ArrayRef]) -> ArrayRef + Send + Sync + 'static,
    ) {
        let of_arrays = move |arguments: &[ColumnarValue]| {
            Ok(ColumnarValue::Array(function(&ColumnarValue::values_to_arrays(arguments)?)))
        };
        self.wide.register_udf(create_udf(name, arguments, gives, Volatility::Immutable, Arc::new(of_arrays)));
    }

    /// The whole answer to a query over small tables.
    ///
    /// # Errors
    /// When the query cannot be planned or run.
    pub fn query(&self, sql: &str) -> EngineResult<Answer> {
        self.runtime.block_on(async {
            let frame = self.small.sql(sql).await?;
            let schema = Arc::new(frame.schema().as_arrow().clone());
            let batches = frame.collect().await?;
            Ok(Answer(arrow::compute::concat_batches(&schema, &batches)?))
        })
    }

    /// Runs a query over a streamed set; each thread folds its batches into a state of its own.
    ///
    /// # Errors
    /// When the query cannot be planned or run, or the fold refuses a batch.
    pub fn fold<S: Default + Send + 'static>(
        &self,
        sql: &str,
        step: impl Fn(&mut S, &RecordBatch) -> EngineResult<()> + Send + Sync + 'static,
    ) -> EngineResult<Vec<S>> {
        let step = Arc::new(step);
        self.runtime.block_on(async {
            let streams = self.wide.sql(sql).await?.execute_stream_partitioned().await?;
            let tasks: Vec<_> = streams
                .into_iter()
                .map(|mut stream| {
                    let step = Arc::clone(&step);
                    tokio::spawn(async move {
                        let mut state = S::default();
                        while let Some(batch) = stream.next().await {
                            step(&mut state, &batch?)?;
                        }
                        Ok::<S, DataFusionError>(state)
                    })
                })
                .collect();
            let mut states = Vec::with_capacity(tasks.len());
            for task in tasks {
                states.push(task.await.map_err(|error| DataFusionError::External(Box::new(error)))??);
            }
            Ok(states)
        })
    }
}

fn session(partitions: usize) -> SessionContext {
    let config = SessionConfig::new()
        .with_target_partitions(partitions)
        .with_batch_size(8192)
        // A joined table is small and built once; what streams past is never shuffled between threads.
        .with_repartition_joins(false)
        .with_round_robin_repartition(false)
        .set_bool("datafusion.sql_parser.map_string_types_to_utf8view", true)
        .set_bool("datafusion.sql_parser.enable_ident_normalization", true);
    let state = SessionStateBuilder::new().with_config(config).with_default_features().build();
    SessionContext::new_with_state(state)
}

/// A compiled pattern; made anew for each batch, so that threads do not share its working memory.
type Matcher = Box<dyn Fn(&str) -> bool>;

/// The engine's own function, but that compiles its pattern for every batch, which takes longer than
/// matching it. Here each is compiled once.
fn regexp_like() -> ScalarUDF {
    let compiled: Mutex<BTreeMap<String, Arc<dyn Fn() -> Matcher + Send + Sync>>> = Mutex::default();
    let matcher = move |pattern: &str| -> EngineResult<Matcher> {
        let mut compiled = compiled.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = compiled.get(pattern) {
            return Ok(known());
        }
        let regex = compile_regex(pattern, None)?;
        let matcher: Arc<dyn Fn() -> Matcher + Send + Sync> = Arc::new(move || {
            let regex = regex.clone();
            Box::new(move |text| regex.is_match(text))
        });
        compiled.insert(pattern.to_owned(), Arc::clone(&matcher));
        Ok(matcher())
    };
    let like = move |arguments: &[ColumnarValue]| match arguments {
        [ColumnarValue::Array(texts), ColumnarValue::Scalar(ScalarValue::Utf8View(Some(pattern)))] => {
            let (texts, matches) = (texts.as_string_view(), matcher(pattern)?);
            let found: BooleanArray = texts.iter().map(|text| text.map(&matches)).collect();
            Ok(ColumnarValue::Array(Arc::new(found)))
        }
        others => Ok(ColumnarValue::Array(regexplike::regexp_like(&ColumnarValue::values_to_arrays(others)?)?)),
    };
    let text = DataType::Utf8View;
    create_udf("regexp_like", vec![text.clone(), text], DataType::Boolean, Volatility::Immutable, Arc::new(like))
}

struct StreamedSet {
    schema: SchemaRef,
    open: Arc<Open>,
}

impl std::fmt::Debug for StreamedSet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("StreamedSet")
    }
}

#[async_trait::async_trait]
impl TableProvider for StreamedSet {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    async fn scan(
        &self,
        _state: &dyn Session,
        projection: Option<&Vec<usize>>,
        _filters: &[Expr],
        _limit: Option<usize>,
    ) -> EngineResult<Arc<dyn ExecutionPlan>> {
        let columns: Vec<usize> = projection.cloned().unwrap_or_else(|| (0..self.schema.fields().len()).collect());
        let schema = Arc::new(self.schema.project(&columns)?);
        let partitions = (self.open)(&columns)
            .map_err(evidence)?
            .into_iter()
            .map(|batches| {
                let batches = Mutex::new(Some(batches));
                Arc::new(Partition { schema: Arc::clone(&schema), batches }) as Arc<dyn PartitionStream>
            })
            .collect();
        Ok(Arc::new(StreamingTableExec::try_new(schema, partitions, None, [], false, None)?))
    }
}

/// The batches of a table that is kept in a file, read by a thread of its own, a few ahead.
fn from_file(table: &Arc<Table>, columns: &[usize]) -> Batches {
    let (sender, receiver) = std::sync::mpsc::sync_channel(2);
    let (table, columns) = (Arc::clone(table), columns.to_vec());
    std::thread::spawn(move || match table.batches() {
        // A receiver that has gone away wants no more: the query was ended.
        Err(problem) => drop(sender.send(Err(problem))),
        Ok(batches) => {
            let narrowed = batches.map(|batch| {
                batch.and_then(|batch| {
                    batch.project(&columns).map_err(|error| Problem::new("the temporary folder", error.to_string(), ""))
                })
            });
            for batch in narrowed {
                if sender.send(batch).is_err() {
                    return;
                }
            }
        }
    });
    Box::new(receiver.into_iter())
}

/// Carries a problem of the evidence through the engine.
pub fn evidence(problem: Problem) -> DataFusionError {
    DataFusionError::External(Box::new(problem))
}

struct Partition {
    schema: SchemaRef,
    batches: Mutex<Option<Batches>>,
}

impl std::fmt::Debug for Partition {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Partition")
    }
}

impl PartitionStream for Partition {
    fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    fn execute(&self, _context: Arc<TaskContext>) -> SendableRecordBatchStream {
        let batches = self.batches.lock().expect("no panic while it is held").take();
        let batches = batches.into_iter().flatten().map(|batch| batch.map_err(evidence));
        Box::pin(RecordBatchStreamAdapter::new(Arc::clone(&self.schema), futures::stream::iter(batches)))
    }
}

/// The answer to a query: its columns by name.
pub struct Answer(RecordBatch);

impl Answer {
    pub fn rows(&self) -> usize {
        self.0.num_rows()
    }

    pub fn batch(&self) -> &RecordBatch {
        &self.0
    }

    fn column(&self, name: &str, wanted: &DataType) -> EngineResult<Arc<dyn Array>> {
        let column = self
            .0
            .column_by_name(name)
            .ok_or_else(|| DataFusionError::Plan(format!("the query returns no column {name}")))?;
        Ok(arrow::compute::cast(column, wanted)?)
    }

    pub fn has(&self, name: &str) -> bool {
        self.0.column_by_name(name).is_some()
    }

    /// Text; NULL is `None`.
    pub fn texts(&self, name: &str) -> EngineResult<Vec<Option<String>>> {
        let column = self.column(name, &DataType::Utf8)?;
        Ok(column.as_string::<i32>().iter().map(|text| text.map(str::to_owned)).collect())
    }

    pub fn booleans(&self, name: &str) -> EngineResult<Vec<Option<bool>>> {
        Ok(self.column(name, &DataType::Boolean)?.as_boolean().iter().collect())
    }

    pub fn numbers(&self, name: &str) -> EngineResult<Vec<Option<i64>>> {
        let column = self.column(name, &DataType::Int64)?;
        Ok(column.as_primitive::<arrow::datatypes::Int64Type>().iter().collect())
    }

    pub fn days(&self, name: &str) -> EngineResult<Vec<Option<i32>>> {
        Ok(self.column(name, &DataType::Date32)?.as_primitive::<Date32Type>().iter().collect())
    }

    pub fn instants(&self, name: &str) -> EngineResult<Vec<Option<i64>>> {
        let column = self.column(name, &DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())))?;
        Ok(column.as_primitive::<TimestampMicrosecondType>().iter().collect())
    }

    /// Whether a column is of days rather than instants.
    pub fn is_days(&self, name: &str) -> bool {
        self.0.column_by_name(name).is_some_and(|column| column.data_type() == &DataType::Date32)
    }

    /// The one number of a query of one number.
    pub fn number(&self) -> EngineResult<i64> {
        let column = arrow::compute::cast(self.0.column(0), &DataType::Int64)?;
        Ok(column.as_primitive::<arrow::datatypes::Int64Type>().iter().next().flatten().unwrap_or(0))
    }

    /// The one answer of a query of one yes or no; "cannot be said" is yes.
    pub fn yes(&self) -> EngineResult<bool> {
        let column = arrow::compute::cast(self.0.column(0), &DataType::Boolean)?;
        Ok(column.as_boolean().iter().next().flatten().unwrap_or(true))
    }
}

/// A boolean column of a batch.
pub fn boolean<'a>(batch: &'a RecordBatch, name: &str) -> EngineResult<&'a BooleanArray> {
    batch
        .column_by_name(name)
        .and_then(|column| column.as_boolean_opt())
        .ok_or_else(|| DataFusionError::Plan(format!("the query returns no yes-or-no column {name}")))
}
