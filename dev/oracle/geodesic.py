"""Distance on the WGS 84 ellipsoid, by Vincenty's inverse formula."""

from math import atan, atan2, cos, radians, sin, sqrt, tan

A = 6378137.0
F = 1 / 298.257223563
B = A * (1 - F)


def distance(lat1, lon1, lat2, lon2):
    """Metres. Points nearly opposite each other, where the series does not settle, are half a world apart."""
    if (lat1, lon1) == (lat2, lon2):
        return 0.0
    difference = radians(lon2 - lon1)
    u1, u2 = atan((1 - F) * tan(radians(lat1))), atan((1 - F) * tan(radians(lat2)))
    su1, cu1, su2, cu2 = sin(u1), cos(u1), sin(u2), cos(u2)
    lam = difference
    for _ in range(200):
        s, c = sin(lam), cos(lam)
        sin_sigma = sqrt((cu2 * s) ** 2 + (cu1 * su2 - su1 * cu2 * c) ** 2)
        if sin_sigma == 0:
            return 0.0
        cos_sigma = su1 * su2 + cu1 * cu2 * c
        sigma = atan2(sin_sigma, cos_sigma)
        sin_alpha = cu1 * cu2 * s / sin_sigma
        cos2_alpha = 1 - sin_alpha**2
        cos_2m = cos_sigma - 2 * su1 * su2 / cos2_alpha if cos2_alpha > 1e-15 else 0.0
        k = F / 16 * cos2_alpha * (4 + F * (4 - 3 * cos2_alpha))
        before = lam
        lam = difference + (1 - k) * F * sin_alpha * (
            sigma + k * sin_sigma * (cos_2m + k * cos_sigma * (-1 + 2 * cos_2m**2)))
        if abs(lam - before) < 1e-14:
            break
    else:
        return 20_000_000.0
    squared = cos2_alpha * (A * A - B * B) / (B * B)
    big_a = 1 + squared / 16384 * (4096 + squared * (-768 + squared * (320 - 175 * squared)))
    big_b = squared / 1024 * (256 + squared * (-128 + squared * (74 - 47 * squared)))
    correction = big_b * sin_sigma * (cos_2m + big_b / 4 * (
        cos_sigma * (-1 + 2 * cos_2m**2)
        - big_b / 6 * cos_2m * (-3 + 4 * sin_sigma**2) * (-3 + 4 * cos_2m**2)))
    return B * big_a * (sigma - correction)
