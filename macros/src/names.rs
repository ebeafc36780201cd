//! Names of fields.

use proc_macro2::Ident;
use syn::ext::IdentExt;

/// The field of a variant: `BadLine` is `bad_line`, `Type` is `r#type`.
pub(crate) fn field(variant: &Ident) -> Ident {
    let snake = snake_case(&variant.unraw().to_string());
    match snake.as_str() {
        // Keywords that may not even be raw.
        "self" | "super" | "crate" => Ident::new(&format!("{snake}_"), variant.span()),
        _ => syn::parse_str::<Ident>(&snake)
            .map_or_else(|_| Ident::new_raw(&snake, variant.span()), |_| Ident::new(&snake, variant.span())),
    }
}

/// The variant of a field: `bad_line` is `BadLine`, `r#type` is `Type`.
pub(crate) fn variant(field: &Ident) -> Ident {
    let name: String = field.unraw().to_string().split('_').map(capitalize).collect();
    match name.as_str() {
        // The one keyword that begins with a capital letter, and names that a variant cannot have.
        "Self" => Ident::new("Self_", field.span()),
        "" => Ident::new("Unnamed", field.span()),
        name if name.starts_with(|c: char| c.is_numeric()) => Ident::new(&format!("_{name}"), field.span()),
        name => Ident::new(name, field.span()),
    }
}

fn capitalize(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// `HttpError`, `HTTPError` and `Http_Error` are `http_error`.
fn snake_case(name: &str) -> String {
    let chars: Vec<char> = name.chars().collect();
    let mut snake = String::new();
    for (i, c) in chars.iter().enumerate() {
        if i > 0 && begins_word(chars[i - 1], *c, chars.get(i + 1)) {
            snake.push('_');
        }
        snake.extend(c.to_lowercase());
    }
    snake
}

fn begins_word(before: char, c: char, after: Option<&char>) -> bool {
    let ends_acronym = before.is_uppercase() && after.is_some_and(|a| a.is_lowercase());
    before != '_' && c.is_uppercase() && (!before.is_uppercase() || ends_acronym)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proc_macro2::Span;

    fn field_of(variant: &str) -> String {
        field(&Ident::new(variant, Span::call_site())).to_string()
    }

    #[test]
    fn variants_become_fields() {
        let cases = [
            ("Good", "good"),
            ("BadLine", "bad_line"),
            ("HTTPError", "http_error"),
            ("Http_Error", "http_error"),
            ("Utf8", "utf8"),
            ("Over9000Lines", "over9000_lines"),
            ("A", "a"),
            ("AB", "ab"),
            ("ÄrgerÜber", "ärger_über"),
        ];
        for (variant, field) in cases {
            assert_eq!(field_of(variant), field);
        }
    }

    #[test]
    fn fields_become_variants() {
        let cases =
            [("expiry", "Expiry"), ("r#type", "Type"), ("retry_at", "RetryAt"), ("_1st", "_1st"), ("über", "Über")];
        for (field, name) in cases {
            let field =
                syn::parse_str::<Ident>(field).unwrap_or_else(|_| Ident::new_raw(&field[2..], Span::call_site()));
            assert_eq!(variant(&field).to_string(), name);
        }
    }

    #[test]
    fn keywords_stay_usable() {
        assert_eq!(field_of("Type"), "r#type");
        assert_eq!(field_of("Super"), "super_");
    }
}
