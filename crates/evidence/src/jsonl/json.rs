//! One line of JSON Lines: an object whose members are plain values.
//!
//! Numbers stay text, so that a long id keeps all its digits. This must not know what a column is.

use std::borrow::Cow;

/// A member's value.
#[derive(Debug, PartialEq)]
pub enum Value<'a> {
    Null,
    Bool(bool),
    /// As written.
    Number(&'a str),
    Text(Cow<'a, str>),
    /// A list or an object.
    Nested,
}

const DEEPEST: usize = 64;

type Broken = &'static str;

/// Goes through the members of the object on a line, in order.
///
/// # Errors
/// What keeps the line from being one JSON object.
pub fn members<'a>(line: &'a str, mut take: impl FnMut(Cow<'a, str>, Value<'a>)) -> Result<(), Broken> {
    let mut from = Json { text: line, place: 0 };
    from.expect(b'{', "not a JSON object")?;
    if from.peek() == Some(b'}') {
        from.place += 1;
        return from.end();
    }
    loop {
        from.white();
        let key = from.string()?;
        from.expect(b':', "not a JSON object: a colon is missing")?;
        let value = from.value(0)?;
        take(key, value);
        match from.peek() {
            Some(b',') => from.place += 1,
            Some(b'}') => {
                from.place += 1;
                return from.end();
            }
            _ => return Err("not a JSON object: it does not end"),
        }
    }
}

struct Json<'a> {
    text: &'a str,
    place: usize,
}

impl<'a> Json<'a> {
    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.place).copied()
    }

    fn white(&mut self) {
        while matches!(self.byte(), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.place += 1;
        }
    }

    fn peek(&mut self) -> Option<u8> {
        self.white();
        self.byte()
    }

    fn expect(&mut self, byte: u8, broken: Broken) -> Result<(), Broken> {
        if self.peek() != Some(byte) {
            return Err(broken);
        }
        self.place += 1;
        Ok(())
    }

    fn end(&mut self) -> Result<(), Broken> {
        if self.peek().is_some() { Err("not one JSON object: something follows it") } else { Ok(()) }
    }

    fn value(&mut self, depth: usize) -> Result<Value<'a>, Broken> {
        match self.peek() {
            Some(b'"') => self.string().map(Value::Text),
            Some(b'{') => self.nested(b'}', depth),
            Some(b'[') => self.nested(b']', depth),
            Some(b'-' | b'0'..=b'9') => self.number().map(Value::Number),
            _ => {
                for (word, value) in [("null", Value::Null), ("true", Value::Bool(true)), ("false", Value::Bool(false))]
                {
                    if self.text.as_bytes()[self.place..].starts_with(word.as_bytes()) {
                        self.place += word.len();
                        return Ok(value);
                    }
                }
                Err("not a JSON object: a value is missing")
            }
        }
    }

    fn nested(&mut self, close: u8, depth: usize) -> Result<Value<'a>, Broken> {
        if depth >= DEEPEST {
            return Err("nested too deeply");
        }
        self.place += 1;
        if self.peek() == Some(close) {
            self.place += 1;
            return Ok(Value::Nested);
        }
        loop {
            if close == b'}' {
                self.white();
                self.string()?;
                self.expect(b':', "not a JSON object: a colon is missing")?;
            }
            self.value(depth + 1)?;
            match self.peek() {
                Some(b',') => self.place += 1,
                Some(byte) if byte == close => {
                    self.place += 1;
                    return Ok(Value::Nested);
                }
                _ => return Err("not a JSON object: a list or record in it does not end"),
            }
        }
    }

    fn digits(&mut self) -> usize {
        let start = self.place;
        while matches!(self.byte(), Some(b'0'..=b'9')) {
            self.place += 1;
        }
        self.place - start
    }

    fn number(&mut self) -> Result<&'a str, Broken> {
        const BROKEN: Broken = "not a JSON object: a number is malformed";
        let start = self.place;
        self.place += usize::from(self.byte() == Some(b'-'));
        let leading_zero = self.byte() == Some(b'0');
        let whole = self.digits();
        if whole == 0 || (leading_zero && whole > 1) {
            return Err(BROKEN);
        }
        if self.byte() == Some(b'.') {
            self.place += 1;
            if self.digits() == 0 {
                return Err(BROKEN);
            }
        }
        if matches!(self.byte(), Some(b'e' | b'E')) {
            self.place += 1;
            self.place += usize::from(matches!(self.byte(), Some(b'+' | b'-')));
            if self.digits() == 0 {
                return Err(BROKEN);
            }
        }
        Ok(&self.text[start..self.place])
    }

    fn string(&mut self) -> Result<Cow<'a, str>, Broken> {
        const OPEN: Broken = "not a JSON object: a text does not end";
        if self.byte() != Some(b'"') {
            return Err("not a JSON object: a name in quotes is missing");
        }
        self.place += 1;
        let start = self.place;
        let text = self.text;
        loop {
            match self.byte().ok_or(OPEN)? {
                b'"' => {
                    self.place += 1;
                    return Ok(Cow::Borrowed(&text[start..self.place - 1]));
                }
                b'\\' => break,
                ..0x20 => return Err("not a JSON object: a text holds a control character"),
                _ => self.place += 1,
            }
        }
        let mut owned = text[start..self.place].to_owned();
        loop {
            let plain = self.place;
            while self.byte().is_some_and(|byte| byte != b'"' && byte != b'\\' && byte >= 0x20) {
                self.place += 1;
            }
            owned.push_str(&text[plain..self.place]);
            match self.byte().ok_or(OPEN)? {
                b'"' => {
                    self.place += 1;
                    return Ok(Cow::Owned(owned));
                }
                b'\\' => owned.push(self.escape()?),
                _ => return Err("not a JSON object: a text holds a control character"),
            }
        }
    }

    fn escape(&mut self) -> Result<char, Broken> {
        const BROKEN: Broken = "not a JSON object: an escape is malformed";
        let kind = *self.text.as_bytes().get(self.place + 1).ok_or(BROKEN)?;
        self.place += 2;
        Ok(match kind {
            b'"' | b'\\' | b'/' => kind as char,
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let first = self.four_digits().ok_or(BROKEN)?;
                if !(0xD800..0xDC00).contains(&first) {
                    return char::from_u32(first).ok_or(BROKEN);
                }
                if !self.text.as_bytes()[self.place..].starts_with(b"\\u") {
                    return Err(BROKEN);
                }
                self.place += 2;
                let second = self.four_digits().filter(|second| (0xDC00..0xE000).contains(second)).ok_or(BROKEN)?;
                char::from_u32(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00)).ok_or(BROKEN)?
            }
            _ => return Err(BROKEN),
        })
    }

    fn four_digits(&mut self) -> Option<u32> {
        let digits = self.text.as_bytes().get(self.place..self.place + 4)?;
        self.place += 4;
        digits.iter().try_fold(0, |sum, &digit| Some(sum * 16 + (digit as char).to_digit(16)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Vec<(String, String)>, Broken> {
        let mut found = Vec::new();
        members(line, |key, value| found.push((key.into_owned(), format!("{value:?}"))))?;
        Ok(found)
    }

    #[test]
    fn members_come_in_order_with_their_values() {
        let found =
            read(r#" {"a": "x\"\u00e9\ud83d\ude00\n", "b":-1.50e3,"c":null, "d":[1,{"e":[]}], "f":true } "#).unwrap();
        let values: Vec<&str> = found.iter().map(|(_, value)| value.as_str()).collect();
        assert_eq!(values, ["Text(\"x\\\"é😀\\n\")", "Number(\"-1.50e3\")", "Null", "Nested", "Bool(true)"]);
        assert_eq!(read("{}"), Ok(Vec::new()));
    }

    #[test]
    fn what_is_not_one_object_is_broken() {
        let deep = format!("{{\"a\":{}", "[".repeat(100_000));
        for line in [
            "",
            "[]",
            "1",
            "{",
            "{\"a\"}",
            "{\"a\":}",
            "{\"a\":1,}",
            "{\"a\":01}",
            "{\"a\":1} x",
            "{\"a\":\"\\ud800\"}",
            "{'a':1}",
            "{\"a\":\"\\",
            &deep,
        ] {
            assert!(read(line).is_err(), "{line:.40}");
        }
    }
}
