//! A journal and its witness, as two programs: over the loopback and by hand.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use super::story::Story;

/// A witness that serves until it is dropped.
struct Serving {
    child: Child,
    address: String,
}

impl Serving {
    fn of(folder: &Path) -> Serving {
        let mut child = Command::new(env!("CARGO_BIN_EXE_custodes"))
            .args(["witness", "serve", "--listen", "127.0.0.1:0", "--dir"])
            .arg(folder)
            .stdout(Stdio::piped())
            .spawn()
            .expect("the witness starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("its output")).read_line(&mut line).expect("its first line");
        let address = line.split("http://").nth(1).and_then(|rest| rest.split('/').next());
        Serving { address: address.expect("an address").to_owned(), child }
    }

    fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Status, head and body of the answer to a request.
    fn raw(&self, request: &[u8]) -> (u16, String, String) {
        let mut stream = TcpStream::connect(&self.address).expect("it listens");
        stream.write_all(request).expect("it reads");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it answers");
        let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
        (status, head.to_lowercase(), body.to_owned())
    }

    fn posted(&self, path: &str, body: &str) -> (u16, String, String) {
        let head =
            format!("POST {path} HTTP/1.1\r\nhost: w\r\nconnection: close\r\ncontent-length: {}\r\n\r\n", body.len());
        self.raw(format!("{head}{body}").as_bytes())
    }

    /// As the keeper does it with Ctrl-C; whether it ended well.
    fn interrupted(mut self) -> bool {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-INT", &id]).status().expect("kill").success());
        self.child.wait().expect("it ends").success()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The word after `Public key`.
fn key_in(said: &str) -> String {
    let line = said.lines().find(|line| line.starts_with("Public key")).expect("a key");
    line.split_whitespace().last().expect("a key").to_owned()
}

/// A workspace, and a witness that knows it and that it trusts.
fn begins() -> Story {
    let mut story = Story::begins("2026-10-01 08:00:00");
    let journal = key_in(&story.does("ad1", "init northmere --lea Northmere --administrator ad1 --name Adams"));
    let witness = key_in(&story.does("ad1", "witness init w --name witness.example/w"));
    story.does("ad1", &format!("witness know {journal} --dir w"));
    story.is_refused("ad1", &format!("witness trust {journal} --reason phoned"), "not of a witness");
    story.does("ad1", &format!("witness trust {witness} --reason phoned"));
    story.is_refused("ad1", &format!("witness trust {witness} --reason phoned"), "trusted already");
    story
}

pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder").flatten() {
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if from.is_dir() { copy(&from, &to) } else { fs::copy(&from, &to).map(|_| ()).expect("a copy") }
    }
}

/// The whole machine as it was: the workspace, and the memory of the key's holder.
fn put_back(story: &Story, from: &str) {
    for folder in ["northmere", "keys-northmere"] {
        fs::remove_dir_all(story.path().join(folder)).expect("gone");
        copy(&story.path().join(from).join(folder), &story.path().join(folder));
    }
}

fn keep(story: &Story, into: &str) {
    for folder in ["northmere", "keys-northmere"] {
        copy(&story.path().join(folder), &story.path().join(into).join(folder));
    }
}

#[test]
fn a_request_goes_by_hand_and_its_answer_comes_back_in_a_letter() {
    let mut story = begins();
    assert!(story.does("ad1", "witness status").contains("never witnessed"));
    let request = story.does("ad1", "witness request");
    fs::write(story.path().join("request.txt"), request).expect("written");
    let answer = story.does("ad1", "witness cosign request.txt --dir w");
    story.does("ad1", "person add la1 --name First");
    fs::write(story.path().join("letter.txt"), format!("Dear all,\r\n\r\n{answer}\r\nYours\r\n")).expect("written");
    let said = story.does("ad1", "witness add letter.txt");
    assert!(said.contains("up to entry 5"), "{said}");
    story.on("2026-10-13 08:00:00");
    let status = story.does("ad1", "witness status");
    assert!(
        status.contains("12 days ago") && status.contains("up to entry 5") && status.contains("1 entry was"),
        "{status}"
    );
    assert!(story.does_alone("verify northmere").contains("witness"));
    story.is_refused("ad1", "witness cosign request.txt --dir w --log x", "public key");
    fs::write(story.path().join("other.txt"), story.does("ad1", "witness request --from-size 2")).expect("written");
    story.is_refused("ad1", "witness cosign other.txt --dir w", "--from-size 5");
}

#[test]
fn a_witness_serves_keeps_what_it_saw_and_refuses_what_was_put_back_or_rewritten() {
    let mut story = begins();
    let folder = story.path().join("w");
    keep(&story, "yesterday");
    let witness = Serving::of(&folder);
    let send = format!("witness send {}", witness.url());
    assert!(story.does("ad1", &send).contains("up to entry 5"));
    assert!(story.does("ad1", &send).contains("up to entry 5"), "the same again is the same");
    story.does("ad1", "person add la1 --name First");
    story.does("ad1", "person add la2 --name Second");
    assert!(story.does("ad1", &send).contains("up to entry 7"));
    assert!(witness.interrupted(), "Ctrl-C is no failure");

    let witness = Serving::of(&folder);
    let send = format!("witness send {}/add-checkpoint", witness.url());
    put_back(&story, "yesterday");
    story.is_refused("ad1", &send, "an older copy was put back");
    for person in ["x1", "x2", "x3"] {
        story.does("ad1", &format!("person add {person} --name Other"));
    }
    story.is_refused("ad1", &send, "did not cosign (status 422)");
    drop(witness);
    story.is_refused("ad1", "witness send http://127.0.0.1:1", "no connection");
    story.is_refused("ad1", "witness send 127.0.0.1:1", "begins with http");
}

#[test]
fn a_witness_answers_as_the_protocol_says_and_never_without_its_memory() {
    let mut story = begins();
    let folder = story.path().join("w");
    let first = story.does("ad1", "witness request");
    story.does("ad1", "person add la1 --name First");
    let from_two = story.does("ad1", "witness request --from-size 2");
    let witness = Serving::of(&folder);
    let path = "/add-checkpoint";
    let (status, head, body) = witness.posted(path, &first);
    assert!(
        status == 200 && head.contains("text/plain; charset=utf-8") && body.starts_with('\u{2014}'),
        "{head} {body}"
    );
    let (status, head, body) = witness.posted(path, &from_two);
    assert!(status == 409 && head.contains("content-type: text/x.tlog.size") && body == "5\n", "{head} {body}");
    assert_eq!(witness.posted(path, "old").0, 400);
    let announced = b"POST /add-checkpoint HTTP/1.1\r\nhost: w\r\nconnection: close\r\ncontent-length: 70000\r\n\r\n";
    assert_eq!(witness.raw(announced).0, 413);
    assert_eq!(witness.posted("/", &first).0, 404);
    assert_eq!(witness.raw(b"GET /add-checkpoint HTTP/1.1\r\nhost: w\r\nconnection: close\r\n\r\n").0, 405);
    fs::remove_file(folder.join("seen")).expect("gone");
    let (status, _, body) = witness.posted(path, &first);
    assert!(status == 500 && !body.contains("seen"), "{body}");
    assert!(!folder.join("seen").exists(), "it is not made anew");
    drop(witness);
    story.is_refused("ad1", "witness serve --dir w --listen 127.0.0.1:0", "bring the file back");
}

#[test]
fn a_witness_that_is_dismissed_counts_no_longer() {
    let mut story = begins();
    fs::write(story.path().join("request.txt"), story.does("ad1", "witness request")).expect("written");
    let answer = story.does("ad1", "witness cosign request.txt --dir w");
    fs::write(story.path().join("answer.txt"), answer).expect("written");
    story.does("ad1", "witness add answer.txt");
    let key = fs::read_to_string(story.path().join("w/witness.pub")).expect("text");
    story.is_refused("ad1", "witness dismiss x+1+y --reason lost", "not trusted here");
    story.does("ad1", &format!("witness dismiss {} --reason \"its key was stolen\"", key.trim()));
    assert!(story.does("ad1", "witness status").contains("never witnessed"));
    story.is_refused("ad1", "witness add answer.txt", "no witness is trusted here");
}
