//! libFuzzer on [`skein_fuzz::code_exchange`].
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| skein_fuzz::code_exchange(bytes));
