//! Checkpoints and cosignatures against published ones.

use custodes_journal::checkpoint::{Checkpoint, NotACheckpoint, Origin, SignedCheckpoint};
use custodes_journal::cosignature::{Cosigner, PosixSeconds};
use custodes_journal::key::{Algorithm, SignerKey, VerifierKey};
use custodes_journal::note::NotSigned;
use custodes_journal::proof::ConsistencyProof;
use custodes_journal::signer::{Memory, sign};

use crate::grown::{Grown, flips};
use crate::trees::TESSERA_LEAVES;

/// github.com/transparency-dev/tessera, testdata/log.
pub const TESSERA: &str = "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx";
pub const TESSERA_SECRET: &str =
    "PRIVATE+KEY+example.com/log/testdata+33d7b496+AeymY/SZAX0jZcJ8enZ5FY1Dz+wTML2yWSkK+9DSF3eg";
const ORIGIN: &str = "example.com/log/testdata";
const SIGNATURE_0: &str = "— example.com/log/testdata M9e0lhxJACzE1KoUdqKuPa+9p6R7dSW8BlEvrg/noo8FkGg6PbJoRNOcdjqjOq89w\
    VvTA60eubCc4oufo5BvIVEgtQc=\n";
const SIGNATURE_15: &str = "— example.com/log/testdata M9e0luh4jTG+UMBqOUo9/q+yAEvx1ilBEniMvjf1zfcBOhg+CKubMt53MvIt/uEW\
    P6zdkdIQzd/fmwlM/dlPWF74ewI=\n";

/// Tessera's public test witness key. The cosignature has no published vector; this one was computed with
/// OpenSSL and with ed25519-dalek.
pub const WITNESS_SECRET: &str = "PRIVATE+KEY+Wit1+55ee4561+AeadRiG7XM4XiieCHzD8lxysXMwcViy5nYsoXURWGrlE";
pub const WITNESS: &str = "Wit1+9b3fb2d5+BFhZSmQj9+SoL+p/nN0Hh76xXmF7QcHfytUrI1XfSClk";
pub const WITNESSED_AT: u64 = 1_679_315_147;
pub const COSIGNATURE_15: &str = "— Wit1 mz+y1QAAAABkGFDLi4zi/+2kU/5P/4hpCkNoBjvoRHwqkmsDuocW+0ObiIxdYaW7bwTBaMLGHYwvM5\
    lh63uUblihMBNMSJQRd2V3AQ==\n";

fn keys(keys: &[&str]) -> Vec<VerifierKey> {
    keys.iter().map(|key| VerifierKey::parse(key).unwrap()).collect()
}

fn tessera(size: u64) -> Checkpoint {
    Checkpoint::new(Origin::parse(ORIGIN).unwrap(), Grown::of(TESSERA_LEAVES).head(size))
}

pub fn tessera_signed_15() -> SignedCheckpoint {
    SignedCheckpoint::parse(format!("{}\n{SIGNATURE_15}", tessera(15).to_text()).as_bytes()).unwrap()
}

#[test]
fn signing_the_tessera_log_gives_the_published_checkpoints() {
    let key = SignerKey::parse(TESSERA_SECRET).unwrap();
    assert_eq!(key.verifier().to_string(), TESSERA);
    let memory = Memory::first(Origin::parse(ORIGIN).unwrap());
    for (size, line) in [(0, SIGNATURE_0), (15, SIGNATURE_15)] {
        let signed = sign(&memory, &key, tessera(size), &ConsistencyProof::default()).unwrap().checkpoint;
        assert_eq!(signed.to_text(), format!("{}\n{line}", tessera(size).to_text()));
        assert_eq!(signed.open(&keys(&[TESSERA])).unwrap().len(), 1);
    }
}

#[test]
fn the_cosignature_that_other_programs_computed_verifies() {
    let witness = Cosigner::new(SignerKey::parse(WITNESS_SECRET).unwrap());
    assert_eq!(witness.verifier().to_string(), WITNESS);
    assert_eq!(witness.verifier().algorithm(), Algorithm::CosignatureV1);
    let text = format!("{}{COSIGNATURE_15}", tessera_signed_15().to_text());
    let (cosigned, known) = (SignedCheckpoint::parse(text.as_bytes()).unwrap(), keys(&[TESSERA, WITNESS]));
    let times: Vec<_> = cosigned.open(&known).unwrap().into_iter().map(|signed| signed.time).collect();
    assert_eq!(times, [None, PosixSeconds::new(WITNESSED_AT)]);
}

#[test]
fn a_cosignature_holds_for_its_checkpoint_and_its_time_only() {
    let witness = keys(&[WITNESS]);
    let over = |text: String| SignedCheckpoint::parse(format!("{text}\n{COSIGNATURE_15}").as_bytes()).unwrap();
    over(tessera(15).to_text()).open(&witness).unwrap();
    let refused = over(tessera(14).to_text()).open(&witness).unwrap_err();
    assert!(matches!(refused, NotSigned::BadSignature { .. }));
    // Four characters further on stand the bytes of the time.
    let other_time = COSIGNATURE_15.replace("ABkGFDL", "ABkGFDM");
    assert_ne!(other_time, COSIGNATURE_15);
    let note = format!("{}\n{other_time}", tessera(15).to_text());
    SignedCheckpoint::parse(note.as_bytes()).unwrap().open(&witness).unwrap_err();
}

#[test]
fn no_time_past_the_last_is_made() {
    assert!(PosixSeconds::new(i64::MAX as u64).is_some());
    assert_eq!(PosixSeconds::new(1 << 63), None);
}

/// github.com/cloudflare/azul, crates/tlog_checkpoint.
const GOOD: &str = "example.com/origin\n123\nTszzRgjTG6xce+z2AG31kAXYKBgQVtCSCE40HmuwBb0=\n";

#[test]
fn a_checkpoint_is_read_and_written_to_the_byte() {
    for text in [GOOD.to_owned(), format!("{GOOD}extension\nanother one\n"), GOOD.replace("123", "0")] {
        assert_eq!(Checkpoint::parse(&text).unwrap().to_text(), text);
    }
    let checkpoint = Checkpoint::parse(&format!("{GOOD}extension\n")).unwrap();
    assert_eq!(checkpoint.origin().as_str(), "example.com/origin");
    assert_eq!((checkpoint.head().size.0, checkpoint.extensions()), (123, &["extension".to_owned()][..]));
    assert_eq!(Checkpoint::parse(&GOOD.replace("123", "18446744073709551615")).unwrap().head().size.0, u64::MAX);
}

#[test]
fn what_is_almost_a_checkpoint_is_refused() {
    let size = |size: &str| (GOOD.replace("123", size), NotACheckpoint::Size(size.to_owned()));
    let root = |root: &str| {
        (GOOD.replace("TszzRgjTG6xce+z2AG31kAXYKBgQVtCSCE40HmuwBb0=", root), NotACheckpoint::Root(root.to_owned()))
    };
    for (text, expected) in [
        (GOOD.replace("example.com/origin", ""), NotACheckpoint::Origin(String::new())),
        size("0xabcdef"),
        size("18446744073709551616"),
        size("0123"),
        size("00"),
        size("+1"),
        size("-1"),
        size(" 1"),
        size("1 "),
        size(""),
        size("١٢"),
        root("TszzRgjTG6xce+z2AG31kAXYKBgQVtCSCE40HmuwBb0"),
        root("TszzRgjTG6xce+z2AG31kAXYKBgQVtCSCE40HmuwBb1="),
        root("TszzRgjTG6xce+z2AG31kAXYKBgQVtCSCE40HmuwBb0A"),
        root("TszzRgjTG6xce+z2AG31kAXYKBgQVtCSCE40HmuwBb0= "),
        root(""),
        (format!("{GOOD}\n"), NotACheckpoint::Extension { line: 4 }),
        (format!("{GOOD}one\n\nthree\n"), NotACheckpoint::Extension { line: 5 }),
        (format!("{GOOD}unterminated"), NotACheckpoint::TooFewLines),
        (GOOD.trim_end().to_owned(), NotACheckpoint::TooFewLines),
        ("example.com/origin\n123\n".to_owned(), NotACheckpoint::TooFewLines),
        (String::new(), NotACheckpoint::TooFewLines),
        (GOOD.replace('\n', "\r\n"), NotACheckpoint::Origin("example.com/origin\r".to_owned())),
        (GOOD.replace("123\n", "123\r\n"), NotACheckpoint::Size("123\r".to_owned())),
    ] {
        assert_eq!(Checkpoint::parse(&text), Err(expected), "{text:?}");
    }
}

#[test]
fn no_bit_of_a_signed_checkpoint_can_change() {
    let note = tessera_signed_15().to_text();
    let known = keys(&[TESSERA]);
    for flipped in flips(note.as_bytes()) {
        let opened = SignedCheckpoint::parse(&flipped).ok().and_then(|read| read.open(&known).ok().map(|_| ()));
        assert_eq!(opened, None, "{}", String::from_utf8_lossy(&flipped));
    }
}
