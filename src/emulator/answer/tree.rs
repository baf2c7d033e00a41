//! A document under construction: a tree that is written as XML, or as JSON for CDCS.

use std::fmt::Display;

use quick_xml::escape::escape;

use crate::emulator::dialect::Format;

const DECLARATION: &str = "<?xml version='1.0' encoding='utf-8' ?>\n";
/// The namespace of `xsi:type`.
const XSI: &str = "http://www.w3.org/2001/XMLSchema-instance";

/// The elements of a document, in order.
#[derive(Debug)]
pub(crate) struct Document {
    root: &'static str,
    fields: Fields,
}

type Fields = Vec<(&'static str, Field)>;

#[derive(Debug)]
enum Field {
    Text(String),
    Within(Fields),
    /// An element with an `xsi:type`.
    Typed(&'static str, Fields),
    /// Several elements of one name; in JSON always an array.
    List(Vec<Field>),
}

impl Document {
    pub(crate) fn new(root: &'static str) -> Self {
        Self { root, fields: Vec::new() }
    }

    /// Adds an element that holds text.
    pub(crate) fn text_of(self, name: &'static str, value: &str) -> Self {
        self.field(name, Field::Text(value.to_owned()))
    }

    /// Adds an element that holds a number or a word.
    pub(crate) fn value_of(self, name: &'static str, value: impl Display) -> Self {
        self.field(name, Field::Text(value.to_string()))
    }

    /// Adds an element with the elements that `content` adds.
    pub(crate) fn within(self, name: &'static str, content: impl FnOnce(Self) -> Self) -> Self {
        let within = content(Self::new(name)).fields;
        self.field(name, Field::Within(within))
    }

    /// Adds an element with an `xsi:type` and the elements that `content` adds.
    pub(crate) fn typed(self, name: &'static str, kind: &'static str, content: impl FnOnce(Self) -> Self) -> Self {
        let within = content(Self::new(name)).fields;
        self.field(name, Field::Typed(kind, within))
    }

    /// Adds an element for each entry, with the elements that `content` adds.
    pub(crate) fn each<T>(self, name: &'static str, entries: &[T], content: impl Fn(Self, &T) -> Self) -> Self {
        let element = |entry| Field::Within(content(Self::new(name), entry).fields);
        self.field(name, Field::List(entries.iter().map(element).collect()))
    }

    /// Adds an element for each text.
    pub(crate) fn texts_of(self, name: &'static str, texts: &[&str]) -> Self {
        self.field(name, Field::List(texts.iter().map(|text| Field::Text((*text).to_owned())).collect()))
    }

    /// A document whose root is an element with only text.
    pub(crate) fn only_text(root: &'static str, text: &str) -> String {
        let mut xml = DECLARATION.to_owned();
        Field::Text(text.to_owned()).write_xml(root, &mut xml);
        xml
    }

    fn field(mut self, name: &'static str, field: Field) -> Self {
        self.fields.push((name, field));
        self
    }

    /// The text. In JSON, numbers and booleans are strings, as CDCS writes them.
    pub(crate) fn text(self, format: Format) -> String {
        match format {
            Format::Json => Field::Within(self.fields).json(),
            Format::Xml => {
                let mut text = DECLARATION.to_owned();
                Field::Within(self.fields).write_xml(self.root, &mut text);
                text
            }
        }
    }
}

impl Field {
    fn write_xml(&self, name: &str, text: &mut String) {
        if let Self::List(elements) = self {
            return elements.iter().for_each(|element| element.write_xml(name, text));
        }
        match self {
            Self::Typed(kind, _) => text.push_str(&format!("<{name} xmlns:xsi=\"{XSI}\" xsi:type=\"{kind}\">")),
            _ => text.push_str(&format!("<{name}>")),
        }
        match self {
            Self::Text(value) => text.push_str(&escape(allowed_in_xml(value)).replace('\r', "&#13;")),
            Self::Within(fields) | Self::Typed(_, fields) => {
                fields.iter().for_each(|(name, field)| field.write_xml(name, text));
            }
            Self::List(_) => {}
        }
        text.push_str(&format!("</{name}>"));
    }

    fn json(&self) -> String {
        let joined = |texts: Vec<String>| texts.join(",");
        let string = |text: &str| serde_json::Value::from(text).to_string();
        match self {
            Self::Text(value) => string(value),
            Self::List(elements) => format!("[{}]", joined(elements.iter().map(Self::json).collect())),
            Self::Within(fields) | Self::Typed(_, fields) => {
                let pair = |(name, field): &(&str, Self)| format!("{}:{}", string(name), field.json());
                format!("{{{}}}", joined(fields.iter().map(pair).collect()))
            }
        }
    }
}

/// The text with characters that XML does not allow replaced by U+FFFD. Clients that need the exact key request
/// `encoding-type=url`.
fn allowed_in_xml(text: &str) -> String {
    let allowed = |c: char| !c.is_control() || "\t\n\r".contains(c) || c >= '\u{7f}';
    text.chars().map(|c| if allowed(c) && !('\u{fffe}'..='\u{ffff}').contains(&c) { c } else { '\u{fffd}' }).collect()
}
