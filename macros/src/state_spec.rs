//! `#[derive(StateSpec)]`.

mod attributes;
mod duration;
mod field;

use attributes::Attributes;
use field::Field;
use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, format_ident, quote};
use syn::ext::IdentExt;
use syn::{Data, DeriveInput, Error, Fields, FieldsNamed, Result};

pub(crate) fn derive(input: &DeriveInput) -> Result<TokenStream> {
    let default = Attributes::parse(&input.attrs)?;
    if let Some(name) = &default.name {
        return Err(Error::new_spanned(name, "fields have names in saved state, and the struct has none"));
    }
    let fields =
        named_fields(input)?.named.iter().map(|field| Field::parse(field, &default)).collect::<Result<Vec<_>>>()?;
    field::check_names(&fields)?;
    check_generics(input, &fields)?;
    let (timers, timer_type) = timers(input, &fields);
    let implementation = implementation(input, &fields, &timer_type);
    Ok(quote! { #timers #implementation })
}

fn named_fields(input: &DeriveInput) -> Result<&FieldsNamed> {
    let what = match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(fields) => return Ok(fields),
            _ => "has no named fields",
        },
        Data::Enum(_) => "is an enum",
        Data::Union(_) => "is a union",
    };
    let text = format!("StateSpec is derived for structs whose fields have names, and `{}` {what}", input.ident);
    Err(Error::new_spanned(&input.ident, text))
}

/// The enum of timers has no parameters, so tags cannot be of a type that is one.
fn check_generics(input: &DeriveInput, fields: &[Field<'_>]) -> Result<()> {
    match fields.iter().find(|field| field.tag.is_some()) {
        Some(field) if input.generics.type_params().next().is_some() => {
            Err(Error::new_spanned(field.ty, "timers with tags are for structs without type parameters"))
        }
        _ => Ok(()),
    }
}

/// The enum that says which timer has come, and its type.
fn timers(input: &DeriveInput, fields: &[Field<'_>]) -> (TokenStream, TokenStream) {
    let timers: Vec<_> = fields.iter().filter(|field| field.is_timer).collect();
    if timers.is_empty() {
        return (TokenStream::new(), quote!(::std::convert::Infallible));
    }
    let (visibility, name, state) = (&input.vis, enum_name(input), &input.ident);
    let derives = if timers.iter().any(|timer| timer.tag.is_some()) {
        quote!(Clone, PartialEq, Eq)
    } else {
        quote!(Clone, Copy, Debug, PartialEq, Eq)
    };
    let doc = format!("The timers of [`{state}`].");
    let variants = timers.iter().map(|timer| {
        let (variant, tag) = (timer.variant(), timer.tag.iter());
        let doc = format!("The timer `{}`.", timer.ident.unraw());
        quote! { #[doc = #doc] #variant #((#tag))* }
    });
    let definition = quote! {
        #[doc = #doc]
        #[derive(#derives)]
        #visibility enum #name { #(#variants,)* }
    };
    (definition, name.into_token_stream())
}

fn enum_name(input: &DeriveInput) -> Ident {
    format_ident!("{}Timer", input.ident.unraw(), span = input.ident.span())
}

fn implementation(input: &DeriveInput, fields: &[Field<'_>], timer_type: &TokenStream) -> TokenStream {
    let name = &input.ident;
    let (for_generics, type_generics, where_clause) = input.generics.split_for_impl();
    let facts = fields.iter().map(Field::facts);
    let idents = fields.iter().map(|field| field.ident);
    let mut living = 0;
    let visits: Vec<_> = fields.iter().enumerate().map(|(i, field)| field.visit(i, &mut living, timer_type)).collect();
    quote! {
        #[automatically_derived]
        impl #for_generics ::beamline::state::StateSpec for #name #type_generics #where_clause {
            const FIELDS: &'static [::beamline::state::StateField] = &[#(#facts,)*];
            type WrittenAt = [::beamline::Timestamp; #living];
            const UNWRITTEN: Self::WrittenAt = [::beamline::Timestamp::MIN; #living];
            type Timer = #timer_type;

            fn empty() -> Self {
                Self { #(#idents: ::std::default::Default::default(),)* }
            }

            #[inline]
            fn visit(
                &mut self,
                written_at: &mut Self::WrittenAt,
                visitor: &mut impl ::beamline::state::Visitor<Self::Timer>,
            ) {
                let _ = (&written_at, &visitor);
                #(#visits)*
            }
        }
    }
}
