//! Tables that a pipeline keeps up to date: a value for each key, which is replaced and deleted as results change.

mod table;

pub use table::UpsertTable;

use crate::{BoxError, Shard};

/// Describes a table with one value for each key, for [`write_upserts`](crate::PCollection::write_upserts) and
/// [`try_write_upserts`](crate::PCollection::try_write_upserts): a table of a database, a cache, or an [`UpsertTable`] in memory.
/// Cloned to every worker.
///
/// A [`Sink`](crate::Sink) shows what it has when the pipeline has succeeded. A table is there to be looked at while the
/// pipeline runs, perhaps without an end, so each change is made when it comes, and none is undone when the pipeline
/// fails later. Changes can be made twice without harm, so such a pipeline is run again from its beginning.
///
/// ```
/// use beamline_sdk::{BoxError, Pipeline, Shard, UpsertSink, UpsertWriter, combine::Count};
///
/// /// Prints statements for a table `visits`.
/// #[derive(Clone)]
/// struct Statements;
///
/// impl UpsertSink<String, u64> for Statements {
///     type Writer = Self;
///
///     fn label(&self) -> String {
///         "Visits".to_owned()
///     }
///
///     fn open(&self, _: Shard) -> Result<Self, BoxError> {
///         Ok(Statements)
///     }
/// }
///
/// impl UpsertWriter<String, u64> for Statements {
///     fn upsert(&mut self, page: String, visits: u64) -> Result<(), BoxError> {
///         println!("insert or replace into visits values ('{page}', {visits});");
///         Ok(())
///     }
///
///     fn delete(&mut self, page: String) -> Result<(), BoxError> {
///         println!("delete from visits where page = '{page}';");
///         Ok(())
///     }
///
///     fn flush(&mut self) -> Result<(), BoxError> {
///         println!("commit;");
///         Ok(())
///     }
/// }
///
/// let p = Pipeline::new();
/// let pages = p.create([("home".to_owned(), 1), ("boats".to_owned(), 1), ("home".to_owned(), 1)]);
/// pages.combine_per_key(Count).write_upserts(Statements);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no table of keys `{K}` and values `{V}`",
    label = "an `UpsertSink<{K}, {V}>` is wanted here"
)]
pub trait UpsertSink<K, V>: Clone + Send + Sync + 'static {
    /// Writes the keys of one worker.
    type Writer: UpsertWriter<K, V>;

    /// A short name for the step, such as the name of the table.
    fn label(&self) -> String;

    /// Opens a writer, on each worker, before the first change; by
    /// [`try_write_upserts`](crate::PCollection::try_write_upserts) again, when the one before has failed. Each key has one
    /// writer. The shard says which of how many writers it is.
    ///
    /// # Errors
    /// When the table cannot be written to. The error fails the pipeline; when a writer is opened again, the changes that are
    /// to be made with it are tried again.
    fn open(&self, shard: Shard) -> Result<Self::Writer, BoxError>;
}

/// Makes the changes of some of the keys of a table, those of each key in their order. Never leaves its worker thread.
///
/// By [`write_upserts`](crate::PCollection::write_upserts) any error fails the pipeline. By
/// [`try_write_upserts`](crate::PCollection::try_write_upserts) changes are tried again: the one that was refused, and all since
/// the last flush when a flush fails. The writer is dropped then, and another one is opened. One that has lost nothing but
/// some changes, and knows which, says so by a [`WriteFault`](crate::WriteFault), and is used on.
pub trait UpsertWriter<K, V>: 'static {
    /// The key has this value from now on, whether it had one before or not.
    ///
    /// # Errors
    /// When the value cannot be written.
    fn upsert(&mut self, key: K, value: V) -> Result<(), BoxError>;

    /// The key has no value from now on. It may have had none before.
    ///
    /// # Errors
    /// When it cannot be deleted.
    fn delete(&mut self, key: K) -> Result<(), BoxError>;

    /// Makes all changes so far visible. Called after each bundle of changes, thus whenever the worker has nothing more at
    /// hand: a writer may collect changes until then, and make them together.
    ///
    /// # Errors
    /// When changes cannot be made visible.
    fn flush(&mut self) -> Result<(), BoxError> {
        Ok(())
    }
}
