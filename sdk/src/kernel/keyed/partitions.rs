//! Rows of one input of a grouping, divided by their hashes, in memory as long as the budget allows and then on disk.

use crate::kernel::Env;
use crate::kernel::hash::{LEVELS, PARTITIONS, partition};
use crate::kernel::memory::{Reservation, size_of_value};
use crate::kernel::scratch::{BLOCK, Block, ScratchFile, codec_error, read_block, scratch_error};
use crate::values::{Paged, Values};
use crate::{Element, Key, Result, coder};
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

/// A row with the hash of its key.
pub(crate) struct Row<K, V> {
    pub(crate) hash: u64,
    pub(crate) key: K,
    pub(crate) value: V,
}

/// The rows of one partition.
struct Part<K, V> {
    rows: Vec<Row<K, V>>,
    bytes: usize,
    blocks: Vec<Block>,
    spilled: usize,
    /// The hash that all rows have, as far as they do.
    hash: Option<u64>,
    mixed: bool,
}

impl<K, V> Part<K, V> {
    fn new() -> Self {
        Self { rows: Vec::new(), bytes: 0, blocks: Vec::new(), spilled: 0, hash: None, mixed: false }
    }
}

/// A divided set of rows.
pub(crate) struct Rows<K, V> {
    env: Rc<Env>,
    level: u32,
    parts: Vec<Part<K, V>>,
    memory: Reservation,
    file: Option<Arc<dyn ScratchFile>>,
    /// Rows with this hash go to a partition of their own, the last one: it is too frequent to be divided further.
    hot: Option<u64>,
}

impl<K: Key, V: Element> Rows<K, V> {
    pub(crate) fn new(env: &Rc<Env>) -> Self {
        Self::on_level(env, 0, None)
    }

    fn on_level(env: &Rc<Env>, level: u32, hot: Option<u64>) -> Self {
        let parts = (0..=PARTITIONS).map(|_| Part::new()).collect();
        Self { env: env.clone(), level, parts, memory: Reservation::new(&env.memory), file: None, hot }
    }

    /// The number of partitions.
    pub(crate) const COUNT: usize = PARTITIONS + 1;

    /// Adds a row.
    #[inline]
    pub(crate) fn add(&mut self, row: Row<K, V>) -> Result<()> {
        let index = if self.hot == Some(row.hash) { PARTITIONS } else { partition(row.hash, self.level) };
        let bytes = size_of::<Row<K, V>>() - size_of::<(K, V)>() + size_of_value(&row.key) + size_of_value(&row.value);
        let part = &mut self.parts[index];
        part.mixed |= *part.hash.get_or_insert(row.hash) != row.hash;
        part.bytes += bytes;
        part.rows.push(row);
        if self.memory.grow(bytes) { Ok(()) } else { self.make_room(bytes) }
    }

    #[cold]
    fn make_room(&mut self, bytes: usize) -> Result<()> {
        let wanted = self.env.working_memory();
        let mut freed = 0;
        while freed < wanted {
            let largest = (0..Self::COUNT).max_by_key(|p| self.parts[*p].bytes).expect("there are partitions");
            match self.parts[largest].bytes {
                0 => break,
                more => freed += more,
            }
            self.evict(largest)?;
        }
        // The row that asked has been evicted with the rest, uncounted; evicting took it off the count.
        let _ = bytes;
        Ok(())
    }

    /// Writes a partition to disk.
    fn evict(&mut self, index: usize) -> Result<()> {
        if self.file.is_none() {
            self.file = Some(self.env.scratch.create().map_err(scratch_error)?);
        }
        let file = self.file.clone().expect("just created");
        let part = &mut self.parts[index];
        let mut buffer = Vec::with_capacity(BLOCK + BLOCK / 4);
        for row in std::mem::take(&mut part.rows) {
            encode_row(&row, &mut buffer)?;
            if buffer.len() >= BLOCK {
                write_block(&*file, &mut buffer, &mut part.blocks)?;
            }
        }
        write_block(&*file, &mut buffer, &mut part.blocks)?;
        part.spilled += std::mem::take(&mut part.bytes);
        self.memory.shrink(self.memory.used().saturating_sub(self.in_memory()));
        Ok(())
    }

    fn in_memory(&self) -> usize {
        self.parts.iter().map(|p| p.bytes).sum()
    }

    /// Writes everything to disk.
    pub(crate) fn evict_all(&mut self) -> Result<()> {
        (0..Self::COUNT)
            .filter(|p| self.parts[*p].bytes > 0)
            .collect::<Vec<_>>()
            .into_iter()
            .try_for_each(|p| self.evict(p))
    }

    /// The bytes that a partition takes in memory, or would.
    pub(crate) fn bytes(&self, index: usize) -> usize {
        self.parts[index].bytes + self.parts[index].spilled
    }

    /// Whether a part of a partition is on disk.
    pub(crate) fn is_spilled(&self, index: usize) -> bool {
        self.parts[index].spilled > 0
    }

    /// Whether dividing a partition further would not make it smaller.
    pub(crate) fn is_indivisible(&self, index: usize) -> bool {
        !self.parts[index].mixed || self.level + 1 >= LEVELS
    }

    /// Gives every row of a partition to `f`, and forgets the partition.
    pub(crate) fn drain(&mut self, index: usize, f: &mut dyn FnMut(Row<K, V>) -> Result<()>) -> Result<()> {
        let part = std::mem::replace(&mut self.parts[index], Part::new());
        let mut buffer = Vec::new();
        for block in part.blocks {
            let file = self.file.as_ref().expect("blocks are in a file");
            read_block(&**file, block, &mut buffer)?;
            let rest = &mut buffer.as_slice();
            while !rest.is_empty() {
                f(decode_row(rest)?)?;
            }
        }
        part.rows.into_iter().try_for_each(f)?;
        self.memory.shrink(part.bytes);
        Ok(())
    }

    /// Divides a partition by the next bits of the hashes. A hash that makes up most of it gets a partition of its own.
    pub(crate) fn divide(&mut self, index: usize, hot: Option<u64>) -> Result<Self> {
        let mut finer = Self::on_level(&self.env, self.level + 1, hot);
        self.drain(index, &mut |row| finer.add(row))?;
        Ok(finer)
    }

    /// The hash of at least half of the rows in the first block of a partition.
    pub(crate) fn frequent_hash(&self, index: usize) -> Result<Option<u64>> {
        let (Some(block), Some(file)) = (self.parts[index].blocks.first(), &self.file) else { return Ok(None) };
        let mut buffer = Vec::new();
        read_block(&**file, *block, &mut buffer)?;
        let (mut counts, mut rows) = (HashMap::new(), 0);
        let rest = &mut buffer.as_slice();
        while !rest.is_empty() {
            *counts.entry(decode_row::<K, V>(rest)?.hash).or_insert(0) += 1;
            rows += 1;
        }
        Ok(counts.into_iter().find(|(_, n)| n * 2 >= rows).map(|(hash, _)| hash))
    }

    /// Moves the values of `key` in a partition to pages on disk; the rows of other keys with the same hash go to
    /// `others`.
    pub(crate) fn page(&mut self, index: usize, key: &K, others: &mut Self) -> Result<Values<V>> {
        let file = self.env.scratch.create().map_err(scratch_error)?;
        let (mut buffer, mut blocks, mut len) = (Vec::new(), Vec::new(), 0);
        self.drain(index, &mut |row| {
            if row.key != *key {
                return others.add(row);
            }
            len += 1;
            coder::encode(&row.value, &mut buffer).map_err(codec_error::<V>)?;
            if buffer.len() >= BLOCK { write_block(&*file, &mut buffer, &mut blocks) } else { Ok(()) }
        })?;
        write_block(&*file, &mut buffer, &mut blocks)?;
        Ok(Values::paged(Paged::new(file.clone(), blocks, len)))
    }

    /// The key of any row of a partition.
    pub(crate) fn any_key(&self, index: usize) -> Result<Option<K>> {
        let part = &self.parts[index];
        if let Some(row) = part.rows.first() {
            return Ok(Some(row.key.clone()));
        }
        let (Some(block), Some(file)) = (part.blocks.first(), &self.file) else { return Ok(None) };
        let mut buffer = Vec::new();
        read_block(&**file, *block, &mut buffer)?;
        Ok(Some(decode_row::<K, V>(&mut buffer.as_slice())?.key))
    }

    /// An empty set like this one, for the rows that share a hash with a hot key.
    pub(crate) fn empty(&self) -> Self {
        Self::on_level(&self.env, 0, None)
    }
}

fn encode_row<K: Key, V: Element>(row: &Row<K, V>, into: &mut Vec<u8>) -> Result<()> {
    into.extend_from_slice(&row.hash.to_le_bytes());
    coder::encode(&row.key, into).map_err(codec_error::<K>)?;
    coder::encode(&row.value, into).map_err(codec_error::<V>)
}

fn decode_row<K: Key, V: Element>(bytes: &mut &[u8]) -> Result<Row<K, V>> {
    let (hash, rest) = bytes.split_first_chunk().expect("a block ends between rows");
    *bytes = rest;
    let key = coder::decode(bytes).map_err(codec_error::<K>)?;
    let value = coder::decode(bytes).map_err(codec_error::<V>)?;
    Ok(Row { hash: u64::from_le_bytes(*hash), key, value })
}

fn write_block(file: &dyn ScratchFile, buffer: &mut Vec<u8>, blocks: &mut Vec<Block>) -> Result<()> {
    if !buffer.is_empty() {
        let offset = file.append(buffer).map_err(scratch_error)?;
        blocks.push(Block { offset, len: buffer.len() });
        buffer.clear();
    }
    Ok(())
}
