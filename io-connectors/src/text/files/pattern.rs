//! The names of files as a text with placeholders.

use super::error::PatternError;
use super::time::TimeFormat;
use std::str::FromStr;

/// A text with placeholders in braces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pattern(Vec<Piece>);

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    Text(String),
    Placeholder(Placeholder),
}

/// What stands in a name for a fact about its file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Placeholder {
    Destination,
    Window,
    WindowStart(TimeFormat),
    WindowEnd(TimeFormat),
    Pane,
    PaneIndex,
    PaneTiming,
    PaneLast,
    Shard,
    ShardIndex,
    ShardCount,
    Part,
    Run,
}

impl Pattern {
    pub(super) fn pieces(&self) -> &[Piece] {
        &self.0
    }

    pub(super) fn placeholders(&self) -> impl Iterator<Item = &Placeholder> {
        self.0.iter().filter_map(|piece| match piece {
            Piece::Placeholder(placeholder) => Some(placeholder),
            Piece::Text(_) => None,
        })
    }

    /// The text in front of the first placeholder.
    pub(super) fn prefix(&self) -> &str {
        match self.0.first() {
            Some(Piece::Text(text)) => text,
            _ => "",
        }
    }

    /// The text behind the last placeholder.
    pub(super) fn suffix(&self) -> &str {
        match self.0.last() {
            Some(Piece::Text(text)) => text,
            _ => "",
        }
    }

    /// Adds to the end of all names.
    pub(super) fn push(&mut self, text: &str) {
        match self.0.last_mut() {
            Some(Piece::Text(last)) => last.push_str(text),
            _ => self.0.push(Piece::Text(text.to_owned())),
        }
    }
}

impl FromStr for Pattern {
    type Err = PatternError;

    fn from_str(pattern: &str) -> Result<Self, PatternError> {
        let (mut pieces, mut rest) = (Self(Vec::new()), pattern);
        while let Some(at) = rest.find(['{', '}']) {
            let (text, brace) = rest.split_at(at);
            pieces.push_if_any(text);
            rest = pieces.take_brace(pattern, brace)?;
        }
        pieces.push_if_any(rest);
        Ok(pieces)
    }
}

impl Pattern {
    fn push_if_any(&mut self, text: &str) {
        if !text.is_empty() {
            self.push(text);
        }
    }

    /// Takes a placeholder, or a brace that is written twice, and returns what is behind it.
    fn take_brace<'a>(&mut self, pattern: &str, text: &'a str) -> Result<&'a str, PatternError> {
        for brace in ["{{", "}}"] {
            if let Some(rest) = text.strip_prefix(brace) {
                self.push(&brace[..1]);
                return Ok(rest);
            }
        }
        let inside = text.strip_prefix('{').and_then(|text| text.split_once('}'));
        let Some((name, rest)) = inside else { return Err(PatternError::Brace { pattern: pattern.to_owned() }) };
        self.0.push(Piece::Placeholder(placeholder(pattern, name)?));
        Ok(rest)
    }
}

fn placeholder(pattern: &str, inside: &str) -> Result<Placeholder, PatternError> {
    let (name, format) = inside.split_once(':').map_or((inside, None), |(name, format)| (name, Some(format)));
    let time = || match format.map_or(Ok(TimeFormat::default()), str::parse) {
        Ok(format) if format.fields().next().is_none() => {
            Err(PatternError::NoFields { pattern: pattern.to_owned(), name: inside.to_owned() })
        }
        format => format,
    };
    let placeholder = match name {
        "window.start" => return Ok(Placeholder::WindowStart(time()?)),
        "window.end" => return Ok(Placeholder::WindowEnd(time()?)),
        "destination" => Placeholder::Destination,
        "window" => Placeholder::Window,
        "pane" => Placeholder::Pane,
        "pane.index" => Placeholder::PaneIndex,
        "pane.timing" => Placeholder::PaneTiming,
        "pane.last" => Placeholder::PaneLast,
        "shard" => Placeholder::Shard,
        "shard.index" => Placeholder::ShardIndex,
        "shard.count" => Placeholder::ShardCount,
        "part" => Placeholder::Part,
        "run" => Placeholder::Run,
        _ => return Err(PatternError::Unknown { pattern: pattern.to_owned(), name: name.to_owned() }),
    };
    match format {
        None => Ok(placeholder),
        Some(_) => Err(PatternError::NoFormat { pattern: pattern.to_owned(), name: name.to_owned() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(pattern: &str) -> Vec<Piece> {
        pattern.parse::<Pattern>().unwrap().0
    }

    fn text(text: &str) -> Piece {
        Piece::Text(text.to_owned())
    }

    #[test]
    fn text_and_placeholders_take_turns() {
        use Placeholder::{PaneLast, Shard, WindowStart};
        let start = Piece::Placeholder(WindowStart("%Y".parse().unwrap()));
        let (last, shard) = (Piece::Placeholder(PaneLast), Piece::Placeholder(Shard));
        let expected = vec![text("a/"), start, text("-"), last, shard, text(".txt")];
        assert_eq!(pieces("a/{window.start:%Y}-{pane.last}{shard}.txt"), expected);
        assert_eq!(pieces(""), []);
    }

    #[test]
    fn braces_that_are_meant_are_written_twice() {
        assert_eq!(pieces("{{a}}b{{{{"), [text("{a}b{{")]);
        assert_eq!(pieces("{{{part}}}"), [text("{"), Piece::Placeholder(Placeholder::Part), text("}")]);
    }

    #[test]
    fn what_is_wrong_is_said() {
        let error = |pattern: &str| pattern.parse::<Pattern>().unwrap_err().to_string();
        assert!(error("a{shard").contains("a{shard has a brace without its partner"), "{}", error("a{shard"));
        assert!(error("a}").contains("without its partner"));
        let unknown = error("a{shards}");
        assert!(unknown.contains("{shards} is no placeholder") && unknown.contains("{shard}"), "{unknown}");
        assert!(error("{}").contains("{} is no placeholder"));
        assert!(error("{shard:%Y}").contains("{shard} takes no format"));
        assert!(error("{window.end:%q}").contains("%q"));
        assert!(error("{window.end:MM}").contains("{window.end:MM} shows nothing of the time"));
    }

    #[test]
    fn the_two_ends_are_known() {
        let ends = |pattern: &str| {
            let pattern: Pattern = pattern.parse().unwrap();
            (pattern.prefix().to_owned(), pattern.suffix().to_owned())
        };
        assert_eq!(ends("a/{part}.gz"), ("a/".to_owned(), ".gz".to_owned()));
        assert_eq!(ends("{part}"), (String::new(), String::new()));
    }
}
