//! libFuzzer on [`skein_fuzz::api_message`].
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| skein_fuzz::api_message(bytes));
