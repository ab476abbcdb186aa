if x > 3
{
    y = 1
}
else
{
    y = 2
}
fn f(x)
{
    x
}
{
    alone = 1
}
