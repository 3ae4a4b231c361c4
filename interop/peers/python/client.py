"""The client of the gRPC test service on C-core, as a peer for our server: one test case per run.

Exits with 1 and says why when the case fails.
"""

import argparse
import queue
import sys
import time

import grpc

from generated import empty, messages, service

LARGE_REQUEST = 271828
LARGE_RESPONSE = 314159
SIZES = [31415, 9, 2653, 58979]
REQUEST_SIZES = [27182, 8, 1828, 45904]
SPECIAL = "\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP \U0001f608\t\n"


def expect(what, got, wanted):
    if got != wanted:
        raise AssertionError(f"{what}: expected {wanted!r}, got {got!r}")


def payload(size):
    return messages.Payload(body=bytes(size))


def large(**fields):
    return messages.SimpleRequest(
        response_size=LARGE_RESPONSE, payload=payload(LARGE_REQUEST), **fields
    )


def expect_zeros(response, size):
    expect("payload", response.payload.body, bytes(size))


def expect_failure(call, code, message=None):
    try:
        call()
    except grpc.RpcError as error:
        expect("code", error.code(), code)
        if message is not None:
            expect("message", error.details(), message)
    else:
        raise AssertionError(f"expected {code}, got an answer")


def outputs(*sizes, **fields):
    return messages.StreamingOutputCallRequest(
        response_parameters=[messages.ResponseParameters(size=size) for size in sizes], **fields
    )


def empty_unary(stub):
    expect("answer", stub.EmptyCall(empty.Empty()), empty.Empty())


def large_unary(stub):
    expect_zeros(stub.UnaryCall(large()), LARGE_RESPONSE)


def cacheable_unary(stub):
    def call(body):
        request = messages.SimpleRequest(payload=messages.Payload(body=body))
        return stub.CacheableUnaryCall(request, metadata=(("x-user-ip", "1.2.3.4"),))

    body = str(time.time_ns()).encode()
    first = call(body)
    expect("second answer", call(body), first)
    expect("third answer is another", call(body + b"!") != first, True)


def client_compressed_unary(stub):
    expects = messages.BoolValue(value=True)
    expect_failure(
        lambda: stub.UnaryCall(large(expect_compressed=expects)), grpc.StatusCode.INVALID_ARGUMENT
    )
    response = stub.UnaryCall(large(expect_compressed=expects), compression=grpc.Compression.Gzip)
    expect_zeros(response, LARGE_RESPONSE)
    response = stub.UnaryCall(large(expect_compressed=messages.BoolValue(value=False)))
    expect_zeros(response, LARGE_RESPONSE)


def server_compressed_unary(stub):
    for compressed in (True, False):
        wanted = messages.BoolValue(value=compressed)
        expect_zeros(stub.UnaryCall(large(response_compressed=wanted)), LARGE_RESPONSE)


def client_streaming(stub):
    requests = (messages.StreamingInputCallRequest(payload=payload(n)) for n in REQUEST_SIZES)
    expect("sum", stub.StreamingInputCall(requests).aggregated_payload_size, sum(REQUEST_SIZES))


def client_compressed_streaming(stub):
    def request(size):
        return messages.StreamingInputCallRequest(
            payload=payload(size), expect_compressed=messages.BoolValue(value=True)
        )

    expect_failure(
        lambda: stub.StreamingInputCall(iter([request(27182)])), grpc.StatusCode.INVALID_ARGUMENT
    )
    # C-core's Python wrapper compresses all messages of a call or none, so the mixed stream is left to others.
    response = stub.StreamingInputCall(
        iter([request(27182), request(45904)]), compression=grpc.Compression.Gzip
    )
    expect("sum", response.aggregated_payload_size, 27182 + 45904)


def server_streaming(stub):
    responses = list(stub.StreamingOutputCall(outputs(*SIZES)))
    expect("answers", len(responses), len(SIZES))
    for response, size in zip(responses, SIZES):
        expect_zeros(response, size)


def server_compressed_streaming(stub):
    wanted = [(31415, True), (92653, False)]
    parameters = [
        messages.ResponseParameters(size=size, compressed=messages.BoolValue(value=compressed))
        for size, compressed in wanted
    ]
    request = messages.StreamingOutputCallRequest(response_parameters=parameters)
    responses = list(stub.StreamingOutputCall(request))
    expect("answers", len(responses), len(wanted))
    for response, (size, _) in zip(responses, wanted):
        expect_zeros(response, size)


class Requests:
    """A request stream that is fed as the case goes on."""

    def __init__(self):
        self.queue = queue.SimpleQueue()

    def send(self, request):
        self.queue.put(request)

    def close(self):
        self.queue.put(None)

    def __iter__(self):
        return iter(self.queue.get, None)


def ping_pong(stub):
    requests = Requests()
    responses = stub.FullDuplexCall(iter(requests))
    for request_size, size in zip(REQUEST_SIZES, SIZES):
        requests.send(outputs(size, payload=payload(request_size)))
        expect_zeros(next(responses), size)
    requests.close()
    expect("answers left", list(responses), [])


def empty_stream(stub):
    expect("answers", list(stub.FullDuplexCall(iter(()))), [])


def custom_metadata(stub):
    initial = ("x-grpc-test-echo-initial", "test_initial_metadata_value")
    trailing = ("x-grpc-test-echo-trailing-bin", b"\xab\xab\xab")
    request = messages.SimpleRequest(response_size=LARGE_RESPONSE, payload=payload(LARGE_REQUEST))
    _, unary = stub.UnaryCall.with_call(request, metadata=(initial, trailing))
    duplex = stub.FullDuplexCall(
        iter([outputs(LARGE_RESPONSE, payload=payload(LARGE_REQUEST))]),
        metadata=(initial, trailing),
    )
    expect("answers", len(list(duplex)), 1)
    for call in (unary, duplex):
        expect("initial metadata", dict(call.initial_metadata()).get(initial[0]), initial[1])
        expect("trailing metadata", dict(call.trailing_metadata()).get(trailing[0]), trailing[1])


def status_code_and_message(stub):
    status = messages.EchoStatus(code=2, message="test status message")
    for call in (
        lambda: stub.UnaryCall(messages.SimpleRequest(response_status=status)),
        lambda: list(stub.FullDuplexCall(iter([outputs(response_status=status)]))),
    ):
        expect_failure(call, grpc.StatusCode.UNKNOWN, "test status message")


def special_status_message(stub):
    status = messages.EchoStatus(code=2, message=SPECIAL)
    expect_failure(
        lambda: stub.UnaryCall(messages.SimpleRequest(response_status=status)),
        grpc.StatusCode.UNKNOWN,
        SPECIAL,
    )


def unimplemented_method(stub):
    expect_failure(lambda: stub.UnimplementedCall(empty.Empty()), grpc.StatusCode.UNIMPLEMENTED)


def unimplemented_service(stub):
    other = service.UnimplementedServiceStub(stub.channel)
    expect_failure(lambda: other.UnimplementedCall(empty.Empty()), grpc.StatusCode.UNIMPLEMENTED)


def cancel_after_begin(stub):
    requests = Requests()
    call = stub.StreamingInputCall.future(iter(requests))
    call.cancel()
    requests.close()
    expect("code", call.code(), grpc.StatusCode.CANCELLED)


def cancel_after_first_response(stub):
    requests = Requests()
    responses = stub.FullDuplexCall(iter(requests))
    requests.send(outputs(31415, payload=payload(27182)))
    expect_zeros(next(responses), 31415)
    responses.cancel()
    requests.close()
    expect("code", responses.code(), grpc.StatusCode.CANCELLED)


def timeout_on_sleeping_server(stub):
    requests = Requests()
    responses = stub.FullDuplexCall(iter(requests), timeout=0.001)
    requests.send(messages.StreamingOutputCallRequest(payload=payload(27182)))
    expect_failure(lambda: next(responses), grpc.StatusCode.DEADLINE_EXCEEDED)
    requests.close()


def rpc_soak(stub):
    for _ in range(50):
        large_unary(stub)


def channel_soak(stub):
    for _ in range(10):
        with connect() as channel:
            large_unary(service.TestServiceStub(channel))


def connect():
    return grpc.insecure_channel(f"{arguments.server_host}:{arguments.server_port}")


def main():
    with connect() as channel:
        stub = service.TestServiceStub(channel)
        stub.channel = channel
        globals()[arguments.test_case](stub)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--server_host", default="127.0.0.1")
    parser.add_argument("--server_port", type=int, required=True)
    parser.add_argument("--test_case", required=True)
    parser.add_argument("--use_tls", choices=["false"], default="false")
    # The soak cases' flags are for clients that measure; these only have to succeed.
    arguments, _ = parser.parse_known_args()
    try:
        main()
    except (AssertionError, grpc.RpcError) as problem:
        sys.exit(f"{arguments.test_case}: {problem}")
