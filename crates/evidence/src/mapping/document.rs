//! A TOML table that remembers where it stands and which of its keys were asked for.
//!
//! Every mistake names the file and the line, and a key that nothing asked for is a mistake too: a
//! misspelt one must not be silently without effect.

use std::cell::RefCell;
use std::collections::BTreeSet;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::problem::Problem;

/// The text of a mapping, with the mistakes found in it so far.
pub struct Document<'a> {
    name: &'a str,
    text: &'a str,
    problems: RefCell<Vec<Problem>>,
}

impl<'a> Document<'a> {
    pub fn new(name: &'a str, text: &'a str) -> Self {
        Document { name, text, problems: RefCell::default() }
    }

    /// Notes a mistake at that place in the text.
    pub fn problem(&self, at: usize, what: impl Into<String>, remedy: impl Into<String>) {
        let line = 1 + self.text.as_bytes()[..at.min(self.text.len())].iter().filter(|&&byte| byte == b'\n').count();
        self.problems.borrow_mut().push(Problem::new(format!("{} line {line}", self.name), what, remedy));
    }

    /// The whole document as a table, unless it is no TOML.
    pub fn parse<T>(&self, read: impl FnOnce(&Table<'_>) -> T) -> Option<T> {
        match DeTable::parse(self.text) {
            Ok(table) => {
                let span = table.span().start;
                let table = Table::new(self, table.get_ref(), span, "the mapping");
                let value = read(&table);
                table.refuse_unknown_keys();
                Some(value)
            }
            Err(error) => {
                let at = error.span().map_or(0, |span| span.start);
                self.problem(at, format!("not valid TOML: {}", error.message().lines().next().unwrap_or_default()), "");
                None
            }
        }
    }

    /// The mistakes, in the order of the text.
    pub fn finish(self) -> Vec<Problem> {
        self.problems.into_inner()
    }
}

/// One value, with the place where it stands.
#[derive(Clone, Copy)]
pub struct Item<'a> {
    pub document: &'a Document<'a>,
    pub value: &'a DeValue<'a>,
    pub at: usize,
}

impl<'a> Item<'a> {
    fn new(document: &'a Document<'a>, value: &'a Spanned<DeValue<'a>>) -> Self {
        Item { document, value: value.get_ref(), at: value.span().start }
    }

    /// A text, or a number written without quotation marks.
    pub fn text(&self, what: &str) -> Option<String> {
        match self.value {
            DeValue::String(text) => Some(text.clone().into_owned()),
            DeValue::Integer(number) => Some(number.to_string()),
            DeValue::Float(number) => Some(number.to_string()),
            _ => {
                self.document.problem(self.at, format!("{what} must be a text in quotation marks"), "");
                None
            }
        }
    }

    /// One text, or a list of texts.
    pub fn texts(&self, what: &str) -> Vec<String> {
        match self.value {
            DeValue::Array(list) => list.iter().filter_map(|item| Item::new(self.document, item).text(what)).collect(),
            _ => self.text(what).into_iter().collect(),
        }
    }

    /// The items of a list; a single one stands for a list of itself.
    pub fn list(&self) -> Vec<Item<'a>> {
        match self.value {
            DeValue::Array(list) => list.iter().map(|item| Item::new(self.document, item)).collect(),
            _ => vec![*self],
        }
    }

    pub fn table<T>(&self, what: &'a str, read: impl FnOnce(&Table<'a>) -> T) -> Option<T> {
        let DeValue::Table(table) = self.value else {
            self.document.problem(self.at, format!("{what} must be a table"), "");
            return None;
        };
        let table = Table::new(self.document, table, self.at, what);
        let value = read(&table);
        table.refuse_unknown_keys();
        Some(value)
    }
}

/// One table.
pub struct Table<'a> {
    pub document: &'a Document<'a>,
    pub at: usize,
    table: &'a DeTable<'a>,
    what: &'a str,
    asked: RefCell<BTreeSet<String>>,
}

impl<'a> Table<'a> {
    fn new(document: &'a Document<'a>, table: &'a DeTable<'a>, at: usize, what: &'a str) -> Self {
        Table { document, at, table, what, asked: RefCell::default() }
    }

    pub fn get(&self, key: &str) -> Option<Item<'a>> {
        self.asked.borrow_mut().insert(key.to_owned());
        self.table.get(key).map(|value| Item::new(self.document, value))
    }

    /// Every key with its value, as of a table whose keys are names.
    pub fn entries(&self) -> Vec<(String, usize, Item<'a>)> {
        let entry = |(key, value): (&Spanned<_>, &'a Spanned<DeValue<'a>>)| {
            let name: &std::borrow::Cow<'_, str> = key.get_ref();
            (name.clone().into_owned(), key.span().start, Item::new(self.document, value))
        };
        let entries: Vec<_> = self.table.iter().map(entry).collect();
        self.asked.borrow_mut().extend(entries.iter().map(|(name, ..)| name.clone()));
        entries
    }

    pub fn text(&self, key: &str) -> Option<String> {
        self.get(key)?.text(key)
    }

    pub fn texts(&self, key: &str) -> Vec<String> {
        self.get(key).map(|item| item.texts(key)).unwrap_or_default()
    }

    /// A whole number from 1.
    pub fn number(&self, key: &str) -> Option<u64> {
        let item = self.get(key)?;
        let number = match item.value {
            DeValue::Integer(number) => number.to_string().parse().ok().filter(|&number| number > 0),
            _ => None,
        };
        if number.is_none() {
            self.document.problem(item.at, format!("{key} must be a whole number from 1"), "");
        }
        number
    }

    pub fn truth(&self, key: &str) -> Option<bool> {
        let item = self.get(key)?;
        let DeValue::Boolean(value) = item.value else {
            self.document.problem(item.at, format!("{key} must be true or false"), "");
            return None;
        };
        Some(*value)
    }

    fn refuse_unknown_keys(&self) {
        let asked = self.asked.borrow();
        for key in self.table.keys().filter(|key| !asked.contains(key.get_ref().as_ref())) {
            let known = asked.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
            let what = format!("{} has no key {:?}", self.what, key.get_ref());
            self.document.problem(key.span().start, what, format!("known here: {known}"));
        }
    }
}
