f = x => x + 1
if (n := 3) > 2 { n }
a <> b
a === b
a |> f
// comment
/* comment */
