//! Strings that need no memory of their own if they are short.

mod short;

use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use short::Short;
use std::borrow::Cow;
use std::cmp::Ordering;
use std::convert::Infallible;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;
use std::str::FromStr;

/// A string that is kept in place if it has up to [`IN_PLACE`](Self::IN_PLACE) bytes: for keys and fields that are made by
/// the million, such as words, names, codes and addresses.
///
/// Where a [`String`] asks the allocator for memory, and is looked up, compared and hashed there, a short text of this
/// type is made, moved, compared and hashed as a number. It takes 24 bytes, as much as a `String`. Longer texts are on the
/// heap, and so are those that end with a zero byte. It is never changed; what reads a `str` reads it too, and it is
/// written as a `String` is.
///
/// ```
/// use beamline_sdk::{Pipeline, SmallString};
///
/// let p = Pipeline::new();
/// let lines = p.create(["to be or not to be".to_owned()]);
/// let words = lines.flat_map_with(|line, out| line.split(' ').for_each(|word| out.emit(SmallString::from(word))));
/// let counts = words.count_per_element().map(|(word, count)| format!("{word}: {count}"));
/// # p.graph()?;
/// # Ok::<(), beamline_sdk::Error>(())
/// ```
///
/// It is not [`Borrow<str>`](std::borrow::Borrow): its hash is not that of a `str`. Strings with a place for short ones
/// are known from databases as those of [Umbra](https://www.cidrdb.org/cidr2020/papers/p29-neumann-cidr20.pdf).
#[derive(Clone)]
pub struct SmallString(Repr);

/// What can be in place always is: a text has one form.
#[derive(Clone, PartialEq, Eq)]
enum Repr {
    Short(Short),
    Long(Box<str>),
}

impl SmallString {
    /// The longest text that is kept in place, in bytes of UTF-8.
    pub const IN_PLACE: usize = short::LONGEST;

    /// A string without letters.
    #[must_use]
    pub const fn new() -> Self {
        Self(Repr::Short(Short::empty()))
    }

    /// The text.
    #[inline]
    #[must_use]
    pub fn as_str(&self) -> &str {
        match &self.0 {
            Repr::Short(short) => short.as_str(),
            Repr::Long(long) => long,
        }
    }

    /// `text` as a string, in place if it can be. `long` makes it one on the heap.
    #[inline]
    fn make<S: AsRef<str>>(text: S, long: impl FnOnce(S) -> Box<str>) -> Self {
        Self(match Short::new(text.as_ref()) {
            Some(short) => Repr::Short(short),
            None => Repr::Long(long(text)),
        })
    }
}

impl Default for SmallString {
    fn default() -> Self {
        Self::new()
    }
}

impl From<&str> for SmallString {
    #[inline]
    fn from(text: &str) -> Self {
        Self::make(text, Box::from)
    }
}

impl From<&String> for SmallString {
    fn from(text: &String) -> Self {
        text.as_str().into()
    }
}

impl From<String> for SmallString {
    fn from(text: String) -> Self {
        Self::make(text, Box::from)
    }
}

impl From<Box<str>> for SmallString {
    fn from(text: Box<str>) -> Self {
        Self::make(text, |text| text)
    }
}

impl From<Cow<'_, str>> for SmallString {
    fn from(text: Cow<'_, str>) -> Self {
        Self::make(text, Box::from)
    }
}

impl From<SmallString> for String {
    fn from(text: SmallString) -> Self {
        match text.0 {
            Repr::Short(short) => short.as_str().to_owned(),
            Repr::Long(long) => long.into(),
        }
    }
}

impl FromStr for SmallString {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(text.into())
    }
}

impl Deref for SmallString {
    type Target = str;

    #[inline]
    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl AsRef<str> for SmallString {
    fn as_ref(&self) -> &str {
        self
    }
}

impl PartialEq for SmallString {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl Eq for SmallString {}

impl PartialEq<str> for SmallString {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == other
    }
}

impl PartialEq<&str> for SmallString {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == *other
    }
}

impl PartialEq<String> for SmallString {
    fn eq(&self, other: &String) -> bool {
        self.as_str() == other
    }
}

/// By their bytes, as `str` is.
impl Ord for SmallString {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_str().cmp(other)
    }
}

impl PartialOrd for SmallString {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Hash for SmallString {
    #[inline]
    fn hash<H: Hasher>(&self, state: &mut H) {
        match &self.0 {
            Repr::Short(short) => short.hash(state),
            Repr::Long(long) => long.hash(state),
        }
    }
}

impl fmt::Debug for SmallString {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl fmt::Display for SmallString {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self.as_str(), f)
    }
}

impl Serialize for SmallString {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self)
    }
}

impl<'de> Deserialize<'de> for SmallString {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Text)
    }
}

struct Text;

impl Visitor<'_> for Text {
    type Value = SmallString;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<SmallString, E> {
        Ok(text.into())
    }

    fn visit_string<E: de::Error>(self, text: String) -> Result<SmallString, E> {
        Ok(text.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coder;
    use crate::kernel::hash_key;
    use proptest::prelude::*;

    #[test]
    fn it_is_no_larger_than_a_string() {
        assert_eq!(size_of::<SmallString>(), size_of::<String>());
        assert_eq!(SmallString::default(), "");
    }

    proptest! {
        #[test]
        fn it_is_like_a_string(a in "(\\PC|\0){0,20}", b in "[ab\0]{0,4}|[a-c]{15,18}", c in "[ab\0]{0,4}|[a-c]{15,18}") {
            for text in [&a, &b, &c] {
                let small = SmallString::from(text.as_str());
                prop_assert_eq!(&small, text);
                let fits = text.len() <= SmallString::IN_PLACE && !text.ends_with('\0');
                prop_assert_eq!(matches!(small.0, Repr::Short(_)), fits);
                prop_assert_eq!(format!("{small:?} {small:>30}"), format!("{text:?} {text:>30}"));
                let others: [SmallString; 4] =
                    [text.clone().into(), text.clone().into_boxed_str().into(), Cow::from(text.as_str()).into(), text.parse().unwrap()];
                for other in &others {
                    prop_assert_eq!(&small, other);
                    prop_assert_eq!(hash_key(&small), hash_key(other));
                }
                prop_assert_eq!(&String::from(small), text);
            }
            let [x, y] = [&b, &c].map(SmallString::from);
            prop_assert_eq!((x == y, x.cmp(&y)), (b == c, b.cmp(&c)));
            prop_assert_eq!(x == y, hash_key(&x) == hash_key(&y));
        }

        #[test]
        fn it_is_written_as_a_string_is(text in "\\PC{0,30}") {
            let (mut small, mut string) = (Vec::new(), Vec::new());
            coder::encode(&SmallString::from(&text), &mut small).unwrap();
            coder::encode(&text, &mut string).unwrap();
            prop_assert_eq!(&small, &string);
            prop_assert_eq!(coder::decode::<SmallString>(&mut small.as_slice()).unwrap(), text.as_str());
            let json = serde_json::to_string(&text).unwrap();
            prop_assert_eq!(serde_json::from_str::<SmallString>(&json).unwrap(), text);
        }
    }

    #[test]
    fn what_is_no_text_is_refused() {
        assert!(serde_json::from_str::<SmallString>("7").is_err());
        assert!(coder::decode::<SmallString>(&mut &[2, 0xff, 0xfe][..]).is_err());
    }
}
