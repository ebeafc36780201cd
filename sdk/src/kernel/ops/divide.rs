//! The values of a key, divided among its windows: in memory, or on disk if they came from there.

use super::merged::{Merged, Windows};
use crate::kernel::Env;
use crate::kernel::scratch::{BLOCK, Block, ScratchFile, codec_error, scratch_error};
use crate::values::Paged;
use crate::window::Window;
use crate::{Element, Result, Values, coder};
use std::sync::Arc;

/// The values of a key with their windows: `Values` of one collection, a tuple of them of several.
pub(crate) trait Windowed: Element {
    /// The values of one window.
    type Group: Element;

    /// Adds the windows of all values.
    fn windows(&self, windows: &mut Windows);

    /// The values of each of the merged windows.
    fn divide(self, merged: &Merged, env: &Env) -> Result<Vec<Self::Group>>;
}

impl<V: Element> Windowed for Values<(Window, V)> {
    type Group = Values<V>;

    fn windows(&self, windows: &mut Windows) {
        windows_of(self, windows);
    }

    fn divide(self, merged: &Merged, env: &Env) -> Result<Vec<Values<V>>> {
        if self.as_slice().is_some() { Ok(divide_in_memory(self, merged)) } else { divide_on_disk(&self, merged, env) }
    }
}

macro_rules! windowed {
    ($($V:ident $index:tt),+) => {
        impl<$($V: Element),+> Windowed for ($(Values<(Window, $V)>,)+) {
            type Group = ($(Values<$V>,)+);

            fn windows(&self, windows: &mut Windows) {
                $(windows_of(&self.$index, windows);)+
            }

            fn divide(self, merged: &Merged, env: &Env) -> Result<Vec<Self::Group>> {
                let mut inputs = ($(self.$index.divide(merged, env)?.into_iter(),)+);
                let mut next = || Some(($(inputs.$index.next()?,)+));
                Ok(std::iter::from_fn(|| next()).collect())
            }
        }
    };
}

windowed!(A 0, B 1);
windowed!(A 0, B 1, C 2);
windowed!(A 0, B 1, C 2, D 3);
windowed!(A 0, B 1, C 2, D 3, E 4);
windowed!(A 0, B 1, C 2, D 3, E 4, F 5);

/// Adds the windows of all values.
pub(super) fn windows_of<V: Element>(values: &Values<(Window, V)>, windows: &mut Windows) {
    match values.as_slice() {
        Some(values) => values.iter().for_each(|(window, _)| windows.add(*window)),
        None => values.iter().for_each(|(window, _)| windows.add(window)),
    }
}

fn divide_in_memory<V: Element>(values: Values<(Window, V)>, merged: &Merged) -> Vec<Values<V>> {
    let mut groups: Vec<Vec<V>> = merged.windows.iter().map(|_| Vec::new()).collect();
    values.into_iter().for_each(|(window, value)| groups[merged.home(window)].push(value));
    groups.into_iter().map(Values::from).collect()
}

fn divide_on_disk<V: Element>(values: &Values<(Window, V)>, merged: &Merged, env: &Env) -> Result<Vec<Values<V>>> {
    let mut pages = Pages::new(merged.windows.len(), env)?;
    values.iter().try_for_each(|(window, value)| pages.add(merged.home(window), &value))?;
    pages.finish()
}

/// Groups that are being written to one file.
struct Pages {
    file: Arc<dyn ScratchFile>,
    groups: Vec<Page>,
    /// The bytes in all buffers, and when they are too many.
    buffered: usize,
    limit: usize,
}

#[derive(Default)]
struct Page {
    buffer: Vec<u8>,
    blocks: Vec<Block>,
    len: usize,
}

impl Pages {
    fn new(groups: usize, env: &Env) -> Result<Self> {
        let file = env.scratch.create().map_err(scratch_error)?;
        let groups = (0..groups).map(|_| Page::default()).collect();
        Ok(Self { file, groups, buffered: 0, limit: env.working_memory().max(BLOCK) })
    }

    fn add<V: Element>(&mut self, group: usize, value: &V) -> Result<()> {
        let page = &mut self.groups[group];
        let before = page.buffer.len();
        coder::encode(value, &mut page.buffer).map_err(codec_error::<V>)?;
        page.len += 1;
        self.buffered += page.buffer.len() - before;
        if page.buffer.len() >= BLOCK {
            self.buffered -= page.write(&*self.file)?;
        } else if self.buffered > self.limit {
            self.write_all()?;
        }
        Ok(())
    }

    fn write_all(&mut self) -> Result<()> {
        self.buffered = 0;
        self.groups.iter_mut().try_for_each(|page| page.write(&*self.file).map(drop))
    }

    fn finish<V: Element>(self) -> Result<Vec<Values<V>>> {
        let file = self.file;
        self.groups.into_iter().map(|page| page.finish(&file)).collect()
    }
}

impl Page {
    /// Writes what is in the buffer, and says how much that was.
    fn write(&mut self, file: &dyn ScratchFile) -> Result<usize> {
        // There may be many groups: none keeps memory that it does not use.
        let buffer = std::mem::take(&mut self.buffer);
        if !buffer.is_empty() {
            let offset = file.append(&buffer).map_err(scratch_error)?;
            self.blocks.push(Block { offset, len: buffer.len() });
        }
        Ok(buffer.len())
    }

    /// The group. Few values stay in memory: a join may go over them again and again.
    fn finish<V: Element>(mut self, file: &Arc<dyn ScratchFile>) -> Result<Values<V>> {
        if self.blocks.is_empty() {
            let rest = &mut self.buffer.as_slice();
            let values = coder::decode_all::<V>(rest, self.len);
            return Ok(values.map_err(codec_error::<V>)?.into());
        }
        self.write(&**file)?;
        Ok(Values::paged(Paged::new(file.clone(), self.blocks, self.len)))
    }
}
