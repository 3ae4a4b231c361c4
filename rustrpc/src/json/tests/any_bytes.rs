//! Text that is no JSON, or not quite.

use super::sample::Sample;
use crate::json::{Parser, from_slice};

const SEED_TEXT: &[u8] = br#"{"number": -12, "price": 1.5e3, "title": "a\u00e9\ud83d\ude00\n",
    "raw": "+/8=", "status": "OPEN", "child": {"children": [{}, {"open": true}]},
    "labels": {"x": 1}, "byNumber": {"-1": {"note": null}}, "cash": "7", "numbers": ["1", 2e0]}"#;

#[test]
fn damaged_text_is_read_or_refused_but_never_more() {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = |limit: usize| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % limit
    };
    let mut refused = 0;
    let rounds = if cfg!(miri) { 200 } else { 20_000 };
    for _ in 0..rounds {
        let mut text = SEED_TEXT.to_vec();
        for _ in 0..=next(4) {
            let at = next(text.len());
            match next(4) {
                0 => text[at] = next(256) as u8,
                1 => text.truncate(at.max(1)),
                2 => text[at] = b"{}[]\",:\\0-.eEnul"[next(16)],
                _ => {
                    let piece = text[at..(at + next(20)).min(text.len())].to_vec();
                    let place = next(text.len());
                    text.splice(place..place, piece);
                }
            }
        }
        let strict = from_slice::<Sample>(&text);
        let lenient = Parser::new().ignore_unknown(true).from_slice::<Sample>(&text);
        refused += usize::from(strict.is_err());
        assert!(strict.is_err() || lenient.is_ok(), "{}", text.escape_ascii());
        if let Err(error) = strict {
            assert!(error.line().is_some() && !error.problem().is_empty());
        }
    }
    assert!(refused > rounds / 2, "only {refused} were refused");
}

#[test]
fn every_beginning_of_a_text_is_refused() {
    for end in 0..SEED_TEXT.len() {
        from_slice::<Sample>(&SEED_TEXT[..end]).expect_err("it is cut off");
    }
    from_slice::<Sample>(SEED_TEXT).expect("the whole of it is right");
}
