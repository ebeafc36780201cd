//! A field of a state: a cell, a timer, or timers with tags.

use super::attributes::Attributes;
use super::duration::TimeToLive;
use crate::names;
use proc_macro2::{Ident, TokenStream};
use quote::{quote, quote_spanned};
use std::collections::HashSet;
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Error, GenericArgument, LitStr, PathArguments, PathSegment, Result, Type};

pub(super) struct Field<'a> {
    pub(super) ident: &'a Ident,
    pub(super) ty: &'a Type,
    /// The name in saved state.
    name: LitStr,
    ttl: Option<TimeToLive>,
    pub(super) is_timer: bool,
    /// What tells timers of one field apart.
    pub(super) tag: Option<&'a Type>,
}

impl<'a> Field<'a> {
    pub(super) fn parse(field: &'a syn::Field, default: &Attributes) -> Result<Self> {
        let attributes = Attributes::parse(&field.attrs)?;
        let ident = field.ident.as_ref().expect("the field has a name");
        let (is_timer, tag) = timer(&field.ty)?;
        if let (true, Some((_, text))) = (is_timer, &attributes.ttl) {
            return Err(Error::new_spanned(text, "a timer has no time to live: it has a time, or is cleared"));
        }
        let name = attributes.name.unwrap_or_else(|| LitStr::new(&ident.unraw().to_string(), ident.span()));
        let ttl = attributes.ttl.as_ref().or(default.ttl.as_ref()).filter(|_| !is_timer).map(|(ttl, _)| *ttl);
        Ok(Self { ident, ty: &field.ty, name, ttl, is_timer, tag })
    }

    /// The variant of the enum of timers.
    pub(super) fn variant(&self) -> Ident {
        names::variant(self.ident)
    }

    /// What the pipeline knows of it.
    pub(super) fn facts(&self) -> TokenStream {
        let (ty, name) = (self.ty, &self.name);
        let as_field = if self.is_timer { quote!(TimerField) } else { quote!(StateCell) };
        let kind = quote_spanned!(ty.span()=> <#ty as ::beamline::state::#as_field>::KIND);
        let ttl = match self.ttl {
            None => quote!(Unsaid),
            Some(TimeToLive::Forever) => quote!(Forever),
            Some(TimeToLive::Millis(millis)) => quote!(For(::std::time::Duration::from_millis(#millis))),
        };
        quote! {
            ::beamline::state::StateField { name: #name, kind: #kind, ttl: ::beamline::state::TimeToLive::#ttl }
        }
    }

    /// Shows it to a visitor; `living` counts the fields with a limited time to live so far.
    pub(super) fn visit(&self, index: usize, living: &mut usize, timer_type: &TokenStream) -> TokenStream {
        let ident = self.ident;
        let facts = quote!(&<Self as ::beamline::state::StateSpec>::FIELDS[#index]);
        if self.is_timer {
            let variant = self.variant();
            let closure = self.tag.is_none().then(|| quote!(|()|));
            let name = quote!(#closure #timer_type::#variant);
            return quote_spanned! {self.ty.span()=> visitor.timer(#facts, &mut self.#ident, #name); };
        }
        let written_at = if let Some(TimeToLive::Millis(_)) = self.ttl {
            let place = *living;
            *living += 1;
            quote!(::std::option::Option::Some(&mut written_at[#place]))
        } else {
            quote!(::std::option::Option::None)
        };
        // What is no cell is blamed where it is written down.
        quote_spanned! {self.ty.span()=> visitor.cell(#facts, &mut self.#ident, #written_at); }
    }
}

/// Whether a type is that of a timer, by its name, and the type of its tags.
fn timer(ty: &Type) -> Result<(bool, Option<&Type>)> {
    let Some(segment) = last_segment(ty) else { return Ok((false, None)) };
    match segment.ident.to_string().as_str() {
        "EventTimer" | "ProcessingTimer" | "Timer" => Ok((true, None)),
        "EventTimers" | "ProcessingTimers" | "TimerMap" => match first_argument(segment) {
            Some(tag) => Ok((true, Some(tag))),
            None => Err(Error::new_spanned(ty, format!("the type of the tags is missing: `{}<Tag>`", segment.ident))),
        },
        _ => Ok((false, None)),
    }
}

fn last_segment(ty: &Type) -> Option<&PathSegment> {
    match ty {
        Type::Path(path) => path.path.segments.last(),
        // As it comes from a macro.
        Type::Group(group) => last_segment(&group.elem),
        Type::Paren(paren) => last_segment(&paren.elem),
        _ => None,
    }
}

fn first_argument(segment: &PathSegment) -> Option<&Type> {
    let PathArguments::AngleBracketed(arguments) = &segment.arguments else { return None };
    match arguments.args.first() {
        Some(GenericArgument::Type(ty)) => Some(ty),
        _ => None,
    }
}

/// Saved state is found by name.
pub(super) fn check_names(fields: &[Field<'_>]) -> Result<()> {
    let mut taken = HashSet::new();
    match fields.iter().find(|field| !taken.insert(field.name.value())) {
        Some(field) => Err(Error::new_spanned(&field.name, format!("two fields are named {:?}", field.name.value()))),
        None => Ok(()),
    }
}
