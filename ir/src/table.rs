//! How tables that are text are read: the words that the language and the files share.

/// How to read a table that is text.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TableOptions {
    /// What separates fields; unless it is given, what the first row has.
    pub delimiter: Option<u8>,
    /// Whether the first row is a header; unless it is given, it is one if not all of it are
    /// numbers.
    pub header: Option<bool>,
    /// How many lines at the beginning of the file are skipped.
    pub skip: usize,
    /// Which columns.
    pub columns: Columns,
    /// Fields that stand for a missing number, besides those that always do: as written, or as a
    /// number equal to it.
    pub missing: Vec<String>,
}

/// Columns of a table.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Columns {
    /// All of them; a single one is an array of one dimension.
    #[default]
    All,
    /// One: an array of one dimension.
    One(Column),
    /// Some, in this order: an array of two dimensions.
    Several(Vec<Column>),
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Column {
    /// Counted from 0; negative from the end.
    Number(i64),
    /// By its name in the header.
    Name(String),
}

/// The byte that separates fields, written as a text of one character; none if it is one that
/// numbers, quotes, comments and lines consist of.
pub fn delimiter(text: &str) -> Option<u8> {
    let &[byte] = text.as_bytes() else { return None };
    let number = byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'+' | b'-');
    let other = matches!(byte, b'"' | b'\n' | b'\r' | b'#' | 0);
    (!number && !other).then_some(byte)
}
