use crate::form;
use crate::golden::is_the_golden;
use crate::hostile;
use custodes_pages::annual_return;
use custodes_pages::annual_return::{AnnualReturn, Column, Fact, Table};

fn column(name: &'static str) -> Column {
    Column { name, numeric: false, part: "" }
}

fn figure(name: &'static str) -> Column {
    Column { name, numeric: true, part: "" }
}

fn of(part: &'static str, columns: Vec<Column>) -> Vec<Column> {
    columns.into_iter().map(|column| Column { part, ..column }).collect()
}

fn row(cells: &[&str]) -> Vec<String> {
    cells.iter().map(|cell| (*cell).to_owned()).collect()
}

fn by_kind() -> Table {
    let columns = vec![
        column("kind"),
        figure("operated"),
        figure("operated at the end"),
        figure("tested"),
        figure("clock checked"),
        figure("clock beyond tolerance"),
        figure("location checked"),
        figure("location beyond tolerance"),
        figure("performance tested"),
    ];
    Table {
        title: "Cameras by kind",
        caption: "How many cameras of each kind were operated and tested".into(),
        columns,
        rows: vec![
            row(&["static", "1,204", "1,198", "1,190", "1,190", "12", "1,188", "3", "1,150"]),
            row(&["moveable", "40", "38", "38", "38", "0", "36", "1", "30"]),
            row(&["CCTV-integrated", "310", "310", "305", "305", "4", "300", "0", "280"]),
            row(&["covert", "7", "7", "6", "not given", "not given", "not given", "not given", "not given"]),
        ],
        if_empty: "",
    }
}

fn each_camera() -> Table {
    let mut columns = vec![column("camera")];
    columns
        .extend(of("In service", vec![column("kind"), column("name"), column("installed"), column("decommissioned")]));
    columns.extend(of(
        "Time",
        vec![figure("clock checks"), column("latest clock check"), figure("clock offset"), column("clock")],
    ));
    columns.extend(of(
        "Location",
        vec![figure("location checks"), column("latest location check"), figure("distance"), column("location")],
    ));
    columns.extend(of(
        "Performance",
        vec![
            figure("performance tests"),
            column("latest performance test"),
            figure("captured"),
            figure("read correctly"),
        ],
    ));
    let mut rows = vec![
        row(&[
            "NM-0001",
            "static",
            "A1 northbound at the made-up bridge",
            "2020-01-01",
            "",
            "12",
            "2026-02-01",
            "-11 s",
            "beyond tolerance",
            "1",
            "2026-01-01",
            "11.1 m",
            "beyond tolerance",
            "2",
            "2026-03-01 (evaluation)",
            "99 of 100",
            "97 of 99",
        ]),
        row(&[
            "NM-0002",
            "mobile",
            "Van 2",
            "2020-01-01",
            "2026-01-15",
            "1",
            "2025-12-01",
            "",
            "cannot be said",
            "0",
            "",
            "",
            "not checked",
            "0",
            "",
            "",
            "",
        ]),
    ];
    for number in 3..60 {
        let camera = format!("NM-{number:04}");
        rows.push(row(&[
            &camera,
            "static",
            "Made-up ring road",
            "2021-06-30",
            "",
            "12",
            "2026-09-01",
            "0.4 s",
            "within tolerance",
            "1",
            "2026-01-01",
            "2.0 m",
            "within tolerance",
            "1",
            "2026-03-01 (monitoring)",
            "1,000 of 1,010",
            "980 of 1,000",
        ]));
    }
    Table {
        title: "Each camera",
        caption: "Time, location and performance of each camera, by the latest check or test".into(),
        columns,
        rows,
        if_empty: "The evidence shows no camera that may be named.",
    }
}

fn rests_on() -> Table {
    Table {
        title: "What the return rests on",
        caption: "The clauses behind these figures; exceptions are leads for a person, not findings".into(),
        columns: vec![
            column("clause"),
            column("title"),
            column("state"),
            column("next due"),
            column("leads, and what could not be established"),
        ],
        rows: vec![
            row(&["4.1.2", "Time", "exceptions", "2026-11-01", "clock_beyond_tolerance 12; clock_check_late 3"]),
            row(&["4.1.3", "Location", "not evidenced", "", "for want of a file: reviews"]),
            row(&["4.2", "Annual return", "exceptions", "2027-01-01", "camera_unregistered 2"]),
        ],
        if_empty: "",
    }
}

fn evidence() -> Table {
    Table {
        title: "Evidence",
        caption: "The files that were read, with their SHA-256".into(),
        columns: vec![
            column("file"),
            column("set"),
            figure("rows"),
            figure("accepted"),
            figure("quarantined"),
            column("SHA-256"),
        ],
        rows: vec![
            row(&["cameras.csv", "cameras", "1,561", "1,561", "0", &"3f".repeat(32)]),
            row(&["clock_checks.xlsx", "clock_checks", "18,004", "18,001", "3", &"a0".repeat(32)]),
        ],
        if_empty: "",
    }
}

/// The return of a force with many cameras, and one table that is empty.
pub fn complete() -> AnnualReturn {
    let fact = |name: &str, value: &str| Fact { name: name.into(), value: value.into() };
    let maintenance = Table {
        title: "Maintenance after testing",
        caption: "What was done after a check or a review of time or location".into(),
        columns: vec![column("camera"), column("date"), column("after"), column("maintenance")],
        rows: Vec::new(),
        if_empty: "No maintenance after a check or a review is recorded.",
    };
    AnnualReturn {
        title: "Annual return on ANPR cameras (4.2)".into(),
        facts: vec![
            fact("From", "1 October 2025 (midnight, London)"),
            fact("Up to", "1 October 2026 (midnight, London)"),
            fact("Cameras operated in that time", "1,561"),
            fact("Of them covert", "7 operated, 6 tested"),
        ],
        notes: vec![
            "A figure is what the evidence shows, not a finding; covert cameras are counted and never named.".into(),
            "Could not be established, for want of a file: reviews.".into(),
        ],
        tables: vec![by_kind(), each_camera(), maintenance, rests_on(), evidence()],
    }
}

/// The same from evidence that says what it likes, in whatever cell it can: figures are reckoned, not copied.
pub fn hostile_evidence() -> AnnualReturn {
    let mut page = complete();
    page.notes.push(hostile::text());
    page.facts[0].value = hostile::text();
    for table in &mut page.tables {
        table.rows.truncate(3);
        for (place, row) in table.rows.iter_mut().enumerate().skip(1) {
            for (cell, _) in row.iter_mut().zip(&table.columns).filter(|(_, column)| place == 2 || !column.numeric) {
                *cell = if place == 1 { hostile::text() } else { String::new() };
            }
        }
    }
    page
}

#[test]
fn a_complete_return_is_the_golden_page() {
    let html = annual_return(&complete());
    form::is_fit(&html);
    assert!(html.contains("No maintenance after a check or a review is recorded."));
    is_the_golden("annual_return", &html);
}

#[test]
fn a_table_too_wide_for_paper_stands_in_parts_that_each_name_their_rows() {
    let html = annual_return(&complete());
    assert_eq!(html.matches("<th scope=\"row\">NM-0001</th>").count(), 4);
    for part in ["In service", "Time", "Location", "Performance"] {
        assert_eq!(html.matches(&format!("<caption>{part}</caption>")).count(), 1, "{part}");
    }
    for cell in ["<td class=\"number\">-11 s</td>", "<td class=\"number\">11.1 m</td>", "<td>2026-01-15</td>"] {
        assert_eq!(html.matches(cell).count(), 1, "{cell}");
    }
}

#[test]
fn what_evidence_says_is_text_and_no_markup_and_a_blank_cell_is_a_dash() {
    let html = annual_return(&hostile_evidence());
    form::is_fit(&html);
    hostile::is_only_text_in(&html, 20);
    assert!(html.contains("A dash stands where there is no value.") && !html.contains("<td></td>"));
    is_the_golden("annual_return_hostile", &html);
}

#[test]
fn a_table_of_one_column_keeps_its_rows() {
    let mut page = complete();
    page.tables[0].columns.truncate(1);
    assert!(annual_return(&page).contains("<th scope=\"row\">moveable</th>"));
}
