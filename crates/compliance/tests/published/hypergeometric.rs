use custodes_compliance::statistics::{BoughtByRate, Confidence, Counts, Evaluation, Goal, binomial, sequential};
use custodes_standard::model::Ratio;

use super::{at, confidence, count, list, percent, rate, vectors};

fn upper_limit(population: u64, drawn: u64, found: u64, confidence: Confidence) -> u64 {
    Evaluation::new(Counts::new(population, drawn, found).unwrap(), confidence).upper_limit()
}

#[test]
fn every_discovery_sample_of_ez_quant_is_reproduced() {
    let file = vectors("dcaa_ezquant_hypergeom");
    assert_eq!(list(&file).len(), 36);
    for row in list(&file) {
        let goal = Goal::fewer_than(rate(&row["tolerable"]), count(&row["N"]), confidence(&row["confidence"])).unwrap();
        assert_eq!(goal.sample_size(count(&row["acceptance"])), Some(count(&row["n"])), "{row}");
    }
}

#[test]
fn every_size_of_auditsampler_is_reproduced_by_both_distributions() {
    let file = vectors("auditsampler_hypergeom_vs_binom");
    assert_eq!(list(&file).len(), 17);
    for row in list(&file) {
        let (tolerable, expected, confidence) =
            (rate(&row["tolerable"]), rate(&row["expected"]), confidence(&row["confidence"]));
        let goal = Goal::fewer_than(tolerable, count(&row["N"]), confidence).unwrap();
        let planned = goal.sample_size_at_rate(expected).unwrap();
        assert_eq!((planned.drawn, planned.expected), (count(&row["n_hypergeom"]), count(&row["x"])), "{row}");
        let endless = binomial::sample_size_at_rate(tolerable, expected, confidence, 5000).unwrap();
        assert_eq!(endless.drawn, count(&row["n_binom"]), "{row}");
    }
}

#[test]
fn figures_of_touw_and_hoogduin_are_reproduced() {
    let goal = Goal::fewer_than(percent("5"), 1200, at("90")).unwrap();
    assert_eq!(goal.tolerable(), 59);
    assert_eq!([0, 2].map(|found| goal.sample_size(found)), [Some(45), Some(102)]);
    assert_eq!([0, 1, 2, 3].map(|found| upper_limit(1200, 102, found, at("90"))), [25, 43, 59, 75]);
}

#[test]
fn tests_of_jfa_that_are_right_are_reproduced() {
    let goal = |tolerable| Goal::fewer_than(percent(tolerable), 1000, at("95")).unwrap();
    assert_eq!(goal("1").sample_size(0), Some(258));
    assert_eq!(goal("5").sample_size(0), Some(57));
    assert_eq!(goal("5").sample_size(2), Some(119));
    let planned = goal("5").sample_size_at_rate(percent("2.5")).unwrap();
    assert_eq!((planned.drawn, planned.expected), (197, 5));
}

#[test]
fn what_the_rates_that_are_laid_down_buy_is_reproduced() {
    let file = vectors("what_the_mandated_percentages_buy");
    assert_eq!(list(&file).len(), 30);
    for row in list(&file) {
        let population = count(&row[1]);
        let bought = BoughtByRate::new(Ratio::percent(count(&row[0])), population, Confidence::NINETY_FIVE_PERCENT);
        assert_eq!(bought.drawn(), count(&row[2]), "{row}");
        for (found, limit) in (0..).zip(list(&row[3])) {
            assert_eq!(bought.upper_limit(found), Some(count(&limit[0])), "{row}");
        }
        for (bad, chance) in
            [1, 5].map(|rate| Ratio::percent(rate).sample_size(population)).into_iter().zip(list(&row[4]))
        {
            let tenths = bought.chance_of_seeing_one(bad);
            assert_eq!(format!("{}.{}", tenths / 10, tenths % 10), chance.to_string(), "{row}");
        }
    }
}

#[test]
fn limits_that_hold_at_every_look_are_as_reckoned() {
    let file = vectors("computed_bbhg_confidence_sequence");
    assert_eq!(list(&file).len(), 11);
    for row in list(&file) {
        let counts = Counts::new(count(&row["N"]), count(&row["t"]), count(&row["x"])).unwrap();
        let limits = sequential::not_excluded(counts, Confidence::NINETY_FIVE_PERCENT);
        assert_eq!(limits, count(&row["lower_K"])..=count(&row["upper_K"]), "{row}");
    }
}

#[test]
fn ten_million_records_are_answered_for() {
    let confidence = Confidence::NINETY_FIVE_PERCENT;
    let goal = Goal::no_more_than(100_000, 10_000_000, confidence).unwrap();
    assert_eq!(goal.sample_size(20), Some(2902), "reckoned by the definition, with binomial coefficients");
    let limit = upper_limit(10_000_000, 5000, 400, confidence);
    assert!(!Goal::no_more_than(limit - 1, 10_000_000, confidence).unwrap().is_shown_by(5000, 400));
    assert!(Goal::no_more_than(limit, 10_000_000, confidence).unwrap().is_shown_by(5000, 400));
    assert_eq!(upper_limit(10_000_000, 5000, 5000, confidence), 10_000_000);
}
