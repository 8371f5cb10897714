//! Aligned columns, no wider than the terminal.

use std::fmt::Write as _;

use anstyle::Style;
use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

/// No column is cut below this.
const WIDTH_MIN: usize = 8;
const GAP: usize = 2;

/// A text and how it is shown.
pub type Cell<'c> = (&'c str, Style);

/// Widths of columns, which grow with what is shown.
pub struct Columns<const N: usize> {
    widths: [usize; N],
    cut: [bool; N],
    terminal: Option<usize>,
}

impl<const N: usize> Columns<N> {
    /// Columns as wide as the widest of these texts. Where a terminal is narrower, the columns that may be `cut` are.
    pub fn new<'t>(rows: impl Iterator<Item = [&'t str; N]>, cut: [bool; N], terminal: Option<usize>) -> Self {
        let mut columns = Self { widths: [0; N], cut, terminal };
        rows.for_each(|row| columns.grow(row));
        columns
    }

    fn grow(&mut self, row: [&str; N]) {
        for (width, text) in self.widths.iter_mut().zip(row) {
            *width = text.width().max(*width);
        }
        let Some(terminal) = self.terminal else { return };
        let gaps = GAP.saturating_mul(N.saturating_sub(1));
        while self.widths.iter().sum::<usize>().saturating_add(gaps) > terminal {
            let cut = self.widths.iter_mut().zip(self.cut).filter_map(|(width, cut)| cut.then_some(width));
            let Some(widest) = cut.max().filter(|widest| **widest > WIDTH_MIN) else { break };
            *widest = widest.saturating_sub(1);
        }
    }

    /// A row as a line, without white space at its end.
    pub fn line(&mut self, row: [Cell<'_>; N]) -> String {
        self.grow(row.map(|(text, _)| text));
        let mut line = String::new();
        let mut owed = 0_usize;
        for ((text, style), width) in row.into_iter().zip(self.widths) {
            let text = cut(text, width);
            if !text.is_empty() {
                let _never_fails = write!(line, "{:owed$}{style}{text}{style:#}", "");
                owed = 0;
            }
            owed = owed.saturating_add(width.saturating_sub(text.width())).saturating_add(GAP);
        }
        line
    }
}

/// The text, with `…` at its end where it is too wide. Control characters could move the cursor, and are left out.
fn cut(text: &str, width: usize) -> String {
    let text: String = text.chars().filter(|c| !c.is_control()).collect();
    if text.width() <= width {
        return text;
    }
    let mut left = width.saturating_sub(1);
    let fits = |c: &char| {
        let c = c.width().unwrap_or(0);
        let fits = c <= left;
        left = left.saturating_sub(c);
        fits
    };
    let mut text: String = text.chars().take_while(fits).collect();
    text.push('…');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(rows: &[[&str; 3]], terminal: Option<usize>) -> Vec<String> {
        let mut columns = Columns::new(rows.iter().copied(), [false, true, true], terminal);
        rows.iter().map(|row| columns.line(row.map(|text| (text, Style::new())))).collect()
    }

    #[test]
    fn columns_are_aligned_whatever_they_hold() {
        let found = lines(&[["a", "", "1"], ["Ядро", "日本", "2"], ["b", "x", ""]], None);
        assert_eq!(found, ["a           1", "Ядро  日本  2", "b     x"]);
    }

    #[test]
    fn a_narrow_terminal_cuts_the_widest_column() {
        let found = lines(&[["2026-11-24", "a-very-long-domain.example", "end"]], Some(26));
        assert_eq!(found, ["2026-11-24  a-very-l…  end"]);
        let found = lines(&[["a", "日本語日本語日本語", "c"]], Some(5));
        assert_eq!(found, ["a  日本語…   c"], "not below the least width");
    }

    #[test]
    fn nothing_moves_the_cursor() {
        assert_eq!(lines(&[["\u{1b}[2Jx\r", "\u{9b}y", "z\n"]], None), ["[2Jx    y   z"]);
    }
}
