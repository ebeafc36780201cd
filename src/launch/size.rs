//! Sizes in bytes on the command line.

use beamline_local::MIN_MEMORY;

/// Reads a memory budget: a number of bytes, or of a binary unit such as `512M`.
pub(super) fn parse_memory(text: &str) -> Result<usize, String> {
    let bytes = parse(text)?;
    if bytes < MIN_MEMORY {
        return Err(format!("{text} is too little to work with; the least is {}M", MIN_MEMORY >> 20));
    }
    Ok(bytes)
}

fn parse(text: &str) -> Result<usize, String> {
    let digits = text.trim_end_matches(|c: char| !c.is_ascii_digit());
    let number: usize = digits.parse().map_err(|_| not_a_size())?;
    let unit = unit(&text[digits.len()..]).ok_or_else(not_a_size)?;
    number.checked_mul(unit).ok_or_else(|| "no machine has that much memory".to_owned())
}

fn unit(name: &str) -> Option<usize> {
    let name = name.to_ascii_lowercase();
    let shift = match name.strip_suffix("ib").unwrap_or(&name) {
        "" if name.is_empty() => 0,
        "k" => 10,
        "m" => 20,
        "g" => 30,
        "t" => 40,
        _ => return None,
    };
    Some(1 << shift)
}

fn not_a_size() -> String {
    "give a whole number of bytes, or one followed by k, M, G or T, such as 512M or 2G".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_binary() {
        assert_eq!(parse("17"), Ok(17));
        assert_eq!(parse("2k"), Ok(2 << 10));
        assert_eq!(parse("512M"), Ok(512 << 20));
        assert_eq!(parse("3g"), Ok(3 << 30));
        assert_eq!(parse("1TiB"), Ok(1 << 40));
    }

    #[test]
    fn everything_else_is_refused() {
        for text in ["", "M", "-1M", "1.5G", "1 M", "1X", "1ib", "1MB", "M1", "1é", "99999999999999999999"] {
            assert_eq!(parse(text), Err(not_a_size()), "{text}");
        }
        assert!(parse("99999999999T").unwrap_err().starts_with("no machine"));
    }

    #[test]
    fn too_little_names_the_least() {
        assert_eq!(parse_memory("1k"), Err("1k is too little to work with; the least is 16M".to_owned()));
        assert_eq!(parse_memory("16M"), Ok(16 << 20));
    }
}
