//! How anybody can draw a sample again, with software that is not ours.

use serde::Serialize;

use crate::acts::audit::{Plan, SampleDrawn};
use crate::time::Day;

/// The version of `consistent-sampler` against which our draw was checked.
pub const SAMPLER: &str = "consistent-sampler==1.0.10";

/// What to do, in this order. `script` is a program in Python 3 that needs nothing but [`SAMPLER`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Repeat {
    pub steps: Vec<String>,
    pub script: String,
}

pub(super) fn repeat(plan: &Plan, drawn: &SampleDrawn) -> Repeat {
    let mut steps = vec![
        format!("Install Python 3 and its package: pip install {SAMPLER}"),
        format!(
            "Write the keys of the frame into the file frame.txt: {} keys, each once, sorted by their bytes, each \
             followed by a line feed. They are in the frame's table, whose SHA-256 is {}",
            plan.frame.count, plan.frame.table_sha256
        ),
    ];
    if drawn.window.is_some() {
        steps.push(format!(
            "Write the keys whose day in that table lies in the window, {} of them, into the file window.txt in the \
             same way",
            drawn.population
        ));
    }
    if plan.strata.is_some() {
        let source = if drawn.window.is_some() { "window.txt" } else { "frame.txt" };
        steps.push(format!(
            "For each stratum, write the keys of {source} that the table gives it into a file stratum-1.txt, \
             stratum-2.txt and so on, in the order in which the program below names the strata"
        ));
    }
    steps.push(
        "Check that the seed in the program below is the contributions of the plan, in its order, and the frame's \
         SHA-256, joined by commas"
            .to_owned(),
    );
    steps.push("Run the program below. It stops at the first thing that differs from this report".to_owned());
    steps.push("Compare the keys that it prints with the sample in this report, in their order".to_owned());
    Repeat { steps, script: script(plan, drawn) }
}

fn script(plan: &Plan, drawn: &SampleDrawn) -> String {
    let mut lines = vec![
        "import datetime, hashlib".to_owned(),
        "from consistent_sampler import first_fraction, sampler".to_owned(),
        String::new(),
        "seed = (".to_owned(),
        format!("frame_sha256 = {}", python_text(&plan.frame.sha256)),
        String::new(),
        "def keys(name):".to_owned(),
        "    with open(name, encoding=\"utf-8\", newline=\"\\n\") as file:".to_owned(),
        "        return file.read().split(\"\\n\")[:-1]".to_owned(),
        String::new(),
        "with open(\"frame.txt\", \"rb\") as file:".to_owned(),
        "    assert hashlib.sha256(file.read()).hexdigest() == frame_sha256".to_owned(),
        format!("assert len(keys(\"frame.txt\")) == {}", plan.frame.count),
    ];
    let pieces = drawn.seed.chars().collect::<Vec<_>>();
    let pieces = pieces.chunks(64).map(|piece| format!("    {}", python_text(&piece.iter().collect::<String>())));
    // Short lines: a long one would break where it is printed, and no text in Python goes over a line's end.
    lines.splice(4..4, pieces.chain([")".to_owned()]));
    let mut source = "frame.txt";
    if let Some(window) = drawn.window {
        lines.extend(window_lines(plan, window));
        source = "window.txt";
        lines.push("assert set(keys(\"window.txt\")) <= set(keys(\"frame.txt\"))".to_owned());
    }
    lines.push(format!("assert len(keys(\"{source}\")) == {}", drawn.population));
    if plan.strata.is_none() {
        lines
            .push(format!("for key in sampler(keys(\"{source}\"), seed, take={}, output=\"id\"):", drawn.sample.len()));
        lines.push("    print(key)".to_owned());
    } else {
        lines.extend(strata_lines(drawn));
    }
    lines.push(String::new());
    lines.join("\n")
}

fn window_lines(plan: &Plan, (first, last): (Day, Day)) -> Vec<String> {
    let length = plan.window_days.unwrap_or_else(|| last.days_since(first) + 1);
    let date = |day: Day| {
        let text = day.to_string();
        let mut parts = text.split('-').map(|part| part.trim_start_matches('0').to_owned());
        let mut next = || parts.next().unwrap_or_default();
        format!("datetime.date({}, {}, {})", next(), next(), next())
    };
    let begin = format!("begin, end = {}, {}", date(plan.from), date(plan.to));
    if plan.to.days_since(plan.from) < length {
        return vec![begin, format!("assert (end - begin).days < {length}  # shorter than a window: all of it is one")];
    }
    vec![
        begin,
        format!("days = [begin + datetime.timedelta(n) for n in range((end - begin).days - {length} + 1)]"),
        "first = min(days, key=lambda day: first_fraction(day.isoformat(), seed))".to_owned(),
        format!("assert first == {}", date(first)),
    ]
}

fn strata_lines(drawn: &SampleDrawn) -> Vec<String> {
    let mut sizes = std::collections::BTreeMap::<&str, usize>::new();
    for item in &drawn.sample {
        *sizes.entry(item.stratum.as_deref().unwrap_or_default()).or_default() += 1;
    }
    let listed: Vec<String> = sizes.iter().map(|(name, size)| format!("({}, {size})", python_text(name))).collect();
    vec![
        format!("for number, (stratum, size) in enumerate([{}], start=1):", listed.join(", ")),
        "    for key in sampler(keys(f\"stratum-{number}.txt\"), seed, take=size, output=\"id\"):".to_owned(),
        "        print(stratum, key)".to_owned(),
    ]
}

/// A text as Python writes one. Whatever is not plain goes as its code, so that nothing ends the text early.
fn python_text(text: &str) -> String {
    let mut written = String::from("\"");
    for character in text.chars() {
        match character {
            ' '..='~' if character != '"' && character != '\\' => written.push(character),
            other => written.push_str(&format!("\\U{:08x}", u32::from(other))),
        }
    }
    written.push('"');
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_in_a_program_cannot_end_early() {
        assert_eq!(python_text("a\"\\\nb'"), r#""a\U00000022\U0000005c\U0000000ab'""#);
        assert_eq!(python_text("é"), r#""\U000000e9""#);
    }
}
