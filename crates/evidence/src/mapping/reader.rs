//! A reader on top of a reader: chunks of a foreign file in, chunks of a set's columns out.

use std::collections::BTreeMap;
use std::path::Path;

use arrow::array::{Array, RecordBatch};

use super::Mapping;
use super::plan::{Name, Plan, all_hold};
use super::recipe::fold_value;
use crate::chunk::{CellGrid, CellGridBuilder, Chunk, Columns, Reader, Refusal};
use crate::rows::skipped_lines;
use crate::typing::render;

/// A file under its mapping.
pub struct Mapped {
    mapping: Mapping,
    inner: Box<dyn Reader>,
    plan: Plan,
    counts: Counts,
    ordinal: u32,
    first_row: u64,
}

/// Rows that gave no record, by reason.
#[derive(Default)]
struct Counts {
    /// Rows of the file, whatever became of them; lines passed over and repeated headers are none.
    rows: u64,
    /// Lines that are no rows, by how they begin.
    passed_over: u64,
    repeated: u64,
    no_record: u64,
    skipped: BTreeMap<String, u64>,
}

impl Mapped {
    pub fn new(mapping: Mapping, inner: Box<dyn Reader>, path: &Path, file: &str) -> Result<Mapped, Refusal> {
        let plan = Plan::new(&mapping, inner.header(), &Name { path, file })?;
        Ok(Mapped { mapping, inner, plan, counts: Counts::default(), ordinal: 0, first_row: 0 })
    }

    fn map(&mut self, grid: &CellGrid) -> CellGrid {
        let mut out = CellGridBuilder::new(self.plan.header.len());
        let mut bad = grid.bad_rows().iter().peekable();
        let mut cells = Vec::with_capacity(grid.width());
        let starts = |text: &str| {
            self.mapping.input.skip_lines_starting.iter().any(|start| text.trim_start().starts_with(start.as_str()))
        };
        for row in 0..grid.rows() {
            let line = grid.line(row);
            if let Some(found) = bad.next_if(|bad| bad.row as usize == row) {
                if starts(&found.value) {
                    self.counts.passed_over += 1;
                } else {
                    self.counts.rows += 1;
                    out.bad_row(line, found.value.clone(), found.reason.clone());
                }
                continue;
            }
            cells.clear();
            cells.extend((0..grid.width()).map(|place| grid.cell(row, place)));
            if cells.first().is_some_and(|first| starts(first)) {
                self.counts.passed_over += 1;
                continue;
            }
            map_row(&self.plan, &cells, line, &mut self.counts, &mut out, || {
                self.mapping.input.skip_repeated_header && repeats_header(self.inner.header(), &cells)
            });
        }
        out.finish()
    }
}

fn repeats_header(header: &[String], cells: &[&str]) -> bool {
    header.iter().zip(cells).all(|(name, cell)| fold_value(name) == fold_value(cell))
}

fn map_row(
    plan: &Plan,
    cells: &[&str],
    line: u64,
    counts: &mut Counts,
    out: &mut CellGridBuilder,
    repeats: impl Fn() -> bool,
) {
    if repeats() {
        counts.repeated += 1;
        return;
    }
    counts.rows += 1;
    let undecided = |out: &mut CellGridBuilder| {
        out.bad_row(line, "", "withheld: a cell that decides which record the row stands for")
    };
    for (when, because) in &plan.skips {
        match all_hold(when, cells) {
            Some(true) => {
                *counts.skipped.entry(because.clone()).or_default() += 1;
                return;
            }
            Some(false) => {}
            None => return undecided(out),
        }
    }
    let (mut any, mut in_doubt) = (false, false);
    for record in &plan.records {
        match all_hold(&record.when, cells) {
            Some(true) => {}
            Some(false) => continue,
            None => {
                in_doubt = true;
                continue;
            }
        }
        any = true;
        let mut flaw = None;
        for making in &record.columns {
            match making.as_ref().map(|making| making.text(cells)) {
                Some(Ok(text)) => out.push_cell(text.as_bytes()),
                Some(Err(unfit)) => {
                    flaw.get_or_insert(unfit);
                }
                None => out.push_cell(b""),
            }
        }
        match flaw {
            Some(unfit) => out.bad_row(line, unfit.value, unfit.reason),
            None => out.end_row(line),
        }
    }
    if in_doubt {
        undecided(out);
    }
    counts.no_record += u64::from(!any && !in_doubt);
}

/// Native columns as the text that a CSV file would have.
fn as_cells(batch: &RecordBatch, first_row: u64) -> CellGrid {
    let mut grid = CellGridBuilder::new(batch.num_columns());
    let mut text = String::new();
    for row in 0..batch.num_rows() {
        let line = first_row + row as u64 + 1;
        let mut broken = false;
        for column in batch.columns() {
            text.clear();
            broken |= !column.is_null(row) && render::write(column, row, &mut text).is_err();
            grid.push_cell(text.as_bytes());
        }
        if broken { grid.bad_row(line, "", "not UTF-8 text") } else { grid.end_row(line) }
    }
    grid.finish()
}

impl Reader for Mapped {
    fn header(&self) -> &[String] {
        &self.plan.header
    }

    fn next_chunk(&mut self) -> Result<Option<Chunk>, Refusal> {
        while let Some(chunk) = self.inner.next_chunk()? {
            let grid = match chunk.columns {
                Columns::Cells(grid) => self.map(&grid),
                Columns::Arrays(batch) => self.map(&as_cells(&batch, chunk.first_row)),
            };
            if grid.rows() == 0 {
                continue;
            }
            let (ordinal, first_row) = (self.ordinal, self.first_row);
            self.ordinal += 1;
            self.first_row += grid.rows() as u64;
            return Ok(Some(Chunk { ordinal, first_row, columns: Columns::Cells(grid) }));
        }
        Ok(None)
    }

    fn not_exported(&self) -> &[String] {
        &self.plan.not_exported
    }

    fn source_rows(&self) -> Option<u64> {
        Some(self.counts.rows)
    }

    fn notices(&mut self) -> Vec<String> {
        let mut notices = self.inner.notices();
        let counts = &self.counts;
        notices.extend(skipped_lines(counts.passed_over, &self.mapping.input.skip_lines_starting));
        let left_out = counts.rows + counts.passed_over + counts.repeated;
        if self.first_row == 0 && left_out > 0 {
            let lines = if left_out == 1 { "the only line".to_owned() } else { format!("any of the {left_out} lines") };
            notices.push(format!("the mapping {} takes no record from {lines} below the header", self.mapping.name));
        }
        let rows = |count: u64| if count == 1 { "1 row was".to_owned() } else { format!("{count} rows were") };
        if !self.plan.unused.is_empty() {
            notices.push(format!(
                "columns not used by the mapping {}: {}",
                self.mapping.name,
                self.plan.unused.join(", ")
            ));
        }
        if !self.plan.missing.is_empty() {
            notices.push(format!(
                "the mapping {} takes columns from others that the file does not have: {}",
                self.mapping.name,
                self.plan.missing.join("; ")
            ));
        }
        if self.counts.repeated > 0 {
            notices.push(format!("{} skipped because they only repeat the header", rows(self.counts.repeated)));
        }
        for (because, &count) in &self.counts.skipped {
            notices.push(format!("{} skipped because {because}", rows(count)));
        }
        if self.counts.no_record > 0 {
            notices.push(format!(
                "{} left out because no record of the mapping {} is for them",
                rows(self.counts.no_record),
                self.mapping.name
            ));
        }
        notices
    }
}
