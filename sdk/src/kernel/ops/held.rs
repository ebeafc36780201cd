//! Batches that wait: in memory as far as the budget goes, and then on disk.

use crate::kernel::memory::Reservation;
use crate::kernel::scratch::{Block, ScratchFile, codec_error, read_block, scratch_error};
use crate::kernel::{Batch, Env, Meta};
use crate::{Element, Result, coder};
use std::rc::Rc;
use std::sync::{Arc, Weak};

/// A batch that waits.
pub(super) enum Held<T> {
    InMemory {
        batch: Batch<T>,
        /// Given back when the batch goes on.
        _memory: Reservation,
    },
    OnDisk(Arc<dyn ScratchFile>, Block, usize),
}

impl<T: Element> Held<T> {
    /// How many elements it has.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::InMemory { batch, .. } => batch.len(),
            Self::OnDisk(_, _, len) => *len,
        }
    }

    /// The batch as it was.
    pub(super) fn restore(self) -> Result<Batch<T>> {
        match self {
            Self::InMemory { batch, .. } => Ok(batch),
            Self::OnDisk(file, block, len) => {
                let mut bytes = Vec::new();
                let (meta, mut rest) = read(&*file, block, &mut bytes)?;
                let values = coder::decode_all(&mut rest, len).map_err(codec_error::<T>)?;
                Ok(Batch { values, meta })
            }
        }
    }
}

/// Reads a batch: what is the same for all types of elements, and their bytes.
fn read<'a>(file: &dyn ScratchFile, block: Block, bytes: &'a mut Vec<u8>) -> Result<(Meta, &'a [u8])> {
    read_block(file, block, bytes)?;
    let mut rest = bytes.as_slice();
    let meta = coder::decode(&mut rest).map_err(codec_error::<Meta>)?;
    Ok((meta, rest))
}

fn encode_meta(meta: &Meta) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    coder::encode(meta, &mut bytes).map_err(codec_error::<Meta>)?;
    Ok(bytes)
}

/// Decides where batches wait.
pub(super) struct Holder {
    env: Rc<Env>,
    /// The one that batches are written to.
    file: Option<Arc<dyn ScratchFile>>,
    /// How many bytes it has.
    written: usize,
    /// The files before it in which something may wait.
    earlier: Vec<Weak<dyn ScratchFile>>,
}

/// So many bytes are worth a file.
const FILE: usize = 4 << 20;

impl Holder {
    pub(super) fn new(env: &Rc<Env>) -> Self {
        Self { env: env.clone(), file: None, written: 0, earlier: Vec::new() }
    }

    /// Takes a batch, and leaves it empty.
    pub(super) fn hold<T: Element>(&mut self, batch: &mut Batch<T>) -> Result<Held<T>> {
        let mut memory = Reservation::exact(&self.env.memory);
        if memory.grow(batch.bytes()) {
            return Ok(Held::InMemory { batch: batch.take(), _memory: memory });
        }
        let held = self.spill(batch);
        batch.clear();
        held
    }

    fn spill<T: Element>(&mut self, batch: &Batch<T>) -> Result<Held<T>> {
        let mut bytes = encode_meta(&batch.meta)?;
        for value in &batch.values {
            coder::encode(value, &mut bytes).map_err(codec_error::<T>)?;
        }
        let (file, block) = self.write(&bytes)?;
        Ok(Held::OnDisk(file, block, batch.len()))
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(Arc<dyn ScratchFile>, Block)> {
        if self.written >= FILE {
            self.end_file_if_full();
        }
        if self.file.is_none() {
            self.file = Some(self.env.scratch.create().map_err(scratch_error)?);
        }
        let file = self.file.clone().expect("just created");
        let offset = file.append(bytes).map_err(scratch_error)?;
        self.written += bytes.len();
        Ok((file, Block { offset, len: bytes.len() }))
    }

    /// Ends a file that is large enough, so that what has been read from it does not stay on disk. The more files there
    /// are, the larger the next one: of files that are open at once there are never many.
    fn end_file_if_full(&mut self) {
        self.earlier.retain(|file| file.strong_count() > 0);
        if self.written >> self.earlier.len() < FILE {
            return;
        }
        self.earlier.extend(self.file.as_ref().map(Arc::downgrade));
        self.clear();
    }

    /// Nothing waits any more: what was written for it is of no use.
    pub(super) fn clear(&mut self) {
        (self.file, self.written) = (None, 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Scratch;
    use crate::kernel::tests::env;
    use parking_lot::Mutex;
    use std::collections::VecDeque;
    use std::io;
    use std::sync::atomic::{AtomicUsize, Ordering};

    /// Files in memory, and what those that are open have.
    #[derive(Clone, Default)]
    struct Disk {
        bytes: Arc<AtomicUsize>,
        files: Arc<AtomicUsize>,
    }

    struct File {
        disk: Disk,
        bytes: Mutex<Vec<u8>>,
    }

    impl Scratch for Disk {
        fn create(&self) -> io::Result<Arc<dyn ScratchFile>> {
            self.files.fetch_add(1, Ordering::Relaxed);
            Ok(Arc::new(File { disk: self.clone(), bytes: Mutex::default() }))
        }
    }

    impl ScratchFile for File {
        fn append(&self, bytes: &[u8]) -> io::Result<u64> {
            let mut all = self.bytes.lock();
            self.disk.bytes.fetch_add(bytes.len(), Ordering::Relaxed);
            all.extend_from_slice(bytes);
            Ok((all.len() - bytes.len()) as u64)
        }

        fn read_at(&self, offset: u64, into: &mut [u8]) -> io::Result<()> {
            into.copy_from_slice(&self.bytes.lock()[offset as usize..][..into.len()]);
            Ok(())
        }
    }

    impl Drop for File {
        fn drop(&mut self) {
            self.disk.bytes.fetch_sub(self.bytes.lock().len(), Ordering::Relaxed);
            self.disk.files.fetch_sub(1, Ordering::Relaxed);
        }
    }

    /// A text of 60 kB.
    fn text(n: u64) -> String {
        format!("{n:060000}")
    }

    /// Holds batches of 60 kB without memory for them, of which so many wait at a time. Returns the bytes and files
    /// that there were at most.
    fn most_of(waiting: usize, batches: u64) -> (usize, usize) {
        let disk = Disk::default();
        let mut env = env(0, 1, 1024, 0);
        Rc::get_mut(&mut env).expect("it is new").scratch = Arc::new(disk.clone());
        let (mut holder, mut held, mut most) = (Holder::new(&env), VecDeque::new(), (0, 0));
        for n in 0..batches {
            let mut batch = Batch::new();
            batch.values.push(text(n));
            held.push_back((n, holder.hold(&mut batch).unwrap()));
            let (bytes, files) = (disk.bytes.load(Ordering::Relaxed), disk.files.load(Ordering::Relaxed));
            most = (most.0.max(bytes), most.1.max(files));
            if held.len() >= waiting {
                let (n, first) = held.pop_front().expect("some wait");
                assert_eq!(first.restore().unwrap().values, [text(n)]);
            }
        }
        most
    }

    #[test]
    fn what_was_read_does_not_stay_on_disk() {
        let (bytes, files) = most_of(1, 1000);
        assert!((FILE..FILE + (128 << 10)).contains(&bytes) && files <= 2, "{bytes} in {files}");
        let (bytes, _) = most_of(200, 3000);
        assert!(bytes < 3 * 200 * 60_000, "{bytes}");
    }

    #[test]
    fn files_are_few_however_much_waits() {
        let (bytes, files) = most_of(usize::MAX, 1500);
        assert!(bytes > 1500 * 60_000 && files <= 6, "{bytes} in {files}");
    }
}
