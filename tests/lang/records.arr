# test: no-numpy
# Records: named parts, values like all others.
r = record(name="Bern", height=542, track=[1.0, 2.5])
print(r.name, r.height, r.track.sum())
s = r
s.height = 600
s.track[0] = -1.0
print(r)
print(s)
s.extra = (1, "two")
print(s.extra)
fn grow(city, by) {
    city.height += by
    city
}
print(grow(r, by=8).height, r.height)
for c in (r, s) { print(f"{c.name:>6}|{c.height:6d}|") }
nested = record(inner=record(x=[1, 2, 3]))
nested.inner.x[1:] = 0
print(nested.inner.x, nested)
fn area(shape) = shape.w * shape.h
box = record(w=2, h=3, mean=7)
print(area(box), box.mean)
