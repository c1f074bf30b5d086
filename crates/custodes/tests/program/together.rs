//! Many people at one workspace at once.

use std::process::{Child, Stdio};

use crate::story::Story;

#[test]
fn a_busy_neighbour_is_never_taken_for_an_old_copy() {
    let mut story = Story::begins("2026-10-01 08:00:00");
    story.does("ad1", "init northmere --lea Northmere --administrator ad1 --name Adams");
    story.does("ad1", "person add am1 --name Manager");
    story.does("ad1", "role give am1 anpr-manager --reason appointed");
    for _ in 0..3 {
        let start = |_| -> Child {
            let mut program = story.program("review 4.1.2 --as am1");
            program.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts")
        };
        let at_once: Vec<Child> = (0..12).map(start).collect();
        for running in at_once {
            let output = running.wait_with_output().expect("it ends");
            let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success() && said.contains("recorded"), "{said}");
            assert!(!said.contains("warning"), "{said}");
        }
    }
    let read = story.does("ad1", "journal --from 0");
    assert_eq!(read.matches("reviews.recorded").count(), 36, "{read}");
    story.does_alone("verify northmere");
}
