//! The little that pictures need: elements of SVG, with their text as text.

/// Text as it is written between tags and in attributes.
pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// A picture of so many pixels, with a style of its own.
pub(crate) fn document(width: f64, height: f64, title: &str, style: &str, elements: &[String]) -> String {
    let (title, body) = (escape(title), elements.join("\n"));
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\" width=\"{width:.0}\" \
         height=\"{height:.0}\" role=\"img\">\n<title>{title}</title>\n<style>{style}</style>\n{body}\n</svg>\n"
    )
}

/// A filled rectangle.
pub(crate) fn rectangle(class: &str, x: f64, y: f64, width: f64, height: f64) -> String {
    format!("<rect class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\"/>")
}

/// A straight line.
pub(crate) fn line(class: &str, (x1, y1): (f64, f64), (x2, y2): (f64, f64)) -> String {
    format!("<line class=\"{class}\" x1=\"{x1:.1}\" y1=\"{y1:.1}\" x2=\"{x2:.1}\" y2=\"{y2:.1}\"/>")
}

/// A line of text.
pub(crate) fn text(class: &str, x: f64, y: f64, text: &str) -> String {
    format!("<text class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\">{}</text>", escape(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_rust_are_no_tags() {
        assert_eq!(escape("<Vec<T> as \"&\">"), "&lt;Vec&lt;T&gt; as &quot;&amp;&quot;&gt;");
        assert_eq!(text("name", 1.0, 2.25, "a<b"), "<text class=\"name\" x=\"1.0\" y=\"2.2\">a&lt;b</text>");
    }
}
