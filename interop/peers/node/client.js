// The client of the gRPC test service on grpc-js, as a peer for our server: one test case per run.
//
// Exits with 1 and says why when the case fails.
'use strict';

const assert = require('assert');
const grpc = require('@grpc/grpc-js');
const { testing, payload, flags, ECHO_INITIAL, ECHO_TRAILING } = require('./testing');

const LARGE_REQUEST = 271828;
const LARGE_RESPONSE = 314159;
const SIZES = [31415, 9, 2653, 58979];
const REQUEST_SIZES = [27182, 8, 1828, 45904];
const SPECIAL = '\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP \u{1f608}\t\n';
const { INVALID_ARGUMENT, CANCELLED, DEADLINE_EXCEEDED, UNKNOWN, UNIMPLEMENTED } = grpc.status;

const { server_host: host = '127.0.0.1', server_port: port, test_case: testCase } = flags();

function connect(options = {}, Client = testing.TestService) {
  return new Client(`${host}:${port}`, grpc.credentials.createInsecure(), options);
}

const connectCompressing = () =>
  connect({ 'grpc.default_compression_algorithm': grpc.compressionAlgorithms.gzip });

// One unary call: what it answered, with its metadata.
function unary(client, method, request, metadata = new grpc.Metadata()) {
  return new Promise((resolve, reject) => {
    const seen = {};
    const done = () => 'response' in seen && 'trailing' in seen && resolve(seen);
    const call = client[method](request, metadata, (error, response) => {
      if (error) return reject(error);
      seen.response = response;
      done();
    });
    call.on('metadata', (received) => (seen.initial = received));
    call.on('status', (status) => {
      seen.trailing = status.metadata;
      done();
    });
  });
}

// Reads a stream of answers to its end, or until `onAnswer` says to stop.
function readAll(call, onAnswer = () => {}) {
  return new Promise((resolve, reject) => {
    const seen = { responses: [] };
    call.on('metadata', (received) => (seen.initial = received));
    call.on('data', (response) => {
      seen.responses.push(response);
      onAnswer(seen.responses.length, response);
    });
    call.on('status', (status) => {
      seen.trailing = status.metadata;
      if (status.code === grpc.status.OK) resolve(seen);
    });
    call.on('error', reject);
  });
}

async function expectFailure(promise, code, details) {
  const error = await promise.then(
    () => assert.fail(`expected code ${code}, got an answer`),
    (problem) => problem,
  );
  assert.strictEqual(error.code, code, error.stack);
  if (details !== undefined) assert.strictEqual(error.details, details);
}

function expectZeros(response, size) {
  assert.ok(Buffer.alloc(size).equals(response.payload.body), `expected ${size} zeros`);
}

const large = (fields = {}) => ({
  response_size: LARGE_RESPONSE,
  payload: payload(LARGE_REQUEST),
  ...fields,
});

const outputs = (...sizes) => ({ response_parameters: sizes.map((size) => ({ size })) });

async function expectLarge(client, fields) {
  const { response } = await unary(client, 'UnaryCall', large(fields));
  expectZeros(response, LARGE_RESPONSE);
}

function uploading(client, ...requests) {
  return new Promise((resolve, reject) => {
    const call = client.StreamingInputCall((error, response) =>
      error ? reject(error) : resolve(response.aggregated_payload_size),
    );
    call.on('error', reject);
    for (const request of requests) call.write(request);
    call.end();
  });
}

const cases = {
  async empty_unary(client) {
    await unary(client, 'EmptyCall', {});
  },

  large_unary: (client) => expectLarge(client),

  async cacheable_unary(client) {
    const metadata = new grpc.Metadata();
    metadata.set('x-user-ip', '1.2.3.4');
    const call = async (body) =>
      (await unary(client, 'CacheableUnaryCall', { payload: { body } }, metadata)).response;
    const body = Buffer.from(String(process.hrtime.bigint()));
    const first = await call(body);
    assert.deepStrictEqual(await call(body), first);
    assert.notDeepStrictEqual(await call(Buffer.concat([body, body])), first);
  },

  async client_compressed_unary(client) {
    const expects = { expect_compressed: { value: true } };
    await expectFailure(unary(client, 'UnaryCall', large(expects)), INVALID_ARGUMENT);
    await expectLarge(connectCompressing(), expects);
    await expectLarge(client, { expect_compressed: { value: false } });
  },

  async server_compressed_unary(client) {
    await expectLarge(client, { response_compressed: { value: true } });
    await expectLarge(client, { response_compressed: { value: false } });
  },

  async client_streaming(client) {
    const sum = await uploading(client, ...REQUEST_SIZES.map((size) => ({ payload: payload(size) })));
    assert.strictEqual(sum, 74922);
  },

  async client_compressed_streaming(client) {
    const request = (size, value) => ({ payload: payload(size), expect_compressed: { value } });
    await expectFailure(uploading(client, request(27182, true)), INVALID_ARGUMENT);
    const sum = await uploading(connectCompressing(), request(27182, true), request(45904, true));
    assert.strictEqual(sum, 73086);
  },

  async server_streaming(client) {
    const { responses } = await readAll(client.StreamingOutputCall(outputs(...SIZES)));
    assert.strictEqual(responses.length, SIZES.length);
    responses.forEach((response, at) => expectZeros(response, SIZES[at]));
  },

  async server_compressed_streaming(client) {
    const request = {
      response_parameters: [
        { size: 31415, compressed: { value: true } },
        { size: 92653, compressed: { value: false } },
      ],
    };
    const { responses } = await readAll(client.StreamingOutputCall(request));
    assert.strictEqual(responses.length, 2);
    expectZeros(responses[0], 31415);
    expectZeros(responses[1], 92653);
  },

  async ping_pong(client) {
    const call = client.FullDuplexCall();
    const ping = (at) => call.write({ ...outputs(SIZES[at]), payload: payload(REQUEST_SIZES[at]) });
    ping(0);
    const { responses } = await readAll(call, (count, response) => {
      expectZeros(response, SIZES[count - 1]);
      if (count < SIZES.length) ping(count);
      else call.end();
    });
    assert.strictEqual(responses.length, SIZES.length);
  },

  async empty_stream(client) {
    const call = client.FullDuplexCall();
    call.end();
    assert.deepStrictEqual((await readAll(call)).responses, []);
  },

  async custom_metadata(client) {
    const metadata = new grpc.Metadata();
    metadata.set(ECHO_INITIAL, 'test_initial_metadata_value');
    metadata.set(ECHO_TRAILING, Buffer.from('ababab', 'hex'));
    const duplex = client.FullDuplexCall(metadata);
    duplex.write({ ...outputs(LARGE_RESPONSE), payload: payload(LARGE_REQUEST) });
    duplex.end();
    const calls = [unary(client, 'UnaryCall', large(), metadata), readAll(duplex)];
    for (const seen of await Promise.all(calls)) {
      assert.deepStrictEqual(seen.initial.get(ECHO_INITIAL), ['test_initial_metadata_value']);
      assert.deepStrictEqual(seen.trailing.get(ECHO_TRAILING), [Buffer.from('ababab', 'hex')]);
    }
  },

  async status_code_and_message(client) {
    const request = { response_status: { code: UNKNOWN, message: 'test status message' } };
    await expectFailure(unary(client, 'UnaryCall', request), UNKNOWN, 'test status message');
    const call = client.FullDuplexCall();
    call.end(request);
    await expectFailure(readAll(call), UNKNOWN, 'test status message');
  },

  async special_status_message(client) {
    const request = { response_status: { code: UNKNOWN, message: SPECIAL } };
    await expectFailure(unary(client, 'UnaryCall', request), UNKNOWN, SPECIAL);
  },

  async unimplemented_method(client) {
    await expectFailure(unary(client, 'UnimplementedCall', {}), UNIMPLEMENTED);
  },

  async unimplemented_service() {
    const other = connect({}, testing.UnimplementedService);
    await expectFailure(unary(other, 'UnimplementedCall', {}), UNIMPLEMENTED);
  },

  async cancel_after_begin(client) {
    const call = new Promise((resolve, reject) => {
      const upload = client.StreamingInputCall((error) => (error ? reject(error) : resolve()));
      upload.cancel();
    });
    await expectFailure(call, CANCELLED);
  },

  async cancel_after_first_response(client) {
    const call = client.FullDuplexCall();
    call.write({ ...outputs(31415), payload: payload(27182) });
    let answers = 0;
    const reading = readAll(call, (count) => {
      answers = count;
      call.cancel();
    });
    await expectFailure(reading, CANCELLED);
    assert.strictEqual(answers, 1);
  },

  async timeout_on_sleeping_server(client) {
    const call = client.FullDuplexCall(new grpc.Metadata(), { deadline: Date.now() + 1 });
    call.write({ payload: payload(27182) });
    await expectFailure(readAll(call), DEADLINE_EXCEEDED);
  },

  async rpc_soak(client) {
    for (let left = 50; left > 0; left -= 1) await expectLarge(client);
  },

  async channel_soak() {
    for (let left = 10; left > 0; left -= 1) {
      const client = connect();
      await expectLarge(client);
      client.close();
    }
  },
};

async function main() {
  const run = cases[testCase];
  if (run === undefined) throw new Error(`no such case: ${testCase}`);
  await run(connect());
}

main().then(
  () => process.exit(0),
  (problem) => {
    console.error(`${testCase}: ${problem.stack ?? problem.message}`);
    process.exit(1);
  },
);
