use crate::{custodes, root, stdout};

fn is_current(page: &str, made: String) {
    let path = root().join("docs").join(page);
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == made, "docs/{page} is stale: run dev/docs and read what changed");
}

#[test]
fn the_pages_made_from_the_standard_are_current() {
    for page in ["clauses", "evidence", "parameters"] {
        is_current(&format!("{page}.md"), stdout(&custodes(["standard", "--markdown", page])));
    }
}

#[test]
fn the_page_on_the_command_line_is_what_the_program_says_of_itself() {
    let mut page = String::from("# Command line\n\n<!-- Made by dev/docs from `--help`. -->\n");
    for verb in [&[][..], &["check"], &["return"], &["standard"], &["synth"]] {
        let mut words = verb.to_vec();
        words.push("--help");
        let help = stdout(&custodes(&words));
        let title = if verb.is_empty() { "custodes".to_owned() } else { format!("custodes {}", verb[0]) };
        page.push_str(&format!("\n## {title}\n\n```text\n{help}```\n"));
    }
    is_current("cli.md", page);
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
