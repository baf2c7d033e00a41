//! Tables: aligned for people at a terminal, tab-separated for programs.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::console::{Console, visible};
use crate::cli::process::world::World;
use crate::language::Phrase;

/// The minimum width of a column that is cut.
const NARROWEST: usize = 12;
const GAP: &str = "  ";
/// The width of a terminal that does not report one.
const USUAL_WIDTH: usize = 80;

/// The title of a column, and its layout.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Column {
    title: Phrase,
    right: bool,
    /// The column may be cut if the terminal is too narrow.
    cut: bool,
}

impl Column {
    /// A column of text that is never cut.
    pub(crate) const fn words(title: Phrase) -> Self {
        Self { title, right: false, cut: false }
    }

    /// A column of names that may be cut.
    pub(crate) const fn names(title: Phrase) -> Self {
        Self { title, right: false, cut: true }
    }

    /// A column of numbers.
    pub(crate) const fn numbers(title: Phrase) -> Self {
        Self { title, right: true, cut: false }
    }
}

/// A value, in the forms for people and for programs.
#[derive(Debug, Clone)]
pub(crate) struct Cell {
    people: String,
    programs: String,
}

impl Cell {
    /// A value with different forms.
    pub(crate) fn new(people: impl ToString, programs: impl ToString) -> Self {
        Self { people: people.to_string(), programs: programs.to_string() }
    }

    /// A value with the same form for both.
    pub(crate) fn same(text: &str) -> Self {
        let text = visible(text).into_owned();
        Self { people: text.clone(), programs: text }
    }

    /// An unknown value.
    pub(crate) fn unknown() -> Self {
        Self::same("-")
    }
}

/// Rows below column titles.
pub(crate) struct Table<'a> {
    columns: &'a [Column],
    rows: Vec<Vec<Cell>>,
}

impl<'a> Table<'a> {
    pub(crate) fn new(columns: &'a [Column]) -> Self {
        Self { columns, rows: Vec::new() }
    }

    pub(crate) fn add(&mut self, row: Vec<Cell>) {
        self.rows.push(row);
    }

    /// Prints the table as a result.
    pub(crate) fn print(&self, world: &World, console: &Console) {
        let lines = if world.stdout_is_terminal {
            self.for_people((world.stdout_columns)().unwrap_or(USUAL_WIDTH))
        } else {
            self.for_programs()
        };
        for line in lines {
            console.result(&line);
        }
    }

    fn for_programs(&self) -> Vec<String> {
        let line = |row: &Vec<Cell>| row.iter().map(|cell| cell.programs.as_str()).collect::<Vec<_>>().join("\t");
        self.rows.iter().map(line).collect()
    }

    /// The lines for a terminal of this width, titles first; none if there are no rows.
    pub(crate) fn for_people(&self, width: usize) -> Vec<String> {
        if self.rows.is_empty() {
            return Vec::new();
        }
        let widths = self.widths(width);
        let titles: Vec<&str> = self.columns.iter().map(|column| column.title.text()).collect();
        let rows = self.rows.iter().map(|row| row.iter().map(|cell| cell.people.as_str()).collect());
        std::iter::once(titles).chain(rows).map(|row: Vec<&str>| self.line(&row, &widths)).collect()
    }

    fn line(&self, row: &[&str], widths: &[usize]) -> String {
        let cell = |((text, width), column): ((&&str, &usize), &Column)| {
            let text = cut(text, *width);
            let space = " ".repeat(width - text.width().min(*width));
            if column.right { format!("{space}{text}") } else { format!("{text}{space}") }
        };
        let cells: Vec<String> = row.iter().zip(widths).zip(self.columns).map(cell).collect();
        cells.join(GAP).trim_end().to_owned()
    }

    /// The width of each column: the width of its content; if the total is too wide, the widest columns that may be cut
    /// shrink.
    fn widths(&self, terminal: usize) -> Vec<usize> {
        let widest = |(index, column): (usize, &Column)| {
            let cells = self.rows.iter().map(|row| row[index].people.width());
            cells.chain([column.title.text().width()]).max().unwrap_or(0)
        };
        let mut widths: Vec<usize> = self.columns.iter().enumerate().map(widest).collect();
        let gaps = GAP.len() * widths.len().saturating_sub(1);
        loop {
            let excess = (widths.iter().sum::<usize>() + gaps).saturating_sub(terminal);
            let may_give = |(index, width): &(usize, usize)| self.columns[*index].cut && *width > NARROWEST;
            let widest = widths.iter().copied().enumerate().filter(may_give).max_by_key(|(_, width)| *width);
            match widest {
                Some((index, _)) if excess > 0 => widths[index] -= 1,
                _ => return widths,
            }
        }
    }
}

/// The text in at most this many columns: its beginning and its end, which distinguish most keys.
pub(crate) fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let room = width.saturating_sub(1);
    let end: String = {
        let kept: Vec<char> = fitting(text.chars().rev(), room / 2).collect();
        kept.into_iter().rev().collect()
    };
    let beginning: String = fitting(text.chars(), room - end.width()).collect();
    format!("{beginning}…{end}")
}

fn fitting(characters: impl Iterator<Item = char>, mut room: usize) -> impl Iterator<Item = char> {
    characters.take_while(move |character| {
        let width = character.width().unwrap_or(0);
        let fits = width <= room;
        room = room.saturating_sub(width);
        fits
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::process::world::tests::world;
    use crate::language::phrase;

    const COLUMNS: [Column; 3] =
        [Column::names(phrase!("KEY")), Column::words(phrase!("ID")), Column::numbers(phrase!("SIZE"))];

    fn table() -> Table<'static> {
        let mut table = Table::new(&COLUMNS);
        table.add(vec![Cell::same("builds/2024/dist.tar"), Cell::same("id1"), Cell::new("6.2 KiB", 6349)]);
        table.add(vec![Cell::same("中文\t.txt"), Cell::same("id22"), Cell::unknown()]);
        table
    }

    #[test]
    fn people_get_columns() {
        assert_eq!(
            table().for_people(80),
            [
                "KEY                   ID       SIZE",
                "builds/2024/dist.tar  id1   6.2 KiB",
                "中文\\t.txt            id22        -"
            ]
        );
        assert_eq!(Table::new(&COLUMNS).for_people(80), [""; 0]);
    }

    #[test]
    fn a_narrow_terminal_cuts_names_and_nothing_else() {
        assert_eq!(
            table().for_people(31),
            ["KEY               ID       SIZE", "builds/2…ist.tar  id1   6.2 KiB", "中文\\t.txt        id22        -"]
        );
        assert_eq!(table().for_people(1)[1], "builds…t.tar  id1   6.2 KiB");
    }

    #[test]
    fn programs_get_tabs_and_plain_numbers() {
        let test = world(&[], &[]);
        table().print(&test.world, &Console::new(&test.world));
        assert_eq!(test.stdout.text(), "builds/2024/dist.tar\tid1\t6349\n中文\\t.txt\tid22\t-\n");
    }
}
