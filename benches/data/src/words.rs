//! What a word is: a maximal run of Unicode letters (general category `L*`), as it stands, without change of case.

use std::error::Error;
use std::fmt;

use unicode_properties::{GeneralCategoryGroup, UnicodeGeneralCategory};

/// Whether a character belongs to a word.
#[inline]
pub fn is_letter(char: char) -> bool {
    char.is_ascii_alphabetic() || (!char.is_ascii() && char.general_category_group() == GeneralCategoryGroup::Letter)
}

/// The words of a line, the plain way.
pub fn words(line: &str) -> impl Iterator<Item = &str> {
    line.split(|char| !is_letter(char)).filter(|word| !word.is_empty())
}

/// The text is not UTF-8.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidUtf8;

impl fmt::Display for InvalidUtf8 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the input is not valid UTF-8")
    }
}

impl Error for InvalidUtf8 {}

/// Calls `each` with every word of `text`: one look per byte, decoding only what is not ASCII.
///
/// # Errors
///
/// When `text` is not valid UTF-8. The words before the fault have been seen by then.
#[inline]
pub fn for_each_word<'a>(text: &'a [u8], mut each: impl FnMut(&'a [u8])) -> Result<(), InvalidUtf8> {
    let mut start = 0;
    while start < text.len() {
        let mut end = end_of_ascii(text, start);
        let mut next = end + 1;
        if text.get(end).is_some_and(|byte| !byte.is_ascii()) {
            (end, next) = end_of_wide(text, end)?;
        }
        if start < end {
            each(&text[start..end]);
        }
        start = next;
    }
    Ok(())
}

/// Where the run of ASCII letters that begins at `at` ends.
#[inline]
fn end_of_ascii(text: &[u8], mut at: usize) -> usize {
    while text.get(at).is_some_and(u8::is_ascii_alphabetic) {
        at += 1;
    }
    at
}

/// Where the word that has come to the character at `at`, outside ASCII, ends, and where to go on after what ends it.
#[inline(never)]
fn end_of_wide(text: &[u8], mut at: usize) -> Result<(usize, usize), InvalidUtf8> {
    while text.get(at).is_some_and(|byte| !byte.is_ascii()) {
        let char = decode(&text[at..])?;
        if !is_letter(char) {
            return Ok((at, at + char.len_utf8()));
        }
        at = end_of_ascii(text, at + char.len_utf8());
    }
    Ok((at, at + 1))
}

/// The character that the text begins with, which is not ASCII.
fn decode(text: &[u8]) -> Result<char, InvalidUtf8> {
    let width = match text[0] {
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        _ => 4,
    };
    let bytes = text.get(..width).ok_or(InvalidUtf8)?;
    str::from_utf8(bytes).ok().and_then(|text| text.chars().next()).ok_or(InvalidUtf8)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn fast(text: &[u8]) -> Result<Vec<&[u8]>, InvalidUtf8> {
        let mut found = Vec::new();
        for_each_word(text, |word| found.push(word))?;
        Ok(found)
    }

    /// The rule once more, as slow and plain as it can be said.
    fn obvious(text: &str) -> Vec<String> {
        let mut found = vec![String::new()];
        for char in text.chars() {
            match char.general_category_group() {
                GeneralCategoryGroup::Letter => found.last_mut().unwrap().push(char),
                _ => found.push(String::new()),
            }
        }
        found.retain(|word| !word.is_empty());
        found
    }

    fn agree(text: &str) -> bool {
        let obvious = obvious(text);
        words(text).eq(obvious.iter())
            && fast(text.as_bytes()).unwrap() == obvious.iter().map(String::as_bytes).collect::<Vec<_>>()
    }

    #[test]
    fn marks_numerals_and_emoji_part_words() {
        let text = "don't naïve e\u{301}t Ⅷ x² 東京タワー день_ночь 🦀a";
        assert_eq!(
            words(text).collect::<Vec<_>>(),
            ["don", "t", "naïve", "e", "t", "x", "東京タワー", "день", "ночь", "a"]
        );
        assert!(agree(text));
    }

    #[test]
    fn broken_utf8_is_refused() {
        for text in [&b"a\xff"[..], b"\xc3", b"\xc3a", b"\xe2\x82", b"\x80", b"\xed\xa0\x80", b"\xf5\x80\x80\x80"] {
            assert_eq!(fast(text), Err(InvalidUtf8), "{text:x?}");
        }
    }

    proptest! {
        #[test]
        fn agrees_with_the_obvious_on_any_text(text in any::<String>()) {
            prop_assert!(agree(&text));
        }

        #[test]
        fn agrees_with_the_obvious_on_mixed_text(text in "[a-cA-Z é-ñß.,'0-9а-я\u{300}-\u{303}东²Ⅷ\n]{0,60}") {
            prop_assert!(agree(&text));
        }

        #[test]
        fn refuses_just_what_is_not_utf8(bytes in prop::collection::vec(any::<u8>(), 0..12)) {
            prop_assert_eq!(fast(&bytes).is_ok(), str::from_utf8(&bytes).is_ok());
        }
    }
}
