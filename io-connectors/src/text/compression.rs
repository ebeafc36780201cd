//! Which compression a file has.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::path::Path;

/// How the bytes of a file are compressed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Compression {
    /// By the ending of the file's name: `.gz`, `.zst` and `.bz2`, in upper or lower case, are compressed; every other
    /// file is plain, and so are standard input and output.
    #[default]
    Auto,
    /// Not at all, whatever the name.
    Plain,
    /// gzip, also of several members. Needs the feature `gzip`.
    Gzip,
    /// Zstandard, also of several frames. Needs the feature `zstd`.
    Zstd,
    /// bzip2, also of several streams. Needs the feature `bzip2`.
    Bzip2,
}

impl Compression {
    /// What it means for a file of this name.
    pub(super) fn codec(self, path: &Path) -> Codec {
        match self {
            Self::Auto => Codec::of_name(path),
            Self::Plain => Codec::Plain,
            Self::Gzip => Codec::Gzip,
            Self::Zstd => Codec::Zstd,
            Self::Bzip2 => Codec::Bzip2,
        }
    }
}

/// A [`Compression`] that has been decided on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Codec {
    Plain,
    Gzip,
    Zstd,
    Bzip2,
}

impl Codec {
    /// All that compress.
    const ALL: [Self; 3] = [Self::Gzip, Self::Zstd, Self::Bzip2];

    fn of_name(path: &Path) -> Self {
        let Some(extension) = path.extension() else { return Self::Plain };
        Self::ALL.into_iter().find(|c| extension.eq_ignore_ascii_case(c.extension())).unwrap_or(Self::Plain)
    }

    /// The usual ending of a file's name, without the dot.
    pub(super) fn extension(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Gzip => "gz",
            Self::Zstd => "zst",
            Self::Bzip2 => "bz2",
        }
    }

    /// Whether this program was built without it. The cargo feature has the name of the codec.
    pub(super) fn is_missing(self) -> bool {
        match self {
            Self::Plain => false,
            Self::Gzip => cfg!(not(feature = "gzip")),
            Self::Zstd => cfg!(not(feature = "zstd")),
            Self::Bzip2 => cfg!(not(feature = "bzip2")),
        }
    }

    /// The answer to whoever has not asked that before.
    #[cfg(not(all(feature = "gzip", feature = "zstd", feature = "bzip2")))]
    pub(super) fn is_not_built_in(self) -> std::io::Error {
        std::io::Error::new(std::io::ErrorKind::Unsupported, format!("{self} is not built in"))
    }
}

impl fmt::Display for Codec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Plain => "plain",
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
            Self::Bzip2 => "bzip2",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn auto_goes_by_the_ending_of_the_name() {
        let auto = |name: &str| Compression::Auto.codec(Path::new(name));
        assert_eq!(auto("a/b.txt.gz"), Codec::Gzip);
        assert_eq!(auto("A.GZ"), Codec::Gzip);
        assert_eq!(auto("a.zst"), Codec::Zstd);
        assert_eq!(auto("a.bz2"), Codec::Bzip2);
        assert_eq!(auto("a.txt"), Codec::Plain);
        assert_eq!(auto("gz"), Codec::Plain);
        assert_eq!(auto("a.gz/b"), Codec::Plain);
    }

    #[test]
    fn what_is_said_explicitly_wins_over_the_name() {
        assert_eq!(Compression::Plain.codec(Path::new("a.gz")), Codec::Plain);
        assert_eq!(Compression::Zstd.codec(Path::new("a.gz")), Codec::Zstd);
    }
}
