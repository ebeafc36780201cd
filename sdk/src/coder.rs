//! Values to bytes and back, for whatever leaves the typed world: spilled rows, later other processes.
//!
//! This module is the only one that knows the codec.

use crate::BoxError;
use bincode::config::{Configuration, standard};
use bincode::enc::write::{SizeWriter, Writer};
use bincode::error::EncodeError;
use serde::{Serialize, de::DeserializeOwned};
use std::hash::Hasher;

const CONFIG: Configuration = standard();

/// Appends the encoding of `value`; values written one after the other can be read one after the other.
pub(crate) fn encode<T: Serialize>(value: &T, into: &mut Vec<u8>) -> Result<(), BoxError> {
    bincode::serde::encode_into_std_write(value, into, CONFIG)?;
    Ok(())
}

/// Reads one value from the front of `bytes` and moves the front behind it.
pub(crate) fn decode<T: DeserializeOwned>(bytes: &mut &[u8]) -> Result<T, BoxError> {
    let (value, used) = bincode::serde::decode_from_slice(bytes, CONFIG)?;
    *bytes = &bytes[used..];
    Ok(value)
}

/// Reads so many values from the front of `bytes` and moves the front behind them.
pub(crate) fn decode_all<T: DeserializeOwned>(bytes: &mut &[u8], len: usize) -> Result<Vec<T>, BoxError> {
    let mut values = Vec::with_capacity(len);
    for _ in 0..len {
        values.push(decode(bytes)?);
    }
    Ok(values)
}

/// The number of bytes that [`encode`] would append; 0 for what cannot be encoded.
pub(crate) fn encoded_len<T: Serialize>(value: &T) -> usize {
    let mut size = SizeWriter::default();
    match bincode::serde::encode_into_writer(value, &mut size, CONFIG) {
        Ok(()) => size.bytes_written,
        Err(_) => 0,
    }
}

/// Tells a hasher what [`encode`] would append; of what cannot be encoded, what comes before that is found out.
pub(crate) fn hash<T: Serialize>(value: &T, hasher: &mut impl Hasher) {
    let _ = bincode::serde::encode_into_writer(value, Hashed(hasher), CONFIG);
}

struct Hashed<'a, H>(&'a mut H);

impl<H: Hasher> Writer for Hashed<'_, H> {
    fn write(&mut self, bytes: &[u8]) -> Result<(), EncodeError> {
        self.0.write(bytes);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn values_follow_each_other(values: Vec<(u64, String, Option<Vec<i16>>)>) {
            let mut bytes = Vec::new();
            for v in &values {
                let before = bytes.len();
                encode(v, &mut bytes).unwrap();
                prop_assert_eq!(bytes.len() - before, encoded_len(v));
            }
            let mut rest = bytes.as_slice();
            for v in values {
                prop_assert_eq!(decode::<(u64, String, Option<Vec<i16>>)>(&mut rest).unwrap(), v);
            }
            prop_assert!(rest.is_empty());
        }
    }

    #[test]
    fn a_cut_value_is_an_error() {
        let mut bytes = Vec::new();
        encode(&"hello".to_owned(), &mut bytes).unwrap();
        assert!(decode::<String>(&mut &bytes[..3]).is_err());
    }
}
