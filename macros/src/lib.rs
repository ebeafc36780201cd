//! Derive macros of beamline. Use them through the `beamline` crate, where they are documented with examples.

mod names;
mod output_enum;
mod state_spec;

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

/// Makes an enum splittable into a collection for each variant.
///
/// See the documentation at `beamline::OutputEnum`.
#[proc_macro_derive(OutputEnum)]
pub fn derive_output_enum(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    output_enum::derive(&input).unwrap_or_else(syn::Error::into_compile_error).into()
}

/// Declares the state of a key in a window, and names its timers.
///
/// See the documentation at `beamline::StateSpec`.
#[proc_macro_derive(StateSpec, attributes(state))]
pub fn derive_state_spec(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    state_spec::derive(&input).unwrap_or_else(syn::Error::into_compile_error).into()
}
