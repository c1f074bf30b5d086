//! Signed notes against those of C2SP, Go's note package and Tessera.

use custodes_journal::key::{Algorithm, KeyName, NotAKey, SignerKey, VerifierKey};
use custodes_journal::note::{NotANote, NotSigned, Note};

use crate::grown::key;

/// C2SP, signed-note.md.
const C2SP_KEY: &str = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
const C2SP_NOTE: &str = "This is an example message.\n\n— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONn\
    cAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";

/// Go, golang.org/x/mod/sumdb/note, by way of github.com/cloudflare/azul, crates/signed_note.
const TEXT: &str =
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
const PETER_SECRET: &str = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
const PETER: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const PETER_LINE: &str =
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
const ENOCH: &str = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop";
const ENOCH_LINE: &str =
    "— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n";

fn verifiers(keys: &[&str]) -> Vec<VerifierKey> {
    keys.iter().map(|key| VerifierKey::parse(key).unwrap()).collect()
}

fn names(note: &str, keys: &[&str]) -> Result<Vec<String>, NotSigned> {
    let keys = verifiers(keys);
    let note = Note::parse(note.as_bytes()).unwrap();
    note.open(&keys).map(|signed| signed.iter().map(|signed| signed.key.name().to_string()).collect())
}

#[test]
fn published_notes_open() {
    assert_eq!(names(C2SP_NOTE, &[C2SP_KEY]).unwrap(), ["example.com/foo"]);
    let both = format!("{TEXT}\n{PETER_LINE}{ENOCH_LINE}");
    assert_eq!(names(&both, &[PETER, ENOCH]).unwrap(), ["PeterNeumann", "EnochRoot"]);
    assert_eq!(names(&both, &[ENOCH]).unwrap(), ["EnochRoot"], "an unknown key is ignored");
    let note = Note::parse(both.as_bytes()).unwrap();
    assert_eq!((note.text(), note.to_text()), (TEXT, both.clone()));
}

#[test]
fn signing_gives_the_published_bytes() {
    let peter = SignerKey::parse(PETER_SECRET).unwrap();
    assert_eq!(peter.to_secret_text(), PETER_SECRET);
    assert_eq!(peter.verifier(), &VerifierKey::parse(PETER).unwrap());
    assert_eq!(peter.verifier().to_string(), PETER);
    assert!(!format!("{peter:?}").contains("AYEKF"), "a private key is not shown");
    let mut note = Note::sign(TEXT, &peter).unwrap();
    assert_eq!(note.to_text(), format!("{TEXT}\n{PETER_LINE}"));
    let enoch = Note::parse(format!("{TEXT}\n{ENOCH_LINE}").as_bytes()).unwrap().signatures()[0].clone();
    note.add(enoch.clone()).unwrap();
    note.add(enoch).unwrap();
    assert_eq!(note.to_text(), format!("{TEXT}\n{PETER_LINE}{ENOCH_LINE}"), "added once, at the end");
}

#[test]
fn a_bad_signature_of_a_known_key_rejects_the_whole_note() {
    let other_text = format!("{}\n{PETER_LINE}", TEXT.replace("answer", "question"));
    let bad = |note: &str| matches!(names(note, &[PETER, ENOCH]), Err(NotSigned::BadSignature { name, .. }) if name.as_str() == "PeterNeumann");
    assert!(bad(&other_text));
    let (line, spoilt) = (PETER_LINE, PETER_LINE.replace("nNIuG", "nNIuH"));
    assert_ne!(line, spoilt);
    assert!(bad(&format!("{TEXT}\n{spoilt}{ENOCH_LINE}")), "although another one is good");
    assert!(bad(&format!("{TEXT}\n{ENOCH_LINE}{line}{spoilt}")), "although it has a good one too");
    assert_eq!(names(&format!("{TEXT}\n{spoilt}{ENOCH_LINE}"), &[ENOCH]).unwrap(), ["EnochRoot"]);
}

#[test]
fn a_note_that_no_known_key_signed_is_not_open() {
    let note = format!("{TEXT}\n{PETER_LINE}");
    let refused = names(&note, &[ENOCH]).unwrap_err();
    assert!(matches!(&refused, NotSigned::NoKnownKey { by } if by.len() == 1));
    assert_eq!(
        refused.to_string(),
        "none of the keys expected here signed it; it is signed by PeterNeumann (c74f20a3)"
    );
    let keys = verifiers(&[ENOCH]);
    assert_eq!(Note::parse(note.as_bytes()).unwrap().verified(&keys), Ok(vec![]), "unless none was asked for");
    // The name alone, or the id alone, is another key.
    let renamed = note.replace("— PeterNeumann", "— PeterNewman");
    assert!(matches!(names(&renamed, &[PETER]), Err(NotSigned::NoKnownKey { .. })));
}

#[test]
fn what_is_almost_a_note_is_refused() {
    let good = format!("{TEXT}\n{PETER_LINE}");
    let refused = |note: &str| Note::parse(note.as_bytes()).unwrap_err();
    assert_eq!(refused(good.trim_end()), NotANote::Unended);
    assert_eq!(refused(TEXT), NotANote::NoSignatures);
    assert_eq!(refused(&format!("{TEXT}\n")), NotANote::NoSignatures);
    assert_eq!(refused(""), NotANote::NoSignatures);
    assert_eq!(refused(&good.replace("\n\n", "\n")), NotANote::NoSignatures);
    assert_eq!(refused(&good.replace("think", "th\x01nk")), NotANote::ControlCharacter { line: 1, code: 1 });
    assert_eq!(refused(&good.replace('\n', "\r\n")), NotANote::ControlCharacter { line: 1, code: 13 });
    let latin1 = [&good.as_bytes()[..10], &[0xe9], &good.as_bytes()[10..]].concat();
    assert_eq!(Note::parse(&latin1), Err(NotANote::NotUtf8 { at: 10 }));
    for line in [
        PETER_LINE.replace("— PeterNeumann", "- PeterNeumann"),
        PETER_LINE.replace("PeterNeumann", "Peter Neumann"),
        PETER_LINE.replace("PeterNeumann", "Peter+Neumann"),
        PETER_LINE.replace("PeterNeumann", "Peter\u{a0}Neumann"),
        PETER_LINE.replace("PeterNeumann", "Peter\u{2003}Neumann"),
        PETER_LINE.replace("PeterNeumann ", " "),
        PETER_LINE.replace("AM=", "AM"),
        PETER_LINE.replace("AM=", "AN="),
        PETER_LINE.replace("AM=\n", "AM= \n"),
        "— PeterNeumann x08gow==\n".to_owned(),
        "— PeterNeumann \n".to_owned(),
        "— PeterNeumann\n".to_owned(),
    ] {
        let refused = refused(&format!("{TEXT}\n{line}"));
        assert!(matches!(refused, NotANote::NotASignature(_)), "{line:?} {refused:?}");
    }
}

#[test]
fn a_note_has_at_most_100_signatures() {
    let many = |count| format!("{TEXT}\n{}", ENOCH_LINE.repeat(count));
    assert_eq!(names(&many(100), &[ENOCH]).unwrap().len(), 100);
    assert_eq!(Note::parse(many(101).as_bytes()), Err(NotANote::TooManySignatures));
    let mut note = Note::parse(many(100).as_bytes()).unwrap();
    let another = Note::sign(TEXT, &key("another.example", 1)).unwrap().signatures()[0].clone();
    assert_eq!(note.add(another), Err(NotANote::TooManySignatures));
}

#[test]
fn a_text_may_have_empty_lines_and_is_kept_to_the_byte() {
    let key = key("journal.example", 1);
    for text in ["\n", "a\n\n", "a\n\n\nb\n", "— not a signature\n\nb\n"] {
        let note = Note::sign(text, &key).unwrap();
        let read = Note::parse(note.to_text().as_bytes()).unwrap();
        assert_eq!((read.text(), &read), (text, &note));
        assert_eq!(read.open(&[key.verifier().clone()]).unwrap().len(), 1);
    }
    assert_eq!(Note::sign("a", &key), Err(NotANote::TextUnended));
    assert_eq!(Note::sign("a\tb\n", &key), Err(NotANote::ControlCharacter { line: 1, code: 9 }));
}

#[test]
fn a_newer_signature_takes_the_place_of_an_older_one_of_the_same_key() {
    let (one, other) = (key("one.example", 1), key("other.example", 2));
    let mut note = Note::sign("new\n", &one).unwrap();
    let older = Note::sign("old\n", &other).unwrap().signatures()[0].clone();
    let newer = Note::sign("new\n", &other).unwrap().signatures()[0].clone();
    note.add(older).unwrap();
    note.add(newer.clone()).unwrap();
    assert_eq!(note.signatures()[1..], [newer]);
}

#[test]
fn what_is_almost_a_key_is_refused() {
    for (text, starts) in [
        ("", "not a public key"),
        ("PeterNeumann+c74f20a3", "not a public key"),
        (PETER_SECRET, "a private key stands where a public one belongs"),
        (&PETER.replace("PeterNeumann", "Peter Neumann"), "\"Peter Neumann\" is not the name of a key"),
        (&PETER.replace("PeterNeumann", ""), "\"\" is not the name of a key"),
        (&PETER.replace("c74f20a3", "c74f20a"), "the key of PeterNeumann has the id \"c74f20a\""),
        (&PETER.replace("c74f20a3", "C74F20A3"), "the key of PeterNeumann has the id \"C74F20A3\""),
        (
            &PETER.replace("c74f20a3", "c74f20a4"),
            "the key of PeterNeumann has the id c74f20a4 and should have c74f20a3",
        ),
        (&PETER.replace("10TW", "10TX"), "the key of PeterNeumann has the id c74f20a3 and should have"),
        (&PETER.replace("10TW", "10"), "the key of PeterNeumann is not base64"),
        (&PETER.replace("ARpc", "AhpcAAAA"), "the key of PeterNeumann is not base64"),
        (&PETER.replace("ARpc", "Ahpc"), "the key of PeterNeumann is of type 0x02"),
    ] {
        let refused = VerifierKey::parse(text).unwrap_err().to_string();
        assert!(refused.starts_with(starts), "{text:?} {refused}");
    }
    assert_eq!(SignerKey::parse(PETER).unwrap_err(), NotAKey::NotPrivate);
    for spoilt in [PETER_SECRET.replace("KDFz", "KDFy"), PETER_SECRET.replace("+AYEK", "+BIEK")] {
        let refused = SignerKey::parse(&spoilt).unwrap_err().to_string();
        assert!(!refused.contains("EKFALVF"), "a message shows no private key: {refused}");
    }
}

#[test]
fn one_key_under_two_algorithms_has_two_ids() {
    let public = [7; 32];
    let name = || KeyName::parse("w.example").unwrap();
    let [plain, witness] =
        [Algorithm::Ed25519, Algorithm::CosignatureV1].map(|algorithm| VerifierKey::new(name(), algorithm, public));
    assert_ne!(plain.id(), witness.id());
    assert_eq!(VerifierKey::parse(&witness.to_string()).unwrap(), witness);
}
