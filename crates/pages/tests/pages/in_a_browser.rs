//! Every page in a real browser: on a phone, on a screen, on paper.

use crate::browser::{Browser, Measured, Printed, Sheet};
use crate::{annual_return, audit_report, national};
use custodes_pages as pages;

const MARKING: &str = "OFFICIAL-SENSITIVE";
/// What a phone and a screen show, in CSS pixels.
const PHONE: u32 = 400;
const SCREEN: u32 = 1280;
/// A4 in points.
const A4: (f64, f64) = (595.0, 842.0);
/// The margins of a sheet at left and right: 16 mm in points, and a point for rounding.
const MARGIN: f64 = 16.0 * 72.0 / 25.4 - 1.0;

/// Each page with its name: as it should be, and as somebody hostile would have it.
fn all() -> Vec<(&'static str, String)> {
    vec![
        ("annual return", pages::annual_return(&annual_return::complete())),
        ("annual return, hostile", pages::annual_return(&annual_return::hostile_evidence())),
        ("audit report", pages::audit_report(&audit_report::everything())),
        ("audit report, hostile", pages::audit_report(&audit_report::hostile_everywhere())),
        ("receipt", pages::receipt(&national::accepted())),
        ("receipt, refused", pages::receipt(&national::refused())),
        ("controllers' report", pages::controllers_report(&national::everything_shown())),
        ("controllers' report, hostile", pages::controllers_report(&national::hostile_shown())),
    ]
}

/// What is wrong with a page on screens of these widths.
fn wrong_on_screens(browser: &Browser, html: &str, widths: &[u32]) -> Vec<String> {
    let measured = browser.measure(html, widths);
    let mut wrong = Vec::new();
    for width in widths {
        match measured.iter().find(|measured| measured.window == *width) {
            Some(measured) => wrong.extend(wrong_on_a_screen(measured)),
            None => wrong.push(format!("nothing was measured at {width}: {measured:?}")),
        }
    }
    wrong
}

fn wrong_on_a_screen(measured: &Measured) -> Vec<String> {
    let checks = [
        (measured.page > measured.window, format!("the page is {} wide in {}", measured.page, measured.window)),
        (measured.contrast < 450, format!("the contrast is {} of 450", measured.contrast)),
        (measured.type_size < 12, format!("the smallest type is {} pixels", measured.type_size)),
    ];
    checks.into_iter().filter(|(wrong, _)| *wrong).map(|(_, what)| what).collect()
}

/// What is wrong with a page on paper.
fn wrong_on_paper(printed: &Printed) -> Vec<String> {
    let mut wrong = Vec::new();
    if printed.sheets.is_empty() {
        wrong.push("nothing was printed".to_owned());
    }
    wrong.extend(printed.console.iter().map(|line| format!("the console said {line}")));
    wrong.extend(printed.asked.iter().map(|line| format!("the network was asked for {line}")));
    for (place, sheet) in printed.sheets.iter().enumerate() {
        wrong.extend(wrong_on_a_sheet(sheet).into_iter().map(|what| format!("sheet {}: {what}", place + 1)));
    }
    wrong
}

fn wrong_on_a_sheet(sheet: &Sheet) -> Vec<String> {
    let mut wrong = Vec::new();
    if (sheet.width - A4.0).abs() > 2.0 || (sheet.height - A4.1).abs() > 2.0 {
        wrong.push(format!("{} by {} is not A4", sheet.width, sheet.height));
    }
    let marked = |from: f64, to: f64| {
        let inside = |edges: &[f64; 4]| edges[1] >= from * sheet.height && edges[3] <= to * sheet.height;
        sheet.words.iter().any(|(word, edges)| word == MARKING && inside(edges))
    };
    if !marked(0.0, 0.12) {
        wrong.push("no marking at the top".to_owned());
    }
    if !marked(0.92, 1.0) {
        wrong.push("no marking at the bottom".to_owned());
    }
    let beyond = |edges: &[f64; 4]| edges[0] < MARGIN || edges[2] > sheet.width - MARGIN;
    if let Some((word, edges)) = sheet.words.iter().find(|(_, edges)| beyond(edges)) {
        wrong.push(format!("{word:?} stands outside the margins, at {edges:?}"));
    }
    wrong
}

#[test]
fn no_page_overflows_a_phone_or_a_screen_and_all_of_it_can_be_read() {
    let browser = Browser::new("screen");
    for (name, html) in all() {
        let wrong = wrong_on_screens(&browser, &html, &[PHONE, SCREEN]);
        assert!(wrong.is_empty(), "{name}: {wrong:#?}");
    }
}

#[test]
fn every_printed_sheet_is_marked_at_top_and_bottom_and_nothing_leaves_the_margins_or_the_machine() {
    let browser = Browser::new("paper");
    for (name, html) in all() {
        let wrong = wrong_on_paper(&browser.print(&html));
        assert!(wrong.is_empty(), "{name}: {wrong:#?}");
    }
}

#[test]
fn a_table_that_goes_on_over_sheets_repeats_its_head_on_each() {
    let printed = Browser::new("heads").print(&pages::annual_return(&annual_return::complete()));
    let says = |sheet: &Sheet, word: &str| sheet.words.iter().any(|(told, _)| told == word);
    // Each of the cameras stands in each of four tables, below a head that names the column.
    let with = |word: &str| printed.sheets.iter().filter(|sheet| says(sheet, word)).collect::<Vec<_>>();
    assert_eq!(with("NM-0059").len(), 4);
    assert!(with("NM-0030").iter().all(|sheet| says(sheet, "Camera")));
}

#[test]
fn a_page_that_is_not_fit_is_found_out() {
    let browser = Browser::new("unfit");
    let html = "<!DOCTYPE html><title>x</title><style>@page { size: A5; margin: 0; }</style>\
        <p style='color: #999; font-size: 9px'>pale</p><div style='width: 3000px'>wide</div>\
        <img src='http://elsewhere.invalid/x.png'><script>console.error('said')</script>";
    let screen = wrong_on_screens(&browser, html, &[PHONE]).join("\n");
    for wrong in ["the page is 30", "the contrast is", "the smallest type is 9"] {
        assert!(screen.contains(wrong), "{wrong}: {screen}");
    }
    let paper = wrong_on_paper(&browser.print(html)).join("\n");
    for wrong in [
        "elsewhere.invalid",
        "said",
        "is not A4",
        "no marking at the top",
        "no marking at the bottom",
        "\"pale\" stands",
    ] {
        assert!(paper.contains(wrong), "{wrong}: {paper}");
    }
}
