//! The .proto files of `fixtures` give exactly the Rust that stands next to them.
//!
//! `RUSTRPC_UPDATE=1 cargo test --test golden` writes what is generated now; look at the
//! difference before committing it.

mod support;

use std::path::{Path, PathBuf};

use protoc_gen_rustrpc::files_of_request;

const PARAMETER: &str = "root=crate::golden";

/// Every option that changes what is generated.
const OPTIONS: &str = "root=crate::proto,\
    extern=.shared=crate::elsewhere::shared,\
    extern=.shared.Unit=crate::elsewhere::shared::Unit,\
    bytes=.acme.Blob.data,bytes=.acme.Blob.parts,bytes=.acme.Blob.named,bytes=.acme.Blob.raw,\
    btree_map=.acme.Large,\
    boxed=.acme.Blob.large,boxed=.acme.Large.price,\
    unknown_fields=.acme.Key=drop,\
    attribute=.acme.Key=#[derive(Eq, Hash)],\
    attribute=.acme.Key.place=#[derive(Eq, Hash)],\
    attribute=.acme.Key.name=#[doc = \" Unique, and never empty.\"],\
    attribute=.acme=#[cfg_attr(docsrs, doc = \"[of Acme]\")]";

#[test]
fn output_is_golden() {
    support::assert_golden(&request(&proto_names()), &folder().join("golden"));
}

#[test]
fn output_with_options_is_golden() {
    let fixtures = folder().join("options");
    let check = |names: &[&str], parameter, golden| {
        let request = support::request(&fixtures.join("protos"), names, parameter);
        support::assert_golden(&request, &fixtures.join(golden));
    };
    check(&["acme/options.proto"], OPTIONS, "golden");
    let shared = ["shared/money.proto", "shared/units.proto"];
    check(&shared, "root=crate::elsewhere", "elsewhere");
}

#[test]
fn output_for_marshalling_is_golden() {
    let fixtures = folder().join("codec");
    let names = ["acme/legacy.proto", "acme/modern.proto"];
    let parameter = "bytes=.acme.modern.Everything.pages,\
                     btree_map=.acme.modern.Everything.crowd,descriptors=all";
    let request = support::request(&fixtures.join("protos"), &names, parameter);
    support::assert_golden(&request, &fixtures.join("golden"));
}

#[test]
fn output_with_well_known_types_is_golden() {
    let fixtures = folder().join("well_known");
    let names = [
        "acme/event.proto",
        "google/protobuf/any.proto",
        "google/protobuf/duration.proto",
        "google/protobuf/field_mask.proto",
        "google/protobuf/struct.proto",
        "google/protobuf/timestamp.proto",
        "google/protobuf/wrappers.proto",
    ];
    let parameter = "json,text,well_known_types=generate";
    let request = support::request(&fixtures.join("protos"), &names, parameter);
    support::assert_golden(&request, &fixtures.join("golden"));
}

#[test]
fn output_with_views_is_golden() {
    let fixtures = folder();
    let names = ["acme/legacy.proto", "acme/modern.proto"];
    let parameter = "views,bytes=.acme.modern.Everything.pages,btree_map=.acme";
    let request = support::request(&fixtures.join("codec/protos"), &names, parameter);
    support::assert_golden(&request, &fixtures.join("views/codec"));
    let parameter = "root=crate::parcel,views=.acme.parcel.Parcel,views=.acme.parcel.LegView,view_requests=.acme.parcel.Post.Send,\
        view_requests=.acme.parcel.Post.Track,view_requests=.acme.parcel.Post.Drop,views=.acme.bag,\
        unknown_fields=.acme.parcel.Point=drop,\
        bytes=.acme.parcel.Parcel.picture,bytes=.acme.parcel.Parcel.film,\
        btree_map=.acme.parcel.Parcel";
    let request = support::request(
        &fixtures.join("views/protos"),
        &["acme/bag.proto", "acme/parcel.proto"],
        parameter,
    );
    support::assert_golden(&request, &fixtures.join("views/golden"));
}

#[test]
fn output_for_json_is_golden() {
    let fixtures = folder().join("json");
    let names = ["acme/cafe.proto", "acme/legacy.proto", "acme/shop.proto"];
    let request = support::request(&fixtures.join("protos"), &names, "json,descriptors=all");
    support::assert_golden(&request, &fixtures.join("golden"));
}

#[test]
fn output_for_extensions_is_golden() {
    let fixtures = folder().join("extensions");
    let check = |names: &[&str], parameter, golden| {
        let request = support::request(&fixtures.join("protos"), names, parameter);
        support::assert_golden(&request, &fixtures.join(golden));
    };
    let names = ["acme/extensions.proto", "acme/modern.proto", "acme/options.proto"];
    let parameter = "json,bytes=.acme.shared_raw,extern=.shared=crate::elsewhere::shared";
    check(&names, parameter, "golden");
    check(&["shared/document.proto"], "json,root=crate::elsewhere", "elsewhere");
}

#[test]
fn output_for_text_format_is_golden() {
    let fixtures = folder().join("text");
    let names = ["acme/archive.proto", "acme/editions.proto", "acme/press.proto"];
    let request = support::request(&fixtures.join("protos"), &names, "text,descriptors=all");
    support::assert_golden(&request, &fixtures.join("golden"));
}

#[test]
fn the_order_of_files_changes_nothing() {
    let mut names = proto_names();
    let forward = files_of_request(request(&names));
    names.reverse();
    assert_eq!(forward, files_of_request(request(&names)));
}

fn request(names: &[String]) -> Vec<u8> {
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    support::request(&folder().join("protos"), &names, PARAMETER)
}

/// All fixtures, relative to their folder.
fn proto_names() -> Vec<String> {
    support::read_folder(&folder().join("protos")).into_keys().collect()
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}
