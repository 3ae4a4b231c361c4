// C++ gRPC's server under test, callback API: server PORT.

#include <csignal>
#include <memory>
#include <string>
#include <thread>

#include <grpcpp/grpcpp.h>

#include "bench.grpc.pb.h"

namespace {

class Answers final : public bench::v1::Bench::CallbackService {
  grpc::ServerUnaryReactor* SayHello(grpc::CallbackServerContext* context, const bench::v1::HelloRequest* request,
                                     bench::v1::HelloReply* reply) override {
    reply->set_message("Hello, " + request->name() + "!");
    auto* reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }
};

}  // namespace

int main(int, char** arguments) {
  // Every thread inherits the mask, so the signal waits for sigwait.
  sigset_t terminate;
  sigemptyset(&terminate);
  sigaddset(&terminate, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &terminate, nullptr);

  Answers answers;
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:" + std::string(arguments[1]), grpc::InsecureServerCredentials());
  builder.RegisterService(&answers);
  std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (server == nullptr) return 1;
  int received = 0;
  sigwait(&terminate, &received);
  server->Shutdown(std::chrono::system_clock::now() + std::chrono::milliseconds(100));
  server->Wait();
  return 0;
}
