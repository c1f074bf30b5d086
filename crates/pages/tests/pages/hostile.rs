//! Text as nobody should write it, and somebody will.

/// Markup, quotes, a formula, a word as long as a page, and words from right to left with marks that turn
/// whatever follows them around.
pub fn text() -> String {
    let markup = "<script>alert('x')</script>\"&<b onclick=x>=HYPERLINK(1)";
    let long = "Llanfairpwllgwyngyll".repeat(12);
    format!("{markup} {long} \u{202e}שלום\u{202d} مرحبا")
}

/// Nothing of it is markup on the page, and all of it is there.
pub fn is_only_text_in(html: &str, times: usize) {
    assert!(!html.contains("<script") && !html.contains("<b "));
    let there = html.matches("&#60;script&#62;alert(&#39;x&#39;)&#60;/script&#62;&#34;&#38;").count();
    assert!(there >= times, "{there} of {times}");
}
