//! Bodies as stored: one codec byte, then the resource's JSON, compressed with a
//! dictionary trained on resources like ours. A codec once used stays readable.

use kernel::{Fault, FaultKind};
use std::cell::RefCell;
use std::sync::LazyLock;
use zstd::bulk::{Compressor, Decompressor};
use zstd::dict::{DecoderDictionary, EncoderDictionary};

/// Plain JSON, for what does not get smaller.
const PLAIN: u8 = 0;
/// zstd level 3 with the first dictionary.
const ZSTD_1: u8 = 1;
/// The largest body read back, 128 MiB: beyond it a frame is taken for rotten.
const BYTES_MAX: usize = 128 << 20;
const LEVEL: i32 = 3;

static DICTIONARY_1: &[u8] = include_bytes!("../dictionary/1.zdict");
static ENCODER: LazyLock<EncoderDictionary<'static>> = LazyLock::new(|| EncoderDictionary::copy(DICTIONARY_1, LEVEL));
static DECODER: LazyLock<DecoderDictionary<'static>> = LazyLock::new(|| DecoderDictionary::copy(DICTIONARY_1));

thread_local! {
    static COMPRESSOR: RefCell<Option<Compressor<'static>>> = const { RefCell::new(None) };
    static DECOMPRESSOR: RefCell<Option<Decompressor<'static>>> = const { RefCell::new(None) };
}

fn broken(doing: &str, error: std::io::Error) -> Fault {
    Fault::from_source(FaultKind::Broken, doing, error)
}

/// Compresses a resource's JSON.
pub fn pack(json: &[u8]) -> Result<Vec<u8>, Fault> {
    let packed = COMPRESSOR.with_borrow_mut(|slot| {
        if slot.is_none() {
            *slot = Some(
                Compressor::with_prepared_dictionary(&ENCODER)
                    .map_err(|error| broken("preparing a compressor", error))?,
            );
        }
        let compressor = slot.as_mut().ok_or_else(|| Fault::broken("no compressor"))?;
        compressor.compress(json).map_err(|error| broken("compressing a body", error))
    })?;
    let (codec, payload) = if packed.len() < json.len() { (ZSTD_1, packed.as_slice()) } else { (PLAIN, json) };
    let mut body = Vec::with_capacity(payload.len() + 1);
    body.push(codec);
    body.extend_from_slice(payload);
    Ok(body)
}

/// The JSON of a stored body.
pub fn unpack(body: &[u8]) -> Result<Vec<u8>, Fault> {
    match body.split_first() {
        Some((&PLAIN, json)) => Ok(json.to_vec()),
        Some((&ZSTD_1, packed)) => DECOMPRESSOR.with_borrow_mut(|slot| {
            if slot.is_none() {
                *slot = Some(
                    Decompressor::with_prepared_dictionary(&DECODER)
                        .map_err(|error| broken("preparing a decompressor", error))?,
                );
            }
            let decompressor = slot.as_mut().ok_or_else(|| Fault::broken("no decompressor"))?;
            let size = Decompressor::upper_bound(packed).unwrap_or(BYTES_MAX).min(BYTES_MAX);
            decompressor.decompress(packed, size).map_err(|error| broken("reading a stored body", error))
        }),
        Some((codec, _)) => Err(Fault::broken(format!("records_entries.body has the unknown codec {codec}"))),
        None => Err(Fault::broken("records_entries.body is empty")),
    }
}

/// Trains a dictionary from sample resources; `town` has a program that calls it.
pub fn train(samples: &[Vec<u8>], bytes: usize) -> Result<Vec<u8>, Fault> {
    zstd::dict::from_samples(samples, bytes).map_err(|error| broken("training a dictionary", error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_come_back_as_they_went_in() {
        for json in [
            &b"{}"[..],
            b"{\"resourceType\":\"Observation\",\"valueQuantity\":{\"value\":81.50,\"unit\":\"kg\"}}",
            &[b'a'; 5000],
        ] {
            let body = pack(json).unwrap();
            assert_eq!(unpack(&body).unwrap(), json);
        }
        assert!(unpack(&[]).is_err());
        assert!(unpack(&[9, 1]).is_err());
        assert!(unpack(&[ZSTD_1, 1, 2, 3]).is_err());
    }
}
