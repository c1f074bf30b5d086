//! Finding where a condition turns, when it turns once.

/// The smallest number from `from` to `to` that satisfies a condition which, once satisfied, stays so.
///
/// Looked for in steps that double from `stride`, since the answer is mostly near where it begins and
/// the condition is dearer further out. `None` where not even `to` satisfies it.
pub(super) fn smallest(from: u64, to: u64, stride: u64, satisfied: impl Fn(u64) -> bool) -> Option<u64> {
    let (mut stride, mut low, mut high) = (stride.max(1), from, from);
    while high < to && !satisfied(high) {
        low = high + 1;
        high = high.saturating_add(stride).min(to);
        stride = stride.saturating_mul(2);
    }
    if high > to || (high == to && !satisfied(to)) {
        return None;
    }
    while low < high {
        let middle = low + (high - low) / 2;
        if satisfied(middle) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    Some(low)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_smallest_is_found_wherever_it_is(from in 0u64..50, length in 0u64..300, turn in 0u64..400, stride in 0u64..40) {
            let to = from + length;
            let expected = (from..=to).find(|number| *number >= turn);
            prop_assert_eq!(smallest(from, to, stride, |number| number >= turn), expected);
        }
    }

    #[test]
    fn an_empty_range_holds_nothing() {
        assert_eq!(smallest(3, 2, 1, |_| true), None);
        assert_eq!(smallest(u64::MAX - 1, u64::MAX, 1, |number| number == u64::MAX), Some(u64::MAX));
    }
}
