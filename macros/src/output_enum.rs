//! `#[derive(OutputEnum)]`.

use crate::names;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use std::collections::HashMap;
use syn::ext::IdentExt;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Data, DeriveInput, Error, Fields, GenericParam, Generics, Result, Token, Variant, parse_quote};

/// As many as `Routes` is implemented for.
const MOST_VARIANTS: usize = 12;

/// A variant, as an output.
struct Output<'a> {
    variant: &'a Variant,
    field: Ident,
    /// What its collection holds: `()`, the only value, or a tuple.
    element: TokenStream,
    /// Names for the values in a pattern.
    values: Vec<Ident>,
}

pub(crate) fn derive(input: &DeriveInput) -> Result<TokenStream> {
    let variants = variants(input)?;
    let outputs = outputs(variants)?;
    let generics = with_element_bounds(&input.generics)?;
    let structure = structure(input, &outputs);
    let implementation = implementation(input, &generics, &outputs);
    Ok(quote! { #structure #implementation })
}

fn variants(input: &DeriveInput) -> Result<&Punctuated<Variant, Token![,]>> {
    let wrong = |what: &str| {
        let help =
            format!("OutputEnum is derived for enums, and `{}` is {what}: each output is a variant", input.ident);
        Err(Error::new_spanned(&input.ident, help))
    };
    match &input.data {
        Data::Struct(_) => wrong("a struct"),
        Data::Union(_) => wrong("a union"),
        Data::Enum(data) if data.variants.is_empty() => wrong("empty"),
        Data::Enum(data) => match data.variants.iter().nth(MOST_VARIANTS) {
            Some(variant) => {
                let text = format!(
                    "one variant too many: an enum can have {MOST_VARIANTS} outputs; give some of them an enum of \
                     their own, and split that again"
                );
                Err(Error::new_spanned(&variant.ident, text))
            }
            None => Ok(&data.variants),
        },
    }
}

fn outputs(variants: &Punctuated<Variant, Token![,]>) -> Result<Vec<Output<'_>>> {
    let mut outputs = Vec::new();
    let mut taken: HashMap<String, &Ident> = HashMap::new();
    for variant in variants {
        let output = output(variant)?;
        if let Some(other) = taken.insert(output.field.to_string(), &variant.ident) {
            let text = format!("the outputs of `{other}` and `{}` would both be `{}`", variant.ident, output.field);
            return Err(Error::new_spanned(&variant.ident, text));
        }
        outputs.push(output);
    }
    Ok(outputs)
}

fn output(variant: &Variant) -> Result<Output<'_>> {
    let types: Vec<_> = variant.fields.iter().map(|field| &field.ty).collect();
    if let Fields::Named(fields) = &variant.fields {
        let text = format!(
            "an output is one value or a tuple, and `{0}` has named fields: move them to a struct, and hold that: \
             `{0}(TheStruct)`",
            variant.ident
        );
        return Err(Error::new_spanned(fields, text));
    }
    let element = tuple(&types);
    let values = (0..types.len()).map(|i| Ident::new(&format!("value_{i}"), Span::mixed_site())).collect();
    Ok(Output { variant, field: names::field(&variant.ident), element, values })
}

/// What a generic enum holds must be an element.
fn with_element_bounds(generics: &Generics) -> Result<Generics> {
    let mut generics = generics.clone();
    for param in &mut generics.params {
        match param {
            GenericParam::Type(param) => param.bounds.push(parse_quote!(::beamline::Element)),
            GenericParam::Lifetime(param) => {
                let text = "outputs are elements, which own what they hold: no lifetimes here";
                return Err(Error::new_spanned(&param.lifetime, text));
            }
            GenericParam::Const(_) => {}
        }
    }
    Ok(generics)
}

fn outputs_name(input: &DeriveInput) -> Ident {
    format_ident!("{}Outputs", input.ident.unraw(), span = input.ident.span())
}

/// The struct with a collection for each variant.
fn structure(input: &DeriveInput, outputs: &[Output<'_>]) -> TokenStream {
    let (visibility, enum_name, name) = (&input.vis, &input.ident, outputs_name(input));
    let (generics, where_clause) = (&input.generics, &input.generics.where_clause);
    let struct_doc = format!("The outputs of [`{enum_name}`]: a collection for each variant.");
    let fields = outputs.iter().map(|Output { variant, field, element, .. }| {
        let doc = format!("The elements of [`{enum_name}::{}`].", variant.ident);
        quote! {
            #[doc = #doc]
            #visibility #field: ::beamline::PCollection<#element>
        }
    });
    quote! {
        #[doc = #struct_doc]
        #[allow(dead_code)]
        #visibility struct #name #generics #where_clause {
            #(#fields,)*
        }
    }
}

fn implementation(input: &DeriveInput, generics: &Generics, outputs: &[Output<'_>]) -> TokenStream {
    let (enum_name, outputs_name) = (&input.ident, outputs_name(input));
    let (for_generics, type_generics, where_clause) = generics.split_for_impl();
    let fields = outputs.iter().map(|Output { variant, field, .. }| {
        // What is not an element is blamed where it is written down.
        let collection = quote_spanned!(variant.fields.span()=> split.collection());
        quote!(#field: #collection)
    });
    let elements = outputs.iter().map(|output| &output.element);
    let arms = outputs.iter().enumerate().map(|(i, output)| arm(i, output));
    quote! {
        #[automatically_derived]
        impl #for_generics ::beamline::OutputEnum for #enum_name #type_generics #where_clause {
            type Outputs = #outputs_name #type_generics;
            type Routes = (#(::beamline::outputs::Route<#elements>,)*);

            fn outputs(split: &mut ::beamline::outputs::SplitOutputs) -> Self::Outputs {
                #outputs_name { #(#fields,)* }
            }

            #[inline]
            fn route(self, routes: &mut Self::Routes, meta: &::beamline::kernel::Meta, row: usize) {
                match self {
                    #(#arms)*
                }
            }
        }
    }
}

/// One part as it is, and any other number as a tuple.
fn tuple<T: ToTokens>(parts: &[T]) -> TokenStream {
    if let [only] = parts { quote!(#only) } else { quote!((#(#parts),*)) }
}

fn arm(index: usize, output: &Output<'_>) -> TokenStream {
    let Output { variant, values, .. } = output;
    let (name, index) = (&variant.ident, syn::Index::from(index));
    let fields = matches!(variant.fields, Fields::Unnamed(_)).then(|| quote!((#(#values),*)));
    let pattern = quote!(Self::#name #fields);
    let value = tuple(values);
    quote! { #pattern => routes.#index.emit(#value, meta, row), }
}
