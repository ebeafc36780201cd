//! Compression.

use super::compression::Codec;
use std::io;
#[cfg(any(feature = "gzip", feature = "zstd", feature = "bzip2"))]
use std::io::Write as _;

/// Compresses block by block into memory. An encoder that wrote to the file itself would do so when it is dropped after
/// an error too, and make a part of an output look complete.
pub(super) enum Encoder {
    Plain,
    #[cfg(feature = "gzip")]
    Gzip(flate2::write::GzEncoder<Vec<u8>>),
    #[cfg(feature = "zstd")]
    Zstd(zstd::Encoder<'static, Vec<u8>>),
    #[cfg(feature = "bzip2")]
    Bzip2(bzip2::write::BzEncoder<Vec<u8>>),
}

impl Encoder {
    pub(super) fn new(codec: Codec) -> io::Result<Self> {
        match codec {
            Codec::Plain => Ok(Self::Plain),
            #[cfg(feature = "gzip")]
            Codec::Gzip => Ok(Self::Gzip(flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default()))),
            #[cfg(feature = "zstd")]
            Codec::Zstd => zstd_encoder().map(Self::Zstd),
            #[cfg(feature = "bzip2")]
            Codec::Bzip2 => Ok(Self::Bzip2(bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::default()))),
            #[cfg(not(all(feature = "gzip", feature = "zstd", feature = "bzip2")))]
            missing => Err(io::Error::new(io::ErrorKind::Unsupported, format!("{missing} is not built in"))),
        }
    }

    /// Writes what `block` becomes, as far as it is known yet.
    pub(super) fn encode(&mut self, block: &[u8], out: &mut impl io::Write) -> io::Result<()> {
        match self {
            Self::Plain => out.write_all(block),
            #[cfg(feature = "gzip")]
            Self::Gzip(encoder) => encoder.write_all(block).and_then(|()| drain(encoder.get_mut(), out)),
            #[cfg(feature = "zstd")]
            Self::Zstd(encoder) => encoder.write_all(block).and_then(|()| drain(encoder.get_mut(), out)),
            #[cfg(feature = "bzip2")]
            Self::Bzip2(encoder) => encoder.write_all(block).and_then(|()| drain(encoder.get_mut(), out)),
        }
    }

    /// Writes what is missing for a complete file.
    pub(super) fn finish(self, out: &mut impl io::Write) -> io::Result<()> {
        match self {
            Self::Plain => Ok(()),
            #[cfg(feature = "gzip")]
            Self::Gzip(encoder) => out.write_all(&encoder.finish()?),
            #[cfg(feature = "zstd")]
            Self::Zstd(encoder) => out.write_all(&encoder.finish()?),
            #[cfg(feature = "bzip2")]
            Self::Bzip2(encoder) => out.write_all(&encoder.finish()?),
        }
    }
}

/// With a checksum: damage should not go unnoticed.
#[cfg(feature = "zstd")]
fn zstd_encoder() -> io::Result<zstd::Encoder<'static, Vec<u8>>> {
    let mut encoder = zstd::Encoder::new(Vec::new(), zstd::DEFAULT_COMPRESSION_LEVEL)?;
    encoder.include_checksum(true)?;
    Ok(encoder)
}

#[cfg(any(feature = "gzip", feature = "zstd", feature = "bzip2"))]
fn drain(encoded: &mut Vec<u8>, out: &mut impl io::Write) -> io::Result<()> {
    out.write_all(encoded)?;
    encoded.clear();
    Ok(())
}
