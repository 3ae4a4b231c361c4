// The grpc.testing package, loaded from our own .proto texts, and what both peers need of it.
'use strict';

const path = require('path');
const grpc = require('@grpc/grpc-js');
const loader = require('@grpc/proto-loader');

const definition = loader.loadSync('grpc/testing/test.proto', {
  includeDirs: [process.env.GRPC_TESTING_PROTOS || path.join(__dirname, '../../protos')],
  keepCase: true,
});

exports.testing = grpc.loadPackageDefinition(definition).grpc.testing;

exports.ECHO_INITIAL = 'x-grpc-test-echo-initial';
exports.ECHO_TRAILING = 'x-grpc-test-echo-trailing-bin';

exports.payload = (size) => ({ body: Buffer.alloc(size) });

// The arguments of the form --name=value.
exports.flags = () =>
  Object.fromEntries(
    process.argv.slice(2).map((argument) => {
      const [, name, value] = /^--([^=]+)=(.*)$/.exec(argument) ?? [];
      if (name === undefined) {
        throw new Error(`not of the form --name=value: ${argument}`);
      }
      return [name, value];
    }),
  );
