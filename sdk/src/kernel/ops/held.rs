//! Batches that wait: in memory as far as the budget goes, and then on disk.

use crate::kernel::memory::Reservation;
use crate::kernel::scratch::{Block, ScratchFile, codec_error, read_block, scratch_error};
use crate::kernel::{Batch, Env, Meta};
use crate::{Element, Result, coder};
use std::rc::Rc;
use std::sync::Arc;

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
    file: Option<Arc<dyn ScratchFile>>,
}

impl Holder {
    pub(super) fn new(env: &Rc<Env>) -> Self {
        Self { env: env.clone(), file: None }
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
        if self.file.is_none() {
            self.file = Some(self.env.scratch.create().map_err(scratch_error)?);
        }
        let file = self.file.clone().expect("just created");
        let offset = file.append(bytes).map_err(scratch_error)?;
        Ok((file, Block { offset, len: bytes.len() }))
    }

    /// Nothing waits any more: what was written for it is of no use.
    pub(super) fn clear(&mut self) {
        self.file = None;
    }
}
