//! The pages as they were read and accepted.

/// To accept another, read it and put it in the file's place: `GOLDEN=write cargo test -p custodes-pages`
/// writes it.
pub fn is_the_golden(name: &str, html: &str) {
    let path = format!("{}/tests/golden/{name}.html", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("GOLDEN").is_some_and(|word| word == "write") {
        std::fs::write(&path, html).unwrap();
    }
    let golden = std::fs::read_to_string(&path).unwrap_or_default();
    let differs = golden.lines().zip(html.lines()).position(|(old, new)| old != new);
    assert!(golden == html, "{name} differs from {path}, first in line {differs:?} (counted from 0)");
}
