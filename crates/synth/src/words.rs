//! What people type. Every name, place, operation and plate here is made up.

use crate::draw::Draw;

/// The purpose for which the parameters of the made-up force set a longest period.
pub(crate) const LIMITED_PURPOSE: &str = "Priority and volume crime";
pub(crate) const UNLIMITED_PURPOSE: &str = "Missing or vulnerable person";
pub(crate) const PURPOSES: &[&str] = &[
    LIMITED_PURPOSE,
    LIMITED_PURPOSE,
    LIMITED_PURPOSE,
    "Serious and complex crime",
    "Major investigation",
    UNLIMITED_PURPOSE,
    "Road safety",
    "National security / counter-terrorism",
];

pub(crate) const REASONS: &[&str] = &[
    "burglary dwelling",
    "Burglary, other",
    "stolen vehicle",
    "stolen vehilce",
    "drug supply",
    "drugs supply - county lines",
    "misper",
    "Missing person (high risk)",
    "RTC fail to stop",
    "making off without payment",
    "MOWP",
    "robbery",
    "domestic - stalking",
    "cloned plate",
    "fraud",
    "metal theft",
    "hare coursing",
    "assult",
    "wanted person",
    "lladrad cerbyd",
    "person ar goll",
    "keeper enquiry \"2nd hand\" sale",
];

pub(crate) const PLACEHOLDERS: &[&str] = &[
    "check",
    "N/A",
    "n/a.",
    ".",
    "-",
    "TBC",
    "as above",
    "12/4471",
    "enquiries",
    "xx",
    "Police",
    "ok",
    "see above..",
    "?",
];

const OPENINGS: &[&str] = &[
    "Vehicle seen leaving the scene",
    "Victim states that offender left in this vehicle",
    "Suspect uses this vehicle",
    "veh believed to be on cloned plates",
    "Establish direction of travel",
    "Est. pattern of movement",
    "Registered keeper reports vehicle stolen",
    "Intel suggests use in supply",
    "Identify vehicles in area at time of offence",
    "Trace misper, left home in own car",
    "Locate witness’s vehicle",
    "confirm or refute alibi",
    "Cerbyd wedi'i ddwyn, angen olrhain",
    "Gwelwyd y cerbyd ger y lleoliad",
    "Partner agency request, café theft series",
    "to trace vechicle used in burglery",
];

const DETAILS: &[&str] = &[
    " near ",
    ", last seen ",
    " between 0200 and 0430 at ",
    " - CCTV shows it at ",
    ", \"dark hatchback\", towards ",
    "; two males on board, ",
    ", yn ôl tyst yn ",
    " and false plates recovered in ",
];

const ENDINGS: &[&str] = &[
    "",
    "",
    "",
    ".",
    ", OIC informed",
    ". No other reasonable line of enquiry",
    ", proportionate to offence",
    ".\nRequested by night DS",
    " (linked series)",
    " - see log",
];

pub(crate) const PLACES: &[&str] = &[
    "Northmere",
    "Eastmere Quay",
    "Llanfair-y-Môr",
    "Stonebeck",
    "Harrow's Fold",
    "Pen-y-Waun Isaf",
    "Upper Tarnley",
    "Crosshaven",
    "Mereport Docks",
    "Aldersyke",
    "Café Royale car park",
    "Brackenhow",
    "Ysbyty'r Glyn",
    "Saltholme",
];

pub(crate) const ROADS: &[&str] =
    &["A999 northbound", "A999 southbound", "M99 J4", "B9990", "Quay Street", "Station Approach", "Ring Road, east"];

pub(crate) const OPERATIONS: &[&str] =
    &["MALLARD", "TEASEL", "OXBOW", "HALYARD", "LARKSPUR", "GIMLET", "DRIFTWOOD", "CORACLE", "PEBBLE", "FOXGLOVE"];

pub(crate) const RANKS: &[&str] = &[
    "inspector",
    "inspector",
    "Inspector",
    "Acting Inspector",
    "Detective Inspector",
    "Temporary Detective Chief Inspector",
    "superintendent",
    "equivalent",
];

pub(crate) const MARKINGS: &[&str] = &[
    "OFFICIAL-SENSITIVE",
    "OFFICIAL-SENSITIVE",
    "OFFICIAL - SENSITIVE",
    "Official–Sensitive",
    "OFFICIAL SENSITIVE [OPERATIONAL]",
];

pub(crate) const MANAGERS: &[&str] =
    &["Supt (ANPR lead)", "Ch Insp Roads Policing", "ANPR Manager", "ACC (Intelligence)"];

pub(crate) const RATIONALES: &[&str] = &[
    "Two in a hundred, as the volume is high and the last audit found little",
    "Rate agreed with the senior manager; new users over-represented on purpose",
    "Standard rate, drawn at random",
];

pub(crate) const FINDINGS: &[&str] = &[
    "All records examined were in order",
    "Two entries needed an explanation, which was given and accepted",
    "One departure; see extent",
    "No departures, but justifications are brief",
];
pub(crate) const EXTENTS: &[&str] = &["None found", "One record", "Isolated; no pattern", "Nil return"];
pub(crate) const ACTIONS: &[&str] =
    &["None needed", "Words of advice to the user", "Guidance re-issued, \"ANPR: say why\"", "Review brought forward"];

pub(crate) const CLOCK_MAINTENANCE: &[&str] =
    &["time client restarted", "GPS antenna replaced", "resynchronised, rechecked next visit"];
pub(crate) const COMPONENTS: &[&str] = &["camera head", "modem", "power supply", "illuminator", "roadside processor"];
pub(crate) const RETENTION_REASONS: &[&str] =
    &["Trial pending", "Court of Appeal", "Unsolved homicide, annual review", "Coroner’s inquest"];
pub(crate) const RECIPIENTS: &[&str] =
    &["Coroner", "Northmere Council (fraud team)", "Highways operator", "Solicitors for the keeper", "Insurer"];
pub(crate) const DISCLOSURE_REASONS: &[&str] = &[
    "Court order, family division",
    "Subject access request",
    "Inquest: vehicle movements on the day",
    "Data-sharing agreement, schedule 2",
];
pub(crate) const CHANGE_REASONS: &[&str] =
    &["Misread: O for 0", "Misread, checked against image", "Partial plate completed from context image"];

/// A registration mark of the current form, without its space.
pub(crate) fn vrm(out: &mut String, draw: &mut Draw) {
    const AREA: &[u8] = b"ABCDEFGHJKLMNOPRSTUVWXY";
    const LAST: &[u8] = b"ABCDEFGHJKLMNOPRSTUVWXYZ";
    const AGES: [&str; 12] = ["02", "53", "05", "56", "08", "60", "12", "63", "66", "19", "70", "74"];
    let mut bits = draw.next();
    let mut below = |limit: u64| {
        let drawn = bits % limit;
        bits /= limit;
        drawn as usize
    };
    for _ in 0..2 {
        out.push(char::from(AREA[below(AREA.len() as u64)]));
    }
    out.push_str(AGES[below(12)]);
    for _ in 0..3 {
        out.push(char::from(LAST[below(LAST.len() as u64)]));
    }
}

/// A whole mark, one with wildcards, or an area.
pub(crate) fn target(out: &mut String, draw: &mut Draw) {
    match draw.below(12) {
        0 => {
            out.push_str("area: ");
            out.push_str(draw.pick(PLACES));
        }
        1 | 2 => {
            vrm(out, draw);
            out.truncate(4);
            out.push('*');
        }
        _ => vrm(out, draw),
    }
}

/// Why somebody searched, as people put it.
pub(crate) fn justification(out: &mut String, draw: &mut Draw) {
    out.push_str(draw.pick(OPENINGS));
    if !draw.one_in(5) {
        out.push_str(draw.pick(DETAILS));
        out.push_str(draw.pick(PLACES));
    }
    out.push_str(draw.pick(ENDINGS));
}
