//! What a request has to know where more than this machine can ask.

use beamline_sdk::{Error, ErrorKind, Result};
use std::hash::{BuildHasher, RandomState};
use std::hint::black_box;

/// The fewest characters of a token that somebody chooses.
const SHORTEST: usize = 8;

/// A secret that can stand in a URL as it is.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Token(String);

impl Token {
    /// One that was chosen.
    pub(crate) fn chosen(text: &str) -> Result<Self> {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "-._~".contains(c);
        if text.len() >= SHORTEST && text.chars().all(is_plain) {
            return Ok(Self(text.to_owned()));
        }
        let text = format!("the token for the page has to be {SHORTEST} characters or more, of a-z, A-Z, 0-9 and -._~");
        Err(Error::new(ErrorKind::Options, text).help("choose another token, or none to get a random one"))
    }

    /// One of 128 bits that nobody can guess: the hash is keyed by the randomness of the system.
    pub(crate) fn random() -> Self {
        let state = RandomState::new();
        Self(format!("{:016x}{:016x}", state.hash_one(0), state.hash_one(1)))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is this one. How long that takes does not tell how much of it is right.
    pub(crate) fn is(&self, other: &str) -> bool {
        let (mine, other) = (self.0.as_bytes(), other.as_bytes());
        let at = |i: usize| other.get(i).copied().unwrap_or_default();
        let differences = mine.iter().enumerate().fold(0, |all, (i, byte)| black_box(all | (byte ^ at(i))));
        black_box(differences) == 0 && mine.len() == other.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_is_the_same() {
        let token = Token::chosen("Some-secret.1~_").unwrap();
        assert!(token.is("Some-secret.1~_"));
        for other in ["", "Some-secret.1~", "Some-secret.1~__", "some-secret.1~_", "Some-secret.1~_\0"] {
            assert!(!token.is(other), "{other:?}");
        }
    }

    #[test]
    fn what_is_short_or_needs_escapes_is_refused() {
        for text in ["", "seven77", "with space", "semi;colon", "ümläute-", "a&b=c&d=e", "\"quoted\""] {
            assert_eq!(Token::chosen(text).err().unwrap().kind(), ErrorKind::Options, "{text}");
        }
    }

    #[test]
    fn random_ones_differ_and_could_have_been_chosen() {
        let (one, other) = (Token::random(), Token::random());
        assert!(one != other && Token::chosen(one.as_str()).is_ok() && one.as_str().len() == 32);
    }
}
