//! What a store of the journal must do, and what SQLite's in particular must survive.

mod files;
mod sample;
#[macro_use]
mod suite;
mod retention;

#[cfg(target_os = "linux")]
mod faults;
#[cfg(target_os = "linux")]
mod kill;
#[cfg(target_os = "linux")]
mod power;
mod processes;

mod sqlite_behaves {
    behaves_as_a_journal!(crate::files::Sqlite::new);
}
