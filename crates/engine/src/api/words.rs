//! Small English for counts and lists, used where the engine itself speaks.

/// "1 change", "3 changes".
pub(crate) fn count_of(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// "Ana", "Ana and Bo", "Ana, Bo and 2 others".
pub(crate) fn list_of(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [one, two] => format!("{one} and {two}"),
        [one, two, rest @ ..] => format!(
            "{one}, {two} and {}",
            count_of(rest.len(), "other", "others")
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_read_as_people_speak() {
        let names: Vec<String> = ["Ana", "Bo", "Cy", "Di"].map(str::to_owned).to_vec();
        let spoken: Vec<String> = (0..=4)
            .map(|n| list_of(names.get(..n).unwrap_or_default()))
            .collect();
        assert_eq!(
            spoken,
            [
                "",
                "Ana",
                "Ana and Bo",
                "Ana, Bo and 1 other",
                "Ana, Bo and 2 others"
            ]
        );
    }
}
