//! Colours: what an event did shows before its code is read.

use anstyle::{AnsiColor, Style};

pub const PLAIN: Style = Style::new();
pub const DIM: Style = Style::new().dimmed();
pub const BOLD: Style = Style::new().bold();
pub const BAR: Style = AnsiColor::Cyan.on_default();

/// The colour of an event code: by what happened, whatever it happened to.
pub fn code(code: &str) -> Style {
    // `ONCRMDYNAMICITEMADD_128` is an `ADD` too.
    let plain = code.trim_end_matches(|c: char| c.is_ascii_digit() || c == '_');
    let ends = |ends: &[&str]| ends.iter().any(|end| plain.ends_with(end));
    let colour = if ends(&["ADD", "CREATE", "INSTALL", "START", "REGISTER"]) && !ends(&["UNINSTALL", "UNREGISTER"]) {
        AnsiColor::Green
    } else if ends(&["DELETE", "DELETED", "UNINSTALL", "UNREGISTER", "DEL"]) {
        AnsiColor::Red
    } else if ends(&["UPDATE", "SAVED", "CHANGE", "CHANGED", "SETSTATUS"]) {
        AnsiColor::Yellow
    } else if matches!(code, "ROBOT" | "ACTIVITY") {
        AnsiColor::Magenta
    } else {
        AnsiColor::Blue
    };
    colour.on_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_happened_has_its_colour() {
        let check = |event: &str, colour: AnsiColor| assert_eq!(code(event), colour.on_default(), "{event}");
        check("ONTASKADD", AnsiColor::Green);
        check("ONCRMDYNAMICITEMADD_128", AnsiColor::Green);
        check("CATALOG.PRICE.ON.UPDATE", AnsiColor::Yellow);
        check("ONAPPUNINSTALL", AnsiColor::Red);
        check("ROBOT", AnsiColor::Magenta);
        check("REQUEST", AnsiColor::Blue);
    }
}
