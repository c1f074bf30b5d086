//! A parameters file: TOML, read piece by piece so that every mistake can name its line.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use custodes_standard::model::Ratio;
use custodes_standard::parameters::{Basis, Default as Declared, Parameter};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Assumed, Parameters, Setting, Value};

type Item<'a> = Spanned<DeValue<'a>>;

/// What is wrong, and the byte of the text at which it stands.
struct Mistake {
    at: usize,
    says: String,
}

impl Mistake {
    fn at<T>(place: &Spanned<T>, says: impl Into<String>) -> Mistake {
        Mistake { at: place.span().start, says: says.into() }
    }
}

pub fn read(text: &str) -> Result<Parameters, Vec<String>> {
    let table = DeTable::parse(text).map_err(|error| vec![not_toml(text, &error)])?;
    let mut parameters = Parameters::default();
    let mut mistakes = Vec::new();
    for (key, given) in table.get_ref() {
        let Some(parameter) = Parameter::named(key.get_ref()) else {
            let says =
                format!("there is no parameter {:?}; `custodes standard --parameters` lists them", key.get_ref());
            mistakes.push(Mistake::at(key, says));
            continue;
        };
        match set(parameter, given, &parameters.0[parameter.name]) {
            Ok(setting) => drop(parameters.0.insert(parameter.name, setting)),
            Err(Mistake { at, says }) => {
                mistakes.push(Mistake { at, says: format!("{}: {says}", parameter.name) });
            }
        }
    }
    mistakes.sort_by_key(|mistake| mistake.at);
    let sentences: Vec<String> =
        mistakes.iter().map(|mistake| format!("line {}: {}", line_of(text, mistake.at), mistake.says)).collect();
    if sentences.is_empty() { Ok(parameters) } else { Err(sentences) }
}

fn line_of(text: &str, at: usize) -> usize {
    1 + text.as_bytes()[..at.min(text.len())].iter().filter(|&&byte| byte == b'\n').count()
}

fn not_toml(text: &str, error: &toml::de::Error) -> String {
    let line = line_of(text, error.span().map_or(0, |span| span.start));
    let written: String = text.lines().nth(line - 1).unwrap_or_default().trim().chars().take(80).collect();
    let message = error.message().lines().next().unwrap_or_default();
    format!("line {line}: not valid TOML: {message}, in {written:?}")
}

/// The short form is the value alone; the long form is a table of `value`, `basis` and `rationale`.
fn set(parameter: &Parameter, given: &Item<'_>, before: &Setting) -> Result<Setting, Mistake> {
    let mut setting = Setting {
        value: before.value.clone(),
        basis: "parameters file".to_owned(),
        rationale: String::new(),
        assumed: Assumed::Nothing,
    };
    let long = match given.get_ref() {
        DeValue::Table(table) if table.contains_key("value") => table,
        _ => {
            take_value(&mut setting, parameter, given, before)?;
            return Ok(setting);
        }
    };
    for (key, part) in long {
        match (&**key.get_ref(), part.get_ref()) {
            ("value", _) => take_value(&mut setting, parameter, part, before)?,
            ("basis", DeValue::String(text)) => setting.basis = text.clone().into_owned(),
            ("rationale", DeValue::String(text)) => setting.rationale = text.clone().into_owned(),
            (name @ ("basis" | "rationale"), other) => {
                return Err(Mistake::at(
                    part,
                    format!("{name} is {}, and must be a text in quotation marks", shown(other)),
                ));
            }
            (name, _) => return Err(Mistake::at(key, format!("{name:?} is not one of value, basis and rationale"))),
        }
    }
    if setting.basis == Basis::Assumed.name() {
        setting.assumed = Assumed::Everything;
    }
    Ok(setting)
}

fn take_value(setting: &mut Setting, parameter: &Parameter, given: &Item<'_>, before: &Setting) -> Result<(), Mistake> {
    let whole_value = |says: String| Mistake::at(given, says);
    setting.value = match (&parameter.default, given.get_ref()) {
        (Declared::RatePerKind(_), value) => {
            let DeValue::Table(table) = value else {
                return Err(whole_value(format!("{} is given; a table of camera kinds is wanted", shown(value))));
            };
            return take_rates(setting, table, before);
        }
        (Declared::DaysPerPurpose, DeValue::Table(table)) => {
            let days = by_folded_key(table, "purpose", |key| key.trim().to_lowercase())?;
            let days = days.into_iter().map(|(purpose, (_, days))| Ok((purpose, measure(days)?.1)));
            Value::DaysPerPurpose(days.collect::<Result<_, Mistake>>()?)
        }
        (Declared::DaysPerPurpose, value) => {
            return Err(whole_value(format!("{} is given; a table of purposes is wanted", shown(value))));
        }
        (_, DeValue::Table(_)) => return Err(whole_value("the table has no value; write one, as in value = 5".into())),
        (Declared::Whole(_), _) => Value::Whole(whole(given)?),
        (Declared::Measure(_), _) => Value::Measure(measure(given)?.0),
        (Declared::Rate(_), _) => Value::Rate(rate(given)?),
        (Declared::YesNo(_), DeValue::Boolean(value)) => Value::YesNo(*value),
        (Declared::YesNo(_), value) => {
            return Err(whole_value(format!("{} is neither true nor false", shown(value))));
        }
        (Declared::Words(_), _) => Value::Words(ranks(given)?),
    };
    Ok(())
}

/// Kinds that are not named keep their value, and that value keeps its basis.
fn take_rates(setting: &mut Setting, table: &DeTable<'_>, before: &Setting) -> Result<(), Mistake> {
    let Value::RatePerKind(mut rates) = before.value.clone() else { unreachable!("a default of its own kind") };
    let mut left: BTreeSet<String> = rates.keys().filter(|kind| before.is_assumed(Some(kind))).cloned().collect();
    for (kind, (key, value)) in by_folded_key(table, "camera kind", |key| key.to_lowercase().replace(['-', ' '], "_"))?
    {
        let Some(set) = rates.get_mut(&kind) else {
            let known: Vec<&str> = rates.keys().map(String::as_str).collect();
            return Err(Mistake::at(key, format!("{:?} is not one of {}", key.get_ref(), known.join(", "))));
        };
        *set = rate(value)?;
        left.remove(&kind);
    }
    setting.value = Value::RatePerKind(rates);
    setting.assumed = if left.is_empty() { Assumed::Nothing } else { Assumed::Kinds(left) };
    Ok(())
}

type Key<'a> = Spanned<Cow<'a, str>>;

/// The entries of a table by their folded keys. Of two that fold to one, nobody could say which holds.
fn by_folded_key<'t, 'a>(
    table: &'t DeTable<'a>,
    what: &str,
    fold: impl Fn(&str) -> String,
) -> Result<BTreeMap<String, (&'t Key<'a>, &'t Item<'a>)>, Mistake> {
    let mut entries: BTreeMap<String, (&Key<'a>, &Item<'a>)> = BTreeMap::new();
    let mut in_text: Vec<_> = table.iter().collect();
    in_text.sort_by_key(|(key, _)| key.span().start);
    for (key, value) in in_text {
        if let Some((first, _)) = entries.insert(fold(key.get_ref()), (key, value)) {
            let (first, second) = (first.get_ref(), key.get_ref());
            return Err(Mistake::at(key, format!("{first:?} and {second:?} are one {what}: keep one of them")));
        }
    }
    Ok(entries)
}

/// A value as it was written, near enough to find it.
fn shown(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) => format!("{text:?}"),
        DeValue::Integer(number) => number.to_string(),
        DeValue::Float(number) => number.to_string(),
        DeValue::Boolean(value) => value.to_string(),
        DeValue::Datetime(value) => value.to_string(),
        DeValue::Array(_) => "a list".to_owned(),
        DeValue::Table(_) => "a table".to_owned(),
    }
}

/// A number as plain decimal digits; `None` for anything else, and for what no machine number holds.
fn plain(value: &DeValue<'_>) -> Option<String> {
    match value {
        DeValue::Integer(number) => {
            i64::from_str_radix(number.as_str(), number.radix()).ok().map(|number| number.to_string())
        }
        // The shortest decimal that reads back as this number is what was written.
        DeValue::Float(number) => number.as_str().parse::<f64>().ok().map(|number| number.to_string()),
        _ => None,
    }
}

fn whole(given: &Item<'_>) -> Result<i64, Mistake> {
    let value = match given.get_ref() {
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix()).ok(),
        _ => None,
    };
    value.filter(|value| (0..=1_000_000).contains(value)).ok_or_else(|| {
        Mistake::at(given, format!("{} is not a whole number from 0 to 1000000", shown(given.get_ref())))
    })
}

/// A decimal number, as text and exactly.
fn measure(given: &Item<'_>) -> Result<(String, Ratio), Mistake> {
    let text = plain(given.get_ref());
    text.and_then(|text| Ratio::parse(&text).map(|ratio| (text, ratio)))
        .ok_or_else(|| Mistake::at(given, format!("{} is not a number from 0 to 999999", shown(given.get_ref()))))
}

fn rate(given: &Item<'_>) -> Result<Ratio, Mistake> {
    let text = match given.get_ref() {
        DeValue::String(text) => Some(text.clone().into_owned()),
        value => plain(value),
    };
    text.and_then(|text| Ratio::parse(&text)).filter(|rate| rate.is_at_most_one()).ok_or_else(|| {
        let says = format!("{} is not a rate between 0 and 1, like \"3 %\" or 0.03", shown(given.get_ref()));
        Mistake::at(given, says)
    })
}

fn ranks(given: &Item<'_>) -> Result<Vec<String>, Mistake> {
    let DeValue::Array(list) = given.get_ref() else {
        return Err(Mistake::at(given, format!("{} is given; a list of ranks is wanted", shown(given.get_ref()))));
    };
    let word = |item: &Item<'_>| match item.get_ref() {
        DeValue::String(text) => match rank(text) {
            // Nothing but a blank rank could equal it, and that is the rank of nobody.
            rank if rank.is_empty() => Err(Mistake::at(item, format!("{text:?} is no rank"))),
            rank => Ok(rank),
        },
        other => Err(Mistake::at(item, format!("{} is not a rank: write it in quotation marks", shown(other)))),
    };
    list.iter().map(word).collect()
}

/// A rank as the evidence's ranks are compared: whoever acts in it, or holds it as a detective, holds it.
fn rank(text: &str) -> String {
    let folded = text.trim().to_lowercase().replace(['-', ' '], "_");
    let mut rank = folded.as_str();
    while let Some(rest) = ["temporary_", "acting_", "detective_"].iter().find_map(|prefix| rank.strip_prefix(prefix)) {
        rank = rest;
    }
    rank.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mistakes(text: &str) -> Vec<String> {
        read(text).unwrap_err()
    }

    #[test]
    fn short_and_long_forms_set_a_value() {
        let text = "clock_tolerance_seconds = 5\nrate_recent_searches = \"3 %\"\nrate_reports = 0.07\n
            [capture_rate_min]\nmobile = 0.80\n[search_span_max_days]\n\"Missing Person\" = 30\n
            [location_tolerance_metres]\nvalue = 15\nbasis = \"NASPLE 3.3\"\nrationale = \"agreed\"\n";
        let parameters = read(text).unwrap();
        assert_eq!(parameters.get("clock_tolerance_seconds").unwrap().value, Value::Measure("5".to_owned()));
        assert_eq!(parameters.rate("rate_reports"), Ratio::percent(7));
        let capture = &parameters.get("capture_rate_min").unwrap().value;
        let Value::RatePerKind(rates) = capture else { panic!("{capture:?}") };
        assert_eq!((rates["mobile"], rates["static"]), (Ratio { numerator: 4, denominator: 5 }, Ratio::percent(98)));
        let location = parameters.get("location_tolerance_metres").unwrap();
        assert_eq!((location.basis.as_str(), &location.assumed), ("NASPLE 3.3", &Assumed::Nothing));
        assert!(parameters.get("reinstatement_hours").unwrap().is_assumed(None));
    }

    #[test]
    fn an_unknown_key_or_a_bad_value_is_named() {
        let mistakes = |text: &str| mistakes(text).join("; ");
        assert!(mistakes("clock_tolerance = 5").contains("clock_tolerance"));
        assert!(mistakes("clock_tolerance_seconds = -1").contains("-1"));
        assert!(mistakes("clock_tolerance_seconds = nan").contains("nan"));
        assert!(mistakes("rate_reports = \"105 %\"").contains("105 %"));
        assert!(mistakes("[capture_rate_min]\ncovert = 0.5").contains("covert"));
    }
    #[test]
    fn every_mistake_has_its_line_and_they_come_in_the_order_of_the_text() {
        let text = "recent_days = 90\nvoi_list_days = 9.5\nclock_tolerance = 5\n\n[leaver_hours]\nvalue = 48\n\
                    basis = 3\n[capture_rate_min]\nmobile = 2\n[dormant_days]\nbasis = \"x\"\n";
        let found = mistakes(text);
        let expected = [
            "line 2: voi_list_days: 9.5 is not a whole number",
            "line 3: there is no parameter \"clock_tolerance\"",
            "line 7: leaver_hours: basis is 3",
            "line 9: capture_rate_min: 2 is not a rate",
            "line 10: dormant_days: the table has no value",
        ];
        assert_eq!(found.len(), expected.len(), "{found:?}");
        for (found, expected) in found.iter().zip(expected) {
            assert!(found.starts_with(expected), "{expected} is not the beginning of {found}");
        }
    }

    #[test]
    fn what_is_no_toml_is_quoted_with_its_line() {
        let no_value = mistakes("recent_days = 90\nrate_reports = \n").join("; ");
        assert!(no_value.starts_with("line 2: not valid TOML") && no_value.contains("rate_reports ="), "{no_value}");
        let twice = mistakes("recent_days = 5\nrecent_days = 6\n").join("; ");
        assert!(twice.starts_with("line 2: ") && twice.contains("recent_days = 6"), "{twice}");
    }

    #[test]
    fn a_kind_that_is_not_named_keeps_its_assumed_value_and_says_so() {
        let capture = |text: &str| read(text).unwrap().get("capture_rate_min").unwrap().clone();
        let set = capture("[capture_rate_min]\nmobile = 0.8\n");
        assert!(!set.is_assumed(Some("mobile")) && set.is_assumed(Some("static")) && set.is_assumed(None));
        let kinds = ["static", "moveable", "multi_lane", "cctv_integrated", "mobile"];
        let all: String = kinds.iter().map(|kind| format!("{kind} = 0.8\n")).collect();
        assert_eq!(capture(&format!("[capture_rate_min]\n{all}")).assumed, Assumed::Nothing);
        let long = "[capture_rate_min]\nvalue = { mobile = 0.8 }\nbasis = ";
        assert!(!capture(&format!("{long}\"NASPLE 3.3\"")).is_assumed(Some("mobile")));
        assert!(capture(&format!("{long}\"NASPLE 3.3\"")).is_assumed(Some("static")));
        assert!(capture(&format!("{long}\"assumed\"")).is_assumed(Some("mobile")));
    }

    #[test]
    fn two_names_of_one_purpose_or_one_kind_are_both_named() {
        let purposes = mistakes("[search_span_max_days]\n\"missing PERSON\" = 30\n\" Missing person\" = 10\n").join("");
        assert!(purposes.starts_with("line 3: search_span_max_days: "), "{purposes}");
        assert!(purposes.contains("missing PERSON") && purposes.contains("Missing person"), "{purposes}");
        let kinds = mistakes("[capture_rate_min]\nmulti_lane = 0.9\nMulti-lane = 0.8\n").join("");
        assert!(kinds.contains("multi_lane") && kinds.contains("Multi-lane"), "{kinds}");
    }

    #[test]
    fn a_rank_of_the_list_is_stripped_as_the_ranks_of_the_evidence_are() {
        let ranks = |text: &str| {
            let read = read(&format!("authority_ranks_older = {text}"));
            read.map(|all| all.0["authority_ranks_older"].value.clone())
        };
        let inspector = Value::Words(vec!["inspector".to_owned()]);
        for written in ["Inspector", "Detective Inspector", "acting-detective inspector", "temporary_acting_inspector"]
        {
            assert_eq!(ranks(&format!("[{written:?}]")).unwrap(), inspector, "{written}");
        }
        for nobody in ["", "  ", "acting_"] {
            assert!(ranks(&format!("[{nobody:?}]")).unwrap_err().join("").contains("is no rank"), "{nobody:?}");
        }
    }

    #[test]
    fn a_figure_of_the_standard_that_is_set_otherwise_is_known_and_one_set_alike_is_not() {
        let text = "leaver_hours = 100000\nrecent_days = 90\nrate_older_searches = 0.05\nrate_disclosures = \"9 %\"\n\
                    reinstatement_hours = 9\n";
        let parameters = read(text).unwrap();
        let otherwise: Vec<&str> =
            parameters.iter().map(|(name, _)| name).filter(|name| parameters.set_instead_of(name).is_some()).collect();
        assert_eq!(otherwise, ["leaver_hours", "rate_disclosures"]);
        assert_eq!(parameters.set_instead_of("leaver_hours"), Some(Value::Whole(48)));
    }
}
