//! Messages of Google's services, as a program of some size sends and gets them.

use rustrpc::types::{Duration, ListValue, Struct, Timestamp, Value};

use super::Random;
use crate::ours::google::api::MonitoredResource;
use crate::ours::google::firestore::v1::{self as firestore, ArrayValue, Document, MapValue};
use crate::ours::google::logging::r#type::{HttpRequest, LogSeverity};
use crate::ours::google::logging::v2::{LogEntry, WriteLogEntriesRequest, log_entry::Payload};
use crate::ours::google::spanner::v1::{
    ResultSet, ResultSetMetadata, StructType, Type, TypeCode, struct_type::Field,
};
use crate::ours::google::r#type::LatLng;

/// 50 entries of a web server's log, half of them structured.
pub(crate) fn log_batch() -> WriteLogEntriesRequest {
    let mut random = Random(17);
    let labels = |number: u64| {
        [
            ("instance".to_owned(), format!("web-{}", number % 7)),
            ("version".to_owned(), "2026-11-02.3".to_owned()),
        ]
    };
    WriteLogEntriesRequest {
        log_name: "projects/acme/logs/web".into(),
        resource: Some(MonitoredResource {
            r#type: "k8s_container".into(),
            labels: [
                ("cluster_name", "main"),
                ("location", "europe-west6"),
                ("pod_name", "web-5f"),
            ]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into(),
            ..MonitoredResource::default()
        }),
        entries: (0..50)
            .map(|number| LogEntry {
                insert_id: format!("{:016x}", random.next()),
                timestamp: Some(timestamp(1_794_000_000 + number as i64, random.next())),
                severity: if number % 9 == 0 { LogSeverity::Error } else { LogSeverity::Info },
                http_request: Some(HttpRequest {
                    request_method: "GET".into(),
                    request_url: format!("https://acme.example/orders/{}", random.next() % 100_000),
                    status: 200,
                    response_size: (random.next() % 30_000) as i64,
                    user_agent: "Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101".into(),
                    remote_ip: "203.0.113.17".into(),
                    latency: Some(Duration {
                        nanos: (random.next() % 90_000_000) as i32,
                        ..Duration::default()
                    }),
                    protocol: "HTTP/2".into(),
                    ..HttpRequest::default()
                }),
                labels: labels(number).into(),
                trace: format!("projects/acme/traces/{:032x}", random.next()),
                payload: Some(if number % 2 == 0 {
                    Payload::JsonPayload(Struct::from_iter([
                        ("message", Value::from("order was read")),
                        ("customer", Value::from(format!("c-{}", random.next() % 1000))),
                        ("cached", Value::from(number % 3 == 0)),
                        ("rows", Value::from((random.next() % 500) as f64)),
                    ]))
                } else {
                    Payload::TextPayload(format!("order {number} was read in no time"))
                }),
                ..LogEntry::default()
            })
            .collect(),
        ..WriteLogEntriesRequest::default()
    }
}

/// A document of 24 fields, two levels deep.
pub(crate) fn document() -> Document {
    use firestore::value::ValueType;
    let mut random = Random(19);
    let value = |kind| firestore::Value { value_type: Some(kind), ..firestore::Value::default() };
    let line = |number: u64, random: &mut Random| {
        let fields = [
            ("sku", ValueType::StringValue(format!("SKU-{number:06}"))),
            ("quantity", ValueType::IntegerValue((random.next() % 20) as i64)),
            ("price", ValueType::DoubleValue((random.next() % 10_000) as f64 / 100.0)),
        ];
        let fields = fields.map(|(name, kind)| (name.to_owned(), value(kind))).into();
        value(ValueType::MapValue(MapValue { fields, ..MapValue::default() }))
    };
    let mut fields = std::collections::HashMap::new();
    for number in 0..24 {
        let kind = match number % 8 {
            0 => ValueType::StringValue(format!("text number {number}")),
            1 => ValueType::IntegerValue(random.next() as i64 >> 20),
            2 => ValueType::BooleanValue(true),
            3 => ValueType::TimestampValue(timestamp(1_790_000_000, random.next())),
            4 => ValueType::DoubleValue(f64::from(number) * 1.1),
            5 => ValueType::GeoPointValue(LatLng {
                latitude: 47.37,
                longitude: 8.54,
                ..LatLng::default()
            }),
            6 => ValueType::ReferenceValue(format!("projects/acme/documents/customers/{number}")),
            _ => ValueType::ArrayValue(ArrayValue {
                values: (0..5).map(|number| line(number, &mut random)).collect(),
                ..ArrayValue::default()
            }),
        };
        fields.insert(format!("field_{number}"), value(kind));
    }
    Document {
        name: "projects/acme/databases/(default)/documents/orders/000042".into(),
        fields,
        create_time: Some(timestamp(1_790_000_000, random.next())),
        update_time: Some(timestamp(1_794_000_000, random.next())),
        ..Document::default()
    }
}

/// 100 rows of eight columns.
pub(crate) fn result_set() -> ResultSet {
    let mut random = Random(23);
    let columns = [
        ("OrderId", TypeCode::Int64),
        ("Customer", TypeCode::String),
        ("Placed", TypeCode::Timestamp),
        ("Total", TypeCode::Float64),
        ("Paid", TypeCode::Bool),
        ("Note", TypeCode::String),
        ("Lines", TypeCode::Int64),
        ("Channel", TypeCode::String),
    ];
    let row = |number: u64, random: &mut Random| {
        // 64-bit integers and timestamps travel as text.
        ListValue::from_iter([
            Value::from((random.next() >> 20).to_string()),
            Value::from(format!("customer-{}", random.next() % 1000)),
            Value::from(format!("2026-11-{:02}T08:15:{:02}Z", number % 28 + 1, number % 60)),
            Value::from((random.next() % 1_000_000) as f64 / 100.0),
            Value::from(number % 4 != 0),
            if number % 3 == 0 {
                Value::from("leave at the door")
            } else {
                Value::from(None::<f64>)
            },
            Value::from((random.next() % 40).to_string()),
            Value::from("web"),
        ])
    };
    let fields = columns.map(|(name, code)| Field {
        name: name.to_owned(),
        r#type: Some(Type { code, ..Type::default() }),
        ..Field::default()
    });
    let row_type = StructType { fields: fields.into(), ..StructType::default() };
    ResultSet {
        metadata: Some(ResultSetMetadata {
            row_type: Some(row_type),
            ..ResultSetMetadata::default()
        }),
        rows: (0..100).map(|number| row(number, &mut random)).collect(),
        ..ResultSet::default()
    }
}

fn timestamp(seconds: i64, random: u64) -> Timestamp {
    Timestamp { seconds, nanos: (random % 1_000_000) as i32 * 1000, ..Timestamp::default() }
}
