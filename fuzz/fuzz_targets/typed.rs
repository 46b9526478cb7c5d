//! libFuzzer on [`skein_fuzz::typed`].
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| skein_fuzz::typed(bytes));
