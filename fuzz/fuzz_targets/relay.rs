//! libFuzzer on [`skein_fuzz::relay`].
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| skein_fuzz::relay(bytes));
