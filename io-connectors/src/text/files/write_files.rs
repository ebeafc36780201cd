//! The description of what is written.

use super::super::compression::{Codec, Compression};
use super::check::{Differences, check};
use super::destination::{By, Destinations, OneDestination};
use super::error::PatternError;
use super::limits::Limits;
use super::output::{Output, WritePanes};
use super::pattern::Pattern;
use super::refuse::refusal;
use super::roll::{Part, Roll};
use super::share::{Share, Shares};
use super::tried::WriteFilesTried;
use super::written::WrittenFile;
use beamline_sdk::{Element, Error, ErrorKind, KeepingLateData, Key, PCollection, PTransform, Values, WithLateData};
use std::fmt::Display;
use std::path::Path;
use std::time::Duration;

/// Writes each element as a line, with its `Display`, to the files of its window, pane, destination and shard, as soon as
/// these are complete (`FileIO.writeDynamic` and `WriteFiles` in Beam). To be applied to a collection.
///
/// `names` says how files are called, with placeholders for what tells them apart:
///
/// | placeholder | stands for | such as |
/// |---|---|---|
/// | `{window}` | the window's start and end, in UTC | `20151116T160000Z-20151116T170000Z`, `global` |
/// | `{window.start}`, `{window.end}` | one of them | `20151116T160000Z` |
/// | `{window.start:%Y/%m/%d/%H}` | the same, with a format | `2015/11/16/16` |
/// | `{pane}` | the pane's index and timing, and whether it is the last | `2-on-time-last` |
/// | `{pane.index}`, `{pane.timing}`, `{pane.last}` | each by itself | `2`, `on-time`, `last` or `more` |
/// | `{destination}` | what [`destination`](WriteFiles::destination) says of the element | `eu/fr` |
/// | `{shard}`, `{shard.index}`, `{shard.count}` | which of the [`shards`](WriteFiles::shards) it is | `00001-of-00003` |
/// | `{part}` | the number of a file of a pane, if files [roll](#files-that-roll) | `00007` |
/// | `{run}` | the [run](beamline_sdk::RunId): when it was started, and some digits of chance | `20151116T093000Z-5fa03c` |
///
/// Formats know `%Y`, `%m`, `%d`, `%H`, `%M`, `%S`, `%3f` for milliseconds, and `%%`; one that shows none of these
/// parts, such as `YYYY-MM-DD`, is refused before anything runs. Braces are written twice to stand for themselves. A
/// format that leaves out a small part of a time which tells windows apart, such as the minutes of windows that begin
/// at half past, is an error of the run. Folders are made where they are missing. Names that would not tell files apart
/// are refused before anything runs: those of a windowed collection need the window, those of several shards the shard,
/// and so on.
///
/// Destinations come from data, so whatever they are made of, they stay below the folder in front of the placeholder: a `/`
/// in them makes folders, and what names should not have, such as a dot at their beginning, is written as `%2E`.
///
/// ```
/// use beamline_io::text;
/// use beamline_sdk::window::Windowing;
/// use beamline_sdk::{Pipeline, Timestamp};
/// use std::time::Duration;
///
/// let p = Pipeline::new();
/// let orders = p.create([(1_447_690_800_000, "fr"), (1_447_690_900_000, "de")].map(|(at, to)| (at, to.to_owned())));
/// let hourly = orders.with_timestamps(|(at, _)| Timestamp::from_millis(*at)).window(Windowing::fixed(Duration::from_hours(1)));
/// let files = hourly
///     .map(|(at, country)| format!("{country},{at}"))
///     .apply(text::write_files("orders/{destination}/{window.start:%Y-%m-%d-%H}.csv").destination(|line: &String| line[..2].to_owned()));
/// # let _ = files;
/// ```
///
/// # What is visible, and when
///
/// The elements of a window that have the same destination and shard are brought together; each pane that they show by the
/// collection's [trigger](beamline_sdk::window::Trigger) becomes a file. It is written under a hidden name, brought to disk,
/// and renamed: what has its final name is whole, at any time, also if the process is killed. So the files of a stream
/// appear while it goes on; those of a collection that ends appear when it has been read, one after the other.
///
/// A pane without elements makes no file, and is counted as `empty_panes`. An accumulating pane has all of its window again.
///
/// Files that have become visible stay, also when the run fails or is cancelled later: unlike those of
/// [`text::write`](super::super::write()) they do not wait for the rest of the pipeline. The file in work is deleted then. A
/// process that is killed may leave it, as `.NAME.tmp-PROCESS-NUMBER` in the folder of its name, of which there are at
/// most the first 100 bytes; such files can be deleted when no run is using them.
///
/// A file that exists already is an error, at which it stays as it is, unless [`replace`](WriteFiles::replace) says otherwise.
///
/// # Programs that are started again
///
/// A program that is started again, and reads what it has read before, comes to windows that have their files already.
/// With [`replace`](WriteFiles::replace) it puts its own in their place: right where it reads all of a window again,
/// and the elements are still the same. One that goes on with new input has only a part of the window in work: with
/// `{run}` in its names no run touches the files of another, and who reads a window takes the files of all runs
/// together:
///
/// ```
/// # use beamline_io::text;
/// # use beamline_sdk::{Pipeline, window::Windowing};
/// # use std::time::Duration;
/// # let p = Pipeline::new();
/// # let lines = p.create(["a".to_owned()]);
/// let hourly = lines.window(Windowing::fixed(Duration::from_hours(1)));
/// hourly.apply(text::write_files("lines/{window.start:%Y-%m-%d-%H}-{run}.txt"));
/// // In another program: one hour, whoever wrote it.
/// let hour = p.read(text::read("lines/2026-11-21-09-*.txt"));
/// # let _ = hour;
/// ```
///
/// # Files that roll
///
/// With [`max_rows`](WriteFiles::max_rows) or [`max_bytes`](WriteFiles::max_bytes) a pane becomes several files, numbered by
/// `{part}`, that become visible one after the other when all of them are complete. With [`max_age`](WriteFiles::max_age) files have nothing to do with panes: they are
/// complete when they are large or old enough, and when their window is over.
///
/// # What comes out
///
/// A collection of the files that are whole, each in its window and pane: to be listed, or to be
/// [waited for](PCollection::wait_on). The step that writes counts `files_written` and `rows_written`. A worker has one file
/// open at a time, however many destinations there are, and pages what does not fit into memory from disk, where the
/// grouping does.
///
/// Elements that come too late for their window are in no file, and counted as `dropped_late`. Applied to a collection
/// that is [keeping late data](PCollection::keeping_late_data), it makes a collection of these as well:
///
/// ```
/// # use beamline_io::text;
/// # use beamline_sdk::{Pipeline, window::Windowing};
/// # use std::time::Duration;
/// # let p = Pipeline::new();
/// # let lines = p.create(["a".to_owned()]);
/// let hourly = lines.window(Windowing::fixed(Duration::from_hours(1)));
/// let written = hourly.keeping_late_data().apply(text::write_files("lines/{window}.txt"));
/// written.late.apply(text::write_files("late/{part}.txt").max_age(Duration::from_mins(10)));
/// ```
///
/// # Errors
///
/// When the pipeline is run, before anything is read: [`PatternError`]; collections whose elements may be [taken
/// back](beamline_sdk::window#retractions); collections without an end whose files would never be complete. While it runs:
/// [`WriteFilesError`](super::WriteFilesError), with the step, the window and the pane.
pub fn write_files(names: impl Into<String>) -> WriteFiles {
    WriteFiles {
        names: names.into(),
        destinations: OneDestination,
        options: Options {
            shards: 1,
            compression: Compression::default(),
            header: None,
            limits: Limits::default(),
            max_age: None,
            replace: false,
        },
    }
}

/// A transform that writes files by window, pane and destination: what [`write_files`] returns.
#[derive(Clone, Debug)]
#[must_use = "a description writes nothing until it is applied to a collection"]
pub struct WriteFiles<D = OneDestination> {
    names: String,
    destinations: D,
    options: Options,
}

#[derive(Clone, Debug)]
struct Options {
    shards: u32,
    compression: Compression,
    header: Option<String>,
    limits: Limits,
    max_age: Option<Duration>,
    replace: bool,
}

impl WriteFiles {
    /// Says where an element goes: elements of equal destinations come into the same files, and the `Display` of the
    /// destination is `{destination}` in their names.
    pub fn destination<F>(self, f: F) -> WriteFiles<By<F>> {
        let Self { names, options, .. } = self;
        WriteFiles { names, destinations: By(f), options }
    }
}

impl<D> WriteFiles<D> {
    /// Makes a collection of its own of the elements that cannot be printed, in place of a failure.
    ///
    /// The result is a transform that has the files in `ok`, and [dead letters](beamline_sdk::DeadLetter) of elements whose
    /// `Display` returned an error in `failed`; if nothing reads these, the first one fails the pipeline. Nothing of such an
    /// element is in any file. The elements are printed before they are brought together, by a step that is called `Assign`,
    /// inside of the name of the transform: that is where letters are [replayed](beamline_sdk::PCollection::replaying).
    ///
    /// A file that cannot be written, for want of room or because its name is taken, fails the pipeline as ever: it is no
    /// fault of an element. Elements that come too late for their window are counted as `dropped_late`; applied to a
    /// collection that is [keeping late data](PCollection::keeping_late_data), it makes a collection of these, too
    /// ([`TriedWithLateData`](super::TriedWithLateData)).
    ///
    /// ```
    /// use beamline_io::{dead_letters, text};
    /// use beamline_sdk::{Pipeline, window::Windowing};
    /// use std::time::Duration;
    ///
    /// let p = Pipeline::new();
    /// let orders = p.create(["3 apples".to_owned()]).window(Windowing::fixed(Duration::from_hours(1)));
    /// let written = orders.apply(text::write_files("orders/{window}.txt").dead_letters()).named("Orders");
    /// written.failed.write(dead_letters::write("orders/letters.jsonl"));
    ///
    /// // In another run, when what was wrong with them has been mended:
    /// let letters = p.apply(dead_letters::read("orders/letters.jsonl"));
    /// let again = orders.filter(|_| false).replaying("Orders/Assign", &letters);
    /// # drop(again);
    /// ```
    pub fn dead_letters(self) -> WriteFilesTried<D> {
        WriteFilesTried(self)
    }

    /// Says into how many files the elements of a pane and destination are divided; each is written by one worker. By
    /// default there is one, and at least that. Elements are dealt by chance, so that all shards of a destination have
    /// about as many. One that no element comes to has no file.
    ///
    /// A run that is repeated deals otherwise. Of a pane of few elements it may write shards that the run before had
    /// nothing for: these names are not taken, so it is no error, and who reads all files finds elements twice. With
    /// [`replace`](Self::replace) the hash of an element says where it goes: to the same shard in every run, and equal
    /// ones stay together.
    pub fn shards(mut self, count: u32) -> Self {
        self.options.shards = count;
        self
    }

    /// Compresses the files. By default the ending of their names tells; if it does not fit what is said here, `.gz`,
    /// `.zst` or `.bz2` is added to it.
    pub fn compression(mut self, compression: Compression) -> Self {
        self.options.compression = compression;
        self
    }

    /// Begins every file with this line.
    pub fn header(mut self, line: impl Into<String>) -> Self {
        self.options.header = Some(line.into());
        self
    }

    /// Says how many elements a file has at most, at least 1; what is more goes into another.
    pub fn max_rows(mut self, rows: u64) -> Self {
        self.options.limits.rows = Some(rows);
        self
    }

    /// Says how large a file becomes, in bytes of text before it is compressed: the line that reaches it is the last.
    pub fn max_bytes(mut self, bytes: u64) -> Self {
        self.options.limits.bytes = Some(bytes);
        self
    }

    /// Says how long the first element of a file waits at most for it to be complete, in time of the clock, whatever the
    /// collection's trigger is. The file is complete before if it is large enough, or if its window is over.
    ///
    /// Files are then numbered by `{part}` for each destination, shard and window, and belong to no pane. The elements of a
    /// file wait in memory: set [`max_bytes`](Self::max_bytes) or [`max_rows`](Self::max_rows) too. Refused are windows
    /// that merge, such as sessions.
    pub fn max_age(mut self, age: Duration) -> Self {
        self.options.max_age = Some(age);
        self
    }

    /// Says whether a file may take the place of one that has its name. A pane of several parts then also deletes the parts
    /// that an earlier pane, or run, had more. By default a name that is taken is an error.
    ///
    /// A run over the same elements as an earlier one has the same lines in the same shards, in whatever order it reads
    /// them: where there are several [`shards`](Self::shards), these are told by what elements are encoded as, which
    /// has to be the same in every run. (That of a `HashMap` inside of an element is not: write one shard of such.)
    /// Early and late panes and files of a [`max_age`](Self::max_age) may be others. A run over other elements, or with
    /// another number of shards, leaves older files where no element comes to their window, destination or shard now:
    /// delete these before.
    pub fn replace(mut self, replace: bool) -> Self {
        self.options.replace = replace;
        self
    }
}

impl Options {
    fn check(&self, names: &str) -> Result<(), PatternError> {
        let zeros = [
            ("shards", self.shards == 0),
            ("max_rows", self.limits.rows == Some(0)),
            ("max_bytes", self.limits.bytes == Some(0)),
        ];
        match zeros.into_iter().find(|(_, is_zero)| *is_zero) {
            Some((option, _)) => Err(PatternError::Zero { pattern: names.to_owned(), option }),
            None => Ok(()),
        }
    }

    fn output(&self, names: &str) -> Result<Output, PatternError> {
        self.check(names)?;
        let mut pattern: Pattern = names.parse()?;
        let codec = self.compression.codec(Path::new(&format!("name{}", pattern.suffix())));
        if codec.is_missing() {
            return Err(PatternError::MissingFeature { pattern: names.to_owned(), codec: codec.to_string() });
        }
        let extension = format!(".{}", codec.extension());
        if codec != Codec::Plain && !pattern.suffix().to_ascii_lowercase().ends_with(&extension) {
            pattern.push(&extension);
        }
        let (header, replace, by_pane) = (self.header.clone(), self.replace, self.max_age.is_none());
        // What has an age is divided before it is written.
        let limits = if by_pane { self.limits } else { Limits::default() };
        Ok(Output { pattern, codec, header, limits, replace, by_pane })
    }
}

impl<D> WriteFiles<D> {
    /// What is written of a collection, or why it cannot be.
    pub(super) fn output<T>(&self, lines: &PCollection<T>) -> Result<Output, Error>
    where
        T: Element,
        D: Destinations<T>,
    {
        let options = &self.options;
        let by_pane = options.max_age.is_none();
        if let Some(error) = refusal(lines, by_pane) {
            return Err(error);
        }
        let differences = Differences {
            destinations: D::ARE_SEVERAL,
            shards: options.shards > 1,
            parts: !by_pane || options.limits.is_any(),
            panes: by_pane,
            is_bounded: lines.is_bounded(),
            replace: options.replace,
        };
        let output = options.output(&self.names).and_then(|output| {
            check(&self.names, &output.pattern, &differences, &lines.windowing())?;
            Ok(output)
        });
        output.map_err(|error| Error::wrap(ErrorKind::Graph, error.into()))
    }

    /// A function that deals the elements of a destination out to its shards.
    pub(super) fn dealer<T>(&self) -> impl Fn(&T) -> (D::Destination, Share) + Clone + Send + 'static + use<T, D>
    where
        T: Element,
        D: Destinations<T>,
    {
        let Options { shards, replace, .. } = self.options;
        let (destinations, shares) = (self.destinations.clone(), Shares::new(shards.max(1), replace));
        move |line| (destinations.of(line), shares.of(line))
    }

    fn assign<T>(&self, lines: &PCollection<T>) -> PCollection<((D::Destination, Share), T)>
    where
        T: Element,
        D: Destinations<T>,
    {
        let deal = self.dealer();
        lines.map(move |line| (deal(&line), line)).named("Assign")
    }

    /// Writes lines where the elements that they are made of go, or refuses to.
    pub(super) fn write<T, L>(
        &self,
        output: Result<Output, Error>,
        keyed: &PCollection<((D::Destination, Share), L)>,
    ) -> PCollection<WrittenFile>
    where
        T: Element,
        L: Element + Display,
        D: Destinations<T>,
    {
        match output {
            Ok(output) => {
                let write = WritePanes::<T, D, L>::new(output, self.options.shards);
                self.gather(keyed).par_do(write).named("Write")
            }
            Err(error) => refused(keyed, error),
        }
    }

    /// The same for lines of which those that come too late are a collection.
    pub(super) fn write_keeping_late_data<T>(
        &self,
        output: Result<Output, Error>,
        keyed: &PCollection<((D::Destination, Share), T)>,
    ) -> WithLateData<WrittenFile, PCollection<T>>
    where
        T: Element + Display,
        D: Destinations<T>,
    {
        match output {
            Ok(output) => {
                let write = WritePanes::<T, D>::new(output, self.options.shards);
                let WithLateData { results, late } = self.gather_keeping_late_data(&keyed.keeping_late_data());
                WithLateData { results: results.par_do(write).named("Write"), late: late.values().named("Late") }
            }
            Err(error) => WithLateData { results: refused(keyed, error), late: keyed.values().filter(|_| false) },
        }
    }

    fn gather<K: Key, T: Element + Display>(&self, keyed: &PCollection<(K, T)>) -> PCollection<(K, Part<T>)> {
        match self.options.max_age {
            Some(age) => keyed.par_do_stateful(Roll::new(self.options.limits, age)).named("Roll"),
            None => begin(&keyed.group_by_key().named("Gather")),
        }
    }

    fn gather_keeping_late_data<K: Key, T: Element + Display>(
        &self,
        keyed: &KeepingLateData<(K, T)>,
    ) -> WithLateData<(K, Part<T>), PCollection<(K, T)>> {
        if let Some(age) = self.options.max_age {
            return keyed.par_do_stateful(Roll::new(self.options.limits, age)).named("Roll");
        }
        let WithLateData { results, late } = keyed.group_by_key().named("Gather");
        WithLateData { results: begin(&results), late }
    }
}

/// Every group is the first part of its file, and the only one.
fn begin<K: Element, T: Element>(groups: &PCollection<(K, Values<T>)>) -> PCollection<(K, Part<T>)> {
    groups.map(|(key, rows)| (key, (0, rows))).named("Begin")
}

/// A step that is refused, in place of those that would write.
fn refused<R: Element>(keyed: &PCollection<R>, error: Error) -> PCollection<WrittenFile> {
    keyed.refuse(error);
    keyed.flat_map(|_| None).named("Write")
}

impl<T, D> PTransform<PCollection<T>> for WriteFiles<D>
where
    T: Element + Display,
    D: Destinations<T>,
{
    type Out = PCollection<WrittenFile>;

    fn label(&self) -> String {
        format!("text::write_files({})", self.names)
    }

    fn is_opaque(&self) -> bool {
        true
    }

    fn expand(self, lines: PCollection<T>) -> Self::Out {
        self.write::<T, T>(self.output(&lines), &self.assign(&lines))
    }
}

/// What came too late for its file is a collection of its own.
impl<T, D> PTransform<KeepingLateData<T>> for WriteFiles<D>
where
    T: Element + Display,
    D: Destinations<T>,
{
    type Out = WithLateData<WrittenFile, PCollection<T>>;

    fn label(&self) -> String {
        PTransform::<PCollection<T>>::label(self)
    }

    fn is_opaque(&self) -> bool {
        true
    }

    fn expand(self, lines: KeepingLateData<T>) -> Self::Out {
        let lines = lines.collection();
        self.write_keeping_late_data(self.output(lines), &self.assign(lines))
    }
}
