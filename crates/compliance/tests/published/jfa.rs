//! Where the published tables of the R package `jfa` are wrong, the exact figure is asserted.
//!
//! Those for 6 % come of `seq()`, which gives 0.06000000000000001, and one bad record too many; the
//! others of `ceil(expected × n)` in floating point.

use custodes_compliance::statistics::{Goal, binomial};

use super::{confidence, count, list, rate, text, vectors};

#[test]
fn where_jfa_is_wrong_the_exact_size_is_found() {
    let file = vectors("jfa_statistical_tables_check");
    let mut corrected = 0;
    for table in list(&file) {
        let confidence = confidence(&table["conf"]);
        for row in list(&table["diffs"]) {
            let (tolerable, expected) = (rate(&row[0]), rate(&row[1]));
            let planned = match text(&table["lik"]) {
                "binomial" => binomial::sample_size_at_rate(tolerable, expected, confidence, 5000),
                "hypergeometric" => {
                    Goal::fewer_than(tolerable, count(&table["N"]), confidence).unwrap().sample_size_at_rate(expected)
                }
                other => panic!("{other} has no differences"),
            };
            // Where the published table has a size, and the exact answer is that there is none, the file has null.
            assert_eq!(planned.map(|planned| planned.drawn), row[3].as_u64(), "{} {row}", table["test"]);
            assert_ne!(row[2], row[3], "{} {row}", table["test"]);
            corrected += 1;
        }
    }
    let announced: u64 = list(&file).iter().map(|table| count(&table["n_diff"])).sum();
    assert_eq!(corrected, announced);
}
