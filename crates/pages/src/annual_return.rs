//! 4.2: the LEA's annual return to the National Auditor, as a page.

use askama::Template;

/// A line of the head: what it is, and its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    pub name: String,
    pub value: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    pub name: &'static str,
    /// Set to the right, for figures.
    pub numeric: bool,
    /// What this column and its neighbours of the same word tell of the row. Each such part is a table of its
    /// own on the page, with the first column repeated, where the whole would be too wide for paper.
    /// Empty where the table is not divided.
    pub part: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    pub title: &'static str,
    /// What the table shows, for those who come to it without the heading.
    pub caption: String,
    pub columns: Vec<Column>,
    /// As many cells as columns; the first names the row.
    pub rows: Vec<Vec<String>>,
    /// What is said where there are no rows.
    pub if_empty: &'static str,
}

/// The return as a document, whichever form it then takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnnualReturn {
    pub title: String,
    pub facts: Vec<Fact>,
    pub notes: Vec<String>,
    pub tables: Vec<Table>,
}

/// The whole page. Everything that evidence said is escaped.
pub fn annual_return(of: &AnnualReturn) -> String {
    // Rendering fails only where writing into a string fails, which it does not.
    AnnualReturnPage { of }.render().unwrap_or_default()
}

#[derive(Template)]
#[template(path = "annual_return.html")]
struct AnnualReturnPage<'a> {
    of: &'a AnnualReturn,
}

/// Some columns of a table, as wide as paper is.
struct Part<'a> {
    title: &'a str,
    columns: Vec<(usize, &'a Column)>,
    whole: bool,
}

impl Table {
    fn parts(&self) -> Vec<Part<'_>> {
        let Some((first, others)) = self.columns.split_first() else { return Vec::new() };
        if others.is_empty() {
            return vec![Part { title: self.title, columns: vec![(0, first)], whole: true }];
        }
        let mut parts = Vec::<Part>::new();
        for (place, column) in (1..).zip(others) {
            let title = if column.part.is_empty() { self.title } else { column.part };
            match parts.last_mut().filter(|part| part.title == title) {
                Some(part) => part.columns.push((place, column)),
                None => parts.push(Part {
                    title,
                    columns: vec![(0, first), (place, column)],
                    whole: column.part.is_empty(),
                }),
            }
        }
        parts
    }

    fn leaves_cells_blank(&self) -> bool {
        self.rows.iter().flatten().any(String::is_empty)
    }
}

impl Part<'_> {
    fn is_whole(&self) -> bool {
        self.whole
    }

    fn columns(&self) -> impl Iterator<Item = &Column> {
        self.columns.iter().map(|(_, column)| *column)
    }

    fn cells<'a>(&'a self, row: &'a [String]) -> impl Iterator<Item = (&'a Column, &'a str)> {
        self.columns.iter().map(|(place, column)| (*column, row.get(*place).map_or("", String::as_str)))
    }
}
