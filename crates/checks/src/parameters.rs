//! The parameters in force: the defaults of the standard, and what a parameters file sets.

use std::collections::{BTreeMap, BTreeSet};

use custodes_standard::model::Ratio;
use custodes_standard::parameters::{Basis, Default as Declared, PARAMETERS, Parameter};

mod file;

/// A parameter's value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    Whole(i64),
    /// A decimal number, as it stands in a query.
    Measure(String),
    Rate(Ratio),
    RatePerKind(BTreeMap<String, Ratio>),
    /// Days, by purpose in lower case.
    DaysPerPurpose(BTreeMap<String, Ratio>),
    YesNo(bool),
    Words(Vec<String>),
}

/// A value and where it comes from.
#[derive(Debug, Clone)]
pub struct Setting {
    pub value: Value,
    /// `standard`, `assumed`, `LEA policy`, or what the parameters file says.
    pub basis: String,
    pub rationale: String,
    pub assumed: Assumed,
}

/// How much of a value is ours, and nobody has set it: every result that rests on it says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Assumed {
    Nothing,
    /// The values of these camera kinds; those of the others were set.
    Kinds(BTreeSet<String>),
    Everything,
}

impl Setting {
    /// Whether what holds for cameras of that kind is assumed; without a kind, whether anything is.
    pub fn is_assumed(&self, kind: Option<&str>) -> bool {
        match &self.assumed {
            Assumed::Nothing => false,
            Assumed::Kinds(kinds) => kind.map_or(!kinds.is_empty(), |kind| kinds.contains(kind)),
            Assumed::Everything => true,
        }
    }
}

/// All parameters, by name.
#[derive(Debug, Clone)]
pub struct Parameters(BTreeMap<&'static str, Setting>);

impl Default for Parameters {
    fn default() -> Self {
        Parameters(PARAMETERS.iter().map(|parameter| (parameter.name, default_of(parameter))).collect())
    }
}

fn default_of(parameter: &Parameter) -> Setting {
    let assumed = if parameter.basis == Basis::Assumed { Assumed::Everything } else { Assumed::Nothing };
    let basis = parameter.basis.name().to_owned();
    Setting { value: declared(parameter), basis, rationale: String::new(), assumed }
}

fn declared(parameter: &Parameter) -> Value {
    match parameter.default {
        Declared::Whole(value) => Value::Whole(value),
        Declared::Measure(value) => Value::Measure(value.to_string()),
        Declared::Rate(rate) => Value::Rate(rate),
        Declared::RatePerKind(rates) => {
            Value::RatePerKind(rates.iter().map(|(kind, rate)| ((*kind).to_owned(), *rate)).collect())
        }
        Declared::DaysPerPurpose => Value::DaysPerPurpose(BTreeMap::new()),
        Declared::YesNo(value) => Value::YesNo(value),
        Declared::Words(words) => Value::Words(words.iter().map(|word| (*word).to_owned()).collect()),
    }
}

impl Parameters {
    /// Every parameter, in the order of their names.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &Setting)> {
        self.0.iter().map(|(name, setting)| (*name, setting))
    }

    pub fn get(&self, name: &str) -> Option<&Setting> {
        self.0.get(name)
    }

    /// # Panics
    /// Where `name` is not a declared whole number: a mistake in a clause, which its tests show.
    pub fn whole(&self, name: &str) -> i64 {
        match self.get(name).map(|setting| &setting.value) {
            Some(Value::Whole(value)) => *value,
            other => panic!("{name} is not a whole number but {other:?}"),
        }
    }

    /// # Panics
    /// Where `name` is not a declared rate: a mistake in a clause, which its tests show.
    pub fn rate(&self, name: &str) -> Ratio {
        match self.get(name).map(|setting| &setting.value) {
            Some(Value::Rate(rate)) => *rate,
            other => panic!("{name} is not a rate but {other:?}"),
        }
    }

    /// Of the names given, those whose value is assumed; for a clause of one camera kind, that kind's value.
    pub fn assumed_among<'a>(&self, names: impl IntoIterator<Item = &'a str>, kind: Option<&str>) -> BTreeSet<String> {
        names
            .into_iter()
            .filter(|name| self.get(name).is_some_and(|setting| setting.is_assumed(kind)))
            .map(str::to_owned)
            .collect()
    }

    /// The figure in the text of the standard, where the one in force is another.
    pub fn set_instead_of(&self, name: &str) -> Option<Value> {
        let parameter = Parameter::named(name).filter(|parameter| parameter.basis == Basis::Standard)?;
        let (given, in_text) = (&self.get(name)?.value, declared(parameter));
        (!given.says_the_same(&in_text)).then_some(in_text)
    }

    /// Takes what a parameters file sets over the defaults.
    ///
    /// # Errors
    /// A sentence for each key that is unknown and each value that is not of its parameter's kind, with its
    /// line, in the order of the lines.
    pub fn read(text: &str) -> Result<Parameters, Vec<String>> {
        file::read(text)
    }
}

impl Value {
    /// 5 % is 0.05.
    fn says_the_same(&self, other: &Value) -> bool {
        match (self, other) {
            (Value::Rate(one), Value::Rate(other)) => {
                let cross = |a: &Ratio, b: &Ratio| u128::from(a.numerator) * u128::from(b.denominator);
                cross(one, other) == cross(other, one)
            }
            _ => self == other,
        }
    }
}

/// As people read it.
impl std::fmt::Display for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let joined = |parts: Vec<String>| parts.join(", ");
        match self {
            Value::Whole(value) => write!(f, "{value}"),
            Value::Measure(text) => f.write_str(text),
            Value::Rate(rate) => write!(f, "{rate}"),
            Value::YesNo(value) => f.write_str(if *value { "yes" } else { "no" }),
            Value::Words(words) => f.write_str(&words.join(", ")),
            Value::RatePerKind(rates) => {
                f.write_str(&joined(rates.iter().map(|(kind, rate)| format!("{kind} {rate}")).collect()))
            }
            Value::DaysPerPurpose(days) if days.is_empty() => f.write_str("none set"),
            Value::DaysPerPurpose(days) => f.write_str(&joined(
                days.iter().map(|(purpose, days)| format!("{purpose} {}", days.as_decimal())).collect(),
            )),
        }
    }
}
