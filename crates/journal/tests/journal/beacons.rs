//! The beacon against rounds that others published.

use custodes_journal::beacon::{BeaconSignature, GENESIS, Mistyped, NotTheBeacon, Round};
use custodes_journal::cosignature::PosixSeconds;

use crate::grown::flips;

/// github.com/noislabs/drand-verify, src/verify.rs.
const ROUND_123: &str =
    "b75c69d0b72a5d906e854e808ba7e2accb1542ac355ae486d591aa9d43765482e26cd02df835d3546d23c4b13e0dfc92";
/// github.com/very-lame-username/python-drand-verify, README.
const ROUND_657413: &str =
    "b713718a38ae728dfd477991af2822e08d2f305e47718cef9f7848ce4050e7be41076862b98fad56e91a6b85b89cd97b";

fn round(number: u64) -> Round {
    Round::new(number).unwrap()
}

fn at(seconds: u64) -> PosixSeconds {
    PosixSeconds::new(seconds).unwrap()
}

#[test]
fn published_rounds_verify_and_give_the_published_randomness() {
    for (number, signature, randomness) in [
        (123, ROUND_123, "fb8f7bc29bf24db51871ec8c79f3a1e4bd0557bc0dfcee9ed1d924e69d1c60dc"),
        (657_413, ROUND_657413, "fc1873a13f3545aeade8401532ef5519920652eee6b0d2b19ca12643b87b3587"),
    ] {
        let signature = BeaconSignature::parse(signature).unwrap();
        assert_eq!(signature.verify(round(number)).unwrap().to_string(), randomness);
    }
}

#[test]
fn the_first_round_from_an_instant_is_not_before_it_and_the_one_before_is() {
    for seconds in [0, GENESIS - 1, GENESIS, GENESIS + 1, GENESIS + 2, GENESIS + 3, 1_694_775_601, 1_694_775_603] {
        let first = Round::first_from(at(seconds)).unwrap();
        assert!(first.published_at() >= at(seconds), "{seconds}");
        let before = Round::new(first.number() - 1);
        assert!(before.is_none_or(|before| before.published_at() < at(seconds)), "{seconds}");
    }
    assert_eq!(Round::first_from(at(1_694_775_601)), Round::new(657_413));
}

#[test]
fn the_signature_of_another_round_is_refused() {
    let signature = BeaconSignature::parse(ROUND_123).unwrap();
    assert_eq!(signature.verify(round(124)), Err(NotTheBeacon::OtherRound { round: 124 }));
    let other = BeaconSignature::parse(ROUND_657413).unwrap();
    assert_eq!(other.verify(round(123)), Err(NotTheBeacon::OtherRound { round: 123 }));
}

#[test]
fn no_bit_of_a_signature_can_change() {
    let signature = BeaconSignature::parse(ROUND_123).unwrap().to_string();
    let bytes: Vec<u8> =
        (0..48).map(|place| u8::from_str_radix(&signature[2 * place..2 * place + 2], 16).unwrap()).collect();
    for flipped in flips(&bytes) {
        BeaconSignature::new(flipped.try_into().unwrap()).verify(round(123)).unwrap_err();
    }
    let infinity = std::array::from_fn(|place| if place == 0 { 0xc0 } else { 0 });
    let not_a_point = Err(NotTheBeacon::NotAPoint { round: 123 });
    assert_eq!(BeaconSignature::new(infinity).verify(round(123)), not_a_point);
    assert_eq!(BeaconSignature::new([0; 48]).verify(round(123)), not_a_point);
}

#[test]
fn a_signature_is_read_as_people_type_it() {
    let expected = BeaconSignature::parse(ROUND_123).unwrap();
    let grouped: Vec<&str> = (0..12).map(|group| &ROUND_123[8 * group..8 * group + 8]).collect();
    for typed in [ROUND_123.to_uppercase(), grouped.join(" "), format!("  {}\r\n", grouped.join("\r\n\t"))] {
        assert_eq!(BeaconSignature::parse(&typed), Ok(expected), "{typed:?}");
    }
    let letter = ROUND_123.replacen('0', "O", 1);
    assert_eq!(BeaconSignature::parse(&letter), Err(Mistyped::NotADigit { place: 8, found: 'O' }));
    assert_eq!(BeaconSignature::parse(&ROUND_123[1..]), Err(Mistyped::Length { found: 95 }));
    assert_eq!(BeaconSignature::parse(&format!("{ROUND_123}0")), Err(Mistyped::Length { found: 97 }));
    assert_eq!(BeaconSignature::parse(""), Err(Mistyped::Length { found: 0 }));
}

#[test]
fn rounds_and_instants_correspond() {
    // The README of Ruby's drand gem: 2026-04-20 00:00:00 and 12:30:45, UTC.
    assert_eq!(Round::at(at(1_776_643_200)), Round::new(27_946_612));
    assert_eq!(Round::at(at(1_776_688_245)), Round::new(27_961_627));
    assert_eq!(Round::at(at(1_692_803_366)), None);
    assert_eq!(Round::at(at(1_692_803_367)), Round::new(1));
    assert_eq!(Round::new(0), None);
    assert_eq!(Round::new(u64::MAX), None);
    for number in [1, 2, 123, 27_946_612] {
        let published = round(number).published_at().get();
        assert_eq!(Round::at(at(published)), Some(round(number)));
        assert_eq!(Round::at(at(published + 2)), Some(round(number)));
        assert_eq!(Round::at(at(published - 1)), Round::new(number - 1));
    }
}

#[test]
fn a_round_that_was_published_when_the_plan_was_committed_is_refused() {
    let round = round(27_946_612);
    let published = i64::try_from(round.published_at().get()).unwrap() * 1_000_000;
    assert_eq!(round.not_before(published - 1), Ok(()));
    let refused = round.not_before(published).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "round 27946612 of the beacon was published at 2026-04-20 00:00:00 UTC, and the plan was committed at \
         2026-04-20 00:00:00 UTC: whoever wrote it could have known the draw; name a later round"
    );
    round.not_before(published + 1).unwrap_err();
    round.not_before(i64::MAX).unwrap_err();
    assert_eq!(round.not_before(i64::MIN), Ok(()));
}
