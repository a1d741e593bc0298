//! A password from the terminal or from standard input.

use std::io::{BufRead, IsTerminal};

use anyhow::Context;

/// A password, never as an argument: arguments are seen by everybody on the machine.
pub fn read() -> anyhow::Result<String> {
    if std::io::stdin().is_terminal() {
        return rpassword::prompt_password("Password: ").context("the password could not be read");
    }
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line).context("the password could not be read")?;
    Ok(line.trim_end_matches(['\r', '\n']).to_string())
}
