//! Files for rows that memory cannot hold. They have no name, so nothing is left behind, not even by a kill.

use beamline_sdk::kernel::{Scratch, ScratchFile};
use parking_lot::Mutex;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::sync::Arc;

/// Files in the folder for temporary files.
pub(crate) struct TempFiles;

impl Scratch for TempFiles {
    fn create(&self) -> io::Result<Arc<dyn ScratchFile>> {
        Ok(Arc::new(TempFile(Mutex::new(tempfile::tempfile()?))))
    }
}

struct TempFile(Mutex<File>);

impl ScratchFile for TempFile {
    fn append(&self, bytes: &[u8]) -> io::Result<u64> {
        let mut file = self.0.lock();
        let offset = file.seek(SeekFrom::End(0))?;
        file.write_all(bytes)?;
        Ok(offset)
    }

    fn read_at(&self, offset: u64, into: &mut [u8]) -> io::Result<()> {
        let mut file = self.0.lock();
        file.seek(SeekFrom::Start(offset))?;
        file.read_exact(into)
    }
}
