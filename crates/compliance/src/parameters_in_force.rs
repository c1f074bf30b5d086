//! Which parameters hold for a window: those approved, by the day on which the window ends.
//!
//! An old window is judged by what held then. Of the approved proposals that hold from that day or earlier
//! the one with the latest such day holds; of two with the same day, the one approved last. So an approval
//! may correct the past, by holding from a day that is over; it is then said that it came afterwards.

use serde::Serialize;

use crate::acts::ProposalId;
use crate::record::{Proposal, Record};
use crate::time::Day;

/// What holds for a window, and on whose word.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InForce {
    pub proposal: ProposalId,
    pub holds_from: Day,
    /// The first day of windows that another proposal holds for; `None` while none follows.
    pub until: Option<Day>,
    pub proposed_by: String,
    pub approved_by: String,
    pub approved_on: Day,
    pub rationale: String,
    /// Approved only after the day from which it holds: windows that ended in between were judged, if they
    /// were, by what held before.
    pub approved_afterwards: bool,
}

/// What holds for a window that ends on this day; `None`: the defaults.
pub fn on(record: &Record, day: Day) -> Option<InForce> {
    let (id, proposal) = record.parameters_on(day)?;
    let until = later_days(record, proposal.holds_from).next();
    describe(record, *id, proposal, until)
}

/// Everything that holds for some window, in order of time; before the first, the defaults do.
pub fn in_order(record: &Record) -> Vec<InForce> {
    let mut days: Vec<Day> = record.proposals.values().filter(|p| p.approved.is_some()).map(|p| p.holds_from).collect();
    days.sort_unstable();
    days.dedup();
    days.into_iter().filter_map(|day| on(record, day)).collect()
}

/// The days after this one from which an approved proposal holds, ascending.
fn later_days(record: &Record, day: Day) -> impl Iterator<Item = Day> {
    let approved = record.proposals.values().filter(|proposal| proposal.approved.is_some());
    let mut days: Vec<Day> = approved.map(|proposal| proposal.holds_from).filter(|from| *from > day).collect();
    days.sort_unstable();
    days.into_iter()
}

fn describe(record: &Record, proposal: ProposalId, of: &Proposal, until: Option<Day>) -> Option<InForce> {
    let approved = of.approved.as_ref()?;
    Some(InForce {
        proposal,
        holds_from: of.holds_from,
        until,
        proposed_by: record.name_of(&of.proposed.by),
        approved_by: record.name_of(&approved.by),
        approved_on: approved.day(),
        rationale: of.rationale.clone(),
        approved_afterwards: approved.day() > of.holds_from,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::acts::people::{ParametersApproved, ParametersProposed};
    use crate::acts::{Act, Content, Mark, PersonId};
    use crate::london::parse_day;
    use crate::time::Instant;
    use proptest::prelude::*;

    fn day(text: &str) -> Day {
        parse_day(text).unwrap()
    }

    fn put(record: &mut Record, by: &str, on: Day, act: impl Into<Act>) {
        let content = Content { by: PersonId::parse(by).unwrap(), login: None, act: act.into() };
        let noon = Instant(crate::london::midnight(on).0 + 12 * crate::time::MICROS_PER_HOUR);
        record.apply(noon, &Mark::of([1; 16]), Some(content));
    }

    fn propose(record: &mut Record, id: &str, holds_from: Day, on: Day) {
        let proposal = ProposalId::parse(id).unwrap();
        let toml = format!("# {id}");
        put(record, "manager", on, ParametersProposed { proposal, toml, holds_from, rationale: format!("why {id}") });
    }

    fn approve(record: &mut Record, id: &str, on: Day) {
        put(record, "senior", on, ParametersApproved { proposal: ProposalId::parse(id).unwrap() });
    }

    fn held(record: &Record, text: &str) -> Option<String> {
        on(record, day(text)).map(|held| held.proposal.to_string())
    }

    #[test]
    fn a_later_approval_that_holds_from_an_earlier_day_holds_up_to_the_next_one_only() {
        let mut record = Record::default();
        propose(&mut record, "P1", day("2026-04-01"), day("2026-03-01"));
        approve(&mut record, "P1", day("2026-03-02"));
        propose(&mut record, "P2", day("2026-01-01"), day("2026-05-01"));
        approve(&mut record, "P2", day("2026-05-02"));
        assert_eq!(held(&record, "2025-12-31"), None, "the defaults");
        assert_eq!(held(&record, "2026-01-01").as_deref(), Some("P2"));
        assert_eq!(held(&record, "2026-03-31").as_deref(), Some("P2"));
        assert_eq!(held(&record, "2026-04-01").as_deref(), Some("P1"), "what held since then is not undone");
        let told: Vec<bool> = in_order(&record).iter().map(|held| held.approved_afterwards).collect();
        assert_eq!(told, [true, false]);
    }

    #[test]
    fn of_two_that_hold_from_one_day_the_one_approved_last_holds() {
        let mut record = Record::default();
        propose(&mut record, "P1", day("2026-04-01"), day("2026-03-01"));
        propose(&mut record, "P2", day("2026-04-01"), day("2026-03-01"));
        approve(&mut record, "P2", day("2026-03-02"));
        assert_eq!(held(&record, "2026-06-01").as_deref(), Some("P2"));
        approve(&mut record, "P1", day("2026-03-02"));
        assert_eq!(held(&record, "2026-06-01").as_deref(), Some("P1"));
    }

    proptest! {
        #[test]
        fn every_window_has_one_set_of_parameters_and_never_one_that_nobody_approved(
            proposals in proptest::collection::vec((0..30i32, any::<bool>()), 0..8),
            approvals in any::<prop::sample::Index>(),
            ends_on in -5..40i32,
        ) {
            let mut record = Record::default();
            let today = Day(20_100);
            for (n, (from, _)) in proposals.iter().enumerate() {
                propose(&mut record, &format!("P{}", n + 1), Day(20_000 + from), today);
            }
            // Approved in an order that is not that of the proposals.
            let start = if proposals.is_empty() { 0 } else { approvals.index(proposals.len()) };
            for n in (start..proposals.len()).chain(0..start).filter(|n| proposals[*n].1) {
                approve(&mut record, &format!("P{}", n + 1), today);
            }
            let ends_on = Day(20_000 + ends_on);
            let held = on(&record, ends_on);
            let order = in_order(&record);
            // The spans follow each other without a gap, and the one that holds the day is the one that holds.
            for pair in order.windows(2) {
                prop_assert_eq!(pair[0].until, Some(pair[1].holds_from));
            }
            let span = order.iter().find(|span| span.holds_from <= ends_on && span.until.is_none_or(|until| ends_on < until));
            prop_assert_eq!(span, held.as_ref());
            let eligible = proposals.iter().any(|(from, approved)| *approved && Day(20_000 + from) <= ends_on);
            prop_assert_eq!(held.is_some(), eligible);
            if let Some(held) = held {
                prop_assert!(record.proposals[&held.proposal].approved.is_some());
                prop_assert!(held.holds_from <= ends_on);
            }
        }

        #[test]
        fn what_is_approved_later_changes_no_window_that_ends_before_the_day_from_which_it_holds(
            earlier in proptest::collection::vec(0..30i32, 0..5), later in 0..30i32, ends_on in 0..30i32,
        ) {
            let mut record = Record::default();
            for (n, from) in earlier.iter().enumerate() {
                propose(&mut record, &format!("P{}", n + 1), Day(20_000 + from), Day(19_000));
                approve(&mut record, &format!("P{}", n + 1), Day(19_001));
            }
            let ends_on = Day(20_000 + ends_on);
            let before = on(&record, ends_on).map(|held| held.proposal);
            propose(&mut record, "P99", Day(20_000 + later), Day(20_500));
            let proposed = on(&record, ends_on).map(|held| held.proposal);
            prop_assert_eq!(&proposed, &before, "a proposal alone holds for nothing");
            approve(&mut record, "P99", Day(20_501));
            let after = on(&record, ends_on).map(|held| held.proposal);
            if Day(20_000 + later) > ends_on {
                prop_assert_eq!(after, before);
            }
        }
    }
}
