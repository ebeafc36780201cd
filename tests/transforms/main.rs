//! Every transform, at several parallelisms and sizes of batches.

mod combine;
mod dofn;
mod elementwise;
mod for_each;
mod grouping;
mod joins;
mod memory;
mod metrics;
mod shapes;
mod side_inputs;
mod support;
mod timestamps;
