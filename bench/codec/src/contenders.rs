//! The contenders, and what each has to do. All take the same bytes, and what they make of them is
//! compared before anything is measured.

use std::hint::black_box;
use std::sync::atomic::{AtomicUsize, Ordering};

use bench_peer_google::protobuf as google;
use bench_peer_rust_protobuf::protobuf as rust_protobuf;
use quick_protobuf::{BytesReader, MessageRead, MessageWrite};
use rustrpc::gencode::Writer;
use rustrpc::json::Json;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::shape::Operation::{Decode, Encode, EncodeNew, JsonDecode, JsonEncode, View};
use crate::shape::Shape;
use crate::{buffas, ours, prosts, quicks, samples};

/// Our type and its view, then the types of prost and buffa, buffa's view, Google's and rust-protobuf's.
macro_rules! compared {
    ($method:ident, $name:literal, $sample:expr, $package:ident :: $message:ident, $view:ident) => {
        Compared::<
            ours::$package::$message,
            ours::$package::$view<'static>,
            prosts::$package::$message,
            buffas::$package::$message,
            buffas::$package::$view<'static>,
            bench_peer_google::shapes_proto::$message,
            bench_peer_rust_protobuf::$package::$message,
        >::$method($name, &$sample)
    };
    ($method:ident, $name:literal, $sample:expr, $($package:ident)::+, $message:ident, $view:ident, $google:ident, $rust:ident) => {
        Compared::<
            ours::$($package)::+::$message,
            ours::$($package)::+::$view<'static>,
            prosts::$($package)::+::$message,
            buffas::$($package)::+::$message,
            buffas::$($package)::+::$view<'static>,
            bench_peer_google::$google::$message,
            bench_peer_rust_protobuf::$rust::$message,
        >::$method($name, &$sample)
    };
}

/// A shape and its contenders, made when it is their turn.
pub(crate) type Case = (&'static str, fn() -> Shape);

macro_rules! googleapis {
    ($method:ident) => {
        [
            (
                "log batch",
                (|| {
                    compared!(
                        $method,
                        "log batch",
                        samples::log_batch(),
                        google::logging::v2,
                        WriteLogEntriesRequest,
                        WriteLogEntriesRequestView,
                        google_logging_v2_logging_proto,
                        logging
                    )
                }) as fn() -> Shape,
            ),
            ("document", || {
                compared!(
                    $method,
                    "document",
                    samples::document(),
                    google::firestore::v1,
                    Document,
                    DocumentView,
                    google_firestore_v1_document_proto,
                    document
                )
            }),
            ("result set", || {
                compared!(
                    $method,
                    "result set",
                    samples::result_set(),
                    google::spanner::v1,
                    ResultSet,
                    ResultSetView,
                    google_spanner_v1_result_set_proto,
                    result_set
                )
            }),
        ]
    };
}

/// The shapes in protobuf's own format.
pub(crate) fn binary() -> Vec<Case> {
    macro_rules! case {
        ($name:literal, $sample:ident, $message:ident, $view:ident, $quick:ty) => {
            ($name, || {
                let sample = samples::$sample();
                let mut shape = compared!(binary, $name, sample, shapes::$message, $view);
                // Not among googleapis, with which its parser was never tried.
                quick_protobuf::<$quick>(&mut shape, &sample);
                shape
            })
        };
    }
    let mut cases: Vec<Case> = vec![
        case!("small", small, Small, SmallView, quicks::shapes::Small<'_>),
        case!("medium", medium, Medium, MediumView, quicks::shapes::Medium<'_>),
        case!("numbers", numbers, Numbers, NumbersView, quicks::shapes::Numbers<'_>),
        case!("one-byte", one_byte, Numbers, NumbersView, quicks::shapes::Numbers<'_>),
        case!("fixed", fixed, Numbers, NumbersView, quicks::shapes::Numbers<'_>),
        case!("blob", blob, Blob, BlobView, quicks::shapes::Blob<'_>),
    ];
    cases.extend(googleapis!(binary));
    cases
}

/// The shapes as ProtoJSON.
pub(crate) fn json() -> Vec<Case> {
    let mut cases: Vec<Case> = vec![
        ("small", || compared!(json, "small", samples::small(), shapes::Small, SmallView)),
        ("medium", || compared!(json, "medium", samples::medium(), shapes::Medium, MediumView)),
    ];
    cases.extend(googleapis!(json));
    cases
}

/// One message's types: ours and its view, prost's, buffa's and its view, Google's, rust-protobuf's.
struct Compared<O, W, P, B, V, G, R>(std::marker::PhantomData<(O, W, P, B, V, G, R)>);

impl<O, W, P, B, V, G, R> Compared<O, W, P, B, V, G, R>
where
    O: rustrpc::Message + Clone + PartialEq + Json,
    W: rustrpc::wire::view::MessageView<'static, Message = O>,
    P: prost::Message + Default + 'static,
    B: buffa::Message + 'static,
    V: buffa::MessageView<'static, Owned = B>,
    G: google::Message + 'static,
    R: rust_protobuf::Message,
{
    fn binary(name: &'static str, sample: &O) -> Shape {
        let bytes: &'static [u8] = leak(|| sample.encode_to_vec());
        let mut shape = Shape::new(name, bytes.len());
        let check = |contender: &str, encoded: &[u8]| {
            assert!(O::decode(encoded).as_ref() == Ok(sample), "{contender} differs at {name}");
        };

        let ours: &'static O = leak(|| sample.clone());
        shape.add("rustrpc", Decode, move || O::decode(black_box(bytes)).unwrap());
        assert!(W::decode(bytes).unwrap().to_message() == *sample, "our view differs at {name}");
        shape.add("rustrpc", View, move || W::decode(black_box(bytes)).unwrap());
        let mut writer = Writer::new();
        shape.add("rustrpc", Encode, move || {
            black_box(writer.encode(black_box(ours)));
        });
        shape.add("rustrpc", EncodeNew, move || black_box(ours).encode_to_vec());

        let prost: &'static P = leak(|| P::decode(bytes).unwrap());
        check("prost", &prost.encode_to_vec());
        shape.add("prost", Decode, move || P::decode(black_box(bytes)).unwrap());
        let mut buffer = Vec::new();
        shape.add("prost", Encode, move || {
            buffer.clear();
            black_box(prost).encode(&mut buffer).unwrap();
            black_box(&buffer);
        });
        shape.add("prost", EncodeNew, move || black_box(prost).encode_to_vec());

        let buffa: &'static B = leak(|| B::decode_from_slice(bytes).unwrap());
        check("buffa", &buffa.encode_to_vec());
        shape.add("buffa", Decode, move || B::decode_from_slice(black_box(bytes)).unwrap());
        let mut buffer = Vec::new();
        shape.add("buffa", Encode, move || {
            buffer.clear();
            black_box(buffa).encode(&mut buffer);
            black_box(&buffer);
        });
        shape.add("buffa", EncodeNew, move || black_box(buffa).encode_to_vec());
        let viewed = V::decode_view(bytes).unwrap().to_owned_message().unwrap();
        check("buffa's view", &viewed.encode_to_vec());
        shape.add("buffa", View, move || V::decode_view(black_box(bytes)).unwrap());

        let google: &'static G = leak(|| G::parse(bytes).unwrap());
        check("google", &google.serialize().unwrap());
        shape.add("google", Decode, move || G::parse(black_box(bytes)).unwrap());
        shape.add("google", EncodeNew, move || black_box(google).serialize().unwrap());

        let rust: &'static R = leak(|| R::parse_from_bytes(bytes).unwrap());
        check("rust-protobuf", &rust.write_to_bytes().unwrap());
        shape.add("rust-protobuf", Decode, move || R::parse_from_bytes(black_box(bytes)).unwrap());
        let mut buffer = Vec::new();
        shape.add("rust-protobuf", Encode, move || {
            buffer.clear();
            black_box(rust).write_to_vec(&mut buffer).unwrap();
            black_box(&buffer);
        });
        shape.add("rust-protobuf", EncodeNew, move || black_box(rust).write_to_bytes().unwrap());

        // What no decoder can do without, and what no codec can do without.
        shape.add("clone and drop", Decode, move || black_box(ours).clone());
        let mut buffer = vec![0; bytes.len()];
        for operation in [View, Encode] {
            let mut buffer = std::mem::take(&mut buffer);
            buffer.resize(bytes.len(), 0);
            shape.add("memcpy", operation, move || {
                buffer.copy_from_slice(black_box(bytes));
                black_box(&buffer);
            });
        }
        for operation in [Decode, EncodeNew] {
            shape.add("memcpy", operation, move || black_box(bytes).to_vec());
        }
        shape
    }

    fn json(name: &'static str, sample: &O) -> Shape
    where
        P: Serialize + DeserializeOwned,
        B: Serialize + DeserializeOwned,
    {
        let bytes = sample.encode_to_vec();
        let text: &'static str = leak(|| rustrpc::json::to_string(sample).unwrap());
        let mut shape = Shape::new(name, text.len());
        let check = |contender: &str, encoded: &str| {
            let decoded = rustrpc::json::from_str::<O>(encoded);
            assert!(decoded.is_ok_and(|ours| ours == *sample), "{contender} differs at {name}");
        };

        let ours: &'static O = leak(|| sample.clone());
        shape.add("rustrpc", JsonDecode, move || {
            rustrpc::json::from_str::<O>(black_box(text)).unwrap()
        });
        shape
            .add("rustrpc", JsonEncode, move || rustrpc::json::to_string(black_box(ours)).unwrap());

        let prost: &'static P = leak(|| P::decode(&*bytes).unwrap());
        check("prost", &serde_json::to_string(prost).unwrap());
        // By the length of its JSON form again, because pbjson reads a null within a list as a value that
        // is not set, and serde_json as it comes may miss the last place of a float.
        let again = serde_json::to_string(&serde_json::from_str::<P>(text).unwrap()).unwrap();
        let again = rustrpc::json::from_str::<O>(&again).unwrap();
        assert!(again.encoded_len() == bytes.len(), "prost differs at {name}");
        shape.add("prost", JsonDecode, move || serde_json::from_str::<P>(black_box(text)).unwrap());
        shape.add("prost", JsonEncode, move || serde_json::to_string(black_box(prost)).unwrap());

        let buffa: &'static B = leak(|| B::decode_from_slice(&bytes).unwrap());
        check("buffa", &serde_json::to_string(buffa).unwrap());
        assert!(serde_json::from_str::<B>(text).unwrap().encode_to_vec().len() == bytes.len());
        shape.add("buffa", JsonDecode, move || serde_json::from_str::<B>(black_box(text)).unwrap());
        shape.add("buffa", JsonEncode, move || serde_json::to_string(black_box(buffa)).unwrap());
        shape
    }
}

/// Its messages borrow their text from the bytes, so it is among the views.
fn quick_protobuf<M>(shape: &mut Shape, sample: &(impl rustrpc::Message + PartialEq))
where
    M: MessageRead<'static> + MessageWrite + 'static,
{
    let bytes: &'static [u8] = leak(|| sample.encode_to_vec());
    let decode = |bytes: &'static [u8]| M::from_reader(&mut BytesReader::from_bytes(bytes), bytes);
    let message: &'static M = leak(|| decode(bytes).unwrap());
    let mut encoded = Vec::new();
    message.write_message(&mut quick_protobuf::Writer::new(&mut encoded)).unwrap();
    let encoded = rustrpc::Message::decode(&encoded);
    assert!(encoded.as_ref() == Ok(sample), "quick-protobuf differs at {}", shape.name);
    shape.add("quick-protobuf", View, move || decode(black_box(bytes)).unwrap());
    let mut buffer = Vec::new();
    shape.add("quick-protobuf", Encode, move || {
        buffer.clear();
        let mut writer = quick_protobuf::Writer::new(&mut buffer);
        black_box(message).write_message(&mut writer).unwrap();
        black_box(&buffer);
    });
    shape.add("quick-protobuf", EncodeNew, move || {
        let message = black_box(message);
        let mut buffer = Vec::with_capacity(message.get_size());
        message.write_message(&mut quick_protobuf::Writer::new(&mut buffer)).unwrap();
        buffer
    });
}

/// Makes a message that lives as long as the program, so that the closures can share it; somewhere
/// else each time, and at other distances from the others.
fn leak<T>(make: impl FnOnce() -> T) -> &'static T {
    static MADE: AtomicUsize = AtomicUsize::new(0);
    // The multiples of the golden ratio are spread evenly.
    let turn = MADE.fetch_add(1, Ordering::Relaxed).wrapping_mul(0x9e37_79b9);
    Vec::leak(vec![0u8; (turn & 0xffff_ffff) >> 18]);
    Box::leak(Box::new(make()))
}
