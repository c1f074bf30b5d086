use custodes_compliance::statistics::binomial::{sample_size, sample_size_at_rate, upper_limit_in_parts};
use num_bigint::BigUint;

use super::{at, confidence, count, list, percent, rate, vectors};

/// Beyond any size in the tables.
const LARGEST: u64 = 5000;

#[test]
fn every_sample_size_of_the_aicpa_tables_is_reproduced() {
    let file = vectors("aicpa_A1_A2_sample_sizes");
    let mut differ = Vec::new();
    for (table, cells) in [("A-1", 194), ("A-2", 198)] {
        let rows = list(&file[table]["rows"]);
        assert_eq!(rows.len(), cells);
        for row in rows {
            let confidence = confidence(&file[table]["confidence"]);
            let planned = sample_size_at_rate(rate(&row["tolerable"]), rate(&row["expected"]), confidence, LARGEST);
            let planned = planned.map(|planned| (planned.drawn, planned.expected));
            assert_eq!(planned, Some((count(&row["n_exact"]), count(&row["x_exact"]))), "{table} {row}");
            if row["n_exact"] != row["n_jfa"] {
                differ.push((count(&row["n_jfa"]), count(&row["n_exact"])));
            }
        }
    }
    // The published two were reckoned with ceil(0.035 × 400) = 15 and ceil(0.07 × 1300) = 92 in floating point.
    assert_eq!(differ, [(423, 400), (1313, 1300)]);
}

#[test]
fn the_size_that_the_aicpa_prints_one_too_small_is_113() {
    // The guide prints 112 at 10 % risk for a tolerable 7 % with 3.25 % to 3.5 % expected.
    for expected in ["3.25", "3.5"] {
        let planned = sample_size_at_rate(percent("7"), percent(expected), at("90"), LARGEST);
        assert_eq!(planned.map(|planned| planned.drawn), Some(113), "{expected}");
    }
}

#[test]
fn every_upper_limit_of_the_aicpa_tables_is_reproduced() {
    let file = vectors("aicpa_A3_A4_upper_limits");
    let mut cells = 0;
    for table in [&file["A-3"], &file["A-4"]] {
        let rows = list(&table["n"]).iter().zip(list(&table["upper_pct_ceil_0.1"]));
        for (drawn, limits) in rows {
            for (found, published) in list(&table["deviations"]).iter().zip(list(limits)) {
                let limit = upper_limit_in_parts(1000, count(drawn), count(found), confidence(&table["confidence"]));
                assert_eq!(format!("{}.{}", limit / 10, limit % 10), published.to_string(), "{drawn} with {found}");
                cells += 1;
            }
        }
    }
    assert_eq!(cells, 462);
}

#[test]
fn sizes_of_touw_and_hoogduin_are_reproduced() {
    let published = [
        ("95", [[299, 473, 628, 773], [59, 93, 124, 153], [29, 46, 61, 76], [19, 30, 40, 50], [14, 22, 30, 37]]),
        ("90", [[230, 388, 531, 667], [45, 77, 105, 132], [22, 38, 52, 65], [15, 25, 34, 43], [11, 18, 25, 32]]),
    ];
    for (level, rows) in published {
        for (tolerable, sizes) in ["1", "5", "10", "15", "20"].into_iter().zip(rows) {
            let found = [0, 1, 2, 3].map(|found| sample_size(percent(tolerable), found, at(level), LARGEST));
            assert_eq!(found, sizes.map(Some), "{tolerable} % at {level} %");
        }
    }
}

#[test]
fn sizes_that_idea_prints_are_reproduced() {
    for (level, tolerable, expected, size) in
        [("95", "4", "1", 156), ("95", "5", "2", 181), ("90", "7", "3", 94), ("90", "8", "4", 98)]
    {
        let planned = sample_size_at_rate(percent(tolerable), percent(expected), at(level), LARGEST);
        assert_eq!(planned.map(|planned| planned.drawn), Some(size), "{level} {tolerable} {expected}");
    }
}

#[test]
fn the_two_stages_of_touw_and_hoogduin_have_the_published_risk() {
    // Accept at once with none bad in the first stage, or with one there and none in the second, at 5 % bad.
    let risk_in_ten_thousandths = |stage: u32| {
        let good = |power: u32| BigUint::from(19u8).pow(power);
        let accepted = good(stage) * BigUint::from(20u8).pow(stage) + good(2 * stage - 1) * stage;
        u64::try_from(accepted * 10_000u32 / BigUint::from(20u8).pow(2 * stage)).expect("a part of 10,000")
    };
    assert_eq!([49, 48].map(risk_in_ten_thousandths), [979, 1036].map(|published: u64| published));
}

#[test]
fn a_rate_that_nothing_excludes_or_everything_does_is_no_error() {
    assert_eq!(sample_size(percent("0"), 0, at("95"), 100), None);
    assert_eq!(sample_size(percent("100"), 3, at("95"), 100), Some(4));
    assert_eq!(upper_limit_in_parts(1000, 5, 5, at("95")), 1000);
    assert_eq!(sample_size_at_rate(percent("5"), percent("6"), at("95"), 200), None);
}
