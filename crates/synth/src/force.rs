//! What every part of the making needs to know, and where it puts what it makes.

use std::io;
use std::path::{Path, PathBuf};

use custodes_standard::evidence::Set;

use crate::calendar::Day;
use crate::draw::{Draw, Stream};
use crate::key::Key;
use crate::plan::{Plan, Sizes};
use crate::reviews::Book;
use crate::table::Table;
use crate::{Progress, Written};

/// The made-up force, as far as it is fixed before anything is written.
#[derive(Debug)]
pub(crate) struct Force<'a> {
    pub plan: &'a Plan,
    pub sizes: Sizes,
    /// First day of the window.
    pub from: Day,
    /// The window ends as this day begins.
    pub as_of: Day,
}

impl<'a> Force<'a> {
    pub(crate) fn new(plan: &'a Plan) -> Force<'a> {
        Force { plan, sizes: Sizes::of(plan), from: plan.from(), as_of: plan.as_of }
    }

    pub(crate) fn draw(&self, stream: Stream, row: u64) -> Draw {
        Draw::new(self.plan.seed, stream, row)
    }

    pub(crate) fn departs(&self) -> bool {
        self.plan.departures
    }

    /// A day of the window: at least `first` days after it begins, and `last` before it ends.
    pub(crate) fn day_within(&self, draw: &mut Draw, first: i32, last: i32) -> Day {
        Day(draw.days(self.from.0 + first, self.as_of.0 - last))
    }
}

/// Where rows, reviews and departures go.
pub(crate) struct Output<'a> {
    pub folder: PathBuf,
    pub key: Key,
    pub book: Book,
    pub written: Vec<Written>,
    pub progress: &'a mut dyn FnMut(Progress),
}

impl Output<'_> {
    /// Writes one whole set.
    pub(crate) fn set(
        &mut self,
        force: &Force<'_>,
        set: &'static Set,
        rows: impl FnOnce(&mut Table, &mut Key, &mut Book) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut table = Table::create(&self.folder, set, force.plan.format)?;
        rows(&mut table, &mut self.key, &mut self.book)?;
        self.close(set, table)
    }

    pub(crate) fn close(&mut self, set: &'static Set, table: Table) -> io::Result<()> {
        let rows = table.finish()?;
        self.written.push(Written { set: set.name, rows });
        (self.progress)(Progress { set: set.name, rows, of: rows });
        Ok(())
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }
}
