//! The only place where Custodes asks what time it is.

use custodes_compliance::time::Instant;

/// Now, to the microsecond.
#[expect(clippy::disallowed_methods, reason = "this is where the clock is read, so that nothing else needs to")]
pub fn now() -> Instant {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    Instant(since.as_micros() as i64)
}
