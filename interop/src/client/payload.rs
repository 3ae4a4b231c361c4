//! The messages of the cases, and the sizes that all implementations use.

use super::expect;
use crate::proto::grpc::testing::{
    Payload, ResponseParameters, SimpleRequest, StreamingInputCallRequest,
    StreamingOutputCallRequest,
};

pub(super) const LARGE_REQUEST: usize = 271_828;
pub(super) const LARGE_RESPONSE: usize = 314_159;

/// The sizes of the messages of the streaming cases: requests and their answers.
pub(super) const REQUEST_SIZES: [usize; 4] = [27_182, 8, 1_828, 45_904];
pub(super) const RESPONSE_SIZES: [usize; 4] = [31_415, 9, 2_653, 58_979];

pub(super) fn zeros(size: usize) -> Payload {
    Payload { body: vec![0; size], ..Default::default() }
}

/// # Errors
/// When the payload is not as many zeros.
pub(super) fn expect_zeros(payload: Option<&Payload>, size: usize) -> Result<(), String> {
    let body = payload.map_or(&[][..], |payload| &payload.body);
    expect::equal("size of the payload", body.len(), size)?;
    expect::equal("bytes that are not zero", body.iter().filter(|byte| **byte != 0).count(), 0)
}

pub(super) fn large() -> SimpleRequest {
    SimpleRequest {
        response_size: number(LARGE_RESPONSE),
        payload: Some(zeros(LARGE_REQUEST)),
        ..Default::default()
    }
}

pub(super) fn input(size: usize) -> StreamingInputCallRequest {
    StreamingInputCallRequest { payload: Some(zeros(size)), ..Default::default() }
}

/// Asks for one answer of each size.
pub(super) fn outputs(sizes: &[usize]) -> StreamingOutputCallRequest {
    let parameters =
        |size: &usize| ResponseParameters { size: number(*size), ..Default::default() };
    StreamingOutputCallRequest {
        response_parameters: sizes.iter().map(parameters).collect(),
        ..Default::default()
    }
}

fn number(size: usize) -> i32 {
    i32::try_from(size).expect("the cases' sizes are small")
}
