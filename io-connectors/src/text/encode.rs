//! Compression.

use super::compression::Codec;
use std::io;

/// Compresses block by block into memory, if at all. A compressor that wrote to the file itself would do so when it is
/// dropped after an error too, and make a part of an output look complete.
pub(super) struct Encoder(Option<Box<dyn Compressor>>);

/// One format.
trait Compressor: io::Write {
    /// What has been compressed and not been taken away.
    fn output(&mut self) -> &mut Vec<u8>;

    /// What is missing for a complete file.
    fn end(self: Box<Self>) -> io::Result<Vec<u8>>;
}

impl Encoder {
    pub(super) fn new(codec: Codec) -> io::Result<Self> {
        let compressor: Box<dyn Compressor> = match codec {
            Codec::Plain => return Ok(Self(None)),
            #[cfg(feature = "gzip")]
            Codec::Gzip => Box::new(flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default())),
            #[cfg(feature = "zstd")]
            Codec::Zstd => Box::new(zstd_encoder()?),
            #[cfg(feature = "bzip2")]
            Codec::Bzip2 => Box::new(bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::default())),
            #[cfg(not(all(feature = "gzip", feature = "zstd", feature = "bzip2")))]
            missing => Err(missing.is_not_built_in())?,
        };
        Ok(Self(Some(compressor)))
    }

    /// Writes what `block` becomes, as far as it is known yet.
    pub(super) fn encode(&mut self, block: &[u8], out: &mut impl io::Write) -> io::Result<()> {
        let Some(compressor) = &mut self.0 else { return out.write_all(block) };
        compressor.write_all(block)?;
        out.write_all(compressor.output())?;
        compressor.output().clear();
        Ok(())
    }

    /// Writes what is missing for a complete file.
    pub(super) fn finish(self, out: &mut impl io::Write) -> io::Result<()> {
        match self.0 {
            Some(compressor) => out.write_all(&compressor.end()?),
            None => Ok(()),
        }
    }
}

#[cfg(feature = "gzip")]
impl Compressor for flate2::write::GzEncoder<Vec<u8>> {
    fn output(&mut self) -> &mut Vec<u8> {
        self.get_mut()
    }

    fn end(self: Box<Self>) -> io::Result<Vec<u8>> {
        self.finish()
    }
}

#[cfg(feature = "zstd")]
impl Compressor for zstd::Encoder<'static, Vec<u8>> {
    fn output(&mut self) -> &mut Vec<u8> {
        self.get_mut()
    }

    fn end(self: Box<Self>) -> io::Result<Vec<u8>> {
        self.finish()
    }
}

#[cfg(feature = "bzip2")]
impl Compressor for bzip2::write::BzEncoder<Vec<u8>> {
    fn output(&mut self) -> &mut Vec<u8> {
        self.get_mut()
    }

    fn end(self: Box<Self>) -> io::Result<Vec<u8>> {
        self.finish()
    }
}

/// With a checksum: damage should not go unnoticed.
#[cfg(feature = "zstd")]
fn zstd_encoder() -> io::Result<zstd::Encoder<'static, Vec<u8>>> {
    let mut encoder = zstd::Encoder::new(Vec::new(), zstd::DEFAULT_COMPRESSION_LEVEL)?;
    encoder.include_checksum(true)?;
    Ok(encoder)
}
