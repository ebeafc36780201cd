//! Lines become records while they are where they were read.

use super::error::ReadError;
use super::line::{Block, Decoder, RawLine, lossy};
use super::read::Read;
use super::reader::LineReader;
use super::split::Split;
use beamline_sdk::{BoxError, Element, PTransform, Pipeline, Source, SourceBatch, SplitTarget, Tried};
use std::borrow::Cow;
use std::cell::RefCell;
use std::marker::PhantomData;
use std::str::from_utf8;

impl Read<String> {
    /// Makes a record of each line, which is borrowed: no string is made of it. For lines of JSON, rows of tables and the like.
    ///
    /// A line for which `parse` returns an error fails the pipeline, with the file, the byte where the line begins, and
    /// what it is, unless such lines are to be [a collection of their own](Parse::dead_letters). Each reader has a clone of
    /// `parse`, which may keep a parser between lines.
    ///
    /// ```
    /// use beamline_io::text;
    /// use beamline_sdk::Pipeline;
    /// use serde::{Deserialize, Serialize};
    ///
    /// #[derive(Clone, Serialize, Deserialize)]
    /// struct Order {
    ///     item: String,
    ///     price: u64,
    /// }
    ///
    /// let p = Pipeline::new();
    /// let orders = p.read(text::read("orders/*.jsonl").parse(|line| serde_json::from_str::<Order>(line)));
    /// let numbers = p.read(text::read("numbers.txt").parse(|line| line.trim().parse::<u64>()));
    /// # drop((orders, numbers));
    /// ```
    pub fn parse<T, E, F>(
        self,
        mut parse: F,
    ) -> Parse<T, impl FnMut(&str) -> Result<Option<T>, BoxError> + Clone + Send + Sync + 'static>
    where
        T: Element,
        E: Into<BoxError>,
        F: FnMut(&str) -> Result<T, E> + Clone + Send + Sync + 'static,
    {
        self.parse_some(move |line| parse(line).map(Some))
    }

    /// As [`parse`](Self::parse), for lines of which some are passed over: those for which there is `None`.
    ///
    /// ```
    /// use beamline_io::text;
    /// use beamline_sdk::{BoxError, Pipeline};
    ///
    /// /// Sizes of answers that took long, in lines such as `/cart 512 0.7`.
    /// fn slow(line: &str) -> Result<Option<u64>, BoxError> {
    ///     let [_, size, seconds] = line.split(' ').collect::<Vec<_>>()[..] else { return Err("there are not three words".into()) };
    ///     Ok(if seconds.parse::<f64>()? > 0.5 { Some(size.parse()?) } else { None })
    /// }
    ///
    /// let p = Pipeline::new();
    /// let sizes = p.read(text::read("access.log").parse_some(slow));
    /// # drop(sizes);
    /// ```
    pub fn parse_some<T, E, F>(
        self,
        mut parse: F,
    ) -> Parse<T, impl FnMut(&str) -> Result<Option<T>, BoxError> + Clone + Send + Sync + 'static>
    where
        T: Element,
        E: Into<BoxError>,
        F: FnMut(&str) -> Result<Option<T>, E> + Clone + Send + Sync + 'static,
    {
        Parse { read: self, by: move |line: &str| parse(line).map_err(Into::into), records: PhantomData }
    }
}

/// A source of records: what [`Read::parse`] and [`Read::parse_some`] return.
#[derive(Clone, Debug)]
#[must_use = "a description reads nothing until it is given to a pipeline"]
pub struct Parse<T, F> {
    read: Read,
    by: F,
    records: PhantomData<fn() -> T>,
}

impl<T, F> Parse<T, F> {
    /// Makes a collection of its own of the lines that cannot be parsed, or are not UTF-8, in place of a failure.
    ///
    /// The result is a transform of the pipeline. Its `ok` are the records; those that `failed` are bytes with the file and
    /// the offset of the line, and what was wrong. If nothing reads these, the first one fails the pipeline.
    ///
    /// ```
    /// use beamline_io::text;
    /// use beamline_sdk::Pipeline;
    ///
    /// let p = Pipeline::new();
    /// let numbers = p.apply(text::read("numbers.txt").parse(str::parse::<u64>).dead_letters());
    /// numbers.ok.write(text::write("out/numbers"));
    /// numbers.failed.map(|failure| failure.error).write(text::write("out/damaged"));
    /// ```
    pub fn dead_letters(self) -> ParseTried<T, F> {
        ParseTried(self)
    }
}

impl<T, F> Source for Parse<T, F>
where
    T: Element,
    F: FnMut(&str) -> Result<Option<T>, BoxError> + Clone + Send + Sync + 'static,
{
    type Out = T;
    type Split = Split;
    type Reader = LineReader<ParseBy<T, F>>;

    fn label(&self) -> String {
        self.read.label()
    }

    fn splits(&self, target: &SplitTarget) -> Result<Vec<Split>, BoxError> {
        self.read.splits(target)
    }

    fn size(&self, split: &Split) -> Option<u64> {
        self.read.size(split)
    }

    fn describe(&self, split: &Split) -> String {
        self.read.describe(split)
    }

    fn open(&self, split: Split) -> Result<Self::Reader, BoxError> {
        Ok(self.read.open_with(split, ParseBy { by: self.by.clone(), records: PhantomData })?)
    }
}

/// Makes records of lines by a function.
pub struct ParseBy<T, F> {
    by: F,
    records: PhantomData<fn() -> T>,
}

impl<T, F> Decoder for ParseBy<T, F>
where
    T: Element,
    F: FnMut(&str) -> Result<Option<T>, BoxError> + 'static,
{
    type Out = T;

    fn decode(&mut self, block: &Block<'_>, out: &mut SourceBatch<'_, T>) -> Result<(), ReadError> {
        block.texts(|line, start| {
            match (self.by)(line) {
                Ok(Some(record)) => out.push(record),
                Ok(None) => {}
                Err(cause) => return Err(block.unparsed(line, start, cause)),
            }
            Ok(())
        })
    }
}

/// Reads records, and keeps lines that are none apart: what [`Parse::dead_letters`] returns.
#[derive(Clone, Debug)]
#[must_use = "a description reads nothing until it is applied to a pipeline"]
pub struct ParseTried<T, F>(Parse<T, F>);

impl<T, F> PTransform<Pipeline> for ParseTried<T, F>
where
    T: Element,
    F: FnMut(&str) -> Result<Option<T>, BoxError> + Clone + Send + Sync + 'static,
{
    type Out = Tried<T, RawLine>;

    fn label(&self) -> String {
        self.0.read.label()
    }

    fn is_opaque(&self) -> bool {
        true
    }

    fn expand(self, p: Pipeline) -> Self::Out {
        let Parse { read, by, .. } = self.0;
        let (is_lossy, by) = (read.is_lossy(), RefCell::new(by));
        let lines = p.read(read.into_raw()).named("Read");
        let tried = lines.try_map(move |line| tell_place(line, is_lossy, &mut *by.borrow_mut())).named("Parse");
        tried.then(|records| records.flat_map(|record| record).named("Records"))
    }
}

/// The record of a line, or what is wrong with it and where it is.
fn tell_place<T>(
    line: &RawLine,
    is_lossy: bool,
    parse: &mut impl FnMut(&str) -> Result<Option<T>, BoxError>,
) -> Result<Option<T>, String> {
    let text = match from_utf8(&line.bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) if is_lossy => lossy(&line.bytes),
        Err(error) => return Err(line.invalid(&error)),
    };
    parse(&text).map_err(|error| format!("{}: the line at byte {}: {error}", line.file, line.offset))
}
