// The gRPC test service on grpc-js, as a peer for our client.
//
// grpc-js neither compresses a server's answers nor says whether a request came compressed, so the compression cases
// are not for this server.
'use strict';

const { setTimeout: sleep } = require('timers/promises');
const grpc = require('@grpc/grpc-js');
const { testing, payload, flags, ECHO_INITIAL, ECHO_TRAILING } = require('./testing');

function echoInitial(call) {
  const echo = new grpc.Metadata();
  for (const value of call.metadata.get(ECHO_INITIAL)) echo.add(ECHO_INITIAL, value);
  call.sendMetadata(echo);
}

function trailing(call) {
  const echo = new grpc.Metadata();
  for (const value of call.metadata.get(ECHO_TRAILING)) echo.add(ECHO_TRAILING, value);
  return echo;
}

// The error that a request asks for, or null.
function askedFor(request) {
  const status = request.response_status;
  return status && status.code !== 0 ? { code: status.code, details: status.message } : null;
}

async function writeAnswers(call, request) {
  for (const wanted of request.response_parameters ?? []) {
    if (wanted.interval_us) await sleep(wanted.interval_us / 1000);
    call.write({ payload: payload(wanted.size ?? 0) });
  }
}

function end(call, error) {
  if (error) {
    call.emit('error', { ...error, metadata: trailing(call) });
  } else {
    call.end(trailing(call));
  }
}

// Hands the requests of a stream to `handle`, each once the one before is done with, until the last is.
function inTurn(call, handle) {
  return new Promise((resolve, reject) => {
    let done = Promise.resolve();
    call.on('data', (request) => {
      done = done.then(() => handle(request));
    });
    call.on('end', () => done.then(resolve, reject));
  });
}

const cache = new Map();

// The cache that cacheable_unary wants between the two is in the server itself.
function answeredBefore(request) {
  const key = request.payload.body.toString('latin1');
  if (!cache.has(key)) cache.set(key, Buffer.from(String(process.hrtime.bigint())));
  return { payload: { body: cache.get(key) } };
}

const service = {
  EmptyCall(call, answer) {
    echoInitial(call);
    answer(null, {}, trailing(call));
  },

  UnaryCall(call, answer) {
    echoInitial(call);
    const error = askedFor(call.request);
    if (error) {
      answer({ ...error, metadata: trailing(call) });
    } else {
      answer(null, { payload: payload(call.request.response_size ?? 0) }, trailing(call));
    }
  },

  CacheableUnaryCall(call, answer) {
    answer(null, answeredBefore(call.request));
  },

  async StreamingOutputCall(call) {
    echoInitial(call);
    await writeAnswers(call, call.request);
    end(call, askedFor(call.request));
  },

  StreamingInputCall(call, answer) {
    let sum = 0;
    call.on('data', (request) => {
      sum += request.payload.body.length;
    });
    call.on('end', () => answer(null, { aggregated_payload_size: sum }));
  },

  async FullDuplexCall(call) {
    echoInitial(call);
    let error = null;
    await inTurn(call, async (request) => {
      if (error) return;
      await writeAnswers(call, request);
      error = askedFor(request);
      if (error) end(call, error);
    });
    if (!error) end(call, null);
  },

  async HalfDuplexCall(call) {
    const requests = [];
    await inTurn(call, (request) => requests.push(request));
    for (const request of requests) await writeAnswers(call, request);
    end(call, null);
  },
};

// UnimplementedCall is left out: grpc-js answers for it.
const server = new grpc.Server({ 'grpc.max_receive_message_length': -1 });
server.addService(testing.TestService.service, service);
server.bindAsync(`127.0.0.1:${flags().port}`, grpc.ServerCredentials.createInsecure(), (problem) => {
  if (problem) throw problem;
});
