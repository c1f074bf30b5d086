//! Requests to a witness, its answers, and what the journal makes of them.

use std::collections::BTreeMap;

use custodes_journal::checkpoint::{Checkpoint, Origin, SignedCheckpoint};
use custodes_journal::cosignature::{Cosigner, PosixSeconds};
use custodes_journal::hash::Hash;
use custodes_journal::key::{SignerKey, VerifierKey};
use custodes_journal::log::Head;
use custodes_journal::note::Note;
use custodes_journal::proof::ConsistencyProof;
use custodes_journal::signer::{Memory, sign};
use custodes_journal::tree::TreeSize;
use custodes_journal::witness::{
    AddCheckpoint, Answer, Cosigned, NotARequest, NotCosigned, Refusal, SIZE, Seen, Unreadable, Witness,
    add_cosignatures,
};

use crate::checkpoints::{COSIGNATURE_15, TESSERA, WITNESS, WITNESS_SECRET, WITNESSED_AT, tessera_signed_15};
use crate::grown::{Grown, flips, key};

const NOW: PosixSeconds = PosixSeconds::new(WITNESSED_AT).unwrap();

/// C2SP, tlog-witness.md.
const EXAMPLE: &str = "old 20852014
PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=
jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=
5+pKlUdi2LeF/BcMHBn+Ku6yhPGNCswZZD1X/6QgPd8=
/6WVhPs2CwSsb5rYBH5cjHV/wSmA79abXAwhXw3Kj/0=

example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
— example.com/behind-the-sofa opLqBQsREYCgu6xQkYQwJr9fo45a62DN9EdmHXnZdXNqlcVGlCum2Wks+49/V6267UEjw6QUXTS5Rovnzv++qbSzm9Q=
";

fn origin() -> Origin {
    Origin::parse("journal.example/northmere").unwrap()
}

fn journal_key() -> SignerKey {
    key("journal.example/northmere", 1)
}

fn signed(head: Head) -> SignedCheckpoint {
    let memory = Memory::recovered(&Checkpoint::new(origin(), head));
    sign(&memory, &journal_key(), Checkpoint::new(origin(), head), &ConsistencyProof::default()).unwrap().checkpoint
}

fn witness() -> Witness {
    let cosigner = Cosigner::new(SignerKey::parse(WITNESS_SECRET).unwrap());
    Witness::new(cosigner, BTreeMap::from([(origin(), vec![journal_key().verifier().clone()])]))
}

fn numbers(count: u8) -> Grown {
    Grown::of((0..count).map(|number| [number]))
}

fn request(grown: &Grown, old: u64, new: u64) -> AddCheckpoint {
    let proof = grown.consistency(old, new);
    AddCheckpoint { old: TreeSize(old), proof, checkpoint: signed(grown.head(new)) }
}

fn ask(seen: &Seen, request: &AddCheckpoint) -> Result<Cosigned, Refusal> {
    witness().add_checkpoint(seen, request.to_text().as_bytes(), NOW)
}

fn seen(grown: &Grown, size: u64) -> Seen {
    ask(&Seen::nothing(), &request(grown, 0, size)).unwrap().seen
}

#[test]
fn the_published_request_is_read_and_written_to_the_byte() {
    let request = AddCheckpoint::parse(EXAMPLE.as_bytes()).unwrap();
    assert_eq!((request.old, request.proof.hashes().len()), (TreeSize(20_852_014), 4));
    assert_eq!(request.checkpoint.checkpoint().head().size, TreeSize(20_852_163));
    assert_eq!(request.to_text(), EXAMPLE);
}

#[test]
fn a_growing_journal_is_cosigned_from_the_first_request_on() {
    let grown = numbers(20);
    let known = [journal_key().verifier().clone(), VerifierKey::parse(WITNESS).unwrap()];
    let mut seen = Seen::nothing();
    for (old, new) in [(0, 0), (0, 4), (4, 4), (4, 11), (11, 20)] {
        let request = request(&grown, old, new);
        let cosigned = ask(&seen, &request).unwrap();
        assert_eq!(cosigned.seen.latest(&origin()), Some(grown.head(new)));
        let both = add_cosignatures(&request.checkpoint, &cosigned.lines, &known).unwrap();
        let times: Vec<_> = both.open(&known).unwrap().into_iter().map(|signed| signed.time).collect();
        assert_eq!(times, [None, Some(NOW)]);
        seen = Seen::parse(&cosigned.seen.to_text()).unwrap();
    }
}

#[test]
fn the_witness_gives_the_bytes_that_other_programs_computed() {
    let checkpoint = tessera_signed_15();
    let cosigner = Cosigner::new(SignerKey::parse(WITNESS_SECRET).unwrap());
    let key = VerifierKey::parse(TESSERA).unwrap();
    let journals = BTreeMap::from([(checkpoint.checkpoint().origin().clone(), vec![key])]);
    let request = AddCheckpoint { old: TreeSize(0), proof: ConsistencyProof::default(), checkpoint };
    let cosigned =
        Witness::new(cosigner, journals).add_checkpoint(&Seen::nothing(), request.to_text().as_bytes(), NOW).unwrap();
    assert_eq!(cosigned.lines, COSIGNATURE_15);
}

#[test]
fn each_refusal_has_the_status_that_the_specification_fixes() {
    let grown = numbers(9);
    let seen_6 = seen(&grown, 6);
    let refused = |request: &AddCheckpoint| {
        let refusal = ask(&seen_6, request).unwrap_err();
        (refusal.status(), refusal.content_type() == SIZE, refusal.body())
    };
    let status = |request: &AddCheckpoint| {
        let (status, is_size, body) = refused(request);
        assert!(!is_size && body.ends_with('\n') && body.len() > 2, "{body}");
        status
    };
    let good = request(&grown, 6, 9);
    ask(&seen_6, &good).unwrap();

    // 400: no request at all, and a size seen that is larger than the checkpoint's own.
    assert_eq!(witness().add_checkpoint(&seen_6, b"", NOW).unwrap_err().status(), 400);
    assert_eq!(status(&AddCheckpoint { old: TreeSize(10), ..good.clone() }), 400);
    // 403: signed by nobody known, or not over this text.
    let unsigned = |text: &str, key: &SignerKey| {
        let note = Note::sign(text, key).unwrap().to_text();
        AddCheckpoint { checkpoint: SignedCheckpoint::parse(note.as_bytes()).unwrap(), ..good.clone() }
    };
    let text = good.checkpoint.checkpoint().to_text();
    assert_eq!(status(&unsigned(&text, &key("journal.example/northmere", 2))), 403);
    let forged = good.to_text().replacen("\n9\n", "\n8\n", 1);
    assert_eq!(witness().add_checkpoint(&seen_6, forged.as_bytes(), NOW).unwrap_err().status(), 403);
    // 404: a journal that it was not told of.
    assert_eq!(status(&unsigned(&text.replace("northmere", "southmere"), &journal_key())), 404);
    // 409 with the size, when another was seen last.
    assert_eq!(refused(&request(&grown, 0, 9)), (409, true, "6\n".to_owned()));
    assert_eq!(refused(&request(&grown, 5, 5)), (409, true, "6\n".to_owned()), "an old backup");
    // 409 without, when the same size has another root.
    let fork = Head { root: Hash::of(b"another"), ..grown.head(6) };
    let same_size = AddCheckpoint { proof: ConsistencyProof::default(), checkpoint: signed(fork), ..good.clone() };
    assert_eq!(status(&same_size), 409);
    // 422: what does not continue what was seen.
    let rewritten = Grown::of((10..30u8).map(|number| [number]));
    assert_eq!(status(&request(&rewritten, 6, 9)), 422);
    assert_eq!(status(&AddCheckpoint { proof: ConsistencyProof::default(), ..good.clone() }), 422);
    let superfluous = AddCheckpoint { checkpoint: signed(grown.head(6)), ..good.clone() };
    assert_eq!(status(&superfluous), 422);
    let first = AddCheckpoint { old: TreeSize(0), ..good };
    assert_eq!(ask(&Seen::nothing(), &first).unwrap_err().status(), 422);
}

#[test]
fn what_is_almost_a_request_is_refused() {
    let refused = |body: &str| AddCheckpoint::parse(body.as_bytes()).unwrap_err();
    for line in ["old 020852014", "old +1", "old ", "Old 1", "old  1", "old 1 ", "old 18446744073709551616", ""] {
        let body = EXAMPLE.replacen("old 20852014", line, 1);
        assert!(matches!(refused(&body), NotARequest::OldLine(_)), "{line:?}");
    }
    let line = "jrJZDmY8Y7SyJE0MWLpLozkIVMSMZcD5kvuKxPC3swk=\n";
    assert!(matches!(refused(&EXAMPLE.replace(line, "jrJZ\n")), NotARequest::Proof(_)));
    let lines = |count| EXAMPLE.replace(line, &line.repeat(count));
    assert_eq!(AddCheckpoint::parse(lines(60).as_bytes()).unwrap().proof.hashes().len(), 63);
    assert_eq!(refused(&lines(61)), NotARequest::TooManyHashes(64));
    assert_eq!(refused("old 0\n"), NotARequest::NoEmptyLine);
    assert!(matches!(refused(&EXAMPLE.replace("\n20852163", "\n020852163")), NotARequest::Checkpoint(_)));
    assert!(matches!(refused(EXAMPLE.trim_end()), NotARequest::Checkpoint(_)));
    assert_eq!(AddCheckpoint::parse(b"old 0\xff\n\n"), Err(NotARequest::NotUtf8 { at: 5 }));
}

#[test]
fn no_bit_of_a_request_can_change() {
    let grown = numbers(7);
    let seen = seen(&grown, 3);
    let body = request(&grown, 3, 7).to_text();
    for flipped in flips(body.as_bytes()) {
        let cosigned = witness().add_checkpoint(&seen, &flipped, NOW);
        assert!(cosigned.is_err(), "{}", String::from_utf8_lossy(&flipped));
    }
}

#[test]
fn what_a_witness_has_seen_reads_back_and_no_bit_of_it_can_change() {
    let text = seen(&numbers(7), 7).to_text();
    let read = Seen::parse(&text).unwrap();
    assert_eq!(read.journals().collect::<Vec<_>>(), [(&origin(), numbers(7).head(7))]);
    for flipped in flips(text.as_bytes()).filter_map(|bytes| String::from_utf8(bytes).ok()) {
        Seen::parse(&flipped).unwrap_err();
    }
    assert_eq!(Seen::parse(&Seen::nothing().to_text()), Ok(Seen::nothing()));
    let sealed = |lines: &str| {
        let text = format!("custodes-witness/v1\n{lines}");
        format!("{text}{}\n", Hash::of(text.as_bytes()))
    };
    let line = |origin| format!("0 {} {origin}\n", Hash::of_nothing().to_base64());
    Seen::parse(&sealed(&(line("a b") + &line("c")))).unwrap();
    for lines in [line("c") + &line("a"), line("a") + &line("a"), line("a") + "\n", line("a") + "00 x y\n"] {
        assert!(matches!(Seen::parse(&sealed(&lines)), Err(Unreadable::Line { .. })), "{lines:?}");
    }
}

#[test]
fn the_journal_takes_cosignatures_of_its_witnesses_over_its_checkpoint_only() {
    let (grown, known) = (numbers(9), [VerifierKey::parse(WITNESS).unwrap()]);
    let request_9 = request(&grown, 0, 9);
    let lines = ask(&Seen::nothing(), &request_9).unwrap().lines;
    let stranger = Note::sign("x\n", &key("stranger.example", 9)).unwrap().signatures()[0].to_line();
    let add = |lines: &str| add_cosignatures(&request_9.checkpoint, lines, &known);

    let cosigned = add(&format!("{stranger}{lines}")).unwrap();
    assert_eq!(cosigned.to_text(), format!("{}{lines}", request_9.checkpoint.to_text()), "the stranger is left out");
    assert_eq!(add_cosignatures(&cosigned, &lines, &known).unwrap(), cosigned, "once is enough");

    assert_eq!(add(&stranger), Err(NotCosigned::NoKnownWitness));
    assert_eq!(add(lines.trim_end()), Err(NotCosigned::Unended));
    assert_eq!(add(""), Err(NotCosigned::Unended));
    assert!(matches!(add(&format!("{lines}\n")), Err(NotCosigned::NotSignatures(_))));
    let of_another = ask(&Seen::nothing(), &request(&grown, 0, 8)).unwrap().lines;
    assert!(matches!(add(&of_another), Err(NotCosigned::Bad(_))));
    assert!(matches!(add(&format!("{of_another}{lines}")), Err(NotCosigned::Bad(_))));
    // The journal's own signature is nobody's witness.
    let own = request_9.checkpoint.note().signatures()[0].to_line();
    let journal = [journal_key().verifier().clone()];
    assert_eq!(add_cosignatures(&request_9.checkpoint, &own, &journal), Err(NotCosigned::NoKnownWitness));
}

#[test]
fn answers_over_http_are_read_as_the_specification_has_them() {
    assert_eq!(Answer::read(200, None, COSIGNATURE_15), Answer::Cosigned(COSIGNATURE_15.to_owned()));
    assert_eq!(Answer::read(409, Some(SIZE), "6\n"), Answer::OtherOldSize(TreeSize(6)));
    let refused = |status, reason: &str| Answer::Refused { status, reason: reason.to_owned() };
    assert_eq!(Answer::read(409, Some(SIZE), "06\n"), refused(409, "06"));
    assert_eq!(Answer::read(409, Some("text/plain"), "6\n"), refused(409, "6"));
    assert_eq!(Answer::read(404, None, "not known\n"), refused(404, "not known"));
}
