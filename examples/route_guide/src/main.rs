//! Starts the guide, makes one call of each kind, prints the answers and ends.

use std::error::Error;

use example_route_guide::{
    Guide, features,
    proto::routeguide::{Point, Rectangle, RouteGuideClient, RouteGuideServer, RouteNote},
};
use rustrpc::Server;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let server = Server::builder()
        .add_service(RouteGuideServer::new(Guide::default()))
        .bind("127.0.0.1:0")
        .await?;
    let target = format!("http://{}", server.local_addr());
    tokio::spawn(server.serve());

    let guide = RouteGuideClient::connect(target).await?;
    get_feature(&guide).await?;
    list_features(&guide).await?;
    record_route(&guide).await?;
    route_chat(&guide).await?;
    Ok(())
}

async fn get_feature(guide: &RouteGuideClient) -> Result<(), Box<dyn Error>> {
    println!("GetFeature");
    for point in [point(485_203_000, 90_536_000), point(0, 0)] {
        let feature = guide.get_feature(point).await?;
        let name = if feature.name.is_empty() { "nothing known" } else { &feature.name };
        println!("  {name} at {}", place(feature.location.as_ref()));
    }
    Ok(())
}

async fn list_features(guide: &RouteGuideClient) -> Result<(), Box<dyn Error>> {
    println!("ListFeatures");
    let area = Rectangle {
        lo: Some(point(485_190_000, 90_500_000)),
        hi: Some(point(485_210_000, 90_600_000)),
        ..Default::default()
    };
    let mut features = guide.list_features(area).await?;
    while let Some(feature) = features.message().await? {
        println!("  {}", feature.name);
    }
    Ok(())
}

async fn record_route(guide: &RouteGuideClient) -> Result<(), Box<dyn Error>> {
    println!("RecordRoute");
    let (points, summary) = guide.record_route().start();
    for feature in features() {
        points.send(feature.location.unwrap_or_default()).await?;
    }
    points.finish();
    let summary = summary.await?;
    println!(
        "  {} points, {} features, {} m",
        summary.point_count, summary.feature_count, summary.distance
    );
    Ok(())
}

async fn route_chat(guide: &RouteGuideClient) -> Result<(), Box<dyn Error>> {
    println!("RouteChat");
    let (notes, mut answers) = guide.route_chat().start();
    let bridge = point(485_193_000, 90_587_000);
    for message in ["punts below", "mind the steps", "ice cream!"] {
        let location = Some(bridge.clone());
        notes
            .send(RouteNote { location, message: message.to_owned(), ..Default::default() })
            .await?;
    }
    notes.finish();
    while let Some(note) = answers.message().await? {
        println!("  {:?} at {}", note.message, place(note.location.as_ref()));
    }
    Ok(())
}

fn point(latitude: i32, longitude: i32) -> Point {
    Point { latitude, longitude, ..Default::default() }
}

fn place(point: Option<&Point>) -> String {
    let degrees = |e7: i32| f64::from(e7) / 1e7;
    point.map_or_else(
        || "no place".to_owned(),
        |point| format!("{:.4}, {:.4}", degrees(point.latitude), degrees(point.longitude)),
    )
}
