//! Views: what is generated for `fixtures/views` compiles, and sees in any bytes exactly what the
//! message itself is decoded to.

#[path = "views/random.rs"]
mod random;

#[path = "../fixtures/views/golden/mod.rs"]
mod parcel;
#[path = "../fixtures/views/codec/mod.rs"]
mod proto;

use std::collections::BTreeMap;
use std::fmt::Debug;

use parcel::acme::bag::{Bag, Shelf};
use parcel::acme::parcel::{
    Leg, LegView, LegView_, LegViewView, Mood, Parcel, ParcelView, Point, Post, PostClient,
    PostServer, leg, parcel as within,
};
use proto::acme::legacy::{Guest, GuestView, Table};
use proto::acme::modern::{Color, Everything, EverythingView, PersonView};
use random::{Random, Shape};
use rustrpc::types;
use rustrpc::view::{HasView, ViewOf};
use rustrpc::{
    Channel, Code, DecodeError, Message, MessageView, Request, Response, Server, Status, Stream,
    Streaming,
};

/// The tags of a message's fields and of those below it, which is where random bytes begin.
const EVERYTHING: Shape = Shape(&[
    (0, &[1, 2, 3, 4, 5, 6, 13, 16, 21, 23, 26, 31, 33, 35, 43, 46, 48, 50, 71, 74]),
    (1, &[8, 10, 12, 22, 38, 40, 42, 49]),
    (5, &[7, 9, 11, 37, 39, 41]),
    (2, &[14, 15, 17, 24, 25, 44, 45, 47, 61, 62, 63, 64, 65, 66, 72, 73, 75, 2000, 70_000]),
    (2, &[1, 2, 3, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 46, 48, 49, 50]),
    (2, &[66, 2000, 70_000, 536_870_911]),
]);
const GUEST: Shape = Shape(&[
    (0, &[2, 3, 4, 9, 15, 16, 100]),
    (2, &[1, 1, 1, 3, 4, 5, 8, 11, 12, 13, 14, 15, 16]),
    (3, &[6, 7, 10]),
    (1, &[2]),
]);
const PARCEL: Shape = Shape(&[
    (0, &[4, 5, 18, 19, 31, 32, 43]),
    (2, &[1, 2, 3, 11, 12, 13, 17, 18, 19, 20, 21, 22, 23, 24, 25, 41, 42, 45, 46, 47, 48]),
    (2, &[51, 52, 55, 56, 57, 58, 59, 60]),
    (2, &[1, 1, 1, 1, 5, 6]),
    (3, &[14, 15, 16, 44]),
    (1, &[1, 2]),
    (5, &[99]),
]);

/// Maps of values, and values by their kinds.
const FORM: Shape = Shape(&[(2, &[1, 1, 1, 2, 2, 3, 5, 6]), (1, &[2]), (0, &[1, 4])]);

/// Items of message sets, whole and in parts.
const SHELF: Shape = Shape(&[(2, &[1, 2, 3]), (3, &[1]), (0, &[2]), (2, &[3])]);

#[test]
fn everything_is_seen_as_it_is_decoded() {
    agree::<Everything>(&EVERYTHING, &Everything::encode_to_vec(&everything()));
}

#[test]
fn guests_are_seen_as_they_are_decoded() {
    let guest = Guest { name: Some("g".into()), ..Guest::default() };
    agree::<Guest>(&GUEST, &guest.encode_to_vec());
    agree::<Table>(&GUEST, &Table { guests: vec![guest], ..Table::default() }.encode_to_vec());
}

#[test]
fn parcels_are_seen_as_they_are_decoded() {
    // Without what has maps that are not in order.
    let parcel = Parcel { form: None, list: None, ..full_parcel() };
    agree::<Parcel>(&PARCEL, &parcel.encode_to_vec());
}

#[test]
fn forms_are_seen_as_they_are_decoded() {
    agree_by::<types::Struct, _>(&FORM, &form().encode_to_vec(), in_order);
}

/// All that is in a form, its fields in order.
fn in_order(form: &types::Struct) -> String {
    let fields: BTreeMap<_, _> =
        form.fields.iter().map(|(name, value)| (name, value_in_order(value))).collect();
    format!("{fields:?}")
}

fn value_in_order(value: &types::Value) -> String {
    let kind = match &value.kind {
        Some(types::value::Kind::StructValue(form)) => in_order(form),
        Some(types::value::Kind::ListValue(list)) => {
            let values: Vec<_> = list.values.iter().map(value_in_order).collect();
            format!("{values:?}")
        }
        other => format!("{other:?}"),
    };
    format!("{kind} {:?}", value.unknown_fields)
}

#[test]
fn message_sets_are_seen_as_they_are_decoded() {
    let item = b"\x0b\x10\x09\x1a\x01x\x0c\x0b\x1a\x01y\x10\x08\x0c\x0b\x10\x07\x1a\x00\x0c";
    agree::<Bag>(&SHELF, item);
    agree::<Shelf>(
        &SHELF,
        &Shelf { bag: Some(Bag::decode(item).unwrap()), ..Shelf::default() }.encode_to_vec(),
    );
}

/// Decodes random bytes both ways. Bytes are compared, and not messages, because of NaN; maps are
/// kept in order for that.
fn agree<M: HasView>(shape: &Shape, whole: &[u8]) {
    agree_by(shape, whole, M::encode_to_vec);
}

/// The same, compared in a form.
fn agree_by<M: HasView, T: Debug + PartialEq>(shape: &Shape, whole: &[u8], form: impl Fn(&M) -> T) {
    const INPUTS: usize = 3000;
    let mut random = Random::new(7);
    let mut corpus = vec![Vec::new(), whole.to_vec()];
    let mut accepted = 0;
    for _ in 0..INPUTS {
        let bytes = random.message(shape, &corpus);
        let decoded = M::decode(&bytes);
        let seen = M::View::decode(&bytes).map(|view| view.to_message());
        compare(&decoded, &seen, &form, &bytes);
        // The second look does not check again, and must see the same.
        let kept = ViewOf::<M>::decode(bytes.clone()).map(|kept| kept.to_message());
        compare(&decoded, &kept, &form, &bytes);
        if decoded.is_ok() {
            accepted += 1;
            if bytes.len() < 2000 {
                let place = random.below(300);
                match corpus.get_mut(place) {
                    Some(old) => *old = bytes,
                    None => corpus.push(bytes),
                }
            }
        }
    }
    assert!((INPUTS / 20..INPUTS).contains(&accepted), "{accepted} inputs were accepted");
}

fn compare<M: Message, T: Debug + PartialEq>(
    decoded: &Result<M, DecodeError>,
    seen: &Result<M, DecodeError>,
    form: impl Fn(&M) -> T,
    bytes: &[u8],
) {
    match (decoded, seen) {
        (Ok(decoded), Ok(seen)) => {
            assert_eq!(form(decoded), form(seen), "of b\"{}\"", bytes.escape_ascii());
        }
        (Err(decoded), Err(seen)) => {
            assert_eq!(decoded, seen, "of b\"{}\"", bytes.escape_ascii());
        }
        (Err(error), Ok(_)) => panic!("only refused whole: {error}, b\"{}\"", bytes.escape_ascii()),
        (Ok(_), Err(error)) => panic!("only refused seen: {error}, b\"{}\"", bytes.escape_ascii()),
    }
}

fn everything() -> Everything {
    let person = proto::acme::modern::Person { user_name: "Ada".into(), ..Default::default() };
    Everything {
        string: "grüße".into(),
        bytes: vec![0, 255],
        color: Color::Deep,
        person: Some(person.clone()),
        maybe_string: Some(String::new()),
        int32s: vec![0, -1, 300],
        sint64s: vec![i64::MIN, 5],
        fixed32s: vec![7, 8],
        doubles: vec![1.5, -0.0],
        strings: vec!["a".into(), "ü".repeat(200)],
        colors: vec![Color::Red, Color(99)],
        people: vec![person.clone(), Default::default()],
        loose_int32s: vec![1, 2, 3],
        labels: [("a".into(), 1), ("b".into(), 2)].into(),
        crowd: [(-2, person)].into(),
        nested: [("n".into(), Everything { uint64s: vec![1 << 60], ..Default::default() })].into(),
        inner: Some(Box::new(Everything { bools: vec![true], ..Default::default() })),
        ..Everything::default()
    }
}

fn full_parcel() -> Parcel {
    let courier = |name: &str| Leg { courier: Some(name.into()), ..Leg::default() };
    Parcel {
        label: "box".into(),
        mood: Some(Mood::Broken),
        from: Some(Point { x: Some(1.0), y: None }),
        via: vec![Point::default(), Point { x: None, y: Some(2.0) }],
        leg: Some(Leg { stops: vec!["a".into(), "b".into()], ..courier("c") }),
        legs: vec![
            courier("d"),
            Leg {
                next: Some(Box::new(courier("e"))),
                last: Some(leg::Stop { name: Some("end".into()), ..Default::default() }),
                ..courier("f")
            },
        ],
        seen: vec![rustrpc::types::Timestamp { seconds: 1, nanos: 2 }],
        sent: Some(rustrpc::types::Timestamp { seconds: 3, nanos: 4 }),
        loose: vec![1, 2],
        moods: vec![Mood::Fine, Mood::Broken],
        mood_at: [(1, Mood::Fine)].into(),
        stamps: vec![vec![1], vec![]],
        picture: Some(rustrpc::Bytes::from_static(b"picture")),
        inside: Some(Box::default()),
        beside: vec![Parcel::default()],
        by_name: [("p".into(), Parcel::default())].into(),
        size: Some(within::Size::Grams(5)),
        content: Some(within::Content::Film(rustrpc::Bytes::from_static(b"film"))),
        extra: Some(types::Any::pack(&types::Duration { seconds: 1, nanos: 2 })),
        extras: vec![types::Any::pack(&types::Empty::default())],
        form: Some(form()),
        list: Some(types::ListValue { values: vec![true.into(), "l".into()] }),
        mask: Some(types::FieldMask { paths: vec!["a.b".into()], ..Default::default() }),
        name: Some(types::StringValue { value: "n".into() }),
        raw: Some(types::BytesValue { value: vec![7] }),
        names: [("k".into(), types::StringValue { value: "v".into() })].into(),
        empty: Some(types::Empty::default()),
        count: Some(types::Int64Value { value: 9 }),
        ..Parcel::default()
    }
}

/// A form with a form in it.
fn form() -> types::Struct {
    let inner = types::Struct { fields: [("in".to_owned(), 1.5.into())].into() };
    types::Struct { fields: [("form".to_owned(), inner.into())].into() }
}

#[test]
fn a_view_borrows_from_the_bytes() {
    let parcel = full_parcel();
    let bytes = parcel.encode_to_vec();
    let within = |part: &[u8]| bytes.as_ptr_range().contains(&part.as_ptr());
    let view = ParcelView::decode(&bytes).unwrap();
    assert_eq!((view.label, view.note()), ("box", "handle with care"));
    assert_eq!((view.seal(), view.mood()), (&b"\x01\x02"[..], Mood::Broken));
    assert!(within(view.label.as_bytes()) && within(view.picture.unwrap()));
    assert_eq!(view.via.iter().map(|point| point.y).collect::<Vec<_>>(), [None, Some(2.0)]);
    let leg = view.leg.as_ref().unwrap();
    assert!(
        leg.stops.iter().eq(["a", "b"]) && leg.stops.iter().all(|stop| within(stop.as_bytes()))
    );
    assert_eq!(view.legs.iter().filter_map(|leg| leg.last?.name).collect::<Vec<_>>(), ["end"]);
    assert_eq!((view.legs.len(), view.moods.len(), view.via.is_empty()), (2, 2, false));
    assert_eq!(view.mood_at.get(1), Some(Mood::Fine));
    assert_eq!(view.size, Some(within::Size::Grams(5)));
    assert!(matches!(view.content, Some(within::ContentView::Film(film)) if within(film)));
    assert_eq!(view.clone(), view);
    assert_eq!(view.to_message(), parcel);
}

#[test]
fn the_views_of_the_runtime_borrow_too() {
    let parcel =
        Parcel { content: Some(within::Content::Anything("anything".into())), ..full_parcel() };
    let bytes = parcel.encode_to_vec();
    let within = |part: &[u8]| bytes.as_ptr_range().contains(&part.as_ptr());
    let view = ParcelView::decode(&bytes).unwrap();
    let extra = view.extra.as_ref().unwrap();
    assert!(within(extra.type_url.as_bytes()) && within(extra.value));
    assert_eq!(extra.unpack(), Ok(types::Duration { seconds: 1, nanos: 2 }));
    assert!(view.extras.iter().all(|extra| extra.is::<types::Empty>()));
    let form = view.form.as_ref().unwrap().fields.get("form").and_then(|value| value.kind);
    let Some(types::value::KindView::StructValue(form)) = form else { panic!("{form:?}") };
    let number = types::value::KindView::NumberValue(1.5);
    assert_eq!(form.fields.get("in").and_then(|value| value.kind), Some(number));
    assert_eq!(view.list.as_ref().unwrap().values.len(), 2);
    assert!(view.mask.as_ref().unwrap().paths.iter().eq(["a.b"]));
    assert!(within(view.name.as_ref().unwrap().value.as_bytes()));
    assert!(within(view.raw.as_ref().unwrap().value));
    assert_eq!(view.names.get("k").map(|name| name.value), Some("v"));
    assert_eq!(view.count, Some(types::Int64Value { value: 9 }));
    let Some(self::within::ContentView::Anything(anything)) = &view.content else {
        panic!("{:?}", view.content)
    };
    let text = types::value::KindView::StringValue("anything");
    assert_eq!(anything.kind.as_ref(), Some(&text));
    assert_eq!(view.to_message(), parcel);
}

#[test]
fn a_message_in_pieces_is_merged() {
    let inner = |text: &str| Everything {
        strings: vec![text.into()],
        labels: [(text.into(), 1)].into(),
        int32s: vec![1, 2],
        ..Everything::default()
    };
    let whole =
        |inner: Everything| Everything { inner: Some(Box::new(inner)), ..Default::default() };
    let mut bytes = whole(inner("a")).encode_to_vec();
    bytes.extend(b"\xa8\x02\x00"); // Something between them.
    bytes.extend(whole(inner("b")).encode_to_vec());
    bytes.extend(whole(Everything::default()).encode_to_vec());
    bytes.extend(whole(inner("c")).encode_to_vec());
    let view = EverythingView::decode(&bytes).unwrap();
    let inner = view.inner.as_ref().unwrap();
    assert!(inner.strings.iter().eq(["a", "b", "c"]));
    assert!(inner.int32s.iter().eq([1, 2, 1, 2, 1, 2]));
    assert_eq!((inner.strings.len(), inner.int32s.len()), (3, 6));
    assert!(inner.labels.contains_key("b") && !inner.labels.contains_key("d"));
    assert_eq!(view.to_message(), Everything::decode(&bytes).unwrap());
}

#[test]
fn repeated_fields_may_lie_anywhere_and_be_packed_or_not() {
    let bytes = b"\xf8\x01\x05\x08\x01\xfa\x01\x02\x06\x07\xfa\x01\x00\xe2\x02\x01a\xf8\x01\x08\xe2\x02\x01b";
    let view = EverythingView::decode(bytes).unwrap();
    assert!(view.int32s.iter().eq([5, 6, 7, 8]));
    assert!(view.strings.iter().eq(["a", "b"]));
    assert_eq!(view.int32s.iter().len(), 4);
    assert_eq!(format!("{:?}", view.int32s), "[5, 6, 7, 8]");
}

#[test]
fn the_last_entry_of_a_key_counts() {
    let bytes = b"\x0a\x01x\x12\x03\x0a\x01k\x12\x05\x0a\x01k\x10\x07\x12\x05\x0a\x01k\x10\x08";
    let view = LegViewView::decode(bytes).unwrap();
    assert_eq!(view.lengths.get("k"), Some(8));
    assert_eq!(view.lengths.iter().collect::<Vec<_>>(), [("k", 0), ("k", 7), ("k", 8)]);
    let message = view.to_message();
    assert_eq!(message.lengths, [("k".to_owned(), 8)].into());
    assert_eq!(message, LegView::decode(bytes).unwrap());
    let other = message.encode_to_vec();
    assert_eq!(view.lengths, LegViewView::decode(&other).unwrap().lengths);
    assert_eq!(format!("{:?}", view.lengths), r#"{"k": 0, "k": 7, "k": 8}"#);
}

#[test]
fn a_required_field_may_be_missing_where_it_is_overwritten() {
    // In a map, the entry that counts is complete: the guest "f" comes twice.
    let complete = b"\x72\x08\x0a\x01f\x12\x03\x0a\x01n";
    let incomplete = b"\x72\x05\x0a\x01f\x12\x00";
    let name = b"\x0a\x01g";
    let accepted = [&name[..], incomplete, complete].concat();
    assert!(Guest::decode(&accepted).is_ok() && GuestView::decode(&accepted).is_ok());
    let refused = [&name[..], complete, incomplete].concat();
    assert_eq!(Guest::decode(&refused).unwrap_err(), GuestView::decode(&refused).unwrap_err());
}

#[test]
fn unknown_fields_are_seen_wherever_they_lie() {
    let bytes = b"\xa0\x06\x01\xa8\x06\x02\x0a\x01n\xb0\x06\x03\x1a\x01\x09\xb8\x06\x04";
    let view = GuestView::decode(bytes).unwrap();
    let numbers: Vec<_> = view.unknown_fields.iter().map(|field| field.number).collect();
    assert_eq!(numbers, [100, 101, 102, 3, 103]);
    let message = Guest::decode(bytes).unwrap();
    assert_eq!(view.unknown_fields.to_unknown_fields(), message.unknown_fields);
    assert_eq!(format!("{:?}", view.unknown_fields), format!("{:?}", message.unknown_fields));
}

#[test]
fn nesting_is_limited_in_every_way_it_can_be_done() {
    let delimited = |number: u32, inside: &[u8]| {
        let mut bytes = random::varint(u64::from(number << 3 | 2));
        bytes.extend(random::varint(inside.len() as u64));
        bytes.extend(inside);
        bytes
    };
    // By a box, by a list, by a oneof, by a map; that takes two levels each time.
    for number in [23, 24, 45, 25] {
        let is_map = number == 25;
        let levels = if is_map { 2 } else { 1 };
        let wrap = |inside: &[u8]| {
            let entry = is_map.then(|| delimited(2, inside));
            delimited(number, entry.as_deref().unwrap_or(inside))
        };
        let fits = (0..100 / levels).fold(Vec::new(), |inside, _| wrap(&inside));
        let message = Parcel::decode(&fits).unwrap();
        let view = ParcelView::decode(&fits).unwrap();
        assert_eq!(view.to_message(), message);
        assert_eq!(format!("{view:?}").len(), format!("{:?}", view.clone()).len());
        let too_deep = wrap(&fits);
        let error = ParcelView::decode(&too_deep).unwrap_err();
        assert_eq!(error, Parcel::decode(&too_deep).unwrap_err());
    }
}

#[test]
fn views_may_be_held_while_a_task_waits() {
    fn is_send<T: Send + Sync>(_: &T) {}
    let bytes = full_parcel().encode_to_vec();
    let view = ParcelView::decode(&bytes).unwrap();
    is_send(&view);
    is_send(&view.beside.iter());
    is_send(&view.by_name.iter());
    is_send(&ViewOf::<Parcel>::decode(bytes.clone()).unwrap());
    let legs: Vec<LegView_<'_>> = view.legs.iter().collect();
    let empty = PersonView::default();
    assert_eq!((legs.len(), empty.user_name), (2, ""));
}

/// A post office whose handlers look at what they are sent, and take nothing out of it but what
/// they answer with.
struct Office;

impl Post for Office {
    async fn send(&self, request: Request<ViewOf<Parcel>>) -> Result<Response<Leg>, Status> {
        let parcel = request.message().view();
        tokio::task::yield_now().await;
        let stops = parcel.beside.iter().map(|parcel| parcel.label.to_owned()).collect();
        Ok(Response::new(Leg { courier: Some(parcel.label.into()), stops, ..Leg::default() }))
    }

    async fn track(
        &self,
        request: Request<ViewOf<Parcel>>,
    ) -> Result<Response<impl Stream<Item = Result<Leg, Status>> + Send + 'static>, Status> {
        let legs: Vec<_> = request.message().view().legs.to_vec();
        Ok(Response::new(rustrpc::stream::iter(legs.into_iter().map(Ok))))
    }

    async fn drop(
        &self,
        request: Request<Streaming<ViewOf<Leg>>>,
    ) -> Result<Response<Parcel>, Status> {
        let mut legs = request.into_inner();
        let mut parcel = Parcel::default();
        while let Some(leg) = legs.message().await? {
            parcel.label.push_str(leg.view().courier.unwrap_or_default());
            parcel.legs.push(leg.to_message());
        }
        Ok(Response::new(parcel))
    }

    async fn plain(&self, request: Request<Parcel>) -> Result<Response<Parcel>, Status> {
        Ok(Response::new(request.into_inner()))
    }
}

#[tokio::test]
async fn handlers_see_their_requests() {
    let server = Server::builder().add_service(PostServer::new(Office)).build();
    let client = PostClient::new(Channel::in_process(server));
    let parcel = Parcel { label: "l".repeat(100_000), ..full_parcel() };
    let leg = client.send(parcel.clone()).await.unwrap();
    assert_eq!(leg.courier, Some(parcel.label.clone()));
    assert_eq!(leg.stops, [""]);

    let mut legs = client.track(parcel.clone()).await.unwrap();
    let mut tracked = Vec::new();
    while let Some(leg) = legs.message().await.unwrap() {
        tracked.push(leg);
    }
    assert_eq!(tracked, parcel.legs);

    let (sender, answer) = client.drop().start();
    for courier in ["a", "b", "c"] {
        let stops = vec!["stop".repeat(20_000)];
        let leg = Leg { courier: Some(courier.into()), stops, ..Leg::default() };
        sender.send(leg).await.unwrap();
    }
    sender.finish();
    let dropped = answer.await.unwrap();
    assert_eq!((dropped.label.as_str(), dropped.legs.len()), ("abc", 3));

    // A request that is none does not reach the handler: the leg lacks its courier.
    let incomplete = Parcel { leg: Some(Leg::default()), ..parcel };
    let status = client.send(incomplete).await.unwrap_err();
    assert_eq!(status.code(), Code::Internal);
    assert!(status.message().contains("acme.parcel.Leg.courier is missing"), "{status}");
}

#[tokio::test]
async fn large_bytes_are_received_without_a_copy() {
    let server = Server::builder().add_service(PostServer::new(Office)).build();
    let client = PostClient::new(Channel::in_process(server));
    let picture = rustrpc::Bytes::from(vec![9; 300_000]);
    let parcel = Parcel { picture: Some(picture.clone()), ..full_parcel() };
    let back = client.plain(parcel.clone()).await.unwrap();
    assert_eq!(back, parcel);

    let bytes = rustrpc::Bytes::from(parcel.encode_to_vec());
    let within = |part: &[u8]| bytes.as_ptr_range().contains(&part.as_ptr());
    let decoded = Parcel::decode_bytes(&bytes).unwrap();
    assert_eq!(decoded, parcel);
    assert!(within(decoded.picture.as_ref().unwrap()));
    // The film is too small to keep all of that for it.
    assert!(matches!(&decoded.content, Some(within::Content::Film(film)) if !within(film)));
    let kept = ViewOf::<Parcel>::decode(bytes.clone()).unwrap().to_message();
    assert!(within(kept.picture.as_ref().unwrap()));
}
