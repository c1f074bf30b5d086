//! Patterns of file names: `*` is any run of characters but `/`, `?` is one of them.

/// Whether a relative path (with `/`) matches, case aside. A pattern without `/` looks at the file's name only.
pub fn matches(pattern: &str, path: &str) -> bool {
    let text = if pattern.contains('/') { path } else { path.rsplit('/').next().unwrap_or(path) };
    let fold = |text: &str| text.chars().flat_map(char::to_lowercase).collect::<Vec<char>>();
    let (pattern, text) = (fold(pattern), fold(text));
    let (mut p, mut t) = (0, 0);
    // Where the last star stands, and how much of the text it has taken so far.
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, t));
                p += 1;
            }
            Some('?') if text[t] != '/' => (p, t) = (p + 1, t + 1),
            Some(&wanted) if wanted == text[t] => (p, t) = (p + 1, t + 1),
            _ => match star {
                Some((place, taken)) if text[taken] != '/' => {
                    star = Some((place, taken + 1));
                    (p, t) = (place + 1, taken + 1);
                }
                _ => return false,
            },
        }
    }
    pattern[p..].iter().all(|&left| left == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stays_inside_a_folder_and_case_is_folded() {
        assert!(matches("*audit*.csv", "2026/Org_Audit-08.CSV"));
        assert!(matches("tracking.log*", "cam-1/tracking.log.1.gz"));
        assert!(matches("cam-?/*.log", "cam-1/tracking.log"));
        assert!(!matches("*/x.csv", "a/b/x.csv"));
        assert!(!matches("*.csv", "x.csv.gz"));
        assert!(matches("*", ""));
    }
}
