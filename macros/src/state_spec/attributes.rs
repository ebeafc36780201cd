//! `#[state(name = "…", ttl = "…")]`.

use super::duration::{self, TimeToLive};
use syn::{Attribute, LitStr, Result};

/// What the attributes of a struct or of a field say.
#[derive(Default)]
pub(super) struct Attributes {
    pub(super) name: Option<LitStr>,
    pub(super) ttl: Option<(TimeToLive, LitStr)>,
}

impl Attributes {
    pub(super) fn parse(attributes: &[Attribute]) -> Result<Self> {
        let mut found = Self::default();
        for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("state")) {
            attribute.parse_nested_meta(|meta| {
                if meta.path.is_ident("name") {
                    found.name = Some(meta.value()?.parse()?);
                } else if meta.path.is_ident("ttl") {
                    let text: LitStr = meta.value()?.parse()?;
                    found.ttl = Some((duration::parse(&text)?, text));
                } else {
                    return Err(meta.error("`name = \"…\"` or `ttl = \"…\"` is wanted here"));
                }
                Ok(())
            })?;
        }
        Ok(found)
    }
}
