//! Events of the auction house: what they are, and where they come from.
//!
//! - `model` says what events are; `symbol` is how they hold strings of which there are few.
//! - `stream` makes them, by the generator of the crate `nexmark`; `codec` and `store` keep them in a file.
//! - `source` brings either of both into a pipeline, and `only` parts of them; `feed` is what queries ask for them.

mod codec;
mod feed;
mod model;
mod only;
mod source;
mod store;
mod stream;
mod symbol;

pub use feed::{Feed, Reading};
pub use model::{Auction, Bid, Event, EventOutputs, Person};
pub use only::{Only, OnlyReader};
pub use source::{Blocks, Events, EventsReader};
pub use store::{Block, InOrder, Store, save};
pub use stream::Stream;
pub use symbol::Symbol;
