//! Rows of one input of a grouping, divided by their hashes, in memory as long as the budget allows and then on disk.

use super::table::room_in;
use crate::kernel::Env;
use crate::kernel::hash::{LEVELS, PARTITIONS, hash_key, partition};
use crate::kernel::memory::{Reservation, size_of_value};
use crate::kernel::scratch::{BLOCK, Block, ScratchFile, codec_error, read_block, scratch_error};
use crate::values::{Paged, Values};
use crate::{Element, Key, Result, coder};
use std::rc::Rc;
use std::sync::Arc;

/// Rows in chunks of a fixed size: growing moves nothing, and memory that one partition is done with fits the next.
struct Chunks<T>(Vec<Vec<T>>);

/// The bytes of a chunk at most. Allocators give out whole pages of such a size: what is just above it takes half as much again.
const CHUNK: usize = 128 << 10;

impl<T> Chunks<T> {
    /// The number of elements of a full chunk.
    const LEN: usize = room_in::<T>(CHUNK);
    /// For how many there is room in the beginning.
    const LEAST: usize = if size_of::<T>() > 1024 { 1 } else { 4 };

    #[inline]
    fn push(&mut self, element: T) {
        match self.0.last_mut() {
            Some(chunk) if chunk.len() < chunk.capacity() => chunk.push(element),
            _ => self.push_where_there_is_room(element),
        }
    }

    #[cold]
    fn push_where_there_is_room(&mut self, element: T) {
        // The first chunk grows as it has to: most partitions of small collections never fill it.
        let begun = self.0.pop_if(|chunk| chunk.len() < Self::LEN);
        let mut chunk = begun.unwrap_or_default();
        let room = if self.0.is_empty() { chunk.len().max(Self::LEAST) } else { Self::LEN };
        chunk.reserve_exact(room.min(Self::LEN - chunk.len()));
        chunk.push(element);
        self.0.push(chunk);
    }
}

/// The rows of one partition.
struct Part<K, V> {
    rows: Chunks<(K, V)>,
    bytes: usize,
    blocks: Vec<Block>,
    spilled: usize,
    /// The hash that all rows have, as far as they do.
    hash: Option<u64>,
    mixed: bool,
}

impl<K, V> Part<K, V> {
    fn new() -> Self {
        Self { rows: Chunks(Vec::new()), bytes: 0, blocks: Vec::new(), spilled: 0, hash: None, mixed: false }
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
    pub(crate) fn add(&mut self, hash: u64, key: K, value: V) -> Result<()> {
        let index = if self.hot == Some(hash) { PARTITIONS } else { partition(hash, self.level) };
        let bytes = size_of_value(&key) + size_of_value(&value);
        let part = &mut self.parts[index];
        part.mixed |= *part.hash.get_or_insert(hash) != hash;
        part.bytes += bytes;
        part.rows.push((key, value));
        if self.memory.grow(bytes) { Ok(()) } else { self.make_room() }
    }

    #[cold]
    fn make_room(&mut self) -> Result<()> {
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
        Ok(())
    }

    /// Writes a partition to disk.
    pub(crate) fn evict(&mut self, index: usize) -> Result<()> {
        if self.parts[index].bytes == 0 {
            return Ok(());
        }
        let file = file_of(&mut self.file, &self.env)?;
        let part = &mut self.parts[index];
        let mut buffer = Vec::with_capacity(BLOCK + BLOCK / 4);
        for chunk in std::mem::take(&mut part.rows.0) {
            for (key, value) in chunk {
                encode_row(&key, &value, &mut buffer)?;
                if buffer.len() >= BLOCK {
                    write_block(&*file, &mut buffer, &mut part.blocks)?;
                }
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
        (0..Self::COUNT).try_for_each(|p| self.evict(p))
    }

    /// The bytes that a partition takes in memory, or would.
    pub(crate) fn bytes(&self, index: usize) -> usize {
        self.parts[index].bytes + self.parts[index].spilled
    }

    /// Whether there is anything in a partition: rows may take no bytes.
    pub(crate) fn has_rows(&self, index: usize) -> bool {
        !self.parts[index].rows.0.is_empty() || !self.parts[index].blocks.is_empty()
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
    pub(crate) fn drain(&mut self, index: usize, mut f: impl FnMut(K, V) -> Result<()>) -> Result<()> {
        let part = std::mem::replace(&mut self.parts[index], Part::new());
        self.read(&part.blocks, &mut f)?;
        for chunk in part.rows.0 {
            for (key, value) in chunk {
                f(key, value)?;
            }
        }
        self.memory.shrink(part.bytes);
        Ok(())
    }

    /// Takes the rows of a partition out, all of them in memory.
    pub(crate) fn take(&mut self, index: usize) -> Result<Vec<Vec<(K, V)>>> {
        let part = std::mem::replace(&mut self.parts[index], Part::new());
        let mut rows = Chunks(Vec::new());
        self.read(&part.blocks, |key, value| {
            rows.push((key, value));
            Ok(())
        })?;
        rows.0.extend(part.rows.0);
        self.memory.shrink(part.bytes);
        Ok(rows.0)
    }

    fn read(&self, blocks: &[Block], mut f: impl FnMut(K, V) -> Result<()>) -> Result<()> {
        let mut buffer = Vec::new();
        for block in blocks {
            let file = self.file.as_ref().expect("blocks are in a file");
            read_block(&**file, *block, &mut buffer)?;
            let rest = &mut buffer.as_slice();
            while !rest.is_empty() {
                let (key, value) = decode_row(rest)?;
                f(key, value)?;
            }
        }
        Ok(())
    }

    /// Divides a partition by the next bits of the hashes. A hash that makes up most of it gets a partition of its own.
    pub(crate) fn divide(&mut self, index: usize, hot: Option<u64>) -> Result<Self> {
        let mut finer = Self::on_level(&self.env, self.level + 1, hot);
        self.drain(index, |key, value| finer.add(hash_key(&key), key, value))?;
        Ok(finer)
    }

    /// The hash of at least half of the rows in the first block of a partition.
    pub(crate) fn frequent_hash(&self, index: usize) -> Result<Option<u64>> {
        let (Some(block), Some(file)) = (self.parts[index].blocks.first(), &self.file) else { return Ok(None) };
        let mut buffer = Vec::new();
        read_block(&**file, *block, &mut buffer)?;
        let mut hashes = Vec::new();
        let rest = &mut buffer.as_slice();
        while !rest.is_empty() {
            hashes.push(hash_key(&decode_row::<K, V>(rest)?.0));
        }
        Ok(most_frequent(hashes))
    }

    /// Moves the values of `key` in a partition to pages on disk; the rows of other keys with the same hash go to
    /// `others`.
    pub(crate) fn page(&mut self, index: usize, key: &K, others: &mut Self) -> Result<Values<V>> {
        let file = self.env.scratch.create().map_err(scratch_error)?;
        let (mut buffer, mut blocks, mut len) = (Vec::new(), Vec::new(), 0);
        self.drain(index, |row_key, value| {
            if row_key != *key {
                return others.add(hash_key(&row_key), row_key, value);
            }
            len += 1;
            coder::encode(&value, &mut buffer).map_err(codec_error::<V>)?;
            if buffer.len() >= BLOCK { write_block(&*file, &mut buffer, &mut blocks) } else { Ok(()) }
        })?;
        if blocks.is_empty() {
            // Few values of a key that has many in another input: iterated over for each of those, they stay in memory.
            let rest = &mut buffer.as_slice();
            return Ok(coder::decode_all::<V>(rest, len).map_err(codec_error::<V>)?.into());
        }
        write_block(&*file, &mut buffer, &mut blocks)?;
        Ok(Values::paged(Paged::new(file.clone(), blocks, len)))
    }

    /// The key of any row of a partition.
    pub(crate) fn any_key(&self, index: usize) -> Result<Option<K>> {
        let part = &self.parts[index];
        if let Some((key, _)) = part.rows.0.first().and_then(|chunk| chunk.first()) {
            return Ok(Some(key.clone()));
        }
        let (Some(block), Some(file)) = (part.blocks.first(), &self.file) else { return Ok(None) };
        let mut buffer = Vec::new();
        read_block(&**file, *block, &mut buffer)?;
        Ok(Some(decode_row::<K, V>(&mut buffer.as_slice())?.0))
    }

    /// An empty set like this one, for the rows that share a hash with a hot key.
    pub(crate) fn empty(&self) -> Self {
        Self::on_level(&self.env, 0, None)
    }
}

/// The hash of at least half of the rows, which is in the middle of all in their order, or just before that.
fn most_frequent(mut hashes: Vec<u64>) -> Option<u64> {
    hashes.sort_unstable();
    let middle = hashes.len() / 2;
    let candidates = hashes[middle.saturating_sub(1)..].iter().take(2);
    let count = |hash: &u64| hashes.iter().filter(|other| *other == hash).count();
    candidates.copied().find(|hash| count(hash) * 2 >= hashes.len())
}

fn encode_row<K: Key, V: Element>(key: &K, value: &V, into: &mut Vec<u8>) -> Result<()> {
    coder::encode(key, into).map_err(codec_error::<K>)?;
    coder::encode(value, into).map_err(codec_error::<V>)?;
    // A row of nothing, such as `((), ())`, still has to be counted when it is read back.
    into.push(END_OF_ROW);
    Ok(())
}

const END_OF_ROW: u8 = 0xb1;

fn decode_row<K: Key, V: Element>(bytes: &mut &[u8]) -> Result<(K, V)> {
    let key = coder::decode(bytes).map_err(codec_error::<K>)?;
    let value = coder::decode(bytes).map_err(codec_error::<V>)?;
    match bytes.split_first() {
        Some((&END_OF_ROW, rest)) => *bytes = rest,
        _ => return Err(codec_error::<(K, V)>("a row does not end where its type says".into())),
    }
    Ok((key, value))
}

/// The file, which is made when it is first needed.
fn file_of(file: &mut Option<Arc<dyn ScratchFile>>, env: &Env) -> Result<Arc<dyn ScratchFile>> {
    if file.is_none() {
        *file = Some(env.scratch.create().map_err(scratch_error)?);
    }
    Ok(file.clone().expect("just created"))
}

fn write_block(file: &dyn ScratchFile, buffer: &mut Vec<u8>, blocks: &mut Vec<Block>) -> Result<()> {
    if !buffer.is_empty() {
        let offset = file.append(buffer).map_err(scratch_error)?;
        blocks.push(Block { offset, len: buffer.len() });
        buffer.clear();
    }
    Ok(())
}
