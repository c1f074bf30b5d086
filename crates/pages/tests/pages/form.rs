//! What must hold of every page.

use std::collections::BTreeSet;

/// The names of the tags that open, in order, with all that stands in them.
fn opened(html: &str) -> Vec<(&str, &str)> {
    let tags = html.split('<').skip(1).filter_map(|rest| rest.split_once('>')).map(|(tag, _)| tag);
    tags.filter(|tag| !tag.starts_with(['/', '!']))
        .map(|tag| (tag.split(' ').next().unwrap_or_default(), tag))
        .collect()
}

/// The names and values in a tag; every value of ours stands in double quotes.
fn attributes(tag: &str) -> Vec<(&str, &str)> {
    let (_, rest) = tag.split_once(' ').unwrap_or_default();
    let pieces: Vec<&str> = rest.split('"').collect();
    pieces.chunks_exact(2).map(|pair| (pair[0].trim().trim_end_matches('='), pair[1])).collect()
}

fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    attributes(tag).into_iter().find(|(named, _)| *named == name).map(|(_, value)| value)
}

pub fn stands_by_itself(html: &str) {
    assert!(html.starts_with("<!DOCTYPE html>\n<html lang=\"en-GB\">"));
    assert_eq!(html.matches("http-equiv=\"Content-Security-Policy\" content=\"default-src 'none';").count(), 1);
    for (name, tag) in opened(html) {
        assert!(!["script", "link", "img", "iframe", "object", "form"].contains(&name), "{tag}");
        for (name, value) in attributes(tag) {
            assert!(name != "src" && !name.starts_with("on"), "{tag}");
            assert!(name != "href" || value.starts_with('#'), "{tag}");
        }
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
        assert!(table.contains("<thead>"), "{table}");
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

/// A link leads to a place on the page, and no two places have one name.
pub fn has_places_for_its_links(html: &str) {
    let tags = opened(html);
    let ids: Vec<&str> = tags.iter().filter_map(|(_, tag)| attribute(tag, "id")).collect();
    let places: BTreeSet<&str> = ids.iter().copied().collect();
    assert_eq!(places.len(), ids.len(), "{ids:?}");
    for (_, tag) in tags {
        let link = attribute(tag, "href").and_then(|href| href.strip_prefix('#'));
        let named = link.or_else(|| attribute(tag, "aria-labelledby"));
        assert!(named.is_none_or(|named| places.contains(named)), "{tag}");
    }
}

/// Where a screen reader can go at once.
pub fn has_landmarks_and_a_title(html: &str) {
    for name in ["header", "main", "footer"] {
        assert_eq!(opened(html).iter().filter(|(opened, _)| *opened == name).count(), 1, "{name}");
    }
    let title = html.split_once("<title>").and_then(|(_, rest)| rest.split_once("</title>"));
    assert!(title.is_some_and(|(title, _)| !title.trim().is_empty()));
}

pub fn is_fit(html: &str) {
    stands_by_itself(html);
    has_headings_in_order(html);
    has_tables_that_name_their_cells(html);
    has_places_for_its_links(html);
    has_landmarks_and_a_title(html);
    closes_what_it_opens(html);
    assert_eq!(html.matches("<p class=\"marking\">OFFICIAL-SENSITIVE</p>").count(), 2);
}
