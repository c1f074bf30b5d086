use custodes_compliance::draw::replacement::{Fraction, WithReplacement};
use custodes_compliance::draw::{Draw, Seed, Tickets};
use serde_json::Value;

use super::{count, list, text, vectors};

/// (ticket, id, generation), as the published outputs have them.
type Row = (String, String, u64);

fn expected(case: &Value) -> Vec<Row> {
    let row = |row: &Value| (text(&row[0]).to_owned(), text(&row[1]).to_owned(), count(&row[2]));
    list(&case["output"]).iter().map(row).collect()
}

fn drawn(case: &Value) -> Vec<Row> {
    let ids = list(&case["ids"]).iter().map(text);
    let seed = Seed::recorded(text(&case["seed"]));
    let (drop, take, digits) = (count(&case["drop"]), count(&case["take"]), count(&case["digits"]) as usize);
    if case["with_replacement"].as_bool().expect("true or false") {
        let draws = WithReplacement::new(ids, &seed).skip(drop as usize).take(take as usize);
        return draws.map(|drawn| (drawn.fraction.shortened(digits), drawn.id, drawn.generation)).collect();
    }
    let mut draw = Draw::new(&seed, drop + take);
    ids.for_each(|id| draw.offer(id).expect("a published id is a key"));
    let sample = draw.finish().into_iter().skip(drop as usize);
    sample.map(|drawn| (drawn.ticket.shortened(digits), drawn.key.to_string(), 1)).collect()
}

#[test]
fn every_published_draw_comes_out_as_published() {
    let file = vectors("consistent_sampler_vectors");
    let cases = list(&file["cases"]);
    assert_eq!(cases.len(), 11);
    for case in cases {
        assert_eq!(drawn(case), expected(case), "seed {} of {}", case["seed"], case["published"]);
    }
}

#[test]
fn the_tickets_of_the_documentation_come_out_to_the_last_digit() {
    assert_eq!(
        Fraction::of_text("abc").as_str(),
        "0.56998071861792858926477341561059638840106636224182943832566300809078486324348"
    );
    let ticket = Tickets::under(&Seed::recorded("01382438112797316654")).ticket("AB-130");
    assert_eq!(ticket.to_string(), "0.26299714122838008416507544297546663599715395525154425586041245287750224561854");
    let next = |fraction: &str| Fraction::parse(fraction).expect("a fraction").successor().as_str().to_owned();
    assert_eq!(next("0.25471"), "0.642853261655004694691182528114375607701032283189922170593838029306715548381901");
    assert_eq!(
        next(&ticket.to_string()),
        "0.8232357229934205790595761924514048157652891124687533667363938813600770093316"
    );
}

#[test]
fn an_endless_draw_from_nothing_ends() {
    assert_eq!(WithReplacement::new([], &Seed::recorded("1")).next(), None);
    assert_eq!(Fraction::parse("0."), None);
    assert_eq!(Fraction::parse("1.5"), None);
}
