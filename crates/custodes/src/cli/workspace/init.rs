//! `custodes init`: a new workspace, with its first person.

use std::path::PathBuf;

use custodes_compliance::acts::PersonId;
use custodes_compliance::acts::people::Kind;
use serde_json::json;

use super::{Place, Session};
use crate::cli::Mistakes;
use crate::work::{Opening, Workspace, login};

/// Makes a workspace: configuration, journal, evidence store
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// A new or empty folder
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// The LEA whose workspace it is; for a national one, the office
    #[arg(long, value_name = "NAME")]
    lea: String,
    /// The National Auditor's workspace, over all LEAs
    #[arg(long)]
    national: bool,
    /// The id of the first person, an administrator: accounts and configuration, no content of audits
    #[arg(long, value_name = "PERSON")]
    administrator: PersonId,
    /// The administrator's name
    #[arg(long, value_name = "NAME")]
    name: String,
    /// Let the administrator act only under your present log-in name
    #[arg(long)]
    bind_login: bool,
    #[command(flatten)]
    place: Place,
}

pub fn run(arguments: Arguments) -> Result<u8, Mistakes> {
    let keys = arguments.place.keys()?;
    let opening = Opening {
        kind: if arguments.national { Kind::National } else { Kind::Lea },
        lea: arguments.lea.clone(),
        administrator: arguments.administrator.clone(),
        name: arguments.name,
        login: if arguments.bind_login { login() } else { None },
        keys: keys.clone(),
    };
    let workspace = Workspace::create(&arguments.folder, opening)?;
    let (origin, key) = (workspace.origin()?.to_string(), workspace.verifier()?.to_string());
    let text = format!(
        "Workspace of {} made in {}.\n\
         Journal      {origin}\n\
         Public key   {key}\n\
         Private key  in {}, readable by you alone: back it up apart from the workspace.\n\
         \n\
         Give the public key to whoever will verify: the National Auditor, a court. Next: `custodes person add`,\n\
         then `custodes import` of `accounts` and `auditors`, so that an auditor's part can be given.",
        arguments.lea,
        arguments.folder.display(),
        keys.display(),
    );
    let json = json!({ "origin": origin, "key": key, "keys": keys, "workspace": arguments.folder });
    let session = Session { workspace, by: arguments.administrator, format: arguments.place.format, warning: None };
    session.say(&text, json)
}
