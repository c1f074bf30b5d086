use crate::{custodes, root, stdout};

fn is_current(page: &str, made: String) {
    let path = root().join("docs").join(page);
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == made, "docs/{page} is stale: run dev/docs and read what changed");
}

#[test]
fn the_pages_that_the_program_makes_are_current() {
    for page in ["clauses", "evidence", "parameters", "cli"] {
        is_current(&format!("{page}.md"), stdout(&custodes(["standard", "--markdown", page])));
    }
}

#[test]
fn every_clause_can_be_shown_whole() {
    let list = stdout(&custodes(["standard"]));
    let ids: Vec<&str> = list.lines().filter_map(|line| line.strip_prefix("  ")?.split_whitespace().next()).collect();
    assert!(ids.len() >= 42, "{list}");
    for id in ids {
        let shown = stdout(&custodes(["standard", id]));
        assert!(shown.starts_with(id), "{shown}");
    }
}
