//! An event as a row of CSV (RFC 4180): lines end in CRLF, and a text is quoted where it has to be.

use std::borrow::Cow;

use ::csv::{Terminator, WriterBuilder};
use anyhow::Result;
use hooklog::record::Kept;

/// The columns. They are a promise: new ones come last.
const COLUMNS: [&str; 15] = [
    "id",
    "receivedtime",
    "time",
    "type",
    "source",
    "memberid",
    "subject",
    "tokenname",
    "contenthash",
    "sourceip",
    "useragent",
    "requestid",
    "importedfrom",
    "logtitle",
    "data",
];

pub fn write_header(out: &mut Vec<u8>) -> Result<()> {
    write_row(COLUMNS.map(Cow::Borrowed), out)
}

/// Appends an event's row. What a record does not have is empty.
pub fn write(record: &Kept, out: &mut Vec<u8>) -> Result<()> {
    let text = |text: &'_ Option<String>| Cow::Owned(text.clone().unwrap_or_default());
    let row = [
        record.id.to_string().into(),
        format!("{:.3}", record.receivedtime).into(),
        record.time.to_string().into(),
        Cow::Borrowed(&*record.kind),
        Cow::Borrowed(&*record.source),
        text(&record.memberid),
        text(&record.subject),
        text(&record.tokenname),
        text(&record.contenthash),
        text(&record.sourceip),
        text(&record.useragent),
        text(&record.requestid),
        text(&record.importedfrom),
        text(&record.logtitle),
        serde_json::to_string(&record.data)?.into(),
    ];
    write_row(row, out)
}

fn write_row(row: [Cow<'_, str>; COLUMNS.len()], out: &mut Vec<u8>) -> Result<()> {
    let mut writer = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(out);
    writer.write_record(row.map(|text| guarded(&text)))?;
    Ok(writer.flush()?)
}

/// A spreadsheet runs what begins like a formula, and strangers write subjects and user agents
/// (<https://owasp.org/www-community/attacks/CSV_Injection>). Where `;` or a tab is what it splits at, as in Russian
/// Excel, a cell begins behind each of them, behind each line end, and quotes do not count.
fn guarded(text: &str) -> String {
    let mut guarded = String::with_capacity(text.len());
    let mut begins_cell = true;
    for c in text.chars() {
        if begins_cell && matches!(c, '=' | '+' | '-' | '@' | '\t' | '\r') {
            guarded.push('\'');
        }
        begins_cell = matches!(c, ';' | '\t' | '\r' | '\n') || (begins_cell && matches!(c, '"' | ' '));
        guarded.push(c);
    }
    guarded
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_columns_are_what_the_schema_says_of_a_record() {
        let schema: serde_json::Value =
            serde_json::from_str(include_str!("../../../../schema/event.schema.json")).unwrap();
        let members: BTreeSet<_> = schema["properties"].as_object().unwrap().keys().map(String::as_str).collect();
        // What every record has, and what `data` says better.
        let others = ["specversion", "datacontenttype", "rawquery", "rawform"];
        assert_eq!(members, COLUMNS.into_iter().chain(others).collect());
    }

    #[test]
    fn a_row_is_quoted_where_it_must_be_and_has_no_formula() {
        let json = r#"{"id":"01a20cdd-6647-7832-8707-070707070707","source":"https://a.example","type":"bitrix24.X",
            "time":"2026-11-24T09:22:44Z","receivedtime":"2026-11-24T09:22:45.900Z","subject":"=1+1",
            "useragent":"a \"b\", c","data":{"b":["x"]}}"#;
        let mut out = Vec::new();
        write(&Kept::read(json.as_bytes()).unwrap(), &mut out).unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "01a20cdd-6647-7832-8707-070707070707,2026-11-24T09:22:45.900Z,2026-11-24T09:22:44Z,bitrix24.X,https://a.example,,\
             '=1+1,,,,\"a \"\"b\"\", c\",,,,\"{\"\"b\"\":[\"\"x\"\"]}\"\r\n"
        );
    }

    #[test]
    fn no_cell_is_a_formula_wherever_a_reader_splits() {
        let check = |text: &str, expected: &str| assert_eq!(guarded(text), expected);
        check("7;=1+1", "7;'=1+1");
        check(r#"{"a":"x;=cmd|/C calc!A0;b;-1"}"#, r#"{"a":"x;'=cmd|/C calc!A0;b;'-1"}"#);
        check("a\t@b\n+c\r\n=d", "a\t'@b\n'+c\r\n'=d");
        check("x;\"=1\"; =2", "x;\"'=1\"; '=2");
        check("a=b-c;d", "a=b-c;d");
    }
}
