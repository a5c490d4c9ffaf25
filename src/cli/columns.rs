//! A table with fewer columns and fewer digits, for figures and for the page's recorded run.

use crate::session::csv::COLUMNS;

/// Refuses names that no table has, before anything is trained.
///
/// # Errors
/// A sentence with the name.
pub fn check(columns: &[String]) -> Result<(), String> {
    let known = |name: &&String| COLUMNS.split(',').any(|known| known == *name) || name.starts_with("log10_norm:");
    match columns.iter().find(|name| !known(name)) {
        Some(name) => Err(format!("there is no column “{name}”; there are {COLUMNS},log10_norm:NAME.")),
        None => Ok(()),
    }
}

/// Of a table as [`crate::session::csv`] writes it: step, arm and the columns named, with numbers rounded to `digits`
/// significant digits. Lines that begin with `#` stay as they are.
///
/// # Errors
/// A sentence where a column is not there.
pub fn picked(table: &str, columns: &[String], digits: Option<usize>) -> Result<String, String> {
    let header = table.lines().find(|line| !line.starts_with('#')).unwrap_or_default();
    let names: Vec<&str> = header.split(',').collect();
    let place = |name: &String| {
        let at = names.iter().position(|n| n == name);
        at.ok_or_else(|| format!("there is no column “{name}”; there are {}.", names.join(", ")))
    };
    let wanted = match columns {
        [] => (0..names.len()).collect(),
        _ => [Ok(0), Ok(1)].into_iter().chain(columns.iter().map(place)).collect::<Result<Vec<usize>, String>>()?,
    };
    let line = |line: &str| {
        if line.starts_with('#') {
            return format!("{line}\n");
        }
        let cells: Vec<&str> = line.split(',').collect();
        let kept = wanted.iter().map(|&i| cells.get(i).map_or_else(String::new, |cell| rounded(cell, digits)));
        kept.collect::<Vec<String>>().join(",") + "\n"
    };
    Ok(table.lines().map(line).collect())
}

/// A fraction with that many significant digits; anything else as it is.
fn rounded(cell: &str, digits: Option<usize>) -> String {
    match (digits, cell.parse::<f64>()) {
        (Some(digits), Ok(x)) if cell.contains('.') => {
            let short: f64 = format!("{x:.*e}", digits.max(1) - 1).parse().expect("a number that was just written");
            short.to_string()
        }
        _ => cell.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str =
        "# explr\nstep,arm,loss,accuracy\n0,wd,2.123456789,0.00012345\n10,exp,,1\n123456,wd,-3.00001,0.5\n";

    #[test]
    fn columns_and_digits_are_chosen() {
        let columns = ["accuracy".to_owned(), "loss".to_owned()];
        let text = picked(TABLE, &columns, Some(3)).expect("both are there");
        assert_eq!(text, "# explr\nstep,arm,accuracy,loss\n0,wd,0.000123,2.12\n10,exp,1,\n123456,wd,0.5,-3\n");
        assert_eq!(picked(TABLE, &[], None).expect("nothing is asked"), TABLE);
    }

    #[test]
    fn a_column_that_is_not_there_is_told() {
        let why = picked(TABLE, &["angle".to_owned()], None).expect_err("it is not there");
        assert!(why.contains("“angle”") && why.contains("loss, accuracy"), "{why}");
        assert!(check(&["angle".to_owned(), "log10_norm:conv1".to_owned()]).is_ok());
        assert!(check(&["angel".to_owned()]).expect_err("a typing error").contains("“angel”"));
    }
}
