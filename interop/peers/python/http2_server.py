"""A server that answers UnaryCall and does one thing with HTTP/2 that clients must be able to take.

It speaks HTTP/2 by way of hyper-h2, which refuses what the client itself does wrong.
"""

import argparse
import socket
import socketserver

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import DataReceived, PingAckReceived, StreamEnded
from h2.exceptions import ProtocolError
from h2.settings import SettingCodes, Settings

from generated import messages

HEADERS = [(":status", "200"), ("content-type", "application/grpc+proto")]
TRAILERS = [("grpc-status", "0")]
PING = b"are you?"
# A frame of the padding case: so little data that without credit for its padding the client runs dry.
PADDED, PADDING = 100, 255


class Conversation(socketserver.BaseRequestHandler):
    """One connection."""

    def handle(self):
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.http2 = H2Connection(H2Configuration(client_side=False, header_encoding="utf-8"))
        self.received = {}
        # Streams with the bytes that are still to be sent.
        self.sending = {}
        self.start()
        while received := self.read():
            try:
                for event in self.http2.receive_data(received):
                    self.take(event)
                self.send_on()
                self.flush()
            except ProtocolError as error:
                # What the client did wrong; the refusal goes out before the connection ends.
                print(f"{self.case}: {type(error).__name__}: {error}", flush=True)
                self.request.sendall(self.http2.data_to_send())
                return
            except ConnectionError:
                return

    def start(self):
        if self.case == "max_streams":
            one = {SettingCodes.MAX_CONCURRENT_STREAMS: 1}
            self.http2.local_settings = Settings(client=False, initial_values=one)
        self.http2.initiate_connection()
        self.flush()

    def read(self):
        try:
            return self.request.recv(65536)
        except ConnectionError:
            return b""

    def flush(self):
        if output := self.http2.data_to_send():
            self.request.sendall(output)

    def take(self, event):
        if isinstance(event, DataReceived):
            self.received.setdefault(event.stream_id, bytearray()).extend(event.data)
            self.http2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
        elif isinstance(event, StreamEnded):
            self.answer(event.stream_id)
        elif isinstance(event, PingAckReceived) and event.ping_data == PING:
            for stream in self.sending:
                self.sending[stream].append(TRAILERS)

    def answer(self, stream):
        request = messages.SimpleRequest.FromString(bytes(self.received.pop(stream)[5:]))
        payload = messages.Payload(body=bytes(request.response_size))
        message = messages.SimpleResponse(payload=payload).SerializeToString()
        data = b"\0" + len(message).to_bytes(4, "big") + message
        self.http2.send_headers(stream, HEADERS)
        parts = {
            "rst_after_header": [None],
            "rst_during_data": [data[: len(data) // 2], None],
            "rst_after_data": [data, None],
            "ping": [data],
        }
        self.sending[stream] = parts.get(self.case, [data, TRAILERS])
        if self.case == "ping":
            self.http2.ping(PING)

    def send_on(self):
        """Sends what the windows allow. None among the parts resets the stream, a list ends it."""
        for stream, parts in list(self.sending.items()):
            while parts:
                if isinstance(parts[0], bytes):
                    parts[0] = self.send_data(stream, parts[0])
                    if parts[0]:
                        break
                elif parts[0] is None:
                    self.http2.reset_stream(stream)
                    del self.sending[stream]
                else:
                    self.http2.send_headers(stream, parts[0], end_stream=True)
                    del self.sending[stream]
                    if self.case == "goaway":
                        self.http2.close_connection()
                parts.pop(0)

    def send_data(self, stream, data):
        """Sends as much as there is window for; what is left."""
        padding = PADDING if self.case == "data_frame_padding" else None
        overhead = 0 if padding is None else padding + 1
        largest = PADDED if padding else self.http2.max_outbound_frame_size
        while data:
            window = self.http2.local_flow_control_window(stream) - overhead
            size = min(window, largest, len(data))
            if size <= 0:
                break
            self.http2.send_data(stream, data[:size], pad_length=padding)
            data = data[size:]
            self.flush()
        return data


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--test_case", required=True)
    arguments = parser.parse_args()
    Conversation.case = arguments.test_case
    with Server(("127.0.0.1", arguments.port), Conversation) as server:
        server.serve_forever()
