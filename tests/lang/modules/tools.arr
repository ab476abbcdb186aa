# A module that a script imports.
factor = 3
fn triple(x) = x * factor
fn bump(x, by=1) = _hidden(x) + by
fn _hidden(x) = x * 10
