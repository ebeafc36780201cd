//! Derive macros of beamline. Use them through the `beamline` crate, where they are documented with examples.

mod names;
mod output_enum;

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
