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
#[derive(Debug, Clone, Template, PartialEq, Eq)]
#[template(path = "annual_return.html")]
pub struct AnnualReturn {
    pub title: String,
    /// At the top and at the bottom.
    pub marking: &'static str,
    pub facts: Vec<Fact>,
    pub notes: Vec<String>,
    pub tables: Vec<Table>,
}

impl AnnualReturn {
    /// The page.
    ///
    /// # Errors
    /// When the template cannot be filled, which only memory can cause.
    pub fn html(&self) -> Result<String, askama::Error> {
        self.render()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(rows: Vec<Vec<String>>) -> String {
        let column = |name, numeric| Column { name, numeric };
        let table = Table {
            title: "Cameras",
            caption: "Every camera".to_owned(),
            columns: vec![column("camera", false), column("checks", true)],
            rows,
            if_empty: "There is none.",
        };
        let facts = vec![Fact { name: "Window".to_owned(), value: "a year".to_owned() }];
        let drawn = AnnualReturn {
            title: "Return <4.2>".to_owned(),
            marking: "OFFICIAL-SENSITIVE",
            facts,
            notes: Vec::new(),
            tables: vec![table],
        };
        drawn.html().expect("a page")
    }

    #[test]
    fn what_evidence_says_is_escaped() {
        let html = page(vec![vec!["<script>alert(1)</script>".to_owned(), "\"3\" & more".to_owned()]]);
        assert!(!html.contains("<script"), "{html}");
        assert!(html.contains("&#60;script&#62;") || html.contains("&lt;script&gt;"), "{html}");
        assert!(html.contains("Return &#60;4.2&#62;") || html.contains("Return &lt;4.2&gt;"), "{html}");
    }

    #[test]
    fn the_page_can_be_read_aloud_and_printed_and_is_marked_twice() {
        let html = page(vec![vec!["C1".to_owned(), "3".to_owned()]]);
        for wanted in
            ["<html lang=\"en-GB\">", "<h1>", "<caption>", "scope=\"col\"", "scope=\"row\"", "size: A4", "<main>"]
        {
            assert!(html.contains(wanted), "{wanted} is missing in {html}");
        }
        assert_eq!(html.matches("OFFICIAL-SENSITIVE").count(), 2);
        assert!(!html.contains("http"), "nothing is fetched from elsewhere");
    }

    #[test]
    fn a_table_without_rows_says_so() {
        let html = page(Vec::new());
        assert!(html.contains("There is none.") && !html.contains("<table>"));
    }
}
