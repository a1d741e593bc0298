//! Templates at work: a stranger's program with a budget, given facts that are clean and escaped.

use minijinja::value::{Kwargs, Serde, Value, ValueKind};
use minijinja::{AutoEscape, Environment, Error, ErrorKind, Output, State, UndefinedBehavior};

use super::error::{Fault, fault};
use super::measure;
use super::wrap::{self, Setting};

/// Work one card may cost, in minijinja's unit: an instruction, or 64 bytes made.
/// Ours take less than 30,000 for the worst facts.
const FUEL_MAX: u64 = 200_000;
/// Macros that call each other; ours nest three deep.
const RECURSION_MAX: usize = 40;
/// Longest text that is measured, characters: a cleaned one is shorter.
const TEXT_CHARS_MAX: usize = 2_000;
/// Most columns of a table that are measured.
const CELLS_MAX: usize = 200;

/// An environment without templates.
pub(super) fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.set_formatter(format);
    environment.set_fuel(Some(FUEL_MAX));
    environment.set_recursion_limit(RECURSION_MAX);
    // Error reports would quote variables, and the variables are what a visitor holds.
    environment.set_debug(false);
    // Facts are never markup.
    environment.remove_filter("safe");
    environment.remove_filter("tojson");
    environment.add_filter("wrap", wrap_filter);
    environment.add_filter("cut", cut_filter);
    environment.add_filter("fit", fit_filter);
    environment.add_filter("wide", wide_filter);
    environment.add_function("columns", columns);
    environment
}

/// Numbers short; text escaped.
fn format(out: &mut Output, state: &mut State, value: &Value) -> Result<(), Error> {
    let number = (value.kind() == ValueKind::Number && !value.is_integer()).then(|| f64::try_from(value.clone()).ok());
    match number.flatten() {
        Some(number) => {
            let text = format!("{number:.2}");
            out.write_str(text.trim_end_matches('0').trim_end_matches('.')).map_err(Error::from)
        }
        None => minijinja::escape_formatter(out, state, value),
    }
}

/// What minijinja says, as a fault with the line of its template.
pub(super) fn told(error: &Error) -> (Option<String>, Option<usize>, Fault) {
    let detail = error.detail().map_or(String::new(), |detail| format!(": {detail}"));
    let repair = match error.kind() {
        ErrorKind::OutOfFuel => "make shorter loops",
        ErrorKind::UndefinedError => "take a name that operations.md lists for this card, and ask `is not none` first",
        ErrorKind::UnknownFilter | ErrorKind::UnknownFunction => {
            "use wrap, cut, fit, wide, columns, or a filter of Jinja"
        }
        ErrorKind::TemplateNotFound => "import icons.svg, parts.svg or frame.svg",
        _ => "correct the template there",
    };
    (error.name().map(str::to_owned), error.line(), fault(format!("{}{detail}", error.kind()), repair))
}

fn setting(width: f64, size: f64, options: &Kwargs) -> Result<Setting, Error> {
    let is_bold = options.get::<Option<bool>>("bold")?.unwrap_or(false);
    let is_good = |number: f64| number.is_finite() && number > 0.0;
    if !is_good(width) || !is_good(size) {
        return Err(Error::new(ErrorKind::InvalidOperation, format!("a width of {width} at a size of {size}")));
    }
    Ok(Setting { width, size, is_bold })
}

fn bounded(text: &str) -> String {
    text.chars().take(TEXT_CHARS_MAX).collect()
}

/// `text|wrap(width, size, lines=3, bold=true)`: a list of lines.
fn wrap_filter(text: &str, width: f64, size: f64, options: Kwargs) -> Result<Vec<String>, Error> {
    let lines = options.get::<Option<usize>>("lines")?.unwrap_or(wrap::LINES_MAX);
    let setting = setting(width, size, &options)?;
    options.assert_all_used()?;
    Ok(wrap::wrap(&bounded(text), setting, lines))
}

/// `text|cut(width, size, bold=true)`: one line.
fn cut_filter(text: &str, width: f64, size: f64, options: Kwargs) -> Result<String, Error> {
    let setting = setting(width, size, &options)?;
    options.assert_all_used()?;
    Ok(wrap::cut(&bounded(text), setting))
}

/// `text|fit(width, size, least, bold=true)`: a size.
fn fit_filter(text: &str, width: f64, size: f64, least: f64, options: Kwargs) -> Result<f64, Error> {
    let setting = setting(width, size, &options)?;
    options.assert_all_used()?;
    Ok(wrap::fit(&bounded(text), setting, least))
}

/// `text|wide(size, bold=true)`: pixels.
fn wide_filter(text: &str, size: f64, options: Kwargs) -> Result<f64, Error> {
    let is_bold = options.get::<Option<bool>>("bold")?.unwrap_or(false);
    options.assert_all_used()?;
    Ok(measure::width(&bounded(text), size, is_bold))
}

/// `columns(rows, width, size, gap)`: the width of each column, together `width`. A column gets what its widest cell
/// needs, up to a fair share of what the narrower ones leave; the first one takes what is left over.
fn columns(rows: Serde<Vec<Vec<String>>>, width: f64, size: f64, gap: f64) -> Result<Vec<f64>, Error> {
    let count = rows.iter().map(Vec::len).max().unwrap_or(0);
    if count == 0 || rows.iter().map(Vec::len).sum::<usize>() > CELLS_MAX {
        return Ok(Vec::new());
    }
    let needs = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| measure::width(&bounded(cell), size, true)).fold(size, f64::max)
    };
    let mut by_need: Vec<(f64, usize)> = (0..count).map(|column| (needs(column), column)).collect();
    by_need.sort_by(|one, other| one.0.total_cmp(&other.0));
    let mut widths = vec![0.0; count];
    let mut left = width - gap * (count - 1) as f64;
    for (index, (need, column)) in by_need.into_iter().enumerate() {
        widths[column] = need.min(left / (count - index) as f64);
        left -= widths[column];
    }
    widths[0] += left.max(0.0);
    Ok(widths)
}
