//! The peers of the word count.
pub mod handwritten;
pub mod table;
