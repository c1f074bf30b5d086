//! The page of docs/ on the command line: what each verb says of itself, verbs of verbs included.

use clap::{Command, CommandFactory};

pub fn page() -> String {
    let mut page = String::from("# Command line\n\n<!-- Made by `custodes standard --markdown cli`. -->\n");
    page.push_str(SHARED);
    let mut command = super::Arguments::command();
    command.build();
    tell(&command, &mut page);
    page
}

const SHARED: &str = "\nEvery verb of a workspace takes `--workspace DIR`, `--as PERSON`, `--keys DIR`, `--accept-unsigned N` and \
    `--format table|json` besides its own options; they are told here once.\n";

fn tell(command: &Command, page: &mut String) {
    let shared: Vec<_> = command.get_arguments().map(|argument| argument.get_id().clone()).collect();
    let mut own = command.clone();
    for id in shared.into_iter().filter(|id| super::workspace::SHARED.contains(&id.as_str())) {
        own = own.mut_arg(id, |argument| argument.hide(true));
    }
    let help = own.render_help().to_string();
    let title = command.get_bin_name().unwrap_or("custodes");
    page.push_str(&format!("\n## {title}\n\n```text\n"));
    help.lines().for_each(|line| page.push_str(&format!("{}\n", line.trim_end())));
    page.push_str("```\n");
    for verb in command.get_subcommands().filter(|verb| verb.get_name() != "help" && !verb.is_hide_set()) {
        tell(verb, page);
    }
}
