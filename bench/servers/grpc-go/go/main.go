// grpc-go's server under test: server PORT.
package main

import (
	"context"
	"log"
	"net"
	"os"
	"os/signal"
	"syscall"

	"benchserver/benchpb"

	"google.golang.org/grpc"
)

type answers struct {
	benchpb.UnimplementedBenchServer
}

func (answers) SayHello(_ context.Context, request *benchpb.HelloRequest) (*benchpb.HelloReply, error) {
	return &benchpb.HelloReply{Message: "Hello, " + request.GetName() + "!"}, nil
}

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:"+os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	server := grpc.NewServer()
	benchpb.RegisterBenchServer(server, answers{})
	terminate := make(chan os.Signal, 1)
	signal.Notify(terminate, syscall.SIGTERM)
	go func() {
		<-terminate
		server.Stop()
	}()
	if err := server.Serve(listener); err != nil {
		log.Fatal(err)
	}
}
