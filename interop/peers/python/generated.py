"""What grpcio-tools generated of grpc.testing, in the folder that GRPC_TESTING_GENERATED names.

The package's name begins with that of grpcio's own module, so its folder is joined to that module's.
"""

import os

import grpc

grpc.__path__.append(os.path.join(os.environ["GRPC_TESTING_GENERATED"], "grpc"))

from grpc.testing import empty_pb2 as empty  # noqa: E402
from grpc.testing import messages_pb2 as messages  # noqa: E402
from grpc.testing import test_pb2_grpc as service  # noqa: E402

__all__ = ["empty", "messages", "service"]
