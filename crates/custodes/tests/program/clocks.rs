//! A clock that was ahead keeps nobody from reading, and whoever reads is told.

use crate::story::Story;

#[test]
fn after_a_clock_was_ahead_everything_can_be_read_with_a_warning_and_nothing_written() {
    let mut story = Story::begins("2026-10-01 08:00:00");
    story.does("ad1", "init northmere --lea Northmere --administrator ad1 --name Adams");
    story.does("ad1", "person add am1 --name Manager");
    story.does("ad1", "role give am1 anpr-manager --reason appointed");
    story.on("2031-10-01 08:00:00");
    story.does("am1", "review 4.1.2");
    story.does("am1", "review 6.1.3");
    story.on("2026-10-02 08:00:00");
    let ahead = "entry 5 is dated 2031-10-01T08:00:";
    for command in ["status", "request list", "evidence list"] {
        let said = story.does("am1", command);
        assert!(said.contains(ahead) && said.contains("and 1 entry after it"), "{command}: {said}");
    }
    for command in ["person list", "journal", "parameters list"] {
        assert!(story.does("ad1", command).contains(ahead), "{command}");
    }
    let verified = story.does_alone("verify northmere");
    assert!(verified.contains("2 entries are dated later than this machine's clock says it is, from entry 5 on"));
    story.is_refused("am1", "review 4.1.2", "no entry is dated before another");
    // Who may not look still may not; that cannot be written down now.
    story.is_refused("stranger", "status", "refused: ");
    story.on("2031-10-02 08:00:00");
    assert!(!story.does("am1", "review 4.1.2").contains("is dated"));
}
