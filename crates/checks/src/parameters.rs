//! The parameters in force: the defaults of the standard, and what a parameters file sets.

use std::collections::{BTreeMap, BTreeSet};

use custodes_standard::model::Ratio;
use custodes_standard::parameters::{Basis, Default as Declared, PARAMETERS, Parameter};

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
    /// The default is ours, and nobody has set it: every result that rests on it says so.
    pub assumed: bool,
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
    let value = match parameter.default {
        Declared::Whole(value) => Value::Whole(value),
        Declared::Measure(value) => Value::Measure(value.to_string()),
        Declared::Rate(rate) => Value::Rate(rate),
        Declared::RatePerKind(rates) => {
            Value::RatePerKind(rates.iter().map(|(kind, rate)| ((*kind).to_owned(), *rate)).collect())
        }
        Declared::DaysPerPurpose => Value::DaysPerPurpose(BTreeMap::new()),
        Declared::YesNo(value) => Value::YesNo(value),
        Declared::Words(words) => Value::Words(words.iter().map(|word| (*word).to_owned()).collect()),
    };
    let assumed = parameter.basis == Basis::Assumed;
    Setting { value, basis: parameter.basis.name().to_owned(), rationale: String::new(), assumed }
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

    /// Of the names given, those whose value is assumed.
    pub fn assumed_among<'a>(&self, names: impl IntoIterator<Item = &'a str>) -> BTreeSet<String> {
        names
            .into_iter()
            .filter(|name| self.get(name).is_some_and(|setting| setting.assumed))
            .map(str::to_owned)
            .collect()
    }

    /// Takes what a parameters file sets over the defaults.
    ///
    /// # Errors
    /// A sentence for each key that is unknown and each value that is not of its parameter's kind.
    pub fn read(text: &str) -> Result<Parameters, Vec<String>> {
        let table: toml::Table = text.parse().map_err(|error| vec![sentence(&error)])?;
        let mut parameters = Parameters::default();
        let mut mistakes = Vec::new();
        for (key, value) in &table {
            match Parameter::named(key) {
                None => {
                    mistakes.push(format!("there is no parameter {key:?}; `custodes standard --parameters` lists them"))
                }
                Some(parameter) => match set(parameter, value, &parameters.0[parameter.name]) {
                    Ok(setting) => {
                        parameters.0.insert(parameter.name, setting);
                    }
                    Err(mistake) => mistakes.push(format!("{key}: {mistake}")),
                },
            }
        }
        if mistakes.is_empty() { Ok(parameters) } else { Err(mistakes) }
    }
}

fn sentence(error: &toml::de::Error) -> String {
    error.message().trim().replace('\n', " ")
}

/// The short form is the value alone; the long form is a table of `value`, `basis` and `rationale`.
fn set(parameter: &Parameter, given: &toml::Value, before: &Setting) -> Result<Setting, String> {
    let mut setting = Setting {
        value: before.value.clone(),
        basis: "parameters file".to_owned(),
        rationale: String::new(),
        assumed: false,
    };
    let long = given.as_table().filter(|table| table.contains_key("value"));
    let Some(table) = long else {
        setting.value = value_of(parameter, given, &before.value)?;
        return Ok(setting);
    };
    for (key, part) in table {
        match (key.as_str(), part.as_str()) {
            ("value", _) => setting.value = value_of(parameter, part, &before.value)?,
            ("basis", Some(text)) => setting.basis = text.to_owned(),
            ("rationale", Some(text)) => setting.rationale = text.to_owned(),
            _ => return Err(format!("{key:?} is not one of value, basis and rationale")),
        }
    }
    setting.assumed = setting.basis == Basis::Assumed.name();
    Ok(setting)
}

fn value_of(parameter: &Parameter, given: &toml::Value, before: &Value) -> Result<Value, String> {
    match parameter.default {
        Declared::Whole(_) => whole(given).map(Value::Whole),
        Declared::Measure(_) => measure(given).map(|(text, _)| Value::Measure(text)),
        Declared::Rate(_) => rate(given).map(Value::Rate),
        Declared::YesNo(_) => {
            given.as_bool().map(Value::YesNo).ok_or_else(|| format!("{} is neither true nor false", shown(given)))
        }
        Declared::Words(_) => words(given).map(Value::Words),
        Declared::RatePerKind(_) => {
            let Value::RatePerKind(before) = before else { unreachable!("a default of its own kind") };
            let mut rates = before.clone();
            for (kind, value) in given.as_table().ok_or("a table of camera kinds is wanted")? {
                let folded = kind.to_lowercase().replace(['-', ' '], "_");
                if !rates.contains_key(&folded) {
                    let known: Vec<&str> = before.keys().map(String::as_str).collect();
                    return Err(format!("{kind:?} is not one of {}", known.join(", ")));
                }
                rates.insert(folded, rate(value)?);
            }
            Ok(Value::RatePerKind(rates))
        }
        Declared::DaysPerPurpose => {
            let table = given.as_table().ok_or("a table of purposes is wanted")?;
            let days = table.iter().map(|(purpose, days)| Ok((purpose.trim().to_lowercase(), measure(days)?.1)));
            days.collect::<Result<_, String>>().map(Value::DaysPerPurpose)
        }
    }
}

/// A value as it was written, near enough to find it.
fn shown(value: &toml::Value) -> String {
    match value {
        toml::Value::String(text) => format!("{text:?}"),
        toml::Value::Integer(number) => number.to_string(),
        toml::Value::Float(number) => number.to_string(),
        toml::Value::Boolean(value) => value.to_string(),
        toml::Value::Datetime(value) => value.to_string(),
        toml::Value::Array(_) => "a list".to_owned(),
        toml::Value::Table(_) => "a table".to_owned(),
    }
}

fn whole(given: &toml::Value) -> Result<i64, String> {
    match given.as_integer() {
        Some(value) if (0..=1_000_000).contains(&value) => Ok(value),
        _ => Err(format!("{} is not a whole number from 0 to 1000000", shown(given))),
    }
}

/// A decimal number, as text and exactly.
fn measure(given: &toml::Value) -> Result<(String, Ratio), String> {
    let text = match given {
        toml::Value::Integer(number) => number.to_string(),
        toml::Value::Float(number) => number.to_string(),
        _ => return Err(format!("{} is not a number", shown(given))),
    };
    match Ratio::parse(&text) {
        Some(ratio) => Ok((text, ratio)),
        None => Err(format!("{text} is not a number from 0 to 999999")),
    }
}

fn rate(given: &toml::Value) -> Result<Ratio, String> {
    let text = match given {
        toml::Value::String(text) => text.clone(),
        // The shortest decimal that reads back as this number is what was written.
        toml::Value::Float(number) => number.to_string(),
        toml::Value::Integer(number) => number.to_string(),
        _ => return Err(format!("{} is not a rate", shown(given))),
    };
    Ratio::parse(&text)
        .filter(|rate| rate.is_at_most_one())
        .ok_or_else(|| format!("{} is not a rate between 0 and 1, like \"3 %\" or 0.03", shown(given)))
}

fn words(given: &toml::Value) -> Result<Vec<String>, String> {
    let list = given.as_array().ok_or("a list of ranks is wanted")?;
    let word = |value: &toml::Value| value.as_str().map(|word| word.trim().to_lowercase().replace(['-', ' '], "_"));
    list.iter().map(|value| word(value).ok_or_else(|| format!("{} is not a word", shown(value)))).collect()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_and_long_forms_set_a_value() {
        let text = "clock_tolerance_seconds = 5\nrate_recent_searches = \"3 %\"\nrate_reports = 0.07\n
            [capture_rate_min]\nmobile = 0.80\n[search_span_max_days]\n\"Missing Person\" = 30\n
            [location_tolerance_metres]\nvalue = 15\nbasis = \"NASPLE 3.3\"\nrationale = \"agreed\"\n";
        let parameters = Parameters::read(text).unwrap();
        assert_eq!(parameters.get("clock_tolerance_seconds").unwrap().value, Value::Measure("5".to_owned()));
        assert_eq!(parameters.rate("rate_reports"), Ratio::percent(7));
        let capture = &parameters.get("capture_rate_min").unwrap().value;
        let Value::RatePerKind(rates) = capture else { panic!("{capture:?}") };
        assert_eq!((rates["mobile"], rates["static"]), (Ratio { numerator: 4, denominator: 5 }, Ratio::percent(98)));
        let location = parameters.get("location_tolerance_metres").unwrap();
        assert_eq!((location.basis.as_str(), location.assumed), ("NASPLE 3.3", false));
        assert!(parameters.get("reinstatement_hours").unwrap().assumed);
    }

    #[test]
    fn an_unknown_key_or_a_bad_value_is_named() {
        let mistakes = |text: &str| Parameters::read(text).unwrap_err().join("; ");
        assert!(mistakes("clock_tolerance = 5").contains("clock_tolerance"));
        assert!(mistakes("clock_tolerance_seconds = -1").contains("-1"));
        assert!(mistakes("rate_reports = \"105 %\"").contains("105 %"));
        assert!(mistakes("[capture_rate_min]\ncovert = 0.5").contains("covert"));
        assert!(mistakes("rate_reports = ").contains(""));
    }
}
