//! Views see what messages hold, and point at nothing but the bytes they were given.

use std::collections::BTreeMap;

use crate::wire::view::{self, HasView, Map, Nested, Repeated, ViewOf};
use crate::wire::{DecodeError, Message, MessageView, Reader, UnknownFields, Writer, kind};

/// A message that holds itself in each way there is.
#[derive(Clone, Debug, Default, PartialEq)]
struct Tree {
    name: String,
    raw: Vec<u8>,
    weights: Vec<i64>,
    names: Vec<String>,
    parent: Option<Box<Tree>>,
    children: Vec<Tree>,
    leaf: Option<Box<Tree>>,
    labels: BTreeMap<String, u32>,
    unknown_fields: UnknownFields,
}

impl Message for Tree {
    const NAME: &'static str = "test.Tree";

    fn write(&self, w: &mut Writer) {
        w.unknown_fields(&self.unknown_fields);
        w.map::<kind::String, kind::Fixed32>(66, &self.labels);
        if let Some(v) = &self.leaf {
            w.group(59, v);
        }
        w.repeated_message(50, &self.children);
        if let Some(v) = &self.parent {
            w.message(42, v);
        }
        w.repeated_string(34, &self.names);
        w.packed_sint64(26, &self.weights);
        if !self.raw.is_empty() {
            w.bytes(18, &self.raw);
        }
        if !self.name.is_empty() {
            w.string(10, &self.name);
        }
    }

    fn read(&mut self, r: &mut Reader<'_>) -> Result<(), DecodeError> {
        while let Some(tag) = r.tag()? {
            match tag {
                10 => self.name = r.string()?,
                18 => self.raw = r.bytes()?,
                24 => self.weights.push(r.sint64()?),
                26 => r.packed_sint64(&mut self.weights)?,
                34 => r.repeated_string(tag, &mut self.names)?,
                42 => r.message(self.parent.get_or_insert_default())?,
                50 => r.repeated_message(tag, &mut self.children)?,
                59 => r.group(tag, self.leaf.get_or_insert_default())?,
                66 => r.map::<kind::String, kind::Fixed32>(tag, &mut self.labels)?,
                _ => r.unknown_field(tag, &mut self.unknown_fields)?,
            }
        }
        Ok(())
    }
}

#[derive(Clone, Default)]
struct TreeView<'a> {
    name: &'a str,
    raw: &'a [u8],
    weights: Repeated<'a, view::Sint64>,
    names: Repeated<'a, view::String>,
    parent: Option<Box<TreeView<'a>>>,
    children: Repeated<'a, Nested<TreeView<'a>>>,
    leaf: Option<Box<TreeView<'a>>>,
    labels: Map<'a, view::String, view::Fixed32>,
    unknown_fields: view::UnknownFields<'a>,
}

impl HasView for Tree {
    type View<'a> = TreeView<'a>;
}

impl<'a> MessageView<'a> for TreeView<'a> {
    type Message = Tree;

    fn read(&mut self, r: &mut Reader<'a>) -> Result<(), DecodeError> {
        while let Some(tag) = r.tag()? {
            match tag {
                10 => self.name = r.str()?,
                18 => self.raw = r.slice()?,
                24 | 26 => r.repeated_view(tag, &mut self.weights)?,
                34 => r.repeated_view(tag, &mut self.names)?,
                42 => r.view(self.parent.get_or_insert_default())?,
                50 => r.repeated_view(tag, &mut self.children)?,
                59 => r.group_view(tag, self.leaf.get_or_insert_default())?,
                66 => r.map_view(tag, &mut self.labels)?,
                _ => r.unknown_field(tag, &mut self.unknown_fields)?,
            }
        }
        Ok(())
    }

    fn to_message(&self) -> Tree {
        Tree {
            name: self.name.into(),
            raw: self.raw.into(),
            weights: self.weights.to_vec(),
            names: self.names.to_vec(),
            parent: self.parent.as_ref().map(MessageView::to_message),
            children: self.children.to_vec(),
            leaf: self.leaf.as_ref().map(MessageView::to_message),
            labels: self.labels.to_map(),
            unknown_fields: self.unknown_fields.to_unknown_fields(),
        }
    }
}

fn sample() -> Tree {
    let small = Tree { name: "kid".into(), weights: vec![-1, 300], ..Tree::default() };
    Tree {
        name: "grüße".into(),
        raw: vec![0, 0xff],
        weights: vec![0, -1, i64::MAX, i64::MIN],
        names: vec![String::new(), "a".into()],
        parent: Some(Box::new(Tree { parent: Some(Box::new(small.clone())), ..small.clone() })),
        children: vec![small.clone(), Tree::default()],
        leaf: Some(Box::new(Tree { labels: [("x".into(), 1)].into(), ..small.clone() })),
        labels: [(String::new(), 7), ("two".into(), u32::MAX)].into(),
        unknown_fields: UnknownFields::new(),
    }
}

/// A view of `bytes`, the one that is kept with them and the message agree.
fn agree(bytes: &[u8]) -> Option<Tree> {
    let decoded = Tree::decode(bytes);
    assert_eq!(TreeView::decode(bytes).map(|view| view.to_message()), decoded);
    let kept = ViewOf::<Tree>::decode(bytes.to_vec());
    assert_eq!(kept.map(|kept| kept.view().to_message()), decoded);
    decoded.ok()
}

#[test]
fn a_view_of_any_beginning_is_the_message_or_refused_like_it() {
    let bytes = sample().encode_to_vec();
    for length in (0..bytes.len()).step_by(if cfg!(miri) { 7 } else { 1 }) {
        agree(&bytes[..length]);
    }
    assert_eq!(agree(&bytes), Some(sample()));
}

#[test]
fn what_is_in_pieces_is_put_together() {
    let (whole, lone) = (sample(), Tree { names: vec!["lone".into()], ..Tree::default() });
    let unpacked = b"\x18\x01\xf8\x01\x05\x18\x03\xf2\x01\x02ab\x1a\x02\x02\x04".to_vec();
    let parts = [whole.encode_to_vec(), unpacked, lone.encode_to_vec(), whole.encode_to_vec()];
    let bytes = parts.concat();
    let merged = agree(&bytes).expect("each part is sound");
    assert_eq!(merged.weights.len(), 2 * whole.weights.len() + 4);
    assert_eq!(merged.names.len(), 2 * whole.names.len() + 1);
    // The parent comes twice, and its own lists are in two pieces.
    assert_eq!(merged.parent.map(|parent| parent.weights), Some(vec![-1, 300, -1, 300]));
    assert_eq!(merged.unknown_fields.as_bytes(), b"\xf8\x01\x05\xf2\x01\x02ab");
    let view = TreeView::decode(&bytes).expect("as the message");
    assert_eq!(view.labels.get("two"), Some(u32::MAX));
    // Nothing was copied: what a view holds is in the bytes.
    let within = |part: &[u8]| {
        let (all, part) = (bytes.as_ptr_range(), part.as_ptr_range());
        all.start <= part.start && part.end <= all.end
    };
    assert!(within(view.name.as_bytes()) && within(view.raw));
    assert!(view.names.iter().all(|name| within(name.as_bytes())));
    assert!(
        view.children.iter().all(|child| within(child.name.as_bytes()) || child.name.is_empty())
    );
}
