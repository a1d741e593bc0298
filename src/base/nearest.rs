//! The name that was probably meant.

/// `; did you mean 'NAME'?`, or the names there are when none is near.
pub fn or_nearest<'a>(given: &str, names: impl Iterator<Item = &'a String> + Clone) -> String {
    let nearest = names.clone().map(|name| (distance(given, name), name)).min();
    match nearest {
        Some((distance, name)) if distance <= 1 + given.chars().count() / 4 => format!("; did you mean '{name}'?"),
        Some(_) => format!("; there are {}", names.map(String::as_str).collect::<Vec<_>>().join(", ")),
        None => "; there are none".into(),
    }
}

/// Edits between two names (Levenshtein).
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (index, letter) in one.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], index + 1);
        for (at, same) in other.iter().enumerate() {
            let replaced = diagonal + usize::from(letter != *same);
            diagonal = row[at + 1];
            row[at + 1] = replaced.min(row[at] + 1).min(diagonal + 1);
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_finds_its_name_and_a_stranger_finds_the_list() {
        let names = ["status".to_owned(), "loaded_at".to_owned()];
        assert_eq!(or_nearest("loadet_at", names.iter()), "; did you mean 'loaded_at'?");
        assert_eq!(or_nearest("colour", names.iter()), "; there are status, loaded_at");
        assert_eq!(or_nearest("colour", [].iter()), "; there are none");
    }
}
