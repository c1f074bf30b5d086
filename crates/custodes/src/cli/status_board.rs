//! The board that `custodes status` prints: what is late first, then what comes, then who waits for whom.

use std::fmt::Write as _;

use custodes_compliance::acts::schedule::Owed;
use custodes_compliance::schedule::{Board, Item, Moved, Worklist, dates};
use custodes_compliance::time::{Day, Instant};
use custodes_report::MARKING;
use custodes_report::calendar::{CalendarDay, CalendarEntry, NotACalendarTime, Stamp};

use super::wrapped;
use crate::words::counted;

mod clocks;

const WIDTH: usize = 100;
/// Where text begins after the column of days and that of clauses.
const TEXT: usize = 28;
/// Of each clause, so many subjects are listed; `--format json` lists all.
const LISTED: usize = 5;

/// The board for a terminal: 100 columns, no colour.
pub fn text(board: &Board) -> String {
    let mut out = String::new();
    head(&mut out, board);
    section(&mut out, "OVERDUE", &board.overdue, |item| late(item.days));
    clocks::noncompliance(&mut out, &board.clocks.noncompliance);
    clocks::office(&mut out, &board.office);
    clocks::suspended(&mut out, &board.clocks.audits);
    let soon = format!("DUE BY {}", board.today.plus_days(board.days_ahead));
    section(&mut out, &soon, &board.due_soon, |item| left(item.days));
    worklists(&mut out, &board.worklists);
    clocks::audits(&mut out, &board.clocks.audits);
    clocks::queries(&mut out, &board.clocks.queries);
    clocks::findings(&mut out, &board.clocks.findings);
    clocks::data(&mut out, &board.clocks);
    clocks::second_person(&mut out, &board.clocks);
    clocks::holds(&mut out, &board.clocks.holds);
    done(&mut out, board);
    clauses(&mut out, board);
    let _ = write!(out, "\n{}\n", wrapped(READS, 0, WIDTH));
    let _ = writeln!(out, "{MARKING:>WIDTH$}");
    out
}

const READS: &str = "A scheduled date is made by the standard's rule and stays; a due date is moved only with a reason, and what a \
    check finds late stays late. \"clear\" is not \"compliant\".";

/// The open dates as a calendar feed, made at `stamp`.
///
/// # Errors
/// When a date lies beyond the years that a calendar can write.
pub fn calendar(board: &Board, stamp: Instant) -> Result<String, NotACalendarTime> {
    let entries = dates::open_dates(board).into_iter().map(|date| {
        let on = CalendarDay::parse(&date.on.to_string())?;
        Ok(CalendarEntry { uid: date.uid, on, summary: date.summary, description: date.description })
    });
    let name = format!("Custodes: {}", board.lea);
    Ok(custodes_report::calendar::calendar(
        &name,
        &Stamp::parse(&stamp.to_string())?,
        &entries.collect::<Result<Vec<_>, NotACalendarTime>>()?,
    ))
}

fn head(out: &mut String, board: &Board) {
    let title = format!("{}: audit schedule on {}", plain(&board.lea), board.today);
    let _ = writeln!(out, "{title}{MARKING:>width$}", width = WIDTH.saturating_sub(title.chars().count()));
    let _ = writeln!(out, "It rests on {} of the journal", counted(board.entries, "entry", "entries"));
    out.push('\n');
    let sum = |items: &[Item]| items.iter().map(|item| item.count).sum::<u64>();
    for (number, says) in [
        (sum(&board.overdue), "overdue".to_owned()),
        (sum(&board.due_soon), format!("due by {}", board.today.plus_days(board.days_ahead))),
        (sum(&board.later), "due later".to_owned()),
        (sum(&board.done), format!("done since {}", board.today.plus_days(-board.days_back))),
    ] {
        let _ = writeln!(out, "  {number:>7} {says}");
    }
    let moved = board.open().filter(|item| !item.moved.is_empty() && item.days_past_schedule > 0).count();
    if moved > 0 {
        let _ = writeln!(out, "  {moved:>7} past the date of the rule, and moved");
    }
    let uncertain = board.open().filter(|item| !item.certain).count();
    if uncertain > 0 {
        let _ =
            writeln!(out, "  {uncertain:>7} of which a withheld value leaves open whether they are owed, or were done");
    }
}

/// The duties of each clause together, in the order of the first of each.
fn by_clause(items: &[Item]) -> Vec<Vec<&Item>> {
    let mut groups: Vec<Vec<&Item>> = Vec::new();
    for item in items {
        match groups.iter_mut().find(|group| (group[0].clause, group[0].owed) == (item.clause, item.owed)) {
            Some(group) => group.push(item),
            None => groups.push(vec![item]),
        }
    }
    groups
}

/// Duties clause by clause.
fn section(out: &mut String, heading: &str, items: &[Item], when: impl Fn(&Item) -> String) {
    if items.is_empty() {
        return;
    }
    let _ = writeln!(out, "\n{heading} ({})\n", items.iter().map(|item| item.count).sum::<u64>());
    for group in by_clause(items) {
        let first = group[0];
        let owed = if first.owed == Owed::Evaluation { ", evaluation" } else { "" };
        let of = if group.len() == 1 { String::new() } else { format!(": {}", group.len()) };
        let heading = format!("{}{owed} ({}){of}", first.title, conducted_by(first.conducted_by));
        row(out, &when(first), first.clause, &heading);
        for item in group.iter().take(LISTED) {
            duty(out, item, if group.len() == 1 { String::new() } else { when(item) });
        }
        more(out, group.len());
    }
}

/// What was done lately: a line for each clause, with the latest of it. What came late is said.
fn done(out: &mut String, board: &Board) {
    if board.done.is_empty() {
        return;
    }
    let count: u64 = board.done.iter().map(|item| item.count).sum();
    let _ = writeln!(out, "\nDONE SINCE {} ({count})\n", board.today.plus_days(-board.days_back));
    for group in by_clause(&board.done) {
        let first = group[0];
        let owed = if first.owed == Owed::Evaluation { ", evaluation" } else { "" };
        let when = first.done.as_ref().map_or_else(String::new, |met| met.on.day().to_string());
        let of = if group.len() == 1 { String::new() } else { format!(": {}", group.len()) };
        let mut says =
            format!("{}{owed} ({}){of}{}", first.title, conducted_by(first.conducted_by), by(&first.done_by));
        let worst = group.iter().map(|item| item.days).max().unwrap_or(0);
        if worst > 0 {
            let _ =
                write!(says, ", {}", if group.len() == 1 { late(worst) } else { format!("the worst {}", late(worst)) });
        }
        if let Some(last) = group.iter().filter_map(|item| item.recorded_on).max() {
            let one = if group.len() == 1 { "" } else { "the last " };
            let _ = write!(says, ", {one}recorded on {last}");
        }
        row(out, &when, first.clause, &says);
    }
}

/// The dates of one duty, and what is to be known about them.
fn duty(out: &mut String, item: &Item, when: String) {
    let subject = if item.subject == "*" { String::new() } else { format!("{}, ", plain(&item.subject)) };
    let mut says = format!("{subject}due {}", item.due);
    if let Some(met) = &item.done {
        let _ = write!(says, ", done {}{}{}", met.on, by(&item.done_by), recorded(item.recorded_on));
        if let Some(audit) = met.by.as_ref().and_then(|doer| doer.audit.as_ref()) {
            let _ = write!(says, " (audit {})", plain(audit));
        }
        if item.days > 0 {
            let _ = write!(says, ", {}", late(item.days));
        }
        if let Some(next) = item.next {
            let _ = write!(says, "; next due {next}");
        }
    } else if let Some(happened) = item.happened {
        let _ = write!(says, "; happened {happened}");
    } else if let Some(met) = &item.previous {
        let _ = write!(says, "; last done {}{}{}", met.on, by(&item.previous_by), recorded(item.previous_recorded_on));
    } else if !item.vouched {
        says.push_str("; no earlier review is known, so it may have been due before");
    }
    row(out, &when, "", &says);
    item.moved.iter().for_each(|moved| row(out, "", "", &move_in_words(moved)));
    if !item.moved.is_empty() {
        let past = match (item.days_past_schedule, item.done.is_some()) {
            (0, _) => String::new(),
            (days, false) => format!(", {} ago: a check finds it overdue", counted(days as u64, "day", "days")),
            (days, true) => format!(", so a check finds it {}", late(days)),
        };
        row(out, "", "", &format!("the rule's date was {}{past}", item.scheduled));
    }
    if !item.certain {
        row(out, "", "", "a withheld value leaves open whether it is owed, or was done");
    }
}

fn move_in_words(moved: &Moved) -> String {
    format!("moved to {} by {} on {}: {}", moved.to, plain(&moved.by), moved.on, plain(&moved.reason))
}

fn worklists(out: &mut String, lists: &[Worklist]) {
    if lists.is_empty() {
        return;
    }
    out.push_str("\nWORKLISTS: what happened, and waits for its review\n\n");
    for list in lists {
        let overdue = if list.overdue > 0 { format!("{} overdue", list.overdue) } else { String::new() };
        let says = format!(
            "{} ({}): {}, {} in no audit yet",
            list.title,
            conducted_by(list.conducted_by),
            counted(list.waiting.len() as u64, "waits", "wait"),
            list.untaken
        );
        row(out, &overdue, list.clause, &says);
        for one in list.waiting.iter().take(LISTED) {
            let when = if one.overdue { late(one.days) } else { left(one.days) };
            let audit = one.audit.map(|audit| format!(", in {audit}")).unwrap_or_default();
            row(out, &when, "", &format!("{}, due {}{audit}", plain(&one.subject), one.due));
        }
        more(out, list.waiting.len());
    }
}

fn clauses(out: &mut String, board: &Board) {
    out.push_str("\nEVERY CLAUSE\n\n");
    let _ = writeln!(
        out,
        "  {:<8} {:<24} {:<8} {:<14} {:>4} {:<10} {:<10} by",
        "clause", "", "for", "evidence", "late", "next due", "last done"
    );
    for line in &board.clauses {
        let cells = format!(
            "  {:<8} {:<24} {:<8} {:<14} {:>4} {:<10} {:<10} {}",
            line.clause,
            cut(line.title, 24),
            line.conducted_by.split(' ').next().unwrap_or_default(),
            line.state.unwrap_or("not checked"),
            if line.overdue > 0 { line.overdue.to_string() } else { String::new() },
            line.next.map(|next| next.day().to_string()).unwrap_or_default(),
            line.last.map(|last| last.day().to_string()).unwrap_or_default(),
            cut(&plain(line.last_by.as_deref().unwrap_or_default()), 12),
        );
        let _ = writeln!(out, "{}", cells.trim_end());
    }
    let mut reasons: Vec<(&str, Vec<&str>)> = Vec::new();
    for line in &board.clauses {
        let Some(reason) = &line.no_dates else { continue };
        match reasons.iter_mut().find(|(known, _)| known == reason) {
            Some((_, clauses)) => clauses.push(line.clause),
            None => reasons.push((reason, vec![line.clause])),
        }
    }
    if !reasons.is_empty() {
        out.push_str("\nNO DATES\n\n");
    }
    for (reason, clauses) in reasons {
        let _ = writeln!(out, "  {}", wrapped(&format!("{reason}: {}", clauses.join(" ")), 2, WIDTH));
    }
    if board.clauses.iter().any(|line| !line.set_otherwise.is_empty()) {
        out.push_str("\nJUDGED BY OTHER FIGURES THAN THE STANDARD'S: as the LEA has set them\n\n");
    }
    for line in board.clauses.iter().filter(|line| !line.set_otherwise.is_empty()) {
        let _ = writeln!(out, "  {:<8} {}", line.clause, wrapped(&line.set_otherwise.join(", "), 11, WIDTH));
    }
}

/// A line of a section: days, clause, text.
fn row(out: &mut String, when: &str, clause: &str, says: &str) {
    let line = format!("  {when:>16} {clause:<8} {}", wrapped(says, TEXT, WIDTH));
    let _ = writeln!(out, "{}", line.trim_end());
}

fn more(out: &mut String, number: usize) {
    if number > LISTED {
        row(out, "", "", &format!("and {} more: custodes status --format json lists them", number - LISTED));
    }
}

fn late(days: i64) -> String {
    if days == 0 { "due today, late".to_owned() } else { format!("{} late", counted(days as u64, "day", "days")) }
}

fn left(days: i64) -> String {
    if days == 0 { "today".to_owned() } else { format!("in {}", counted(days.unsigned_abs(), "day", "days")) }
}

/// Days until a date, or since.
fn left_or_late(days_left: i64) -> String {
    if days_left < 0 { late(-days_left) } else { left(days_left) }
}

fn by(name: &Option<String>) -> String {
    name.as_ref().map(|name| format!(" by {}", plain(name))).unwrap_or_default()
}

fn recorded(on: Option<Day>) -> String {
    on.map(|on| format!(" (recorded on {on})")).unwrap_or_default()
}

fn conducted_by(name: &str) -> &str {
    if name.is_empty() { "LEA" } else { name }
}

fn cut(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    text.chars().take(width - 1).chain(['…']).collect()
}

/// What people and files wrote must not steer the terminal.
fn plain(text: &str) -> String {
    text.chars().map(|character| if character.is_control() { ' ' } else { character }).collect()
}

#[cfg(test)]
mod tests;
