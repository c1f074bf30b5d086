//! The words that a clause's SQL may use, and what they stand for in this run.
//!
//! Substitution is textual and happens once, before planning; the clause files stay readable and the
//! SQL stays plain, with built-in functions only.

use std::fmt::Write as _;

use custodes_compliance::time::{Day, Instant};
use custodes_compliance::{london, time};
use custodes_standard::model::Ratio;
use custodes_standard::v3;

use crate::parameters::{Parameters, Value};
use crate::window::Window;

/// What the words stand for.
#[derive(Debug, Clone)]
pub struct Words<'a> {
    pub window: Window,
    pub parameters: &'a Parameters,
    pub kind: Option<&'static str>,
    /// Users who left in the window; what they did afterwards is kept aside.
    pub leavers: &'a [String],
}

impl Words<'_> {
    /// Plain SQL.
    ///
    /// # Panics
    /// On a word that nothing defines, or a bracket that is never closed: a mistake in a clause's text,
    /// which planning every query in the tests brings to light.
    pub fn expand(&self, sql: &str) -> String {
        let mut out = String::with_capacity(sql.len() * 2);
        let mut rest = sql;
        while let Some(at) = rest.find('$') {
            out.push_str(&rest[..at]);
            rest = &rest[at + 1..];
            let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
            let (word, after) = rest.split_at(end);
            // A `$` that ends a regular expression is no word.
            if word.is_empty() {
                out.push('$');
                continue;
            }
            rest = after;
            match self.function(word) {
                Some(function) => {
                    let (arguments, after) = arguments(rest);
                    rest = after;
                    let arguments: Vec<String> = arguments.iter().map(|argument| self.expand(argument)).collect();
                    out.push_str(&function(self, &arguments));
                }
                None => out.push_str(&self.word(word)),
            }
        }
        out.push_str(rest);
        out
    }

    fn word(&self, word: &str) -> String {
        let window = &self.window;
        match word {
            "as_of" => instant(window.as_of),
            "from" => instant(window.from),
            "as_of_day" => day(window.as_of_day()),
            "from_day" => day(window.from_day()),
            "first_day" => day(window.first_day()),
            "last_day" => day(window.last_day()),
            "last_served_day" => day(window.last_served_day()),
            "twelve_months_before" => instant(london::months_before(window.as_of, 12)),
            "retention_from" => instant(self.retention_from()),
            "clock_evidence_from" => instant(self.clock_evidence_from()),
            "clock_evidence_from_day" => day(london::day_of(self.clock_evidence_from())),
            // Of a camera row. A camera that is gone on a day was not in service on it.
            "served_in_window" => self.expand(
                "(installed_on <= $last_served_day AND (NOT decommissioned_on_given OR (decommissioned_on > $from_day AND decommissioned_on > installed_on)))",
            ),
            "in_service_at_as_of" => {
                self.expand("(installed_on <= $as_of_day AND NOT decommissioned_on_given)")
            }
            "kind" => self.kind.expect("a clause of one camera kind").to_owned(),
            "audit_clauses" => quoted(v3::audit_clauses()),
            "leavers" if self.leavers.is_empty() => "''".to_owned(),
            "leavers" => quoted(self.leavers.iter().map(String::as_str)),
            parameter => self.parameter(parameter),
        }
    }

    /// Records older than this need no longer be there.
    pub fn retention_from(&self) -> Instant {
        london::months_before(self.window.as_of, 12 * self.parameters.whole("record_retention_years"))
    }

    fn clock_evidence_from(&self) -> Instant {
        london::days_before(self.window.as_of, self.parameters.whole("clock_evidence_days"))
    }

    fn parameter(&self, word: &str) -> String {
        let (name, part) = match (word.strip_suffix("_numerator"), word.strip_suffix("_denominator")) {
            (Some(name), _) => (name, "numerator"),
            (_, Some(name)) => (name, "denominator"),
            _ => (word, ""),
        };
        let setting = self.parameters.get(name).unwrap_or_else(|| panic!("nothing defines ${word}"));
        match &setting.value {
            Value::Whole(value) => value.to_string(),
            Value::Measure(text) => text.clone(),
            Value::YesNo(value) => value.to_string().to_uppercase(),
            // No word at all: a space, which no folded word holds. A blank value must not be found among none.
            Value::Words(words) if words.is_empty() => "' '".to_owned(),
            Value::Words(words) => quoted(words.iter().map(String::as_str)),
            Value::RatePerKind(rates) => {
                let rate = rates[self.kind.expect("a rate per camera kind stands in a clause of one kind")];
                if part == "numerator" { rate.numerator.to_string() } else { rate.denominator.to_string() }
            }
            other => panic!("${word} is {other:?}, which has no place in a query"),
        }
    }

    fn function(&self, word: &str) -> Option<fn(&Self, &[String]) -> String> {
        Some(match word {
            "in_window" => |words, given| words.expand(&format!("({0} >= $from AND {0} < $as_of)", given[0])),
            "day_in_window" => {
                |words, given| words.expand(&format!("({0} >= $first_day AND {0} <= $last_day)", given[0]))
            }
            "still_open" => |words, given| {
                let (happened, ended) = (&given[0], &given[1]);
                words.expand(&format!(
                    "({happened} < $as_of AND ({happened} >= $from OR NOT {ended}_given OR {ended} >= $from))"
                ))
            },
            // TRUE of any row wins, then "cannot be said" of any, then FALSE.
            "any" => |_, given| {
                format!(
                    "(CASE WHEN coalesce(bool_or({0}), FALSE) THEN TRUE WHEN count(*) > count({0}) THEN NULL ELSE FALSE END)",
                    format_args!("({})", given[0])
                )
            },
            // Whole microseconds: far quicker than the engine's calendar, and days here are 24 hours.
            "longer_than" => |_, given| {
                let micros = time::MICROS_PER_DAY;
                format!("(CAST({1} AS BIGINT) - CAST({0} AS BIGINT) > {2} * {micros})", given[0], given[1], given[2])
            },
            "span_excessive" => |words, given| words.span_excessive(&given[0], &given[1], &given[2]),
            _ => return None,
        })
    }

    /// Longer than the purpose allows. A withheld purpose gives no verdict once any maximum is set; where
    /// none is, nothing is excessive.
    fn span_excessive(&self, purpose: &str, from: &str, to: &str) -> String {
        let setting = self.parameters.get("search_span_max_days").map(|setting| &setting.value);
        let Some(Value::DaysPerPurpose(days)) = setting else { panic!("search_span_max_days is declared") };
        if days.is_empty() {
            return "FALSE".to_owned();
        }
        let micros =
            |days: &Ratio| u128::from(days.numerator) * time::MICROS_PER_DAY as u128 / u128::from(days.denominator);
        let least = days.values().map(micros).min().unwrap_or_default();
        let span = format!("CAST({to} AS BIGINT) - CAST({from} AS BIGINT)");
        // Most searches are shorter than any maximum, and need not be asked for their purpose.
        let mut arms = format!("(CASE WHEN {purpose} IS NULL THEN NULL WHEN {span} <= {least} THEN FALSE");
        for (name, days) in days {
            let name = name.replace('\'', "''");
            write!(arms, " WHEN lower({purpose}) = '{name}' THEN {span} > {}", micros(days))
                .expect("a string takes everything");
        }
        arms + " ELSE FALSE END)"
    }
}

fn instant(instant: Instant) -> String {
    format!("arrow_cast({}, 'Timestamp(Microsecond, Some(\"UTC\"))')", instant.0)
}

fn day(day: Day) -> String {
    format!("DATE '{day}'")
}

fn quoted<'a>(words: impl Iterator<Item = &'a str>) -> String {
    words.map(|word| format!("'{}'", word.replace('\'', "''"))).collect::<Vec<_>>().join(", ")
}

/// What stands between the brackets at the beginning of `text`, split at its commas, and what follows.
fn arguments(text: &str) -> (Vec<&str>, &str) {
    assert!(text.starts_with('('), "a bracket is wanted before {text:?}");
    let (mut depth, mut start, mut quoted) = (0, 1, false);
    let mut parts = Vec::new();
    for (at, c) in text.char_indices() {
        match c {
            '\'' => quoted = !quoted,
            _ if quoted => {}
            '(' => depth += 1,
            ')' => {
                depth -= 1;
                if depth == 0 {
                    parts.push(text[start..at].trim());
                    return (parts, &text[at + 1..]);
                }
            }
            ',' if depth == 1 => {
                parts.push(text[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    panic!("a bracket is never closed in {text:?}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_functions_become_plain_sql() {
        let window = Window::new(Instant(0), Instant(86_400_000_000)).unwrap();
        let parameters = Parameters::default();
        let words = Words { window, parameters: &parameters, kind: Some("mobile"), leavers: &[] };
        assert_eq!(words.expand("x > $voi_list_days"), "x > 28");
        assert_eq!(words.expand("kind = '$kind'"), "kind = 'mobile'");
        assert_eq!(words.expand("n * $capture_rate_min_denominator"), "n * 100");
        assert!(words.expand("$day_in_window(installed_on)").starts_with("(installed_on >= DATE '1970-01-02'"));
        assert_eq!(words.expand("a ~ '^b$'"), "a ~ '^b$'");
        let nobody = Parameters::read("authority_ranks_older = []").unwrap();
        let words = Words { parameters: &nobody, ..words };
        assert_eq!(words.expand("($authority_ranks_older)"), "(' ')", "a blank rank is not among none");
        assert!(words.expand("$any(a OR (b, c))").contains("bool_or((a OR (b, c)))"));
    }
}
