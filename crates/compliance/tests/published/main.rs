//! Published draws and figures, reproduced; and what must hold of every draw and every limit.
//!
//! The files are in `vectors/`, with their sources.

mod binomial;
mod consistent_sampling;
mod draws;
mod hypergeometric;
mod jfa;
mod limits;
mod poisson;
mod rivest;

use custodes_compliance::statistics::Confidence;
use custodes_standard::model::Ratio;
use serde_json::Value;

fn vectors(name: &str) -> Value {
    let path = format!("{}/vectors/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap_or_else(|| panic!("{value} is a list"))
}

fn count(value: &Value) -> u64 {
    value.as_u64().unwrap_or_else(|| panic!("{value} is a count"))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value} is a text"))
}

/// A decimal as it is written, whether as a number or as a text: never reckoned with as a float.
fn rate(value: &Value) -> Ratio {
    let written = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    Ratio::parse(&written).unwrap_or_else(|| panic!("{value} is a rate"))
}

fn confidence(value: &Value) -> Confidence {
    Confidence::new(rate(value)).expect("a published confidence is between 0 and 1")
}

fn percent(text: &str) -> Ratio {
    Ratio::parse(&format!("{text} %")).expect("a number of percent")
}

fn at(percent_text: &str) -> Confidence {
    Confidence::new(percent(percent_text)).expect("a usual confidence")
}
