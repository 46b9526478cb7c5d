//! libFuzzer on [`skein_fuzz::stream`].
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| skein_fuzz::stream(bytes));
