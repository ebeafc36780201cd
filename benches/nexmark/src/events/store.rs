//! Events in a file: blocks, and behind them where they are.
#![allow(clippy::inline_always, reason = "what makes an event and what takes it are to be one piece of code")]

use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use beamline::{BoxError, Timestamp};
use serde::{Deserialize, Serialize};

use super::codec::{Back, Decoder, Dictionary, Take, encode};
use super::{Event, Stream, Symbol};

/// How a file ends, so that no other is taken for one.
const MAGIC: &[u8; 8] = b"NEXMARK1";

/// Where a block is, in bytes from the beginning of the file, and from when on it has events.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct Place {
    offset: u64,
    pub(super) length: u64,
    least: Timestamp,
}

/// What is in a file.
#[derive(Debug, Serialize, Deserialize)]
struct Contents {
    stream: Stream,
    symbols: Vec<Symbol>,
    places: Vec<Place>,
}

/// Events in a file that [`save`] has written: reading them takes a tenth of the time of making them.
#[derive(Clone, Debug)]
pub struct Store {
    path: PathBuf,
    contents: Arc<Contents>,
}

/// Writes the events of a stream to a file, which is there when all of it is. Its folder is made if it is missing.
///
/// ```
/// use beamline_nexmark::events::{Store, Stream, save};
///
/// let folder = tempfile::tempdir()?;
/// let (file, stream) = (folder.path().join("events"), Stream { events: 100, ..Stream::default() });
/// save(&stream, &file)?;
/// assert_eq!(Store::open(&file)?.stream(), stream);
/// # Ok::<(), Box<dyn std::error::Error + Send + Sync>>(())
/// ```
///
/// # Errors
/// When the stream cannot be, or the file cannot be written.
pub fn save(stream: &Stream, path: &Path) -> Result<(), BoxError> {
    stream.check()?;
    // An empty folder is the one that the process works in.
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).map_or(Ok(()), fs::create_dir_all)?;
    let hidden = path.with_extension(format!("tmp-{}", std::process::id()));
    let written = write(stream, &hidden).and_then(|()| fs::rename(&hidden, path));
    written.map_err(|error| {
        // What there is of it is of no use; that it cannot be deleted either is no news.
        let _ = fs::remove_file(&hidden);
        format!("cannot write {}: {error}", path.display()).into()
    })
}

fn write(stream: &Stream, path: &Path) -> io::Result<()> {
    let mut out = BufWriter::new(File::create(path)?);
    let (mut events, generator) = (stream.iter(), stream.generator());
    let (mut dictionary, mut places, mut bytes, mut offset) = (Dictionary::default(), Vec::new(), Vec::new(), 0);
    for block in 0..stream.blocks() {
        let least = Stream::least_of(&generator, block);
        bytes.clear();
        let events = events.by_ref().take(stream.len_of(block) as usize);
        events.for_each(|event| encode(&event, least, &mut dictionary, &mut bytes));
        out.write_all(&bytes)?;
        places.push(Place { offset, length: bytes.len() as u64, least });
        offset += bytes.len() as u64;
    }
    let contents = Contents { stream: *stream, symbols: dictionary.symbols, places };
    let contents = serde_json::to_vec(&contents)?;
    out.write_all(&contents)?;
    out.write_all(&(contents.len() as u64).to_le_bytes())?;
    out.write_all(MAGIC)?;
    out.into_inner()?.sync_all()
}

impl Store {
    /// Opens a file of events.
    ///
    /// # Errors
    /// When there is no such file, or it is of another kind.
    pub fn open(path: &Path) -> Result<Self, BoxError> {
        let contents = contents(path).map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(Self { path: path.to_owned(), contents: Arc::new(contents) })
    }

    /// Opens the file of a stream, or writes it first if there is none.
    ///
    /// # Errors
    /// When the file cannot be written, or has other events.
    pub fn open_or_save(stream: &Stream, path: &Path) -> Result<Self, BoxError> {
        if !path.exists() {
            save(stream, path)?;
        }
        let store = Self::open(path)?;
        if store.stream() != *stream {
            let (file, there) = (path.display(), store.stream());
            return Err(format!("{file} has other events, {there:?}: delete it, or keep {stream:?} elsewhere").into());
        }
        Ok(store)
    }

    /// Which events it has.
    pub fn stream(&self) -> Stream {
        self.contents.stream
    }

    /// Every `step`-th block of a thousand events, from the block `first` on: as many readers, each with another first one, have
    /// all events between them, and go forward in event time together.
    ///
    /// ```
    /// use beamline_nexmark::events::{Store, Stream, save};
    ///
    /// let folder = tempfile::tempdir()?;
    /// let (file, stream) = (folder.path().join("events"), Stream { events: 3_500, ..Stream::default() });
    /// save(&stream, &file)?;
    /// let store = Store::open(&file)?;
    /// let mut blocks = store.blocks(1, 2)?;
    /// assert_eq!(blocks.next().unwrap()?.count(), 1_000);
    /// assert_eq!(blocks.next().unwrap()?.count(), 500);
    /// assert!(blocks.next().is_none());
    /// # Ok::<(), Box<dyn std::error::Error + Send + Sync>>(())
    /// ```
    ///
    /// # Errors
    /// When the file cannot be opened. What is damaged is an error of its own.
    pub fn blocks(
        &self,
        first: usize,
        step: usize,
    ) -> Result<impl Iterator<Item = Result<Block, BoxError>> + use<>, BoxError> {
        let (store, file) = (self.clone(), self.file()?);
        Ok((first..self.places().len()).step_by(step).map(move |place| {
            let mut block = Block::none(store.clone());
            block.read(&file, store.places()[place])?;
            Ok(block)
        }))
    }

    /// All events, in the order in which they come.
    ///
    /// # Errors
    /// When the file cannot be opened. What is damaged is an error of its own.
    pub fn events(&self) -> Result<InOrder, BoxError> {
        Ok(InOrder { cursor: self.cursor()?, blocks: 0..self.contents.stream.blocks() })
    }

    pub(super) fn places(&self) -> &[Place] {
        &self.contents.places
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// A way through the file, at no block in the beginning.
    pub(super) fn cursor(&self) -> Result<Cursor, BoxError> {
        Ok(Cursor { file: self.file()?, block: Block::none(self.clone()) })
    }

    fn file(&self) -> Result<File, BoxError> {
        File::open(&self.path).map_err(|error| format!("{}: {error}", self.path.display()).into())
    }
}

fn contents(path: &Path) -> Result<Contents, BoxError> {
    let mut file = File::open(path)?;
    let end = file.seek(SeekFrom::End(0))?.checked_sub(16).ok_or("not a file of events")?;
    file.seek(SeekFrom::Start(end))?;
    let mut tail = [0; 16];
    file.read_exact(&mut tail)?;
    let (length, magic) = tail.split_at(8);
    if magic != MAGIC {
        return Err("not a file of events".into());
    }
    let length = length.try_into().map(u64::from_le_bytes)?;
    file.seek(SeekFrom::Start(end.checked_sub(length).ok_or("the file is damaged")?))?;
    let mut contents = vec![0; length as usize];
    file.read_exact(&mut contents)?;
    Ok(serde_json::from_slice(&contents)?)
}

/// Reads one block after the other.
pub(super) struct Cursor {
    file: File,
    block: Block,
}

impl Cursor {
    /// Says from when on a block has events, and how many bytes it takes.
    pub(super) fn go_to(&mut self, block: u64) -> Result<(Timestamp, u64), BoxError> {
        let place = self.block.store.places()[block as usize];
        self.block.read(&self.file, place)?;
        Ok((place.least, place.length))
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.block.is_at_end()
    }

    #[inline(always)]
    pub(super) fn event<T: Take>(&mut self, to: T) -> Result<T::Out, BoxError> {
        self.block.event(to)
    }
}

/// All events of a file, in the order in which they come.
pub struct InOrder {
    cursor: Cursor,
    blocks: Range<u64>,
}

impl Iterator for InOrder {
    type Item = Result<Event, BoxError>;

    #[inline(always)]
    fn next(&mut self) -> Option<Self::Item> {
        while self.cursor.is_at_end() {
            if let Err(error) = self.cursor.go_to(self.blocks.next()?) {
                return Some(Err(error));
            }
        }
        Some(self.cursor.event(Back))
    }
}

/// The events of a block that are still to come.
#[derive(Clone, Debug)]
pub struct Block {
    store: Store,
    bytes: Vec<u8>,
    at: usize,
    least: Timestamp,
}

impl Block {
    const fn none(store: Store) -> Self {
        Self { store, bytes: Vec::new(), at: 0, least: Timestamp::MIN }
    }

    fn read(&mut self, mut file: &File, place: Place) -> io::Result<()> {
        file.seek(SeekFrom::Start(place.offset))?;
        self.bytes.resize(place.length as usize, 0);
        file.read_exact(&mut self.bytes)?;
        (self.at, self.least) = (0, place.least);
        Ok(())
    }

    /// No event of this block or a later one is earlier.
    pub const fn least(&self) -> Timestamp {
        self.least
    }

    const fn is_at_end(&self) -> bool {
        self.at == self.bytes.len()
    }

    #[inline(always)]
    fn event<T: Take>(&mut self, to: T) -> Result<T::Out, BoxError> {
        let Contents { symbols, .. } = &*self.store.contents;
        let mut decoder = Decoder { rest: &self.bytes[self.at..], least: self.least, symbols };
        let made = decoder.event(to);
        self.at = self.bytes.len() - decoder.rest.len();
        made.ok_or_else(|| format!("{}: the file is damaged", self.store.path.display()).into())
    }
}

impl Iterator for Block {
    type Item = Result<Event, BoxError>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        // What is damaged has no end that could be found.
        (!self.is_at_end()).then(|| self.event(Back).inspect_err(|_| self.at = self.bytes.len()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_those_of_the_stream() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("events");
        let stream = Stream { events: 3_456, disorder: 1_000, padded: true, ..Stream::default() };
        save(&stream, &file).unwrap();
        let store = Store::open(&file).unwrap();
        assert!(store.events().unwrap().map(Result::unwrap).eq(stream.iter()));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn readers_that_take_every_nth_block_have_all_events_between_them() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("events");
        let stream = Stream { events: 7_500, disorder: 1_000, ..Stream::default() };
        save(&stream, &file).unwrap();
        let store = Store::open(&file).unwrap();
        let mut readers: Vec<_> = (0..3).map(|first| store.blocks(first, 3).unwrap()).collect();
        let mut events = Vec::new();
        for turn in 0..8 {
            let block = readers[turn % 3].next().unwrap().unwrap();
            let least = block.least();
            let mut block: Vec<_> = block.map(Result::unwrap).collect();
            assert!(block.iter().all(|event| event.date_time() >= least));
            events.append(&mut block);
        }
        assert!(readers.iter_mut().all(|reader| reader.next().is_none()));
        assert!(stream.iter().eq(events));
    }

    #[test]
    fn a_file_is_written_once() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("events");
        let stream = Stream { events: 10, ..Stream::default() };
        Store::open_or_save(&stream, &file).unwrap();
        let written = fs::metadata(&file).unwrap().modified().unwrap();
        Store::open_or_save(&stream, &file).unwrap();
        assert_eq!(fs::metadata(&file).unwrap().modified().unwrap(), written);
        let error = Store::open_or_save(&Stream { events: 11, ..stream }, &file).unwrap_err();
        assert!(error.to_string().contains("has other events"), "{error}");
    }

    #[test]
    fn other_files_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("events");
        assert!(Store::open(&file).is_err());
        for text in ["", "no events at all, but a text"] {
            fs::write(&file, text).unwrap();
            assert!(Store::open(&file).unwrap_err().to_string().ends_with("not a file of events"));
        }
    }
}
