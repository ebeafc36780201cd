//! An element as a short text, made without looking at more of it than is shown.

use serde::Serialize;
use std::any::type_name;
use std::io::{self, Write};

/// The most bytes of JSON that are shown.
const LONGEST: usize = 200;

/// A value as JSON, cut where it is long; its type where JSON cannot show it.
pub(super) fn shown<T: Serialize>(value: &T) -> String {
    let mut short = Short(Vec::new());
    match serde_json::to_writer(&mut short, value) {
        Ok(()) => whole(short.0),
        Err(error) if error.is_io() => cut(short.0),
        Err(_) => format!("({})", type_name::<T>()),
    }
}

fn whole(json: Vec<u8>) -> String {
    String::from_utf8(json).unwrap_or_default()
}

fn cut(mut json: Vec<u8>) -> String {
    let whole_characters = std::str::from_utf8(&json).map_or_else(|error| error.valid_up_to(), str::len);
    json.truncate(whole_characters);
    whole(json) + "…"
}

/// Takes so many bytes and then refuses more, which ends the work of whoever writes.
struct Short(Vec<u8>);

impl Write for Short {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = bytes.len().min(LONGEST - self.0.len());
        self.0.extend_from_slice(&bytes[..taken]);
        if taken == bytes.len() { Ok(taken) } else { Err(io::ErrorKind::StorageFull.into()) }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;
    use std::collections::HashMap;

    #[test]
    fn what_is_short_is_whole() {
        assert_eq!(shown(&("a", 1, [0.5])), r#"["a",1,[0.5]]"#);
        assert_eq!(shown(&"x".repeat(LONGEST - 2)).len(), LONGEST);
    }

    #[test]
    fn what_is_long_is_cut_between_two_characters() {
        for before in ["", "1", "12"] {
            let text = shown(&(before.to_owned() + &"€".repeat(LONGEST)));
            assert!(text.ends_with("€…") && (LONGEST - 2..=LONGEST + 3).contains(&text.len()), "{text}");
        }
    }

    #[test]
    fn what_is_not_shown_is_not_looked_at() {
        struct Endless(Cell<usize>);
        impl Serialize for Endless {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let looked = &self.0;
                serializer.collect_seq((0..usize::MAX).inspect(|n| looked.set(*n)))
            }
        }
        let endless = Endless(Cell::new(0));
        assert!(shown(&endless).starts_with("[0,1,2,3,"));
        assert!(endless.0.get() < LONGEST);
    }

    #[test]
    fn what_json_cannot_show_has_its_type() {
        let map = HashMap::from([((1, 2), 3)]);
        assert_eq!(shown(&map), format!("({})", type_name::<HashMap<(i32, i32), i32>>()));
    }
}
