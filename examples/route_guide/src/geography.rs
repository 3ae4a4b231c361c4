//! Points and areas on a sphere.

use crate::proto::routeguide::{Point, Rectangle};

/// Points are given in degrees times this.
const E7: f64 = 1e7;

/// The earth's mean radius, in metres.
const RADIUS: f64 = 6_371_000.0;

/// The way from one point to the other along a great circle, in metres (haversine formula).
pub(crate) fn distance(from: &Point, to: &Point) -> f64 {
    let radians = |degrees: i32| (f64::from(degrees) / E7).to_radians();
    let half_chord = |a: i32, b: i32| ((radians(b) - radians(a)) / 2.0).sin().powi(2);
    let a = half_chord(from.latitude, to.latitude)
        + radians(from.latitude).cos()
            * radians(to.latitude).cos()
            * half_chord(from.longitude, to.longitude);
    RADIUS * 2.0 * a.sqrt().atan2((1.0 - a).sqrt())
}

/// Whether `point` lies within `area` or on its edge. An area without corners has nothing in it.
pub(crate) fn contains(area: &Rectangle, point: &Point) -> bool {
    let (Some(one), Some(other)) = (&area.lo, &area.hi) else { return false };
    let between = |value: i32, a: i32, b: i32| (a.min(b)..=a.max(b)).contains(&value);
    between(point.latitude, one.latitude, other.latitude)
        && between(point.longitude, one.longitude, other.longitude)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(latitude: f64, longitude: f64) -> Point {
        Point {
            latitude: (latitude * E7) as i32,
            longitude: (longitude * E7) as i32,
            ..Default::default()
        }
    }

    #[test]
    fn a_degree_of_latitude_is_111_km() {
        let metres = distance(&point(48.0, 9.0), &point(49.0, 9.0));
        assert!((metres - 111_195.0).abs() < 1.0, "{metres}");
        assert_eq!(distance(&point(48.0, 9.0), &point(48.0, 9.0)), 0.0);
    }

    #[test]
    fn corners_may_come_in_any_order() {
        let (a, b) = (point(1.0, 2.0), point(-1.0, 4.0));
        for (lo, hi) in [(a.clone(), b.clone()), (b, a)] {
            let area = Rectangle { lo: Some(lo), hi: Some(hi), ..Default::default() };
            assert!(contains(&area, &point(0.0, 3.0)));
            assert!(contains(&area, &point(1.0, 2.0)), "the edge is inside");
            assert!(!contains(&area, &point(0.0, 5.0)));
        }
        assert!(!contains(&Rectangle::default(), &point(0.0, 0.0)));
    }
}
