# Places on a sphere and grids of heights. Angles are in degrees, distances in kilometres on a sphere of
# the earth's mean radius unless another one is given. Arguments are numbers or arrays that broadcast.

## The great-circle distance between two places, by the haversine formula.
##
## >>> round(geo.haversine(0.0, 0.0, 0.0, 90.0), 3)
## 10007.557
fn haversine(lat1, lon1, lat2, lon2, radius=6371.0088) {
    a = radians(lat1)
    b = radians(lat2)
    h = sin((b - a) / 2) ** 2 + cos(a) * cos(b) * sin(radians(lon2 - lon1) / 2) ** 2
    2 * radius * asin(sqrt(clip(h, 0.0, 1.0)))
}

## The direction in which the way from the first place to the second starts, clockwise from north.
##
## >>> geo.bearing(0.0, 0.0, 0.0, 10.0)
## 90.0
fn bearing(lat1, lon1, lat2, lon2) {
    a = radians(lat1)
    b = radians(lat2)
    d = radians(lon2 - lon1)
    degrees(atan2(sin(d) * cos(b), cos(a) * sin(b) - sin(a) * cos(b) * cos(d))) % 360
}

## Where one gets from a place in a direction over a distance: (latitude, longitude).
##
## >>> geo.destination(0.0, 0.0, 90.0, 0.0)
## (0.0, 0.0)
fn destination(lat, lon, bearing, distance, radius=6371.0088) {
    a = radians(lat)
    t = radians(bearing)
    d = distance / radius
    s = clip(sin(a) * cos(d) + cos(a) * sin(d) * cos(t), -1.0, 1.0)
    step = atan2(sin(t) * sin(d) * cos(a), cos(d) - sin(a) * s)
    (degrees(asin(s)), (lon + degrees(step) + 180) % 360 - 180)
}

## `n` places on the great circle between two places, both included: (latitudes, longitudes).
##
## >>> geo.great_circle(0.0, 0.0, 0.0, 90.0, 3)[1]
## [ 0. 45. 90.]
fn great_circle(lat1, lon1, lat2, lon2, n) {
    a = radians(lat1 + 0.0)
    b = radians(lat2 + 0.0)
    p = radians(lon1 + 0.0)
    q = radians(lon2 + 0.0)
    angle = haversine(lat1, lon1, lat2, lon2, radius=1.0)
    t = linspace(0, 1, n)
    u = sin((1 - t) * angle) / sin(angle)
    v = sin(t * angle) / sin(angle)
    x = u * cos(a) * cos(p) + v * cos(b) * cos(q)
    y = u * cos(a) * sin(p) + v * cos(b) * sin(q)
    z = u * sin(a) + v * sin(b)
    (degrees(atan2(z, hypot(x, y))), degrees(atan2(y, x)))
}

## The centres of a regular grid of the globe: (latitudes from north to south, longitudes).
##
## >>> geo.lat_lon_grid(2, 4)[0]
## [ 45. -45.]
fn lat_lon_grid(rows, columns) {
    latitudes = 90 - (iota(rows) + 0.5) * (180 / rows)
    longitudes = (iota(columns) + 0.5) * (360 / columns) - 180
    (latitudes, longitudes)
}

## The area of cells between parallels and meridians, in square kilometres.
##
## >>> round(geo.cell_area(-90.0, 90.0, 360.0), -3)
## 510066000.0
fn cell_area(south, north, width, radius=6371.0088) {
    radius * radius * radians(width) * (sin(radians(north)) - sin(radians(south)))
}

## The slope of a surface of heights in degrees; rows run from north to south, `cell` is the size of a
## cell in the unit of the heights.
##
## >>> geo.slope([[0.0, 1.0], [0.0, 1.0]])
## [[45. 45.]
##  [45. 45.]]
fn slope(heights, cell=1.0) {
    down, across = gradient(heights, cell)
    degrees(atan(hypot(across, down)))
}

## The direction in which a surface of heights falls, in degrees clockwise from north.
##
## >>> geo.aspect([[0.0, 1.0], [0.0, 1.0]])
## [[270. 270.]
##  [270. 270.]]
fn aspect(heights, cell=1.0) {
    down, across = gradient(heights, cell)
    degrees(atan2(-across, down)) % 360
}

## How bright a surface of heights is under light from a direction (`azimuth`, clockwise from north) and
## height: 0 to 1.
##
## >>> geo.hillshade(zeros((2, 2)), altitude=90.0)
## [[1. 1.]
##  [1. 1.]]
fn hillshade(heights, azimuth=315.0, altitude=45.0, cell=1.0, exaggeration=1.0) {
    down, across = gradient(asarray(heights) * exaggeration, cell)
    a = radians(azimuth)
    z = radians(altitude)
    light = sin(z) - across * (sin(a) * cos(z)) + down * (cos(a) * cos(z))
    clip(light / sqrt(1 + across * across + down * down), 0.0, 1.0)
}
