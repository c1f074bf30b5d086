//! `custodes receive`: a bundle of an LEA, verified, journalled, and acknowledged.

use std::path::PathBuf;

use custodes_compliance::acts::DemandId;
use custodes_compliance::national::Receipt;
use custodes_compliance::roles::Action;
use custodes_journal::witness::AddCheckpoint;
use serde_json::json;

use super::lea::receipt_text;
use super::{Place, name};
use crate::cli::{COULD_NOT_RUN, Mistakes, RAN};
use crate::words::counted;
use crate::work::receiving::{self, Presented, Receiving};
use crate::work::witness::WitnessFolder;
use crate::work::{WorkError, bundle, outgoing, witnessing};

/// Receives a bundle of an LEA: verifies it, keeps it, and gives a receipt
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[arg(value_name = "BUNDLE")]
    bundle: PathBuf,
    /// Whose it is, by the short name in the register
    #[arg(long, value_name = "NAME")]
    lea: String,
    /// Which expected return it is; may be repeated
    #[arg(long = "return", value_name = "WHAT")]
    returns: Vec<String>,
    /// Which demand it meets; may be repeated
    #[arg(long = "demand", value_name = "K1", value_parser = name::<DemandId>)]
    demands: Vec<DemandId>,
    /// A proof that its journal continues the one received last: the text of `custodes witness request`
    #[arg(long, value_name = "FILE")]
    proof: Option<PathBuf>,
    /// Cosign its checkpoint with the witness in this folder
    #[arg(long, value_name = "DIR")]
    witness_dir: Option<PathBuf>,
    /// Write the receipt as a page too
    #[arg(long, value_name = "FILE.html")]
    html: Option<PathBuf>,
    #[command(flatten)]
    place: Place,
}

pub fn run(arguments: Arguments) -> Result<u8, Mistakes> {
    let mut session = arguments.place.session()?;
    let by = session.by.clone();
    session.workspace.permit(&by, Action::ReceiveBundle, None)?;
    let witness = arguments.witness_dir.as_deref().map(WitnessFolder::open).transpose()?;
    let presented = presented(&arguments, &session.workspace.record)?;
    let how = Receiving { lea: arguments.lea, returns: arguments.returns, demands: arguments.demands };
    let received =
        receiving::receive(&mut session.workspace, &by, &arguments.bundle, presented, &how, witness.as_ref())?;
    let told = Receipt::of(&session.workspace.record, received.receipt).ok_or("the receipt is not on record")?;
    if let Some(file) = &arguments.html {
        outgoing::put_new(file, custodes_pages::receipt(&told).as_bytes())?;
    }
    let mut text = receipt_text(&told);
    if received.before {
        text = format!("This file was received before: nothing was added.\n{text}");
    }
    if let Some(why) = &received.not_cosigned {
        text.push_str(&format!("\n  not cosigned  {why}"));
    }
    session.say(&text, json!({ "receipt": told, "before": received.before, "not_cosigned": received.not_cosigned }))?;
    Ok(if told.accepted() { RAN } else { COULD_NOT_RUN })
}

fn presented(arguments: &Arguments, record: &custodes_compliance::record::Record) -> Result<Presented, Mistakes> {
    let key = receiving::key_of(record, &arguments.lea)?;
    let opened = bundle::open(&arguments.bundle, Some(&key), &witnessing::trusted(record))?;
    let parts = bundle::parts(&arguments.bundle)?;
    if parts.sha256 != opened.sha256 {
        return Err(format!("{}: the file was changed while it was read: try again", arguments.bundle.display()).into());
    }
    let mut proofs: Vec<_> = parts.since_previous.into_iter().collect();
    if let Some(file) = &arguments.proof {
        let text = std::fs::read(file).map_err(WorkError::file(file, "cannot be read"))?;
        let request = AddCheckpoint::parse(&text).map_err(|why| format!("{}: {why}", file.display()))?;
        let (given, has) = (request.checkpoint.checkpoint(), opened.checkpoint.checkpoint());
        if given.head() != has.head() || given.origin() != has.origin() {
            return Err(format!(
                "{}: it is a proof of another checkpoint ({}) than the bundle's ({}): ask for \
                 `custodes witness request --to-size {}`",
                file.display(),
                counted(given.head().size.0, "entry", "entries"),
                counted(has.head().size.0, "entry", "entries"),
                has.head().size.0,
            )
            .into());
        }
        proofs.push((request.old, request.proof));
    }
    Ok(Presented {
        record: opened.record,
        defects: opened.defects,
        sha256: opened.sha256,
        bytes: opened.bytes,
        made_at: opened.info.made_at,
        checkpoint: opened.checkpoint,
        proofs,
    })
}
