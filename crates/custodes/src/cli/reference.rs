//! The page of docs/ on the command line: what each verb says of itself, verbs of verbs included.

use clap::{Command, CommandFactory};

pub fn page() -> String {
    let mut page = String::from("# Command line\n\n<!-- Made by `custodes standard --markdown cli`. -->\n");
    let mut command = super::Arguments::command();
    command.build();
    tell(&command, &mut page);
    page
}

fn tell(command: &Command, page: &mut String) {
    let help = command.clone().render_help().to_string();
    let title = command.get_bin_name().unwrap_or("custodes");
    page.push_str(&format!("\n## {title}\n\n```text\n"));
    help.lines().for_each(|line| page.push_str(&format!("{}\n", line.trim_end())));
    page.push_str("```\n");
    for verb in command.get_subcommands().filter(|verb| verb.get_name() != "help" && !verb.is_hide_set()) {
        tell(verb, page);
    }
}
