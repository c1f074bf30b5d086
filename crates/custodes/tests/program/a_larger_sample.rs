//! A sample in strata, drawn by a round of the public beacon; and a top-up, drawn by two people's secrets.
//! The time of the story is that of the beacon's round, whose signature was published and is typed in by hand.

use std::fs;
use std::path::Path;

use super::story::Story;

/// Round 657413 of drand quicknet, as its relays published it on 15 September 2023 (python-drand-verify, README).
const ROUND_657413: &str =
    "b713718a38ae728dfd477991af2822e08d2f305e47718cef9f7848ce 4050e7be41076862b98fad56e91a6b85b89cd97b";
/// Another round's (drand-verify, src/verify.rs).
const ROUND_123: &str =
    "b75c69d0b72a5d906e854e808ba7e2accb1542ac355ae486d591aa9d 43765482e26cd02df835d3546d23c4b13e0dfc92";

/// Four searches a day of the summer of 2023, made up: most of one purpose, few of another.
fn evidence(into: &Path) {
    let folder = into.join("evidence");
    fs::create_dir(&folder).expect("a folder");
    let mut searches = String::from("search_id,system,user_id,searched_at,data_from,data_to,target,purpose,reason,");
    searches.push_str("justification,reference,authorised_by,authorised_rank,authorised_at,preserved_case,results\n");
    let months = [(6, 30), (7, 31), (8, 31)];
    let days = months.iter().flat_map(|(month, days)| (1..=*days).map(move |day| (*month, day)));
    for (number, (month, day)) in days.flat_map(|day| [day; 4]).enumerate() {
        let purpose = match number {
            number if number % 40 == 7 => "Missing or vulnerable person",
            number if number % 3 == 0 => "Serious and complex crime",
            _ => "Priority and volume crime",
        };
        let hour = 9 + number % 4;
        searches.push_str(&format!(
            "S{number:03},nas,em{:02},2023-{month:02}-{day:02}T{hour:02}:30:00Z,2023-{month:02}-{day:02}T08:00:00Z,\
             2023-{month:02}-{day:02}T09:00:00Z,AB12CDE,{purpose},a vehicle seen nearby,the log of incident {number},\
             I{number},INSP-01,inspector,2023-{month:02}-{day:02}T08:30:00Z,,1\n",
            number % 17
        ));
    }
    fs::write(folder.join("searches.csv"), searches).expect("written");
    let accounts = "person_id,user_id,system,permission,authorised_at,authorised_by,last_access_at,closed_at,left_at\n\
                    P-01,em01,nas,user,2022-01-01T09:00:00Z,SUP-01,2023-09-01T09:00:00Z,,\n";
    fs::write(folder.join("accounts.csv"), accounts).expect("written");
    fs::write(folder.join("auditors.csv"), "person_id,user_ids,clearance,clearance_expires_on\nla1,,SC,2025-01-01\n")
        .expect("written");
}

#[test]
fn a_sample_in_strata_by_the_beacon_and_a_top_up_by_two_secrets() {
    let mut story = Story::stands_still("2023-09-15 09:00:00");
    evidence(story.path());
    story.at("eastmere");
    let key = story.untold(people);
    planning(&mut story);
    by_the_beacon(&mut story);
    let more = topping_up(&mut story);
    judging_the_rest(&mut story, &more);
    story.tells("Whoever has the public key draws both samples again, years later and without a network.");
    story.does("la1", "bundle --audit A1 --interim --for \"the National Auditor\" --out A1.zip");
    let said = story.does_alone(&format!("verify A1.zip --key {key}"));
    assert!(said.contains("2 draws were performed again with the same sample, from 3 verified parts"), "{said}");
    story.does_alone("redraw A1.zip --audit A1");
    story.does_alone(&format!("verify eastmere --key {key}"));
    story.reads_as("a_larger_sample.txt");
}

/// As told in `story.txt`. Returns the journal's public key.
fn people(story: &mut Story) -> String {
    let said =
        story.does("ad1", "init eastmere --lea \"Eastmere Constabulary\" --administrator ad1 --name \"A. Adams\"");
    for (id, name, role) in [("am1", "M. Manager", "anpr-manager"), ("sm1", "S. Senior", "senior-manager")] {
        story.does("ad1", &format!("person add {id} --name \"{name}\""));
        story.does("ad1", &format!("role give {id} {role} --reason appointed"));
    }
    story.does("am1", "import evidence");
    story.does("ad1", "person add la1 --name \"L. First\"");
    story.does("ad1", "role give la1 local-auditor --reason appointed");
    said.lines().find_map(|line| line.strip_prefix("Public key")).expect("the key").trim().to_owned()
}

fn planning(story: &mut Story) {
    story.tells(
        "How large should the sample be? And who chooses it? A round of the public beacon that is yet to come: \
         nobody can know it today, and anybody can check it afterwards.",
    );
    story.does("la1", "audit open 8.2.4.a --from 2023-06-01 --to 2023-09-01");
    story.does("la1", "plan size 120 --tolerable 30");
    story.does("la1", "plan size 120 --rate 5%");
    story.is_refused("la1", "plan size 10 --tolerable 1 --expected 2", "expect fewer");
    story.does("la1", "plan round 2023-09-15T12:00:01+01:00");
    let plan = "plan commit A1 --size 3% --rationale \"twice the footnote: a new team\" --risk-assessment \
                \"moderate; searches for missing people are few and are all looked at\" --strata purpose";
    story.is_refused("la1", &format!("{plan} --seed-from beacon:650000"), "whoever wrote it could have known the draw");
    story.is_refused(
        "la1",
        &format!("{plan} --stratum \"Missing person=all\" --seed-from beacon:657413"),
        "no record has \"Missing person\"",
    );
    story.is_refused("la1", &plan.replace("--strata purpose", "--strata mood --seed-from beacon:657413"), "no column");
    story.does("la1", &format!("{plan} --stratum \"Missing or vulnerable person=all\" --seed-from beacon:657413"));
}

fn by_the_beacon(story: &mut Story) {
    story.tells(
        "At noon the round is out. Its signature is read off a relay, on any machine that reaches one, and typed in \
         here: 96 digits, checked without a network. A slip, and another round's, are refused.",
    );
    story.is_refused("la1", "draw A1", "the seed comes before the draw");
    story.on("2023-09-15 11:05:00");
    story.is_refused("la1", "seed beacon A1 b713718a38ae728d", "some were left out");
    story.is_refused(
        "la1",
        &format!("seed beacon A1 {}", ROUND_657413.replacen('7', "8", 1)),
        "at least one digit is wrong",
    );
    story.is_refused("la1", &format!("seed beacon A1 {ROUND_123}"), "not that of round 657413");
    story.does("la1", &format!("seed beacon A1 {ROUND_657413}"));
    story.is_refused("la1", &format!("seed beacon A1 {ROUND_657413}"), "awaits nothing of this kind");
    let drawn = story.does("la1", "draw A1");
    let keys = keys(&drawn);
    story.tells("Each is judged; one fails, and the auditor wants to see more.");
    for key in &keys[1..] {
        story.does("la1", &format!("audit judge A1 {key} all=pass"));
    }
    let fails = format!("audit judge A1 {} reason=fail --note \"the reason is another search's\"", keys[0]);
    story.does("la1", &fails);
    story.does(
        "la1",
        &format!("audit judge A1 {} authorised=pass timescale=pass purpose=pass justification=pass", keys[0]),
    );
}

/// The keys that a draw printed: the lines after that of the seed, up to the last.
fn keys(drawn: &str) -> Vec<String> {
    let lines = drawn.lines().skip_while(|line| !line.starts_with("  seed ")).skip(1);
    lines.filter_map(|line| line.strip_prefix("  ")?.split_whitespace().next().map(str::to_owned)).collect()
}

/// Returns the keys that were added to the sample.
fn topping_up(story: &mut Story) -> Vec<String> {
    story.tells(
        "A larger sample after results were seen takes a new plan and a new seed, over what was not drawn. Two people \
         commit to a secret each, and reveal them afterwards: neither can steer the draw alone.",
    );
    let (_, first) = story.types("la1", "plan secret", "three rooks above the weir");
    let (_, second) = story.types("sm1", "plan secret", "a lamp left on in the hall");
    let (first, second) = (first.trim(), second.trim());
    let (well, said) = story.types("sm1", "plan secret", "too short");
    assert!(!well && said.contains("at least 20 are needed"), "{said}");
    let plan = "plan commit A1 --size 4 --rationale \"one of the sample failed\" --risk-assessment \"as before\"";
    story.is_refused(
        "la1",
        &format!("{plan} --seed-from secret:la1:{first} --seed-from secret:sm1:{second}"),
        "add to its sample (--top-up)",
    );
    let plan = format!("{plan} --top-up");
    story.is_refused("la1", &format!("{plan} --seed-from secret:la1:{first}"), "name another source too");
    story.is_refused(
        "la1",
        &format!("{plan} --seed-from secret:la1:{first} --seed-from secret:sm1:{first}"),
        "each needs a secret of their own",
    );
    story.is_refused(
        "la1",
        &format!("{plan} --strata system --seed-from secret:la1:{first} --seed-from secret:sm1:{second}"),
        "frozen in strata by purpose",
    );
    story.does("la1", &format!("{plan} --seed-from secret:la1:{first} --seed-from secret:sm1:{second}"));
    let (_, said) = story.types("la1", "seed secret A1", "three rooks above the weir");
    assert!(said.contains("sm1's secret"), "{said}");
    story.is_refused("la1", "draw A1", "a part of it is awaited");
    let (well, said) = story.types("am1", "seed secret A1", "a lamp left on in the hall");
    assert!(!well && said.contains("awaits nothing of this kind from am1"), "{said}");
    let (well, said) = story.types("sm1", "seed secret A1", "a lamp left on in the Hall");
    assert!(!well && said.contains("to the letter"), "{said}");
    let (well, said) = story.types("sm1", "seed secret A1", "a lamp left on in the hall");
    assert!(well, "{said}");
    let drawn = story.does("la1", "draw A1");
    keys(&drawn)
}

fn judging_the_rest(story: &mut Story, more: &[String]) {
    story.tells(
        "What was added is judged as the others were; what both samples say stands in the report, each by itself.",
    );
    story.does("la1", "audit worklist A1");
    for key in more {
        story.does("la1", &format!("audit judge A1 {key} all=pass"));
    }
    story.does("la1", "audit show A1");
}
