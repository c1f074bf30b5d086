//! Reads the text of a `.case` file.

use super::{Case, Every, Expectation, Expected, Table};

/// Words that begin an expectation; a list of exceptions ends where the next one begins.
const EXPECTATIONS: &[&str] = &["exceptions ", "untestable ", "state ", "population ", "sample ", "due "];

const STATES: &[&str] = &["exceptions", "clear", "not_evidenced", "not_applicable"];

/// The cases of one file, or every mistake in it.
pub fn file(name: &str, text: &str) -> Result<Vec<Case>, Vec<String>> {
    let lines: Vec<(usize, &str)> = text
        .lines()
        .enumerate()
        .map(|(index, line)| (index + 1, line.trim()))
        .filter(|(_, line)| !line.starts_with("--"))
        .collect();
    let (mut cases, mut problems) = (Vec::new(), Vec::new());
    let mut rest = lines.as_slice();
    while let Some(((line, first), after)) = rest.split_first() {
        rest = after;
        if first.is_empty() {
            continue;
        }
        let Some(title) = first.strip_prefix("# ") else {
            problems.push(format!("{name}:{line}: `{first}` stands outside a case, write `# a sentence` before it"));
            continue;
        };
        let length = rest.iter().position(|(_, line)| line.starts_with("# ")).unwrap_or(rest.len());
        let (body, after) = rest.split_at(length);
        rest = after;
        match case(name, *line, title, body) {
            Ok(case) => cases.push(case),
            Err(problem) => problems.push(format!("{name}:{problem}")),
        }
    }
    if problems.is_empty() { Ok(cases) } else { Err(problems) }
}

/// The tables of a text that has no titles: the quiet force, the benign rows.
pub fn tables(name: &str, text: &str) -> Result<Vec<Table>, String> {
    let lines: Vec<(usize, &str)> = text
        .lines()
        .enumerate()
        .map(|(index, line)| (index + 1, line.trim()))
        .filter(|(_, line)| !line.starts_with("--"))
        .collect();
    case(name, 0, name, &lines).map(|case| case.tables).map_err(|problem| format!("{name}:{problem}"))
}

fn case(file: &str, line: usize, title: &str, body: &[(usize, &str)]) -> Result<Case, String> {
    let mut case = Case {
        file: file.to_owned(),
        line,
        title: title.trim().to_owned(),
        quiet_force: false,
        from: "2025-01-01".to_owned(),
        as_of: "2026-01-01".to_owned(),
        parameters: Vec::new(),
        tables: Vec::new(),
        empty: Vec::new(),
        absent: Vec::new(),
        not_exported: Vec::new(),
        expectations: Vec::new(),
    };
    let mut rest = body;
    while let Some(((line, text), after)) = rest.split_first() {
        rest = after;
        if text.is_empty() {
            continue;
        }
        let length = rest.iter().position(|(_, line)| line.is_empty()).unwrap_or(rest.len());
        let used = statement(&mut case, *line, text, &rest[..length]).map_err(|what| format!("{line}: {what}"))?;
        rest = &rest[used..];
    }
    Ok(case)
}

/// Takes one statement; gives the number of lines after the first that belong to it.
fn statement(case: &mut Case, line: usize, text: &str, block: &[(usize, &str)]) -> Result<usize, String> {
    let (verb, rest) = text.split_once(' ').map_or((text, ""), |(verb, rest)| (verb, rest.trim()));
    match verb {
        "given" if rest == "the quiet force" => case.quiet_force = true,
        "as" => case.as_of = rest.strip_prefix("of ").ok_or("write `as of DATE`")?.trim().to_owned(),
        "from" => case.from = rest.to_owned(),
        "parameters" => case.parameters.push(rest.to_owned()),
        "empty" => case.empty.push(known_set(rest)?),
        "no" => case.absent.push(known_set(rest)?),
        "without" => {
            let (set, column) = rest.split_once('.').ok_or("write `without set.column`")?;
            known_column(set, column)?;
            if custodes_standard::evidence::Set::named(set)
                .and_then(|set| set.column(column))
                .is_some_and(|c| c.required)
            {
                return Err(format!("`{set}.{column}` is required: without it the file is refused"));
            }
            case.not_exported.push((set.to_owned(), column.to_owned()));
        }
        "exceptions" | "untestable" | "state" | "population" | "sample" | "due" => {
            let (expectation, used) = expectation(verb, rest, line, block)?;
            case.expectations.push(expectation);
            return Ok(used);
        }
        "also" => {
            case.tables.push(table(rest, true, line, block)?);
            return Ok(block.len());
        }
        _ => {
            case.tables.push(table(text, false, line, block)?);
            return Ok(block.len());
        }
    }
    Ok(0)
}

fn expectation(verb: &str, rest: &str, line: usize, block: &[(usize, &str)]) -> Result<(Expectation, usize), String> {
    let words: Vec<&str> = rest.split_whitespace().collect();
    let count = |text: &str| text.parse::<u64>().map_err(|_| format!("`{text}` is not a count"));
    let (clause, of, used) = match (verb, words.as_slice()) {
        ("exceptions", [clause, code]) => {
            let next = |(_, line): &(usize, &str)| EXPECTATIONS.iter().any(|word| line.starts_with(word));
            let block = &block[..block.iter().position(next).unwrap_or(block.len())];
            let listed = block.iter().map(|(_, line)| cells(line)).collect::<Result<Vec<_>, _>>()?;
            if let Some(long) = listed.iter().find(|cells| cells.len() > 4) {
                return Err(format!("`{}` has more than subject, due, done, days late", long.join(" | ")));
            }
            (clause, Expected::Exceptions { code: (*code).to_owned(), listed }, block.len())
        }
        ("untestable", [clause, code, number]) => {
            (clause, Expected::Untestable { code: (*code).to_owned(), count: count(number)? }, 0)
        }
        ("state", [clause, state]) if STATES.contains(state) => (clause, Expected::State((*state).to_owned()), 0),
        ("population", [clause, number]) => (clause, Expected::Population(count(number)?), 0),
        ("sample", [clause, "none"]) => (clause, Expected::Sample(None), 0),
        ("sample", [clause, number]) => (clause, Expected::Sample(Some(count(number)?)), 0),
        ("due", [clause, "none"]) => (clause, Expected::Due(None), 0),
        ("due", [clause, date]) => (clause, Expected::Due(Some((*date).to_owned())), 0),
        _ => return Err(format!("`{verb} {rest}` is not an expectation, see the README beside the cases")),
    };
    Ok((Expectation { clause: (*clause).to_owned(), of, line }, used))
}

fn table(heading: &str, also: bool, line: usize, block: &[(usize, &str)]) -> Result<Table, String> {
    let (set, every) = match heading.split_once(" every ") {
        None => (heading, None),
        Some((set, rest)) => (set, Some(repetition(rest)?)),
    };
    let set = known_set(set)?;
    let mut lines = block.iter().map(|(line, text)| cells(text).map(|cells| (*line, cells)));
    let (_, header) = lines.next().ok_or(format!("`{set}` has no header"))??;
    for column in &header {
        known_column(&set, column)?;
    }
    let mut rows = Vec::new();
    for row in lines {
        let (line, row) = row?;
        if row.len() != header.len() {
            return Err(format!("row at line {line} has {} cells, its header {}", row.len(), header.len()));
        }
        rows.push(row);
    }
    Ok(Table { set, also, every, header, rows, line })
}

/// `7 days until 2025-12-31`
fn repetition(text: &str) -> Result<Every, String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let [count, unit @ ("days" | "months"), "until", until] = words.as_slice() else {
        return Err(format!("`every {text}` is not `every N days until DATE` or `every N months until DATE`"));
    };
    let count = count.parse::<i64>().ok().filter(|count| *count > 0).ok_or(format!("`{count}` is not a count"))?;
    Ok(Every { count, months: *unit == "months", until: (*until).to_owned() })
}

/// Cells between `|`, trimmed; `\u{a0}` stands for the character of that number.
fn cells(line: &str) -> Result<Vec<String>, String> {
    line.split('|').map(|cell| unescape(cell.trim())).collect()
}

fn unescape(cell: &str) -> Result<String, String> {
    let mut out = String::new();
    let mut rest = cell;
    while let Some((before, after)) = rest.split_once("\\u{") {
        let (digits, after) = after.split_once('}').ok_or(format!("`{cell}` opens an escape and does not end it"))?;
        let character = u32::from_str_radix(digits, 16).ok().and_then(char::from_u32);
        out.push_str(before);
        out.push(character.ok_or(format!("`{digits}` is no character"))?);
        rest = after;
    }
    out.push_str(rest);
    Ok(out)
}

fn known_set(name: &str) -> Result<String, String> {
    if name == "manifest" || custodes_standard::evidence::Set::named(name).is_some() {
        return Ok(name.to_owned());
    }
    Err(format!("`{name}` is neither a set of evidence nor a word of the format"))
}

fn known_column(set: &str, column: &str) -> Result<(), String> {
    let known = match custodes_standard::evidence::Set::named(set) {
        Some(set) => set.column(column).is_some(),
        None => ["file", "rows", "sha256", "period_from", "period_to"].contains(&column),
    };
    if known { Ok(()) } else { Err(format!("`{set}` has no column `{column}`")) }
}
