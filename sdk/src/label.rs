//! Names of steps.

/// The name of a type without its path and its parameters: `my::Count<u64>` is `Count`.
pub(crate) fn short_type_name<T: ?Sized>() -> String {
    short(std::any::type_name::<T>()).to_owned()
}

/// Parameters may also be those of what a type is declared in: `<my::Count<u64> as my::Expand>::expand::Local` is `Local`.
fn short(full: &str) -> &str {
    let (mut depth, mut start, mut before) = (0, 0, ' ');
    for (at, letter) in full.char_indices() {
        match letter {
            '<' => depth += 1,
            // An arrow is no end of parameters.
            '>' if before != '-' => depth -= 1,
            ':' if depth == 0 => start = at + 1,
            _ => {}
        }
        before = letter;
    }
    full[start..].split('<').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_is_called_by_its_last_name() {
        assert_eq!(short_type_name::<Option<Vec<u64>>>(), "Option");
        assert_eq!(short("u64"), "u64");
        assert_eq!(short("my::Count<std::vec::Vec<u64>>"), "Count");
        assert_eq!(short("<my::Words as beamline::PTransform<fn(u64) -> u64>>::expand::Tokenize"), "Tokenize");
        assert_eq!(short("my::Outer<T>::method::Local<(u8, fn() -> u64)>"), "Local");
    }
}
