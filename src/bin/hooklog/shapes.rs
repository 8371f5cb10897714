//! Forms for the event codes that no sample has: those of the sample or the family that such an event is like.
//!
//! `data/events.tsv` is the list of codes, `data/shapes.tsv` says what a family's forms hold; the first row that fits
//! counts.

use anyhow::{Context as _, Result};
use hooklog::form::{Form, Limits, build_query};
use hooklog::select::CodePattern;

use crate::samples::Sample;

const CODES: &str = include_str!("../../../data/events.tsv");
const SHAPES: &str = include_str!("../../../data/shapes.tsv");
/// Codes of typed CRM entities end in the type's number; this is the first that a portal gives.
const TYPED: (&str, &str) = ("<ENTITY_TYPE_ID>", "128");

/// Every event code that the portal's documentation or source names, with a number for the type where one belongs.
pub fn codes() -> impl Iterator<Item = String> {
    let codes = CODES.lines().skip(1).filter_map(|line| line.split('\t').next());
    codes.map(|code| code.replace(TYPED.0, TYPED.1))
}

/// A sample of this code; nothing where there is no such event.
pub fn sample(code: &str, samples: &[Sample]) -> Result<Option<Sample>> {
    let code = code.to_ascii_uppercase();
    let is_typed = |known: &str| {
        let number = code.strip_prefix(known).and_then(|rest| rest.strip_prefix('_'));
        number.is_some_and(|number| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()))
    };
    if !codes().any(|known| known == code || known.starts_with("ONCRMDYNAMICITEM") && is_typed(&known)) {
        return Ok(None);
    }
    let rows = SHAPES.lines().skip(1).filter_map(|row| row.split_once('\t'));
    let mut shapes = rows.filter(|(family, _)| family.parse().is_ok_and(|family: CodePattern| family.matches(&code)));
    let (_, shape) = shapes.next().with_context(|| format!("data/shapes.tsv has no shape for {code}"))?;
    let named =
        |name: &str| samples.iter().find(|sample| sample.name == name).with_context(|| format!("no sample {name}"));
    let sample = match shape.strip_prefix("like ") {
        Some(name) => named(name)?.body.clone(),
        None => with_data(&named("crm-deal-update")?.body, shape)?,
    };
    Ok(Some(Sample::of_form(code.clone(), with_event(&sample, &code))))
}

/// The same envelope around another payload.
fn with_data(body: &str, data: &str) -> Result<String> {
    let data = build_query(Form::parse(data.as_bytes(), &Limits::default())?.root());
    let fields = body.split('&').filter(|field| !field.starts_with("data"));
    let fields =
        fields.flat_map(|field| if field.starts_with("ts=") { vec![data.as_str(), field] } else { vec![field] });
    Ok(fields.collect::<Vec<_>>().join("&"))
}

fn with_event(body: &str, code: &str) -> String {
    let fields = body
        .split('&')
        .map(|field| if field.starts_with("event=") { format!("event={code}") } else { field.to_owned() });
    fields.collect::<Vec<_>>().join("&")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    #[test]
    fn every_code_that_no_sample_has_gets_a_form_that_the_portal_could_send() {
        let samples = samples::all().unwrap();
        let mut checked = 0;
        for code in codes().filter(|code| !samples.iter().any(|sample| sample.code().as_ref() == Some(code))) {
            let sample = sample(&code, &samples).unwrap().unwrap();
            assert_eq!(sample.code().as_deref(), Some(&*code));
            let names: Vec<_> = sample.body.split('&').map(|field| field.split(['=', '%']).next().unwrap()).collect();
            for name in ["event", "data", "ts", "auth"] {
                assert!(names.contains(&name), "{code} has no {name}");
            }
            assert!(sample.application_token().is_some(), "{code}");
            checked += 1;
        }
        assert_eq!((checked, codes().count()), (158, 213));
    }

    #[test]
    fn a_typed_entity_has_its_number_and_nonsense_is_no_code() {
        let samples = samples::all().unwrap();
        let code = |code: &str| sample(code, &samples).unwrap().and_then(|sample| sample.code());
        assert_eq!(code("onCrmDynamicItemAdd_1048").as_deref(), Some("ONCRMDYNAMICITEMADD_1048"));
        for nonsense in ["ONCRMDYNAMICITEMADD_", "ONCRMNONSENSE", "ONCRMDEALADD_5", ""] {
            assert_eq!(code(nonsense), None, "{nonsense}");
        }
    }
}
