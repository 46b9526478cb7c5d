//! libFuzzer on [`skein_fuzz::sealed`].
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| skein_fuzz::sealed(bytes));
