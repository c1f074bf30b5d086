use proptest::prelude::*;

use super::*;
use crate::acts::schedule::{DueMoved, Owed};
use crate::acts::{Content, Mark, PersonId};
use crate::event::Moment;
use crate::time::MICROS_PER_DAY;

const TODAY: Day = Day(20_000);

fn duty(subject: &str, scheduled: i32, done: Option<i32>) -> Duty {
    Duty {
        clause: "5.1.1",
        owed: Owed::Review,
        subject: subject.to_owned(),
        happened: None,
        scheduled: Moment::On(Day(scheduled)),
        done: done.map(|day| Met { on: Moment::On(Day(day)), by: None }),
        previous: None,
        vouched: true,
        certain: true,
        covert: false,
    }
}

fn moving(record: &mut Record, owed: Owed, scheduled: i32, to: i32, reason: &str) {
    let moved = DueMoved {
        clause: "5.1.1".into(),
        subject: "CAM-1".into(),
        owed,
        scheduled: Day(scheduled),
        to: Day(to),
        reason: reason.into(),
    };
    let content = Content { by: PersonId::parse("p1").unwrap(), login: None, act: moved.into() };
    record.apply(Instant(i64::from(TODAY.0 - 30) * MICROS_PER_DAY), &Mark::of([1; 16]), Some(content));
}

fn board(record: &Record, duties: &[Duty]) -> Board {
    Board::of(&Sources::new(record, duties, &[], london::midnight(TODAY)))
}

#[test]
fn a_moved_date_decides_where_a_duty_stands_and_the_scheduled_date_stays() {
    let mut record = Record::default();
    moving(&mut record, Owed::Review, TODAY.0 - 10, TODAY.0 + 5, "first");
    moving(&mut record, Owed::Review, TODAY.0 - 10, TODAY.0 + 9, "second");
    let board = board(&record, &[duty("CAM-1", TODAY.0 - 10, None)]);
    let [item] = &board.due_soon[..] else { panic!("{board:?}") };
    assert_eq!((item.scheduled, item.due), (Moment::On(Day(TODAY.0 - 10)), Moment::On(Day(TODAY.0 + 9))));
    assert_eq!((item.days, item.days_past_schedule), (9, 10));
    assert_eq!(item.moved.iter().map(|moved| moved.reason.as_str()).collect::<Vec<_>>(), ["first", "second"]);
}

#[test]
fn a_date_is_moved_for_the_duty_that_it_names_and_no_other_of_the_same_day() {
    let mut record = Record::default();
    moving(&mut record, Owed::Evaluation, TODAY.0 - 10, TODAY.0 + 5, "the road is closed");
    let review = duty("CAM-1", TODAY.0 - 10, None);
    let evaluation = Duty { owed: Owed::Evaluation, ..review.clone() };
    let board = board(&record, &[review, evaluation]);
    assert_eq!(board.overdue.iter().map(|item| item.owed).collect::<Vec<_>>(), [Owed::Review]);
    assert_eq!(board.due_soon.iter().map(|item| item.owed).collect::<Vec<_>>(), [Owed::Evaluation]);
}

#[test]
fn a_duty_is_overdue_from_the_day_after_its_date_and_on_it_where_nothing_vouches_for_it() {
    let record = Record::default();
    let on_the_day = duty("CAM-1", TODAY.0, None);
    assert_eq!(board(&record, std::slice::from_ref(&on_the_day)).due_soon.len(), 1);
    assert_eq!(board(&record, &[Duty { vouched: false, ..on_the_day }]).overdue.len(), 1);
    assert_eq!(board(&record, &[duty("CAM-1", TODAY.0 - 1, None)]).overdue.len(), 1);
}

#[test]
fn soon_reaches_28_days_ahead_and_recently_28_days_back_unless_asked_otherwise() {
    let record = Record::default();
    let duties = [
        duty("a", TODAY.0 + 28, None),
        duty("b", TODAY.0 + 29, None),
        duty("c", TODAY.0, Some(TODAY.0 - 28)),
        duty("d", TODAY.0, Some(TODAY.0 - 29)),
    ];
    let board = board(&record, &duties);
    let subjects = |items: &[Item]| items.iter().map(|item| item.subject.clone()).collect::<Vec<_>>();
    assert_eq!(subjects(&board.due_soon), ["a"]);
    assert_eq!(subjects(&board.later), ["b"]);
    assert_eq!(subjects(&board.done), ["c"]);
}

#[test]
fn a_diary_keeps_one_entry_for_a_duty_whose_date_is_moved() {
    let mut record = Record::default();
    let duties = [duty("CAM-1", TODAY.0 + 3, None)];
    let before = dates::open_dates(&board(&record, &duties));
    moving(&mut record, Owed::Review, TODAY.0 + 3, TODAY.0 + 8, "the road is closed");
    let after = dates::open_dates(&board(&record, &duties));
    assert_eq!(before[0].uid, after[0].uid);
    assert_eq!((before[0].on, after[0].on), (Day(TODAY.0 + 3), Day(TODAY.0 + 8)));
}

proptest! {
    #[test]
    fn every_open_duty_is_on_the_board_once_and_the_worst_comes_first(
        dates in proptest::collection::vec((-60..60i32, proptest::option::of(-60..1i32), any::<bool>()), 0..12)
    ) {
        let record = Record::default();
        let duties: Vec<Duty> = dates
            .iter()
            .enumerate()
            .map(|(n, (scheduled, done, covert))| Duty {
                covert: *covert,
                ..duty(&format!("CAM-{n}"), TODAY.0 + scheduled, done.map(|done| TODAY.0 + done))
            })
            .collect();
        let shown = board(&record, &duties);
        let open = duties.iter().filter(|duty| duty.done.is_none()).count() as u64;
        prop_assert_eq!(shown.open().map(|item| item.count).sum::<u64>(), open);
        prop_assert!(shown.overdue.is_sorted_by(|a, b| a.days >= b.days));
        prop_assert!(shown.due_soon.is_sorted_by(|a, b| a.days <= b.days));
        let line = shown.clauses.iter().find(|line| line.clause == "5.1.1").unwrap();
        prop_assert_eq!(line.overdue + line.due_soon + line.later, open);
        // No covert camera is named, in the board or in the feed, and none is left out of the count.
        let text = serde_json::to_string(&shown).unwrap() + &serde_json::to_string(&dates::open_dates(&shown)).unwrap();
        for duty in duties.iter().filter(|duty| duty.covert) {
            let name = format!("\"{}\"", duty.subject);
            prop_assert!(!text.contains(&name));
        }
        // The order in which duties come makes no difference.
        let turned: Vec<Duty> = duties.iter().rev().cloned().collect();
        prop_assert_eq!(board(&record, &turned), shown);
    }
}

#[test]
fn only_the_date_of_an_open_duty_is_moved_and_one_of_several_is_named() {
    let duties = [duty("CAM-1", 19_000, Some(19_000)), duty("CAM-1", 19_400, None), duty("CAM-2", 20_005, None)];
    let date = |subject, stated: Option<i32>| open_date(&duties, ("5.1.1", subject, Owed::Review), stated.map(Day));
    assert_eq!(date("CAM-1", None), Ok(Day(19_400)));
    assert_eq!(date("CAM-1", Some(19_400)), Ok(Day(19_400)));
    let made_up = date("CAM-1", Some(19_000)).unwrap_err();
    assert_eq!(made_up, "no rule made 2022-01-08: the review of 5.1.1 for CAM-1 is due on 2023-02-12");
    assert!(date("*", None).unwrap_err().starts_with("no review of 5.1.1 is due for the whole LEA"));
    let two = [duty("S1", 20_001, None), duty("S1", 20_009, None)];
    let asked = open_date(&two, ("5.1.1", "S1", Owed::Review), None).unwrap_err();
    assert!(asked.ends_with("for S1: say which with --scheduled"), "{asked}");
}
