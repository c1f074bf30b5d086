//! What must hold of every page.

/// The names of the tags that open, in order, with all that stands in them.
fn opened(html: &str) -> Vec<(&str, &str)> {
    let tags = html.split('<').skip(1).filter_map(|rest| rest.split_once('>')).map(|(tag, _)| tag);
    tags.filter(|tag| !tag.starts_with(['/', '!']))
        .map(|tag| (tag.split(' ').next().unwrap_or_default(), tag))
        .collect()
}

pub fn stands_by_itself(html: &str) {
    assert!(html.starts_with("<!DOCTYPE html>\n<html lang=\"en-GB\">"));
    for (name, tag) in opened(html) {
        assert!(!["script", "link", "img", "iframe", "object", "form"].contains(&name), "{tag}");
        assert!(!tag.contains(" src=") && !tag.contains(" on"), "{tag}");
        assert!(!tag.contains("href=") || tag.contains("href=\"#"), "{tag}");
    }
    assert!(!html.contains("@import") && !html.contains("url("));
}

pub fn has_headings_in_order(html: &str) {
    let levels: Vec<u8> = opened(html)
        .iter()
        .filter_map(|(name, _)| name.strip_prefix('h').and_then(|level| level.parse().ok()))
        .collect();
    assert_eq!(levels.iter().filter(|level| **level == 1).count(), 1);
    assert_eq!(levels[0], 1);
    assert!(levels.windows(2).all(|pair| pair[1] <= pair[0] + 1), "{levels:?}");
}

pub fn has_tables_that_name_their_cells(html: &str) {
    for table in html.split("<table").skip(1) {
        let table = table.split("</table>").next().unwrap_or_default();
        assert!(table.contains("<caption>"), "{table}");
    }
    for (_, tag) in opened(html).iter().filter(|(name, _)| *name == "th") {
        assert!(tag.contains("scope=\"col\"") || tag.contains("scope=\"row\""), "{tag}");
    }
}

pub fn closes_what_it_opens(html: &str) {
    let mut open = Vec::new();
    for tag in html.split('<').skip(1).filter_map(|rest| rest.split_once('>')).map(|(tag, _)| tag) {
        let name = tag.split(' ').next().unwrap_or_default();
        if let Some(name) = name.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name));
        } else if !["!DOCTYPE", "meta", "br"].contains(&name) {
            open.push(name);
        }
    }
    assert_eq!(open, Vec::<&str>::new());
}

pub fn is_fit(html: &str) {
    stands_by_itself(html);
    has_headings_in_order(html);
    has_tables_that_name_their_cells(html);
    closes_what_it_opens(html);
    assert_eq!(html.matches("<p class=\"marking\">OFFICIAL-SENSITIVE</p>").count(), 2);
}
