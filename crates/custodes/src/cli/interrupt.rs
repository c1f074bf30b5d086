//! Ctrl-C: what was put into the private temporary folder does not outlive the program.

use std::path::Path;
use std::sync::{Mutex, Once, PoisonError};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

static FOLDERS: Mutex<Vec<std::path::PathBuf>> = Mutex::new(Vec::new());
static HANDLER: Once = Once::new();

/// Ended by the person at the keyboard, as shells count it.
const INTERRUPTED: i32 = 130;

/// Sees to it that the folder is removed when the program is interrupted.
pub fn remove_on_interrupt(folder: &Path) {
    FOLDERS.lock().unwrap_or_else(PoisonError::into_inner).push(folder.to_owned());
    HANDLER.call_once(|| {
        // Without a handler an interrupt still ends the program; only the folder would stay.
        let Ok(mut signals) = Signals::new([SIGINT, SIGTERM]) else { return };
        std::thread::spawn(move || {
            if signals.forever().next().is_some() {
                for folder in FOLDERS.lock().unwrap_or_else(PoisonError::into_inner).iter() {
                    let _ = std::fs::remove_dir_all(folder);
                }
                eprintln!("custodes: interrupted; nothing was written");
                std::process::exit(INTERRUPTED);
            }
        });
    });
}
