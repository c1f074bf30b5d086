//! The machine's own name for whoever runs the program: it stands behind the person they act as.

/// The name of the user whom the system runs the program for. What the environment says is asked only where the
/// system's list of users does not know them: anybody can set it.
pub fn login() -> Option<String> {
    of_the_system().or_else(of_the_environment)
}

#[cfg(unix)]
fn of_the_system() -> Option<String> {
    let users = std::fs::read_to_string("/etc/passwd").ok()?;
    named(&users, rustix::process::geteuid().as_raw())
}

#[cfg(not(unix))]
fn of_the_system() -> Option<String> {
    None
}

fn of_the_environment() -> Option<String> {
    ["USER", "LOGNAME", "USERNAME"].iter().find_map(|name| std::env::var(name).ok()).filter(|name| !name.is_empty())
}

/// The user of a number, in the form of passwd(5): `name:password:number:…`.
#[cfg(unix)]
fn named(users: &str, number: u32) -> Option<String> {
    let of_line = |line: &str| {
        let mut fields = line.split(':');
        let (name, _, of) = (fields.next()?, fields.next()?, fields.next()?);
        (of.parse() == Ok(number) && !name.is_empty()).then(|| name.to_owned())
    };
    users.lines().find_map(of_line)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_user_is_found_by_the_number_alone() {
        let users =
            "root:x:0:0:root:/root:/bin/sh\nbroken\n1000:x:7:7::/:/bin/sh\nclerk:x:1000:1000:,,,:/home/clerk:/bin/sh\n";
        assert_eq!(named(users, 1000).as_deref(), Some("clerk"));
        assert_eq!(named(users, 7).as_deref(), Some("1000"));
        assert_eq!(named(users, 1), None);
    }
}
