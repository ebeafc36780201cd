//! Decompression, and counting how much of a file it has used.

use super::compression::Codec;
use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// How many bytes have been read from a file, shared with whoever reads them.
#[derive(Clone, Default)]
pub(super) struct ByteCount(Arc<AtomicU64>);

impl ByteCount {
    pub(super) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Counts what is read through it.
struct Counted<R> {
    inner: R,
    count: ByteCount,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        self.count.0.fetch_add(n as u64, Ordering::Relaxed);
        Ok(n)
    }
}

/// The decompressed bytes of `raw`. Counts the compressed ones.
pub(super) fn decoder(codec: Codec, raw: impl Read + 'static, count: &ByteCount) -> io::Result<Box<dyn Read>> {
    let counted = Counted { inner: raw, count: count.clone() };
    Ok(match codec {
        Codec::Plain => Box::new(counted),
        #[cfg(feature = "gzip")]
        Codec::Gzip => Box::new(flate2::bufread::MultiGzDecoder::new(buffered(counted))),
        #[cfg(feature = "zstd")]
        Codec::Zstd => Box::new(zstd::Decoder::with_buffer(buffered(counted))?),
        #[cfg(feature = "bzip2")]
        Codec::Bzip2 => Box::new(bzip2::bufread::MultiBzDecoder::new(buffered(counted))),
        #[cfg(not(all(feature = "gzip", feature = "zstd", feature = "bzip2")))]
        missing => Err(missing.is_not_built_in())?,
    })
}

#[cfg(any(feature = "gzip", feature = "zstd", feature = "bzip2"))]
fn buffered<R: Read>(raw: R) -> io::BufReader<R> {
    io::BufReader::with_capacity(super::BLOCK, raw)
}
