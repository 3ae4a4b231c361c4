//! Services: what `golden.rs` generates for `fixtures/protos` compiles as one module tree, and its
//! clients and servers talk to each other.

#[path = "../fixtures/golden/mod.rs"]
mod golden;

use std::sync::Arc;

use golden::acme::orders::v1::{
    Chunk, GetOrderRequest, Line, ORDER_SERVICE, Order, OrderService, OrderServiceClient,
    OrderServiceServer, Receipt, Status as OrderStatus, order,
};
use golden::names::{self, Methods, MethodsClient, MethodsServer};
use rustrpc::types::FileDescriptorProto;
use rustrpc::{Channel, Code, Message, Request, Response, Server, Status, Stream, Streaming};

struct Shop;

impl OrderService for Shop {
    async fn get_order(
        &self,
        request: Request<GetOrderRequest>,
    ) -> Result<Response<Order>, Status> {
        let GetOrderRequest { id, .. } = request.into_inner();
        if id.is_empty() {
            return Err(Status::not_found("an order without a name"));
        }
        let payment = Some(order::Payment::Voucher("welcome".to_owned()));
        let status = OrderStatus::Shipped;
        Ok(Response::new(Order { id, status, payment, ..Order::default() }))
    }

    async fn watch(
        &self,
        request: Request<GetOrderRequest>,
    ) -> Result<Response<impl Stream<Item = Result<Order, Status>> + Send + 'static>, Status> {
        let id = request.into_inner().id;
        let order = move |floor| Order { id: id.clone(), floors: vec![floor], ..Order::default() };
        Ok(Response::new(rustrpc::stream::iter((1..=3).map(move |floor| Ok(order(floor))))))
    }

    async fn upload(
        &self,
        request: Request<Streaming<Chunk>>,
    ) -> Result<Response<Receipt>, Status> {
        let mut chunks = request.into_inner();
        let mut receipt = Receipt::default();
        while let Some(chunk) = chunks.message().await? {
            receipt.bytes += chunk.data.len() as u64;
        }
        Ok(Response::new(receipt))
    }

    async fn chat(
        &self,
        request: Request<Streaming<Line>>,
    ) -> Result<Response<impl Stream<Item = Result<Line, Status>> + Send + 'static>, Status> {
        Ok(Response::new(request.into_inner()))
    }
}

fn orders() -> OrderServiceClient {
    let server = Server::builder().add_service(OrderServiceServer::new(Shop)).build();
    OrderServiceClient::new(Channel::in_process(server))
}

#[tokio::test]
async fn every_kind_of_method_is_answered() -> Result<(), Status> {
    let orders = orders();
    let request = |id: &str| GetOrderRequest { id: id.to_owned(), ..Default::default() };

    let order = orders.get_order(request("one")).await?;
    assert_eq!((order.id.as_str(), order.status), ("one", OrderStatus::Shipped));
    assert_eq!(order.payment, Some(order::Payment::Voucher("welcome".to_owned())));
    let refusal = orders.get_order(request("")).await.expect_err("is not found");
    assert_eq!(refusal.code(), Code::NotFound);

    let mut updates = orders.watch(request("two")).await?;
    let mut floors = Vec::new();
    while let Some(order) = updates.message().await? {
        floors.extend(order.floors);
    }
    assert_eq!(floors, [1, 2, 3]);

    let (chunks, receipt) = orders.upload().start();
    for data in [b"four".to_vec(), b"seven77".to_vec()] {
        chunks.send(Chunk { data, ..Chunk::default() }).await?;
    }
    chunks.finish();
    assert_eq!(receipt.await?.bytes, 11);

    let (lines, mut replies) = orders.chat().start();
    lines.send(Line { text: "hello".to_owned(), ..Line::default() }).await?;
    assert_eq!(replies.message().await?.map(|line| line.text), Some("hello".to_owned()));
    lines.finish();
    assert_eq!(replies.message().await?, None);
    Ok(())
}

#[tokio::test]
#[allow(deprecated, reason = "the rpc that the shop does not implement is a deprecated one")]
async fn what_is_not_implemented_says_so() {
    let status = orders().forget(GetOrderRequest::default()).await.expect_err("has a default");
    assert_eq!(status.code(), Code::Unimplemented);
    assert!(status.message().contains("Forget"), "{status:?}");
}

/// Its rpcs are called like methods that any type has.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Odd;

impl Methods for Odd {
    async fn max(&self, _: Request<names::T>) -> Result<Response<names::Self_>, Status> {
        Ok(Response::new(names::Self_ { self_: Some(Box::default()), ..Default::default() }))
    }

    async fn into_(&self, _: Request<names::T>) -> Result<Response<names::Option>, Status> {
        Ok(Response::new(names::Option { value: "into".to_owned(), ..Default::default() }))
    }

    async fn drop(&self, _: Request<names::Vec>) -> Result<Response<names::String>, Status> {
        Ok(Response::new(names::String { value: "drop".to_owned(), ..Default::default() }))
    }
}

#[tokio::test]
async fn rpcs_called_like_common_methods_reach_their_service() -> Result<(), Status> {
    let service = MethodsServer::from_arc(Arc::new(Odd));
    let client =
        MethodsClient::new(Channel::in_process(Server::builder().add_service(service).build()));
    assert!(client.max(names::T::default()).await?.self_.is_some());
    assert_eq!(client.into_(names::T::default()).await?.value, "into");
    assert_eq!(client.drop(names::Vec::default()).await?.value, "drop");
    Ok(())
}

#[test]
fn descriptors_say_what_the_proto_says() {
    assert_eq!(ORDER_SERVICE.name, "acme.orders.v1.OrderService");
    let watch = &ORDER_SERVICE.methods[1];
    assert_eq!(watch.path, "/acme.orders.v1.OrderService/Watch");
    assert_eq!(watch.kind, rustrpc::MethodKind::ServerStreaming);
    assert_eq!(ORDER_SERVICE.methods[0].idempotency, rustrpc::Idempotency::NoSideEffects);
}

#[test]
fn enums_have_names_and_keep_numbers_they_do_not_know() {
    assert_eq!(OrderStatus::from_name("STATUS_SHIPPED"), Some(OrderStatus::Shipped));
    assert_eq!(OrderStatus::Shipped.name(), Some("STATUS_SHIPPED"));
    assert_eq!(OrderStatus::from(77).name(), None);
    assert_eq!(format!("{:?} {:?}", OrderStatus::Lost, OrderStatus(77)), "STATUS_LOST 77");
    assert!(matches!(OrderStatus(1), OrderStatus::Shipped));
}

#[test]
fn a_service_knows_its_descriptor_and_those_it_needs() {
    let file = ORDER_SERVICE.file.expect("embedded, for there is a service");
    let files = file.with_imports();
    let names: Vec<_> = files.iter().map(|file| file.name).collect();
    assert_eq!(
        names,
        [
            "acme/common/v1/money.proto",
            "google/protobuf/empty.proto",
            "google/protobuf/timestamp.proto",
            "acme/orders/v1/orders.proto"
        ]
    );
    for file in files {
        let descriptor = FileDescriptorProto::decode(file.descriptor).expect("is encoded well");
        assert_eq!(descriptor.name.as_deref(), Some(file.name));
        assert_eq!(descriptor.source_code_info, None);
        assert_eq!(descriptor.dependency.len(), file.imports.len());
        assert!(descriptor.unknown_fields.is_empty(), "{descriptor:?}");
    }
    let service = &FileDescriptorProto::decode(file.descriptor).expect("is well").service[0];
    let methods = service.method.iter().map(|method| method.name.as_deref());
    assert!(methods.eq(ORDER_SERVICE.methods.iter().map(|method| Some(method.name))));

    let server = Server::builder().add_service(OrderServiceServer::new(Shop)).build();
    assert!(server.services().eq([&ORDER_SERVICE]));
}
