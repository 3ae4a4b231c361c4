//! How the service answers.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};

use rustrpc::{Request, Response, Status, Stream, Streaming};

use crate::{
    features, geography,
    proto::routeguide::{Feature, Point, Rectangle, RouteGuide, RouteNote, RouteSummary},
};

/// The service. Notes are kept for as long as it lives.
#[derive(Debug)]
pub struct Guide {
    features: Vec<Feature>,
    notes: Arc<Notes>,
}

impl Default for Guide {
    fn default() -> Self {
        Self { features: features(), notes: Arc::default() }
    }
}

impl Guide {
    fn feature_at(&self, point: &Point) -> Option<&Feature> {
        self.features.iter().find(|feature| feature.location.as_ref() == Some(point))
    }
}

impl RouteGuide for Guide {
    // Unary: a request, an answer.
    async fn get_feature(&self, request: Request<Point>) -> Result<Response<Feature>, Status> {
        let point = request.into_inner();
        let feature = self.feature_at(&point).cloned();
        // A place where nothing is known is no error: the contract asks for a feature without a
        // name.
        Ok(Response::new(
            feature.unwrap_or_else(|| Feature { location: Some(point), ..Default::default() }),
        ))
    }

    // Server streaming: the answer is a stream.
    async fn list_features(
        &self,
        request: Request<Rectangle>,
    ) -> Result<Response<impl Stream<Item = Result<Feature, Status>> + Send + 'static>, Status>
    {
        let area = request.into_inner();
        let location = |feature: &Feature| feature.location.clone().unwrap_or_default();
        let found: Vec<Feature> = self
            .features
            .iter()
            .filter(|feature| geography::contains(&area, &location(feature)))
            .cloned()
            .collect();
        Ok(Response::new(rustrpc::stream::iter(found.into_iter().map(Ok))))
    }

    // Client streaming: the request is a stream.
    async fn record_route(
        &self,
        request: Request<Streaming<Point>>,
    ) -> Result<Response<RouteSummary>, Status> {
        let started = Instant::now();
        let mut points = request.into_inner();
        let mut summary = RouteSummary::default();
        let mut metres = 0.0;
        let mut last: Option<Point> = None;
        while let Some(point) = points.message().await? {
            summary.point_count += 1;
            summary.feature_count += i32::from(self.feature_at(&point).is_some());
            metres += last.as_ref().map_or(0.0, |last| geography::distance(last, &point));
            last = Some(point);
        }
        // Saturates where the numbers of the contract are too small.
        summary.distance = metres as i32;
        summary.elapsed_time = i32::try_from(started.elapsed().as_secs()).unwrap_or(i32::MAX);
        Ok(Response::new(summary))
    }

    // Bidirectional streaming: both are, and neither waits for the other to end.
    async fn route_chat(
        &self,
        request: Request<Streaming<RouteNote>>,
    ) -> Result<Response<impl Stream<Item = Result<RouteNote, Status>> + Send + 'static>, Status>
    {
        let mut incoming = request.into_inner();
        let notes = Arc::clone(&self.notes);
        let (answers, stream) = rustrpc::stream::channel(4);
        tokio::spawn(async move {
            loop {
                match incoming.message().await {
                    Ok(Some(note)) => {
                        for earlier in notes.leave(note) {
                            if answers.send(Ok(earlier)).await.is_err() {
                                return; // The caller has gone.
                            }
                        }
                    }
                    Ok(None) => return,
                    Err(status) => {
                        // Nobody is left to tell if this fails, too.
                        let _ = answers.send(Err(status)).await;
                        return;
                    }
                }
            }
        });
        Ok(Response::new(stream))
    }
}

/// The notes at each place, by latitude and longitude, in the order in which they were left.
#[derive(Debug, Default)]
struct Notes(Mutex<HashMap<(i32, i32), Vec<RouteNote>>>);

impl Notes {
    /// Adds a note and returns those that were there before it.
    fn leave(&self, note: RouteNote) -> Vec<RouteNote> {
        let place = note.location.clone().unwrap_or_default();
        let mut notes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let here = notes.entry((place.latitude, place.longitude)).or_default();
        let earlier = here.clone();
        here.push(note);
        earlier
    }
}
