0
1_000
0xff
0XFF_ff
0o17
0b1010
9223372036854775808
1.5
.5
1.
1e3
1.5E-3
1_0.2_5e1_0
2j
1.5j
1e3j
true
false
none
inf
nan
"text"
'single "inside"'
"esc \n \t \\ \" \' \0 \x41 \u00e9 \U0001F600 \
joined"
r"raw \n"
"""triple
"quoted" text
"""
'''three'''
""
"é ü 漢"
[]
[1, 2, 3]
[[1, 2], [3, 4],]
[*a, 1]
()
(1,)
(1, 2)
(*t, x)
(x)
((1, 2), 3)
