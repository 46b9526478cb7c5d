//! libFuzzer on [`skein_fuzz::operation`].
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| skein_fuzz::operation(bytes));
