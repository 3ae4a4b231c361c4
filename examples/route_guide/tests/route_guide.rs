//! Each kind of call, over a real connection.

use example_route_guide::{
    Guide, features,
    proto::routeguide::{Feature, Point, Rectangle, RouteGuideClient, RouteGuideServer, RouteNote},
};
use rustrpc::Server;

async fn guide() -> RouteGuideClient {
    let server = Server::builder()
        .add_service(RouteGuideServer::new(Guide::default()))
        .bind("127.0.0.1:0")
        .await
        .unwrap();
    let target = format!("http://{}", server.local_addr());
    tokio::spawn(server.serve());
    RouteGuideClient::connect(target).await.unwrap()
}

fn note(latitude: i32, message: &str) -> RouteNote {
    RouteNote {
        location: Some(Point { latitude, longitude: 1, ..Default::default() }),
        message: message.to_owned(),
        ..Default::default()
    }
}

#[tokio::test]
async fn a_feature_is_found_by_its_place() {
    let guide = guide().await;
    for feature in features() {
        let location = feature.location.clone().unwrap();
        assert_eq!(guide.get_feature(location).await.unwrap(), feature);
    }
    let nowhere = Point { latitude: 1, longitude: 1, ..Default::default() };
    let feature = guide.get_feature(nowhere.clone()).await.unwrap();
    assert_eq!(feature, Feature { location: Some(nowhere), ..Default::default() });
}

#[tokio::test]
async fn features_in_an_area_are_listed_in_order() {
    let guide = guide().await;
    let corner = |degrees: i32| Point {
        latitude: degrees * 10_000_000,
        longitude: degrees * 10_000_000,
        ..Default::default()
    };
    let area =
        |lo, hi| Rectangle { lo: Some(corner(lo)), hi: Some(corner(hi)), ..Default::default() };
    for (area, expected) in [(area(-80, 80), features()), (area(60, 70), vec![])] {
        let mut stream = guide.list_features(area).await.unwrap();
        let mut listed = Vec::new();
        while let Some(feature) = stream.message().await.unwrap() {
            listed.push(feature);
        }
        assert_eq!(listed, expected);
    }
}

#[tokio::test]
async fn a_route_is_summed_up() {
    let guide = guide().await;
    let (points, summary) = guide.record_route().start();
    for feature in features().into_iter().take(2) {
        points.send(feature.location.unwrap()).await.unwrap();
    }
    points.send(Point::default()).await.unwrap();
    points.finish();
    let summary = summary.await.unwrap();
    assert_eq!((summary.point_count, summary.feature_count), (3, 2));
    assert!(summary.distance > 5_000_000, "to the Gulf of Guinea and not back: {summary:?}");
}

#[tokio::test]
async fn an_empty_route_is_a_route() {
    let guide = guide().await;
    let (points, summary) = guide.record_route().start();
    points.finish();
    assert_eq!(summary.await.unwrap(), Default::default());
}

#[tokio::test]
async fn notes_are_answered_while_the_chat_goes_on() {
    let guide = guide().await;
    let (notes, mut answers) = guide.route_chat().start();
    notes.send(note(1, "first")).await.unwrap();
    notes.send(note(2, "elsewhere")).await.unwrap();
    notes.send(note(1, "second")).await.unwrap();
    assert_eq!(answers.message().await.unwrap().unwrap(), note(1, "first"));
    notes.send(note(1, "third")).await.unwrap();
    assert_eq!(answers.message().await.unwrap().unwrap(), note(1, "first"));
    assert_eq!(answers.message().await.unwrap().unwrap(), note(1, "second"));
    notes.finish();
    assert_eq!(answers.message().await.unwrap(), None);
}
