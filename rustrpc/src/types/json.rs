//! `google.protobuf.Value`, `Struct` and `ListValue`: JSON as messages, made of Rust values and
//! taken apart.

use super::value::Kind;
use super::{ListValue, NullValue, Struct, Value};

impl Value {
    /// `null`.
    #[must_use]
    pub fn null() -> Self {
        Kind::NullValue(NullValue::default()).into()
    }

    /// Whether it is `null`. A value without a kind is not.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self.kind, Some(Kind::NullValue(_)))
    }

    /// The number, if it is one.
    #[must_use]
    pub fn as_f64(&self) -> Option<f64> {
        match self.kind {
            Some(Kind::NumberValue(number)) => Some(number),
            _ => None,
        }
    }

    /// The text, if it is a string.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match &self.kind {
            Some(Kind::StringValue(text)) => Some(text),
            _ => None,
        }
    }

    /// The truth value, if it is one.
    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        match self.kind {
            Some(Kind::BoolValue(truth)) => Some(truth),
            _ => None,
        }
    }

    /// The object, if it is one.
    #[must_use]
    pub fn as_struct(&self) -> Option<&Struct> {
        match &self.kind {
            Some(Kind::StructValue(object)) => Some(object),
            _ => None,
        }
    }

    /// The elements, if it is an array.
    #[must_use]
    pub fn as_list(&self) -> Option<&[Self]> {
        match &self.kind {
            Some(Kind::ListValue(list)) => Some(&list.values),
            _ => None,
        }
    }
}

impl Struct {
    /// The value of that name.
    ///
    /// ```
    /// use rustrpc::types::{Struct, Value};
    ///
    /// let object = Struct::from_iter([("name", Value::from("Martin")), ("age", 41.into())]);
    /// assert_eq!(object.get("age").and_then(Value::as_f64), Some(41.0));
    /// ```
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.fields.get(name)
    }
}

impl From<Kind> for Value {
    fn from(kind: Kind) -> Self {
        Self { kind: Some(kind), ..Self::default() }
    }
}

macro_rules! from {
    ($($type:ty => |$value:ident| $kind:expr;)*) => {
        $(
            impl From<$type> for Value {
                fn from($value: $type) -> Self {
                    $kind.into()
                }
            }
        )*
    };
}

from! {
    f64 => |number| Kind::NumberValue(number);
    f32 => |number| Kind::NumberValue(number.into());
    i32 => |number| Kind::NumberValue(number.into());
    u32 => |number| Kind::NumberValue(number.into());
    bool => |truth| Kind::BoolValue(truth);
    String => |text| Kind::StringValue(text);
    &str => |text| Kind::StringValue(text.to_owned());
    () => |_nothing| Kind::NullValue(NullValue::default());
    Struct => |object| Kind::StructValue(Box::new(object));
    ListValue => |list| Kind::ListValue(list);
}

/// `null` for `None`.
impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or_else(Self::null, Into::into)
    }
}

impl<T: Into<Value>> From<Vec<T>> for Value {
    fn from(values: Vec<T>) -> Self {
        ListValue::from_iter(values).into()
    }
}

impl<T: Into<Value>> FromIterator<T> for ListValue {
    fn from_iter<I: IntoIterator<Item = T>>(values: I) -> Self {
        Self { values: values.into_iter().map(Into::into).collect() }
    }
}

impl<N: Into<String>, T: Into<Value>> FromIterator<(N, T)> for Struct {
    fn from_iter<I: IntoIterator<Item = (N, T)>>(fields: I) -> Self {
        let fields = fields.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
        Self { fields }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Message;

    #[test]
    fn every_kind_of_value_goes_in_and_comes_out() {
        let object = Struct::from_iter([
            ("number", Value::from(1.5)),
            ("text", "x".into()),
            ("truth", true.into()),
            ("nothing", ().into()),
            ("absent", None::<f64>.into()),
            ("list", vec![1, 2].into()),
            ("object", Struct::from_iter([("inner", 7u32)]).into()),
        ]);
        let decoded = Struct::decode(&object.encode_to_vec()).unwrap();
        assert_eq!(decoded, object);

        let value = |name| decoded.get(name).unwrap();
        assert_eq!(value("number").as_f64(), Some(1.5));
        assert_eq!(value("text").as_str(), Some("x"));
        assert_eq!(value("truth").as_bool(), Some(true));
        assert!(value("nothing").is_null() && value("absent").is_null());
        assert_eq!(value("list").as_list(), Some(&[Value::from(1), Value::from(2)][..]));
        let inner = value("object").as_struct().and_then(|object| object.get("inner"));
        assert_eq!(inner.and_then(Value::as_f64), Some(7.0));
        assert!(decoded.get("other").is_none() && !Value::default().is_null());
    }
}
