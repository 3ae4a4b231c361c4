//! The answer of a unary call on its way out.

use crate::server::call::Answer;
use crate::transport::{
    Account, Connection, Payload, StreamKey, send_plain_response, send_response_head, send_status,
    send_trailers_only,
};

/// Answers larger than this are handed to the engine as they are, not copied.
const COPIED_ANSWER: usize = 16 * 1024;

/// Sends an answer whose message is in `message`, or that there is no room for it.
pub(super) fn send_answer(
    core: &mut Connection,
    key: StreamKey,
    answer: Answer,
    message: &mut Vec<u8>,
    account: &Account,
) {
    let answer = answer.if_room(message, account);
    if answer.is_plain() && send_plain_response(core, key, message) {
        return;
    }
    let Answer { result, metadata, trailers, compression, large } = answer;
    match &result {
        Err(status) if metadata.is_empty() => send_trailers_only(core, key, status, &trailers),
        result => {
            send_response_head(core, key, &metadata, compression);
            if result.is_ok() {
                // A failed send means that the stream is over; its event is on its way.
                let payload = match large {
                    Some(large) => Payload::Draw(large),
                    None if message.len() <= COPIED_ANSWER => Payload::Copy(message),
                    None => Payload::Keep(std::mem::take(message).into()),
                };
                core.send_data(key, payload, false).ok();
            }
            send_status(core, key, result, &trailers);
        }
    }
}
