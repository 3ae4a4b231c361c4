"""The gRPC test service on C-core, as a peer for our client."""

import argparse
import functools
import sys
import time
from concurrent import futures

import grpc

from generated import empty, messages, service

ECHO_INITIAL = "x-grpc-test-echo-initial"
ECHO_TRAILING = "x-grpc-test-echo-trailing-bin"


def zeros(size):
    return messages.Payload(body=bytes(size))


def echo_metadata(context):
    for key, value in context.invocation_metadata():
        if key == ECHO_INITIAL:
            context.send_initial_metadata(((key, value),))
        elif key == ECHO_TRAILING:
            context.set_trailing_metadata(((key, value),))


def end_as_asked(request, context):
    """Ends the call with the status that the request carries, when it carries one."""
    status = request.response_status
    if request.HasField("response_status") and status.code != 0:
        code = next(code for code in grpc.StatusCode if code.value[0] == status.code)
        context.abort(code, status.message)


def compress_as_asked(wanted, context):
    """Compresses the next message of a call that set_compression was called on, or leaves it as it is."""
    if not wanted.value:
        context.disable_next_message_compression()


@functools.lru_cache(maxsize=100)
def answered_before(_request):
    """The cache that the case wants between the two is in the server itself."""
    body = str(time.monotonic_ns()).encode()
    return messages.SimpleResponse(payload=messages.Payload(body=body))


class TestService(service.TestServiceServicer):
    def EmptyCall(self, request, context):
        echo_metadata(context)
        return empty.Empty()

    def UnaryCall(self, request, context):
        if request.response_compressed.value:
            context.set_compression(grpc.Compression.Gzip)
        echo_metadata(context)
        end_as_asked(request, context)
        return messages.SimpleResponse(payload=zeros(request.response_size))

    def CacheableUnaryCall(self, request, context):
        return answered_before(request.payload.body)

    def StreamingOutputCall(self, request, context):
        if any(wanted.compressed.value for wanted in request.response_parameters):
            context.set_compression(grpc.Compression.Gzip)
        echo_metadata(context)
        yield from self.answers(request, context)
        end_as_asked(request, context)

    def StreamingInputCall(self, requests, context):
        total = sum(len(request.payload.body) for request in requests)
        return messages.StreamingInputCallResponse(aggregated_payload_size=total)

    def FullDuplexCall(self, requests, context):
        echo_metadata(context)
        for request in requests:
            yield from self.answers(request, context)
            end_as_asked(request, context)

    def HalfDuplexCall(self, requests, context):
        for request in list(requests):
            yield from self.answers(request, context)

    def answers(self, request, context):
        for wanted in request.response_parameters:
            time.sleep(wanted.interval_us / 1e6)
            compress_as_asked(wanted.compressed, context)
            yield messages.StreamingOutputCallResponse(payload=zeros(wanted.size))


def main(port):
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=16))
    service.add_TestServiceServicer_to_server(TestService(), server)
    if server.add_insecure_port(f"127.0.0.1:{port}") == 0:
        sys.exit(f"port {port} is taken")
    server.start()
    server.wait_for_termination()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    main(parser.parse_args().port)
